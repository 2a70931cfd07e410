//! Looks at all values once: what each path holds, its class, and which originals must not be left.

use super::census::{Census, NOBODY};
use super::field::{Again, Field};
use super::plan::{Plan, decide};
use super::refer::Refer;
use super::rows::shown;
use super::seen::{Has, Seen};
use super::tree::{Enter, Leaf, Scratch, Visit, rewrite};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::log::column::Names;
use crate::order::{self, Map, Set};
use crate::protect::class::{Action, Class, System};
use crate::protect::decision::{clean, is_long_number};
use crate::protect::defaults;
use crate::protect::detect::Kind;
use crate::protect::known::Known;
use crate::protect::pace::Pace;
use crate::protect::preset::{Preset, Texts};

/// Originals by class and path.
pub(super) type Originals = Vec<(String, Class, String)>;

/// The result.
pub(super) struct Survey {
    pub fields: Vec<Field>,
    /// The names of the fields, with the same numbers.
    names: Names,
    pub originals: Originals,
    /// Categories in lower case; no identifier for being equal to one.
    pub vocabulary: Set<String>,
    /// Detectors' finds by kind.
    pub finds: Map<Kind, u64>,
    held: u64,
    scratch: Scratch,
    /// What walks write that only look.
    nothing: String,
    /// The paths at which the cell under way has something.
    places: Vec<(u32, Has)>,
}

