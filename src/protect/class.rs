//! Ask [`classify`] what a field is: its class decides what happens to it, and the reason is told to the user.
//!
//! The unit is a path: uproot `kind.app.field` (`player.my_app.age`, `session..room`), PsyNet `table.column`, with
//! the path inside JSON after it (`response.answer[age]`, `participant.vars.score`). What a system itself defines is
//! decided by the tables in [`super::defaults`]; everything else by its name ([`super::names`]) and by what its values
//! look like. Who is unsure withholds: text that nothing explains is free text.

use crate::named::named;
use serde::Serialize;

use crate::protect::defaults;
use crate::protect::names;

named! {
    /// What kind of thing a field holds.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Class {
        /// Keys, tokens, passwords, session secrets.
        Secret = "secret",
        /// Platform, student, SONA ids, labels.
        PersonId = "person_id",
        /// Assignment, HIT, study, submission ids.
        TaskId = "task_id",
        /// Session, player, group, model, room, UUID, row id.
        InternalId = "internal_id",
        /// Name, e-mail, phone, address, bank, handle, birth date, IP, device, browser, exact position.
        Contact = "contact",
        /// What somebody wrote.
        FreeText = "free_text",
        /// What can be known about a person from elsewhere: age, gender, country.
        Quasi = "quasi",
        /// Health, politics, income: harmful if known.
        Sensitive = "sensitive",
        /// Bytes, data URIs, long base64, names and paths of uploads.
        Binary = "binary",
        /// Moments.
        Time = "time",
        /// Sequence numbers.
        Order = "order",
        /// Packages, places in code, progress of the software.
        Technical = "technical",
        /// What the experiment measured: numbers, truth values, categories.
        Experiment = "experiment",
    }
}

impl Class {
    /// The class of a name in a preset.
    pub fn from_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Whether it points at a person or opens something; what is below such a path is of its class, too.
    pub const fn is_strong(self) -> bool {
        matches!(self, Class::Secret | Class::PersonId | Class::TaskId | Class::Contact | Class::Binary)
    }

    /// What share-safe does with it.
    pub const fn share_safe(self) -> Action {
        match self {
            Class::Secret | Class::Contact | Class::Binary => Action::Remove,
            Class::PersonId | Class::TaskId | Class::InternalId => Action::Token,
            Class::FreeText => Action::Withhold,
            Class::Quasi => Action::Generalize,
            Class::Time => Action::Relative,
            Class::Order => Action::Renumber,
            Class::Sensitive | Class::Technical | Class::Experiment => Action::Keep,
        }
    }

    /// What a user may choose for it, what open sharing does first.
    pub const fn actions(self) -> &'static [Action] {
        match self {
            Class::Secret | Class::Contact | Class::Binary => &[Action::Remove],
            Class::PersonId | Class::TaskId | Class::InternalId => &[Action::Token, Action::Remove],
            Class::FreeText => &[Action::Withhold, Action::Remove, Action::Keep],
            Class::Quasi => &[Action::Generalize, Action::Remove, Action::Keep],
            Class::Time => &[Action::Relative, Action::Remove, Action::Keep],
            Class::Order => &[Action::Renumber, Action::Keep],
            Class::Sensitive | Class::Technical | Class::Experiment => {
                &[Action::Keep, Action::Withhold, Action::Remove]
            }
        }
    }

    /// What "pseudonymize only" does with it.
    pub const fn pseudonymize_only(self) -> Action {
        match self {
            Class::Secret | Class::Contact | Class::Binary => Action::Remove,
            Class::PersonId | Class::TaskId | Class::InternalId => Action::Token,
            _ => Action::Keep,
        }
    }
}

named! {
    /// What happens to the values of a field.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Action {
        /// Leave no column.
        Remove = "remove",
        /// Replace each by its token, UUID or new number.
        Token = "token",
        /// Replace each text by `[withheld]`, or by redacted text after review; numbers and truth values stay.
        Withhold = "withhold",
        /// Make coarse, then suppress what stays rare.
        Generalize = "generalize",
        /// Seconds since the start.
        Relative = "relative",
        /// 1, 2, … in the old order.
        Renumber = "renumber",
        /// Leave as it is.
        Keep = "keep",
    }
}

/// Who chose a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The user, for this study.
    User,
    /// The author of a preset that was taken over.
    Preset,
    /// The table of what the system itself defines; never needs a second look.
    Default,
    /// The name of the field.
    Name,
    /// What its values look like.
    Values,
    /// Nothing: somebody should decide; until then it is withheld or kept as its class says.
    Nobody,
}

impl DecidedBy {
    /// Whether somebody chose it, not the rules.
    pub const fn is_choice(self) -> bool {
        matches!(self, DecidedBy::User | DecidedBy::Preset)
    }

    /// The name in reports, where all rules are one.
    pub const fn as_str(self) -> &'static str {
        match self {
            DecidedBy::User => "user",
            DecidedBy::Preset => "preset",
            DecidedBy::Nobody => "nobody",
            DecidedBy::Default | DecidedBy::Name | DecidedBy::Values => "rule",
        }
    }
}

/// A class with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The class.
    pub class: Class,
    /// What to do instead of what the level does with the class, where a default says so.
    pub action: Option<Action>,
    /// Why, in words for the user; holds no value.
    pub reason: String,
    /// Who chose it.
    pub decided_by: DecidedBy,
}

impl Suggestion {
    fn new(class: Class, decided_by: DecidedBy, reason: impl Into<String>) -> Suggestion {
        Suggestion { class, action: None, reason: reason.into(), decided_by }
    }
}

/// What wrote the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// uproot; paths are `kind.app.field`.
    Uproot,
    /// PsyNet or Dallinger; paths are `table.column`.
    Psynet,
}

