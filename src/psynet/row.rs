//! Make the row of a processed table from a raw record: columns, extras, unpacked variables, definitions, answers.

use super::cell::Value as Cell;
use super::class::{Count, Plan, Recipe, Source, is_dropped};
use super::copy_csv::Record;
use super::datetime::DateTime;
use super::json::{Index, Tree};
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::links::{Links, ModuleRun};
use super::number;
use super::python;
use super::schema::Kind;
use super::survey::RawTable;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The columns of a file by name, numbered in order of first appearance while they are gathered.
#[derive(Clone, Debug, Default)]
pub struct Names {
    list: Vec<String>,
    ids: BTreeMap<String, u32>,
}

impl Names {
    /// The number of a column; a new name gets the next one.
    pub fn id(&mut self, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    /// The name of a column.
    pub fn name(&self, id: u32) -> &str {
        self.list.get(id as usize).map_or("", String::as_str)
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.list.len()
    }
}

/// A row: cells by column number, and the columns in the order in which the row got them.
#[derive(Debug, Default)]
pub struct Row<'r> {
    cells: Vec<Option<Cell<'r>>>,
    /// Column numbers in order.
    pub order: Vec<u32>,
}

impl<'r> Row<'r> {
    /// A cell, if the row has one in that column.
    pub fn get(&self, id: u32) -> Option<&Cell<'r>> {
        self.cells.get(id as usize)?.as_ref()
    }

    /// Sets a cell: in place where there is one already, as a Python dict does.
    fn set(&mut self, id: u32, value: Cell<'r>) {
        let place = id as usize;
        if place >= self.cells.len() {
            self.cells.resize(place + 1, None);
        }
        if self.cells.get_mut(place).is_some_and(|cell| cell.replace(value).is_none()) {
            self.order.push(id);
        }
    }
}

/// The parsed cells of one record.
#[derive(Debug)]
pub struct Pickles {
    /// Per raw column: the parsed text, for columns that hold jsonpickle or JSONB and are exported.
    list: Vec<Option<Parsed>>,
    depth: usize,
}

#[derive(Debug)]
struct Parsed {
    pickle: Pickle,
    jsonb: bool,
    ok: bool,
}

impl Pickles {
    /// Room for what a plan needs.
    pub fn new(plan: &Plan, table: &RawTable, depth: usize) -> Self {
        let mut list: Vec<Option<Parsed>> = table.header.iter().map(|_| None).collect();
        let parsed = |jsonb| Some(Parsed { pickle: Pickle::default(), jsonb, ok: false });
        let mut need = |column: usize, kind: Kind| {
            if let Some(place) = list.get_mut(column).filter(|_| matches!(kind, Kind::Py | Kind::Jsonb)) {
                *place = parsed(kind == Kind::Jsonb);
            }
        };
        for (_, source) in &plan.fixed {
            if let Source::Raw(column, kind) | Source::Var(_, Some((column, kind))) = source {
                need(*column, *kind);
            }
        }
        let named = ["vars", "definition", "answer"].map(|name| table.column(name));
        for column in named.into_iter().flatten().filter(|_| plan.recipe == Recipe::Psynet) {
            need(column, table.kinds.get(column).copied().unwrap_or(Kind::Text));
        }
        Pickles { list, depth }
    }

    /// Parses what the record holds. Answers the first column that cannot be parsed.
    pub fn read(&mut self, record: &Record) -> Option<usize> {
        let mut bad = None;
        for (column, parsed) in self.list.iter_mut().enumerate() {
            let Some(parsed) = parsed else { continue };
            parsed.ok = false;
            let Some(text) = record.text(column) else { continue };
            parsed.ok = match parsed.jsonb {
                true => parsed.pickle.parse_jsonb(text, self.depth),
                false => parsed.pickle.parse(text, self.depth),
            };
            if !parsed.ok && bad.is_none() {
                bad = Some(column);
            }
        }
        bad
    }

