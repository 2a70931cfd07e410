//! What was found in an export, and how to get the files of the result out of it.

use super::cell::Dtype;
use super::chart::{Bounds, Chart};
use super::check::Check;
use super::class::{Knowledge, Recipe, Source};
use super::contents::{Database, Entry, Form, Role};
use super::database::Read;
use super::frame::ClassFile;
use super::links::Links;
use super::member::Member;
use super::output::{self, Copy, Preview, Processed};
use super::schema::{Kind, Schema};
use super::scrub::{self, Leak};
use super::shelf::Shelf;
use super::survey::RawTable;
use super::timeline::{self, Timeline};
use super::timeline_table;
use super::{Assets, Options};
use crate::error::{Code, Error, Place, Problems, Result};
use crate::limits::Limits;
use crate::table::Producer;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One file of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Where it stands in the result, for example `regular/data/Bot.csv`.
    pub path: String,
    /// The class whose rows it holds; `None` for the timeline and for files that are passed on.
    pub class: Option<String>,
    /// Number of rows; 0 for files that are passed on.
    pub rows: u64,
    /// Columns with their types, in order; none for files that are passed on.
    pub columns: Vec<Column>,
}

/// A column of a processed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// What its cells are: `integer`, `number`, `boolean`, `text`, `json`, `mixed` or `empty`.
    pub dtype: &'static str,
    /// Whether some rows have nothing in it.
    pub has_missing: bool,
}

/// A raw table of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseTable {
    /// Its name.
    pub name: String,
    /// Number of rows.
    pub rows: u64,
}

/// What about a class can't be rebuilt from the database, or only by a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The class.
    pub class: String,
    /// The column, or empty where it concerns the class as a whole.
    pub column: String,
    /// What, why, and what would help.
    pub text: String,
}

/// A PsyNet or Dallinger export that was read.
#[derive(Debug)]
pub struct Study {
    /// Release of PsyNet that wrote the database, if it says so.
    pub psynet_version: Option<String>,
    /// The experiment's label.
    pub label: Option<String>,
    /// Number of participants, bots included.
    pub participants: u64,
    /// Number of bots among them.
    pub bots: u64,
    /// The form of the database that was read.
    pub form: Form,
    /// The database's tables.
    pub database: Vec<DatabaseTable>,
    /// What can't be derived, or was guessed.
    pub notes: Vec<Note>,
    /// What went wrong.
    pub problems: Problems,
    limits: Limits,
    schema: &'static Schema,
    entries: Vec<Entry>,
    /// Where files that may be passed on stand in the result: index of the entry.
    by_path: BTreeMap<String, usize>,
    tables: Vec<RawTable>,
    links: Links,
    timeline: Timeline,
    files: Vec<ClassFile>,
}

impl Study {
    /// Puts together what the tables held and what lay beside them. `problems` are those met before the tables.
    pub(super) fn new(
        limits: Limits,
        entries: Vec<Entry>,
        database: &Database,
        read: Read,
        mut problems: Problems,
    ) -> Self {
        let Read { schema, tables, links, timeline, files, identity, problems: in_tables } = read;
        problems.extend(in_tables);
        let rows = |t: &RawTable| t.group_of.len() as u64;
        let participants = tables.iter().find(|t| t.name == "participant");
        let is_bot = |identity: &Option<String>| identity.as_deref() == Some("psynet.bot.Bot");
        let bots = participants
            .map_or(0, |t| t.groups.iter().filter(|g| is_bot(&g.identity)).map(|g| u64::from(g.rows)).sum());
        let notes = notes(&files, &tables);
        Study {
            psynet_version: identity.version,
            label: identity.label,
            participants: participants.map_or(0, rows),
            bots,
            form: database.form,
            database: tables.iter().map(|t| DatabaseTable { name: t.name.clone(), rows: rows(t) }).collect(),
            notes,
            problems,
            limits,
            schema,
            by_path: by_path(&entries, database),
            entries,
            tables,
            links,
            timeline,
            files,
        }
    }

    /// The raw tables, by name.
    pub(crate) fn raw_tables(&self) -> &[RawTable] {
        &self.tables
    }

    /// Leaves out columns of processed tables that show a raw column of which nothing stays.
    pub(crate) fn leave_out(&mut self, removed: &dyn Fn(&str, &str) -> bool) {
        for file in &mut self.files {
            let mut kept = file.order.clone();
            kept.retain(|id| {
                let mut shown = file.parts.iter().filter_map(|part| {
                    let place = part.fixed.iter().position(|fixed| fixed == id)?;
                    part.plan.fixed.get(place).map(|(_, source)| (part.table, source))
                });
                let gone = |(table, source): (usize, &Source)| match (self.tables.get(table), source) {
                    (Some(raw), Source::Raw(column, _)) => {
                        raw.header.get(*column).is_some_and(|name| removed(&raw.name, name))
                    }
                    _ => false,
                };
                let empty = file.dtype(*id) == Dtype::Empty;
                !(empty && shown.next().is_some_and(gone))
            });
            file.order = kept;
        }
    }

