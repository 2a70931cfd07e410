//! Which history each change belongs to: all changes of one field of one storage.

use super::column::Column;
use hashbrown::HashTable;

/// The histories, numbered by first appearance, and that of each change.
#[derive(Debug)]
pub(super) struct Histories {
    /// For each change its history.
    of: Column<u32>,
    /// The storage and field of each history.
    all: Vec<(u32, u32)>,
    index: HashTable<u32>,
    last: u32,
}

impl Histories {
    pub fn new() -> Self {
        Histories { of: Column::new(), all: Vec::new(), index: HashTable::new(), last: 0 }
    }

    /// One more change of a field of a storage.
    #[inline]
    pub fn push(&mut self, storage: u32, field: u32) {
        let key = (storage, field);
        let is = |history: u32| self.all.get(history as usize) == Some(&key);
        // Fields are often set one after the other, and in the order in which they first were.
        let history = match self.last {
            last if is(last) => last,
            last if is(last + 1) => last + 1,
            _ => self.find(key),
        };
        self.last = history;
        self.of.push(history);
    }

    fn find(&mut self, key: (u32, u32)) -> u32 {
        let hash = |(s, f): (u32, u32)| {
            (u64::from(s) << 32 | u64::from(f)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        };
        let all = &self.all;
        if let Some(&known) = self.index.find(hash(key), |&h| all[h as usize] == key) {
            return known;
        }
        let new = self.all.len() as u32;
        self.all.push(key);
        let all = &self.all;
        self.index.insert_unique(hash(key), new, |&h| hash(all[h as usize]));
        new
    }

    /// Number of changes.
    pub fn changes(&self) -> usize {
        self.of.len()
    }

    /// The history of a change.
    #[inline]
    pub fn of(&self, change: u32) -> usize {
        self.of.get(change as usize) as usize
    }

    /// Storage and field of each.
    pub fn all(&self) -> &[(u32, u32)] {
        &self.all
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.of.memory() + self.all.capacity() as u64 * (8 + 6)
    }
}
