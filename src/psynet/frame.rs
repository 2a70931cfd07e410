//! Find the columns and their types of every processed file, in one pass over each raw table.

use super::cell::{Dtype, Seen};
use super::class::{self, Knowledge, Plan, Recipe};
use super::copy_csv::Record;
use super::links::Links;
use super::passes::{Go, Scan};
use super::row::{Names, Pickles, RowMaker};
use super::schema::Schema;
use super::scrub;
use super::source_code::SourceCode;
use super::survey::RawTable;
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use std::collections::BTreeMap;

/// The rows of a file that come from one group of one table.
#[derive(Debug)]
pub struct Part {
    /// Index of the table in the study.
    pub table: usize,
    /// Index of the group in the table.
    pub group: usize,
    /// How its rows are made.
    pub plan: Plan,
    /// Column numbers of the plan's columns.
    pub fixed: Vec<u32>,
}

/// One processed file: a class, its columns, its rows.
#[derive(Debug)]
pub struct ClassFile {
    /// What the file is called.
    pub class: String,
    /// Where its rows come from; more than one where classes of the same name share a file.
    pub parts: Vec<Part>,
    /// Number of rows.
    pub rows: u64,
    /// Names of columns by number.
    pub names: Names,
    /// Columns by number: cells seen, rows that have one, the first row and place that has one.
    stats: Vec<Stat>,
    /// Column numbers in the order of the header.
    pub order: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Stat {
    seen: Seen,
    rows: u64,
    first: (u64, u32),
}

impl ClassFile {
    /// The type of a column.
    pub fn dtype(&self, id: u32) -> Dtype {
        self.stats.get(id as usize).map_or(Dtype::Empty, |s| s.seen.dtype())
    }

    /// Whether any row has nothing in a column.
    pub fn has_missing(&self, id: u32) -> bool {
        self.stats.get(id as usize).is_some_and(|s| s.seen.has_missing())
    }

    /// Whether PsyNet's anonymous form leaves a column out.
    pub fn is_scrubbed(&self, id: u32) -> bool {
        let psynet = self.parts.iter().any(|p| p.plan.recipe != Recipe::Dallinger);
        psynet && scrub::DROPPED.contains(&self.names.name(id))
    }

    /// How sure the columns are: the least sure of its parts.
    pub fn knowledge(&self) -> Knowledge {
        let all = || self.parts.iter().map(|p| p.plan.knowledge);
        all().find(|k| *k != Knowledge::Known).unwrap_or(Knowledge::Known)
    }
}

/// Groups every table's rows into files, sorted by class.
pub fn files(tables: &[RawTable], schema: &Schema, source: &SourceCode) -> Vec<ClassFile> {
    let mut files: BTreeMap<String, ClassFile> = BTreeMap::new();
    for (table, raw) in tables.iter().enumerate() {
        for group in 0..raw.groups.len() {
            let Some(plan) = class::plan(raw, group, schema, source) else { continue };
            // PsyNet leaves the server's status out unless the experiment says otherwise.
            let skipped = match &source.skipped {
                Some(names) => names.contains(&plan.class),
                None => plan.class == "ExperimentStatus",
            };
            if skipped {
                continue;
            }
            let file = files.entry(plan.class.clone()).or_insert_with(|| ClassFile {
                class: plan.class.clone(),
                parts: Vec::new(),
                rows: 0,
                names: Names::default(),
                stats: Vec::new(),
                order: Vec::new(),
            });
            file.rows += raw.groups.get(group).map_or(0, |g| u64::from(g.rows));
            let fixed = plan.fixed.iter().map(|(name, _)| file.names.id(name)).collect();
            file.parts.push(Part { table, group, plan, fixed });
        }
    }
    files.into_values().collect()
}

/// Gathers the columns of all files that rows of one table go to.
#[derive(Debug)]
pub struct Shaper {
    /// Index of the table.
    table: usize,
    scan: Scan,
    /// Per group of the table: index of its file and part, and room to parse its cells.
    homes: Vec<Option<(usize, usize, Pickles)>>,
}

/// What a shaper needs of the study that it helps to make.
#[derive(Debug)]
pub struct Shaping<'a> {
    /// All tables.
    pub tables: &'a [RawTable],
    /// Counts and lists.
    pub links: &'a Links,
    /// Whether PsyNet was older than 13.
    pub old: bool,
    /// Limits.
    pub limits: &'a Limits,
    /// The files, whose columns are gathered.
    pub files: &'a mut [ClassFile],
    /// What goes wrong.
    pub problems: &'a mut Problems,
}

