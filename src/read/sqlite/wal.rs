//! Index a write-ahead log with [`Scan`]: which frame holds the latest committed version of a page.
//!
//! A log is used from its start up to the last commit whose chain of checksums holds. What follows is a
//! transaction under way or left over from before the last checkpoint, and is no error. SQLite writes a
//! page of an open transaction in place again without making the checksums right before the commit, so a
//! wrong checksum is damage only if there is a commit at it or after it.

use super::cache::{Cache, Part, Tried};
use super::header::valid_page_size;
use crate::error::{Code, Problem, Problems};
use crate::order::Map;

/// Bytes of a frame before its page.
const FRAME_HEADER: usize = 24;

/// The committed part of a log.
#[derive(Debug, Default)]
pub(super) struct Wal {
    /// Size of a page in bytes; 0 if there is no log or nothing is committed in it.
    pub(super) page_size: usize,
    /// Pages of the database after the last commit.
    pub(super) pages: u32,
    /// Offset in the log of the latest version of a page.
    index: Map<u32, u64>,
}

impl Wal {
    /// Where the latest version of a page begins in the log.
    pub(super) fn offset(&self, page: u32) -> Option<u64> {
        self.index.get(&page).copied()
    }

    /// Whether the log holds any commit.
    pub(super) fn is_empty(&self) -> bool {
        self.page_size == 0
    }
}

/// The running checksum (the file format's §4.2): two sums over pairs of 32-bit words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    words: (u32, u32),
    big_endian: bool,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let (mut a, mut b) = self.words;
        let (pairs, _) = bytes.as_chunks::<8>();
        for &[p, q, r, s, t, u, v, w] in pairs {
            let (first, second) = if self.big_endian {
                (u32::from_be_bytes([p, q, r, s]), u32::from_be_bytes([t, u, v, w]))
            } else {
                (u32::from_le_bytes([p, q, r, s]), u32::from_le_bytes([t, u, v, w]))
            };
            a = a.wrapping_add(first).wrapping_add(b);
            b = b.wrapping_add(second).wrapping_add(a);
        }
        self.words = (a, b);
    }
}

/// The big-endian word at an offset; 0 beyond the end.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_be_bytes(*b))
}

/// A walk along the frames that can be interrupted for want of bytes.
#[derive(Debug, Default)]
pub(super) struct Scan {
    page_size: usize,
    salts: (u32, u32),
    sum: Sum,
    offset: u64,
    /// Pages since the last commit; they count only if another one follows.
    open: Vec<(u32, u64)>,
    /// Where the chain of checksums broke.
    broken: Option<u64>,
    found: Wal,
}

impl Scan {
    /// Goes on to the end of what is valid and gives the index. Damage to the log becomes a problem.
    pub(super) fn run(&mut self, cache: &mut Cache, problems: &mut Problems) -> Tried<Wal> {
        let size = cache.size(Part::Wal);
        if size < Cache::WAL_HEADER {
            // An empty log is what a checkpoint may leave.
            if size > 0 {
                let problem = Problem::new(Code::Truncated, cache.place(Part::Wal, size));
                problems.add(problem.detail("The -wal file ends in its header."));
            }
            return Ok(Wal::default());
        }
        if self.page_size == 0 && !self.header(cache, problems)? {
            return Ok(Wal::default());
        }
        while self.frame(cache, problems)? {}
        Ok(std::mem::take(&mut self.found))
    }

    /// Reads the log's header; `false` if the log cannot be used.
    fn header(&mut self, cache: &mut Cache, problems: &mut Problems) -> Tried<bool> {
        let bytes = cache.get(Part::Wal, 0, Cache::WAL_HEADER as usize)?;
        let magic = word(bytes, 0);
        let page_size = word(bytes, 8) as usize;
        let mut sum = Sum { words: (0, 0), big_endian: magic & 1 == 1 };
        sum.add(bytes.get(..24).unwrap_or_default());
        let known = magic & !1 == 0x377f_0682 && word(bytes, 4) == 3_007_000 && valid_page_size(page_size);
        if !known || sum.words != (word(bytes, 24), word(bytes, 28)) {
            let problem = Problem::new(Code::Damaged, cache.place(Part::Wal, 0));
            problems.add(problem.detail("The header of the -wal file is not valid, so the file was left out."));
            return Ok(false);
        }
        self.salts = (word(bytes, 16), word(bytes, 20));
        (self.page_size, self.sum, self.offset) = (page_size, sum, Cache::WAL_HEADER);
        cache.frames((page_size + FRAME_HEADER) as u64);
        Ok(true)
    }

    /// Takes in one frame; `false` after the last valid one.
    fn frame(&mut self, cache: &mut Cache, problems: &mut Problems) -> Tried<bool> {
        let length = self.page_size + FRAME_HEADER;
        let left = cache.size(Part::Wal).saturating_sub(self.offset);
        if left < length as u64 {
            if left > 0 {
                let problem = Problem::new(Code::Truncated, cache.place(Part::Wal, self.offset));
                problems.add(problem.detail("The -wal file ends in the middle of a page."));
            }
            return Ok(false);
        }
        let bytes = cache.get(Part::Wal, self.offset, length)?;
        let (page, pages) = (word(bytes, 0), word(bytes, 4));
        if (word(bytes, 8), word(bytes, 12)) != self.salts {
            return Ok(false);
        }
        let mut sum = self.sum;
        sum.add(bytes.get(..8).unwrap_or_default());
        sum.add(bytes.get(FRAME_HEADER..).unwrap_or_default());
        if self.broken.is_none() && (sum.words != (word(bytes, 16), word(bytes, 20)) || page == 0) {
            self.broken = Some(self.offset);
        }
        if let (Some(offset), 1..) = (self.broken, pages) {
            let problem = Problem::new(Code::Damaged, cache.place(Part::Wal, offset));
            problems.add(problem.detail("A page of the -wal file does not match its checksum."));
            return Ok(false);
        }
        self.offset += length as u64;
        if self.broken.is_some() {
            return Ok(true);
        }
        self.sum = sum;
        self.open.push((page, self.offset - self.page_size as u64));
        if pages > 0 {
            self.found.index.extend(self.open.drain(..));
            (self.found.page_size, self.found.pages) = (self.page_size, pages);
        }
        Ok(true)
    }
}
