//! Says for 64 bytes at once which are letters, digits and marks, so that the places where a form or a time may be are
//! found without looking at each byte.

/// Bytes that one mask speaks of.
const STEP: usize = 64;

/// Eight bytes of a kind.
#[inline]
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte.
const HIGH: u64 = all(0x80);

/// One bit for each byte whose highest bit is set.
#[inline]
fn gathered(marks: u64) -> u64 {
    (marks >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// One bit for each of 64 bytes whose highest bit is set.
#[inline]
fn mask(marks: &[u64; 8]) -> u64 {
    (0..).zip(marks).fold(0, |mask, (i, eight)| mask | gathered(*eight) << (8 * i))
}

/// The same where often no bit is set.
#[inline]
fn rare(marks: &[u64; 8]) -> u64 {
    if marks.iter().fold(0, |any, eight| any | eight) == 0 { 0 } else { mask(marks) }
}

/// The highest bit of each byte of eight that is `byte`.
#[inline]
fn equal(eight: u64, byte: u8) -> u64 {
    let other = eight ^ all(byte);
    !(((other & !HIGH) + !HIGH) | other) & HIGH
}

/// What 64 bytes are: a bit for each.
#[derive(Clone, Copy, Default)]
struct Kinds {
    /// ASCII letters and digits.
    word: u64,
    /// Hexadecimal digits.
    hex: u64,
    /// `-`, `.` and `/`.
    separator: u64,
    /// Capital letters.
    capital: u64,
    /// `"`, `\` and `%`.
    escape: u64,
    /// Bytes beyond ASCII, and those of them that begin a character of UTF-8.
    wide: u64,
    lead: u64,
}

impl Kinds {
    /// Those of the 64 bytes from a place on; what is not there is nothing.
    #[inline]
    fn at(buffer: &[u8], at: usize) -> Kinds {
        let rest = buffer.get(at..).unwrap_or_default();
        if let Some(bytes) = rest.first_chunk() {
            return Kinds::of(bytes);
        }
        let mut bytes = [0; STEP];
        bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        if rest.is_empty() { Kinds::default() } else { Kinds::of(&bytes) }
    }

    #[inline]
    fn of(bytes: &[u8; STEP]) -> Kinds {
        let (mut word, mut hex, mut separator) = ([0; 8], [0; 8], [0; 8]);
        let (mut capital, mut escape, mut wide, mut lead) = ([0; 8], [0; 8], [0; 8], [0; 8]);
        for (i, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
            let eight = u64::from_le_bytes(*eight);
            let low = eight & !HIGH;
            let small = low | all(0x20);
            let from = |byte: u8| low + all(0x80 - byte);
            let from_a = small + all(0x80 - b'a');
            let digits = from(b'0') & !from(b'9' + 1);
            let letters = from_a & !(small + all(0x80 - b'z' - 1));
            let ascii = !eight & HIGH;
            word[i] = (letters | digits) & ascii;
            hex[i] = (from_a & !(small + all(0x80 - b'f' - 1)) | digits) & ascii;
            separator[i] = from(b'-') & !from(b'0') & ascii;
            // The bit of lower case is the sixth, the highest the eighth.
            capital[i] = letters & ascii & !(eight << 2);
            escape[i] = equal(eight, b'"') | equal(eight, b'\\') | equal(eight, b'%');
            wide[i] = eight & HIGH;
            lead[i] = eight & (eight << 1) & HIGH;
        }
        let wide = rare(&wide);
        Kinds {
            word: mask(&word),
            hex: mask(&hex),
            separator: mask(&separator),
            capital: rare(&capital),
            escape: rare(&escape),
            wide,
            lead: if wide == 0 { 0 } else { mask(&lead) },
        }
    }
}

/// Who is told of places.
pub(super) trait Places {
    /// Letters of the shortest word that is told of.
    fn shortest(&self) -> u32;
    /// A word of letters and digits begins and ends here, [`WORD`] of them at most.
    fn word(&mut self, start: usize, end: usize);
    /// As many hexadecimal digits, [`HEX`] or more and less than twice as many, with none beside them.
    fn digits(&mut self, start: usize, end: usize);
    /// So many places on end begin twice [`HEX`] hexadecimal digits each.
    fn long_digits(&mut self, start: usize, count: usize);
    /// Something that may be a mark (see `keys::mark`).
    fn mark(&mut self, at: usize);
    /// A word that may be a time, or the beginning of one.
    fn time(&mut self, start: usize, end: usize);
}

/// Letters of the longest word that is told of.
pub(super) const WORD: usize = 7;
/// Hexadecimal digits of the shortest run that is told of.
pub(super) const HEX: usize = 8;
/// No time has a longer word.
const TIME: usize = 48;

/// Where 64 bytes and as many behind them have `length` of a kind on end.
#[inline]
fn runs(kind: u128, length: u32) -> u128 {
    (1..length).fold(kind, |runs, i| runs & kind >> i)
}

/// Tells of all places that begin at `from..until`; a time's is where it begins or where its first word ends.
pub(super) fn places(buffer: &[u8], from: usize, until: usize, to: &mut impl Places) {
    let byte = |at: usize| buffer.get(at).copied().unwrap_or(0);
    let is_word = |at: usize| byte(at).is_ascii_alphanumeric();
    let shortest = to.shortest().clamp(1, WORD as u32 + 1);
    let last = from.checked_sub(1).map_or(0, byte);
    let (mut word_before, mut hex_before) =
        (u64::from(last.is_ascii_alphanumeric()), u64::from(last.is_ascii_hexdigit()));
    let mut next = Kinds::at(buffer, from);
    let mut at = from;
    while at < until {
        let here = next;
        next = Kinds::at(buffer, at + STEP);
        let valid = if until - at < STEP { (1 << (until - at)) - 1 } else { u64::MAX };
        let both = |here: u64, next: u64| u128::from(here) | u128::from(next) << STEP;
        let each = |mut bits: u64, place: &mut dyn FnMut(usize)| {
            while bits != 0 {
                place(bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        };

        let word = both(here.word, next.word);
        let two = word & word >> 1;
        let four = two & two >> 2;
        let begin = here.word & !(here.word << 1 | word_before) & valid;
        let short = begin & runs(word, shortest) as u64 & !((four & four >> 4) as u64);
        let mut bits = short;
        while bits != 0 {
            let i = bits.trailing_zeros();
            bits &= bits - 1;
            to.word(at + i as usize, at + (i + (!word >> i).trailing_zeros()) as usize);
        }

        let hex = both(here.hex, next.hex);
        let two = hex & hex >> 1;
        let four = two & two >> 2;
        let eight = four & four >> 4;
        if eight as u64 & valid != 0 {
            let mut bits = eight as u64 & !(here.hex << 1 | hex_before) & valid;
            while bits != 0 {
                let i = bits.trailing_zeros();
                bits &= bits - 1;
                let length = (!hex >> i).trailing_zeros() as usize;
                let start = at + i as usize;
                if length < 2 * HEX {
                    to.digits(start, start + length);
                }
                if begin >> i & 1 == 1 && (start..start + HEX).all(|at| byte(at).is_ascii_digit()) {
                    let length = (start..start + TIME).take_while(|at| is_word(*at)).count();
                    to.time(start, start + length);
                }
            }
            let mut bits = (eight & eight >> 8) as u64 & valid;
            while bits != 0 {
                let i = bits.trailing_zeros();
                let count = (!(bits >> i)).trailing_zeros();
                to.long_digits(at + i as usize, count as usize);
                bits &= u64::MAX.checked_shl(i + count).unwrap_or(0);
            }
        }

        // What may be a date in digits and two separators.
        let separator = both(here.separator, next.separator);
        let mut between = here.separator & ((separator >> 2 | separator >> 3) as u64) & (hex >> 1) as u64;
        between &= (here.hex << 1 | hex_before) & valid;
        // A pickled date begins with a capital B before a plus.
        let pickled = here.capital & !((word >> 1) as u64) & valid;
        each(between | pickled, &mut |i| {
            let end = at + i + usize::from(pickled >> i & 1 == 1);
            let dated = byte(end - 1).is_ascii_digit() && byte(end + 1).is_ascii_digit();
            if dated || byte(end - 1) == b'B' && byte(end) == b'+' {
                let before = buffer.get(..end).unwrap_or_default();
                let length = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
                let start = end - length;
                let told = (HEX..=TIME).contains(&length) && (start..start + HEX).all(|at| byte(at).is_ascii_digit());
                if !told {
                    to.time(start, end);
                }
            }
        });

        let capital = both(here.capital, next.capital);
        let small = (word & !capital) as u64;
        let mut mark = here.escape | here.separator & (separator >> 5) as u64;
        mark |= small & (capital >> 1) as u64 | here.capital & ((hex & !capital) >> 1) as u64;
        let wide = both(here.wide, next.wide);
        if wide != 0 {
            let follows = ((wide & !both(here.lead, next.lead)) >> 1) as u64;
            mark |= here.lead & !follows | !here.wide & follows;
        }
        each(mark & valid, &mut |i| to.mark(at + i));

        (word_before, hex_before) = (here.word >> (STEP - 1), here.hex >> (STEP - 1));
        at += STEP;
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::mark;
    use super::*;
    use crate::protect::time::Window;
    use std::collections::BTreeSet;

    #[derive(Default, Debug, PartialEq)]
    struct Told {
        shortest: u32,
        words: Vec<(usize, usize)>,
        digits: Vec<(usize, usize)>,
        long: Vec<usize>,
        marks: BTreeSet<usize>,
        times: Vec<(usize, usize)>,
    }

    impl Places for Told {
        fn shortest(&self) -> u32 {
            self.shortest
        }
        fn word(&mut self, start: usize, end: usize) {
            self.words.push((start, end));
        }
        fn digits(&mut self, start: usize, end: usize) {
            self.digits.push((start, end));
        }
        fn long_digits(&mut self, start: usize, count: usize) {
            self.long.extend(start..start + count);
        }
        fn mark(&mut self, at: usize) {
            self.marks.insert(at);
        }
        fn time(&mut self, start: usize, end: usize) {
            self.times.push((start, end));
        }
    }

    /// Texts of many kinds, of lengths around a step.
    fn texts() -> impl Iterator<Item = Vec<u8>> {
        const PIECES: [&str; 30] = [
            "a",
            "Z",
            "0",
            "9f",
            "c0ffee",
            "4711",
            "2026-03-04",
            "04.03.2026",
            "3/4/2026",
            "20260304",
            "1772600000",
            "T12",
            ".",
            "-",
            "/",
            "_",
            "+",
            "%",
            "\"",
            "\\",
            "\r\n",
            " ",
            "B+oDBA==",
            "é",
            "李",
            "@[`{:",
            "dead",
            "Word",
            "\0",
            "x",
        ];
        let mut dice = 1u64;
        let mut roll = move || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) as usize
        };
        (0..900).map(move |n| {
            let length = roll() % 150;
            let mut text = Vec::new();
            while text.len() < length {
                match n % 4 {
                    0 => text.push(roll() as u8),
                    1 => text.push(b"aZ09+/-_@[`{:.\x80\xff"[roll() % 16]),
                    2 => text.push(b"abcdefABCDEF0123456789 g-"[roll() % 25]),
                    _ => text.extend_from_slice(PIECES[roll() % PIECES.len()].as_bytes()),
                }
            }
            text
        })
    }

    /// The runs of a kind on end.
    fn slow(text: &[u8], kind: fn(&u8) -> bool) -> Vec<(usize, usize)> {
        let is = |i: usize| text.get(i).is_some_and(kind);
        let starts = (0..text.len()).filter(|i| is(*i) && (*i == 0 || !is(i - 1)));
        starts.map(|start| (start, (start..).find(|i| !is(*i)).unwrap())).collect()
    }

    #[test]
    fn places_are_those_of_a_slow_look() {
        let window = Window { from: 1_772_000_000, to: 1_773_000_000 };
        let mut dates = 0;
        for text in texts() {
            let words = slow(&text, u8::is_ascii_alphanumeric);
            let hex = slow(&text, u8::is_ascii_hexdigit);
            let times: Vec<_> = words.iter().filter_map(|(start, end)| window.at(&text, *start, *end)).collect();
            dates += times.len();
            for (cut, shortest) in [(0, 1), (text.len() / 3, 3), (text.len() / 2, 5), (text.len(), 7), (text.len(), 8)]
            {
                let mut told = Told { shortest, ..Told::default() };
                places(&text, 0, cut, &mut told);
                places(&text, cut, text.len(), &mut told);
                let length = |(start, end): &&(usize, usize)| end - start;
                let of = |runs: &[(usize, usize)], from: usize, to: usize| -> Vec<_> {
                    runs.iter().filter(|run| (from..=to).contains(&length(run))).copied().collect()
                };
                assert_eq!(told.words, of(&words, shortest as usize, WORD), "{text:?} cut at {cut}");
                assert_eq!(told.digits, of(&hex, HEX, 2 * HEX - 1), "{text:?} cut at {cut}");
                let long: Vec<_> =
                    of(&hex, 2 * HEX, usize::MAX).iter().flat_map(|run| run.0..run.1 - 2 * HEX + 1).collect();
                assert_eq!(told.long, long, "{text:?} cut at {cut}");
                let marks: BTreeSet<_> = (0..text.len()).filter(|at| mark(&text, *at).is_some()).collect();
                assert!(told.marks.is_superset(&marks), "{text:?} cut at {cut}");
                let mut found: Vec<_> = told.times.iter().filter_map(|(s, e)| window.at(&text, *s, *e)).collect();
                crate::order::sort(&mut found);
                assert_eq!(found, times, "{text:?} cut at {cut}");
            }
        }
        assert!(dates > 300, "{dates}");
    }
}
