//! Says of each leaf of a cell what may be shown of it: a token, a time from a start, a coarse value, or nothing.

use super::census::moment;
use super::plan::Plan;
use super::survey::plain;
use super::transform::{Cell, Transform, WITHHELD, found_in};
use super::tree::{Enter, Leaf, Visit, pickled};
use crate::error::Result;
use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::decision::is_long_number;
use crate::protect::detect;
use crate::protect::overview::length_class;
use crate::protect::preset::{Preset, Texts};
use crate::protect::pseudonym::{Domain, uuid_bytes, uuid_text};
use crate::protect::quasi::SUPPRESSED;
use crate::protect::risk;
use crate::protect::time::{self, Iso, Micros, Mode};
use crate::psynet::json::Tree;
use crate::psynet::json_text::write_text;
use crate::psynet::number::Buffer;

/// Quasi-identifiers that are longer than this are texts.
const LONGEST_CATEGORY: usize = 40;

/// What a quasi-identifier becomes before participants are counted.
fn coarse(value: &str, plan: &Plan, preset: &Preset) -> Option<String> {
    let new = risk::coarse(value, plan.decision.holds, preset);
    let short = |new: &String| new.chars().count() <= LONGEST_CATEGORY && !found_in(new, preset);
    new.filter(short)
}

/// A time as a number of seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
fn seconds(number: f64) -> Option<Micros> {
    let scale = [1e17, 1e14, 1e11].iter().zip([1e9, 1e6, 1e3]).find(|(from, _)| number.abs() >= **from);
    time::from_seconds(number / scale.map_or(1.0, |(_, scale)| scale))
}

/// When the first event of a page's log was, by the clock of the participant's browser, which is not the server's.
fn log_start(notes: &str, depth: usize) -> Option<Micros> {
    let mut tree = Tree::default();
    tree.parse(notes, depth).ok()?;
    let log = tree.get(notes, Tree::ROOT, "event_log")?;
    let times = tree.children(log).filter_map(|event| tree.get(notes, event, "localTime"));
    times.filter_map(|time| moment(tree.raw(notes, time))).min()
}

/// A cell under way.
pub(super) struct Rewriting<'t, 'c> {
    transform: &'t mut Transform,
    cell: Cell<'c>,
    /// Where the cell's own times begin, once that was asked for.
    begin: Option<Option<Micros>>,
}

impl<'t, 'c> Rewriting<'t, 'c> {
    pub fn new(transform: &'t mut Transform, cell: Cell<'c>) -> Self {
        Rewriting { transform, cell, begin: None }
    }

