//! Reads a database dump: rows of msgpack, one after the other, as `uproot dump` writes them.
//!
//! There is no header, trailer or count. Rows that are damaged end the reading, since nothing marks where
//! the next one starts; everything before is kept and the place is reported.

use super::msgpack::{self, Found, Row};
use crate::error::{Code, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::column::ValueId;
use crate::log::{Builder, Change};
use crate::value::{Recoded, Type};

/// Takes the bytes of a dump, cut anywhere, and fills a log.
#[derive(Debug)]
pub struct DumpReader {
    limits: Limits,
    /// Bytes of a row that is not complete yet.
    carry: Vec<u8>,
    /// Offset of the first byte of the next row in the unpacked dump.
    offset: u64,
    rows: u64,
    broken: bool,
    /// Whether rows have sequence numbers, as the first one says.
    numbered: Option<bool>,
    /// Bytes that must be at hand before looking at the incomplete row again is worth it.
    enough: usize,
    /// What was found on the way.
    pub problems: Problems,
}

impl DumpReader {
    /// Most rows are shorter.
    const SHORT: usize = 4 << 10;
    /// Rows beyond this length are waited for.
    const LONG: usize = 64 << 10;

    /// A reader at the beginning of a dump.
    pub fn new(limits: Limits) -> Self {
        DumpReader {
            limits,
            carry: Vec::new(),
            offset: 0,
            rows: 0,
            broken: false,
            numbered: None,
            enough: 0,
            problems: Problems::default(),
        }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the log is full.
    pub fn push(&mut self, chunk: &[u8], log: &mut Builder) -> Result<()> {
        if self.broken {
            return Ok(());
        }
        let mut rest = chunk;
        while !self.carry.is_empty() && !rest.is_empty() {
            // Only what may complete the row is copied; a row that comes in many pieces grows in large ones.
            let mut carry = std::mem::take(&mut self.carry);
            let held = carry.len();
            let (piece, after) = rest.split_at(rest.len().min(held.max(Self::SHORT)));
            carry.extend_from_slice(piece);
            let used = if carry.len() < self.enough { 0 } else { self.rows(&carry, log)? };
            if used < held {
                carry.drain(..used);
                (self.carry, rest) = (carry, after);
            } else {
                carry.clear();
                (self.carry, rest) = (carry, &rest[used - held..]);
            }
        }
        if self.broken {
            return Ok(());
        }
        let used = self.rows(rest, log)?;
        self.carry.extend_from_slice(&rest[used..]);
        Ok(())
    }

    /// The end of the dump: an incomplete row is reported.
    ///
    /// # Errors
    /// As for [`DumpReader::push`].
    pub fn finish(&mut self, log: &mut Builder) -> Result<()> {
        let mut carry = std::mem::take(&mut self.carry);
        let used = self.rows(&carry, log)?;
        carry.drain(..used);
        self.carry = carry;
        if !self.broken && !self.carry.is_empty() {
            self.stop(Code::Truncated);
        }
        Ok(())
    }

    /// How many bytes of the unpacked dump were read as whole rows.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn stop(&mut self, code: Code) {
        self.broken = true;
        self.carry = Vec::new();
        let place = Place::default().record(self.rows + 1).byte(self.offset);
        self.problems.add(Problem::new(code, place).detail(format!("{} complete changes were read.", self.rows)));
    }

    /// Reads whole rows; returns how many bytes they took.
    fn rows(&mut self, buffer: &[u8], log: &mut Builder) -> Result<usize> {
        let mut at = 0;
        let mut row = Row::default();
        while at < buffer.len() {
            match msgpack::read(&buffer[at..], &self.limits, &mut row) {
                Found::Row(n) => {
                    log.next_at(self.offset..self.offset + n as u64);
                    self.row(&row, log)?;
                    self.rows += 1;
                    at += n;
                    self.offset += n as u64;
                }
                Found::Partial => {
                    // A row that comes in many pieces is not scanned for each of them.
                    let seen = buffer.len() - at;
                    self.enough = if seen < Self::LONG { 0 } else { seen + seen / 4 };
                    break;
                }
                Found::Damaged => {
                    self.stop(Code::Damaged);
                    return Ok(buffer.len());
                }
            }
        }
        Ok(at)
    }

    fn row(&mut self, row: &Row<'_>, log: &mut Builder) -> Result<()> {
        let place = || Place::default().record(self.rows + 1).byte(self.offset);
        if row.other_keys {
            self.problems.add(Problem::new(Code::UnknownKeys, place()));
        }
        let text = |bytes: Option<&'_ [u8]>| bytes.and_then(|b| std::str::from_utf8(b).ok().map(str::to_owned));
        // Names are nearly always valid; only then are they borrowed without a copy.
        let (Some(Ok(storage)), Some(Ok(field)), Some(Ok(context)), Some(value), Some(time), false) = (
            row.namespace.map(std::str::from_utf8),
            row.field.map(std::str::from_utf8),
            row.context.map(std::str::from_utf8),
            row.value,
            row.created_at,
            row.odd || *self.numbered.get_or_insert(row.seq.is_some()) != row.seq.is_some(),
        ) else {
            let place = Place { field: text(row.field), ..place() };
            self.problems.add(Problem::new(Code::BadRecord, place));
            return Ok(());
        };
        if log.leaves_out(storage, row.seq, time, value) {
            return Ok(());
        }
        let value = match value {
            None => ValueId::TOMBSTONE,
            Some([kind, payload @ ..]) => {
                let (id, recoded) = log.value(Type::stored(*kind), payload)?;
                report(&mut self.problems, recoded, Type(*kind), || place().field(field));
                id
            }
            Some([]) => {
                self.problems.add(Problem::new(Code::BadRecord, place().field(field)));
                return Ok(());
            }
        };
        log.push(Change { seq: row.seq, storage, field, value, time, context })
    }
}

/// Turns what recoding a value said into a problem.
pub fn report(problems: &mut Problems, recoded: Recoded, kind: Type, place: impl Fn() -> Place) {
    match recoded {
        Recoded::Fine => {}
        Recoded::UnknownType => {
            problems.add(Problem::new(Code::UnknownType, place()).detail(format!("The type's number is {}.", kind.0)));
        }
        Recoded::BadValue => {
            problems.add(Problem::new(Code::BadValue, place()).detail(format!("The type is {}.", kind.name())));
        }
        Recoded::TooDeep => {
            let detail = format!("Its text is kept as it is. The type is {}.", kind.name());
            problems.add(Problem::new(Code::TooDeep, place()).detail(detail));
        }
    }
}
