//! Add a format here: one file each, one line in [`open`]. Inputs take bytes and fill a [`crate::log::Log`].

mod briefcase_zip;
mod csv_rows;
pub mod database;
pub mod dump;
pub mod gzip;
mod jsonl;
pub(crate) mod msgpack;
mod recognise;
mod spreadsheet;
pub mod sqlite;
mod texts;
mod ultralong;
mod ultralong_csv;
mod unpack;
mod whole;

use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::{Builder, Part, Run};
use crate::source::{FileInfo, Reader, Want};
pub(crate) use recognise::is_litter;
use recognise::{Kind, Ultralong};
use std::sync::Arc;

/// Bytes at the beginning of a file that decide what it is.
pub const HEAD: u64 = 4096;

/// What was dropped, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// For example `uproot database dump (gzip)`.
    pub name: String,
    /// Which versions write such a file.
    pub versions: String,
}

/// What an input leaves behind when all of it was read.
pub struct Filled {
    /// All changes.
    pub changes: Builder,
    /// What the files turned out to be.
    pub format: Format,
    /// What went wrong on the way.
    pub problems: Problems,
}

/// Files that are being read into a log.
pub trait Input: Reader {
    /// The end; everything wanted was pushed.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`], and what makes the whole input useless.
    fn finish(self: Box<Self>) -> Result<Filled>;

    /// Changes that are too many to be held at once, as [`Builder::runs`] gives them.
    fn runs(&mut self) -> Vec<Run> {
        Vec::new()
    }

    /// Whether they are only counted by now.
    fn only_counts(&self) -> bool {
        false
    }
}

/// Most files that a message lists.
const LISTED: usize = 12;

/// Decides how the files of one drop are read.
///
/// A database or dump is preferred to what was exported from it. Exported tables belong together, loose or in
/// archives, as far as no storage is in two of them.
///
/// # Errors
/// [`Code::UnknownFormat`], [`Code::Unsupported`], [`Code::Empty`] and [`Code::MixedInput`], saying what the
/// files look like.
pub fn open(files: &[FileInfo], heads: &[Vec<u8>], limits: Limits) -> Result<Box<dyn Input>> {
    open_part(files, heads, limits, None)
}

/// Reads some sessions again of files that were opened and gave an outline. What is a problem was told then.
///
/// # Errors
/// As [`open`].
pub fn open_part(
    files: &[FileInfo],
    heads: &[Vec<u8>],
    limits: Limits,
    part: Option<Arc<Part>>,
) -> Result<Box<dyn Input>> {
    let changes = || match &part {
        Some(part) => Builder::of_part(limits, part.clone()),
        None => Builder::of_what_fits(limits),
    };
    let kinds: Vec<Kind> = files.iter().zip(heads).map(|(file, head)| recognise::kind(file, head, limits)).collect();
    let of = |test: fn(&Kind) -> bool| -> Vec<usize> { (0..kinds.len()).filter(|i| test(&kinds[*i])).collect() };
    let dumps = of(|k| *k == Kind::Dump);
    let (databases, logs) = (of(|k| *k == Kind::Sqlite), of(|k| *k == Kind::SqliteLog));
    let tables: Vec<(usize, Ultralong)> = kinds
        .iter()
        .enumerate()
        .filter_map(|(i, k)| if let Kind::Ultralong(how) = k { Some((i, *how)) } else { None })
        .collect();
    let archives = of(|k| *k == Kind::Zip);
    let exported = !tables.is_empty() || !archives.is_empty();
    let strangers = of(|k| matches!(k, Kind::Other(_) | Kind::Empty));
    let mixed = || Error::new(Code::MixedInput, Place::default()).detail(listed(files, &kinds));
    if !strangers.is_empty() && (exported || !dumps.is_empty() || !databases.is_empty()) {
        return Err(mixed());
    }
    match (dumps.as_slice(), databases.as_slice(), logs.as_slice(), exported) {
        ([dump], [], [], _) => {
            let packed = heads[*dump].starts_with(&gzip::MAGIC);
            let whole = whole::Whole::new(*dump, &files[*dump], packed, limits, changes(), part.as_deref());
            let input = Box::new(whole);
            Ok(beside(input, files, &kinds))
        }
        ([], [database], [] | [_], _) => {
            let log = logs.first().copied();
            let input = Box::new(database::DatabaseInput::new(*database, log, files, limits, changes()));
            Ok(beside(input, files, &kinds))
        }
        ([], [], [], true) => {
            let sums = of(|k| *k == Kind::Sums);
            Ok(Box::new(texts::Texts::new(&tables, &sums, &archives, files, limits)))
        }
        ([], [], [log], false) => Err(Error::new(Code::MixedInput, Place::file(&files[*log].path))
            .detail("This is the -wal file alone; the database that it belongs to is missing.")),
        ([], [], [], false) => Err(unreadable(files, &kinds)),
        _ => Err(mixed()),
    }
}

/// An input, with what lies beside it and was exported from it reported as ignored.
fn beside(inner: Box<dyn Input>, files: &[FileInfo], kinds: &[Kind]) -> Box<dyn Input> {
    let mut ignored = Problems::default();
    for (file, kind) in files.iter().zip(kinds) {
        if matches!(kind, Kind::Ultralong(_) | Kind::Derived(_) | Kind::Zip) {
            let detail = format!("It is {}; the database or dump beside it holds more.", kind.words());
            ignored.add(Problem::new(Code::Ignored, Place::file(&file.path)).detail(detail));
        }
    }
    if ignored.is_empty() { inner } else { Box::new(Beside { inner, ignored }) }
}

/// An input with problems that were known before it was read.
struct Beside {
    inner: Box<dyn Input>,
    ignored: Problems,
}

impl Reader for Beside {
    fn want(&mut self) -> Result<Option<Want>> {
        self.inner.want()
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.inner.push(chunk)
    }
}

impl Input for Beside {
    fn finish(self: Box<Self>) -> Result<Filled> {
        let mut filled = self.inner.finish()?;
        filled.problems.extend(self.ignored);
        Ok(filled)
    }

    fn runs(&mut self) -> Vec<Run> {
        self.inner.runs()
    }

    fn only_counts(&self) -> bool {
        self.inner.only_counts()
    }
}

/// Why none of the files can be read.
fn unreadable(files: &[FileInfo], kinds: &[Kind]) -> Error {
    let telling = |kind: &Kind| !matches!(kind, Kind::Beside | Kind::Sums);
    let Some(at) = kinds.iter().position(telling) else {
        return Error::new(Code::UnknownFormat, Place::default()).detail("What belongs to these files is missing.");
    };
    let place = Place::file(&files[at].path);
    match &kinds[at] {
        Kind::Empty => Error::new(Code::Empty, place),
        Kind::Derived(table) => Error::new(Code::Unsupported, place)
            .detail(format!("This is {table}, which does not hold everything; drop the ultralong one.")),
        Kind::Other("") => Error::new(Code::UnknownFormat, place),
        kind => Error::new(Code::Unsupported, place).detail(format!("It looks like {}.", kind.words())),
    }
}

/// The files and what each is.
fn listed(files: &[FileInfo], kinds: &[Kind]) -> String {
    let all: Vec<String> =
        files.iter().zip(kinds).take(LISTED).map(|(file, kind)| format!("{}: {}", file.path, kind.words())).collect();
    let more = if files.len() > LISTED { format!("; and {} more", files.len() - LISTED) } else { String::new() };
    format!("{}{more}.", all.join("; "))
}
