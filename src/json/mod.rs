//! JSON as orjson writes it: [`canonical`] re-encodes any JSON text to the one spelling that uproot's exports have.
//!
//! The rules were read off orjson ≥ 3.11.7 (uproot requires ≥ 3.11.8): no spaces, object keys sorted by
//! code point, duplicate keys keep the last value, floats in the shortest digits with `1e+16` and `1e-7`,
//! integers beyond 64 bits become floats, only `"`, `\` and U+0000–001F escaped.

mod canonical;
mod time;

pub use canonical::{Bad, canonical, compact, is_compact};

/// Room for the text of a number.
#[derive(Default)]
pub struct Digits {
    whole: itoa::Buffer,
    float: zmij::Buffer,
    time: [u8; time::ROOM],
}

impl Digits {
    /// An unsigned integer.
    #[inline]
    pub fn uint(&mut self, value: u64) -> &[u8] {
        // Dividing 64 bits takes about twice as long in wasm.
        match u32::try_from(value) {
            Ok(value) => self.whole.format(value).as_bytes(),
            Err(_) => self.whole.format(value).as_bytes(),
        }
    }

    /// A float as orjson prints it; not-a-number and infinities are `null`.
    #[inline]
    pub fn float(&mut self, value: f64) -> &[u8] {
        match time::digits(value, &mut self.time) {
            Some(digits) => digits,
            None if value.is_finite() => self.float.format_finite(value).as_bytes(),
            None => b"null",
        }
    }
}

/// Appends a float as [`Digits::float`] spells it.
pub fn float(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(Digits::default().float(value));
}

/// Appends an unsigned integer.
pub fn uint(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(Digits::default().uint(value));
}

/// Appends a JSON string with its quotes.
pub fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        if ESCAPED[byte as usize] {
            out.extend_from_slice(&bytes[copied..i]);
            escape(byte, out);
            copied = i + 1;
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Appends the content of a canonical JSON string (given without its quotes).
pub fn unescape(inner: &str, out: &mut Vec<u8>) {
    let mut rest = inner.as_bytes();
    while let Some(i) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..i]);
        let Some(&kind) = rest.get(i + 1) else { return };
        let mut taken = 2;
        out.push(match kind {
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 12,
            b'r' => b'\r',
            b'u' => {
                taken = 6;
                // Canonical text escapes only U+0000–001F, so two hex digits are all there is.
                let hex = rest.get(i + 4..i + 6).and_then(|h| str::from_utf8(h).ok());
                hex.and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(b'?')
            }
            other => other,
        });
        rest = rest.get(i + taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// The items of a canonical JSON array, as canonical texts; `None` when it is not an array.
pub fn items(text: &str) -> Option<Vec<&str>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    Some(split(inner))
}

/// The members of a canonical JSON object: key (escaped, without quotes) and canonical value.
pub fn members(text: &str) -> Option<Vec<(&str, &str)>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    split(inner)
        .into_iter()
        .map(|member| {
            let end = 1 + string_end(member.as_bytes().get(1..)?)?;
            Some((member.get(1..end)?, member.get(end + 2..)?))
        })
        .collect()
}

/// The content of a canonical JSON string; `None` when it is something else.
pub fn content(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = Vec::with_capacity(inner.len());
    unescape(inner, &mut out);
    String::from_utf8(out).ok()
}

/// Splits canonical text at its top-level commas.
fn split(inner: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut at) = (Vec::new(), 0usize, 0, 0);
    let bytes = inner.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at += 1 + string_end(&bytes[at + 1..]).unwrap_or(0),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if !inner.is_empty() {
        parts.push(&inner[start..]);
    }
    parts
}

/// Index of the closing quote of a string whose content starts at the beginning of `bytes`.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at..)?.iter().position(|b| *b == b'"' || *b == b'\\')? + at {
            i if bytes[i] == b'"' => return Some(i),
            i => at = i + 2,
        }
    }
}

/// Bytes that stand escaped in a JSON string.
static ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 0x20 {
        table[i] = true;
        i += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        8 => b'b',
        9 => b't',
        10 => b'n',
        12 => b'f',
        13 => b'r',
        _ => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[byte as usize >> 4], HEX[byte as usize & 15]]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_canonical_text() {
        assert_eq!(items(r#"["a,]",[1,2],{"x":[","]}]"#).unwrap(), [r#""a,]""#, "[1,2]", r#"{"x":[","]}"#]);
        assert_eq!(items("[]").unwrap(), Vec::<&str>::new());
        assert_eq!(members(r#"{"a\"":1,"b":"x"}"#).unwrap(), [(r#"a\""#, "1"), ("b", r#""x""#)]);
        assert_eq!(content(r#""a\n\"\u001fé""#).unwrap(), "a\n\"\u{1f}é");
    }
}
