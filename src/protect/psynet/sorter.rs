//! Puts the rows of a table into their new order, however many they are: what outgrows a budget is packed, and merged.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::order;

/// Most bytes that are held as they are, whatever the limits allow.
const MOST: u64 = 64 << 20;

/// A row: its place in the new order, and where it is in the text.
type Row = (u32, usize, usize);

/// Rows under way. Add them in any order, then take them out with [`Sorter::finish`].
pub(super) struct Sorter {
    text: Vec<u8>,
    rows: Vec<Row>,
    runs: Vec<Run>,
    budget: usize,
    limits: Limits,
    packed: u64,
    /// How many rows were added.
    pub met: usize,
}

/// Rows in their order, packed.
struct Run {
    packed: DeflateDecoder<Cursor<Vec<u8>>>,
    /// The next row, and its place; none at the end.
    place: Option<u32>,
    row: Vec<u8>,
}

fn broken(_: std::io::Error) -> Error {
    Error::new(Code::OutOfMemory, Place::default()).detail("Rows could not be packed.")
}

impl Sorter {
    pub fn new(limits: &Limits) -> Sorter {
        let budget = MOST.min(limits.memory / 16) as usize;
        Sorter { text: Vec::new(), rows: Vec::new(), runs: Vec::new(), budget, limits: *limits, packed: 0, met: 0 }
    }

    /// Adds a row, which `write` appends to the bytes that it is given.
    pub fn add(&mut self, place: u32, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        let start = self.text.len();
        write(&mut self.text)?;
        self.rows.push((place, start, self.text.len()));
        self.met += 1;
        if self.text.len() < self.budget { Ok(()) } else { self.pack() }
    }

    /// Hands out all rows in order.
    pub fn finish(mut self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if self.runs.is_empty() {
            order::by_key(&mut self.rows, |row| row.0);
            return self
                .rows
                .iter()
                .try_for_each(|(_, start, end)| sink(self.text.get(*start..*end).unwrap_or_default()));
        }
        self.pack()?;
        self.text = Vec::new();
        self.runs.iter_mut().try_for_each(Run::next)?;
        while let Some(run) = self.runs.iter_mut().min_by_key(|run| run.place.map_or(u64::MAX, u64::from)) {
            if run.place.is_none() {
                break;
            }
            sink(&run.row)?;
            run.next()?;
        }
        Ok(())
    }

    /// Packs what is held.
    fn pack(&mut self) -> Result<()> {
        order::by_key(&mut self.rows, |row| row.0);
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        for (place, start, end) in self.rows.drain(..) {
            let row = self.text.get(start..end).unwrap_or_default();
            let head = u64::from(place) << 32 | row.len() as u64;
            packer.write_all(&head.to_le_bytes()).and_then(|()| packer.write_all(row)).map_err(broken)?;
        }
        self.text.clear();
        let bytes = packer.finish().map_err(broken)?;
        self.packed += bytes.len() as u64;
        self.runs.push(Run { packed: DeflateDecoder::new(Cursor::new(bytes)), place: None, row: Vec::new() });
        self.limits.memory(self.packed)
    }
}

impl Run {
    /// Unpacks the next row.
    fn next(&mut self) -> Result<()> {
        self.row.clear();
        let mut head = [0; 8];
        if self.packed.read(head.get_mut(..1).unwrap_or_default()).map_err(broken)? == 0 {
            self.place = None;
            return Ok(());
        }
        self.packed.read_exact(head.get_mut(1..).unwrap_or_default()).map_err(broken)?;
        let head = u64::from_le_bytes(head);
        self.place = Some((head >> 32) as u32);
        self.row.resize((head & u64::from(u32::MAX)) as usize, 0);
        self.packed.read_exact(&mut self.row).map_err(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_whatever_is_packed() {
        for memory in [16, 16 * 20, 16 * 300, 1 << 30] {
            let mut sorter = Sorter::new(&Limits { memory: 1 << 30, ..Limits::default() });
            sorter.budget = memory / 16;
            // 37 and 100 have no divisor in common, so each place comes once.
            for place in (0..100).map(|n| n * 37 % 100) {
                let row = "x".repeat(place as usize % 7) + &place.to_string();
                sorter.add(place, |out| out.write_all(row.as_bytes()).map_err(broken)).unwrap();
            }
            let mut place = 0;
            let mut sink = |row: &[u8]| {
                assert_eq!(row, ("x".repeat(place % 7) + &place.to_string()).as_bytes());
                place += 1;
                Ok(())
            };
            sorter.finish(&mut sink).unwrap();
            assert_eq!(place, 100);
        }
    }
}
