//! Produce one file of the result: a processed table as CSV or JSONL, or a file that is passed on as it was given.

use super::Filetype;
use super::cell::{self, Dtype, Value as Cell};
use super::contents::Form;
use super::copy_csv::Record;
use super::frame::{ClassFile, Part};
use super::json::{Index, Token, Tree};
use super::json_text;
use super::member::{Flow, Stream};
use super::number;
use super::passes::{Go, Sorted};
use super::row::{Names, Pickles, Row, RowMaker, owned};
use super::study::Study;
use crate::error::Result;
use crate::table::{Producer, STEP, Step};
use std::collections::VecDeque;
use std::sync::Arc;

/// Passes a file on.
#[derive(Debug)]
pub struct Copy(pub Stream);

impl Producer for Copy {
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step> {
        Ok(match self.0.read(out, STEP)? {
            Flow::Want(want) => Step::Want(want),
            Flow::Some => Step::More,
            Flow::End => Step::Done,
        })
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.0.push(chunk);
        Ok(())
    }
}

/// The rows of a processed file, part after part, in the order of the file.
#[derive(Debug)]
struct Rows {
    study: Arc<Study>,
    /// Index of the file in the study.
    file: usize,
    names: Names,
    /// The part that is read, and what comes after it.
    part: usize,
    reading: Option<(Sorted, Pickles)>,
    /// Rows given so far.
    given: u64,
}

impl Rows {
    fn new(study: Arc<Study>, file: usize) -> Self {
        let names = study.file(file).map(|f| f.names.clone()).unwrap_or_default();
        Rows { study, file, names, part: 0, reading: None, given: 0 }
    }

    fn push(&mut self, chunk: &[u8]) {
        if let Some((sorted, _)) = &mut self.reading {
            sorted.push(chunk);
        }
    }

    /// Reads a piece; each row goes to `sink` with the file that it belongs to.
    fn step(&mut self, sink: &mut dyn FnMut(&ClassFile, &Row<'_>)) -> Result<Step> {
        let Some(file) = self.study.file(self.file) else { return Ok(Step::Done) };
        let Some(Part { table, group, plan, fixed }) = file.parts.get(self.part) else { return Ok(Step::Done) };
        let Some(table) = self.study.raw_table(*table) else { return Ok(Step::Done) };
        let limits = self.study.limits();
        let (mut sorted, mut pickles) = match self.reading.take() {
            Some(reading) => reading,
            None => (Sorted::new(table, *group, limits), Pickles::new(plan, table, limits.depth)),
        };
        let maker = RowMaker {
            plan,
            table,
            links: self.study.links(),
            old: self.study.is_old(),
            depth: limits.depth,
            only_kinds: false,
        };
        let (names, given) = (&mut self.names, &mut self.given);
        let go = sorted.step(table, &mut |record: &Record| {
            pickles.read(record);
            sink(file, &maker.make(record, &pickles, fixed, names));
            *given += 1;
            Ok(())
        })?;
        if go == Go::End {
            self.part += 1;
            return Ok(Step::More);
        }
        self.reading = Some((sorted, pickles));
        Ok(match go {
            Go::Want(want) => Step::Want(want),
            _ => Step::More,
        })
    }
}

/// A processed file being written.
#[derive(Debug)]
pub struct Processed {
    rows: Rows,
    /// Column numbers and types in the order of the header.
    columns: Vec<(u32, Dtype)>,
    filetype: Filetype,
    begun: bool,
}

impl Processed {
    /// Begins with the file at an index.
    pub fn new(study: Arc<Study>, file: usize, form: Form, filetype: Filetype) -> Self {
        let columns = typed(&study, file, form);
        Processed { rows: Rows::new(study, file), columns, filetype, begun: false }
    }
}

/// The columns of the file at an index, with their types.
fn typed(study: &Study, file: usize, form: Form) -> Vec<(u32, Dtype)> {
    let of = |file| columns(file, form).map(|id| (id, file.dtype(id))).collect();
    study.file(file).map(of).unwrap_or_default()
}

/// The columns of a file in one of PsyNet's forms.
pub fn columns(file: &ClassFile, form: Form) -> impl Iterator<Item = u32> {
    file.order.iter().copied().filter(move |id| form == Form::Regular || !file.is_scrubbed(*id))
}

impl Producer for Processed {
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step> {
        if !std::mem::replace(&mut self.begun, true) && self.filetype == Filetype::Csv {
            for (n, (id, _)) in self.columns.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                cell::write_csv(self.rows.names.name(*id), out);
            }
            out.push(b'\n');
        }
        let (columns, filetype) = (&self.columns, self.filetype);
        self.rows.step(&mut |file, row| match filetype {
            Filetype::Csv => csv(row, columns, out),
            Filetype::Jsonl => jsonl(row, columns, file, out),
        })
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.rows.push(chunk);
        Ok(())
    }

    fn rows(&self) -> u64 {
        self.rows.given
    }
}

