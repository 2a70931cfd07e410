//! Puts the archive together in order, from blocks and stretches that were made in any.

use crate::order::Map;
use crate::write::deflate::Packed;
use crate::write::zip::Archive;
use std::collections::VecDeque;
use std::ops::Range;

/// What comes next in the archive.
enum Event {
    Begin(String),
    /// The result of a task, by its ticket.
    Block(u64),
    /// What somebody made of a stretch, by its number.
    Stretch(u64),
    End,
}

/// An archive that grows as what comes next in it arrives.
pub(super) struct Assembly {
    archive: Archive,
    awaited: VecDeque<Event>,
    /// How many blocks were awaited so far, and how many stretches are in the archive.
    tickets: u64,
    stretches: u64,
    /// What arrived before its turn.
    early_blocks: Map<u64, Packed>,
    early_stretches: Map<u64, Packed>,
}

impl Assembly {
    pub fn new() -> Self {
        Assembly {
            archive: Archive::default(),
            awaited: VecDeque::new(),
            tickets: 0,
            stretches: 0,
            early_blocks: Map::new(),
            early_stretches: Map::new(),
        }
    }

    /// A file follows.
    pub fn begin(&mut self, path: &str) {
        self.awaited.push_back(Event::Begin(path.to_owned()));
    }

    /// A block of the file follows, perhaps its last; gives the block's ticket.
    pub fn await_block(&mut self, last: bool) -> u64 {
        let ticket = self.tickets;
        self.tickets += 1;
        self.awaited.push_back(Event::Block(ticket));
        if last {
            self.awaited.push_back(Event::End);
        }
        ticket
    }

    /// All stretches of the file follow, by their numbers.
    pub fn await_stretches(&mut self, numbers: Range<u64>) {
        self.awaited.extend(numbers.map(Event::Stretch).chain([Event::End]));
        self.go_on();
    }

    /// Takes a block.
    pub fn take_block(&mut self, ticket: u64, packed: Packed) {
        self.early_blocks.insert(ticket, packed);
        self.go_on();
    }

    /// Takes what was made of a stretch.
    pub fn take_stretch(&mut self, number: u64, packed: Packed) {
        self.early_stretches.insert(number, packed);
        self.go_on();
    }

    /// Brings into the archive what is there and comes next.
    fn go_on(&mut self) {
        while let Some(event) = self.awaited.front() {
            match event {
                Event::Begin(path) => self.archive.begin(path),
                Event::Block(ticket) => match self.early_blocks.remove(ticket) {
                    Some(packed) => self.archive.add(&packed),
                    None => return,
                },
                Event::Stretch(number) => match self.early_stretches.remove(number) {
                    Some(packed) => {
                        self.archive.add(&packed);
                        self.stretches += 1;
                    }
                    None => return,
                },
                Event::End => self.archive.end(),
            }
            self.awaited.pop_front();
        }
    }

    /// How many stretches are in the archive.
    pub fn stretches(&self) -> u64 {
        self.stretches
    }

    /// Whether nothing is awaited.
    pub fn is_whole(&self) -> bool {
        self.awaited.is_empty()
    }

    /// Ends the archive.
    pub fn finish(&mut self) {
        self.archive.finish();
    }

    /// How many bytes [`Assembly::take`] would give.
    pub fn waiting(&self) -> usize {
        self.archive.waiting()
    }

    /// Takes what of the archive is complete.
    pub fn take(&mut self) -> Vec<u8> {
        self.archive.take()
    }
}
