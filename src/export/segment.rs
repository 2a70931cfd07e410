//! Rendering ahead: the tables cut into runs of rows, so that several threads can render one file.
//!
//! A segment is known by its rows alone; joined in order, segments are the file, however many there are.

use crate::order::Map;
use crate::recipe::Filetype;
use crate::table::STEP;
use crate::view::{Cursor, Table};
use crate::write::csv::{self, Csv};
use crate::write::jsonl::{self, Jsonl};
use crate::write::spreadsheet::{self, Guarded};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Rows of a table, to be rendered by anyone.
pub struct Segment {
    /// Its number, from 0, over all tables.
    pub number: u64,
    table: Arc<Table>,
    keys: Arc<Vec<Vec<u8>>>,
    filetype: Filetype,
    rows: Range<u64>,
}

impl Segment {
    /// The rows as the file holds them, the header before the first.
    pub fn render(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 * STEP);
        let mut cursor = Cursor::default();
        let mut row = self.rows.start;
        loop {
            row = render(&self.table, self.filetype, row..self.rows.end, &mut cursor, &self.keys, &mut out);
            if row >= self.rows.end {
                return out;
            }
        }
    }
}

/// Gives segments out in order and takes their bytes in any.
pub(super) struct Ahead {
    /// Tables of which segments are still to be given out.
    tables: VecDeque<Arc<Table>>,
    filetype: Filetype,
    keys: Arc<Vec<Vec<u8>>>,
    row: u64,
    given: u64,
    /// The ends of the segments that were given out and not used yet.
    ends: VecDeque<u64>,
    used: u64,
    bytes: Map<u64, Vec<u8>>,
}

impl Ahead {
    pub(super) fn new(filetype: Filetype) -> Self {
        let (tables, ends, bytes) = (VecDeque::new(), VecDeque::new(), Map::new());
        Ahead { tables, filetype, keys: Arc::default(), row: 0, given: 0, ends, used: 0, bytes }
    }

    /// One more table.
    pub(super) fn add(&mut self, table: Arc<Table>) {
        self.tables.push_back(table);
        if self.tables.len() == 1 {
            self.begin();
        }
    }

    /// How many segments were given out and not used yet.
    pub(super) fn given(&self) -> usize {
        self.ends.len()
    }

    fn begin(&mut self) {
        self.row = 0;
        if let (Some(table), Filetype::Jsonl) = (self.tables.front(), self.filetype) {
            self.keys = Arc::new(jsonl::keys(&table.columns));
        }
    }

    /// The next segment unless `most` are on their way; a table without rows is one.
    pub(super) fn give(&mut self, most: usize) -> Option<Segment> {
        if self.ends.len() >= most {
            return None;
        }
        let table = self.tables.front()?.clone();
        let end = table.rows.min(self.row + run(&table));
        let number = self.given;
        let rows = self.row..end;
        self.given += 1;
        self.ends.push_back(end);
        let keys = self.keys.clone();
        if end >= table.rows {
            self.tables.pop_front();
            self.begin();
        } else {
            self.row = end;
        }
        Some(Segment { number, table, keys, filetype: self.filetype, rows })
    }

    pub(super) fn take(&mut self, number: u64, bytes: Vec<u8>) {
        self.bytes.insert(number, bytes);
    }

    /// Appends the next segment and says at which row it ends; `None` if it is not there yet.
    pub(super) fn append(&mut self, out: &mut Vec<u8>) -> Option<u64> {
        let bytes = self.bytes.remove(&self.used)?;
        self.used += 1;
        if out.is_empty() {
            *out = bytes
        } else {
            out.extend_from_slice(&bytes)
        }
        self.ends.pop_front()
    }
}

/// Rows in a segment: about half a megabyte, fewer where rows are wide.
fn run(table: &Table) -> u64 {
    (2048 / (1 + table.columns.len() as u64 / 32)).max(64)
}

/// Appends rows of a table, about [`STEP`] bytes of them, the header before the first; returns the next row.
pub fn render(
    table: &Table,
    filetype: Filetype,
    rows: Range<u64>,
    cursor: &mut Cursor,
    keys: &[Vec<u8>],
    out: &mut Vec<u8>,
) -> u64 {
    match filetype {
        Filetype::Csv => {
            if rows.start == 0 {
                csv::header(&table.columns, out);
            }
            let end = out.len() + STEP;
            table.emit(rows, cursor, &mut Csv::new(out, table.columns.len()), |csv| csv.len() < end)
        }
        Filetype::Spreadsheet => {
            if rows.start == 0 {
                spreadsheet::header(&table.columns, out);
            }
            let end = out.len() + STEP;
            let mut guarded = Guarded::new(Csv::new(out, table.columns.len()));
            table.emit(rows, cursor, &mut guarded, |guarded| guarded.rows.len() < end)
        }
        Filetype::Jsonl => {
            let end = out.len() + STEP;
            table.emit(rows, cursor, &mut Jsonl::new(out, keys), |jsonl| jsonl.len() < end)
        }
    }
}
