//! Follows a table row by row as it passes by: which cells hold what was found, and what must not be left in its own
//! columns.

use crate::order::{Map, Set};
use std::borrow::Cow;

use super::{Leak, Leaks, leak};
use crate::json;
use crate::limits::Limits;
use crate::protect::class::Class;
use crate::protect::leak::{Hit, Hits, Searcher, masked};

/// The kind of storage that a table is about: the stem of its file's name.
fn kind(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default()
}

/// The values that must not be in a table's own columns: by field, what follows it in the path, and value.
#[derive(Default)]
pub(super) struct Own<'a>(Map<&'a str, Vec<(&'a str, &'a Set<String>)>>);

impl<'a> Own<'a> {
    pub fn of(file: &str, all: &'a Map<String, Set<String>>) -> Own<'a> {
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

    /// The value that is left in a cell of a field: the cell itself, or what stands at its path inside.
    fn left(&self, field: &str, cell: &str) -> Option<&'a str> {
        let paths = self.0.get(field).filter(|_| !cell.is_empty())?;
        let whole = |(below, values): &(&str, &'a Set<String>)| {
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

/// What the rows of a table are compared with.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    /// The table's path in the ZIP.
    pub file: &'a str,
    pub searcher: &'a Searcher,
    pub own: &'a Own<'a>,
}

/// A table on its way past.
pub(super) struct Table {
    csv: bool,
    rows: Rows,
    /// The row that is not at its end, and what is not looked at yet: the search is not over there, so that more may be
    /// found in it.
    held: Vec<u8>,
    /// Place of these bytes in the file, and how many of them were looked at.
    at: u64,
    seen: usize,
    /// Whether what comes next stands in quotes.
    quoted: bool,
}

/// The rows so far.
#[derive(Default)]
struct Rows {
    /// How many.
    count: u64,
    /// Names of the columns, each with whether its cells concern the search; of lines of JSON nothing.
    header: Vec<(String, bool)>,
    /// What was found in rows that are still to come.
    hits: Vec<Hit>,
    cells: Cells,
}

impl Table {
    /// At the beginning of a file; nothing if it is no table.
    pub fn of(file: &str) -> Option<Table> {
        let csv = file.ends_with(".csv");
        (csv || file.ends_with(".jsonl")).then(|| Table {
            csv,
            rows: Rows::default(),
            held: Vec::new(),
            at: 0,
            seen: 0,
            quoted: false,
        })
    }

    /// The next bytes, what was found meanwhile, and the place in the file before which nothing more will be.
    pub fn push(&mut self, bytes: &[u8], hits: Vec<Hit>, settled: u64, with: With<'_>, leaks: &mut Leaks) {
        self.rows.hits.extend(hits);
        self.held.extend_from_slice(bytes);
        let settled = usize::try_from(settled.saturating_sub(self.at)).unwrap_or(usize::MAX).min(self.held.len());
        let mut begin = 0;
        let fresh = self.held.get(self.seen..settled).unwrap_or_default();
        // Line ends in quotes end no row. In lines of JSON there are none.
        let quote = if self.csv { b'"' } else { b'\n' };
        for at in memchr::memchr2_iter(b'\n', quote, fresh).map(|at| self.seen + at) {
            if self.held.get(at) != Some(&b'\n') {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                let row = self.held.get(begin..=at).unwrap_or_default();
                begin = at + 1;
                self.rows.row(self.csv, row, self.at + begin as u64, with, leaks);
            }
        }
        self.seen = self.seen.max(settled) - begin;
        self.held.drain(..begin);
        self.at += begin as u64;
    }

    /// The end of the file, with what was found there.
    pub fn finish(mut self, hits: Vec<Hit>, with: With<'_>, leaks: &mut Leaks) {
        self.push(&[], hits, u64::MAX, with, leaks);
        if !self.held.is_empty() {
            self.rows.row(self.csv, &self.held, u64::MAX, with, leaks);
        }
        // What stands behind the last row.
        self.rows.hits.iter().for_each(|hit| leaks.add(leak(with.file, None, None, hit)));
    }
}

impl Rows {
    /// The next row, which ends at a place in the file.
    fn row(&mut self, csv: bool, row: &[u8], end: u64, with: With<'_>, leaks: &mut Leaks) {
        if csv && matches!(row, b"\n" | b"\r\n") {
            return;
        }
        self.count += 1;
        let found = match self.hits.is_empty() {
            true => Vec::new(),
            false => self.hits.extract_if(.., |hit| hit.offset < end).collect(),
        };
        let shown = match csv {
            true if self.count == 1 || !found.is_empty() || !with.own.0.is_empty() => {
                self.csv(row, !found.is_empty(), with, leaks)
            }
            false if !found.is_empty() || !with.own.0.is_empty() => self.line(row, !found.is_empty(), with, leaks),
            _ => false,
        };
        // What spans cells is in none of them.
        if !shown {
            found.iter().for_each(|hit| leaks.add(leak(with.file, Some(self.count), None, hit)));
        }
    }

    /// Looks at the cells of a row of CSV; answers whether what was found in it is in one of them.
    fn csv(&mut self, row: &[u8], search: bool, with: With<'_>, leaks: &mut Leaks) -> bool {
        let mut cells = std::mem::take(&mut self.cells);
        cells.cut(row);
        let names = self.count == 1;
        if names {
            let column = |name: Cow<'_, str>| (name.to_string(), name == DATA || with.own.0.contains_key(&*name));
            self.header = (0..cells.ends.len()).map(|i| column(cells.get(i))).collect();
        }
        let named = self.header.iter().position(|(column, _)| column == FIELD).map(|i| cells.get(i));
        let mut shown = false;
        for (i, (column, concerned)) in self.header.iter().enumerate() {
            if *concerned || search {
                let field = named.as_deref().filter(|_| column == DATA).unwrap_or(column);
                // The first row holds names.
                let own = !names && with.own.0.contains_key(field);
                if own || search {
                    shown |= self.cell(column, field, &cells.get(i), (own, search), with, leaks);
                }
            }
        }
        drop(named);
        self.cells = cells;
        shown
    }

    /// The same of a line of JSON.
    fn line(&self, line: &[u8], search: bool, with: With<'_>, leaks: &mut Leaks) -> bool {
        let text = String::from_utf8_lossy(line);
        let members = json::members(text.trim_end()).unwrap_or_default();
        let text = |value: &str| json::content(value).unwrap_or_else(|| value.to_owned());
        let named = members.iter().find(|(key, _)| *key == FIELD).map(|(_, value)| text(value));
        let mut shown = false;
        for (column, value) in &members {
            let field = named.as_deref().filter(|_| *column == DATA).unwrap_or(column);
            let own = with.own.0.contains_key(field);
            if own || search {
                shown |= self.cell(column, field, &text(value), (own, search), with, leaks);
            }
        }
        shown
    }

    /// Looks at a cell for its field's own values and, where something was found in its row, for that. Answers whether
    /// it is here.
    fn cell(
        &self,
        column: &str,
        field: &str,
        cell: &str,
        (own, search): (bool, bool),
        with: With<'_>,
        leaks: &mut Leaks,
    ) -> bool {
        let (row, mut hits) = (Some(self.count), Hits::default());
        if search && !leaks.full() {
            with.searcher.text(with.file, cell, &mut hits);
            hits.list.iter().for_each(|hit| leaks.add(leak(with.file, row, Some(column), hit)));
        }
        let unmarked = || with.own.left(field, cell.strip_prefix('\'')?);
        if let Some(value) = own.then(|| with.own.left(field, cell).or_else(unmarked)).flatten() {
            leaks.total += 1;
            leaks.add(Leak {
                file: with.file.to_owned(),
                row,
                column: Some(column.to_owned()),
                masked: masked(value),
                class: Class::PersonId,
                form: "text",
                path: String::new(),
            });
        }
        hits.total > 0
    }
}

/// The cells of a row of CSV, without their quotes, one behind the other.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    /// Takes a row.
    fn cut(&mut self, row: &[u8]) {
        self.bytes.clear();
        self.ends.clear();
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        let mut rest = row.strip_suffix(b"\r").unwrap_or(row);
        loop {
            if let Some(inside) = rest.strip_prefix(b"\"") {
                rest = inside;
                while let Some((before, behind)) = split(rest, b'"') {
                    self.bytes.extend_from_slice(before);
                    rest = behind;
                    // Two are one.
                    let Some(behind) = rest.strip_prefix(b"\"") else { break };
                    self.bytes.push(b'"');
                    rest = behind;
                }
            }
            let next = split(rest, b',');
            self.bytes.extend_from_slice(next.map_or(rest, |(cell, _)| cell));
            self.ends.push(self.bytes.len());
            let Some((_, behind)) = next else { return };
            rest = behind;
        }
    }

    /// A cell; empty where there is none.
    fn get(&self, index: usize) -> Cow<'_, str> {
        let begin = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = begin.zip(self.ends.get(index).copied());
        String::from_utf8_lossy(range.and_then(|(begin, end)| self.bytes.get(begin..end)).unwrap_or_default())
    }
}

/// What stands before and behind the first of a byte.
fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(at, bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// The columns of tables whose cells are of several fields: which one, and its value.
const FIELD: &str = "!field";
const DATA: &str = "!data";
