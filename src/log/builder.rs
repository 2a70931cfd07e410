//! Collects changes as readers find them: names and values are interned, and what outgrows its memory is given away, session
//! by session, or only counted.

mod end;
mod runs;

use super::admin::AdminTexts;
use super::column::{self, Column, Names, ValueId, Values};
use super::histories::Histories;
use super::outline::is_replaced;
use super::tally::Tally;
use super::{ADMIN, Change, Fact, Log, Part};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::value::{self, Recoded, Type};
pub use end::Ended;
pub use runs::Run;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// What a builder keeps of the changes that it is given.
#[derive(Debug)]
enum Keep {
    /// All of them.
    All,
    /// Those that fit [`Limits::part`]. When they outgrow it, sessions that seem to have ended are given away.
    WhatFits { outgrown: bool },
    /// Their counts: a session goes on that was given away, or cannot be. Values that were met lately are known by hashes.
    Counts(Vec<u64>),
    /// Those of some sessions.
    Part(Arc<Part>),
}

/// Names of a change that were seen before, by their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    storage: u32,
    field: u32,
    context: u32,
}

/// Collects changes in the order of the file.
#[derive(Debug)]
pub struct Builder {
    log: Log,
    limits: Limits,
    keep: Keep,
    tally: Tally,
    histories: Histories,
    scratch: Vec<u8>,
    /// Values that were not stored as they came, with what was said about them. Of the standard library, as each value of a
    /// dump is looked up.
    odd: BTreeMap<ValueId, Recoded>,
    /// Bytes taken since memory was counted, and after how many it is counted again.
    uncounted: usize,
    step: usize,
    /// Place in the file and time of the admin's changes that have no number but take part in the numbering.
    unnumbered_admin: Vec<(u64, f64)>,
    last_seq: u64,
    ascending: bool,
    repeated_seqs: u64,
    /// What was given away and nobody has asked for yet.
    runs: Vec<Run>,
}

impl Builder {
    /// An empty log that may use the memory of the limits.
    pub fn new(limits: Limits) -> Self {
        let log = Log {
            storages: Names::default(),
            fields: Names::default(),
            contexts: Names::default(),
            kinds: Names::default(),
            values: Values::default(),
            facts: Column::new(),
            order: Vec::new(),
            spans: Vec::new(),
            sessions: Vec::new(),
            session_names: Names::default(),
            admin: 0,
            admin_texts: AdminTexts::default(),
            unnumbered: false,
            exported: false,
            coarse: false,
            storage_field: false,
            cells: false,
        };
        Builder {
            log,
            limits,
            keep: Keep::All,
            tally: Tally::default(),
            histories: Histories::new(),
            scratch: Vec::new(),
            odd: BTreeMap::default(),
            uncounted: 0,
            step: (limits.part / 16).min(STEP) as usize,
            unnumbered_admin: Vec::new(),
            last_seq: 0,
            ascending: true,
            repeated_seqs: 0,
            runs: Vec::new(),
        }
    }

    /// An empty log for the rows of an exported table, whose order is kept.
    pub fn of_export(limits: Limits) -> Self {
        let mut builder = Builder::new(limits);
        builder.log.exported = true;
        builder
    }

    /// An empty log for changes that can be read again: it keeps no more of them than [`Limits::part`] lets it. The others
    /// are to be had from [`Builder::runs`], and [`Builder::end`] says what came of it.
    pub fn of_what_fits(limits: Limits) -> Self {
        Builder { keep: Keep::WhatFits { outgrown: false }, ..Builder::new(limits) }
    }

    /// An empty log for the changes of some sessions; others are passed over.
    pub fn of_part(limits: Limits, part: Arc<Part>) -> Self {
        let mut builder = Builder::new(limits);
        // Kinds come in the order of the whole database, which a part of it does not know.
        for kind in &part.kinds {
            builder.log.kinds.intern(kind);
        }
        builder.keep = Keep::Part(part);
        builder
    }

    /// Number of changes so far, those of the admin storage included.
    pub fn len(&self) -> u64 {
        self.tally.changes + self.log.admin
    }

    /// Whether the changes have outgrown the memory for them and are only counted, so that they must be read again.
    pub fn only_counts(&self) -> bool {
        matches!(self.keep, Keep::Counts(_))
    }

    /// Number of changes of the admin storage so far.
    pub fn admin(&self) -> u64 {
        self.log.admin
    }

    /// Says where in the unpacked dump the next change stands.
    pub fn next_at(&mut self, bytes: Range<u64>) {
        self.tally.at = bytes;
    }

    /// Whether some change so far had no sequence number.
    pub fn is_unnumbered(&self) -> bool {
        self.log.unnumbered
    }

    /// Stores a value as uproot keeps it (type and JSON payload); says what was odd about it.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the arena is full.
    pub fn value(&mut self, kind: Type, payload: &[u8]) -> Result<(ValueId, Recoded)> {
        // Most payloads are canonical already, and most of those were seen before.
        if let Some(known) = self.log.values.known(kind, payload)
            && !self.odd.contains_key(&known)
        {
            return Ok((known, Recoded::Fine));
        }
        self.uncounted += payload.len();
        self.scratch.clear();
        let recoded = value::recode(kind, payload, self.limits.depth, &mut self.scratch);
        self.tally.fresh += column::taken(self.scratch.len());
        if let Keep::Counts(recent) = &mut self.keep {
            if !is_new(recent, column::hash(kind.0, payload)) {
                self.tally.fresh = 0;
            }
            return Ok((ValueId::TOMBSTONE, recoded));
        }
        // Canonical text is UTF-8; were it not, nothing would be stored.
        let text = std::str::from_utf8(&self.scratch).ok();
        let id = text.and_then(|text| self.log.values.intern(kind, text));
        let id = id.ok_or_else(|| Error::new(Code::OutOfMemory, Place::default()))?;
        if recoded != Recoded::Fine {
            self.odd.insert(id, recoded);
        }
        Ok((id, recoded))
    }

