//! `DATA_DICTIONARY.json`: what the columns mean and what the fields of the experiment hold, in numbers only.

use super::fields;
use crate::log::{Log, Session};
use crate::order::Map;
use crate::recipe::Recipe;
use serde::Serialize;

#[derive(Serialize)]
struct Dictionary {
    about: &'static str,
    columns: Map<&'static str, Column>,
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Column {
    r#type: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Field {
    kind: String,
    field: String,
    types: Map<&'static str, u64>,
    changes: u64,
    deletions: u64,
    distinct: u64,
    present: u64,
    missing: u64,
}

const ABOUT: &str = "The columns whose names start with ! are the log's own; all others are fields of the experiment, \
listed under \"fields\" by kind of storage. There, \"changes\" counts how often a field was set or deleted, \
\"deletions\" how often it was deleted, \"distinct\" how many different values it had, \"present\" and \"missing\" \
how many storages of the kind had a value at the end or had none. No value is shown. In CSV files, truth values \
are TRUE and FALSE, null is the empty cell, lists and objects are JSON.";

const COLUMNS: [(&str, &str, &str); 7] = [
    (
        "!storage",
        "string",
        "Whose field it is: a path such as player/session/name. Its first part is the kind, and each kind has its own file.",
    ),
    ("!field", "string", "Which field changed. In ultralong and sparse only."),
    (
        "!time",
        "number or null",
        "When the change was stored, in seconds since 1970-01-01 UTC. In latest tables: the latest change that the row knows of. Rows are not sorted by it.",
    ),
    (
        "!seq",
        "integer",
        "The place of the change in the history of the whole database: sort by it to get the true order. Gaps are normal. In latest tables: the latest change that the row knows of.",
    ),
    (
        "!context",
        "string",
        "Which line of the experiment's code made the change: module.function:line. In ultralong and sparse only.",
    ),
    (
        "!unavailable",
        "boolean",
        "True where the field was deleted: from then on it has no value until it is set again. In ultralong and sparse only.",
    ),
    ("!data", "any", "The new value. In ultralong only; sparse has it in the column of the field."),
];

/// The sentences that stand in every dictionary.
pub(crate) fn prose() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().flat_map(|column| [column.0, column.2]).chain([ABOUT])
}

/// The text of the file for one session: JSON, indented by two.
pub fn text(log: &Log, session: &Session, recipe: &Recipe) -> Vec<u8> {
    let (fields, storages) = fields::count(log, std::slice::from_ref(session), recipe.options().choice);
    let field = |((kind, field), counts): ((String, String), fields::Field)| Field {
        missing: storages.get(&kind).copied().unwrap_or(0).saturating_sub(counts.present),
        kind,
        field,
        types: Map::from_iter(counts.types.into_iter().map(|(t, n)| (t.name(), n))),
        changes: counts.changes,
        deletions: counts.deletions,
        distinct: counts.distinct,
        present: counts.present,
    };
    let dictionary = Dictionary {
        about: ABOUT,
        columns: Map::from_iter(
            COLUMNS.into_iter().map(|(name, r#type, description)| (name, Column { r#type, description })),
        ),
        fields: fields.into_iter().map(field).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&dictionary).unwrap_or_default();
    text.push(b'\n');
    text
}
