//! Reads a database dump: rows of msgpack, one after the other, as `uproot dump` writes them.
//!
//! There is no header, trailer or count. Rows that are damaged end the reading, since nothing marks where
//! the next one starts; everything before is kept and the place is reported.

use super::msgpack::{self, Found, Row};
use crate::error::{Code, Place, Problem, Problems, Result, grouped};
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
        self.settle(log)?;
        if !self.broken && !self.carry.is_empty() {
            self.stop(Code::Truncated);
        }
        Ok(())
    }

    /// Reads what is complete of what waits for more: nothing more may come.
    ///
    /// # Errors
    /// As for [`DumpReader::push`].
    pub fn settle(&mut self, log: &mut Builder) -> Result<()> {
        let mut carry = std::mem::take(&mut self.carry);
        let used = self.rows(&carry, log)?;
        carry.drain(..used);
        self.carry = carry;
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
        self.problems
            .add(Problem::new(code, place).detail(format!("{} complete changes were read.", grouped(self.rows))));
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
        if row.other_keys {
            self.problem(Code::UnknownKeys, None);
        }
        let (Some(storage), Some(field), Some(context), Some(stored), Some(time), false) = (
            row.namespace,
            row.field,
            row.context,
            row.value,
            row.created_at,
            row.odd || *self.numbered.get_or_insert(row.seq.is_some()) != row.seq.is_some(),
        ) else {
            self.problem(Code::BadRecord, row.field);
            return Ok(());
        };
        // Nearly all names were seen before.
        if let Some(names) = log.known(storage, field, context) {
            let Some(value) = self.value(field, stored, log)? else { return Ok(()) };
            return log.push_known(names, row.seq, value, time);
        }
        let (Ok(storage), Ok(name), Ok(context)) =
            (str::from_utf8(storage), str::from_utf8(field), str::from_utf8(context))
        else {
            self.problem(Code::BadRecord, row.field);
            return Ok(());
        };
        if log.leaves_out(storage, row.seq, time, stored) {
            return Ok(());
        }
        let Some(value) = self.value(field, stored, log)? else { return Ok(()) };
        log.push(Change { seq: row.seq, storage, field: name, value, time, context })
    }

    /// Stores the value of a field; `None` when the row must be left out.
    #[inline]
    fn value(&mut self, field: &[u8], stored: Option<&[u8]>, log: &mut Builder) -> Result<Option<ValueId>> {
        let Some(stored) = stored else { return Ok(Some(ValueId::TOMBSTONE)) };
        let [kind, payload @ ..] = stored else {
            self.problem(Code::BadRecord, Some(field));
            return Ok(None);
        };
        let (id, recoded) = log.value(Type::stored(*kind), payload)?;
        if recoded != Recoded::Fine {
            let place = self.place(Some(field));
            report(&mut self.problems, recoded, Type(*kind), || place.clone());
        }
        Ok(Some(id))
    }

    fn problem(&mut self, code: Code, field: Option<&[u8]>) {
        let place = self.place(field);
        self.problems.add(Problem::new(code, place));
    }

    /// Where the row stands that is being read.
    fn place(&self, field: Option<&[u8]>) -> Place {
        let field = field.and_then(|name| str::from_utf8(name).ok()).map(str::to_owned);
        Place { field, ..Place::default().record(self.rows + 1).byte(self.offset) }
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
