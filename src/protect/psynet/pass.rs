//! One pass over the raw tables, a row at a time, and what the second of them does with a row.

use super::census::NOBODY;
use super::survey::{Survey, With};
use super::writing;
use crate::error::Result;
use crate::limits::Limits;
use crate::psynet::copy_csv::Record;
use crate::psynet::passes::{Go, Scan};
use crate::psynet::schema::Kind;
use crate::psynet::survey::RawTable;
use crate::source::Want;

/// A pass over the tables: the index of the table, and its rows where it was begun.
#[derive(Default)]
pub(super) struct Pass {
    pub table: usize,
    pub scan: Option<Scan>,
    /// By column of the table: the name of its rules.
    pub prefixes: Vec<String>,
}

impl Pass {
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
    prefixes: &[String],
    row: usize,
    record: &Record,
    survey: &mut Survey,
    with: With<'_>,
) -> Result<()> {
    let owner = with.census.rows(&table.name).and_then(|rows| rows.owner.get(row)).copied();
    let owner = owner.unwrap_or(NOBODY);
    for (column, (name, kind)) in table.header.iter().zip(&table.kinds).enumerate() {
        let Some(text) = record.text(column).filter(|text| !text.is_empty()) else { continue };
        let prefix = writing::prefix(prefixes.get(column).map_or("", String::as_str), table, record);
        match kind {
            Kind::Int if writing::is_number(table, name, with.refer) => {}
            Kind::Time => survey.time(&prefix, owner, with),
            Kind::Bool => survey.cell(
                &prefix,
                if text == "t" { "true" } else { "false" },
                true,
                (owner, u64::MAX - row as u64),
                with,
            )?,
            _ => {
                let json = matches!(kind, Kind::Py | Kind::Jsonb);
                survey.cell(&prefix, text, json, (owner, u64::MAX - row as u64), with)?;
            }
        }
    }
    Ok(())
}