impl Shaper {
    /// Begins with a table.
    pub fn new(table: usize, raw: &RawTable, files: &[ClassFile], limits: &Limits) -> Result<Self> {
        let mut homes: Vec<_> = raw.groups.iter().map(|_| None).collect();
        for (f, file) in files.iter().enumerate() {
            for (p, part) in file.parts.iter().enumerate().filter(|(_, part)| part.table == table) {
                if let Some(home) = homes.get_mut(part.group) {
                    *home = Some((f, p, Pickles::new(&part.plan, raw, limits.depth)));
                }
            }
        }
        Ok(Shaper { table, scan: Scan::new(raw, limits)?, homes })
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        self.scan.push(chunk);
    }

    /// Reads a piece.
    pub fn step(&mut self, shaping: &mut Shaping<'_>) -> Result<Go> {
        let Some(table) = shaping.tables.get(self.table) else { return Ok(Go::End) };
        let homes = &mut self.homes;
        self.scan.step(&mut |row, record| {
            let group = table.group_of.get(row).copied().unwrap_or(0);
            if let Some(Some((file, part, pickles))) = homes.get_mut(group as usize) {
                note(shaping, table, row, record, (*file, *part), pickles);
                let columns = shaping.files.get(*file).map_or(0, |f| f.names.len());
                if columns > shaping.limits.columns {
                    return Err(Error::new(
                        Code::TooManyColumns,
                        Place::file(&table.member.path).record(row as u64 + 2),
                    ));
                }
            }
            Ok(())
        })
    }
}

fn note(
    shaping: &mut Shaping<'_>,
    table: &RawTable,
    row: usize,
    record: &Record,
    (file, number): (usize, usize),
    pickles: &mut Pickles,
) {
    let Some(ClassFile { parts, names, stats, .. }) = shaping.files.get_mut(file) else { return };
    let Some(part) = parts.get(number) else { return };
    if let Some(column) = pickles.read(record) {
        let name = table.header.get(column).map(String::as_str).unwrap_or_default();
        let place = Place::file(&table.member.path).record(row as u64 + 2).field(name);
        let detail = "The cell is not the JSON that it should be; its text is kept as it is.";
        shaping.problems.add(Problem::new(Code::BadValue, place).detail(detail));
    }
    let maker = RowMaker {
        plan: &part.plan,
        table,
        links: shaping.links,
        old: shaping.old,
        depth: shaping.limits.depth,
        only_kinds: true,
    };
    let made = maker.make(record, pickles, &part.fixed, names);
    let rank = table.rank.get(row).copied().unwrap_or(0);
    let place = (number as u64) << 32 | u64::from(rank);
    for (position, id) in made.order.iter().enumerate() {
        while stats.len() <= *id as usize {
            stats.push(Stat { seen: Seen::default(), rows: 0, first: (u64::MAX, 0) });
        }
        let (Some(stat), Some(cell)) = (stats.get_mut(*id as usize), made.get(*id)) else { continue };
        stat.seen.note(cell);
        stat.rows += 1;
        // The header is the union of the rows' columns in order of first appearance, rows sorted by their key.
        stat.first = stat.first.min((place, position as u32));
    }
}

/// Ends the gathering: columns get their order, and rows that lack one count as missing.
pub fn finish(files: &mut [ClassFile]) {
    for file in files {
        let mut order: Vec<u32> = (0..file.stats.len() as u32).collect();
        order.sort_by_key(|id| file.stats.get(*id as usize).map(|s| s.first));
        order.retain(|id| file.stats.get(*id as usize).is_some_and(|s| s.rows > 0));
        file.order = order;
        for stat in file.stats.iter_mut().filter(|s| s.rows < file.rows) {
            stat.seen.note_missing();
        }
    }
}
