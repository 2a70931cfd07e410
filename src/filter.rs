//! Which fields an export shows, under which name, and what becomes of their values.
//!
//! "Reasonable filters" are uproot 0.10.1's: its own bookkeeping fields are dropped, references to sessions,
//! groups and players become paths. Secrets are ours: uproot's exporter writes them when filters are off.

use crate::json;
use crate::log::column::{self, ValueId};
use crate::log::{Log, Section, Span};
use crate::numbers::Numbers;
use crate::table::Cell;
use crate::value::{self, Type};

/// Fields that are credentials: whoever has them can act as a participant or join a session.
pub const SECRETS: [&str; 2] = ["_uproot_key", "_uproot_secret"];

/// What a filter makes of a field and its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Leaves it.
    Keep,
    /// `["s","g"]` becomes `"group/s/g"`.
    Group,
    /// `"s"` becomes `"session/s"`.
    Session,
    /// A list of players becomes a list of their paths.
    Players,
    /// A list of groups' names becomes a list of their paths.
    Groups,
}

/// One span of the log as an export shows it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Index of the span.
    pub span: u32,
    /// What becomes of its values, and of its field's name.
    pub rule: Rule,
}

impl Line {
    /// The changes.
    #[inline]
    pub fn span<'l>(&self, log: &'l Log) -> &'l Span {
        &log.spans[self.span as usize]
    }

    /// The name of the field in the output.
    pub fn name<'l>(&self, log: &'l Log) -> &'l str {
        self.rule.new_name().unwrap_or_else(|| log.fields.get(self.span(log).field))
    }

    /// Numbers the names of so many lines, by [`Line::name_key`].
    pub(crate) fn names(log: &Log, lines: usize) -> Numbers {
        Numbers::new(lines, log.fields.len() + Rule::Groups as usize + 1)
    }

    /// What lines share whose fields have the same name and the same rule.
    pub(crate) fn name_key(&self, log: &Log) -> u32 {
        match self.rule {
            Rule::Keep => self.span(log).field,
            rule => log.fields.len() as u32 + rule as u32,
        }
    }

    /// The same as a cell.
    #[inline]
    pub fn name_cell<'l>(&self, log: &'l Log) -> Cell<'l> {
        self.rule.new_name().map_or_else(|| log.fields.cell(self.span(log).field), Cell::Plain)
    }

    /// The value of one of its changes as the export shows it; `scratch` holds what had to be made.
    pub fn value<'l>(&self, log: &'l Log, id: ValueId, scratch: &'l mut String) -> (Type, &'l str) {
        self.rule.apply(log, self.span(log).storage, id, scratch)
    }

    /// The same as a cell; empty for a tombstone.
    #[inline]
    pub fn cell<'l>(&self, log: &'l Log, id: ValueId, scratch: &'l mut String) -> Cell<'l> {
        if self.rule == Rule::Keep || id.is_tombstone() {
            return log.values.cell(id);
        }
        let (kind, text) = self.value(log, id, scratch);
        column::text_cell(kind, text)
    }
}

/// What to show of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// uproot's reasonable filters.
    pub filters: bool,
    /// Keep [`SECRETS`], for comparing with uproot; only matters without filters.
    pub secrets: bool,
}

/// The lines of a section that a choice keeps, in the order of the output.
pub fn lines<'l>(log: &'l Log, section: &Section, choice: Choice) -> impl Iterator<Item = Line> + use<'l> {
    // Almost always the field alone decides, and a section has it in every storage.
    let mut numbers = Numbers::new(section.spans.len(), log.fields.len());
    let mut fates: Vec<Fate> = Vec::new();
    section.spans.clone().filter_map(move |index| {
        let span = &log.spans[index];
        let (number, new) = numbers.of(span.field);
        if new {
            fates.push(fate(log.fields.get(span.field), choice));
        }
        let rule = match fates[number] {
            Fate::Dropped => None,
            Fate::Shown(rule) => Some(rule),
            Fate::OfKinds(rule, kinds) => {
                let storage = log.storages.get(span.storage);
                let of = |kind: &&str| storage.strip_prefix(*kind).is_some_and(|rest| rest.starts_with('/'));
                kinds.iter().any(of).then_some(rule)
            }
        };
        Some(Line { span: index as u32, rule: rule? })
    })
}

