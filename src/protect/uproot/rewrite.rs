//! Writes the protected log change by change, in an order that tells nothing, and counts what happened.

use super::clock::{self, Start};
use super::identity::domain_of_kind;
use super::leaves::as_json;
use super::people::Quasi;
use super::place::{Counts, Places, Where};
use super::spread;
use super::survey::{self, Survey, storage};
use super::transform::{Owner, Transform};
use crate::error::Result;
use crate::log::column::ValueId;
use crate::log::{Builder, Change, Log, Session, Span};
use crate::order::{self, Map, Set};
use crate::protect::pace::{Pace, TOKEN};
use crate::protect::pseudonym::Domain;
use crate::protect::time::{self, Micros, Mode, Time};
use crate::value::Type;
use hashbrown::HashTable;
use std::rc::Rc;

/// What became of a value: nothing where the field is removed, else the new one and whether it is the old.
type New = Option<(ValueId, bool)>;

/// The new log under way.
pub(super) struct Rewriting<'a> {
    log: &'a Log,
    pub survey: &'a Survey,
    quasi: &'a Quasi,
    pub transform: Transform<'a>,
    share: bool,
    pub counts: Map<(&'a str, &'a str), Counts>,
    places: Places<'a>,
    /// New values of old ones, by the number of the field.
    memo: HashTable<(u64, New)>,
    /// New code locations of old ones.
    contexts: Vec<Option<&'a str>>,
    pub history: u64,
}

/// What the numbers of changes are given by: whose it is, and its old number.
#[derive(Clone, Copy)]
struct Key {
    owner: u32,
    /// Its place among the changes of the session as they were pushed.
    pushed: u32,
    seq: u64,
}

/// Spans of a storage, with their indices.
struct Storage<'a> {
    /// The place of its kind among the kinds.
    order: Option<usize>,
    path: Rc<str>,
    spans: Vec<(usize, Where<'a>)>,
}

impl<'a> Rewriting<'a> {
    /// A rewriting that begins.
    pub fn new(log: &'a Log, survey: &'a Survey, quasi: &'a Quasi, transform: Transform<'a>, share: bool) -> Self {
        Rewriting {
            log,
            survey,
            quasi,
            transform,
            share,
            counts: Map::new(),
            places: Places::default(),
            memo: HashTable::new(),
            contexts: Vec::new(),
            history: 0,
        }
    }

    /// How many players the sessions have.
    pub fn participants(&self, sessions: &[&Session]) -> u64 {
        let players = survey::spans(self.log, sessions).map(|s| s.storage);
        Set::from_iter(players.filter(|id| storage(self.log.storages.get(*id)).is_some_and(|s| s.0 == "player"))).len()
            as u64
    }

