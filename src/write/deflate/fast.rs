//! Deflates one block of a table: a third smaller than zlib's level 1, in half the time.
//!
//! Its codes are made from its beginning. Rows are like those before them, so what is best there is good for the rest, and
//! that can be written as it is found.

use super::bits::{Bits, Writer};
use super::codes::{Codes, codes, tell};
use super::search::{FEWEST, LONGEST, Search, Taker};

/// From so many parts the codes are made, or some more: a wide table takes more bytes for them than a narrow one.
const PARTS: usize = 6000;

/// Bytes that are searched at once for them.
const STEP: usize = 4 << 10;

/// How much more often what occurs there is thought to occur than what does not.
const WEIGHT: u32 = 4;

/// The symbol that ends a block. Those below are bytes, those above lengths.
const END: usize = 256;

/// Most bytes of a block that is not compressed.
const STORED: usize = 0xffff;

/// Kinds of blocks (RFC 1951, 3.2.3), above the bit that marks the last.
const PLAIN: u32 = 0;
const OWN_CODES: u32 = 2;

/// What a symbol for a length or distance stands for: this or more, as so many bits behind it say (RFC 1951, 3.2.5).
#[derive(Clone, Copy)]
struct Span {
    first: u16,
    bits: u32,
}

const LENGTHS: [Span; 29] = {
    let mut all = spans(FEWEST as u16, 4);
    // The longest has a symbol to itself.
    all[28] = Span { first: LONGEST as u16, bits: 0 };
    all
};
const DISTANCES: [Span; 30] = spans(1, 2);

/// The symbol of each length, less [`FEWEST`].
static LENGTH_SYMBOLS: [u8; LONGEST - FEWEST + 1] = {
    let (mut table, mut symbol, mut at) = ([0; 256], 0, 0);
    while at < table.len() {
        while symbol + 1 < LENGTHS.len() && LENGTHS[symbol + 1].first as usize <= at + FEWEST {
            symbol += 1;
        }
        table[at] = symbol as u8;
        at += 1;
    }
    table
};

/// Each so many symbols have a bit more than those before, but for the first ones.
const fn spans<const N: usize>(first: u16, group: usize) -> [Span; N] {
    let (mut all, mut symbol, mut first) = ([Span { first: 0, bits: 0 }; N], 0, first);
    while symbol < N {
        let bits = if symbol < group { 0 } else { (symbol / group - 1) as u32 };
        all[symbol] = Span { first, bits };
        first = first.wrapping_add(1 << bits);
        symbol += 1;
    }
    all
}

/// The symbol of a distance: its highest bit and the one behind it, counted from 0.
#[inline(always)]
fn distance_symbol(distance: usize) -> usize {
    let from_zero = distance as u32 - 1;
    let high = from_zero.checked_ilog2().unwrap_or(0);
    let symbol = if high == 0 { from_zero } else { 2 * high + (from_zero >> (high - 1) & 1) };
    symbol as usize
}

/// Deflates a block by itself. All but the last end on a byte, and others can follow.
pub(super) fn deflate(bytes: &[u8], last: bool) -> Vec<u8> {
    let mut search = Search::new(bytes);
    let mut beginning = Beginning::default();
    while beginning.parts.len() < PARTS && !search.is_done() {
        search.run(STEP, &mut beginning);
    }
    let mut packing = beginning.begin(bytes.len(), search.is_done(), last);
    search.run(bytes.len(), &mut packing);
    packing.writer.put(packing.literals[END]);
    packing.writer.flush();
    if !last {
        // An empty block that is not compressed begins on a byte.
        packing.writer.put(Bits::new(PLAIN << 1, 3));
    }
    let mut out = packing.writer.finish();
    if !last {
        // Its length, 0, and that inverted.
        out.extend_from_slice(&[0, 0, 0xff, 0xff]);
    }
    if out.len() < bytes.len() { out } else { stored(bytes, last) }
}

