//! Go through a table with [`Walk`]: rows in the order of their ids, however damaged the tree is.
//!
//! What cannot be read is left out and becomes a problem; the walk goes on with the next cell or page.

use super::cache::{Stop, Tried};
use super::header::LENGTH;
use super::pages::{Pages, Seen};
use super::record::varint;
use crate::error::{Code, Problems};
use std::ops::Range;

/// Deepest tree; SQLite's own limit.
const DEPTH: usize = 20;

/// A row whose bytes go on in a chain of overflow pages.
#[derive(Debug)]
struct Chain {
    rowid: i64,
    next: u32,
    left: usize,
}

/// What a page of a table is.
enum Node {
    /// Its children, last one first, and whether some of its cells were damaged.
    Interior(Vec<u32>, bool),
    /// Number of its cells.
    Leaf(usize),
}

/// A walk through one table that can be interrupted for want of bytes.
#[derive(Debug)]
pub(super) struct Walk {
    seen: Seen,
    /// Overflow pages that were met. Kept apart, so that a chain that goes astray takes no leaf with it.
    chained: Seen,
    /// Children still to be entered on each level, last one first.
    levels: Vec<Vec<u32>>,
    leaf: Vec<u8>,
    number: u32,
    cells: Range<usize>,
    /// Bytes of the leaf's cells so far; more than the page has means that cells overlap.
    used: usize,
    /// Where in the leaf the row is, if it is not in `payload`.
    local: Option<Range<usize>>,
    payload: Vec<u8>,
    chain: Option<Chain>,
    longest: u64,
    /// Rows met so far, those left out included.
    pub(super) rows: u64,
    /// Rows that were met but cannot be read.
    pub(super) lost: u64,
}

impl Walk {
    /// A walk from a root page that reads no row longer than so many bytes and no page of `seen`.
    pub(super) fn new(root: u32, longest: usize, seen: Seen) -> Self {
        Walk {
            seen,
            chained: Seen::default(),
            levels: vec![vec![root]],
            leaf: Vec::new(),
            number: root,
            cells: 0..0,
            used: 0,
            local: None,
            payload: Vec::new(),
            chain: None,
            longest: longest as u64,
            rows: 0,
            lost: 0,
        }
    }

    /// The pages that were met, so that another walk leaves them out.
    pub(super) fn take_seen(&mut self) -> Seen {
        std::mem::take(&mut self.seen)
    }

