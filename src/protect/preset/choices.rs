//! What there is to choose.

use serde::{Deserialize, Serialize};

use crate::protect::class::{Action, Class};
use crate::protect::quasi::Ages;
use crate::protect::time::Rounding;

/// Where a preset starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For open sharing: what no rule knows is withheld.
    #[default]
    Share,
    /// Identifiers are replaced, everything else stays: for colleagues under an agreement.
    Pseudonymize,
}

impl Level {
    /// The name in presets and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Share => "share",
            Level::Pseudonymize => "pseudonymize",
        }
    }

    /// The level of a name.
    pub fn parse(name: &str) -> Option<Level> {
        [Level::Share, Level::Pseudonymize].into_iter().find(|level| level.as_str() == name)
    }

    /// What the level does with a class.
    pub const fn action(self, class: Class) -> Action {
        match self {
            Level::Share => class.share_safe(),
            Level::Pseudonymize => class.pseudonymize_only(),
        }
    }
}

/// What a user decided about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it holds.
    pub class: Class,
    /// What to do instead of what the level does with the class; one of [`Class::actions`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// What a path that is generalized holds; without it the name of the path decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Holds>,
}

/// What a path that is generalized holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// Ages in years.
    Age,
    /// Countries by name or ISO code.
    Country,
    /// Anything else; stays as it is until it is suppressed.
    Other,
}

/// What becomes of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Times {
    /// `None` is what the level does: `relative` for open sharing, else `keep`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<TimeMode>,
    /// The step of relative times, rounded down.
    pub rounding: Rounding,
}

/// What becomes of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeMode {
    /// Seconds since the start of the session or of the participant.
    Relative,
    /// Moved by a whole number of weeks, the same for the whole study; weekday and time of day stay.
    Shift,
    /// The day alone, in UTC.
    Day,
    /// Nothing.
    Remove,
    /// As it is.
    Keep,
}

impl TimeMode {
    /// The name in presets and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            TimeMode::Relative => "relative",
            TimeMode::Shift => "shift",
            TimeMode::Day => "day",
            TimeMode::Remove => "remove",
            TimeMode::Keep => "keep",
        }
    }
}

/// How values are made coarse before participants are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Coarse {
    /// Ages.
    pub age: Ages,
    /// Countries.
    pub country: Countries,
}

/// What becomes of countries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Countries {
    /// As they are.
    #[default]
    AsIs,
    /// One of five regions of the world, see [`crate::protect::quasi::region`].
    Region,
}

/// What becomes of texts that somebody may have written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Texts {
    /// `[withheld]`.
    #[default]
    Withhold,
    /// `[withheld]`, except those that a user read and approved: these come redacted. Which they are is told at the
    /// export and is no part of a preset.
    Review,
    /// How long they are: `0`, `1–20`, `21–100` or `>100` characters.
    Lengths,
}

impl Texts {
    /// The name in presets and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Texts::Withhold => "withhold",
            Texts::Review => "review",
            Texts::Lengths => "lengths",
        }
    }
}
