//! Opens what a user dropped: decides by content what each file is, reads it, and holds the result.

use crate::describe::upstream;
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::{Ended, Log, Session};
use crate::parted::{Looking, Noted, Parted};
use crate::protect::report::Report;
use crate::psynet;
use crate::read::gzip::MAGIC;
use crate::read::{self, Filled, Format, HEAD, Input};
use crate::recipe::{Filetype, Recipe};
use crate::source::{FileInfo, Reader, Want};
use crate::view::has_player_list;
use std::sync::Arc;

/// How much smaller dumps are when packed, about.
const PACKS: u64 = 10;

/// Reading in progress. Ask [`Reader::want`], push, and when there is nothing more to want, [`Opening::finish`].
pub struct Opening {
    files: Vec<FileInfo>,
    limits: Limits,
    /// The beginnings of the files, as far as they were read.
    heads: Vec<Vec<u8>>,
    reading: Option<Reading>,
    /// What was noted of changes that were too many to be held at once.
    noted: Noted,
    /// Bytes of the first pass that were pushed.
    pushed: u64,
}

/// Which of the two systems' readers is at work.
enum Reading {
    Uproot(Box<dyn Input>),
    /// Changes that are too many to be held at once, read a second time, with what the first time told.
    Again(Box<Looking>, Format, Problems),
    Psynet(Box<psynet::Archive>),
    /// There is nothing more to read.
    Done(Box<Study>),
}

/// What was read, with what is known about it.
#[derive(Clone, Debug)]
pub struct Study {
    /// The files as they were given.
    pub files: Vec<FileInfo>,
    /// What they are.
    pub format: Format,
    /// What they hold.
    pub data: Data,
    /// What went wrong on the way.
    pub problems: Problems,
    /// What was done to protect participants; nothing in a study as it was read.
    pub protection: Option<Arc<Report>>,
}

impl Study {
    /// What went wrong while reading, what is odd about some sessions, and what a recipe makes of it that the
    /// input cannot give for certain.
    pub fn problems_with(&self, recipe: &Recipe, sessions: &[&Session]) -> Problems {
        let mut problems = self.problems.clone();
        let log = match &self.data {
            Data::Uproot(log) => log,
            Data::Parted(parted) => {
                sessions.iter().for_each(|session| parted.add_upstream(session, &mut problems));
                return problems;
            }
            Data::Psynet(_) => return problems,
        };
        sessions.iter().for_each(|session| upstream::check(log, session, &mut problems));
        if recipe.filetype == Filetype::Jsonl && log.cells {
            let detail = "CSV has no types: in JSONL, what is spelled as a number, list, object, TRUE or FALSE is taken for one, an empty cell for null, and everything else for text.";
            problems.add(Problem::new(Code::Guessed, Place::default().field("!data")).detail(detail));
        }
        problems
    }

    /// The sessions of an uproot study; none of a PsyNet export.
    pub fn sessions(&self) -> &[Session] {
        match &self.data {
            Data::Uproot(log) => &log.sessions,
            Data::Parted(parted) => &parted.sessions,
            Data::Psynet(_) => &[],
        }
    }

    /// The same study with the changes of some sessions at hand.
    pub fn with(&self, log: Log) -> Study {
        Study { data: Data::Uproot(Arc::new(log)), ..self.clone() }
    }
}

/// The data of one of the two systems.
#[derive(Clone, Debug)]
pub enum Data {
    /// The changes that uproot logged.
    Uproot(Arc<Log>),
    /// The same, too many to be held at once.
    Parted(Arc<Parted>),
    /// A database of PsyNet or Dallinger.
    Psynet(Arc<psynet::Study>),
}

impl Opening {
    /// Starts with the files of one drop.
    ///
    /// # Errors
    /// [`Code::Empty`] when there is nothing.
    pub fn new(files: Vec<FileInfo>, limits: Limits) -> Result<Self> {
        if files.is_empty() {
            return Err(Error::new(Code::Empty, Place::default()));
        }
        Ok(Opening {
            heads: vec![Vec::new(); files.len()],
            files,
            limits,
            reading: None,
            noted: Noted::default(),
            pushed: 0,
        })
    }

    /// What was read.
    ///
    /// # Errors
    /// [`Code::Io`] when reading was not finished.
    pub fn finish(mut self) -> Result<Study> {
        match (self.want()?, self.reading) {
            (None, Some(Reading::Done(study))) => Ok(*study),
            _ => Err(Error::new(Code::Io, Place::default()).detail("Reading was not finished.")),
        }
    }

    /// How much is read, 0 to 1, where it takes a second pass; from where that is known on.
    pub fn progress(&self) -> Option<f64> {
        match &self.reading {
            Some(Reading::Uproot(input)) if input.only_counts() => {
                let size: u64 = self.files.iter().map(|file| file.size).sum();
                Some((self.pushed as f64 / size.max(1) as f64).min(1.0) / 2.0)
            }
            Some(Reading::Again(looking, ..)) => Some(0.5 + looking.progress() / 2.0),
            _ => None,
        }
    }

