//! The third pass: every table again, row by row in its new order, into the new database.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::census::{NOBODY, moment, written};
use super::column::{Cells, Column};
use super::database::Writer;
use super::refer::is_dropped;
use super::survey::{Field, Survey};
use super::transform::{Cell, Transform};
use crate::error::Result;
use crate::limits::Limits;
use crate::protect::class::Action;
use crate::protect::pseudonym::Domain;
use crate::psynet::Study as Psynet;
use crate::psynet::copy_csv::Record;
use crate::psynet::json::Tree;
use crate::psynet::passes::{Go, Sorted};
use crate::psynet::survey::{Group, RawTable};
use crate::source::Want;
use crate::write::deflate::Level;

/// The new database under way.
pub(super) struct Writing {
    pub transform: Transform,
    survey: Arc<Survey>,
    /// Cells kept, changed and removed by column.
    pub counts: BTreeMap<String, [u64; 3]>,
    writer: Writer,
    table: usize,
    reading: Option<Box<Reading>>,
    nothing: Field,
}

/// A table that is read in its new order.
struct Reading {
    table: RawTable,
    sorted: Sorted,
    /// The owners of the rows in that order, and how many rows were met.
    owners: Vec<u32>,
    met: usize,
    columns: Vec<Known>,
}

/// A column with its rules, and its cells kept, changed and removed.
struct Known {
    column: Column,
    field: Option<usize>,
    /// Whether nothing of it stays.
    removed: bool,
    counts: [u64; 3],
}

impl Writing {
    pub fn new(transform: Transform, survey: Arc<Survey>, level: Level) -> Writing {
        let mut writer = Writer::default();
        writer.level = level;
        writer.begin("experiment_id.md");
        writer.text("local");
        let (counts, nothing) = (BTreeMap::new(), Field::default());
        Writing { transform, survey, counts, writer, table: 0, reading: None, nothing }
    }

    pub fn is_done(&self, data: &Psynet) -> bool {
        self.table >= data.raw_tables().len()
    }

    pub fn push(&mut self, chunk: &[u8]) {
        if let Some(reading) = &mut self.reading {
            reading.sorted.push(chunk);
        }
    }

    /// The archive.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.writer).finish()
    }

    /// Reads a piece of a table, or begins one.
    pub fn step(&mut self, data: &Psynet, limits: &Limits) -> Result<Option<Want>> {
        let Some(mut reading) = self.reading.take() else {
            if let Some(table) = data.raw_tables().get(self.table) {
                self.begin(table, limits)?;
            }
            return Ok(None);
        };
        let Reading { table, sorted, owners, met, columns } = &mut *reading;
        let survey = self.survey.clone();
        let mut rows = Rows { writing: self, survey: &survey, table, limits, columns };
        let go = sorted.step(table, &mut |record| {
            let owner = owners.get(*met).copied().unwrap_or(NOBODY);
            *met += 1;
            rows.row(record, owner)
        })?;
        match go {
            Go::End => {
                let counts = reading.columns.into_iter().map(|known| (known.column.name, known.counts));
                self.counts.extend(counts);
                self.writer.end()?;
                self.table += 1;
                Ok(None)
            }
            Go::More => {
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
        let header: Vec<Option<&String>> = table.header.iter().map(Some).collect();
        self.writer.record(&header, limits)?;
        let rows = self.transform.census.rows(&table.name).filter(|_| !is_dropped(&table.name));
        let (place, by_row) = rows.map_or((&[][..], &[][..]), |rows| (&rows.place[..], &rows.owner[..]));
        let mut owners = vec![NOBODY; place.len()];
        for (place, owner) in place.iter().zip(by_row) {
            if let Some(slot) = owners.get_mut(*place as usize) {
                *slot = *owner;
            }
        }
        let table = RawTable {
            name: table.name.clone(),
            member: table.member.clone(),
            header: table.header.clone(),
            kinds: table.kinds.clone(),
            guessed: table.guessed.clone(),
            groups: vec![Group { rows: place.len() as u32, ..Group::default() }],
            group_of: vec![0; place.len()],
            rank: place.to_vec(),
        };
        let sorted = Sorted::new(&table, 0, limits);
        let known = |column: Column| {
            let field = self.survey.field_number(&column.name);
            let plan = field.and_then(|field| self.survey.fields.get(field)?.plan(""));
            let removed = plan.is_some_and(|plan| plan.decision.action == Action::Remove);
            Known { column, field, removed, counts: [0; 3] }
        };
        let columns = Column::all(&table, &self.transform.refer).into_iter().map(known).collect();
        self.reading = Some(Box::new(Reading { table, sorted, owners, met: 0, columns }));
        Ok(())
    }
}

/// The rows of a table.
struct Rows<'w> {
    writing: &'w mut Writing,
    survey: &'w Survey,
    table: &'w RawTable,
    limits: &'w Limits,
    columns: &'w mut [Known],
}

