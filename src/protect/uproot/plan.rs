//! Decides what is done with the values at each path of a field, from its name and what was seen there.

use std::collections::{BTreeMap, BTreeSet};

use super::leaves::Shape;
use super::survey::{Seen, Survey, clean, is_binary};
use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion, System, classify};
use crate::protect::overview::{self, text_id};
use crate::protect::preset::{Choice, Holds, Level, Preset, Texts};
use crate::protect::pseudonym::uuid_bytes;
use crate::protect::{defaults, detect, names};

/// Examples of a path's texts, and of its numbers.
const EXAMPLES: usize = 3;

/// What is to be done with the values at a path.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub class: Class,
    pub action: Action,
    pub reason: String,
    pub decided_by: DecidedBy,
    /// Whether texts are categories; other texts of a kept class are withheld.
    pub categories: bool,
    /// What is made coarse.
    pub holds: Holds,
    /// What the rules alone say, and who of them.
    pub rule: (Choice, DecidedBy),
    /// Whether nobody may decide otherwise.
    pub locked: bool,
    /// Whether the user's choice is weaker than what the rules say.
    pub weaker: bool,
    /// Texts of the path that a user approved.
    pub approved: BTreeSet<String>,
    /// What was seen there.
    pub facts: Facts,
    /// Whether some values are times, which differ from owner to owner once relative.
    pub times: bool,
    /// Texts in which a detector found something.
    pub hits: BTreeSet<String>,
    /// Keys of objects that only one storage has: they may be data.
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
    /// Texts that may be released after review, with how many have them.
    pub texts: BTreeMap<String, u64>,
}

impl Plan {
    /// Whether its texts are withheld because somebody may have written them.
    pub fn is_unread(&self) -> bool {
        self.class == Class::FreeText && self.action == Action::Withhold
    }
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
fn class_of(field: &str, below: &str, stats: &Stats, preset: &Preset) -> Suggestion {
    let path = clean(&format!("{field}{below}"));
    if defaults::uproot(&path).is_some() {
        return classify(System::Uproot, &path, stats);
    }
    let above: Vec<&str> = path.match_indices('.').skip(2).filter_map(|(at, _)| path.get(..at)).collect();
    // What uproot itself would remove is removed with all that is in it.
    let removed = |path: &str| matches!(defaults::uproot(path), Some((_, Some(Action::Remove), _)));
    if let Some(gone) = above.iter().find(|a| removed(a) && !preset.paths.contains_key(**a)) {
        return classify(System::Uproot, gone, stats);
    }
    let named = |path: &str| names::by_name(path).map(|n| n.class);
    if let Some(strong) =
        above.iter().find(|a| named(a).is_some_and(Class::is_strong) && !preset.paths.contains_key(**a))
    {
        return classify(System::Uproot, strong, stats);
    }
    let own = classify(System::Uproot, &path, stats);
    if matches!(own.decided_by, DecidedBy::Name | DecidedBy::Default) {
        return own;
    }
    let nearest = above.iter().rev().find(|a| named(a).is_some() && defaults::uproot(a).is_none());
    nearest.map_or(own, |above| classify(System::Uproot, above, stats))
}

/// Whether the key of a member that goes is data (somebody's name or id) and not the name of a field: only one storage
/// of several has it (`rare`), it is not spelled as fields are, or something was detected in it.
pub(super) fn is_data(key: &str, rare: bool) -> bool {
    let spelled = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'));
    let named = names::by_name(key).is_some();
    !named && (rare || !spelled) || !detect::detect(key).is_empty()
}

impl Survey {
    pub fn decide(
        &mut self,
        field: &str,
        below: &str,
        seen: Seen,
        preset: &Preset,
        approved: &BTreeSet<String>,
    ) -> Plan {
        let level = preset.level;
        let path = clean(&format!("{field}{below}"));
        let mut found = class_of(field, below, &seen.stats, preset);
        let undecided = matches!(found.decided_by, DecidedBy::Values | DecidedBy::Nobody);
        if undecided && seen.stats.texts > 0 && seen.names == seen.stats.texts {
            found.class = Class::InternalId;
            found.decided_by = DecidedBy::Values;
            found.reason = "Names of players, groups, models or sessions.".to_owned();
        }
        let mut action = found.action.unwrap_or(level.action(found.class));
        let rule = (Choice { class: found.class, action: found.action, holds: None }, found.decided_by);
        let locked = rule.1 == DecidedBy::Default && found.class == Class::Secret;
        let chosen = overview::decided(preset, &path, found.class, locked);
        if let Some(choice) = chosen {
            action = choice.action.unwrap_or(level.action(choice.class));
            found.class = choice.class;
            found.decided_by = DecidedBy::User;
            found.reason = format!("Your choice. The rules say {}: {}", rule.0.class.as_str(), found.reason);
        }
        let weaker = overview::is_weaker(level, &rule.0, rule.1, found.class, action);
        let reviewed = found.class == Class::FreeText && action == Action::Withhold;
        let releasable = seen.texts.iter().filter(|(_, (_, last))| reviewed && *last);
        let facts = Facts {
            values: seen.stats.values,
            distinct: seen.stats.distinct,
            detected: seen.stats.detected,
            participants: seen.stats.participants,
            examples: seen.texts.keys().take(EXAMPLES).chain(seen.sample.iter().take(EXAMPLES)).cloned().collect(),
            texts: releasable.map(|(text, (count, _))| (text.clone(), *count)).collect(),
        };
        let is_approved = |text: &&String| preset.texts == Texts::Review && approved.contains(&text_id(&path, text));
        let approved = facts.texts.keys().filter(is_approved).cloned().collect();
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
        let own_keys = !path.starts_with("session.") && seen.stats.participants > 1;
        let gone = found.class.is_strong() || action == Action::Remove && found.class != Class::Technical;
        for (key, (_, many)) in &seen.keys {
            if gone && is_data(key, own_keys && !many) {
                original(key, if found.class == Class::FreeText { Class::Contact } else { found.class });
            } else if uuid_bytes(key).is_some() {
                original(key, Class::InternalId);
            } else if level == Level::Share {
                let found = detect::detect(key).into_iter().filter_map(|f| key.get(f.start..f.end));
                found.for_each(|text| original(text, Class::Contact));
            }
        }
        // What detectors found must not be left where the text is withheld.
        if level == Level::Share {
            for (_, text) in seen.hits.values().flatten() {
                original(text, Class::Contact);
            }
        }
        let categories = seen.stats.categories();
        let user = found.decided_by == DecidedBy::User;
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
        let word = names::by_name(&path).map(|n| n.word);
        Plan {
            class: found.class,
            action,
            reason: found.reason,
            decided_by: found.decided_by,
            categories: categories || user && action == Action::Keep,
            rule,
            locked,
            weaker,
            approved,
            facts,
            times: seen.stats.times > 0,
            holds: chosen.and_then(|choice| choice.holds).unwrap_or(match word {
                Some("age" | "alter" | "âge" | "edad" | "年龄") => Holds::Age,
                Some("country" | "land" | "pays" | "pais" | "país" | "国家") => Holds::Country,
                _ => Holds::Other,
            }),
            hits: seen.hits.into_keys().collect(),
            rare_keys: if own_keys { seen.keys.into_iter().filter_map(rare).collect() } else { BTreeSet::new() },
        }
    }
}
