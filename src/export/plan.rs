//! Decides what the ZIP holds: which sessions, which tables, under which paths.

use super::parts::Parts;
use super::stretch::PartAt;
use crate::describe::{dictionary, psynet_readme, readme};
use crate::error::{Code, Error, Place, Result, grouped};
use crate::file_names::Taken;
use crate::limits::Limits;
use crate::log::{Log, Session};
use crate::order::{Map, Set};
use crate::protect::report;
use crate::psynet::{self, LeftOut};
use crate::recipe::{Filetype, Recipe, ViewName, grouped_folder};
use crate::source::Want;
use crate::study::{Data, Study};
use crate::view::{Table, View};
use crate::write::dump::Dump;
use std::collections::VecDeque;
use std::sync::Arc;

/// The name of the recipe in the ZIP, beside the sessions' folders.
pub const RECIPE: &str = "windrow.json";

/// The name of the dump in the ZIP, where it is asked for.
pub const DATABASE: &str = "uproot.msgpack";

/// One table of the result and the file that will hold it.
pub struct TableFile {
    /// Path in the ZIP.
    pub path: String,
    /// Name of the session.
    pub session: String,
    /// Which view.
    pub view: View,
    /// Kind of storage; empty for page times.
    pub kind: String,
    /// The table itself.
    pub table: Table,
}

/// The sessions that a recipe chooses of all.
///
/// # Errors
/// [`Code::NoSuchSession`] when one is not there.
pub fn chosen<'s>(sessions: &'s [Session], recipe: &Recipe) -> Result<Vec<&'s Session>> {
    match &recipe.sessions {
        None => Ok(sessions.iter().collect()),
        Some(names) => {
            let wanted = Set::from_iter(names.iter().map(String::as_str));
            let named = sessions.iter().map(|session| (session.name.as_str(), session));
            let known = Map::from_iter(named.filter(|(name, _)| wanted.contains(name)));
            let none = |name: &String| Error::new(Code::NoSuchSession, Place::default().field(name.as_str()));
            names.iter().map(|name| known.get(name.as_str()).copied().ok_or_else(|| none(name))).collect()
        }
    }
}

/// The tables of one session, in the order of the ZIP.
///
/// # Errors
/// [`Code::TooManyCells`].
pub fn tables(log: &Arc<Log>, session: &Session, folder: &str, recipe: &Recipe) -> Result<Vec<TableFile>> {
    let options = recipe.options();
    let mut files = Vec::new();
    for name in recipe.wanted() {
        let view = name.view();
        let tables = Table::by_kind(log, session, view, &options);
        let paths = paths(folder, name, recipe, tables.iter().map(|(kind, _)| kind.as_str()));
        for ((kind, table), path) in tables.into_iter().zip(paths) {
            check_cells(recipe.filetype, &path, table.rows, table.columns.len())?;
            files.push(TableFile { path, session: session.name.clone(), view, kind, table });
        }
    }
    Ok(files)
}

/// Whether a table may be made at a path. JSONL has no empty cells, and so there is no limit.
///
/// # Errors
/// [`Code::TooManyCells`].
pub fn check_cells(filetype: Filetype, path: &str, rows: u64, columns: usize) -> Result<()> {
    if filetype == Filetype::Jsonl || rows.saturating_mul(columns as u64) <= Limits::CELLS {
        return Ok(());
    }
    let detail = format!(
        "It has {} rows of {} columns; the limit is {} cells.",
        grouped(rows),
        grouped(columns as u64),
        grouped(Limits::CELLS)
    );
    Err(Error::new(Code::TooManyCells, Place::file(path)).detail(detail))
}

/// The paths in the ZIP of a view's tables of these kinds.
pub fn paths<'k>(folder: &str, view: ViewName, recipe: &Recipe, kinds: impl Iterator<Item = &'k str>) -> Vec<String> {
    let ext = recipe.filetype.as_str();
    let below = match view {
        ViewName::PageTimes => return vec![format!("{folder}/page_times.{ext}")],
        ViewName::LatestBy => grouped_folder(&recipe.gvars),
        other => other.as_str().to_owned(),
    };
    let mut taken = Taken::default();
    kinds.map(|kind| format!("{folder}/{below}/{}.{ext}", taken.safe(kind))).collect()
}

