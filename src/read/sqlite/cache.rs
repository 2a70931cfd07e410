//! Ask here for bytes of the two files: they are at hand, or they become the next [`Want`].
//!
//! Bytes are kept in units of about 64 KiB that always hold whole pages (or whole WAL frames), so that a
//! page is one slice. Reading on where the last request ended doubles the next request up to 1 MiB, as
//! operating systems do: a scan reads long ranges, a jump reads little.

use crate::error::{Code, Error, Place, Problem, Result};
use crate::order::Map;
use crate::source::{FileInfo, Want};
use std::ops::Range;

/// Why a step could not be finished.
#[derive(Debug)]
pub(super) enum Stop {
    /// Bytes are missing; [`Cache::wanted`] says which. The step is to be tried again.
    Wait,
    /// This part of the database cannot be used; the rest can.
    Bad(Box<Problem>),
    /// Nothing more can be read.
    Fail(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Fail(error)
    }
}

/// What a step gives that may have to be tried again.
pub(super) type Tried<T> = std::result::Result<T, Stop>;

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The database.
    Main,
    /// Its write-ahead log.
    Wal,
}

/// One file, how it is cut into units, and where the last request ended.
#[derive(Debug)]
struct Source {
    index: usize,
    info: FileInfo,
    base: u64,
    unit: u64,
    /// The units of the last request.
    last: Range<u64>,
    /// How many units the next request in sequence takes.
    ahead: u64,
}

impl Source {
    fn new(index: usize, info: &FileInfo, unit: u64) -> Self {
        Source { index, info: info.clone(), base: 0, unit, last: 0..0, ahead: 1 }
    }

    /// The bytes of a unit, as far as the file goes.
    fn range(&self, unit: u64) -> Range<u64> {
        let start = self.base.saturating_add(unit.saturating_mul(self.unit));
        start.min(self.info.size)..start.saturating_add(self.unit).min(self.info.size)
    }
}

/// The range that is being read, and how far it has come.
#[derive(Debug)]
struct Filling {
    part: Part,
    range: Range<u64>,
    unit: u64,
    bytes: Vec<u8>,
}

/// The units at hand, at most [`Cache::MOST`] bytes of them.
#[derive(Debug)]
pub(super) struct Cache {
    main: Source,
    wal: Option<Source>,
    units: Map<(Part, u64), (u64, Vec<u8>)>,
    held: usize,
    clock: u64,
    filling: Option<Filling>,
}

impl Cache {
    /// Bytes kept before the unit that was used longest ago is forgotten.
    const MOST: usize = 16 << 20;
    /// The length of a unit; the largest page has this size.
    const UNIT: u64 = 64 << 10;
    /// Most units in one request: 1 MiB.
    const AHEAD: u64 = 16;
    /// How many units off the last request still count as going on: 4 MiB.
    const NEAR: u64 = 64;
    /// Bytes of a WAL before its first frame.
    pub(super) const WAL_HEADER: u64 = 32;

    pub(super) fn new(main: (usize, &FileInfo), wal: Option<(usize, &FileInfo)>) -> Self {
        Cache {
            main: Source::new(main.0, main.1, Self::UNIT),
            wal: wal.map(|(index, info)| Source::new(index, info, Self::WAL_HEADER)),
            units: Map::new(),
            held: 0,
            clock: 0,
            filling: None,
        }
    }

    /// Cuts the WAL into frames of this length, now that its header is known.
    pub(super) fn frames(&mut self, frame: u64) {
        self.units.retain(|(part, _), _| *part == Part::Main);
        self.held = self.units.values().map(|(_, bytes)| bytes.len()).sum();
        if let Some(wal) = &mut self.wal {
            wal.base = Self::WAL_HEADER;
            wal.unit = frame.max(1) * (Self::UNIT / frame.max(1)).max(1);
            (wal.last, wal.ahead) = (0..0, 1);
        }
    }

    fn source(&self, part: Part) -> Option<&Source> {
        match part {
            Part::Main => Some(&self.main),
            Part::Wal => self.wal.as_ref(),
        }
    }

    /// Size of a file in bytes; an absent WAL has none.
    pub(super) fn size(&self, part: Part) -> u64 {
        self.source(part).map_or(0, |s| s.info.size)
    }

    /// A place in one of the files.
    pub(super) fn place(&self, part: Part, byte: u64) -> Place {
        let path = self.source(part).map(|s| s.info.path.clone());
        Place { file: path, byte: Some(byte), ..Place::default() }
    }

    /// The bytes at an offset, which must lie within one unit and the file.
    pub(super) fn get(&mut self, part: Part, offset: u64, length: usize) -> Tried<&[u8]> {
        let outside = || Stop::Fail(Error::new(Code::Io, Place::default().byte(offset)));
        let source = self.source(part).ok_or_else(outside)?;
        let within = offset.checked_sub(source.base).ok_or_else(outside)?;
        let (unit, start) = (within / source.unit, (within % source.unit) as usize);
        if !self.units.contains_key(&(part, unit)) {
            self.ask(part, unit);
            return Err(Stop::Wait);
        }
        self.clock += 1;
        let (used, bytes) = self.units.get_mut(&(part, unit)).ok_or_else(outside)?;
        *used = self.clock;
        bytes.get(start..).and_then(|b| b.get(..length)).ok_or_else(outside)
    }

