//! The third pass: every table again, row by row in its new order, into the new database.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::census::{NOBODY, moment, written};
use super::database::Writer;
use super::refer::{Refer, is_dropped};
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
use crate::psynet::schema::{Kind, last_part};
use crate::psynet::survey::{Group, RawTable};
use crate::source::Want;
use crate::write::deflate::Level;

/// The name of a column's rules.
pub(super) fn prefixes(table: &RawTable) -> Vec<String> {
    table.header.iter().map(|column| format!("{}.{column}", table.name)).collect()
}

/// The same for a cell: answers have the rules of their question or class.
pub(super) fn prefix<'p>(of_column: &'p str, table: &RawTable, record: &Record) -> Cow<'p, str> {
    let of = |name: &str| table.column(name).and_then(|c| record.text(c)).unwrap_or_default();
    match of_column {
        "response.answer" => format!("response.answer[{}]", of("question")).into(),
        "info.answer" => format!("info.answer[{}]", last_part(of("type"))).into(),
        other => other.into(),
    }
}

/// Whether a column holds numbers of rows.
pub(super) fn is_number(table: &RawTable, column: &str, refer: &Refer) -> bool {
    column == "id" && table.name != "barrier" || refer.table(column).is_some()
}

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
    /// By column: the name of its rules, and its cells kept, changed and removed.
    prefixes: Vec<String>,
    counts: Vec<[u64; 3]>,
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
        let Reading { table, sorted, owners, met, prefixes, counts } = &mut *reading;
        let mut rows = Rows { writing: self, table, limits, prefixes, counts };
        let go = sorted.step(table, &mut |record| {
            let owner = owners.get(*met).copied().unwrap_or(NOBODY);
            *met += 1;
            rows.row(record, owner)
        })?;
        match go {
            Go::End => {
                for (prefix, counts) in reading.prefixes.into_iter().zip(reading.counts) {
                    self.counts.insert(prefix, counts);
                }
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
        let (prefixes, counts) = (prefixes(&table), vec![[0; 3]; table.header.len()]);
        self.reading = Some(Box::new(Reading { table, sorted, owners, met: 0, prefixes, counts }));
        Ok(())
    }
}

/// The rows of a table.
struct Rows<'w> {
    writing: &'w mut Writing,
    table: &'w RawTable,
    limits: &'w Limits,
    prefixes: &'w [String],
    counts: &'w mut [[u64; 3]],
}

impl Rows<'_> {
    fn row(&mut self, record: &Record, owner: u32) -> Result<()> {
        let mut fields = Vec::with_capacity(self.table.header.len());
        for column in 0..self.table.header.len() {
            let old = record.text(column);
            let new = match old {
                Some(text) => self.cell(column, text, record, owner)?,
                None => None,
            };
            fields.push(new);
        }
        self.writing.writer.record(&fields, self.limits)
    }

    fn cell(&mut self, column: usize, text: &str, record: &Record, owner: u32) -> Result<Option<String>> {
        let table = self.table;
        let (Some(name), Some(kind)) = (table.header.get(column), table.kinds.get(column)) else { return Ok(None) };
        let prefix = prefix(self.prefixes.get(column).map_or("", String::as_str), table, record);
        let survey = self.writing.survey.clone();
        let field = survey.fields.get(&*prefix).unwrap_or(&self.writing.nothing);
        let transform = &mut self.writing.transform;
        let start = transform.census.start(owner);
        let plan = field.plans.get("");
        let removed = plan.is_some_and(|plan| plan.decision.action == Action::Remove);
        let new = match kind {
            Kind::Int if is_number(table, name, &transform.refer) => {
                let of = if name == "id" { Some(table.name.as_str()) } else { transform.refer.table(name) };
                let new = of.zip(text.parse().ok()).and_then(|(of, id)| transform.census.new_number(of, id));
                new.map(|new| new.to_string())
            }
            Kind::Time if removed => None,
            // Every row of PsyNet's has a time at which it was made.
            Kind::Time => transform
                .time(text, start)
                .or_else(|| (name == "creation_time" && moment(text).is_some()).then(|| written(0, false))),
            Kind::Bool if removed => None,
            Kind::Bool if matches!(text, "t" | "f") => {
                let json = if text == "t" { "true" } else { "false" };
                let new = transform.cell(json, Cell { field, owner, start: None, json: true })?;
                new.map(|new| match new.as_str() {
                    "true" => "t".to_owned(),
                    "false" => "f".to_owned(),
                    other => other.trim_matches('"').to_owned(),
                })
            }
            _ if table.name == "participant" && name == "unique_id" => {
                let of = |name: &str| table.column(name).and_then(|c| record.text(c)).unwrap_or_default();
                let worker = transform.token(Domain::Person, of("worker_id"))?;
                Some(format!("{worker}:{}", transform.token(Domain::Task, of("assignment_id"))?))
            }
            _ if name == "failed_reason" => {
                let mut parts = text.split("->");
                let first = parts.next().unwrap_or_default();
                let mut new = transform.cell(first, Cell { field, owner, start: None, json: false })?;
                if let Some(new) = &mut new {
                    parts.for_each(|part| new.push_str(&format!("->{}", cause(part, transform))));
                }
                new
            }
            _ => {
                let json = matches!(kind, Kind::Py | Kind::Jsonb);
                let log =
                    if table.name == "response" && name == "metadata_" { log_start(text, self.limits) } else { None };
                transform.cell(text, Cell { field, owner, start: log, json })?
            }
        };
        // A number's column has no room for the word that a text is withheld.
        let is_number = matches!(kind, Kind::Int | Kind::Float);
        let new = new.filter(|new| !(is_number && new == super::transform::WITHHELD));
        let answers =
            matches!(prefix, Cow::Owned(_)).then(|| self.writing.counts.entry(prefix.into_owned()).or_default());
        let counts = answers.or_else(|| self.counts.get_mut(column));
        let which = match &new {
            None => 2,
            Some(new) if new == text => 0,
            Some(_) => 1,
        };
        if let Some(count) = counts.and_then(|counts| counts.get_mut(which)) {
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
