//! Find the columns and their types of every processed file while its rows are read.
//!
//! Which columns a class of the experiment has depends on what its rows ever fill, and that is known only at the
//! end. A [`Shaper`] decides by the rows seen so far and goes on; at the end [`Shaper::finish`] says whether the
//! decisions still hold. Only a table where one does not is read a second time.

use super::cell::{Dtype, Seen};
use super::class::{self, Knowledge, Plan, Recipe};
use super::columns::{Names, Row};
use super::copy_csv::Record;
use super::jsonpickle::Pickle;
use super::links::Links;
use super::pickles::Pickles;
use super::row::RowMaker;
use super::schema::{Kind, Schema};
use super::scrub;
use super::source_code::SourceCode;
use super::survey::RawTable;
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::file_names::Taken;
use crate::limits::Limits;
use crate::order::{self, Map};

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
    /// Per raw column: whether all its cells are exported as they stand; see [`Pickles::verbatim`].
    pub verbatim: Vec<bool>,
    /// Per raw column; see [`Pickles::members`].
    pub members: Vec<bool>,
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
    /// Columns by number: cells seen, rows that have one.
    stats: Vec<(Seen, u64)>,
    /// Column numbers in the order of the header.
    pub order: Vec<u32>,
}

impl ClassFile {
    /// The type of a column.
    pub fn dtype(&self, id: u32) -> Dtype {
        self.stats.get(id as usize).map_or(Dtype::Empty, |(seen, _)| seen.dtype())
    }

    /// Whether any row has nothing in a column.
    pub fn has_missing(&self, id: u32) -> bool {
        self.stats.get(id as usize).is_some_and(|(seen, _)| seen.has_missing())
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

    /// Adds the rows of a group of a table.
    fn add(&mut self, (number, table): (usize, &RawTable), group: usize, shape: Shape) {
        let Shape { plan, names, stats, pickles, .. } = shape;
        // The header is the union of the rows' columns in order of first appearance, rows sorted by their key. Every
        // row begins with the plan's columns, whose numbers are the first.
        let fixed = plan.fixed.len() as u32;
        let mut order: Vec<u32> = (0..names.len() as u32).collect();
        order::by_key(&mut order, |id| match stats.get(*id as usize) {
            Some(stat) if *id >= fixed => (table.rank.get(stat.first.0 as usize).copied().map(u64::from), stat.first.1),
            _ => (None, *id),
        });
        for id in order {
            let Some(stat) = stats.get(id as usize).filter(|s| s.rows > 0) else { continue };
            let own = self.names.id(names.name(id));
            if own as usize >= self.stats.len() {
                self.stats.push((Seen::default(), 0));
                self.order.push(own);
            }
            if let Some((seen, rows)) = self.stats.get_mut(own as usize) {
                seen.merge(stat.seen);
                *rows += stat.rows;
            }
        }
        self.rows += table.groups.get(group).map_or(0, |g| u64::from(g.rows));
        let fixed = plan.fixed.iter().map(|(name, _)| self.names.id(name)).collect();
        let (verbatim, members) = (pickles.verbatim(), pickles.members());
        self.parts.push(Part { table: number, group, plan, fixed, verbatim, members });
    }
}

/// Puts what was gathered of the tables together: one file a class, sorted by class.
pub fn files(tables: &[RawTable], shaped: Vec<Shaped>) -> Vec<ClassFile> {
    let mut files: Map<String, ClassFile> = Map::new();
    for ((number, table), shaped) in tables.iter().enumerate().zip(shaped) {
        for (group, shape) in shaped.shapes.into_iter().enumerate() {
            let Some(shape) = shape else { continue };
            let class = shape.plan.class.clone();
            let file = files.entry(class.clone()).or_insert_with(|| ClassFile {
                class,
                parts: Vec::new(),
                rows: 0,
                names: Names::default(),
                stats: Vec::new(),
                order: Vec::new(),
            });
            file.add((number, table), group, shape);
        }
    }
    let mut files: Vec<ClassFile> = files.into_values().collect();
    let mut taken = Taken::default();
    for file in &mut files {
        // The class names the file.
        file.class = taken.once(&file.class);
        // What rows lack counts as missing.
        file.stats.iter_mut().filter(|(_, rows)| *rows < file.rows).for_each(|(seen, _)| seen.note_missing());
    }
    files
}

/// The columns of one group's rows.
#[derive(Debug)]
struct Shape {
    plan: Plan,
    /// Numbers of the plan's columns: the first ones.
    fixed: Vec<u32>,
    names: Names,
    /// Per column.
    stats: Vec<Stat>,
    pickles: Pickles,
}

#[derive(Clone, Copy, Debug)]
struct Stat {
    seen: Seen,
    rows: u64,
    /// The row, of those that have the column the first in the order of the primary key, and its place there.
    first: (u32, u32),
}

/// What was gathered of a table.
#[derive(Debug, Default)]
pub struct Shaped {
    /// Per group; `None` where the class is not exported.
    shapes: Vec<Option<Shape>>,
    /// What went wrong.
    pub problems: Problems,
}

/// What a shaper goes by.
#[derive(Clone, Copy, Debug)]
pub struct Guide<'a> {
    /// Lists of the release.
    pub schema: &'a Schema,
    /// Declarations of the experiment.
    pub source: &'a SourceCode,
    /// Counts and lists. Tables are read in the order of their names, so those of modules are complete when
    /// participants, who need them, are read.
    pub links: &'a Links,
    /// Limits.
    pub limits: &'a Limits,
}

