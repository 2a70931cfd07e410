//! The storages of one kind in one session and what their fields hold now: a row each, a column for each field,
//! and for each column what most have and who differs.

use super::shown::{self, Needle};
use super::standing::{self, Standing};
use crate::filter::{self, Choice};
use crate::log::column::ValueId;
use crate::log::{Log, Session};
use crate::named::named;
use crate::order::{self, Map};
use serde::{Deserialize, Serialize};

/// A value differs from the others when at least this share of the storages that have the field agree on another:
/// four of five.
const AGREED: (u64, u64) = (4, 5);

/// With fewer storages than this nothing is called different.
const ENOUGH: u64 = 5;

/// A number is far from the others when it is this many interquartile ranges outside the quartiles.
const FAR: f64 = 3.0;

/// Fields that uproot keeps for itself begin so.
const INTERNAL: &str = "_uproot_";

named! {
    /// Why a cell is marked.
    pub enum Mark {
        /// Most others share another value.
        Differs = "differs",
        /// A number far from the others.
        Far = "far",
        /// Most others have the field.
        Missing = "missing",
        /// The field was deleted.
        Deleted = "deleted",
    }
}

/// What is known about one column.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Column {
    /// Name of the field.
    pub field: String,
    /// Storages that have it now.
    pub present: u64,
    /// Storages that have it not, those that deleted it included.
    pub missing: u64,
    /// Different values.
    pub distinct: u64,
    /// The most common value, of those the one that appeared first.
    pub common: Option<String>,
    /// How many storages have the most common value.
    pub agree: u64,
    /// How many cells are marked.
    pub marked: u64,
    /// Whether all values are numbers.
    pub numbers: bool,
}

/// Facts that only marking needs.
#[derive(Clone, Copy, Default)]
struct Rule {
    common: Option<ValueId>,
    within: Option<(f64, f64)>,
    expected: bool,
}

impl Rule {
    /// The mark of a cell in which a change is shown.
    fn mark(&self, log: &Log, change: u32) -> Option<Mark> {
        let id = log.value(change);
        if id.is_tombstone() {
            return Some(Mark::Deleted);
        }
        if self.common.is_some_and(|common| common != id) {
            return Some(Mark::Differs);
        }
        let number = self.within.and_then(|within| Some((within, shown::number(log, id)?)));
        number.is_some_and(|((low, high), n)| n < low || n > high).then_some(Mark::Far)
    }
}

/// The storages of one kind in one session.
pub struct Sheet {
    /// Name of the session.
    pub session: String,
    /// Name of the kind.
    pub kind: String,
    /// Whether the fields that uproot keeps for itself are columns, too.
    pub internal: bool,
    /// The columns, sorted as in the exported tables.
    pub columns: Vec<Column>,
    rules: Vec<Rule>,
    rows: Vec<Row>,
}

struct Row {
    storage: u32,
    /// Last changes by column, sorted.
    cells: Vec<(u32, u32)>,
    standing: Standing,
}

/// Which rows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Text that the name or some value must hold.
    pub find: String,
    /// Only rows that have a marked cell, or are not finished.
    pub only: Only,
    /// What to sort by; else the order of first appearance.
    pub by: Option<By>,
    /// Largest first.
    pub down: bool,
}

/// What rows can be sorted by.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The current values of a field.
    Field(String),
    /// The storage's own name, by its code points.
    Name,
    /// How far a player came.
    Progress,
    /// The time of the last change.
    Last,
    /// The number of changes.
    Changes,
}

named! {
    /// Which rows are wanted.
    #[derive(Default)]
    pub enum Only {
        /// All.
        #[default]
        All = "all",
        /// Players who have not come to the end.
        Unfinished = "unfinished",
        /// Those with a marked cell.
        Marked = "marked",
    }
}

/// A row as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// Path of the storage.
    pub storage: String,
    /// Its own name, the last part of the path.
    pub name: String,
    /// How far a player came; nothing for other kinds.
    pub standing: Standing,
    /// Texts of the columns that were asked for.
    pub cells: Vec<Option<String>>,
    /// Marks of the cells by their place among them.
    pub marks: Vec<(u32, Mark)>,
}

