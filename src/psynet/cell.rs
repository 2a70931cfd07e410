//! Cells of a processed table: what Python holds, and how pandas infers a column's type and prints it.

use super::number;
use std::borrow::Cow;

/// What a data frame's cell holds before pandas prints it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'r> {
    /// `None`; a row that lacks a column has no cell at all.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number of any length.
    Int(Cow<'r, str>),
    /// A float.
    Float(f64),
    /// A string.
    Text(Cow<'r, str>),
    /// A string that is JSON in Python's dialect.
    Json(Cow<'r, str>),
}

impl Value<'_> {
    /// A text of our own or of the program.
    pub fn word(text: &'static str) -> Value<'static> {
        Value::Text(Cow::Borrowed(text))
    }

    /// A count.
    pub fn count(number: u64) -> Value<'static> {
        Value::Int(Cow::Owned(number.to_string()))
    }
}

/// Which kinds of cells a column holds: what pandas chooses the column's type by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    nan: bool,
    none: bool,
    bool: bool,
    int: bool,
    float: bool,
    text: bool,
    json: bool,
    /// A whole number that no NumPy integer holds.
    huge: bool,
}

/// How a column is printed, and what a reader may call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// Nothing but missing values.
    Empty,
    /// Truth values.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers, all printed as floats.
    Float,
    /// Strings only.
    Text,
    /// JSON only.
    Json,
    /// Each value printed as itself.
    Mixed,
}

impl Dtype {
    /// A plain word.
    pub fn as_str(self) -> &'static str {
        match self {
            Dtype::Empty => "empty",
            Dtype::Bool => "boolean",
            Dtype::Int => "integer",
            Dtype::Float => "number",
            Dtype::Text => "text",
            Dtype::Json => "json",
            Dtype::Mixed => "mixed",
        }
    }
}

impl Seen {
    /// Notes a cell.
    pub fn note(&mut self, value: &Value<'_>) {
        match value {
            Value::None => self.none = true,
            Value::Bool(_) => self.bool = true,
            Value::Int(text) => {
                self.int = true;
                self.huge |= text.len() > 18 && !number::fits_numpy(text);
            }
            Value::Float(f) if f.is_nan() => self.nan = true,
            Value::Float(_) => self.float = true,
            Value::Text(_) => self.text = true,
            Value::Json(_) => self.json = true,
        }
    }

    /// Notes that some row has no such cell; pandas fills in NaN.
    pub fn note_missing(&mut self) {
        self.nan = true;
    }

    /// Adds what another part of the column holds.
    pub fn merge(&mut self, other: Seen) {
        self.nan |= other.nan;
        self.none |= other.none;
        self.bool |= other.bool;
        self.int |= other.int;
        self.float |= other.float;
        self.text |= other.text;
        self.json |= other.json;
        self.huge |= other.huge;
    }

    /// Whether any row lacks a value.
    pub fn has_missing(&self) -> bool {
        self.nan || self.none
    }

    /// The type that pandas infers.
    pub fn dtype(&self) -> Dtype {
        let number = self.int || self.float;
        let other = self.text || self.json;
        if number && !self.bool && !other {
            return match (self.float || self.nan || self.none, self.int && self.huge) {
                (true, false) => Dtype::Float,
                (true, true) => Dtype::Mixed,
                (false, _) => Dtype::Int,
            };
        }
        match (number, self.bool, self.text, self.json) {
            (false, false, false, false) => Dtype::Empty,
            (false, true, false, false) => Dtype::Bool,
            (false, false, true, false) => Dtype::Text,
            (false, false, false, true) => Dtype::Json,
            _ => Dtype::Mixed,
        }
    }
}

/// The text of a cell in pandas' `to_csv`, before quoting.
pub fn print<'v>(value: &'v Value<'_>, dtype: Dtype) -> Cow<'v, str> {
    match value {
        Value::None => Cow::Borrowed(""),
        Value::Bool(b) => Cow::Borrowed(if *b { "True" } else { "False" }),
        Value::Int(text) if dtype == Dtype::Float => Cow::Owned(number::pandas(text.parse().unwrap_or(f64::NAN))),
        Value::Int(text) => Cow::Borrowed(text),
        Value::Float(f) => Cow::Owned(number::pandas(*f)),
        Value::Text(text) | Value::Json(text) => Cow::Borrowed(text),
    }
}

/// Adds a cell as a CSV field.
pub fn write(value: &Value<'_>, dtype: Dtype, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) | Value::Json(text) => write_csv(text, out),
        // As a float it prints the same digits as long as the float keeps them all.
        Value::Int(text) if dtype == Dtype::Float && number::is_short_int(text) => {
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(b".0");
        }
        Value::Float(f) if !f.is_nan() => out.extend_from_slice(number::Buffer::default().python(*f).as_bytes()),
        // Numbers and truth values need no quotes.
        other => out.extend_from_slice(print(other, dtype).as_bytes()),
    }
}

/// Adds a CSV field with Python's minimal quoting.
///
/// A lone CR is quoted: Python before 3.13 leaves it bare, which breaks the row for most readers.
pub fn write_csv(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(bytes);
        return;
    }
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut from = 0;
    for at in memchr::memchr_iter(b'"', bytes) {
        // Up to the quote and with it; the next piece begins with it again.
        out.extend_from_slice(bytes.get(from..=at).unwrap_or_default());
        from = at;
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[Value<'_>], missing: bool) -> Vec<String> {
        let mut seen = Seen::default();
        values.iter().for_each(|v| seen.note(v));
        if missing {
            seen.note_missing();
        }
        values.iter().map(|v| print(v, seen.dtype()).into_owned()).collect()
    }

    fn int(text: &str) -> Value<'_> {
        Value::Int(text.into())
    }

    #[test]
    fn missing_values_turn_whole_numbers_into_floats() {
        assert_eq!(column(&[int("5"), int("6")], false), ["5", "6"]);
        assert_eq!(column(&[int("5"), Value::None], false), ["5.0", ""]);
        assert_eq!(column(&[int("5")], true), ["5.0"]);
        assert_eq!(column(&[int("9007199254740993"), Value::None], false), ["9007199254740992.0", ""]);
        assert_eq!(column(&[int("3"), Value::Float(2.5)], false), ["3.0", "2.5"]);
        assert_eq!(column(&[int("1180591620717411303424"), Value::None], false), ["1180591620717411303424", ""]);
    }

    #[test]
    fn mixed_columns_print_each_value_as_itself() {
        assert_eq!(column(&[int("3"), Value::Bool(true), Value::None], false), ["3", "True", ""]);
        assert_eq!(column(&[int("3"), Value::word("3"), Value::Float(1e-5)], true), ["3", "3", "1e-05"]);
        assert_eq!(column(&[Value::Bool(false), Value::None], false), ["False", ""]);
    }

    #[test]
    fn quoting_is_minimal() {
        let quoted = |text| {
            let mut out = Vec::new();
            write_csv(text, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(quoted("a b"), "a b");
        assert_eq!(quoted("a\"b\""), "\"a\"\"b\"\"\"");
        assert_eq!(quoted("a\rb"), "\"a\rb\"");
    }
}
