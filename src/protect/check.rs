//! Read a finished ZIP back with [`check`] before anyone gets it: one hit, and there is no ZIP.
//!
//! Entry names and all bytes are searched in every form (see [`super::leak`], which knows what CSV and JSON make of a
//! value), those of an archive in the ZIP, too; cells of the columns from which too short values came are compared with
//! these values as a whole, and so is what stands at a value's path inside a cell.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::Range;

use serde::Serialize;
use zip::ZipArchive;

use crate::error::{Code, Error, Place, Result};
use crate::export::DATABASE;
use crate::json;
use crate::limits::Limits;
use crate::order;
use crate::protect::class::Class;
use crate::protect::leak::{Hits, Searcher, masked};
use crate::source::Seekable;
use crate::write::dump;

/// A place in the ZIP where an original value was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Leak {
    /// Path of the file in the ZIP.
    pub file: String,
    /// Line of a table, the header being 1; nothing for other files and names of files.
    pub row: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
    /// The value with all but its ends hidden.
    pub masked: String,
    /// The class that would have prevented it.
    pub class: Class,
    /// In which form it was found.
    pub form: &'static str,
    /// The path where the value comes from, as presets name it; empty for a time.
    pub path: String,
}

/// Leaks, of which only the first are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Leaks {
    /// The first.
    pub list: Vec<Leak>,
    /// All.
    pub total: u64,
    /// Places that were passed over because the preset accepts what stands there.
    pub accepted: u64,
}

fn unreadable() -> Error {
    Error::new(Code::Io, Place::default()).detail("The finished ZIP could not be read back.")
}

/// Searches a ZIP.
///
/// # Errors
/// [`Code::Io`] when it cannot be read; what was not searched must not be handed out.
pub fn check(
    zip: &mut dyn Seekable,
    searcher: &Searcher,
    own_columns: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Leaks> {
    let mut search = Search::default();
    while !search.step(zip, searcher, own_columns)? {}
    Ok(search.finish())
}

/// A search of a ZIP file by file, for whoever may want to stop in between.
#[derive(Default)]
pub struct Search {
    searched: usize,
    leaks: Leaks,
}

impl Search {
    /// Searches the next file. Answers whether it was the last.
    ///
    /// # Errors
    /// As [`check`].
    pub fn step(
        &mut self,
        zip: &mut dyn Seekable,
        searcher: &Searcher,
        own_columns: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<bool> {
        let next = self.searched..self.searched.saturating_add(1);
        let files = search(zip, "", next, searcher, own_columns, &mut self.leaks)?;
        self.searched += 1;
        Ok(self.searched >= files)
    }

    /// What was found, once all was searched.
    pub fn finish(mut self) -> Leaks {
        order::sort(&mut self.leaks.list);
        self.leaks.list.dedup();
        self.leaks
    }
}

/// Searches some files of a ZIP that stands at a path, with the archives in it. Answers how many files it has.
fn search(
    zip: &mut dyn Seekable,
    within: &str,
    files: Range<usize>,
    searcher: &Searcher,
    own_columns: &BTreeMap<String, BTreeSet<String>>,
    leaks: &mut Leaks,
) -> Result<usize> {
    let mut archive = ZipArchive::new(zip).map_err(|_| unreadable())?;
    for index in files.start..files.end.min(archive.len()) {
        let mut hits = Hits::default();
        let mut entry = archive.by_index(index).map_err(|_| unreadable())?;
        let name = format!("{within}{}", entry.name().map_err(|_| unreadable())?);
        searcher.text(&name, &name, &mut hits);
        leaks.total += hits.total;
        leaks.list.extend(hits.list.drain(..).map(|hit| leak(&name, None, None, &hit)));
        hits.total = 0;
        if name.ends_with(".zip") && within.is_empty() {
            // Its packed bytes say nothing; what is in it is searched like the rest.
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|_| unreadable())?;
            drop(entry);
            search(&mut Cursor::new(bytes), &format!("{name}/"), 0..usize::MAX, searcher, own_columns, leaks)?;
            continue;
        }
        let mut scan = searcher.scan(&name);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let n = entry.read(&mut buffer).map_err(|_| unreadable())?;
            if n == 0 {
                break;
            }
            scan.push(buffer.get(..n).unwrap_or_default(), &mut hits);
        }
        scan.finish(&mut hits);
        drop(entry);
        if name == DATABASE {
            times(archive.by_index(index).map_err(|_| unreadable())?, searcher, &mut hits)?;
        }
        leaks.total += hits.total;
        leaks.accepted += hits.accepted;
        let own = Own::of(&name, own_columns);
        let (csv, jsonl) = (name.ends_with(".csv"), name.ends_with(".jsonl"));
        let table = csv || jsonl;
        if table && (!hits.list.is_empty() || !own.is_empty()) {
            let entry = archive.by_index(index).map_err(|_| unreadable())?;
            let mut cells = Cells { file: &name, searcher, own, search: !hits.list.is_empty(), leaks };
            if csv { cells.csv(entry) } else { cells.jsonl(entry) }
        }
        // A hit that spans cells, or in another file, has no cell.
        if !table || !leaks.list.iter().any(|leak| leak.file == name) {
            leaks.list.extend(hits.list.iter().map(|hit| leak(&name, None, None, hit)));
        }
    }
    Ok(archive.len())
}

