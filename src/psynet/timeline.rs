//! What happened to each participant, in order of time: modules, trials and responses with start and end.
//!
//! PsyNet keeps no such list; it is put together from `participant`, `module_state`, `info` and `response` while they
//! are surveyed, at 80 bytes an event. A response is written when its page ends and says how long the page took
//! (`metadata_`, `time_taken`), so a page's start is its end less that time. A trial begins when it is created and
//! ends with the response it points to. Times are the server's local time, as in the database.

use super::copy_csv::Record;
use super::datetime::DateTime;
use super::json::Tree;
use super::jsonpickle::{Pickle, Value};
use super::number;
use super::schema::last_part;
use super::study::Column;
use super::survey::RawTable;
use crate::error::Result;
use crate::limits::Limits;
use crate::log::column::Names;
use crate::named::named;
use crate::order::{self, Map};

named! {
    /// What an event is, in PsyNet's words.
    #[derive(PartialOrd, Ord)]
    pub enum Kind {
        /// The participation: from arrival to `end_time`.
        Participant = "participant",
        /// A run through a module.
        Module = "module",
        /// A trial.
        Trial = "trial",
        /// A response: the end of a page.
        Response = "response",
    }
}

/// One thing that happened to a participant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'t> {
    /// Id of the participant.
    pub participant: i64,
    /// What it is.
    pub kind: Kind,
    /// Id of the row.
    pub id: i64,
    /// Class of the row; of a response its page type.
    pub class: &'t str,
    /// Status of a participant, name of a module's end (`finished`, `aborted`), trial maker, or question.
    pub label: &'t str,
    /// Module that it belongs to; of a response the one that the participant was in at that time.
    pub module: &'t str,
    /// Start and end in microseconds since 1970 by the server's clock.
    pub start: Option<i64>,
    /// See `start`.
    pub end: Option<i64>,
    /// How long it took, in seconds, where the database says so or both ends are known.
    pub seconds: Option<f64>,
}

