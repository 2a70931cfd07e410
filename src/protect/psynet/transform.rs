//! Makes of one cell what may be shown of it.

use std::sync::Arc;

use super::census::{Census, written};
use super::plan::Plan;
use super::refer::Refer;
use super::survey::{Field, plain};
use super::tree::{Enter, Leaf, Visit, pickled, quoted, rewrite};
use crate::error::Result;
use crate::limits::Limits;
use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::detect;
use crate::protect::known::{Known, Made};
use crate::protect::leak::{Hits, Searcher};
pub(super) use crate::protect::overview::WITHHELD;
use crate::protect::overview::length_class;
use crate::protect::preset::{Preset, Texts, TimeMode};
use crate::protect::pseudonym::{Domain, Tokens, uuid_bytes, uuid_text};
use crate::protect::quasi::SUPPRESSED;
use crate::protect::risk;
use crate::protect::time::{self, Iso, Micros, Mode, Time};
use crate::protect::words::Words;

/// What stands for an identifier that has no token.
pub(super) const REMOVED: &str = "[removed]";
/// Quasi-identifiers that are longer than this are texts.
const LONGEST_CATEGORY: usize = 40;
/// Everything that values are made with.
pub(super) struct Transform {
    pub tokens: Tokens,
    pub words: Words,
    pub preset: Arc<Preset>,
    pub census: Arc<Census>,
    pub refer: Arc<Refer>,
    pub searcher: Arc<Searcher>,
    pub limits: Limits,
    pub mode: Mode,
    /// Participants whose quasi-identifiers become `*`.
    pub suppressed: Vec<bool>,
    /// Cells withheld because an original was left in them in some other form.
    pub caught: u64,
    /// Texts released after review.
    pub released: u64,
    pub known: Memory,
    /// Whether the cell under way has something of its owner, or of the moment they came.
    pub personal: bool,
}

/// What became of whatever comes again.
#[derive(Default)]
pub(super) struct Memory {
    /// Cells by the number of their field, twice: those of text, and of JSON.
    cells: Vec<[Known; 2]>,
    /// Kept texts, without and with detectors.
    texts: [Known; 2],
    keys: Known,
    /// New cells that were searched.
    searched: Known,
}

impl Memory {
    fn cells(&mut self, cell: &Cell<'_>) -> Option<&mut Known> {
        // A field that nobody saw has no number.
        let number = cell.number?;
        if self.cells.len() <= number {
            self.cells.resize_with(number + 1, || [Known::of_cells(), Known::of_cells()]);
        }
        self.cells.get_mut(number)?.get_mut(usize::from(cell.json))
    }
}

/// Whose cell it is, and where.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub field: &'a Field,
    /// The number of the field.
    pub number: Option<usize>,
    pub owner: u32,
    /// Where times begin, if not with the owner.
    pub start: Option<Micros>,
    /// Whether it holds JSON.
    pub json: bool,
}

/// How times are changed.
pub(super) fn mode(preset: &Preset, random: u64) -> Mode {
    match preset.time_mode() {
        TimeMode::Relative => Mode::Relative(preset.time.rounding),
        TimeMode::Shift => Mode::Shift { weeks: time::random_weeks(random) },
        TimeMode::Day => Mode::Day,
        TimeMode::Remove => Mode::Remove,
        TimeMode::Keep => Mode::Keep,
    }
}

/// What a quasi-identifier becomes before participants are counted.
fn coarse(value: &str, plan: &Plan, preset: &Preset) -> Option<String> {
    let new = risk::coarse(value, plan.decision.holds, preset);
    let short = |new: &String| new.chars().count() <= LONGEST_CATEGORY && !found_in(new, preset);
    new.filter(short)
}

/// Whether a detector finds something that counts.
fn found_in(text: &str, preset: &Preset) -> bool {
    detect::detect(text).iter().any(|find| preset.detects(find.kind))
}

impl Transform {
    /// The new text of a cell; `None` is NULL.
    pub fn cell(&mut self, text: &str, cell: Cell<'_>) -> Result<Option<String>> {
        if text.is_empty() {
            let gone = cell.field.plan("").is_some_and(|plan| plan.decision.action == Action::Remove);
            return Ok((!gone).then(String::new));
        }
        if let Some(made) = self.known.cells(&cell).and_then(|known| known.get(text)) {
            self.caught += u64::from(made.leaks);
            return Ok(made.new.clone());
        }
        self.personal = cell.start.is_some();
        let made = self.made(text, cell)?;
        self.caught += u64::from(made.leaks);
        if let Some(known) = self.known.cells(&cell).filter(|_| !self.personal) {
            known.add(text, &made);
        }
        Ok(made.new)
    }