/// Stands for the owners of what several have; no row has the number.
const SEVERAL: u64 = u64::MAX / 2;

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
            fields: Vec::new(),
            names: Names::default(),
            originals: Vec::new(),
            vocabulary: Set::new(),
            finds: Map::new(),
            held: 0,
            scratch: Scratch::default(),
            nothing: String::new(),
            places: Vec::new(),
        }
    }

    /// The number of a field, which gets one if it has none.
    pub fn number(&mut self, name: &str) -> usize {
        let number = self.names.intern(name) as usize;
        if number == self.fields.len() {
            self.fields.push(Field { name: name.to_owned(), again: Known::of_cells(), ..Field::default() });
        }
        number
    }

    /// The number of a field that was seen.
    pub fn field_number(&self, name: &str) -> Option<usize> {
        self.names.find(name).map(|number| number as usize)
    }

    /// All fields by name.
    pub fn sorted(&self) -> Vec<&Field> {
        let mut all: Vec<&Field> = self.fields.iter().collect();
        order::by(&mut all, |a, b| a.name.cmp(&b.name));
        all
    }

    /// A cell of a field; `json` says that it holds JSON rather than text, which may be JSON too. `row` stands for the owner where
    /// there is none.
    pub fn cell(
        &mut self,
        field: usize,
        text: &str,
        json: bool,
        (owner, row): (u32, u64),
        with: With<'_>,
    ) -> Result<()> {
        let Some(field) = self.fields.get_mut(field) else { return Ok(()) };
        let whose = if owner == NOBODY { row } else { u64::from(owner) };
        if let Some(again) = field.again.get(text) {
            again.times += 1;
            again.many |= again.whose != whose;
            for (place, has) in &again.places {
                field.seen.get_mut(*place as usize).into_iter().for_each(|seen| seen.owned_by((owner, row), *has));
            }
            return Ok(());
        }
        self.places.clear();
        let (again, personal, places) = (false, false, &mut self.places);
        let mut surveying = Surveying { field, owner, whose, with, again, times: 1, held: 0, personal, places };
        surveying.cell(text, json, &mut self.scratch, &mut self.nothing)?;
        let (held, personal) = (surveying.held, surveying.personal);
        order::by_key(&mut self.places, |(place, has)| (*place, *has as u8));
        self.places.dedup();
        let again = || Again { json, times: 0, whose, many: false, places: self.places.as_slice().into() };
        let known = !personal && field.again.add(text, again);
        self.held += held + if known { text.len() as u64 + 128 } else { 0 };
        with.limits.memory(self.held)
    }

    /// Counts the cells that came again.
    async fn settle(&mut self, with: With<'_>, pace: &mut Pace) -> Result<()> {
        for field in &mut self.fields {
            for (text, again) in std::mem::take(&mut field.again).all().filter(|(_, again)| again.times > 0) {
                pace.did(text.len()).await;
                let Again { json, times, whose, .. } = *again;
                let whose = if again.many { SEVERAL } else { whose };
                let (owner, personal, places) = (NOBODY, false, &mut self.places);
                let mut surveying =
                    Surveying { field, owner, whose, with, again: true, times, held: 0, personal, places };
                surveying.cell(text, json, &mut self.scratch, &mut self.nothing)?;
            }
        }
        Ok(())
    }

    /// A time.
    pub fn time(&mut self, field: usize, owner: u32, with: With<'_>) {
        let Some(field) = self.fields.get_mut(field) else { return };
        let place = field.place("", with);
        let Some(seen) = field.seen.get_mut(place) else { return };
        seen.owned_by((owner, 0), Has::Value);
        seen.stats.values += 1;
        seen.stats.times += 1;
        seen.stats.texts += 1;
    }

    /// Whether every choice of the preset could be obeyed.
    fn obeyed(&self, preset: &Preset) -> Result<()> {
        for field in &self.fields {
            let mut plans = field.sorted().into_iter();
            if plans.any(|(below, plan)| plan.decision.is_defied(&clean(&format!("{}{below}", field.name)), preset)) {
                let detail = "The preset gives an identifier of the system's own another class; these never stay.";
                return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
            }
        }
        Ok(())
    }

    /// Gives every path its plan.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] for a choice about a path that nobody may decide, [`Code::OutOfMemory`].
    pub async fn decide(&mut self, with: With<'_>, approved: &Set<String>, pace: &mut Pace) -> Result<()> {
        self.settle(with, pace).await?;
        let preset = with.preset;
        let Survey { fields, originals, vocabulary, finds, .. } = self;
        let mut words = Set::from_iter(defaults::words(System::Psynet));
        let mut fields: Vec<&mut Field> = fields.iter_mut().collect();
        order::by(&mut fields, |a, b| a.name.cmp(&b.name));
        for field in fields {
            let mut rare = field.rare_keys(&mut words);
            let mut all: Vec<(usize, Seen)> = std::mem::take(&mut field.seen).into_iter().enumerate().collect();
            order::by(&mut all, |(a, _), (b, _)| field.paths.get(*a as u32).cmp(field.paths.get(*b as u32)));
            let mut plans: Map<usize, Plan> = Map::new();
            for (number, mut seen) in all {
                seen.finish(pace).await;
                let below = field.paths.get(number as u32);
                let path = clean(&format!("{}{below}", field.name));
                let shown = shown(&field.name, below, &|real| plans.get(&(field.paths.find(real)? as usize)));
                let new = preset.is_new(&path) && preset.is_new(&clean(&shown));
                let keys = rare.get_mut(number).map(std::mem::take).unwrap_or_default();
                let found = (&seen, keys);
                let plan = decide((&path, new), found, preset, approved, (originals, vocabulary), pace).await;
                for ((kind, _), count) in &seen.hits {
                    *finds.entry(*kind).or_default() += count;
                }
                let (class, action) = (plan.decision.class, plan.decision.action);
                if class == Class::PersonId && seen.values.is_empty() {
                    // Their looks alone say that these are ids.
                    let own = seen.own.into_iter().map(|(owner, (id, _))| (owner, Set::from([id])));
                    field.values.insert(below.to_owned(), own.collect());
                } else if matches!(class, Class::PersonId | Class::Quasi | Class::Sensitive)
                    || action == Action::Generalize
                {
                    field.values.insert(below.to_owned(), seen.values);
                }
                plans.insert(number, plan);
            }
            field.plans = plans.into_values().collect();
        }
        // Words of the study are known only now.
        self.fields.iter().for_each(|field| words.extend(field.name.split(['.', '[', ']']).map(str::to_lowercase)));
        for plan in self.fields.iter_mut().flat_map(|field| &mut field.plans) {
            pace.did(plan.rare_keys.len()).await;
            plan.rare_keys
                .retain(|key| ![&words, &self.vocabulary].iter().any(|known| known.contains(&key.to_lowercase())));
        }
        self.obeyed(preset)
    }
}