    /// Goes to the next row and gives its id; [`Walk::payload`] has its bytes.
    pub(super) fn next(&mut self, pages: &mut Pages, problems: &mut Problems) -> Tried<Option<i64>> {
        loop {
            let row = if self.chain.is_some() {
                self.follow(pages)
            } else if let Some(cell) = self.cells.next() {
                self.rows += 1;
                self.cell(cell, pages)
            } else if self.leaf(pages, problems)? {
                continue;
            } else {
                return Ok(None);
            };
            match row {
                Ok(Some(rowid)) => return Ok(Some(rowid)),
                Ok(None) => {}
                Err(Stop::Bad(mut problem)) => {
                    self.chain = None;
                    self.lost += 1;
                    problem.place.record = Some(self.rows);
                    problems.add(*problem);
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    /// The bytes of the row that [`Walk::next`] went to.
    pub(super) fn payload(&self) -> &[u8] {
        match &self.local {
            Some(range) => self.leaf.get(range.clone()).unwrap_or_default(),
            None => &self.payload,
        }
    }

    /// The page on which the row begins.
    pub(super) fn page(&self) -> u32 {
        self.number
    }

    /// Counts the rows without reading them.
    pub(super) fn count(&mut self, pages: &mut Pages, problems: &mut Problems) -> Tried<u64> {
        while self.leaf(pages, problems)? {
            self.rows += self.cells.len() as u64;
        }
        Ok(self.rows)
    }

    /// Goes to the next leaf; `false` at the end of the table.
    fn leaf(&mut self, pages: &mut Pages, problems: &mut Problems) -> Tried<bool> {
        while let Some(level) = self.levels.last_mut() {
            let Some(&number) = level.last() else {
                self.levels.pop();
                continue;
            };
            let node = match pages.page(number, &mut self.seen) {
                Ok(bytes) => node(bytes, if number == 1 { LENGTH } else { 0 }, &mut self.leaf),
                Err(Stop::Bad(problem)) => {
                    level.pop();
                    problems.add(*problem);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            level.pop();
            if self.chained.contains(number) {
                problems.add(pages.problem(Code::Damaged, number, "A page of rows is also part of a long row."));
            }
            let damage = match node {
                Some(Node::Leaf(cells)) => {
                    (self.number, self.cells, self.used) = (number, 0..cells, 0);
                    return Ok(true);
                }
                Some(Node::Interior(children, sound)) => {
                    let deep = self.levels.len() >= DEPTH;
                    if !deep {
                        self.levels.push(children);
                    }
                    if deep || !sound { "A page that leads to rows is damaged; some are left out." } else { continue }
                }
                None => "A page is not one of a table; its rows are left out.",
            };
            problems.add(pages.problem(Code::Damaged, number, damage));
        }
        Ok(false)
    }

    /// Reads a cell of the leaf: the id of its row, or nothing yet if the row goes on elsewhere.
    fn cell(&mut self, cell: usize, pages: &mut Pages) -> Tried<Option<i64>> {
        let start = if self.number == 1 { LENGTH } else { 0 };
        let damage = |pages: &Pages| pages.bad(Code::Damaged, self.number, "A row is damaged and left out.");
        let read = || {
            let at = pointer(&self.leaf, start + 8 + 2 * cell)?;
            let (length, rest) = varint(self.leaf.get(at..)?)?;
            let (rowid, rest) = varint(rest)?;
            let begin = self.leaf.len() - rest.len();
            let local = local(self.leaf.len() as u64, length);
            let range = begin..begin.checked_add(usize::try_from(local).ok()?)?;
            let bytes = self.leaf.get(range.clone())?;
            let next = if local < length { number(self.leaf.get(range.end..)?)? } else { 0 };
            Some((at, length, rowid as i64, range, bytes, next))
        };
        let Some((at, length, rowid, range, bytes, next)) = read() else { return Err(damage(pages)) };
        self.used += range.end - at;
        if self.used > self.leaf.len() {
            self.rows += self.cells.len() as u64;
            self.lost += self.cells.len() as u64;
            self.cells = 0..0;
            return Err(pages.bad(
                Code::Damaged,
                self.number,
                "The rows of a page overlap; the rest of it is left out.",
            ));
        }
        if length > self.longest {
            return Err(pages.bad(Code::TooLong, self.number, "The row is left out."));
        }
        if bytes.len() as u64 == length {
            self.local = Some(range);
            return Ok(Some(rowid));
        }
        self.local = None;
        self.payload.clear();
        self.payload.extend_from_slice(bytes);
        self.chain = Some(Chain { rowid, next, left: length as usize - bytes.len() });
        Ok(None)
    }

    /// Reads on along the overflow pages; the id of the row when it is complete.
    fn follow(&mut self, pages: &mut Pages) -> Tried<Option<i64>> {
        let Some(chain) = &mut self.chain else { return Ok(None) };
        while chain.left > 0 {
            if self.seen.contains(chain.next) {
                return Err(pages.bad(
                    Code::Damaged,
                    chain.next,
                    "A long row goes on in a page of rows; it is left out.",
                ));
            }
            let bytes = pages.page(chain.next, &mut self.chained)?;
            let (next, content) = (number(bytes).unwrap_or(0), bytes.get(4..).unwrap_or_default());
            let content = content.get(..chain.left).unwrap_or(content);
            self.payload.extend_from_slice(content);
            chain.next = next;
            chain.left -= content.len();
        }
        Ok(self.chain.take().map(|chain| chain.rowid))
    }
}

/// Takes a page apart; a leaf is copied to `leaf`. `None` if it is no page of a table.
fn node(bytes: &[u8], start: usize, leaf: &mut Vec<u8>) -> Option<Node> {
    let kind = *bytes.get(start)?;
    let cells = pointer(bytes, start + 3)?;
    let first = start + if kind == 5 { 12 } else { 8 };
    bytes.get(first..first + 2 * cells)?;
    match kind {
        5 => {
            let child = |i| number(bytes.get(pointer(bytes, first + 2 * i)?..)?);
            let last = number(bytes.get(start + 8..)?);
            let children: Vec<u32> = last.into_iter().chain((0..cells).rev().filter_map(child)).collect();
            let sound = children.len() == cells + 1;
            Some(Node::Interior(children, sound))
        }
        13 => {
            leaf.clear();
            leaf.extend_from_slice(bytes);
            Some(Node::Leaf(cells))
        }
        _ => None,
    }
}

/// The big-endian 16-bit number at an offset.
fn pointer(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|b| usize::from(u16::from_be_bytes(*b)))
}

/// The big-endian 32-bit number at the beginning.
fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|b| u32::from_be_bytes(*b))
}

/// How many bytes of a row lie on the leaf itself (the file format's §1.6). `usable` is at least 480.
fn local(usable: u64, length: u64) -> u64 {
    let most = usable.saturating_sub(35);
    if length <= most {
        return length;
    }
    let least = usable.saturating_sub(12) * 32 / 255 - 23;
    let fit = least + (length - least) % (usable - 4);
    if fit <= most { fit } else { least }
}
