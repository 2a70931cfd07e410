//! Lists what must not be left in the result, and what each of it becomes where it stands in a longer text.

use super::survey::{Originals, Survey};
use super::transform::REMOVED;
use super::tree::{Enter, Leaf, Scratch, Visit, rewrite};
use crate::error::Result;
use crate::limits::Limits;
use crate::log::column::Names;
use crate::order::{Map, Set};
use crate::protect::class::Class;
use crate::protect::leak::Original;
use crate::protect::names;
use crate::protect::pace::{Pace, TOKEN};
use crate::protect::pseudonym::{Domain, Tokens, uuid_bytes, uuid_text};
use crate::protect::report;
use crate::protect::words::Words;
use crate::psynet::copy_csv::Record;
use crate::psynet::survey::RawTable;

/// Words of the files that Windrow writes itself.
const OWN_WORDS: &str = "true false null none nan windrow psynet dallinger anonymization protected withheld removed participant \
    participants experiment database regular timeline module modules trial trials response responses local start end class \
    label seconds event readme recipe format share pseudonymize tables columns rows desktop mobile tablet unknown other default \
    python integer boolean number string value values failed approved finish success";

/// Values by the column where they must not be, as [`crate::protect::check`] names columns.
pub(super) type OwnColumns = Map<String, Set<String>>;

/// Columns of dropped tables whose values must be nowhere else.
const DROPPED: [(&str, &str, Class); 6] = [
    ("lucid_rid", "rid", Class::PersonId),
    ("lucid_rid", "lucid_panelist_id", Class::PersonId),
    ("lucid_rid", "lucid_respondent_id", Class::PersonId),
    ("notification", "assignment_id", Class::TaskId),
    ("error", "worker_id", Class::PersonId),
    ("error", "token", Class::Secret),
];

/// So many bytes of texts are remembered.
const REMEMBERED: u64 = 8 << 20;

/// Columns of dropped tables whose texts may hold such values.
const TEXTS: [&str; 4] = ["unique_id", "params", "arguments", "extra_info"];

/// Identifiers in tables of which nothing stays.
#[derive(Default)]
pub(super) struct Dropped {
    found: Set<(String, Class, String)>,
    /// The table under way, and those of its columns that hold texts.
    table: String,
    texts: Vec<Texts>,
    scratch: Scratch,
}

/// A column of texts, its path, and the texts that were looked at: most rows repeat one before.
struct Texts {
    column: usize,
    path: String,
    seen: Names,
}

impl Dropped {
    /// A row of a dropped table.
    pub fn row(&mut self, table: &RawTable, record: &Record, limits: &Limits) -> Result<()> {
        for (_, name, class) in DROPPED.iter().filter(|(of, ..)| *of == table.name) {
            if let Some(text) = table.column(name).and_then(|c| record.text(c)) {
                self.add(text, *class, &format!("{}.{name}", table.name));
            }
        }
        if self.table != table.name {
            let texts = TEXTS.into_iter().filter_map(|name| {
                let path = format!("{}.{name}", table.name);
                Some(Texts { column: table.column(name)?, path, seen: Names::default() })
            });
            (self.texts, self.table) = (texts.collect(), table.name.clone());
        }
        let mut texts = std::mem::take(&mut self.texts);
        for Texts { column, path, seen } in &mut texts {
            let known = seen.len();
            let Some(text) = record.text(*column).filter(|text| seen.intern(text) as usize == known) else { continue };
            if seen.memory() > REMEMBERED {
                *seen = Names::default();
            }
            if path.ends_with(".unique_id") {
                self.unique(text, path);
            } else {
                let mut scratch = std::mem::take(&mut self.scratch);
                let mut finding = Finding { dropped: self, path };
                rewrite(text, limits.depth, &mut scratch, &mut finding, &mut String::new())?;
                self.scratch = scratch;
            }
        }
        self.texts = texts;
        Ok(())
    }

    /// A worker and an assignment.
    fn unique(&mut self, text: &str, path: &str) {
        if let Some((worker, task)) = text.split_once(':') {
            self.add(worker, Class::PersonId, path);
            self.add(task, Class::TaskId, path);
        }
    }

    fn add(&mut self, value: &str, class: Class, path: &str) {
        if !value.is_empty() {
            self.found.insert((value.to_owned(), class, path.to_owned()));
        }
    }

    pub fn into_originals(self) -> Originals {
        self.found.into_iter().collect()
    }
}

struct Finding<'d> {
    dropped: &'d mut Dropped,
    path: &'d str,
}

impl Visit for Finding<'_> {
    fn writes(&self) -> bool {
        false
    }

    fn enter(&mut self, _: &str) -> Enter {
        Enter::Yes
    }

    fn key(&mut self, _: &str, _: &str, _: &mut String) -> Result<()> {
        Ok(())
    }

    fn leaf(&mut self, below: &str, leaf: Leaf<'_>, _: &mut String) -> Result<bool> {
        let Leaf::Text(text) = leaf else { return Ok(false) };
        if below.ends_with(".unique_id") {
            self.dropped.unique(text, self.path);
        } else if let Some(named) = names::by_name(&format!("x{below}"))
            && matches!(named.class, Class::Secret | Class::PersonId | Class::TaskId | Class::Contact)
        {
            self.dropped.add(text, named.class, &format!("{}{below}", self.path));
        }
        Ok(false)
    }

    fn refers(&self, _: &str) -> bool {
        false
    }
}

