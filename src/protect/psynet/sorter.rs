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
/// About so many bytes of rows are packed or handed out at once.
const PIECE: usize = 512 << 10;

/// A row: its place in the new order, and where it is in the text.
type Row = (u32, usize, usize);

/// Rows under way. Add them in any order, pack while there is something to pack, then take them out with
/// [`Sorter::hand_out`].
pub(super) struct Sorter {
    text: Vec<u8>,
    rows: Vec<Row>,
    /// What was packed of the rows, which are in order, and how many.
    packing: Option<(DeflateEncoder<Vec<u8>>, usize)>,
    runs: Vec<Run>,
    /// How many rows were handed out that are not packed, once they are in order.
    out: Option<usize>,
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
        Sorter {
            text: Vec::new(),
            rows: Vec::new(),
            packing: None,
            runs: Vec::new(),
            out: None,
            budget: MOST.min(limits.memory / 16) as usize,
            limits: *limits,
            packed: 0,
            met: 0,
        }
    }

    /// Adds a row, which `write` appends to the bytes that it is given.
    pub fn add(&mut self, place: u32, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        let start = self.text.len();
        write(&mut self.text)?;
        self.rows.push((place, start, self.text.len()));
        self.met += 1;
        Ok(())
    }

    /// Packs some of what outgrows the budget; answers whether there is more to pack before another row may be added.
    pub fn pack(&mut self) -> Result<bool> {
        Ok((self.packing.is_some() || self.text.len() >= self.budget) && self.pack_some()?)
    }

    /// Hands out some rows in their order; answers whether there are more.
    pub fn hand_out(&mut self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        if !self.runs.is_empty() && !self.rows.is_empty() {
            return self.pack_some().map(|_| true);
        }
        let mut room = PIECE;
        let Some(out) = &mut self.out else {
            order::by_number(&mut self.rows, |row| row.0);
            self.runs.iter_mut().try_for_each(Run::next)?;
            self.out = Some(0);
            return Ok(true);
        };
        while room > 0 {
            if let Some((_, start, end)) = self.rows.get(*out) {
                sink(self.text.get(*start..*end).unwrap_or_default())?;
                room = room.saturating_sub(end - start);
                *out += 1;
                continue;
            }
            let next = self.runs.iter_mut().min_by_key(|run| run.place.map_or(u64::MAX, u64::from));
            let Some(run) = next.filter(|run| run.place.is_some()) else { return Ok(false) };
            sink(&run.row)?;
            room = room.saturating_sub(run.row.len());
            run.next()?;
        }
        Ok(true)
    }

    /// Packs some of what is held; answers whether there is more.
    fn pack_some(&mut self) -> Result<bool> {
        let (packer, done) = self.packing.get_or_insert_with(|| {
            order::by_number(&mut self.rows, |row| row.0);
            (DeflateEncoder::new(Vec::new(), Compression::fast()), 0)
        });
        let mut room = PIECE;
        while let Some((place, start, end)) = self.rows.get(*done).filter(|_| room > 0) {
            let row = self.text.get(*start..*end).unwrap_or_default();
            let head = u64::from(*place) << 32 | row.len() as u64;
            packer.write_all(&head.to_le_bytes()).and_then(|()| packer.write_all(row)).map_err(broken)?;
            room = room.saturating_sub(row.len());
            *done += 1;
        }
        if *done < self.rows.len() {
            return Ok(true);
        }
        let Some((packer, _)) = self.packing.take() else { return Ok(false) };
        let bytes = packer.finish().map_err(broken)?;
        self.text.clear();
        self.rows.clear();
        self.packed += bytes.len() as u64;
        self.runs.push(Run { packed: DeflateDecoder::new(Cursor::new(bytes)), place: None, row: Vec::new() });
        self.limits.memory(self.packed)?;
        Ok(false)
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
                while sorter.pack().unwrap() {}
            }
            let mut place = 0;
            let mut sink = |row: &[u8]| {
                assert_eq!(row, ("x".repeat(place % 7) + &place.to_string()).as_bytes());
                place += 1;
                Ok(())
            };
            while sorter.hand_out(&mut sink).unwrap() {}
            assert_eq!(place, 100);
        }
    }
}
