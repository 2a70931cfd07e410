//! What outgrows its memory is given away in runs of sessions, so that it need not be read again to be looked at.
//!
//! Sessions mostly follow each other. When the memory is full, those that were quiet lately are given away, and the others
//! go on with all of their changes. Where one that was given away goes on nevertheless, or where nearly all would go on,
//! changes are only counted from there on.

use super::{Builder, Histories, Keep, RECENT};
use crate::error::{Code, Error, Place, Problems, Result};
use crate::log::column::ValueId;
use crate::log::tally::session_of;
use crate::log::{Fact, Log, Session};
use crate::order::{self, Set};
use crate::value::Recoded;
use std::collections::BTreeMap;

/// A session is quiet if it has none of the last changes: of those in memory one in so many.
const LAST: usize = 16;

/// Sessions can go on if at most one in so many changes in memory is theirs, and what is counted takes no more of the memory.
const MOST: usize = 2;

/// Changes that were in memory together.
#[derive(Debug)]
pub struct Run {
    /// All of them.
    pub log: Log,
    /// The sessions that go on: another run has these changes of theirs, too.
    gone_on: Set<String>,
}

impl Run {
    /// The sessions of which it has all changes.
    pub fn sessions(&self) -> Vec<Session> {
        self.log.sessions.iter().filter(|session| !self.gone_on.contains(&session.name)).cloned().collect()
    }
}

impl Builder {
    /// What was given away since this was asked last.
    pub fn runs(&mut self) -> Vec<Run> {
        std::mem::take(&mut self.runs)
    }

    /// Gives away what can be, so that there is memory for more.
    pub(super) fn make_room(&mut self) -> Result<()> {
        let counted = self.tally.memory() > self.limits.part / MOST as u64;
        let Some(going_on) = self.going_on().filter(|_| self.has_order() && !counted) else {
            self.only_count();
            return Ok(());
        };
        let next = Builder { keep: Keep::WhatFits { outgrown: true }, ..Builder::new(self.limits) };
        let mut full = std::mem::replace(self, next);
        self.runs = std::mem::take(&mut full.runs);
        self.tally = std::mem::take(&mut full.tally);
        self.unnumbered_admin = std::mem::take(&mut full.unnumbered_admin);
        (self.last_seq, self.ascending, self.repeated_seqs) = (full.last_seq, full.ascending, full.repeated_seqs);
        (self.log.admin, self.log.admin_texts) = (full.log.admin, std::mem::take(&mut full.log.admin_texts));
        self.tally.give_away(&going_on);
        let odd = std::mem::take(&mut full.odd);
        let run = full.last_run(going_on)?;
        let carried = self.carry(&run, &odd);
        carried.ok_or_else(|| Error::new(Code::OutOfMemory, Place::default()))?;
        self.runs.push(run);
        Ok(())
    }

    /// The sessions that go on, unless they have too many of the changes.
    fn going_on(&self) -> Option<Set<String>> {
        let changes = self.histories.changes();
        let storage = |change: usize| self.histories.all()[self.histories.of(change as u32)].0 as usize;
        let session = |storage: usize| session_of(self.log.storages.get(storage as u32));
        let mut met = vec![false; self.log.storages.len()];
        (changes - changes.div_ceil(LAST)..changes).for_each(|change| met[storage(change)] = true);
        let sessions = Set::from_iter((0..met.len()).filter(|storage| met[*storage]).filter_map(session));
        let goes_on = |storage: usize| session(storage).is_some_and(|name| sessions.contains(name));
        let of_them: Vec<bool> = (0..met.len()).map(goes_on).collect();
        let many = (0..changes).filter(|change| of_them[storage(*change)]).count() > changes / MOST;
        (!many).then(|| sessions.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Adds the changes of a run's sessions that go on; they were counted before.
    fn carry(&mut self, run: &Run, odd: &BTreeMap<ValueId, Recoded>) -> Option<()> {
        let log = &run.log;
        let mut changes: Vec<(u32, u32, u32)> = Vec::new();
        for session in log.sessions.iter().filter(|session| run.gone_on.contains(&session.name)) {
            for span in session.sections.iter().flat_map(|section| &log.spans[section.spans.clone()]) {
                changes.extend(log.changes(span).iter().map(|change| (*change, span.storage, span.field)));
            }
        }
        order::by_number(&mut changes, |(change, ..)| change);
        self.tally.forget_storages();
        for (change, storage, field) in changes {
            let path = log.storages.get(storage);
            let storage = self.log.storages.intern(path);
            self.tally.meet(storage, path);
            let fact = log.fact(change);
            let context = self.log.contexts.intern(log.contexts.get(fact.context));
            let mut value = ValueId::TOMBSTONE;
            if !fact.value.is_tombstone() {
                let (kind, text) = log.values.get(fact.value);
                value = self.log.values.intern(kind, text)?;
                if let Some(said) = odd.get(&fact.value) {
                    self.odd.insert(value, *said);
                }
            }
            self.histories.push(storage, self.log.fields.intern(log.fields.get(field)));
            self.log.facts.push(Fact { context, value, ..fact });
        }
        Some(())
    }

    /// What is in memory, as a run. What is a problem is told of all runs together.
    pub(super) fn last_run(mut self, gone_on: Set<String>) -> Result<Run> {
        self.keep = Keep::All;
        Ok(Run { log: self.finish(&mut Problems::default())?, gone_on })
    }

    /// Goes on without the changes.
    pub(super) fn only_count(&mut self) {
        let mut log = Builder::new(self.limits).log;
        std::mem::swap(&mut log, &mut self.log);
        // Names are still met by the million; new ones are no longer kept.
        (self.log.storages, self.log.fields, self.log.contexts) = (log.storages, log.fields, log.contexts);
        (self.log.admin, self.log.admin_texts, self.log.unnumbered) = (log.admin, log.admin_texts, log.unnumbered);
        self.histories = Histories::new();
        self.odd = Default::default();
        self.runs = Vec::new();
        self.keep = Keep::Counts(vec![0; RECENT]);
    }
}
