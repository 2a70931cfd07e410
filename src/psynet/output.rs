//! Produce one file of the result: a processed table as CSV or JSONL, or a file that is passed on as it was given.

use super::cell::{self, Dtype, Value as Cell};
use super::columns::{Names, Row};
use super::contents::Form;
use super::copy_csv::Record;
use super::frame::{ClassFile, Part};
use super::json::{Index, Token, Tree};
use super::json_text;
use super::member::{Flow, Stream};
use super::number;
use super::passes::{Go, Sorted};
use super::pickles::Pickles;
use super::row::RowMaker;
use super::shelf::Shelf;
use super::study::Study;
use super::survey::RawTable;
use super::{Filetype, Options};
use crate::error::Result;
use crate::table::{Producer, STEP, Step};
use crate::write::spreadsheet;
use std::borrow::Cow;
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
    reading: Option<(Source, Pickles)>,
    shelf: Option<Shelf>,
    /// Rows given so far.
    given: u64,
    /// Room for a row.
    room: Row<'static>,
}

/// Where the records of a part come from.
#[derive(Debug)]
enum Source {
    Table(Box<Sorted>),
    Shelf(std::vec::IntoIter<(u32, Record)>),
}

/// Records taken from a shelf at once.
const SOME: usize = 256;

impl Rows {
    fn new(study: Arc<Study>, file: usize, shelf: Option<&Shelf>) -> Self {
        let names = study.file(file).map(|f| f.names.clone()).unwrap_or_default();
        Rows { study, file, names, part: 0, reading: None, shelf: shelf.cloned(), given: 0, room: Row::default() }
    }

    fn push(&mut self, chunk: &[u8]) {
        if let Some((Source::Table(sorted), _)) = &mut self.reading {
            sorted.push(chunk);
        }
    }

    /// Where the records of a part come from: the shelf if they are there, else the table.
    fn source(&self, part: &Part, table: &RawTable) -> Source {
        let limits = self.study.limits();
        let sorted = Sorted::new(table, part.group, limits);
        let Some(shelf) = &self.shelf else { return Source::Table(Box::new(sorted)) };
        let place = (part.table, table);
        if let Some(rows) = shelf.take(place, part.group) {
            return Source::Shelf(rows.into_iter());
        }
        let later = self.study.later_groups((self.file, self.part), part.table);
        let aside = shelf.choose(place, later, limits);
        Source::Table(Box::new(sorted.setting_aside(aside, shelf.clone())))
    }

