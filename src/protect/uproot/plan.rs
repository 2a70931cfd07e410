//! Decides what is done with the values at each path of a field, from its name and what was seen there.

use std::collections::{BTreeMap, BTreeSet};

use super::leaves::Shape;
use super::survey::{Seen, Survey, clean, is_binary};
use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion, System, classify};
use crate::protect::preset::Level;
use crate::protect::pseudonym::uuid_bytes;
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
    /// Whether the path holds ages.
    pub age: bool,
    /// Whether some values are times, which differ from owner to owner once relative.
    pub times: bool,
    /// Texts in which a detector found something.
    pub hits: BTreeSet<String>,
    /// Keys of objects that only one storage has: they may be data.
    pub rare_keys: BTreeSet<String>,
}

/// One field of one kind of storage.
pub(super) struct Field {
    /// By what follows the field's name in the path.
    pub plans: BTreeMap<String, Plan>,
    pub shape: Shape,
}

impl Field {
    /// Whether nothing of the field stays; of an object some members may.
    pub fn removed(&self) -> bool {
        self.plans.values().all(|plan| plan.action == Action::Remove)
            || self
                .plans
                .get("")
                .is_none_or(|plan| plan.action == Action::Remove && plan.decided_by != DecidedBy::Default)
    }
}

/// The class of a path, which also inherits from the names above it.
fn class_of(field: &str, below: &str, stats: &Stats) -> Suggestion {
    let path = clean(&format!("{field}{below}"));
    if defaults::uproot(&path).is_some() {
        return classify(System::Uproot, &path, stats);
    }
    let above: Vec<&str> = path.match_indices('.').skip(2).filter_map(|(at, _)| path.get(..at)).collect();
    let named = |path: &str| names::by_name(path).map(|n| n.class);
    if let Some(strong) = above.iter().find(|a| named(a).is_some_and(is_strong)) {
        return classify(System::Uproot, strong, stats);
    }
    let own = classify(System::Uproot, &path, stats);
    if matches!(own.decided_by, DecidedBy::Name | DecidedBy::Default) {
        return own;
    }
    let nearest = above.iter().rev().find(|a| named(a).is_some() && defaults::uproot(a).is_none());
    nearest.map_or(own, |above| classify(System::Uproot, above, stats))
}

pub(super) fn is_strong(class: Class) -> bool {
    matches!(class, Class::Secret | Class::PersonId | Class::TaskId | Class::Contact | Class::Binary)
}

impl Survey {
    pub fn decide(&mut self, field: &str, below: &str, seen: Seen, level: Level) -> Plan {
        let path = clean(&format!("{field}{below}"));
        let mut found = class_of(field, below, &seen.stats);
        let undecided = matches!(found.decided_by, DecidedBy::Values | DecidedBy::Nobody);
        if undecided && seen.stats.texts > 0 && seen.names == seen.stats.texts {
            found.class = Class::InternalId;
            found.decided_by = DecidedBy::Values;
            found.reason = "Names of players, groups, models or sessions.".to_owned();
        }
        let action = found.action.unwrap_or(level.action(found.class));
        for (kind, count) in seen.hits.values().flatten().map(|(kind, _)| (*kind, 1)) {
            *self.finds.entry(kind).or_default() += count;
        }
        let texts = || seen.texts.keys().map(String::as_str);
        let mut original = |value: &str, class| {
            self.originals.push((value.to_owned(), class, path.clone()));
        };
        match found.class {
            Class::Secret | Class::PersonId | Class::TaskId | Class::Contact => {
                texts().for_each(|text| original(text, found.class));
                seen.numbers.iter().for_each(|number| original(number, found.class));
            }
            Class::Binary => texts().for_each(|text| {
                let cut = if is_binary(text) { text.rsplit(',').next().unwrap_or(text) } else { text };
                let cut: String = if is_binary(text) { cut.chars().take(24).collect() } else { cut.to_owned() };
                original(&cut, found.class);
            }),
            Class::InternalId if action == Action::Remove => texts().for_each(|text| original(text, found.class)),
            Class::InternalId => texts().filter(|t| uuid_bytes(t).is_some()).for_each(|t| original(t, found.class)),
            Class::FreeText if action == Action::Remove => texts().for_each(|text| original(text, Class::Contact)),
            _ => {}
        }
        // What detectors found must not be left where the text is withheld.
        if level == Level::Share {
            for (_, text) in seen.hits.values().flatten() {
                original(text, Class::Contact);
            }
        }
        let categories = seen.stats.categories();
        let kept = matches!(found.class, Class::Experiment | Class::Technical | Class::Quasi | Class::Sensitive);
        if kept
            && action != Action::Remove
            && action != Action::Withhold
            && (categories || found.decided_by == DecidedBy::Default)
        {
            let shown = seen.texts.keys().filter(|text| !seen.hits.contains_key(*text));
            for text in shown {
                self.vocabulary.insert(text.to_lowercase());
                self.vocabulary.extend(text.split('/').map(str::to_lowercase));
            }
        }
        let rare = |(key, (_, many)): (String, (u32, bool))| (!many).then_some(key);
        let own_keys = !path.starts_with("session.") && seen.stats.participants > 1;
        let word = names::by_name(&path).map(|n| n.word);
        Plan {
            class: found.class,
            action,
            reason: found.reason,
            decided_by: found.decided_by,
            categories,
            times: seen.stats.times > 0,
            age: matches!(word, Some("age" | "alter" | "âge" | "edad" | "年龄")),
            hits: seen.hits.into_keys().collect(),
            rare_keys: if own_keys { seen.keys.into_iter().filter_map(rare).collect() } else { BTreeSet::new() },
        }
    }
}
