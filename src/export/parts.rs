//! Has the changes at hand of the sessions that come next, where those of all are too many to be held at once.

use super::stretch::PartAt;
use crate::error::Result;
use crate::parted::{Loading, Parted};
use crate::source::{Reader, Want};
use crate::study::Study;
use std::collections::VecDeque;
use std::sync::Arc;

/// The parts of an export that are still to be read.
pub(super) struct Parts {
    /// The study without changes.
    study: Study,
    parted: Arc<Parted>,
    /// For each part its sessions, by their places in the study.
    parts: VecDeque<Vec<usize>>,
    loading: Option<(usize, Loading)>,
    /// How many parts were read.
    read: u64,
    /// Sessions of the part in memory, and those that were not used yet.
    sessions: usize,
    left: usize,
}

/// To read a part takes about as long as to make one in so many of its sessions.
const READING: usize = 5;

impl Parts {
    /// Some sessions of a study, in parts that fit the memory or all `together`.
    pub fn new(study: &Study, parted: &Arc<Parted>, sessions: &[usize], together: bool) -> Parts {
        let all = 0..sessions.len();
        let parts = if together { vec![all] } else { parted.parts(sessions) };
        let parts = parts.into_iter().map(|part| sessions[part].to_vec()).collect();
        Parts { study: study.clone(), parted: parted.clone(), parts, loading: None, read: 0, sessions: 0, left: 0 }
    }

    /// Whether the next session must be read first.
    pub fn lacks(&self) -> bool {
        self.left == 0 && (self.loading.is_some() || !self.parts.is_empty())
    }

    /// Where the session is that was used last.
    pub fn at(&self) -> PartAt {
        PartAt { read: self.read, closing: !self.parts.is_empty() && self.left < self.sessions.div_ceil(READING) }
    }

    /// A session was used.
    pub fn used(&mut self) {
        self.left -= 1;
    }

    /// Reads the next part in place of the one that `study` holds; what must be read first, or nothing when it is there.
    ///
    /// # Errors
    /// As [`Parted::load`] and [`Loading::finish`].
    pub fn want(&mut self, study: &mut Study) -> Result<Option<Want>> {
        if !self.lacks() {
            return Ok(None);
        }
        if self.loading.is_none()
            && let Some(part) = self.parts.pop_front()
        {
            // The memory of the last part is needed for the next.
            *study = self.study.clone();
            self.loading = Some((part.len(), self.parted.load(&part)?));
        }
        if let Some((_, loading)) = &mut self.loading {
            let want = loading.want()?;
            if want.is_some() {
                return Ok(want);
            }
        }
        if let Some((sessions, loading)) = self.loading.take() {
            *study = self.study.with(loading.finish()?);
            (self.sessions, self.left) = (sessions, sessions);
            self.read += 1;
        }
        Ok(None)
    }

    /// The next bytes of a wanted range.
    ///
    /// # Errors
    /// What reading meets.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.loading.as_mut().map_or(Ok(()), |(_, loading)| loading.push(chunk))
    }
}