    /// Reads a piece; each row goes to `sink` with the file that it belongs to.
    fn step(&mut self, sink: &mut dyn FnMut(&ClassFile, &Row<'_>)) -> Result<Step> {
        let study = self.study.clone();
        let Some(file) = study.file(self.file) else { return Ok(Step::Done) };
        let Some(part) = file.parts.get(self.part) else { return Ok(Step::Done) };
        let Some(table) = study.raw_table(part.table) else { return Ok(Step::Done) };
        let depth = study.limits().depth;
        let (mut source, mut pickles) = match self.reading.take() {
            Some(reading) => reading,
            None => (self.source(part, table), Pickles::again(&part.plan, table, depth, &part.verbatim)),
        };
        let links = study.links();
        let (old, spare) = (study.is_old(), study.limits().recurring());
        let maker = RowMaker { plan: &part.plan, table, links, old, depth, only_kinds: false, spare };
        let Rows { names, given, room, .. } = self;
        let mut each = |record: &Record| {
            pickles.read(record);
            let made = maker.make(record, &pickles, &part.fixed, names, std::mem::take(room).emptied())?;
            sink(file, &made);
            *room = made.emptied();
            *given += 1;
            Ok(())
        };
        let go = match &mut source {
            Source::Table(sorted) => sorted.step(table, &mut each)?,
            Source::Shelf(rows) => {
                rows.by_ref().take(SOME).try_for_each(|(_, record)| each(&record))?;
                if rows.len() > 0 { Go::More } else { Go::End }
            }
        };
        if go == Go::End {
            self.part += 1;
            return Ok(Step::More);
        }
        self.reading = Some((source, pickles));
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
    pub fn new(study: Arc<Study>, file: usize, options: &Options, shelf: Option<&Shelf>) -> Self {
        let columns = typed(&study, file, options.form);
        Processed { rows: Rows::new(study, file, shelf), columns, filetype: options.filetype, begun: false }
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
        if !std::mem::replace(&mut self.begun, true) && self.filetype != Filetype::Jsonl {
            let guards = self.filetype == Filetype::Spreadsheet;
            out.extend_from_slice(if guards { spreadsheet::MARK } else { b"" });
            for (n, (id, _)) in self.columns.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                let name = Cell::Text(self.rows.names.name(*id).into());
                cell::write_csv(&shown(&name, Dtype::Text, guards), out);
            }
            out.push(b'\n');
        }
        let (columns, filetype) = (&self.columns, self.filetype);
        self.rows.step(&mut |file, row| match filetype {
            Filetype::Csv => csv(row, columns, false, out),
            Filetype::Spreadsheet => csv(row, columns, true, out),
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

/// The text of a cell; with guards, as it stands in a file for spreadsheet programs.
fn shown<'v>(value: &'v Cell<'_>, dtype: Dtype, guards: bool) -> Cow<'v, str> {
    let text = cell::print(value, dtype);
    if guards && !matches!(value, Cell::Float(_) | Cell::Bool(_)) && dtype != Dtype::Float {
        return spreadsheet::guarded(text);
    }
    text
}

fn csv(row: &Row<'_>, columns: &[(u32, Dtype)], guards: bool, out: &mut Vec<u8>) {
    let start = out.len();
    for (n, (id, dtype)) in columns.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        if let Some(value) = row.get(*id) {
            if guards {
                cell::write_csv(&shown(value, *dtype, guards), out);
            } else {
                cell::write(value, *dtype, out);
            }
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
        json(value, &mut line);
    }
    line.push_str("}\n");
    out.extend_from_slice(line.as_bytes());
}

/// A cell as JSON.
fn json(value: &Cell<'_>, out: &mut String) {
    match value {
        Cell::None => out.push_str("null"),
        Cell::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Cell::Int(digits) => out.push_str(digits),
        Cell::Float(f) if f.is_finite() => out.push_str(number::Buffer::default().python(*f)),
        Cell::Float(_) => out.push_str("null"),
        Cell::Text(text) => json_text::write_text(text, out),
        Cell::Json(text) => embed(text, out),
    }
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
    filetype: Filetype,
    /// Rows still to be passed over.
    skip: usize,
    count: usize,
    /// Rows so far, cells as the format shows them; `None` where nothing is.
    found: VecDeque<Vec<Option<String>>>,
    /// Number of the row that comes next, the first of `found` if there is any.
    next: usize,
    /// Whether rows came that there was no room for.
    lost: bool,
}

impl Preview {
    /// Begins with the file at an index; `count` rows from the row `start` on.
    pub fn new(study: Arc<Study>, file: usize, options: &Options, start: usize, count: usize) -> Self {
        let columns = typed(&study, file, options.form);
        let (found, rows) = (VecDeque::new(), Rows::new(study, file, None));
        Preview { rows, columns, filetype: options.filetype, skip: start, count, found, next: start, lost: false }
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
        let Preview { rows, columns, filetype, skip, count, found, lost, .. } = self;
        rows.step(&mut |_, row| {
            if *skip > 0 {
                *skip -= 1;
            } else if found.len() < count.saturating_add(SPARE) {
                let print = |(id, dtype): &(u32, Dtype)| match row.get(*id) {
                    None | Some(Cell::None) => None,
                    Some(value) => Some(match filetype {
                        Filetype::Csv => shown(value, *dtype, false).into_owned(),
                        Filetype::Spreadsheet => shown(value, *dtype, true).into_owned(),
                        Filetype::Jsonl => {
                            let mut text = String::new();
                            json(value, &mut text);
                            text
                        }
                    }),
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
