//! A [`Preset`] holds every choice about preparing data for sharing; without any choice it is the safe one.
//!
//! It is a part of the recipe and can be saved on its own (`anonymization-preset/1`). It holds no data and no key, so
//! it can be given to others and applied to the next study. What a preset asks for and a system's preparation cannot
//! do yet is refused by that preparation, never passed over.

mod choices;

use crate::order::{Map, Set};
use serde::{Deserialize, Serialize};

pub use choices::{Choice, Coarse, Countries, Holds, Level, Texts, TimeMode, Times};

use crate::error::{Code, Error, Place, Result};
use crate::protect::class::Action;
use crate::protect::detect::Kind;
use crate::protect::quasi::Ages;
use crate::protect::time::Rounding;

/// The format that this version reads and writes.
pub const FORMAT: &str = "anonymization-preset/1";

/// The k of open sharing: so many participants must share what describes them.
pub const K: u32 = 5;

/// So many bytes has a reason at least.
const REASON: usize = 10;

/// How data are prepared. What a saved preset lacks takes its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preset {
    /// Always [`FORMAT`].
    pub format: String,
    /// Where the choices start from; decides what happens to each class.
    pub level: Level,
    /// What a user decided about single paths, see [`Preset::choice`]; all others go by the rules.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub paths: Map<String, Choice>,
    /// Of these the paths that were decided for this study; the others came with a preset that was taken over.
    #[serde(skip_serializing_if = "Set::is_empty")]
    pub changed: Set<String>,
    /// Paths that the author of the preset had before them; others are marked as new. Empty: it was never saved.
    #[serde(skip_serializing_if = "Set::is_empty")]
    pub seen: Set<String>,
    /// What becomes of times that the software recorded, and of moments anywhere in the data.
    pub time: Times,
    /// How what can be known of a person from elsewhere is made coarse; for paths whose action is `generalize`.
    pub quasi: Coarse,
    /// How many participants must share the values of all generalized paths, or they become `*`; 0 or 1 is off.
    pub k: u32,
    /// Detectors by name that are switched off (`{"NAME": false}`); what they would find then counts for nothing.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub detectors: Map<Kind, bool>,
    /// Paths whose values may be left where the search of the ZIP finds them, each with the reason in words, which the
    /// reports repeat. Secrets, times and the key are never passed over.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub accepted: Map<String, String>,
    /// What becomes of texts whose action is `withhold`, where somebody may have written them.
    pub texts: Texts,
}

impl Default for Preset {
    fn default() -> Self {
        Preset {
            format: FORMAT.to_owned(),
            level: Level::Share,
            paths: Map::new(),
            changed: Set::new(),
            seen: Set::new(),
            time: Times::default(),
            quasi: Coarse::default(),
            k: K,
            detectors: Map::new(),
            accepted: Map::new(),
            texts: Texts::Withhold,
        }
    }
}

impl Preset {
    /// A level without further choices.
    pub fn of(level: Level) -> Preset {
        Preset { level, ..Preset::default() }
    }

    /// Reads a saved preset.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] when it is not JSON, of another format, or holds a choice that does not exist.
    pub fn from_json(text: &[u8]) -> Result<Preset> {
        // A list would pass for an object without any member.
        if !text.trim_ascii_start().starts_with(b"{") {
            return Err(bad("It is not a JSON object."));
        }
        let preset: Preset =
            serde_json::from_slice(text).map_err(|e| bad(&format!("Line {}, column {}.", e.line(), e.column())))?;
        preset.checked()
    }

    /// The preset as it is saved, with a final line end.
    pub fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// The preset itself if its format is known, no class gets an action that it cannot have, and whatever is accepted is
    /// so for a reason.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] otherwise.
    pub fn checked(self) -> Result<Preset> {
        if self.format != FORMAT {
            return Err(bad(&format!("The format of the preset is not {FORMAT}.")));
        }
        let not = |choice: &&Choice| choice.action.is_some_and(|action| !choice.class.actions().contains(&action));
        if let Some(choice) = self.paths.values().find(not) {
            let action = choice.action.map_or("", Action::as_str);
            return Err(bad(&format!("The class {} cannot have the action {action}.", choice.class.as_str())));
        }
        if self.accepted.values().any(|reason| reason.trim().len() < REASON) {
            return Err(bad("What the search finds is accepted with a reason in words, or not at all."));
        }
        Ok(self)
    }

