//! What was done to protect participants, as `ANONYMIZATION.txt` for people and `anonymization.json` for programs.
//!
//! "Anonymization" is the name of the feature only. Neither file holds an original value or a key.

use crate::describe::dictionary;
use crate::describe::readme::Text;
use crate::order::{Map, Set};
use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::detect::Kind;
use crate::protect::preset::{Level, Preset, Texts, TimeMode};
use crate::protect::pseudonym::Domain;
use crate::protect::risk::{FEW, RiskReport, Step};
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
        let report = Report {
            preset: Preset::of(level),
            psynet,
            paths: Class::ALL.map(of_class).into(),
            detectors: Kind::ALL.map(|kind| (kind.as_str(), 0)).into(),
            tokens: Domain::ALL.map(|domain| (domain.as_str(), 0)).into(),
            ..Report::default()
        };
        for text in [report.text(), report.json()] {
            add(&String::from_utf8_lossy(&text));
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

/// What a reader has to know of sensitive columns, and which step would help.
fn risk_lines(risk: &RiskReport) -> Vec<String> {
    let one = |s: &&crate::protect::risk::Sensitive| s.after.distinct < 2;
    let mut lines: Vec<String> = risk
        .sensitive
        .iter()
        .filter(one)
        .map(|s| {
            format!("{}: at least one group of people who look alike has the same value throughout, so knowing the group tells the value.", s.path)
        })
        .collect();
    lines.extend(risk.step.as_ref().map(|step| {
        let what = match step {
            Step::Regions { .. } => "Regions instead of countries".to_owned(),
            Step::Bands { .. } => "Wider bands of age".to_owned(),
            Step::Remove { path, .. } => format!("Leaving out {path}"),
        };
        format!("{what} would leave {} suppressed instead of {}.", step.suppressed(), risk.suppressed)
    }));
    lines
}

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
                "calendar_times": self.share(),
                "accepted": self.preset.accepted,
            },
            "not_checked": self.not_checked(),
            "notice": PARAGRAPH,
        });
        let mut text = serde_json::to_vec_pretty(&all).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// What became of times, in words.
    fn times(&self) -> &'static str {
        match self.preset.time_mode() {
            TimeMode::Relative if self.psynet && self.sessions_interacting > 0 => {
                "Times count from 1970-01-01 00:00:00, rounded down, which stands for the moment at which the first participant came, because participants met each other. What was before is there, too, and what was after the study is empty."
            }
            TimeMode::Relative if self.psynet => {
                "Times count from 1970-01-01 00:00:00, rounded down, which stands for the moment at which each participant came. What was before is there, too, as are rows without a participant, and what was after the study is empty."
            }
            TimeMode::Relative => {
                "Times are seconds since the session's first event where participants met each other, else since each participant's own start, rounded down; earlier events are at 0."
            }
            TimeMode::Shift => {
                "All times were moved by the same whole number of weeks: weekdays, times of day and durations are as they were."
            }
            TimeMode::Day => "Of times only the day is left, in UTC.",
            TimeMode::Remove => "Times were removed.",
            TimeMode::Keep => "Times are as they were.",
        }
    }

    /// The fields with an action, each once.
    fn fields(&self, pick: impl Fn(&PathReport) -> bool) -> String {
        let mut all: Vec<&str> = self.paths.iter().filter(|p| pick(p)).map(|p| p.path.as_str()).collect();
        // Keys that are written alike, as those that name people are, are paths of their own.
        all.dedup();
        all.join(", ")
    }

    /// `ANONYMIZATION.txt`.
    pub fn text(&self) -> Vec<u8> {
        let mut out = Text::default();
        out.title("What was done to protect participants");
        out.paragraph(match self.share() {
            true => "Prepared for sharing. Identifiers were removed or replaced, times are relative, and texts that no rule knows are withheld.",
            false => "THIS RESULT CONTAINS PERSONAL DATA. Only identifiers were replaced; texts, times and what describes people are as they were. It is for colleagues under an agreement.",
        });
        out.paragraph(PARAGRAPH);
        out.heading("In numbers");
        let (people, after, before) = (self.participants, self.rows_after, self.rows_before);
        out.bullet(&match self.psynet {
            true => format!("{people} participants; {after} of {before} rows of the database are in the result."),
            false => {
                let sessions = self.sessions;
                format!("{people} participants in {sessions} sessions; {after} of {before} changes are in the result.")
            }
        });
        if self.share() && self.participants < FEW {
            out.bullet("There are fewer than 20 participants: with so few, someone who knows who took part may recognise people by their answers.");
        }
        out.bullet(&match &self.key_label {
            Some(label) => format!("Tokens were made with the project key {label}. Exports with the same key can be joined; keep the key file apart from the data."),
            None => "Tokens were made with a key that was used once and forgotten. Exports cannot be joined by them.".to_owned(),
        });
        for deviation in self.deviations() {
            out.bullet(&format!("Weaker than usual: {deviation}"));
        }
        out.paragraph(match self.psynet {
            true => "Below, a field is named by its table and column; [] stands for the entries of a list and * for the keys of an object.",
            false => "Below, a field is named by the kind of its storage, its app (often none) and its own name, with a dot between; [] stands for the entries of a list and * for the keys of a dictionary.",
        });
        out.heading("Removed");
        self.list(&mut out, &self.fields(|p| p.action == Action::Remove));
        if self.psynet {
            out.paragraph("All rows of the tables request, notification, error, recruitment, experiment_status, process and lucid_..., which hold platform ids, addresses and credentials. Assets, basic data, logs and source code.");
        }
        if self.dropped_from_history > 0 {
            out.paragraph(&format!(
                "{} values of fields that were deleted in the end were dropped from the history.",
                self.dropped_from_history
            ));
        }
        if self.unnamed_storages > 0 {
            out.paragraph("Storages with names that uproot does not give were left out.");
        }
        out.heading("Replaced by tokens");
        out.paragraph(match self.psynet {
            true => "w- is a person's id, t- a task, r- a room or another name. Participants and rows have new numbers, the same wherever something refers to them; UUIDs are new as well.",
            false => "s- is a session, p- a player, g- a group, m- a model, r- a room, w- a person's id, t- a task. UUIDs and running ids are new as well.",
        });
        self.list(&mut out, &self.fields(|p| p.action == Action::Token));
        if self.share() {
            out.heading("Made coarse");
            out.paragraph(self.times());
            out.paragraph(match self.psynet {
                true => "Rows stand in the order of the participants' new numbers.",
                false => "Participants stand in the order of their tokens, and !seq counts anew.",
            });
            if self.unique_by_duration > 0 {
                out.paragraph(&format!(
                    "Participants who took a time that no other took (first to last event, rounded as the times are): {}. Who knows how long somebody took may find them.",
                    self.unique_by_duration
                ));
            }
            if let Some(risk) = &self.risk {
                out.paragraph(&format!(
                    "What others may know of a person ({}) was made coarse; {} of {} participants then had fewer than {} with the same values and got * instead. Participants whom nobody resembled before: {}, after: {}.",
                    risk.columns.join(", "), risk.suppressed, risk.before.participants, self.preset.k, risk.before.unique, risk.after.unique
                ));
            }
            for line in self.risk.iter().flat_map(risk_lines) {
                out.bullet(&line);
            }
            out.heading("Withheld");
            out.paragraph(match self.preset.texts {
                Texts::Withhold | Texts::Review => "Texts below are [withheld] unless somebody has read and approved them. Numbers and truth values there stay.",
                Texts::Lengths => "Of texts below only the length is told (0, 1-20, 21-100 or >100 characters), and nothing of settings. Numbers and truth values there stay.",
            });
            self.list(&mut out, &self.fields(|p| p.action == Action::Withhold));
        }
        if self.texts_released > 0 {
            out.paragraph(&format!(
                "{} texts were read and approved by whoever prepared the data; what detectors found in them was replaced. The other {} are withheld.",
                self.texts_released, self.texts_withheld
            ));
        }
        if self.withheld_by_search > 0 {
            out.paragraph(&format!(
                "{} further values held an identifier in some other form and are withheld.",
                self.withheld_by_search
            ));
        }
        out.heading("What remains");
        self.list(&mut out, &self.fields(|p| p.action == Action::Keep && (self.psynet || p.counts.is_some())));
        out.heading("The search for leaks");
        out.paragraph(&format!(
            "Before the ZIP was handed out, it was read back and searched for {} original values in {} forms (other case, encodings, digests{}). Windrow hands out no ZIP in which one is found{}. {} values are too short or too plain to be searched everywhere.",
            self.searched_values, self.searched_forms, if self.share() { "" } else { "; times stay and were not searched" },
            if self.preset.accepted.is_empty() { "" } else { ", but for those that were accepted for a reason (see Weaker than usual)" },
            self.not_searched
        ));
        out.heading("Not checked");
        self.not_checked().iter().for_each(|line| out.bullet(line));
        let new = self.fields(|p| p.new);
        if !new.is_empty() {
            out.heading("New");
            out.paragraph("Whoever made the preset did not have these fields; they went by the rules, or by a choice about them or by one about what they are in that leaves no text:");
            self.list(&mut out, &new);
        }
        let own = self.fields(|p| p.decided_by == DecidedBy::User);
        let taken = self.fields(|p| p.decided_by == DecidedBy::Preset);
        if !own.is_empty() || !taken.is_empty() {
            out.heading("Chosen");
        }
        if !own.is_empty() {
            out.paragraph("Decided for these data by whoever prepared them, not by the rules:");
            self.list(&mut out, &own);
        }
        if !taken.is_empty() {
            out.paragraph("Decided by a preset that was made before, not by the rules:");
            self.list(&mut out, &taken);
        }
        out.heading("To decide");
        let open = self.fields(|p| p.decided_by == DecidedBy::Nobody);
        out.paragraph(match open.is_empty() {
            true => "No field is without a rule. Look through the kept fields above all the same.",
            false if self.share() => "No rule knows these fields, so their texts are withheld. Where they tell nothing about a person, keep them: in the page under Fields, or with a preset. Look through the kept fields above, too.",
            false => "No rule knows these fields, and their texts are as they were. Look at them, and through the kept fields above:",
        });
        if !open.is_empty() {
            self.list(&mut out, &open);
        }
        out.into_bytes()
    }

    fn list(&self, out: &mut Text, fields: &str) {
        out.paragraph(if fields.is_empty() { "Nothing." } else { fields });
    }
}
