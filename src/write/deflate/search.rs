//! Finds what was there before, as deflate can say it: so many bytes again from so far back.
//!
//! A table repeats whole cells: contexts, fields, storages, the beginnings of times, runs of separators. So repetitions are
//! looked for where a separator stands, and not in the middle of words and numbers, where a search seldom finds anything that
//! is worth it.

/// Bytes that are the same at least.
const SHORTEST: usize = 4;

/// Bytes that deflate can repeat at once, and from how far back (RFC 1951, 3.2.5).
pub(super) const LONGEST: usize = 258;
pub(super) const FAR: usize = 32 << 10;

/// The fewest that it can repeat.
pub(super) const FEWEST: usize = 3;

/// Logarithm of the number of places that are remembered: few enough to stay near the processor.
const PLACES: u32 = 12;

/// Bytes in the middle of a word that are passed over at once at most, lest long texts without a space go unnoticed.
const PASSED: usize = 16;

/// Files with fewer bytes are searched everywhere: that is where it is worth something, and it does not take long.
const LITTLE: usize = 32 << 10;

/// Who takes what is found.
pub(super) trait Taker {
    /// The next byte is this.
    fn literal(&mut self, byte: u8);
    /// The next bytes are these.
    #[inline(always)]
    fn literals(&mut self, bytes: &[u8; 3]) {
        bytes.iter().for_each(|byte| self.literal(*byte));
    }
    /// The next bytes, [`FEWEST`] to [`LONGEST`], are those that stand so far back.
    fn again(&mut self, length: usize, distance: usize);
}

/// Goes through some bytes.
pub(super) struct Search<'b> {
    bytes: &'b [u8],
    /// How far it is.
    at: usize,
    /// How many bytes may be passed over.
    passed: usize,
    /// Where four bytes stood last, by their hash: the lower half of the place is enough, as only what is near counts.
    places: Box<[u16; 1 << PLACES]>,
}

impl<'b> Search<'b> {
    /// At the beginning.
    pub fn new(bytes: &'b [u8]) -> Self {
        let passed = if bytes.len() < LITTLE { 0 } else { PASSED };
        Search { bytes, at: 0, passed, places: Box::new([0; 1 << PLACES]) }
    }

    /// Whether all was gone through.
    pub fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Goes on by so many bytes, or a few more.
    #[inline(always)]
    pub fn run(&mut self, more: usize, taker: &mut impl Taker) {
        let until = self.at + more;
        // The last bytes are too few for a look at eight.
        let end = until.min(self.bytes.len().saturating_sub(8));
        while self.at < end {
            let next = word(self.bytes, self.at);
            let distance = self.remember(next as u32, self.at);
            if (1..=FAR).contains(&distance) && word(self.bytes, self.at - distance) as u32 == next as u32 {
                self.repeat(distance, taker);
            } else {
                taker.literal(next as u8);
                self.at += 1;
            }
            let near = end.min(self.at + self.passed);
            while let Some(three) = self.bytes.get(self.at..near).and_then(|word| word.first_chunk::<3>())
                && three.iter().all(|byte| IN_WORDS[*byte as usize])
            {
                taker.literals(three);
                self.at += 3;
            }
            while self.at < near && IN_WORDS[self.bytes[self.at] as usize] {
                taker.literal(self.bytes[self.at]);
                self.at += 1;
            }
        }
        if until >= self.bytes.len() {
            self.bytes[self.at..].iter().for_each(|byte| taker.literal(*byte));
            self.at = self.bytes.len();
        }
    }

    /// Remembers a place and says how far back the last one was with the same hash, if that is near.
    #[inline(always)]
    fn remember(&mut self, four: u32, at: usize) -> usize {
        let place = &mut self.places[(four.wrapping_mul(0x9E37_79B1) >> (32 - PLACES)) as usize];
        let before = std::mem::replace(place, at as u16);
        (at as u16).wrapping_sub(before).into()
    }

    /// Gives away all that is the same from here on.
    #[inline(always)]
    fn repeat(&mut self, distance: usize, taker: &mut impl Taker) {
        let mut left = same(self.bytes, self.at, distance);
        self.at += left;
        while left >= FEWEST {
            let length = left.min(LONGEST);
            taker.again(length, distance);
            left -= length;
        }
        self.at -= left;
        // What comes next is often what came next before.
        let near = self.at - SHORTEST.min(self.at);
        self.remember(word(self.bytes, near) as u32, near);
    }
}

/// How many bytes are the same as those that stand so far back, of which [`SHORTEST`] are known to be.
#[inline(always)]
fn same(bytes: &[u8], at: usize, distance: usize) -> usize {
    let mut end = at + SHORTEST;
    while end + 8 <= bytes.len() {
        let differ = word(bytes, end) ^ word(bytes, end - distance);
        if differ != 0 {
            return end - at + (differ.trailing_zeros() / 8) as usize;
        }
        end += 8;
    }
    while end < bytes.len() && bytes[end] == bytes[end - distance] {
        end += 1;
    }
    end - at
}

/// Eight bytes from a place on; zero where there are fewer.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Bytes of words and numbers.
static IN_WORDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b'_' | b'-');
        byte += 1;
    }
    table
};
