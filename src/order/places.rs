//! Keeps the places of things in the order of what the things are, in blocks, so that a new one moves few others.

use super::{Swap, arrange};
use std::cmp::Ordering;

/// A block of this length is cut in two.
const FULL: usize = 256;

/// Places in a list, ordered by what stands there. All methods but [`Places::find`] take it that the order is right.
#[derive(Clone, Default)]
pub(super) struct Places {
    /// None is empty.
    blocks: Vec<Vec<u32>>,
    count: usize,
}

/// Where in the order a place is.
#[derive(Clone, Copy)]
pub(super) struct At {
    block: usize,
    within: usize,
}

/// A thing that is looked for. A trait of its own, as a `dyn Fn` would be compiled for each way of calling it.
pub(super) trait Sought {
    /// How what stands at a place compares to it.
    fn compare(&self, place: usize) -> Ordering;
}

impl<F: Fn(usize) -> Ordering> Sought for F {
    fn compare(&self, place: usize) -> Ordering {
        self(place)
    }
}

impl Places {
    pub const fn new() -> Self {
        Places { blocks: Vec::new(), count: 0 }
    }

    /// Where a thing is, or belongs.
    pub fn find(&self, sought: &dyn Sought) -> Result<At, At> {
        let compare = |place: u32| sought.compare(place as usize);
        let Some(last) = self.blocks.len().checked_sub(1) else { return Err(At { block: 0, within: 0 }) };
        // Things often come in order.
        let end = self.blocks[last].len();
        if compare(self.blocks[last][end - 1]).is_lt() {
            return Err(At { block: last, within: end });
        }
        let block = self.blocks[1..].partition_point(|block| compare(block[0]).is_le());
        let at = |within| At { block, within };
        self.blocks[block].binary_search_by(|place| compare(*place)).map(at).map_err(at)
    }

    /// Where the last place is.
    pub fn last(&self) -> Option<At> {
        let block = self.blocks.len().checked_sub(1)?;
        Some(At { block, within: self.blocks[block].len() - 1 })
    }

    pub fn get(&self, at: At) -> usize {
        self.blocks[at.block][at.within] as usize
    }

    pub fn set(&mut self, at: At, place: usize) {
        self.blocks[at.block][at.within] = place as u32;
    }

    pub fn insert(&mut self, at: At, place: usize) {
        if self.blocks.is_empty() {
            self.blocks.push(Vec::new());
        }
        self.count += 1;
        let block = &mut self.blocks[at.block];
        block.insert(at.within, place as u32);
        if block.len() == FULL {
            let second = block.split_off(FULL / 2);
            self.blocks.insert(at.block + 1, second);
        }
    }

    pub fn remove(&mut self, at: At) {
        self.count -= 1;
        self.blocks[at.block].remove(at.within);
        if self.blocks[at.block].is_empty() {
            self.blocks.remove(at.block);
        }
    }

    /// Puts what stands at the places in order, in each of some lists.
    pub fn arrange(&mut self, lists: &mut [&mut dyn Swap]) {
        if self.iter().eq(0..self.count) {
            return;
        }
        let order: Vec<u32> = self.iter().map(|place| place as u32).collect();
        lists.iter_mut().for_each(|list| arrange(&mut order.clone(), *list));
        (0..).zip(self.blocks.iter_mut().flatten()).for_each(|(place, held)| *held = place);
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter { places: self, at: At { block: 0, within: 0 }, left: self.count }
    }
}

/// The places in order.
#[derive(Clone)]
pub(super) struct Iter<'a> {
    places: &'a Places,
    at: At,
    left: usize,
}

impl Iterator for Iter<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let block = self.places.blocks.get(self.at.block)?;
        let place = block[self.at.within];
        self.at.within += 1;
        if self.at.within == block.len() {
            self.at = At { block: self.at.block + 1, within: 0 };
        }
        self.left -= 1;
        Some(place as usize)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}
