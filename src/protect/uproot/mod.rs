//! Call [`protect`] to prepare an uproot study for sharing: the result is a study like any other, so every view inherits it.
//!
//! `survey` looks at all values and decides a class for each path, `identity` knows the names and their tokens, `clock`
//! where times begin, `transform` makes new values, and here they become a new log in an order that tells nothing.

mod clock;
mod identity;
mod leaves;
mod survey;
mod transform;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::export;
use crate::limits::Limits;
use crate::log::column::ValueId;
use crate::log::{Builder, Change, Log, Session, Span};
use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::leak::{Original, Searcher};
use crate::protect::pseudonym::{Domain, Key, Tokens, uuid_bytes, uuid_text};
use crate::protect::quasi::{self, Ages};
use crate::protect::report::{self, PathReport, Report, RiskReport};
use crate::protect::time::{self, Rounding, Window};
use crate::recipe::{Protect, Recipe};
use crate::study::{Data, Study};
use crate::value::Type;
use clock::Start;
use identity::{Identity, Words, domain_of_kind};
use leaves::{Leaf, as_json, walk};
use survey::{Field, Survey, storage};
use transform::{Owner, REMOVED, Transform};

/// A study that is prepared, and what its finished ZIP must be searched for before anyone gets it.
pub struct Protected {
    /// The study; its log holds no original name.
    pub study: Study,
    /// The recipe for it: sessions are called by their tokens now.
    pub recipe: Recipe,
    /// What must not be left in the ZIP.
    pub searcher: Searcher,
    /// Values too short or too plain to be searched everywhere, by the path where they must not be.
    pub own_columns: BTreeMap<String, BTreeSet<String>>,
}

/// Prepares the sessions that a recipe chooses. `key` is 32 random bytes, new each time, or a project's.
///
/// # Errors
/// [`Code::NoSuchSession`], [`Code::BadRecipe`] if the recipe asks for no protection, [`Code::TokenCollision`],
/// [`Code::OutOfMemory`].
pub fn protect(study: &Study, recipe: &Recipe, key: &[u8; 32], project: bool, limits: Limits) -> Result<Protected> {
    let recipe = recipe.clone().checked()?;
    if recipe.protect == Protect::Off || recipe.include_secrets {
        let detail = "Protection and credentials exclude each other.";
        return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
    }
    let Data::Uproot(log) = &study.data else {
        return Err(refused("Only uproot's data can be prepared for sharing so far, not PsyNet's."));
    };
    if log.exported {
        return Err(refused("Exported tables cannot be prepared for sharing so far: use the dump or the database."));
    }
    let sessions = export::chosen(log, &recipe)?;
    let share = recipe.protect == Protect::Share;
    let window = window(&sessions);
    let mac = Key::new(key);
    let mut identity = Identity::new(Tokens::new(mac.clone()));
    survey::identify(log, &sessions, &mut identity)?;
    let names = survey::all_names(&identity);
    let survey = survey::survey(log, &sessions, &names, window, recipe.protect);
    let (originals, own_columns) = originals(&identity, &survey, key);
    let searched = originals.iter().filter(|o| o.distinctive).count();
    let words = words(&originals, &mut identity)?;
    let searcher = Searcher::new(originals, window.filter(|_| share));
    let quasi = if share { Quasi::measure(log, &sessions, &survey, recipe.k as usize) } else { Quasi::default() };
    let transform = Transform {
        identity,
        words,
        names,
        level: recipe.protect,
        window: window.filter(|_| share),
        rounding: Rounding::Second,
        searcher: &searcher,
        caught: 0,
    };
    let mut rewriting = Rewriting {
        log,
        survey: &survey,
        quasi: &quasi,
        transform,
        share,
        counts: BTreeMap::new(),
        memo: BTreeMap::new(),
        history: 0,
    };
    let mut builder = Builder::new(limits);
    let (numbers, interacting) = match share {
        true => rewriting.in_token_order(&sessions, &mut builder)?,
        false => (rewriting.in_old_order(&sessions, &mut builder)?, 0),
    };
    // What the order of the new log has to say about itself concerns nobody.
    let mut new = builder.finish(&mut Problems::default())?;
    new.renumber(&numbers);

    let mut problems = Problems::default();
    for problem in study.problems.iter() {
        // Places and details of the original may name files, storages and sessions.
        problems.add(Problem { count: problem.count, ..Problem::new(problem.code, Place::default()) });
    }
    let unnamed =
        survey::spans(log, &sessions).filter(|s| storage(log.storages.get(s.storage)).is_none()).count() as u64;
    let short: usize = own_columns.values().map(BTreeSet::len).sum();
    let report = Report {
        level: recipe.protect,
        k: recipe.k,
        input: study.format.name.clone(),
        key_label: project.then(|| mac.label()),
        sessions: new.sessions.len() as u64,
        sessions_interacting: interacting,
        participants: quasi.participants.max(rewriting.participants(&sessions)),
        rows_before: sessions.iter().map(|s| s.changes).sum(),
        rows_after: new.order.len() as u64,
        paths: rewriting.paths(),
        tokens: Domain::ALL.map(|d| (d.as_str(), rewriting.transform.identity.tokens.count(d) as u64)).into(),
        detectors: survey.finds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect(),
        dropped_from_history: rewriting.history,
        withheld_by_search: rewriting.transform.caught,
        unnamed_storages: unnamed,
        risk: quasi.report,
        searched_values: searched as u64,
        searched_forms: searcher.sizes().1 as u64,
        not_searched: (short + searcher.unsearchable) as u64,
    };
    let study = Study {
        files: Vec::new(),
        format: study.format.clone(),
        data: Data::Uproot(Arc::new(new)),
        problems,
        protection: Some(Arc::new(report)),
    };
    Ok(Protected { study, recipe: Recipe { sessions: None, ..recipe }, searcher, own_columns })
}

