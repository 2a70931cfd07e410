//! Decides what is done with the values at each path, from the rules, its name and what was seen there.

use std::collections::BTreeSet;

use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion, System, classify};
use crate::protect::decision::{Decision, Facts};
use crate::protect::preset::{Preset, TimeMode};
use crate::protect::{defaults, names};

/// What is to be done with the values at a path.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub decision: Decision,
    /// Whether texts are categories; other texts of a kept class are withheld.
    pub categories: bool,
    /// Whether nothing says what a value is, not even what kind of number.
    pub bare: bool,
    /// What was seen there.
    pub facts: Facts,
    /// Keys of objects that only one participant has: they may be data.
    pub rare_keys: BTreeSet<String>,
}

impl Plan {
    /// Whether texts may be shown as they are.
    pub fn shows_texts(&self) -> bool {
        self.categories || matches!(self.decision.decided_by, DecidedBy::Default | DecidedBy::User)
    }
}

/// A participant's last answer without its question: nothing says what it is.
pub(super) fn is_bare_answer(path: &str) -> bool {
    matches!(path, "participant.answer" | "participant.answer_accumulators")
}

/// Decides about a path (see [`crate::protect::decision::clean`]).
pub(super) fn decision(path: &str, stats: &Stats, preset: &Preset) -> Decision {
    Decision::new(path, class_of(path, stats, preset), preset, Class::is_strong, usual)
}

/// The class of a path by the rules, which also look at what is above it.
fn class_of(path: &str, stats: &Stats, preset: &Preset) -> Suggestion {
    if defaults::psynet(path).is_some() {
        return classify(System::Psynet, path, stats);
    }
    if is_bare_answer(path) {
        let reason = "A copy of an answer without its question; it stands in the table response.".to_owned();
        return Suggestion { class: Class::FreeText, action: None, reason, decided_by: DecidedBy::Default };
    }
    // Dots inside the brackets of a question's name split nothing that matters: names are looked up word by word.
    let above: Vec<&str> = path.match_indices('.').skip(1).filter_map(|(at, _)| path.get(..at)).collect();
    if let Some((nearest, _)) = above.iter().rev().find_map(|a| Some((a, defaults::psynet(a)?))) {
        return classify(System::Psynet, nearest, stats);
    }
    let named = |path: &str| names::by_name(path).map(|n| n.class);
    let own_choice = |path: &str| preset.paths.contains_key(path);
    if let Some(strong) = above.iter().find(|a| named(a).is_some_and(Class::is_strong) && !own_choice(a)) {
        return classify(System::Psynet, strong, stats);
    }
    let own = classify(System::Psynet, path, stats);
    if matches!(own.decided_by, DecidedBy::Name | DecidedBy::Default) {
        return own;
    }
    let nearest = above.iter().rev().find(|a| named(a).is_some());
    nearest.map_or(own, |above| classify(System::Psynet, above, stats))
}

/// What is done with a class.
fn usual(preset: &Preset, class: Class) -> Action {
    match (class, preset.time_mode()) {
        (Class::Time, TimeMode::Keep) => Action::Keep,
        (Class::Time, _) => Action::Relative,
        (class, _) => preset.level.action(class),
    }
}
