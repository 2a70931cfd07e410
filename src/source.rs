//! How bytes come in: a [`Reader`] says which range of which file it wants, and is pushed it in pieces.
//!
//! The core does no I/O. Whoever drives it (a Web Worker, the command line, a test, a fuzzer) loops:
//! ask [`Reader::want`], read that range in pieces of any size, [`Reader::push`] each, ask again.
//! Formats that jump about in a file (archives, SQLite) use [`Sparse`]: they try, and when bytes are
//! missing the missing range becomes the next want and the step is tried again.

use crate::error::{Code, Error, Place, Result};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// A file that was given, before anything of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Path as dropped, `/`-separated, for example `export/regular/database.zip`.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
}

/// A range of bytes that the core wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Index of the file in the order in which files were given.
    pub file: usize,
    /// First byte and the byte after the last; never empty, never beyond the file's size.
    pub range: Range<u64>,
}

/// Something that reads files by asking for ranges.
pub trait Reader {
    /// The next range, or `None` when reading is done. Asking twice without pushing gives the same answer.
    fn want(&mut self) -> Result<Option<Want>>;

    /// The next bytes of the wanted range; pieces may be cut anywhere. When the range is complete, ask again.
    fn push(&mut self, chunk: &[u8]) -> Result<()>;
}

/// Feeds a reader from bytes in memory, in pieces of `step` bytes: what tests and nested archives use.
pub fn feed(reader: &mut (impl Reader + ?Sized), files: &[&[u8]], step: usize) -> Result<()> {
    while let Some(want) = reader.want()? {
        let gone = || Error::new(Code::Io, Place::default().byte(want.range.start));
        let range = want.range.start as usize..want.range.end as usize;
        let bytes = files.get(want.file).and_then(|f| f.get(range)).ok_or_else(gone)?;
        for chunk in bytes.chunks(step.max(1)) {
            reader.push(chunk)?;
        }
    }
    Ok(())
}

/// The parts of one file that are at hand, as something that can be read and sought.
///
/// Reading a part that is not at hand fails with `WouldBlock` and leaves the missing range in
/// [`Sparse::missing`]. Whoever got that error asks for the range, calls [`Sparse::fill`] and tries again.
#[derive(Debug, Default)]
pub struct Sparse {
    size: u64,
    position: u64,
    /// Of the standard library, as neighbours are asked for.
    parts: BTreeMap<u64, Vec<u8>>,
    missing: Option<Range<u64>>,
}

/// What the directory of an archive is read from: a [`Sparse`] file, or bytes. Used behind `&mut dyn`, so that the
/// reader of archives is compiled once.
pub trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

impl Sparse {
    /// Bytes asked for at once around a missing place at least, so that neighbours need no second request.
    const READ_AHEAD: u64 = 64 << 10;

    /// A file of which nothing is at hand.
    pub fn new(size: u64) -> Self {
        Sparse { size, ..Sparse::default() }
    }

    /// A file that is at hand whole.
    pub fn whole(bytes: Vec<u8>) -> Self {
        let mut sparse = Sparse::new(bytes.len() as u64);
        sparse.fill(0, bytes);
        sparse
    }

    /// Size of the whole file in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes held.
    pub fn held(&self) -> u64 {
        self.parts.values().map(|p| p.len() as u64).sum()
    }

    /// The range that the last failed read lacked, taken once.
    pub fn missing(&mut self) -> Option<Range<u64>> {
        self.missing.take()
    }

    /// Adds bytes at an offset.
    pub fn fill(&mut self, start: u64, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.parts.insert(start, bytes);
        }
    }

    /// Forgets everything at hand.
    pub fn forget(&mut self) {
        self.parts.clear();
    }

    /// The bytes at hand from an offset on, up to the end of their part.
    fn at(&self, offset: u64) -> Option<&[u8]> {
        self.parts
            .range(..=offset)
            .rev()
            .find_map(|(start, part)| part.get((offset - start) as usize..).filter(|p| !p.is_empty()))
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let Some(bytes) = self.at(self.position) else {
            // As much again as is at hand, so that a large directory, tried anew each time, is read in few requests.
            let want = (buffer.len() as u64).max(Self::READ_AHEAD).max(self.held());
            let next = self.parts.range(self.position..).next().map_or(self.size, |(start, _)| *start);
            self.missing = Some(self.position..(self.position + want).min(next));
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let n = bytes.len().min(buffer.len());
        buffer[..n].copy_from_slice(&bytes[..n]);
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => self.size.checked_add_signed(n),
            SeekFrom::Current(n) => self.position.checked_add_signed(n),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_says_what_is_missing_and_goes_on_when_filled() {
        let all: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let mut file = Sparse::new(all.len() as u64);
        file.seek(SeekFrom::End(-100_000)).unwrap();
        let mut read = Vec::new();
        loop {
            let mut buffer = [0; 1000];
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => read.extend_from_slice(&buffer[..n]),
                Err(_) => {
                    let range = file.missing().unwrap();
                    file.fill(range.start, all[range.start as usize..range.end as usize].to_vec());
                }
            }
        }
        assert_eq!(read, &all[200_000..]);
    }

    #[test]
    fn long_ranges_are_asked_for_a_few_times() {
        let mut file = Sparse::new(16 << 20);
        let mut asked = 0;
        while io::copy(&mut file, &mut io::sink()).is_err() {
            let range = file.missing().unwrap();
            file.fill(range.start, vec![0; (range.end - range.start) as usize]);
            file.seek(SeekFrom::Start(0)).unwrap();
            asked += 1;
        }
        // 64 kB, and then as much again eight times.
        assert_eq!(asked, 9);
    }
}
