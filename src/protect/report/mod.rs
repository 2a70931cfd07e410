//! What was done to protect participants, as `ANONYMIZATION.txt` for people and `anonymization.json` for programs.
//!
//! "Anonymization" is the name of the feature only. Neither file holds an original value or a key.

mod text;

use crate::describe::dictionary;
use crate::order::{Map, Set};
use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::detect::Kind;
use crate::protect::preset::{Level, Preset, TimeMode};
use crate::protect::pseudonym::Domain;
use crate::protect::risk::RiskReport;
use crate::recipe::VERSION;

/// The name of the report for people.
pub const TEXT: &str = "ANONYMIZATION.txt";
/// The name of the report for programs.
pub const JSON: &str = "anonymization.json";

/// What every report says about its own reach.
pub const PARAGRAPH: &str = "These data were prepared for sharing: identifiers were removed or replaced by keyed \
pseudonyms. That is pseudonymisation in the sense of Art. 4(5) GDPR. Nobody can promise that all personal data in texts \
were found or that no person can be recognised. Whether the result still is personal data depends on who holds the \
originals, the key and other data about the same people; that is for you and your data protection office to decide.";

/// What happened at a path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathReport {
    /// `kind..field` and the path inside its JSON.
    pub path: String,
    /// Its class.
    pub class: Class,
    /// What was done.
    pub action: Action,
    /// Why, in words.
    pub reason: String,
    /// Who decided.
    pub decided_by: DecidedBy,
    /// What the rules say it is, if the user's choice is weaker.
    pub weaker: Option<Class>,
    /// Whether the preset's author did not see it.
    pub new: bool,
    /// Changes of the whole field that were kept, changed and removed; nothing for paths inside.
    pub counts: Option<[u64; 3]>,
}

/// Everything that both files say.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "see `json`, whose keys say the same")]
pub struct Report {
    pub preset: Preset,
    /// Whether these are PsyNet's data, whose report speaks of rows and tables.
    pub psynet: bool,
    pub input: String,
    pub key_label: Option<String>,
    pub sessions: u64,
    pub sessions_interacting: u64,
    pub participants: u64,
    /// How many people the participants are, by their ids.
    pub people: u64,
    pub rows_before: u64,
    pub rows_after: u64,
    pub paths: Vec<PathReport>,
    pub tokens: Map<&'static str, u64>,
    pub detectors: Map<&'static str, u64>,
    pub dropped_from_history: u64,
    pub withheld_by_search: u64,
    pub unnamed_storages: u64,
    pub texts_released: u64,
    pub texts_withheld: u64,
    pub unique_by_duration: u64,
    pub risk: Option<RiskReport>,
    /// Whether the result was searched for moments of the study.
    pub calendar_searched: bool,
    pub searched_values: u64,
    pub searched_forms: u64,
    pub not_searched: u64,
}

/// Every word that may stand in a report or dictionary, given the reasons of what was decided, in lower case: finding one
/// there tells nothing about a person.
pub fn words(reasons: &mut dyn Iterator<Item = &str>) -> Set<String> {
    let mut all = Set::new();
    let mut add = |text: &str| {
        all.extend(text.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned));
    };
    reasons.for_each(&mut add);
    dictionary::prose().for_each(&mut add);
    for (level, psynet) in [Level::Share, Level::Pseudonymize].into_iter().flat_map(|l| [(l, false), (l, true)]) {
        let of_class = |class| PathReport {
            path: String::new(),
            class,
            action: level.action(class),
            reason: String::new(),
            decided_by: DecidedBy::Nobody,
            weaker: None,
            new: true,
            counts: Some([0; 3]),
        };
        let mut report = Report {
            preset: Preset::of(level),
            psynet,
            participants: 2,
            people: 1,
            paths: Class::ALL.map(of_class).into(),
            detectors: Kind::ALL.map(|kind| (kind.as_str(), 0)).into(),
            tokens: Domain::ALL.map(|domain| (domain.as_str(), 0)).into(),
            ..Report::default()
        };
        for text in [report.text(), report.json()] {
            add(&String::from_utf8_lossy(&text));
        }
        for mode in TimeMode::ALL {
            report.preset.time.mode = Some(mode);
            [&report.in_short(), report.times(), mode.as_str()].into_iter().for_each(&mut add);
            report.deviations().iter().for_each(|deviation| add(deviation));
        }
    }
    all
}