fn csv(row: &Row<'_>, columns: &[(u32, Dtype)], out: &mut Vec<u8>) {
    let start = out.len();
    for (n, (id, dtype)) in columns.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        if let Some(value) = row.get(*id) {
            cell::write_csv(&cell::print(value, *dtype), out);
        }
    }
    // Python writes the only, empty field of a row with quotes, lest the line be empty.
    if columns.len() == 1 && out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

/// A row as a JSON object: typed values, JSON as JSON, `null` for None; columns that the row lacks are left out.
/// What JSON has no number for (NaN, Infinity) is `null`.
fn jsonl(row: &Row<'_>, columns: &[(u32, Dtype)], file: &ClassFile, out: &mut Vec<u8>) {
    let mut line = String::from("{");
    for (id, _) in columns {
        let Some(value) = row.get(*id) else { continue };
        if line.len() > 1 {
            line.push(',');
        }
        json_text::write_text(file.names.name(*id), &mut line);
        line.push(':');
        match value {
            Cell::None => line.push_str("null"),
            Cell::Bool(b) => line.push_str(if *b { "true" } else { "false" }),
            Cell::Int(digits) => line.push_str(digits),
            Cell::Float(f) if f.is_finite() => line.push_str(number::Buffer::default().python(*f)),
            Cell::Float(_) => line.push_str("null"),
            Cell::Text(text) => json_text::write_text(text, &mut line),
            Cell::Json(text) => embed(text, &mut line),
        }
    }
    line.push_str("}\n");
    out.extend_from_slice(line.as_bytes());
}

/// Adds Python's JSON as JSON that every reader takes.
fn embed(text: &str, out: &mut String) {
    if !text.contains("NaN") && !text.contains("Infinity") {
        out.push_str(text);
        return;
    }
    let mut tree = Tree::default();
    match tree.parse(text, usize::MAX) {
        Ok(()) => finite(&tree, text, Tree::ROOT, out),
        Err(_) => json_text::write_text(text, out),
    }
}

fn finite(tree: &Tree, text: &str, index: Index, out: &mut String) {
    match tree.token(index) {
        Token::Float if number::float(tree.raw(text, index)).is_none_or(|f| !f.is_finite()) => out.push_str("null"),
        Token::List => {
            out.push('[');
            for (n, child) in tree.children(index).enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                finite(tree, text, child, out);
            }
            out.push(']');
        }
        Token::Dict => {
            out.push('{');
            for (n, (key, value)) in tree.pairs(index).enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                json_text::write_raw(tree.raw(text, key), out);
                out.push_str(": ");
                finite(tree, text, value, out);
            }
            out.push('}');
        }
        Token::Text(_) => json_text::write_raw(tree.raw(text, index), out),
        _ => out.push_str(tree.raw(text, index)),
    }
}

/// Rows after those asked for that are kept: who looks at a table scrolls down.
const SPARE: usize = 1000;

/// Some rows of a processed file, to look at.
#[derive(Debug)]
pub struct Preview {
    rows: Rows,
    columns: Vec<(u32, Dtype)>,
    /// Rows still to be passed over.
    skip: usize,
    count: usize,
    /// Rows so far, cells as they are printed in CSV; `None` where nothing is.
    found: VecDeque<Vec<Option<String>>>,
    /// Number of the row that comes next, the first of `found` if there is any.
    next: usize,
    /// Whether rows came that there was no room for.
    lost: bool,
}

impl Preview {
    /// Begins with the file at an index; `count` rows from the row `start` on.
    pub fn new(study: Arc<Study>, file: usize, form: Form, start: usize, count: usize) -> Self {
        let columns = typed(&study, file, form);
        let (found, rows) = (VecDeque::new(), Rows::new(study, file));
        Preview { rows, columns, skip: start, count, found, next: start, lost: false }
    }

    /// Goes on with rows further down; answers whether that can be done without beginning anew.
    pub fn go_on(&mut self, start: usize, count: usize) -> bool {
        let Some(ahead) = start.checked_sub(self.next).filter(|_| !self.lost && self.skip == 0) else { return false };
        let at_hand = ahead.min(self.found.len());
        self.found.drain(..at_hand);
        self.skip = ahead - at_hand;
        (self.next, self.count) = (start, count);
        true
    }

    /// The next bit of work: [`Step::Done`] when all rows are there.
    pub fn step(&mut self) -> Result<Step> {
        if self.found.len() >= self.count {
            return Ok(Step::Done);
        }
        let Preview { rows, columns, skip, count, found, lost, .. } = self;
        rows.step(&mut |_, row| {
            if *skip > 0 {
                *skip -= 1;
            } else if found.len() < count.saturating_add(SPARE) {
                let print = |(id, dtype): &(u32, Dtype)| match row.get(*id) {
                    None | Some(Cell::None) => None,
                    Some(value) => Some(cell::print(&owned(value.clone()), *dtype).into_owned()),
                };
                found.push_back(columns.iter().map(print).collect());
            } else {
                *lost = true;
            }
        })
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.rows.push(chunk);
    }

    /// The rows.
    pub fn take(&mut self) -> Vec<Vec<Option<String>>> {
        let rows: Vec<_> = self.found.drain(..self.count.min(self.found.len())).collect();
        self.next += rows.len();
        rows
    }
}
