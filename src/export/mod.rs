//! Turns a study and a recipe into a ZIP, piece by piece.
//!
//! Simply: ask [`Export::next`] until there is nothing more. To share the work: [`Export::make`] gives blocks
//! that anyone may compress ([`deflate::pack`]) and hash, in any order; [`Export::packed`] and
//! [`Export::hashed`] take the results, [`Export::take`] gives the archive in order. Both ways give the same bytes.

mod assembly;
pub mod contents;
mod parts;
mod plan;
mod running;
mod share;
mod stretch;
#[cfg(not(target_arch = "wasm32"))]
pub mod threads;

use crate::error::{Code, Error, Place, Result};
use crate::psynet::{Check, LeftOut, Shelf};
use crate::recipe::Recipe;
use crate::source::Want;
use crate::study::{Data, Study};
use crate::table::Step;
use crate::write::checksums::Checksums;
use crate::write::deflate::{self, Block, Cut, Level, Packed};
use assembly::Assembly;
pub use plan::{DATABASE, RECIPE, TableFile, check_cells, chosen, folders, paths, tables, tables_beside};
use plan::{Job, Plan};
use running::{Piece, Running};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::ops::Range;
use stretch::Ahead;
pub use stretch::{Blocks, PartAt, Stretch, render};

/// What [`Export::next`] has for the caller.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// The next bytes of the ZIP.
    Bytes(Vec<u8>),
    /// A range of the input must be read and pushed first.
    Want(Want),
    /// Much was read, and there are no bytes yet.
    More,
}

/// A block of a file of the ZIP, to be compressed and hashed.
#[derive(Debug, PartialEq)]
pub struct Task {
    /// Number of the block, from 0.
    pub ticket: u64,
    /// Number of the file, from 0. Blocks of a file come in order, and the last says that it is.
    pub file: usize,
    /// Whether the file's checksum is asked for.
    pub hash: bool,
    /// Whether it is all of the file.
    pub whole: bool,
    /// The bytes.
    pub block: Block,
}

/// What [`Export::make`] has for the caller.
#[derive(Debug, PartialEq)]
pub enum Made {
    /// A block; its results are awaited.
    Task(Task),
    /// A range of the input must be read and pushed first.
    Want(Want),
    /// Much was read or done, and there is no block yet.
    More,
    /// Nothing can be made before awaited results are there.
    Wait,
    /// All blocks were made.
    Done,
}

/// An export under way.
pub struct Export {
    plan: Plan,
    /// Files that are still to begin, each with the stretches that others make of it.
    jobs: VecDeque<(Job, Option<Range<u64>>)>,
    running: Option<Running>,
    /// Where others make tables, stretch by stretch.
    ahead: Option<Ahead>,
    /// How many files began, and how many are planned.
    files: usize,
    planned: usize,
    /// Path of the file that began last, and whether it is a table.
    begun: (String, bool),
    assembly: Assembly,
    /// Paths of planned files by number, in their folder, and their digests as they come in.
    listed: Vec<(usize, String, Option<[u8; 32]>)>,
    /// Files of checksums whose place in the archive is kept until all are known: ticket and number.
    late: VecDeque<(u64, usize)>,
    recipe: Recipe,
    rows_done: u64,
    rows_planned: u64,
    finished: bool,
    digest: Sha256,
    /// Rows of PsyNet's tables for files still to come.
    shelf: Shelf,
    /// Files that PsyNet exports pass on, being checked before anything is written.
    checking: Option<Box<Check>>,
    left_out: LeftOut,
}

/// Files that may be planned before one of them is made.
const PLANNED: usize = 256;

/// So many bytes of files are rendered and compressed for a piece of the ZIP, at most.
const RAW: usize = 1 << 20;

impl Export {
    /// Plans the ZIP.
    ///
    /// # Errors
    /// [`crate::error::Code::NoSuchSession`], [`crate::error::Code::BadRecipe`].
    pub fn new(study: &Study, recipe: &Recipe) -> Result<Self> {
        let recipe = recipe.clone().checked()?;
        // Nothing is called protected that was not, and the other way round.
        if study.protection.as_ref().map(|report| &report.preset) != recipe.protect.as_ref() {
            let detail = "It asks for protection that the data do not have yet, or for less than was done.";
            return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
        }
        let plan = Plan::new(study, &recipe)?;
        let checking = match &study.data {
            Data::Psynet(data) => Some(Box::new(data.check(&recipe.psynet_options()))),
            Data::Uproot(_) | Data::Parted(_) => None,
        };
        Ok(Export {
            rows_planned: 0,
            plan,
            jobs: VecDeque::new(),
            running: None,
            ahead: None,
            files: 0,
            planned: 0,
            begun: Default::default(),
            assembly: Assembly::new(),
            listed: Vec::new(),
            late: VecDeque::new(),
            recipe,
            rows_done: 0,
            finished: false,
            digest: Sha256::new(),
            shelf: Shelf::default(),
            checking,
            left_out: LeftOut::new(),
        })
    }

