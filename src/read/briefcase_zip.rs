//! Finds the ultralong tables in a ZIP archive that uproot or Windrow exported, and unpacks them as they arrive.
//!
//! Paths in an archive are only names here: nothing is ever written to where they point. Archives with
//! paths that would lead elsewhere are still refused, since no exporter writes such.

use super::recognise;
use crate::error::{Code, Error, Place, Result, grouped};
use crate::limits::Limits;
use crate::source::{FileInfo, Seekable, Sparse, Want};
use flate2::{Decompress, FlushDecompress, Status};
use std::ops::Range;
use zip::{CompressionMethod, ZipArchive};

/// Bytes read at once at the end of an archive, where its directory is.
const TAIL: u64 = 1 << 20;

/// Bytes before the name in the header in front of a member.
const HEADER: usize = 30;

/// One file to read: as it was given, or a member of an archive.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Index of the file given.
    pub file: usize,
    /// Path for people, and for checksums.
    pub path: String,
    /// Bytes of the file given.
    pub size: u64,
    /// Where it stands in the archive.
    pub member: Option<Member>,
}

/// A member of an archive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    header: u64,
    packed: u64,
    deflated: bool,
    /// Unpacked size and CRC-32 as the directory has them.
    pub size: u64,
    pub crc: u32,
}

/// A directory being read.
pub(super) struct Listing {
    file: usize,
    info: FileInfo,
    limits: Limits,
    sparse: Sparse,
    missing: Range<u64>,
    arrived: Vec<u8>,
}

/// What an archive holds.
pub(super) struct Listed {
    /// Members that may be ultralong tables.
    pub tables: Vec<Part>,
    /// Lists of checksums.
    pub sums: Vec<Part>,
    /// What to say when none of them is a table.
    pub otherwise: Error,
}

impl Listing {
    /// The archive with this index.
    pub fn new(file: usize, info: &FileInfo, limits: Limits) -> Self {
        let missing = info.size.saturating_sub(TAIL)..info.size;
        let sparse = Sparse::new(info.size);
        Listing { file, info: info.clone(), limits, sparse, missing, arrived: Vec::new() }
    }

    /// The next range, or what the archive holds.
    ///
    /// # Errors
    /// [`Code::Damaged`] when there is no directory, [`Code::Encrypted`], [`Code::UnsafePath`], limits.
    pub fn next(&mut self) -> Result<std::result::Result<Want, Listed>> {
        if !self.missing.is_empty() {
            return Ok(Ok(Want { file: self.file, range: self.missing.clone() }));
        }
        let archive = ZipArchive::new(&mut self.sparse as &mut dyn Seekable);
        // Even where a directory was found, a part of it may have been looked for in vain.
        let listed = archive.map(|archive| list(&archive, self.file, &self.info, &self.limits));
        if let Some(missing) = self.sparse.missing() {
            self.limits.memory(self.sparse.held())?;
            self.missing = missing;
            return self.next();
        }
        let broken = || {
            Error::new(Code::Damaged, Place::file(&self.info.path))
                .detail("The archive has no directory at its end; it may have been cut while it was saved or sent.")
        };
        listed.map_err(|_| broken())?.map(Err)
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.arrived.extend_from_slice(chunk);
        if self.arrived.len() as u64 >= self.missing.end.saturating_sub(self.missing.start) {
            self.sparse.fill(self.missing.start, std::mem::take(&mut self.arrived));
            self.missing = 0..0;
        }
    }
}

fn list(archive: &ZipArchive<&mut dyn Seekable>, file: usize, info: &FileInfo, limits: &Limits) -> Result<Listed> {
    let place = |name: &str| Place::file(format!("{}/{name}", info.path));
    if archive.len() > limits.members {
        return Err(Error::new(Code::TooManyMembers, Place::file(&info.path))
            .detail(format!("The limit is {}.", grouped(limits.members as u64))));
    }
    let mut names = Vec::new();
    let (mut tables, mut loose, mut sums) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index_data(index) else { continue };
        let name = entry.name().map(|n| n.replace('\\', "/")).unwrap_or_default();
        if leads_out(&name) {
            return Err(Error::new(Code::UnsafePath, Place::file(&info.path).record(index as u64 + 1)));
        }
        if entry.is_dir() || entry.is_symlink() || recognise::is_litter(&name) {
            continue;
        }
        let last = name.rsplit('/').next().unwrap_or_default();
        let in_ultralong = name.rsplit('/').nth(1) == Some("ultralong");
        let is_table = [".csv", ".jsonl", ".json"].iter().any(|end| last.ends_with(end))
            && !matches!(last, "DATA_DICTIONARY.json" | "windrow.json");
        if is_table || last == "SHA256SUMS" {
            if entry.encrypted() {
                return Err(Error::new(Code::Encrypted, place(&name)));
            }
            let deflated = match entry.compression() {
                CompressionMethod::Stored => false,
                CompressionMethod::Deflated => true,
                _ => {
                    return Err(Error::new(Code::Unsupported, place(&name))
                        .detail("It is packed in a way that exports are not; unpack the archive first."));
                }
            };
            let member = Member {
                header: entry.header_start(),
                packed: entry.compressed_size(),
                deflated,
                size: entry.size(),
                crc: entry.crc32(),
            };
            let path = format!("{}/{name}", info.path);
            let part = Part { file, path, size: info.size, member: Some(member) };
            match (is_table, in_ultralong) {
                (false, _) => sums.push(part),
                (true, true) => tables.push(part),
                (true, false) => loose.push(part),
            }
        }
        names.push(name);
    }
    // Without the folder that briefcases have, any table may be one.
    let tables = if tables.is_empty() { loose } else { tables };
    let otherwise = Error::new(Code::Unsupported, Place::file(&info.path)).detail(recognise::archive(&names));
    Ok(Listed { tables, sums, otherwise })
}

