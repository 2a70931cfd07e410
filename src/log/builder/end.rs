//! The end of collecting: the order of the changes is settled, and what outgrew its memory is an outline.

use super::{Builder, Keep, Run};
use crate::error::{Code, Place, Problem, Problems, Result};
use crate::log::{Log, Outline, STORAGE, outline};
use crate::order::{self, Set};

/// What [`Builder::end`] gives.
pub enum Ended {
    /// All changes.
    Log(Box<Log>),
    /// They are too many to be held at once; these are the sessions to be read one part after the other. If there is a last
    /// run, each session was in one of the runs, whole.
    Outline(Outline, Option<Box<Run>>),
    /// They are too many, and cannot be read in parts, because only all of them together tell their order.
    Tangled,
}

impl Builder {
    /// Numbers changes as servers before appendmuch 0.0.6 loaded them: all rows, the admin's too, in a stable
    /// sort by time. Returns the changes in that order.
    fn number(&mut self) -> Vec<u32> {
        let own = (0..self.histories.changes() as u32).map(|c| (self.log.time(c), self.log.seq(c), Some(c)));
        let admin = self.unnumbered_admin.iter().map(|(place, time)| (*time, *place, None));
        let mut rows: Vec<(f64, u64, Option<u32>)> = own.chain(admin).collect();
        order::by(&mut rows, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut order = Vec::with_capacity(self.histories.changes());
        for (number, row) in rows.iter().enumerate() {
            if let Some(change) = row.2 {
                self.log.set_seq(change, number as u64 + 1);
                order.push(change);
            }
        }
        order
    }

    /// All changes by their numbers; equal ones stay in the order of the file.
    fn by_seq(&self) -> Vec<u32> {
        let mut by_seq: Vec<u32> = (0..self.histories.changes() as u32).collect();
        order::places(&mut by_seq, &mut |a, b| self.log.seq(a).cmp(&self.log.seq(b)));
        by_seq
    }

    /// Whether the changes of each field come in the order of their numbers.
    fn histories_ascend(&self) -> bool {
        let mut lasts = vec![0; self.histories.all().len()];
        (0..self.histories.changes() as u32).all(|change| {
            let (last, seq) = (&mut lasts[self.histories.of(change)], self.log.seq(change));
            let ascends = *last <= seq;
            *last = seq;
            ascends
        })
    }

    /// Settles the order and returns the log, or says how it can be had in parts. [`Builder::runs`] is to be asked before.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the memory budget is used up.
    pub fn end(mut self, problems: &mut Problems) -> Result<Ended> {
        let fits = match self.keep {
            Keep::WhatFits { outgrown } => !outgrown && self.memory() <= self.limits.part,
            Keep::Counts(_) => false,
            Keep::All | Keep::Part(_) => true,
        };
        if fits {
            return Ok(Ended::Log(Box::new(self.finish(problems)?)));
        }
        if !self.has_order() {
            return Ok(Ended::Tangled);
        }
        self.report_repeated(problems);
        let outline = std::mem::take(&mut self.tally).finish(problems);
        let last = if self.only_counts() { None } else { Some(Box::new(self.last_run(Set::new())?)) };
        Ok(Ended::Outline(outline, last))
    }

    /// Whether the changes have come in the order of their numbers.
    pub(super) fn has_order(&self) -> bool {
        self.ascending && !self.log.unnumbered
    }

    fn report_repeated(&self, problems: &mut Problems) {
        if self.repeated_seqs > 0 && !self.log.unnumbered && !self.log.exported {
            let problem = Problem::new(Code::DuplicateSeq, Place::default());
            problems.add(Problem { count: self.repeated_seqs, ..problem });
        }
    }

    /// Settles the order and returns the log of a builder that keeps all it is given.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the memory budget is used up.
    pub fn finish(mut self, problems: &mut Problems) -> Result<Log> {
        self.check_memory()?;
        let mut sorted: Option<Vec<u32>> = None;
        if self.log.exported {
            // The rows of an export stand in its order; numbers that they lack are only made up for views.
            if self.log.unnumbered {
                self.number();
            }
            if !self.histories_ascend() {
                // Somebody sorted the rows anew; what is left is a log like any other.
                sorted = Some(self.by_seq());
                problems.add(Problem::new(Code::OutOfOrder, Place::default()));
            }
        } else if self.log.unnumbered {
            sorted = Some(self.number());
        } else if !self.ascending {
            let by_seq = self.by_seq();
            self.repeated_seqs = by_seq.windows(2).filter(|w| self.log.seq(w[0]) == self.log.seq(w[1])).count() as u64;
            problems.add(Problem::new(Code::OutOfOrder, Place::default()));
            sorted = Some(by_seq);
        }
        self.report_repeated(problems);
        outline::settle(&mut self.log, &self.histories, sorted, problems);
        let mut names = (0..self.log.fields.len() as u32).map(|field| self.log.fields.get(field));
        self.log.storage_field = names.any(|name| name.trim_matches('"') == STORAGE);
        Ok(self.log)
    }
}
