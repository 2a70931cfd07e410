//! Memory that grows in blocks: no doubling, no copying, a size that can be asked.

use super::lately::{Lately, Short};
use crate::short;
use crate::table::{self, Cell};
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

pub(super) fn hash(kind: u8, bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.write_u8(kind);
    hasher.finish()
}

#[derive(Debug)]
struct Name {
    text: Box<str>,
    /// Whether it is plain ([`table::is_plain`]): it is written many times.
    plain: bool,
    /// What followed it the last time that another followed.
    next: u32,
}

/// Distinct strings, numbered in order of first appearance.
#[derive(Debug, Default)]
pub struct Names {
    all: Vec<Name>,
    index: HashTable<u32>,
    bytes: u64,
    last: u32,
}

impl Names {
    /// The number of a string, new or known.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(known) = self.known(name.as_bytes()) {
            return known;
        }
        let new = self.all.len() as u32;
        self.all.push(Name { text: name.into(), plain: table::is_plain(name), next: new });
        self.bytes += name.len() as u64;
        let all = &self.all;
        self.index.insert_unique(hash(0, name.as_bytes()), new, |&i| hash(0, all[i as usize].text.as_bytes()));
        self.follows(new)
    }

    /// The number of a string that was seen; its bytes need not be known to be text.
    #[inline]
    pub fn known(&mut self, name: &[u8]) -> Option<u32> {
        // Neighbouring changes often share their storage and code location, and fields are set one after the other in
        // the same order again and again.
        let same = |known: &&Name| short::same(known.text.as_bytes(), name);
        let last = self.all.get(self.last as usize)?;
        if same(&last) {
            return Some(self.last);
        }
        if self.all.get(last.next as usize).filter(same).is_some() {
            self.last = last.next;
            return Some(self.last);
        }
        let known = *self.index.find(hash(0, name), |&i| same(&&self.all[i as usize]))?;
        Some(self.follows(known))
    }

    /// Notes what followed the last string.
    fn follows(&mut self, next: u32) -> u32 {
        if let Some(last) = self.all.get_mut(self.last as usize) {
            last.next = next;
        }
        self.last = next;
        next
    }

    /// The number of a string that was seen.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.index.find(hash(0, name.as_bytes()), |&i| &*self.all[i as usize].text == name).copied()
    }

    /// The string of a number.
    #[inline]
    pub fn get(&self, id: u32) -> &str {
        &self.all[id as usize].text
    }

    /// The string of a number as a cell.
    #[inline]
    pub fn cell(&self, id: u32) -> Cell<'_> {
        let Name { text, plain, .. } = &self.all[id as usize];
        if *plain { Cell::Plain(text) } else { Cell::Text(text) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.bytes + self.all.len() as u64 * 25
    }
}

/// A value in the [`Values`] arena, or the absence of one (a tombstone): number of the block, and place in it
/// in steps of four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueId(u32);

impl ValueId {
    /// The deletion of a field: no value.
    pub const TOMBSTONE: ValueId = ValueId(u32::MAX);

    /// Bits of the place in a block of a mebibyte.
    const PLACE: u32 = 18;

    /// Whether this is a deletion.
    #[inline]
    pub fn is_tombstone(self) -> bool {
        self == Self::TOMBSTONE
    }

    /// The id as a number, to be a part of a key.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// `None` when 32 bits are not enough, which is after 16 GiB.
    fn new(block: usize, at: usize) -> Option<ValueId> {
        let block = u32::try_from(block).ok().filter(|b| *b < u32::MAX >> Self::PLACE)?;
        Some(ValueId(block << Self::PLACE | u32::try_from(at / 4).ok()?))
    }

    #[inline]
    fn place(self) -> (usize, usize) {
        ((self.0 >> Self::PLACE) as usize, (self.0 & ((1 << Self::PLACE) - 1)) as usize * 4)
    }
}

/// Distinct values: type and text, each stored once.
///
/// The blocks are strings, so that a text is found without checking its encoding again; type, whether it is a plain text
/// ([`table::is_plain`]), and length stand before it in bytes below 128.
#[derive(Debug, Default)]
pub struct Values {
    blocks: Vec<String>,
    index: HashTable<ValueId>,
    lately: Lately,
}

/// Bytes that a new value takes whose text is so long, with its place in the index.
pub(super) fn taken(text: usize) -> u64 {
    (Values::HEADER + text).next_multiple_of(4) as u64 + 8
}

impl Values {
    const BLOCK: usize = 1 << 20;
    /// Two bytes of type and mark, and four of length, seven bits each.
    const HEADER: usize = 6;
    /// The mark of plain texts, in the byte that holds the top bit of the type.
    const PLAIN: u8 = 2;
    /// Longest text, in bytes.
    const LONGEST: usize = (1 << 28) - 1;

