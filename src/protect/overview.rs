//! What preparation will do, path by path, before anything is done: for people who decide.

use crate::order::{self, Set};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::detect::{self, Find};
use crate::protect::leak::masked;
use crate::protect::preset::{Choice, Holds, Level, Preset, Texts, TimeMode};
use crate::protect::risk::{self, RiskReport};

/// What a withheld text says.
pub const WITHHELD: &str = "[withheld]";

/// Everything that a user looks at before a study is prepared.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overview {
    /// All paths, each once, in their order.
    pub rows: Vec<Row>,
    /// How much participants stand out; nothing if no path describes them.
    pub risk: Option<RiskReport>,
    /// Participants.
    pub participants: u64,
    /// How many people the participants are, by their ids.
    pub people: u64,
    /// Participants whose total duration, as it will be rounded, no other participant has.
    pub unique_by_duration: u64,
    /// Choices weaker than those of the level, in words.
    pub deviations: Vec<String>,
    /// Texts that can be reviewed.
    #[serde(skip)]
    pub texts: Vec<Text>,
}

/// A path.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// As presets name it; `*` stands for keys that may be data.
    pub path: String,
    /// What it holds.
    pub class: Class,
    /// What will be done.
    pub action: Action,
    /// Why, in words.
    pub reason: String,
    /// Who decided.
    pub decided_by: DecidedBy,
    /// What the rules alone would say.
    pub rule: Choice,
    /// Whether nobody may decide otherwise.
    pub locked: bool,
    /// Whether the author of the preset did not see it.
    pub new: bool,
    /// Whether the choice is weaker than what the rules say for the level.
    pub weaker: bool,
    /// What the user may choose for the class.
    pub actions: &'static [Action],
    /// Values that are not empty.
    pub values: u64,
    /// Different texts among them.
    pub distinct: u64,
    /// Values in which detectors found something.
    pub detected: u64,
    /// Participants (or other owners) who have one.
    pub participants: u64,
    /// Some values, and what becomes of them.
    pub examples: Vec<Example>,
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// As it is in the data.
    pub before: String,
    /// Its beginning, end and length alone.
    pub masked: String,
    /// What stands in the result; nothing if it is removed.
    pub after: Option<String>,
}

/// A text that somebody may have written, for review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Names the text when it is approved, see [`text_id`].
    pub id: String,
    /// Where it stands.
    pub path: String,
    /// The text.
    pub text: String,
    /// The text with what detectors found replaced; this is what would be released.
    pub redacted: String,
    /// What detectors found: first and last byte (exclusive) and the name of the detector.
    pub marks: Vec<(u32, u32, &'static str)>,
    /// How many have exactly this text.
    pub count: u64,
}

/// Names a text at a path without showing it.
pub fn text_id(path: &str, text: &str) -> String {
    let digest = Sha256::new().chain_update(path).chain_update([0x1f]).chain_update(text).finalize();
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Text {
    /// A text for review.
    pub fn new(path: &str, text: &str, count: u64) -> Text {
        let finds = detect::detect(text);
        let mark = |f: &Find| (f.start as u32, f.end as u32, f.kind.as_str());
        Text {
            id: text_id(path, text),
            path: path.to_owned(),
            redacted: detect::redacted(text, &finds),
            marks: finds.iter().map(mark).collect(),
            text: text.to_owned(),
            count,
        }
    }
}

/// The class of a text's length: `0`, `1-20`, `21-100` or `>100` characters.
pub fn length_class(text: &str) -> &'static str {
    match text.chars().count() {
        0 => "0",
        1..=20 => "1-20",
        21..=100 => "21-100",
        _ => ">100",
    }
}

/// How much an action leaves: what leaves less is stronger.
const fn left(action: Action) -> u8 {
    match action {
        Action::Remove => 0,
        Action::Token | Action::Withhold | Action::Relative | Action::Renumber => 1,
        Action::Generalize => 2,
        Action::Keep => 3,
    }
}

/// Whether a user's choice is weaker than what the rules say for open sharing. Where no rule knows what a path holds,
/// deciding is no weakness.
pub fn is_weaker(level: Level, rule: &Choice, rule_by: DecidedBy, class: Class, action: Action) -> bool {
    let by_rule = rule.action.unwrap_or(level.action(rule.class));
    let usual = if rule_by == DecidedBy::Nobody { level.action(class) } else { by_rule };
    level == Level::Share && left(action) > left(usual)
}

/// Whether an action leaves no text as it is, and no more than another.
const fn is_strict(action: Action, than: Action) -> bool {
    left(action) <= left(than) && left(action) <= left(Action::Withhold)
}

/// What the rules say of a path, for [`decided`].
#[derive(Clone, Copy)]
pub struct Ruled {
    /// What it holds.
    pub class: Class,
    /// What is done with it.
    pub action: Action,
    /// Whether nobody may decide otherwise.
    pub locked: bool,
    /// Whether the author of the preset did not see it.
    pub new: bool,
}