    /// How hard blocks shall be compressed.
    pub fn level(&self) -> Level {
        self.recipe.compression.level()
    }

    /// How much is done, 0 to 1, by rows.
    pub fn progress(&self) -> f64 {
        let rows = self.rows_planned + self.plan.rows();
        if self.finished { 1.0 } else { self.rows_done as f64 / rows.max(1) as f64 }
    }

    /// The next piece of the ZIP, about a megabyte, all work done here; `None` when it is complete.
    ///
    /// # Errors
    /// [`crate::error::Code::OutOfMemory`].
    #[allow(clippy::should_implement_trait, reason = "it can fail, and an iterator of results invites ignoring that")]
    pub fn next(&mut self) -> Result<Option<Output>> {
        let mut room = RAW;
        while self.assembly.waiting() < 1 << 20 && room > 0 {
            match self.block()? {
                Made::Task(task) => {
                    room = room.saturating_sub(task.block.bytes.len());
                    if task.hash {
                        self.digest.update(&task.block.bytes);
                        if task.block.last {
                            let digest = self.digest.finalize_reset();
                            self.hashed(task.file, digest.into());
                        }
                    }
                    self.packed(task.ticket, deflate::pack(&task.block, self.level())?);
                }
                Made::Want(want) => return Ok(Some(Output::Want(want))),
                Made::More => room = 0,
                Made::Wait | Made::Done if self.assembly.waiting() == 0 => return Ok(None),
                Made::Wait | Made::Done => break,
            }
        }
        // A file that is small once packed comes as a whole.
        let bytes = self.take();
        Ok(Some(if bytes.is_empty() { Output::More } else { Output::Bytes(bytes) }))
    }