/// Whether a path would leave the folder that an archive is unpacked to.
fn leads_out(name: &str) -> bool {
    name.starts_with('/')
        || name.contains('\0')
        || name.as_bytes().get(1) == Some(&b':')
        || name.split('/').any(|part| part == "..")
}

/// A part being read: says where its bytes are and unpacks them.
pub(super) struct Reading {
    pub part: Part,
    at: u64,
    end: u64,
    /// The header in front of a member, until it is complete.
    header: Option<Vec<u8>>,
    inflate: Option<Decompress>,
    ended: bool,
    pub unpacked: u64,
    crc: crc32fast::Hasher,
}

/// How the bytes of a part ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Whole,
    /// Size or CRC-32 are others than the directory says.
    Mismatch,
    /// In the middle, or in something that cannot be unpacked.
    Broken,
}

impl Reading {
    /// At the beginning of a part.
    pub fn new(part: Part) -> Self {
        let (at, end, header) = match part.member {
            None => (0, part.size, None),
            Some(member) => (member.header, member.header.saturating_add(HEADER as u64), Some(Vec::new())),
        };
        let inflate = part.member.filter(|m| m.deflated).map(|_| Decompress::new(false));
        let end = end.min(part.size);
        Reading { part, at, end, header, inflate, ended: false, unpacked: 0, crc: crc32fast::Hasher::new() }
    }

    /// The next range; `None` at the end.
    pub fn want(&self) -> Option<Want> {
        (self.at < self.end && !self.ended).then_some(Want { file: self.part.file, range: self.at..self.end })
    }

    /// The next bytes, handed on unpacked.
    ///
    /// # Errors
    /// [`Code::InflatesTooFar`], and what `take` returns.
    pub fn push(
        &mut self,
        mut chunk: &[u8],
        limits: &Limits,
        take: &mut impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        if let Some(header) = &mut self.header {
            let n = chunk.len().min(HEADER - header.len());
            header.extend_from_slice(&chunk[..n]);
            self.at += n as u64;
            if header.len() < HEADER {
                return Ok(());
            }
            let number = |at: usize| u64::from(header[at]) | u64::from(header[at + 1]) << 8;
            if header.starts_with(b"PK\x03\x04") {
                self.at += number(26) + number(28);
                let packed = self.part.member.map_or(0, |m| m.packed);
                self.end = self.at.saturating_add(packed).min(self.part.size);
            } else {
                self.end = self.at;
            }
            self.header = None;
            // The rest of the chunk, if any, was not asked for.
            return Ok(());
        }
        let room = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        chunk = &chunk[..chunk.len().min(room)];
        self.at += chunk.len() as u64;
        let Some(inflate) = &mut self.inflate else {
            self.unpacked += chunk.len() as u64;
            self.crc.update(chunk);
            return take(chunk);
        };
        let mut out = Vec::with_capacity(64 << 10);
        while !self.ended {
            out.clear();
            let before = inflate.total_in();
            let status = inflate.decompress_vec(chunk, &mut out, FlushDecompress::None);
            let used = usize::try_from(inflate.total_in() - before).unwrap_or(chunk.len());
            chunk = chunk.get(used..).unwrap_or_default();
            self.unpacked += out.len() as u64;
            // Members may overlap, so what the archive has counts, not what its directory says.
            let packed = inflate.total_in().min(self.part.size);
            limits.inflation(packed, self.unpacked).map_err(|e| e.in_file(&self.part.path))?;
            self.crc.update(&out);
            take(&out)?;
            match status {
                Ok(Status::StreamEnd) | Err(_) => self.ended = true,
                Ok(_) if used == 0 && out.is_empty() => break,
                Ok(_) if chunk.is_empty() && out.len() < out.capacity() => break,
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// How it ended.
    pub fn ending(&self) -> Ending {
        let Some(member) = self.part.member else { return Ending::Whole };
        let complete = self.header.is_none() && if self.inflate.is_some() { self.ended } else { self.at == self.end };
        match complete {
            true if self.unpacked == member.size && self.crc.clone().finalize() == member.crc => Ending::Whole,
            true => Ending::Mismatch,
            false => Ending::Broken,
        }
    }
}
