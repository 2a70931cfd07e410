//! CSV that a spreadsheet program opens without running or changing what is in it: an opt-in, since plain CSV is exact.
//!
//! The file begins with a byte-order mark, by which such programs know UTF-8. An apostrophe stands before
//!
//! - a text that would be run as a formula: one that begins with `=`, `+`, `-`, `@`, their wide forms, a tab or a
//!   line break, spaces before them or not, and is no plain number;
//! - a text of digits that would be changed: with a zero in front, with an exponent, or longer than 15 digits, beyond
//!   which spreadsheet programs put zeros; so are whole numbers that long;
//! - a text that begins with an apostrophe, so that taking one away always gives the text back.
//!
//! Numbers of up to 15 digits are never touched. [`crate::read`] takes the apostrophes away again.

use super::csv;
use crate::table::{Cell, Rows};
use std::borrow::Cow;

/// The mark at the beginning.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands before a text that would not be kept as it is.
pub const GUARD: &str = "'";

/// Digits that spreadsheet programs keep.
const DIGITS: usize = 15;

/// Whether a text needs a guard. Numbers in text form pass as long as they come out as they went in.
pub fn is_at_risk(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    let Some(first) = start.first().or(text.first()) else { return false };
    let wide = ["＝", "＋", "－", "＠"].iter().any(|sign| start.starts_with(sign.as_bytes()));
    let starts_badly = matches!(text.first(), Some(b'\t' | b'\r' | b'\n' | b'\'')) || wide;
    starts_badly || is_changed(start) || (matches!(first, b'=' | b'+' | b'-' | b'@') && !is_number(text))
}

/// Whether a text is a whole number that loses digits or the zeros in front, or has an exponent without a point.
fn is_changed(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    let (whole, rest) = digits.split_at(count);
    match rest {
        [] => count > DIGITS || (count > 1 && whole.starts_with(b"0")),
        [b'e' | b'E', exponent @ ..] => count > 0 && !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// A plain number: digits, at most one point between them, a minus before.
fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, fraction) = match memchr::memchr(b'.', digits) {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &b"0"[..]),
    };
    [whole, fraction].iter().all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

/// A text, with a guard where it needs one.
pub fn guarded(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_at_risk(text.as_bytes()) { Cow::Owned(format!("{GUARD}{text}")) } else { text }
}

/// The text that stood behind a guard, if that is what this is.
pub fn unguarded(text: &str) -> Option<&str> {
    text.strip_prefix(GUARD).filter(|rest| is_at_risk(rest.as_bytes()))
}

/// A cell as it is shown and written; without quotes around it.
pub fn content(cell: Cell<'_>, out: &mut Vec<u8>) {
    let from = out.len();
    csv::content(cell, out);
    let is_text = match cell {
        Cell::Text(_) | Cell::Plain(_) | Cell::Raw(_) => true,
        // A number loses nothing by an exponent, but digits beyond the fifteenth.
        Cell::Json(text) => {
            text.starts_with('"') || text.len() > DIGITS && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        }
        Cell::Uint(_) => true,
        Cell::Null | Cell::Bool(_) | Cell::Float(_) => false,
    };
    if is_text && out.get(from..).is_some_and(is_at_risk) {
        out.splice(from..from, GUARD.bytes());
    }
}

/// Appends the mark and the header row.
pub fn header(columns: &[String], out: &mut Vec<u8>) {
    let guarded = |name: &String| guarded(Cow::Borrowed(name)).into_owned();
    out.extend_from_slice(MARK);
    csv::header(&columns.iter().map(guarded).collect::<Vec<_>>(), out);
}

/// Rows on their way to a writer of CSV, with guards where they are needed.
pub struct Guarded<R> {
    /// The writer.
    pub rows: R,
    buffer: Vec<u8>,
}

impl<R> Guarded<R> {
    /// Before a writer.
    pub fn new(rows: R) -> Self {
        Guarded { rows, buffer: Vec::new() }
    }
}

impl<R: Rows> Rows for Guarded<R> {
    fn begin(&mut self) {
        self.rows.begin();
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.buffer.clear();
        content(cell, &mut self.buffer);
        match std::str::from_utf8(&self.buffer) {
            Ok(text) if text.starts_with(GUARD) => self.rows.cell(column, Cell::Text(text)),
            _ => self.rows.cell(column, cell),
        }
    }

    fn end(&mut self) {
        self.rows.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cell: Cell<'_>) -> String {
        let mut out = Vec::new();
        content(cell, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn texts_that_would_run_or_change_get_an_apostrophe() {
        for text in [
            "=1+1",
            "+1",
            "-x",
            "--1",
            "-1-1",
            "@x",
            "\t=1",
            "\rx",
            "\nx",
            " =1",
            "  @x",
            "＝1",
            "'",
            "'x",
            "007",
            "-007",
            "1234567890123456",
            "12E45",
            "1e5",
            "-",
            "=",
        ] {
            assert_eq!(shown(Cell::Text(text)), format!("'{text}"));
            assert_eq!(shown(Cell::Raw(text)), format!("'{text}"));
            assert_eq!(unguarded(&format!("'{text}")), Some(text));
        }
        assert_eq!(shown(Cell::Json(r#""=\"x\"""#)), r#"'="x""#);
        assert_eq!(shown(Cell::Json(r#""\u003d1""#)), "'=1");
    }

    #[test]
    fn everything_else_stays() {
        for text in ["", "x", "-5", "-5.25", "0", "0.5", "123456789012345", "a=b", "x@y", "1-2", "12Ex", "E5", "[1]"] {
            assert_eq!(shown(Cell::Text(text)), text);
            assert_eq!(unguarded(&format!("'{text}")), None);
        }
        for number in ["-1", "1e20", "-1.5e-7", "0", "123456789012345", "0.12345678901234567"] {
            assert_eq!(shown(Cell::Json(number)), number);
        }
        assert_eq!(shown(Cell::Float(-1760000000.123456)), "-1760000000.123456");
    }

    #[test]
    fn whole_numbers_that_would_lose_digits_get_one_too() {
        assert_eq!(shown(Cell::Json("1234567890123456")), "'1234567890123456");
        assert_eq!(shown(Cell::Json("-1234567890123456")), "'-1234567890123456");
        assert_eq!(shown(Cell::Uint(u64::MAX)), "'18446744073709551615");
        assert_eq!(shown(Cell::Uint(1_000)), "1000");
    }

    #[test]
    fn the_writer_quotes_after_the_guard() {
        let mut out = Vec::new();
        header(&["=a".to_owned(), "b".to_owned()], &mut out);
        let mut rows = Guarded::new(csv::Csv::new(&mut out, 2));
        rows.begin();
        rows.cell(0, Cell::Text("=1,2"));
        rows.cell(1, Cell::Json("-2"));
        rows.end();
        drop(rows);
        assert_eq!(out, "\u{feff}'=a,b\r\n\"'=1,2\",-2\r\n".as_bytes());
    }
}
