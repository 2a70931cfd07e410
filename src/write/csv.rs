//! CSV as Python's `csv` module writes it by default, which is what uproot's exports are.
//!
//! UTF-8 without a mark, commas, CR LF after every row, quotes only around cells that hold a comma, a quote,
//! CR or LF. `null` is empty, truth values are `TRUE` and `FALSE`, JSON strings are their content.

use crate::json;
use crate::short;
use crate::table::{Cell, Rows};

/// How lines end.
const EOL: &[u8] = b"\r\n";

/// A run of separators.
static SEPARATORS: [u8; 64] = [b','; 64];

/// Bytes by which the output grows at least: room that is there is written to without a question.
const ROOM: usize = 4096;

/// Renders rows to CSV. The output ends behind the last one when this is dropped.
pub struct Csv<'o> {
    /// What is written, and room behind it.
    out: &'o mut Vec<u8>,
    /// Bytes that are written.
    len: usize,
    columns: usize,
    /// Columns of the current row that are written.
    written: usize,
}

impl<'o> Csv<'o> {
    /// Appends rows of so many columns.
    pub fn new(out: &'o mut Vec<u8>, columns: usize) -> Self {
        Csv { len: out.len(), out, columns, written: 0 }
    }

    /// Bytes written so far, with those that were in the output before.
    pub fn len(&self) -> usize {
        self.len
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(room) = self.out.get_mut(self.len..end) {
            short::copy(bytes, room);
        } else {
            self.out.truncate(self.len);
            self.out.extend_from_slice(bytes);
            self.out.resize(end + ROOM, 0);
        }
        self.len = end;
    }

    /// The next cell, which needs no quotes; nearly all stand right behind the one before.
    #[inline(always)]
    fn next(&mut self, separators: usize, bytes: &[u8]) {
        let end = self.len + 1 + bytes.len();
        match self.out.get_mut(self.len..end) {
            Some([comma, room @ ..]) if separators == 1 => {
                *comma = b',';
                short::copy(bytes, room);
                self.len = end;
            }
            _ => {
                self.separators(separators);
                self.put(bytes);
            }
        }
    }

    fn separators(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            let run = left.min(SEPARATORS.len());
            self.put(&SEPARATORS[..run]);
            left -= run;
        }
    }

    /// A cell in quotes.
    fn quoted(&mut self, content: &[u8]) {
        in_quotes(content, |piece| self.put(piece));
    }

    /// A JSON string, given by its content, with escapes or separators in it.
    fn unescaped(&mut self, inner: &str) {
        let mut plain = Vec::with_capacity(inner.len());
        json::unescape(inner, &mut plain);
        if needs_quotes(&plain) { self.quoted(&plain) } else { self.put(&plain) }
    }
}

impl Drop for Csv<'_> {
    fn drop(&mut self) {
        self.out.truncate(self.len);
    }
}

/// Appends the header row; without columns it is a lone line end.
pub fn header(columns: &[String], out: &mut Vec<u8>) {
    for (i, name) in columns.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        quoted(name.as_bytes(), out);
    }
    if columns == [""] {
        // Python quotes a lone empty cell, so that the row is not an empty line.
        out.extend_from_slice(b"\"\"");
    }
    out.extend_from_slice(EOL);
}

/// Appends a cell's content, in quotes where it needs them.
pub fn quoted(content: &[u8], out: &mut Vec<u8>) {
    match needs_quotes(content) {
        true => in_quotes(content, |piece| out.extend_from_slice(piece)),
        false => out.extend_from_slice(content),
    }
}

/// Gives away a cell in quotes, piece by piece.
#[inline]
fn in_quotes(content: &[u8], mut put: impl FnMut(&[u8])) {
    put(b"\"");
    for piece in content.split_inclusive(|byte| *byte == b'"') {
        put(piece);
        if piece.ends_with(b"\"") {
            put(b"\"");
        }
    }
    put(b"\"");
}

fn needs_quotes(content: &[u8]) -> bool {
    if content.len() < SHORT {
        return content.iter().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n'));
    }
    memchr::memchr3(b',', b'"', b'\n', content).is_some() || memchr::memchr(b'\r', content).is_some()
}

/// Whether one of two bytes occurs.
#[inline]
fn holds(content: &[u8], [a, b]: [u8; 2]) -> bool {
    if content.len() < SHORT {
        return content.iter().any(|byte| *byte == a || *byte == b);
    }
    memchr::memchr2(a, b, content).is_some()
}

/// Shorter texts are looked through byte by byte.
const SHORT: usize = 16;

/// Appends a cell as CSV shows it, without quotes around it.
pub fn content(cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => {}
        Cell::Bool(value) => out.extend_from_slice(truth(value)),
        Cell::Uint(value) => json::uint(value, out),
        Cell::Float(value) if value.is_finite() => json::float(value, out),
        Cell::Float(_) => {}
        Cell::Text(text) | Cell::Plain(text) | Cell::Raw(text) => out.extend_from_slice(text.as_bytes()),
        // uproot's `json2csv`.
        Cell::Json("null") => {}
        Cell::Json("true") => out.extend_from_slice(b"TRUE"),
        Cell::Json("false") => out.extend_from_slice(b"FALSE"),
        Cell::Json(text) => match inner(text) {
            Some(inner) => json::unescape(inner, out),
            None => out.extend_from_slice(text.as_bytes()),
        },
    }
}