/// What is not protected is not written: nothing is passed on half done.
fn refused(detail: &str) -> Error {
    Error::new(Code::Unsupported, Place::default()).detail(detail)
}

/// The days of the study; none if its clock was not set.
fn window(sessions: &[&Session]) -> Option<Window> {
    let first = sessions.iter().map(|s| s.first).fold(f64::NAN, f64::min);
    let last = sessions.iter().map(|s| s.last).fold(f64::NAN, f64::max);
    // Times before 2001 are counters, not moments; numbers like them are everywhere.
    (first > 1e9).then(|| Some(Window::new(time::from_seconds(first)?, time::from_seconds(last)?)))?
}

/// Words that stand in every report and must not count as somebody's.
const OWN_WORDS: &str = "session sessions player players group groups model models storage field fields change changes latest \
    sparse ultralong page_times readme data value values number string integer boolean unavailable context true false null none \
    windrow uproot anonymization protected withheld removed participant participants experiment technical sensitive binary \
    about columns description deletions distinct missing present types float tuple bytes complex decimal frozenset datetime \
    bytearray random desktop mobile tablet other unknown column columns table tables share pseudonymize times order recipe format";

type OwnColumns = BTreeMap<String, BTreeSet<String>>;

fn originals(identity: &Identity, survey: &Survey, key: &[u8; 32]) -> (Vec<Original>, OwnColumns) {
    let mut own = report::words();
    own.extend(OWN_WORDS.split_ascii_whitespace().map(str::to_owned));
    let distinctive = |value: &str| {
        let length = value.chars().count();
        let digits = value.bytes().all(|b| b.is_ascii_digit());
        let lower = value.to_lowercase();
        let long = length >= if digits { 6 } else { 5 };
        long && !survey.vocabulary.contains(&lower) && !own.contains(&lower)
    };
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let mut all = vec![Original { value: hex, class: Class::Secret, path: "key".to_owned(), distinctive: true }];
    let mut own_columns = OwnColumns::new();
    let mut add = |value: &str, class, path: &str| {
        let distinctive = distinctive(value);
        if !distinctive && class != Class::Contact {
            own_columns.entry(path.to_owned()).or_default().insert(value.to_owned());
        }
        all.push(Original { value: value.to_owned(), class, path: path.to_owned(), distinctive });
    };
    for (session, home) in identity.homes() {
        add(session, Class::InternalId, "session..!storage");
        for domain in [Domain::Player, Domain::Group, Domain::Model] {
            home.of(domain)
                .for_each(|(name, _)| add(name, Class::InternalId, &format!("{}..!storage", domain.as_str())));
        }
    }
    survey.originals.iter().for_each(|(value, class, path)| add(value, *class, path));
    (all, own_columns)
}

