//! Decides about a path, for every system alike: what the user says where anybody may say anything, else what the rules say.

use crate::order::Map;
use crate::protect::class::{Action, Class, DecidedBy, Stats, Suggestion};
use crate::protect::names;
use crate::protect::overview::{self, Row, Ruled, example};
use crate::protect::preset::{Choice, Holds, Preset};
use crate::protect::pseudonym::uuid_bytes;
use crate::protect::report::PathReport;

/// Examples of a path's texts, and of its numbers.
const EXAMPLES: usize = 3;
/// So many characters of a file's base64 are looked for.
const FILE_START: usize = 24;

/// What a path is taken for.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub class: Class,
    pub action: Action,
    pub reason: String,
    pub decided_by: DecidedBy,
    /// What is made coarse.
    pub holds: Holds,
    /// What the rules alone say.
    pub rule: Choice,
    /// Whether nobody may decide otherwise.
    pub locked: bool,
    /// Whether the user's choice is weaker than what the rules say.
    pub weaker: bool,
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
    pub texts: Map<String, u64>,
}

impl Decision {
    /// Decides about a path (see [`clean`]) where the rules found a class. What the system itself defines is `locked`
    /// where `lock` says so of its class; `usual` is what is done with a class without further choices. The path is `new`
    /// if the author of the preset did not see it.
    pub fn new(
        (path, new): (&str, bool),
        found: Suggestion,
        preset: &Preset,
        lock: fn(Class) -> bool,
        usual: fn(&Preset, Class) -> Action,
    ) -> Decision {
        let Suggestion { mut class, mut action, mut reason, mut decided_by } = found;
        let (rule, by) = (Choice { class, action, holds: None }, decided_by);
        let locked = by == DecidedBy::Default && lock(class);
        let ruled = Ruled { class, action: action.unwrap_or_else(|| usual(preset, class)), locked, new };
        let choice = overview::decided(preset, path, ruled);
        if let Some((choice, own)) = choice {
            let (whose, who) = match own {
                true => ("Your choice", DecidedBy::User),
                false => ("The preset's choice", DecidedBy::Preset),
            };
            reason = format!("{whose}. The rules say {}: {reason}", class.as_str());
            (class, action, decided_by) = (choice.class, choice.action, who);
        }
        let action = action.unwrap_or_else(|| usual(preset, class));
        let holds = choice.and_then(|(choice, _)| choice.holds).unwrap_or_else(|| holds(path));
        let weaker = overview::is_weaker(preset.level, &rule, by, class, action);
        Decision { class, action, reason, decided_by, holds, rule, locked, weaker }
    }

    /// The line about a path, as people see it who may decide otherwise.
    pub fn row(&self, path: String, facts: &Facts, preset: &Preset) -> Row {
        let of_path = (self.class, self.action, self.holds);
        Row {
            class: self.class,
            action: self.action,
            reason: self.reason.clone(),
            decided_by: self.decided_by,
            rule: self.rule,
            locked: self.locked,
            new: self.is_new(&path, preset),
            weaker: self.weaker,
            actions: self.class.actions(),
            values: facts.values,
            distinct: facts.distinct,
            detected: facts.detected,
            participants: facts.participants,
            examples: facts.examples.iter().map(|value| example(value, of_path, preset)).collect(),
            path,
        }
    }

    /// The report's line about a path, where it is called `path` because its real name may be data.
    pub fn line(&self, path: String, real: &str, counts: Option<[u64; 3]>, preset: &Preset) -> PathReport {
        PathReport {
            path,
            class: self.class,
            action: self.action,
            reason: self.reason.clone(),
            decided_by: self.decided_by,
            weaker: self.weaker.then_some(self.rule.class),
            new: self.is_new(real, preset),
            counts,
        }
    }

    /// Whether the author of the preset did not see the path; what software of its own names is not new.
    fn is_new(&self, path: &str, preset: &Preset) -> bool {
        self.decided_by != DecidedBy::Default && preset.is_new(path)
    }

    /// Whether the preset gives a path another class that nobody may decide about.
    pub fn is_defied(&self, path: &str, preset: &Preset) -> bool {
        self.locked && preset.paths.get(path).is_some_and(|choice| choice.class != self.class)
    }

    /// Whether members' keys go with what is in them.
    pub fn is_gone(&self) -> bool {
        self.class.is_strong() || self.action == Action::Remove && self.class != Class::Technical
    }

    /// What of a text or number must not be left, and as which class it is looked for.
    pub fn original(&self, value: &str, is_text: bool) -> Option<(String, Class)> {
        let whole = |class| Some((value.to_owned(), class));
        match self.class {
            Class::Secret | Class::PersonId | Class::TaskId | Class::Contact => whole(self.class),
            _ if !is_text => None,
            Class::Binary if is_binary(value) => Some((file_start(value), self.class)),
            Class::Binary => whole(self.class),
            Class::InternalId if self.action == Action::Remove || uuid_bytes(value).is_some() => whole(self.class),
            Class::FreeText if self.action == Action::Remove => whole(Class::Contact),
            _ => None,
        }
    }

    /// As what the key of a member that goes is looked for.
    pub fn class_of_key(&self) -> Class {
        if self.class == Class::FreeText { Class::Contact } else { self.class }
    }
}

impl Facts {
    /// What was seen; of texts and numbers the first are examples.
    pub fn new<'t>(
        stats: &Stats,
        texts: &mut dyn Iterator<Item = &'t String>,
        numbers: &mut dyn Iterator<Item = &'t String>,
    ) -> Facts {
        Facts {
            values: stats.values,
            distinct: stats.distinct,
            detected: stats.detected,
            participants: stats.participants,
            examples: texts.take(EXAMPLES).chain(numbers.take(EXAMPLES)).cloned().collect(),
            texts: Map::new(),
        }
    }
}

/// What a path that is generalized holds, by its name.
fn holds(path: &str) -> Holds {
    let named = names::by_name(path).map(|named| named.word).unwrap_or_default();
    let of_word = |word| match word {
        "age" | "ages" | "years" | "alter" | "lebensalter" | "âge" | "edad" | "年龄" => Some(Holds::Age),
        "country" | "land" | "pays" | "pais" | "país" | "国家" | "nation" | "geburtsland" | "出生国" => {
            Some(Holds::Country)
        }
        _ => None,
    };
    named.split('+').find_map(of_word).unwrap_or(Holds::Other)
}

/// Whether all are digits, and so many that it may be an id or a telephone's number (section 8 of the specification).
pub(super) fn is_long_number(text: &str) -> bool {
    text.len() >= 5 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Data URIs and long base64.
pub(super) fn is_binary(text: &str) -> bool {
    let base64 = || {
        text.len() >= 64
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
            && text.bytes().any(|b| b.is_ascii_uppercase())
            && text.bytes().any(|b| b.is_ascii_digit())
    };
    text.starts_with("data:") && text.contains(',') || base64()
}

/// The beginning of the base64 of a file.
pub(super) fn file_start(text: &str) -> String {
    text.rsplit(',').next().unwrap_or(text).chars().take(FILE_START).collect()
}

/// A path as the rules know it: places in lists do not count.
pub(super) fn clean(path: &str) -> String {
    path.replace("[]", "")
}
