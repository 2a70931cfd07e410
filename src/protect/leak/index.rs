//! All forms of all values, to be asked at every place of the input whether one is there.

use super::Form;
use super::forms::{Apart, Needle};

/// Words of at most so many bytes are looked up whole; longer forms by windows.
pub(super) const SHORT: usize = 7;
/// Bytes of a window.
const WINDOW: usize = SHORT + 1;

/// A form at a place of the buffer.
pub(super) struct Found {
    pub start: usize,
    pub length: usize,
    pub form: Form,
    pub number: u32,
}

#[derive(Clone, Copy, Debug)]
struct Stored {
    /// Where the form begins in the arena, and its length.
    at: u32,
    length: u32,
    number: u32,
    form: Form,
    exact: bool,
    apart: Apart,
}

/// A place in a form that is looked up: a window, a short word, or sixteen digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u64,
    needle: u32,
    /// Where the window or word begins in the form.
    offset: u32,
}

/// Entries sorted by hash, with the beginning of each bucket and a filter before them.
#[derive(Clone, Debug, Default)]
struct Table {
    filter: Vec<u64>,
    filter_shift: u32,
    buckets: Vec<u32>,
    bucket_shift: u32,
    entries: Vec<Entry>,
}

/// Every byte with the bit of lower case set: equal for both cases of a letter, different enough for the rest.
const LOWER: u64 = 0x2020_2020_2020_2020;

fn hash(window: u64) -> u64 {
    let mixed = (window | LOWER).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

/// The two bits of a hash in its word of the filter.
fn bits(hash: u64) -> u64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63)
}

impl Table {
    fn new(mut entries: Vec<Entry>) -> Table {
        if entries.is_empty() {
            return Table::default();
        }
        entries.sort_unstable();
        // Sixteen bits of filter for each entry let two places in a hundred pass.
        let words = (entries.len() / 4).max(64).next_power_of_two();
        let filter_shift = 64 - words.trailing_zeros();
        let mut filter = vec![0u64; words];
        for entry in &entries {
            if let Some(word) = filter.get_mut((entry.hash >> filter_shift) as usize) {
                *word |= bits(entry.hash);
            }
        }
        let count = entries.len().max(2).next_power_of_two();
        let bucket_shift = 64 - count.trailing_zeros();
        let mut buckets = vec![0u32; count + 1];
        for entry in &entries {
            if let Some(bucket) = buckets.get_mut((entry.hash >> bucket_shift) as usize + 1) {
                *bucket += 1;
            }
        }
        let mut sum = 0;
        for bucket in &mut buckets {
            sum += *bucket;
            *bucket = sum;
        }
        Table { filter, filter_shift, buckets, bucket_shift, entries }
    }

    fn may_hold(&self, hash: u64) -> bool {
        let bits = bits(hash);
        self.filter.get((hash >> self.filter_shift) as usize).is_some_and(|word| word & bits == bits)
    }

