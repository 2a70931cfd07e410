//! Decides what the ZIP holds: which sessions, which tables, under which paths.

use crate::describe::{dictionary, psynet_readme, readme};
use crate::error::{Code, Error, Place, Result};
use crate::log::{Log, Session};
use crate::protect::report;
use crate::psynet::{self, LeftOut};
use crate::recipe::{Recipe, grouped_folder};
use crate::study::{Data, Study};
use crate::table::Producer;
use crate::view::{Table, View};
use crate::write::dump::Dump;
use std::collections::{BTreeMap, VecDeque};
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

/// The sessions that a recipe chooses.
///
/// # Errors
/// [`Code::NoSuchSession`] when one is not there.
pub fn chosen<'s>(log: &'s Log, recipe: &Recipe) -> Result<Vec<&'s Session>> {
    match &recipe.sessions {
        None => Ok(log.sessions.iter().collect()),
        Some(names) => {
            let none = |name: &String| Error::new(Code::NoSuchSession, Place::default().field(name.as_str()));
            let find = |name: &String| log.session(name).ok_or_else(|| none(name));
            names.iter().map(find).collect()
        }
    }
}

/// The tables of one session, in the order of the ZIP.
pub fn tables(log: &Arc<Log>, session: &Session, folder: &str, recipe: &Recipe) -> Vec<TableFile> {
    let options = recipe.options();
    let ext = recipe.filetype.as_str();
    let mut files = Vec::new();
    for name in recipe.wanted() {
        let view = name.view();
        let file =
            |path: String, kind: String, table| TableFile { path, session: session.name.clone(), view, kind, table };
        if view == View::PageTimes {
            let table = Table::whole(log, session, view, &options);
            files.push(file(format!("{folder}/page_times.{ext}"), String::new(), table));
            continue;
        }
        let below = if view == View::LatestBy { grouped_folder(&recipe.gvars) } else { name.as_str().to_owned() };
        let mut taken = Taken::default();
        for (kind, table) in Table::by_kind(log, session, view, &options) {
            files.push(file(format!("{folder}/{below}/{}.{ext}", taken.name(&kind)), kind, table));
        }
    }
    files
}

/// Folder names of sessions: their own names where those are safe on every system, each once.
pub fn folders(sessions: &[&Session]) -> Vec<String> {
    let mut taken = Taken::default();
    taken.name(RECIPE);
    taken.name(DATABASE);
    sessions.iter().map(|session| taken.name(&session.name)).collect()
}

/// Names in one folder, each given once.
#[derive(Default)]
struct Taken(BTreeMap<String, u32>);

impl Taken {
    /// A safe name like this one that was not given yet.
    fn name(&mut self, like: &str) -> String {
        let base = safe_name(like);
        // Names that differ only in case would be one file on Windows and macOS.
        let mut name = base.clone();
        while self.0.contains_key(&name.to_lowercase()) {
            let number = self.0.entry(base.to_lowercase()).or_insert(1);
            *number += 1;
            name = format!("{base}_{number}");
        }
        self.0.insert(name.to_lowercase(), 1);
        name
    }
}

/// Longest name of a file or folder that is made of a name in the data; most systems take 255 bytes with the ending.
const LONGEST: usize = 120;

/// A name that no system takes for a path, a device or a hidden file; other bytes stand as `%` and two digits.
fn safe_name(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.char_indices() {
        if out.len() >= LONGEST {
            break;
        }
        let edge = i == 0 || i + c.len_utf8() == name.len();
        if c.is_ascii_alphanumeric() || c == '_' || c == '-' || (c == '.' && !edge) {
            out.push(c);
        } else {
            let mut buffer = [0; 4];
            c.encode_utf8(&mut buffer).bytes().for_each(|b| out.push_str(&format!("%{b:02X}")));
        }
    }
    let stem = out.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")));
    if device || out.is_empty() { format!("_{out}") } else { out }
}

/// One file of the ZIP to be written.
pub(super) enum Job {
    /// A file at hand; `Some` adds its checksum under that path.
    Bytes { path: String, bytes: Vec<u8>, listed: Option<String> },
    /// A table of uproot's; its checksum is listed.
    Table { path: String, listed: String, table: Arc<Table> },
    /// A file of a PsyNet export, a table of so many rows or one that is passed on; its checksum is listed.
    Psynet {
        path: String,
        rows: u64,
        table: bool,
        study: Arc<psynet::Study>,
        options: psynet::Options,
        /// Where it comes from if another thread makes it.
        elsewhere: Option<Box<dyn Producer>>,
    },
    /// All changes as a dump; `None` once it is being written.
    Dump { path: String, dump: Option<Box<Dump>> },
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

/// The files of the ZIP, in order, planned a session at a time: a plan takes memory, and others may work meanwhile.
pub(super) struct Plan {
    study: Study,
    recipe: Recipe,
    /// Whether the files at the top are still to be planned.
    top: bool,
    /// Sessions to be planned, by their place in the log, with their folders.
    sessions: VecDeque<(usize, String)>,
}

impl Plan {
    /// # Errors
    /// [`Code::NoSuchSession`]; [`Code::Unsupported`] for a dump of what was read from exported tables.
    pub fn new(study: &Study, recipe: &Recipe) -> Result<Plan> {
        let mut sessions = VecDeque::new();
        if let Data::Uproot(log) = &study.data {
            if recipe.database && log.exported {
                let detail = "Exported tables have lost what a database needs: their types or their order.";
                return Err(Error::new(Code::Unsupported, Place::default()).detail(detail));
            }
            let chosen = chosen(log, recipe)?;
            let place = |session: &&Session| log.sessions.iter().position(|s| std::ptr::eq(s, *session));
            sessions = chosen.iter().filter_map(place).zip(folders(&chosen)).collect();
        }
        Ok(Plan { study: study.clone(), recipe: recipe.clone(), top: true, sessions })
    }