/// Searches the times of a dump, which are no text in it.
fn times(mut dump: impl Read, searcher: &Searcher, hits: &mut Hits) -> Result<()> {
    let mut scan = searcher.scan(DATABASE);
    let (mut rows, mut text, mut buffer) = (Vec::new(), Vec::new(), vec![0; 256 << 10]);
    loop {
        let n = dump.read(&mut buffer).map_err(|_| unreadable())?;
        rows.extend_from_slice(buffer.get(..n).unwrap_or_default());
        let used = dump::times(&rows, &Limits::default(), &mut text);
        rows.drain(..used);
        scan.push(&text, hits);
        text.clear();
        if n == 0 {
            break;
        }
    }
    scan.finish(hits);
    // What was not understood was not searched.
    if rows.is_empty() { Ok(()) } else { Err(unreadable()) }
}

fn leak(file: &str, row: Option<u64>, column: Option<&str>, hit: &crate::protect::leak::Hit) -> Leak {
    Leak {
        file: file.to_owned(),
        row,
        column: column.map(str::to_owned),
        masked: hit.masked.clone(),
        class: hit.class,
        form: hit.form.as_str(),
        path: hit.path.clone(),
    }
}

/// The kind of storage that a table is about: the stem of its file's name.
fn kind(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default()
}

/// The values that must not be in a table's own columns: by field, what follows it in the path, and value.
#[derive(Default)]
struct Own<'a>(BTreeMap<&'a str, Vec<(&'a str, &'a BTreeSet<String>)>>);

