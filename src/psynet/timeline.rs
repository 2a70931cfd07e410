//! What happened to each participant, in order of time: modules, trials and responses with start and end.
//!
//! PsyNet keeps no such list; it is put together from `participant`, `module_state`, `info` and `response`, read once
//! more when it is asked for. A response is written when its page ends and says how long the page took
//! (`metadata_`, `time_taken`), so a page's start is its end less that time. A trial begins when it is created and
//! ends with the response it points to. Times are the server's local time, as in the database.

use super::Filetype;
use super::cell::write_csv;
use super::copy_csv::Record;
use super::datetime::DateTime;
use super::json::Tree;
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::number;
use super::passes::{Go, Scan};
use super::schema::last_part;
use super::study::{Column, Study};
use super::survey::RawTable;
use crate::error::Result;
use crate::table::{Producer, STEP, Step};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an event is, in PsyNet's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The participation: from arrival to `end_time`.
    Participant,
    /// A run through a module.
    Module,
    /// A trial.
    Trial,
    /// A response: the end of a page.
    Response,
}

impl Kind {
    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Participant => "participant",
            Kind::Module => "module",
            Kind::Trial => "trial",
            Kind::Response => "response",
        }
    }
}

/// One thing that happened to a participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Id of the participant.
    pub participant: i64,
    /// What it is.
    pub kind: Kind,
    /// Id of the row.
    pub id: i64,
    /// Class of the row; of a response its page type.
    pub class: String,
    /// Status of a participant, name of a module's end (`finished`, `aborted`), trial maker, or question.
    pub label: String,
    /// Module that it belongs to; of a response the one that the participant was in at that time.
    pub module: String,
    /// Start and end in microseconds since 1970 by the server's clock.
    pub start: Option<i64>,
    /// See `start`.
    pub end: Option<i64>,
    /// How long it took, in seconds, where the database says so or both ends are known.
    pub seconds: Option<f64>,
    /// Response that ends a trial.
    response: Option<i64>,
}

impl Event {
    /// The cells of its row in the order of [`COLUMNS`], as CSV shows them; `None` where nothing is known.
    pub fn cells(&self) -> [Option<String>; 9] {
        [
            Some(self.participant.to_string()),
            Some(self.kind.as_str().to_owned()),
            Some(self.id.to_string()),
            Some(self.class.clone()),
            Some(self.label.clone()),
            Some(self.module.clone()),
            time(self.start),
            time(self.end),
            self.seconds.map(number::pandas),
        ]
    }
}

/// The columns of the table.
pub const COLUMNS: [&str; 9] =
    ["participant_id", "event", "id", "class", "label", "module_id", "start", "end", "seconds"];

/// The columns with their types.
pub fn columns() -> Vec<Column> {
    let column = |name: &str| {
        let dtype = match name {
            "participant_id" | "id" => "integer",
            "seconds" => "number",
            _ => "text",
        };
        Column { name: name.to_owned(), dtype, has_missing: matches!(name, "start" | "end" | "seconds") }
    };
    COLUMNS.into_iter().map(column).collect()
}

const TABLES: [&str; 4] = ["participant", "module_state", "info", "response"];

/// Gathers the events: step it, push what it wants, take [`Timeline::events`].
#[derive(Debug)]
pub struct Timeline {
    study: Arc<Study>,
    /// Index into `TABLES` of the table that is read.
    table: usize,
    scan: Option<Scan>,
    events: Vec<Event>,
    /// Per participant: runs through modules as (start, end, module).
    runs: BTreeMap<i64, Vec<(i64, i64, String)>>,
    /// Module of each module state.
    modules: BTreeMap<i64, String>,
    /// End of each response.
    ends: BTreeMap<i64, i64>,
    /// Bytes held by events.
    held: u64,
    pickle: Pickle,
}

