//! Work that is handed out: blocks and stretches, and what comes back of them.

use super::stretch::{Ahead, Stretch};
use super::{Export, Made, PLANNED, RAW, Task};
use crate::error::Result;
use crate::study::Study;
use crate::write::deflate::{self, Packed};
use sha2::{Digest, Sha256};

/// Most bytes of a file that is compressed and hashed sooner than it is handed to somebody.
pub(super) const LITTLE: usize = 32 << 10;

/// To begin a file is as much work as to make so many bytes of it.
const FILE: usize = 4 << 10;

impl Export {
    /// The next block to be compressed and hashed; little files are by then.
    ///
    /// # Errors
    /// What rendering meets.
    pub fn make(&mut self) -> Result<Made> {
        let (mut room, planned) = (RAW, self.planned);
        while room > 0 {
            match self.block()? {
                Made::Task(Task { ticket, file, hash, whole: true, block }) if block.bytes.len() <= LITTLE => {
                    room = room.saturating_sub(FILE + block.bytes.len());
                    if hash {
                        self.hashed(file, Sha256::digest(&block.bytes).into());
                    }
                    self.packed(ticket, deflate::pack(&block, self.level())?);
                }
                // What was planned meanwhile may be waited for, and nobody has it yet.
                Made::Wait if self.planned > planned => return Ok(Made::More),
                other => return Ok(other),
            }
        }
        Ok(Made::More)
    }

    /// The next rows that the caller lets somebody render and compress; `None` when there are no more, when `most` were
    /// given out and are not in the archive yet, or when much is planned that [`Export::make`] is to make first. Once
    /// asked, that leaves out uproot's tables but for little ones, and [`Export::made`] and [`Export::hashed`] bring what
    /// became of the others.
    ///
    /// # Errors
    /// [`crate::error::Code::TooManyCells`].
    pub fn stretch(&mut self, most: u64) -> Result<Option<Stretch>> {
        loop {
            let ahead = self.ahead.get_or_insert_with(|| Ahead::new(self.recipe.filetype));
            if ahead.given() - self.assembly.stretches() >= most {
                return Ok(None);
            }
            if let Some(stretch) = ahead.give() {
                return Ok(Some(stretch));
            }
            // What is planned depends on what is damaged, and takes memory until it is made.
            if self.checking.is_some() || self.jobs.len() >= PLANNED || !self.plan_on()? {
                return Ok(None);
            }
        }
    }

    /// The study whose tables the stretches that come next are of: where it is read part by part, the part at hand.
    pub fn study(&self) -> &Study {
        &self.plan.study
    }

    /// Takes what was made of a stretch of so many rows.
    pub fn made(&mut self, number: u64, rows: u64, packed: Packed) {
        self.rows_done += rows;
        self.assembly.take_stretch(number, packed);
        self.end();
    }

    /// Takes a compressed block.
    pub fn packed(&mut self, ticket: u64, packed: Packed) {
        self.assembly.take_block(ticket, packed);
        self.end();
    }

    /// Takes the digest of a file.
    pub fn hashed(&mut self, file: usize, digest: [u8; 32]) {
        if let Ok(at) = self.listed.binary_search_by_key(&file, |l| l.0) {
            self.listed[at].2 = Some(digest);
        }
    }
}
