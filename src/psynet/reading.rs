//! Survey one table as its bytes come; a table that is damaged is kept up to the place of the damage.

use super::copy_csv::{CopyCsv, Record};
use super::json::Tree;
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::links::Links;
use super::member::{Flow, Member, Stream};
use super::passes::Go;
use super::schema::Schema;
use super::survey::{RawTable, Surveyor};
use super::timeline::Gatherer;
use crate::error::{Code, Place, Problem, Problems, Result};
use crate::limits::Limits;

/// Raw text unpacked at once.
const PIECE: usize = 64 << 10;

/// What a database says about itself, in its table `experiment`.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Release of PsyNet.
    pub version: Option<String>,
    /// The experiment's label.
    pub label: Option<String>,
}

/// What a table is read with, and what it adds to.
#[derive(Debug)]
pub struct About<'a> {
    /// Lists of the release.
    pub schema: &'a Schema,
    /// Counts and lists.
    pub links: &'a mut Links,
    /// What happened to participants.
    pub events: &'a mut Gatherer,
    /// What goes wrong.
    pub problems: &'a mut Problems,
    /// Filled from the table `experiment`.
    pub identity: &'a mut Identity,
}

/// A table being surveyed.
#[derive(Debug)]
pub struct Reading {
    surveyor: Surveyor,
    stream: Stream,
    csv: CopyCsv,
    piece: Vec<u8>,
    is_experiment: bool,
    depth: usize,
}

impl Reading {
    /// Begins with a table.
    pub fn new(name: &str, member: &Member, limits: &Limits) -> Result<Self> {
        Ok(Reading {
            surveyor: Surveyor::new(name, member, limits),
            stream: member.stream(limits)?,
            csv: CopyCsv::new(limits),
            piece: Vec::new(),
            is_experiment: name == "experiment",
            depth: limits.depth,
        })
    }

    /// Whether this is the table that says which release wrote the database.
    pub fn is_experiment(&self) -> bool {
        self.is_experiment
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.stream.push(chunk);
    }

    /// Reads a piece.
    pub fn step(&mut self, about: About<'_>) -> Result<Go> {
        let About { schema, links, events, problems, identity } = about;
        self.piece.clear();
        let flow = match self.stream.read(&mut self.piece, PIECE) {
            Ok(flow) => flow,
            Err(error) if ends_table(error.code()) => {
                problems.add(error.problem().clone().detail("The rows before that place were kept."));
                return Ok(Go::End);
            }
            Err(error) => return Err(error),
        };
        let Reading { surveyor, csv, piece, is_experiment, depth, .. } = self;
        let mut sink = |record: &Record| {
            if *is_experiment && identity.version.is_none() {
                *identity = identify(surveyor, record, *depth);
            }
            surveyor.record(record, schema, links, events, problems)
        };
        let result = match flow {
            Flow::Want(want) => return Ok(Go::Want(want)),
            Flow::Some => csv.push(piece, &mut sink).map(|()| Go::More),
            Flow::End => csv.finish(&mut sink).map(|whole| {
                if !whole {
                    let place = Place::file(surveyor.path()).byte(csv.position());
                    problems.add(Problem::new(Code::Truncated, place));
                }
                Go::End
            }),
        };
        result.or_else(|error| {
            if !ends_table(error.code()) {
                return Err(error);
            }
            problems.add(error.in_file(surveyor.path()).problem().clone());
            Ok(Go::End)
        })
    }

    /// Ends the table.
    pub fn finish(self, problems: &mut Problems) -> RawTable {
        self.surveyor.finish(problems)
    }
}

/// Whether a table is kept up to the place of such an error.
fn ends_table(code: Code) -> bool {
    matches!(code, Code::Truncated | Code::Damaged | Code::ChecksumMismatch | Code::TooLong | Code::TooManyColumns)
}

/// What the row of the table `experiment` says.
fn identify(surveyor: &Surveyor, record: &Record, depth: usize) -> Identity {
    let mut pickle = Pickle::default();
    let text = surveyor.column("vars").and_then(|c| record.text(c));
    let Some(text) = text.filter(|t| pickle.parse(t, depth)) else { return Identity::default() };
    let root = pickle.value(text, Tree::ROOT);
    let get = |key| match pickle.get(text, root, key) {
        Some(Value::Text(raw, _)) => Some(json_text::decode(raw)),
        _ => None,
    };
    Identity { version: get("psynet_version"), label: get("label") }
}