impl Event<'_> {
    /// The cells of its row in the order of [`COLUMNS`], as CSV shows them; `None` where nothing is known.
    pub fn cells(&self) -> [Option<String>; 9] {
        [
            Some(self.participant.to_string()),
            Some(self.kind.as_str().to_owned()),
            Some(self.id.to_string()),
            Some(self.class.to_owned()),
            Some(self.label.to_owned()),
            Some(self.module.to_owned()),
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

/// An event as it is kept; texts by number.
#[derive(Clone, Copy, Debug)]
struct Entry {
    participant: i64,
    id: i64,
    start: Option<i64>,
    end: Option<i64>,
    seconds: Option<f64>,
    class: u32,
    label: u32,
    module: u32,
    kind: Kind,
}

/// The events of all participants, by participant and time.
#[derive(Debug, Default)]
pub struct Timeline {
    entries: Vec<Entry>,
    texts: Names,
}

impl Timeline {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The events, from a place on.
    pub fn events(&self, from: usize) -> impl Iterator<Item = Event<'_>> {
        self.entries.get(from..).unwrap_or_default().iter().map(|e| Event {
            participant: e.participant,
            kind: e.kind,
            id: e.id,
            class: self.texts.get(e.class),
            label: self.texts.get(e.label),
            module: self.texts.get(e.module),
            start: e.start,
            end: e.end,
            seconds: e.seconds,
        })
    }
}

/// Where a table that has events keeps what they are made of.
#[derive(Debug)]
pub struct Places {
    kind: Kind,
    id: Option<usize>,
    participant: Option<usize>,
    class: Option<usize>,
    label: Option<usize>,
    module: Option<usize>,
    created: Option<usize>,
    started: Option<usize>,
    finished: Option<usize>,
    aborted: Option<usize>,
    seconds: Option<usize>,
    /// Column that says how long a page took.
    pub metadata: Option<usize>,
    state: Option<usize>,
    response: Option<usize>,
}

impl Places {
    /// Looks them up; a table of another name has none.
    pub fn new(table: &RawTable) -> Option<Self> {
        let at = |name: &str| table.column(name);
        let (kind, label) = match table.name.as_str() {
            "participant" => (Kind::Participant, "status"),
            "module_state" => (Kind::Module, ""),
            "info" => (Kind::Trial, "trial_maker_id"),
            "response" => (Kind::Response, "question"),
            _ => return None,
        };
        let is = |of: Kind, name: &str| at(name).filter(|_| of == kind);
        Some(Places {
            kind,
            id: at("id"),
            participant: at(if kind == Kind::Participant { "id" } else { "participant_id" }),
            class: at(if kind == Kind::Response { "page_type" } else { "type" }),
            label: at(label),
            module: is(Kind::Module, "module_id"),
            created: at("creation_time"),
            started: is(Kind::Module, "time_started"),
            finished: is(Kind::Participant, "end_time").or(is(Kind::Module, "time_finished")),
            aborted: is(Kind::Module, "time_aborted"),
            seconds: is(Kind::Trial, "time_taken"),
            metadata: is(Kind::Response, "metadata_"),
            state: is(Kind::Trial, "module_state_id"),
            response: is(Kind::Trial, "response_id"),
        })
    }
}

/// Gathers events while tables are read, in any order of tables.
#[derive(Debug, Default)]
pub struct Gatherer {
    timeline: Timeline,
    /// What trials refer to: index of the event, module state, response.
    trials: Vec<(u32, Option<i64>, Option<i64>)>,
    /// Module of each module state.
    modules: Map<i64, u32>,
    pickle: Pickle,
}

impl Gatherer {
    /// Notes a row.
    ///
    /// # Errors
    /// [`crate::error::Code::OutOfMemory`] where the events alone exceed the budget.
    /// `metadata` is the response's, where it was parsed already.
    pub fn note(&mut self, at: &Places, record: &Record, metadata: Option<Parsed<'_>>, limits: &Limits) -> Result<()> {
        let Gatherer { timeline: Timeline { entries, texts }, trials, modules, pickle } = self;
        let text = |column: Option<usize>| column.and_then(|c| record.text(c));
        let number = |column| text(column).and_then(|t| t.parse::<i64>().ok());
        let time = |column| text(column).and_then(DateTime::from_postgres).map(|t| t.micros());
        let (Some(id), Some(participant)) = (number(at.id), number(at.participant)) else { return Ok(()) };
        let class = text(at.class).unwrap_or_default();
        let class = texts.intern(if at.kind == Kind::Response { class } else { last_part(class) });
        let mut entry = Entry {
            participant,
            id,
            start: time(at.created),
            end: time(at.finished),
            seconds: text(at.seconds).and_then(number::float),
            class,
            label: texts.intern(text(at.label).unwrap_or_default()),
            module: texts.intern(text(at.module).unwrap_or_default()),
            kind: at.kind,
        };
        match at.kind {
            Kind::Participant => {}
            Kind::Module => {
                let aborted = time(at.aborted);
                let word = match (entry.end, aborted) {
                    (Some(_), _) => "finished",
                    (None, Some(_)) => "aborted",
                    (None, None) => "started",
                };
                entry.label = texts.intern(word);
                entry.start = time(at.started).or(entry.start);
                entry.end = entry.end.or(aborted);
                modules.insert(id, entry.module);
            }
            Kind::Trial => trials.push((entries.len() as u32, number(at.state), number(at.response))),
            Kind::Response => {
                entry.end = entry.start.take();
                entry.seconds = match metadata {
                    Some(parsed) => time_taken(parsed),
                    None => text(at.metadata)
                        .filter(|t| pickle.parse(t, limits.depth))
                        .and_then(|t| time_taken((pickle, t))),
                };
                let spent = entry.seconds.filter(|s| (0.0..1e9).contains(s)).map(|s| (s * 1e6).round() as i64);
                entry.start = entry.end.zip(spent).map(|(end, spent)| end.saturating_sub(spent));
            }
        }
        entries.push(entry);
        limits.memory(texts.memory() + (entries.len() * size_of::<Entry>()) as u64)
    }

    /// Puts the events together.
    pub fn finish(self) -> Timeline {
        let Gatherer { mut timeline, trials, modules, .. } = self;
        let entries = &mut timeline.entries;
        let responses = entries.iter().filter(|e| e.kind == Kind::Response);
        let ends = Map::from_iter(responses.filter_map(|e| Some((e.id, e.end?))));
        for (event, state, response) in trials {
            let Some(entry) = entries.get_mut(event as usize) else { continue };
            entry.module = state.and_then(|s| modules.get(&s)).copied().unwrap_or(entry.module);
            entry.end = response.and_then(|r| ends.get(&r)).copied();
        }
        for entry in entries.iter_mut() {
            if let (None, Some(start), Some(end)) = (entry.seconds, entry.start, entry.end) {
                entry.seconds = Some(end.saturating_sub(start) as f64 / 1e6);
            }
        }
        let empty = timeline.texts.intern("");
        let mut runs: Map<i64, Vec<(i64, i64, u32)>> = Map::new();
        for module in timeline.entries.iter().filter(|e| e.kind == Kind::Module) {
            let span = (module.start.unwrap_or(i64::MAX), module.end.unwrap_or(i64::MAX), module.module);
            runs.entry(module.participant).or_default().push(span);
        }
        for response in timeline.entries.iter_mut().filter(|e| e.kind == Kind::Response) {
            let Some(end) = response.end else { continue };
            let runs = runs.get(&response.participant).map(Vec::as_slice).unwrap_or_default();
            // Modules may be nested: the one entered last.
            let during = runs.iter().filter(|(from, to, _)| *from <= end && end <= *to);
            response.module = during.max_by_key(|(from, ..)| *from).map_or(empty, |(.., module)| *module);
        }
        order::by_key(&mut timeline.entries, |e| (e.participant, e.start.or(e.end), e.kind, e.id));
        timeline
    }
}

/// A parsed cell and its text.
pub type Parsed<'r> = (&'r Pickle, &'r str);

fn time_taken((pickle, text): Parsed<'_>) -> Option<f64> {
    match pickle.get(text, pickle.value(text, Tree::ROOT), "time_taken")? {
        Value::Int(digits) => number::float(digits),
        Value::Float(f) => Some(f).filter(|f| f.is_finite()),
        _ => None,
    }
}

/// A time as the table shows it.
pub(super) fn time(micros: Option<i64>) -> Option<String> {
    micros.map(DateTime::format_micros)
}
