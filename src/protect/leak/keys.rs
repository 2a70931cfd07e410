//! What a form, and a place of the input, is looked up by: hashes of the bytes there, so that both are found in a table.

use super::forms::{Apart, Needle};
use super::runs::{self, HEX};

/// Forms of at most so many bytes are looked up by words.
pub(super) const SHORT: usize = runs::WORD;
/// Places of the input between two that are looked up: as many windows of a form are, so that one of them lies there.
pub(super) const STRIDE: usize = 3;
/// Bytes of a window; with those of the stride no more than the shortest form has.
pub(super) const WINDOW: usize = SHORT + 2 - STRIDE;
/// Bytes that are read for a window, of which the last are cut off.
pub(super) const READ: usize = 8;
/// Places between two that are looked up for long forms, whose windows are all that is read.
pub(super) const LONG_STRIDE: usize = 8;
/// Bytes of the shortest long form.
const LONG: usize = READ + LONG_STRIDE - 1;
/// What is left of the bytes of a window.
pub(super) const KEPT: u64 = u64::MAX >> (8 * (READ - WINDOW));
/// The kinds of marks (see [`mark`]). Each has two tables: of windows that begin at the mark, and of those that end with it,
/// where a form has no room behind.
pub(super) const MARKS: usize = 5;
/// Bytes of the window at a mark of each kind.
pub(super) const AT_MARK: [usize; MARKS] = [READ, READ, READ, READ, 4];
/// The kind of the marks that only count where the case of letters does.
const CAPITAL: usize = MARKS - 1;
/// So many marks of a form are compared to find the rarest.
const FEW_MARKS: usize = 4;
/// Bytes between two hyphens of a UUID.
const HYPHENS: usize = 5;

/// Every byte with the bit of lower case set: equal for both cases of a letter, different enough for the rest.
const LOWER: u64 = 0x2020_2020_2020_2020;

#[inline]
pub(super) fn hash(eight: u64) -> u64 {
    let mixed = (eight | LOWER).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

/// The eight bytes of a text at `at`, zeros after its end.
#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    rest.first_chunk::<READ>()
        .map_or_else(|| rest.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)), |bytes| u64::from_le_bytes(*bytes))
}

/// The hash of the window of a text at `at`.
#[inline]
pub(super) fn window(text: &[u8], at: usize) -> u64 {
    hash(eight(text, at) & KEPT)
}

/// Most hexadecimal digits of a form that are looked up: those of digests, hexadecimal forms, most platform ids.
pub(super) const DIGITS: usize = 2 * HEX;

/// The value of hexadecimal digits, [`DIGITS`] or fewer; `None` if one is none.
pub(super) fn digits(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0, |n, b| Some(n << 4 | u64::from(char::from(*b).to_digit(16)?)))
}

/// The hash of the first digits of a form that is looked up by its hexadecimal digits: one that begins with many, or that
/// must be all of those that stand on end.
pub(super) fn hexadecimal(needle: &Needle, text: &[u8]) -> Option<u64> {
    match text.get(..DIGITS) {
        _ if needle.exact => None,
        Some(first) => digits(first).map(word_hash),
        None if text.len() >= HEX && needle.apart == Apart::Digits => {
            digits(text).map(|value| run_hash(value, text.len()))
        }
        None => None,
    }
}

/// The hash of fewer digits than [`DIGITS`].
pub(super) fn run_hash(value: u64, length: usize) -> u64 {
    word_hash(value | (length as u64) << 60)
}

/// How a form is looked up by windows.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Windows {
    Long,
    Other,
}

impl Windows {
    /// `pays` says whether long forms are looked up on their own.
    pub fn of(text: &[u8], pays: bool) -> Windows {
        if pays && text.len() >= LONG { Windows::Long } else { Windows::Other }
    }

    /// So many windows of a form are looked up, one beginning behind the other.
    pub fn stride(self) -> usize {
        if self == Windows::Long { LONG_STRIDE } else { STRIDE }
    }

    /// Where the first window of a form may begin, of which the rarest is taken.
    pub fn places(self, text: &[u8]) -> impl Iterator<Item = usize> {
        let room = text.len().saturating_sub(if self == Windows::Long { LONG } else { SHORT + 1 });
        [0, room, room / 3, room * 2 / 3].into_iter()
    }

    /// The hash of the window of a form at `at`.
    pub fn hash(self, text: &[u8], at: usize) -> u64 {
        if self == Windows::Long { hash(eight(text, at)) } else { window(text, at) }
    }
}

/// The kind of the mark at a place, if there is one: a byte that is rare in tables and is in most of the forms that escape
/// something; two bytes that are in no text, but in most UUIDs' own; a capital letter inside a word or before a digit, as
/// in base64; or a hyphen of a UUID. The first kinds depend on one byte or two, which are in the form.
#[inline]
pub(super) fn mark(text: &[u8], at: usize) -> Option<usize> {
    let next = text.get(at + 1).copied();
    match *text.get(at)? {
        b'"' | b'\\' => Some(0),
        b'%' => Some(1),
        0xc0.. if next.is_some_and(|next| !(0x80..0xc0).contains(&next)) => Some(3),
        ..0x80 if next.is_some_and(|next| (0x80..0xc0).contains(&next)) => Some(3),
        b'a'..=b'z' | b'0'..=b'9' if next.is_some_and(|next| next.is_ascii_uppercase()) => Some(CAPITAL),
        b'A'..=b'Z' if next.is_some_and(|next| next.is_ascii_digit()) => Some(CAPITAL),
        b'-' if text.get(at + HYPHENS) == Some(&b'-') => Some(2),
        _ => None,
    }
}

/// The marks of a form: their kinds, whether the windows there end with the mark, and where they begin.
pub(super) fn marks(needle: &Needle, text: &[u8]) -> impl Iterator<Item = (usize, usize, usize)> {
    let one = move |at| {
        let kind = mark(text, at).filter(|kind| needle.exact || *kind != CAPITAL)?;
        let size = AT_MARK.get(kind)?;
        match at + size <= text.len() {
            true => Some((kind, 0, at)),
            false => (at + 1).checked_sub(*size).map(|at| (kind, 1, at)),
        }
    };
    (0..text.len()).filter_map(one).take(FEW_MARKS)
}

/// The hash of the window of a text at `at` that begins or ends with a mark of a kind.
#[inline]
pub(super) fn mark_hash(text: &[u8], at: usize, kind: usize) -> u64 {
    let unused = READ - AT_MARK.get(kind).copied().unwrap_or(READ);
    hash(eight(text, at) << (8 * unused))
}

/// The longest run of letters and digits of a short form: where it begins and ends.
pub(super) fn longest_run(text: &[u8]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut i = 0;
    while i < text.len() {
        let run = text.iter().skip(i).take_while(|b| b.is_ascii_alphanumeric()).count();
        if run > best.1 - best.0 {
            best = (i, i + run);
        }
        i += run.max(1);
    }
    best
}

/// A word of up to seven letters and digits at `start`, in lower case: that bit is set in digits anyway.
#[inline]
pub(super) fn packed(text: &[u8], start: usize, length: usize) -> u64 {
    let unused = 64 - 8 * (length as u32).clamp(1, 8);
    (eight(text, start) | LOWER) & u64::MAX >> unused
}

/// The hash of a word; unlike [`hash`] it keeps the length apart.
pub(super) fn word_hash(packed: u64) -> u64 {
    let mixed = packed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}
