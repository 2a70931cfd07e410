//! Say what about the classes of an export is not known for sure.

use super::class::{Knowledge, Recipe};
use super::frame::ClassFile;
use super::schema::Kind;
use super::survey::RawTable;

/// What about a class can't be rebuilt from the database, or only by a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The class.
    pub class: String,
    /// The column, or empty where it concerns the class as a whole.
    pub column: String,
    /// What, why, and what would help.
    pub text: String,
}

/// What is not known for sure, class by class and column by column.
pub(super) fn of(files: &[ClassFile], tables: &[RawTable]) -> Vec<Note> {
    let mut notes = Vec::new();
    for file in files {
        let mut note = |column: &str, text: String| {
            notes.push(Note { class: file.class.clone(), column: column.to_owned(), text });
        };
        let is_declared = file.parts.iter().all(|p| p.plan.is_declared);
        let text = match (file.knowledge(), is_declared) {
            (Knowledge::Known, _) => None,
            (Knowledge::Extends(base), true) => Some(format!("The experiment defines this class; its source code says that it extends {base}.")),
            (Knowledge::Extends(base), false) => Some(format!(
                "The experiment defines this class; what it extends is not known, so it was given the columns of a class that fits its rows, for example {base}. Columns that its code computes and defaults of variables that were never set are not in the database."
            )),
            (Knowledge::Custom, true) => Some("The experiment defines this table; its columns were read from the source code.".to_owned()),
            (Knowledge::Custom, false) => Some(
                "The experiment defines this table. Its object_type is guessed from the table's name, and columns that are empty in all rows may belong to another class; columns that its code computes and defaults of variables are not in the database. With source_code.zip at hand more can be said.".to_owned(),
            ),
        };
        if let Some(text) = text {
            note("", text);
        }
        if matches!(file.class.as_str(), "ExperimentStatus" | "LucidRID" | "LucidStatus") {
            note("", "PsyNet exports this class by a list of its own, which was read in PsyNet's code and never compared with an export.".to_owned());
        }
        for (column, is_absent) in file.parts.iter().flat_map(|p| &p.plan.lost) {
            let text = if *is_absent {
                "The experiment's code computes this column, so it is left out; only PsyNet with the code can make it."
            } else {
                "The default of this variable is computed by the experiment's code; rows that never set it have nothing."
            };
            note(column, text.to_owned());
        }
        for part in &file.parts {
            let Some(table) = tables.get(part.table) else { continue };
            for (column, name) in table.header.iter().enumerate() {
                if part.members.get(column) == Some(&true) {
                    note(
                        name,
                        "It holds members of an enumeration or the like, which are exported as JSON. Where the experiment's code makes them strings or whole numbers as well, PsyNet writes their bare value.".to_owned(),
                    );
                }
                let exported = part.plan.recipe == Recipe::Psynet && part.plan.fixed.iter().any(|(n, _)| n == name);
                if exported && table.guessed.get(column) == Some(&true) {
                    let kind = table.kinds.get(column).copied().unwrap_or(Kind::Text);
                    let whole = match kind {
                        Kind::Int => {
                            " Floats that all happen to be whole numbers look the same, and PsyNet would write them with .0."
                        }
                        _ => "",
                    };
                    note(
                        name,
                        format!("The experiment added this column; its cells were taken for {}.{whole}", kind.as_str()),
                    );
                }
            }
        }
    }
    notes
}