/// The tables of a session in one view, that of the table at a path, and its place among them; nothing else is worked out.
///
/// # Errors
/// [`Code::NoSuchTable`], [`Code::TooManyCells`].
pub fn tables_beside(
    log: &Arc<Log>,
    session: &Session,
    folder: &str,
    recipe: &Recipe,
    path: &str,
) -> Result<(Vec<TableFile>, usize)> {
    let is_near =
        |view: &ViewName| paths(folder, *view, recipe, std::iter::once("")).iter().any(|p| above(p) == above(path));
    for view in recipe.wanted().filter(is_near) {
        let files = tables(log, session, folder, &Recipe { views: vec![view], ..recipe.clone() })?;
        if let Some(at) = files.iter().position(|file| file.path == path) {
            return Ok((files, at));
        }
    }
    Err(Error::new(Code::NoSuchTable, Place::file(path)))
}

/// The folder of a path.
fn above(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// Folder names of sessions: their own names where those are safe on every system, each once.
pub fn folders(sessions: &[&Session]) -> Vec<String> {
    let mut taken = Taken::default();
    taken.safe(RECIPE);
    taken.safe(DATABASE);
    sessions.iter().map(|session| taken.safe(&session.name)).collect()
}

/// One file of the ZIP to be written.
pub(super) enum Job {
    /// A file at hand; `Some` adds its checksum under that path.
    Bytes { path: String, bytes: Vec<u8>, listed: Option<String> },
    /// A table of uproot's, of a session; its checksum is listed.
    Table { path: String, listed: String, session: String, table: Arc<Table> },
    /// A file of a PsyNet export, a table of so many rows or one that is passed on; its checksum is listed.
    Psynet { path: String, rows: u64, table: bool, study: Arc<psynet::Study>, options: psynet::Options },
    /// All changes as a dump.
    Dump { path: String, dump: Box<Dump> },
    /// The checksums of the folder, which are known only when all its files are written.
    Checksums { path: String },
}

impl Job {
    /// Path in the ZIP.
    pub(super) fn path(&self) -> &str {
        let (Job::Bytes { path, .. }
        | Job::Table { path, .. }
        | Job::Psynet { path, .. }
        | Job::Dump { path, .. }
        | Job::Checksums { path }) = self;
        path
    }

    /// Whether it is a table of the result.
    pub(super) fn is_table(&self) -> bool {
        matches!(self, Job::Table { .. } | Job::Psynet { table: true, .. })
    }
}

/// A session that is to be planned.
struct Waiting {
    name: String,
    folder: String,
    changes: u64,
}

/// The files of the ZIP, in order, planned a session at a time: a plan takes memory, and others may work meanwhile.
pub(super) struct Plan {
    /// What is exported; where its changes are too many to be held at once, those of the part that is planned.
    pub study: Study,
    parts: Option<Parts>,
    recipe: Recipe,
    /// Whether the files at the top are still to be planned.
    top: bool,
    sessions: VecDeque<Waiting>,
    /// Number of their changes.
    changes: u64,
    /// The report of what was done to protect participants, which stands in the folder of every session: name and text.
    report: Vec<(&'static str, Vec<u8>)>,
}

impl Plan {
    /// # Errors
    /// [`Code::NoSuchSession`]; [`Code::Unsupported`] for a dump of what was read from exported tables.
    pub fn new(study: &Study, recipe: &Recipe) -> Result<Plan> {
        if let (true, Data::Uproot(log)) = (recipe.database, &study.data)
            && log.exported
        {
            let detail = "Exported tables have lost what a database needs: their types or their order.";
            return Err(Error::new(Code::Unsupported, Place::default()).detail(detail));
        }
        let all = study.sessions();
        let chosen = if all.is_empty() { Vec::new() } else { chosen(all, recipe)? };
        let parts = match &study.data {
            // A database is written in the order of all changes.
            Data::Parted(parted) => {
                let places: Vec<usize> = chosen.iter().filter_map(|session| parted.place(&session.name)).collect();
                Some(Parts::new(study, parted, &places, recipe.database))
            }
            Data::Uproot(_) | Data::Psynet(_) => None,
        };
        let waiting = chosen.iter().zip(folders(&chosen)).map(|(session, folder)| Waiting {
            name: session.name.clone(),
            folder,
            changes: session.changes,
        });
        let sessions = waiting.collect();
        let changes = chosen.iter().map(|session| session.changes).sum();
        let report = report(study);
        Ok(Plan { study: study.clone(), parts, recipe: recipe.clone(), top: true, sessions, changes, report })
    }

    /// Whether all was planned.
    pub fn is_done(&self) -> bool {
        !self.top && self.sessions.is_empty()
    }

    /// Whether the changes of the next session must be read first.
    pub fn lacks(&self) -> bool {
        self.parts.as_ref().is_some_and(Parts::lacks)
    }

    /// Where the session is that was planned last.
    pub fn part(&self) -> PartAt {
        self.parts.as_ref().map_or_else(PartAt::default, Parts::at)
    }

    /// What must be read before more can be planned. The changes that were planned are let go.
    ///
    /// # Errors
    /// What reading meets.
    pub fn want(&mut self) -> Result<Option<Want>> {
        self.parts.as_mut().map_or(Ok(None), |parts| parts.want(&mut self.study))
    }

    /// The next bytes of what was wanted.
    ///
    /// # Errors
    /// What reading meets.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.parts.as_mut().map_or(Ok(()), |parts| parts.push(chunk))
    }

    /// About how many rows are still to be planned, to tell how far the work is; not fewer than there are.
    pub fn rows(&self) -> u64 {
        match &self.study.data {
            Data::Psynet(data) if self.top => {
                data.tables(&self.recipe.psynet_options()).iter().map(|file| file.rows).sum()
            }
            _ => self.changes * self.recipe.wanted().count() as u64,
        }
    }

    /// The next files; those that are damaged are left out.
    ///
    /// # Errors
    /// [`Code::TooManyCells`].
    pub fn more(&mut self, left_out: &LeftOut) -> Result<Option<Vec<Job>>> {
        let top = std::mem::replace(&mut self.top, false);
        let log = match &self.study.data {
            Data::Psynet(data) => return Ok(top.then(|| self.psynet_jobs(data, left_out))),
            Data::Parted(_) => None,
            Data::Uproot(log) => Some(log),
        };
        if top {
            let recipe = Job::Bytes { path: RECIPE.to_owned(), bytes: self.recipe.to_json(), listed: None };
            let dump = log.filter(|_| self.recipe.database).map(|log| {
                let sessions: Vec<&Session> = self.sessions.iter().filter_map(|s| log.session(&s.name)).collect();
                Job::Dump { path: DATABASE.to_owned(), dump: Box::new(Dump::new(log, &sessions)) }
            });
            return Ok(Some(std::iter::once(recipe).chain(dump).collect()));
        }
        let Some(log) = log else { return Ok(None) };
        let Some(Waiting { name, folder, changes }) = self.sessions.pop_front() else { return Ok(None) };
        self.changes -= changes;
        if let Some(parts) = &mut self.parts {
            parts.used();
        }
        let session = log.session(&name);
        session.map(|session| self.session_jobs(log, session, &folder)).transpose()
    }

    fn session_jobs(&self, log: &Arc<Log>, session: &Session, folder: &str) -> Result<Vec<Job>> {
        let (study, recipe) = (&self.study, &self.recipe);
        let files = tables(log, session, folder, recipe)?;
        let at_hand = [
            ("README.txt", readme::text(study, session, recipe, &files)),
            ("DATA_DICTIONARY.json", dictionary::text(log, session, recipe)),
        ];
        let at_hand = at_hand.into_iter().chain(self.report.clone()).map(|(name, bytes)| Job::Bytes {
            path: format!("{folder}/{name}"),
            bytes,
            listed: Some(name.to_owned()),
        });
        let made = files.into_iter().map(|file| {
            let listed = file.path[folder.len() + 1..].to_owned();
            Job::Table { path: file.path, listed, session: file.session, table: Arc::new(file.table) }
        });
        Ok(at_hand.chain(made).chain([Job::Checksums { path: format!("{folder}/SHA256SUMS") }]).collect())
    }

    /// Text at the top, then PsyNet's own names.
    fn psynet_jobs(&self, data: &Arc<psynet::Study>, left_out: &LeftOut) -> Vec<Job> {
        let (study, recipe) = (&self.study, &self.recipe);
        let options = recipe.psynet_options();
        let mut files = data.tables(&options);
        files.retain(|file| !left_out.contains_key(&file.path));
        let at_hand = [
            (RECIPE, recipe.to_psynet_json()),
            ("README.txt", psynet_readme::text(study, data, recipe, &files, left_out)),
        ];
        let at_hand = at_hand.into_iter().chain(self.report.clone()).map(|(name, bytes)| Job::Bytes {
            path: name.to_owned(),
            bytes,
            listed: Some(name.to_owned()),
        });
        let made = files.into_iter().map(|file| {
            let table = !file.columns.is_empty();
            Job::Psynet { path: file.path, rows: file.rows, table, study: data.clone(), options }
        });
        at_hand.chain(made).chain([Job::Checksums { path: "SHA256SUMS".to_owned() }]).collect()
    }
}

/// The report of what was done to protect participants, if anything was.
fn report(study: &Study) -> Vec<(&'static str, Vec<u8>)> {
    study.protection.iter().flat_map(|r| [(report::TEXT, r.text()), (report::JSON, r.json())]).collect()
}
