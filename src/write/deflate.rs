//! Compresses a file in blocks that do not depend on each other, so that workers can share the work.
//!
//! Each block ends on a byte; joined they are one deflate stream. The borders are fixed, so one worker or many give the
//! same bytes.

mod bits;
mod codes;
mod crc;
mod fast;
mod search;

use crate::error::{Code, Error, Place, Result};
use crate::table::STEP;
use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};

/// Bytes of a file in one block; the last of a file or of a stretch of rows may be shorter.
pub const BLOCK: usize = 512 << 10;

/// How hard to compress each block, by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// As tables allow it.
    #[default]
    Fast,
    /// With zlib's level 9: a twentieth smaller; the whole job takes five times as long.
    Small,
}

/// Part of a file, ready to be compressed by anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The bytes themselves.
    pub bytes: Vec<u8>,
    /// Whether the file ends here.
    pub last: bool,
}

/// Cuts bytes that come in pieces of any length into blocks.
#[derive(Default)]
pub struct Cut {
    /// Where to append the bytes.
    pub buffer: Vec<u8>,
}

impl Cut {
    /// Of bytes that are all at hand.
    pub fn of(bytes: Vec<u8>) -> Cut {
        Cut { buffer: bytes }
    }

    /// Whether there is a block, and more: one byte more than a block shows that the block is not the last.
    pub fn is_full(&self) -> bool {
        self.buffer.len() > BLOCK
    }

    /// The next block, the last if nothing is left and `ended` says that nothing follows.
    pub fn block(&mut self, ended: bool) -> Block {
        // Growing again from little would cost copies.
        let room = if ended && !self.is_full() { 0 } else { BLOCK + 2 * STEP };
        let mut bytes = std::mem::replace(&mut self.buffer, Vec::with_capacity(room));
        self.buffer.extend_from_slice(&bytes[bytes.len().min(BLOCK)..]);
        bytes.truncate(BLOCK);
        Block { bytes, last: ended && self.buffer.is_empty() }
    }
}

/// A compressed block, or several joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Deflate data that end on a byte.
    pub bytes: Vec<u8>,
    /// CRC-32 of the block alone.
    pub crc: u32,
    /// Length of the block.
    pub raw: u64,
}

impl Packed {
    /// Appends what follows.
    pub fn join(&mut self, next: &Packed) {
        self.bytes.extend_from_slice(&next.bytes);
        let mut crc = Hasher::new_with_initial_len(self.crc, self.raw);
        crc.combine(&Hasher::new_with_initial_len(next.crc, next.raw));
        self.crc = crc.finalize();
        self.raw += next.raw;
    }
}

/// Compresses a block.
///
/// # Errors
/// [`Code::OutOfMemory`] when the compressor cannot be set up.
pub fn pack(block: &Block, level: Level) -> Result<Packed> {
    let bytes = match level {
        Level::Fast => fast::deflate(&block.bytes, block.last),
        Level::Small => small(block)?,
    };
    Ok(Packed { crc: crc::crc32(&block.bytes), raw: block.bytes.len() as u64, bytes })
}

fn small(block: &Block) -> Result<Vec<u8>> {
    let fail = |_| Error::new(Code::OutOfMemory, Place::default());
    let mut deflate = Compress::new(Compression::new(9), false);
    // Bytes that do not compress grow by a few per block.
    let mut out = Vec::with_capacity(block.bytes.len() / 2 + 1024);
    let flush = if block.last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        let from = deflate.total_in() as usize;
        let status = deflate.compress_vec(&block.bytes[from..], &mut out, flush).map_err(fail)?;
        let done = match status {
            Status::StreamEnd => true,
            // A sync flush is complete once it leaves room unused.
            _ => !block.last && deflate.total_in() as usize == block.bytes.len() && out.len() < out.capacity(),
        };
        if done {
            return Ok(out);
        }
        out.reserve(out.capacity() / 2 + 1024);
    }
}

