//! JSONL as orjson writes it: one object a line, no spaces, LF after every row.

use crate::json;
use crate::limits::Limits;
use crate::table::{Cell, Rows};

/// Renders rows to JSONL. Columns that a row does not have are not written.
pub struct Jsonl<'o> {
    out: &'o mut Vec<u8>,
    keys: &'o [Vec<u8>],
    first: bool,
}

/// The names of columns as they stand in each row: JSON string and colon.
pub fn keys(columns: &[String]) -> Vec<Vec<u8>> {
    let key = |name: &String| {
        let mut out = Vec::with_capacity(name.len() + 3);
        json::string(name, &mut out);
        out.push(b':');
        out
    };
    columns.iter().map(key).collect()
}

impl<'o> Jsonl<'o> {
    /// Appends rows with these [`keys`].
    pub fn new(out: &'o mut Vec<u8>, keys: &'o [Vec<u8>]) -> Self {
        Jsonl { out, keys, first: true }
    }

    /// Bytes written to the buffer so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }
}

impl Rows for Jsonl<'_> {
    fn begin(&mut self) {
        self.out.push(b'{');
        self.first = true;
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        self.out.extend_from_slice(&self.keys[column]);
        value(cell, self.out);
    }

    fn end(&mut self) {
        self.out.extend_from_slice(b"}\n");
    }
}

/// Appends a cell as a JSON value.
pub fn value(cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Cell::Uint(value) => json::uint(value, out),
        Cell::Float(value) => json::float(value, out),
        Cell::Text(text) => json::string(text, out),
        Cell::Plain(text) => {
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        }
        Cell::Json(text) => out.extend_from_slice(text.as_bytes()),
        Cell::Raw(text) => guessed(text, out),
    }
}

/// A CSV cell has lost its type: what is spelled exactly as orjson spells a number, truth value, list or
/// object is taken for one, everything else for text. The guess is reported where such input is read.
fn guessed(text: &str, out: &mut Vec<u8>) {
    match text {
        "" => out.extend_from_slice(b"null"),
        "TRUE" => out.extend_from_slice(b"true"),
        "FALSE" => out.extend_from_slice(b"false"),
        _ => {
            let base = out.len();
            let likely = matches!(text.as_bytes()[0], b'[' | b'{' | b'-' | b'0'..=b'9');
            let same = likely
                && json::canonical(text.as_bytes(), Limits::DEPTH, out).is_ok()
                && &out[base..] == text.as_bytes();
            if !same {
                out.truncate(base);
                json::string(text, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_csv_cells_are_guessed_by_exact_spelling() {
        for (cell, expected) in [
            ("", "null"),
            ("TRUE", "true"),
            ("true", "\"true\""),
            ("1", "1"),
            ("01", "\"01\""),
            ("1.0", "1.0"),
            ("1e16", "\"1e16\""),
            ("1e+16", "1e+16"),
            ("[1,2]", "[1,2]"),
            ("[1, 2]", "\"[1, 2]\""),
            ("-", "\"-\""),
        ] {
            let mut out = Vec::new();
            guessed(cell, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
