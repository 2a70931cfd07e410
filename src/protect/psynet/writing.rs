//! The third pass: every table again, row by row, and in its new order into the new database.

use crate::order::Map;
use std::sync::Arc;

use super::census::{self, NOBODY, moment, written};
use super::column::{Cells, Column, Each};
use super::database::{Writer, field};
use super::field::Field;
use super::refer::is_dropped;
use super::sorter::Sorter;
use super::survey::Survey;
use super::transform::{Cell, Transform};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::protect::class::Action;
use crate::protect::pseudonym::Domain;
use crate::psynet::Study as Psynet;
use crate::psynet::copy_csv::Record;
use crate::psynet::passes::{Go, Scan};
use crate::psynet::survey::RawTable;
use crate::source::Want;
use crate::write::deflate::Level;

/// The new database under way.
pub(super) struct Writing {
    pub transform: Transform,
    survey: Arc<Survey>,
    /// Cells kept, changed and removed by column.
    pub counts: Map<String, [u64; 3]>,
    writer: Writer,
    pub table: usize,
    reading: Option<Box<Reading>>,
    nothing: Field,
    /// The beginning of times, where a time has to be.
    zero: String,
}

/// A table whose rows are read in the order of the file and put into their new order.
struct Reading {
    scan: Scan,
    sorter: Sorter,
    columns: Vec<Known>,
    /// The new text of a cell.
    new: String,
    /// Whether all rows were read.
    read: bool,
}

/// A column with its rules.
struct Known {
    column: Column,
    /// Whether nothing of it stays.
    removed: bool,
    own: Ruled,
    questions: Each<Ruled>,
}

/// The rules of cells, by the number of their field, and how many were kept, changed and removed.
struct Ruled {
    field: Option<usize>,
    counts: [u64; 3],
}

impl Ruled {
    fn new(name: &str, survey: &Survey) -> Ruled {
        Ruled { field: survey.field_number(name), counts: [0; 3] }
    }
}

impl Writing {
    pub fn new(transform: Transform, survey: Arc<Survey>, level: Level) -> Writing {
        let mut writer = Writer::default();
        writer.level = level;
        writer.begin("experiment_id.md");
        writer.text("local");
        let (counts, nothing, zero) = (Map::new(), Field::default(), written(0, false));
        Writing { transform, survey, counts, writer, table: 0, reading: None, nothing, zero }
    }

    /// How many rows of the table were met.
    pub fn rows(&self) -> usize {
        self.reading.as_ref().map_or(0, |reading| reading.scan.met())
    }

    pub fn is_done(&self, data: &Psynet) -> bool {
        self.table >= data.raw_tables().len()
    }

    pub fn push(&mut self, chunk: &[u8]) {
        if let Some(reading) = &mut self.reading {
            reading.scan.push(chunk);
        }
    }

    /// The archive.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.writer).finish()
    }

    /// Reads a piece of a table, or begins one.
    pub fn step(&mut self, data: &Psynet, limits: &Limits) -> Result<Option<Want>> {
        let Some(table) = data.raw_tables().get(self.table) else { return Ok(None) };
        let Some(mut reading) = self.reading.take() else {
            self.begin(table, limits)?;
            return Ok(None);
        };
        let Reading { scan, sorter, columns, new, read } = &mut *reading;
        if *read && sorter.hand_out(&mut |line| self.writer.line(line, limits))? || !*read && sorter.pack()? {
            self.reading = Some(reading);
            return Ok(None);
        }
        if *read {
            return self.end(*reading).map(|()| None);
        }
        let (survey, census) = (self.survey.clone(), self.transform.census.clone());
        let by_row = census.rows(&table.name).map(|rows| (&rows.place[..], &rows.owner[..])).unwrap_or_default();
        let numbered = columns.iter().map(|known| match &known.column.cells {
            Cells::Rows(of) => of.as_ref().and_then(|of| census.rows(of)),
            _ => None,
        });
        let numbered = numbered.collect();
        let mut rows = Rows { writing: self, survey: &survey, table, columns, numbered, new };
        let go = scan.step(&mut |row, record| {
            let owner = by_row.1.get(row).copied().unwrap_or(NOBODY);
            let Some(place) = by_row.0.get(row) else { return Ok(()) };
            sorter.add(*place, |line| rows.row(record, owner, line))
        })?;
        match go {
            // The first pass saw more rows; the file is not what it was.
            Go::End if sorter.met != by_row.0.len() => Err(Error::new(Code::Io, Place::file(&table.member.path))),
            Go::End | Go::More => {
                *read = go == Go::End;
                self.reading = Some(reading);
                Ok(None)
            }
            Go::Want(want) => {
                self.reading = Some(reading);
                Ok(Some(want))
            }
        }
    }

    fn begin(&mut self, table: &RawTable, limits: &Limits) -> Result<()> {
        if self.table == 0 {
            self.writer.end()?;
        }
        self.writer.begin(&format!("data/{}.csv", table.name));
        let mut header = Vec::new();
        for name in &table.header {
            header.extend_from_slice(if header.is_empty() { b"" } else { b"," });
            field(name, &mut header);
        }
        header.push(b'\n');
        self.writer.line(&header, limits)?;
        if is_dropped(&table.name) {
            return self.end_table();
        }
        let known = |column: Column| {
            let own = Ruled::new(&column.name, &self.survey);
            let plan = own.field.and_then(|field| self.survey.fields.get(field)?.plan(""));
            let removed = plan.is_some_and(|plan| plan.decision.action == Action::Remove);
            Known { column, removed, own, questions: Each::new() }
        };
        let columns = Column::all(table, &self.transform.refer).into_iter().map(known).collect();
        let (scan, sorter) = (Scan::new(table, limits)?, Sorter::new(limits));
        self.reading = Some(Box::new(Reading { scan, sorter, columns, new: String::new(), read: false }));
        Ok(())
    }

    /// Ends a table whose rows are written.
    fn end(&mut self, reading: Reading) -> Result<()> {
        for Known { column, own, questions, .. } in reading.columns {
            let of_question = questions.all().map(|(question, of)| (column.name_of(question), of.counts));
            self.counts.extend(of_question);
            self.counts.insert(column.name, own.counts);
        }
        self.end_table()
    }

    fn end_table(&mut self) -> Result<()> {
        self.table += 1;
        self.writer.end()
    }
}