impl Timeline {
    /// Begins with a study.
    pub fn new(study: Arc<Study>) -> Self {
        Timeline {
            study,
            table: 0,
            scan: None,
            events: Vec::new(),
            runs: BTreeMap::new(),
            modules: BTreeMap::new(),
            ends: BTreeMap::new(),
            held: 0,
            pickle: Pickle::default(),
        }
    }

    /// All events, by participant and time; complete once [`Timeline::step`] answered [`Step::Done`].
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        if let Some(scan) = &mut self.scan {
            scan.push(chunk);
        }
    }

    /// The next bit of work.
    ///
    /// # Errors
    /// [`crate::error::Code::OutOfMemory`] where the events alone exceed the budget.
    pub fn step(&mut self) -> Result<Step> {
        let Some(name) = TABLES.get(self.table) else { return Ok(Step::Done) };
        let study = self.study.clone();
        let Some(table) = study.table_named(name) else { return self.next_table() };
        let mut scan = match self.scan.take() {
            Some(scan) => scan,
            None => Scan::new(table, study.limits())?,
        };
        let go = scan.step(&mut |_, record| {
            if let Some(event) = self.event(table, record) {
                self.held += 160 + (event.class.len() + event.label.len() + event.module.len()) as u64;
                self.events.push(event);
            }
            study.limits().memory(self.held)
        })?;
        Ok(match go {
            Go::End => return self.next_table(),
            Go::Want(want) => {
                self.scan = Some(scan);
                Step::Want(want)
            }
            Go::More => {
                self.scan = Some(scan);
                Step::More
            }
        })
    }

    fn next_table(&mut self) -> Result<Step> {
        self.table += 1;
        if self.table < TABLES.len() {
            return Ok(Step::More);
        }
        for event in &mut self.events {
            if let Some(end) = event.response.and_then(|r| self.ends.get(&r)) {
                event.end = Some(*end);
            }
            if let (None, Some(start), Some(end)) = (event.seconds, event.start, event.end) {
                event.seconds = Some(end.saturating_sub(start) as f64 / 1e6);
            }
        }
        self.events.sort_by_key(|e| (e.participant, e.start.or(e.end), e.kind, e.id));
        Ok(Step::Done)
    }

    fn event(&mut self, table: &RawTable, record: &Record) -> Option<Event> {
        let text = |name: &str| table.column(name).and_then(|c| record.text(c));
        let owned = |name: &str| text(name).unwrap_or_default().to_owned();
        let number = |name: &str| text(name).and_then(|t| t.parse::<i64>().ok());
        let time = |name: &str| text(name).and_then(DateTime::from_postgres).map(|t| t.micros());
        let id = number("id")?;
        let participant = if table.name == "participant" { id } else { number("participant_id")? };
        let class = last_part(text("type").unwrap_or_default()).to_owned();
        let module = number("module_state_id").and_then(|m| self.modules.get(&m)).cloned().unwrap_or_default();
        let mut event = Event {
            participant,
            kind: Kind::Participant,
            id,
            class,
            label: String::new(),
            module,
            start: time("creation_time"),
            end: None,
            seconds: None,
            response: None,
        };
        match table.name.as_str() {
            "participant" => {
                event.label = owned("status");
                event.end = time("end_time");
                event.module.clear();
            }
            "module_state" => {
                event.kind = Kind::Module;
                event.module = owned("module_id");
                let ends = [("finished", time("time_finished")), ("aborted", time("time_aborted"))];
                let ended = ends.into_iter().find(|(_, end)| end.is_some());
                event.label = ended.map_or("started", |(word, _)| word).to_owned();
                event.start = time("time_started").or(event.start);
                event.end = ended.and_then(|(_, end)| end);
                let run = (event.start.unwrap_or(i64::MAX), event.end.unwrap_or(i64::MAX), event.module.clone());
                self.modules.insert(id, event.module.clone());
                self.runs.entry(participant).or_default().push(run);
            }
            "info" => {
                event.kind = Kind::Trial;
                event.label = owned("trial_maker_id");
                event.seconds = text("time_taken").and_then(number::float);
                event.response = number("response_id");
            }
            _ => {
                event.kind = Kind::Response;
                event.class = owned("page_type");
                event.label = owned("question");
                event.end = event.start.take();
                event.seconds = text("metadata_").and_then(|t| self.time_taken(t));
                let spent = event.seconds.filter(|s| (0.0..1e9).contains(s)).map(|s| (s * 1e6).round() as i64);
                event.start = event.end.zip(spent).map(|(end, spent)| end.saturating_sub(spent));
                if let Some(end) = event.end {
                    self.ends.insert(id, end);
                    let runs = self.runs.get(&participant).map(Vec::as_slice).unwrap_or_default();
                    // Modules may be nested: the one entered last.
                    let during = runs.iter().filter(|(from, to, _)| *from <= end && end <= *to);
                    event.module = during.max_by_key(|(from, ..)| *from).map(|(.., m)| m.clone()).unwrap_or_default();
                }
            }
        }
        Some(event)
    }

    fn time_taken(&mut self, text: &str) -> Option<f64> {
        if !self.pickle.parse(text, self.study.limits().depth) {
            return None;
        }
        match self.pickle.get(text, self.pickle.value(text, Tree::ROOT), "time_taken")? {
            Value::Int(digits) => number::float(digits),
            Value::Float(f) => Some(f).filter(|f| f.is_finite()),
            _ => None,
        }
    }
}

