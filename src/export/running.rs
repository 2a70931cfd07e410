//! The file that is being made here: rendered piece by piece, and cut into blocks.

use super::plan::Job;
use super::stretch::{Blocks, run, stretch};
use crate::error::Result;
use crate::psynet::Shelf;
use crate::recipe::Filetype;
use crate::source::Want;
use crate::table::{Producer, Step};
use crate::view::Table;
use crate::write::deflate::{Block, Cut};
use std::sync::Arc;

/// So many steps a producer does before others get a turn.
const STEPS: usize = 32;

/// A file that is being rendered.
pub struct Running {
    /// Number of the file, from 0.
    pub file: usize,
    /// Whether the checksums of the folder list it.
    pub listed: bool,
    /// Whether no block of it was taken yet.
    pub fresh: bool,
    making: Making,
}

/// Where its bytes come from.
enum Making {
    /// All of them are in the cut.
    Bytes(Cut),
    /// What makes a file that is no table of uproot's; whether it is done.
    Producer { producer: Box<dyn Producer>, cut: Cut, done: bool },
    /// The stretch at hand of a table, and how many rows make one.
    Table { table: Arc<Table>, run: u64, blocks: Box<Blocks>, filetype: Filetype },
}

/// What rendering led to.
pub enum Piece {
    Block(Block),
    Want(Want),
    /// Much was read, and there is no block yet.
    More,
}

impl Running {
    /// Begins a file; the shelf holds rows of PsyNet's tables that it may share with others.
    ///
    /// # Errors
    /// What the producer of the file meets.
    pub fn new(job: Job, file: usize, filetype: Filetype, shelf: &Shelf) -> Result<Self> {
        let listed = !matches!(job, Job::Bytes { listed: None, .. } | Job::Dump { .. });
        let produced = |producer| Making::Producer { producer, cut: Cut::default(), done: false };
        let making = match job {
            Job::Psynet { path, study, options, .. } => {
                produced(study.producer_of_many(&path, &options, Some(shelf))?)
            }
            Job::Dump { dump, .. } => produced(dump),
            Job::Bytes { bytes, .. } => Making::Bytes(Cut::of(bytes)),
            // They became bytes when the file began.
            Job::Checksums { .. } => Making::Bytes(Cut::default()),
            Job::Table { table, .. } => {
                let run = run(&table, filetype);
                let blocks = Box::new(Blocks::new(table.clone(), filetype, stretch(&table, 0, run)));
                Making::Table { table, run, blocks, filetype }
            }
        };
        Ok(Running { file, listed, fresh: true, making })
    }

    /// The next bytes of a range that the file wanted.
    ///
    /// # Errors
    /// What the producer of the file meets.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        if let Making::Producer { producer, .. } = &mut self.making { producer.push(chunk) } else { Ok(()) }
    }

    /// Rows rendered so far.
    pub fn rows(&self) -> u64 {
        match &self.making {
            Making::Bytes(_) => 0,
            Making::Producer { producer, .. } => producer.rows(),
            Making::Table { blocks, .. } => blocks.row(),
        }
    }

    /// The next block of the file, or what must be read first.
    ///
    /// # Errors
    /// What the producer of the file meets.
    pub fn block(&mut self) -> Result<Piece> {
        match &mut self.making {
            Making::Bytes(cut) => Ok(Piece::Block(cut.block(true))),
            Making::Producer { producer, cut, done } => {
                let mut steps = STEPS;
                while !*done && !cut.is_full() {
                    if steps == 0 {
                        return Ok(Piece::More);
                    }
                    steps -= 1;
                    match producer.step(&mut cut.buffer)? {
                        Step::Want(want) => return Ok(Piece::Want(want)),
                        Step::More => {}
                        Step::Done => *done = true,
                    }
                }
                Ok(Piece::Block(cut.block(*done)))
            }
            Making::Table { table, run, blocks, filetype } => loop {
                if let Some(block) = blocks.next() {
                    return Ok(Piece::Block(block));
                }
                **blocks = Blocks::new(table.clone(), *filetype, stretch(table, blocks.row(), *run));
            },
        }
    }
}
