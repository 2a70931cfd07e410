//! The fields of a study that is read in parts: what [`super::fields`] counts, added up.

use super::distinct::Distinct;
use super::fields::{self, Field};
use super::summary::{FieldSummary, filtered_names};
use crate::filter::Choice;
use crate::log::{Log, Session};
use crate::order::Map;

/// Sessions whose values are looked at together: few enough to take little memory.
const TOGETHER: usize = 16;

/// Counts per kind and field over several logs.
#[derive(Default)]
pub struct Totals(Map<(String, String), Total>);

struct Total {
    filtered: Option<String>,
    field: Field,
    distinct: Distinct,
}

impl Totals {
    /// Adds the fields of some sessions of a log, which are in no other one.
    pub fn add(&mut self, log: &Log, sessions: &[Session]) {
        sessions.chunks(TOGETHER).for_each(|some| self.add_some(log, some));
    }

    fn add_some(&mut self, log: &Log, sessions: &[Session]) {
        let (found, _) = fields::values(log, sessions, Choice { filters: false, secrets: false });
        let names = filtered_names(log, sessions);
        for (key, (field, values)) in found {
            let none = || Total { filtered: None, field: Field::default(), distinct: Distinct::new() };
            let total = self.0.entry(key.clone()).or_insert_with(none);
            total.filtered = total.filtered.take().or_else(|| names.get(&key).cloned());
            total.field.changes += field.changes;
            total.field.deletions += field.deletions;
            total.field.storages += field.storages;
            for (kind, count) in field.types {
                *total.field.types.entry(kind).or_default() += count;
            }
            for (kind, text) in values.into_iter().map(|id| log.values.get(id)) {
                total.distinct.add(kind, text);
            }
        }
    }

    /// The fields by kind and name.
    pub fn finish(self) -> Vec<FieldSummary> {
        let summary = |(key, Total { filtered, field, distinct }): ((String, String), Total)| {
            let (distinct, exact) = distinct.count();
            FieldSummary { about: !exact, ..FieldSummary::new(key, filtered, Field { distinct, ..field }) }
        };
        self.0.into_iter().map(summary).collect()
    }
}