/// What a user decided about a path, and whether for this study rather than in a preset that was taken over; nothing where
/// the rules decide. What the rules call strong needs a choice of its own, and `locked` paths have none. Of a preset's
/// choices about what is above a `new` path only those hold that leave no text and no more than the rules.
pub fn decided<'p>(preset: &'p Preset, path: &str, rule: Ruled) -> Option<(&'p Choice, bool)> {
    let (name, choice, own) = preset.choice(path)?;
    let changed = preset.changed.contains(name);
    let strict = || is_strict(choice.action.unwrap_or(preset.level.action(choice.class)), rule.action);
    let inherited = || !rule.class.is_strong() && (!rule.new || changed || strict());
    (!rule.locked && (own || inherited())).then_some((choice, changed))
}

/// What a value will look like. Tokens need the key, so only their form is shown.
pub fn example(value: &str, plan: (Class, Action, Holds), preset: &Preset) -> Example {
    let (class, action, holds) = plan;
    let number = value.parse::<f64>().is_ok() || matches!(value, "true" | "false");
    let after = match action {
        Action::Remove => None,
        Action::Token => Some(
            match class {
                Class::PersonId => "w-…",
                Class::TaskId => "t-…",
                _ => "…",
            }
            .to_owned(),
        ),
        Action::Withhold if number => Some(value.to_owned()),
        Action::Withhold if preset.texts == Texts::Lengths && class == Class::FreeText => {
            Some(length_class(value).to_owned())
        }
        Action::Withhold => Some(WITHHELD.to_owned()),
        Action::Generalize => Some(risk::coarse(value, holds, preset).unwrap_or_else(|| WITHHELD.to_owned())),
        Action::Relative => match preset.time_mode() {
            TimeMode::Remove => None,
            TimeMode::Keep => Some(value.to_owned()),
            TimeMode::Relative | TimeMode::Shift | TimeMode::Day => Some("…".to_owned()),
        },
        Action::Renumber => Some("…".to_owned()),
        Action::Keep if !detect::detect(value).is_empty() && preset.is_share() => Some(WITHHELD.to_owned()),
        Action::Keep => Some(value.to_owned()),
    };
    Example { before: value.to_owned(), masked: masked(value), after }
}

impl Overview {
    /// Rows of one path as one: the first that has values speaks for all.
    pub fn settle(&mut self) {
        let mut seen: Set<String> = Set::new();
        order::by(&mut self.rows, |a, b| (&a.path, a.values == 0).cmp(&(&b.path, b.values == 0)));
        self.rows.retain(|row| seen.insert(row.path.clone()));
        order::by(&mut self.texts, |a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
        self.texts.dedup_by(|a, b| a.id == b.id);
    }

    /// Some texts to review.
    pub fn texts(&self, start: usize, count: usize) -> &[Text] {
        let start = start.min(self.texts.len());
        let end = start.saturating_add(count).min(self.texts.len());
        self.texts.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaker_is_what_leaves_more_than_the_rule() {
        let rule = |class| Choice { class, action: None, holds: None };
        for (class, by, chosen, weaker) in [
            (Class::Contact, DecidedBy::Name, Class::Experiment, true),
            (Class::Contact, DecidedBy::Name, Class::FreeText, true),
            (Class::FreeText, DecidedBy::Name, Class::Experiment, true),
            (Class::FreeText, DecidedBy::Nobody, Class::Experiment, false),
            (Class::Experiment, DecidedBy::Values, Class::Contact, false),
            (Class::PersonId, DecidedBy::Name, Class::InternalId, false),
        ] {
            assert_eq!(is_weaker(Level::Share, &rule(class), by, chosen, chosen.share_safe()), weaker, "{class:?}");
        }
        let rule = rule(Class::FreeText);
        assert!(is_weaker(Level::Share, &rule, DecidedBy::Nobody, Class::FreeText, Action::Keep));
        assert!(!is_weaker(Level::Pseudonymize, &rule, DecidedBy::Name, Class::Experiment, Action::Keep));
    }

    #[test]
    fn what_is_strict_leaves_no_text() {
        for (action, than, strict) in [
            (Action::Keep, Action::Keep, false),
            (Action::Generalize, Action::Keep, false),
            (Action::Withhold, Action::Keep, true),
            (Action::Withhold, Action::Remove, false),
            (Action::Remove, Action::Remove, true),
        ] {
            assert_eq!(is_strict(action, than), strict, "{action:?} {than:?}");
        }
    }

    #[test]
    fn a_text_is_named_by_its_place_and_words() {
        let text = Text::new("a", "Write to ada@example.org, please.", 2);
        assert_eq!(text.redacted, "Write to [EMAIL], please.");
        assert_eq!(text.marks, [(9, 24, "EMAIL")]);
        assert_ne!(text.id, text_id("b", &text.text));
        assert_eq!(text.id.len(), 16);
    }
}
