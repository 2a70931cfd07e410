//! Reads JSON as orjson reads it and writes it as orjson writes it, in one go.

use super::{ESCAPED, content, escape, float};
use crate::limits::Limits;
use crate::order;
use std::str;

/// Why a text is not JSON that orjson would read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Not JSON, or bytes follow the value.
    Syntax,
    /// Not UTF-8, or half a surrogate pair.
    Text,
    /// Nested deeper than the limit.
    Depth,
}

/// Appends the canonical spelling of one JSON value that fills `input`.
///
/// # Errors
/// [`Bad`] when `input` is not one JSON value; `out` then holds a useless beginning of it.
pub fn canonical(input: &[u8], depth: usize, out: &mut Vec<u8>) -> Result<(), Bad> {
    whole(Parser { input, at: 0, verbatim: false }, depth, out)
}

/// As [`canonical`], but numbers keep their spelling and objects the order of their keys: for values that an
/// export spelled before.
///
/// # Errors
/// As [`canonical`].
pub fn compact(input: &[u8], depth: usize, out: &mut Vec<u8>) -> Result<(), Bad> {
    whole(Parser { input, at: 0, verbatim: true }, depth, out)
}

/// Whether a text is one JSON value without spaces, as exports spell it.
pub fn is_compact(text: &str) -> bool {
    let mut same = Vec::with_capacity(text.len());
    compact(text.as_bytes(), Limits::DEPTH, &mut same).is_ok() && same == text.as_bytes()
}

fn whole(mut parser: Parser<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), Bad> {
    parser.space();
    parser.value(depth, out)?;
    parser.space();
    if parser.at == parser.input.len() { Ok(()) } else { Err(Bad::Syntax) }
}

struct Parser<'a> {
    input: &'a [u8],
    at: usize,
    /// Keep the spelling of numbers and the order of keys.
    verbatim: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Bad> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(Bad::Syntax)
    }

    fn value(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), Bad> {
        match self.peek().ok_or(Bad::Syntax)? {
            b'"' => self.string(out),
            b'[' => self.array(depth.checked_sub(1).ok_or(Bad::Depth)?, out),
            b'{' => self.object(depth.checked_sub(1).ok_or(Bad::Depth)?, out),
            b't' => self.word(b"true", out),
            b'f' => self.word(b"false", out),
            b'n' => self.word(b"null", out),
            _ => self.number(out),
        }
    }

    fn word(&mut self, word: &[u8], out: &mut Vec<u8>) -> Result<(), Bad> {
        if !self.input[self.at..].starts_with(word) {
            return Err(Bad::Syntax);
        }
        self.at += word.len();
        out.extend_from_slice(word);
        Ok(())
    }

    fn array(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.at += 1;
        out.push(b'[');
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            out.push(b']');
            return Ok(());
        }
        loop {
            self.space();
            self.value(depth, out)?;
            self.space();
            match self.peek() {
                Some(b',') => out.push(b','),
                Some(b']') => out.push(b']'),
                _ => return Err(Bad::Syntax),
            }
            self.at += 1;
            if self.input[self.at - 1] == b']' {
                return Ok(());
            }
        }
    }

    fn object(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.at += 1;
        let base = out.len();
        // Where each member's key (with quotes) ends and its value ends, in `out`.
        let mut ends: Vec<(usize, usize, usize)> = Vec::new();
        let mut sorted = true;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            out.extend_from_slice(b"{}");
            return Ok(());
        }
        loop {
            self.space();
            out.push(if ends.is_empty() { b'{' } else { b',' });
            let start = out.len();
            if self.peek() != Some(b'"') {
                return Err(Bad::Syntax);
            }
            self.string(out)?;
            let key = out.len();
            if let Some(&(s, k, _)) = ends.last() {
                sorted &= key_order(&out[s..k], &out[start..key]).is_lt();
            }
            self.space();
            self.expect(b':')?;
            out.push(b':');
            self.space();
            self.value(depth, out)?;
            ends.push((start, key, out.len()));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(Bad::Syntax),
            }
        }
        self.at += 1;
        if !sorted && !self.verbatim {
            sort_members(base, &mut ends, out);
        }
        out.push(b'}');
        Ok(())
    }

    fn string(&mut self, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.at += 1;
        out.push(b'"');
        loop {
            let rest = &self.input[self.at..];
            let n = rest.iter().position(|b| ESCAPED[*b as usize]).ok_or(Bad::Syntax)?;
            let plain = &rest[..n];
            str::from_utf8(plain).map_err(|_| Bad::Text)?;
            out.extend_from_slice(plain);
            self.at += n + 1;
            match rest[n] {
                b'"' => {
                    out.push(b'"');
                    return Ok(());
                }
                b'\\' => self.escaped(out)?,
                _ => return Err(Bad::Syntax),
            }
        }
    }

    fn escaped(&mut self, out: &mut Vec<u8>) -> Result<(), Bad> {
        let kind = self.peek().ok_or(Bad::Syntax)?;
        self.at += 1;
        let plain = match kind {
            b'"' | b'\\' | b'/' => kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => {
                let mut unit = self.hex4()?;
                if (0xd800..0xdc00).contains(&unit) {
                    if self.input.get(self.at..self.at + 2) != Some(b"\\u") {
                        return Err(Bad::Text);
                    }
                    self.at += 2;
                    let low = self.hex4()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(Bad::Text);
                    }
                    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                }
                let c = char::from_u32(unit).ok_or(Bad::Text)?;
                let mut buffer = [0; 4];
                let encoded = c.encode_utf8(&mut buffer).as_bytes();
                match encoded {
                    [byte] if ESCAPED[*byte as usize] => escape(*byte, out),
                    _ => out.extend_from_slice(encoded),
                }
                return Ok(());
            }
            _ => return Err(Bad::Syntax),
        };
        if ESCAPED[plain as usize] {
            escape(plain, out);
        } else {
            out.push(plain);
        }
        Ok(())
    }

    fn hex4(&mut self) -> Result<u32, Bad> {
        let digits = self.input.get(self.at..self.at + 4).ok_or(Bad::Syntax)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Bad::Syntax);
        }
        self.at += 4;
        str::from_utf8(digits).ok().and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or(Bad::Syntax)
    }

    fn number(&mut self, out: &mut Vec<u8>) -> Result<(), Bad> {
        let start = self.at;
        let digits = |p: &mut Self| {
            let from = p.at;
            while p.peek().is_some_and(|b| b.is_ascii_digit()) {
                p.at += 1;
            }
            p.at - from
        };
        let negative = self.peek() == Some(b'-');
        self.at += negative as usize;
        let leading_zero = self.peek() == Some(b'0');
        let whole = digits(self);
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(Bad::Syntax);
        }
        let (mut integer, mut power) = (true, false);
        if self.peek() == Some(b'.') {
            self.at += 1;
            integer = false;
            if digits(self) == 0 {
                return Err(Bad::Syntax);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            (integer, power) = (false, true);
            self.at += matches!(self.peek(), Some(b'+' | b'-')) as usize;
            if digits(self) == 0 {
                return Err(Bad::Syntax);
            }
        }
        let text = str::from_utf8(&self.input[start..self.at]).map_err(|_| Bad::Text)?;
        // Without a power it takes more digits to leave the range of floats, where orjson reads no number.
        if self.verbatim && !power && text.len() <= f64::MAX_10_EXP as usize {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        if integer && (text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()) {
            // orjson reads -0 as the integer 0.
            out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
            return Ok(());
        }
        let value: f64 = text.parse().map_err(|_| Bad::Syntax)?;
        if value.is_infinite() {
            return Err(Bad::Syntax);
        }
        if self.verbatim {
            out.extend_from_slice(text.as_bytes());
        } else {
            float(value, out);
        }
        Ok(())
    }
}

