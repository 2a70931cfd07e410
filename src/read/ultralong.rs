//! Takes rows of exported ultralong tables, whatever they are spelled in, and remembers what they have lost.

use super::Format;
use super::spreadsheet::Damage;
use crate::error::{Code, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::column::{Names, ValueId};
use crate::log::{Builder, Change};
use crate::value::Type;

/// The columns that ultralong has in every version; `!seq` came on 31 May 2026.
pub(super) const COLUMNS: [&str; 7] = ["!storage", "!field", "!time", "!context", "!unavailable", "!data", "!seq"];

/// How a file spells its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spelling {
    Csv,
    /// One JSON object a line.
    Lines,
    /// One JSON array of objects.
    Array,
}

const SINCE_MAY: &str = "uproot 0.0.1 from 31 May 2026 on, or later";
const BEFORE_0_2: &str = "uproot before 0.2.0, from 31 May 2026 on";
const SINCE_0_2: &str = "uproot 0.2.0 or later";
const SINCE_0_9: &str = "uproot 0.9.0 or later";

/// One row.
pub(super) struct Row<'a> {
    pub storage: &'a str,
    pub field: &'a str,
    pub context: &'a str,
    pub time: f64,
    /// `None` where the table has no numbers or this one cannot be read.
    pub seq: Option<u64>,
    pub deleted: bool,
    /// A CSV cell or compact JSON.
    pub value: (Type, &'a str),
}

/// What the rows of a file say about where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub path: String,
    pub spelling: Spelling,
    pub rows: u64,
    /// Rows without anything: deletions as versions before 0.2.0 wrote them.
    pub masked: u64,
    /// Deletions that kept their place.
    pub deletions: u64,
    /// Whether the table has sequence numbers.
    pub numbered: bool,
    /// Fields that filters would have removed.
    pub unfiltered: bool,
    /// Values that only filters make.
    pub filtered: bool,
    /// Lists of paths, which filters make since 0.9.
    pub listed: bool,
    pub damage: Damage,
    pub problems: Problems,
}

impl Facts {
    /// Nothing known yet.
    pub fn new(path: &str, spelling: Spelling) -> Self {
        Facts {
            path: path.to_owned(),
            spelling,
            rows: 0,
            masked: 0,
            deletions: 0,
            numbered: true,
            unfiltered: false,
            filtered: false,
            listed: false,
            damage: Damage::default(),
            problems: Problems::default(),
        }
    }

    /// Reports a row that cannot be used.
    pub fn bad(&mut self, row: u64, byte: u64, field: &str) {
        let field = (!field.is_empty()).then(|| field.to_owned());
        let place = Place { field, ..Place::default().record(row).byte(byte) };
        self.problems.add(Problem::new(Code::BadRecord, place));
    }

    /// Reports a row that is nested deeper than the limit.
    pub fn too_deep(&mut self, row: u64, byte: u64) {
        let place = Place::default().record(row).byte(byte);
        self.problems.add(Problem::new(Code::TooDeep, place).detail("The row was left out."));
    }

    fn note(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.deletions += u64::from(row.deleted);
        let text = row.value.1.trim_start_matches('"');
        match row.field {
            "_uproot_dropout" | "_uproot_settings" => {}
            field if field.starts_with("_uproot_") => self.unfiltered = true,
            "session" => self.filtered |= text.starts_with("session/"),
            "group" => self.filtered |= text.starts_with("group/"),
            "players" => self.listed |= text.starts_with("[\"player/"),
            "groups" => self.listed |= text.starts_with("[\"group/"),
            _ => {}
        }
        self.filtered |= self.listed;
    }

    /// What wrote the file, in words.
    fn versions(&self) -> &'static str {
        match (self.numbered, self.spelling) {
            (false, Spelling::Csv) => "uproot 0.0.1, before 31 May 2026",
            (false, Spelling::Array) => "uproot 0.0.1, before 6 May 2026",
            (false, Spelling::Lines) => "uproot 0.0.1, 6 to 31 May 2026",
            (true, _) if self.masked > 0 => BEFORE_0_2,
            (true, _) if self.listed && !self.unfiltered => SINCE_0_9,
            (true, _) if self.deletions > 0 => SINCE_0_2,
            (true, _) => SINCE_MAY,
        }
    }

    /// Whether filters were on, in words.
    fn filters(&self) -> &'static str {
        match (self.unfiltered, self.filtered) {
            (true, _) => "filters off",
            (false, true) => "filters on",
            (false, false) => "filters on or without effect",
        }
    }
}

/// Fills a log from the rows of one or several files.
pub(super) struct Rows {
    pub changes: Builder,
    storages: Names,
    /// For each storage the file that it came from.
    owners: Vec<usize>,
    /// The files that were or are being read; rows belong to the last one.
    pub files: Vec<Facts>,
    /// Two files that hold rows of the same storage.
    pub clash: Option<(usize, usize)>,
}

