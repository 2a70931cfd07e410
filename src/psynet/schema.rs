//! Ask here which columns PsyNet's and Dallinger's own classes have, in which order they are exported.
//!
//! The lists are facts about PsyNet 13.3.0 and 12.1.1, taken from running installations: every mapped
//! class was asked for its ordered column attributes, its identity and its extra variables, every table
//! for its columns, kinds and primary key. They stand in two small texts, one line per fact:
//!
//! ```text
//! V 13.3.0                          version of PsyNet
//! T vector Vector id                table, its base class, its primary key
//! C i id s type …                   its columns; a word of one letter is the kind of what follows
//! L 0-3 7 =n_all_nodes              an export order: column numbers and what SQL computes
//! K dallinger.models.Vector @vector +x   a class of that order: @identity (@ alone: none), +extra variables
//! ```

use crate::order::{self, Map};
use std::sync::OnceLock;

/// How the cells of a raw column are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Int,
    /// Floats; PostgreSQL prints `400` for 400.0.
    Float,
    /// `t` and `f`.
    Bool,
    /// Text.
    Text,
    /// Timestamps.
    Time,
    /// jsonpickle text.
    Py,
    /// PostgreSQL's JSONB.
    Jsonb,
    /// The dotted name of a Python class.
    PyClass,
}

impl Kind {
    /// A plain word, in the plural.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Int => "whole numbers",
            Kind::Float => "floats",
            Kind::Bool => "truth values",
            Kind::Text | Kind::PyClass => "text",
            Kind::Time => "timestamps",
            Kind::Py | Kind::Jsonb => "JSON",
        }
    }
}

/// One entry of a class's export order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A column of the table, by name.
    Column(&'static str),
    /// A count that PsyNet lets SQL compute.
    Computed(&'static str),
}

impl Attribute {
    /// The name in the header.
    pub fn name(&self) -> &'static str {
        match self {
            Attribute::Column(name) | Attribute::Computed(name) => name,
        }
    }
}

/// A class that PsyNet or Dallinger defines.
#[derive(Clone, Debug)]
pub struct Class {
    /// Dotted name.
    pub path: &'static str,
    /// What stands in the `type` column; `None` for tables without one.
    pub identity: Option<&'static str>,
    /// Ordered attributes.
    pub attributes: Vec<Attribute>,
    /// Names of computed extra variables, appended after the attributes.
    pub extras: Vec<&'static str>,
}

impl Class {
    /// The last part of the dotted name: what the file is called.
    pub fn name(&self) -> &'static str {
        last_part(self.path)
    }

    /// Whether this is one of Dallinger's plain classes, which are exported by their own recipe.
    pub fn is_dallinger(&self) -> bool {
        self.path.starts_with("dallinger.")
    }

    /// Whether the class has an attribute of that name.
    pub fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|a| a.name() == name)
    }
}

/// A table of PsyNet's or Dallinger's.
#[derive(Clone, Debug, Default)]
pub struct TableFacts {
    /// The class that every other class of the table inherits from: its `object_type`.
    pub base: &'static str,
    /// Columns that rows are sorted by.
    pub key: Vec<&'static str>,
    /// Columns in table order.
    pub columns: Vec<(&'static str, Kind)>,
    /// Classes, sorted by name.
    pub classes: Vec<Class>,
}

impl TableFacts {
    /// The kind of a column.
    pub fn kind(&self, column: &str) -> Option<Kind> {
        self.columns.iter().find(|(name, _)| *name == column).map(|(_, kind)| *kind)
    }

    /// Dallinger's own class that the others of the table extend; nothing in tables that only PsyNet has.
    pub fn plain(&self) -> Option<&Class> {
        self.classes.iter().find(|c| c.is_dallinger() && c.name() == self.base)
    }

    /// The class with that identity.
    pub fn class(&self, identity: Option<&str>) -> Option<&Class> {
        self.classes.iter().find(|c| c.identity == identity)
    }
}

/// What is known about one release.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Release of PsyNet that the lists were taken from.
    pub version: &'static str,
    tables: Map<&'static str, TableFacts>,
}