    /// A value that was stored: type and canonical text.
    pub fn stored(&self, id: ValueId) -> (Type, &str) {
        self.log.values.get(id)
    }

    /// Stores a CSV cell ([`Type::CELL`]) or compact JSON text ([`Type::JSON`]) as it stands.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the arena is full.
    pub fn verbatim(&mut self, kind: Type, text: &str) -> Result<ValueId> {
        self.uncounted += text.len();
        self.log.cells |= kind == Type::CELL;
        let id = self.log.values.intern(kind, text);
        id.ok_or_else(|| Error::new(Code::OutOfMemory, Place::default()))
    }

    /// Whether a change is left out. One of the admin storage is counted, and of its value (type and payload) only texts
    /// are remembered, to be searched for in a protected result; one of a session that is not asked for is passed over.
    pub fn leaves_out(&mut self, storage: &str, seq: Option<u64>, time: f64, value: Option<&[u8]>) -> bool {
        let admin = storage.strip_prefix(ADMIN).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if admin {
            if let Some([_, payload @ ..]) = value {
                self.uncounted += payload.len();
                self.log.admin_texts.read(payload, self.limits.depth);
            }
            if seq.is_none() {
                self.unnumbered_admin.push((self.len(), time));
            }
            self.log.admin += 1;
        }
        admin || matches!(&self.keep, Keep::Part(part) if !part.holds(storage))
    }

    /// The names of a change, where all were seen before in changes that were added: so they are text, and the storage is
    /// none that [`Builder::leaves_out`].
    #[inline]
    pub fn known(&mut self, storage: &[u8], field: &[u8], context: &[u8]) -> Option<Known> {
        let Log { storages, fields, contexts, .. } = &mut self.log;
        Some(Known {
            storage: storages.known(storage)?,
            field: fields.known(field)?,
            context: contexts.known(context)?,
        })
    }

    /// Adds a change that [`Builder::leaves_out`] let pass.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the memory budget is used up.
    pub fn push(&mut self, change: Change<'_>) -> Result<()> {
        let Change { seq, value, time, .. } = change;
        let storage = self.log.storages.intern(change.storage);
        self.uncounted += change.storage.len();
        if self.only_counts() {
            self.number_of(storage, is_replaced(change.storage, change.field), seq);
            return self.count();
        }
        let field = self.log.fields.intern(change.field);
        let context = self.log.contexts.intern(change.context);
        self.uncounted += change.field.len() + change.context.len();
        self.push_known(Known { storage, field, context }, seq, value, time)
    }

    /// Adds a change with names that were seen before, as [`Builder::push`] does.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when the memory budget is used up.
    #[inline]
    pub fn push_known(&mut self, names: Known, seq: Option<u64>, value: ValueId, time: f64) -> Result<()> {
        let Known { storage, field, context } = names;
        let replaced = is_replaced(self.log.storages.get(storage), self.log.fields.get(field));
        let seq = self.number_of(storage, replaced, seq);
        if !self.only_counts() {
            self.histories.push(storage, field);
            self.log.facts.push(Fact { seq, time, context, value });
        }
        self.count()
    }

    /// Counts a change; returns its sequence number.
    #[inline]
    fn number_of(&mut self, storage: u32, replaced: bool, seq: Option<u64>) -> u64 {
        self.log.unnumbered |= seq.is_none();
        // Without a number, the place in the file stands in until all times are known.
        let seq = seq.unwrap_or(self.len());
        if self.tally.changes > 0 {
            self.ascending &= seq >= self.last_seq;
            self.repeated_seqs += u64::from(seq == self.last_seq);
        }
        self.last_seq = seq;
        if self.tally.add(storage, self.log.storages.get(storage), replaced) {
            self.only_count();
        }
        seq
    }

    /// Looks at the memory from time to time: when so many bytes have come, whether they are many changes or one.
    #[inline]
    fn count(&mut self) -> Result<()> {
        self.uncounted += 64;
        if self.uncounted > self.step {
            self.uncounted = 0;
            self.check_memory()?;
        }
        Ok(())
    }

    fn check_memory(&mut self) -> Result<()> {
        match &self.keep {
            Keep::WhatFits { .. } if self.memory() > self.limits.run() => self.make_room(),
            _ => self.limits.memory(self.memory()),
        }
    }

    /// About the bytes that are held, and will be when the order is settled.
    fn memory(&self) -> u64 {
        let odd = self.odd.len() as u64 * 16;
        // The order needs four bytes a change.
        let order = self.histories.changes() as u64 * 4;
        self.log.memory() + self.histories.memory() + self.tally.memory() + odd + order
    }
}

/// Bytes after which memory is counted again, at most: to count it for each change would take long.
const STEP: u64 = 1 << 20;

/// How many values are known by their hashes when changes are only counted.
const RECENT: usize = 1 << 16;

/// Whether a value was not met lately; it is now.
fn is_new(recent: &mut [u64], hash: u64) -> bool {
    let known = std::mem::replace(&mut recent[hash as usize % RECENT], hash);
    known != hash
}