/// Gathers the columns of all files that rows of one table go to.
#[derive(Debug, Default)]
pub struct Shaper {
    shapes: Vec<Option<Shape>>,
    problems: Problems,
    /// What decisions were made by, beside the plans.
    kinds: Vec<Kind>,
    old: bool,
    /// Room for a row.
    room: Row<'static>,
}

impl Shaper {
    /// Notes a row of the table. `earlier` says of two rows whether the first comes first in the order of the key.
    ///
    /// # Errors
    /// [`Code::TooManyColumns`]; [`Code::OutOfMemory`] where values that recur in the row take too much.
    pub fn note(
        &mut self,
        guide: Guide<'_>,
        table: &RawTable,
        (row, record): (usize, &Record),
        earlier: impl Fn(u32, u32) -> bool,
    ) -> Result<()> {
        let group = table.group_of.get(row).copied().unwrap_or(0) as usize;
        if group >= self.shapes.len() {
            (self.old, self.kinds) = (guide.schema.is_old(), table.kinds.clone());
            self.shapes.push(shape(table, group, guide));
        }
        let Some(Some(Shape { plan, fixed, names, stats, pickles })) = self.shapes.get_mut(group) else {
            return Ok(());
        };
        let place = || Place::file(&table.member.path).record(row as u64 + 2);
        if let Some(column) = pickles.read(record) {
            let name = table.header.get(column).map(String::as_str).unwrap_or_default();
            let detail = "The cell is not the JSON that it should be; its text is kept as it is.";
            self.problems.add(Problem::new(Code::BadValue, place().field(name)).detail(detail));
        }
        let depth = guide.limits.depth;
        let spare = guide.limits.recurring();
        let maker = RowMaker { plan, table, links: guide.links, old: self.old, depth, only_kinds: true, spare };
        let made = maker.make(record, pickles, fixed, names, std::mem::take(&mut self.room).emptied())?;
        let first = row as u32;
        for (position, id) in made.order.iter().enumerate() {
            let position = position as u32;
            while stats.len() <= *id as usize {
                stats.push(Stat { seen: Seen::default(), rows: 0, first: (first, position) });
            }
            let (Some(stat), Some(cell)) = (stats.get_mut(*id as usize), made.get(*id)) else { continue };
            stat.seen.note(cell);
            stat.rows += 1;
            if *id as usize >= fixed.len() && (stat.rows == 1 || earlier(first, stat.first.0)) {
                stat.first = (first, position);
            }
        }
        self.room = made.emptied();
        if names.len() > guide.limits.columns {
            return Err(Error::new(Code::TooManyColumns, place()));
        }
        Ok(())
    }

    /// The parsed cell of the row that was noted last, if it was parsed.
    pub fn parsed<'r>(&'r self, group: usize, record: &'r Record, column: usize) -> Option<(&'r Pickle, &'r str)> {
        self.shapes.get(group)?.as_ref()?.pickles.get(record, column)
    }

    /// Ends a table that was known when it began.
    pub fn gathered(self) -> Shaped {
        Shaped { shapes: self.shapes, problems: self.problems }
    }

    /// Ends the table; `None` where it must be read again, since what was decided while reading turned out wrong.
    pub fn finish(self, table: &RawTable, schema: &Schema, source: &SourceCode) -> Option<Shaped> {
        let Shaper { shapes, problems, kinds, old, .. } = self;
        let same = |(group, shape): (usize, &Option<Shape>)| match (shape, plan(table, group, schema, source)) {
            (Some(shape), Some(plan)) => shape.plan == plan,
            (None, None) => true,
            _ => false,
        };
        let holds = shapes.is_empty() || (kinds == table.kinds && old == schema.is_old());
        (holds && shapes.iter().enumerate().all(same)).then_some(Shaped { shapes, problems })
    }
}

fn shape(table: &RawTable, group: usize, guide: Guide<'_>) -> Option<Shape> {
    let plan = plan(table, group, guide.schema, guide.source)?;
    let mut names = Names::default();
    let fixed = plan.fixed.iter().map(|(name, _)| names.id(name)).collect();
    let pickles = Pickles::new(&plan, table, guide.limits.depth);
    Some(Shape { plan, fixed, names, stats: Vec::new(), pickles })
}

/// The plan of a group whose class is exported.
fn plan(table: &RawTable, group: usize, schema: &Schema, source: &SourceCode) -> Option<Plan> {
    let plan = class::plan(table, group, schema, source)?;
    // PsyNet leaves the server's status out unless the experiment says otherwise.
    let skipped = match &source.skipped {
        Some(names) => names.contains(&plan.class),
        None => plan.class == "ExperimentStatus",
    };
    (!skipped).then_some(plan)
}