impl Sheet {
    /// Reads the last values of all storages of a kind. Credentials are never in it.
    pub fn new(log: &Log, session: &Session, kind: &str, internal: bool) -> Sheet {
        let mut names: Map<&str, Vec<u32>> = Map::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut row_of: Map<u32, usize> = Map::new();
        // (row, change) by field, fields by number.
        let mut lasts: Map<u32, Vec<(u32, u32)>> = Map::new();
        if let Some(section) = log.section(session, kind) {
            for line in filter::lines(log, section, Choice { filters: false, secrets: false }) {
                let span = line.span(log);
                let row = *row_of.entry(span.storage).or_insert_with(|| {
                    rows.push(Row { storage: span.storage, cells: Vec::new(), standing: Standing::default() });
                    rows.len() - 1
                });
                let Some(&last) = log.changes(span).last() else { continue };
                if let Some(row) = rows.get_mut(row) {
                    standing::note(log, log.fields.get(span.field), log.changes(span), &mut row.standing);
                }
                if internal || !log.fields.get(span.field).starts_with(INTERNAL) {
                    let cells = lasts.entry(span.field).or_default();
                    if cells.is_empty() {
                        names.entry(log.fields.get(span.field)).or_default().push(span.field);
                    }
                    cells.push((row as u32, last));
                }
            }
        }
        let mut sheet = Sheet {
            session: session.name.clone(),
            kind: kind.to_owned(),
            internal,
            columns: Vec::new(),
            rules: Vec::new(),
            rows,
        };
        if kind == "player" {
            sheet.rows.iter_mut().for_each(|row| row.standing.settle(log));
        }
        for (name, field) in names.iter().flat_map(|(name, fields)| fields.iter().map(move |field| (name, field))) {
            let cells = lasts.get(field).map(Vec::as_slice).unwrap_or_default();
            sheet.add_column(log, name, cells);
        }
        sheet.count_marks(log);
        sheet
    }

    fn add_column(&mut self, log: &Log, name: &str, cells: &[(u32, u32)]) {
        let at = self.columns.len() as u32;
        let mut values: Vec<(ValueId, u32)> = Vec::with_capacity(cells.len());
        let mut numbers: Vec<f64> = Vec::new();
        for &(row, change) in cells {
            if let Some(row) = self.rows.get_mut(row as usize) {
                row.cells.push((at, change));
            }
            let id = log.value(change);
            if !id.is_tombstone() {
                values.push((id, row));
                numbers.extend(shown::number(log, id));
            }
        }
        order::sort(&mut values);
        let (mut distinct, mut agree, mut common) = (0, 0, None::<(u32, ValueId)>);
        for same in values.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(id, first)) = same.first() else { continue };
            distinct += 1;
            let count = same.len() as u64;
            if count > agree || count == agree && common.is_none_or(|(row, _)| first < row) {
                (agree, common) = (count, Some((first, id)));
            }
        }
        let present = values.len() as u64;
        let all_numbers = present > 0 && numbers.len() == values.len();
        let common = common.map(|(_, id)| id);
        let all = self.rows.len() as u64;
        let most = |part: u64, whole: u64| whole >= ENOUGH && part * AGREED.1 >= whole * AGREED.0;
        self.rules.push(Rule {
            common: common.filter(|_| most(agree, present)),
            within: if all_numbers && present >= 2 * ENOUGH { fence(&mut numbers) } else { None },
            expected: most(present, all),
        });
        self.columns.push(Column {
            field: name.to_owned(),
            present,
            missing: all - present,
            distinct,
            common: common.and_then(|id| shown::cell(log, id)),
            agree,
            marked: 0,
            numbers: all_numbers,
        });
    }

    /// Counts the marks of each column. Of many columns a row may have few, so those that it lacks are not looked at.
    fn count_marks(&mut self, log: &Log) {
        let all = self.rows.len() as u64;
        for (column, rule) in self.columns.iter_mut().zip(&self.rules) {
            column.marked = if rule.expected { all } else { 0 };
        }
        for (at, change) in self.rows.iter().flat_map(|row| &row.cells) {
            if let (Some(column), Some(rule)) = (self.columns.get_mut(*at as usize), self.rules.get(*at as usize)) {
                column.marked -= u64::from(rule.expected);
                column.marked += u64::from(rule.mark(log, *change).is_some());
            }
        }
    }

    fn change(row: &Row, column: u32) -> Option<u32> {
        let at = row.cells.binary_search_by_key(&column, |cell| cell.0).ok()?;
        row.cells.get(at).map(|cell| cell.1)
    }

    fn mark(&self, log: &Log, row: &Row, column: u32) -> Option<Mark> {
        let rule = self.rules.get(column as usize)?;
        match Self::change(row, column) {
            Some(change) => rule.mark(log, change),
            None => rule.expected.then_some(Mark::Missing),
        }
    }

    /// Number of storages.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows of a selection, by their numbers.
    pub fn select(&self, log: &Log, selection: &Selection) -> Vec<u32> {
        let needle = Needle::new(&selection.find);
        let holds = |row: &Row| {
            needle.is_in(own_name(log.storages.get(row.storage)))
                || row.cells.iter().any(|(_, change)| needle.is_in(&shown::content(log, log.value(*change))))
        };
        let expected = self.rules.iter().filter(|rule| rule.expected).count();
        let marked = |row: &Row| {
            let rules = || row.cells.iter().filter_map(|(at, change)| Some((self.rules.get(*at as usize)?, *change)));
            rules().filter(|(rule, _)| rule.expected).count() < expected
                || rules().any(|(rule, change)| rule.mark(log, change).is_some())
        };
        let wanted = |row: &Row| match selection.only {
            Only::All => true,
            Only::Unfinished => row.standing.unfinished(),
            Only::Marked => marked(row),
        };
        let rows = (0u32..).zip(&self.rows);
        let mut found: Vec<u32> = rows.filter(|(_, row)| wanted(row) && holds(row)).map(|(at, _)| at).collect();
        let Some(by) = &selection.by else { return found };
        let field = |name: &str| self.columns.iter().position(|column| column.field == name);
        let column = if let By::Field(name) = by { field(name) } else { None };
        let place = |row: &Row| {
            let number = match by {
                By::Name => {
                    let name = own_name(log.storages.get(row.storage));
                    return Place::of(Some((None, name.into())), selection.down);
                }
                By::Field(_) => {
                    let id = column.and_then(|column| Self::change(row, column as u32)).map(|change| log.value(change));
                    let key = |id| (shown::number(log, id), shown::content(log, id));
                    return Place::of(id.filter(|id| !id.is_tombstone()).map(key), selection.down);
                }
                By::Progress => row.standing.progress(),
                By::Last => row.standing.last,
                By::Changes => Some(row.standing.changes as f64),
            };
            Place::of(number.map(|number| (Some(number), "".into())), selection.down)
        };
        order::by_key(&mut found, |at| self.rows.get(*at as usize).map_or(Place::Nothing, place));
        found
    }

    /// Some rows with the columns that are asked for.
    pub fn shown(&self, log: &Log, rows: &[u32], columns: &[u32]) -> Vec<Shown> {
        let one = |row: &Row| {
            let path = log.storages.get(row.storage);
            let cell = |column: &u32| Self::change(row, *column).and_then(|change| shown::cell(log, log.value(change)));
            let marks = columns.iter().enumerate().filter_map(|(i, c)| Some((i as u32, self.mark(log, row, *c)?)));
            Shown {
                storage: path.to_owned(),
                name: own_name(path).to_owned(),
                standing: row.standing.clone(),
                cells: columns.iter().map(cell).collect(),
                marks: marks.collect(),
            }
        };
        rows.iter().filter_map(|at| self.rows.get(*at as usize)).map(one).collect()
    }

    /// The values of a column, one for each storage that has it, in order of the rows.
    pub fn values<'s>(&'s self, log: &'s Log, field: &str) -> impl Iterator<Item = ValueId> + use<'s> {
        let column = self.columns.iter().position(|column| column.field == field);
        let value = move |row: &Row| Some(log.value(Self::change(row, column? as u32)?));
        self.rows.iter().filter_map(value).filter(|id| !id.is_tombstone())
    }
}

