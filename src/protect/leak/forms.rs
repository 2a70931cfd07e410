//! Every form in which a value may hide, as bytes to look for.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Form;
use crate::protect::pseudonym::{uuid_bytes, uuid_text};
use crate::protect::time::encode;

/// A form of a value; its bytes stand in [`Needles`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Needle {
    at: u32,
    length: u32,
    pub form: Form,
    /// Number of the value.
    pub number: u32,
    /// Whether the case of ASCII letters counts; it does in base64 and in raw bytes.
    pub exact: bool,
    /// What must not be beside it.
    pub apart: Apart,
}

/// Forms with the bytes to look for.
#[derive(Clone, Debug, Default)]
pub(super) struct Needles {
    text: Vec<u8>,
    all: Vec<Needle>,
}

impl Needles {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// A form and its bytes.
    pub fn get(&self, number: u32) -> Option<(&Needle, &[u8])> {
        let needle = self.all.get(number as usize)?;
        Some((needle, self.text(needle)))
    }

    /// All forms with their bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&Needle, &[u8])> {
        self.all.iter().map(|needle| (needle, self.text(needle)))
    }

    fn text(&self, needle: &Needle) -> &[u8] {
        self.text.get(needle.at as usize..).and_then(|text| text.get(..needle.length as usize)).unwrap_or_default()
    }

    /// Whether one of the forms from `first` on is the same.
    fn has(&self, first: usize, text: &[u8], exact: bool) -> bool {
        let same = |needle: &Needle| match exact {
            true => self.text(needle) == text,
            false => self.text(needle).eq_ignore_ascii_case(text),
        };
        self.all.get(first..).unwrap_or_default().iter().any(|needle| needle.exact == exact && same(needle))
    }

    fn push(&mut self, text: &[u8], form: Form, number: u32, exact: bool, apart: Apart) {
        let (at, length) = (self.text.len() as u32, text.len() as u32);
        self.text.extend_from_slice(text);
        self.all.push(Needle { at, length, form, number, exact, apart });
    }
}

/// What must not stand beside a form, so that a short one is not found in the middle of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// Nothing: it counts anywhere.
    No,
    /// An ASCII letter or digit.
    Word,
    /// A hexadecimal digit: ten digits of a long decimal fraction are not somebody's name.
    Digits,
}

/// Longest form that is compared, in bytes; of longer ones the beginning counts.
const LONGEST: usize = 512;
/// Shortest form other than the value itself.
const SHORTEST: usize = 4;
/// Forms of fewer characters are looked for as whole words.
const ANYWHERE: usize = 8;
/// JSON inside strings is undone so many times.
const LEVELS: usize = 4;