    /// The same, and whether the cell is withheld because an original was left in it.
    fn made(&mut self, text: &str, cell: Cell<'_>) -> Result<Made> {
        let structured = cell.json || text.starts_with(['{', '[']);
        let released = self.released;
        let new =
            if structured { rewrite(text, self.limits.depth, &mut Rewriting { transform: self, cell })? } else { None };
        let new = match new {
            Some(new) => new,
            None => {
                // The text of a JSON leaf, as plain text again.
                let new = Rewriting { transform: self, cell }.leaf("", plain(text))?;
                new.map(|new| plain_text(&new))
            }
        };
        let Some(new) = new.filter(|new| cell.json || new != "null") else { return Ok(Made::default()) };
        if new.len() > 4 && self.leaks_again(&new) {
            let new = if structured { quoted(WITHHELD) } else { WITHHELD.to_owned() };
            self.released = released;
            return Ok(Made { new: Some(new), leaks: true });
        }
        Ok(Made { new: Some(new), leaks: false })
    }

    /// The same as [`Transform::leaks`], remembered.
    fn leaks_again(&mut self, text: &str) -> bool {
        if let Some(made) = self.known.searched.get(text) {
            return made.leaks;
        }
        let leaks = self.leaks(text);
        self.known.searched.add(text, &Made { new: None, leaks });
        leaks
    }

    /// Whether an original is left in some form.
    pub fn leaks(&self, text: &str) -> bool {
        let mut hits = Hits::default();
        self.searcher.text("", text, &mut hits);
        hits.total > 0
    }

    /// A time, as microseconds from the start or since 1970, as the mode has it.
    pub fn moment(&self, at: Micros, start: Option<Micros>) -> Option<Micros> {
        // A moment after the study is nobody's; counted from a start it would tell when that was.
        let after = self.census.window.is_some_and(|window| at.div_euclid(1_000_000) > window.to);
        if after && matches!(self.mode, Mode::Relative(_)) {
            return None;
        }
        match self.mode.apply(at, start) {
            Time::Since(at) | Time::At(at) | Time::Day(at) => Some(at),
            Time::Nothing => None,
        }
    }

    /// A time in a column of times.
    pub fn time(&self, text: &str, start: Option<Micros>) -> Option<String> {
        if matches!(self.mode, Mode::Keep) {
            return Some(text.to_owned());
        }
        let iso = Iso::parse(text)?;
        let zone = text.get(19..).is_some_and(|rest| rest.contains(['+', '-', 'Z']));
        Some(written(self.moment(iso.at, start)?, zone))
    }

    /// The token of an identifier.
    pub fn token(&mut self, domain: Domain, id: &str) -> Result<String> {
        self.tokens.token(domain, &[id])
    }

    fn share(&self) -> bool {
        self.preset.is_share()
    }

    fn calendar(&self, text: &str) -> bool {
        let hidden = matches!(self.mode, Mode::Relative(_) | Mode::Remove);
        hidden && self.census.window.is_some_and(|window| window.contains(text))
    }

    /// A text that may be shown; `None` withholds it.
    fn shown(&mut self, text: &str, detectors: bool) -> Option<String> {
        let known = self.known.texts.get_mut(usize::from(detectors));
        if let Some(made) = known.and_then(|known| known.get(text)) {
            return made.new.clone();
        }
        let new = self.words.replace(text, "").unwrap_or_else(|| text.to_owned());
        let withheld = self.calendar(&new) || self.share() && detectors && found_in(&new, &self.preset);
        let new = (!withheld).then_some(new);
        if let Some(known) = self.known.texts.get_mut(usize::from(detectors)) {
            known.add(text, &Made { new: new.clone(), leaks: false });
        }
        new
    }

    /// The new form of a member's key that is not withheld anyway.
    fn shown_key(&mut self, key: &str) -> String {
        if let Some(Made { new: Some(new), .. }) = self.known.keys.get(key) {
            return new.clone();
        }
        let new = self.shown(key, true).filter(|new| !self.leaks(new)).unwrap_or_else(|| WITHHELD.to_owned());
        self.known.keys.add(key, &Made { new: Some(new.clone()), leaks: false });
        new
    }
}

/// A JSON leaf as plain text.
fn plain_text(json: &str) -> String {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(raw) => crate::psynet::json_text::decode(raw),
        None => json.to_owned(),
    }
}

