//! Work that can be shared: tables cut into stretches of rows, each of which anyone can render and compress.
//!
//! Where a stretch begins is known by rows alone, and its blocks refer to nothing before it. So joined in order
//! stretches are the file, however many work on them.

use crate::error::Result;
use crate::recipe::Filetype;
use crate::table::STEP;
use crate::view::{Cursor, Table};
use crate::write::csv::{self, Csv};
use crate::write::deflate::{Block, Cut, Level, Packed, pack};
use crate::write::jsonl::{self, Jsonl};
use crate::write::spreadsheet::{self, Guarded};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Where in the input's parts something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartAt {
    /// How many parts were read: it is in the last.
    pub read: u64,
    /// Whether little is left of the part and another follows. Who reads that should leave the rest to others, and begin.
    pub closing: bool,
}

/// Rows of a table, to be made into blocks by anyone who has the table.
#[derive(Clone)]
pub struct Stretch {
    /// Its number, from 0, over all tables.
    pub number: u64,
    /// Number of the file in the ZIP, as in [`super::Task`].
    pub file: usize,
    /// Path of the table in the ZIP.
    pub path: Arc<str>,
    /// Name of the session.
    pub session: Arc<str>,
    /// Of which part of the input it is.
    pub part: PartAt,
    /// Which rows.
    pub rows: Range<u64>,
    /// Rows in a stretch of this table at most.
    run: u64,
    table: Arc<Table>,
    filetype: Filetype,
}

impl Stretch {
    /// Whether the file ends here.
    pub fn last(&self) -> bool {
        self.rows.end >= self.table.rows
    }

    /// Whether it is all of the file, so that whoever makes it can hash it.
    pub fn whole(&self) -> bool {
        self.rows.start == 0 && self.last()
    }

    /// About how much work it is, as a part of the largest: many tables have only a few rows.
    pub fn work(&self) -> f64 {
        (self.rows.end - self.rows.start) as f64 / self.run as f64
    }

    /// What is in its blocks, compressed and joined; `raw` sees the bytes of each.
    ///
    /// # Errors
    /// As [`pack`].
    pub fn pack(&self, level: Level, mut raw: impl FnMut(Vec<u8>)) -> Result<Packed> {
        let mut blocks = Blocks::new(self.table.clone(), self.filetype, self.rows.clone());
        let mut packed = Packed::default();
        while let Some(block) = blocks.next() {
            packed.join(&pack(&block, level)?);
            raw(block.bytes);
        }
        Ok(packed)
    }
}

/// The blocks of a stretch, one after the other.
pub struct Blocks {
    table: Arc<Table>,
    filetype: Filetype,
    keys: Vec<Vec<u8>>,
    /// What is still to be rendered.
    rows: Range<u64>,
    cursor: Cursor,
    cut: Cut,
    done: bool,
}

impl Blocks {
    /// The blocks of so many rows, which must be those of a stretch.
    pub fn new(table: Arc<Table>, filetype: Filetype, rows: Range<u64>) -> Blocks {
        let keys = if filetype == Filetype::Jsonl { jsonl::keys(&table.columns) } else { Vec::new() };
        Blocks { table, filetype, keys, rows, cursor: Cursor::default(), cut: Cut::default(), done: false }
    }

    /// The row after the last one that was rendered.
    pub fn row(&self) -> u64 {
        self.rows.start
    }

    /// The next block; `None` after the last. Each stretch has one, if only an empty one.
    #[allow(clippy::should_implement_trait, reason = "an iterator would invite to hold many blocks at once")]
    pub fn next(&mut self) -> Option<Block> {
        if self.done {
            return None;
        }
        let mut ended = false;
        while !ended && !self.cut.is_full() {
            let rows = self.rows.clone();
            self.rows.start =
                render(&self.table, self.filetype, rows, &mut self.cursor, &self.keys, &mut self.cut.buffer);
            ended = self.rows.is_empty();
        }
        let block = self.cut.block(ended);
        self.done = block.last;
        Some(Block { last: block.last && self.rows.end >= self.table.rows, ..block })
    }
}

