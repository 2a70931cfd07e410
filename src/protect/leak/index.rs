//! All forms of all values, to be asked of the input whether one is there.
//!
//! A form is looked up in one of six ways, whichever asks the fewest places of the input: by its first sixteen digits
//! if it is hexadecimal, by its longest word if it is short, by what stands at a mark in it (see [`mark`]), or by
//! windows: if it is long of eight bytes, every eighth place of the input, else of six bytes, every third place; base64
//! only where there is base64.

use super::Form;
use super::forms::{Apart, Needle, Needles};
use super::runs;
use super::table::{Entry, Table};
use crate::protect::pace::Pace;

/// Forms of at most so many bytes are looked up by words.
pub(super) const SHORT: usize = 7;
/// Places of the input between two that are looked up: as many windows of a form are, so that one of them lies there.
const STRIDE: usize = 3;
/// Bytes of a window; with those of the stride no more than the shortest form has.
const WINDOW: usize = SHORT + 2 - STRIDE;
/// Bytes that are read for a window, of which the last are cut off.
const READ: usize = 8;
/// Places between two that are looked up for long forms, whose windows are all that is read.
const LONG_STRIDE: usize = 8;
/// Bytes of the shortest long form.
const LONG: usize = READ + LONG_STRIDE - 1;
/// Bytes of base64 before and behind the windows of its long forms: only in long runs of it these are looked up.
const BEFORE: usize = runs::BEFORE;
/// Bytes of the shortest long form in base64.
const LONG_BASE_64: usize = SHORT + 1 + 2 * BEFORE;
/// What is left of these bytes.
const KEPT: u64 = u64::MAX >> (8 * (READ - WINDOW));
/// The kinds of marks (see [`mark`]), each with a table of its own.
const MARKS: usize = 5;
/// The kind of the marks that are in no text; where a form has no room behind one, the table of the next kind has the
/// window that ends there.
const NO_TEXT: usize = MARKS - 2;
/// Bytes between two hyphens of a UUID.
const HYPHENS: usize = 5;

/// A form at a place of the buffer.
pub(super) struct Found {
    pub start: usize,
    pub length: usize,
    pub form: Form,
    pub number: u32,
}

/// Every byte with the bit of lower case set: equal for both cases of a letter, different enough for the rest.
const LOWER: u64 = 0x2020_2020_2020_2020;

#[inline]
fn hash(eight: u64) -> u64 {
    let mixed = (eight | LOWER).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    needles: Needles,
    windows: Table,
    long: Table,
    base64: Table,
    long_base64: Table,
    marked: [Table; MARKS],
    words: Table,
    digits: Table,
    longest: usize,
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
fn window(text: &[u8], at: usize) -> u64 {
    hash(eight(text, at) & KEPT)
}

/// Length of the runs of hexadecimal digits that are looked up as such: digests, hexadecimal forms, most platform ids.
const DIGITS: usize = 16;

/// The value of the hexadecimal digits of a text, which are [`DIGITS`]; `None` if one is none.
fn digits(text: &[u8]) -> Option<u64> {
    let digits = text.get(..DIGITS)?;
    digits.iter().try_fold(0, |n, b| Some(n << 4 | u64::from(char::from(*b).to_digit(16)?)))
}

/// How a form is looked up by windows.
#[derive(Clone, Copy, PartialEq)]
enum Windows {
    Base64,
    LongBase64,
    Long,
    Other,
}

impl Windows {
    fn of(needle: &Needle, text: &[u8]) -> Windows {
        match () {
            () if needle.exact && text.iter().all(is_base_64) => match text.len() {
                LONG_BASE_64.. => Windows::LongBase64,
                _ => Windows::Base64,
            },
            () if text.len() >= LONG => Windows::Long,
            () => Windows::Other,
        }
    }

    /// So many windows of a form are looked up, one beginning behind the other.
    fn stride(self) -> usize {
        if self == Windows::Long { LONG_STRIDE } else { STRIDE }
    }

    /// Where the first window of a form may begin, of which the rarest is taken.
    fn places(self, text: &[u8]) -> impl Iterator<Item = usize> {
        let (before, whole) = match self {
            Windows::Long => (0, LONG),
            Windows::LongBase64 => (BEFORE, LONG_BASE_64),
            Windows::Base64 | Windows::Other => (0, SHORT + 1),
        };
        let room = text.len().saturating_sub(whole);
        [0, room, room / 3, room * 2 / 3].into_iter().map(move |at| before + at)
    }

    /// The hash of the window of a form at `at`.
    fn hash(self, text: &[u8], at: usize) -> u64 {
        if self == Windows::Long { hash(eight(text, at)) } else { window(text, at) }
    }
}

/// The kind of the mark at a place, if there is one: a byte that is rare in tables and is in most of the forms that escape
/// something, a hyphen of a UUID, or, as in most UUIDs' own bytes, one that is in no text.
#[inline]
fn mark(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' | b'\\' => Some(0),
        b'%' => Some(1),
        b'-' if text.get(at + HYPHENS) == Some(&b'-') => Some(2),
        0..b' ' | 0xf5.. => Some(NO_TEXT),
        _ => None,
    }
}

