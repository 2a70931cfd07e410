//! Follows a table row by row as it passes by: which cells hold what was found, and what must not be left in its own
//! columns.

use std::collections::{BTreeMap, BTreeSet};

use super::{Leak, Leaks, leak};
use crate::error::Result;
use crate::json;
use crate::limits::Limits;
use crate::protect::class::Class;
use crate::protect::leak::{Hit, Hits, Searcher, masked};
use crate::read::csv_rows::{self, CsvRows};

/// The kind of storage that a table is about: the stem of its file's name.
fn kind(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default()
}

/// The values that must not be in a table's own columns: by field, what follows it in the path, and value.
#[derive(Default)]
pub(super) struct Own<'a>(BTreeMap<&'a str, Vec<(&'a str, &'a BTreeSet<String>)>>);

impl<'a> Own<'a> {
    pub fn of(file: &str, all: &'a BTreeMap<String, BTreeSet<String>>) -> Own<'a> {
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
    cut: Cut,
    rows: Rows,
    /// The end of what was pushed: the search is not over there, so that more may be found in it.
    held: Vec<u8>,
    /// Bytes of the file before these.
    at: u64,
}

/// What cuts a table into rows.
enum Cut {
    Csv(Box<CsvRows>),
    /// The line that is not at its end.
    Lines(Vec<u8>),
}

/// The rows so far.
#[derive(Default)]
struct Rows {
    /// How many.
    count: u64,
    /// Names of the columns, each with whether its cells concern the search; of lines nothing.
    header: Vec<(String, bool)>,
    /// What was found in rows that are still to come.
    hits: Vec<Hit>,
}

impl Table {
    /// At the beginning of a file; nothing if it is no table.
    pub fn of(file: &str) -> Option<Table> {
        // The table is the result of limits; its rows may be as long as they came out.
        let unlimited = Limits { record: usize::MAX, columns: usize::MAX, ..Limits::default() };
        let cut = match () {
            () if file.ends_with(".csv") => Cut::Csv(Box::new(CsvRows::new(b',', unlimited))),
            () if file.ends_with(".jsonl") => Cut::Lines(Vec::new()),
            () => return None,
        };
        Some(Table { cut, rows: Rows::default(), held: Vec::new(), at: 0 })
    }

    /// The next bytes, what was found meanwhile, and the place in the file before which nothing more will be.
    pub fn push(
        &mut self,
        bytes: &[u8],
        hits: Vec<Hit>,
        settled: u64,
        with: With<'_>,
        leaks: &mut Leaks,
    ) -> Result<()> {
        self.rows.hits.extend(hits);
        self.held.extend_from_slice(bytes);
        let ready = usize::try_from(settled.saturating_sub(self.at)).unwrap_or(usize::MAX).min(self.held.len());
        let Table { cut, rows, held, at } = self;
        let bytes = held.get(..ready).unwrap_or_default();
        match cut {
            Cut::Csv(csv) => csv.push(bytes, &mut |row| {
                rows.csv(&row, with, leaks);
                Ok(())
            })?,
            Cut::Lines(begun) => {
                let mut end = *at;
                for piece in bytes.split_inclusive(|b| *b == b'\n') {
                    begun.extend_from_slice(piece);
                    end += piece.len() as u64;
                    if piece.ends_with(b"\n") {
                        rows.line(begun, end, with, leaks);
                        begun.clear();
                    }
                }
            }
        }
        held.drain(..ready);
        *at += ready as u64;
        Ok(())
    }

    /// The end of the file, with what was found there.
    pub fn finish(mut self, hits: Vec<Hit>, with: With<'_>, leaks: &mut Leaks) -> Result<()> {
        self.push(&[], hits, u64::MAX, with, leaks)?;
        match self.cut {
            Cut::Csv(mut csv) => {
                csv.finish(&mut |row| {
                    self.rows.csv(&row, with, leaks);
                    Ok(())
                })?;
            }
            Cut::Lines(line) if line.is_empty() => {}
            Cut::Lines(line) => self.rows.line(&line, u64::MAX, with, leaks),
        }
        // What stands in no row.
        self.rows.hits.iter().for_each(|hit| leaks.add(leak(with.file, None, None, hit)));
        Ok(())
    }
}

impl Rows {
    fn csv(&mut self, cells: &csv_rows::Cells<'_>, with: With<'_>, leaks: &mut Leaks) {
        let cell = |i: usize| String::from_utf8_lossy(cells.get(i).unwrap_or_default());
        self.count += 1;
        let names = self.count == 1;
        if names {
            let column = |i: usize| (cell(i).into_owned(), cell(i) == DATA || with.own.0.contains_key(&*cell(i)));
            self.header = (0..cells.len()).map(column).collect();
        }
        let found = self.found(cells.end);
        if found.is_empty() && (names || with.own.0.is_empty()) {
            return;
        }
        let named = self.header.iter().position(|(column, _)| column == FIELD).map(cell);
        let mut shown = false;
        for (i, (column, concerned)) in self.header.iter().enumerate() {
            if *concerned || !found.is_empty() {
                let field = named.as_deref().filter(|_| column == DATA).unwrap_or(column);
                let own = with.own.0.contains_key(field) && !names;
                shown |= self.cell(column, field, &cell(i), (own, !found.is_empty()), with, leaks);
            }
        }
        self.beside_cells(found, shown, with, leaks);
    }

    fn line(&mut self, line: &[u8], end: u64, with: With<'_>, leaks: &mut Leaks) {
        self.count += 1;
        let found = self.found(end);
        if found.is_empty() && with.own.0.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(line);
        let members = json::members(text.trim_end()).unwrap_or_default();
        let text = |value: &str| json::content(value).unwrap_or_else(|| value.to_owned());
        let named = members.iter().find(|(key, _)| *key == FIELD).map(|(_, value)| text(value));
        let mut shown = false;
        for (column, value) in &members {
            let field = named.as_deref().filter(|_| *column == DATA).unwrap_or(column);
            let own = with.own.0.contains_key(field);
            if own || !found.is_empty() {
                shown |= self.cell(column, field, &text(value), (own, !found.is_empty()), with, leaks);
            }
        }
        self.beside_cells(found, shown, with, leaks);
    }

    /// What was found before the end of a row and in none before it.
    fn found(&mut self, end: u64) -> Vec<Hit> {
        self.hits.extract_if(.., |hit| hit.offset < end).collect()
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

    /// What was found in a row and in no cell of it, as it spans several.
    fn beside_cells(&self, found: Vec<Hit>, shown: bool, with: With<'_>, leaks: &mut Leaks) {
        if !shown {
            found.iter().for_each(|hit| leaks.add(leak(with.file, Some(self.count), None, hit)));
        }
    }
}

/// The columns of tables whose cells are of several fields: which one, and its value.
const FIELD: &str = "!field";
const DATA: &str = "!data";