impl<'a> Own<'a> {
    fn of(file: &str, all: &'a BTreeMap<String, BTreeSet<String>>) -> Own<'a> {
        let mut own = Own::default();
        for (path, values) in all {
            let field = path.strip_prefix(kind(file)).and_then(|rest| rest.strip_prefix(".."));
            if let Some(field) = field {
                let (name, below) = field.split_at(field.find(['.', '[']).unwrap_or(field.len()));
                own.0.entry(name).or_default().push((below, values));
            }
        }
        own
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that is left in a cell of a field: the cell itself, or what stands at its path inside.
    fn left(&self, field: &str, cell: &str) -> Option<&'a str> {
        let paths = self.0.get(field).filter(|_| !cell.is_empty())?;
        let whole = |(below, values): &(&str, &'a BTreeSet<String>)| {
            values.get(cell).filter(|_| below.is_empty()).map(String::as_str)
        };
        if let Some(value) = paths.iter().find_map(whole) {
            return Some(value);
        }
        if !cell.starts_with(['{', '[']) {
            return None;
        }
        let mut canonical = Vec::new();
        json::canonical(cell.as_bytes(), Limits::DEPTH, &mut canonical).ok()?;
        let cell = String::from_utf8(canonical).ok()?;
        let mut left = None;
        inside(&cell, "", &mut |at, text| {
            let found = paths.iter().filter(|(below, _)| fits(below, at)).find_map(|(_, values)| values.get(text));
            left = left.or(found.map(String::as_str));
        });
        left
    }
}

/// Calls `leaf` with the path and text of every string and number in canonical JSON, and of every key with the path of
/// its object. Paths are those of originals: places in lists do not count.
fn inside(text: &str, path: &str, leaf: &mut dyn FnMut(&str, &str)) {
    match text.as_bytes().first() {
        Some(b'{') => {
            for (key, value) in json::members(text).unwrap_or_default() {
                leaf(path, key);
                inside(value, &format!("{path}.{key}"), leaf);
            }
        }
        Some(b'[') => json::items(text).unwrap_or_default().into_iter().for_each(|item| inside(item, path, leaf)),
        Some(b'"') => leaf(path, &json::content(text).unwrap_or_default()),
        _ => leaf(path, text),
    }
}

/// Whether a path is that of an original, where `*` is any one part.
fn fits(original: &str, path: &str) -> bool {
    let (mut a, mut b) = (original.split('.'), path.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || a == "*" => {}
            _ => return false,
        }
    }
}

/// Finds the cells of a table that hold a hit.
struct Cells<'a> {
    file: &'a str,
    searcher: &'a Searcher,
    own: Own<'a>,
    /// Whether something was found in the file and its cells shall be named.
    search: bool,
    leaks: &'a mut Leaks,
}

impl Cells<'_> {
    fn csv(&mut self, entry: impl Read) {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(entry);
        let mut header: Vec<String> = Vec::new();
        let mut record = csv::ByteRecord::new();
        let mut row = 0;
        while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
            row += 1;
            if row == 1 {
                header = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            }
            let cell = |i: usize| String::from_utf8_lossy(record.get(i).unwrap_or_default());
            let named = header.iter().position(|h| h == "!field").map(cell);
            for (i, column) in header.iter().enumerate() {
                let field = named.as_deref().filter(|_| column == "!data").unwrap_or(column);
                if self.search || self.own.0.contains_key(field) {
                    self.cell(row, column, field, &cell(i));
                }
            }
        }
    }

    fn jsonl(&mut self, entry: impl Read) {
        let mut lines = BufReader::new(entry);
        let (mut line, mut row) = (Vec::new(), 0);
        while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            row += 1;
            let text = String::from_utf8_lossy(&line);
            let members = json::members(text.trim_end()).unwrap_or_default();
            let text = |value: &str| json::content(value).unwrap_or_else(|| value.to_owned());
            let named = members.iter().find(|(key, _)| *key == "!field").map(|(_, value)| text(value));
            for (column, value) in &members {
                let field = named.as_deref().filter(|_| *column == "!data").unwrap_or(column);
                if self.search || self.own.0.contains_key(field) {
                    self.cell(row, column, field, &text(value));
                }
            }
            line.clear();
        }
    }

    fn cell(&mut self, row: u64, column: &str, field: &str, cell: &str) {
        let (file, row, column) = (self.file, Some(row), Some(column));
        if self.search && self.leaks.list.len() < Hits::MOST {
            let mut hits = Hits::default();
            self.searcher.text(file, cell, &mut hits);
            self.leaks.list.extend(hits.list.iter().map(|hit| leak(file, row, column, hit)));
        }
        // The first line of a CSV file holds names.
        let names = row == Some(1) && file.ends_with(".csv");
        if let Some(value) =
            self.own.left(field, cell).or_else(|| self.own.left(field, cell.strip_prefix('\'')?)).filter(|_| !names)
        {
            self.leaks.total += 1;
            if self.leaks.list.len() < Hits::MOST {
                let (masked, class) = (masked(value), Class::PersonId);
                let (file, column) = (file.to_owned(), column.map(str::to_owned));
                self.leaks.list.push(Leak { file, row, column, masked, class, form: "text", path: String::new() });
            }
        }
    }
}
