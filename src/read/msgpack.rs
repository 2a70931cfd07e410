//! One row of a dump: a msgpack map, found in place and sliced, never copied.
//!
//! uproot writes the keys in one order, but reads them by name; so does this: a row that is not as uproot writes it is
//! read key by key, each compared with the six names, everything else skipped.

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
#[inline]
pub fn read<'a>(buffer: &'a [u8], limits: &Limits, row: &mut Row<'a>) -> Found {
    match usual(buffer) {
        Some((found, rest)) if buffer.len() - rest.len() <= limits.record => {
            *row = found;
            Found::Row(buffer.len() - rest.len())
        }
        _ => read_any(buffer, limits, row),
    }
}

/// A whole row as uproot writes it, and what follows it.
#[inline]
fn usual(buffer: &[u8]) -> Option<(Row<'_>, &[u8])> {
    let (seq, rest) = usual_uint(after(buffer, b"\x86\xa3seq")?)?;
    let (namespace, rest) = usual_text(after(rest, b"\xa9namespace")?)?;
    let (field, rest) = usual_text(after(rest, b"\xa5field")?)?;
    let (value, rest) = usual_value(after(rest, b"\xa5value")?)?;
    let (time, rest) = after(rest, b"\xaacreated_at\xcb")?.split_first_chunk()?;
    let (context, rest) = usual_text(after(rest, b"\xa7context")?)?;
    let row = Row {
        seq: Some(seq),
        namespace: Some(namespace),
        field: Some(field),
        value: Some(value),
        created_at: Some(f64::from_be_bytes(*time)),
        context: Some(context),
        other_keys: false,
        odd: false,
    };
    Some((row, rest))
}

/// What follows a key.
#[inline(always)]
fn after<'a, const N: usize>(bytes: &'a [u8], key: &[u8; N]) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_first_chunk()?;
    (head == key).then_some(rest)
}

/// A sequence number, and what follows it.
#[inline(always)]
fn usual_uint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    match bytes {
        [tag @ ..0x80, rest @ ..] => Some((u64::from(*tag), rest)),
        [0xcc, a, rest @ ..] => Some((u64::from(*a), rest)),
        [0xcd, a, b, rest @ ..] => Some((u64::from(u16::from_be_bytes([*a, *b])), rest)),
        [0xce, a, b, c, d, rest @ ..] => Some((u64::from(u32::from_be_bytes([*a, *b, *c, *d])), rest)),
        _ => None,
    }
}

/// A name, and what follows it.
#[inline(always)]
fn usual_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes {
        [tag @ 0xa0..=0xbf, rest @ ..] => rest.split_at_checked(usize::from(tag & 31)),
        [0xd9, n, rest @ ..] => rest.split_at_checked(usize::from(*n)),
        _ => None,
    }
}

/// Type byte and payload or nil, and what follows.
#[inline(always)]
fn usual_value(bytes: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let (length, rest) = match bytes {
        [0xc4, n, rest @ ..] => (usize::from(*n), rest),
        [0xc5, a, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        [0xc0, rest @ ..] => return Some((None, rest)),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Some(value), rest))
}

/// Any row, key by key.
#[inline(never)]
fn read_any<'a>(buffer: &'a [u8], limits: &Limits, row: &mut Row<'a>) -> Found {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A row as uproot writes it, with other spellings of its number, its value and a name's length.
    fn row(seq: &[u8], value: &[u8], context: &[u8]) -> Vec<u8> {
        let time = 1.5f64.to_be_bytes();
        let keys: [&[u8]; 6] = [
            b"\x86\xa3seq",
            b"\xa9namespace\xa1n",
            b"\xa5field\xa0",
            b"\xa5value",
            b"\xaacreated_at\xcb",
            b"\xa7context",
        ];
        let parts: [&[u8]; 6] = [seq, b"", b"", value, &time, context];
        keys.iter().zip(parts).flat_map(|(key, part)| [*key, part].concat()).collect()
    }

    #[test]
    fn both_ways_find_the_same() {
        let numbers: [&[u8]; 6] = [b"\x7f", b"\xcc\xff", b"\xcd\x01\x02", b"\xce\xff\x01\x02\x03", b"\xe0", b"\xc0"];
        let values: [&[u8]; 5] = [b"\xc0", b"\xc4\x02\x07x", b"\xc5\x00\x01\x07", b"\xc4\x00", b"\xa1x"];
        let contexts: [&[u8]; 4] = [b"\xa0", b"\xd9\x02\xc3\xa9", b"\xda\x00\x01c", b"\xc0"];
        let limits = Limits::default();
        let mut usuals = 0;
        for case in 0..numbers.len() * values.len() * contexts.len() {
            let (seq, rest) = (numbers[case % numbers.len()], case / numbers.len());
            let (value, context) = (values[rest % values.len()], contexts[rest / values.len()]);
            let whole = row(seq, value, context);
            for end in 0..=whole.len() {
                let (mut one, mut other) = (Row::default(), Row::default());
                let found = read_any(&whole[..end], &limits, &mut other);
                assert_eq!(read(&whole[..end], &limits, &mut one), found);
                assert_eq!(found, if end < whole.len() { Found::Partial } else { Found::Row(end) });
                assert_eq!(one, other);
            }
            usuals += usize::from(usual(&whole).is_some());
        }
        assert_eq!(usuals, 4 * 4 * 2);
        let short = Limits { record: 10, ..limits };
        assert_eq!(read(&row(b"\x01", b"\xc0", b"\xa0"), &short, &mut Row::default()), Found::Damaged);
    }
}