impl Rows {
    /// No rows yet.
    pub fn new(limits: Limits) -> Self {
        Rows {
            changes: Builder::of_export(limits),
            storages: Names::default(),
            owners: Vec::new(),
            files: Vec::new(),
            clash: None,
        }
    }

    /// Takes a row of the last file.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`].
    pub fn row(&mut self, row: &Row<'_>) -> Result<()> {
        let current = self.files.len().saturating_sub(1);
        if self.changes.leaves_out(row.storage, row.seq, row.time, None) {
            return Ok(());
        }
        let storage = self.storages.intern(row.storage) as usize;
        if storage == self.owners.len() {
            self.owners.push(current);
        } else if self.owners[storage] != current && self.clash.is_none() {
            self.clash = Some((self.owners[storage], current));
        }
        if let Some(facts) = self.files.last_mut() {
            facts.note(row);
        }
        let value = match row.deleted {
            true => ValueId::TOMBSTONE,
            false => self.changes.verbatim(row.value.0, row.value.1)?,
        };
        let (seq, storage, field, time, context) = (row.seq, row.storage, row.field, row.time, row.context);
        self.changes.push(Change { seq, storage, field, value, time, context })
    }

    /// What the files are, in words: the same for all of them, or the differences.
    pub fn format(&self, what: &str) -> Format {
        let spellings = self.files.iter().map(|f| match f.spelling {
            Spelling::Csv => "CSV",
            Spelling::Lines => "JSONL",
            Spelling::Array => "JSON",
        });
        let told = |words: Vec<&'static str>| words.join(" and ");
        // A file that cannot tell, such as one of models only, does not speak against one that can.
        let sure = self.files.iter().any(|f| f.unfiltered || f.filtered);
        let telling = |f: &&Facts| !sure || f.unfiltered || f.filtered;
        let filters = once(self.files.iter().filter(telling).map(Facts::filters));
        let spelled = told(once(spellings));
        let name = format!("exported ultralong {spelled}{what} ({})", told(filters));
        // The narrowest range that any file allows.
        let mut versions = once(self.files.iter().map(Facts::versions));
        for (narrow, wide) in
            [(SINCE_0_2, SINCE_MAY), (BEFORE_0_2, SINCE_MAY), (SINCE_0_9, SINCE_MAY), (SINCE_0_9, SINCE_0_2)]
        {
            if versions.contains(&narrow) {
                versions.retain(|v| *v != wide);
            }
        }
        Format { name, versions: told(versions) }
    }

    /// Everything that the files have lost, and what went wrong with them.
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        for facts in &self.files {
            let mut own = facts.problems.clone();
            facts.damage.report(&mut own, facts.spelling == Spelling::Csv);
            problems.extend(own.in_file(&facts.path));
        }
        if self.changes.len() == 0 {
            return problems;
        }
        let any = |test: fn(&Facts) -> bool| self.files.iter().any(test);
        let mut lossy = |field: &str, count: u64, detail: &str| {
            let place = Place { field: (!field.is_empty()).then(|| field.to_owned()), ..Place::default() };
            problems.add(Problem { count, ..Problem::new(Code::Lossy, place).detail(detail) });
        };
        if any(|f| f.spelling == Spelling::Csv) {
            lossy(
                "!data",
                1,
                "CSV does not tell the number 1 from the text \"1\", TRUE from the text \"TRUE\", nothing from the empty text, or a list from its text: by gvars, such values fall together, and page times count texts of digits as pages.",
            );
        }
        if any(|f| f.spelling != Spelling::Csv) {
            lossy(
                "!data",
                1,
                "JSON does not tell a text from Decimal, bytes, UUID, date or time, or a list from a tuple, set or identifier: by gvars, such values fall together, and page times take a tuple for a list of pages.",
            );
        }
        let masked: u64 = self.files.iter().map(|f| f.masked).sum();
        if masked > 0 {
            lossy(
                "",
                masked,
                "Deletions are empty rows in exports of uproot before 0.2.0: what was deleted, and when, is not known, and the fields keep their last values. These rows were left out.",
            );
        }
        // A file of models only may show neither; then the other files decide.
        if any(|f| f.filtered && !f.unfiltered) || !any(|f| f.unfiltered) {
            lossy(
                "",
                1,
                "It was exported with filters on: uproot's own fields (_uproot_key, _uproot_part, _uproot_what_ran, _uproot_timeouts_until and others) are gone and stay gone with filters off; _uproot_session, _uproot_group, _uproot_players and _uproot_groups are there only as far as filters keep them, under new names and as paths.",
            );
        }
        lossy(
            "",
            1,
            "The data of the server itself, and sessions that were not exported with these, are not in it. In a table over several kinds of storage, the order of the kinds is a guess.",
        );
        if self.changes.is_unnumbered() {
            let place = Place::default().field("!seq");
            let detail = "Sequence numbers are missing, so changes were numbered by their times; the order of rows is that of the file.";
            problems.add(Problem::new(Code::Guessed, place).detail(detail));
        }
        problems
    }
}

/// Each once, in order of appearance.
fn once(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut all = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}
