//! Says what a ZIP will hold before it is made: its files, their rows and exact sizes, and where a spreadsheet would harm them.
//!
//! Sizes are exact because every table is rendered as for the ZIP and thrown away; compressing, the larger part of the
//! work, is left out, and so the size of the ZIP itself is not known.

use super::{Export, Made};
use crate::describe::spreadsheet::{Advice, Spreadsheet};
use crate::error::Result;
use crate::recipe::{Filetype, Recipe};
use crate::source::Want;
use crate::study::Study;
use crate::write::deflate::Packed;
use crate::write::spreadsheet::MARK;
use serde::Serialize;

/// A file of the ZIP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileContents {
    /// Path in the ZIP.
    pub path: String,
    /// Rows of data; `None` for files that are no tables.
    pub rows: Option<u64>,
    /// Its size in bytes, unpacked.
    pub bytes: u64,
    /// Where a spreadsheet would harm it; always empty for files that are no CSV tables.
    pub advice: Vec<Advice>,
}

/// What [`Contents::next`] has for the caller.
#[derive(Debug, PartialEq)]
pub enum Weighed {
    /// A file, in the order of the ZIP.
    File(FileContents),
    /// A range of the input must be read and pushed first.
    Want(Want),
    /// About a megabyte was worked through.
    More,
    /// There are no more files.
    Done,
}

/// The contents of a ZIP being worked out.
pub struct Contents {
    export: Export,
    filetype: Filetype,
    bytes: u64,
    lines: u64,
    sheet: Spreadsheet,
}

impl Contents {
    /// Plans the ZIP.
    ///
    /// # Errors
    /// As [`Export::new`].
    pub fn new(study: &Study, recipe: &Recipe) -> Result<Self> {
        let export = Export::new(study, recipe)?;
        Ok(Contents { export, filetype: recipe.filetype, bytes: 0, lines: 0, sheet: Spreadsheet::default() })
    }

    /// How much is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.export.progress()
    }

    /// The next bytes of a wanted range.
    ///
    /// # Errors
    /// As [`Export::push`].
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.export.push(chunk)
    }

    /// The next step.
    ///
    /// # Errors
    /// As [`Export::make`].
    #[allow(clippy::should_implement_trait, reason = "it can fail, and an iterator of results invites ignoring that")]
    pub fn next(&mut self) -> Result<Weighed> {
        let task = match self.export.block()? {
            Made::Task(task) => task,
            Made::Want(want) => return Ok(Weighed::Want(want)),
            Made::More => return Ok(Weighed::More),
            Made::Wait | Made::Done => return Ok(Weighed::Done),
        };
        let (bytes, last) = (&task.block.bytes, task.block.last);
        let (path, table) = self.export.begun.clone();
        let raw = bytes.len() as u64;
        self.bytes += raw;
        match (table, self.filetype) {
            (true, Filetype::Csv) => self.sheet.push(bytes),
            // What is guarded takes no harm; the mark is no part of the first name.
            (true, Filetype::Spreadsheet) if self.bytes == raw => {
                self.sheet.push(bytes.strip_prefix(MARK).unwrap_or(bytes))
            }
            (true, Filetype::Spreadsheet) => self.sheet.push(bytes),
            (true, Filetype::Jsonl) => self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64,
            (false, _) => {}
        }
        // The archive gets empty blocks, and checksums of nothing, which are as long as any.
        self.export.packed(task.ticket, Packed { bytes: Vec::new(), crc: 0, raw });
        self.export.take();
        if !last {
            return Ok(Weighed::More);
        }
        self.export.hashed(task.file, [0; 32]);
        let sheet = std::mem::take(&mut self.sheet);
        let rows = if self.filetype == Filetype::Jsonl { self.lines } else { sheet.rows() };
        let file = FileContents { path, rows: table.then_some(rows), bytes: self.bytes, advice: sheet.advice() };
        (self.bytes, self.lines) = (0, 0);
        Ok(Weighed::File(file))
    }
}