    /// The parsed text of a column, where there is one that could be parsed.
    fn get<'r>(&'r self, record: &'r Record, column: usize) -> Option<(&'r Pickle, &'r str)> {
        let parsed = self.list.get(column)?.as_ref().filter(|p| p.ok)?;
        Some((&parsed.pickle, record.text(column)?))
    }
}

/// Makes rows of one class.
#[derive(Clone, Copy, Debug)]
pub struct RowMaker<'s> {
    /// The plan.
    pub plan: &'s Plan,
    /// The table.
    pub table: &'s RawTable,
    /// Counts and lists.
    pub links: &'s Links,
    /// Whether PsyNet was older than 13.
    pub old: bool,
    /// Deepest nesting.
    pub depth: usize,
    /// Whether only the kinds of cells matter, so that JSON need not be written.
    pub only_kinds: bool,
}

/// A dict that may be unpacked: where it is.
type Part<'r> = (&'r Pickle, &'r str, Index);

impl<'s> RowMaker<'s> {
    /// Makes the row of a record. `fixed` has the column numbers of the plan's columns.
    pub fn make<'r>(&self, record: &'r Record, pickles: &'r Pickles, fixed: &[u32], names: &mut Names) -> Row<'r>
    where
        's: 'r,
    {
        let mut row = Row { cells: vec![None; names.len()], order: Vec::with_capacity(names.len()) };
        for ((_, source), id) in self.plan.fixed.iter().zip(fixed) {
            row.set(*id, self.source(source, record, pickles));
        }
        if self.plan.recipe != Recipe::Psynet {
            return row;
        }
        let dict = |name: &str| {
            let (pickle, text) = pickles.get(record, self.table.column(name)?)?;
            as_dict(pickle, text, Tree::ROOT)
        };
        let mut definition = if self.plan.is_trial { dict("definition") } else { None };
        let mut answer = if self.plan.is_trial { dict("answer") } else { None };
        let vars = self.plan.vars.and_then(|column| pickles.get(record, column));
        if let Some((pickle, text, root)) = vars.and_then(|(p, t)| as_dict(p, t, Tree::ROOT)) {
            for (key, value) in pickle.tree().pairs(root) {
                let name = text_of(pickle, text, key);
                if name.starts_with('_') || is_dropped(&name) {
                    continue;
                }
                // A variable hides the column of the same name, also from what is unpacked below.
                match name.as_ref() {
                    "definition" => definition = as_dict(pickle, text, value),
                    "answer" => answer = as_dict(pickle, text, value),
                    _ => {}
                }
                row.set(names.id(&name), self.cell(pickle, text, value, false));
            }
        }
        if self.plan.module_vars {
            self.module_vars(record, names, &mut row);
        }
        for part in [definition, answer].into_iter().flatten().filter(|_| self.plan.is_trial) {
            let (pickle, text, dict) = part;
            for (key, value) in pickle.tree().pairs(dict) {
                let id = names.id(&text_of(pickle, text, key));
                if row.get(id).is_none() {
                    row.set(id, self.cell(pickle, text, value, self.old));
                }
            }
        }
        row
    }

