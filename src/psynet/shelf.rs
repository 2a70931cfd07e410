//! Keep rows that were met on the way for files still to come, so that a table of many classes is not read once
//! for each.
//!
//! While the rows of one class are written, those of the table's other classes pass by. As many of these classes as
//! fit a budget, small ones first, are kept as raw records; the others take another pass.

use super::copy_csv::Record;
use super::survey::RawTable;
use crate::limits::Limits;
use crate::order::{self, Map};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most bytes that are kept, whatever the limits allow.
const MOST: u64 = 128 << 20;

/// Rows with their places in the order of the key.
pub type Places = Vec<(u32, Record)>;

/// What the files of one export share.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// By table and group; `None` while the rows are being gathered.
    groups: Map<(usize, usize), Option<Places>>,
    held: u64,
}

impl Shelf {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Chooses, of the groups of a table that files still to come want, those to be kept. Answers per group of the
    /// table where to gather its rows.
    pub fn choose(&self, (number, table): (usize, &RawTable), mut wanted: Vec<usize>, limits: &Limits) -> Aside {
        let mut kept = self.kept();
        let bytes = |group: &usize| table.groups.get(*group).map_or(0, |g| g.bytes);
        order::by_key(&mut wanted, |group| (bytes(group), *group));
        let mut chosen = vec![None; table.groups.len()];
        for group in wanted {
            let room = MOST.min(limits.memory / 8).saturating_sub(kept.held);
            if kept.groups.contains_key(&(number, group)) || bytes(&group) > room {
                continue;
            }
            kept.held += bytes(&group);
            kept.groups.insert((number, group), None);
            if let Some(place) = chosen.get_mut(group) {
                *place = Some(Vec::new());
            }
        }
        Aside { table: number, groups: chosen }
    }

    /// Keeps what was gathered.
    pub fn put(&self, aside: Aside) {
        let mut kept = self.kept();
        for (group, rows) in aside.groups.into_iter().enumerate() {
            if let (Some(rows), Some(place)) = (rows, kept.groups.get_mut(&(aside.table, group))) {
                *place = Some(rows);
            }
        }
    }

    /// Takes the rows of a group, if they were kept, in the order of the key.
    pub fn take(&self, (number, table): (usize, &RawTable), group: usize) -> Option<Places> {
        let mut kept = self.kept();
        let mut rows = kept.groups.remove(&(number, group))??;
        kept.held = kept.held.saturating_sub(table.groups.get(group).map_or(0, |g| g.bytes));
        order::by_key(&mut rows, |(place, _)| *place);
        Some(rows)
    }
}

/// Rows of other groups that are gathered during a pass.
#[derive(Debug, Default)]
pub struct Aside {
    table: usize,
    groups: Vec<Option<Places>>,
}

impl Aside {
    /// Whether nothing is gathered.
    pub fn is_empty(&self) -> bool {
        self.groups.iter().all(Option::is_none)
    }

    /// Gathers a row if its group is among the chosen ones.
    pub fn note(&mut self, group: usize, place: u32, record: &Record) {
        if let Some(Some(rows)) = self.groups.get_mut(group) {
            rows.push((place, record.clone()));
        }
    }
}
