//! A study larger than memory: what is known of all its sessions, and how the changes of some are read again.
//!
//! The first pass over the input counts, and notes of each session what a summary says of it, as its changes come by. Where
//! sessions lie too much across each other a second one does that, part by part. From then on whoever needs changes has them
//! read: an export one part after the other, a look at a session that session alone. Parts are whole sessions in their
//! order, so an output is as if all were in memory.

use crate::describe::summary::{FieldSummary, SessionSummary, session as facts_of};
use crate::describe::totals::Totals;
use crate::describe::upstream;
use crate::error::{Code, Error, Place, Problems, Result};
use crate::limits::Limits;
use crate::log::column::Names;
use crate::log::{Aside, Log, Outline, Part, Run, Session};
use crate::order::{Map, Set};
use crate::read::{self, Input};
use crate::source::{FileInfo, Reader, Want};
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What is known of an input whose changes are not all in memory.
pub struct Parted {
    files: Vec<FileInfo>,
    heads: Vec<Vec<u8>>,
    limits: Limits,
    kinds: Vec<String>,
    asides: Vec<Aside>,
    /// Names of the sessions, by their places.
    names: Names,
    /// The sessions in order of first appearance, without sections.
    pub sessions: Vec<Session>,
    /// The same in numbers.
    pub facts: Vec<SessionSummary>,
    /// The fields of all sessions.
    pub fields: Vec<FieldSummary>,
    /// For each session why uproot would not export it.
    upstream: Vec<Problems>,
}

impl fmt::Debug for Parted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parted({} sessions)", self.asides.len())
    }
}

impl Parted {
    /// Nothing known of the sessions but what counting gave.
    pub(crate) fn new(files: Vec<FileInfo>, heads: Vec<Vec<u8>>, limits: Limits, outline: Outline) -> Self {
        let Outline { kinds, sessions: asides } = outline;
        let (sessions, facts, fields, upstream) = Default::default();
        let mut names = Names::default();
        for aside in &asides {
            names.intern(&aside.name);
        }
        Parted { files, heads, limits, kinds, asides, names, sessions, facts, fields, upstream }
    }

    /// The place of a session among all.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.names.find(name).map(|place| place as usize)
    }

    /// Cuts a list of sessions into runs that fit the memory for a part; each has at least one.
    pub fn parts(&self, sessions: &[usize]) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut memory = 0u64;
        for (place, session) in sessions.iter().enumerate() {
            let more = self.memory(&[*session]);
            match parts.last_mut() {
                Some(part) if memory.saturating_add(more) <= self.limits.part => part.end = place + 1,
                _ => {
                    parts.push(place..place + 1);
                    memory = 0;
                }
            }
            memory = memory.saturating_add(more);
        }
        parts
    }

    /// The number of parts of the whole input.
    pub fn parts_of_all(&self) -> usize {
        let all: Vec<usize> = (0..self.asides.len()).collect();
        self.parts(&all).len()
    }

    /// About the memory that some sessions take.
    fn memory(&self, sessions: &[usize]) -> u64 {
        sessions.iter().filter_map(|at| self.asides.get(*at)).map(|aside| aside.memory).fold(0, u64::saturating_add)
    }

    /// Begins to read the changes of some sessions.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] when they need more than the limits allow.
    pub fn load(&self, sessions: &[usize]) -> Result<Loading> {
        let asides = || sessions.iter().filter_map(|at| self.asides.get(*at));
        let start = asides().map(|aside| aside.bytes.start).min().unwrap_or(0);
        let end = asides().map(|aside| aside.bytes.end).max().unwrap_or(0);
        self.load_within(sessions, start..end)
    }

    /// Begins to read everything, also what belongs to no session.
    ///
    /// # Errors
    /// As [`Parted::load`].
    pub fn load_all(&self) -> Result<Loading> {
        let all: Vec<usize> = (0..self.asides.len()).collect();
        self.load_within(&all, 0..0)
    }

    fn load_within(&self, sessions: &[usize], bytes: Range<u64>) -> Result<Loading> {
        self.limits.memory(self.memory(sessions))?;
        let asides = || sessions.iter().filter_map(|at| self.asides.get(*at));
        let names = Set::from_iter(asides().map(|aside| aside.name.clone()));
        let changes = asides().map(|aside| aside.changes).sum();
        let part = Arc::new(Part { kinds: self.kinds.clone(), sessions: names, changes, bytes });
        let input = read::open_part(&self.files, &self.heads, self.limits, Some(part.clone()))?;
        Ok(Loading { input, part })
    }

    /// Begins to read the changes of one session.
    ///
    /// # Errors
    /// [`Code::NoSuchSession`], and as [`Parted::load`].
    pub fn load_session(&self, name: &str) -> Result<Loading> {
        let none = || Error::new(Code::NoSuchSession, Place::default().field(name));
        self.load(&[self.place(name).ok_or_else(none)?])
    }

    /// Adds why uproot would not export a session.
    pub(crate) fn add_upstream(&self, session: &Session, problems: &mut Problems) {
        if let Some(known) = self.place(&session.name).and_then(|place| self.upstream.get(place)) {
            problems.extend(known.clone());
        }
    }
}

