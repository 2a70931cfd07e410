//! Strings between their content and their spelling in JSON, escaped as Python's `json.dumps` does.
//!
//! A string's raw text (what is between the quotes) is turned into UTF-16 units and back without passing through
//! `String`: Python may have escaped half of a surrogate pair, which no UTF-8 text can hold.

/// Four hexadecimal digits as a UTF-16 unit.
pub fn hex(digits: &[u8]) -> Option<u16> {
    if digits.len() != 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// The UTF-16 units of a string's raw text (what is between the quotes).
fn units(raw: &str, mut each: impl FnMut(u16)) {
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c != '\\' {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| each(*unit));
            rest = after;
            continue;
        }
        let kind = after.bytes().next().unwrap_or(b'\\');
        let unit = match kind {
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'f' => 12,
            b'b' => 8,
            b'u' => after.get(1..5).and_then(|d| hex(d.as_bytes())).unwrap_or(0xfffd),
            other => u16::from(other),
        };
        each(unit);
        rest = after.get(if kind == b'u' { 5 } else { 1 }..).unwrap_or_default();
    }
}

/// The content of a string. Lone surrogates, which no UTF-8 file can hold, become U+FFFD.
pub fn decode(raw: &str) -> String {
    let mut all = Vec::with_capacity(raw.len());
    units(raw, |unit| all.push(unit));
    String::from_utf16_lossy(&all)
}

/// Adds a string's raw text as Python's `json.dumps` escapes it, quotes included.
pub fn write_raw(raw: &str, out: &mut String) {
    out.push('"');
    units(raw, |unit| write_unit(unit, out));
    out.push('"');
}

/// Adds a text as Python's `json.dumps` writes it.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    text.encode_utf16().for_each(|unit| write_unit(unit, out));
    out.push('"');
}

fn write_unit(unit: u16, out: &mut String) {
    match unit {
        0x22 => out.push_str("\\\""),
        0x5c => out.push_str("\\\\"),
        8 => out.push_str("\\b"),
        9 => out.push_str("\\t"),
        10 => out.push_str("\\n"),
        12 => out.push_str("\\f"),
        13 => out.push_str("\\r"),
        0x20..=0x7e => out.push(char::from(unit as u8)),
        _ => {
            out.push_str("\\u");
            for shift in [12, 8, 4, 0] {
                out.push(char::from_digit(u32::from(unit >> shift) & 15, 16).unwrap_or('0'));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_pythons() {
        let mut out = String::new();
        write_text("ä\"\\/\u{7f}\n\u{1d11e}", &mut out);
        assert_eq!(out, r#""\u00e4\"\\/\u007f\n\ud834\udd1e""#);
        let raw = r"\u00E4\ud83c\/\u0041";
        out.clear();
        write_raw(raw, &mut out);
        assert_eq!(out, r#""\u00e4\ud83c/A""#);
        assert_eq!(decode(raw), "ä\u{fffd}/A");
    }
}
