//! Decides what is done with the values at each path of a field, from its name and what was seen there.

use super::leaves::Shape;
use super::seen::{Seen, Text};
use super::survey::{Asked, Survey};
use super::transform::Owner;
use crate::order::{Map, Set};
use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion, System, classify};
use crate::protect::decision::{Decision, Facts, clean};
use crate::protect::keys::{self, Holders};
use crate::protect::overview::text_id;
use crate::protect::pace::{DETECT, Pace};
use crate::protect::persons::names_owner;
use crate::protect::preset::{Preset, Texts};
use crate::protect::pseudonym::uuid_bytes;
use crate::protect::{defaults, detect, names};

/// What is to be done with the values at a path.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub decision: Decision,
    /// Whether texts are categories; other texts of a kept class are withheld.
    pub categories: bool,
    /// Texts of the path that a user approved.
    pub approved: Set<String>,
    /// What was seen there.
    pub facts: Facts,
    /// Whether some values are times, which differ from owner to owner once relative.
    pub times: bool,
    /// Texts in which a detector found something.
    pub hits: Set<String>,
    /// Keys of objects that may be data.
    pub rare_keys: Set<String>,
}

impl Plan {
    /// Whether its texts are withheld because somebody may have written them.
    pub fn is_unread(&self) -> bool {
        self.decision.class == Class::FreeText && self.decision.action == Action::Withhold
    }

    /// Whether its values say nothing because they and the owner's others are too rare; what is empty is a value, too.
    pub fn is_suppressed(&self, owner: Owner<'_>) -> bool {
        owner.suppressed && self.decision.action == Action::Generalize
    }
}

/// One field of one kind of storage.
pub(super) struct Field {
    /// By what follows the field's name in the path.
    pub plans: Map<String, Plan>,
    pub shape: Shape,
    pub sum: Sum,
}

/// What all plans of a field come to: they may be many, and each span asks.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    /// Whether nothing of the field stays; of an object some members may.
    pub removed: bool,
    /// Whether something in it is made coarse.
    pub coarse: bool,
    /// Whether the same value may become another one with another owner.
    pub varies: bool,
    /// Whether something in it describes people, or says who they are.
    pub describes: bool,
}

impl Field {
    /// A field whose plans are still to come.
    pub fn new(shape: Shape) -> Field {
        Field { plans: Map::new(), shape, sum: Sum::default() }
    }

    /// Sums up the plans, once all are there.
    pub fn settle(&mut self) {
        let removed = |plan: &Plan| plan.decision.action == Action::Remove;
        let coarse = |plan: &Plan| plan.decision.action == Action::Generalize;
        let varies = |p: &Plan| !p.approved.is_empty() || p.times || p.decision.action == Action::Relative;
        let describes = |(below, plan): (&String, &Plan)| {
            coarse(plan)
                || matches!(plan.decision.class, Class::Quasi | Class::Sensitive)
                || names_owner(below, &plan.decision)
        };
        self.sum = Sum {
            removed: self.plans.values().all(removed)
                || self.plans.get("").is_none_or(|p| removed(p) && p.decision.decided_by != DecidedBy::Default),
            coarse: self.plans.values().any(coarse),
            varies: self.plans.values().any(varies),
            describes: self.plans.iter().any(describes),
        };
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
    /// Gives a path inside a field, which is `shown` as presets name it, its plan.
    pub async fn decide(
        &mut self,
        field: &str,
        (below, shown): (&str, &str),
        seen: Seen,
        Asked { preset, approved, .. }: Asked<'_>,
        pace: &mut Pace,
    ) -> Plan {
        let path = clean(&format!("{field}{below}"));
        let mut found = class_of(field, below, &seen.stats, preset);
        let undecided = matches!(found.decided_by, DecidedBy::Values | DecidedBy::Nobody);
        if undecided && seen.stats.texts > 0 && seen.names == seen.stats.texts {
            found.class = Class::InternalId;
            found.decided_by = DecidedBy::Values;
            found.reason = "Names of players, groups, models or sessions.".to_owned();
        }
        let secret = |class| class == Class::Secret;
        let new = preset.is_new(&path) && preset.is_new(&clean(&format!("{field}{shown}")));
        let decision = Decision::new((&path, new), found, preset, secret, |preset, class| preset.level.action(class));
        let (class, action) = (decision.class, decision.action);
        let reviewed = class == Class::FreeText && action == Action::Withhold;
        let mut facts = Facts::new(&seen.stats, &mut seen.texts.keys(), &mut seen.sample.iter());
        let mut read = Set::new();
        for (text, Text { count, last, .. }) in &seen.texts {
            pace.did(text.len()).await;
            let original = decision.original(text, true);
            self.originals.extend(original.map(|(value, class)| (value, class, path.clone())));
            if reviewed && *last {
                facts.texts.insert(text.clone(), *count);
                if preset.texts == Texts::Review && approved.contains(&text_id(&path, text)) {
                    read.insert(text.clone());
                }
            }
        }
        for (kind, count) in seen.hits.values().flatten().map(|(kind, _)| (*kind, 1)) {
            *self.finds.entry(kind).or_default() += count;
        }
        for number in &seen.numbers {
            pace.did(number.len()).await;
            let original = decision.original(number, false);
            self.originals.extend(original.map(|(value, class)| (value, class, path.clone())));
        }
        let mut original = |value: &str, class| {
            self.originals.push((value.to_owned(), class, path.clone()));
        };
        let own_keys = !path.starts_with("session.") && seen.holders.count > 1;
        for (key, owners) in &seen.keys {
            pace.did(key.len() * DETECT).await;
            if decision.is_gone() && is_data(key, own_keys && owners.count < 2) {
                original(key, decision.class_of_key());
            } else if uuid_bytes(key).is_some() {
                original(key, Class::InternalId);
            } else if preset.is_share() {
                let found = detect::detect(key).into_iter().filter_map(|f| key.get(f.start..f.end));
                found.for_each(|text| original(text, Class::Contact));
            }
        }
        // What detectors found must not be left where the text is withheld.
        if preset.is_share() {
            for (_, text) in seen.hits.values().flatten() {
                original(text, Class::Contact);
            }
        }
        let categories = seen.stats.categories();
        let user = decision.decided_by.is_choice();
        let kept = matches!(class, Class::Experiment | Class::Technical | Class::Quasi | Class::Sensitive);
        if kept
            && action != Action::Remove
            && action != Action::Withhold
            && (categories || decision.decided_by == DecidedBy::Default)
        {
            for text in seen.texts.keys().filter(|text| !seen.hits.contains_key(*text)) {
                pace.did(text.len()).await;
                self.vocabulary.insert(text.to_lowercase());
                self.vocabulary.extend(text.split('/').map(str::to_lowercase));
            }
        }
        let holders = Holders { count: seen.holders.count, differ: path.starts_with("session.") };
        let counted = seen.keys.iter().map(|(key, owners)| (key.as_str(), owners.count));
        let mut rare_keys = keys::rare(counted, holders, &mut self.words);
        // Whoever decides about a key by its name knows it.
        rare_keys.retain(|key| !preset.paths.contains_key(&format!("{path}.{key}")));
        Plan {
            decision,
            categories: categories || user && action == Action::Keep,
            approved: read,
            facts,
            times: seen.stats.times > 0,
            hits: seen.hits.into_keys().collect(),
            rare_keys,
        }
    }
}
