//! What is known of each session without its changes: how many they are, what memory they take, where they stand.
//!
//! It is kept while reading, so that a log that outgrows its budget can be dropped and its sessions read again in parts.

use super::column::Names;
use crate::error::{Code, Place, Problem, Problems};
use crate::order::{self, Map, Set};
use std::ops::Range;

/// Bytes that a change takes in a log whose order is being settled, values aside.
const CHANGE: u64 = 48;

/// What is known of a session that is not in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Its name.
    pub name: String,
    /// Number of changes that were read, also of those that others replace.
    pub changes: u64,
    /// About the bytes of memory that its changes take.
    pub memory: u64,
    /// The bytes of the unpacked dump that hold all its changes; empty where a reader cannot begin in the middle.
    pub bytes: Range<u64>,
}

/// All sessions in the order of the output, and the kinds in the order that the whole database gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Names of kinds of storages.
    pub kinds: Vec<String>,
    /// The sessions.
    pub sessions: Vec<Aside>,
}

/// Some sessions of an [`Outline`], to be read together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Names of all kinds, in their order.
    pub kinds: Vec<String>,
    /// Names of the sessions.
    pub sessions: Set<String>,
    /// Number of their changes.
    pub changes: u64,
    /// The bytes of the unpacked dump that hold their changes; empty where a reader cannot begin in the middle.
    pub bytes: Range<u64>,
}

impl Part {
    /// Whether it takes a storage.
    pub(super) fn holds(&self, storage: &str) -> bool {
        session_of(storage).is_some_and(|session| self.sessions.contains(session))
    }
}

/// The second part of a storage's path.
pub(super) fn session_of(storage: &str) -> Option<&str> {
    storage.split('/').nth(1)
}

/// All storages of one kind in one session, or those of a kind that belong to none.
#[derive(Debug)]
struct Node {
    kind: u32,
    session: Option<u32>,
    /// Number of the first change that counts.
    first: u64,
    changes: u64,
    memory: u64,
    bytes: Range<u64>,
    /// Whether its session was given away.
    given: bool,
}

/// Counts changes as they are read.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kinds: Names,
    sessions: Names,
    /// For each of them whether it was given away.
    given: Vec<bool>,
    /// By kind and session.
    numbers: Map<(u32, Option<u32>), u32>,
    nodes: Vec<Node>,
    /// For each storage its node.
    node_of: Vec<u32>,
    /// For each storage with a replaced field its node and the change that counts: the last one.
    replaced: Map<String, (u32, u64)>,
    /// Number of changes.
    pub changes: u64,
    /// Where in the dump the next change stands.
    pub at: Range<u64>,
    /// Bytes of values that were not seen before, since the last change.
    pub fresh: u64,
}

impl Tally {
    /// One more change, of a storage by its number and path; of a replaced field only the last one counts. Returns whether
    /// its session was given away before.
    #[inline]
    pub fn add(&mut self, storage: u32, path: &str, replaced: bool) -> bool {
        self.meet(storage, path);
        let number = self.node_of[storage as usize];
        let node = &mut self.nodes[number as usize];
        if replaced {
            match self.replaced.get_mut(path) {
                Some((_, last)) => *last = self.changes,
                None => drop(self.replaced.insert(path.to_owned(), (number, self.changes))),
            }
        } else {
            node.first = node.first.min(self.changes);
        }
        if node.changes == 0 {
            node.bytes.start = self.at.start;
        }
        node.bytes.end = self.at.end;
        node.changes += 1;
        node.memory += CHANGE + std::mem::take(&mut self.fresh);
        self.changes += 1;
        node.given
    }

    /// Notes a storage that is new.
    #[inline]
    pub fn meet(&mut self, storage: u32, path: &str) {
        if storage as usize == self.node_of.len() {
            let node = self.node(path);
            self.node_of.push(node);
        }
    }

    /// Storages are numbered anew from now on.
    pub fn forget_storages(&mut self) {
        self.node_of.clear();
    }

    /// All sessions but some are given away.
    pub fn give_away(&mut self, but: &Set<String>) {
        let given = |session: u32| !but.contains(self.sessions.get(session));
        self.given = (0..self.sessions.len() as u32).map(given).collect();
        for node in &mut self.nodes {
            node.given = node.session.is_some_and(|session| self.given[session as usize]);
        }
    }

    fn node(&mut self, path: &str) -> u32 {
        let kind = self.kinds.intern(path.split('/').next().unwrap_or_default());
        let session = session_of(path).map(|name| self.sessions.intern(name));
        let given = session.is_some_and(|session| self.given.get(session as usize) == Some(&true));
        let nodes = &mut self.nodes;
        *self.numbers.entry((kind, session)).or_insert_with(|| {
            nodes.push(Node { kind, session, first: u64::MAX, changes: 0, memory: 0, bytes: 0..0, given });
            nodes.len() as u32 - 1
        })
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        let nodes = self.nodes.capacity() as u64 * (size_of::<Node>() as u64 + 48);
        self.kinds.memory() + self.sessions.memory() + nodes + self.node_of.capacity() as u64 * 4
    }

    /// The sessions in order of first appearance, as [`super::outline`] has them; what belongs to no session is a problem.
    pub fn finish(mut self, problems: &mut Problems) -> Outline {
        for (node, last) in self.replaced.values() {
            let node = &mut self.nodes[*node as usize];
            node.first = node.first.min(*last);
        }
        order::by_key(&mut self.nodes, |node| node.first);
        let (mut kinds, mut names) = (Names::default(), Names::default());
        let mut outline = Outline::default();
        let mut lost: Vec<(u32, &Node)> = Vec::new();
        for node in &self.nodes {
            let kind = kinds.intern(self.kinds.get(node.kind));
            let Some(session) = node.session else {
                lost.push((kind, node));
                continue;
            };
            let name = self.sessions.get(session);
            let at = names.intern(name) as usize;
            match outline.sessions.get_mut(at) {
                Some(known) => {
                    known.changes += node.changes;
                    known.memory += node.memory;
                    known.bytes = known.bytes.start.min(node.bytes.start)..known.bytes.end.max(node.bytes.end);
                }
                None => outline.sessions.push(Aside {
                    name: name.to_owned(),
                    changes: node.changes,
                    memory: node.memory,
                    bytes: node.bytes.clone(),
                }),
            }
        }
        outline.kinds = (0..kinds.len() as u32).map(|kind| kinds.get(kind).to_owned()).collect();
        order::by_key(&mut lost, |(kind, _)| *kind);
        for (kind, node) in lost {
            // A path without a slash is its kind.
            problems.add(homeless(kinds.get(kind), node.changes));
        }
        outline
    }
}

/// Changes of a storage that belongs to no session.
pub(super) fn homeless(storage: &str, changes: u64) -> Problem {
    let lost = Problem::new(Code::OddNamespace, Place::default().field(storage))
        .detail("It belongs to no session, so no table can hold it.");
    Problem { count: changes, ..lost }
}
