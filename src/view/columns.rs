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
        let mut numbers = Line::names(log, lines.len());
        let mut named: Vec<&str> = Vec::new();
        let mut of_lines: Vec<u32> = Vec::with_capacity(lines.len());
        for line in lines {
            let (number, new) = numbers.of(line.name_key(log));
            if new {
                named.push(name(line));
            }
            of_lines.push(number as u32);
        }
        let columns = Columns::new(names.iter().copied().chain(named.iter().copied()));
        let places: Vec<u32> = named.iter().map(|name| columns.index(name).unwrap_or_default() as u32).collect();
        of_lines.iter_mut().for_each(|of| *of = places[*of as usize]);
        (columns, of_lines)
    }

    /// Index of a name; names that are not there have none.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|n| order(n).cmp(&order(name))).ok()
    }
}
