//! Unpacks gzip as it arrives, within the limits on how far it may unpack.

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use flate2::write::GzDecoder;
use std::io::Write;

/// The first two bytes of every gzip file.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Takes packed bytes, gives unpacked ones.
pub struct Gunzip {
    /// The member that is being unpacked.
    decoder: GzDecoder<Vec<u8>>,
    limits: Limits,
    /// Bytes of a step that is not complete yet.
    pending: Vec<u8>,
    packed: u64,
    unpacked: u64,
    /// Where bytes follow the last member that do not begin another.
    tail: Option<u64>,
}

/// How the packed data ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With a checksum that fits.
    Whole,
    /// Whole, but bytes that are not gzip follow from this place on.
    Trailing(u64),
    /// In the middle.
    Truncated,
    /// With a checksum that does not fit.
    Damaged,
}

impl Gunzip {
    /// So much is handed to the decoder at once, which bounds what one step can unpack to (deflate: 1032 to 1).
    /// Steps begin at multiples of it, so that places do not depend on how the input is cut.
    const STEP: usize = 4096;

    /// At the beginning of a file.
    pub fn new(limits: Limits) -> Self {
        let (decoder, pending) = (GzDecoder::new(Vec::new()), Vec::new());
        Gunzip { decoder, limits, pending, packed: 0, unpacked: 0, tail: None }
    }

    /// Unpacks a chunk and hands the result on piece by piece.
    ///
    /// # Errors
    /// [`Code::Damaged`] where the data are not gzip (everything before was handed on),
    /// [`Code::InflatesTooFar`], and what `take` returns.
    pub fn push(&mut self, mut chunk: &[u8], mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if !self.pending.is_empty() {
            let (head, rest) = chunk.split_at(chunk.len().min(Self::STEP - self.pending.len()));
            self.pending.extend_from_slice(head);
            chunk = rest;
            if self.pending.len() < Self::STEP {
                return Ok(());
            }
            let step = std::mem::take(&mut self.pending);
            self.step(&step, &mut take)?;
        }
        let mut steps = chunk.chunks_exact(Self::STEP);
        for step in &mut steps {
            self.step(step, &mut take)?;
        }
        self.pending.extend_from_slice(steps.remainder());
        Ok(())
    }

    fn step(&mut self, step: &[u8], take: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut rest = step;
        while !rest.is_empty() && self.tail.is_none() {
            let written = match self.decoder.write(rest) {
                Ok(0) => self.next_member(self.packed + (step.len() - rest.len()) as u64, rest),
                other => other,
            };
            self.hand_on(take)?;
            match written {
                Ok(n) => rest = &rest[n..],
                Err(_) => return Err(Error::new(Code::Damaged, Place::default().byte(self.packed))),
            }
        }
        self.packed += step.len() as u64;
        self.limits.inflation(self.packed, self.unpacked)
    }

    /// Checks the member that ended and begins the next one, if there is one.
    fn next_member(&mut self, at: u64, rest: &[u8]) -> std::io::Result<usize> {
        self.decoder.try_finish()?;
        if rest.iter().zip(MAGIC).all(|(a, b)| *a == b) {
            let out = std::mem::take(self.decoder.get_mut());
            self.decoder = GzDecoder::new(out);
        } else {
            self.tail = Some(at);
        }
        Ok(0)
    }

    fn hand_on(&mut self, take: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let out = self.decoder.get_mut();
        self.unpacked += out.len() as u64;
        let taken = if out.is_empty() { Ok(()) } else { take(out) };
        out.clear();
        taken
    }

    /// The end of the file.
    ///
    /// # Errors
    /// As for [`Gunzip::push`].
    pub fn finish(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<End> {
        let rest = std::mem::take(&mut self.pending);
        self.step(&rest, &mut take)?;
        if let Some(at) = self.tail {
            return Ok(End::Trailing(at));
        }
        let end = match self.decoder.try_finish() {
            Ok(()) => End::Whole,
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => End::Truncated,
            // A decoder that would take another byte has not seen the whole checksum.
            Err(_) if self.decoder.write(&[0]).is_ok_and(|n| n > 0) => End::Truncated,
            Err(_) => End::Damaged,
        };
        self.hand_on(&mut take)?;
        Ok(end)
    }
}
