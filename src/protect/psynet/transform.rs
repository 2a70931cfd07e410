//! Makes of one cell what may be shown of it.

use std::sync::Arc;

use super::census::{Census, written};
use super::field::Field;
use super::refer::Refer;
use super::rewriting::Rewriting;
use super::survey::plain;
use super::tree::{Scratch, Visit, rewrite};
use crate::error::Result;
use crate::limits::Limits;
use crate::protect::class::Action;
use crate::protect::detect;
use crate::protect::known::{Known, Made};
use crate::protect::leak::{Hits, Searcher};
pub(super) use crate::protect::overview::WITHHELD;
use crate::protect::preset::{Preset, TimeMode};
use crate::protect::pseudonym::{Domain, Tokens};
use crate::protect::quasi::SUPPRESSED;
use crate::protect::time::{self, Iso, Micros, Mode, Time};
use crate::protect::words::Words;
use crate::psynet::json_text::{decode, write_text};

/// What stands for an identifier that has no token.
pub(super) const REMOVED: &str = "[removed]";

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
    pub scratch: Scratch,
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
    /// Its text, where that is PsyNet's notes about a response: times begin with the first event in them.
    pub notes: Option<&'a str>,
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

/// Whether a detector finds something that counts.
pub(super) fn found_in(text: &str, preset: &Preset) -> bool {
    detect::detect(text).iter().any(|find| preset.detects(find.kind))
}

impl Transform {
    /// Writes the new text of a cell; answers whether there is one, else it is NULL.
    pub fn cell(&mut self, text: &str, cell: Cell<'_>, out: &mut String) -> Result<bool> {
        out.clear();
        if text.is_empty() {
            let action = cell.field.plan("").map(|plan| plan.decision.action);
            if action == Some(Action::Generalize) && Rewriting::new(self, cell).suppressed() {
                out.push_str(SUPPRESSED);
            }
            return Ok(action != Some(Action::Remove));
        }
        if let Some(made) = self.known.cells(&cell).and_then(|known| known.get(text)) {
            self.caught += u64::from(made.leaks);
            out.push_str(made.new.as_deref().unwrap_or_default());
            return Ok(made.new.is_some());
        }
        self.personal = false;
        let (kept, leaks) = self.made(text, cell, out)?;
        self.caught += u64::from(leaks);
        if let Some(known) = self.known.cells(&cell).filter(|_| !self.personal) {
            known.add(text, || Made::new(kept.then_some(out.as_str()), leaks));
        }
        Ok(kept)
    }

    /// The same, and whether the cell is withheld because an original was left in it.
    fn made(&mut self, text: &str, cell: Cell<'_>, out: &mut String) -> Result<(bool, bool)> {
        let structured = cell.json || text.starts_with(['{', '[']);
        let released = self.released;
        let mut kept = None;
        if structured {
            let mut scratch = std::mem::take(&mut self.scratch);
            let (depth, mut rewriting) = (self.limits.depth, Rewriting::new(self, cell));
            kept = rewrite(text, depth, &mut scratch, &mut rewriting, out)?;
            self.scratch = scratch;
        }
        let kept = match kept {
            Some(kept) => kept,
            None => {
                let kept = Rewriting::new(self, cell).leaf("", plain(text), out)?;
                to_plain(out);
                kept
            }
        };
        if !kept || !cell.json && out == "null" {
            return Ok((false, false));
        }
        let leaks = out.len() > 4 && self.leaks_again(out);
        if leaks {
            out.clear();
            if structured {
                write_text(WITHHELD, out)
            } else {
                out.push_str(WITHHELD)
            }
            self.released = released;
        }
        Ok((true, leaks))
    }

    /// The same as [`Transform::leaks`], remembered.
    fn leaks_again(&mut self, text: &str) -> bool {
        if let Some(made) = self.known.searched.get(text) {
            return made.leaks;
        }
        let leaks = self.leaks(text);
        self.known.searched.add(text, || Made::new(None, leaks));
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

    /// Adds a time of a column of times; answers whether there is one.
    pub fn time(&self, text: &str, start: Option<Micros>, out: &mut String) -> bool {
        if matches!(self.mode, Mode::Keep) {
            out.push_str(text);
            return true;
        }
        let zone = text.get(19..).is_some_and(|rest| rest.contains(['+', '-', 'Z']));
        let new = Iso::parse(text).and_then(|iso| self.moment(iso.at, start));
        new.into_iter().for_each(|at| out.push_str(&written(at, zone)));
        new.is_some()
    }

    /// The token of an identifier.
    pub fn token(&mut self, domain: Domain, id: &str) -> Result<String> {
        self.tokens.token(domain, &[id])
    }

    /// Whether a text tells when something was, where nothing shall.
    pub fn calendar(&self, text: &str) -> bool {
        let hidden = matches!(self.mode, Mode::Relative(_) | Mode::Remove);
        hidden && self.census.window.is_some_and(|window| window.contains(text))
    }

    /// Adds a text to JSON if it may be shown; answers whether it may.
    pub fn shown(&mut self, text: &str, detectors: bool, out: &mut String) -> bool {
        self.show(text, detectors, &mut |new| write_text(new, out))
    }

    /// Hands on the new form of a text if it may be shown; answers whether it may.
    fn show(&mut self, text: &str, detectors: bool, put: &mut dyn FnMut(&str)) -> bool {
        let known = self.known.texts.get_mut(usize::from(detectors));
        if let Some(made) = known.and_then(|known| known.get(text)) {
            made.new.as_deref().into_iter().for_each(put);
            return made.new.is_some();
        }
        let new = self.words.replace(text, "");
        let new = new.as_deref().unwrap_or(text);
        let withheld = self.calendar(new) || self.preset.is_share() && detectors && found_in(new, &self.preset);
        let new = (!withheld).then_some(new);
        if let Some(known) = self.known.texts.get_mut(usize::from(detectors)) {
            known.add(text, || Made::new(new, false));
        }
        new.into_iter().for_each(put);
        new.is_some()
    }

    /// Adds the new form of a member's key that is not withheld anyway.
    pub fn shown_key(&mut self, key: &str, out: &mut String) {
        if let Some(Made { new: Some(new), .. }) = self.known.keys.get(key) {
            return out.push_str(new);
        }
        let mut new = String::new();
        if !self.show(key, true, &mut |shown| new.push_str(shown)) || self.leaks(&new) {
            WITHHELD.clone_into(&mut new);
        }
        self.known.keys.add(key, || Made::new(Some(&new), false));
        out.push_str(&new);
    }
}

/// Makes plain text of a JSON leaf.
fn to_plain(leaf: &mut String) {
    let Some(raw) = leaf.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return };
    if raw.contains('\\') {
        *leaf = decode(raw);
    } else {
        leaf.pop();
        leaf.remove(0);
    }
}