    /// The id of a value, if it was stored before; a short one is remembered.
    #[inline]
    pub fn known(&mut self, kind: Type, text: &[u8]) -> Option<ValueId> {
        let Some(short) = Short::new(kind, text) else { return self.find(kind, text) };
        if let Some(known) = self.lately.find(short) {
            return Some(known);
        }
        let known = self.find(kind, text)?;
        self.lately.add(short, known);
        Some(known)
    }

    /// The id of a value, if it was stored before.
    pub fn find(&self, kind: Type, text: &[u8]) -> Option<ValueId> {
        let same = |id: &ValueId| {
            let (known, _, stored) = at(&self.blocks, *id);
            known == kind && short::same(stored.as_bytes(), text)
        };
        self.index.find(hash(kind.0, text), same).copied()
    }

    /// Stores a value, or finds it; `None` when the 16 GiB are used up or the text is longer than 256 MiB.
    pub fn intern(&mut self, kind: Type, text: &str) -> Option<ValueId> {
        if let Some(known) = self.find(kind, text.as_bytes()) {
            return Some(known);
        }
        let need = (Self::HEADER + text.len()).next_multiple_of(4);
        if text.len() > Self::LONGEST {
            return None;
        }
        if self.blocks.last().is_none_or(|b| b.len() + need > Self::BLOCK.min(b.capacity().max(need))) {
            // The first block is small, so that many small logs cost little.
            let room = if self.blocks.is_empty() { 4096 } else { Self::BLOCK };
            self.blocks.push(String::with_capacity(room.max(need)));
        }
        let number = self.blocks.len() - 1;
        let block = self.blocks.last_mut()?;
        let id = ValueId::new(number, block.len())?;
        let seven = |n: usize, group: u32| char::from((n >> (7 * group)) as u8 & 0x7f);
        let plain = kind != Type::CELL && quoted(text).is_some_and(table::is_plain);
        let mark = if plain { Self::PLAIN } else { 0 };
        block.push(seven(kind.0.into(), 0));
        block.push(char::from(kind.0 >> 7 | mark));
        (0..4).for_each(|group| block.push(seven(text.len(), group)));
        block.push_str(text);
        (block.len()..block.len().next_multiple_of(4)).for_each(|_| block.push('\0'));
        let blocks = &self.blocks;
        self.index.insert_unique(hash(kind.0, text.as_bytes()), id, |&id| {
            let (kind, _, text) = at(blocks, id);
            hash(kind.0, text.as_bytes())
        });
        Some(id)
    }

    /// Type and text; a tombstone is the JSON `null`.
    #[inline]
    pub fn get(&self, id: ValueId) -> (Type, &str) {
        if id.is_tombstone() {
            return (Type::NONE, "null");
        }
        let (kind, _, text) = at(&self.blocks, id);
        (kind, text)
    }

    /// A value as a cell; a tombstone is an empty one.
    #[inline]
    pub fn cell(&self, id: ValueId) -> Cell<'_> {
        if id.is_tombstone() {
            return Cell::Null;
        }
        match at(&self.blocks, id) {
            (_, true, text) => Cell::Plain(quoted(text).unwrap_or_default()),
            (kind, false, text) => text_cell(kind, text),
        }
    }

    /// The type alone.
    pub fn kind(&self, id: ValueId) -> Type {
        self.get(id).0
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

/// The content of a JSON string, escapes and all.
#[inline]
fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// The text of a value as a cell.
#[inline]
pub fn text_cell(kind: Type, text: &str) -> Cell<'_> {
    if kind == Type::CELL { Cell::Raw(text) } else { Cell::Json(text) }
}

/// A value's type, whether it is marked as plain, and its text.
#[inline(always)]
fn at(blocks: &[String], id: ValueId) -> (Type, bool, &str) {
    let (block, at) = id.place();
    let block = &blocks[block];
    let header: &[u8; Values::HEADER] = block.as_bytes()[at..].first_chunk().unwrap_or(&[0; Values::HEADER]);
    let &[kind, more, a, b, c, d] = header;
    let len = usize::from(a) | usize::from(b) << 7 | usize::from(c) << 14 | usize::from(d) << 21;
    let from = at + Values::HEADER;
    (Type(kind | more << 7), more & Values::PLAIN != 0, &block[from..from + len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_once_and_found_again() {
        let mut values = Values::default();
        let texts: Vec<String> = (0..50_000).map(|i| format!("\"{}\"", "x".repeat(i % 300) + &i.to_string())).collect();
        let ids: Vec<_> = texts.iter().map(|t| values.intern(Type::STR, t).unwrap()).collect();
        let big = "9".repeat(3 << 20);
        let big_id = values.intern(Type::INT, &big).unwrap();
        for (text, id) in texts.iter().zip(&ids) {
            assert_eq!(values.get(*id), (Type::STR, text.as_str()));
            assert_eq!(values.intern(Type::STR, text), Some(*id));
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
