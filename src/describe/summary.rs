//! What the user sees first: what was dropped, what is in it, what went wrong.

use super::fields;
use super::psynet_summary::PsynetSummary;
use crate::error::Problem;
use crate::filter::{self, Choice, Line};
use crate::log::{Log, Session};
use crate::order::{self, Map};
use crate::psynet::role_in_words;
use crate::recipe::Recipe;
use crate::study::{Data, Study};
use serde::Serialize;

/// The summary of a study, as plain data.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// `uproot` or `psynet`.
    pub system: &'static str,
    /// What the input is, in words.
    pub format: String,
    /// Which versions write such a file, in words.
    pub versions: String,
    /// The files as they were given.
    pub files: Vec<FileSummary>,
    /// Number of changes, those of the admin storage left out.
    pub changes: u64,
    /// Unix seconds of the earliest change.
    pub first: Option<f64>,
    /// Unix seconds of the latest change.
    pub last: Option<f64>,
    /// The sessions in order of first appearance.
    pub sessions: Vec<SessionSummary>,
    /// The fields by kind and name; credentials are left out.
    pub fields: Vec<FieldSummary>,
    /// Whether a database dump can be made of it: exported tables have lost what it needs, and PsyNet has its own.
    pub restorable: bool,
    /// In how many parts the input is read because its changes are too many to be held at once; missing where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<usize>,
    /// What only PsyNet exports have; there are no sessions and fields then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub psynet: Option<PsynetSummary>,
    /// What went wrong.
    pub problems: Vec<ProblemSummary>,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as in `FileInfo`")]
pub struct FileSummary {
    pub path: String,
    pub size: u64,
    pub role: String,
}

/// One session in numbers.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "counts of what their names say")]
pub struct SessionSummary {
    pub name: String,
    pub players: u64,
    pub groups: u64,
    pub models: u64,
    pub changes: u64,
    pub first: Option<f64>,
    pub last: Option<f64>,
}

/// One field in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct FieldSummary {
    /// Kind of storage.
    pub kind: String,
    /// Name as stored.
    pub field: String,
    /// Name with filters on; `None` when the filters drop it.
    pub filtered: Option<String>,
    /// Values and deletions.
    pub changes: u64,
    /// Deletions.
    pub deletions: u64,
    /// Storages that ever had it.
    pub storages: u64,
    /// Different values.
    pub distinct: u64,
    /// Whether that is about the number: they were too many to be kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub about: bool,
    /// How many values have each type.
    pub types: Vec<TypeCount>,
}

/// How many values have a type.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct TypeCount {
    pub name: &'static str,
    pub count: u64,
}

/// One problem as plain data.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as in `Problem`")]
pub struct ProblemSummary {
    pub code: &'static str,
    pub meaning: &'static str,
    pub detail: String,
    pub advice: &'static str,
    pub place: PlaceSummary,
    pub count: u64,
}

/// Where, as plain data.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as in `Place`")]
pub struct PlaceSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl From<&Problem> for ProblemSummary {
    fn from(problem: &Problem) -> Self {
        let place = problem.place.clone();
        ProblemSummary {
            code: problem.code.as_str(),
            meaning: problem.code.meaning(),
            detail: problem.detail.clone(),
            advice: problem.code.advice(),
            place: PlaceSummary { file: place.file, byte: place.byte, record: place.record, field: place.field },
            count: problem.count,
        }
    }
}

