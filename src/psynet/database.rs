//! Read the tables of one database: each once, to survey it, to link it with others, and to gather its classes' columns.

use super::contents::Database;
use super::frame::{self, ClassFile, Guide, Shaped, Shaper};
use super::links::Links;
use super::member::Member;
use super::passes::{Go, Scan};
use super::reading::{About, Identity, Reading, ends_table};
use super::schema::Schema;
use super::source_code::SourceCode;
use super::survey::RawTable;
use super::timeline::{Gatherer, Timeline};
use crate::error::{Code, Place, Problem, Problems, Result};
use crate::limits::Limits;
use std::collections::VecDeque;

/// The tables being read.
#[derive(Debug)]
pub struct Tables {
    limits: Limits,
    schema: &'static Schema,
    source: SourceCode,
    root: String,
    left: VecDeque<(String, Member)>,
    work: Work,
    tables: Vec<RawTable>,
    /// What was gathered per table; `None` where it must be read again.
    shaped: Vec<Option<Shaped>>,
    links: Links,
    events: Gatherer,
    identity: Identity,
    problems: Problems,
}

#[derive(Debug)]
enum Work {
    /// Begin with the next table.
    Next,
    /// Survey one.
    Survey(Box<Reading>),
    /// Read one again: its index.
    Again(usize, Box<(Scan, Shaper)>),
}

/// What the tables held.
#[derive(Debug)]
pub struct Read {
    /// Lists of the release.
    pub schema: &'static Schema,
    /// Tables, sorted by name.
    pub tables: Vec<RawTable>,
    /// Counts and lists.
    pub links: Links,
    /// What happened to participants.
    pub timeline: Timeline,
    /// The processed files.
    pub files: Vec<ClassFile>,
    /// What the database says about itself.
    pub identity: Identity,
    /// What went wrong.
    pub problems: Problems,
}

impl Tables {
    /// Begins with a database. `schema` is the lists to go by until the version is known.
    pub fn new(database: &Database, mut schema: &'static Schema, source: SourceCode, limits: Limits) -> Self {
        let mut left: VecDeque<_> = database.tables.clone().into_iter().collect();
        // The version stands in the table `experiment`, and the lists to read the others by depend on it.
        if let Some(at) = left.iter().position(|(name, _)| name == "experiment") {
            let first = left.remove(at);
            left.extend(first);
            left.rotate_right(1);
        } else if !left.iter().any(|(name, _)| name == "barrier") && left.iter().any(|(name, _)| name == "asset") {
            schema = Schema::for_version(Some("12"));
        }
        let links = Links { keep_vars: schema.is_old(), ..Links::default() };
        Tables {
            limits,
            schema,
            source,
            root: database.root.clone(),
            left,
            work: Work::Next,
            tables: Vec::new(),
            shaped: Vec::new(),
            links,
            events: Gatherer::default(),
            identity: Identity::default(),
            problems: missing(database),
        }
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        match &mut self.work {
            Work::Survey(reading) => reading.push(chunk),
            Work::Again(_, work) => work.0.push(chunk),
            Work::Next => {}
        }
    }

    /// Does the next bit of work.
    pub fn step(&mut self) -> Result<Go> {
        let go = match &mut self.work {
            Work::Next => return self.next(),
            Work::Survey(reading) => reading.step(About {
                schema: self.schema,
                source: &self.source,
                links: &mut self.links,
                events: &mut self.events,
                problems: &mut self.problems,
                identity: &mut self.identity,
            })?,
            Work::Again(number, work) => {
                let Some(table) = self.tables.get(*number) else { return Ok(Go::End) };
                let (scan, shaper) = work.as_mut();
                let Tables { schema, source, links, limits, .. } = self;
                let rank = |row: u32| table.rank.get(row as usize);
                scan.step(&mut |row, record| {
                    shaper.note(Guide { schema, source, links, limits }, table, (row, record), |a, b| rank(a) < rank(b))
                })?
            }
        };
        if go != Go::End {
            return Ok(go);
        }
        match std::mem::replace(&mut self.work, Work::Next) {
            Work::Survey(reading) => self.surveyed(*reading),
            Work::Again(number, work) => {
                if let Some(shaped) = self.shaped.get_mut(number) {
                    *shaped = Some(work.1.gathered());
                }
            }
            Work::Next => {}
        }
        Ok(Go::More)
    }

