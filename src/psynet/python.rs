//! Print a value as Python's `repr` does: PsyNet exports the parameters of requests that way.

use super::json::Index;
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::number;

/// How deep values may be nested, and how many bytes they may take: what recurs is printed each time.
type Bounds = (usize, usize);

/// Adds the `repr` of a value. Answers whether there is one that does not need Python and is within the bounds.
pub fn repr(pickle: &Pickle, text: &str, index: Index, (depth, most): Bounds, out: &mut String) -> bool {
    let Some(depth) = depth.checked_sub(1).filter(|_| out.len() <= most) else { return false };
    let bounds = (depth, most);
    match pickle.value(text, index) {
        Value::Null => out.push_str("None"),
        Value::Bool(b) => out.push_str(if b { "True" } else { "False" }),
        Value::Int(digits) => out.push_str(digits),
        Value::Float(f) => out.push_str(number::Buffer::default().python(f)),
        Value::Text(raw, true) => string(raw, out),
        Value::Text(raw, false) => string(&json_text::decode(raw), out),
        Value::List(list) => {
            out.push('[');
            if !elements(pickle, text, list, bounds, out) {
                return false;
            }
            out.push(']');
        }
        Value::Tuple(list) => {
            out.push('(');
            if !elements(pickle, text, list, bounds, out) {
                return false;
            }
            out.push_str(if pickle.tree().children(list).count() == 1 { ",)" } else { ")" });
        }
        Value::Dict(dict) => {
            out.push('{');
            for (n, (key, value)) in pickle.tree().pairs(dict).enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                match pickle.value(text, key) {
                    Value::Text(raw, true) => string(raw, out),
                    _ => string(&json_text::decode(pickle.tree().raw(text, key)), out),
                }
                out.push_str(": ");
                if !repr(pickle, text, value, bounds, out) {
                    return false;
                }
            }
            out.push('}');
        }
        Value::Time(_) | Value::Other(_) => return false,
    }
    true
}

fn elements(pickle: &Pickle, text: &str, list: Index, bounds: Bounds, out: &mut String) -> bool {
    for (n, child) in pickle.tree().children(list).enumerate() {
        out.push_str(if n > 0 { ", " } else { "" });
        if !repr(pickle, text, child, bounds, out) {
            return false;
        }
    }
    true
}

/// Adds the `repr` of a string: single quotes unless only those occur in it, and escapes for what Python
/// does not print.
pub fn string(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\' && b != quote as u8) {
        out.push_str(text);
        out.push(quote);
        return;
    }
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                out.push_str(&match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                });
            }
        }
    }
    out.push(quote);
}

/// Rust's debug form escapes the same general categories as Python's `repr`; a letter stands in front because
/// a combining mark is escaped only at the start.
fn is_printable(c: char) -> bool {
    let mut pair = String::from('a');
    pair.push(c);
    pair.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        let cases = [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("'\"", "'\\'\"'"),
            ("\u{7f}\u{a0}\u{ad}", "'\\x7f\\xa0\\xad'"),
            ("ä\u{301}\u{200b}", "'ä\u{301}\\u200b'"),
            ("🎵\u{e0001}\n", "'🎵\\U000e0001\\n'"),
            ("\\", "'\\\\'"),
        ];
        for (text, want) in cases {
            let mut out = String::new();
            string(text, &mut out);
            assert_eq!(out, want);
        }
    }
}
