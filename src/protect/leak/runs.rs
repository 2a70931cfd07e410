//! Says for 64 bytes at once which are letters and digits, so that words and base64 are found without looking at each byte.

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

/// The highest bit of each byte of eight that is an ASCII letter or digit.
#[inline]
fn alphanumeric(eight: u64) -> u64 {
    let low = eight & !HIGH;
    let small = low | all(0x20);
    let letters = (small + all(0x80 - b'a')) & !(small + all(0x80 - b'z' - 1));
    let digits = (low + all(0x80 - b'0')) & !(low + all(0x80 - b'9' - 1));
    (letters | digits) & !eight & HIGH
}

/// The highest bit of each byte of eight that is `byte`.
#[inline]
fn equal(eight: u64, byte: u8) -> u64 {
    let other = eight ^ all(byte);
    !(((other & !HIGH) + !HIGH) | other) & HIGH
}

/// The highest bit of each byte of eight that is in base64, in either alphabet.
#[inline]
fn base_64_digits(eight: u64) -> u64 {
    // `+` and `/` differ in one bit.
    alphanumeric(eight) | equal(eight | all(b'+' ^ b'/'), b'/') | equal(eight, b'-') | equal(eight, b'_')
}

/// The highest bit of each byte of eight that may be a mark (see `index::mark`).
#[inline]
fn may_be_mark(eight: u64) -> u64 {
    let low = eight & !HIGH;
    let control = !(low + all(0x80 - b' ')) & !eight;
    let in_no_text = (low + all(0x80 - 0x75)) & eight;
    let escape = equal(eight, b'"') | equal(eight, b'\\') | equal(eight, b'%') | equal(eight, b'-');
    (control | in_no_text) & HIGH | escape
}

/// A bit for each of up to 64 bytes: those that `marks` marks in eight of them.
#[inline]
fn mask(bytes: &[u8], marks: impl Fn(u64) -> u64) -> u64 {
    let (eights, rest) = bytes.get(..STEP).unwrap_or(bytes).as_chunks::<8>();
    let mut mask = 0;
    for (i, eight) in eights.iter().enumerate() {
        mask |= gathered(marks(u64::from_le_bytes(*eight))) << (8 * i);
    }
    if !rest.is_empty() {
        let mut eight = [0; 8];
        eight.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        mask |= gathered(marks(u64::from_le_bytes(eight))) << (8 * eights.len());
    }
    mask
}

/// Calls `word` with every run of ASCII letters and digits that ends after `from` and up to `until`: where it begins
/// and ends.
pub(super) fn words(buffer: &[u8], from: usize, until: usize, mut word: impl FnMut(usize, usize)) {
    let before = buffer.get(..from).unwrap_or_default();
    let back = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let (mut start, mut inside) = (from - back, back > 0);
    let mut at = from;
    for bytes in buffer.get(from..until).unwrap_or_default().chunks(STEP) {
        let mask = mask(bytes, alphanumeric);
        // Where a run begins or ends.
        let mut edges = mask ^ (mask << 1 | u64::from(inside));
        if bytes.len() < STEP {
            edges &= (1 << bytes.len()) - 1;
        }
        while edges != 0 {
            let edge = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            match inside {
                true if edge > from => word(start, edge),
                true => {}
                false => start = edge,
            }
            inside = !inside;
        }
        at += bytes.len();
    }
    // A run up to `until` has ended there, or goes on and is met again.
    if inside && until > from && !buffer.get(until).is_some_and(u8::is_ascii_alphanumeric) {
        word(start, until);
    }
}

