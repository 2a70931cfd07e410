//! One stored value: a type and its canonical JSON text, which every output is a function of.
//!
//! uproot stores a type byte and a JSON payload, and on export decodes and re-encodes it (appendmuch 0.3.0,
//! uproot 0.10.1). [`recode`] does the same without building Python's objects.

use crate::json::{self, Bad};
use crate::order;

/// What a value is, by the byte that uproot stores in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type(pub u8);

#[allow(missing_docs, reason = "named as Python names them")]
impl Type {
    pub const INT: Type = Type(0);
    pub const FLOAT: Type = Type(1);
    pub const STR: Type = Type(2);
    pub const TUPLE: Type = Type(3);
    pub const BYTES: Type = Type(4);
    pub const BOOL: Type = Type(5);
    pub const COMPLEX: Type = Type(6);
    pub const NONE: Type = Type(7);
    pub const DECIMAL: Type = Type(8);
    pub const FROZENSET: Type = Type(9);
    pub const DATE: Type = Type(10);
    pub const TIME: Type = Type(11);
    pub const DATETIME: Type = Type(12);
    pub const UUID: Type = Type(13);
    pub const PLAYER: Type = Type(64);
    pub const SESSION: Type = Type(65);
    pub const GROUP: Type = Type(66);
    pub const MODEL: Type = Type(67);
    pub const LIST: Type = Type(128);
    pub const DICT: Type = Type(129);
    pub const BYTEARRAY: Type = Type(130);
    pub const SET: Type = Type(131);
    pub const BUNCH: Type = Type(132);
    pub const RANDOM: Type = Type(133);
    /// Ours: a JSON value read from an exported file, whose Python type is no longer known.
    pub const JSON: Type = Type(254);
    /// Ours: a CSV cell, verbatim; not JSON text.
    pub const CELL: Type = Type(255);

    /// The type of a value that uproot stored: our own two numbers mean nothing there.
    pub fn stored(byte: u8) -> Type {
        if byte >= Type::JSON.0 { Type(Type::JSON.0 - 1) } else { Type(byte) }
    }

    /// The name shown to people: Python's, or what uproot calls it.
    pub fn name(self) -> &'static str {
        match self {
            Type::INT => "int",
            Type::FLOAT => "float",
            Type::STR => "str",
            Type::TUPLE => "tuple",
            Type::BYTES => "bytes",
            Type::BOOL => "bool",
            Type::COMPLEX => "complex",
            Type::NONE => "None",
            Type::DECIMAL => "Decimal",
            Type::FROZENSET => "frozenset",
            Type::DATE => "date",
            Type::TIME => "time",
            Type::DATETIME => "datetime",
            Type::UUID => "UUID",
            Type::PLAYER => "player",
            Type::SESSION => "session",
            Type::GROUP => "group",
            Type::MODEL => "model",
            Type::LIST => "list",
            Type::DICT => "dict",
            Type::BYTEARRAY => "bytearray",
            Type::SET => "set",
            Type::BUNCH => "players",
            Type::RANDOM => "Random",
            Type::JSON => "JSON",
            Type::CELL => "text",
            _ => "unknown",
        }
    }

    /// Whether the payload is decoded by `json.loads` alone, so that the JSON text decides the Python type.
    pub fn is_plain_json(self) -> bool {
        matches!(
            self,
            Type::INT | Type::FLOAT | Type::STR | Type::BOOL | Type::NONE | Type::LIST | Type::DICT | Type::JSON
        )
    }
}

/// What [`recode`] had to say about a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recoded {
    /// The canonical text was appended.
    Fine,
    /// No version of uproot up to 0.10.1 knows the type; the payload was kept as JSON, or as a JSON string.
    UnknownType,
    /// The payload is not what the type promises; likewise kept.
    BadValue,
    /// The payload is nested deeper than the limit; kept as a JSON string.
    TooDeep,
}

/// Appends the canonical JSON text of a stored payload to `out`.
pub fn recode(kind: Type, payload: &[u8], depth: usize, out: &mut Vec<u8>) -> Recoded {
    let base = out.len();
    if let Err(bad) = json::canonical(payload, depth, out) {
        out.truncate(base);
        json::string(&String::from_utf8_lossy(payload), out);
        return if bad == Bad::Depth { Recoded::TooDeep } else { Recoded::BadValue };
    }
    if kind.is_plain_json() && kind != Type::NONE {
        return Recoded::Fine;
    }
    // Canonical text is UTF-8 by construction.
    let text = String::from_utf8_lossy(&out[base..]).into_owned();
    match special(kind, &text) {
        Special::Same => Recoded::Fine,
        Special::Text(new) => {
            out.truncate(base);
            out.extend_from_slice(new.as_bytes());
            Recoded::Fine
        }
        Special::Bad => Recoded::BadValue,
        Special::Unknown => Recoded::UnknownType,
    }
}

enum Special {
    Same,
    Text(String),
    Bad,
    Unknown,
}