/// Adds all forms of a value.
pub(super) fn needles(value: &str, number: u32, out: &mut Needles) {
    let first = out.len();
    let mut add = |text: &[u8], form: Form, exact: bool| {
        let text = text.get(..LONGEST).unwrap_or(text);
        let characters = if text.is_ascii() { text.len() } else { String::from_utf8_lossy(text).chars().count() };
        let searchable = text.len() >= 8 || text.iter().any(u8::is_ascii_alphanumeric);
        let long_enough = form == Form::Text || text.len() >= SHORTEST;
        if searchable && long_enough && !out.has(first, text, exact) {
            let apart = match form {
                Form::Uuid => Apart::No,
                // Those of values under four bytes are looked for as words, as other short forms are.
                Form::Hex if (ANYWHERE..2 * ANYWHERE).contains(&characters) => Apart::Digits,
                _ if characters < ANYWHERE => Apart::Word,
                _ => Apart::No,
            };
            out.push(text, form, number, exact, apart);
        }
    };

    // ASCII case is ignored in the search itself; other letters need their own forms.
    add(value.as_bytes(), Form::Text, false);
    if !value.is_ascii() {
        add(value.to_lowercase().as_bytes(), Form::Text, false);
        add(value.to_uppercase().as_bytes(), Form::Text, false);
    }
    // Most ids have nothing that is escaped, whose forms would be the value itself.
    let has = |escaped: &dyn Fn(u8) -> bool| value.bytes().any(escaped);
    for safe in ["", "-._~", "-._~/", "-._~!*'()", "-._~:/?#[]@!$&'()*+,;="] {
        if has(&|b| !b.is_ascii_alphanumeric() && !safe.as_bytes().contains(&b)) {
            add(percent(value, safe, "%20").as_bytes(), Form::Percent, false);
        }
        if has(&|b| b == b' ') {
            add(percent(value, safe, "+").as_bytes(), Form::Percent, false);
        }
    }
    let in_json = has(&|b| matches!(b, 0..b' ' | b'"' | b'\\' | 0x80..));
    for ascii in [true, false].into_iter().filter(|_| in_json) {
        let mut escaped = value.to_owned();
        add(csv_quoted(&escaped).as_bytes(), Form::Csv, false);
        for _ in 0..LEVELS {
            let next = json(&escaped, ascii);
            if next == escaped {
                break;
            }
            escaped = next;
            add(escaped.as_bytes(), Form::Json, false);
            add(csv_quoted(&escaped).as_bytes(), Form::Csv, false);
        }
    }
    if has(&|b| b == b'/') {
        add(value.replace('/', "\\/").as_bytes(), Form::Json, false);
    }

    add(hex(value.as_bytes()).as_bytes(), Form::Hex, false);
    base_64(value.as_bytes(), Form::Base64, &mut add);
    let (lower, upper) = (value.to_lowercase(), value.to_uppercase());
    let others = [&lower, &upper].into_iter().map(String::as_str).filter(|case| *case != value);
    for case in std::iter::once(value).chain(others) {
        // Sixteen digits of a digest cannot be there by chance; a cut digest is found too.
        let mut digest = |bytes: &[u8], form| add(hex(bytes.get(..8).unwrap_or(bytes)).as_bytes(), form, false);
        digest(&Md5::digest(case.as_bytes()), Form::Md5);
        digest(&Sha1::digest(case.as_bytes()), Form::Sha1);
        digest(&Sha256::digest(case.as_bytes()), Form::Sha256);
    }
    if let Some(bytes) = uuid_bytes(value) {
        add(uuid_text(&bytes).as_bytes(), Form::Text, false);
        add(hex(&bytes).as_bytes(), Form::Hex, false);
        add(&bytes, Form::Uuid, true);
        base_64(&bytes, Form::Uuid, &mut add);
    }
}

/// Base64 at each of the three places where a value may begin in its group, without the digits that its neighbours
/// decide, in both alphabets; and of a short value also whole, as a word of its own.
fn base_64(bytes: &[u8], form: Form, add: &mut impl FnMut(&[u8], Form, bool)) {
    let mut both = |text: &str| {
        add(text.as_bytes(), form, true);
        if text.contains(['+', '/']) {
            add(text.replace('+', "-").replace('/', "_").as_bytes(), form, true);
        }
    };
    for (pad, skip) in [(0, 0), (1, 2), (2, 3)] {
        let mut padded = vec![0; pad];
        padded.extend_from_slice(bytes);
        let text = encode(&padded);
        let text = text.trim_end_matches('=');
        both(text.get(skip..text.len().saturating_sub(1)).unwrap_or_default());
        if pad == 0 && text.len() <= ANYWHERE {
            both(text);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |b: u8| char::from(DIGITS[usize::from(b & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Percent-encoding of everything but letters, digits and `safe`.
fn percent(value: &str, safe: &str, space: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b' ' => out.push_str(space),
            _ if byte.is_ascii_alphanumeric() || safe.as_bytes().contains(&byte) => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push_str(&hex(&[byte]).to_ascii_uppercase());
            }
        }
    }
    out
}

/// The inside of a JSON string, with `\u` for everything beyond ASCII or without.
fn json(value: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c < ' ' || (ascii && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(c),
        }
    }
    out
}

fn csv_quoted(value: &str) -> String {
    value.replace('"', "\"\"")
}