    fn place(&mut self, span: &Span) -> Result<Option<Where<'a>>> {
        self.places.of(self.log, self.survey, span, &mut self.transform, self.share)
    }

    /// The new value of a change; `None` removes the field.
    fn value(
        &mut self,
        at: &mut Where<'a>,
        change: u32,
        owner: Owner<'_>,
        builder: &mut Builder,
    ) -> Result<Option<ValueId>> {
        if at.common.field.sum.removed {
            at.counts.removed += 1;
            return Ok(None);
        }
        let id = self.log.value(change);
        if id.is_tombstone() {
            return Ok(Some(ValueId::TOMBSTONE));
        }
        if at.ends_deleted {
            at.counts.removed += 1;
            self.history += 1;
            return Ok(Some(builder.value(Type::NONE, b"null")?.0));
        }
        let last = at.last == Some(change) || at.common.field.shape.entry;
        let suppressed = at.common.field.sum.coarse
            && self.quasi.suppresses(self.log, at.home.storage, at.common.field, self.log.values.get(id));
        let owner = Owner { last, suppressed, ..owner };
        let key = u64::from(at.number) << 32 | u64::from(id.number());
        let known = if at.common.personal { None } else { self.memo.find(spread(key), |m| m.0 == key) };
        let new = match known {
            Some(known) => known.1,
            None => {
                let (kind, text) = self.log.values.get(id);
                let new = self.transform.value(kind, text, at.common.field, owner)?;
                let new = new.map(|new| stored(builder, kind, text, &new)).transpose()?;
                let new = new.map(|new| (new, builder.stored(new).1 == as_json(kind, text)));
                if !at.common.personal {
                    self.memo.insert_unique(spread(key), (key, new), |m| spread(m.0));
                }
                new
            }
        };
        match new {
            None => at.counts.removed += 1,
            Some((_, true)) => at.counts.kept += 1,
            Some((_, false)) => at.counts.changed += 1,
        }
        Ok(new.map(|new| new.0))
    }

    /// Adds what was counted in a span to its field.
    fn count(&mut self, at: &Where<'a>) {
        let counts = self.counts.entry((at.home.kind, at.common.name)).or_default();
        counts.kept += at.counts.kept;
        counts.changed += at.counts.changed;
        counts.removed += at.counts.removed;
    }

    fn context(&mut self, change: u32) -> &'a str {
        let number = self.log.context_number(change);
        if let Some(Some(known)) = self.contexts.get(number as usize) {
            return known;
        }
        let context = self.log.contexts.get(number);
        let looks = context.rsplit_once(':').is_some_and(|(place, line)| {
            let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            place.contains('.')
                && place.split('.').all(word)
                && !line.is_empty()
                && line.bytes().all(|b| b.is_ascii_digit())
        });
        let new = if looks && self.transform.words.replace(context, "").is_none() { context } else { "" };
        self.contexts.resize(self.contexts.len().max(number as usize + 1), None);
        if let Some(slot) = self.contexts.get_mut(number as usize) {
            *slot = Some(new);
        }
        new
    }

    /// The new time of a change.
    fn time(&self, change: u32, start: Option<Micros>) -> f64 {
        let old = self.log.time(change);
        if self.transform.mode == Mode::Keep {
            return old;
        }
        match time::from_seconds(old).map(|at| self.transform.mode.apply(at, start)) {
            Some(Time::Since(micros) | Time::At(micros) | Time::Day(micros)) => micros as f64 / 1e6,
            Some(Time::Nothing) | None => f64::NAN,
        }
    }

    /// Everything in the order of tokens. Returns the new sequence numbers and how many sessions' participants interact.
    pub async fn in_token_order(
        &mut self,
        sessions: &[&'a Session],
        builder: &mut Builder,
        pace: &mut Pace,
    ) -> Result<(Vec<u64>, u64)> {
        let mut by_token = Vec::new();
        for session in sessions {
            by_token.push((self.transform.identity.session(&session.name)?.to_owned(), *session));
        }
        order::by(&mut by_token, |a, b| a.0.cmp(&b.0));
        let (mut numbers, mut interacting, mut place) = (Vec::new(), 0, 0);
        for (_, session) in by_token {
            // What is known of one session's values says nothing about another's.
            (self.places, self.memo) = (Places::default(), HashTable::new());
            let start = clock::start(self.log, session, pace).await;
            let together = matches!(start, Start::Session(_));
            interacting += u64::from(together);
            // The spans of each storage, which stand together.
            let mut storages: Vec<Storage<'a>> = Vec::new();
            for index in session.sections.iter().flat_map(|section| section.spans.clone()) {
                pace.did(TOKEN).await;
                let Some(at) = self.place(&self.log.spans[index])? else { continue };
                match storages.last_mut().filter(|storage| storage.path == at.home.path) {
                    Some(storage) => storage.spans.push((index, at)),
                    None => {
                        let order = ["session", "player", "group", "model"].iter().position(|k| *k == at.home.kind);
                        storages.push(Storage { order, path: at.home.path.clone(), spans: vec![(index, at)] });
                    }
                }
            }
            order::by(&mut storages, |a, b| (a.order, &a.path).cmp(&(b.order, &b.path)));
            let ranks = [Domain::Player, Domain::Group, Domain::Model]
                .map(|domain| (domain, self.transform.identity.ranks(&session.name, domain)));
            // For each change pushed: what it is ordered by.
            let mut keys: Vec<Key> = Vec::new();
            let (mut owner_number, mut before) = (0, Rc::from(""));
            for Storage { path, spans, .. } in &mut storages {
                if *path != before {
                    owner_number += 1;
                    before.clone_from(path);
                }
                for (index, at) in spans {
                    let span = &self.log.spans[*index];
                    let (_, _, name) = storage(self.log.storages.get(span.storage)).unwrap_or_default();
                    let of_kind = |(domain, ranks): &(Domain, Map<String, u64>)| {
                        (domain_of_kind(at.home.kind) == Some(*domain)).then(|| ranks.get(name).copied())?
                    };
                    let owner = Owner {
                        session: at.home.session,
                        start: start.of(span.storage),
                        suppressed: false,
                        rank: ranks.iter().find_map(of_kind).unwrap_or_default(),
                        field: at.common.name,
                        last: false,
                        sorted: at.home.kind == "session"
                            && matches!(
                                at.common.name,
                                "_uproot_players"
                                    | "players"
                                    | "_uproot_groups"
                                    | "groups"
                                    | "_uproot_models"
                                    | "models"
                            ),
                        unread: false,
                    };
                    for change in self.log.changes(span) {
                        pace.passed(1);
                        pace.did(self.log.values.get(self.log.value(*change)).1.len()).await;
                        let Some(value) = self.value(at, *change, owner, builder)? else { continue };
                        let time = self.time(*change, owner.start);
                        place += 1;
                        let (owner, pushed) = (if together { 0 } else { owner_number }, keys.len() as u32);
                        keys.push(Key { owner, pushed, seq: self.log.seq(*change) });
                        builder.push(Change {
                            seq: Some(place),
                            storage: path,
                            field: &at.common.shown,
                            value,
                            time,
                            context: self.context(*change),
                        })?;
                    }
                    self.count(at);
                }
            }
            let base = numbers.len();
            numbers.resize(base + keys.len(), 0);
            order::by_number(&mut keys, |key| key.seq);
            order::by_number(&mut keys, |key| key.owner);
            for (number, key) in (1..).zip(keys) {
                if let Some(slot) = numbers.get_mut(base + key.pushed as usize) {
                    *slot = number;
                }
            }
        }
        Ok((numbers, interacting))
    }

    /// Everything in its old order, with its numbers. Returns these, and how many sessions' participants interact.
    pub async fn in_old_order(
        &mut self,
        sessions: &[&'a Session],
        builder: &mut Builder,
        pace: &mut Pace,
    ) -> Result<(Vec<u64>, u64)> {
        let mut starts: Map<&str, Start> = Map::new();
        for session in sessions {
            starts.insert(session.name.as_str(), clock::start(self.log, session, pace).await);
        }
        let interacting = starts.values().filter(|start| matches!(start, Start::Session(_))).count() as u64;
        let (mut changes, mut places) = (Vec::new(), Map::new());
        for index in sessions.iter().flat_map(|s| &s.sections).flat_map(|section| section.spans.clone()) {
            pace.did(TOKEN).await;
            if let Some(at) = self.place(&self.log.spans[index])? {
                places.insert(index, at);
            }
        }
        for index in places.keys() {
            for change in self.log.changes(&self.log.spans[*index]) {
                pace.did(0).await;
                changes.push((self.log.seq(*change), *index, *change));
            }
        }
        order::by_number(&mut changes, |(seq, ..)| seq);
        let mut ranks: Map<(&str, Domain), Map<String, u64>> = Map::new();
        let mut numbers = Vec::new();
        for (seq, index, change) in changes {
            pace.passed(1);
            pace.did(self.log.values.get(self.log.value(change)).1.len()).await;
            let span = &self.log.spans[index];
            let Some(at) = places.get_mut(&index) else { continue };
            let (_, _, name) = storage(self.log.storages.get(span.storage)).unwrap_or_default();
            let rank = domain_of_kind(at.home.kind).and_then(|domain| {
                let ranks = ranks.entry((at.home.session, domain));
                ranks.or_insert_with(|| self.transform.identity.ranks(at.home.session, domain)).get(name).copied()
            });
            let owner = Owner {
                session: at.home.session,
                start: starts.get(at.home.session).and_then(|start| start.of(span.storage)),
                suppressed: false,
                rank: rank.unwrap_or_default(),
                field: at.common.name,
                last: false,
                sorted: false,
                unread: false,
            };
            let Some(value) = self.value(at, change, owner, builder)? else { continue };
            numbers.push(seq);
            builder.push(Change {
                seq: Some(seq),
                storage: &at.home.path,
                field: &at.common.shown,
                value,
                time: self.time(change, owner.start),
                context: self.context(change),
            })?;
        }
        places.values().for_each(|at| self.count(at));
        Ok((numbers, interacting))
    }
}

/// Stores a new value with the old type where it still fits.
fn stored(builder: &mut Builder, kind: Type, old: &str, new: &str) -> Result<ValueId> {
    if new == old {
        return builder.verbatim(if kind == Type::CELL { Type::JSON } else { kind }, new);
    }
    // Values of exported tables have no type but what they look like.
    if matches!(kind, Type::CELL | Type::JSON) {
        return builder.verbatim(Type::JSON, new);
    }
    let fits = match kind {
        Type::PLAYER | Type::GROUP | Type::MODEL | Type::BUNCH | Type::LIST | Type::TUPLE => new.starts_with('['),
        Type::SESSION | Type::STR | Type::UUID => new.starts_with('"'),
        Type::DICT => new.starts_with('{'),
        _ => false,
    };
    let kind = match (fits, new) {
        (true, _) => kind,
        (false, "null") => Type::NONE,
        _ => Type::JSON,
    };
    Ok(builder.value(kind, new.as_bytes())?.0)
}
