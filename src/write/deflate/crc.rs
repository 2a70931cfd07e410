//! Takes the CRC-32 of a block several times as fast as by tables, where no instruction of the processor can be used, as in wasm.
//!
//! A CRC is the remainder of a division by a polynomial over the numbers 0 and 1. CRC-32's divides
//! `x^300 + x^155 + x^117 + x^89 + 1`, and squaring such a polynomial doubles its exponents and does nothing else. So the
//! same holds for 128 times these exponents: 16 bytes can be added to those that stand 145, 183, 211 and 300 times 16 bytes
//! behind them and then be forgotten. ("Chorba", Russell 2024, arXiv:2412.16398, does it with words and shifts.)

use crc32fast::Hasher;

/// Bytes that are added at once, at least.
const PLACE: usize = 16;

/// How many places behind them.
const LAGS: [usize; 4] = [145, 183, 211, 300];

/// Bytes that do not depend on each other, and as far back as they depend on others.
const RUN: usize = LAGS[0] * PLACE;
const BACK: usize = LAGS[3] * PLACE;

/// Bytes that were added and may still be needed: few enough to stay near the processor.
const KEPT: usize = BACK + 8 * RUN;

/// The CRC-32 of some bytes, as ZIP has it.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    // The rest, which the library does, is as long as what it depends on.
    let runs = bytes.len().saturating_sub(BACK) / RUN;
    let (bytes, rest) = bytes.split_at(runs * RUN);
    if runs == 0 {
        return crc32fast::hash(rest);
    }
    let (mut kept, mut end) = ([0; KEPT], BACK);
    for (number, run) in bytes.as_chunks::<RUN>().0.iter().enumerate() {
        if end == KEPT {
            kept.copy_within(KEPT - BACK.., 0);
            end = BACK;
        }
        let (before, sums) = kept.split_at_mut(end);
        let [a, b, c, d] = LAGS.map(|lag| before[end - lag * PLACE..].first_chunk());
        if let (Some(sums), Some(a), Some(b), Some(c), Some(d)) = (sums.first_chunk_mut(), a, b, c, d) {
            add(sums, run, a, b, c, d);
        }
        if number == 0 {
            // A CRC begins as if the first bytes were others.
            sums[..4].iter_mut().for_each(|byte| *byte = !*byte);
        }
        end += RUN;
    }
    let mut rest = rest.to_vec();
    for lag in LAGS {
        let sums = &kept[end - lag * PLACE..end];
        rest.iter_mut().zip(sums).for_each(|(byte, sum)| *byte ^= sum);
    }
    // The beginning is done.
    let mut hasher = Hasher::new_with_initial(u32::MAX);
    hasher.update(&rest);
    hasher.finalize()
}

/// A function to itself, so that the compiler knows that `sums` is nowhere else.
#[inline(never)]
fn add(sums: &mut [u8; RUN], run: &[u8; RUN], a: &[u8; RUN], b: &[u8; RUN], c: &[u8; RUN], d: &[u8; RUN]) {
    for (at, sum) in sums.iter_mut().enumerate() {
        *sum = run[at] ^ a[at] ^ b[at] ^ c[at] ^ d[at];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_librarys() {
        let mut seed = 1u64;
        let mut noise = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 56) as u8
        };
        let bytes: Vec<u8> = (0..3 * KEPT).map(|_| noise()).collect();
        let around = [0, BACK, BACK + RUN, BACK + 8 * RUN, KEPT, KEPT + BACK, 2 * KEPT + 5, bytes.len()];
        for length in around.into_iter().flat_map(|length| length.saturating_sub(17)..length + 17) {
            let some = &bytes[..length.min(bytes.len())];
            assert_eq!(crc32(some), crc32fast::hash(some), "{length}");
        }
    }
}
