//! Looks at all values once: what each path holds, its class, and which originals must not be left.

use std::collections::{BTreeMap, BTreeSet};

use super::census::{Census, NOBODY};
use super::plan::{Plan, decide, decision};
use super::refer::Refer;
use super::seen::Seen;
use super::tree::{Enter, Leaf, Visit, rewrite};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::protect::class::{Action, Class, Stats};
use crate::protect::decision::clean;
use crate::protect::defaults;
use crate::protect::detect::Kind;
use crate::protect::preset::Preset;

/// One column, or one question's answers.
#[derive(Default)]
pub(super) struct Field {
    /// By what follows the field's name in the path.
    pub plans: BTreeMap<String, Plan>,
    seen: BTreeMap<String, Seen>,
    /// Values of quasi-identifiers by path and participant.
    pub values: BTreeMap<String, BTreeMap<u32, BTreeSet<String>>>,
}

/// Originals by class and path.
pub(super) type Originals = Vec<(String, Class, String)>;

/// The result.
pub(super) struct Survey {
    pub fields: BTreeMap<String, Field>,
    pub originals: Originals,
    /// Categories in lower case; no identifier for being equal to one.
    pub vocabulary: BTreeSet<String>,
    /// Detectors' finds by kind.
    pub finds: BTreeMap<Kind, u64>,
    held: u64,
}

/// What a survey is made with.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    pub preset: &'a Preset,
    pub census: &'a Census,
    pub refer: &'a Refer,
    pub limits: &'a Limits,
}

impl Survey {
    pub fn new() -> Survey {
        Survey {
            fields: BTreeMap::new(),
            originals: Vec::new(),
            vocabulary: BTreeSet::new(),
            finds: BTreeMap::new(),
            held: 0,
        }
    }

    /// A cell; `json` says that it holds JSON rather than text, which may be JSON too. `row` stands for the owner where
    /// there is none.
    pub fn cell(
        &mut self,
        prefix: &str,
        text: &str,
        json: bool,
        (owner, row): (u32, u64),
        with: With<'_>,
    ) -> Result<()> {
        if !self.fields.contains_key(prefix) {
            self.fields.insert(prefix.to_owned(), Field::default());
        }
        let Some(field) = self.fields.get_mut(prefix) else { return Ok(()) };
        let mut looking = Looking { field, prefix, owner, row, with, held: 0 };
        let structured = json || text.starts_with(['{', '[']);
        if !structured || rewrite(text, with.limits.depth, &mut looking)?.is_none() {
            looking.leaf("", plain(text))?;
        }
        self.held += looking.held;
        with.limits.memory(self.held)
    }

    /// A time.
    pub fn time(&mut self, prefix: &str, owner: u32, with: With<'_>) {
        if !self.fields.contains_key(prefix) {
            self.fields.insert(prefix.to_owned(), Field::default());
        }
        let Some(field) = self.fields.get_mut(prefix) else { return };
        let Some(seen) = seen(&mut field.seen, prefix, "", with) else { return };
        seen.owned_by(owner);
        seen.stats.values += 1;
        seen.stats.times += 1;
        seen.stats.texts += 1;
    }

    /// Whether every choice of the preset could be obeyed.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] for a choice about a path that nobody may decide.
    pub fn obeyed(&self, preset: &Preset) -> Result<()> {
        for (prefix, field) in &self.fields {
            let mut plans = field.plans.iter();
            if plans.any(|(below, plan)| plan.decision.is_defied(&clean(&format!("{prefix}{below}")), preset)) {
                let detail = "The preset gives an identifier of the system's own another class; these never stay.";
                return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
            }
        }
        Ok(())
    }

    /// Gives every path its plan.
    pub fn decide(&mut self, preset: &Preset) {
        for (prefix, field) in &mut self.fields {
            for (below, mut seen) in std::mem::take(&mut field.seen) {
                seen.finish();
                let path = clean(&format!("{prefix}{below}"));
                let plan = decide(&path, &seen, preset, &mut self.originals, &mut self.vocabulary);
                for ((kind, _), count) in &seen.hits {
                    *self.finds.entry(*kind).or_default() += count;
                }
                if matches!(plan.decision.class, Class::Quasi | Class::Sensitive)
                    || plan.decision.action == Action::Generalize
                {
                    field.values.insert(below.clone(), seen.values);
                }
                field.plans.insert(below, plan);
            }
        }
    }
}

/// A cell that is no JSON.
pub(super) fn plain(text: &str) -> Leaf<'_> {
    match crate::psynet::number::float(text) {
        Some(_) => Leaf::Number(text),
        None => Leaf::Text(text),
    }
}

fn seen<'f>(all: &'f mut BTreeMap<String, Seen>, prefix: &str, below: &str, with: With<'_>) -> Option<&'f mut Seen> {
    if !all.contains_key(below) {
        let path = clean(&format!("{prefix}{below}"));
        let default = defaults::psynet(&path);
        let first = decision(&path, &Stats::default(), with.preset);
        let strong = first.class.is_strong();
        let fixed = default.is_some_and(|(class, ..)| class != Class::FreeText);
        let quasi = matches!(first.class, Class::Quasi | Class::Sensitive);
        all.insert(below.to_owned(), Seen { open: !fixed && !strong, strong, quasi, ..Seen::default() });
    }
    all.get_mut(below)
}

struct Looking<'a> {
    field: &'a mut Field,
    prefix: &'a str,
    owner: u32,
    row: u64,
    with: With<'a>,
    held: u64,
}

impl Visit for Looking<'_> {
    fn enter(&mut self, below: &str) -> Enter {
        // A path has a plan even if no leaf is there.
        seen(&mut self.field.seen, self.prefix, below, self.with);
        Enter::Yes
    }

    fn key(&mut self, below: &str, key: &str) -> Result<String> {
        let Some(seen) = seen(&mut self.field.seen, self.prefix, below, self.with) else { return Ok(String::new()) };
        let whose = if self.owner == NOBODY { self.row } else { u64::from(self.owner) };
        match seen.keys.get_mut(key) {
            Some(known) => known.1 |= known.0 != whose,
            None => {
                self.held += key.len() as u64 + 64;
                seen.keys.insert(key.to_owned(), (whose, false));
            }
        }
        Ok(String::new())
    }

    fn leaf(&mut self, below: &str, leaf: Leaf<'_>) -> Result<Option<String>> {
        let window = self.with.census.window;
        let Some(seen) = seen(&mut self.field.seen, self.prefix, below, self.with) else { return Ok(None) };
        match leaf {
            Leaf::Null | Leaf::Text("") => return Ok(None),
            Leaf::Text(text) => self.held += seen.text(text, self.owner),
            Leaf::Number(digits) => self.held += seen.number(digits, self.owner, window),
            Leaf::Bool(_) => seen.stats.values += 1,
            Leaf::Moment { .. } => {
                seen.stats.values += 1;
                seen.stats.texts += 1;
                seen.stats.times += 1;
            }
            Leaf::Row(..) | Leaf::Reference(..) => {}
        }
        seen.owned_by(self.owner);
        if seen.quasi && self.owner != NOBODY {
            let value = match leaf {
                Leaf::Text(text) | Leaf::Number(text) => text.to_owned(),
                Leaf::Bool(value) => value.to_string(),
                _ => return Ok(None),
            };
            self.held += value.len() as u64 + 64;
            seen.values.entry(self.owner).or_default().insert(value);
        }
        Ok(None)
    }

    fn refers(&self, key: &str) -> bool {
        self.with.refer.table(key).is_some()
    }
}