    /// Whether all was planned.
    pub fn is_done(&self) -> bool {
        !self.top && self.sessions.is_empty()
    }

    /// About how many rows are still to be planned, to tell how far the work is; not fewer than there are.
    pub fn rows(&self) -> u64 {
        match &self.study.data {
            Data::Uproot(log) => {
                let changes: u64 = self.sessions.iter().map(|(at, _)| log.sessions[*at].changes).sum();
                changes * self.recipe.wanted().count() as u64
            }
            Data::Psynet(data) if self.top => {
                data.tables(&self.recipe.psynet_options()).iter().map(|file| file.rows).sum()
            }
            Data::Psynet(_) => 0,
        }
    }

    /// The next files; those that are damaged are left out.
    pub fn more(&mut self, left_out: &LeftOut) -> Option<Vec<Job>> {
        let top = std::mem::replace(&mut self.top, false);
        match &self.study.data {
            Data::Psynet(data) => top.then(|| psynet_jobs(&self.study, data, &self.recipe, left_out)),
            Data::Uproot(log) if top => {
                let recipe = Job::Bytes { path: RECIPE.to_owned(), bytes: self.recipe.to_json(), listed: None };
                let sessions: Vec<&Session> = self.sessions.iter().map(|(at, _)| &log.sessions[*at]).collect();
                let dump = || Job::Dump { path: DATABASE.to_owned(), dump: Some(Box::new(Dump::new(log, &sessions))) };
                Some(std::iter::once(recipe).chain(self.recipe.database.then(dump)).collect())
            }
            Data::Uproot(log) => {
                let (at, folder) = self.sessions.pop_front()?;
                Some(session_jobs(&self.study, log, &log.sessions[at], &folder, &self.recipe))
            }
        }
    }
}

fn session_jobs(study: &Study, log: &Arc<Log>, session: &Session, folder: &str, recipe: &Recipe) -> Vec<Job> {
    let files = tables(log, session, folder, recipe);
    let at_hand = [
        ("README.txt", readme::text(study, session, recipe, &files)),
        ("DATA_DICTIONARY.json", dictionary::text(log, session, recipe)),
    ];
    let protection = study.protection.iter().flat_map(|r| [(report::TEXT, r.text()), (report::JSON, r.json())]);
    let at_hand = at_hand.into_iter().chain(protection).map(|(name, bytes)| Job::Bytes {
        path: format!("{folder}/{name}"),
        bytes,
        listed: Some(name.to_owned()),
    });
    let made = files.into_iter().map(|file| {
        let listed = file.path[folder.len() + 1..].to_owned();
        Job::Table { path: file.path, listed, table: Arc::new(file.table) }
    });
    at_hand.chain(made).chain([Job::Checksums { path: format!("{folder}/SHA256SUMS") }]).collect()
}

/// Text at the top, then PsyNet's own names.
fn psynet_jobs(study: &Study, data: &Arc<psynet::Study>, recipe: &Recipe, left_out: &LeftOut) -> Vec<Job> {
    let options = recipe.psynet_options();
    let mut files = data.tables(&options);
    files.retain(|file| !left_out.contains_key(&file.path));
    let at_hand =
        [(RECIPE, recipe.to_psynet_json()), ("README.txt", psynet_readme::text(study, data, recipe, &files, left_out))];
    let protection = study.protection.iter().flat_map(|r| [(report::TEXT, r.text()), (report::JSON, r.json())]);
    let at_hand = at_hand.into_iter().chain(protection).map(|(name, bytes)| Job::Bytes {
        path: name.to_owned(),
        bytes,
        listed: Some(name.to_owned()),
    });
    let made = files.into_iter().map(|file| {
        let table = !file.columns.is_empty();
        Job::Psynet { path: file.path, rows: file.rows, table, study: data.clone(), options, elsewhere: None }
    });
    at_hand.chain(made).chain([Job::Checksums { path: "SHA256SUMS".to_owned() }]).collect()
}
