//! Memory that grows in blocks: no doubling, no copying, a size that can be asked.

use crate::value::Type;
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Elements per block; a power of two.
const BLOCK: usize = 1 << 16;

/// A growing list of small plain things.
#[derive(Debug)]
pub struct Column<T> {
    blocks: Vec<Vec<T>>,
}

impl<T: Copy> Column<T> {
    /// An empty column.
    pub fn new() -> Self {
        Column { blocks: Vec::new() }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.blocks.last().map_or(0, |last| (self.blocks.len() - 1) * BLOCK + last.len())
    }

    /// Adds an element at the end.
    pub fn push(&mut self, value: T) {
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(value),
            _ => {
                // The first block grows as a Vec does, so that a small log stays small.
                let room = if self.blocks.is_empty() { 0 } else { BLOCK };
                let mut block = Vec::with_capacity(room);
                block.push(value);
                self.blocks.push(block);
            }
        }
    }

    /// The element at an index that is known to exist.
    #[inline]
    pub fn get(&self, index: usize) -> T {
        self.blocks[index / BLOCK][index % BLOCK]
    }

    /// Replaces the element at an index that is known to exist.
    pub fn set(&mut self, index: usize, value: T) {
        self.blocks[index / BLOCK][index % BLOCK] = value;
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.blocks.iter().map(|b| (b.capacity() * size_of::<T>()) as u64).sum()
    }
}

fn hash(kind: u8, bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.write_u8(kind);
    hasher.finish()
}

/// Distinct strings, numbered in order of first appearance.
#[derive(Debug, Default)]
pub struct Names {
    all: Vec<Box<str>>,
    index: HashTable<u32>,
    bytes: u64,
    last: u32,
}

impl Names {
    /// The number of a string, new or known.
    pub fn intern(&mut self, name: &str) -> u32 {
        // Neighbouring changes often share their storage and code location.
        if self.all.get(self.last as usize).is_some_and(|known| &**known == name) {
            return self.last;
        }
        let key = hash(0, name.as_bytes());
        let all = &self.all;
        self.last = match self.index.find(key, |&i| &*all[i as usize] == name) {
            Some(&known) => known,
            None => {
                let new = self.all.len() as u32;
                self.all.push(name.into());
                self.bytes += name.len() as u64;
                let all = &self.all;
                self.index.insert_unique(key, new, |&i| hash(0, all[i as usize].as_bytes()));
                new
            }
        };
        self.last
    }

    /// The number of a string that was seen.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.index.find(hash(0, name.as_bytes()), |&i| &*self.all[i as usize] == name).copied()
    }

    /// The string of a number.
    #[inline]
    pub fn get(&self, id: u32) -> &str {
        &self.all[id as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.bytes + self.all.len() as u64 * 24
    }
}

/// A value in the [`Values`] arena, or the absence of one (a tombstone).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueId(u32);

impl ValueId {
    /// The deletion of a field: no value.
    pub const TOMBSTONE: ValueId = ValueId(u32::MAX);

    /// Whether this is a deletion.
    #[inline]
    pub fn is_tombstone(self) -> bool {
        self == Self::TOMBSTONE
    }
}

/// Distinct values: type and canonical text, each stored once. Addresses are in steps of four bytes, so that
/// 32 bits reach 16 GiB.
#[derive(Debug, Default)]
pub struct Values {
    blocks: Vec<Vec<u8>>,
    /// Address of the first byte of each block, ascending.
    starts: Vec<u32>,
    index: HashTable<ValueId>,
}

impl Values {
    const BLOCK: usize = 1 << 20;
    /// Type byte and length before each text.
    const HEADER: usize = 5;

    /// The id of a value whose text is canonical, if it was stored before.
    pub fn find(&self, kind: Type, text: &[u8]) -> Option<ValueId> {
        self.index.find(hash(kind.0, text), |&id| self.get_bytes(id) == (kind, text)).copied()
    }