    /// Whether it is for open sharing.
    pub fn is_share(&self) -> bool {
        self.level == Level::Share
    }

    /// What becomes of times.
    pub fn time_mode(&self) -> TimeMode {
        let by_level = if self.is_share() { TimeMode::Relative } else { TimeMode::Keep };
        self.time.mode.unwrap_or(by_level)
    }

    /// Whether what a detector finds counts.
    pub fn detects(&self, kind: Kind) -> bool {
        self.detectors.get(&kind).copied().unwrap_or(true)
    }

    /// What the user decided about a path, without `[]`: about itself, about a pattern in which `*` is one part of it,
    /// or about the nearest part above it. Says what the choice is about, and whether that is the path itself: a pattern
    /// is about keys that may be data, so it is that only for a path that ends in one.
    pub fn choice(&self, path: &str) -> Option<(&str, &Choice, bool)> {
        let mut part = path;
        loop {
            let of_pattern = || self.paths.iter().find(|(pattern, _)| pattern.contains('*') && fits(pattern, part));
            if let Some((name, choice)) = self.paths.get_key_value(part).or_else(of_pattern) {
                return Some((name, choice, name == path || part == path && path.ends_with('*')));
            }
            part = part.get(..part.rfind(['.', '['])?)?;
        }
    }

    /// Whether the author of the preset did not see a path.
    pub fn is_new(&self, path: &str) -> bool {
        !self.seen.is_empty() && !self.seen.contains(path)
    }

    /// Choices weaker than those of the level, in words. Choices about single paths are for the survey to judge, which
    /// knows what the rules say.
    pub fn deviations(&self) -> Vec<String> {
        let accepted = |(path, reason): (&String, &String)| {
            format!("Values of {path} may be left where the search finds them. The reason given: {}", reason.trim())
        };
        let mut all: Vec<String> = self.accepted.iter().map(accepted).collect();
        if !self.is_share() {
            return all;
        }
        match self.time_mode() {
            TimeMode::Relative if self.time.rounding < Rounding::Second => {
                all.push("Relative times are finer than a second: durations may single people out.".to_owned());
            }
            TimeMode::Relative | TimeMode::Remove => {}
            TimeMode::Shift => all.push("Times are shifted by weeks: weekday and time of day remain.".to_owned()),
            TimeMode::Day => all.push("Times keep the day on which they were.".to_owned()),
            TimeMode::Keep => all.push("Times are kept as they were.".to_owned()),
        }
        match self.quasi.age {
            Ages::Bands => {}
            Ages::FiveYears => all.push("Ages are in bands of five years.".to_owned()),
            Ages::TopCode => all.push("Ages are exact up to 89.".to_owned()),
        }
        if self.k < 2 {
            all.push("Rare descriptions of people are not suppressed (k is off).".to_owned());
        } else if self.k < K {
            all.push(format!("k is {} instead of {K}.", self.k));
        }
        let off: Vec<&str> = Kind::ALL.into_iter().filter(|kind| !self.detects(*kind)).map(Kind::as_str).collect();
        if !off.is_empty() {
            all.push(format!("Detectors are switched off: {}.", off.join(", ")));
        }
        all
    }
}

/// Whether a path fits a pattern in which `*` stands for one part.
fn fits(pattern: &str, path: &str) -> bool {
    let parts = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (pattern, path) = (parts(pattern), parts(path));
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(a, b)| a == "*" || a == b)
}

