//! Huffman codes from counts, and how a block of deflate tells them (RFC 1951, 3.2.2 and 3.2.7).

use super::bits::{Bits, Writer};
use crate::order;

/// Most bits of a code.
const MOST: u32 = 15;

/// Most bits of a code that tells how long codes are.
const MOST_OF_LENGTHS: u32 = 7;

/// The order in which those are told themselves.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A code for each of `N` symbols; empty for those that do not occur.
pub(super) type Codes<const N: usize> = [Bits; N];

/// The best codes for symbols that occur so often. At least two must occur.
pub(super) fn codes<const N: usize>(counts: &[u32; N]) -> Codes<N> {
    of_lengths(&limited(counts, MOST))
}

/// Codes are given out by length, and those of a length by symbol, so that their lengths tell all.
fn of_lengths<const N: usize>(lengths: &[u32; N]) -> Codes<N> {
    let (mut codes, mut next) = ([Bits::default(); N], 0u32);
    for count in 1..=MOST {
        next <<= 1;
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, length)| **length == count) {
            *code = Bits::new(next.reverse_bits() >> (32 - count), count);
            next += 1;
        }
    }
    codes
}

/// The lengths of codes with at most so many bits.
fn limited<const N: usize>(counts: &[u32; N], most: u32) -> [u32; N] {
    let mut counts = *counts;
    loop {
        let lengths = lengths(&counts);
        if lengths.iter().all(|length| *length <= most) {
            return lengths;
        }
        // The more alike counts are, the flatter is the tree; in the end all are 1 or 2.
        for count in counts.iter_mut().filter(|count| **count > 0) {
            *count = *count / 2 + 1;
        }
    }
}

/// The lengths of Huffman's codes.
fn lengths<const N: usize>(counts: &[u32; N]) -> [u32; N] {
    let mut symbols: Vec<usize> = (0..N).filter(|symbol| counts[*symbol] > 0).collect();
    order::by_key(&mut symbols, |symbol| (counts[*symbol], *symbol));
    // Of leaves, then of the nodes over them: what is under each, in ascending order, and its parent.
    let mut weights: Vec<u64> = symbols.iter().map(|symbol| counts[*symbol].into()).collect();
    let leaves = weights.len();
    let mut parents = vec![0; leaves];
    let (mut leaf, mut node) = (0, leaves);
    for parent in leaves..(2 * leaves).saturating_sub(1) {
        let mut weight = 0;
        for _ in 0..2 {
            let is_leaf = leaf < leaves && weights.get(node).is_none_or(|of_node| weights[leaf] <= *of_node);
            let lightest = if is_leaf { &mut leaf } else { &mut node };
            weight += weights[*lightest];
            parents[*lightest] = parent;
            *lightest += 1;
        }
        weights.push(weight);
        parents.push(parent);
    }
    let mut depths = vec![0; parents.len()];
    for at in (0..parents.len().saturating_sub(1)).rev() {
        depths[at] = depths[parents[at]] + 1;
    }
    let mut lengths = [0; N];
    symbols.iter().zip(depths).for_each(|(symbol, depth)| lengths[*symbol] = depth);
    lengths
}

/// Tells the codes of a block.
pub(super) fn tell(literals: &Codes<286>, distances: &Codes<30>, to: &mut Writer) {
    let lengths: Vec<u32> = literals.iter().chain(distances).map(|code| code.count).collect();
    let mut symbols = Vec::new();
    lengths.chunk_by(|a, b| a == b).for_each(|run| repeat(run[0], run.len(), &mut symbols));
    // Two at least must occur.
    let mut counts = [0; 19];
    (counts[0], counts[18]) = (1, 1);
    symbols.iter().for_each(|(symbol, _)| counts[*symbol] += 1);
    let codes = of_lengths(&limited(&counts, MOST_OF_LENGTHS));
    // How many of each there are, less the fewest that there can be.
    to.put(Bits::new(literals.len() as u32 - 257, 5));
    to.put(Bits::new(distances.len() as u32 - 1, 5));
    to.put(Bits::new(ORDER.len() as u32 - 4, 4));
    for symbol in ORDER {
        to.put(Bits::new(codes[symbol].count, 3));
        to.flush();
    }
    for (symbol, extra) in symbols {
        to.put(codes[symbol]);
        to.put(extra);
        to.flush();
    }
}

/// Appends the symbols for a run of codes of the same length, each with the bits that say how many it stands for.
fn repeat(length: u32, run: usize, symbols: &mut Vec<(usize, Bits)>) {
    let mut left = run;
    // What is repeated is the one before; zeros need none.
    if length > 0 {
        symbols.push((length as usize, Bits::default()));
        left -= 1;
    }
    while left > 0 {
        let (symbol, least, most, bits) = match (length, left) {
            (_, ..3) => (length as usize, 1, 1, 0),
            (0, ..11) => (17, 3, 10, 3),
            (0, _) => (18, 11, 138, 7),
            _ => (16, 3, 6, 2),
        };
        let taken = left.min(most);
        symbols.push((symbol, Bits::new((taken - least) as u32, bits)));
        left -= taken;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of the room for codes is used, in parts of the longest.
    fn used(lengths: &[u32], most: u32) -> u32 {
        lengths.iter().filter(|length| **length > 0).map(|length| 1 << (most - length)).sum()
    }

    #[test]
    fn codes_use_all_the_room_and_stay_in_their_limit() {
        let mut fibonacci = [0u32; 30];
        (fibonacci[0], fibonacci[1]) = (1, 1);
        for at in 2..30 {
            fibonacci[at] = fibonacci[at - 1] + fibonacci[at - 2];
        }
        let mut two = [0u32; 30];
        (two[3], two[29]) = (u32::MAX, 1);
        for counts in [fibonacci, two, [1; 30], [u32::MAX; 30]] {
            for most in [7, 15] {
                let lengths = limited(&counts, most);
                assert_eq!(used(&lengths, most), 1 << most, "{counts:?}");
                assert!(lengths.iter().zip(counts).all(|(length, count)| (*length > 0) == (count > 0)));
            }
        }
    }

    #[test]
    fn frequent_symbols_have_short_codes() {
        assert_eq!(lengths(&[45, 13, 12, 16, 9, 5]), [1, 3, 3, 3, 4, 4]); // the example of most textbooks
    }
}
