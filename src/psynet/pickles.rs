//! Parse a record's jsonpickle and JSONB cells once, and know which need not be parsed at all.

use super::class::{Plan, Recipe, Source};
use super::copy_csv::Record;
use super::json::Tree;
use super::jsonpickle::{Pickle, Value};
use super::schema::Kind;
use super::survey::RawTable;

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
    /// Whether its parts become columns, too.
    unpacked: bool,
    /// Whether every cell so far is exported as it stands: a list or an object, spelled as Python spells.
    verbatim: bool,
    /// Whether that is known of all cells, so that none needs to be parsed.
    copied: bool,
    /// Whether a cell, or a part of one, is exported that may be a string or a number; see [`Pickle::is_member`].
    members: bool,
    ok: bool,
}

impl Pickles {
    /// Room for what a plan needs.
    pub fn new(plan: &Plan, table: &RawTable, depth: usize) -> Self {
        let mut list: Vec<Option<Parsed>> = table.header.iter().map(|_| None).collect();
        let mut need = |column: usize, kind: Kind, unpacked: bool| {
            let place = list.get_mut(column).filter(|_| matches!(kind, Kind::Py | Kind::Jsonb));
            let Some(place) = place else { return };
            let parsed = place.get_or_insert_with(|| Parsed {
                pickle: Pickle::default(),
                jsonb: kind == Kind::Jsonb,
                unpacked: false,
                // The parameters of requests are respelled.
                verbatim: plan.recipe != Recipe::Request,
                copied: false,
                members: false,
                ok: false,
            });
            parsed.unpacked |= unpacked;
        };
        for (_, source) in &plan.fixed {
            if let Source::Raw(column, kind) | Source::Var(_, Some((column, kind))) = source {
                need(*column, *kind, false);
            }
        }
        let named = ["vars", "definition", "answer"].map(|name| table.column(name));
        for column in named.into_iter().flatten().filter(|_| plan.recipe == Recipe::Psynet) {
            let unpacked = Some(column) == plan.vars || plan.is_trial;
            need(column, table.kinds.get(column).copied().unwrap_or(Kind::Text), unpacked);
        }
        Pickles { list, depth }
    }

    /// The same for rows that were all read before; `verbatim` is what [`Pickles::verbatim`] then said.
    pub fn again(plan: &Plan, table: &RawTable, depth: usize, verbatim: &[bool]) -> Self {
        let mut pickles = Pickles::new(plan, table, depth);
        for (parsed, verbatim) in pickles.list.iter_mut().zip(verbatim) {
            if let Some(parsed) = parsed {
                parsed.copied = *verbatim && !parsed.unpacked;
            }
        }
        pickles
    }

    /// Per raw column: whether every cell read is exported as it stands.
    pub fn verbatim(&self) -> Vec<bool> {
        self.list.iter().map(|parsed| parsed.as_ref().is_some_and(|p| p.verbatim)).collect()
    }

    /// Per raw column: whether what it gives may be strings or numbers that are exported as JSON.
    pub fn members(&self) -> Vec<bool> {
        self.list.iter().map(|parsed| parsed.as_ref().is_some_and(|p| p.members)).collect()
    }

    /// Parses what the record holds. Answers the first column that cannot be parsed.
    pub fn read(&mut self, record: &Record) -> Option<usize> {
        let mut bad = None;
        for (column, parsed) in self.list.iter_mut().enumerate() {
            let Some(parsed) = parsed.as_mut().filter(|p| !p.copied) else { continue };
            parsed.ok = false;
            let Some(text) = record.text(column) else { continue };
            parsed.ok = match parsed.jsonb {
                true => parsed.pickle.parse_jsonb(text, self.depth),
                false => parsed.pickle.parse(text, self.depth),
            };
            parsed.verbatim &= parsed.ok
                && parsed.pickle.is_verbatim()
                && matches!(
                    parsed.pickle.value(text, Tree::ROOT),
                    Value::List(_) | Value::Dict(_) | Value::Tuple(_) | Value::Other(_)
                );
            if parsed.ok && !parsed.members && !parsed.pickle.is_tagless() {
                let (pickle, root) = (&parsed.pickle, parsed.pickle.value(text, Tree::ROOT));
                parsed.members = pickle.is_member(text, Tree::ROOT)
                    || matches!(root, Value::Dict(dict) if parsed.unpacked
                        && pickle.tree().pairs(dict).any(|(_, value)| pickle.is_member(text, value)));
            }
            if !parsed.ok && bad.is_none() {
                bad = Some(column);
            }
        }
        bad
    }

    /// The parsed text of a column, where there is one that could be parsed.
    pub fn get<'r>(&'r self, record: &'r Record, column: usize) -> Option<(&'r Pickle, &'r str)> {
        let parsed = self.list.get(column)?.as_ref().filter(|p| p.ok)?;
        Some((&parsed.pickle, record.text(column)?))
    }

    /// Whether the cells of a column are copied as they stand.
    pub fn is_copied(&self, column: usize) -> bool {
        self.list.get(column).and_then(Option::as_ref).is_some_and(|p| p.copied)
    }
}