    fn get(&self, hash: u64) -> impl Iterator<Item = &Entry> {
        let bucket = (hash >> self.bucket_shift) as usize;
        let bound = |i: usize| self.buckets.get(i).map_or(0, |b| *b as usize);
        let entries = self.entries.get(bound(bucket)..bound(bucket + 1)).unwrap_or_default();
        entries.iter().filter(move |entry| entry.hash == hash)
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    arena: Vec<u8>,
    needles: Vec<Stored>,
    windows: Table,
    words: Table,
    digits: Table,
    longest: usize,
}

/// The window of a text at `at`.
fn window(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..)?.first_chunk::<WINDOW>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Length of the runs of hexadecimal digits that are looked up as such: digests, hexadecimal forms, most platform ids.
const DIGITS: usize = 16;

/// The value of the hexadecimal digits of a text, which are [`DIGITS`]; `None` if one is none.
fn digits(text: &[u8]) -> Option<u64> {
    let digits = text.get(..DIGITS)?;
    digits.iter().try_fold(0, |n, b| Some(n << 4 | u64::from(char::from(*b).to_digit(16)?)))
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

fn packed(word: &[u8]) -> u64 {
    word.iter().fold(0, |n, b| n << 8 | u64::from(b.to_ascii_lowercase()))
}

/// The hash of a word; unlike [`hash`] it keeps the length apart.
fn word_hash(packed: u64) -> u64 {
    let mixed = packed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}

impl Index {
    pub fn new(all: Vec<Needle>) -> Index {
        let mut index = Index::default();
        // How often each window could be used, by a short hash: common beginnings ("https://") would make long buckets.
        const COUNTERS: usize = 1 << 18;
        let mut counters = vec![0u32; COUNTERS];
        let slot = |hash: u64| (hash >> 46) as usize & (COUNTERS - 1);
        let candidates = |text: &[u8]| {
            let room = text.len() - SHORT - 1;
            [0, room, room / 2, room / 3, room * 2 / 3, room / 4, room * 3 / 4]
        };
        let hexadecimal = |n: &Needle| if n.exact { None } else { digits(&n.text) };
        for needle in all.iter().filter(|n| n.text.len() > SHORT && hexadecimal(n).is_none()) {
            for offset in candidates(&needle.text) {
                let count = window(&needle.text, offset).and_then(|w| counters.get_mut(slot(hash(w))));
                count.into_iter().for_each(|c| *c += 1);
            }
        }
        let (mut windows, mut words, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        for (number, needle) in (0u32..).zip(&all) {
            if let Some(value) = hexadecimal(needle) {
                runs.push(Entry { hash: word_hash(value), needle: number, offset: 0 });
            } else if needle.text.len() > SHORT {
                let hash_at = |offset| window(&needle.text, offset).map(hash);
                let common = |offset: &usize| hash_at(*offset).and_then(|h| counters.get(slot(h))).copied();
                let rarest = candidates(&needle.text).into_iter().min_by_key(common).unwrap_or(0);
                windows.extend(hash_at(rarest).map(|hash| Entry { hash, needle: number, offset: rarest as u32 }));
            } else {
                let (from, to) = longest_run(&needle.text);
                let hash = word_hash(packed(needle.text.get(from..to).unwrap_or_default()));
                words.push(Entry { hash, needle: number, offset: from as u32 });
            }
            index.longest = index.longest.max(needle.text.len());
            index.needles.push(Stored {
                at: index.arena.len() as u32,
                length: needle.text.len() as u32,
                number: needle.number,
                form: needle.form,
                exact: needle.exact,
                apart: needle.apart,
            });
            index.arena.extend_from_slice(&needle.text);
        }
        (index.windows, index.words, index.digits) = (Table::new(windows), Table::new(words), Table::new(runs));
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
        !self.words.entries.is_empty()
    }

    /// Finds the forms whose window begins at `from..until`.
    pub fn windows(&self, buffer: &[u8], from: usize, until: usize, mut found: impl FnMut(Found)) {
        if self.windows.entries.is_empty() {
            return;
        }
        let piece = buffer.get(from..buffer.len().min(until + WINDOW - 1)).unwrap_or_default();
        for (i, bytes) in piece.windows(WINDOW).enumerate() {
            let Some(bytes) = bytes.first_chunk() else { continue };
            let hash = hash(u64::from_le_bytes(*bytes));
            if self.windows.may_hold(hash) {
                self.windows.get(hash).for_each(|entry| self.compare(buffer, from + i, entry, &mut found));
            }
        }
    }

    /// Finds the forms that begin with sixteen hexadecimal digits at `from..until`. Most of the input is skipped: where
    /// a byte is no such digit, none of the sixteen places before it can begin a run.
    pub fn digit_runs(&self, buffer: &[u8], from: usize, until: usize, mut found: impl FnMut(Found)) {
        let mut i = if self.digits.entries.is_empty() { until } else { from };
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
    pub fn word(&self, buffer: &[u8], start: usize, packed: u64, mut found: impl FnMut(Found)) {
        let hash = word_hash(packed);
        if self.words.may_hold(hash) {
            self.words.get(hash).for_each(|entry| self.compare(buffer, start, entry, &mut found));
        }
    }

    /// Compares a form with the buffer, its window or word lying at `at`.
    fn compare(&self, buffer: &[u8], at: usize, entry: &Entry, found: &mut impl FnMut(Found)) {
        let Some(needle) = self.needles.get(entry.needle as usize) else { return };
        let Some(start) = at.checked_sub(entry.offset as usize) else { return };
        let (from, length) = (needle.at as usize, needle.length as usize);
        let (Some(text), Some(there)) = (self.arena.get(from..from + length), buffer.get(start..start + length)) else {
            return;
        };
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

/// Calls `word` with every run of ASCII letters and digits that ends after `from` and up to `until`: where it begins
/// and ends, and its last eight bytes in lower case as a number.
pub(super) fn words(buffer: &[u8], from: usize, until: usize, mut word: impl FnMut(usize, usize, u64)) {
    let back = buffer.get(..from).unwrap_or_default().iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let mut start = from - back.min(from);
    let mut packed = packed(buffer.get(start..from).unwrap_or_default());
    for (i, byte) in (from..until).zip(buffer.get(from..until).unwrap_or_default()) {
        if byte.is_ascii_alphanumeric() {
            packed = packed << 8 | u64::from(byte | 0x20);
        } else {
            if i > start && i > from {
                word(start, i, packed);
            }
            (start, packed) = (i + 1, 0);
        }
    }
    // A run up to `until` has ended there, or goes on and is met again.
    let ended = !buffer.get(until).is_some_and(u8::is_ascii_alphanumeric);
    if ended && until > start && until > from {
        word(start, until, packed);
    }
}
