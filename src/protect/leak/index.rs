//! All forms of all values, to be asked of the input whether one is there.
//!
//! A form is looked up in one of five ways, whichever asks the fewest places of the input: by its hexadecimal digits, by
//! its longest word if it is short, by what stands at a mark in it ([`mark`]), or by windows: if it is long of eight
//! bytes, every eighth place of the input, else of six bytes, every third place.

use super::Form;
use super::forms::{Apart, Needles};
use super::keys::{
    AT_MARK, DIGITS, KEPT, LONG_STRIDE, MARKS, READ, SHORT, STRIDE, WINDOW, Windows, digits, hash, hexadecimal,
    longest_run, mark, mark_hash, marks, packed, run_hash, window, word_hash,
};
use super::runs::{self, Places};
use super::table::{Entry, Table};
use crate::protect::pace::Pace;
use crate::protect::time::Window;

/// Shorter words are in every text: forms that have none but these are better looked up by marks.
const RATHER: usize = 5;
/// So many long forms pay for a look of their own at the input.
const MANY: usize = 64;

/// A form at a place of the buffer.
pub(super) struct Found {
    pub start: usize,
    pub length: usize,
    pub form: Form,
    pub number: u32,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    needles: Needles,
    windows: Table,
    long: Table,
    marked: [[Table; 2]; MARKS],
    words: Table,
    digits: Table,
    /// Letters of the shortest word in `words`.
    shortest: u32,
    longest: usize,
}

impl Index {
    pub async fn new(all: Needles, pace: &mut Pace) -> Index {
        let mut index = Index { shortest: SHORT as u32 + 1, ..Index::default() };
        // How often each window could be used, by a short hash: common beginnings ("https://") would make long buckets.
        const COUNTERS: usize = 1 << 18;
        let mut counters = vec![0u32; COUNTERS];
        let mut longs = 0;
        let slot = |hash: u64| (hash >> 46) as usize & (COUNTERS - 1);
        for (needle, text) in all.iter().filter(|(n, text)| text.len() > SHORT && hexadecimal(n, text).is_none()) {
            pace.did(text.len()).await;
            let mut marked = false;
            for (kind, _, offset) in marks(needle, text) {
                counters.get_mut(slot(mark_hash(text, offset, kind))).into_iter().for_each(|c| *c += 1);
                marked = true;
            }
            let kind = Windows::of(text, true);
            longs += usize::from(!marked && kind == Windows::Long);
            for offset in kind.places(text).flat_map(|first| first..first + kind.stride()).filter(|_| !marked) {
                counters.get_mut(slot(kind.hash(text, offset))).into_iter().for_each(|c| *c += 1);
            }
        }
        let uses = |hash: u64| counters.get(slot(hash)).copied().unwrap_or(0);
        let (mut windows, mut long) = (Vec::new(), Vec::new());
        let mut marked = [const { [const { Vec::new() }; 2] }; MARKS];
        let (mut words, mut runs) = (Vec::new(), Vec::new());
        for (number, (needle, text)) in (0u32..).zip(all.iter()) {
            pace.did(text.len()).await;
            let entry = |hash, offset: usize| Entry { hash, needle: number, offset: offset as u32 };
            let word = Some(longest_run(text)).filter(|_| text.len() <= SHORT);
            let rarest = || marks(needle, text).min_by_key(|(kind, _, at)| uses(mark_hash(text, *at, *kind)));
            if let Some(hash) = hexadecimal(needle, text) {
                runs.push(entry(hash, 0));
            } else if let Some((from, to)) = word.filter(|(from, to)| to - from >= RATHER) {
                words.push(entry(word_hash(packed(text, from, to - from)), from));
                index.shortest = index.shortest.min((to - from) as u32);
            } else if let Some((kind, ends, at)) = rarest() {
                let of_kind = marked.get_mut(kind).and_then(|of_kind| of_kind.get_mut(ends));
                of_kind.into_iter().for_each(|entries| entries.push(entry(mark_hash(text, at, kind), at)));
            } else if let Some((from, to)) = word {
                words.push(entry(word_hash(packed(text, from, to - from)), from));
                index.shortest = index.shortest.min((to - from) as u32);
            } else {
                let kind = Windows::of(text, longs >= MANY);
                let all = |first: usize| first..first + kind.stride();
                let common = |first: &usize| all(*first).map(|offset| uses(kind.hash(text, offset))).max();
                let rarest = kind.places(text).min_by_key(common).unwrap_or(0);
                let table = if kind == Windows::Long { &mut long } else { &mut windows };
                table.extend(all(rarest).map(|offset| entry(kind.hash(text, offset), offset)));
            }
            index.longest = index.longest.max(text.len());
        }
        for (table, entries) in [
            (&mut index.windows, windows),
            (&mut index.long, long),
            (&mut index.words, words),
            (&mut index.digits, runs),
        ]
        .into_iter()
        .chain(index.marked.iter_mut().flatten().zip(marked.into_iter().flatten()))
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

    /// Finds the forms that are looked up by windows, these beginning at `from..until`, and then those that are looked up
    /// otherwise, and times. `offset` is the place of the buffer in its file: which places are looked up does not depend
    /// on how the file is cut.
    pub fn find(
        &self,
        buffer: &[u8],
        offset: u64,
        (from, until): (usize, usize),
        times: Option<Window>,
        found: impl FnMut(Found),
    ) {
        let mut look = Look { index: self, buffer, times, found };
        let first = |stride: usize| from + (stride - ((offset + from as u64) % stride as u64) as usize) % stride;
        if !self.windows.is_empty() {
            let whole = buffer.len().min(until + READ - 1);
            let mut at = first(STRIDE);
            for bytes in buffer.get(at..whole).unwrap_or_default().windows(READ).step_by(STRIDE) {
                let hash = bytes.first_chunk().map_or(0, |eight| hash(u64::from_le_bytes(*eight) & KEPT));
                look.up(&self.windows, hash, at);
                at += STRIDE;
            }
            // The last windows of the file have less than eight bytes.
            while at < until && at + WINDOW <= buffer.len() {
                look.up(&self.windows, window(buffer, at), at);
                at += STRIDE;
            }
        }
        if !self.long.is_empty() {
            let whole = buffer.len().min(until + READ - 1);
            let mut at = first(LONG_STRIDE);
            for bytes in buffer.get(at..whole).unwrap_or_default().chunks_exact(LONG_STRIDE) {
                look.up(&self.long, bytes.first_chunk().map_or(0, |eight| hash(u64::from_le_bytes(*eight))), at);
                at += LONG_STRIDE;
            }
        }
        runs::places(buffer, from, until, &mut look);
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

/// Looks up what may be at a place.
struct Look<'a, F> {
    index: &'a Index,
    buffer: &'a [u8],
    times: Option<Window>,
    found: F,
}

impl<F: FnMut(Found)> Look<'_, F> {
    #[inline]
    fn up(&mut self, table: &Table, hash: u64, at: usize) {
        if table.may_hold(hash) {
            self.compare(table, hash, at);
        }
    }

    /// Hardly ever: most places are in no form.
    #[cold]
    fn compare(&mut self, table: &Table, hash: u64, at: usize) {
        table.get(hash).for_each(|entry| self.index.compare(self.buffer, at, entry, &mut self.found));
    }
}

impl<F: FnMut(Found)> Places for Look<'_, F> {
    fn shortest(&self) -> u32 {
        self.index.shortest
    }

