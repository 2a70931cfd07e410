//! Decides what is done with the values at each path, from the rules, its name and what was seen there.

use std::collections::BTreeSet;

use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion, System, classify};
use crate::protect::overview;
use crate::protect::preset::{Choice, Holds, Preset, TimeMode};
use crate::protect::{defaults, names};

/// What is to be done with the values at a path.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub class: Class,
    pub action: Action,
    pub reason: String,
    pub decided_by: DecidedBy,
    /// Whether texts are categories; other texts of a kept class are withheld.
    pub categories: bool,
    /// What a path that is generalized holds.
    pub holds: Holds,
    /// Whether nothing says what a value is, not even what kind of number.
    pub bare: bool,
    /// What the rules alone say.
    pub rule: Choice,
    /// Whether the user's choice is weaker than what the rules say.
    pub weaker: bool,
    /// Whether nobody may decide otherwise.
    pub locked: bool,
    /// What was seen there.
    pub facts: Facts,
    /// Keys of objects that only one participant has: they may be data.
    pub rare_keys: BTreeSet<String>,
}

/// What was seen at a path, for whoever decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub values: u64,
    pub distinct: u64,
    pub detected: u64,
    pub participants: u64,
    pub examples: Vec<String>,
}

impl Plan {
    /// Whether texts may be shown as they are.
    pub fn shows_texts(&self) -> bool {
        self.categories || matches!(self.decided_by, DecidedBy::Default | DecidedBy::User)
    }
}

/// A path as the rules know it: places in lists do not count.
pub(super) fn clean(path: &str) -> String {
    path.replace("[]", "")
}

/// A participant's last answer without its question: nothing says what it is.
pub(super) fn is_bare_answer(path: &str) -> bool {
    matches!(path, "participant.answer" | "participant.answer_accumulators")
}

/// What a path (see [`clean`]) is taken for: what the user says, where anybody may say anything, else what the rules say.
pub(super) struct Decision {
    pub found: Suggestion,
    pub action: Action,
    /// Whether nobody may decide otherwise.
    pub locked: bool,
    /// What the rules alone say.
    pub rule: Choice,
    /// Whether the user's choice is weaker.
    pub weaker: bool,
}

/// Decides about a path.
pub(super) fn decision(path: &str, stats: &Stats, preset: &Preset) -> Decision {
    let mut found = class_of(path, stats, preset);
    let rule = Choice { class: found.class, action: found.action, holds: None };
    let by = found.decided_by;
    let locked = by == DecidedBy::Default && found.class.is_strong();
    if let Some(choice) = overview::decided(preset, path, rule.class, locked) {
        found.class = choice.class;
        found.action = choice.action;
        found.decided_by = DecidedBy::User;
        found.reason = format!("Your choice. The rules say {}: {}", rule.class.as_str(), found.reason);
    }
    let action = action_of(&found, preset);
    let weaker = overview::is_weaker(preset.level, &rule, by, found.class, action);
    Decision { found, action, locked, rule, weaker }
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
fn action_of(found: &Suggestion, preset: &Preset) -> Action {
    match (found.action, found.class, preset.time_mode()) {
        (Some(action), ..) => action,
        (None, Class::Time, TimeMode::Keep) => Action::Keep,
        (None, Class::Time, _) => Action::Relative,
        (None, class, _) => preset.level.action(class),
    }
}

/// What a path that is generalized holds, by its name.
pub(super) fn holds(path: &str, preset: &Preset) -> Holds {
    let chosen = preset.choice(path).and_then(|(choice, _)| choice.holds);
    chosen.unwrap_or_else(|| match names::by_name(path).map(|named| named.word) {
        Some("age" | "alter" | "âge" | "edad" | "年龄") => Holds::Age,
        Some("country" | "land" | "pays" | "pais" | "país" | "国家" | "nation") => Holds::Country,
        _ => Holds::Other,
    })
}
