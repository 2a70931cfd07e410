//! Turns a study and a recipe into a ZIP, piece by piece: ask [`Export::next`] until there is nothing more.

use crate::describe::{dictionary, readme};
use crate::error::{Code, Error, Place, Result};
use crate::log::Session;
use crate::recipe::{Filetype, Recipe, grouped_folder};
use crate::source::Want;
use crate::study::Study;
use crate::table::{STEP, Step};
use crate::view::{Cursor, Table, View};
use crate::write::checksums::Checksums;
use crate::write::csv::{self, Csv};
use crate::write::deflate::{self, BLOCK, Block};
use crate::write::jsonl::{self, Jsonl};
use crate::write::zip::Archive;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The name of the recipe in the ZIP, beside the sessions' folders.
pub const RECIPE: &str = "windrow.json";

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

/// What [`Export::next`] has for the caller.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// The next bytes of the ZIP.
    Bytes(Vec<u8>),
    /// A range of the input must be read and pushed first.
    Want(Want),
}

/// The sessions that a recipe chooses.
///
/// # Errors
/// [`Code::NoSuchSession`] when one is not there.
pub fn chosen<'s>(study: &'s Study, recipe: &Recipe) -> Result<Vec<&'s Session>> {
    match &recipe.sessions {
        None => Ok(study.log.sessions.iter().collect()),
        Some(names) => {
            let find = |name: &String| {
                study
                    .log
                    .session(name)
                    .ok_or_else(|| Error::new(Code::NoSuchSession, Place::default().field(name.as_str())))
            };
            names.iter().map(find).collect()
        }
    }
}

/// The tables of one session, in the order of the ZIP.
pub fn tables(study: &Study, session: &Session, folder: &str, recipe: &Recipe) -> Vec<TableFile> {
    let options = recipe.options();
    let ext = recipe.filetype.as_str();
    let mut files = Vec::new();
    for name in recipe.wanted() {
        let view = name.view();
        let file =
            |path: String, kind: String, table| TableFile { path, session: session.name.clone(), view, kind, table };
        if view == View::PageTimes {
            let table = Table::whole(&study.log, session, view, &options);
            files.push(file(format!("{folder}/page_times.{ext}"), String::new(), table));
            continue;
        }
        let below = if view == View::LatestBy { grouped_folder(&recipe.gvars) } else { name.as_str().to_owned() };
        let mut taken = Taken::default();
        for (kind, table) in Table::by_kind(&study.log, session, view, &options) {
            files.push(file(format!("{folder}/{below}/{}.{ext}", taken.name(&kind)), kind, table));
        }
    }
    files
}