/// What every distinctive original becomes where it stands in a longer text.
fn words(originals: &[Original], identity: &mut Identity) -> Result<Words> {
    let mut words = Words::default();
    let mut names = Vec::new();
    for (session, home) in identity.homes() {
        names.push((session.to_owned(), String::new(), home.token.clone()));
        for domain in [Domain::Player, Domain::Group, Domain::Model] {
            names.extend(home.of(domain).map(|(n, token)| (n.to_owned(), session.to_owned(), token.to_owned())));
        }
    }
    let known: BTreeSet<&str> = originals.iter().filter(|o| o.distinctive).map(|o| o.value.as_str()).collect();
    for (name, session, token) in &names {
        if known.contains(name.as_str()) {
            words.add(name, session, token);
        }
    }
    for original in originals.iter().filter(|o| o.distinctive && o.path != "key" && !o.path.ends_with("!storage")) {
        let value = original.value.as_str();
        let with = match (original.class, uuid_bytes(value)) {
            (Class::PersonId, _) => identity.tokens.token(Domain::Person, &[value])?,
            (Class::TaskId, _) => identity.tokens.token(Domain::Task, &[value])?,
            (Class::InternalId, Some(bytes)) => uuid_text(&identity.tokens.uuid(&bytes)?),
            (Class::InternalId, None) => identity.tokens.token(Domain::Room, &[value])?,
            _ => REMOVED.to_owned(),
        };
        words.add(value, "", &with);
    }
    words.settle();
    Ok(words)
}

/// A player's values before and after they were made coarse, by field and path inside.
type Cells = BTreeMap<(String, String), BTreeSet<(String, String)>>;

/// The players' quasi-identifiers.
#[derive(Default)]
struct Quasi {
    /// Storages of players whose quasi-identifiers become `*`.
    suppressed: BTreeSet<u32>,
    participants: u64,
    report: Option<RiskReport>,
}

impl Quasi {
    fn measure(log: &Log, sessions: &[&Session], survey: &Survey, k: usize) -> Quasi {
        let is_quasi = |field: &Field| field.plans.values().any(|plan| plan.action == Action::Generalize);
        let fields: Vec<(&String, &Field)> = survey
            .fields
            .iter()
            .filter(|((kind, _), f)| kind == "player" && is_quasi(f))
            .map(|((_, n), f)| (n, f))
            .collect();
        let mut players: BTreeMap<u32, Cells> = BTreeMap::new();
        for span in survey::spans(log, sessions) {
            if storage(log.storages.get(span.storage)).is_none_or(|s| s.0 != "player") {
                continue;
            }
            let player = players.entry(span.storage).or_default();
            let Some((name, field)) = fields.iter().find(|(name, _)| *name == log.fields.get(span.field)) else {
                continue;
            };
            for change in log.changes(span) {
                let (kind, text) = log.values.get(log.value(*change));
                walk(&as_json(kind, text), "", field.shape, 0, &|_| false, &mut |below, leaf| {
                    let (Leaf::Text(value) | Leaf::Plain(value)) = leaf else { return };
                    let plan = field.plans.get(below).filter(|plan| plan.action == Action::Generalize);
                    let Some(plan) = plan.filter(|_| value != "null" && !value.is_empty()) else { return };
                    let coarse =
                        if plan.age { quasi::age(value, Ages::Bands).unwrap_or_default() } else { value.to_owned() };
                    let cell = player.entry(((*name).clone(), below.to_owned())).or_default();
                    cell.insert((value.to_owned(), coarse));
                });
            }
        }
        let columns: BTreeSet<(String, String)> = players.values().flat_map(|p| p.keys().cloned()).collect();
        let table = |pick: fn(&(String, String)) -> &str| -> Vec<Vec<String>> {
            let cell = |player: &Cells, column: &(String, String)| {
                let values: BTreeSet<&str> = player.get(column).into_iter().flatten().map(pick).collect();
                values.into_iter().collect::<Vec<_>>().join("\x1f")
            };
            columns.iter().map(|column| players.values().map(|player| cell(player, column)).collect()).collect()
        };
        let (before, coarse) = (table(|v| v.0.as_str()), table(|v| v.1.as_str()));
        let rows = quasi::suppress(&coarse, k);
        let report = (!columns.is_empty()).then(|| RiskReport {
            columns: columns.iter().map(|(field, below)| format!("player..{field}{below}")).collect(),
            suppressed: rows.len() as u64,
            before: quasi::risk(&before).into(),
            after: quasi::risk(&quasi::starred(&coarse, &rows)).into(),
        });
        let storages: Vec<u32> = players.keys().copied().collect();
        let suppressed = rows.iter().filter_map(|row| storages.get(*row).copied()).collect();
        Quasi { suppressed, participants: players.len() as u64, report }
    }
}

