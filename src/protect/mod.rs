//! Start here to prepare data for sharing: each file is one step that needs no input or output of its own.
//!
//! [`class`] says what a field is, [`pseudonym`] replaces identifiers, [`time`] and [`quasi`] coarsen, [`detect`]
//! finds personal data in texts, and [`leak`] looks for what must not be left in a finished result. What comes
//! out is prepared for sharing, with identifiers removed or replaced. Nothing here says that data are anonymous.

pub mod check;
pub mod class;
pub mod defaults;
pub mod detect;
pub mod leak;
pub mod names;
pub mod pseudonym;
pub mod quasi;
pub mod report;
pub mod time;
pub mod uproot;
mod words;
