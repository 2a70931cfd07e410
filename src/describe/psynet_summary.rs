//! What a PsyNet or Dallinger export holds, as plain data: the part of the summary that uproot's dumps do not have.

use crate::psynet::{Assets, Form, Options, Study};
use serde::Serialize;

/// A PsyNet export in numbers and names.
#[derive(Clone, Debug, Serialize)]
pub struct PsynetSummary {
    /// Release of PsyNet that wrote the database, if it says so.
    pub version: Option<String>,
    /// The experiment's label, if it has one.
    pub label: Option<String>,
    /// The form of the database that was read: `regular` or `anonymous`.
    pub form: Form,
    /// Number of participants, bots included.
    pub participants: u64,
    /// Number of bots among them.
    pub bots: u64,
    /// The tables of the database.
    pub database: Vec<DatabaseTable>,
    /// The classes, each of which has a processed table of its own.
    pub classes: Vec<Class>,
    /// What cannot be derived from the database, or was guessed.
    pub notes: Vec<Note>,
    /// What PsyNet's anonymous form leaves in that points at persons.
    pub leaks: Vec<Leak>,
    /// How many files there are to pass on, by form.
    pub offers: Vec<Offer>,
}

/// A table of the database.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct DatabaseTable {
    pub name: String,
    pub rows: u64,
}

/// A class in numbers.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Class {
    pub class: String,
    pub rows: u64,
    pub columns: u64,
}

/// A note on a column; on the class as a whole where the column is empty.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Note {
    pub class: String,
    pub column: String,
    pub text: String,
}

/// A column of the database that still points at persons.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Leak {
    pub table: &'static str,
    pub column: &'static str,
    pub holds: &'static str,
}

/// How many files each choice of a form would pass on.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as in `psynet::Options`")]
pub struct Offer {
    pub form: Form,
    pub database: u64,
    pub experiment_assets: u64,
    pub all_assets: u64,
    pub basic_data: u64,
    pub logs: u64,
    pub source_code: u64,
}

impl PsynetSummary {
    /// Summarizes an export.
    pub fn of(study: &Study) -> Self {
        let processed = study.tables(&Options::default()).into_iter();
        let classes =
            processed.filter_map(|t| Some(Class { class: t.class?, rows: t.rows, columns: t.columns.len() as u64 }));
        PsynetSummary {
            version: study.psynet_version.clone(),
            label: study.label.clone(),
            form: study.form,
            participants: study.participants,
            bots: study.bots,
            database: study.database.iter().map(|t| DatabaseTable { name: t.name.clone(), rows: t.rows }).collect(),
            classes: classes.collect(),
            notes: study
                .notes
                .iter()
                .map(|n| Note { class: n.class.clone(), column: n.column.clone(), text: n.text.clone() })
                .collect(),
            leaks: study.leaks().iter().map(|l| Leak { table: l.table, column: l.column, holds: l.holds }).collect(),
            offers: [Form::Regular, Form::PsynetAnonymous].map(|form| offer(study, form)).to_vec(),
        }
    }
}

fn offer(study: &Study, form: Form) -> Offer {
    let nothing = Options { form, database: false, timeline: false, ..Options::default() };
    let count = |options: Options| study.tables(&options).iter().filter(|t| t.columns.is_empty()).count() as u64;
    // A class without columns would be counted, too.
    let none = count(nothing);
    let more = |options: Options| count(options) - none;
    Offer {
        form,
        database: more(Options { database: true, ..nothing }),
        experiment_assets: more(Options { assets: Assets::Experiment, ..nothing }),
        all_assets: more(Options { assets: Assets::All, ..nothing }),
        basic_data: more(Options { basic_data: true, ..nothing }),
        logs: more(Options { logs: true, ..nothing }),
        source_code: more(Options { source_code: true, ..nothing }),
    }
}
