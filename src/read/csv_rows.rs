//! Cuts CSV into rows of cells as it arrives, by the rules of Python's `csv.reader`.
//!
//! Quotes count only at the beginning of a cell; inside quotes two of them are one; what follows a closing
//! quote belongs to the cell. Rows end with CR LF, LF or CR. Empty lines are passed over.

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;

/// The cells of one row, unquoted.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
    /// Offset of the row's first byte in the file.
    pub offset: u64,
}

impl<'a> Cells<'a> {
    /// How many there are; at least one.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The content of a cell.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Some(&self.bytes[start..end])
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let this = *self;
        (0..this.len()).filter_map(move |i| this.get(i))
    }

    /// Whether no cell has content.
    pub fn is_blank(&self) -> bool {
        self.bytes.is_empty()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a cell.
    Start,
    Plain,
    Quoted,
    /// Behind a quote in quotes: the end, or the first of two.
    Quote,
    /// Behind a CR, which an LF may follow.
    Return,
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With the end of a row.
    Line,
    /// Without the end of its last row, which was handed on.
    Open,
    /// Within quotes; that row was not handed on.
    Quotes,
}

/// A file being cut. Holds one row.
pub(super) struct CsvRows {
    separator: u8,
    limits: Limits,
    state: State,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes of the file so far, and where the current row began.
    at: u64,
    begin: u64,
    /// Whether a cell of the row had quotes, so that the row is none even without content.
    quoted: bool,
    /// Rows that did not end with CR LF, as Python's and uproot's do.
    pub other_line_ends: u64,
}

impl CsvRows {
    /// At the beginning of a file.
    pub fn new(separator: u8, limits: Limits) -> Self {
        CsvRows {
            separator,
            limits,
            state: State::Start,
            bytes: Vec::new(),
            ends: Vec::new(),
            at: 0,
            begin: 0,
            quoted: false,
            other_line_ends: 0,
        }
    }

    /// The next bytes; complete rows are handed on.
    ///
    /// # Errors
    /// [`Code::TooLong`], [`Code::TooManyColumns`], and what `take` returns.
    pub fn push(&mut self, chunk: &[u8], take: &mut impl FnMut(Cells<'_>) -> Result<()>) -> Result<()> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            let rest = &chunk[at..];
            let mut used = 1;
            match self.state {
                State::Return => {
                    self.state = State::Start;
                    if byte == b'\n' {
                        self.other_line_ends -= 1;
                        self.begin += 1;
                    } else {
                        used = 0;
                    }
                }
                State::Start if byte == b'"' => {
                    self.quoted = true;
                    self.state = State::Quoted;
                }
                State::Start | State::Plain => {
                    self.state = State::Plain;
                    let n = memchr::memchr3(self.separator, b'\r', b'\n', rest).unwrap_or(rest.len());
                    self.keep(&rest[..n])?;
                    used = n;
                    if let Some(&boundary) = rest.get(n) {
                        used += 1;
                        self.boundary(boundary, self.at + used as u64, take)?;
                    }
                }
                State::Quoted => {
                    let n = memchr::memchr(b'"', rest).unwrap_or(rest.len());
                    self.keep(&rest[..n])?;
                    used = n;
                    if n < rest.len() {
                        used += 1;
                        self.state = State::Quote;
                    }
                }
                State::Quote if byte == b'"' => {
                    self.keep(b"\"")?;
                    self.state = State::Quoted;
                }
                State::Quote => {
                    self.state = State::Plain;
                    used = 0;
                }
            }
            at += used;
            self.at += used as u64;
        }
        Ok(())
    }

    /// The end of the file.
    ///
    /// # Errors
    /// As [`CsvRows::push`].
    pub fn finish(&mut self, take: &mut impl FnMut(Cells<'_>) -> Result<()>) -> Result<End> {
        match self.state {
            State::Quoted => Ok(End::Quotes),
            State::Return => Ok(End::Line),
            State::Start if self.ends.is_empty() => Ok(End::Line),
            _ => {
                self.boundary(b'\n', self.at, take)?;
                self.other_line_ends -= 1;
                Ok(End::Open)
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        if self.bytes.len() + bytes.len() > self.limits.record {
            return Err(Error::new(Code::TooLong, Place::default().byte(self.begin)));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn boundary(&mut self, byte: u8, next: u64, take: &mut impl FnMut(Cells<'_>) -> Result<()>) -> Result<()> {
        self.state = State::Start;
        if self.ends.len() >= self.limits.columns {
            return Err(Error::new(Code::TooManyColumns, Place::default().byte(self.begin)));
        }
        self.ends.push(self.bytes.len());
        if byte == self.separator {
            return Ok(());
        }
        self.other_line_ends += 1;
        if byte == b'\r' {
            self.state = State::Return;
        }
        let is_row = self.ends.len() > 1 || !self.bytes.is_empty() || self.quoted;
        if is_row {
            take(Cells { bytes: &self.bytes, ends: &self.ends, offset: self.begin })?;
        }
        self.bytes.clear();
        self.ends.clear();
        self.quoted = false;
        self.begin = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, step: usize) -> (Vec<Vec<String>>, End, u64) {
        let mut found = Vec::new();
        let mut take = |cells: Cells<'_>| {
            found.push(cells.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect());
            Ok(())
        };
        let mut csv = CsvRows::new(b',', Limits::default());
        for chunk in text.as_bytes().chunks(step) {
            csv.push(chunk, &mut take).unwrap();
        }
        let end = csv.finish(&mut take).unwrap();
        (found, end, csv.other_line_ends)
    }

    #[test]
    fn rows_are_cut_as_python_cuts_them_wherever_chunks_end() {
        for (text, expected, end) in [
            ("a,b\r\n", vec![vec!["a", "b"]], End::Line),
            ("a,b", vec![vec!["a", "b"]], End::Open),
            ("a,\n,b\n", vec![vec!["a", ""], vec!["", "b"]], End::Line),
            ("\"a,\r\n\"\"b\"\"\",c\r\n\r\n\r\nd\r", vec![vec!["a,\r\n\"b\"", "c"], vec!["d"]], End::Line),
            ("\"a\"b\"c,d\n", vec![vec!["ab\"c", "d"]], End::Line),
            ("a\"b\"\n", vec![vec!["a\"b\""]], End::Line),
            ("\"\"\n", vec![vec![""]], End::Line),
            ("x\n\"open", vec![vec!["x"]], End::Quotes),
            (",,\r\n", vec![vec!["", "", ""]], End::Line),
        ] {
            for step in 1..=text.len() {
                let (found, found_end, _) = rows(text, step);
                assert_eq!(
                    (found, found_end),
                    (expected.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect(), end),
                    "{text:?} by {step}"
                );
            }
        }
        assert_eq!(rows("a\r\nb\nc\rd\r\n", 3).2, 2, "lines that do not end with CR LF");
    }
}
