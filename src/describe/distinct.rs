//! Counts different values without keeping them: exactly up to some thousands, beyond that to about one in a hundred.

use crate::order;
use crate::value::Type;

/// The smallest hashes of the values that were seen; how close together they lie tells how many there were.
#[derive(Clone, Debug)]
pub struct Distinct {
    hashes: Vec<u64>,
    /// Hashes from here on are no longer kept.
    below: u64,
}

impl Distinct {
    /// Hashes that are kept. The count is off by about one part in the root of this.
    const MOST: usize = 8192;

    /// Nothing seen.
    pub fn new() -> Self {
        Distinct { hashes: Vec::new(), below: u64::MAX }
    }

    /// A value that was seen.
    pub fn add(&mut self, kind: Type, text: &str) {
        let hash = hash(kind, text.as_bytes());
        if hash < self.below {
            self.hashes.push(hash);
            if self.hashes.len() >= 2 * Self::MOST {
                self.settle();
            }
        }
    }

    fn settle(&mut self) {
        order::sort(&mut self.hashes);
        self.hashes.dedup();
        if let Some(last) = self.hashes.get(Self::MOST) {
            self.below = *last;
            self.hashes.truncate(Self::MOST);
        }
    }

    /// How many different values there were, and whether that is exact.
    pub fn count(mut self) -> (u64, bool) {
        self.settle();
        let kept = self.hashes.len() as u64;
        if self.below == u64::MAX {
            return (kept, true);
        }
        let all = u128::from(kept) * u128::from(u64::MAX) / u128::from(self.below.max(1));
        (all as u64, false)
    }
}

/// A hash that is the same on every machine and spreads well: FNV-1a, and a mixing step behind it.
fn hash(kind: Type, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let mut hash = bytes.iter().fold(step(0xcbf2_9ce4_8422_2325, &kind.0), step);
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_while_few_and_close_when_many() {
        let counted = |n: u64| {
            let mut distinct = Distinct::new();
            (0..3 * n).for_each(|i| distinct.add(Type::INT, &(i % n).to_string()));
            distinct.count()
        };
        assert_eq!(counted(0), (0, true));
        assert_eq!(counted(8000), (8000, true));
        let (about, exact) = counted(200_000);
        assert!(!exact && (194_000..206_000).contains(&about), "{about}");
    }
}