/// Some sessions being read. Ask [`Reader::want`], push, and when nothing more is wanted, [`Loading::finish`].
pub struct Loading {
    input: Box<dyn Input>,
    part: Arc<Part>,
}

impl Loading {
    /// Their changes.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`], and [`Code::Io`] when the file is no longer what it was.
    pub fn finish(self) -> Result<Log> {
        let changes = self.input.finish()?.changes;
        let found = changes.len() - changes.admin();
        // What is a problem was told when everything was read.
        let log = changes.finish(&mut Problems::default())?;
        if found != self.part.changes || log.sessions.len() != self.part.sessions.len() {
            return Err(Error::new(Code::Io, Place::default()).detail("The file is not the one that was read first."));
        }
        Ok(log)
    }
}

impl Reader for Loading {
    fn want(&mut self) -> Result<Option<Want>> {
        self.input.want()
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.input.push(chunk)
    }
}

/// What was noted of sessions while their changes were at hand.
#[derive(Default)]
pub(crate) struct Noted {
    sessions: Map<String, (Session, SessionSummary, Problems)>,
    totals: Totals,
}

impl Noted {
    /// Notes what there is to be known of the sessions of a run.
    pub fn add(&mut self, run: &Run) {
        self.look(&run.log, &run.sessions());
    }

    fn look(&mut self, log: &Log, sessions: &[Session]) {
        self.totals.add(log, sessions);
        for session in sessions {
            let mut problems = Problems::default();
            upstream::check(log, session, &mut problems);
            let note = (Session { sections: Vec::new(), ..session.clone() }, facts_of(log, session), problems);
            self.sessions.insert(session.name.clone(), note);
        }
    }

    /// All that is known, once each session was noted.
    pub fn finish(mut self, mut parted: Parted) -> Parted {
        for (session, facts, problems) in parted.asides.iter().filter_map(|aside| self.sessions.remove(&aside.name)) {
            parted.upstream.push(problems);
            parted.facts.push(facts);
            parted.sessions.push(session);
        }
        parted.fields = self.totals.finish();
        parted
    }
}

/// The second pass: every session is looked at once.
pub(crate) struct Looking {
    parted: Parted,
    parts: VecDeque<Vec<usize>>,
    loading: Option<Loading>,
    /// Bytes pushed of the range that is wanted, and its length.
    pushed: (u64, u64),
    noted: Noted,
}

impl Looking {
    pub fn new(parted: Parted) -> Self {
        let all: Vec<usize> = (0..parted.asides.len()).collect();
        let parts = parted.parts(&all).into_iter().map(|part| all[part].to_vec()).collect();
        Looking { parted, parts, loading: None, pushed: (0, 1), noted: Noted::default() }
    }

    /// How much is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let (known, all) = (self.noted.sessions.len(), self.parted.asides.len());
        let now = self.loading.as_ref().map_or(0, |loading| loading.part.sessions.len());
        let (pushed, length) = self.pushed;
        (known as f64 + now as f64 * (pushed as f64 / length as f64).min(1.0)) / all.max(1) as f64
    }

    /// What is known now that all was looked at.
    pub fn finish(self) -> Parted {
        self.noted.finish(self.parted)
    }
}

impl Reader for Looking {
    fn want(&mut self) -> Result<Option<Want>> {
        loop {
            if let Some(loading) = &mut self.loading {
                let want = loading.want()?;
                if let Some(Want { range, .. }) = &want {
                    self.pushed = (0, range.end - range.start);
                    return Ok(want);
                }
            }
            if let Some(loading) = self.loading.take() {
                let log = loading.finish()?;
                self.noted.look(&log, &log.sessions);
            }
            let Some(part) = self.parts.pop_front() else { return Ok(None) };
            self.loading = Some(self.parted.load(&part)?);
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.pushed.0 += chunk.len() as u64;
        self.loading.as_mut().map_or(Ok(()), |loading| loading.push(chunk))
    }
}
