//! One row of a dump: a msgpack map, found in place and sliced, never copied.
//!
//! uproot writes the keys in one order, but reads them by name; so does this. The fast way and the general
//! way are the same: a key is compared with the six names, everything else is skipped.

use crate::limits::Limits;

/// The values of one row, as they lie in the input.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row<'a> {
    /// `seq`; absent in dumps of appendmuch ≤ 0.0.5.
    pub seq: Option<u64>,
    /// `namespace`: the path of the storage.
    pub namespace: Option<&'a [u8]>,
    /// `field`.
    pub field: Option<&'a [u8]>,
    /// `value`: type byte and payload; `Some(None)` is nil, a tombstone.
    pub value: Option<Option<&'a [u8]>>,
    /// `created_at` in Unix seconds; not a number when nil.
    pub created_at: Option<f64>,
    /// `context`; nil is empty.
    pub context: Option<&'a [u8]>,
    /// Whether there were keys with other names.
    pub other_keys: bool,
    /// Whether one of the six has a type it cannot have.
    pub odd: bool,
}

/// What stands at the beginning of a buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found {
    /// A whole map of so many bytes.
    Row(usize),
    /// The beginning of a map; more bytes may complete it.
    Partial,
    /// Not a map with text keys, or deeper or longer than the limits.
    Damaged,
}

/// Looks at the beginning of a buffer. What was found of a row is in `row`.
pub fn read<'a>(buffer: &'a [u8], limits: &Limits, row: &mut Row<'a>) -> Found {
    let mut cursor = Cursor { buffer, at: 0 };
    *row = Row::default();
    match cursor.map(limits, row) {
        Ok(()) if cursor.at <= limits.record => Found::Row(cursor.at),
        Err(Stop::Short) if buffer.len() <= limits.record => Found::Partial,
        _ => Found::Damaged,
    }
}

/// Whether a file may be a dump: the first byte opens a map of a few keys and the first key is one of ours.
pub fn looks_like_dump(head: &[u8]) -> bool {
    let keys = match head.first() {
        Some(byte @ 0x83..=0x8f) => (byte & 15, 1),
        Some(0xde) => (6, 3),
        _ => return false,
    };
    let names: [&[u8]; 6] =
        [b"\xa3seq", b"\xa9namespace", b"\xa5field", b"\xa5value", b"\xaacreated_at", b"\xa7context"];
    keys.0 >= 5 && head.get(keys.1..).is_some_and(|rest| names.iter().any(|n| rest.starts_with(n)))
}

enum Stop {
    Short,
    Damaged,
}