    #[inline]
    fn word(&mut self, start: usize, end: usize) {
        self.up(&self.index.words, word_hash(packed(self.buffer, start, end - start)), start);
    }

    fn digits(&mut self, start: usize, end: usize) {
        let value = self.buffer.get(start..end).and_then(digits).unwrap_or(0);
        self.up(&self.index.digits, run_hash(value, end - start), start);
    }

    fn long_digits(&mut self, start: usize, count: usize) {
        let mut value = self.buffer.get(start..start + DIGITS).and_then(digits).unwrap_or(0);
        for at in start..start + count {
            self.up(&self.index.digits, word_hash(value), at);
            let next = self.buffer.get(at + DIGITS).and_then(|b| char::from(*b).to_digit(16));
            value = value << 4 | u64::from(next.unwrap_or(0));
        }
    }

    fn mark(&mut self, at: usize) {
        let Some(kind) = mark(self.buffer, at) else { return };
        let Some([begin, end]) = self.index.marked.get(kind) else { return };
        if !begin.is_empty() {
            self.up(begin, mark_hash(self.buffer, at, kind), at);
        }
        if let Some(at) = (at + 1).checked_sub(AT_MARK.get(kind).copied().unwrap_or(READ)).filter(|_| !end.is_empty()) {
            self.up(end, mark_hash(self.buffer, at, kind), at);
        }
    }

    fn time(&mut self, start: usize, end: usize) {
        if let Some((from, to)) = self.times.and_then(|times| times.at(self.buffer, start, end)) {
            (self.found)(Found { start: from, length: to - from, form: Form::Calendar, number: u32::MAX });
        }
    }
}
