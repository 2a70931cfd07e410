//! Short values that were met lately, found without a look at the index or the arena: most values are short.

use super::column::ValueId;
use crate::value::Type;

/// Places for values; a power of two. They take 64 kB, which no count of memory includes.
const PLACES: usize = 1 << 12;

/// Type and text of a value of up to eight bytes, as numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short {
    text: u64,
    /// Type and length.
    about: u32,
}

impl Short {
    /// `None` when the text is longer.
    #[inline]
    pub fn new(kind: Type, text: &[u8]) -> Option<Short> {
        let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
        let number = match text {
            [] => 0,
            [a] => u64::from(*a),
            [a, b] => u64::from(u16::from_le_bytes([*a, *b])),
            [a, b, c] => u64::from(u32::from_le_bytes([*a, *b, *c, 0])),
            _ if text.len() <= 8 => four(text.first_chunk()?) | four(text.last_chunk()?) << (8 * (text.len() - 4)),
            _ => return None,
        };
        Some(Short { text: number, about: u32::from(kind.0) << 8 | text.len() as u32 })
    }

    fn place(self) -> usize {
        let mixed = (self.text ^ u64::from(self.about) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> (64 - PLACES.ilog2())) as usize
    }
}

/// Each place holds the last value of those that share it.
#[derive(Debug, Default)]
pub(super) struct Lately {
    /// Text, type and length, as in [`Short`].
    places: Vec<(u64, u32, ValueId)>,
}

impl Lately {
    /// The value, if nothing took its place.
    #[inline]
    pub fn find(&self, short: Short) -> Option<ValueId> {
        let (text, about, id) = *self.places.get(short.place())?;
        ((text, about) == (short.text, short.about)).then_some(id)
    }

    /// Remembers a value.
    pub fn add(&mut self, short: Short, id: ValueId) {
        if self.places.is_empty() {
            self.places.resize(PLACES, (0, u32::MAX, ValueId::TOMBSTONE));
        }
        if let Some(place) = self.places.get_mut(short.place()) {
            *place = (short.text, short.about, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::column::Values;

    #[test]
    fn every_short_text_is_told_from_every_other() {
        let (mut values, mut lately) = (Values::default(), Lately::default());
        let texts: Vec<&[u8]> =
            vec![b"", b"\0", b"\0\0", b"1", b"10", b"100", b"1000", b"10000", b"1000000", b"10000000"];
        let kinds = [Type::INT, Type::FLOAT, Type::CELL];
        for (number, (kind, text)) in kinds.iter().flat_map(|kind| texts.iter().map(move |t| (*kind, *t))).enumerate() {
            let id = values.intern(Type::INT, &number.to_string()).unwrap();
            let short = Short::new(kind, text).unwrap();
            assert_eq!(lately.find(short), None);
            lately.add(short, id);
            assert_eq!(lately.find(short), Some(id));
        }
        assert!(Short::new(Type::INT, b"123456789").is_none());
    }
}
