//! Writes the report for people, `ANONYMIZATION.txt`.

use super::{PARAGRAPH, PathReport, Report};
use crate::describe::readme::Text;
use crate::protect::class::{Action, DecidedBy};
use crate::protect::preset::{Texts, TimeMode};
use crate::protect::risk::{FEW, RiskReport, Sensitive, Step};

/// What a reader has to know of sensitive columns, and which step would help.
fn risk_lines(risk: &RiskReport) -> Vec<String> {
    let one = |s: &&Sensitive| s.after.distinct < 2;
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
    /// What became of times, in words.
    pub(super) fn times(&self) -> &'static str {
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

    /// What became of everything, in one sentence or two.
    pub(super) fn in_short(&self) -> String {
        let times = match self.preset.time_mode() {
            TimeMode::Relative => "times are relative",
            TimeMode::Shift => "times were moved by whole weeks",
            TimeMode::Day => "of times only the day is left",
            TimeMode::Remove => "times were removed",
            TimeMode::Keep => "times are as they were",
        };
        match (self.share(), self.preset.time_mode()) {
            (true, _) => format!("Prepared for sharing. Identifiers were removed or replaced, {times}, and texts that no rule knows are withheld."),
            (false, TimeMode::Keep) => "THIS RESULT CONTAINS PERSONAL DATA. Only identifiers were replaced; texts, times and what describes people are as they were. It is for colleagues under an agreement.".to_owned(),
            (false, _) => format!("THIS RESULT CONTAINS PERSONAL DATA. Identifiers were replaced and {times}; texts and what describes people are as they were. It is for colleagues under an agreement."),
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
        out.paragraph(&self.in_short());
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
        if self.people < self.participants {
            out.bullet(&format!(
                "By their ids these are {} people: some took part more than once, and are counted once below.",
                self.people
            ));
        }
        if self.share() && self.people < FEW {
            out.bullet(&format!("Fewer than {FEW} people took part: with so few, someone who knows who they are may recognise them by their answers."));
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
        let coarse = self.fields(|p| p.action == Action::Generalize);
        if self.share() || self.preset.time_mode() != TimeMode::Keep || !coarse.is_empty() {
            out.heading("Made coarse");
            out.paragraph(self.times());
        }
        if self.share() {
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
        }
        if !coarse.is_empty() {
            out.paragraph("Fields in which what others may know of a person was made coarse; a value there is * where nothing says whose it is:");
            self.list(&mut out, &coarse);
        }
        if self.share() {
            out.heading("Withheld");
            out.paragraph(match self.preset.texts {
                Texts::Withhold | Texts::Review => "Texts below are [withheld] unless somebody has read and approved them. Numbers and truth values there stay, but for long numbers that somebody may have written.",
                Texts::Lengths => "Of texts below only the length is told (0, 1-20, 21-100 or >100 characters), and nothing of settings. Numbers and truth values there stay, but for long numbers that somebody may have written.",
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
            self.searched_values, self.searched_forms, if self.calendar_searched { "" } else { "; times were not searched" },
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
