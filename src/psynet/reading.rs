//! Survey one table as its bytes come; a table that is damaged is kept up to the place of the damage.

use super::copy_csv::{CopyCsv, Record};
use super::frame::{Guide, Shaper};
use super::json::Tree;
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::links::{self, Links};
use super::member::{Flow, Member, Stream};
use super::passes::Go;
use super::schema::Schema;
use super::source_code::SourceCode;
use super::survey::{RawTable, Surveyor};
use super::timeline::{self, Gatherer};
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
    /// Declarations of the experiment.
    pub source: &'a SourceCode,
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
    rows: Rows,
    stream: Stream,
    csv: CopyCsv,
    piece: Vec<u8>,
}

/// What becomes of its rows.
#[derive(Debug)]
struct Rows {
    surveyor: Surveyor,
    shaper: Shaper,
    /// Where links and events come from, if the table has any; known once the header was read.
    links: Option<links::Places>,
    events: Option<timeline::Places>,
    is_experiment: bool,
    limits: Limits,
}

impl Reading {
    /// Begins with a table.
    pub fn new(name: &str, member: &Member, limits: &Limits) -> Result<Self> {
        let rows = Rows {
            surveyor: Surveyor::new(name, member, limits),
            shaper: Shaper::default(),
            links: None,
            events: None,
            is_experiment: name == "experiment",
            limits: *limits,
        };
        Ok(Reading { rows, stream: member.stream(limits)?, csv: CopyCsv::new(limits), piece: Vec::new() })
    }

    /// Whether this is the table that says which release wrote the database.
    pub fn is_experiment(&self) -> bool {
        self.rows.is_experiment
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.stream.push(chunk);
    }

    /// Reads a piece.
    pub fn step(&mut self, mut about: About<'_>) -> Result<Go> {
        self.piece.clear();
        let flow = match self.stream.read(&mut self.piece, PIECE) {
            Ok(flow) => flow,
            Err(error) if ends_table(error.code()) => {
                about.problems.add(error.problem().clone().detail("The rows before that place were kept."));
                return Ok(Go::End);
            }
            Err(error) => return Err(error),
        };
        let Reading { rows, csv, piece, .. } = self;
        let mut sink = |record: &Record| rows.record(record, &mut about);
        let result = match flow {
            Flow::Want(want) => return Ok(Go::Want(want)),
            Flow::Some => csv.push(piece, &mut sink).map(|()| Go::More),
            Flow::End => csv.finish(&mut sink).map(|whole| {
                if !whole {
                    let place = Place::file(rows.surveyor.path()).byte(csv.position());
                    about.problems.add(Problem::new(Code::Truncated, place));
                }
                Go::End
            }),
        };
        result.or_else(|error| {
            if !ends_table(error.code()) {
                return Err(error);
            }
            about.problems.add(error.in_file(rows.surveyor.path()).problem().clone());
            Ok(Go::End)
        })
    }

    /// Ends the table.
    pub fn finish(self, problems: &mut Problems) -> (RawTable, Shaper) {
        (self.rows.surveyor.finish(problems), self.rows.shaper)
    }
}

impl Rows {
    fn record(&mut self, record: &Record, about: &mut About<'_>) -> Result<()> {
        let Rows { surveyor, shaper, limits, .. } = self;
        if self.is_experiment && about.identity.version.is_none() {
            *about.identity = identify(surveyor, record, limits.depth);
        }
        let Some(row) = surveyor.record(record, about.schema, about.source, about.problems)? else {
            self.links = links::Places::new(surveyor.table(), about.schema);
            self.events = timeline::Places::new(surveyor.table());
            return Ok(());
        };
        let table = surveyor.table();
        let guide = Guide { schema: about.schema, source: about.source, links: about.links, limits };
        let shaped = shaper.note(guide, table, (row, record), |a, b| surveyor.is_earlier(a, b));
        if let Some(places) = &self.links {
            about.links.note(places, record);
            limits.memory(about.links.held)?;
        }
        if let Some(places) = &self.events {
            let group = table.group_of.get(row).copied().unwrap_or(0) as usize;
            let metadata = places.metadata.and_then(|column| shaper.parsed(group, record, column));
            about.events.note(places, record, metadata, limits)?;
        }
        shaped
    }
}

/// Whether a table is kept up to the place of such an error.
pub fn ends_table(code: Code) -> bool {
    let damaged = matches!(code, Code::Truncated | Code::Damaged | Code::ChecksumMismatch);
    damaged || matches!(code, Code::TooLong | Code::TooManyColumns | Code::InflatesTooFar)
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
