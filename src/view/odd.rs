//! Sessions with a field called `!storage`: its values move rows of sparse and latest to other files.
//!
//! uproot 0.10.1 decides the file of a row by the row's `!storage` cell, after fields have overwritten
//! cells. No experiment can create such a field; an edited file can. So the ordinary way stays fast, and
//! here the whole table is split by looking at each row.

use super::{Cursor, Options, Table, View};
use crate::filter::{self, Choice};
use crate::json;
use crate::log::{Log, STORAGE, Session};
use crate::order::{Map, Set};
use crate::table::{Cell, Rows};

/// Some rows and columns of a table.
pub(super) struct Selection {
    rows: Vec<u64>,
    /// The columns by their places in the whole table, in order.
    columns: Vec<usize>,
}

impl Selection {
    /// The row of the whole table.
    pub fn row(&self, row: u64) -> u64 {
        self.rows[row as usize]
    }

    /// Puts cells in their columns here.
    pub fn columns<'r>(&'r self, rows: &'r mut dyn Rows) -> Renumbered<'r> {
        Renumbered { columns: &self.columns, rows }
    }
}

/// Passes rows on with other column numbers.
pub(super) struct Renumbered<'r> {
    columns: &'r [usize],
    rows: &'r mut dyn Rows,
}

impl Rows for Renumbered<'_> {
    fn begin(&mut self) {
        self.rows.begin();
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        if let Ok(at) = self.columns.binary_search(&column) {
            self.rows.cell(at, cell);
        }
    }

    fn end(&mut self) {
        self.rows.end();
    }
}

/// Whether rows may belong to a kind other than that of their storage.
pub(super) fn splits_oddly(log: &Log, session: &Session, view: View, options: &Options) -> bool {
    let named = |name: &str| if view == View::Sparse { name.trim_matches('"') == STORAGE } else { name == STORAGE };
    let odd_view = matches!(view, View::Sparse | View::Latest | View::LatestBy);
    odd_view && has_field(log, session, options.choice, named)
}

/// Whether a session has a field of some name, which is [`STORAGE`] but for quotes. Hardly any log has one, and it knows.
pub(super) fn has_field(log: &Log, session: &Session, choice: Choice, named: impl Fn(&str) -> bool) -> bool {
    let mut sections = session.sections.iter();
    log.storage_field && sections.any(|section| filter::lines(log, section, choice).any(|line| named(line.name(log))))
}

/// The tables by kind, where the kind is what the row's `!storage` cell says.
pub(super) fn by_kind(table: &Table) -> Vec<(String, Table)> {
    let storage = table.columns.iter().position(|c| c == STORAGE).unwrap_or_default();
    let mut kinds: Map<String, (Vec<u64>, Set<usize>)> = Map::new();
    let mut look = Look { storage, kind: String::new(), seen: Vec::new() };
    let mut cursor = Cursor::default();
    for row in 0..table.rows {
        look.seen.clear();
        table.emit_all(row..row + 1, &mut cursor, &mut look);
        let (rows, columns) = kinds.entry(look.kind.clone()).or_insert_with(|| (Vec::new(), Set::new()));
        rows.push(row);
        look.seen.iter().for_each(|column| _ = columns.insert(*column));
    }
    let select = |(kind, (rows, used)): (String, (Vec<u64>, Set<usize>))| {
        let columns: Vec<usize> = used.iter().copied().collect();
        let names = columns.iter().map(|column| table.columns[*column].clone()).collect();
        let selection = Selection { columns, rows };
        let (log, body, rows) = (table.log.clone(), table.body.clone(), selection.rows.len() as u64);
        (kind, Table { log, columns: names, rows, body, odd: Some(selection) })
    };
    kinds.into_iter().map(select).collect()
}

/// Looks at a row without rendering it.
struct Look {
    storage: usize,
    kind: String,
    /// The columns that have a cell. Of very many most have none.
    seen: Vec<usize>,
}

impl Rows for Look {
    fn begin(&mut self) {}

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.seen.push(column);
        if column == self.storage {
            let path = match cell {
                Cell::Text(path) | Cell::Plain(path) | Cell::Raw(path) => Some(path.to_owned()),
                Cell::Json(text) => json::content(text),
                _ => None,
            };
            // A value that is not text names no kind; uproot raises there.
            let path = path.unwrap_or_else(|| "odd".to_owned());
            self.kind = path.split('/').next().unwrap_or_default().to_owned();
        }
    }

    fn end(&mut self) {}
}