#[cfg(test)]
mod tests {
    use super::search::FAR;
    use super::*;
    use std::io::{Read, Write};

    fn noise(seed: &mut u64) -> u8 {
        *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*seed >> 56) as u8
    }

    /// Random bytes, words, and what stood anywhere before, mixed.
    fn mixture(len: usize, seed: &mut u64) -> Vec<u8> {
        let mut out = vec![b','];
        while out.len() < len {
            let (kind, many) = (noise(seed) % 4, usize::from(noise(seed)));
            let back = 1 + (usize::from(noise(seed)) * 300 + many) % out.len();
            for _ in 0..many {
                out.push(match kind {
                    0 => noise(seed),
                    1 => b"0123456789abcdefghijk.-, "[usize::from(noise(seed)) % 25],
                    _ => out[out.len() - back],
                });
            }
        }
        out.truncate(len);
        out
    }

    /// So many bytes of several shapes: all is the same, nothing is, parts are; words, scripts, rows.
    fn shapes(len: usize) -> Vec<Vec<u8>> {
        let seed = &mut 1;
        let random: Vec<u8> = (0..len).map(|_| noise(seed)).collect();
        let letters: Vec<u8> = random.iter().map(|byte| b'a' + byte % 26).collect();
        let table = (0..).flat_map(|row: usize| {
            let time = 1_760_000_000.5 + row as f64 * 0.37;
            format!("app:{},{},page,{row},player/s/p{},{time},FALSE\r\n", row % 5, row % 7, row % 31).into_bytes()
        });
        vec![
            vec![b','; len],
            vec![b'A'; len],
            (0..len).map(|i| b"abcdef"[i % 6]).collect(),
            (0..len).map(|i| if i % 5000 < 2500 { random[i] } else { b"abcdef"[i % 6] }).collect(),
            (0..len).map(|i| letters[i % 5000]).collect(),
            (0..len).map(|i| letters[i % 40_000]).collect(),
            // As far back as deflate can refer to, further, and where half a place is a whole turn.
            (0..len).map(|i| random[i % FAR]).collect(),
            (0..len).map(|i| random[i % (FAR + 1)]).collect(),
            (0..len).map(|i| random[i % 0x10000]).collect(),
            "見える、変数。".bytes().cycle().take(len).collect(),
            table.take(len).collect(),
            mixture(len, seed),
            random,
            letters,
        ]
    }

    #[test]
    fn joined_blocks_are_one_stream() {
        let lengths = [0, 1, 3, 4, 8, 9, 12, 257, 300, 0xffff, 0x10000, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7];
        for raw in lengths.into_iter().flat_map(shapes) {
            for level in [Level::Fast, Level::Small] {
                let (mut cut, mut joined) = (Cut::of(raw.clone()), Packed::default());
                let mut last = false;
                while !last {
                    let block = cut.block(true);
                    last = block.last;
                    joined.join(&pack(&block, level).unwrap());
                }
                let mut back = Vec::new();
                flate2::read::DeflateDecoder::new(joined.bytes.as_slice()).read_to_end(&mut back).unwrap();
                assert!(back == raw, "{} bytes come back", raw.len());
                assert_eq!((joined.crc, joined.raw), (crc32fast::hash(&raw), raw.len() as u64));
                let most = raw.len() + raw.len() / 1000 + 64;
                assert!(joined.bytes.len() <= most, "{} bytes of {}", joined.bytes.len(), raw.len());
            }
        }
    }

    #[test]
    fn tables_get_smaller_than_with_the_fastest_level_of_zlib() {
        let raw = std::fs::read("tests/cases/protect/canary/uproot_canary_raw_ultralong.csv").unwrap();
        let mut zlib = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&raw).unwrap();
        let fast = pack(&Cut::of(raw).block(true), Level::Fast).unwrap();
        assert!(fast.bytes.len() < zlib.finish().unwrap().len());
    }
}
