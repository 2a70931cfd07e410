//! Unpacks a dump; where there may be threads, in one of its own while what came out before is read.

use super::gzip::{End, Gunzip};
use crate::error::Result;
use crate::limits::Limits;

/// Takes packed bytes, gives unpacked ones, in this thread or in another.
pub(super) enum Unpack {
    Here(Box<Gunzip>),
    #[cfg(not(target_arch = "wasm32"))]
    There(there::Unpacking),
}

impl Unpack {
    /// Packed files of this length are worth a thread, in bytes.
    #[cfg(not(target_arch = "wasm32"))]
    const LONG: u64 = 1 << 20;

    /// At the beginning of a file of so many bytes.
    pub fn new(size: u64, limits: Limits) -> Self {
        let gunzip = Box::new(Gunzip::new(limits));
        match size {
            #[cfg(not(target_arch = "wasm32"))]
            Self::LONG.. if limits.threads > 1 => Unpack::There(there::Unpacking::new(gunzip)),
            _ => Unpack::Here(gunzip),
        }
    }

    /// Unpacks a chunk and hands on what came out; a thread is one chunk behind.
    ///
    /// # Errors
    /// As [`Gunzip::push`], at the same place of what is handed on.
    pub fn push(&mut self, chunk: &[u8], take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        match self {
            Unpack::Here(gunzip) => gunzip.push(chunk, take),
            #[cfg(not(target_arch = "wasm32"))]
            Unpack::There(unpacking) => unpacking.push(chunk, take),
        }
    }

    /// The end of the file.
    ///
    /// # Errors
    /// As [`Gunzip::finish`].
    pub fn finish(&mut self, take: impl FnMut(&[u8]) -> Result<()>) -> Result<End> {
        match self {
            Unpack::Here(gunzip) => gunzip.finish(take),
            #[cfg(not(target_arch = "wasm32"))]
            Unpack::There(unpacking) => unpacking.finish(take),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod there {
    use super::{End, Gunzip};
    use crate::error::{Code, Error, Place, Result};
    use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
    use std::thread;

    /// Unpacked bytes that are handed over at once, or a few more.
    const PIECE: usize = 256 << 10;

    /// What comes of packed bytes, in the order of the file.
    enum Back {
        Bytes(Vec<u8>),
        /// A chunk was unpacked, and all bytes of it came.
        Chunk(Result<()>),
        End(Result<End>),
    }

    /// A thread that unpacks.
    pub struct Unpacking {
        packed: Option<SyncSender<Vec<u8>>>,
        back: Receiver<Back>,
        /// Where buffers go to be used again.
        used: Sender<Vec<u8>>,
        /// Chunks of which bytes may still come.
        chunks: u32,
    }

    impl Unpacking {
        pub fn new(gunzip: Box<Gunzip>) -> Self {
            // What waits is bounded, however far a chunk unpacks.
            let ((packed, chunks), (give, back), (used, free)) = (sync_channel(1), sync_channel(2), channel());
            let given = Given { bytes: Vec::new(), give, free };
            thread::spawn(move || given.all(*gunzip, &chunks));
            Unpacking { packed: Some(packed), back, used, chunks: 0 }
        }

        pub fn push(&mut self, chunk: &[u8], mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
            self.packed.as_ref().and_then(|packed| packed.send(chunk.to_vec()).ok()).ok_or_else(gone)?;
            self.chunks += 1;
            while self.chunks > 1 {
                self.next(&mut take)?;
            }
            Ok(())
        }

        pub fn finish(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<End> {
            self.packed = None;
            loop {
                if let Some(end) = self.next(&mut take)? {
                    return Ok(end);
                }
            }
        }

        fn next(&mut self, take: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<Option<End>> {
            match self.back.recv().map_err(|_| gone())? {
                Back::Bytes(bytes) => {
                    take(&bytes)?;
                    let _ = self.used.send(bytes);
                }
                Back::Chunk(unpacked) => {
                    self.chunks -= 1;
                    unpacked?;
                }
                Back::End(end) => return end.map(Some),
            }
            Ok(None)
        }
    }

    /// The thread's side. Where the other hangs up, it wants no more.
    struct Given {
        bytes: Vec<u8>,
        give: SyncSender<Back>,
        free: Receiver<Vec<u8>>,
    }

    impl Given {
        fn all(mut self, mut gunzip: Gunzip, chunks: &Receiver<Vec<u8>>) -> Option<()> {
            while let Ok(chunk) = chunks.recv() {
                let unpacked = gunzip.push(&chunk, |bytes| self.take(bytes));
                self.give()?;
                self.give.send(Back::Chunk(unpacked)).ok()?;
            }
            let end = gunzip.finish(|bytes| self.take(bytes));
            self.give()?;
            self.give.send(Back::End(end)).ok()
        }

        fn take(&mut self, bytes: &[u8]) -> Result<()> {
            self.bytes.extend_from_slice(bytes);
            if self.bytes.len() < PIECE { Ok(()) } else { self.give().ok_or_else(gone) }
        }

        fn give(&mut self) -> Option<()> {
            let mut next = self.free.try_recv().unwrap_or_default();
            next.clear();
            self.give.send(Back::Bytes(std::mem::replace(&mut self.bytes, next))).ok()
        }
    }

    fn gone() -> Error {
        Error::new(Code::Io, Place::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Error, Place};
    use std::io::Write;

    /// What comes out, how it ends, and where the taker stops it.
    fn all(mut unpack: Unpack, packed: &[u8], step: usize, most: usize) -> (Vec<u8>, String) {
        let mut out = Vec::new();
        let mut take = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            if out.len() > most { Err(Error::new(Code::OutOfMemory, Place::default())) } else { Ok(()) }
        };
        let pushed = packed.chunks(step).try_for_each(|chunk| unpack.push(chunk, &mut take));
        let end = pushed.and_then(|()| unpack.finish(&mut take));
        (out, format!("{end:?}"))
    }

    #[test]
    fn one_thread_is_one() {
        let limits = Limits { threads: 1, ..Limits::default() };
        assert!(matches!(Unpack::new(u64::MAX, limits), Unpack::Here(_)));
    }

    #[test]
    fn a_thread_unpacks_the_same() {
        let plain: Vec<u8> =
            (0..400_000u32).flat_map(|i| (i.wrapping_mul(0x9e37_79b9) >> (i % 29)).to_le_bytes()).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).unwrap();
        let whole = gzip.finish().unwrap();
        let (mut damaged, mut trailing) = (whole.clone(), whole.clone());
        let middle = damaged.len() / 2;
        damaged[middle..middle + 100].fill(0xff);
        trailing.extend(b"behind it");
        for packed in [&whole[..], &[&whole[..], &whole[..]].concat(), &whole[..middle], &damaged, &trailing, b"none"] {
            for step in [packed.len(), 50_000, 4096, 999] {
                let limits = Limits::default();
                let here = all(Unpack::new(0, limits), packed, step, usize::MAX);
                assert_eq!(all(Unpack::new(u64::MAX, limits), packed, step, usize::MAX), here);
            }
        }
        let (out, end) = all(Unpack::new(u64::MAX, Limits::default()), &whole, 4096, 1000);
        assert!(
            out.len() > 1000 && plain.starts_with(&out) && end.contains("out-of-memory") | end.contains("OutOfMemory"),
            "{end}"
        );
    }
}
