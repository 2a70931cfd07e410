//! The tables of one session: each view turns the lines of a log into rows.
//!
//! A [`Table`] knows its columns and its number of rows and can emit rows from any place on, so that the
//! same code exports a file and previews a screenful.

mod changes;
mod columns;
mod latest;
mod odd;
mod page_times;
mod reprs;

use crate::filter::{self, Choice, Line};
use crate::log::{Log, STORAGE, Section, Session};
use crate::order;
use crate::table::Rows;
pub use columns::order as column_order;
use std::ops::Range;
use std::sync::Arc;

/// Which table of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Every change of any field is a row.
    Ultralong,
    /// Every change is a row, every field a column.
    Sparse,
    /// One row per storage: the last state.
    Latest,
    /// One row per storage and combination of values of the gvars.
    LatestBy,
    /// One row per page visit.
    PageTimes,
}

/// What decides the content of the tables, apart from the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which fields.
    pub choice: Choice,
    /// The fields to group by in [`View::LatestBy`].
    pub gvars: Vec<String>,
}

/// One table: columns, rows, and where the rows come from.
pub struct Table {
    log: Arc<Log>,
    /// Names of the columns, in order.
    pub columns: Vec<String>,
    /// Number of rows.
    pub rows: u64,
    body: Arc<Body>,
    odd: Option<odd::Selection>,
}

enum Body {
    Changes(changes::Changes),
    Latest(latest::Latest),
    PageTimes(page_times::PageTimes),
}

/// What emitting keeps between calls, so that going on is cheap.
#[derive(Default)]
pub struct Cursor {
    changes: changes::Cache,
    latest: latest::Cache,
    pages: page_times::Cache,
}

impl Table {
    /// The table of a view over all kinds of storage in a session, as uproot's one-format streams have it.
    pub fn whole(log: &Arc<Log>, session: &Session, view: View, options: &Options) -> Table {
        let sections: Vec<&Section> = session.sections.iter().collect();
        Table::of(log, session, &sections, view, options)
    }

    fn of(log: &Arc<Log>, session: &Session, sections: &[&Section], view: View, options: &Options) -> Table {
        if view == View::PageTimes {
            let (visits, columns) = page_times::PageTimes::new(log, session);
            return Table {
                log: log.clone(),
                columns,
                rows: visits.len(),
                body: Arc::new(Body::PageTimes(visits)),
                odd: None,
            };
        }
        let mut lines: Vec<Line> =
            sections.iter().flat_map(|section| filter::lines(log, section, options.choice)).collect();
        match view {
            View::Ultralong | View::Sparse => {
                let (changes, columns) = changes::Changes::new(log, lines, view == View::Sparse);
                Table {
                    log: log.clone(),
                    columns,
                    rows: changes.len(),
                    body: Arc::new(Body::Changes(changes)),
                    odd: None,
                }
            }
            _ => {
                let gvars = if view == View::LatestBy { options.gvars.as_slice() } else { &[] };
                if options.choice.filters && !gvars.is_empty() {
                    // It would repeat every page in every row (uproot since 0.9).
                    lines.retain(|line| line.name(log) != "page_order");
                }
                let (latest, columns) = latest::Latest::new(log, lines, gvars);
                Table { log: log.clone(), columns, rows: latest.len(), body: Arc::new(Body::Latest(latest)), odd: None }
            }
        }
    }

    /// The tables of a view, one per kind of storage that has rows, with the kinds' names, sorted by them; page times are
    /// one table of no kind.
    pub fn by_kind(log: &Arc<Log>, session: &Session, view: View, options: &Options) -> Vec<(String, Table)> {
        if view == View::PageTimes {
            return vec![(String::new(), Table::whole(log, session, view, options))];
        }
        if odd::splits_oddly(log, session, view, options) {
            return odd::by_kind(&Table::whole(log, session, view, options));
        }
        let table = |section: &Section| {
            let table = Table::of(log, session, &[section], view, options);
            (log.kinds.get(section.kind).to_owned(), table)
        };
        let mut tables: Vec<_> = session.sections.iter().map(table).filter(|(_, t)| t.rows > 0).collect();
        order::by(&mut tables, |a, b| a.0.cmp(&b.0));
        tables
    }

    /// Emits rows of a range while `more` says so; returns the row after the last one emitted.
    pub fn emit<R: Rows>(
        &self,
        range: Range<u64>,
        cursor: &mut Cursor,
        rows: &mut R,
        mut more: impl FnMut(&R) -> bool,
    ) -> u64 {
        let mut row = range.start;
        while row < range.end.min(self.rows) && more(rows) {
            match &self.odd {
                None => self.row(row, cursor, rows),
                Some(selection) => {
                    self.row(selection.row(row), cursor, &mut (&mut selection.columns(rows) as &mut dyn Rows))
                }
            }
            row += 1;
        }
        row
    }

    /// Emits all rows of a range to any taker of rows.
    pub fn emit_all(&self, range: Range<u64>, cursor: &mut Cursor, mut rows: &mut dyn Rows) {
        self.emit(range, cursor, &mut rows, |_| true);
    }

    fn row<R: Rows>(&self, row: u64, cursor: &mut Cursor, rows: &mut R) {
        rows.begin();
        match &*self.body {
            Body::Changes(changes) => changes.row(&self.log, row, &mut cursor.changes, rows),
            Body::Latest(latest) => latest.row(&self.log, row, &mut cursor.latest, rows),
            Body::PageTimes(visits) => visits.row(&self.log, row, &mut cursor.pages, rows),
        }
        rows.end();
    }
}

/// Whether the session lists its players, as uproot's page times need.
pub fn has_player_list(log: &Log, session: &Session) -> bool {
    page_times::listed_players(log, session).is_some()
}

/// Whether a field of a session overwrites the column that decides in which file a row goes.
pub fn has_storage_field(log: &Log, session: &Session, choice: Choice) -> bool {
    odd::has_field(log, session, choice, |name| name == STORAGE)
}
