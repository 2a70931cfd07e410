//! The order of the output: what uproot's walk over its tree in memory gives after loading the same rows.
//!
//! uproot 0.10.1 keeps kind → session → storage → field as nested dicts and exports them in order of first
//! insertion, each field's history in order of seq. Here the same tree is built from the first appearance
//! of each field, and one walk over it yields the runs of the output. Nothing is sorted by text.

use super::column::Names;
use super::histories::Histories;
use super::tally::homeless;
use super::{Log, Section, Session, Span};
use crate::error::Problems;
use crate::order;

/// Whether rows of a field replace each other: only the last one counts, at its own place.
/// (uproot's "replace predicate", unchanged from 0.1.0 to 0.10.1.)
pub(super) fn is_replaced(storage: &str, field: &str) -> bool {
    field == "_uproot_players" && storage.starts_with("session/")
}

/// Paths are split into at most so many parts; real ones have two or three.
const PARTS: usize = 8;

#[derive(Clone, Copy)]
enum Child {
    Node(u32),
    History(u32),
}

#[derive(Default)]
struct Node {
    children: Vec<Child>,
}

/// Fills `order`, `spans`, `kinds` and `sessions` of a log.
pub(super) fn settle(log: &mut Log, histories: &Histories, sorted: Option<Vec<u32>>, problems: &mut Problems) {
    let n = histories.changes();
    let history = |change: u32| histories.of(change);
    let histories = histories.all();
    let in_order = |i: usize| sorted.as_ref().map_or(i as u32, |s| s[i]);
    let replaced: Vec<bool> = histories
        .iter()
        .map(|(s, f)| {
            // The rows of an export are those that counted when it was made.
            !log.exported && is_replaced(log.storages.get(*s), log.fields.get(*f))
        })
        .collect();

    // How many changes of each history count, and where the first of them stands.
    let mut counts = vec![0u32; histories.len()];
    let mut firsts = vec![0u32; histories.len()];
    for i in 0..n {
        let h = history(in_order(i));
        if replaced[h] {
            (firsts[h], counts[h]) = (i as u32, 1);
        } else {
            if counts[h] == 0 {
                firsts[h] = i as u32;
            }
            counts[h] += 1;
        }
    }

    let mut tree = Tree::new(log.storages.len());
    let mut placed: Vec<u32> = (0..histories.len() as u32).collect();
    order::by_number(&mut placed, |h| firsts[h as usize]);
    for h in placed {
        let storage = histories[h as usize].0;
        tree.place(h, storage, log.storages.get(storage));
    }

    // For each history the next position in the order, and its session.
    let mut places = vec![(u32::MAX, 0); histories.len()];
    tree.walk(log, histories, &counts, &mut places, problems);

    let total = log.spans.last().map_or(0, |s| s.positions.end);
    log.order = vec![0; total as usize];
    for i in 0..n {
        let change = in_order(i);
        let h = history(change);
        let (position, session) = &mut places[h];
        if *position != u32::MAX && (!replaced[h] || firsts[h] as usize == i) {
            log.order[*position as usize] = change;
            *position += 1;
            let time = log.time(change);
            let session = &mut log.sessions[*session as usize];
            session.changes += 1;
            // `min` and `max` pass over not-a-number.
            session.first = session.first.min(time);
            session.last = session.last.max(time);
        }
    }
}

/// Storages by the parts of their paths; node 0 is the root, nodes are numbered by first appearance.
struct Tree {
    nodes: Vec<Node>,
    prefixes: Names,
    node_of: Vec<u32>,
}

impl Tree {
    fn new(storages: usize) -> Self {
        let mut prefixes = Names::default();
        prefixes.intern("");
        Tree { nodes: vec![Node::default()], prefixes, node_of: vec![u32::MAX; storages] }
    }

    /// Adds a history below the node of its storage, creating the way there.
    fn place(&mut self, history: u32, storage: u32, path: &str) {
        if self.node_of[storage as usize] == u32::MAX {
            let mut parent = 0;
            let mut end = 0;
            for part in path.splitn(PARTS, '/') {
                end += part.len();
                // The separator in front keeps an empty first part apart from the root.
                let prefix = format!("/{}", &path[..end]);
                let known = self.prefixes.len();
                let node = self.prefixes.intern(&prefix);
                if node as usize == known {
                    self.nodes.push(Node::default());
                    self.nodes[parent as usize].children.push(Child::Node(node));
                }
                parent = node;
                end += 1;
            }
            self.node_of[storage as usize] = parent;
        }
        let node = self.node_of[storage as usize];
        self.nodes[node as usize].children.push(Child::History(history));
    }

    /// Lays the spans out session by session and kind by kind, and notes where each history starts and in which session.
    fn walk(
        &self,
        log: &mut Log,
        histories: &[(u32, u32)],
        counts: &[u32],
        places: &mut [(u32, u32)],
        problems: &mut Problems,
    ) {
        // Sessions in order of first appearance: node numbers are given in that order.
        let mut roots: Vec<(u32, u32, u32)> = Vec::new();
        for kind in &self.nodes[0].children {
            let Child::Node(kind) = *kind else { continue };
            let kind_name = self.name(kind).to_owned();
            let kind_id = log.kinds.intern(&kind_name);
            for child in &self.nodes[kind as usize].children {
                match *child {
                    Child::Node(node) => roots.push((node, kind_id, 0)),
                    Child::History(h) => {
                        let storage = log.storages.get(histories[h as usize].0);
                        problems.add(homeless(storage, u64::from(counts[h as usize])));
                    }
                }
            }
        }
        order::sort(&mut roots);
        for root in &mut roots {
            root.2 = log.session_names.intern(self.name(root.0));
        }
        order::by_key(&mut roots, |r| (r.2, r.1));
        let mut position = 0;
        for (node, kind, session) in roots {
            if log.sessions.len() <= session as usize {
                let name = log.session_names.get(session).to_owned();
                let none = f64::NAN;
                log.sessions.push(Session { name, sections: Vec::new(), changes: 0, first: none, last: none });
            }
            let first = log.spans.len();
            let mut stack = vec![self.nodes[node as usize].children.iter()];
            while let Some(children) = stack.last_mut() {
                match children.next() {
                    None => drop(stack.pop()),
                    Some(Child::Node(node)) => stack.push(self.nodes[*node as usize].children.iter()),
                    Some(&Child::History(h)) => {
                        let (storage, field) = histories[h as usize];
                        places[h as usize] = (position, session);
                        let end = position + counts[h as usize];
                        log.spans.push(Span { storage, field, positions: position..end });
                        position = end;
                    }
                }
            }
            log.sessions[session as usize].sections.push(Section { kind, spans: first..log.spans.len() });
        }
    }

    /// The last part of a node's path.
    fn name(&self, node: u32) -> &str {
        self.prefixes.get(node).rsplit('/').next().unwrap_or_default()
    }
}