/// Calls `place` with every place from `from` up to `until` that may be a mark.
pub(super) fn marks(buffer: &[u8], from: usize, until: usize, mut place: impl FnMut(usize)) {
    let mut at = from;
    for bytes in buffer.get(from..until).unwrap_or_default().chunks(STEP) {
        let mut mask = mask(bytes, may_be_mark);
        if bytes.len() < STEP {
            mask &= (1 << bytes.len()) - 1;
        }
        while mask != 0 {
            place(at + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
        at += bytes.len();
    }
}

/// Every third place from `first` on, in 64 places.
const THIRD: u64 = 0x9249_2492_4924_9249;

/// Bytes of base64 on both sides of a place in a long run of it.
pub(super) const BEFORE: usize = 6;

/// Calls `place` with every third place from `first` up to `until`, if six bytes of base64 begin there, in either alphabet,
/// and with whether [`BEFORE`] of it stand on both sides of these.
pub(super) fn base_64(buffer: &[u8], first: usize, until: usize, mut place: impl FnMut(usize, bool)) {
    // So many places at once: the next begin with a third one, too.
    const STEP: usize = 63;
    let at_place = |at: usize| u128::from(mask(buffer.get(at..).unwrap_or_default(), base_64_digits));
    let begin = first.saturating_sub(BEFORE);
    let mut before = at_place(begin) << (BEFORE + begin - first) & ((1 << BEFORE) - 1);
    let mut at = first;
    let mut next = at_place(at);
    while at < until {
        let here = next & ((1 << STEP) - 1);
        next = at_place(at + STEP);
        // A bit for each place from that of `before` on.
        let one = before | here << BEFORE | next << (BEFORE + STEP);
        before = here >> (STEP - BEFORE);
        let two = one & one >> 1;
        let four = two & two >> 2;
        let eight = four & four >> 4;
        let mut six = ((four & two >> 4) >> BEFORE) as u64 & THIRD & ((1 << STEP) - 1);
        let eighteen = (eight & eight >> 8 & two >> 16) as u64;
        if until - at < STEP {
            six &= (1 << (until - at)) - 1;
        }
        while six != 0 {
            let i = six.trailing_zeros();
            place(at + i as usize, eighteen >> i & 1 == 1);
            six &= six - 1;
        }
        at += STEP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of every byte, of lengths around a step.
    fn texts() -> impl Iterator<Item = Vec<u8>> {
        let mut dice = 1u64;
        let mut roll = move || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) as usize
        };
        (0..400).map(move |n| {
            let length = roll() % 150;
            let bytes = (0..length).map(|_| match n % 3 {
                0 => roll() as u8,
                1 => b"aZ09+/-_@[`{:.\x80\xff"[roll() % 16],
                _ => b"abcXYZ0123456789+/-_ "[roll() % 21],
            });
            bytes.collect()
        })
    }

    #[test]
    fn words_are_those_of_a_slow_look() {
        for text in texts() {
            for cut in [0, text.len() / 3, text.len() / 2, text.len()] {
                let mut found = Vec::new();
                words(&text, 0, cut, |start, end| found.push((start, end)));
                words(&text, cut, text.len(), |start, end| found.push((start, end)));
                let word = |i: usize| text.get(i).is_some_and(u8::is_ascii_alphanumeric);
                let starts = (0..text.len()).filter(|i| word(*i) && (*i == 0 || !word(i - 1)));
                let slow: Vec<_> = starts.map(|s| (s, (s..).find(|i| !word(*i)).unwrap())).collect();
                assert_eq!(found, slow, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn base_64_is_that_of_a_slow_look() {
        for text in texts() {
            let digit = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_".contains(b);
            let slow: Vec<_> =
                (0..text.len()).filter(|i| text.get(*i..i + 6).is_some_and(|six| six.iter().all(digit))).collect();
            for cut in [0, text.len() / 2, text.len()] {
                let mut found = Vec::new();
                let mut long = Vec::new();
                for first in 0..3 {
                    let mut place = |i: usize, in_long: bool| {
                        found.push(i);
                        long.extend(in_long.then_some(i));
                    };
                    base_64(&text, first, cut, &mut place);
                    base_64(&text, cut + first, text.len(), &mut place);
                }
                found.sort_unstable();
                assert_eq!(found, slow, "{text:?} cut at {cut}");
                long.sort_unstable();
                let within = |i: &usize| (i.saturating_sub(BEFORE)..i + BEFORE + 1).all(|i| slow.contains(&i));
                let slow: Vec<_> = (BEFORE..text.len()).filter(within).collect();
                assert_eq!(long, slow, "{text:?} cut at {cut}");
            }
        }
    }
}