    /// The lists of the release.
    pub(crate) fn schema(&self) -> &Schema {
        self.schema
    }

    pub(super) fn raw_table(&self, index: usize) -> Option<&RawTable> {
        self.tables.get(index)
    }

    pub(super) fn file(&self, index: usize) -> Option<&ClassFile> {
        self.files.get(index)
    }

    /// The groups of a table whose rows belong to files, or parts of files, after a part of a file.
    pub(super) fn later_groups(&self, (file, part): (usize, usize), table: usize) -> Vec<usize> {
        let parts = self.files.iter().enumerate().skip(file).flat_map(|(f, own)| {
            own.parts.iter().enumerate().filter(move |(p, _)| (f, *p) > (file, part)).map(|(_, own)| own)
        });
        parts.filter(|own| own.table == table).map(|own| own.group).collect()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    pub(super) fn is_old(&self) -> bool {
        self.schema.is_old()
    }

    /// All files of the result: processed tables by class, the timeline, what is passed on by path.
    pub fn tables(&self, options: &Options) -> Vec<Table> {
        let processed = self.files.iter().map(|file| Table {
            path: data_path(options, &file.class),
            class: Some(file.class.clone()),
            rows: file.rows,
            columns: output::columns(file, options.form)
                .map(|id| Column {
                    name: file.names.name(id).to_owned(),
                    dtype: file.dtype(id).as_str(),
                    has_missing: file.has_missing(id),
                })
                .collect(),
        });
        let passed = self.by_path.iter().filter(|(_, entry)| self.is_passed(**entry, options));
        let passed = passed.map(|(path, _)| path.clone());
        let passed = passed.map(|path| Table { path, class: None, rows: 0, columns: Vec::new() });
        let timeline = options.timeline.then(|| Table {
            path: timeline_path(options),
            class: None,
            rows: self.timeline.len() as u64,
            columns: timeline::columns(),
        });
        processed.chain(timeline).chain(passed).collect()
    }

    /// Whether a file that was given is passed on.
    fn is_passed(&self, entry: usize, options: &Options) -> bool {
        let Some(entry) = self.entries.get(entry) else { return false };
        let form = entry.form == options.form;
        match &entry.role {
            Role::SourceCode => options.source_code,
            Role::Logs => options.logs,
            Role::Archive => form && options.database,
            Role::BasicData(_) => form && options.basic_data,
            Role::Asset(path) => form && self.is_chosen(path, options.assets),
            _ => false,
        }
    }

    fn is_chosen(&self, path: &str, assets: Assets) -> bool {
        match assets {
            Assets::None => false,
            Assets::All => true,
            // An asset may be a folder, whose files stand below its path.
            Assets::Experiment => {
                let mut prefix = path;
                loop {
                    if self.links.experiment_assets.contains(prefix) {
                        return true;
                    }
                    match prefix.rsplit_once('/') {
                        Some((above, _)) => prefix = above,
                        None => return false,
                    }
                }
            }
        }
    }

    /// Index of the processed file at a path.
    fn index_of(&self, path: &str, options: &Options) -> Option<usize> {
        self.files.iter().position(|file| data_path(options, &file.class) == path)
    }

    /// What writes a file of the result.
    ///
    /// # Errors
    /// [`Code::NoSuchTable`] where [`Study::tables`] does not list the path.
    pub fn producer(self: &Arc<Self>, path: &str, options: &Options) -> Result<Box<dyn Producer>> {
        self.producer_of_many(path, options, None)
    }

    /// The same for one of all files, made in the order of [`Study::tables`]: rows that a table yields on the way for
    /// later files are kept on the shelf that they share.
    ///
    /// # Errors
    /// As [`Study::producer`].
    pub fn producer_of_many(
        self: &Arc<Self>,
        path: &str,
        options: &Options,
        shelf: Option<&Shelf>,
    ) -> Result<Box<dyn Producer>> {
        if let Some(file) = self.index_of(path, options) {
            return Ok(Box::new(Processed::new(self.clone(), file, options, shelf)));
        }
        if options.timeline && path == timeline_path(options) {
            return Ok(Box::new(timeline_table::Written::new(self.clone(), options.filetype)));
        }
        let member = self.passed(path, options).ok_or_else(|| Error::new(Code::NoSuchTable, Place::file(path)))?;
        Ok(Box::new(Copy(member.stream(&self.limits)?)))
    }

    /// The file that is passed on to a path.
    pub(super) fn passed(&self, path: &str, options: &Options) -> Option<&Member> {
        let entry = self.by_path.get(path).filter(|entry| self.is_passed(**entry, options))?;
        self.entries.get(*entry).map(|entry| &entry.member)
    }

    /// What finds those of the files that are passed on that are damaged.
    pub fn check(self: &Arc<Self>, options: &Options) -> Check {
        Check::new(self.clone(), options)
    }

    /// What PsyNet's anonymous form of these data leaves in that points at persons.
    pub fn leaks(&self) -> Vec<Leak> {
        scrub::leaks(&self.tables)
    }

    /// What happened to each participant in order of time, to look at or to draw.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The timeline as bars for a picture, within bounds and with what is odd marked. Nothing needs to be read.
    pub fn chart(&self, bounds: Bounds) -> Chart {
        Chart::new(&self.timeline, bounds)
    }

    /// Some rows of a processed table, to look at: step it, push what it wants, take them.
    ///
    /// # Errors
    /// [`Code::NoSuchTable`] where [`Study::tables`] does not list the path as a processed table.
    pub fn rows(self: &Arc<Self>, path: &str, options: &Options, start: usize, count: usize) -> Result<Preview> {
        let file = self.index_of(path, options).ok_or_else(|| Error::new(Code::NoSuchTable, Place::file(path)))?;
        Ok(Preview::new(self.clone(), file, options, start, count))
    }
}

/// Where each file that may be passed on stands in the result; of several with one path the first.
fn by_path(entries: &[Entry], database: &Database) -> BTreeMap<String, usize> {
    let is_database = |entry: &Entry| {
        let path = &entry.member.path;
        let named = path.ends_with("/database.zip") || path.ends_with("-data.zip");
        // The one that was read, or the other form's beside it.
        *path == database.root || (entry.form != database.form && named)
    };
    let mut paths = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let folder = entry.form.folder();
        let path = match &entry.role {
            Role::SourceCode => "source_code.zip".to_owned(),
            Role::Logs => "logs.jsonl".to_owned(),
            Role::Archive if is_database(entry) => format!("{folder}/database.zip"),
            Role::BasicData(path) => format!("{folder}/{}", safe(path)),
            Role::Asset(path) => format!("{folder}/assets/{}", safe(path)),
            _ => continue,
        };
        paths.entry(path).or_insert(index);
    }
    paths
}

