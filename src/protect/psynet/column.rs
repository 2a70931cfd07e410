//! What is known of a column before any of its cells: the name of its rules, and what kind of cells it has.

use super::refer::Refer;
use crate::log::column::Names;
use crate::psynet::copy_csv::Record;
use crate::psynet::schema::{Kind, last_part};
use crate::psynet::survey::RawTable;

/// A column.
pub(super) struct Column {
    /// The name of its rules; cells of answers have those of their question or class.
    pub name: String,
    /// The column that says of which question or class an answer is.
    of: Option<Option<usize>>,
    pub cells: Cells,
    /// Whether cells hold JSON.
    pub json: bool,
    /// Whether its numbers have no room for a text.
    pub number: bool,
}

/// What the cells of a column are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// Numbers of the rows of a table, if that is known.
    Rows(Option<String>),
    Times,
    Bools,
    /// The worker and the assignment of a participant.
    UniqueId,
    /// Why something failed, with the rows that made it fail.
    Reasons,
    /// PsyNet's notes about a response, with times by the participant's clock.
    Metadata,
    Other,
}

impl Column {
    /// The columns of a table.
    pub fn all(table: &RawTable, refer: &Refer) -> Vec<Column> {
        let column = |(column, kind): (&String, &Kind)| {
            let name = format!("{}.{column}", table.name);
            let numbers = column == "id" && table.name != "barrier" || refer.table(column).is_some();
            let to = if column == "id" { Some(table.name.as_str()) } else { refer.table(column) };
            let cells = match (kind, name.as_str()) {
                (Kind::Int, _) if numbers => Cells::Rows(to.map(str::to_owned)),
                (Kind::Time, _) => Cells::Times,
                (Kind::Bool, _) => Cells::Bools,
                (_, "participant.unique_id") => Cells::UniqueId,
                _ if column == "failed_reason" => Cells::Reasons,
                (_, "response.metadata_") => Cells::Metadata,
                _ => Cells::Other,
            };
            let of = match name.as_str() {
                "response.answer" => Some(table.column("question")),
                "info.answer" => Some(table.column("type")),
                _ => None,
            };
            let (json, number) = (matches!(kind, Kind::Py | Kind::Jsonb), matches!(kind, Kind::Int | Kind::Float));
            Column { name, of, cells, json, number }
        };
        table.header.iter().zip(&table.kinds).map(column).collect()
    }

    /// The question or class that an answer is of, whose rules it has; nothing for other cells.
    pub fn question<'r>(&self, record: &'r Record) -> Option<&'r str> {
        let of = self.of?.and_then(|column| record.text(column)).unwrap_or_default();
        Some(if self.name == "info.answer" { last_part(of) } else { of })
    }

    /// The name of the rules of such a cell.
    pub fn name_of(&self, question: &str) -> String {
        format!("{}[{question}]", self.name)
    }
}

/// What there is for each question of a column.
pub(super) struct Each<T> {
    questions: Names,
    all: Vec<T>,
}

impl<T> Each<T> {
    pub fn new() -> Each<T> {
        Each { questions: Names::default(), all: Vec::new() }
    }

    /// What there is for a question, which `new` makes for a new one.
    pub fn of(&mut self, question: &str, new: impl FnOnce() -> T) -> Option<&mut T> {
        let number = self.questions.intern(question) as usize;
        if number == self.all.len() {
            self.all.push(new());
        }
        self.all.get_mut(number)
    }

    /// All questions with what there is for them.
    pub fn all(&self) -> impl Iterator<Item = (&str, &T)> {
        (0u32..).zip(&self.all).map(|(number, each)| (self.questions.get(number), each))
    }
}
