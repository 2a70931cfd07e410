//! The file that is being made: rendered piece by piece, and cut into blocks.

use super::plan::Job;
use super::segment::{Ahead, render};
use crate::error::Result;
use crate::psynet::Shelf;
use crate::recipe::Filetype;
use crate::source::Want;
use crate::table::{Producer, STEP, Step};
use crate::view::Cursor;
use crate::write::deflate::{BLOCK, Block, WINDOW};
use crate::write::jsonl;

/// So many steps a producer does before others get a turn.
const STEPS: usize = 32;

/// A file that is being rendered.
pub struct Running {
    job: Job,
    /// What makes a file that is no table of uproot's.
    producer: Option<Box<dyn Producer>>,
    /// Number of the file, from 0.
    pub file: usize,
    row: u64,
    cursor: Cursor,
    keys: Vec<Vec<u8>>,
    /// The end of the block before, which the next one may refer to.
    before: Vec<u8>,
    /// What was rendered and not yet made into a block.
    buffer: Vec<u8>,
    rendered: bool,
}

/// What rendering led to.
pub enum Piece {
    Block(Block),
    Want(Want),
    /// Much was read, and there is no block yet.
    More,
    /// A segment that others render is not there yet.
    Wait,
}

impl Running {
    /// Begins a file; the shelf holds rows of PsyNet's tables that it may share with others.
    ///
    /// # Errors
    /// What the producer of the file meets.
    pub fn new(mut job: Job, file: usize, shelf: &Shelf) -> Result<Self> {
        let producer: Option<Box<dyn Producer>> = match &mut job {
            Job::Psynet { path, study, options, .. } => Some(study.producer_of_many(path, options, Some(shelf))?),
            Job::Dump { dump, .. } => dump.take().map(|dump| dump as Box<dyn Producer>),
            _ => None,
        };
        let keys = if let Job::Table { table, .. } = &job { jsonl::keys(&table.columns) } else { Vec::new() };
        Ok(Running {
            job,
            producer,
            file,
            row: 0,
            cursor: Cursor::default(),
            keys,
            before: Vec::new(),
            buffer: Vec::new(),
            rendered: false,
        })
    }

    /// Whether the checksums of the folder list the file.
    pub fn is_listed(&self) -> bool {
        !matches!(self.job, Job::Bytes { listed: None, .. } | Job::Dump { .. })
    }

    /// The next bytes of a range that the file wanted.
    ///
    /// # Errors
    /// What the producer of the file meets.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.producer.as_mut().map_or(Ok(()), |producer| producer.push(chunk))
    }

    /// Rows rendered so far.
    pub fn rows(&self) -> u64 {
        self.producer.as_ref().map_or(self.row, |producer| producer.rows())
    }

    /// The next block of the file, or what must be read first.
    ///
    /// # Errors
    /// What the producer of the file meets.
    pub fn block(&mut self, filetype: Filetype, mut ahead: Option<&mut Ahead>) -> Result<Piece> {
        let mut steps = if self.producer.is_some() { STEPS } else { usize::MAX };
        // One byte more than a block shows that the block is not the last.
        while !self.rendered && self.buffer.len() <= BLOCK {
            if steps == 0 {
                return Ok(Piece::More);
            }
            steps -= 1;
            if let (Job::Table { table, .. }, Some(ahead)) = (&self.job, ahead.as_deref_mut()) {
                let Some(row) = ahead.append(&mut self.buffer) else { return Ok(Piece::Wait) };
                self.row = row;
                self.rendered = row >= table.rows;
            } else if let Some(want) = self.render(filetype)? {
                return Ok(Piece::Want(want));
            }
        }
        let rest = self.buffer.split_off(self.buffer.len().min(BLOCK));
        let bytes = std::mem::replace(&mut self.buffer, Vec::with_capacity(BLOCK + 2 * STEP));
        self.buffer.extend_from_slice(&rest);
        let window = bytes[bytes.len().saturating_sub(WINDOW)..].to_vec();
        let before = std::mem::replace(&mut self.before, window);
        Ok(Piece::Block(Block { before, bytes, last: self.rendered && self.buffer.is_empty() }))
    }

    /// Renders the next piece of the file, or says what must be read first.
    fn render(&mut self, filetype: Filetype) -> Result<Option<Want>> {
        if let Some(producer) = &mut self.producer {
            match producer.step(&mut self.buffer)? {
                Step::Want(want) => return Ok(Some(want)),
                Step::More => {}
                Step::Done => self.rendered = true,
            }
            return Ok(None);
        }
        match &mut self.job {
            Job::Bytes { bytes, .. } => {
                self.buffer.append(bytes);
                self.rendered = true;
            }
            // Checksums became bytes when the file began, and the others have a producer.
            Job::Checksums { .. } | Job::Psynet { .. } | Job::Dump { .. } => self.rendered = true,
            Job::Table { table, .. } => {
                self.row =
                    render(table, filetype, self.row..table.rows, &mut self.cursor, &self.keys, &mut self.buffer);
                self.rendered = self.row >= table.rows;
            }
        }
        Ok(None)
    }
}
