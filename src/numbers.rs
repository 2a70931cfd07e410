//! Numbers the fields that some lines of a log have, from 0 in order of first appearance.

use crate::order::Map;

/// The numbers of what was met. What is known of each can stand in a list.
pub(crate) enum Numbers {
    /// By what it is of all, where it is one of few.
    Dense(Vec<u32>, u32),
    /// Otherwise a list of all would be longer than what is looked at, again and again: for each section of each session.
    Sparse(Map<u32, u32>),
}

impl Numbers {
    /// So many may always be listed.
    const FEW: usize = 256;

    /// For so many lines, that have some of `all` fields.
    pub fn new(lines: usize, all: usize) -> Numbers {
        if all <= Self::FEW + 8 * lines { Numbers::Dense(vec![u32::MAX; all], 0) } else { Numbers::Sparse(Map::new()) }
    }

    /// The number of one of all, and whether it is new.
    #[inline]
    pub fn of(&mut self, one: u32) -> (usize, bool) {
        match self {
            Numbers::Dense(known, next) => {
                let number = &mut known[one as usize];
                let new = *number == u32::MAX;
                if new {
                    *number = *next;
                    *next += 1;
                }
                (*number as usize, new)
            }
            Numbers::Sparse(known) => {
                let next = known.len() as u32;
                let number = *known.entry(one).or_insert(next);
                (number as usize, number == next)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_numbered_alike() {
        let all = 1000;
        let met: Vec<u32> = (0..50).map(|n| n * n * 7 % all).collect();
        let numbered = |mut numbers: Numbers| met.iter().map(|one| numbers.of(*one)).collect::<Vec<_>>();
        let (dense, sparse) = (Numbers::new(100, all as usize), Numbers::new(50, all as usize));
        assert!(matches!((&dense, &sparse), (Numbers::Dense(..), Numbers::Sparse(_))));
        let dense = numbered(dense);
        assert_eq!(dense, numbered(sparse));
        let new: Vec<usize> = dense.iter().filter(|(_, new)| *new).map(|(number, _)| *number).collect();
        assert_eq!(new, (0..new.len()).collect::<Vec<_>>());
    }
}