/// Folder names of sessions: their own names where those are safe on every system, each once.
pub fn folders(sessions: &[&Session]) -> Vec<String> {
    let mut taken = Taken::default();
    taken.name(RECIPE);
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
enum Job {
    /// A file at hand; `Some` adds its checksum under that path.
    Bytes { path: String, bytes: Vec<u8>, listed: Option<String> },
    /// A table; its checksum is listed.
    Table { path: String, listed: String, table: Arc<Table> },
    /// The checksums of the folder, which are known only now.
    Checksums { path: String },
}

/// What is being written.
struct Running {
    job: Job,
    row: u64,
    cursor: Cursor,
    keys: Vec<Vec<u8>>,
    rendered: Vec<u8>,
    block: Block,
    digest: Sha256,
}

/// An export under way.
pub struct Export {
    jobs: VecDeque<Job>,
    running: Option<Running>,
    archive: Archive,
    checksums: Checksums,
    recipe: Recipe,
    rows_done: u64,
    rows_total: u64,
    finished: bool,
}

impl Export {
    /// Plans the ZIP.
    ///
    /// # Errors
    /// [`Code::NoSuchSession`], [`Code::BadRecipe`].
    pub fn new(study: &Study, recipe: &Recipe) -> Result<Self> {
        let recipe = recipe.clone().checked()?;
        let sessions = chosen(study, &recipe)?;
        let folders = folders(&sessions);
        let mut jobs = VecDeque::new();
        let mut rows_total = 0;
        jobs.push_back(Job::Bytes { path: RECIPE.to_owned(), bytes: recipe.to_json(), listed: None });
        for (session, folder) in sessions.iter().zip(&folders) {
            let files = tables(study, session, folder, &recipe);
            let below = |path: &str| path[folder.len() + 1..].to_owned();
            let at_hand = [
                ("README.txt", readme::text(study, session, &recipe, &files)),
                ("DATA_DICTIONARY.json", dictionary::text(study, session, &recipe)),
            ];
            for (name, bytes) in at_hand {
                jobs.push_back(Job::Bytes { path: format!("{folder}/{name}"), bytes, listed: Some(name.to_owned()) });
            }
            for file in files {
                rows_total += file.table.rows;
                let listed = below(&file.path);
                jobs.push_back(Job::Table { path: file.path, listed, table: Arc::new(file.table) });
            }
            jobs.push_back(Job::Checksums { path: format!("{folder}/SHA256SUMS") });
        }
        Ok(Export {
            jobs,
            running: None,
            archive: Archive::default(),
            checksums: Checksums::default(),
            recipe,
            rows_done: 0,
            rows_total,
            finished: false,
        })
    }

    /// How much is done, 0 to 1, by rows.
    pub fn progress(&self) -> f64 {
        if self.finished { 1.0 } else { self.rows_done as f64 / self.rows_total.max(1) as f64 }
    }

    /// The next piece of the ZIP, about a megabyte; `None` when it is complete.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`].
    #[allow(clippy::should_implement_trait, reason = "it can fail, and an iterator of results invites ignoring that")]
    pub fn next(&mut self) -> Result<Option<Output>> {
        while !self.finished && self.archive.waiting() < 1 << 20 {
            self.step()?;
        }
        let bytes = self.archive.take();
        Ok(if bytes.is_empty() { None } else { Some(Output::Bytes(bytes)) })
    }

    /// The next bytes of a wanted range. No table of uproot's wants any: its log is in memory.
    ///
    /// # Errors
    /// None so far.
    pub fn push(&mut self, _chunk: &[u8]) -> Result<()> {
        Ok(())
    }

    fn step(&mut self) -> Result<()> {
        let Some(mut running) = self.running.take() else {
            match self.jobs.pop_front() {
                Some(job) => self.begin(job),
                None => {
                    self.archive.finish();
                    self.finished = true;
                }
            }
            return Ok(());
        };
        let before = running.row;
        let step = running.render(self.recipe.filetype);
        self.rows_done += running.row - before;
        let done = step == Step::Done;
        running.digest.update(&running.rendered);
        let mut rest = running.rendered.as_slice();
        loop {
            let room = BLOCK - running.block.bytes.len();
            let n = rest.len().min(room);
            running.block.bytes.extend_from_slice(&rest[..n]);
            rest = &rest[n..];
            let at_end = rest.is_empty();
            // A full block waits for what follows, because the last one must say that it is the last.
            if at_end && !done {
                break;
            }
            running.block.last = at_end;
            self.archive.add(&deflate::pack(&running.block, self.recipe.compression.level())?);
            if running.block.last {
                break;
            }
            running.block = running.block.next();
        }
        running.rendered.clear();
        if done {
            self.end(running);
        } else {
            self.running = Some(running);
        }
        Ok(())
    }

    fn begin(&mut self, job: Job) {
        let path = match &job {
            Job::Bytes { path, .. } | Job::Table { path, .. } | Job::Checksums { path } => path,
        };
        self.archive.begin(path);
        let job = match job {
            Job::Checksums { path } => {
                let bytes = std::mem::take(&mut self.checksums).into_bytes();
                Job::Bytes { path, bytes, listed: None }
            }
            other => other,
        };
        let keys = match &job {
            Job::Table { table, .. } => jsonl::keys(&table.columns),
            _ => Vec::new(),
        };
        let cursor = Cursor::default();
        let (rendered, block, digest) = (Vec::new(), Block::default(), Sha256::new());
        self.running = Some(Running { job, row: 0, cursor, keys, rendered, block, digest });
    }

    fn end(&mut self, running: Running) {
        self.archive.end();
        let (Job::Bytes { listed: Some(path), .. } | Job::Table { listed: path, .. }) = &running.job else { return };
        self.checksums.add(path, &running.digest.finalize());
    }
}

impl Running {
    /// Renders the next piece of the file.
    fn render(&mut self, filetype: Filetype) -> Step {
        match &mut self.job {
            Job::Bytes { bytes, .. } => {
                self.rendered.append(bytes);
                Step::Done
            }
            Job::Checksums { .. } => Step::Done,
            Job::Table { table, .. } => {
                let from = self.row;
                self.row = render(table, filetype, from, &mut self.cursor, &self.keys, &mut self.rendered);
                if self.row >= table.rows { Step::Done } else { Step::More }
            }
        }
    }
}

/// Appends rows of a table from a row on, about [`STEP`] bytes, the header before the first; returns the next row.
pub fn render(
    table: &Table,
    filetype: Filetype,
    from: u64,
    cursor: &mut Cursor,
    keys: &[Vec<u8>],
    out: &mut Vec<u8>,
) -> u64 {
    match filetype {
        Filetype::Csv => {
            if from == 0 {
                csv::header(&table.columns, out);
            }
            let mut rows = Csv::new(out, table.columns.len());
            table.emit(from, cursor, &mut rows, |rows| rows.len() < STEP)
        }
        Filetype::Jsonl => {
            let mut rows = Jsonl::new(out, keys);
            table.emit(from, cursor, &mut rows, |rows| rows.len() < STEP)
        }
    }
}
