//! Reads an exported ultralong table in CSV: as uproot wrote it, or after a spreadsheet program had it.

use super::csv_rows::{Cells, CsvRows, End};
use super::spreadsheet::windows_1252;
use super::ultralong::{COLUMNS, Row, Rows};
use crate::error::{Code, Place, Problem, Result};
use crate::limits::Limits;
use crate::value::Type;
use std::borrow::Cow;

/// The mark that other programs put before UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// One file.
pub(super) struct UltralongCsv {
    rows: CsvRows,
    header: Option<Header>,
    /// Number of the row, counted from 1, the header included.
    number: u64,
}

/// Where the columns of [`COLUMNS`] stand, and how many there are.
struct Header {
    columns: [Option<usize>; 7],
    width: usize,
}

impl UltralongCsv {
    /// At the beginning of a file whose header [`super::recognise`] has found to be ultralong's.
    pub fn new(separator: u8, limits: Limits) -> Self {
        UltralongCsv { rows: CsvRows::new(separator, limits), header: None, number: 0 }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// Limits.
    pub fn push(&mut self, chunk: &[u8], into: &mut Rows) -> Result<()> {
        let (header, number) = (&mut self.header, &mut self.number);
        self.rows.push(chunk, &mut |cells| take(header, number, cells, into))
    }

    /// The end of the file.
    ///
    /// # Errors
    /// Limits.
    pub fn finish(&mut self, into: &mut Rows) -> Result<()> {
        let (header, number) = (&mut self.header, &mut self.number);
        let end = self.rows.finish(&mut |cells| take(header, number, cells, into))?;
        let Some(facts) = into.files.last_mut() else { return Ok(()) };
        facts.damage.line_ends = self.rows.other_line_ends;
        let detail = match end {
            End::Line => return Ok(()),
            End::Open => "The last row has no line end, so its last cell may be cut.",
            End::Quotes => "The last row ends within a cell and was left out.",
        };
        facts.problems.add(Problem::new(Code::Truncated, Place::default().record(self.number)).detail(detail));
        Ok(())
    }
}

/// The names of a header, unmarked.
pub(super) fn names(cells: Cells<'_>) -> Vec<String> {
    let text = |cell: &[u8]| {
        let cell = cell.strip_prefix(MARK).unwrap_or(cell);
        String::from_utf8_lossy(cell).trim().trim_matches('"').to_owned()
    };
    cells.iter().map(text).collect()
}

/// Whether a row is Excel's note about the separator rather than a header.
pub(super) fn is_note(cells: Cells<'_>) -> bool {
    cells.get(0).is_some_and(|first| first.strip_prefix(MARK).unwrap_or(first).starts_with(b"sep="))
}

fn take(header: &mut Option<Header>, number: &mut u64, cells: Cells<'_>, into: &mut Rows) -> Result<()> {
    *number += 1;
    let Some(facts) = into.files.last_mut() else { return Ok(()) };
    let Some(header) = header else {
        facts.damage.mark |= cells.get(0).is_some_and(|first| first.starts_with(MARK));
        if !is_note(cells) {
            let names = names(cells);
            let columns = COLUMNS.map(|name| names.iter().position(|n| n == name));
            facts.numbered = columns[6].is_some();
            *header = Some(Header { columns, width: names.len() });
        }
        return Ok(());
    };
    if cells.is_blank() {
        facts.masked += 1;
        return Ok(());
    }
    let (row, byte) = (*number, cells.offset);
    if cells.len() < header.width || cells.iter().skip(header.width).any(|cell| !cell.is_empty()) {
        facts.bad(row, byte, "");
        return Ok(());
    }
    let mut recoded = false;
    let texts = header.columns.map(|column| {
        let bytes = column.and_then(|c| cells.get(c)).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                recoded = true;
                Cow::Owned(windows_1252(bytes))
            }
        }
    });
    facts.damage.encoding += u64::from(recoded);
    let [storage, field, time, context, unavailable, data, seq] = &texts;
    let [storage, field, context, data] = [storage, field, context, data].map(|text| facts.damage.unguarded(text));
    if storage.is_empty() {
        facts.bad(row, byte, "!storage");
        return Ok(());
    }
    let Some((deleted, respelled)) = facts.damage.truth(unavailable) else {
        facts.bad(row, byte, "!unavailable");
        return Ok(());
    };
    let time = facts.damage.time(time);
    let seq = if facts.numbered { facts.damage.seq(seq) } else { None };
    let value = (Type::CELL, facts.damage.value(data, respelled));
    into.row(&Row { storage, field, context, time, seq, deleted, value })
}