/// Order of two escaped keys by their code points. Escapes would sort wrongly as text, so they are undone.
fn key_order(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    if !a.contains(&b'\\') && !b.contains(&b'\\') {
        // The closing quote must not take part: it sorts above space and below letters.
        return a[..a.len() - 1].cmp(&b[..b.len() - 1]);
    }
    let plain = |k: &[u8]| str::from_utf8(k).ok().and_then(content);
    plain(a).cmp(&plain(b))
}

/// Rewrites the members that stand in `out` from `base` on in the order of their keys, last duplicate only.
fn sort_members(base: usize, ends: &mut [(usize, usize, usize)], out: &mut Vec<u8>) {
    let old = out.split_off(base);
    let key = |m: &(usize, usize, usize)| &old[m.0 - base..m.1 - base];
    order::by(ends, |a, b| key_order(key(a), key(b)));
    for (i, member) in ends.iter().enumerate() {
        let superseded = ends.get(i + 1).is_some_and(|next| key_order(key(member), key(next)).is_eq());
        if !superseded {
            out.push(if out.len() == base { b'{' } else { b',' });
            out.extend_from_slice(&old[member.0 - base..member.2 - base]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(input: &str) -> String {
        let mut out = Vec::new();
        canonical(input.as_bytes(), 64, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn spelling_is_orjsons() {
        for (input, expected) in [
            (" [ 1 , 2.0,1e16, 1e-7, 0.00001, -0, -0.0 ] ", "[1,2.0,1e+16,1e-7,0.00001,0,-0.0]"),
            ("1000000000000000.0", "1000000000000000.0"),
            ("9007199254740993.0", "9007199254740992.0"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("123456789012345678.0", "1.2345678901234568e+17"),
            (r#"{"b":1,"a":{"d":1,"c":2}}"#, r#"{"a":{"c":2,"d":1},"b":1}"#),
            (r#"{"a":1,"a ":2,"a\"":3,"a":4}"#, r#"{"a":4,"a ":2,"a\"":3}"#),
            (r#""\u00e9\/\ud83d\ude00\u001F\u007f""#, "\"é/😀\\u001f\u{7f}\""),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ] {
            assert_eq!(same(input), expected);
            assert_eq!(same(expected), expected, "canonical text stays");
        }
    }

    #[test]
    fn what_orjson_refuses_is_refused() {
        for bad in [
            "",
            "01",
            "1.",
            ".5",
            "+1",
            "[1,]",
            "{\"a\"}",
            "nul",
            "\"a",
            "\"\n\"",
            r#""\ud800""#,
            "NaN",
            "1 2",
            "1e999",
            &"9".repeat(309),
        ] {
            assert!(canonical(bad.as_bytes(), 64, &mut Vec::new()).is_err(), "{bad}");
            assert!(compact(bad.as_bytes(), 64, &mut Vec::new()).is_err(), "{bad}");
        }
        assert_eq!(canonical(&[b'"', 0xff, b'"'], 64, &mut Vec::new()), Err(Bad::Text));
        assert_eq!(canonical("[".repeat(65).as_bytes(), 64, &mut Vec::new()), Err(Bad::Depth));
    }
}