impl Summary {
    /// Summarizes a study.
    pub fn of(study: &Study) -> Summary {
        let mut summary = Summary {
            system: "psynet",
            format: study.format.name.clone(),
            versions: study.format.versions.clone(),
            files: study
                .files
                .iter()
                .map(|f| FileSummary { path: f.path.clone(), size: f.size, role: role(study, &f.path) })
                .collect(),
            changes: 0,
            first: None,
            last: None,
            sessions: Vec::new(),
            fields: Vec::new(),
            restorable: false,
            parts: None,
            psynet: None,
            problems: Vec::new(),
        };
        match &study.data {
            Data::Uproot(log) => {
                summary.add_sessions(&log.sessions);
                summary.restorable = !log.exported;
                summary.sessions = log.sessions.iter().map(|s| session(log, s)).collect();
                summary.fields = field_summaries(log);
            }
            Data::Parted(parted) => {
                summary.add_sessions(&parted.sessions);
                (summary.sessions, summary.fields) = (parted.facts.clone(), parted.fields.clone());
                summary.restorable = true;
                summary.parts = Some(parted.parts_of_all());
            }
            Data::Psynet(data) => summary.psynet = Some(PsynetSummary::of(data)),
        }
        let sessions: Vec<&Session> = study.sessions().iter().collect();
        let problems = study.problems_with(&Recipe::default(), &sessions);
        summary.problems = problems.iter().map(ProblemSummary::from).collect();
        summary
    }

    fn add_sessions(&mut self, sessions: &[Session]) {
        let times = |pick: fn(&Session) -> f64, fold: fn(f64, f64) -> f64| {
            known(sessions.iter().map(pick).fold(f64::NAN, fold))
        };
        self.system = "uproot";
        self.changes = sessions.iter().map(|session| session.changes).sum();
        self.first = times(|s| s.first, f64::min);
        self.last = times(|s| s.last, f64::max);
    }
}

/// What a file was taken for.
fn role(study: &Study, path: &str) -> String {
    match study.data {
        Data::Uproot(_) | Data::Parted(_) => study.format.name.clone(),
        Data::Psynet(_) => role_in_words(path).to_owned(),
    }
}

/// A time that is known.
fn known(time: f64) -> Option<f64> {
    time.is_finite().then_some(time)
}

pub(crate) fn session(log: &Log, session: &Session) -> SessionSummary {
    let count = |kind: &str| {
        let section = log.section(session, kind);
        let mut storages: Vec<u32> =
            section.map(|s| &log.spans[s.spans.clone()]).unwrap_or_default().iter().map(|s| s.storage).collect();
        // Those of a storage stand together; what is left is little.
        storages.dedup();
        order::by_number(&mut storages, |storage| storage);
        storages.dedup();
        storages.iter().filter(|s| log.storages.get(**s).split('/').count() == 3).count() as u64
    };
    SessionSummary {
        name: session.name.clone(),
        players: count("player"),
        groups: count("group"),
        models: count("model"),
        changes: session.changes,
        first: known(session.first),
        last: known(session.last),
    }
}

fn field_summaries(log: &Log) -> Vec<FieldSummary> {
    let (fields, _) = fields::count(log, &log.sessions, Choice { filters: false, secrets: false });
    let mut names = filtered_names(log, &log.sessions);
    fields.into_iter().map(|(key, field)| FieldSummary::new(key.clone(), names.remove(&key), field)).collect()
}

/// The names that fields have with filters on, by kind and stored name.
pub(super) fn filtered_names(log: &Log, sessions: &[Session]) -> Map<(String, String), String> {
    let mut names: Map<(String, String), String> = Map::new();
    for section in sessions.iter().flat_map(|s| &s.sections) {
        let mut known = Line::names(log, section.spans.len());
        for line in filter::lines(log, section, Choice { filters: true, secrets: false }) {
            if !known.of(line.name_key(log)).1 {
                continue;
            }
            let stored = log.fields.get(line.span(log).field);
            names
                .entry((log.kinds.get(section.kind).to_owned(), stored.to_owned()))
                .or_insert_with(|| line.name(log).to_owned());
        }
    }
    names
}

impl FieldSummary {
    pub(super) fn new((kind, field): (String, String), filtered: Option<String>, counts: fields::Field) -> Self {
        FieldSummary {
            kind,
            field,
            filtered,
            changes: counts.changes,
            deletions: counts.deletions,
            storages: counts.storages,
            distinct: counts.distinct,
            about: false,
            types: counts.types.into_iter().map(|(t, count)| TypeCount { name: t.name(), count }).collect(),
        }
    }
}