/// What originals are told apart by from words that are nobody's.
pub(super) struct About<'a> {
    pub tables: &'a [RawTable],
    /// How many rows there are: their new numbers may be equal to a short number.
    pub rows: u64,
    /// What Windrow itself writes into the ZIP.
    pub prose: &'a str,
    pub key: &'a [u8; 32],
}

/// All originals, and those too short or too plain to be searched everywhere.
pub(super) async fn originals(
    survey: &Survey,
    more: Originals,
    About { tables, rows, prose, key }: About<'_>,
    pace: &mut Pace,
) -> (Vec<Original>, OwnColumns) {
    let plans = survey.fields.iter().flat_map(|field| &field.plans);
    let mut own = report::words(&mut plans.map(|plan| plan.decision.reason.as_str()));
    own.extend(prose.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned));
    own.extend(OWN_WORDS.split_ascii_whitespace().map(str::to_owned));
    for table in tables {
        let classes = table.groups.iter().filter_map(|group| group.identity.as_deref());
        for name in table.header.iter().map(String::as_str).chain(classes).chain([table.name.as_str()]) {
            let name = name.to_lowercase();
            own.extend(name.split(['.', '_']).chain(name.split('.')).map(str::to_owned));
            own.insert(name);
        }
    }
    let distinctive = |value: &str, class| {
        let length = value.chars().count();
        let digits = value.bytes().all(|b| b.is_ascii_digit());
        let lower = value.to_lowercase();
        let number = digits && value.parse::<u64>().is_ok_and(|number| number <= rows);
        let long = length >= if digits { 6 } else { 5 };
        // Times count from the beginning of 1970.
        let start = value.starts_with("1970-01-");
        // An id with a digit in it is nobody's word, also as a cell of a column of categories.
        let id = matches!(class, Class::PersonId | Class::TaskId) && value.bytes().any(|b| b.is_ascii_digit());
        let coincides = survey.vocabulary.contains(&lower) && !id;
        long && !number && !start && !coincides && !own.contains(&lower)
    };
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let mut all = vec![Original { value: hex, class: Class::Secret, path: "key".to_owned(), distinctive: true }];
    let mut own_columns = OwnColumns::new();
    // A unique id is a worker's and an assignment's, which are looked for by themselves.
    let single = |(_, _, path): &(String, Class, String)| path != "participant.unique_id";
    for (value, class, path) in survey.originals.iter().filter(|o| single(o)).cloned().chain(more) {
        pace.did(value.len()).await;
        let distinctive = distinctive(&value, class);
        if !distinctive && class != Class::Contact {
            for column in columns(&path, tables) {
                own_columns.entry(column).or_default().insert(value.clone());
            }
        }
        all.push(Original { value, class, path, distinctive });
    }
    (all, own_columns)
}

/// The columns in which the values of a path stand: of the database's table, and of the tables of its classes.
fn columns(path: &str, tables: &[RawTable]) -> Vec<String> {
    let mut parts = path.split('.');
    let (Some(table), Some(column), var) = (parts.next(), parts.next(), parts.next()) else { return Vec::new() };
    let column = match (column, var) {
        ("vars", Some(var)) => var,
        (_, Some(_)) => return Vec::new(),
        (column, None) => column,
    };
    let groups = tables.iter().filter(|t| t.name == table).flat_map(|t| &t.groups);
    let classes = groups.filter_map(|g| g.identity.as_deref()).map(crate::psynet::schema::last_part);
    classes.chain([table]).map(|file| format!("{file}..{column}")).collect()
}

/// What every distinctive original becomes where it stands in a longer text.
pub(super) async fn words(originals: &[Original], tokens: &mut Tokens, pace: &mut Pace) -> Result<Words> {
    let mut words = Words::default();
    // Persons first: some recruiters give one id to a person and their task.
    for class in [Class::PersonId, Class::TaskId, Class::InternalId, Class::Contact, Class::Secret, Class::Binary] {
        for original in originals.iter().filter(|o| o.class == class && o.distinctive && o.path != "key") {
            pace.did(TOKEN).await;
            let value = original.value.as_str();
            let with = match (class, uuid_bytes(value)) {
                (Class::PersonId, _) => tokens.token(Domain::Person, &[value])?,
                (Class::TaskId, _) => tokens.token(Domain::Task, &[value])?,
                (Class::InternalId, Some(bytes)) => uuid_text(&tokens.uuid(&bytes)?),
                _ => REMOVED.to_owned(),
            };
            words.add(value, "", &with);
        }
    }
    pace.pause().await;
    words.settle();
    pace.pause().await;
    Ok(words)
}
