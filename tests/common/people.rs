//! What the rows of a database say of people, read by nothing but a CSV reader.

use std::collections::{BTreeMap, BTreeSet};

/// A table's rows, each a map from column to cell.
pub type Rows = Vec<BTreeMap<String, String>>;

/// The rows of a table.
pub fn rows(csv: &[u8]) -> Rows {
    csv::Reader::from_reader(csv).into_deserialize().map(|row| row.unwrap()).collect()
}

/// Raw tables of a database by name.
pub fn raw(files: &BTreeMap<String, Vec<u8>>, within: &str) -> BTreeMap<String, Rows> {
    let table = |path: &str| path.strip_prefix(within)?.strip_suffix(".csv").map(str::to_owned);
    files.iter().filter_map(|(path, bytes)| Some((table(path)?, rows(bytes)))).collect()
}

/// Columns of a raw database that hold nothing but identifiers, secrets and addresses.
const IDENTIFIERS: [(&str, &[&str]); 7] = [
    (
        "participant",
        &[
            "worker_id",
            "assignment_id",
            "hit_id",
            "unique_id",
            "fingerprint_hash",
            "client_ip_address",
            "page_uuid",
            "browser_platform",
        ],
    ),
    ("response", &["client_ip_address"]),
    (
        "asset",
        &[
            "url",
            "host_path",
            "input_path",
            "content_id",
            "md5_contents",
            "secret",
            "deployment_id",
            "export_path",
            "key_within_module",
            "key_within_experiment",
        ],
    ),
    ("request", &["unique_id"]),
    ("notification", &["assignment_id"]),
    ("error", &["token", "worker_id"]),
    ("chat_message", &["content"]),
];

/// Everything in a database that must not be left: what stands in those columns, every text of a recruitment link,
/// every e-mail address.
pub fn identifiers(tables: &BTreeMap<String, Rows>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (table, rows) in tables {
        let columns = IDENTIFIERS.iter().find(|(name, _)| name == table).map_or(&[][..], |(_, columns)| columns);
        for (column, cell) in rows.iter().flatten() {
            if columns.contains(&column.as_str()) {
                found.insert(cell.clone());
            }
            if column == "entry_information"
                && let Ok(serde_json::Value::Object(link)) = serde_json::from_str(cell)
            {
                found.extend(link.values().filter_map(|v| v.as_str()).map(str::to_owned));
            }
            found.extend(addresses(cell));
        }
    }
    found.retain(|value| value.len() >= 5);
    found
}

/// All e-mail addresses in a text.
pub fn addresses(text: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_alphanumeric() || "@.-_+".contains(c);
    text.split(move |c| !is_part(c)).filter(|w| w.contains('@') && w.contains('.')).map(str::to_owned)
}