    fn source<'r>(&self, source: &'r Source, record: &'r Record, pickles: &'r Pickles) -> Cell<'r>
    where
        's: 'r,
    {
        let id = || self.integer(record, "id");
        match source {
            Source::Raw(column, kind) => self.raw(*column, *kind, record, pickles),
            Source::Null => Cell::None,
            Source::Word(word) => Cell::Text(Cow::Borrowed(word)),
            Source::NodeType(degree) => match degree.and_then(|c| record.text(c)) {
                Some("0") => Cell::word("TrialSource"),
                _ => Cell::Text(Cow::Borrowed(&self.plan.class)),
            },
            Source::Count(count) => self.count(*count, id(), record),
            Source::Modules(flag) => self.modules(id(), *flag),
            Source::Module => {
                let state = self.integer(record, "module_state_id");
                let module = state.and_then(|s| self.links.modules.get(&s)).cloned().flatten();
                module.map_or(Cell::None, |m| Cell::Text(Cow::Owned(m)))
            }
            Source::Definition(key) => self.definition(record, pickles, |pickle, text, dict| {
                Some(self.cell(pickle, text, pickle.tree().get(text, dict, key)?, false))
            }),
            Source::UpdatedVector => self.updated_vector(record, pickles),
            Source::Stimulus(number) => self.definition(record, pickles, |pickle, text, dict| {
                let ordered = pickle.value(text, pickle.tree().get(text, dict, "ordered")?);
                let (Value::List(list) | Value::Tuple(list)) = ordered else { return None };
                let stimulus = pickle.value(text, pickle.tree().element(list, *number)?);
                let Value::Dict(stimulus) = stimulus else { return None };
                Some(self.cell(pickle, text, pickle.tree().get(text, stimulus, "value")?, false))
            }),
            Source::Var(name, column) => self.variable(name, record, pickles).unwrap_or_else(|| match column {
                Some((column, kind)) => self.raw(*column, *kind, record, pickles),
                None => Cell::None,
            }),
            Source::Declared(name, default) => self.variable(name, record, pickles).unwrap_or_else(|| {
                let mut pickle = Pickle::default();
                match pickle.parse(default, self.depth) {
                    true => owned(self.cell(&pickle, default, Tree::ROOT, false)),
                    false => Cell::None,
                }
            }),
        }
    }

    /// A variable, if the row has it.
    fn variable<'r>(&self, name: &str, record: &'r Record, pickles: &'r Pickles) -> Option<Cell<'r>> {
        let (pickle, text) = pickles.get(record, self.table.column("vars")?)?;
        let (pickle, text, dict) = as_dict(pickle, text, Tree::ROOT)?;
        Some(self.cell(pickle, text, pickle.tree().get(text, dict, name)?, false))
    }

    fn integer(&self, record: &Record, name: &str) -> Option<i64> {
        record.text(self.table.column(name)?)?.parse().ok()
    }

    fn raw<'r>(&self, column: usize, kind: Kind, record: &'r Record, pickles: &'r Pickles) -> Cell<'r> {
        let Some(text) = record.text(column) else { return Cell::None };
        let plain = || Cell::Text(Cow::Borrowed(text));
        match kind {
            Kind::Text => plain(),
            Kind::Bool => Cell::Bool(text == "t"),
            Kind::Int if number::is_int(text) => Cell::Int(Cow::Borrowed(text)),
            Kind::Int => plain(),
            Kind::Float => number::float(text).map_or_else(plain, Cell::Float),
            Kind::PyClass => {
                let mut json = "{\"py/type\": ".to_owned();
                json_text::write_text(text, &mut json);
                json.push('}');
                Cell::Json(Cow::Owned(json))
            }
            Kind::Time => match DateTime::from_postgres(text) {
                // Before 13 only columns of PsyNet's own classes were formatted.
                Some(time) if self.old && self.plan.recipe != Recipe::Psynet => Cell::Json(Cow::Owned(time.pickle())),
                Some(_) => Cell::Text(Cow::Borrowed(text.get(..19).unwrap_or(text))),
                None => plain(),
            },
            Kind::Py | Kind::Jsonb => match pickles.get(record, column) {
                Some((pickle, text)) if self.plan.recipe == Recipe::Request => self.request_params(pickle, text),
                Some((pickle, text)) => self.cell(pickle, text, Tree::ROOT, false),
                None => plain(),
            },
        }
    }

    /// The cell of a jsonpickle value. `pickled_times` is how PsyNet before 13 exported times in parts.
    fn cell<'r>(&self, pickle: &Pickle, text: &'r str, index: Index, pickled_times: bool) -> Cell<'r> {
        match pickle.value(text, index) {
            Value::Null => Cell::None,
            Value::Bool(b) => Cell::Bool(b),
            Value::Int(digits) => Cell::Int(Cow::Borrowed(digits)),
            Value::Float(f) => Cell::Float(f),
            Value::Text(raw, true) => Cell::Text(Cow::Borrowed(raw)),
            Value::Text(raw, false) => Cell::Text(Cow::Owned(json_text::decode(raw))),
            Value::Time(time) if !pickled_times => Cell::Text(Cow::Owned(time.format())),
            _ if self.only_kinds => Cell::Json(Cow::Borrowed("")),
            _ if pickle.is_verbatim() => Cell::Json(Cow::Borrowed(pickle.tree().raw(text, index))),
            _ => {
                let mut json = String::new();
                if !pickle.dump(text, index, self.depth, &mut json) {
                    json = pickle.tree().raw(text, index).to_owned();
                }
                Cell::Json(Cow::Owned(json))
            }
        }
    }

    /// PsyNet exports the parameters of a request as Python prints a dict.
    fn request_params<'r>(&self, pickle: &'r Pickle, text: &'r str) -> Cell<'r> {
        match pickle.value(text, Tree::ROOT) {
            Value::Dict(_) | Value::List(_) if self.only_kinds => Cell::Text(Cow::Borrowed("")),
            Value::Dict(_) if self.old => {
                let mut json = r#"{"py/object": "sqlalchemy.ext.mutable.MutableDict", "py/state": "#.to_owned();
                if !pickle.dump(text, Tree::ROOT, self.depth, &mut json) {
                    return Cell::Json(Cow::Borrowed(text));
                }
                json.push('}');
                Cell::Json(Cow::Owned(json))
            }
            Value::Dict(_) | Value::List(_) => {
                let mut out = String::new();
                match python::repr(pickle, text, Tree::ROOT, self.depth, &mut out) {
                    true => Cell::Text(Cow::Owned(out)),
                    false => Cell::Json(Cow::Borrowed(text)),
                }
            }
            _ => self.cell(pickle, text, Tree::ROOT, false),
        }
    }

    fn count<'r>(&self, count: Count, id: Option<i64>, record: &Record) -> Cell<'r> {
        let id = id.unwrap_or(i64::MIN);
        let nodes = || self.links.nodes.get(&id).copied().unwrap_or_default();
        Cell::count(match count {
            Count::Infos(which) => self.links.infos.get(&id).and_then(|c| c.get(which)).copied().unwrap_or(0),
            Count::Nodes(which) => nodes().get(which).copied().unwrap_or(0),
            Count::AllNodes => nodes().iter().sum(),
            Count::Viable => self.links.viable.get(&id).copied().unwrap_or(0),
            Count::Trials => self.links.trials.get(&id).copied().unwrap_or(0),
            Count::BlockTrials => {
                let position = self.integer(record, "block_position");
                position.and_then(|p| self.links.block_trials.get(&(id, p))).copied().unwrap_or(0)
            }
        })
    }

    fn modules<'r>(&self, participant: Option<i64>, flag: usize) -> Cell<'r> {
        let mut runs: Vec<&ModuleRun> =
            participant.and_then(|p| self.links.runs.get(&p)).map(|r| r.iter().collect()).unwrap_or_default();
        runs.sort_by_key(|run| (&run.started_at, run.id));
        let mut json = "[".to_owned();
        for run in runs.into_iter().filter(|run| run.flags.get(flag) == Some(&true)) {
            if json.len() > 1 {
                json.push_str(", ");
            }
            match &run.module {
                Some(module) => json_text::write_text(module, &mut json),
                None => json.push_str("null"),
            }
        }
        json.push(']');
        Cell::Json(Cow::Owned(json))
    }

    fn definition<'r>(
        &self,
        record: &'r Record,
        pickles: &'r Pickles,
        of: impl FnOnce(&'r Pickle, &'r str, Index) -> Option<Cell<'r>>,
    ) -> Cell<'r> {
        let column = self.table.column("definition");
        let dict = column.and_then(|c| pickles.get(record, c)).and_then(|(p, t)| as_dict(p, t, Tree::ROOT));
        dict.and_then(|(pickle, text, dict)| of(pickle, text, dict)).unwrap_or(Cell::None)
    }

    fn updated_vector<'r>(&self, record: &'r Record, pickles: &'r Pickles) -> Cell<'r> {
        let answer = self.table.column("answer").and_then(|c| pickles.get(record, c));
        let Some((answer, answer_text)) = answer.filter(|(p, t)| p.value(t, Tree::ROOT) != Value::Null) else {
            return Cell::None;
        };
        self.definition(record, pickles, |pickle, text, dict| {
            let get = |key| pickle.tree().get(text, dict, key).map(|i| pickle.value(text, i));
            let (Value::List(vector), Value::Int(active)) = (get("vector")?, get("active_index")?) else { return None };
            let length = pickle.tree().children(vector).count();
            let active = active.parse::<i64>().ok()?;
            // Python counts negative indexes from the end.
            let active = usize::try_from(if active < 0 { active.checked_add(length as i64)? } else { active }).ok()?;
            let mut json = "[".to_owned();
            for (number, element) in pickle.tree().children(vector).enumerate() {
                json.push_str(if number > 0 { ", " } else { "" });
                let done = match number == active {
                    true => answer.dump(answer_text, Tree::ROOT, self.depth, &mut json),
                    false => pickle.dump(text, element, self.depth, &mut json),
                };
                if !done {
                    return None;
                }
            }
            json.push(']');
            (active < length).then_some(Cell::Json(Cow::Owned(json)))
        })
    }

    /// PsyNet before 13: `<module>__<variable>`, from a module's second run on `<module>__<run>__<variable>`.
    fn module_vars<'r>(&self, record: &Record, names: &mut Names, row: &mut Row<'r>) {
        let Some(runs) = self.integer(record, "id").and_then(|id| self.links.runs.get(&id)) else { return };
        let mut sorted: Vec<&ModuleRun> = runs.iter().collect();
        sorted.sort_by_key(|run| &run.started_at);
        let mut modules: Vec<(Option<&str>, Vec<&ModuleRun>)> = Vec::new();
        for run in sorted {
            let module = run.module.as_deref();
            match modules.iter_mut().find(|(m, _)| *m == module) {
                Some((_, runs)) => runs.push(run),
                None => modules.push((module, vec![run])),
            }
        }
        let mut pickle = Pickle::default();
        for (module, runs) in modules {
            let module = module.unwrap_or("None");
            for (number, run) in runs.into_iter().enumerate() {
                let Some(text) = run.vars.as_deref().filter(|t| pickle.parse(t, self.depth)) else { continue };
                let Some((pickle, text, dict)) = as_dict(&pickle, text, Tree::ROOT) else { continue };
                for (key, value) in pickle.tree().pairs(dict) {
                    let key = text_of(pickle, text, key);
                    let name =
                        if number == 0 { format!("{module}__{key}") } else { format!("{module}__{number}__{key}") };
                    row.set(names.id(&name), owned(self.cell(pickle, text, value, true)));
                }
            }
        }
    }
}

/// The place of a plain dict, references resolved.
fn as_dict<'r>(pickle: &'r Pickle, text: &'r str, index: Index) -> Option<Part<'r>> {
    match pickle.value(text, index) {
        Value::Dict(dict) => Some((pickle, text, dict)),
        _ => None,
    }
}

fn text_of<'r>(pickle: &Pickle, text: &'r str, index: Index) -> Cow<'r, str> {
    match pickle.value(text, index) {
        Value::Text(raw, false) => Cow::Owned(json_text::decode(raw)),
        _ => Cow::Borrowed(pickle.tree().raw(text, index)),
    }
}

/// The same cell, owning its text.
pub fn owned(cell: Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::None => Cell::None,
        Cell::Bool(b) => Cell::Bool(b),
        Cell::Float(f) => Cell::Float(f),
        Cell::Int(text) => Cell::Int(Cow::Owned(text.into_owned())),
        Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
        Cell::Json(text) => Cell::Json(Cow::Owned(text.into_owned())),
    }
}
