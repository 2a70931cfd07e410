//! Remembers what tables look like, so that a choice that is changed costs only the tables that it changes.

use crate::log::{Log, Session};
use crate::order::Map;
use crate::recipe::{Recipe, ViewName};
use crate::view::{Options, Table, View};
use std::sync::{Arc, Weak};

/// Most names of columns that are remembered, some tens of megabytes; beyond that everything is forgotten.
const MOST: usize = 400_000;

/// What a table of a view looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Kind of storage; empty for page times.
    pub kind: String,
    /// Number of rows.
    pub rows: u64,
    /// Names of the columns.
    pub columns: Vec<String>,
}

/// Session, view, whether fields are filtered and credentials kept, and what is grouped by: all that shapes depend on.
type Key = (String, View, bool, bool, Vec<String>);

/// The shapes of tables that were asked for.
#[derive(Default)]
pub struct Planned {
    /// The log that they are of.
    log: Weak<Log>,
    shapes: Map<Key, Arc<[Shape]>>,
    names: usize,
}

impl Planned {
    /// The tables of a view of a session, one per kind of storage that has rows.
    pub fn shapes(&mut self, log: &Arc<Log>, session: &Session, view: ViewName, recipe: &Recipe) -> Arc<[Shape]> {
        if !Weak::ptr_eq(&self.log, &Arc::downgrade(log)) {
            *self = Planned { log: Arc::downgrade(log), ..Planned::default() };
        }
        let options = recipe.options();
        let key = key(session, view.view(), &options);
        if let Some(known) = self.shapes.get(&key) {
            return known.clone();
        }
        let shape = |(kind, Table { rows, columns, .. }): (String, Table)| Shape { kind, rows, columns };
        let tables = Table::by_kind(log, session, view.view(), &options);
        let shapes: Arc<[Shape]> = tables.into_iter().map(shape).collect();
        let names = 1 + shapes.iter().map(|shape| 1 + shape.columns.len()).sum::<usize>();
        if self.names + names > MOST {
            (self.shapes, self.names) = Default::default();
        }
        self.names += names;
        self.shapes.insert(key, shapes.clone());
        shapes
    }
}

fn key(session: &Session, view: View, options: &Options) -> Key {
    let Options { choice, gvars } = options;
    let name = session.name.clone();
    match view {
        View::PageTimes => (name, view, false, false, Vec::new()),
        View::LatestBy => (name, view, choice.filters, choice.secrets, gvars.clone()),
        View::Ultralong | View::Sparse | View::Latest => (name, view, choice.filters, choice.secrets, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problems;
    use crate::limits::Limits;
    use crate::log::{Builder, Change};
    use crate::value::Type;

    /// A log of one player, whose fields hold a number each.
    fn log(fields: &[&str]) -> Arc<Log> {
        let mut builder = Builder::new(Limits::default());
        for (seq, field) in (1..).zip(fields) {
            let (value, _) = builder.value(Type::INT, b"1").unwrap();
            let change = Change { seq: Some(seq), storage: "player/s/p", field, value, time: 1.0, context: "c" };
            builder.push(change).unwrap();
        }
        Arc::new(builder.finish(&mut Problems::default()).unwrap())
    }

    #[test]
    fn remembered_shapes_are_those_that_planning_gives() {
        let (one, other) = (log(&["a", "_uproot_part", "b"]), log(&["a"]));
        let mut planned = Planned::default();
        let recipes = [
            Recipe::default(),
            Recipe { filters: false, ..Recipe::default() },
            Recipe { gvars: vec!["a".into()], ..Recipe::default() },
            Recipe { gvars: vec!["b".into(), "a".into()], ..Recipe::default() },
        ];
        // Each twice, and after another log again.
        for log in [&one, &one, &other, &one] {
            for recipe in &recipes {
                for view in ViewName::ALL {
                    let tables = Table::by_kind(log, &log.sessions[0], view.view(), &recipe.options());
                    let fresh: Vec<Shape> = tables
                        .into_iter()
                        .map(|(kind, Table { rows, columns, .. })| Shape { kind, rows, columns })
                        .collect();
                    assert_eq!(*planned.shapes(log, &log.sessions[0], view, recipe), *fresh);
                }
            }
        }
    }
}
