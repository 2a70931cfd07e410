//! A result as rows of cells: views make them, `write/` renders them, the page previews them.

use crate::error::Result;
use crate::source::Want;

/// One cell, by how it is written: CSV and JSONL differ only in what they do with these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing: empty in CSV, `null` in JSONL.
    Null,
    /// A truth value; its spelling in CSV is the dialect's.
    Bool(bool),
    /// A whole number.
    Uint(u64),
    /// A float, in the shortest digits that read back the same.
    Float(f64),
    /// Text: itself in CSV, a JSON string in JSONL.
    Text(&'a str),
    /// Text of which it is known that neither CSV nor JSON has anything to quote or escape in it ([`is_plain`]).
    Plain(&'a str),
    /// JSON text, canonical: CSV shows the content of a string and the text of everything else.
    Json(&'a str),
    /// Text that is already what a CSV cell holds, of unknown type (read from a CSV file).
    Raw(&'a str),
}

/// Whether a text stands in CSV and JSON as it is, but for the quotes that JSON puts around every text.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b',' | b'\\'))
}

/// Where a view puts its rows. Cells come in ascending column order; left-out columns are missing.
pub trait Rows {
    /// Begins a row.
    fn begin(&mut self);
    /// A cell of the row at the index of its column.
    fn cell(&mut self, column: usize, cell: Cell<'_>);
    /// Ends the row.
    fn end(&mut self);
}

/// Any taker of rows. Views are compiled for this one and for the few that render files, where a call for each cell counts.
impl Rows for &mut (dyn Rows + '_) {
    fn begin(&mut self) {
        (**self).begin();
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        (**self).cell(column, cell);
    }

    fn end(&mut self) {
        (**self).end();
    }
}

/// What a producer of output did or needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A range must be read and pushed first.
    Want(Want),
    /// Some rows were added; there are more.
    More,
    /// Everything was added.
    Done,
}

/// The longest run of output that a producer adds in one step before it returns [`Step::More`], in bytes;
/// a single row may exceed it.
pub const STEP: usize = 256 << 10;

/// One file of the result, rendered bit by bit.
pub trait Producer {
    /// Appends up to about [`STEP`] bytes to `out`, or says what must be read first.
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step>;

    /// The next bytes of a wanted range. Producers that never want anything keep this default.
    fn push(&mut self, _chunk: &[u8]) -> Result<()> {
        Ok(())
    }

    /// Rows added so far, to tell how far the work is; 0 where rows are not counted.
    fn rows(&self) -> u64 {
        0
    }
}
