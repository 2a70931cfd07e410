//! Unpacks gzip as it arrives, within the limits on how far it may unpack.

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use flate2::write::MultiGzDecoder;
use std::io::Write;

/// The first two bytes of every gzip file.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Takes packed bytes, gives unpacked ones.
pub struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    limits: Limits,
    packed: u64,
    unpacked: u64,
    members: bool,
}

/// How the packed data ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With a checksum that fits.
    Whole,
    /// In the middle.
    Truncated,
    /// With something that is not gzip, after data that were.
    Damaged,
}

impl Gunzip {
    /// So much is handed to the decoder at once, which bounds what one step can unpack to (deflate: 1032 to 1).
    const STEP: usize = 4096;

    /// At the beginning of a file.
    pub fn new(limits: Limits) -> Self {
        Gunzip { decoder: MultiGzDecoder::new(Vec::new()), limits, packed: 0, unpacked: 0, members: false }
    }

    /// Unpacks a chunk and hands the result on piece by piece.
    ///
    /// # Errors
    /// [`Code::Damaged`] where the data are not gzip (everything before was handed on),
    /// [`Code::InflatesTooFar`], and what `take` returns.
    pub fn push(&mut self, chunk: &[u8], mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        for step in chunk.chunks(Self::STEP) {
            let written = self.decoder.write_all(step);
            self.hand_on(&mut take)?;
            if written.is_err() {
                return Err(Error::new(Code::Damaged, Place::default().byte(self.packed)));
            }
            self.packed += step.len() as u64;
            self.limits.inflation(self.packed, self.unpacked)?;
        }
        Ok(())
    }

    fn hand_on(&mut self, take: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let out = self.decoder.get_mut();
        self.unpacked += out.len() as u64;
        self.members |= !out.is_empty();
        let taken = if out.is_empty() { Ok(()) } else { take(out) };
        out.clear();
        taken
    }

    /// The end of the file.
    ///
    /// # Errors
    /// What `take` returns.
    pub fn finish(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<End> {
        let end = match self.decoder.try_finish() {
            Ok(()) => End::Whole,
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => End::Truncated,
            Err(_) => End::Damaged,
        };
        self.hand_on(&mut take)?;
        Ok(end)
    }
}