    /// Plans the next request so that it begins with a unit.
    fn ask(&mut self, part: Part, unit: u64) {
        let Some(source) = self.source(part) else { return };
        // Between the pages of a table lie those of its index, and a page that leads to others lies after
        // the first of them: a short way forward or back is still in sequence.
        let near = source.last.start.saturating_sub(Self::NEAR)..=source.last.end + Self::NEAR;
        let ahead = if near.contains(&unit) { source.ahead } else { 1 };
        let held = |u: &u64| self.units.contains_key(&(part, *u));
        let end = (unit + 1..unit + ahead).find(held).unwrap_or(unit + ahead);
        let range = source.range(unit).start..source.range(end - 1).end;
        self.filling = (!range.is_empty()).then(|| Filling { part, range, unit, bytes: Vec::new() });
        let source = match part {
            Part::Main => Some(&mut self.main),
            Part::Wal => self.wal.as_mut(),
        };
        if let Some(source) = source {
            (source.last, source.ahead) = (unit..end, (ahead * 2).min(Self::AHEAD));
        }
    }

    /// What is still to be pushed of the range that the last [`Stop::Wait`] was about.
    pub(super) fn wanted(&self) -> Option<Want> {
        let filling = self.filling.as_ref()?;
        let file = self.source(filling.part)?.index;
        Some(Want { file, range: filling.range.clone() })
    }

    /// Takes the next bytes of the wanted range.
    pub(super) fn push(&mut self, mut chunk: &[u8]) -> Result<()> {
        while !chunk.is_empty() {
            let unasked = || Error::new(Code::Io, Place::default()).detail("More bytes came than were asked for.");
            let mut filling = self.filling.take().ok_or_else(unasked)?;
            let unit = self.source(filling.part).ok_or_else(unasked)?.range(filling.unit);
            let room = unit.end.saturating_sub(filling.range.start);
            let (now, later) = chunk.split_at(chunk.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
            filling.bytes.reserve_exact((unit.end - unit.start) as usize - filling.bytes.len());
            filling.bytes.extend_from_slice(now);
            filling.range.start += now.len() as u64;
            chunk = later;
            if filling.range.start >= unit.end {
                self.keep((filling.part, filling.unit), std::mem::take(&mut filling.bytes));
                filling.unit += 1;
            }
            if !filling.range.is_empty() {
                self.filling = Some(filling);
            }
        }
        Ok(())
    }

    /// Adds a unit and forgets the ones that were used longest ago.
    fn keep(&mut self, key: (Part, u64), bytes: Vec<u8>) {
        self.clock += 1;
        self.held += bytes.len();
        self.units.insert(key, (self.clock, bytes));
        while self.held > Self::MOST {
            let oldest = self.units.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            let Some((_, bytes)) = oldest.and_then(|key| self.units.remove(&key)) else { break };
            self.held -= bytes.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at an offset; gives the length of the request that it took, 0 if none.
    fn read(cache: &mut Cache, offset: u64) -> u64 {
        if cache.get(Part::Main, offset, 512).is_ok() {
            return 0;
        }
        let want = cache.wanted().unwrap();
        let length = want.range.end - want.range.start;
        cache.push(&vec![7; length as usize]).unwrap();
        assert_eq!(cache.get(Part::Main, offset, 512).unwrap(), [7; 512]);
        length
    }

    #[test]
    fn memory_is_bounded_and_jumps_read_little() {
        let info = FileInfo { path: String::new(), size: 100 << 20 };
        let mut cache = Cache::new((0, &info), None);
        let scan: Vec<u64> = (0..40 << 20).step_by(4096).map(|at| read(&mut cache, at)).filter(|n| *n > 0).collect();
        assert_eq!(scan.get(..6).unwrap(), [1 << 16, 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 20]);
        assert!(cache.held <= Cache::MOST && cache.held > Cache::MOST / 2);
        assert_eq!(cache.held, cache.units.values().map(|(_, bytes)| bytes.len()).sum::<usize>());
        assert_eq!(read(&mut cache, 90 << 20), 1 << 16);
        assert_eq!(read(&mut cache, 0), 1 << 16);
    }

    #[test]
    fn more_than_was_asked_for_is_an_error() {
        let info = FileInfo { path: String::new(), size: 1000 };
        let mut cache = Cache::new((0, &info), None);
        assert!(cache.push(&[0]).is_err());
        assert!(matches!(cache.get(Part::Main, 0, 512), Err(Stop::Wait)));
        assert!(cache.push(&[0; 1001]).is_err());
    }
}
