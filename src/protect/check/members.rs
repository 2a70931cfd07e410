//! Reads a ZIP from its first byte to its last, a piece at a time: push packed bytes, take the members' bytes.
//!
//! Nothing is sought, so that an archive inside another can be read while that is unpacked. Where a reader of archives
//! asks the directory at the end, this goes by the headers before the members, and the directory must then say the same:
//! no byte of a file is passed over. It reads what Windrow writes and what is as plain (no passwords, no other methods).

use flate2::{Decompress, FlushDecompress, Status};

use super::unreadable;
use crate::error::Result;

/// The signatures of the parts of a ZIP.
const LOCAL: &[u8] = b"PK\x03\x04";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const END: &[u8] = b"PK\x05\x06";

/// Sizes of these parts, without names and extra fields.
const LOCAL_SIZE: usize = 30;
const CENTRAL_SIZE: usize = 46;
const END_64_SIZE: usize = 56;
const LOCATOR_64_SIZE: usize = 20;
const END_SIZE: usize = 22;

/// A size or offset of which 64 bits stand elsewhere.
const LONG: u64 = 0xffff_ffff;
/// The number of the extra field with sizes of 64 bits.
const ZIP_64: u64 = 1;

/// Flags that change nothing here: how hard deflate tried, and that names are UTF-8.
const HARMLESS: u64 = 0b1000_0000_0110;
/// The flag of checksum and sizes that follow the data.
const DESCRIBED: u64 = 0b1000;

/// What [`Members::next`] met.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// More of the ZIP must be pushed first.
    Nothing,
    /// A member begins; its name.
    Member(String),
    /// Bytes of it.
    Bytes,
    /// It has ended, with the checksum and size that it should have.
    End,
    /// The ZIP is at its end.
    Whole,
}

/// What stands about a member before or behind it, and again in the directory.
struct Known {
    name: String,
    /// Flags and method, as they stand in the header.
    packing: u64,
    crc: u64,
    packed: u64,
    size: u64,
    offset: u64,
}

/// The member being unpacked.
struct Open {
    known: Known,
    /// What unpacks it; nothing where it is stored.
    inflate: Option<Decompress>,
    /// Packed bytes read, bytes that came of them, and their checksum.
    packed: u64,
    size: u64,
    crc: crc32fast::Hasher,
    /// Bytes of a size in the descriptor that follows, where one does.
    descriptor: Option<usize>,
}

enum State {
    /// Before a header or the directory.
    Between,
    Data(Box<Open>),
    /// Behind the data of a member: its descriptor remains.
    Behind(Box<Open>),
    Whole,
}

/// A ZIP on its way past.
pub(super) struct Members {
    input: Vec<u8>,
    used: usize,
    /// Bytes of the ZIP before those that are left.
    at: u64,
    state: State,
    met: Vec<Known>,
    /// How many of them the directory has repeated.
    repeated: usize,
}

impl Members {
    /// At the beginning of a ZIP.
    pub fn new() -> Members {
        Members { input: Vec::new(), used: 0, at: 0, state: State::Between, met: Vec::new(), repeated: 0 }
    }

