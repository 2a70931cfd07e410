//! Ultralong and sparse: every change is a row.

use super::columns::Columns;
use crate::filter::Line;
use crate::log::Log;
use crate::table::{Cell, Rows};

/// Columns of every change, in order; ultralong adds `!data`.
const METAS: [&str; 6] = ["!context", "!field", "!seq", "!storage", "!time", "!unavailable"];

/// What going on with the next row is helped by.
#[derive(Default)]
pub(super) struct Cache {
    /// The line of the row before.
    line: usize,
    /// Room for a value that is shown in other words.
    made: String,
}

/// The changes of some lines, one row each.
pub(super) struct Changes {
    lines: Vec<Line>,
    /// For each line the number of rows up to its end.
    ends: Vec<u64>,
    /// For each line the column of its values.
    values: Vec<u32>,
    /// Where [`METAS`] stand.
    metas: [usize; 6],
}

impl Changes {
    /// The rows of `lines`, and their columns: one for all values, or one per field.
    pub fn new(log: &Log, lines: Vec<Line>, sparse: bool) -> (Self, Vec<String>) {
        let (columns, values) = if sparse {
            // uproot strips the quotes off a name where it makes it a column.
            Columns::of_lines(log, &lines, &METAS, |line| line.name(log).trim_matches('"'))
        } else {
            let columns = Columns::new(METAS.into_iter().chain(["!data"].into_iter().filter(|_| !lines.is_empty())));
            let data = columns.index("!data").unwrap_or_default() as u32;
            (columns, vec![data; lines.len()])
        };
        let mut rows = 0;
        let mut count = |line: &Line| {
            rows += line.span(log).positions.len() as u64;
            rows
        };
        let ends = lines.iter().map(&mut count).collect();
        let metas = METAS.map(|meta| columns.index(meta).unwrap_or_default());
        (Changes { lines, ends, values, metas }, columns.names)
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The line of a row; `near` is the line of the row before, usually right or next to right.
    fn line(&self, row: u64, near: usize) -> usize {
        let holds = |line: usize| {
            self.ends.get(line).is_some_and(|end| row < *end) && (line == 0 || self.ends[line - 1] <= row)
        };
        (near..near + 2).find(|line| holds(*line)).unwrap_or_else(|| self.ends.partition_point(|end| *end <= row))
    }

    /// Emits the cells of a row.
    pub fn row<R: Rows>(&self, log: &Log, row: u64, cache: &mut Cache, rows: &mut R) {
        cache.line = self.line(row, cache.line);
        let line = &self.lines[cache.line];
        let before = if cache.line == 0 { 0 } else { self.ends[cache.line - 1] };
        let span = line.span(log);
        let fact = log.fact(log.changes(span)[(row - before) as usize]);
        let value = line.cell(log, fact.value, &mut cache.made);
        let mut row = Row { rows, column: self.values[cache.line] as usize, value: Some(value) };
        let [context, field, seq, storage, time, unavailable] = self.metas;
        row.put(context, log.contexts.cell(fact.context));
        row.put(field, line.name_cell(log));
        row.put(seq, Cell::Uint(fact.seq));
        row.put(storage, log.storages.cell(span.storage));
        row.put(time, Cell::Float(fact.time));
        row.put(unavailable, Cell::Bool(fact.value.is_tombstone()));
        row.value();
    }
}

/// A row whose value waits for the columns before its own.
struct Row<'r, R> {
    rows: &'r mut R,
    column: usize,
    value: Option<Cell<'r>>,
}

impl<R: Rows> Row<'_, R> {
    /// Each call knows what kind of cell it brings; inlined, it decides nothing about it.
    #[inline(always)]
    fn put(&mut self, at: usize, meta: Cell<'_>) {
        if at >= self.column {
            self.value();
        }
        // A field called like one of the columns takes its place (uproot 0.10.1).
        if at != self.column {
            self.rows.cell(at, meta);
        }
    }

    /// The value's cell is of any kind: inlined wherever it may have its turn, the row would be larger and slower.
    #[inline(never)]
    fn value(&mut self) {
        if let Some(value) = self.value.take() {
            self.rows.cell(self.column, value);
        }
    }
}