impl Schema {
    /// The lists that fit a PsyNet version (the newest where it is unknown). They are read from their text once.
    pub fn for_version(version: Option<&str>) -> &'static Schema {
        static OLD: OnceLock<Schema> = OnceLock::new();
        static NEW: OnceLock<Schema> = OnceLock::new();
        if major(version).is_some_and(|m| m < 13) {
            OLD.get_or_init(|| Schema::parse(include_str!("schema_12.1.1.txt")))
        } else {
            NEW.get_or_init(|| Schema::parse(include_str!("schema_13.3.0.txt")))
        }
    }

    /// The facts about a table.
    pub fn table(&self, name: &str) -> Option<&TableFacts> {
        self.tables.get(name)
    }

    /// Whether PsyNet wrote these exports before release 13, which changed how values are formatted.
    pub fn is_old(&self) -> bool {
        major(Some(self.version)).is_some_and(|m| m < 13)
    }

    fn parse(text: &'static str) -> Schema {
        let mut schema = Schema::default();
        let mut table = "";
        let mut order = Vec::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            let tag = words.next().unwrap_or_default();
            if tag == "V" {
                schema.version = words.next().unwrap_or_default();
                continue;
            }
            if tag == "T" {
                table = words.next().unwrap_or_default();
                let base = words.next().unwrap_or_default();
                let facts = TableFacts { base, key: words.collect(), ..TableFacts::default() };
                schema.tables.insert(table, facts);
                continue;
            }
            let Some(facts) = schema.tables.get_mut(table) else { continue };
            match tag {
                "C" => facts.columns = columns(words),
                "L" => order = words.flat_map(|w| attributes(w, &facts.columns)).collect(),
                _ => facts.classes.push(class(words, &order)),
            }
        }
        for facts in schema.tables.values_mut() {
            order::by_key(&mut facts.classes, Class::name);
        }
        schema
    }
}

/// The last part of a dotted name.
pub fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn major(version: Option<&str>) -> Option<u32> {
    version?.split('.').next()?.parse().ok()
}

fn columns(words: impl Iterator<Item = &'static str>) -> Vec<(&'static str, Kind)> {
    let mut kind = Kind::Text;
    let mut columns = Vec::new();
    for word in words {
        match word {
            "i" => kind = Kind::Int,
            "f" => kind = Kind::Float,
            "b" => kind = Kind::Bool,
            "s" => kind = Kind::Text,
            "t" => kind = Kind::Time,
            "p" => kind = Kind::Py,
            "j" => kind = Kind::Jsonb,
            "c" => kind = Kind::PyClass,
            name => columns.push((name, kind)),
        }
    }
    columns
}

fn attributes(word: &'static str, columns: &[(&'static str, Kind)]) -> Vec<Attribute> {
    if let Some(name) = word.strip_prefix('=') {
        return vec![Attribute::Computed(name)];
    }
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let number = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX);
    columns
        .iter()
        .skip(number(from))
        .take(number(to).saturating_sub(number(from)).saturating_add(1))
        .map(|(name, _)| Attribute::Column(name))
        .collect()
}

fn class(mut words: impl Iterator<Item = &'static str>, order: &[Attribute]) -> Class {
    let path = words.next().unwrap_or_default();
    let mut class = Class { path, identity: Some(path), attributes: order.to_vec(), extras: Vec::new() };
    for word in words {
        if let Some(identity) = word.strip_prefix('@') {
            class.identity = Some(identity).filter(|i| !i.is_empty());
        } else if let Some(extra) = word.strip_prefix('+') {
            class.extras.push(extra);
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_texts_are_read_whole() {
        for (version, tables, classes) in [("13.3.0", 34, 149), ("12.1.1", 28, 143)] {
            let schema = Schema::for_version(Some(version));
            assert_eq!(schema.version, version);
            assert_eq!(schema.tables.len(), tables);
            assert_eq!(schema.tables.values().map(|t| t.classes.len()).sum::<usize>(), classes);
            let empty = |t: &TableFacts| t.base.is_empty() || t.key.is_empty() || t.columns.is_empty();
            assert!(!schema.tables.values().any(empty));
        }
    }

    #[test]
    fn deferred_columns_lead_and_counts_stand_in_place() {
        let schema = Schema::for_version(None);
        let trial = schema.table("info").and_then(|t| t.class(Some("psynet.trial.static.StaticTrial"))).unwrap();
        let names: Vec<_> = trial.attributes.iter().take(3).map(Attribute::name).collect();
        assert_eq!(names, ["_initial_assets", "vars", "id"]);
        let node = schema.table("node").and_then(|t| t.class(Some("psynet.trial.main.TrialNode"))).unwrap();
        assert!(node.attributes.contains(&Attribute::Computed("n_viable_trials")));
    }
}