fn bad(detail: &str) -> Error {
    Error::new(Code::BadRecipe, Place::default()).detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::class::Class;

    #[test]
    fn a_preset_survives_saving() {
        let mut preset = Preset::of(Level::Pseudonymize);
        preset.paths.insert(
            "player..a".to_owned(),
            Choice { class: Class::Quasi, action: Some(Action::Generalize), holds: Some(Holds::Age) },
        );
        preset.detectors.insert(Kind::Name, false);
        preset.time = Times { mode: Some(TimeMode::Day), rounding: Rounding::Minute };
        preset.quasi = Coarse { age: Ages::FiveYears, country: Countries::Region };
        preset.texts = Texts::Lengths;
        assert_eq!(Preset::from_json(&preset.to_json()).unwrap(), preset);
        assert_eq!(Preset::from_json(b"{}").unwrap(), Preset::default());
        for bad in [
            "[]",
            "{",
            r#"{"format":"x"}"#,
            r#"{"level":"off"}"#,
            r#"{"key":"00"}"#,
            r#"{"paths":{"a":{}}}"#,
            r#"{"paths":{"a":{"class":"secret","action":"keep"}}}"#,
            r#"{"detectors":{"ANY":false}}"#,
            r#"{"accepted":{"player..label":" ok "}}"#,
            r#"{"time":{"rounding":"1h"}}"#,
        ] {
            assert_eq!(Preset::from_json(bad.as_bytes()).map_err(|e| e.code()), Err(Code::BadRecipe), "{bad}");
        }
    }

    #[test]
    fn names_are_those_of_reports() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for class in Class::ALL {
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
            assert!(
                class.actions().contains(&class.share_safe()) && class.actions().contains(&class.pseudonymize_only())
            );
        }
    }

    #[test]
    fn choices_hold_for_what_is_below() {
        let mut preset = Preset::default();
        let choice = |class| Choice { class, action: None, holds: None };
        preset.paths.insert("player..survey".to_owned(), choice(Class::Experiment));
        preset.paths.insert("player..survey.*.text".to_owned(), choice(Class::FreeText));
        preset.paths.insert("response.answer".to_owned(), choice(Class::Sensitive));
        for (path, class) in [
            ("player..survey", Some(Class::Experiment)),
            ("player..survey.a.text", Some(Class::FreeText)),
            ("player..survey.a.text.b", Some(Class::FreeText)),
            ("player..survey.a.other", Some(Class::Experiment)),
            ("player..surveys", None),
            ("response.answer[age]", Some(Class::Sensitive)),
        ] {
            assert_eq!(preset.choice(path).map(|(_, c, _)| c.class), class, "{path}");
        }
        preset.paths.insert("player..survey.*".to_owned(), choice(Class::Technical));
        for (path, own) in [
            ("player..survey", true),
            ("player..survey.*", true),
            ("player..survey.email", false),
            ("player..survey.email.text", false),
            ("player..survey.email.b", false),
        ] {
            assert_eq!(preset.choice(path).map(|(_, _, own)| own), Some(own), "{path}");
        }
    }

    #[test]
    fn what_is_weaker_is_said() {
        assert!(Preset::default().deviations().is_empty());
        for weak in [
            r#"{"k":4}"#,
            r#"{"k":0}"#,
            r#"{"time":{"mode":"day"}}"#,
            r#"{"time":{"rounding":"100ms"}}"#,
            r#"{"quasi":{"age":"exact"}}"#,
            r#"{"detectors":{"NAME":false}}"#,
            r#"{"level":"pseudonymize","accepted":{"player..label":"Colours, not names."}}"#,
        ] {
            assert_eq!(Preset::from_json(weak.as_bytes()).unwrap().deviations().len(), 1, "{weak}");
        }
        for strong in
            [r#"{"k":11}"#, r#"{"time":{"mode":"remove","rounding":"1ms"}}"#, r#"{"quasi":{"country":"region"}}"#]
        {
            assert!(Preset::from_json(strong.as_bytes()).unwrap().deviations().is_empty(), "{strong}");
        }
    }
}
