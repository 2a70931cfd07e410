//! Fetch a page by its number with [`Pages::page`]: from the log if it is there, else from the database.

use super::cache::{Cache, Part, Stop, Tried};
use super::header::{Header, LENGTH};
use super::wal::Wal;
use crate::error::{Code, Error, Place, Problem, Problems, Result, grouped};
use crate::order::Map;

/// The pages of a database as of its last commit.
#[derive(Debug)]
pub(super) struct Pages {
    /// The bytes of both files.
    pub(super) cache: Cache,
    wal: Wal,
    page_size: usize,
    /// Bytes of a page that the trees may use.
    pub(super) usable: usize,
    count: u64,
}

impl Pages {
    /// The pages of two files of which nothing is known yet.
    pub(super) fn new(cache: Cache) -> Self {
        Pages { cache, wal: Wal::default(), page_size: 0, usable: 0, count: 0 }
    }

    /// Takes in what the log holds.
    pub(super) fn log(&mut self, wal: Wal) {
        self.wal = wal;
    }

    /// The header as of the last commit, if the log has page 1.
    pub(super) fn logged_header(&mut self) -> Tried<Option<Header>> {
        match self.wal.offset(1) {
            Some(offset) => Ok(Some(Header::parse(self.cache.get(Part::Wal, offset, LENGTH)?)?)),
            None => Ok(None),
        }
    }

    /// The error if the log belongs to another database.
    pub(super) fn foreign_log(&self) -> Error {
        Error::new(Code::MixedInput, self.cache.place(Part::Wal, 8))
            .detail("The -wal file is that of another database: its pages have another size.")
    }

    /// Takes in what the header says.
    pub(super) fn open(&mut self, header: &Header, problems: &mut Problems) -> Result<()> {
        if !self.wal.is_empty() && self.wal.page_size != header.page_size {
            return Err(self.foreign_log());
        }
        let cache = &self.cache;
        let there = cache.size(Part::Main) / header.page_size as u64;
        self.count =
            if self.wal.is_empty() { header.pages.map_or(there, u64::from) } else { u64::from(self.wal.pages) };
        if self.wal.is_empty() && self.count > there {
            problems.add(Problem::new(Code::Truncated, cache.place(Part::Main, cache.size(Part::Main))).detail(
                format!(
                    "The database has {} pages of {} bytes, but only {} of them are in the file.",
                    grouped(self.count),
                    grouped(header.page_size as u64),
                    grouped(there)
                ),
            ));
        }
        (self.page_size, self.usable) = (header.page_size, header.usable);
        Ok(())
    }

    fn offset(&self, number: u32) -> (Part, u64) {
        let main = u64::from(number).saturating_sub(1) * self.page_size as u64;
        self.wal.offset(number).map_or((Part::Main, main), |offset| (Part::Wal, offset))
    }

    /// Where a page is, for problems.
    pub(super) fn place(&self, number: u32) -> Place {
        let (part, offset) = self.offset(number);
        self.cache.place(part, offset)
    }

    /// Something wrong with a page.
    pub(super) fn problem(&self, code: Code, number: u32, detail: &str) -> Problem {
        Problem::new(code, self.place(number)).detail(detail)
    }

    /// The same, as what keeps a step from being finished.
    pub(super) fn bad(&self, code: Code, number: u32, detail: &str) -> Stop {
        Stop::Bad(Box::new(self.problem(code, number, detail)))
    }

    /// The usable bytes of a page, which must not have been `seen` on this walk.
    pub(super) fn page(&mut self, number: u32, seen: &mut Seen) -> Tried<&[u8]> {
        let (part, offset) = self.offset(number);
        if number == 0 || u64::from(number) > self.count {
            let end = self.cache.size(Part::Main);
            let place = self.cache.place(Part::Main, end);
            return Err(Stop::Bad(Box::new(
                Problem::new(Code::Damaged, place).detail("A page beyond the end is used."),
            )));
        }
        if part == Part::Main && offset.saturating_add(self.page_size as u64) > self.cache.size(part) {
            return Err(self.bad(Code::Truncated, number, "A page is missing from the file; its rows are left out."));
        }
        if seen.contains(number) {
            return Err(self.bad(Code::Damaged, number, "A page is used twice; the second time it was left out."));
        }
        let bytes = self.cache.get(part, offset, self.usable)?;
        seen.add(number);
        Ok(bytes)
    }
}

/// The pages that a walk has met. In a sound database each belongs to one place, so meeting one again
/// is damage; leaving it out then bounds all work by the size of the file.
#[derive(Debug, Default)]
pub(super) struct Seen(Map<u32, [u64; 16]>);

impl Seen {
    /// The block, word and bit of a page: blocks come into being when met, as numbers can be far apart.
    fn bit(number: u32) -> (u32, usize, u64) {
        (number >> 10, (number >> 6 & 15) as usize, 1 << (number & 63))
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let (block, word, bit) = Self::bit(number);
        self.0.get(&block).is_some_and(|b| b[word] & bit != 0)
    }

    fn add(&mut self, number: u32) {
        let (block, word, bit) = Self::bit(number);
        self.0.entry(block).or_default()[word] |= bit;
    }
}