    fn plan(&self, below: &str) -> Option<&'c Plan> {
        self.cell.field.plan(below)
    }

    fn start(&mut self) -> Option<Micros> {
        let depth = self.transform.limits.depth;
        let begin = *self.begin.get_or_insert_with(|| self.cell.notes.and_then(|notes| log_start(notes, depth)));
        begin.or_else(|| {
            self.transform.personal = true;
            self.transform.census.start(self.cell.owner)
        })
    }

    fn moment(&mut self, at: Micros) -> Option<Micros> {
        let start = self.start();
        self.transform.moment(at, start)
    }

    /// Whether what describes the owner is too rare to be shown.
    pub fn suppressed(&mut self) -> bool {
        self.transform.personal = true;
        // Nobody counted rows without a participant.
        self.transform.suppressed.get(self.cell.owner as usize).copied().unwrap_or(true)
    }

    fn generalized(&mut self, value: &str, plan: &Plan, out: &mut String) {
        if self.suppressed() {
            return write_text(SUPPRESSED, out);
        }
        let new = coarse(value, plan, &self.transform.preset).filter(|new| !self.transform.calendar(new));
        match new {
            Some(new) if new == value && plain(value) == Leaf::Number(value) => out.push_str(&new),
            new => write_text(new.as_deref().unwrap_or(WITHHELD), out),
        }
    }

    fn withheld(&self, text: &str, out: &mut String) {
        match self.transform.preset.texts {
            Texts::Lengths => write_text(length_class(text), out),
            Texts::Withhold | Texts::Review => write_text(WITHHELD, out),
        }
    }

    fn text(&mut self, plan: Option<&Plan>, text: &str, out: &mut String) -> Result<bool> {
        if text.is_empty() {
            out.push_str("\"\"");
            return Ok(true);
        }
        let Some(plan) = plan else {
            write_text(WITHHELD, out);
            return Ok(true);
        };
        let transform = &mut *self.transform;
        match (plan.decision.class, plan.decision.action) {
            (_, Action::Remove) => return Ok(false),
            (Class::PersonId, Action::Token) => write_text(&transform.token(Domain::Person, text)?, out),
            (Class::TaskId, Action::Token) => write_text(&transform.token(Domain::Task, text)?, out),
            (_, Action::Token) => match uuid_bytes(text) {
                Some(bytes) => write_text(&uuid_text(&transform.tokens.uuid(&bytes)?), out),
                None => write_text(&transform.token(Domain::Room, text)?, out),
            },
            (_, Action::Relative) => match (Iso::parse(text), matches!(transform.mode, Mode::Keep)) {
                (Some(_), true) => write_text(text, out),
                (Some(iso), false) => match self.moment(iso.at) {
                    Some(at) => write_text(&iso.write(at), out),
                    None => out.push_str("null"),
                },
                (None, _) => write_text(WITHHELD, out),
            },
            (_, Action::Withhold) if plan.approved.contains(text) => {
                // It is counted each time.
                (transform.released, transform.personal) = (transform.released + 1, true);
                let new = detect::redact(text);
                let new = transform.words.replace(&new, "").unwrap_or(new);
                write_text(if transform.calendar(&new) { WITHHELD } else { &new }, out);
            }
            (_, Action::Withhold) => self.withheld(text, out),
            (_, Action::Renumber) => write_text(WITHHELD, out),
            (_, Action::Generalize) => self.generalized(text, plan, out),
            (_, Action::Keep) => self.kept(plan, text, out),
        }
        Ok(true)
    }

    /// A text of a path that is kept.
    fn kept(&mut self, plan: &Plan, text: &str, out: &mut String) {
        // A moment that no rule knows is still a moment.
        if self.transform.preset.is_share() && !plan.shows_texts() {
            return write_text(WITHHELD, out);
        }
        // What a user keeps as a text was looked at; anything else that holds personal data is no category.
        let detectors = plan.decision.decided_by != DecidedBy::Default && plan.decision.class != Class::FreeText;
        if !self.transform.shown(text, detectors, out) {
            self.moment_in(text, out);
        }
    }

    /// A kept text that says when something was: relative if all of it is a moment, else withheld.
    fn moment_in(&mut self, text: &str, out: &mut String) {
        let new = Iso::parse(text).and_then(|iso| Some(iso.write(self.moment(iso.at)?)));
        write_text(new.as_deref().unwrap_or(WITHHELD), out);
    }

    fn number(&mut self, plan: Option<&Plan>, digits: &str, out: &mut String) -> Result<bool> {
        let Some(plan) = plan else {
            out.push_str("null");
            return Ok(true);
        };
        match (plan.decision.class, plan.decision.action) {
            (_, Action::Remove) => return Ok(false),
            (Class::PersonId, Action::Token) => write_text(&self.transform.token(Domain::Person, digits)?, out),
            (Class::TaskId, Action::Token) => write_text(&self.transform.token(Domain::Task, digits)?, out),
            (_, Action::Generalize) => self.generalized(digits, plan, out),
            // Without its question nobody knows what a number is.
            (_, Action::Withhold) if plan.bare => out.push_str("null"),
            // Every cell of a column of texts is one.
            (Class::FreeText, Action::Withhold)
                if !self.cell.json && is_long_number(digits.trim_start_matches(['+', '-'])) =>
            {
                self.withheld(digits, out)
            }
            _ => self.measured(digits, out),
        }
        Ok(true)
    }

    /// A number that stays; one inside the study's days is a time, whatever it is called.
    fn measured(&mut self, digits: &str, out: &mut String) {
        let number = digits.parse::<f64>().ok();
        let calendar = |window: time::Window| number.is_some_and(|number| window.number(number));
        let inside = self.transform.census.window.is_some_and(calendar);
        if !inside || matches!(self.transform.mode, Mode::Keep) {
            return out.push_str(digits);
        }
        let at = number.and_then(seconds);
        let new = at.and_then(|at| self.moment(at));
        let whole = digits.bytes().all(|b| b.is_ascii_digit());
        match new {
            None => out.push_str("null"),
            Some(at) if whole => out.push_str(itoa::Buffer::new().format(at.div_euclid(1_000_000))),
            Some(at) => out.push_str(Buffer::default().python(at as f64 / 1e6)),
        }
    }

    /// The new number of a row of a table.
    fn row(&self, table: Option<&str>, id: i64) -> Option<u64> {
        table.and_then(|table| self.transform.census.new_number(table, id))
    }
}