struct Rewriting<'t, 'c> {
    transform: &'t mut Transform,
    cell: Cell<'c>,
}

impl<'c> Rewriting<'_, 'c> {
    fn plan(&self, below: &str) -> Option<&'c Plan> {
        self.cell.field.plan(below)
    }

    fn start(&mut self) -> Option<Micros> {
        self.transform.personal = true;
        self.cell.start.or_else(|| self.transform.census.start(self.cell.owner))
    }

    fn moment(&mut self, at: Micros) -> Option<Micros> {
        let start = self.start();
        self.transform.moment(at, start)
    }

    fn suppressed(&mut self) -> bool {
        self.transform.personal = true;
        // Nobody counted rows without a participant.
        self.transform.suppressed.get(self.cell.owner as usize).copied().unwrap_or(true)
    }

    fn generalized(&mut self, value: &str, plan: &Plan) -> String {
        if self.suppressed() {
            return quoted(SUPPRESSED);
        }
        let new = coarse(value, plan, &self.transform.preset).filter(|new| !self.transform.calendar(new));
        match new {
            Some(new) if new == value && plain(value) == Leaf::Number(value) => new,
            new => quoted(new.as_deref().unwrap_or(WITHHELD)),
        }
    }

    fn withheld(&self, text: &str) -> String {
        match self.transform.preset.texts {
            Texts::Lengths => quoted(length_class(text)),
            Texts::Withhold | Texts::Review => quoted(WITHHELD),
        }
    }

    fn text(&mut self, plan: Option<&Plan>, text: &str) -> Result<Option<String>> {
        if text.is_empty() {
            return Ok(Some("\"\"".to_owned()));
        }
        let Some(plan) = plan else { return Ok(Some(quoted(WITHHELD))) };
        let transform = &mut *self.transform;
        Ok(Some(match (plan.decision.class, plan.decision.action) {
            (_, Action::Remove) => return Ok(None),
            (Class::PersonId, Action::Token) => quoted(&transform.token(Domain::Person, text)?),
            (Class::TaskId, Action::Token) => quoted(&transform.token(Domain::Task, text)?),
            (_, Action::Token) => match uuid_bytes(text) {
                Some(bytes) => quoted(&uuid_text(&transform.tokens.uuid(&bytes)?)),
                None => quoted(&transform.token(Domain::Room, text)?),
            },
            (_, Action::Relative) => match (Iso::parse(text), matches!(transform.mode, Mode::Keep)) {
                (Some(_), true) => quoted(text),
                (Some(iso), false) => {
                    let new = self.moment(iso.at).map(|at| iso.write(at));
                    new.map_or_else(|| "null".to_owned(), |new| quoted(&new))
                }
                (None, _) => quoted(WITHHELD),
            },
            (_, Action::Withhold) if plan.approved.contains(text) => {
                // It is counted each time.
                (transform.released, transform.personal) = (transform.released + 1, true);
                let new = detect::redact(text);
                let new = transform.words.replace(&new, "").unwrap_or(new);
                quoted(if transform.calendar(&new) { WITHHELD } else { &new })
            }
            (_, Action::Withhold) => self.withheld(text),
            (_, Action::Renumber) => quoted(WITHHELD),
            (_, Action::Generalize) => self.generalized(text, plan),
            (_, Action::Keep) => {
                let share = transform.share();
                if share && !plan.shows_texts() {
                    // A moment that no rule knows is still a moment.
                    return Ok(Some(quoted(WITHHELD)));
                }
                // What a user keeps as a text was looked at; anything else that holds personal data is no category.
                let detectors =
                    plan.decision.decided_by != DecidedBy::Default && plan.decision.class != Class::FreeText;
                match transform.shown(text, detectors) {
                    Some(new) => quoted(&new),
                    None => self.moment_in(text),
                }
            }
        }))
    }

    /// A kept text that says when something was: relative if all of it is a moment, else withheld.
    fn moment_in(&mut self, text: &str) -> String {
        let new = Iso::parse(text).and_then(|iso| Some(iso.write(self.moment(iso.at)?)));
        quoted(new.as_deref().unwrap_or(WITHHELD))
    }

    fn number(&mut self, plan: Option<&Plan>, digits: &str) -> Result<Option<String>> {
        let Some(plan) = plan else { return Ok(Some("null".to_owned())) };
        let number = digits.parse::<f64>().ok();
        let calendar = |window: time::Window| number.is_some_and(|number| window.number(number));
        match (plan.decision.class, plan.decision.action) {
            (_, Action::Remove) => return Ok(None),
            (Class::PersonId, Action::Token) => {
                return self.transform.token(Domain::Person, digits).map(|t| Some(quoted(&t)));
            }
            (Class::TaskId, Action::Token) => {
                return self.transform.token(Domain::Task, digits).map(|t| Some(quoted(&t)));
            }
            (_, Action::Generalize) => return Ok(Some(self.generalized(digits, plan))),
            // Without its question nobody knows what a number is.
            (_, Action::Withhold) if plan.bare => return Ok(Some("null".to_owned())),
            _ => {}
        }
        // A number inside the study's days is a time, whatever it is called.
        let inside = self.transform.census.window.is_some_and(calendar);
        if !inside || matches!(self.transform.mode, Mode::Keep) {
            return Ok(Some(digits.to_owned()));
        }
        let at = number.and_then(seconds);
        let new = at.and_then(|at| self.moment(at));
        let whole = digits.bytes().all(|b| b.is_ascii_digit());
        Ok(Some(match new {
            None => "null".to_owned(),
            Some(at) if whole => at.div_euclid(1_000_000).to_string(),
            Some(at) => crate::psynet::number::Buffer::default().python(at as f64 / 1e6).to_owned(),
        }))
    }
}

