//! Read every table once: who has which rows, which columns are ever filled, what refers to what.
//!
//! Nothing of the text is kept but the few columns that other tables' counts and lists are made of, so that a
//! table of any size costs some bytes per row: its class, its place in the order of its primary key.

use super::copy_csv::Record;
use super::guess::Guess;
use super::json::{Tree, is_deeper};
use super::jsonpickle::{Pickle, Value};
use super::member::Member;
use super::number;
use super::schema::{Kind, Schema};
use super::source_code::SourceCode;
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::order::{self, Map};

/// Bytes of memory that a row costs at most while its table is surveyed.
const ROW: u64 = 64;

/// More classes in one table than any experiment has.
const CLASSES: usize = 10_000;

/// A raw table as the survey found it.
#[derive(Debug)]
pub struct RawTable {
    /// Name in the database.
    pub name: String,
    /// Where its text is.
    pub member: Member,
    /// Column names in file order.
    pub header: Vec<String>,
    /// How each column is read.
    pub kinds: Vec<Kind>,
    /// Whether the kind is a guess, since the table or column is not PsyNet's own.
    pub guessed: Vec<bool>,
    /// One group per value of `type`, in order of first appearance.
    pub groups: Vec<Group>,
    /// Per row: its group.
    pub group_of: Vec<u32>,
    /// Per row: its place among the rows of its group, ordered by primary key.
    pub rank: Vec<u32>,
}

/// The rows of a table that have the same `type`.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Text of the `type` column.
    pub identity: Option<String>,
    /// Number of rows.
    pub rows: u32,
    /// Bytes of memory that its raw records take.
    pub bytes: u64,
    /// Per column: whether any row fills it.
    pub filled: Vec<bool>,
    /// Whether the `definition` of every row has the keys of a Gibbs or an MCMCP trial.
    pub gibbs: bool,
    pub mcmcp: bool,
}

impl RawTable {
    /// Index of a column; the last of several with the same name, as Python's `dict` would have it.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().rposition(|h| h == name)
    }

    /// Takes from the source code what it says about columns whose kinds are guesses.
    pub fn declare(&mut self, source: &SourceCode) {
        for ((name, kind), guessed) in self.header.iter().zip(&mut self.kinds).zip(&mut self.guessed) {
            if let Some(declared) = source.kind(&self.name, name).filter(|_| *guessed) {
                *kind = declared;
                *guessed = false;
            }
        }
    }
}

/// Primary keys of a table's rows, until they are ranked.
#[derive(Debug)]
enum Keys {
    Numbers(Vec<i64>),
    /// Bytes that sort as the key does.
    Bytes(Vec<Box<[u8]>>),
}

/// Surveys one table.
#[derive(Debug)]
pub struct Surveyor {
    table: RawTable,
    guesses: Vec<Option<Guess>>,
    type_column: Option<usize>,
    key_columns: Vec<(usize, Kind)>,
    keys: Keys,
    /// What keys that are text take.
    key_bytes: u64,
    by_identity: Map<Option<String>, u32>,
    definition: Option<usize>,
    pickle: Pickle,
    limits: Limits,
    /// Records read, the header included.
    records: u64,
}

impl Surveyor {
    /// Begins a table.
    pub fn new(name: &str, member: &Member, limits: &Limits) -> Self {
        let table = RawTable {
            name: name.to_owned(),
            member: member.clone(),
            header: Vec::new(),
            kinds: Vec::new(),
            guessed: Vec::new(),
            groups: Vec::new(),
            group_of: Vec::new(),
            rank: Vec::new(),
        };
        Surveyor {
            table,
            guesses: Vec::new(),
            type_column: None,
            key_columns: Vec::new(),
            keys: Keys::Numbers(Vec::new()),
            key_bytes: 0,
            by_identity: Map::new(),
            definition: None,
            pickle: Pickle::default(),
            limits: *limits,
            records: 0,
        }
    }

    /// Path of the table's file.
    pub fn path(&self) -> &str {
        &self.table.member.path
    }