impl Visit for Rewriting<'_, '_> {
    fn writes(&self) -> bool {
        true
    }

    fn enter(&mut self, below: &str) -> Enter {
        match self.plan(below) {
            Some(plan) if plan.decision.action != Action::Remove => Enter::Yes,
            // Of what a rule removes, parts may stay that another rule names.
            Some(plan) if plan.decision.decided_by == DecidedBy::Default => Enter::IfAnything,
            Some(_) if below.is_empty() => Enter::IfAnything,
            _ => Enter::No,
        }
    }

    fn key(&mut self, below: &str, key: &str, out: &mut String) -> Result<()> {
        if let Some(bytes) = uuid_bytes(key) {
            out.push_str(&uuid_text(&self.transform.tokens.uuid(&bytes)?));
            return Ok(());
        }
        let rare = self.plan(below).is_none_or(|plan| plan.rare_keys.contains(key));
        let known = self.transform.refer.table(key).is_some();
        if self.transform.preset.is_share() && rare && !known {
            out.push_str(WITHHELD);
        } else {
            self.transform.shown_key(key, out);
        }
        Ok(())
    }

    fn leaf(&mut self, below: &str, leaf: Leaf<'_>, out: &mut String) -> Result<bool> {
        let plan = self.plan(below);
        let removed = plan.is_some_and(|plan| plan.decision.action == Action::Remove);
        match leaf {
            Leaf::Number(digits) => return self.number(plan, digits, out),
            Leaf::Text(text) => return self.text(plan, text, out),
            _ if removed => return Ok(false),
            Leaf::Null => out.push_str("null"),
            Leaf::Bool(value) => {
                let generalized = plan.is_some_and(|plan| plan.decision.action == Action::Generalize);
                match generalized && self.suppressed() {
                    true => write_text(SUPPRESSED, out),
                    false => out.push_str(if value { "true" } else { "false" }),
                }
            }
            Leaf::Moment { at, timed } => {
                let Some(at) = self.moment(at) else { return Ok(false) };
                match timed && !below.ends_with("__reduce__[][]") {
                    true => out.push_str(&pickled(at)),
                    false => write_text(&time::pickle(at, timed), out),
                }
            }
            Leaf::Row(class, id) => {
                let Some(new) = self.row(self.transform.refer.class(class), id) else { return Ok(false) };
                out.push_str("{\"py/object\": ");
                write_text(class, out);
                out.push_str(&format!(", \"identifiers\": {{\"id\": {new}}}}}"));
            }
            Leaf::Reference(key, id) => match self.row(self.transform.refer.table(key), id) {
                Some(new) => out.push_str(itoa::Buffer::new().format(new)),
                None => out.push_str("null"),
            },
        }
        Ok(true)
    }

    fn refers(&self, key: &str) -> bool {
        self.transform.refer.table(key).is_some()
    }
}
