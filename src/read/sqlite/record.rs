//! Take a row's bytes apart with [`Record`]: its values in the order of the columns.

/// A value as it is stored. Text is not checked to be UTF-8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// Reads a variable-length integer; gives it and the bytes after it.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (i, &byte) in bytes.iter().take(9).enumerate() {
        if i == 8 {
            return Some((number << 8 | u64::from(byte), bytes.get(9..)?));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, bytes.get(i + 1..)?));
        }
    }
    None
}

/// The values of one row. After damage it yields `None` once and ends.
#[derive(Debug)]
pub(super) struct Record<'a> {
    types: &'a [u8],
    body: &'a [u8],
}

impl<'a> Record<'a> {
    /// Splits a row into its list of types and its body.
    pub(super) fn new(payload: &'a [u8]) -> Option<Self> {
        let (length, rest) = varint(payload)?;
        let length = usize::try_from(length).ok()?;
        let types = rest.get(..length.checked_sub(payload.len() - rest.len())?)?;
        Some(Record { types, body: payload.get(length..)? })
    }

    fn value(&mut self) -> Option<Value<'a>> {
        let (kind, types) = varint(self.types)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let (bytes, body) = self.body.split_at_checked(length)?;
        (self.types, self.body) = (types, body);
        Some(match kind {
            0 => Value::Null,
            1..=6 => {
                let negative = bytes.first().is_some_and(|b| *b >= 0x80);
                let grow = |n: i64, b: &u8| n << 8 | i64::from(*b);
                Value::Int(bytes.iter().fold(if negative { -1 } else { 0 }, grow))
            }
            7 => Value::Float(f64::from_be_bytes(*bytes.first_chunk()?)),
            8 => Value::Int(0),
            9 => Value::Int(1),
            _ if kind % 2 == 0 => Value::Blob(bytes),
            _ => Value::Text(bytes),
        })
    }
}

impl<'a> Iterator for Record<'a> {
    type Item = Option<Value<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.types.is_empty() {
            return None;
        }
        let value = self.value();
        if value.is_none() {
            self.types = &[];
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_have_up_to_nine_bytes() {
        assert_eq!(varint(&[0x7f, 1]), Some((127, &[1][..])));
        assert_eq!(varint(&[0x81, 0]), Some((128, &[][..])));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, &[][..])));
        assert_eq!(varint(&[0xff; 8]), None);
    }

    #[test]
    fn values_are_read_by_their_types() {
        let row = [6, 0, 1, 5, 9, 17, 0xfe, 0x80, 0, 0, 0, 0, 1, b'h', b'i'];
        let values: Vec<_> = Record::new(&row).unwrap().map(Option::unwrap).collect();
        let low = -(1 << 47) + 1;
        assert_eq!(values, [Value::Null, Value::Int(-2), Value::Int(low), Value::Int(1), Value::Text(b"hi")]);
    }

    #[test]
    fn a_value_beyond_the_end_ends_the_record() {
        let row = [3, 1, 6, 5, 0];
        let values: Vec<_> = Record::new(&row).unwrap().collect();
        assert_eq!(values, [Some(Value::Int(5)), None]);
    }
}