/// What a program does not look at, in words.
const NOT_CHECKED: [&str; 4] = [
    "Values that an experiment encoded itself, writing style, and people who are known from a small group.",
    "Numbers that the experiment measured, such as durations and payoffs: they may be rare.",
    "Names of fields, apps and pages, which are the experiment's own; only identifiers in them were replaced.",
    "The admin's data were dropped before anything was stored, so their secrets were not searched for.",
];

/// The same for PsyNet's data.
const NOT_CHECKED_PSYNET: [&str; 5] = [
    NOT_CHECKED[0],
    "Numbers that the experiment measured, such as durations, scores and payments: they may be rare.",
    "Names of columns, questions, modules and classes, which are the experiment's own; only identifiers in them were replaced.",
    "Moments that the experiment's code fixed: counted from a participant's start they may tell when that was.",
    "Assets, basic data, logs and source code: they are not in the result.",
];

impl Report {
    fn share(&self) -> bool {
        self.preset.is_share()
    }

    fn not_checked(&self) -> &'static [&'static str] {
        if self.psynet { &NOT_CHECKED_PSYNET } else { &NOT_CHECKED }
    }

    /// Choices weaker than open sharing by default.
    fn deviations(&self) -> Vec<String> {
        let mut all = self.preset.deviations();
        all.extend(self.paths.iter().filter_map(|p| {
            let rule = p.weaker?.as_str();
            Some(format!(
                "{} was taken for {} ({}); the rules say {rule}.",
                p.path,
                p.class.as_str(),
                p.action.as_str()
            ))
        }));
        all
    }

    /// `anonymization.json`.
    pub fn json(&self) -> Vec<u8> {
        let path = |p: &PathReport| {
            let mut line = serde_json::json!({
                "path": p.path, "class": p.class.as_str(), "action": p.action.as_str(), "reason": p.reason, "decided_by": p.decided_by.as_str(),
            });
            if let (Some([kept, changed, removed]), Some(line)) = (p.counts, line.as_object_mut()) {
                line.insert(
                    (if self.psynet { "cells" } else { "changes" }).to_owned(),
                    serde_json::json!({ "kept": kept, "changed": changed, "removed": removed }),
                );
            }
            line
        };
        let mode = self.preset.time_mode();
        let mut time = serde_json::json!({ "mode": mode.as_str() });
        if mode == TimeMode::Relative {
            time["rounding_seconds"] = (self.preset.time.rounding.micros() as f64 / 1e6).into();
            time["sessions_from_session_start"] = self.sessions_interacting.into();
        }
        let all = serde_json::json!({
            "format": "windrow-anonymization/1",
            "tool": VERSION,
            "level": self.preset.level.as_str(),
            "k": if self.share() { Some(self.preset.k) } else { None },
            "deviations": self.deviations(),
            "input": self.input,
            "key": if self.key_label.is_some() { "project" } else { "one-time" },
            "key_label": self.key_label,
            "participants": self.participants,
            "people": self.people,
            "sessions": self.sessions,
            (if self.psynet { "rows" } else { "changes" }): { "input": self.rows_before, "result": self.rows_after },
            "paths": self.paths.iter().map(path).collect::<Vec<_>>(),
            "tokens": self.tokens,
            "detectors": self.detectors,
            "time": time,
            "values_dropped_from_history": self.dropped_from_history,
            "values_withheld_by_search": self.withheld_by_search,
            "storages_left_out": self.unnamed_storages,
            "texts": { "mode": self.preset.texts.as_str(), "released_after_review": self.texts_released, "withheld": self.texts_withheld },
            "paths_new_to_the_preset": self.paths.iter().filter(|p| p.new).map(|p| &p.path).collect::<Vec<_>>(),
            "participants_unique_by_duration": self.unique_by_duration,
            "risk": self.risk,
            "leak_check": {
                "values_searched": self.searched_values, "forms": self.searched_forms,
                "values_too_short_to_search": self.not_searched, "hits": 0,
                "calendar_times": self.calendar_searched,
                "accepted": self.preset.accepted,
            },
            "not_checked": self.not_checked(),
            "notice": PARAGRAPH,
        });
        let mut text = serde_json::to_vec_pretty(&all).unwrap_or_default();
        text.push(b'\n');
        text
    }
}