    /// Stores a value, or finds it; `None` when the 16 GiB are used up.
    pub fn intern(&mut self, kind: Type, text: &[u8]) -> Option<ValueId> {
        if let Some(known) = self.find(kind, text) {
            return Some(known);
        }
        let need = (Self::HEADER + text.len()).next_multiple_of(4);
        if self.blocks.last().is_none_or(|b| b.capacity() - b.len() < need) {
            let start = match (self.starts.last(), self.blocks.last()) {
                (Some(start), Some(block)) => start.checked_add(u32::try_from(block.len() / 4).ok()?)?,
                _ => 0,
            };
            // The first block is small, so that many small logs cost little.
            let room = if self.blocks.is_empty() { 4096 } else { Self::BLOCK };
            self.blocks.push(Vec::with_capacity(room.max(need)));
            self.starts.push(start);
        }
        let (block, start) = (self.blocks.last_mut()?, *self.starts.last()?);
        let id = ValueId(start.checked_add(u32::try_from(block.len() / 4).ok()?).filter(|id| *id < u32::MAX)?);
        block.push(kind.0);
        block.extend_from_slice(&u32::try_from(text.len()).ok()?.to_le_bytes());
        block.extend_from_slice(text);
        block.resize(block.len().next_multiple_of(4), 0);
        let (blocks, starts) = (&self.blocks, &self.starts);
        self.index.insert_unique(hash(kind.0, text), id, |&id| {
            let (kind, text) = bytes_at(blocks, starts, id);
            hash(kind.0, text)
        });
        Some(id)
    }

    fn get_bytes(&self, id: ValueId) -> (Type, &[u8]) {
        bytes_at(&self.blocks, &self.starts, id)
    }

    /// Type and canonical text; a tombstone is the JSON `null`.
    #[inline]
    pub fn get(&self, id: ValueId) -> (Type, &str) {
        if id.is_tombstone() {
            return (Type::NONE, "null");
        }
        let (kind, text) = self.get_bytes(id);
        // Only canonical text or a checked CSV cell is ever stored.
        (kind, std::str::from_utf8(text).unwrap_or_default())
    }

    /// The type alone.
    pub fn kind(&self, id: ValueId) -> Type {
        if id.is_tombstone() { Type::NONE } else { self.get_bytes(id).0 }
    }

    /// Number of distinct values.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.blocks.iter().map(|b| b.capacity() as u64).sum::<u64>() + self.index.capacity() as u64 * 6
    }
}

fn bytes_at<'a>(blocks: &'a [Vec<u8>], starts: &[u32], id: ValueId) -> (Type, &'a [u8]) {
    let block = starts.partition_point(|s| *s <= id.0) - 1;
    let at = (id.0 - starts[block]) as usize * 4;
    let header = &blocks[block][at..at + Values::HEADER];
    let len = u32::from_le_bytes([header[1], header[2], header[3], header[4]]) as usize;
    let from = at + Values::HEADER;
    (Type(header[0]), &blocks[block][from..from + len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_once_and_found_again() {
        let mut values = Values::default();
        let texts: Vec<String> = (0..50_000).map(|i| format!("\"{}\"", "x".repeat(i % 300) + &i.to_string())).collect();
        let ids: Vec<_> = texts.iter().map(|t| values.intern(Type::STR, t.as_bytes()).unwrap()).collect();
        let big = "9".repeat(3 << 20);
        let big_id = values.intern(Type::INT, big.as_bytes()).unwrap();
        for (text, id) in texts.iter().zip(&ids) {
            assert_eq!(values.get(*id), (Type::STR, text.as_str()));
            assert_eq!(values.intern(Type::STR, text.as_bytes()), Some(*id));
        }
        assert_eq!(values.get(big_id).1.len(), big.len());
        assert_eq!(values.find(Type::LIST, texts[0].as_bytes()), None, "the type is part of the value");
        assert_eq!(values.len(), texts.len() + 1);
    }

    #[test]
    fn columns_span_blocks() {
        let mut column = Column::new();
        (0..200_000u32).for_each(|i| column.push(i));
        assert_eq!(column.len(), 200_000);
        assert!((0..200_000).all(|i| column.get(i) == i as u32));
    }
}
