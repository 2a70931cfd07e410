//! Changes that fit a filter, in the order of their numbers: the history of one storage, or a search through a session.
//!
//! A search goes span by span and can stop after any of them, so that a large log never keeps its worker from
//! answering. App and round of a change are those that its storage had at that moment.

use super::sheet::own_name;
use super::shown::{self, Needle};
use crate::filter::{self, Choice};
use crate::log::column::ValueId;
use crate::log::{Log, Session, Span};
use crate::order::{self, Map};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Fields that uproot keeps for itself begin so.
const INTERNAL: &str = "_uproot_";

/// Which changes are wanted; what is empty matches all.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Name of the session.
    pub session: String,
    /// Kind of storage.
    pub kind: String,
    /// Path of a storage.
    pub storage: String,
    /// A field's whole name, or a part of the names of several.
    pub field: String,
    /// Text that the value must hold, as it is shown.
    pub value: String,
    /// Text that the code location must hold.
    pub context: String,
    /// The app that the storage was in.
    pub app: String,
    /// The round that the storage was in.
    pub round: String,
    /// Only deletions.
    pub deletions: bool,
    /// Also the fields that uproot keeps for itself.
    pub internal: bool,
}

/// One change as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// Its sequence number.
    pub seq: u64,
    /// Unix seconds; `None` where it is not known.
    pub time: Option<f64>,
    /// Path of the storage.
    pub storage: String,
    /// The storage's own name.
    pub name: String,
    /// Name of the field.
    pub field: String,
    /// The new value; `None` for a deletion.
    pub value: Option<String>,
    /// Type of the value, empty for a deletion.
    pub kind: &'static str,
    /// The app that the storage was in.
    pub app: Option<String>,
    /// The round that the storage was in.
    pub round: Option<String>,
    /// Code location.
    pub context: String,
}

/// A search under way.
pub struct Search {
    log: Arc<Log>,
    filter: Filter,
    value: Needle,
    context: Needle,
    /// Whether a code location holds the text, by its number in the log.
    contexts: Vec<Option<bool>>,
    moments: Moments,
    /// Indices of the spans to look at.
    spans: Vec<u32>,
    next: usize,
    done: u64,
    total: u64,
    last_value: Option<(ValueId, bool)>,
    found: Vec<(u32, u32)>,
}

/// What a search found: changes and their spans, in the order of the changes' numbers.
pub struct Found {
    moments: Moments,
    changes: Vec<(u32, u32)>,
}

impl Search {
    /// Begins a search.
    pub fn new(log: &Arc<Log>, filter: &Filter) -> Search {
        let sessions =
            log.sessions.iter().filter(|session| filter.session.is_empty() || session.name == filter.session);
        let sessions: Vec<&Session> = sessions.collect();
        let storage = (!filter.storage.is_empty()).then(|| log.storages.find(&filter.storage));
        let fields = fields_like(log, filter.field.trim());
        let sections = sessions.iter().flat_map(|session| &session.sections);
        let sections = sections.filter(|s| filter.kind.is_empty() || log.kinds.get(s.kind) == filter.kind);
        let lines = sections.flat_map(|section| filter::lines(log, section, Choice { filters: false, secrets: false }));
        let wanted = |span: &Span| {
            storage.is_none_or(|storage| storage == Some(span.storage))
                && (filter.internal || !log.fields.get(span.field).starts_with(INTERNAL))
                && fields.as_ref().is_none_or(|fields| fields.binary_search(&span.field).is_ok())
        };
        let spans: Vec<u32> = lines.filter(|line| wanted(line.span(log))).map(|line| line.span).collect();
        let total = spans.iter().filter_map(|s| log.spans.get(*s as usize)).map(len).sum();
        Search {
            moments: Moments::new(log, &sessions),
            log: log.clone(),
            filter: filter.clone(),
            value: Needle::new(&filter.value),
            context: Needle::new(&filter.context),
            contexts: vec![None; log.contexts.len()],
            spans,
            next: 0,
            done: 0,
            total,
            last_value: None,
            found: Vec::new(),
        }
    }

    /// Looks at the next `budget` changes or some more; gives back whether there are others.
    pub fn step(&mut self, budget: u64) -> bool {
        let until = self.done.saturating_add(budget);
        let log = self.log.clone();
        while let Some(&index) = self.spans.get(self.next)
            && self.done < until
        {
            self.next += 1;
            let Some(span) = log.spans.get(index as usize) else { continue };
            self.done += len(span);
            self.look(&log, index, span);
        }
        self.next < self.spans.len()
    }

    /// How much was looked at, 0 to 1.
    pub fn progress(&self) -> f64 {
        if self.total == 0 { 1.0 } else { self.done as f64 / self.total as f64 }
    }

    fn look(&mut self, log: &Log, index: u32, span: &Span) {
        let (in_app, in_round) = (self.filter.app.clone(), self.filter.round.clone());
        let mut app = Walk::new(log, self.moments.app(span.storage), &in_app);
        let mut round = Walk::new(log, self.moments.round(span.storage), &in_round);
        for &change in log.changes(span) {
            let id = log.value(change);
            let fits = (!self.filter.deletions || id.is_tombstone())
                && app.fits(log, change)
                && round.fits(log, change)
                && self.context_fits(log, change)
                && self.value_fits(log, id);
            if fits {
                self.found.push((change, index));
            }
        }
    }

