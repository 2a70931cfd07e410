//! Looks at all values of the chosen sessions once: what each path holds, its class, and which originals must not be left.

use super::identity::{Identity, domain_of_kind};
use super::leaves::{Leaf, Shape, as_json, walk};
use super::plan::Field;
use super::rows::shown;
use super::seen::Seen;
use super::spread;
use crate::error::Result;
use crate::log::column::ValueId;
use crate::log::{Log, Session, Span};
use crate::order::{self, Map, Set};
use crate::protect::class::{Class, System};
use crate::protect::decision::clean;
use crate::protect::detect::Kind;
use crate::protect::pace::{Pace, TOKEN};
use crate::protect::preset::Preset;
use crate::protect::pseudonym::{Domain, uuid_bytes, uuid_text};
use crate::protect::time::{self, Window};
use crate::protect::{defaults, names};
use crate::value::Type;
use hashbrown::HashTable;

/// The result.
pub(super) struct Survey {
    pub fields: Map<(String, String), Field>,
    /// Originals by class and path.
    pub originals: Vec<(String, Class, String)>,
    /// Names of fields, apps, pages and categories: in lower case; no identifier for being equal to one.
    pub vocabulary: Set<String>,
    /// Keys of objects that are no data, in lower case.
    pub words: Set<String>,
    /// Detectors' finds by kind.
    pub finds: Map<Kind, u64>,
}

/// Whether a span's storage is of the form that uproot gives, and which it is: kind, session, name.
pub(super) fn storage(path: &str) -> Option<(&str, &str, &str)> {
    let mut parts = path.splitn(3, '/');
    let (kind, session, name) = (parts.next()?, parts.next()?, parts.next());
    match (kind, name) {
        ("session", None) => Some((kind, session, "")),
        ("player" | "group" | "model", Some(name)) if !name.is_empty() => Some((kind, session, name)),
        _ => None,
    }
}

/// All spans of some sessions.
pub(super) fn spans<'l>(log: &'l Log, sessions: &'l [&Session]) -> impl Iterator<Item = &'l Span> {
    sessions.iter().flat_map(|s| &s.sections).flat_map(|section| &log.spans[section.spans.clone()])
}

/// Gives tokens to all names: of storages, and in typed values.
pub(super) async fn identify(log: &Log, sessions: &[&Session], identity: &mut Identity, pace: &mut Pace) -> Result<()> {
    // All sessions, also those that are not chosen: others may refer to them.
    for session in &log.sessions {
        identity.session(&session.name)?;
    }
    for path in (0..log.storages.len() as u32).map(|id| log.storages.get(id)) {
        pace.did(TOKEN).await;
        if let Some((kind, session, name)) = storage(path)
            && let Some(domain) = domain_of_kind(kind)
        {
            identity.member(domain, session, name)?;
        }
    }
    let mut seen: Vec<u64> = Vec::new();
    for span in spans(log, sessions) {
        for change in log.changes(span) {
            let id = log.value(*change);
            // A bit for each number that an id can have takes a thirtieth of what the values take.
            let (word, bit) = (id.number() as usize / 64, 1u64 << (id.number() % 64));
            if id.is_tombstone() || seen.get(word).is_some_and(|known| known & bit != 0) {
                pace.did(0).await;
                continue;
            }
            seen.resize(seen.len().max(word + 1), 0);
            seen.get_mut(word).into_iter().for_each(|known| *known |= bit);
            let (kind, text) = log.values.get(id);
            let typed = matches!(kind, Type::PLAYER | Type::GROUP | Type::MODEL | Type::BUNCH | Type::SESSION);
            let paths = log.exported && text.contains('/');
            pace.did(text.len()).await;
            if !typed && !paths && !text.contains("\"sname\"") {
                continue;
            }
            let mut found = Vec::new();
            let domain = match kind {
                Type::GROUP => Domain::Group,
                Type::MODEL => Domain::Model,
                _ => Domain::Player,
            };
            walk(&as_json(kind, text), "", Shape { entry: false }, 0, &|_| false, &mut |_, leaf| match leaf {
                // Filters make paths of names.
                Leaf::Text(path) if paths => {
                    let member = storage(path).and_then(|(kind, s, name)| Some((domain_of_kind(kind)?, s, name)));
                    found.extend(member.map(|(domain, s, name)| (domain, s.to_owned(), name.to_owned())));
                }
                Leaf::Player(session, name) => found.push((Domain::Player, session.to_owned(), name.to_owned())),
                Leaf::Pair(session, name) if matches!(kind, Type::PLAYER | Type::GROUP | Type::MODEL) => {
                    found.push((domain, session.to_owned(), name.to_owned()));
                }
                _ => {}
            });
            for (domain, session, name) in found {
                identity.member(domain, &session, &name)?;
            }
        }
    }
    Ok(())
}