/// What is known of a field's values, counted over all of its history. All counts are of values that are not empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Values.
    pub values: u64,
    /// Of these, texts.
    pub texts: u64,
    /// Whole numbers of five or more digits, also written as text.
    pub long_numbers: u64,
    /// Values in which a detector found something.
    pub detected: u64,
    /// Distinct values; may stop counting above 1000.
    pub distinct: u64,
    /// Distinct values that only one participant (or other owner) has, however often.
    pub once: u64,
    /// Characters of the longest text.
    pub longest: u64,
    /// UUIDs.
    pub uuids: u64,
    /// Moments: ISO texts, pickled dates, numbers inside the study's window.
    pub times: u64,
    /// Bytes, data URIs, texts that are long base64 or begin with the magic bytes of a file.
    pub binaries: u64,
    /// Participants who have the field.
    pub participants: u64,
    /// Participants who have one value throughout that no other participant has.
    pub own_value: u64,
}

impl Stats {
    /// A share of the values, in percent, rounded down.
    fn percent(&self, part: u64) -> u64 {
        (part.saturating_mul(100)).checked_div(self.values).unwrap_or(0)
    }

    /// Whether nearly all values are long numbers, which may be ids.
    pub fn are_long_numbers(&self) -> bool {
        self.percent(self.long_numbers) >= 90
    }

    /// Whether texts may be categories: few, short, shared, and nothing was detected in them.
    pub fn categories(&self) -> bool {
        self.distinct <= 20
            && self.longest <= 40
            && self.distinct.saturating_mul(2) <= self.participants
            && self.once.saturating_mul(10) <= self.distinct
            && self.detected == 0
    }
}

/// The class of a path, and why. The order is: what the system defines; values that cannot be anything harmless;
/// the name; what else the values look like.
pub fn classify(system: System, path: &str, stats: &Stats) -> Suggestion {
    let default = match system {
        System::Uproot => defaults::uproot(path),
        System::Psynet => defaults::psynet(path),
    };
    let named = names::by_name(path);
    if let Some((class, action, reason)) = default {
        // Inside settings, whose keys are the experiment's own, a name that says "key" or "phone" is stronger.
        let settings = action == Some(Action::Withhold);
        let strong = |named: &&names::Named| matches!(named.class, Class::Secret | Class::Contact);
        if settings && names::is_key(path) {
            return Suggestion::new(Class::Secret, DecidedBy::Name, "The name holds “key”.");
        }
        return named.as_ref().filter(|n| settings && strong(n)).map(named_suggestion).unwrap_or_else(|| Suggestion {
            class,
            action,
            reason: reason.to_owned(),
            decided_by: DecidedBy::Default,
        });
    }
    // A name that says "secret" or "contact" is stronger than any look of the values; other names are not.
    if let Some(found) =
        named.as_ref().filter(|n| matches!(n.class, Class::Secret | Class::PersonId | Class::TaskId | Class::Contact))
    {
        return named_suggestion(found);
    }
    if stats.values > 0
        && let Some(found) = by_look(stats)
    {
        return found;
    }
    if let Some(found) = named {
        // A name such as "reason" on numbers is an answer, not a text.
        if found.class != Class::FreeText || stats.texts > 0 {
            return named_suggestion(&found);
        }
    }
    if stats.texts == 0 {
        let reason = if stats.values == 0 { "No values." } else { "Numbers or truth values only." };
        return Suggestion::new(Class::Experiment, DecidedBy::Values, reason);
    }
    if stats.categories() {
        let reason = match stats.distinct {
            1 => "One short text, shared by participants: a category.".to_owned(),
            n => format!("{n} different short texts, shared by participants: categories."),
        };
        return Suggestion::new(Class::Experiment, DecidedBy::Values, reason);
    }
    Suggestion::new(Class::FreeText, DecidedBy::Nobody, "Text that no rule knows; withheld until you decide.")
}

fn named_suggestion(found: &names::Named) -> Suggestion {
    let reason = format!("The name holds “{}”, which stands for {}.", found.word, found.meaning);
    Suggestion::new(found.class, DecidedBy::Name, reason)
}

/// What the values alone say, where they say it clearly.
fn by_look(stats: &Stats) -> Option<Suggestion> {
    let found = |class, reason: String| Some(Suggestion::new(class, DecidedBy::Values, reason));
    if stats.binaries > 0 && stats.percent(stats.binaries) >= 5 {
        return found(
            Class::Binary,
            format!("{} % of the values are files or encoded bytes.", stats.percent(stats.binaries)),
        );
    }
    if stats.percent(stats.uuids) >= 50 {
        return found(Class::InternalId, format!("{} % of the values are UUIDs.", stats.percent(stats.uuids)));
    }
    if stats.percent(stats.times) >= 90 {
        return found(Class::Time, format!("{} % of the values are times of the study.", stats.percent(stats.times)));
    }
    if stats.detected > 0 && stats.percent(stats.detected) >= 5 {
        let class = if stats.longest > 60 { Class::FreeText } else { Class::Contact };
        let share = stats.percent(stats.detected);
        return found(class, format!("Detectors found personal data in {share} % of the values."));
    }
    let own = stats.participants > 1 && stats.own_value.saturating_mul(10) >= stats.participants.saturating_mul(9);
    if own && stats.are_long_numbers() {
        return found(
            Class::PersonId,
            "Long whole numbers, the same within and different between participants: probably an id.".to_owned(),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_classes_can_be_read_back() {
        assert!(Class::ALL.iter().all(|class| Class::from_name(class.as_str()) == Some(*class)));
        assert_eq!(Class::from_name("anonymous"), None);
    }
}
