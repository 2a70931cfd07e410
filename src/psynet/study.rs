//! What was found in an export, and how to get the files of the result out of it.

use super::cell::Dtype;
use super::chart::{Bounds, Chart};
use super::check::Check;
use super::class::Source;
use super::contents::{Database, Entry, Form, Role};
use super::database::Read;
use super::frame::ClassFile;
use super::links::Links;
use super::member::Member;
use super::notes::{self, Note};
use super::output::{self, Copy, Preview, Processed};
use super::schema::Schema;
use super::scrub::{self, Leak};
use super::shelf::Shelf;
use super::survey::RawTable;
use super::timeline::{self, Timeline};
use super::timeline_table;
use super::{Assets, Options};
use crate::error::{Code, Error, Place, Problems, Result};
use crate::limits::Limits;
use crate::order::Map;
use crate::table::Producer;
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
    by_path: Map<String, usize>,
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
        let notes = notes::of(&files, &tables);
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
fn by_path(entries: &[Entry], database: &Database) -> Map<String, usize> {
    let is_database = |entry: &Entry| {
        let path = &entry.member.path;
        let named = path.ends_with("/database.zip") || path.ends_with("-data.zip");
        // The one that was read, or the other form's beside it.
        *path == database.root || (entry.form != database.form && named)
    };
    let mut paths = Map::new();
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
