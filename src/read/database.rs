//! Reads `uproot.sqlite3`, with its `-wal` where there is one, into a log.

use super::dump::report;
use super::sqlite::{Changes, Database, StoredChange};
use super::{Filled, Format, Input};
use crate::error::{Code, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::column::ValueId;
use crate::log::{Builder, Change, Run};
use crate::source::{FileInfo, Reader, Want};
use crate::value::Type;

/// A database file and its log.
pub(super) struct DatabaseInput {
    path: String,
    with_log: bool,
    database: Database<Rows>,
}

impl DatabaseInput {
    /// The files with these indices.
    pub fn new(database: usize, log: Option<usize>, files: &[FileInfo], limits: Limits, changes: Builder) -> Self {
        let rows = Rows { changes, problems: Problems::default() };
        let log = log.map(|i| (i, &files[i]));
        DatabaseInput {
            path: files[database].path.clone(),
            with_log: log.is_some(),
            database: Database::new((database, &files[database]), log, &limits, rows),
        }
    }
}

impl Reader for DatabaseInput {
    fn want(&mut self) -> Result<Option<Want>> {
        self.database.want()
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.database.push(chunk)
    }
}

impl Input for DatabaseInput {
    fn finish(self: Box<Self>) -> Result<Filled> {
        let (rows, read) = self.database.finish();
        let with = if self.with_log { "with its -wal file, " } else { "" };
        let versions = match (rows.changes.is_unnumbered(), read.table.starts_with("appendmuch")) {
            (true, _) => "uproot 0.0.1, before 20 April 2026",
            (false, true) => "appendmuch 0.0.6 or later",
            (false, false) => "uproot 0.0.1 after 20 April 2026, or later",
        };
        let format =
            Format { name: format!("uproot database ({with}table {})", read.table), versions: versions.to_owned() };
        let mut problems = read.problems;
        problems.extend(rows.problems.in_file(&self.path));
        Ok(Filled { changes: rows.changes, format, problems })
    }

    fn runs(&mut self) -> Vec<Run> {
        self.database.sink_mut().changes.runs()
    }

    fn only_counts(&self) -> bool {
        self.database.sink().changes.only_counts()
    }
}

/// Takes the rows of the table.
struct Rows {
    changes: Builder,
    problems: Problems,
}

impl Changes for Rows {
    fn change(&mut self, row: &StoredChange<'_>) -> Result<()> {
        let seq = row.seq.and_then(|seq| u64::try_from(seq).ok());
        let place = || Place::default().record(u64::try_from(row.id).unwrap_or(0)).field(row.field);
        if self.changes.leaves_out(row.namespace, seq, row.created_at, row.value) {
            return Ok(());
        }
        let value = match row.value {
            None => ValueId::TOMBSTONE,
            Some([kind, payload @ ..]) => {
                let (id, recoded) = self.changes.value(Type::stored(*kind), payload)?;
                report(&mut self.problems, recoded, Type(*kind), place);
                id
            }
            Some([]) => {
                self.problems.add(Problem::new(Code::BadRecord, place()));
                return Ok(());
            }
        };
        let (storage, field, time, context) = (row.namespace, row.field, row.created_at, row.context);
        self.changes.push(Change { seq, storage, field, value, time, context })
    }
}
