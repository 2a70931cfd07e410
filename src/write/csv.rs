//! CSV as Python's `csv` module writes it by default, which is what uproot's exports are.
//!
//! UTF-8 without a mark, commas, CR LF after every row, quotes only around cells that hold a comma, a quote,
//! CR or LF. `null` is empty, truth values are `TRUE` and `FALSE`, JSON strings are their content.

use crate::json;
use crate::table::{Cell, Rows};

/// How lines end.
const EOL: &[u8] = b"\r\n";

/// Renders rows to CSV.
pub struct Csv<'o> {
    out: &'o mut Vec<u8>,
    columns: usize,
    /// Columns of the current row that are written.
    written: usize,
}

impl<'o> Csv<'o> {
    /// Appends rows of so many columns.
    pub fn new(out: &'o mut Vec<u8>, columns: usize) -> Self {
        Csv { out, columns, written: 0 }
    }

    /// Bytes written to the buffer so far.
    pub fn len(&self) -> usize {
        self.out.len()
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
    if !needs_quotes(content) {
        out.extend_from_slice(content);
        return;
    }
    out.push(b'"');
    let mut rest = content;
    while let Some(i) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=i]);
        out.push(b'"');
        rest = &rest[i + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn needs_quotes(content: &[u8]) -> bool {
    if content.len() < 16 {
        return content.iter().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n'));
    }
    memchr::memchr3(b',', b'"', b'\n', content).is_some() || memchr::memchr(b'\r', content).is_some()
}

/// Appends a cell as CSV shows it, without quotes around it.
pub fn content(cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => {}
        Cell::Bool(value) => out.extend_from_slice(if value { b"TRUE" } else { b"FALSE" }),
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

/// The content of a JSON string, escapes and all.
fn inner(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

impl Rows for Csv<'_> {
    fn begin(&mut self) {
        self.written = 0;
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        // The columns between are empty, and so is the separator's run.
        match column + usize::from(self.written > 0) - self.written {
            0 => {}
            1 => self.out.push(b','),
            separators => self.out.resize(self.out.len() + separators, b','),
        }
        self.written = column + 1;
        match cell {
            Cell::Text(text) | Cell::Raw(text) => quoted(text.as_bytes(), self.out),
            Cell::Json(text) => match inner(text) {
                // Quotes and line ends have a backslash in JSON.
                Some(inner) if memchr::memchr2(b'\\', b',', inner.as_bytes()).is_none() => {
                    self.out.extend_from_slice(inner.as_bytes())
                }
                Some(inner) => {
                    let mut plain = Vec::with_capacity(inner.len());
                    json::unescape(inner, &mut plain);
                    quoted(&plain, self.out);
                }
                None if matches!(text.as_bytes(), [b'-' | b'0'..=b'9', ..]) => {
                    self.out.extend_from_slice(text.as_bytes())
                }
                None if matches!(text, "null" | "true" | "false") => content(cell, self.out),
                None => quoted(text.as_bytes(), self.out),
            },
            // Numbers and truth values never need quotes.
            _ => content(cell, self.out),
        }
    }

    fn end(&mut self) {
        let separators = self.columns.saturating_sub(self.written.max(1));
        self.out.resize(self.out.len() + separators, b',');
        self.out.extend_from_slice(EOL);
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
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
