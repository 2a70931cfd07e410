//! The container: entries whose data arrive compressed block by block, written without ever going back.
//!
//! Small entries get the plain header that every tool reads. An entry that outgrows [`HELD`] is streamed
//! with a data descriptor and ZIP64 sizes, because its size is not known when its header is written.
//! Dates are 1980-01-01 and nothing of the machine is recorded: same content, same bytes.

use super::deflate::Packed;

/// Compressed bytes of an entry that are held back to learn its size.
const HELD: usize = 4 << 20;

const DEFLATED: u16 = 8;
/// 1980-01-01, the first date that ZIP knows.
const DATE: u16 = 0x21;
const UTF8: u16 = 1 << 11;
const DESCRIPTOR: u16 = 1 << 3;
/// Version 4.5 brought ZIP64.
const VERSION: u16 = 45;
/// Unix, so that the permissions below are understood.
const MADE_BY: u16 = 3 << 8 | VERSION;
const PERMISSIONS: u32 = 0o100_644 << 16;
const LIMIT: u64 = u32::MAX as u64;

struct Entry {
    name: String,
    crc: u32,
    packed: u64,
    raw: u64,
    offset: u64,
    flags: u16,
}

/// Writes an archive into a buffer that the caller empties as it grows.
#[derive(Default)]
pub struct Archive {
    out: Vec<u8>,
    /// Bytes taken by the caller so far.
    taken: u64,
    entries: Vec<Entry>,
    crc: crc32fast::Hasher,
    held: Vec<u8>,
    streaming: bool,
}

impl Archive {
    /// Begins an entry; the one before must be ended.
    pub fn begin(&mut self, name: &str) {
        let flags = if name.is_ascii() { 0 } else { UTF8 };
        let offset = self.position();
        self.entries.push(Entry { name: name.to_owned(), crc: 0, packed: 0, raw: 0, offset, flags });
        self.crc = crc32fast::Hasher::new();
        self.streaming = false;
    }

    /// Adds the next block of the entry.
    pub fn add(&mut self, block: &Packed) {
        let Some(entry) = self.entries.last_mut() else { return };
        entry.packed += block.bytes.len() as u64;
        entry.raw += block.raw;
        self.crc.combine(&crc32fast::Hasher::new_with_initial_len(block.crc, block.raw));
        let large = self.held.len() + block.bytes.len() > HELD || entry.raw >= LIMIT;
        if !self.streaming && large {
            self.streaming = true;
            entry.flags |= DESCRIPTOR;
            local_header(&mut self.out, entry, true);
            self.out.append(&mut self.held);
        }
        let target = if self.streaming { &mut self.out } else { &mut self.held };
        target.extend_from_slice(&block.bytes);
    }

    /// Ends the entry.
    pub fn end(&mut self) {
        let Some(entry) = self.entries.last_mut() else { return };
        entry.crc = std::mem::take(&mut self.crc).finalize();
        if self.streaming {
            put(&mut self.out, 0x0807_4b50, 4);
            put(&mut self.out, u64::from(entry.crc), 4);
            put(&mut self.out, entry.packed, 8);
            put(&mut self.out, entry.raw, 8);
        } else {
            local_header(&mut self.out, entry, false);
            self.out.append(&mut self.held);
        }
    }

    /// Writes the directory: after this the archive is complete.
    pub fn finish(&mut self) {
        let start = self.position();
        for entry in &self.entries {
            central_header(&mut self.out, entry);
        }
        let (end, count) = (self.position(), self.entries.len() as u64);
        if count >= 0xffff || end >= LIMIT {
            let out = &mut self.out;
            put(out, 0x0606_4b50, 4);
            put(out, 44, 8);
            put(out, u64::from(MADE_BY), 2);
            put(out, u64::from(VERSION), 2);
            put(out, 0, 8);
            put(out, count, 8);
            put(out, count, 8);
            put(out, end - start, 8);
            put(out, start, 8);
            put(out, 0x0706_4b50, 4);
            put(out, 0, 4);
            put(out, end, 8);
            put(out, 1, 4);
        }
        let out = &mut self.out;
        put(out, 0x0605_4b50, 4);
        put(out, 0, 4);
        put(out, count.min(0xffff), 2);
        put(out, count.min(0xffff), 2);
        put(out, (end - start).min(LIMIT), 4);
        put(out, start.min(LIMIT), 4);
        put(out, 0, 2);
    }