/// A cell that is no JSON.
pub(super) fn plain(text: &str) -> Leaf<'_> {
    match crate::psynet::number::float(text) {
        Some(_) => Leaf::Number(text),
        None => Leaf::Text(text),
    }
}

/// Cells of one text under way.
struct Surveying<'a> {
    field: &'a mut Field,
    owner: u32,
    /// The owner, or the row.
    whose: u64,
    with: With<'a>,
    /// Whether these cells came again: it is known whose they are.
    again: bool,
    /// How many cells there are.
    times: u64,
    held: u64,
    /// Whether it matters to more than counts whose it is.
    personal: bool,
    places: &'a mut Vec<(u32, Has)>,
}

impl Surveying<'_> {
    /// Notes that the owner has something at a path.
    fn has(&mut self, place: usize, has: Has) {
        if let Some(seen) = self.field.seen.get_mut(place).filter(|_| !self.again) {
            seen.owned_by((self.owner, self.whose), has);
            self.places.push((place as u32, has));
        }
    }

    fn cell(&mut self, text: &str, json: bool, scratch: &mut Scratch, out: &mut String) -> Result<()> {
        let structured = json || text.starts_with(['{', '[']);
        out.clear();
        if !structured || rewrite(text, self.with.limits.depth, scratch, self, out)?.is_none() {
            self.leaf("", plain(text), out)?;
        }
        Ok(())
    }
}

impl Visit for Surveying<'_> {
    fn writes(&self) -> bool {
        false
    }

    fn enter(&mut self, below: &str) -> Enter {
        // A path has a plan even if no leaf is there.
        let place = self.field.place(below, self.with);
        self.has(place, Has::Member);
        Enter::Yes
    }

    fn key(&mut self, below: &str, key: &str, _: &mut String) -> Result<()> {
        let whose = self.whose;
        let place = self.field.place(below, self.with);
        self.has(place, Has::Object);
        let Some(seen) = self.field.seen.get_mut(place) else { return Ok(()) };
        match seen.keys.get_mut(key) {
            Some(known) => known.1 |= known.0 != whose,
            None => {
                self.held += key.len() as u64 + 64;
                seen.keys.insert(key.to_owned(), (whose, false));
            }
        }
        Ok(())
    }

    fn leaf(&mut self, below: &str, leaf: Leaf<'_>, _: &mut String) -> Result<bool> {
        let window = self.with.census.window;
        let (place, owner, times) = (self.field.place(below, self.with), self.owner, self.times);
        let whose = self.whose;
        self.has(place, Has::Member);
        if !matches!(leaf, Leaf::Null | Leaf::Text("")) {
            self.has(place, Has::Value);
        }
        let Some(seen) = self.field.seen.get_mut(place) else { return Ok(false) };
        match leaf {
            Leaf::Null | Leaf::Text("") => return Ok(false),
            Leaf::Text(text) => {
                self.held += seen.text(text, (owner, whose), times, self.with.preset.texts == Texts::Review);
                self.personal |= is_long_number(text);
            }
            Leaf::Number(digits) => {
                self.held += seen.number(digits, owner, times, window);
                self.personal |= is_long_number(digits);
            }
            Leaf::Bool(_) => seen.stats.values += times,
            Leaf::Moment { .. } => {
                seen.stats.values += times;
                seen.stats.texts += times;
                seen.stats.times += times;
            }
            Leaf::Row(..) | Leaf::Reference(..) => {}
        }
        self.personal |= seen.quasi;
        if seen.quasi && owner != NOBODY {
            let value = match leaf {
                Leaf::Text(text) | Leaf::Number(text) => text.to_owned(),
                Leaf::Bool(value) => value.to_string(),
                _ => return Ok(false),
            };
            self.held += value.len() as u64 + 64;
            seen.values.entry(owner).or_default().insert(value);
        }
        Ok(false)
    }

    fn refers(&self, key: &str) -> bool {
        self.with.refer.table(key).is_some()
    }
}