/// Whether a member's key is a name or a number rather than a part of the path.
pub(super) fn is_data_key(names: &Set<String>, key: &str) -> bool {
    names.contains(key) || uuid_bytes(key).is_some() || key.bytes().all(|b| b.is_ascii_digit())
}

/// Every name of the log.
pub(super) async fn all_names(identity: &Identity, pace: &mut Pace) -> Set<String> {
    let mut all = Set::new();
    for (session, home) in identity.homes() {
        all.insert(session.to_owned());
        for (name, _) in [Domain::Player, Domain::Group, Domain::Model].iter().flat_map(|domain| home.of(*domain)) {
            all.insert(name.to_owned());
            pace.did(name.len()).await;
        }
    }
    all
}

/// What a survey is made with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Every name of the log.
    pub names: &'a Set<String>,
    pub window: Option<Window>,
    pub preset: &'a Preset,
    /// Ids of texts that were read and approved.
    pub approved: &'a Set<String>,
}

/// Surveys the sessions.
pub(super) async fn survey(log: &Log, sessions: &[&Session], asked: Asked<'_>, pace: &mut Pace) -> Survey {
    let mut by_field: Map<(u32, u32), Vec<&Span>> = Map::new();
    for section in sessions.iter().flat_map(|s| &s.sections) {
        for span in &log.spans[section.spans.clone()] {
            pace.did(0).await;
            if storage(log.storages.get(span.storage)).is_some() {
                by_field.entry((section.kind, span.field)).or_default().push(span);
            }
        }
    }
    let (fields, words) = (Map::new(), Set::from_iter(defaults::words(System::Uproot)));
    let mut survey = Survey { fields, originals: Vec::new(), vocabulary: Set::new(), words, finds: Map::new() };
    for ((kind, field), spans) in by_field {
        let (kind, field) = (log.kinds.get(kind), log.fields.get(field));
        let shape = Shape { entry: kind == "model" && field == "entry" };
        let seen = look(log, (kind, field), &spans, shape, asked, pace).await;
        let mut decided = Field::new(shape);
        for (below, seen) in seen {
            let shown = shown(&decided, &below, false);
            let plan = survey.decide(&format!("{kind}..{field}"), (&below, &shown), seen, asked, pace).await;
            decided.plans.insert(below, plan);
        }
        decided.settle();
        pace.passed(spans.iter().map(|span| log.changes(span).len()).sum());
        survey.vocabulary.insert(field.to_lowercase());
        survey.fields.insert((kind.to_owned(), field.to_owned()), decided);
    }
    // Words of the study are known only now.
    let Survey { fields, vocabulary, words, .. } = &mut survey;
    for plan in fields.values_mut().flat_map(|field| field.plans.values_mut()) {
        pace.did(plan.rare_keys.len()).await;
        plan.rare_keys.retain(|key| ![&*words, &*vocabulary].iter().any(|known| known.contains(&key.to_lowercase())));
    }
    survey
}

