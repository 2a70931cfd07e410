//! Compresses a file in blocks that do not depend on each other's output, so that workers can share the work.
//!
//! Each block is deflated with the 32 KiB before it as dictionary and ends on a byte; joined they are one
//! deflate stream. The borders are fixed, so one worker or many give the same bytes.

use crate::error::{Code, Error, Place, Result};
use crate::table::STEP;
use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};

/// Bytes of a file in one block; the last of a file or of a stretch of rows may be shorter.
pub const BLOCK: usize = 512 << 10;

/// Bytes before a block that deflate can refer to.
pub const WINDOW: usize = 32 << 10;

/// How hard to compress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Deflate level 1.
    #[default]
    Fast,
    /// Deflate level 6: about a third smaller, three to four times slower.
    Small,
}

/// Part of a file, ready to be compressed by anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Up to 32 KiB that precede it in the file.
    pub before: Vec<u8>,
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
    before: Vec<u8>,
}

impl Cut {
    /// Of bytes that are all at hand.
    pub fn of(bytes: Vec<u8>) -> Cut {
        Cut { buffer: bytes, before: Vec::new() }
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
        let window = bytes[bytes.len().saturating_sub(WINDOW)..].to_vec();
        let before = std::mem::replace(&mut self.before, window);
        Block { before, bytes, last: ended && self.buffer.is_empty() }
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
    let fail = |_| Error::new(Code::OutOfMemory, Place::default());
    let level = match level {
        Level::Fast => 1,
        Level::Small => 6,
    };
    let mut deflate = Compress::new(Compression::new(level), false);
    if !block.before.is_empty() {
        deflate.set_dictionary(&block.before).map_err(fail)?;
    }
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
            break;
        }
        out.reserve(out.capacity() / 2 + 1024);
    }
    // Where a processor has no instruction for it, as in wasm, this one is the faster of the two at hand.
    let mut crc = flate2::Crc::new();
    crc.update(&block.bytes);
    Ok(Packed { crc: crc.sum(), raw: block.bytes.len() as u64, bytes: out })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn joined_blocks_are_one_stream() {
        let mut seed = 1u64;
        let noise = |seed: &mut u64| {
            *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (*seed >> 56) as u8
        };
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
            for level in [Level::Fast, Level::Small] {
                let raw: Vec<u8> =
                    (0..len).map(|i| if i % 5000 < 2500 { noise(&mut seed) } else { b"abcdef"[i % 6] }).collect();
                let mut joined = Packed::default();
                for start in (0..len.max(1)).step_by(BLOCK) {
                    let end = len.min(start + BLOCK);
                    let before = raw[start.saturating_sub(WINDOW)..start].to_vec();
                    let block = Block { before, bytes: raw[start..end].to_vec(), last: end == len };
                    joined.join(&pack(&block, level).unwrap());
                }
                let mut back = Vec::new();
                flate2::read::DeflateDecoder::new(joined.bytes.as_slice()).read_to_end(&mut back).unwrap();
                assert!(back == raw, "{len} bytes come back");
                assert_eq!((joined.crc, joined.raw), (crc32fast::hash(&raw), len as u64));
            }
        }
    }
}
