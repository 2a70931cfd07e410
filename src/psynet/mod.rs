//! Read PsyNet and Dallinger exports and rebuild the processed tables, which need PsyNet and a server otherwise.
//!
//! ```text
//! files ─ archive, contents, member ─► tables ─ database, reading, copy_csv ─► rows, one table after the other, once
//!     rows ─ survey ─► classes, order ─ links, timeline ─► counts, events ─ frame, class, schema ─► columns
//! and once more when a file is written:
//!     rows ─ passes, shelf ─► rows of a class in order ─ row, pickles, computed, cell ─► output: CSV, JSONL
//! ```
//!
//! The output is byte for byte what `psynet export` writes under `data/`, as far as the database alone says it;
//! [`Study::notes`] lists what it does not. One exception by choice: a lone CR is quoted, which Python before
//! 3.13 leaves bare so that most readers break the row.

mod archive;
mod base;
mod cell;
mod chart;
mod check;
mod class;
mod columns;
mod computed;
mod contents;
pub(crate) mod copy_csv;
mod database;
mod datetime;
mod dump;
mod frame;
mod guess;
pub(crate) mod json;
pub(crate) mod json_text;
pub(crate) mod jsonpickle;
mod links;
mod member;
mod named_columns;
mod notes;
pub(crate) mod number;
mod output;
pub(crate) mod passes;
mod pickles;
mod python;
mod python_source;
mod reading;
mod references;
mod row;
pub(crate) mod schema;
mod scrub;
mod shelf;
mod source_code;
mod study;
mod subclasses;
pub(crate) mod survey;
mod tags;
mod timeline;
mod timeline_table;

pub use crate::recipe::Filetype;
pub use archive::Archive;
pub use chart::{Bounds, Chart, ChartItem, ChartRow, Mark};
pub use check::{Check, LeftOut};
pub use contents::{Form, is_export, role_in_words};
pub use notes::Note;
pub use output::Preview;
pub use scrub::Leak;
pub use shelf::Shelf;
pub use study::{Column, DatabaseTable, Study, Table};
pub use timeline::{COLUMNS as TIMELINE_COLUMNS, Event, Kind as EventKind, Timeline};

use crate::named::named;
use serde::{Deserialize, Serialize};

named! {
    /// Which assets are passed on, of those that were given.
    #[derive(Default)]
    pub enum Assets {
        /// None.
        #[default]
        None = "none",
        /// What participants or the experiment made: `ExperimentAsset` and the classes that extend it.
        Experiment = "experiment",
        /// All.
        All = "all",
    }
}

/// What the result holds: the part of a recipe that only PsyNet exports have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How processed tables are written: CSV as PsyNet writes it, or JSONL, typed, embedded JSON as JSON. It is taken
    /// from the recipe and not saved here.
    #[serde(skip)]
    pub filetype: Filetype,
    /// PsyNet's regular form, or what it calls anonymous.
    pub form: Form,
    /// Which assets are passed on.
    pub assets: Assets,
    /// Whether `database.zip` is passed on, in the form that was given: PsyNet's anonymous one is not made here.
    pub database: bool,
    /// Whether the timeline is written: what happened to each participant in order of time.
    pub timeline: bool,
    /// Whether basic data are passed on.
    pub basic_data: bool,
    /// Whether the server's log is passed on.
    pub logs: bool,
    /// Whether the experiment's source code is passed on.
    pub source_code: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            filetype: Filetype::Csv,
            form: Form::Regular,
            assets: Assets::None,
            database: true,
            timeline: true,
            basic_data: false,
            logs: false,
            source_code: false,
        }
    }
}