/// The rows of a table.
struct Rows<'w> {
    writing: &'w mut Writing,
    survey: &'w Survey,
    table: &'w RawTable,
    columns: &'w mut [Known],
    /// The rows whose numbers the column has.
    numbered: Vec<Option<&'w census::Rows>>,
    new: &'w mut String,
}

impl Rows<'_> {
    /// Adds the line of a row.
    fn row(&mut self, record: &Record, owner: u32, line: &mut Vec<u8>) -> Result<()> {
        for place in 0..self.columns.len() {
            if place > 0 {
                line.push(b',');
            }
            if let Some(text) = record.text(place)
                && self.cell(place, text, record, owner)?
            {
                field(self.new, line);
            }
        }
        line.push(b'\n');
        Ok(())
    }

    /// Makes the new text of a cell; answers whether there is one.
    fn cell(&mut self, place: usize, text: &str, record: &Record, owner: u32) -> Result<bool> {
        let (survey, table) = (self.survey, self.table);
        let Some(known) = self.columns.get_mut(place) else { return Ok(false) };
        let Known { column, removed, own, questions } = known;
        let of_question = column
            .question(record)
            .and_then(|question| questions.of(question, || Ruled::new(&column.name_of(question), survey)));
        let Ruled { field: number, counts } = of_question.unwrap_or(own);
        let number = *number;
        let field = number.and_then(|number| survey.fields.get(number)).unwrap_or(&self.writing.nothing);
        let transform = &mut self.writing.transform;
        let cell = Cell { field, number, owner, notes: None, json: column.json };
        let new = &mut *self.new;
        new.clear();
        let kept = match &column.cells {
            Cells::Rows(_) => {
                let rows = self.numbered.get(place).copied().flatten();
                let number = rows.and_then(|rows| rows.new_number(text.parse().ok()?));
                number.into_iter().for_each(|number| new.push_str(itoa::Buffer::new().format(number)));
                number.is_some()
            }
            Cells::Times | Cells::Bools if *removed => false,
            // Every row of PsyNet's has a time at which it was made.
            Cells::Times => {
                let zero = || column.name.ends_with(".creation_time") && moment(text).is_some();
                let kept = transform.time(text, transform.census.start(owner), new);
                let made = !kept && zero();
                new.push_str(if made { &self.writing.zero } else { "" });
                kept || made
            }
            Cells::Bools if matches!(text, "t" | "f") => {
                let json = if text == "t" { "true" } else { "false" };
                let kept = transform.cell(json, Cell { json: true, ..cell }, new)?;
                match new.as_str() {
                    "true" => "t".clone_into(new),
                    "false" => "f".clone_into(new),
                    other => *new = other.trim_matches('"').to_owned(),
                }
                kept
            }
            Cells::UniqueId => {
                let of = |name: &str| table.column(name).and_then(|c| record.text(c)).unwrap_or_default();
                let worker = transform.token(Domain::Person, of("worker_id"))?;
                new.push_str(&format!("{worker}:{}", transform.token(Domain::Task, of("assignment_id"))?));
                true
            }
            Cells::Reasons => {
                let mut parts = text.split("->");
                let kept = transform.cell(parts.next().unwrap_or_default(), Cell { json: false, ..cell }, new)?;
                parts.filter(|_| kept).for_each(|part| new.push_str(&format!("->{}", cause(part, transform))));
                kept
            }
            Cells::Metadata => transform.cell(text, Cell { notes: Some(text), ..cell }, new)?,
            Cells::Bools | Cells::Other => transform.cell(text, cell, new)?,
        };
        // A number's column has no room for the word that a text is withheld.
        let kept = kept && !(column.number && new == super::transform::WITHHELD);
        let which = match kept {
            false => 2,
            true if new == text => 0,
            true => 1,
        };
        if let Some(count) = counts.get_mut(which) {
            *count += 1;
        }
        Ok(kept)
    }
}

/// A row that made others fail (`Node12`): its class with its new number.
fn cause(part: &str, transform: &Transform) -> String {
    let class = part.trim_end_matches(|c: char| c.is_ascii_digit());
    if !class.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') || class.len() > 80 {
        return super::transform::REMOVED.to_owned();
    }
    let table = transform.refer.class(class);
    let id = part.get(class.len()..).and_then(|digits| digits.parse().ok());
    let new = table.zip(id).and_then(|(table, id)| transform.census.new_number(table, id));
    format!("{class}{}", new.map(|new| new.to_string()).unwrap_or_default())
}