    fn next(&mut self) -> Result<Go> {
        if let Some((name, member)) = self.left.pop_front() {
            match Reading::new(&name, &member, &self.limits) {
                Ok(reading) => self.work = Work::Survey(Box::new(reading)),
                Err(error) => self.problems.add(error.problem().clone().detail("The table was left out.")),
            }
            return Ok(Go::More);
        }
        let Some(number) = self.shaped.iter().position(Option::is_none) else { return Ok(Go::End) };
        if let Some(table) = self.tables.get(number) {
            self.work = Work::Again(number, Box::new((Scan::new(table, &self.limits)?, Shaper::default())));
        }
        Ok(Go::More)
    }

    fn surveyed(&mut self, reading: Reading) {
        if reading.is_experiment() {
            self.schema = Schema::for_version(self.identity.version.as_deref());
            self.links.keep_vars = self.schema.is_old();
            self.report_version();
        }
        let (table, shaper) = reading.finish(&mut self.problems);
        let shaped = shaper.finish(&table, self.schema, &self.source);
        let at = self.tables.partition_point(|t| t.name < table.name);
        self.tables.insert(at, table);
        self.shaped.insert(at, shaped);
    }

    fn report_version(&mut self) {
        if let Some(version) = self.identity.version.as_deref().filter(|v| *v != self.schema.version) {
            let detail = format!(
                "The database was written by PsyNet {version}; the lists of {} are used, adapted to the tables' headers.",
                self.schema.version
            );
            self.problems.add(Problem::new(Code::Guessed, Place::file(&self.root)).detail(detail));
        }
    }

    /// Ends the reading, once [`Tables::step`] answered [`Go::End`].
    ///
    /// # Errors
    /// What kept the first table from being read, where none could be.
    pub fn finish(self) -> Result<Read> {
        if self.tables.iter().all(|table| table.header.is_empty())
            && let Some(problem) = self.problems.iter().find(|p| is_unreadable(p.code))
        {
            return Err(problem.clone().into());
        }
        let Tables { schema, tables, shaped, links, events, identity, mut problems, .. } = self;
        let mut shaped: Vec<Shaped> = shaped.into_iter().map(Option::unwrap_or_default).collect();
        shaped.iter_mut().for_each(|shaped| problems.extend(std::mem::take(&mut shaped.problems)));
        let files = frame::files(&tables, shaped);
        Ok(Read { schema, tables, links, timeline: events.finish(), files, identity, problems })
    }
}

/// Whether a problem can keep a whole table from being read.
fn is_unreadable(code: Code) -> bool {
    matches!(code, Code::Encrypted | Code::Unsupported) || ends_table(code)
}

/// The tables that every database has and this one lacks.
fn missing(database: &Database) -> Problems {
    let mut problems = Problems::default();
    let has = |name: &str| database.tables.contains_key(name);
    let psynet = has("response") || has("module_state") || has("experiment");
    let always = ["participant", "info", "node", "network"].map(|name| (name, true));
    let of_psynet = ["experiment", "module_state", "response"].map(|name| (name, psynet));
    for (name, _) in always.into_iter().chain(of_psynet).filter(|(name, expected)| *expected && !has(name)) {
        let detail = match name {
            "experiment" => "The version of PsyNet is unknown; lists of the nearest known release are used.",
            "info" => "Counts of trials are 0.",
            "node" => "Counts of nodes are 0.",
            "module_state" => "The lists of a participant's modules are empty.",
            _ => "",
        };
        let place = Place::file(format!("{}/data/{name}.csv", database.root));
        problems.add(Problem::new(Code::MissingTable, place).detail(detail));
    }
    problems
}