/// Whether values of a type are bytes rather than JSON.
fn is_bytes(kind: Type) -> bool {
    matches!(kind, Type::BYTES | Type::BYTEARRAY | Type::RANDOM | Type::UUID)
}

/// A value of a field.
struct Occurring {
    id: ValueId,
    /// How often it occurs.
    count: u64,
    /// Its first storage, and whether others have it too.
    first: u32,
    many: bool,
    /// Whether it is a field's last.
    last: bool,
    /// Whether it is one of those that say nothing.
    empty: bool,
    /// Whether it may hold others.
    holds: bool,
    /// The last storage of which what is in it was counted.
    counted: Option<u32>,
}

/// The values of a field.
#[derive(Default)]
struct Values {
    all: Vec<Occurring>,
    /// Their places by id.
    index: HashTable<u32>,
}

impl Values {
    /// The place of a value.
    fn place(&self, id: ValueId) -> Option<u32> {
        let same = |at: &u32| self.all.get(*at as usize).is_some_and(|known| known.id == id);
        self.index.find(spread(id.number().into()), same).copied()
    }

    /// A value that says something, once for each storage.
    fn uncounted(&mut self, id: ValueId, storage: u32) -> Option<&Occurring> {
        let value = self.place(id).and_then(|at| self.all.get_mut(at as usize))?;
        (!value.empty && value.counted.replace(storage) != Some(storage)).then_some(value)
    }

    fn find(&self, id: ValueId) -> Option<&Occurring> {
        self.all.get(self.place(id)? as usize)
    }

    /// A value that is met at a storage; none for a deletion.
    fn met(&mut self, log: &Log, id: ValueId, storage: u32) -> Option<&mut Occurring> {
        if id.is_tombstone() {
            return None;
        }
        let at = self.place(id).unwrap_or_else(|| {
            let at = self.all.len() as u32;
            let (kind, text) = log.values.get(id);
            let empty = matches!(text, "null" | "\"\"" | "");
            let holds = !is_bytes(kind) && text.contains(['{', '[']);
            let (first, many, last, counted) = (storage, false, false, None);
            self.all.push(Occurring { id, count: 0, first, many, last, empty, holds, counted });
            let hash = |at: &u32| spread(self.all.get(*at as usize).map_or(0, |known| known.id.number().into()));
            self.index.insert_unique(hash(&at), at, hash);
            at
        });
        self.all.get_mut(at as usize)
    }

    /// Those that say something, in the order of their ids.
    fn in_order(&self) -> impl Iterator<Item = &Occurring> {
        let mut places: Vec<u32> = (0..self.all.len() as u32).collect();
        order::by_number(&mut places, |at| self.all.get(at as usize).map_or(0, |value| value.id.number()));
        places.into_iter().filter_map(|at| self.all.get(at as usize)).filter(|value| !value.empty)
    }
}