/// Writes the timeline as a table.
#[derive(Debug)]
pub struct Written {
    timeline: Timeline,
    filetype: Filetype,
    /// Events written; `None` before the header.
    written: Option<usize>,
}

impl Written {
    /// Begins with a study.
    pub fn new(study: Arc<Study>, filetype: Filetype) -> Self {
        Written { timeline: Timeline::new(study), filetype, written: None }
    }
}

impl Producer for Written {
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step> {
        let Some(mut at) = self.written else {
            let step = self.timeline.step()?;
            if step != Step::Done {
                return Ok(step);
            }
            if self.filetype == Filetype::Csv {
                out.extend_from_slice(COLUMNS.join(",").as_bytes());
                out.push(b'\n');
            }
            self.written = Some(0);
            return Ok(Step::More);
        };
        let start = out.len();
        while let Some(event) = self.timeline.events.get(at) {
            match self.filetype {
                Filetype::Csv => csv(event, out),
                Filetype::Jsonl => jsonl(event, out),
            }
            at += 1;
            if out.len() - start >= STEP {
                break;
            }
        }
        self.written = Some(at);
        Ok(if at < self.timeline.events.len() { Step::More } else { Step::Done })
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.timeline.push(chunk);
        Ok(())
    }
}

fn time(micros: Option<i64>) -> Option<String> {
    micros.map(DateTime::format_micros)
}

fn csv(event: &Event, out: &mut Vec<u8>) {
    for (n, cell) in event.cells().into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write_csv(&cell.unwrap_or_default(), out);
    }
    out.push(b'\n');
}

fn jsonl(event: &Event, out: &mut Vec<u8>) {
    let mut line =
        format!("{{\"participant_id\":{},\"event\":\"{}\",\"id\":{}", event.participant, event.kind.as_str(), event.id);
    let texts = [("class", &event.class), ("label", &event.label), ("module_id", &event.module)];
    for (name, text) in texts {
        line.push_str(&format!(",\"{name}\":"));
        json_text::write_text(text, &mut line);
    }
    for (name, micros) in [("start", event.start), ("end", event.end)] {
        match time(micros) {
            Some(text) => line.push_str(&format!(",\"{name}\":\"{text}\"")),
            None => line.push_str(&format!(",\"{name}\":null")),
        }
    }
    match event.seconds.filter(|s| s.is_finite()) {
        Some(seconds) => line.push_str(&format!(",\"seconds\":{}}}\n", number::pandas(seconds))),
        None => line.push_str(",\"seconds\":null}\n"),
    }
    out.extend_from_slice(line.as_bytes());
}
