//! Counts per field: what types its values have, how often it changed, where it is missing.

use crate::filter::{self, Choice, Line};
use crate::log::column::ValueId;
use crate::log::{Log, Session};
use crate::order::{self, Map};
use crate::value::Type;

/// What is known about one field of one kind of storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Values and deletions.
    pub changes: u64,
    /// Deletions among them.
    pub deletions: u64,
    /// Different values.
    pub distinct: u64,
    /// Storages that ever had the field.
    pub storages: u64,
    /// Storages that have it at the end.
    pub present: u64,
    /// How many values have each type.
    pub types: Map<Type, u64>,
}

/// The fields of some sessions by kind and name as a choice shows them, sorted, and the number of storages of each kind.
pub fn count(log: &Log, sessions: &[Session], choice: Choice) -> (Map<(String, String), Field>, Map<String, u64>) {
    let (fields, storages) = values(log, sessions, choice);
    (fields.into_iter().map(|(key, (field, _))| (key, field)).collect(), storages)
}

/// The same, with the different values of each field.
#[allow(clippy::type_complexity, reason = "two maps, each used once")]
pub fn values(
    log: &Log,
    sessions: &[Session],
    choice: Choice,
) -> (Map<(String, String), (Field, Vec<ValueId>)>, Map<String, u64>) {
    // The fields that were met, and which of them a kind's name is.
    let mut fields: Vec<(u32, &str, Field)> = Vec::new();
    let mut index: Map<(u32, &str), usize> = Map::new();
    // Each line's field and its changes.
    let mut lines: Vec<(usize, &[u32])> = Vec::new();
    let mut storages: Map<String, u64> = Map::new();
    for session in sessions {
        for section in &session.sections {
            let mut of_kind: Vec<u32> = log.spans[section.spans.clone()].iter().map(|s| s.storage).collect();
            // Those of a storage stand together; what is left is little.
            of_kind.dedup();
            order::by_number(&mut of_kind, |storage| storage);
            of_kind.dedup();
            *storages.entry(log.kinds.get(section.kind).to_owned()).or_default() += of_kind.len() as u64;
            let mut names = Line::names(log, section.spans.len());
            let mut known: Vec<usize> = Vec::new();
            for line in filter::lines(log, section, choice) {
                let (number, new) = names.of(line.name_key(log));
                if new {
                    known.push(*index.entry((section.kind, line.name(log))).or_insert_with(|| {
                        fields.push((section.kind, line.name(log), Field::default()));
                        fields.len() - 1
                    }));
                }
                let at = known[number];
                let changes = log.changes(line.span(log));
                fields[at].2.storages += 1;
                fields[at].2.changes += changes.len() as u64;
                lines.push((at, changes));
            }
        }
    }
    // Line after line, as changes that stand together are near each other in memory; and no list grows, which takes longer
    // than filling it.
    let mut values: Vec<Vec<ValueId>> = fields.iter().map(|f| Vec::with_capacity(f.2.changes as usize)).collect();
    for (at, changes) in lines {
        let ids = changes.iter().map(|change| log.value(*change));
        fields[at].2.present += u64::from(ids.clone().next_back().is_some_and(|id| !id.is_tombstone()));
        values[at].extend(ids.filter(|id| !id.is_tombstone()));
    }
    let named = fields.into_iter().zip(values).map(|((kind, name, mut field), mut values)| {
        field.deletions = field.changes - values.len() as u64;
        order::by_number(&mut values, ValueId::number);
        let mut counts = [0; 256];
        for same in values.chunk_by(|a, b| a == b) {
            counts[usize::from(log.values.kind(same[0]).0)] += same.len() as u64;
        }
        field.types = (0..=u8::MAX).map(Type).zip(counts).filter(|(_, count)| *count > 0).collect();
        values.dedup();
        field.distinct = values.len() as u64;
        ((log.kinds.get(kind).to_owned(), name.to_owned()), (field, values))
    });
    (Map::from_iter(named), storages)
}