/// The marks of a form: their kinds, and where the windows that they begin or end are.
fn marks(needle: &Needle, text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let exact = needle.exact;
    let last = text.len().checked_sub(READ).filter(|_| text.len() > SHORT);
    (0..text.len()).filter_map(move |at| {
        let (kind, last) = (mark(text, at)?, last?);
        match kind {
            // A line's end is in most texts.
            NO_TEXT if !exact => None,
            NO_TEXT if at > last => Some((kind + 1, at + 1 - READ)),
            _ => Some((kind, at)).filter(|_| at <= last),
        }
    })
}

fn is_base_64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The longest run of letters and digits of a short form: where it begins and ends.
fn longest_run(text: &[u8]) -> (usize, usize) {
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
fn packed(text: &[u8], start: usize, length: usize) -> u64 {
    let unused = 64 - 8 * (length as u32).clamp(1, 8);
    (eight(text, start) | LOWER) & u64::MAX >> unused
}

/// The hash of a word; unlike [`hash`] it keeps the length apart.
fn word_hash(packed: u64) -> u64 {
    let mixed = packed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

impl Index {
    pub async fn new(all: Needles, pace: &mut Pace) -> Index {
        let mut index = Index::default();
        // How often each window could be used, by a short hash: common beginnings ("https://") would make long buckets.
        const COUNTERS: usize = 1 << 18;
        let mut counters = vec![0u32; COUNTERS];
        let slot = |hash: u64| (hash >> 46) as usize & (COUNTERS - 1);
        let hexadecimal = |needle: &Needle, text| if needle.exact { None } else { digits(text) };
        for (needle, text) in all.iter().filter(|(n, text)| text.len() > SHORT && hexadecimal(n, text).is_none()) {
            pace.did(text.len()).await;
            let kind = Windows::of(needle, text);
            for offset in kind.places(text).flat_map(|first| first..first + kind.stride()) {
                counters.get_mut(slot(kind.hash(text, offset))).into_iter().for_each(|c| *c += 1);
            }
            for (_, offset) in marks(needle, text) {
                counters.get_mut(slot(hash(eight(text, offset)))).into_iter().for_each(|c| *c += 1);
            }
        }
        let uses = |hash: u64| counters.get(slot(hash)).copied().unwrap_or(0);
        let (mut windows, mut long, mut marked) = (Vec::new(), Vec::new(), [const { Vec::new() }; MARKS]);
        let (mut base64, mut long_base64) = (Vec::new(), Vec::new());
        let (mut words, mut runs) = (Vec::new(), Vec::new());
        for (number, (needle, text)) in (0u32..).zip(all.iter()) {
            pace.did(text.len()).await;
            if let Some(value) = hexadecimal(needle, text) {
                runs.push(Entry { hash: word_hash(value), needle: number, offset: 0 });
            } else if let Some((kind, at)) = marks(needle, text).min_by_key(|(_, at)| uses(hash(eight(text, *at)))) {
                let entry = Entry { hash: hash(eight(text, at)), needle: number, offset: at as u32 };
                marked.get_mut(kind).into_iter().for_each(|of_kind| of_kind.push(entry));
            } else if text.len() > SHORT {
                let kind = Windows::of(needle, text);
                let all = |first: usize| first..first + kind.stride();
                let common = |first: &usize| all(*first).map(|offset| uses(kind.hash(text, offset))).max();
                let rarest = kind.places(text).min_by_key(common).unwrap_or(0);
                let table = match kind {
                    Windows::Base64 => &mut base64,
                    Windows::LongBase64 => &mut long_base64,
                    Windows::Long => &mut long,
                    Windows::Other => &mut windows,
                };
                table.extend(all(rarest).map(|offset| Entry {
                    hash: kind.hash(text, offset),
                    needle: number,
                    offset: offset as u32,
                }));
            } else {
                let (from, to) = longest_run(text);
                let hash = word_hash(packed(text, from, to - from));
                words.push(Entry { hash, needle: number, offset: from as u32 });
            }
            index.longest = index.longest.max(text.len());
        }
        for (table, entries) in [
            (&mut index.windows, windows),
            (&mut index.base64, base64),
            (&mut index.long, long),
            (&mut index.long_base64, long_base64),
            (&mut index.words, words),
            (&mut index.digits, runs),
        ]
        .into_iter()
        .chain(index.marked.iter_mut().zip(marked))
        {
            pace.pause().await;
            *table = Table::new(&entries);
        }
        index.needles = all;
        index
    }

    /// How many forms there are.
    pub fn len(&self) -> usize {
        self.needles.len()
    }

    /// Length of the longest form in bytes.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Whether short words are looked for.
    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Finds the forms that are looked up by windows or marks, these beginning at `from..until`. `offset` is the place of
    /// the buffer in its file: which places are looked up does not depend on how the file is cut.
    pub fn windows(&self, buffer: &[u8], offset: u64, from: usize, until: usize, mut found: impl FnMut(Found)) {
        let into = ((offset + from as u64) % STRIDE as u64) as usize;
        let first = from + (STRIDE - into) % STRIDE;
        if !self.windows.is_empty() {
            let whole = buffer.len().min(until + READ - 1);
            let mut at = first;
            for bytes in buffer.get(first..whole).unwrap_or_default().windows(READ).step_by(STRIDE) {
                let hash = bytes.first_chunk().map_or(0, |eight| hash(u64::from_le_bytes(*eight) & KEPT));
                if self.windows.may_hold(hash) {
                    self.windows.get(hash).for_each(|entry| self.compare(buffer, at, entry, &mut found));
                }
                at += STRIDE;
            }
            // The last windows of the file have less than eight bytes.
            while at < until && at + WINDOW <= buffer.len() {
                let hash = window(buffer, at);
                self.windows.get(hash).for_each(|entry| self.compare(buffer, at, entry, &mut found));
                at += STRIDE;
            }
        }
        if !self.long.is_empty() {
            let into = ((offset + from as u64) % LONG_STRIDE as u64) as usize;
            let mut at = from + (LONG_STRIDE - into) % LONG_STRIDE;
            let whole = buffer.len().min(until + READ - 1);
            for bytes in buffer.get(at..whole).unwrap_or_default().chunks_exact(LONG_STRIDE) {
                let hash = bytes.first_chunk().map_or(0, |eight| hash(u64::from_le_bytes(*eight)));
                if self.long.may_hold(hash) {
                    self.long.get(hash).for_each(|entry| self.compare(buffer, at, entry, &mut found));
                }
                at += LONG_STRIDE;
            }
        }
        if !self.base64.is_empty() || !self.long_base64.is_empty() {
            runs::base_64(buffer, first, until, |at, in_long| {
                let hash = window(buffer, at);
                for table in [Some(&self.base64), Some(&self.long_base64).filter(|_| in_long)].into_iter().flatten() {
                    if table.may_hold(hash) {
                        table.get(hash).for_each(|entry| self.compare(buffer, at, entry, &mut found));
                    }
                }
            });
        }
        if self.marked.iter().any(|of_kind| !of_kind.is_empty()) {
            let mut look = |kind: usize, at: usize| {
                let hash = hash(eight(buffer, at));
                if let Some(table) = self.marked.get(kind).filter(|table| table.may_hold(hash)) {
                    table.get(hash).for_each(|entry| self.compare(buffer, at, entry, &mut found));
                }
            };
            runs::marks(buffer, from, until, |at| match mark(buffer, at) {
                Some(NO_TEXT) => {
                    look(NO_TEXT, at);
                    at.checked_sub(READ - 1).into_iter().for_each(|at| look(NO_TEXT + 1, at));
                }
                Some(kind) => look(kind, at),
                None => {}
            });
        }
    }

    /// Finds the forms that begin with sixteen hexadecimal digits at `from..until`. Most of the input is skipped: where
    /// a byte is no such digit, none of the sixteen places before it can begin a run.
    pub fn digit_runs(&self, buffer: &[u8], from: usize, until: usize, mut found: impl FnMut(Found)) {
        let mut i = if self.digits.is_empty() { until } else { from };
        while i < until {
            let Some(run) = buffer.get(i..i + DIGITS) else { return };
            if let Some(last) = run.iter().rposition(|b| !b.is_ascii_hexdigit()) {
                i += last + 1;
                continue;
            }
            let mut value = digits(run).unwrap_or(0);
            loop {
                let hash = word_hash(value);
                if self.digits.may_hold(hash) {
                    self.digits.get(hash).for_each(|entry| self.compare(buffer, i, entry, &mut found));
                }
                i += 1;
                let next = buffer.get(i + DIGITS - 1).and_then(|b| char::from(*b).to_digit(16));
                match next.filter(|_| i < until) {
                    Some(digit) => value = value << 4 | u64::from(digit),
                    None => break,
                }
            }
        }
    }

    /// Finds the short forms of which `start..end` is the longest word.
    #[inline]
    pub fn word(&self, buffer: &[u8], start: usize, end: usize, mut found: impl FnMut(Found)) {
        // A longer word has the hash of no short one.
        let hash = word_hash(packed(buffer, start, end - start));
        if self.words.may_hold(hash) {
            self.words.get(hash).for_each(|entry| self.compare(buffer, start, entry, &mut found));
        }
    }

    /// Compares a form with the buffer, its window or word lying at `at`.
    fn compare(&self, buffer: &[u8], at: usize, entry: &Entry, found: &mut impl FnMut(Found)) {
        let Some((needle, text)) = self.needles.get(entry.needle) else { return };
        let Some(start) = at.checked_sub(entry.offset as usize) else { return };
        let length = text.len();
        let Some(there) = buffer.get(start..start + length) else { return };
        let same = if needle.exact { text == there } else { text.eq_ignore_ascii_case(there) };
        let (before, after) = (start.checked_sub(1).and_then(|i| buffer.get(i)), buffer.get(start + length));
        let joined = |inside: Option<&u8>, outside: Option<&u8>| match needle.apart {
            Apart::No => false,
            Apart::Word => {
                inside.is_some_and(u8::is_ascii_alphanumeric) && outside.is_some_and(u8::is_ascii_alphanumeric)
            }
            Apart::Digits => outside.is_some_and(u8::is_ascii_hexdigit),
        };
        let part = joined(there.first(), before) || joined(there.last(), after);
        if same && !part {
            found(Found { start, length, form: needle.form, number: needle.number });
        }
    }
}
