//! The order of columns: those that start with `!`, the others, and last the two bulky ones (uproot 0.10.1).

use crate::order;
/// Sorts by code point within each of the three groups.
pub fn order(name: &str) -> (u8, &str) {
    let group = match name {
        _ if name.starts_with('!') => 0,
        "packages" | "page_order" => 2,
        _ => 1,
    };
    (group, name)
}

/// The columns of a table and where each name stands.
pub struct Columns {
    /// Names in order.
    pub names: Vec<String>,
}

impl Columns {
    /// The given names, sorted, each once.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut names: Vec<&str> = names.collect();
        order::by(&mut names, |a, b| order(a).cmp(&order(b)));
        names.dedup();
        Columns { names: names.into_iter().map(str::to_owned).collect() }
    }

    /// Index of a name; names that are not there have none.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|n| order(n).cmp(&order(name))).ok()
    }
}
