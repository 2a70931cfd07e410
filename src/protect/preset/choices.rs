//! What there is to choose.

use crate::named::named;
use serde::{Deserialize, Serialize};

use crate::protect::class::{Action, Class};
use crate::protect::quasi::Ages;
use crate::protect::time::Rounding;

named! {
    /// Where a preset starts from.
    #[derive(Default)]
    pub enum Level {
        /// For open sharing: what no rule knows is withheld.
        #[default]
        Share = "share",
        /// Identifiers are replaced, everything else stays: for colleagues under an agreement.
        Pseudonymize = "pseudonymize",
    }
}

impl Level {
    /// The level of a name.
    pub fn parse(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.as_str() == name)
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

named! {
    /// What a path that is generalized holds.
    pub enum Holds {
        /// Ages in years.
        Age = "age",
        /// Countries by name or ISO code.
        Country = "country",
        /// Anything else; stays as it is until it is suppressed.
        Other = "other",
    }
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

named! {
    /// What becomes of a moment.
    pub enum TimeMode {
        /// Seconds since the start of the session or of the participant.
        Relative = "relative",
        /// Moved by a whole number of weeks, the same for the whole study; weekday and time of day stay.
        Shift = "shift",
        /// The day alone, in UTC.
        Day = "day",
        /// Nothing.
        Remove = "remove",
        /// As it is.
        Keep = "keep",
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

named! {
    /// What becomes of countries.
    #[derive(Default)]
    pub enum Countries {
        /// As they are.
        #[default]
        AsIs = "as_is",
        /// One of five regions of the world, see [`crate::protect::quasi::region`].
        Region = "region",
    }
}

named! {
    /// What becomes of texts that somebody may have written.
    #[derive(Default)]
    pub enum Texts {
        /// `[withheld]`.
        #[default]
        Withhold = "withhold",
        /// `[withheld]`, except those that a user read and approved: these come redacted. Which they are is told at the
        /// export and is no part of a preset.
        Review = "review",
        /// How long they are: `0`, `1–20`, `21–100` or `>100` characters.
        Lengths = "lengths",
    }
}