    /// Takes what was written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        self.taken += self.out.len() as u64;
        std::mem::take(&mut self.out)
    }

    /// Bytes that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.out.len()
    }

    fn position(&self) -> u64 {
        self.taken + self.out.len() as u64
    }
}

/// Appends the low `bytes` bytes of a number, lowest first.
fn put(out: &mut Vec<u8>, value: u64, bytes: usize) {
    out.extend_from_slice(&value.to_le_bytes()[..bytes]);
}

fn local_header(out: &mut Vec<u8>, entry: &Entry, streaming: bool) {
    put(out, 0x0403_4b50, 4);
    put(out, if streaming { u64::from(VERSION) } else { 20 }, 2);
    put(out, u64::from(entry.flags), 2);
    put(out, u64::from(DEFLATED), 2);
    put(out, 0, 2);
    put(out, u64::from(DATE), 2);
    put(out, if streaming { 0 } else { u64::from(entry.crc) }, 4);
    put(out, if streaming { LIMIT } else { entry.packed }, 4);
    put(out, if streaming { LIMIT } else { entry.raw }, 4);
    put(out, entry.name.len() as u64, 2);
    put(out, if streaming { 20 } else { 0 }, 2);
    out.extend_from_slice(entry.name.as_bytes());
    if streaming {
        // The real sizes follow in the data descriptor.
        put(out, 1, 2);
        put(out, 16, 2);
        put(out, 0, 8);
        put(out, 0, 8);
    }
}

fn central_header(out: &mut Vec<u8>, entry: &Entry) {
    let mut extra = Vec::new();
    let mut field = |value: u64| {
        if value >= LIMIT {
            put(&mut extra, value, 8);
        }
        value.min(LIMIT)
    };
    let (raw, packed, offset) = (field(entry.raw), field(entry.packed), field(entry.offset));
    put(out, 0x0201_4b50, 4);
    put(out, u64::from(MADE_BY), 2);
    put(out, if entry.flags & DESCRIPTOR != 0 || !extra.is_empty() { u64::from(VERSION) } else { 20 }, 2);
    put(out, u64::from(entry.flags), 2);
    put(out, u64::from(DEFLATED), 2);
    put(out, 0, 2);
    put(out, u64::from(DATE), 2);
    put(out, u64::from(entry.crc), 4);
    put(out, packed, 4);
    put(out, raw, 4);
    put(out, entry.name.len() as u64, 2);
    put(out, if extra.is_empty() { 0 } else { extra.len() as u64 + 4 }, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, u64::from(PERMISSIONS), 4);
    put(out, offset, 4);
    out.extend_from_slice(entry.name.as_bytes());
    if !extra.is_empty() {
        put(out, 1, 2);
        put(out, extra.len() as u64, 2);
        out.append(&mut extra);
    }
}

#[cfg(test)]
mod tests {
    use super::super::deflate::{BLOCK, Block, Level, pack};
    use super::*;
    use std::io::{Cursor, Read};

    /// Noise, so that the entry outgrows what is held back.
    fn noise(len: usize) -> Vec<u8> {
        let mut seed = 7u64;
        let mut next = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 56) as u8
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn an_independent_reader_opens_small_and_streamed_entries() {
        let files =
            [("a/empty.csv", vec![]), ("a/größe.csv", b"x\r\n".to_vec()), ("a/big.bin", noise(HELD + 3 * BLOCK))];
        let mut archive = Archive::default();
        let mut bytes = Vec::new();
        for (name, content) in &files {
            archive.begin(name);
            for piece in content.chunks(BLOCK) {
                let block = Block { bytes: piece.to_vec(), ..Block::default() };
                archive.add(&pack(&block, Level::Fast).unwrap());
            }
            archive.add(&pack(&Block { last: true, ..Block::default() }, Level::Fast).unwrap());
            archive.end();
            bytes.extend(archive.take());
        }
        archive.finish();
        bytes.extend(archive.take());
        let mut zip = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.len(), files.len());
        for (i, (name, content)) in files.iter().enumerate() {
            let mut entry = zip.by_index(i).unwrap();
            let mut back = Vec::new();
            entry.read_to_end(&mut back).unwrap();
            assert_eq!(entry.name().unwrap(), *name);
            assert!(back == *content);
        }
    }
}