/// A table of which so many would make a stretch is made sooner than it is handed to somebody.
const PARTS: u64 = (STRETCH / super::share::LITTLE) as u64;

/// Bytes in a stretch, about: work for some hundredths of a second.
const STRETCH: usize = 6 << 20;

/// Rows in a stretch at most.
const LONGEST: u64 = 1 << 16;

/// Of so many rows one is weighed to know how many make a stretch, but so many rows of a table at least and at most: one
/// row in a table grouped by gvars takes the replay of its whole storage. Of a small table one in 16 is enough, but 4.
const SHARE: u64 = 512;
const WEIGHED: (u64, u64) = (32, 128);
const SMALL: (u64, u64) = (16, 4);

/// Rows in a stretch of a table at most, by what some rows weigh that are spread over it.
pub(super) fn run(table: &Table, filetype: Filetype) -> u64 {
    let keys = if filetype == Filetype::Jsonl { jsonl::keys(&table.columns) } else { Vec::new() };
    let (mut cursor, mut out, mut seen, mut weight) = (Cursor::default(), Vec::new(), 0, 0);
    for row in spread(table.rows) {
        out.clear();
        render(table, filetype, row..row + 1, &mut cursor, &keys, &mut out);
        seen += 1;
        weight += out.len() as u64;
    }
    (STRETCH as u64 * seen).checked_div(weight).map_or(LONGEST, |run| run.clamp(1, LONGEST))
}

/// Rows to be weighed: one in each of many equal parts of a table, never at the same place twice in a row, because
/// experiments repeat themselves. The first row, with which the header comes, is none of them.
fn spread(rows: u64) -> impl Iterator<Item = u64> {
    let parts = (rows / SHARE).clamp(WEIGHED.0, WEIGHED.1).min((rows / SMALL.0).max(SMALL.1));
    let part = (rows / parts).max(1);
    let place = move |n: u64| part * (n * 618 % 1000) / 1000;
    (0..rows / part).map(move |n| n * part + place(n)).filter(|row| *row > 0)
}

/// The stretch of a table that begins at a row, where `run` rows make one; a table without rows is one.
pub(super) fn stretch(table: &Table, row: u64, run: u64) -> Range<u64> {
    row..table.rows.min(row + run)
}

/// Gives stretches out in order.
pub(super) struct Ahead {
    /// Of each table that is still to be given out the next stretch.
    next: VecDeque<Stretch>,
    filetype: Filetype,
    /// How many are known of, and were given out.
    known: u64,
    given: u64,
}

impl Ahead {
    pub(super) fn new(filetype: Filetype) -> Self {
        Ahead { next: VecDeque::new(), filetype, known: 0, given: 0 }
    }

    /// One more table, of a session and a part; gives the numbers of its stretches, or `None` where it is too little to have
    /// any.
    pub(super) fn add(
        &mut self,
        file: usize,
        path: &str,
        session: &str,
        part: PartAt,
        table: &Arc<Table>,
    ) -> Option<Range<u64>> {
        let (first, run) = (self.known, run(table, self.filetype));
        if table.rows.saturating_mul(PARTS) <= run {
            return None;
        }
        self.known += table.rows.div_ceil(run).max(1);
        self.next.push_back(Stretch {
            number: first,
            file,
            path: path.into(),
            session: session.into(),
            part,
            rows: stretch(table, 0, run),
            run,
            table: table.clone(),
            filetype: self.filetype,
        });
        Some(first..self.known)
    }

    /// Whether all that are known of were given out.
    pub(super) fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// How many were given out.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// The next stretch.
    pub(super) fn give(&mut self) -> Option<Stretch> {
        let given = self.next.pop_front()?;
        if !given.last() {
            let rows = stretch(&given.table, given.rows.end, given.run);
            self.next.push_front(Stretch { number: given.number + 1, rows, ..given.clone() });
        }
        self.given += 1;
        Some(given)
    }
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
