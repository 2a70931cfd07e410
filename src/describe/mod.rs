//! Says in words and numbers what a study holds and what an export did; never shows a value.

pub mod dictionary;
mod distinct;
pub mod fields;
pub mod psynet_readme;
pub mod psynet_summary;
pub mod readme;
pub mod spreadsheet;
pub mod summary;
pub(crate) mod totals;
pub mod upstream;
