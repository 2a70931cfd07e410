//! One pass over the raw tables, a row at a time, and what the second of them does with a row.

use super::census::NOBODY;
use super::column::{Cells, Column, Each};
use super::refer::Refer;
use super::survey::{Survey, With};
use crate::error::Result;
use crate::limits::Limits;
use crate::psynet::copy_csv::Record;
use crate::psynet::passes::{Go, Scan};
use crate::psynet::survey::RawTable;
use crate::source::Want;

/// A pass over the tables: the index of the table, and its rows where it was begun.
#[derive(Default)]
pub(super) struct Pass {
    pub table: usize,
    pub scan: Option<Scan>,
    pub columns: Vec<Surveyed>,
}

/// A column with the number of its field, and those of its questions.
pub(super) struct Surveyed {
    column: Column,
    field: usize,
    questions: Each<usize>,
}

impl Surveyed {
    /// The columns of a table.
    pub fn all(table: &RawTable, refer: &Refer, survey: &mut Survey) -> Vec<Surveyed> {
        let new = |column: Column| Surveyed { field: survey.number(&column.name), column, questions: Each::new() };
        Column::all(table, refer).into_iter().map(new).collect()
    }
}

impl Pass {
    /// How many rows of the table were met.
    pub fn rows(&self) -> usize {
        self.scan.as_ref().map_or(0, Scan::met)
    }

    /// Reads a piece of a table; goes on to the next at its end.
    pub fn step(
        &mut self,
        table: &RawTable,
        limits: &Limits,
        row: &mut dyn FnMut(usize, &Record) -> Result<()>,
    ) -> Result<Option<Want>> {
        let mut scan = match self.scan.take() {
            Some(scan) => scan,
            None => Scan::new(table, limits)?,
        };
        match scan.step(row)? {
            Go::End => self.table += 1,
            Go::More => self.scan = Some(scan),
            Go::Want(want) => {
                self.scan = Some(scan);
                return Ok(Some(want));
            }
        }
        Ok(None)
    }
}

/// Surveys a row.
pub(super) fn look(
    table: &RawTable,
    columns: &mut [Surveyed],
    row: usize,
    record: &Record,
    survey: &mut Survey,
    with: With<'_>,
) -> Result<()> {
    let owner = with.census.rows(&table.name).and_then(|rows| rows.owner.get(row)).copied().unwrap_or(NOBODY);
    let whose = (owner, u64::MAX - row as u64);
    for (place, Surveyed { column, field, questions }) in columns.iter_mut().enumerate() {
        let Some(text) = record.text(place).filter(|text| !text.is_empty()) else { continue };
        let own = column
            .question(record)
            .and_then(|question| questions.of(question, || survey.number(&column.name_of(question))));
        let field = *own.unwrap_or(field);
        match column.cells {
            Cells::Rows(_) => {}
            Cells::Times => survey.time(field, owner, with),
            Cells::Bools => survey.cell(field, if text == "t" { "true" } else { "false" }, true, whose, with)?,
            _ => survey.cell(field, text, column.json, whose, with)?,
        }
    }
    Ok(())
}