impl Rows<'_> {
    fn row(&mut self, record: &Record, owner: u32) -> Result<()> {
        let mut cells = Vec::with_capacity(self.columns.len());
        for place in 0..self.columns.len() {
            cells.push(match record.text(place) {
                Some(text) => self.cell(place, text, record, owner)?,
                None => None,
            });
        }
        self.writing.writer.record(&cells, self.limits)
    }

    fn cell(&mut self, place: usize, text: &str, record: &Record, owner: u32) -> Result<Option<String>> {
        let (survey, table) = (self.survey, self.table);
        let Some(known) = self.columns.get_mut(place) else { return Ok(None) };
        let (column, removed) = (&known.column, known.removed);
        let own_name = column.own_name(record);
        let number = own_name.as_ref().map_or(known.field, |name| survey.field_number(name));
        let field = number.and_then(|number| survey.fields.get(number)).unwrap_or(&self.writing.nothing);
        let transform = &mut self.writing.transform;
        let cell = Cell { field, number, owner, start: None, json: column.json };
        let new = match &column.cells {
            Cells::Rows(of) => {
                let new = of.as_deref().zip(text.parse().ok()).and_then(|(of, id)| transform.census.new_number(of, id));
                new.map(|new| new.to_string())
            }
            Cells::Times if removed => None,
            // Every row of PsyNet's has a time at which it was made.
            Cells::Times => transform.time(text, transform.census.start(owner)).or_else(|| {
                (column.name.ends_with(".creation_time") && moment(text).is_some()).then(|| written(0, false))
            }),
            Cells::Bools if removed => None,
            Cells::Bools if matches!(text, "t" | "f") => {
                let json = if text == "t" { "true" } else { "false" };
                let new = transform.cell(json, Cell { json: true, ..cell })?;
                new.map(|new| match new.as_str() {
                    "true" => "t".to_owned(),
                    "false" => "f".to_owned(),
                    other => other.trim_matches('"').to_owned(),
                })
            }
            Cells::UniqueId => {
                let of = |name: &str| table.column(name).and_then(|c| record.text(c)).unwrap_or_default();
                let worker = transform.token(Domain::Person, of("worker_id"))?;
                Some(format!("{worker}:{}", transform.token(Domain::Task, of("assignment_id"))?))
            }
            Cells::Reasons => {
                let mut parts = text.split("->");
                let mut new = transform.cell(parts.next().unwrap_or_default(), Cell { json: false, ..cell })?;
                if let Some(new) = &mut new {
                    parts.for_each(|part| new.push_str(&format!("->{}", cause(part, transform))));
                }
                new
            }
            Cells::Metadata => transform.cell(text, Cell { start: log_start(text, self.limits), ..cell })?,
            Cells::Bools | Cells::Other => transform.cell(text, cell)?,
        };
        // A number's column has no room for the word that a text is withheld.
        let new = new.filter(|new| !(column.number && new == super::transform::WITHHELD));
        let counts = match own_name {
            Some(name) => self.writing.counts.entry(name).or_default(),
            None => &mut known.counts,
        };
        let which = match &new {
            None => 2,
            Some(new) if new == text => 0,
            Some(_) => 1,
        };
        if let Some(count) = counts.get_mut(which) {
            *count += 1;
        }
        Ok(new)
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

/// When the first event of a page's log was, by the clock of the participant's browser, which is not the server's.
fn log_start(text: &str, limits: &Limits) -> Option<i64> {
    let mut tree = Tree::default();
    tree.parse(text, limits.depth).ok()?;
    let log = tree.get(text, Tree::ROOT, "event_log")?;
    let times = tree.children(log).filter_map(|event| tree.get(text, event, "localTime"));
    times.filter_map(|time| moment(tree.raw(text, time))).min()
}