fn truth(value: bool) -> &'static [u8] {
    if value { b"TRUE" } else { b"FALSE" }
}

/// The content of a JSON string, escapes and all.
fn inner(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

impl Rows for Csv<'_> {
    fn begin(&mut self) {
        self.written = 0;
    }

    // Nearly every call knows what kind of cell it brings.
    #[inline(always)]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        // The columns between are empty, and so is the separator's run.
        let separators = column + usize::from(self.written > 0) - self.written;
        self.written = column + 1;
        let mut digits = json::Digits::default();
        let bytes = match cell {
            Cell::Null => b"",
            Cell::Bool(value) => truth(value),
            Cell::Uint(value) => digits.uint(value),
            Cell::Float(value) if value.is_finite() => digits.float(value),
            Cell::Float(_) => b"",
            Cell::Plain(text) => text.as_bytes(),
            Cell::Text(text) | Cell::Raw(text) if !needs_quotes(text.as_bytes()) => text.as_bytes(),
            Cell::Text(text) | Cell::Raw(text) => {
                self.separators(separators);
                return self.quoted(text.as_bytes());
            }
            Cell::Json(text) => match text.as_bytes() {
                // Quotes and line ends have a backslash in JSON.
                [b'"', inner @ .., b'"'] if !holds(inner, [b'\\', b',']) => inner,
                number @ [b'-' | b'0'..=b'9', ..] => number,
                b"null" => b"",
                b"true" => truth(true),
                b"false" => truth(false),
                [b'"', ..] => {
                    self.separators(separators);
                    return self.unescaped(inner(text).unwrap_or_default());
                }
                other if needs_quotes(other) => {
                    self.separators(separators);
                    return self.quoted(other);
                }
                other => other,
            },
        };
        self.next(separators, bytes);
    }

    #[inline]
    fn end(&mut self) {
        self.separators(self.columns.saturating_sub(self.written.max(1)));
        self.put(EOL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_runs_of_separators() {
        for (cells, expected) in [
            (vec![], ",,,\r\n"),
            (vec![0], "x,,,\r\n"),
            (vec![3], ",,,x\r\n"),
            (vec![1, 2], ",x,x,\r\n"),
            (vec![0, 3], "x,,,x\r\n"),
        ] {
            let mut out = Vec::new();
            let mut csv = Csv::new(&mut out, 4);
            csv.begin();
            cells.iter().for_each(|column| csv.cell(*column, Cell::Text("x")));
            csv.end();
            drop(csv);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn cells_are_quoted_only_where_python_does() {
        for (json, expected) in [
            ("null", ""),
            ("true", "TRUE"),
            ("1e+16", "1e+16"),
            ("\"\"", ""),
            ("\" a\\tb\"", " a\tb"),
            ("\"a,b\"", "\"a,b\""),
            ("\"a\\\"b\"", "\"a\"\"b\""),
            ("\"a\\rb\"", "\"a\rb\""),
            ("\"=1+1\"", "=1+1"),
            ("[1]", "[1]"),
            ("[\"a\",1]", "\"[\"\"a\"\",1]\""),
            ("\"a long text with the quote \\\" late\"", "\"a long text with the quote \"\" late\""),
        ] {
            let mut out = Vec::new();
            let mut csv = Csv::new(&mut out, 1);
            csv.cell(0, Cell::Json(json));
            csv.end();
            drop(csv);
            assert_eq!(String::from_utf8(out).unwrap(), format!("{expected}\r\n"));
        }
    }
    #[test]
    fn a_cell_is_its_content_in_quotes_where_it_needs_them() {
        let long = "a".repeat(ROOM + 1);
        let texts = ["", "a", ",", "a\"b\"\"", "\r", "x\ny", "0123456789abcdef", "0123456789abcdef,", long.as_str()];
        let json = [
            "null",
            "true",
            "false",
            "-1.5",
            "\"\"",
            "\"a,b\"",
            "\"a\\\"\\n\"",
            "\"0123456789abcdef,\"",
            "[1,2]",
            "{}",
        ];
        let mut cells: Vec<Cell<'_>> = texts.into_iter().flat_map(|text| [Cell::Text(text), Cell::Raw(text)]).collect();
        cells.extend(json.into_iter().map(Cell::Json));
        cells.extend([
            Cell::Null,
            Cell::Bool(true),
            Cell::Uint(u64::MAX),
            Cell::Float(1.7e9 + 0.25),
            Cell::Float(f64::NAN),
        ]);
        for cell in cells {
            let (mut out, mut plain, mut expected) = (Vec::new(), Vec::new(), Vec::new());
            Csv::new(&mut out, 1).cell(0, cell);
            content(cell, &mut plain);
            quoted(&plain, &mut expected);
            assert_eq!(out, expected, "{cell:?}");
        }
    }
}
