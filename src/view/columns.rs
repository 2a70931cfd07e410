//! The order of columns: those that start with `!`, the others, and last the two bulky ones (uproot 0.10.1).

use crate::filter::Line;
use crate::log::Log;
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

    /// The given names and those of lines, and the column of each line. Each name is looked at once, however many lines
    /// have it.
    pub fn of_lines<'n>(
        log: &'n Log,
        lines: &[Line],
        names: &[&'n str],
        name: impl Fn(&Line) -> &'n str,
    ) -> (Self, Vec<u32>) {
        let mut known = vec![None; Line::names(log)];
        let mut named: Vec<(usize, &str)> = Vec::new();
        for line in lines {
            let number = line.name_number(log);
            if known[number].is_none() {
                known[number] = Some(0);
                named.push((number, name(line)));
            }
        }
        let columns = Columns::new(names.iter().copied().chain(named.iter().map(|(_, name)| *name)));
        for (number, name) in named {
            known[number] = columns.index(name);
        }
        let column = |line: &Line| known[line.name_number(log)].unwrap_or_default() as u32;
        let of_lines = lines.iter().map(column).collect();
        (columns, of_lines)
    }

    /// Index of a name; names that are not there have none.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|n| order(n).cmp(&order(name))).ok()
    }
}
