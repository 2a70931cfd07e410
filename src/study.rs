//! Opens what a user dropped: decides by content what each file is, reads it, and holds the result.

use crate::describe::upstream;
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::{Log, Session};
use crate::protect::report::Report;
use crate::psynet;
use crate::read::{self, Filled, Format, HEAD, Input};
use crate::recipe::{Filetype, Recipe};
use crate::source::{FileInfo, Reader, Want};
use crate::view::has_player_list;
use std::sync::Arc;

/// Reading in progress. Ask [`Reader::want`], push, and when there is nothing more to want, [`Opening::finish`].
pub struct Opening {
    files: Vec<FileInfo>,
    limits: Limits,
    /// The beginnings of the files, as far as they were read.
    heads: Vec<Vec<u8>>,
    reading: Option<Reading>,
}

/// Which of the two systems' readers is at work.
enum Reading {
    Uproot(Box<dyn Input>),
    Psynet(Box<psynet::Archive>),
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
        let Data::Uproot(log) = &self.data else { return problems };
        sessions.iter().for_each(|session| upstream::check(log, session, &mut problems));
        if recipe.filetype == Filetype::Jsonl && log.cells {
            let detail = "CSV has no types: in JSONL, what is spelled as a number, list, object, TRUE or FALSE is taken for one, an empty cell for null, and everything else for text.";
            problems.add(Problem::new(Code::Guessed, Place::default().field("!data")).detail(detail));
        }
        problems
    }
}

/// The data of one of the two systems.
#[derive(Clone, Debug)]
pub enum Data {
    /// The changes that uproot logged.
    Uproot(Arc<Log>),
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
        Ok(Opening { heads: vec![Vec::new(); files.len()], files, limits, reading: None })
    }

    /// What was read.
    ///
    /// # Errors
    /// [`Code::NothingToExport`] when no session was found, [`Code::OutOfMemory`].
    pub fn finish(self) -> Result<Study> {
        let unfinished = || Error::new(Code::Io, Place::default()).detail("Reading was not finished.");
        let input = match self.reading.ok_or_else(unfinished)? {
            Reading::Uproot(input) => input,
            Reading::Psynet(archive) => return Ok(psynet_study(self.files, archive.finish()?)),
        };
        let Filled { changes, format, mut problems } = input.finish()?;
        let log = changes.finish(&mut problems)?;
        if log.sessions.is_empty() {
            let name = self.files.first().map(|f| f.path.as_str()).unwrap_or_default();
            // What went wrong while reading explains more than that nothing is left.
            let first = problems.iter().next().cloned();
            let nothing = || Error::new(Code::NothingToExport, Place::default());
            return Err(first.map_or_else(nothing, Error::from).in_file(name));
        }
        for session in log.sessions.iter().filter(|session| log.exported && !has_player_list(&log, session)) {
            let detail = format!("Session {}: page times list the players in that order.", session.name);
            problems.add(Problem::new(Code::NoPlayersField, Place::default()).detail(detail));
        }
        Ok(Study { files: self.files, format, data: Data::Uproot(Arc::new(log)), problems, protection: None })
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
            self.reading = Some(if psynet::is_export(&self.files, &self.heads) {
                Reading::Psynet(Box::new(psynet::Archive::new(self.files.clone(), self.limits)))
            } else {
                Reading::Uproot(read::open(&self.files, &self.heads, self.limits)?)
            });
        }
        if let Some(Reading::Psynet(archive)) = &mut self.reading {
            match archive.want() {
                // It holds no table of PsyNet's; uproot, too, gives archives.
                Err(error) if error.code() == Code::UnknownFormat => {
                    self.reading = Some(Reading::Uproot(read::open(&self.files, &self.heads, self.limits)?));
                }
                other => return other,
            }
        }
        match &mut self.reading {
            Some(Reading::Uproot(input)) => input.want(),
            Some(Reading::Psynet(_)) | None => Ok(None),
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        match &mut self.reading {
            Some(Reading::Uproot(input)) => return input.push(chunk),
            Some(Reading::Psynet(archive)) => return archive.push(chunk),
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
