//! What refers to which table: columns, keys inside JSON, and Python's names of classes.

use crate::order::Map;
use crate::psynet::schema::{Schema, last_part};
use crate::psynet::survey::RawTable;

/// Tables that hold platform ids, addresses, credentials and logs, and no results.
pub(super) fn is_dropped(table: &str) -> bool {
    matches!(table, "request" | "notification" | "error" | "recruitment" | "experiment_status" | "process")
        || table.starts_with("lucid_")
}

/// Columns and keys whose names are not those of the table with `_id` behind it.
const NAMED: [(&str, &str); 16] = [
    ("leader_id", "participant"),
    ("origin_id", "node"),
    ("destination_id", "node"),
    ("parent_id", "node"),
    ("child_id", "node"),
    ("head_id", "node"),
    ("receiver_id", "node"),
    ("trial_id", "info"),
    ("parent_trial_id", "info"),
    ("current_trial_id", "info"),
    ("info_in_id", "info"),
    ("info_out_id", "info"),
    ("trials_to_repeat", "info"),
    ("summarize_trials_used", "info"),
    ("participated_networks", "network"),
    ("awaited_async_code_block_process_id", "process"),
];

/// Knows all tables and classes of a database.
#[derive(Default)]
pub(super) struct Refer {
    /// Tables whose rows have numbers.
    numbered: Vec<String>,
    /// Table of each class, by the last part of its name.
    classes: Map<String, String>,
}

impl Refer {
    pub fn new(tables: &[RawTable], schema: &Schema) -> Refer {
        let mut refer = Refer::default();
        for table in tables {
            if table.column("id").is_some() && table.name != "barrier" {
                refer.numbered.push(table.name.clone());
            }
            let known = schema.table(&table.name).map(|facts| facts.classes.as_slice()).unwrap_or_default();
            let own = table.groups.iter().filter_map(|group| group.identity.as_deref());
            for class in known.iter().map(|class| class.path).chain(own) {
                refer.classes.entry(last_part(class).to_lowercase()).or_insert_with(|| table.name.clone());
            }
        }
        refer
    }

    /// The table that a column or a key refers to.
    pub fn table(&self, name: &str) -> Option<&str> {
        let named = NAMED.iter().find(|(column, _)| *column == name).map(|(_, table)| *table);
        let by_rule = || {
            let table = name.strip_suffix("_ids").or_else(|| name.strip_suffix("_id"))?;
            let table = if table == "trial" { "info" } else { table };
            self.numbered.iter().find(|known| *known == table).map(String::as_str)
        };
        named.or_else(by_rule)
    }

    /// The table of a class, by its dotted name or the last part of it.
    pub fn class(&self, class: &str) -> Option<&str> {
        self.classes.get(&last_part(class).to_lowercase()).map(String::as_str)
    }
}