/// What the types beyond plain JSON make of canonical text.
fn special(kind: Type, text: &str) -> Special {
    let check = |good: bool| if good { Special::Same } else { Special::Bad };
    let changed = |new: Option<String>| match new {
        Some(new) if new == text => Special::Same,
        Some(new) => Special::Text(new),
        None => Special::Bad,
    };
    let is_string = |text: &str| text.starts_with('"');
    match kind {
        Type::NONE => Special::Text("null".to_owned()),
        Type::TUPLE | Type::RANDOM => check(text.starts_with('[')),
        Type::SESSION | Type::DATE | Type::TIME | Type::DATETIME => check(is_string(text)),
        Type::PLAYER | Type::GROUP | Type::MODEL => {
            check(json::items(text).is_some_and(|i| i.len() == 2 && i.iter().all(|t| is_string(t))))
        }
        Type::BUNCH => check(json::items(text).is_some_and(|i| i.iter().all(|t| bunch_member(t).is_some()))),
        Type::BYTES | Type::BYTEARRAY | Type::UUID => {
            check(json::content(text).is_some_and(|t| is_base64(t.as_bytes())))
        }
        Type::DECIMAL => changed(decimal(text)),
        Type::COMPLEX => changed(complex(text)),
        Type::FROZENSET | Type::SET => changed(json::items(text).map(|mut items| {
            order::sort(&mut items);
            items.dedup();
            format!("[{}]", items.join(","))
        })),
        _ => Special::Unknown,
    }
}

/// Session and player name of one member of a bunch, `{"sname":…,"uname":…}`, as canonical JSON strings.
pub fn bunch_member(text: &str) -> Option<(&str, &str)> {
    match json::members(text)?.as_slice() {
        [("sname", s), ("uname", u)] if s.starts_with('"') && u.starts_with('"') => Some((s, u)),
        _ => None,
    }
}

fn is_base64(text: &[u8]) -> bool {
    let body = text.strip_suffix(b"==").or(text.strip_suffix(b"=")).unwrap_or(text);
    text.len().is_multiple_of(4) && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// Both parts as floats: Python's `complex` has no integers.
fn complex(text: &str) -> Option<String> {
    let items = json::items(text)?;
    let [re, im] = items.as_slice() else { return None };
    let mut out = vec![b'['];
    json::float(re.parse().ok()?, &mut out);
    out.push(b',');
    json::float(im.parse().ok()?, &mut out);
    out.push(b']');
    String::from_utf8(out).ok()
}

/// What `str(Decimal(text))` gives, by the "to-scientific-string" rule of the decimal specification.
fn decimal(text: &str) -> Option<String> {
    let content = json::content(text)?;
    let trimmed = content.trim();
    let (sign, body) = match trimmed.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    match body.to_ascii_lowercase().as_str() {
        "infinity" | "inf" => return Some(format!("\"{sign}Infinity\"")),
        "nan" => return Some(format!("\"{sign}NaN\"")),
        _ => {}
    }
    let (number, exponent) = match body.find(['e', 'E']) {
        Some(i) => (&body[..i], body[i + 1..].parse::<i64>().ok()?),
        None => (body, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.checked_sub(fraction.len() as i64)?;
    let trimmed = digits.trim_start_matches('0');
    let digits = if trimmed.is_empty() { "0" } else { trimmed };
    let adjusted = exponent.checked_add(digits.len() as i64 - 1)?;
    let shown = if exponent <= 0 && adjusted >= -6 {
        let point = digits.len() as i64 + exponent;
        if exponent == 0 {
            digits.to_owned()
        } else if point > 0 {
            format!("{}.{}", &digits[..point as usize], &digits[point as usize..])
        } else {
            format!("0.{}{digits}", "0".repeat(-point as usize))
        }
    } else {
        let rest = if digits.len() > 1 { format!(".{}", &digits[1..]) } else { String::new() };
        format!("{}{rest}E{adjusted:+}", &digits[..1])
    };
    Some(format!("\"{sign}{shown}\""))
}

/// Whether Python takes the value for true: what decides if a field called `!unavailable` masks a row.
pub fn is_truthy(kind: Type, text: &str) -> bool {
    match kind {
        Type::CELL => !text.is_empty() && text != "FALSE",
        Type::DECIMAL => {
            text.bytes().take_while(|b| *b != b'E').any(|b| b.is_ascii_alphabetic() || (b'1'..=b'9').contains(&b))
        }
        Type::COMPLEX => text != "[0.0,0.0]",
        _ => !matches!(text, "null" | "false" | "0" | "0.0" | "-0.0" | "\"\"" | "[]" | "{}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_recode_as_python_does() {
        for (kind, payload, expected) in [
            (Type::SET, r#"[10,9,1,"b","a",10]"#, r#"["a","b",1,10,9]"#),
            (Type::COMPLEX, "[1,-2.5]", "[1.0,-2.5]"),
            (Type::DECIMAL, r#""1E+2""#, r#""1E+2""#),
            (Type::DECIMAL, r#""1.10""#, r#""1.10""#),
            (Type::DECIMAL, r#""0E-7""#, r#""0E-7""#),
            (Type::DECIMAL, r#""1e2""#, r#""1E+2""#),
            (Type::DECIMAL, r#""-.5""#, r#""-0.5""#),
            (Type::DECIMAL, r#""0.0000001""#, r#""1E-7""#),
            (Type::DECIMAL, r#""123.456e-2""#, r#""1.23456""#),
            (Type::DECIMAL, r#""inf""#, r#""Infinity""#),
            (Type::BUNCH, r#"[{"uname":"a","sname":"s"}]"#, r#"[{"sname":"s","uname":"a"}]"#),
            (Type::NONE, "5", "null"),
            (Type::FLOAT, "null", "null"),
        ] {
            let mut out = Vec::new();
            assert_eq!(recode(kind, payload.as_bytes(), 64, &mut out), Recoded::Fine);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        let mut out = Vec::new();
        assert_eq!(recode(Type(77), b"[1, 2]", 64, &mut out), Recoded::UnknownType);
        assert_eq!(recode(Type::STR, b"oops", 64, &mut out), Recoded::BadValue);
        assert_eq!(recode(Type::UUID, b"\"!\"", 64, &mut out), Recoded::BadValue);
        assert_eq!(out, br#"[1,2]"oops""!""#);
    }
}
