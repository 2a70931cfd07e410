//! Pass over a raw table: the survey's rows again, in file order or in the order of their primary key.
//!
//! Rows of a class come out in the order of the key while the file has them in heap order. Rows that come too
//! early wait; when those that wait exceed a budget, the last in order are dropped and fetched in another
//! pass over the compressed input. Memory is bounded, sorted tables take one pass, and every pass ends further on.

use super::copy_csv::{CopyCsv, Record};
use super::member::{Flow, Stream};
use super::shelf::{Aside, Shelf};
use super::survey::RawTable;
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::order::Map;
use crate::source::Want;

/// Raw text unpacked at once.
const PIECE: usize = 64 << 10;

/// What a pass did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Go {
    /// A range must be pushed first.
    Want(Want),
    /// A piece was read; there is more.
    More,
    /// The pass is over.
    End,
}

/// The rows of a table in file order, with their numbers.
#[derive(Debug)]
pub struct Scan {
    stream: Stream,
    csv: CopyCsv,
    piece: Vec<u8>,
    fields: usize,
    /// Rows that the survey found, and rows met.
    rows: usize,
    met: usize,
    header: bool,
    ended: bool,
}

impl Scan {
    /// Begins a pass.
    pub fn new(table: &RawTable, limits: &Limits) -> Result<Self> {
        Ok(Scan {
            stream: table.member.stream(limits)?,
            csv: CopyCsv::new(limits),
            piece: Vec::new(),
            fields: table.header.len(),
            rows: table.group_of.len(),
            met: 0,
            header: false,
            ended: false,
        })
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.stream.push(chunk);
    }

    /// How many rows were met.
    pub fn met(&self) -> usize {
        self.met
    }

    /// Reads a piece; each row that the survey counted goes to `sink` with its number.
    pub fn step(&mut self, sink: &mut dyn FnMut(usize, &Record) -> Result<()>) -> Result<Go> {
        // Whatever stopped the survey stands after its last row.
        if self.met >= self.rows || self.ended {
            return Ok(Go::End);
        }
        self.piece.clear();
        let flow = self.stream.read(&mut self.piece, PIECE)?;
        let Scan { csv, piece, fields, rows, met, header, ended, .. } = self;
        let mut row = |record: &Record| {
            if !std::mem::replace(header, true) || record.len() != *fields || *met >= *rows {
                return Ok(());
            }
            *met += 1;
            sink(*met - 1, record)
        };
        match flow {
            Flow::Want(want) => return Ok(Go::Want(want)),
            Flow::Some => csv.push(piece, &mut row)?,
            Flow::End => {
                *ended = true;
                csv.finish(&mut row)?;
            }
        }
        Ok(Go::More)
    }
}

/// The rows of one group in the order of their primary key.
#[derive(Debug)]
pub struct Sorted {
    group: u32,
    rows: u32,
    limits: Limits,
    scan: Option<Scan>,
    /// The next place, and the place where the pass that runs began.
    next: u32,
    began: u32,
    /// Places from here on were dropped in this pass.
    horizon: u32,
    waiting: Map<u32, Record>,
    held: u64,
    /// Most bytes that may wait.
    budget: u64,
    /// Rows of other groups, gathered in the first pass, and where they go after it.
    aside: Option<(Aside, Shelf)>,
}

/// Most bytes that wait, whatever the limits allow.
const MOST: u64 = 64 << 20;

impl Sorted {
    /// Begins with the rows of a group. Rows that wait may take a sixteenth of the memory budget.
    pub fn new(table: &RawTable, group: usize, limits: &Limits) -> Self {
        Sorted {
            group: group as u32,
            rows: table.groups.get(group).map_or(0, |g| g.rows),
            limits: *limits,
            scan: None,
            next: 0,
            began: 0,
            horizon: u32::MAX,
            waiting: Map::new(),
            held: 0,
            budget: MOST.min(limits.memory / 16),
            aside: None,
        }
    }

    /// The same, and rows of other groups that the first pass meets go to a shelf.
    pub fn setting_aside(mut self, aside: Aside, shelf: Shelf) -> Self {
        self.aside = Some((aside, shelf)).filter(|(aside, _)| !aside.is_empty());
        self
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        if let Some(scan) = &mut self.scan {
            scan.push(chunk);
        }
    }

    /// Reads a piece of the same table; each row whose turn it is goes to `sink`.
    pub fn step(&mut self, table: &RawTable, sink: &mut dyn FnMut(&Record) -> Result<()>) -> Result<Go> {
        if self.next >= self.rows && self.aside.is_none() {
            return Ok(Go::End);
        }
        let mut scan = match self.scan.take() {
            Some(scan) => scan,
            None => Scan::new(table, &self.limits)?,
        };
        let go = scan.step(&mut |row, record| self.row(table, row, record, sink))?;
        if go != Go::End {
            self.scan = Some(scan);
            return Ok(go);
        }
        if let Some((aside, shelf)) = self.aside.take() {
            shelf.put(aside);
        }
        if self.next == self.began && self.rows > 0 {
            // The survey saw these rows; the file is not what it was.
            return Err(Error::new(Code::Io, Place::file(&table.member.path)));
        }
        self.began = self.next;
        self.horizon = u32::MAX;
        self.waiting = Map::new();
        self.held = 0;
        Ok(Go::More)
    }

    fn row(
        &mut self,
        table: &RawTable,
        row: usize,
        record: &Record,
        sink: &mut dyn FnMut(&Record) -> Result<()>,
    ) -> Result<()> {
        let (Some(group), Some(rank)) = (table.group_of.get(row), table.rank.get(row)) else { return Ok(()) };
        if let Some((aside, _)) = self.aside.as_mut().filter(|_| *group != self.group) {
            aside.note(*group as usize, *rank, record);
        }
        if *group != self.group || *rank < self.next || *rank >= self.horizon {
            return Ok(());
        }
        if *rank > self.next {
            self.held += record.memory();
            self.waiting.insert(*rank, record.clone());
            while self.held > self.budget {
                let Some((place, dropped)) = self.waiting.pop_last() else { break };
                self.held -= dropped.memory();
                self.horizon = place;
            }
            return Ok(());
        }
        sink(record)?;
        self.next += 1;
        while let Some(record) = self.waiting.remove(&self.next) {
            self.held -= record.memory();
            sink(&record)?;
            self.next += 1;
        }
        Ok(())
    }
}