    /// Index of a column, once the header was read.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.table.column(name)
    }

    fn place(&self) -> Place {
        Place::file(&self.table.member.path).record(self.records)
    }

    /// The table as far as it was read.
    pub fn table(&self) -> &RawTable {
        &self.table
    }

    /// Of two rows, whether the first comes first in the order of the primary key.
    pub fn is_earlier(&self, a: u32, b: u32) -> bool {
        match &self.keys {
            Keys::Numbers(keys) => (keys.get(a as usize), a) < (keys.get(b as usize), b),
            Keys::Bytes(keys) => (keys.get(a as usize), a) < (keys.get(b as usize), b),
        }
    }

    /// Takes the header or a row. Answers the number of the row, if it is one to be kept.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] and [`Code::TooLong`] where there are more rows or classes than the limits allow.
    pub fn record(
        &mut self,
        record: &Record,
        schema: &Schema,
        source: &SourceCode,
        problems: &mut Problems,
    ) -> Result<Option<usize>> {
        self.records += 1;
        if self.table.header.is_empty() {
            self.header(record, schema, problems);
            self.table.declare(source);
            self.guesses
                .iter_mut()
                .zip(&self.table.guessed)
                .for_each(|(guess, guessed)| *guess = guess.take().filter(|_| *guessed));
            return Ok(None);
        }
        if record.has_nul() || !record.is_utf8() {
            let detail = "A NUL byte or text that is not UTF-8 stands in it, which PostgreSQL cannot write.";
            problems.add(Problem::new(Code::Damaged, self.place()).detail(detail));
        }
        if record.len() != self.table.header.len() {
            if !record.is_blank() {
                let detail = "It has more or fewer fields than the header.";
                problems.add(Problem::new(Code::BadRecord, self.place()).detail(detail));
            }
            return Ok(None);
        }
        self.limits.memory(self.records.saturating_mul(ROW).saturating_add(self.key_bytes))?;
        if self.table.groups.len() > CLASSES {
            return Err(
                Error::new(Code::TooLong, self.place()).detail("The column type names more classes than can be.")
            );
        }
        let group = self.group(record);
        self.table.group_of.push(group);
        self.note_key(record, problems);
        for (column, guess) in self.guesses.iter_mut().enumerate() {
            if let (Some(guess), Some(text)) = (guess, record.text(column)) {
                guess.note(text, &mut self.pickle, self.limits.depth);
            }
        }
        for (column, kind) in self.table.kinds.iter().enumerate() {
            let json = matches!(kind, Kind::Py | Kind::Jsonb) || self.guesses.get(column).is_some_and(Option::is_some);
            if json && is_deeper(record.text(column).unwrap_or_default(), self.limits.depth) {
                let name = self.table.header.get(column).cloned().unwrap_or_default();
                let problem = Problem::new(Code::TooDeep, self.place().field(name));
                problems.add(problem.detail("It is taken for text."));
            }
        }
        if let Some(group) = self.table.groups.get_mut(group as usize) {
            group.rows += 1;
            group.bytes += record.memory();
            for (column, filled) in group.filled.iter_mut().enumerate() {
                *filled |= !*filled && record.text(column).is_some();
            }
            if group.gibbs || group.mcmcp {
                let text = self.definition.and_then(|d| record.text(d)).unwrap_or_default();
                let known = self.pickle.parse(text, self.limits.depth);
                let dict = if known { self.pickle.value(text, Tree::ROOT) } else { Value::Null };
                let has = |keys: &[&str]| keys.iter().all(|k| self.pickle.get(text, dict, k).is_some());
                group.gibbs &= has(&["vector", "initial_index", "active_index", "reverse_scale"]);
                group.mcmcp &= has(&["current_state", "proposal", "ordered"]);
            }
        }
        Ok(Some(self.table.group_of.len() - 1))
    }

    fn header(&mut self, record: &Record, schema: &Schema, problems: &mut Problems) {
        let facts = schema.table(&self.table.name);
        for column in 0..record.len() {
            let mut name = record.text(column).unwrap_or_default();
            if column == 0 {
                name = name.trim_start_matches('\u{feff}');
            }
            if self.table.header.iter().any(|h| h == name) {
                let detail = "Two columns have the same name; the last one counts.";
                problems.add(Problem::new(Code::BadRecord, self.place().field(name)).detail(detail));
            }
            let is_property = name.strip_prefix("property").is_some_and(|n| n.len() == 1 && number::is_int(n));
            let kind = match (name, facts.and_then(|f| f.kind(name))) {
                ("vars", _) => Some(Kind::Py),
                (_, Some(kind)) => Some(kind),
                ("details", _) => Some(Kind::Jsonb),
                _ if is_property => Some(Kind::Text),
                // What PsyNet's mixin gives every table.
                ("id", None) if facts.is_none() => Some(Kind::Int),
                ("creation_time" | "time_of_death", None) => Some(Kind::Time),
                ("failed", None) => Some(Kind::Bool),
                ("failed_reason" | "type", None) => Some(Kind::Text),
                _ => None,
            };
            self.guesses.push(kind.is_none().then(Guess::open));
            self.table.guessed.push(kind.is_none());
            self.table.kinds.push(kind.unwrap_or(Kind::Text));
            self.table.header.push(name.to_owned());
        }
        self.type_column = self.table.column("type");
        self.definition = self.table.column("definition").filter(|_| self.table.name == "info");
        let key: &[&str] = facts.map_or(&["id"], |f| &f.key);
        self.key_columns = key
            .iter()
            .filter_map(|k| self.table.column(k))
            // The key of an unknown table is taken for a number, as SQLMixin makes it.
            .map(|c| {
                (c, if facts.is_some() { self.table.kinds.get(c).copied().unwrap_or(Kind::Int) } else { Kind::Int })
            })
            .collect();
        if !matches!(self.key_columns.as_slice(), [(_, Kind::Int)] | []) {
            self.keys = Keys::Bytes(Vec::new());
        }
    }

    fn group(&mut self, record: &Record) -> u32 {
        let identity = self.type_column.and_then(|c| record.text(c));
        // Neighbours mostly have the same class.
        let last = self.table.group_of.last().copied().unwrap_or(0);
        if self.table.groups.get(last as usize).is_some_and(|g| g.identity.as_deref() == identity) {
            return last;
        }
        let identity = identity.map(str::to_owned);
        if let Some(group) = self.by_identity.get(&identity) {
            return *group;
        }
        let number = self.table.groups.len() as u32;
        let definition = self.definition.is_some();
        self.table.groups.push(Group {
            identity: identity.clone(),
            filled: vec![false; self.table.header.len()],
            gibbs: definition,
            mcmcp: definition,
            ..Group::default()
        });
        self.by_identity.insert(identity, number);
        number
    }

    fn note_key(&mut self, record: &Record, problems: &mut Problems) {
        let mut bad = false;
        let mut number = |column: usize| {
            let value = record.text(column).and_then(|t| t.parse::<i64>().ok());
            bad |= value.is_none();
            value.unwrap_or(i64::MAX)
        };
        match &mut self.keys {
            Keys::Numbers(keys) => keys.push(self.key_columns.first().map_or(0, |(column, _)| number(*column))),
            Keys::Bytes(keys) => {
                let mut key = Vec::new();
                for (column, kind) in &self.key_columns {
                    if *kind == Kind::Int {
                        key.extend_from_slice(&(number(*column) as u64 ^ 1 << 63).to_be_bytes());
                    } else {
                        key.extend_from_slice(record.text(*column).unwrap_or_default().as_bytes());
                        key.push(0);
                    }
                }
                self.key_bytes += key.len() as u64;
                keys.push(key.into_boxed_slice());
            }
        }
        if bad {
            let detail = "The row's primary key is not a number; the row comes last.";
            problems.add(Problem::new(Code::BadValue, self.place()).detail(detail));
        }
    }

    /// Ends the table: columns get their kinds and rows their places.
    pub fn finish(mut self, problems: &mut Problems) -> RawTable {
        if self.table.header.is_empty() {
            problems.add(Problem::new(Code::Empty, Place::file(&self.table.member.path)));
        }
        for (kind, guess) in self.table.kinds.iter_mut().zip(&self.guesses) {
            if let Some(guess) = guess {
                *kind = guess.kind();
            }
        }
        let rows = self.table.group_of.len();
        let mut order: Vec<u32> = (0..rows as u32).collect();
        // Stable: rows with the same key stay in the order of the file.
        match &self.keys {
            Keys::Numbers(keys) => {
                order::places(&mut order, &mut |a, b| keys.get(a as usize).cmp(&keys.get(b as usize)))
            }
            Keys::Bytes(keys) => order::places(&mut order, &mut |a, b| keys.get(a as usize).cmp(&keys.get(b as usize))),
        }
        let mut next = vec![0u32; self.table.groups.len()];
        self.table.rank = vec![0; rows];
        for row in order {
            let group = self.table.group_of.get(row as usize).copied().unwrap_or(0);
            if let (Some(rank), Some(next)) = (self.table.rank.get_mut(row as usize), next.get_mut(group as usize)) {
                *rank = *next;
                *next += 1;
            }
        }
        self.table
    }
}