/// What stands at each path of a field.
async fn look(
    log: &Log,
    (kind, field): (&str, &str),
    spans: &[&Span],
    shape: Shape,
    Asked { names, window, preset, .. }: Asked<'_>,
    pace: &mut Pace,
) -> Map<String, Seen> {
    let mut values = Values::default();
    let mut alone: Vec<ValueId> = Vec::new();
    let mut storages = 0;
    for span in spans {
        let mut own: Option<ValueId> = None;
        let mut one = true;
        for change in log.changes(span) {
            pace.did(0).await;
            let id = log.value(*change);
            let Some(value) = values.met(log, id, span.storage).filter(|value| !value.empty) else { continue };
            one &= own.is_none_or(|own| own == id);
            own = Some(id);
            value.count += 1;
            value.many |= value.first != span.storage;
        }
        if let Some(last) = log.changes(span).last().and_then(|last| values.met(log, log.value(*last), span.storage)) {
            last.last = true;
        }
        storages += u64::from(own.is_some());
        alone.extend(own.filter(|_| one));
    }
    let own_value = alone.iter().filter(|id| values.find(**id).is_some_and(|value| !value.many)).count() as u64;

    let path = format!("{kind}..{field}");
    let fixed = defaults::uproot(&path).is_some_and(|d| d.0 != Class::FreeText);
    let mut all: Map<String, Seen> = Map::from([(String::new(), Seen::default())]);
    for Occurring { id, count, first, many, last, .. } in values.in_order() {
        let alone = (!many).then_some(*first);
        // An entry of a chat does not overwrite the one before.
        let last = *last || shape.entry;
        let (value_kind, text) = log.values.get(*id);
        pace.did(text.len()).await;
        if is_bytes(value_kind) {
            let seen = all.entry(String::new()).or_default();
            seen.stats.values += count;
            match value_kind {
                Type::UUID => {
                    seen.stats.uuids += count;
                    let bytes = crate::json::content(text).and_then(|t| time::decode(&t));
                    if let Some(bytes) = bytes.and_then(|b| <[u8; 16]>::try_from(b).ok()) {
                        seen.note(uuid_text(&bytes), *count, false, alone);
                    }
                }
                // The state of a generator tells its next draws; it goes as bytes do.
                Type::RANDOM => seen.stats.binaries += count,
                _ => {
                    seen.stats.binaries += count;
                    let start = crate::json::content(text).unwrap_or_default().chars().take(24).collect();
                    seen.note(start, *count, false, alone);
                }
            }
            continue;
        }
        let text = as_json(value_kind, text);
        walk(&text, "", shape, 0, &|key| is_data_key(names, key), &mut |below, leaf| {
            if !all.contains_key(below) {
                all.insert(below.to_owned(), Seen::default());
            }
            let Some(seen) = all.get_mut(below) else { return };
            match leaf {
                Leaf::Key(..) | Leaf::Text("") | Leaf::Plain("null") | Leaf::Pair(..) => {}
                Leaf::Text(text) => {
                    seen.text(text, *count, names);
                    seen.note(text.to_owned(), *count, last, alone);
                }
                Leaf::Plain(text) => seen.plain(text, *count, window),
                Leaf::Player(..) => {
                    seen.stats.values += count;
                    seen.stats.texts += count;
                    seen.names += count;
                }
            }
        });
    }
    if values.all.iter().any(|value| value.holds) {
        count_owners(log, spans, &mut values, (shape, names), &mut all, pace).await;
    } else {
        all.entry(String::new()).or_default().owners.count = storages;
    }
    for (below, seen) in all.iter_mut() {
        seen.finish(below.is_empty().then_some(own_value));
        let strong = names::by_name(&clean(&format!("{path}{below}"))).is_some_and(|n| n.class.is_strong());
        let fixed_here =
            fixed && !matches!(defaults::uproot(&clean(&format!("{path}{below}"))), Some((Class::FreeText, ..)));
        if !(fixed_here || strong) {
            seen.detect(preset, pace).await;
        }
    }
    all
}

/// Counts the storages that have something at each path inside the values of a field, and those that have each key.
async fn count_owners(
    log: &Log,
    spans: &[&Span],
    values: &mut Values,
    (shape, names): (Shape, &Set<String>),
    all: &mut Map<String, Seen>,
    pace: &mut Pace,
) {
    for span in spans {
        for id in log.changes(span).iter().map(|change| log.value(*change)) {
            pace.did(0).await;
            let Some(value) = values.uncounted(id, span.storage) else { continue };
            if !value.holds {
                all.entry(String::new()).or_default().owners.note(span.storage);
                continue;
            }
            let (kind, text) = log.values.get(id);
            pace.did(text.len()).await;
            walk(&as_json(kind, text), "", shape, 0, &|key| is_data_key(names, key), &mut |below, leaf| {
                all.get_mut(below).into_iter().for_each(|seen| seen.owned_by(span.storage, &leaf));
            });
        }
    }
}