    /// The next bytes of a wanted range. Only PsyNet's tables want any, and uproot's changes where they are too many to be
    /// in memory.
    ///
    /// # Errors
    /// What the file being made meets.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        if let Some(checking) = &mut self.checking {
            checking.push(chunk);
            return Ok(());
        }
        if self.plan.lacks() {
            // What others make meanwhile need not wait for checksums, and take memory.
            self.catch_up()?;
            return self.plan.push(chunk);
        }
        self.running.as_mut().map_or(Ok(()), |running| running.push(chunk))
    }

    /// The next block.
    fn block(&mut self) -> Result<Made> {
        if let Some(want) = self.check()? {
            return Ok(Made::Want(want));
        }
        self.catch_up()?;
        loop {
            // What was planned must be made or given out before, so that its changes are let go.
            if self.running.is_none()
                && self.jobs.is_empty()
                && self.ahead.as_ref().is_none_or(Ahead::is_empty)
                && let Some(want) = self.plan.want()?
            {
                return Ok(Made::Want(want));
            }
            if self.running.is_none() && !self.begin()? {
                return Ok(if self.all_begun() && self.late.is_empty() { Made::Done } else { Made::Wait });
            }
            let Some(running) = &mut self.running else { continue };
            let before = running.rows();
            let piece = running.block()?;
            self.rows_done += running.rows().saturating_sub(before);
            let block = match piece {
                Piece::Want(want) => return Ok(Made::Want(want)),
                Piece::More => return Ok(Made::More),
                Piece::Block(block) => block,
            };
            let ticket = self.assembly.await_block(block.last);
            let whole = std::mem::take(&mut running.fresh) && block.last;
            let task = Task { ticket, file: running.file, hash: running.listed, whole, block };
            if task.block.last {
                self.running = None;
            }
            return Ok(Made::Task(task));
        }
    }

    /// Checks the files that are passed on, and plans without those that are damaged; or says what must be read first.
    fn check(&mut self) -> Result<Option<Want>> {
        while let Some(mut checking) = self.checking.take() {
            match checking.step(&self.recipe.psynet_options()) {
                Step::Want(want) => {
                    self.checking = Some(checking);
                    return Ok(Some(want));
                }
                Step::More => self.checking = Some(checking),
                Step::Done => self.left_out = checking.finish(),
            }
        }
        Ok(None)
    }

    /// Files that should have been passed on and are damaged, by path, once the ZIP is complete.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Plans the next files; says whether there were any.
    fn plan_on(&mut self) -> Result<bool> {
        if self.plan.lacks() {
            return Ok(false);
        }
        let Some(jobs) = self.plan.more(&self.left_out)? else { return Ok(false) };
        let part = self.plan.part();
        for job in jobs {
            let stretches = match (&job, &mut self.ahead) {
                (Job::Table { path, session, table, .. }, Some(ahead)) => {
                    ahead.add(self.planned, path, session, part, table)
                }
                _ => None,
            };
            if let Job::Bytes { listed: Some(path), .. } | Job::Table { listed: path, .. } | Job::Psynet { path, .. } =
                &job
            {
                self.listed.push((self.planned, path.clone(), None));
            }
            self.planned += 1;
            self.rows_planned += match &job {
                Job::Table { table, .. } => table.rows,
                Job::Psynet { rows, .. } => *rows,
                Job::Dump { dump, .. } => dump.len(),
                Job::Bytes { .. } | Job::Checksums { .. } => 0,
            };
            self.jobs.push_back((job, stretches));
        }
        Ok(true)
    }

    /// Whether no file is still to begin.
    fn all_begun(&self) -> bool {
        self.jobs.is_empty() && self.plan.is_done()
    }

    /// Ends the archive where nothing is missing any more.
    fn end(&mut self) {
        if self.all_begun() && self.running.is_none() && !self.finished && self.assembly.is_whole() {
            self.assembly.finish();
            self.finished = true;
        }
    }

    /// Whether the archive is complete, once the rest of it is taken.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// How many bytes [`Export::take`] would give.
    pub fn waiting(&self) -> usize {
        self.assembly.waiting()
    }

    /// Takes what of the archive is complete.
    pub fn take(&mut self) -> Vec<u8> {
        self.assembly.take()
    }

    /// Begins the next file, if there is one that can begin.
    fn begin(&mut self) -> Result<bool> {
        // Plans take memory; those who make stretches plan when they have none.
        if self.jobs.is_empty() && (self.ahead.as_ref().is_some_and(|a| !a.is_empty()) || !self.plan_on()?) {
            return Ok(false);
        }
        let Some((job, stretches)) = self.jobs.pop_front() else { return Ok(false) };
        self.begun = (job.path().to_owned(), job.is_table());
        self.assembly.begin(&self.begun.0);
        let job = match job {
            Job::Checksums { .. } if !self.late.is_empty() => None,
            Job::Checksums { path } => self.checksums(self.files).map(|bytes| Job::Bytes { path, bytes, listed: None }),
            other => Some(other),
        };
        match (job, stretches) {
            (None, _) => self.late.push_back((self.assembly.await_block(true), self.files)),
            (_, Some(numbers)) => self.assembly.await_stretches(numbers),
            (Some(job), None) => self.running = Some(Running::new(job, self.files, self.recipe.filetype, &self.shelf)?),
        }
        self.files += 1;
        self.end();
        Ok(true)
    }

    /// The checksums of the folder that ends before a file, if all are known; later files may have theirs already.
    fn checksums(&mut self, file: usize) -> Option<Vec<u8>> {
        let before = self.listed.partition_point(|listed| listed.0 < file);
        if self.listed[..before].iter().any(|listed| listed.2.is_none()) {
            return None;
        }
        let mut checksums = Checksums::default();
        for (_, path, digest) in self.listed.drain(..before) {
            checksums.add(&path, &digest.unwrap_or_default());
        }
        Some(checksums.into_bytes())
    }

    /// Makes the files of checksums that waited for some of them and need not any more.
    fn catch_up(&mut self) -> Result<()> {
        while let Some((ticket, file)) = self.late.front().copied()
            && let Some(bytes) = self.checksums(file)
        {
            let (mut cut, mut packed, mut last) = (Cut::of(bytes), Packed::default(), false);
            while !last {
                let block = cut.block(true);
                packed.join(&deflate::pack(&block, self.level())?);
                last = block.last;
            }
            self.late.pop_front();
            self.packed(ticket, packed);
        }
        Ok(())
    }
}
