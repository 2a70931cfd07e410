//! Decides what is done with the values at each path, from the rules, its name and what was seen there.

use super::seen::Seen;
use super::survey::Originals;
use crate::order::Set;
use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion, System, classify};
use crate::protect::decision::{Decision, Facts};
use crate::protect::detect::{self, Kind};
use crate::protect::overview::text_id;
use crate::protect::pace::{DETECT, Pace};
use crate::protect::preset::{Preset, Texts, TimeMode};
use crate::protect::pseudonym::uuid_bytes;
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
    /// Texts of the path that a user approved.
    pub approved: Set<String>,
    /// Values that are texts and withheld because somebody may have written them.
    pub unread: u64,
    /// Keys of objects that may be data.
    pub rare_keys: Set<String>,
}

impl Plan {
    /// Whether texts may be shown as they are.
    pub fn shows_texts(&self) -> bool {
        self.categories || self.decision.decided_by == DecidedBy::Default || self.decision.decided_by.is_choice()
    }
}

/// A participant's last answer without its question: nothing says what it is.
pub(super) fn is_bare_answer(path: &str) -> bool {
    matches!(path, "participant.answer" | "participant.answer_accumulators")
}

/// Decides about a path (see [`crate::protect::decision::clean`]), which is new if the author of the preset did not see it.
pub(super) fn decision((path, new): (&str, bool), stats: &Stats, preset: &Preset) -> Decision {
    Decision::new((path, new), class_of(path, stats, preset), preset, Class::is_strong, usual)
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

/// Whether the key of a member that goes is data (somebody's name or id) and not the name of a field: only one
/// participant has it (`rare`), it is not spelled as fields are, or something was detected in it.
fn is_data(key: &str, rare: bool) -> bool {
    let spelled = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    names::by_name(key).is_none() && (rare && !spelled) || !detect::detect(key).is_empty()
}

/// Gives a path, of which was seen so much and of whose keys some may be data, its plan, and notes what must not be left of it.
pub(super) async fn decide(
    (path, new): (&str, bool),
    (seen, mut rare_keys): (&Seen, Set<String>),
    preset: &Preset,
    approved: &Set<String>,
    (originals, vocabulary): (&mut Originals, &mut Set<String>),
    pace: &mut Pace,
) -> Plan {
    let decision = decision((path, new), &seen.stats, preset);
    let (class, action) = (decision.class, decision.action);
    let mut original = |value: &str, class| originals.push((value.to_owned(), class, path.to_owned()));
    for (value, is_text) in seen.texts.keys().map(|text| (text, true)).chain(seen.numbers.iter().map(|n| (n, false))) {
        pace.did(value.len()).await;
        decision.original(value, is_text).into_iter().for_each(|(value, class)| original(&value, class));
    }
    if class == Class::Binary {
        seen.files.iter().for_each(|start| original(start, class));
    }
    // Whoever decides about a key by its name knows it.
    rare_keys.retain(|key| !preset.paths.contains_key(&format!("{path}.{key}")));
    let shared = seen.holders.count() > 1;
    for (key, (_, many)) in seen.keys.iter().filter(|(key, _)| !key.starts_with("py/")) {
        pace.did(key.len() * DETECT).await;
        if decision.is_gone() && is_data(key, shared && !many) {
            original(key, decision.class_of_key());
        } else if uuid_bytes(key).is_some() {
            original(key, Class::InternalId);
        } else if preset.is_share() {
            let finds = detect::detect(key).into_iter().filter(|find| preset.detects(find.kind));
            finds.filter_map(|f| key.get(f.start..f.end)).for_each(|text| original(text, Class::Contact));
        }
    }
    // What detectors found must not be left where the text is withheld; a user may keep a text.
    if preset.is_share() && (class, action) != (Class::FreeText, Action::Keep) {
        let counts = |kind: Kind| preset.detects(kind);
        seen.hits.keys().filter(|(kind, _)| counts(*kind)).for_each(|(_, text)| original(text, Class::Contact));
    }
    let categories = seen.stats.categories();
    let kept = matches!(class, Class::Experiment | Class::Technical | Class::Quasi | Class::Sensitive)
        && !matches!(action, Action::Remove | Action::Withhold);
    let sure = decision.decided_by == DecidedBy::Default || decision.decided_by.is_choice();
    if kept && (categories || sure) {
        let hit = |text: &str| seen.hits.keys().any(|(_, found)| text.contains(found.as_str()));
        for text in seen.texts.keys() {
            pace.did(text.len() * (1 + seen.hits.len())).await;
            if hit(text) {
                continue;
            }
            let lower = text.to_lowercase();
            // Words of labels; one with digits may be an id.
            let joined = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
            let words = lower.split(|c: char| !c.is_alphanumeric()).chain(joined);
            let plain = |word: &&str| word.chars().all(|c| c.is_alphabetic() || c == '_');
            vocabulary.extend(words.filter(plain).map(str::to_owned));
            vocabulary.insert(lower);
        }
    }
    let bare = class == Class::FreeText && is_bare_answer(path);
    let unread = class == Class::FreeText && action == Action::Withhold;
    let releasable = seen.texts.iter().chain(&seen.long).filter(|_| unread && !bare);
    let mut facts = Facts::new(&seen.stats, &mut seen.texts.keys(), &mut seen.numbers.iter());
    let mut read = Set::new();
    for (text, count) in releasable {
        pace.did(text.len()).await;
        if preset.texts == Texts::Review && approved.contains(&text_id(path, text)) {
            read.insert(text.clone());
        }
        facts.texts.insert(text.clone(), *count);
    }
    Plan {
        categories,
        bare,
        approved: read,
        unread: if unread { seen.stats.texts } else { 0 },
        facts,
        rare_keys,
        decision,
    }
}