/// What a choice does with a field.
#[derive(Clone, Copy)]
enum Fate {
    Dropped,
    Shown(Rule),
    /// It is shown in storages of some kinds and dropped elsewhere.
    OfKinds(Rule, &'static [&'static str]),
}

fn fate(field: &str, choice: Choice) -> Fate {
    if !choice.secrets && SECRETS.contains(&field) {
        return Fate::Dropped;
    }
    if !choice.filters || !field.starts_with("_uproot_") {
        return Fate::Shown(Rule::Keep);
    }
    match field {
        "_uproot_group" => Fate::Shown(Rule::Group),
        "_uproot_session" => Fate::Shown(Rule::Session),
        "_uproot_dropout" | "_uproot_settings" => Fate::Shown(Rule::Keep),
        "_uproot_players" => Fate::OfKinds(Rule::Players, &["session", "group"]),
        "_uproot_groups" => Fate::OfKinds(Rule::Groups, &["session"]),
        _ => Fate::Dropped,
    }
}

/// The second part of a storage's path.
pub fn session_of(storage: &str) -> &str {
    storage.split('/').nth(1).unwrap_or_default()
}

impl Rule {
    /// The name that the field gets.
    fn new_name(self) -> Option<&'static str> {
        match self {
            Rule::Keep => None,
            Rule::Group => Some("group"),
            Rule::Session => Some("session"),
            Rule::Players => Some("players"),
            Rule::Groups => Some("groups"),
        }
    }

    /// The value as the export shows it; `scratch` holds what had to be made.
    ///
    /// A value that is not of the shape that the rule is for (there uproot 0.10.1 raises) stays as it is.
    fn apply<'a>(self, log: &'a Log, storage: u32, id: ValueId, scratch: &'a mut String) -> (Type, &'a str) {
        let (kind, text) = log.values.get(id);
        if self == Rule::Keep || id.is_tombstone() {
            return (kind, text);
        }
        let session = session_of(log.storages.get(storage));
        if kind == Type::CELL {
            // A cell holds the content of a text, or the JSON of anything else.
            let as_json = || {
                let mut out = Vec::new();
                json::string(text, &mut out);
                String::from_utf8(out).unwrap_or_default()
            };
            let new =
                if self == Rule::Session { self.rewrite(session, &as_json()) } else { self.rewrite(session, text) };
            if let Some(new) = new {
                *scratch = json::content(&new).unwrap_or(new);
                return (kind, scratch);
            }
            return (kind, text);
        }
        match self.rewrite(session, text) {
            Some(new) => {
                *scratch = new;
                let kind = if scratch.starts_with('[') { Type::LIST } else { Type::STR };
                (kind, scratch)
            }
            None => (kind, text),
        }
    }

    /// Whether uproot 0.10.1 can apply the rule to the value.
    pub fn fits(self, log: &Log, id: ValueId) -> bool {
        let (_, text) = log.values.get(id);
        match self {
            Rule::Keep | Rule::Session => true,
            Rule::Group => text == "null" || self.rewrite("", text).is_some(),
            Rule::Players | Rule::Groups => self.rewrite("", text).is_some(),
        }
    }

    fn rewrite(self, session: &str, text: &str) -> Option<String> {
        // Names inside canonical JSON strings stay escaped as they are.
        let inner = |t: &str| t.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(str::to_owned);
        let escaped = |name: &str| {
            let mut out = Vec::new();
            json::string(name, &mut out);
            String::from_utf8(out).ok().as_deref().and_then(inner)
        };
        match self {
            Rule::Keep => None,
            Rule::Session => Some(format!("\"session/{}\"", inner(text)?)),
            Rule::Group => match json::items(text)?.as_slice() {
                [s, g] => Some(format!("\"group/{}/{}\"", inner(s)?, inner(g)?)),
                _ => None,
            },
            Rule::Players => {
                let session = escaped(session)?;
                let path = |member: &&str| {
                    let pair = json::items(member).filter(|i| i.len() == 2).map(|i| i[1]);
                    let name = value::bunch_member(member).map(|(_, u)| u).or(pair)?;
                    Some(format!("\"player/{session}/{}\"", inner(name)?))
                };
                list(json::items(text)?.iter().map(path))
            }
            Rule::Groups => {
                let session = escaped(session)?;
                list(json::items(text)?.iter().map(|g| Some(format!("\"group/{session}/{}\"", inner(g)?))))
            }
        }
    }
}

fn list(items: impl Iterator<Item = Option<String>>) -> Option<String> {
    Some(format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(",")))
}
