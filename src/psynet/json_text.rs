//! Strings between their content and their spelling in JSON, escaped as Python's `json.dumps` does.
//!
//! A string's raw text is what is between the quotes. It is respelled without being decoded first: Python may have
//! escaped half of a surrogate pair, which no UTF-8 text can hold.

/// Four hexadecimal digits as a UTF-16 unit.
pub fn hex(digits: &[u8]) -> Option<u16> {
    if digits.len() != 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// How many of the first bytes stand for themselves in a JSON string, as Python writes it: printable ASCII without
/// quote and backslash. Looks at eight bytes at once, since most of all JSON is in such runs.
pub fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    let (groups, _) = bytes.as_chunks::<8>();
    for (number, group) in groups.iter().enumerate() {
        let word = u64::from_le_bytes(*group);
        // A byte's high bit is set where the byte is the one looked for; only the lowest hit is certain.
        let is = |byte: u8| {
            let differs = word ^ (ONES * u64::from(byte));
            differs.wrapping_sub(ONES) & !differs
        };
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let hits = (is(b'"') | is(b'\\') | is(0x7f) | control | word) & HIGH;
        if hits != 0 {
            return number * 8 + (hits.trailing_zeros() / 8) as usize;
        }
    }
    let done = groups.len() * 8;
    let rest = bytes.get(done..).unwrap_or_default();
    done + rest.iter().take_while(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')).count()
}

/// One unit of a string's raw text after a backslash, and how many bytes of `after` it took.
fn escaped(after: &str) -> (u16, usize) {
    match after.bytes().next().unwrap_or(b'\\') {
        b'n' => (10, 1),
        b'r' => (13, 1),
        b't' => (9, 1),
        b'f' => (12, 1),
        b'b' => (8, 1),
        b'u' => (after.get(1..5).and_then(|d| hex(d.as_bytes())).unwrap_or(0xfffd), 5),
        other => (u16::from(other), 1),
    }
}

/// The content of a string. Lone surrogates, which no UTF-8 file can hold, become U+FFFD.
pub fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((head, after)) = rest.split_once('\\') {
        out.push_str(head);
        let (unit, used) = escaped(after);
        rest = after.get(used..).unwrap_or_default();
        let mut units = [unit, 0];
        let mut len = 1;
        if let (0xd800..=0xdbff, Some(after)) = (unit, rest.strip_prefix('\\'))
            && let (low @ 0xdc00..=0xdfff, used) = escaped(after)
        {
            (units[1], len) = (low, 2);
            rest = after.get(used..).unwrap_or_default();
        }
        let units = units.into_iter().take(len);
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    out.push_str(rest);
    out
}

/// Adds a string's raw text as Python's `json.dumps` escapes it, quotes included.
pub fn write_raw(raw: &str, out: &mut String) {
    out.push('"');
    let mut rest = raw;
    loop {
        let (head, tail) = rest.split_at(plain_run(rest.as_bytes()));
        out.push_str(head);
        let Some(c) = tail.chars().next() else { break };
        rest = tail.get(c.len_utf8()..).unwrap_or_default();
        if c == '\\' {
            let (unit, used) = escaped(rest);
            rest = rest.get(used..).unwrap_or_default();
            write_unit(unit, out);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write_unit(*unit, out));
        }
    }
    out.push('"');
}

/// Adds a text as Python's `json.dumps` writes it.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let (head, tail) = rest.split_at(plain_run(rest.as_bytes()));
        out.push_str(head);
        let Some(c) = tail.chars().next() else { break };
        c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write_unit(*unit, out));
        rest = tail.get(c.len_utf8()..).unwrap_or_default();
    }
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

    #[test]
    fn runs_end_at_the_first_byte_that_is_not_plain() {
        for other in ['"', '\\', '\u{7f}', '\u{1f}', '\0', 'ä', '\u{80}'] {
            for before in 0..20 {
                let text = format!("{}{other}{}", "~ ".repeat(10).split_at(before).0, "a\"\\\u{1}".repeat(5));
                assert_eq!(plain_run(text.as_bytes()), before, "{other:?} after {before}");
            }
        }
        assert_eq!(plain_run(b"!#[]^ ~0123456789z"), 18);
    }

    #[test]
    fn surrogates_are_paired_or_replaced() {
        for (raw, want) in [
            (r"\ud834\udd1e", "\u{1d11e}"),
            (r"\ud834\ud834\udd1e", "\u{fffd}\u{1d11e}"),
            (r"\udd1e\ud834", "\u{fffd}\u{fffd}"),
            (r"\ud834\n\ud834x", "\u{fffd}\n\u{fffd}x"),
            ("\\\\\\\"", "\\\""),
        ] {
            assert_eq!(decode(raw), want);
        }
    }
}
