//! The one representation of uproot data: every change with its place in the output known.
//!
//! Readers push changes into a [`Builder`]; [`Builder::finish`] settles the order; no view knows the format
//! that the changes came from. A change costs 28 bytes, plus 4 in the order, plus what is distinct about it.

mod admin;
mod builder;
pub mod column;
mod histories;
mod lately;
mod outline;
mod tally;

use admin::AdminTexts;
pub use builder::{Builder, Ended, Known, Run};
use column::{Column, Names, ValueId, Values};
use std::ops::Range;
pub use tally::{Aside, Outline, Part};

/// The kind of storage that holds credentials and room lists and never leaves, in any mode.
pub const ADMIN: &str = "admin";

/// The column that decides in which file a row goes. A field may be called so, too.
pub(crate) const STORAGE: &str = "!storage";

/// One change as a reader found it.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Database-wide sequence number; `None` before appendmuch 0.0.6.
    pub seq: Option<u64>,
    /// Path of the storage, for example `player/session/name`.
    pub storage: &'a str,
    /// Name of the field.
    pub field: &'a str,
    /// The new value, or [`ValueId::TOMBSTONE`].
    pub value: ValueId,
    /// Unix time in seconds; not a number when unknown.
    pub time: f64,
    /// Code location, `module.function:line`.
    pub context: &'a str,
}

/// All changes of one field of one storage: a run of [`Log::order`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Number of the storage's path.
    pub storage: u32,
    /// Number of the field's name.
    pub field: u32,
    /// Positions in the order; never empty.
    pub positions: Range<u32>,
}

/// All spans of one kind of storage in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Number of the kind's name.
    pub kind: u32,
    /// Indices into [`Log::spans`].
    pub spans: Range<usize>,
}

/// One session and where its sections are.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its name, the second part of its storages' paths.
    pub name: String,
    /// Sections in the order in which the kinds first appear in the whole database.
    pub sections: Vec<Section>,
    /// Number of changes.
    pub changes: u64,
    /// Earliest and latest time of a change, Unix seconds.
    pub first: f64,
    /// See `first`.
    pub last: f64,
}

/// What is known of a change but its place. It is kept together, because a row shows all of it, and rows do not come in the
/// order of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    /// Sequence number.
    pub seq: u64,
    /// Unix time in seconds.
    pub time: f64,
    /// Number of the code location in [`Log::contexts`].
    pub context: u32,
    /// The value.
    pub value: ValueId,
}

/// The changes, with interned names and values. Filled by [`Builder`], read by views.
#[derive(Debug)]
pub struct Log {
    /// Paths of storages.
    pub storages: Names,
    /// Names of fields.
    pub fields: Names,
    /// Code locations.
    pub contexts: Names,
    /// Names of kinds.
    pub kinds: Names,
    /// Distinct values.
    pub values: Values,
    facts: Column<Fact>,
    /// Indices of changes in the order of the output: session by session, kind by kind, storage by storage,
    /// field by field, then by seq. Superseded rows of replaced fields are not in it.
    pub order: Vec<u32>,
    /// Runs of `order`.
    pub spans: Vec<Span>,
    /// The sessions in order of first appearance.
    pub sessions: Vec<Session>,
    /// Their names, with the same numbers.
    session_names: Names,
    /// Changes of the admin storage, which were counted and dropped.
    pub admin: u64,
    /// What a protected result is searched for beside the values of the log.
    pub(crate) admin_texts: AdminTexts,
    /// Whether the changes had no sequence numbers and were ordered by time.
    pub unnumbered: bool,
    /// Whether the changes were read from exported tables: values have lost their Python types, and the order
    /// of the rows is the order of the output.
    pub exported: bool,
    /// Whether times are not those at which things happened, so that only numbers say what came first.
    pub(crate) coarse: bool,
    /// Whether a field is called [`STORAGE`], quotes around it aside: to look for one in each session takes long.
    pub(crate) storage_field: bool,
    /// Whether some values are CSV cells, whose types must be guessed where an output has types.
    pub cells: bool,
}

impl Log {
    /// All that is known of a change (an index found in [`Log::order`]).
    #[inline]
    pub(crate) fn fact(&self, change: u32) -> Fact {
        self.facts.get(change as usize)
    }

    /// Sequence number of a change.
    #[inline]
    pub fn seq(&self, change: u32) -> u64 {
        self.fact(change).seq
    }

    /// Gives changes new sequence numbers, by the place at which they were pushed; the order of the output stays.
    pub(crate) fn renumber(&mut self, numbers: &[u64]) {
        for (change, number) in numbers.iter().enumerate().take(self.facts.len()) {
            self.set_seq(change as u32, *number);
        }
    }

    fn set_seq(&mut self, change: u32, seq: u64) {
        self.facts.set(change as usize, Fact { seq, ..self.fact(change) });
    }

    /// Unix time of a change in seconds.
    #[inline]
    pub fn time(&self, change: u32) -> f64 {
        self.fact(change).time
    }

    /// Code location of a change.
    #[inline]
    pub fn context(&self, change: u32) -> &str {
        self.contexts.get(self.fact(change).context)
    }

    /// Number of the code location of a change in [`Log::contexts`].
    #[inline]
    pub(crate) fn context_number(&self, change: u32) -> u32 {
        self.fact(change).context
    }

    /// Value of a change.
    #[inline]
    pub fn value(&self, change: u32) -> ValueId {
        self.fact(change).value
    }

    /// The changes of a span, oldest first.
    #[inline]
    pub fn changes(&self, span: &Span) -> &[u32] {
        self.changes_at(&span.positions)
    }

    /// The changes at some positions in the order.
    #[inline]
    pub(crate) fn changes_at(&self, positions: &Range<u32>) -> &[u32] {
        &self.order[positions.start as usize..positions.end as usize]
    }

    /// The session of a name.
    pub fn session(&self, name: &str) -> Option<&Session> {
        self.sessions.get(self.session_names.find(name)? as usize)
    }

    /// The section of a session that holds storages of a kind.
    pub fn section<'a>(&self, session: &'a Session, kind: &str) -> Option<&'a Section> {
        session.sections.iter().find(|s| self.kinds.get(s.kind) == kind)
    }

    /// The span of one field of one storage.
    pub fn span(&self, section: &Section, storage: &str, field: &str) -> Option<&Span> {
        let (storage, field) = (self.storages.find(storage)?, self.fields.find(field)?);
        self.spans[section.spans.clone()].iter().find(|s| (s.storage, s.field) == (storage, field))
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.facts.memory()
            + self.values.memory()
            + self.storages.memory()
            + self.fields.memory()
            + self.contexts.memory()
            + self.session_names.memory()
            + self.admin_texts.memory()
            + self.order.capacity() as u64 * 4
            + self.spans.capacity() as u64 * size_of::<Span>() as u64
    }
}