/// A time as a number of seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
fn seconds(number: f64) -> Option<Micros> {
    let scale = [1e17, 1e14, 1e11].iter().zip([1e9, 1e6, 1e3]).find(|(from, _)| number.abs() >= **from);
    time::from_seconds(number / scale.map_or(1.0, |(_, scale)| scale))
}

impl Visit for Rewriting<'_, '_> {
    fn enter(&mut self, below: &str) -> Enter {
        match self.plan(below) {
            Some(plan) if plan.decision.action != Action::Remove => Enter::Yes,
            // Of what a rule removes, parts may stay that another rule names.
            Some(plan) if plan.decision.decided_by == DecidedBy::Default => Enter::IfAnything,
            Some(_) if below.is_empty() => Enter::IfAnything,
            _ => Enter::No,
        }
    }

    fn key(&mut self, below: &str, key: &str) -> Result<String> {
        if let Some(bytes) = uuid_bytes(key) {
            return Ok(uuid_text(&self.transform.tokens.uuid(&bytes)?));
        }
        let rare = self.plan(below).is_none_or(|plan| plan.rare_keys.contains(key));
        let known = self.transform.refer.table(key).is_some();
        if self.transform.share() && rare && !known {
            return Ok(WITHHELD.to_owned());
        }
        Ok(self.transform.shown_key(key))
    }

    fn leaf(&mut self, below: &str, leaf: Leaf<'_>) -> Result<Option<String>> {
        let plan = self.plan(below);
        let removed = plan.is_some_and(|plan| plan.decision.action == Action::Remove);
        let generalized = plan.filter(|plan| plan.decision.action == Action::Generalize);
        Ok(match leaf {
            Leaf::Null => (!removed).then(|| "null".to_owned()),
            Leaf::Bool(value) => {
                let spelled = if value { "true" } else { "false" };
                match generalized {
                    Some(_) if self.suppressed() => Some(quoted(SUPPRESSED)),
                    _ => (!removed).then(|| spelled.to_owned()),
                }
            }
            Leaf::Number(digits) => self.number(plan, digits)?,
            Leaf::Text(text) => self.text(plan, text)?,
            Leaf::Moment { .. } if removed => None,
            Leaf::Moment { at, timed } => {
                let new = self.moment(at);
                new.map(|at| {
                    if timed && !below.ends_with("__reduce__[][]") {
                        pickled(at)
                    } else {
                        quoted(&time::pickle(at, timed))
                    }
                })
            }
            Leaf::Row(class, id) => {
                let table = self.transform.refer.class(class);
                let new = table.and_then(|table| self.transform.census.new_number(table, id)).filter(|_| !removed);
                new.map(|new| format!("{{\"py/object\": {}, \"identifiers\": {{\"id\": {new}}}}}", quoted(class)))
            }
            Leaf::Reference(..) if removed => None,
            Leaf::Reference(key, id) => {
                let table = self.transform.refer.table(key);
                let new = table.and_then(|table| self.transform.census.new_number(table, id));
                Some(new.map_or_else(|| "null".to_owned(), |new| new.to_string()))
            }
        })
    }

    fn refers(&self, key: &str) -> bool {
        self.transform.refer.table(key).is_some()
    }
}