    /// Goes on when a reader wants nothing more.
    ///
    /// # Errors
    /// [`Code::NothingToExport`] when no session was found, [`Code::OutOfMemory`].
    fn next(&mut self, reading: Reading) -> Result<Reading> {
        let input = match reading {
            Reading::Uproot(input) => input,
            Reading::Again(looking, format, problems) => {
                let data = Data::Parted(Arc::new(looking.finish()));
                return Ok(self.done(format, data, problems));
            }
            Reading::Psynet(archive) => {
                return Ok(Reading::Done(Box::new(psynet_study(self.files.clone(), archive.finish()?))));
            }
            done @ Reading::Done(_) => return Ok(done),
        };
        let Filled { mut changes, format, mut problems } = input.finish()?;
        changes.runs().iter().for_each(|run| self.noted.add(run));
        match changes.end(&mut problems)? {
            Ended::Log(log) => {
                self.some(log.sessions.is_empty(), &problems)?;
                for session in log.sessions.iter().filter(|session| log.exported && !has_player_list(&log, session)) {
                    let detail = format!("Session {}: page times list the players in that order.", session.name);
                    problems.add(Problem::new(Code::NoPlayersField, Place::default()).detail(detail));
                }
                Ok(self.done(format, Data::Uproot(Arc::new(*log)), problems))
            }
            Ended::Outline(outline, last) => {
                self.some(outline.sessions.is_empty(), &problems)?;
                let parted = Parted::new(self.files.clone(), self.heads.clone(), self.limits, outline);
                let mut noted = std::mem::take(&mut self.noted);
                Ok(match last {
                    Some(last) => {
                        noted.add(&last);
                        self.done(format, Data::Parted(Arc::new(noted.finish(parted))), problems)
                    }
                    None => Reading::Again(Box::new(Looking::new(parted)), format, problems),
                })
            }
            Ended::Tangled => {
                // Once more, and all of it.
                self.limits.part = u64::MAX;
                Ok(Reading::Uproot(read::open(&self.files, &self.heads, self.limits)?))
            }
        }
    }

    fn done(&self, format: Format, data: Data, problems: Problems) -> Reading {
        Reading::Done(Box::new(Study { files: self.files.clone(), format, data, problems, protection: None }))
    }

    /// Fails if there is nothing.
    fn some(&self, nothing: bool, problems: &Problems) -> Result<()> {
        if !nothing {
            return Ok(());
        }
        let name = self.files.first().map(|f| f.path.as_str()).unwrap_or_default();
        // What went wrong while reading explains more than that nothing is left.
        let first = problems.iter().next().cloned();
        Err(first.map_or_else(|| Error::new(Code::NothingToExport, Place::default()), Error::from).in_file(name))
    }

    /// About the size of the files, unpacked.
    fn unpacked(&self) -> u64 {
        let size = |(file, head): (&FileInfo, &Vec<u8>)| match head.starts_with(&MAGIC) {
            true => file.size.saturating_mul(PACKS),
            false => file.size,
        };
        self.files.iter().zip(&self.heads).map(size).fold(0, u64::saturating_add)
    }

    /// What is missing of the files' beginnings.
    fn missing_head(&self) -> Option<Want> {
        self.files.iter().zip(&self.heads).enumerate().find_map(|(file, (info, head))| {
            let range = head.len() as u64..info.size.min(HEAD);
            (!range.is_empty()).then_some(Want { file, range })
        })
    }
}

fn psynet_study(files: Vec<FileInfo>, mut study: psynet::Study) -> Study {
    let (name, versions) = match &study.psynet_version {
        Some(version) => ("PsyNet export", format!("PsyNet {version}")),
        None => ("Dallinger or PsyNet export", "release not known".to_owned()),
    };
    let format = Format { name: name.to_owned(), versions };
    let problems = std::mem::take(&mut study.problems);
    Study { files, format, data: Data::Psynet(Arc::new(study)), problems, protection: None }
}

impl Reader for Opening {
    fn want(&mut self) -> Result<Option<Want>> {
        if self.reading.is_none() {
            let missing = self.missing_head();
            if missing.is_some() {
                return Ok(missing);
            }
            self.limits = self.limits.for_input(self.unpacked());
            self.reading = Some(if psynet::is_export(&self.files, &self.heads) {
                Reading::Psynet(Box::new(psynet::Archive::new(self.files.clone(), self.limits)))
            } else {
                Reading::Uproot(read::open(&self.files, &self.heads, self.limits)?)
            });
        }
        loop {
            let want = match &mut self.reading {
                Some(Reading::Psynet(archive)) => match archive.want() {
                    // It holds no table of PsyNet's; uproot, too, gives archives.
                    Err(error) if error.code() == Code::UnknownFormat => {
                        self.reading = Some(Reading::Uproot(read::open(&self.files, &self.heads, self.limits)?));
                        continue;
                    }
                    other => other?,
                },
                Some(Reading::Uproot(input)) => input.want()?,
                Some(Reading::Again(looking, ..)) => looking.want()?,
                Some(Reading::Done(_)) | None => return Ok(None),
            };
            if want.is_some() {
                return Ok(want);
            }
            let Some(reading) = self.reading.take() else { return Ok(None) };
            self.reading = Some(self.next(reading)?);
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        match &mut self.reading {
            Some(Reading::Uproot(input)) => {
                self.pushed += chunk.len() as u64;
                input.push(chunk)?;
                input.runs().iter().for_each(|run| self.noted.add(run));
                return Ok(());
            }
            Some(Reading::Again(looking, ..)) => return looking.push(chunk),
            Some(Reading::Psynet(archive)) => return archive.push(chunk),
            Some(Reading::Done(_)) => return Ok(()),
            None => {}
        }
        if let Some(Want { file, range }) = self.missing_head() {
            // A host may read in whole blocks and push more than was asked for.
            let room = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            self.heads[file].extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(())
    }
}
