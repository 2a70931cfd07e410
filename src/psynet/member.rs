//! Stream one file or one member of an archive: ask, be pushed, get plain bytes.
//!
//! A member is inflated while it is read and may be read as often as wanted; nothing of it is kept.

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::source::Want;
use flate2::{Decompress, FlushDecompress, Status};
use std::sync::Arc;

/// Where the bytes of an archive or of a plain file are.
#[derive(Clone, Debug)]
pub enum Home {
    /// A file that was given: its index and size.
    File(usize, u64),
    /// An archive inside an archive, unpacked into memory.
    Memory(Arc<[u8]>),
}

impl Home {
    /// Size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Home::File(_, size) => *size,
            Home::Memory(bytes) => bytes.len() as u64,
        }
    }
}

/// How a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// Deflate.
    Deflated,
    /// With a password.
    Encrypted,
    /// Another method.
    Other,
}

/// A file or a member of an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// Path as dropped, with archives as folders: `export.zip/regular/database.zip/data/info.csv`.
    pub path: String,
    /// Where its bytes are.
    pub home: Home,
    /// Offset of its local header, `None` for a plain file.
    pub header: Option<u64>,
    /// Bytes as packed.
    pub packed: u64,
    /// Bytes as the directory says it unpacks to.
    pub size: u64,
    /// Checksum as the directory says.
    pub crc: Option<u32>,
    /// How it is packed.
    pub method: Method,
}

impl Member {
    /// A file that was given.
    pub fn file(path: &str, index: usize, size: u64) -> Self {
        let home = Home::File(index, size);
        Member { path: path.to_owned(), home, header: None, packed: size, size, crc: None, method: Method::Stored }
    }

    /// Begins to read it.
    pub fn stream(&self, limits: &Limits) -> Result<Stream> {
        let fail = |code| Err(Error::new(code, Place::file(&self.path)));
        match self.method {
            Method::Encrypted => return fail(Code::Encrypted),
            Method::Other => return fail(Code::Unsupported),
            Method::Stored | Method::Deflated => {}
        }
        Ok(Stream {
            member: self.clone(),
            limits: *limits,
            input: Vec::new(),
            used: 0,
            at: self.header.unwrap_or(0),
            end: self.header.map_or(self.packed, |h| h.saturating_add(HEADER)),
            in_header: self.header.is_some(),
            inflate: (self.method == Method::Deflated).then(|| Decompress::new(false)),
            out: 0,
            crc: crc32fast::Hasher::new(),
            ended: false,
        })
    }
}

/// Size of a local header without name and extra field.
const HEADER: u64 = 30;

/// Packed bytes asked for at once.
const PIECE: u64 = 128 << 10;

/// What [`Stream::read`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A range must be pushed first.
    Want(Want),
    /// Bytes were added.
    Some,
    /// The member is at its end, and its checksum is right.
    End,
}

/// A member being read.
#[derive(Debug)]
pub struct Stream {
    member: Member,
    limits: Limits,
    input: Vec<u8>,
    used: usize,
    /// The next byte to ask for, and the end of what is to be asked for.
    at: u64,
    end: u64,
    in_header: bool,
    inflate: Option<Decompress>,
    out: u64,
    crc: crc32fast::Hasher,
    ended: bool,
}

impl Stream {
    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.input.extend_from_slice(chunk);
        self.at += chunk.len() as u64;
    }

    /// Adds up to about `most` bytes to `out`.
    pub fn read(&mut self, out: &mut Vec<u8>, most: usize) -> Result<Flow> {
        loop {
            if self.ended {
                return self.check();
            }
            let before = out.len();
            let hungry = if self.in_header { !self.read_header()? } else { self.take(out, most)? };
            let added = out.get(before..).unwrap_or_default();
            if !added.is_empty() {
                self.out += added.len() as u64;
                self.crc.update(added);
                self.limits.inflation(self.read_in(), self.out).map_err(|e| e.in_file(&self.member.path))?;
                return Ok(Flow::Some);
            }
            if self.ended {
                return self.check();
            }
            if !hungry {
                continue;
            }
            if self.used == self.input.len() {
                self.input.clear();
                self.used = 0;
            }
            if self.at >= self.end {
                if self.inflate.is_none() && !self.in_header {
                    self.ended = true;
                    return self.check();
                }
                return Err(self.error(Code::Truncated));
            }
            let range = self.at..self.end.min(self.at.saturating_add(PIECE));
            if range.end > self.member.home.size() {
                return Err(self.error(Code::Truncated));
            }
            match &self.member.home {
                Home::File(file, _) => return Ok(Flow::Want(Want { file: *file, range })),
                Home::Memory(bytes) => {
                    let piece = bytes.get(range.start as usize..range.end as usize).unwrap_or_default();
                    self.input.extend_from_slice(piece);
                    self.at = range.end;
                }
            }
        }
    }

    /// Reads the local header, which only says where the data begin; answers whether it was all there.
    fn read_header(&mut self) -> Result<bool> {
        if (self.input.len() as u64) < HEADER {
            return Ok(false);
        }
        let field = |at: usize| match self.input.get(at..at + 2) {
            Some(&[low, high]) => u64::from(u16::from_le_bytes([low, high])),
            _ => 0,
        };
        if self.input.get(..4) != Some(b"PK\x03\x04") {
            return Err(self.error(Code::Damaged));
        }
        self.at = self.at.saturating_add(field(26) + field(28));
        self.end = self.at.saturating_add(self.member.packed);
        self.in_header = false;
        self.input.clear();
        Ok(true)
    }

    /// Unpacks what is at hand; answers whether more is needed.
    fn take(&mut self, out: &mut Vec<u8>, most: usize) -> Result<bool> {
        let input = self.input.get(self.used..).unwrap_or_default();
        let Some(inflate) = &mut self.inflate else {
            let n = input.len().min(most);
            out.extend_from_slice(input.get(..n).unwrap_or_default());
            self.used += n;
            return Ok(n == 0);
        };
        out.reserve(most);
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress_vec(input, out, FlushDecompress::None);
        let consumed = inflate.total_in() - read;
        let idle = consumed == 0 && inflate.total_out() == written;
        self.used += consumed as usize;
        match status {
            Ok(Status::StreamEnd) => {
                self.ended = true;
                Ok(false)
            }
            Ok(_) => Ok(idle),
            Err(_) => Err(self.error(Code::Damaged)),
        }
    }

    /// Packed bytes that were really used: the size that the directory says may be a lie.
    fn read_in(&self) -> u64 {
        self.inflate.as_ref().map_or(self.out, Decompress::total_in)
    }

    fn check(&self) -> Result<Flow> {
        if self.member.crc.is_some_and(|crc| crc != self.crc.clone().finalize()) {
            return Err(self.error(Code::ChecksumMismatch));
        }
        Ok(Flow::End)
    }

    fn error(&self, code: Code) -> Error {
        Error::new(code, Place::file(&self.member.path).byte(self.out))
    }
}
