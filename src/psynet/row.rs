//! Make the row of a processed table from a raw record: columns, extras, unpacked variables, definitions, answers.

use super::cell::Value as Cell;
use super::class::{Plan, Recipe, Source, is_dropped};
use super::columns::{Names, Row};
use super::copy_csv::Record;
use super::datetime::DateTime;
use super::json::{Index, Tree};
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::links::Links;
use super::number;
use super::pickles::Pickles;
use super::python;
use super::schema::Kind;
use super::survey::RawTable;
use crate::error::{Code, Error, Place, Result};
use std::borrow::Cow;

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
    /// Bytes that what recurs in a record may take: it is spelled out in each column that it is unpacked into.
    pub spare: usize,
}

/// A row that is being made, and how many bytes its cells may still take.
#[derive(Debug)]
pub(super) struct Filling<'r> {
    row: Row<'r>,
    left: usize,
}

impl<'r> Filling<'r> {
    /// Sets a cell.
    pub fn set(&mut self, id: u32, cell: Cell<'r>) -> Result<()> {
        let bytes = match &cell {
            Cell::Text(text) | Cell::Json(text) | Cell::Int(text) => text.len(),
            Cell::None | Cell::Bool(_) | Cell::Float(_) => 0,
        };
        let too_much = || {
            let detail = "A row has values that recur in it and take too much where each is spelled out.";
            Error::new(Code::OutOfMemory, Place::default()).detail(detail)
        };
        self.left = self.left.checked_sub(bytes).ok_or_else(too_much)?;
        self.row.set(id, cell);
        Ok(())
    }

    /// Allows for the cells that another text of so many bytes gives.
    pub fn allow(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes.saturating_mul(SPELLINGS));
    }
}

/// How many times as long as its text in the database a value may become: it is a column and a part of one, and
/// what is not ASCII is escaped.
const SPELLINGS: usize = 6;

/// A dict that may be unpacked: where it is.
pub(super) type Part<'r> = (&'r Pickle, &'r str, Index);

impl<'s> RowMaker<'s> {
    /// Makes the row of a record in the room of an empty one. `fixed` has the column numbers of the plan's columns.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] where what recurs takes more than `spare`.
    pub fn make<'r>(
        &self,
        record: &'r Record,
        pickles: &'r Pickles,
        fixed: &[u32],
        names: &mut Names,
        row: Row<'r>,
    ) -> Result<Row<'r>>
    where
        's: 'r,
    {
        let mut filling = Filling { row, left: self.most(record) };
        self.fill(record, pickles, fixed, names, &mut filling).map_err(|e| e.in_file(&self.table.member.path))?;
        Ok(filling.row)
    }

    /// Bytes that the cells of a record may take.
    pub(super) fn most(&self, record: &Record) -> usize {
        usize::try_from(record.memory()).unwrap_or(usize::MAX).saturating_mul(SPELLINGS).saturating_add(self.spare)
    }

    fn fill<'r>(
        &self,
        record: &'r Record,
        pickles: &'r Pickles,
        fixed: &[u32],
        names: &mut Names,
        filling: &mut Filling<'r>,
    ) -> Result<()>
    where
        's: 'r,
    {
        for ((_, source), id) in self.plan.fixed.iter().zip(fixed) {
            filling.set(*id, self.source(source, record, pickles))?;
        }
        if self.plan.recipe != Recipe::Psynet {
            return Ok(());
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
                filling.set(names.id(&name), self.cell(pickle, text, value, false))?;
            }
        }
        if self.plan.module_vars {
            self.module_vars(record, names, filling)?;
        }
        for part in [definition, answer].into_iter().flatten().filter(|_| self.plan.is_trial) {
            let (pickle, text, dict) = part;
            for (key, value) in pickle.tree().pairs(dict) {
                let id = names.id(&text_of(pickle, text, key));
                if filling.row.get(id).is_none() {
                    filling.set(id, self.cell(pickle, text, value, self.old))?;
                }
            }
        }
        Ok(())
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

    pub(super) fn integer(&self, record: &Record, name: &str) -> Option<i64> {
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
            Kind::Time if self.only_kinds && !self.old => Cell::Text(Cow::Borrowed("")),
            Kind::Time => match DateTime::from_postgres(text) {
                // Before 13 only columns of PsyNet's own classes were formatted.
                Some(time) if self.old && self.plan.recipe != Recipe::Psynet => Cell::Json(Cow::Owned(time.pickle())),
                Some(_) => Cell::Text(Cow::Borrowed(text.get(..19).unwrap_or(text))),
                None => plain(),
            },
            Kind::Py | Kind::Jsonb if pickles.is_copied(column) => Cell::Json(Cow::Borrowed(text)),
            Kind::Py | Kind::Jsonb => match pickles.get(record, column) {
                Some((pickle, text)) if self.plan.recipe == Recipe::Request => self.request_params(pickle, text),
                Some((pickle, text)) => self.cell(pickle, text, Tree::ROOT, false),
                None => plain(),
            },
        }
    }

    /// The cell of a jsonpickle value. `pickled_times` is how PsyNet before 13 exported times in parts.
    pub(super) fn cell<'r>(&self, pickle: &Pickle, text: &'r str, index: Index, pickled_times: bool) -> Cell<'r> {
        match pickle.value(text, index) {
            Value::Null => Cell::None,
            Value::Bool(b) => Cell::Bool(b),
            Value::Int(digits) => Cell::Int(Cow::Borrowed(digits)),
            Value::Float(f) => Cell::Float(f),
            Value::Text(raw, true) => Cell::Text(Cow::Borrowed(raw)),
            Value::Text(raw, false) => Cell::Text(Cow::Owned(json_text::decode(raw))),
            Value::Time(time) if !pickled_times => Cell::Text(Cow::Owned(time.format())),
            Value::Other(dict) => match pickle.markup(text, dict) {
                Some(markup) => Cell::Text(Cow::Owned(markup)),
                None => self.json(pickle, text, index),
            },
            _ => self.json(pickle, text, index),
        }
    }

    fn json<'r>(&self, pickle: &Pickle, text: &'r str, index: Index) -> Cell<'r> {
        if self.only_kinds {
            return Cell::Json(Cow::Borrowed(""));
        }
        if pickle.is_verbatim_at(index) {
            return Cell::Json(Cow::Borrowed(pickle.tree().raw(text, index)));
        }
        let mut json = String::new();
        if !pickle.dump(text, index, self.depth, &mut json) {
            json = pickle.tree().raw(text, index).to_owned();
        }
        Cell::Json(Cow::Owned(json))
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
                let most = text.len().saturating_mul(SPELLINGS).saturating_add(self.spare);
                match python::repr(pickle, text, Tree::ROOT, (self.depth, most), &mut out) {
                    true => Cell::Text(Cow::Owned(out)),
                    false => Cell::Json(Cow::Borrowed(text)),
                }
            }
            _ => self.cell(pickle, text, Tree::ROOT, false),
        }
    }
}

/// The place of a plain dict, references resolved.
pub(super) fn as_dict<'r>(pickle: &'r Pickle, text: &'r str, index: Index) -> Option<Part<'r>> {
    match pickle.value(text, index) {
        Value::Dict(dict) => Some((pickle, text, dict)),
        _ => None,
    }
}

pub(super) fn text_of<'r>(pickle: &Pickle, text: &'r str, index: Index) -> Cow<'r, str> {
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