/// What happened to the values of a field.
#[derive(Clone, Copy, Default)]
struct Counts {
    kept: u64,
    changed: u64,
    removed: u64,
}

/// The new log under way.
struct Rewriting<'a> {
    log: &'a Log,
    survey: &'a Survey,
    quasi: &'a Quasi,
    transform: Transform<'a>,
    share: bool,
    counts: BTreeMap<(&'a str, &'a str), Counts>,
    /// New values of old ones, by session and field.
    memo: BTreeMap<(&'a str, &'a str, u32, ValueId), Option<ValueId>>,
    history: u64,
}

/// A span with where it belongs.
struct Where<'a> {
    kind: &'a str,
    session: &'a str,
    path: String,
    field: &'a Field,
    name: &'a str,
}

impl<'a> Rewriting<'a> {
    fn participants(&self, sessions: &[&Session]) -> u64 {
        let players = survey::spans(self.log, sessions).map(|s| s.storage);
        let players: BTreeSet<u32> =
            players.filter(|id| storage(self.log.storages.get(*id)).is_some_and(|s| s.0 == "player")).collect();
        players.len() as u64
    }

    fn place(&mut self, span: &Span) -> Result<Option<Where<'a>>> {
        let Some((kind, session, name)) = storage(self.log.storages.get(span.storage)) else { return Ok(None) };
        let field_name = self.log.fields.get(span.field);
        let Some(field) = self.survey.fields.get(&(kind.to_owned(), field_name.to_owned())) else { return Ok(None) };
        let identity = &mut self.transform.identity;
        let mut path = format!("{kind}/{}", identity.session(session)?);
        if let Some(domain) = domain_of_kind(kind) {
            path = format!("{path}/{}", identity.member(domain, session, name)?);
        }
        Ok(Some(Where { kind, session, path, field, name: field_name }))
    }

    /// The new value of a change; `None` removes the field.
    fn value(
        &mut self,
        at: &Where<'a>,
        span: &Span,
        change: u32,
        owner: Owner<'_>,
        builder: &mut Builder,
    ) -> Result<Option<ValueId>> {
        let id = self.log.value(change);
        let (kind, text) = self.log.values.get(id);
        let counts = self.counts.entry((at.kind, at.name)).or_default();
        if at.field.removed() {
            counts.removed += 1;
            return Ok(None);
        }
        if id.is_tombstone() {
            return Ok(Some(ValueId::TOMBSTONE));
        }
        let own =
            at.field.plans.get("").is_some_and(|p| p.decided_by == DecidedBy::Default && p.class == Class::Experiment);
        let last = self.log.changes(span).last().copied();
        if self.share && !own && last.is_some_and(|last| self.log.value(last).is_tombstone()) {
            counts.removed += 1;
            self.history += 1;
            return Ok(Some(builder.value(Type::NONE, b"null")?.0));
        }
        let personal = at.name == "id"
            || at.field.plans.values().any(|p| p.times || matches!(p.action, Action::Relative | Action::Generalize));
        let memo = (at.session, at.kind, span.field, id);
        let known = if personal { None } else { self.memo.get(&memo).copied() };
        let new = match known {
            Some(new) => new,
            None => {
                let new = self.transform.value(kind, text, at.field, owner)?;
                let new = new.map(|new| stored(builder, kind, text, &new)).transpose()?;
                self.memo.insert(memo, new);
                new
            }
        };
        let counts = self.counts.entry((at.kind, at.name)).or_default();
        match new {
            None => counts.removed += 1,
            Some(new) if builder.stored(new) == (kind, text) => counts.kept += 1,
            Some(_) => counts.changed += 1,
        }
        Ok(new)
    }

    fn context(&self, change: u32) -> &'a str {
        let context = self.log.context(change);
        let looks = context.rsplit_once(':').is_some_and(|(place, line)| {
            let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            place.contains('.')
                && place.split('.').all(word)
                && !line.is_empty()
                && line.bytes().all(|b| b.is_ascii_digit())
        });
        if looks && self.transform.words.replace(context, "").is_none() { context } else { "" }
    }

    /// Everything in the order of tokens. Returns the new sequence numbers and how many sessions' participants interact.
    fn in_token_order(&mut self, sessions: &[&'a Session], builder: &mut Builder) -> Result<(Vec<u64>, u64)> {
        let mut by_token = Vec::new();
        for session in sessions {
            by_token.push((self.transform.identity.session(&session.name)?.to_owned(), *session));
        }
        by_token.sort_by(|a, b| a.0.cmp(&b.0));
        let (mut numbers, mut interacting, mut place) = (Vec::new(), 0, 0);
        for (_, session) in by_token {
            let start = clock::start(self.log, session);
            let together = matches!(start, Start::Session(_));
            interacting += u64::from(together);
            let mut spans = Vec::new();
            for index in session.sections.iter().flat_map(|section| section.spans.clone()) {
                let span = &self.log.spans[index];
                if let Some(at) = self.place(span)? {
                    let order = ["session", "player", "group", "model"].iter().position(|k| *k == at.kind);
                    spans.push((order, at.path.clone(), index, at));
                }
            }
            spans.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
            let ranks = [Domain::Player, Domain::Group, Domain::Model]
                .map(|domain| (domain, self.transform.identity.ranks(&session.name, domain)));
            // For each change pushed: what it is ordered by.
            let mut keys: Vec<(u64, u64, usize)> = Vec::new();
            let (mut owner_number, mut before) = (0, String::new());
            for (_, path, index, at) in &spans {
                let span = &self.log.spans[*index];
                if *path != before {
                    owner_number += 1;
                    before.clone_from(path);
                }
                let (_, _, name) = storage(self.log.storages.get(span.storage)).unwrap_or_default();
                let of_kind = |(domain, ranks): &(Domain, BTreeMap<String, u64>)| {
                    (domain_of_kind(at.kind) == Some(*domain)).then(|| ranks.get(name).copied())?
                };
                let owner = Owner {
                    session: at.session,
                    start: start.of(span.storage),
                    suppressed: self.quasi.suppressed.contains(&span.storage),
                    rank: ranks.iter().find_map(of_kind).unwrap_or_default(),
                    field: at.name,
                    sorted: at.kind == "session"
                        && matches!(
                            at.name,
                            "_uproot_players" | "players" | "_uproot_groups" | "groups" | "_uproot_models" | "models"
                        ),
                };
                let field = self.transform.words.replace(at.name, at.session);
                for change in self.log.changes(span) {
                    let Some(value) = self.value(at, span, *change, owner, builder)? else { continue };
                    let at_time = time::from_seconds(self.log.time(*change));
                    let time = at_time.map(|t| time::Mode::Relative(self.transform.rounding).apply(t, owner.start));
                    let time = if let Some(time::Time::Since(micros)) = time { micros as f64 / 1e6 } else { f64::NAN };
                    place += 1;
                    keys.push((if together { 0 } else { owner_number }, self.log.seq(*change), keys.len()));
                    builder.push(Change {
                        seq: Some(place),
                        storage: path,
                        field: field.as_deref().unwrap_or(at.name),
                        value,
                        time,
                        context: self.context(*change),
                    })?;
                }
            }
            let base = numbers.len();
            numbers.resize(base + keys.len(), 0);
            keys.sort_unstable();
            for (number, (_, _, pushed)) in (1..).zip(keys) {
                if let Some(slot) = numbers.get_mut(base + pushed) {
                    *slot = number;
                }
            }
        }
        Ok((numbers, interacting))
    }

    /// Everything in its old order, with its times and numbers.
    fn in_old_order(&mut self, sessions: &[&'a Session], builder: &mut Builder) -> Result<Vec<u64>> {
        let mut changes = Vec::new();
        for index in sessions.iter().flat_map(|s| &s.sections).flat_map(|section| section.spans.clone()) {
            changes.extend(self.log.changes(&self.log.spans[index]).iter().map(|c| (self.log.seq(*c), index, *c)));
        }
        changes.sort_unstable();
        let mut ranks: BTreeMap<(String, Domain), BTreeMap<String, u64>> = BTreeMap::new();
        let mut numbers = Vec::new();
        for (seq, index, change) in changes {
            let span = &self.log.spans[index];
            let Some(at) = self.place(span)? else { continue };
            let (_, _, name) = storage(self.log.storages.get(span.storage)).unwrap_or_default();
            let rank = domain_of_kind(at.kind).and_then(|domain| {
                let ranks = ranks.entry((at.session.to_owned(), domain));
                ranks.or_insert_with(|| self.transform.identity.ranks(at.session, domain)).get(name).copied()
            });
            let owner = Owner {
                session: at.session,
                start: None,
                suppressed: false,
                rank: rank.unwrap_or_default(),
                field: at.name,
                sorted: false,
            };
            let Some(value) = self.value(&at, span, change, owner, builder)? else { continue };
            let field = self.transform.words.replace(at.name, at.session);
            numbers.push(seq);
            builder.push(Change {
                seq: Some(seq),
                storage: &at.path,
                field: field.as_deref().unwrap_or(at.name),
                value,
                time: self.log.time(change),
                context: self.context(change),
            })?;
        }
        Ok(numbers)
    }

    /// The report's lines.
    fn paths(&self) -> Vec<PathReport> {
        let mut all = Vec::new();
        for ((kind, name), field) in &self.survey.fields {
            let counts = self.counts.get(&(kind.as_str(), name.as_str())).copied().unwrap_or_default();
            for (below, plan) in &field.plans {
                let path = format!("{kind}..{name}{}", shown(field, below));
                if all.last().is_some_and(|last: &PathReport| last.path == path) {
                    continue;
                }
                all.push(PathReport {
                    path: self.transform.words.replace(&path, "").unwrap_or(path),
                    class: plan.class,
                    action: plan.action,
                    reason: plan.reason.clone(),
                    decided_by: plan.decided_by,
                    counts: below.is_empty().then_some([counts.kept, counts.changed, counts.removed]),
                });
            }
        }
        all
    }
}

/// A path inside a field without keys that may be data: those of removed members, and those that one storage has.
fn shown(field: &Field, below: &str) -> String {
    let (mut real, mut shown) = (String::new(), String::new());
    for (i, part) in below.split('.').enumerate() {
        if i == 0 {
            real.push_str(part);
            shown.push_str(part);
            continue;
        }
        let key = part.split('[').next().unwrap_or_default();
        let rare = field.plans.get(&real).is_some_and(|plan| plan.rare_keys.contains(key));
        real = format!("{real}.{key}");
        let removed = field.plans.get(&real).is_some_and(|plan| plan.action == Action::Remove);
        let hidden = rare || removed || !crate::protect::detect::detect(key).is_empty();
        shown.push_str(&format!(".{}", if hidden { "*" } else { key }));
        let rest = part.get(key.len()..).unwrap_or_default();
        real.push_str(rest);
        shown.push_str(rest);
    }
    shown
}

/// Stores a new value with the old type where it still fits.
fn stored(builder: &mut Builder, kind: Type, old: &str, new: &str) -> Result<ValueId> {
    let fits = match kind {
        _ if new == old => true,
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