/// A storage's own name: its path without kind and session.
pub fn own_name(path: &str) -> &str {
    path.splitn(3, '/').nth(2).unwrap_or_else(|| path.rsplit('/').next().unwrap_or_default())
}

/// Where a value stands when a column is sorted: numbers, then texts, then nothing; downwards only the first two turn.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number(u64),
    Text(Vec<u8>),
    Nothing,
}

impl Place {
    fn of(key: Option<(Option<f64>, std::borrow::Cow<'_, str>)>, down: bool) -> Place {
        match key {
            None => Place::Nothing,
            Some((Some(number), _)) => {
                // The bits of floats in the order of their values.
                let bits = (number + 0.0).to_bits();
                let ascending = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
                Place::Number(if down { !ascending } else { ascending })
            }
            Some((None, text)) if down => {
                // Bytes turned round, and an end that is larger than any of them.
                Place::Text(text.bytes().map(|b| !b).chain([u8::MAX]).collect())
            }
            Some((None, text)) => Place::Text(text.as_bytes().to_vec()),
        }
    }
}

/// The range outside of which a number is far from the others; none where the middle half is one number.
fn fence(numbers: &mut Vec<f64>) -> Option<(f64, f64)> {
    order::floats(numbers);
    let (low, high) = (super::quantile(numbers, 0.25)?, super::quantile(numbers, 0.75)?);
    let room = (high - low) * FAR;
    (room > 0.0).then_some((low - room, high + room))
}