fn timeline_path(options: &Options) -> String {
    format!("{}/timeline.{}", options.form.folder(), options.filetype.as_str())
}

fn data_path(options: &Options, class: &str) -> String {
    format!("{}/data/{class}.{}", options.form.folder(), options.filetype.as_str())
}

/// A path without characters that could lead elsewhere or break a line; they stand as `%` and two digits.
fn safe(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        if c.is_control() || c == '\\' {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| out.push_str(&format!("%{b:02X}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// What is not known for sure, class by class and column by column.
fn notes(files: &[ClassFile], tables: &[RawTable]) -> Vec<Note> {
    let mut notes = Vec::new();
    for file in files {
        let mut note = |column: &str, text: String| {
            notes.push(Note { class: file.class.clone(), column: column.to_owned(), text });
        };
        let is_declared = file.parts.iter().all(|p| p.plan.is_declared);
        let text = match (file.knowledge(), is_declared) {
            (Knowledge::Known, _) => None,
            (Knowledge::Extends(base), true) => Some(format!("The experiment defines this class; its source code says that it extends {base}.")),
            (Knowledge::Extends(base), false) => Some(format!(
                "The experiment defines this class; by what its rows fill it was taken to extend {base}. Columns that its code computes and defaults of variables that were never set are not in the database."
            )),
            (Knowledge::Custom, true) => Some("The experiment defines this table; its columns were read from the source code.".to_owned()),
            (Knowledge::Custom, false) => Some(
                "The experiment defines this table. Its object_type is guessed from the table's name, and columns that are empty in all rows may belong to another class; columns that its code computes and defaults of variables are not in the database. With source_code.zip at hand more can be said.".to_owned(),
            ),
        };
        if let Some(text) = text {
            note("", text);
        }
        if matches!(file.class.as_str(), "LucidRID" | "LucidStatus") {
            note("", "PsyNet exports this class by a recipe of its own that was never compared.".to_owned());
        }
        for (column, is_absent) in file.parts.iter().flat_map(|p| &p.plan.lost) {
            let text = if *is_absent {
                "The experiment's code computes this column, so it is left out; only PsyNet with the code can make it."
            } else {
                "The default of this variable is computed by the experiment's code; rows that never set it have nothing."
            };
            note(column, text.to_owned());
        }
        for part in &file.parts {
            let Some(table) = tables.get(part.table) else { continue };
            for (column, name) in table.header.iter().enumerate() {
                let exported = part.plan.recipe == Recipe::Psynet && part.plan.fixed.iter().any(|(n, _)| n == name);
                if exported && table.guessed.get(column) == Some(&true) {
                    let kind = table.kinds.get(column).copied().unwrap_or(Kind::Text);
                    let whole = match kind {
                        Kind::Int => {
                            " Floats that all happen to be whole numbers look the same, and PsyNet would write them with .0."
                        }
                        _ => "",
                    };
                    note(
                        name,
                        format!("The experiment added this column; its cells were taken for {}.{whole}", kind.as_str()),
                    );
                }
            }
        }
    }
    notes
}