/// What does not get smaller stays as it is.
fn stored(bytes: &[u8], last: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 5 * (1 + bytes.len() / STORED));
    let mut rest = bytes;
    loop {
        let (piece, more) = rest.split_at(rest.len().min(STORED));
        let length = piece.len() as u16;
        out.push(u8::from(last && more.is_empty()) | (PLAIN << 1) as u8);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(piece);
        if more.is_empty() {
            return out;
        }
        rest = more;
    }
}

/// What the beginning of a block consists of.
#[derive(Default)]
struct Beginning {
    /// Bytes, or lengths and distances.
    parts: Vec<(u16, u16)>,
}

impl Taker for Beginning {
    #[inline]
    fn literal(&mut self, byte: u8) {
        self.parts.push((byte.into(), 0));
    }

    #[inline]
    fn again(&mut self, length: usize, distance: usize) {
        self.parts.push((length as u16, distance as u16));
    }
}

impl Beginning {
    /// Begins a block with this, which is all of it or not.
    fn begin(self, length: usize, all: bool, last: bool) -> Packing {
        let (mut literals, mut distances) = ([0; 286], [0; 30]);
        for (what, distance) in &self.parts {
            match usize::from(*distance) {
                0 => literals[usize::from(*what)] += WEIGHT,
                distance => {
                    literals[END + 1 + length_symbol(*what)] += WEIGHT;
                    distances[distance_symbol(distance)] += WEIGHT;
                }
            }
        }
        if !all {
            // Whatever else occurs must have a code.
            literals.iter_mut().chain(&mut distances).for_each(|count| *count += 1);
        }
        // A code is for two symbols at least.
        literals[END] += 1;
        literals[0] = literals[0].max(1);
        distances[..2].iter_mut().for_each(|count| *count = (*count).max(1));
        let (literals, distances) = (codes(&literals), codes(&distances));
        let mut packing = Packing {
            writer: Writer::new(length / 5 + 512),
            lengths: std::array::from_fn(|at| {
                let Span { first, bits } = LENGTHS[usize::from(LENGTH_SYMBOLS[at])];
                let code = literals[END + 1 + usize::from(LENGTH_SYMBOLS[at])];
                code.then(Bits::new((at + FEWEST) as u32 - u32::from(first), bits))
            }),
            literals,
            distances,
        };
        packing.writer.put(Bits::new(u32::from(last) | OWN_CODES << 1, 3));
        tell(&packing.literals, &packing.distances, &mut packing.writer);
        for (what, distance) in self.parts {
            match distance {
                0 => packing.literal(what as u8),
                distance => packing.again(what.into(), distance.into()),
            }
        }
        packing
    }
}

/// The symbol of a length, above [`END`].
#[inline(always)]
fn length_symbol(length: u16) -> usize {
    LENGTH_SYMBOLS[usize::from(length) - FEWEST].into()
}

/// A block that is being written.
struct Packing {
    writer: Writer,
    literals: Codes<286>,
    /// The codes of all lengths, less [`FEWEST`], with the bits behind them.
    lengths: [Bits; LONGEST - FEWEST + 1],
    distances: Codes<30>,
}

impl Taker for Packing {
    #[inline(always)]
    fn literal(&mut self, byte: u8) {
        self.writer.put(self.literals[usize::from(byte)]);
        self.writer.flush();
    }

    /// They have 45 bits at most, so that one flush is enough.
    #[inline(always)]
    fn literals(&mut self, bytes: &[u8; 3]) {
        bytes.iter().for_each(|byte| self.writer.put(self.literals[usize::from(*byte)]));
        self.writer.flush();
    }

    #[inline(always)]
    fn again(&mut self, length: usize, distance: usize) {
        let symbol = distance_symbol(distance);
        let Span { first, bits } = DISTANCES[symbol];
        self.writer.put(self.lengths[length - FEWEST]);
        self.writer.put(self.distances[symbol]);
        self.writer.put(Bits::new((distance - usize::from(first)) as u32, bits));
        self.writer.flush();
    }
}