/// A decoded msgpack value, as far as rows need it.
enum Item<'a> {
    Nil,
    Uint(u64),
    Float(f64),
    Str(&'a [u8]),
    Bin(&'a [u8]),
    /// Anything else, skipped.
    Other,
}

struct Cursor<'a> {
    buffer: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    fn take(&mut self, n: usize) -> Result<&'a [u8], Stop> {
        let end = self.at.checked_add(n).ok_or(Stop::Damaged)?;
        let bytes = self.buffer.get(self.at..end).ok_or(Stop::Short)?;
        self.at = end;
        Ok(bytes)
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = *self.buffer.get(self.at).ok_or(Stop::Short)?;
        self.at += 1;
        Ok(byte)
    }

    /// A big-endian unsigned integer of 1, 2, 4 or 8 bytes.
    #[inline]
    fn be(&mut self, n: usize) -> Result<u64, Stop> {
        Ok(match *self.take(n)? {
            [a] => u64::from(a),
            [a, b] => u64::from(u16::from_be_bytes([a, b])),
            [a, b, c, d] => u64::from(u32::from_be_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => return Err(Stop::Damaged),
        })
    }

    fn map(&mut self, limits: &Limits, row: &mut Row<'a>) -> Result<(), Stop> {
        let count = match self.byte()? {
            byte @ 0x80..=0x8f => u64::from(byte & 15),
            0xde => self.be(2)?,
            0xdf => self.be(4)?,
            _ => return Err(Stop::Damaged),
        };
        for _ in 0..count {
            let Item::Str(key) = self.item(limits.depth)? else { return Err(Stop::Damaged) };
            let value = self.item(limits.depth)?;
            match (key, value) {
                (b"seq", Item::Uint(n)) => row.seq = Some(n),
                (b"namespace", Item::Str(s)) => row.namespace = Some(s),
                (b"field", Item::Str(s)) => row.field = Some(s),
                (b"value", Item::Bin(b)) => row.value = Some(Some(b)),
                (b"value", Item::Nil) => row.value = Some(None),
                (b"created_at", Item::Float(t)) => row.created_at = Some(t),
                (b"created_at", Item::Uint(t)) => row.created_at = Some(t as f64),
                (b"created_at", Item::Nil) => row.created_at = Some(f64::NAN),
                (b"context", Item::Str(s)) => row.context = Some(s),
                (b"context", Item::Nil) => row.context = Some(b""),
                (b"seq" | b"namespace" | b"field" | b"value" | b"created_at" | b"context", _) => row.odd = true,
                _ => row.other_keys = true,
            }
        }
        Ok(())
    }

    fn item(&mut self, depth: usize) -> Result<Item<'a>, Stop> {
        let tag = self.byte()?;
        let n = match tag {
            0x00..=0x7f => return Ok(Item::Uint(u64::from(tag))),
            0xa0..=0xbf => return Ok(Item::Str(self.take(usize::from(tag & 31))?)),
            0xc0 => return Ok(Item::Nil),
            0xcc..=0xcf => return Ok(Item::Uint(self.be(1 << (tag - 0xcc))?)),
            0xd0..=0xd3 => {
                let width = 1 << (tag - 0xd0);
                let value = self.be(width)?;
                // A set top bit means a negative number, which none of the six can be.
                return Ok(if value >> (width * 8 - 1) == 0 { Item::Uint(value) } else { Item::Other });
            }
            0xca => return Ok(Item::Float(f64::from(f32::from_bits(self.be(4)? as u32)))),
            0xcb => return Ok(Item::Float(f64::from_bits(self.be(8)?))),
            0xc4..=0xc6 => {
                let n = self.be(1 << (tag - 0xc4))?;
                return Ok(Item::Bin(self.take(usize::try_from(n).map_err(|_| Stop::Damaged)?)?));
            }
            0xd9..=0xdb => {
                let n = self.be(1 << (tag - 0xd9))?;
                return Ok(Item::Str(self.take(usize::try_from(n).map_err(|_| Stop::Damaged)?)?));
            }
            0xc2 | 0xc3 | 0xe0..=0xff => return Ok(Item::Other),
            0xc7..=0xc9 => 1 + self.be(1 << (tag - 0xc7))?,
            0xd4..=0xd8 => 1 + (1 << (tag - 0xd4)),
            0x90..=0x9f => return self.items(u64::from(tag & 15), depth),
            0xdc => self.be(2).and_then(|n| self.items(n, depth)).map(|_| 0)?,
            0xdd => self.be(4).and_then(|n| self.items(n, depth)).map(|_| 0)?,
            0x80..=0x8f => return self.items(2 * u64::from(tag & 15), depth),
            0xde => self.be(2).and_then(|n| self.items(2 * n, depth)).map(|_| 0)?,
            0xdf => self.be(4).and_then(|n| self.items(2 * n, depth)).map(|_| 0)?,
            0xc1 => return Err(Stop::Damaged),
        };
        self.take(usize::try_from(n).map_err(|_| Stop::Damaged)?)?;
        Ok(Item::Other)
    }

    fn items(&mut self, n: u64, depth: usize) -> Result<Item<'a>, Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::Damaged)?;
        for _ in 0..n {
            self.item(depth)?;
        }
        Ok(Item::Other)
    }
}
