//! Ultralong and sparse: every change is a row.

use super::columns::Columns;
use crate::filter::Line;
use crate::log::Log;
use crate::table::{Cell, Rows};

/// Columns of every change, in order; ultralong adds `!data`.
const METAS: [&str; 6] = ["!context", "!field", "!seq", "!storage", "!time", "!unavailable"];

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
    pub fn row<R: Rows>(&self, log: &Log, row: u64, near: &mut usize, rows: &mut R) {
        *near = self.line(row, *near);
        let line = &self.lines[*near];
        let before = if *near == 0 { 0 } else { self.ends[*near - 1] };
        let span = line.span(log);
        let fact = log.fact(log.changes(span)[(row - before) as usize]);
        let mut made = String::new();
        let column = self.values[*near] as usize;
        let mut value = Some(line.cell(log, fact.value, &mut made));
        let mut put = |at: usize, meta: Cell<'_>| {
            if at >= column
                && let Some(value) = value.take()
            {
                rows.cell(column, value);
            }
            // A field called like one of the columns takes its place (uproot 0.10.1).
            if at != column {
                rows.cell(at, meta);
            }
        };
        let [context, field, seq, storage, time, unavailable] = self.metas;
        put(context, log.contexts.cell(fact.context));
        put(field, line.name_cell(log));
        put(seq, Cell::Uint(fact.seq));
        put(storage, log.storages.cell(span.storage));
        put(time, Cell::Float(fact.time));
        put(unavailable, Cell::Bool(fact.value.is_tombstone()));
        if let Some(value) = value {
            rows.cell(column, value);
        }
    }
}
