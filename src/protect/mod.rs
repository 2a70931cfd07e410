//! Start here to prepare data for sharing: each file is one step that needs no input or output of its own.
//!
//! [`preset`] holds the user's choices. [`class`] says what a field is, [`pseudonym`] replaces identifiers, [`time`] and
//! [`quasi`] coarsen, [`detect`] finds personal data in texts, and [`leak`] looks for what must not be left in a finished
//! result. What comes out is prepared for sharing, with identifiers removed or replaced. Nothing here says that data are
//! anonymous.

pub mod check;
pub mod class;
pub mod defaults;
pub mod detect;
pub mod leak;
pub mod names;
pub mod preset;
pub mod pseudonym;
pub mod quasi;
pub mod report;
pub mod time;
pub mod uproot;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::protect::leak::Searcher;
use crate::recipe::Recipe;
use crate::study::Study;

/// What is given for one export alone and is no part of a preset.
#[derive(Clone, Debug)]
pub struct Given {
    /// 32 random bytes, new each time, or a project's.
    pub key: [u8; 32],
    /// Whether the key is a project's; the report then names it by its label.
    pub project: bool,
}

/// A study that is prepared, and what its finished ZIP must be searched for before anyone gets it.
pub struct Protected {
    /// The study; it holds no original name.
    pub study: Study,
    /// The recipe for it: sessions are called by their tokens now.
    pub recipe: Recipe,
    /// What must not be left in the ZIP.
    pub searcher: Searcher,
    /// Values too short or too plain to be searched everywhere, by the path where they must not be.
    pub own_columns: BTreeMap<String, BTreeSet<String>>,
}