    /// The next bytes of the ZIP.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.drain(..self.used);
        self.used = 0;
        self.input.extend_from_slice(bytes);
    }

    /// Whether the ZIP is at its end, and nothing was pushed behind it.
    pub fn is_whole(&self) -> bool {
        matches!(self.state, State::Whole) && self.input().is_empty()
    }

    fn input(&self) -> &[u8] {
        self.input.get(self.used..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.used += bytes;
        self.at += bytes as u64;
    }

    /// Goes on to whatever comes next; up to `most` bytes of a member take the place of those in `out`.
    ///
    /// # Errors
    /// [`crate::error::Code::Io`] when this is no ZIP, not a plain one, or damaged.
    pub fn next(&mut self, out: &mut Vec<u8>, most: usize) -> Result<Met> {
        out.clear();
        match std::mem::replace(&mut self.state, State::Between) {
            State::Between => self.between(),
            State::Data(mut open) => {
                let ended = self.unpack(&mut open, out, most)?;
                open.size += out.len() as u64;
                open.crc.update(out);
                if !ended {
                    self.state = State::Data(open);
                    // What does not fill the room has used up what was there.
                    return Ok(if out.is_empty() { Met::Nothing } else { Met::Bytes });
                }
                self.state = State::Behind(open);
                if out.is_empty() { self.next(out, most) } else { Ok(Met::Bytes) }
            }
            State::Behind(open) => self.behind(open),
            State::Whole => {
                self.state = State::Whole;
                if self.is_whole() { Ok(Met::Whole) } else { Err(unreadable()) }
            }
        }
    }

    /// Adds bytes of a member; answers whether its data have ended.
    fn unpack(&mut self, open: &mut Open, out: &mut Vec<u8>, most: usize) -> Result<bool> {
        let input = self.input.get(self.used..).unwrap_or_default();
        let Some(inflate) = &mut open.inflate else {
            let left = usize::try_from(open.known.packed.saturating_sub(open.packed)).unwrap_or(usize::MAX);
            let n = input.len().min(most).min(left);
            out.extend_from_slice(input.get(..n).unwrap_or_default());
            open.packed += n as u64;
            self.skip(n);
            return Ok(n == left);
        };
        out.reserve(most);
        let before = inflate.total_in();
        let status = inflate.decompress_vec(input, out, FlushDecompress::None).map_err(|_| unreadable())?;
        let used = (inflate.total_in() - before) as usize;
        open.packed += used as u64;
        self.skip(used);
        Ok(status == Status::StreamEnd)
    }

    /// Compares a member with what its header or its descriptor says.
    fn behind(&mut self, mut open: Box<Open>) -> Result<Met> {
        if let Some(width) = open.descriptor {
            // The signature may be missing; there are always more bytes behind it than those of one.
            let input = self.input();
            let from = if input.starts_with(DESCRIPTOR) { DESCRIPTOR.len() } else { 0 };
            if input.len() < DESCRIPTOR.len() + 4 + 2 * width {
                self.state = State::Behind(open);
                return Ok(Met::Nothing);
            }
            open.known.crc = number(input, from, 4);
            open.known.packed = number(input, from + 4, width);
            open.known.size = number(input, from + 4 + width, width);
            self.skip(from + 4 + 2 * width);
        }
        let Open { known, packed, size, crc, .. } = *open;
        if (known.crc, known.packed, known.size) != (u64::from(crc.finalize()), packed, size) {
            return Err(unreadable());
        }
        self.met.push(known);
        Ok(Met::End)
    }

    /// Reads a header, or a part of the directory.
    fn between(&mut self) -> Result<Met> {
        loop {
            let input = self.input();
            let fixed = match input.get(..LOCAL.len()) {
                None => return Ok(Met::Nothing),
                Some(LOCAL) => LOCAL_SIZE,
                Some(CENTRAL) => CENTRAL_SIZE,
                Some(END_64) => END_64_SIZE,
                Some(LOCATOR_64) => LOCATOR_64_SIZE,
                Some(END) => END_SIZE,
                Some(_) => return Err(unreadable()),
            };
            // The lengths of what follows: name, extra field, comment.
            let lengths: &[usize] = match fixed {
                LOCAL_SIZE => &[26, 28],
                CENTRAL_SIZE => &[28, 30, 32],
                END_SIZE => &[20],
                _ => &[],
            };
            let whole = fixed + lengths.iter().map(|at| number(input, *at, 2) as usize).sum::<usize>();
            if input.len() < fixed || input.len() < whole {
                return Ok(Met::Nothing);
            }
            let part = input.get(..whole).unwrap_or_default();
            match fixed {
                LOCAL_SIZE => {
                    let open = self.open(part)?;
                    let name = open.known.name.clone();
                    self.skip(whole);
                    self.state = State::Data(Box::new(open));
                    return Ok(Met::Member(name));
                }
                CENTRAL_SIZE => self.repeats(part)?,
                END_64_SIZE if number(part, 4, 8) as usize != END_64_SIZE - 12 => return Err(unreadable()),
                // A comment would not have been searched.
                END_SIZE if whole > fixed || self.repeated < self.met.len() => return Err(unreadable()),
                _ => {}
            }
            self.repeated += usize::from(fixed == CENTRAL_SIZE);
            self.skip(whole);
            if fixed == END_SIZE {
                self.state = State::Whole;
                return if self.is_whole() { Ok(Met::Whole) } else { Err(unreadable()) };
            }
        }
    }

    /// The member of a local header.
    fn open(&self, header: &[u8]) -> Result<Open> {
        let flags = number(header, 6, 2);
        let (inflate, stored) = match number(header, 8, 2) {
            0 => (None, true),
            8 => (Some(Decompress::new(false)), false),
            _ => return Err(unreadable()),
        };
        let descriptor = flags & DESCRIBED != 0;
        // Of stored bytes with nothing before them nobody can tell where they end.
        if flags & !(HARMLESS | DESCRIBED) != 0 || descriptor && stored || self.repeated > 0 {
            return Err(unreadable());
        }
        let name = header.get(LOCAL_SIZE..LOCAL_SIZE + number(header, 26, 2) as usize).unwrap_or_default();
        let (mut packed, mut size) = (number(header, 18, 4), number(header, 22, 4));
        let extra = header.get(LOCAL_SIZE + name.len()..).unwrap_or_default();
        let long = longs(extra, [&mut size, &mut packed, &mut 0]);
        let name = String::from_utf8(name.to_vec()).map_err(|_| unreadable())?;
        let (packing, crc) = (number(header, 6, 4), number(header, 14, 4));
        let known = Known { name, packing, crc, packed, size, offset: self.at };
        let descriptor = descriptor.then_some(if long { 8 } else { 4 });
        Ok(Open { known, inflate, packed: 0, size: 0, crc: crc32fast::Hasher::new(), descriptor })
    }

    /// Compares an entry of the directory with the member that was met.
    fn repeats(&self, header: &[u8]) -> Result<()> {
        let known = self.met.get(self.repeated).ok_or_else(unreadable)?;
        let name = header.get(CENTRAL_SIZE..CENTRAL_SIZE + number(header, 28, 2) as usize).unwrap_or_default();
        let (mut packed, mut size, mut offset) = (number(header, 20, 4), number(header, 24, 4), number(header, 42, 4));
        longs(header.get(CENTRAL_SIZE + name.len()..).unwrap_or_default(), [&mut size, &mut packed, &mut offset]);
        let same = (packed, size, offset) == (known.packed, known.size, known.offset)
            && (number(header, 8, 4), number(header, 16, 4)) == (known.packing, known.crc)
            && name == known.name.as_bytes();
        // A comment would not have been searched.
        if same && number(header, 32, 2) == 0 { Ok(()) } else { Err(unreadable()) }
    }
}

/// The little-endian number of so many bytes at a place, as far as they are there.
fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes.get(at..).unwrap_or_default();
    bytes.iter().take(width).rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// Reads those of some sizes from an extra field that do not fit in 32 bits; answers whether it has any.
fn longs(mut extra: &[u8], sizes: [&mut u64; 3]) -> bool {
    while extra.len() >= 4 {
        let (kind, length) = (number(extra, 0, 2), number(extra, 2, 2) as usize);
        if kind == ZIP_64 {
            let mut at = 4;
            for size in sizes.into_iter().filter(|size| **size == LONG) {
                *size = number(extra, at, 8);
                at += 8;
            }
            return true;
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
    false
}
