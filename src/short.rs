//! Copies and compares short runs of bytes: names, numbers and cells are seldom longer than a few dozen bytes.
//!
//! In wasm a copy of unknown length is a call out of the module, which takes longer than the copy, and a comparison goes byte
//! by byte; here both go by words.

/// Copies `from` to `to`, which is as long.
#[inline(always)]
pub fn copy(from: &[u8], to: &mut [u8]) {
    let done = match from.len() {
        0 => Some(()),
        1 => ends::<1>(from, to),
        2..4 => ends::<2>(from, to),
        4..8 => ends::<4>(from, to),
        8..=16 => ends::<8>(from, to),
        17..=32 => ends::<16>(from, to),
        33..=64 => ends::<32>(from, to),
        _ => None,
    };
    if done.is_none() {
        to.copy_from_slice(from);
    }
}

/// Copies the first `N` bytes and the last, which may overlap.
#[inline(always)]
fn ends<const N: usize>(from: &[u8], to: &mut [u8]) -> Option<()> {
    *to.first_chunk_mut::<N>()? = *from.first_chunk()?;
    *to.last_chunk_mut::<N>()? = *from.last_chunk()?;
    Some(())
}

/// Whether two runs are the same.
#[inline]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    if a.len() != b.len() {
        return false;
    }
    match (a.last_chunk(), b.last_chunk()) {
        (Some(last_a), Some(last_b)) => {
            // Names differ at their ends.
            word(last_a) == word(last_b) && a.as_chunks().0.iter().zip(b.as_chunks().0).all(|(a, b)| word(a) == word(b))
        }
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_copied_and_compared_whole() {
        let from: Vec<u8> = (1..=100).collect();
        for len in 0..=from.len() {
            let mut to = vec![0; len];
            copy(&from[..len], &mut to);
            assert_eq!(to, from[..len]);
            assert!(same(&to, &from[..len]));
            for at in 0..len {
                to[at] = 0;
                assert!(!same(&to, &from[..len]), "{len} bytes that differ at {at}");
                to[at] = from[at];
            }
            assert!(!same(&to, &from[..len.saturating_sub(1)]) || len == 0);
        }
    }
}