    fn context_fits(&mut self, log: &Log, change: u32) -> bool {
        if self.context.is_empty() {
            return true;
        }
        let Some(known) = self.contexts.get_mut(log.context_number(change) as usize) else { return false };
        *known.get_or_insert_with(|| self.context.is_in(log.context(change)))
    }

    fn value_fits(&mut self, log: &Log, id: ValueId) -> bool {
        if self.value.is_empty() {
            return true;
        }
        // Neighbours in a history often hold the same value.
        if let Some((known, fits)) = self.last_value
            && known == id
        {
            return fits;
        }
        let fits = !id.is_tombstone() && self.value.is_in(&shown::content(log, id));
        self.last_value = Some((id, fits));
        fits
    }

    /// What was found, in the order of the changes' numbers.
    pub fn finish(mut self) -> Found {
        let log = &self.log;
        order::by_key(&mut self.found, |(change, _)| (log.seq(*change), *change));
        Found { moments: self.moments, changes: self.found }
    }
}

impl Found {
    /// How many changes there are.
    pub fn len(&self) -> u64 {
        self.changes.len() as u64
    }

    /// Some of them, from a place on.
    pub fn shown(&self, log: &Log, start: u64, count: u64) -> Vec<Shown> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let some = self.changes.iter().skip(start).take(count);
        some.filter_map(|(change, span)| self.one(log, *change, log.spans.get(*span as usize)?)).collect()
    }

    fn one(&self, log: &Log, change: u32, span: &Span) -> Option<Shown> {
        let id = log.value(change);
        let path = log.storages.get(span.storage);
        let at = |span: Option<u32>| {
            let changes = log.changes(log.spans.get(span? as usize)?);
            let in_force = changes.partition_point(|c| log.seq(*c) <= log.seq(change)).checked_sub(1)?;
            shown::cell(log, log.value(*changes.get(in_force)?))
        };
        Some(Shown {
            seq: log.seq(change),
            time: Some(log.time(change)).filter(|time| time.is_finite()),
            storage: path.to_owned(),
            name: own_name(path).to_owned(),
            field: log.fields.get(span.field).to_owned(),
            value: shown::cell(log, id),
            kind: if id.is_tombstone() { "" } else { log.values.kind(id).name() },
            app: at(self.moments.app(span.storage)),
            round: at(self.moments.round(span.storage)),
            context: log.context(change).to_owned(),
        })
    }

    /// The place of the first change that has this number or a later one.
    pub fn place(&self, log: &Log, seq: u64) -> u64 {
        self.changes.partition_point(|(change, _)| log.seq(*change) < seq) as u64
    }
}

fn len(span: &Span) -> u64 {
    u64::from(span.positions.end - span.positions.start)
}

/// The fields that a text means: the one of that name, else those whose names hold it; sorted by number.
fn fields_like(log: &Log, text: &str) -> Option<Vec<u32>> {
    if text.is_empty() {
        return None;
    }
    if let Some(exact) = log.fields.find(text) {
        return Some(vec![exact]);
    }
    let needle = Needle::new(text);
    Some((0..log.fields.len() as u32).filter(|field| needle.is_in(log.fields.get(*field))).collect())
}

/// Where each storage keeps its app and its round.
#[derive(Default)]
struct Moments(Map<u32, [Option<u32>; 2]>);

impl Moments {
    fn new(log: &Log, sessions: &[&Session]) -> Moments {
        let fields = ["app", "round"].map(|name| log.fields.find(name));
        let mut of = Map::<u32, [Option<u32>; 2]>::new();
        for section in sessions.iter().flat_map(|session| &session.sections) {
            for index in section.spans.clone() {
                let Some(span) = log.spans.get(index) else { continue };
                for (which, field) in fields.iter().enumerate() {
                    if *field == Some(span.field)
                        && let Some(place) = of.entry(span.storage).or_default().get_mut(which)
                    {
                        *place = Some(index as u32);
                    }
                }
            }
        }
        Moments(of)
    }

    fn app(&self, storage: u32) -> Option<u32> {
        self.0.get(&storage)?[0]
    }

    fn round(&self, storage: u32) -> Option<u32> {
        self.0.get(&storage)?[1]
    }
}

/// Walks along a field's history beside another's and says whether it held a value at that moment.
struct Walk<'l> {
    wanted: Option<&'l str>,
    changes: &'l [u32],
    holds: bool,
}

impl<'l> Walk<'l> {
    fn new(log: &'l Log, span: Option<u32>, wanted: &'l str) -> Walk<'l> {
        let wanted = Some(wanted.trim()).filter(|wanted| !wanted.is_empty());
        let span = wanted.and(span).and_then(|span| log.spans.get(span as usize));
        Walk { wanted, changes: span.map(|span| log.changes(span)).unwrap_or_default(), holds: false }
    }

    /// Changes must be asked for in the order of their numbers.
    fn fits(&mut self, log: &Log, change: u32) -> bool {
        let Some(wanted) = self.wanted else { return true };
        while let Some((&first, rest)) = self.changes.split_first()
            && log.seq(first) <= log.seq(change)
        {
            let id = log.value(first);
            self.holds = !id.is_tombstone() && shown::content(log, id) == wanted;
            self.changes = rest;
        }
        self.holds
    }
}
