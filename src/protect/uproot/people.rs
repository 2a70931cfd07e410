//! Measures what can be known about the players from elsewhere, and who stands out by it.

use std::collections::{BTreeMap, BTreeSet};

use super::leaves::{Leaf, as_json, walk};
use super::plan::Field;
use super::survey::{self, Survey, storage};
use crate::log::{Log, Session};
use crate::protect::class::Action;
use crate::protect::quasi::{self, Ages};
use crate::protect::report::RiskReport;

/// A player's values before and after they were made coarse, by field and path inside.
type Cells = BTreeMap<(String, String), BTreeSet<(String, String)>>;

/// The players' quasi-identifiers.
#[derive(Default)]
pub(super) struct Quasi {
    /// Storages of players whose quasi-identifiers become `*`.
    pub suppressed: BTreeSet<u32>,
    pub participants: u64,
    pub report: Option<RiskReport>,
}

impl Quasi {
    pub fn measure(log: &Log, sessions: &[&Session], survey: &Survey, k: usize) -> Quasi {
        let is_quasi = |field: &Field| field.plans.values().any(|plan| plan.action == Action::Generalize);
        let fields: Vec<(&String, &Field)> = survey
            .fields
            .iter()
            .filter(|((kind, _), f)| kind == "player" && is_quasi(f))
            .map(|((_, n), f)| (n, f))
            .collect();
        let mut players: BTreeMap<u32, Cells> = BTreeMap::new();
        for span in survey::spans(log, sessions) {
            if storage(log.storages.get(span.storage)).is_none_or(|s| s.0 != "player") {
                continue;
            }
            let player = players.entry(span.storage).or_default();
            let Some((name, field)) = fields.iter().find(|(name, _)| *name == log.fields.get(span.field)) else {
                continue;
            };
            for change in log.changes(span) {
                let (kind, text) = log.values.get(log.value(*change));
                walk(&as_json(kind, text), "", field.shape, 0, &|_| false, &mut |below, leaf| {
                    let (Leaf::Text(value) | Leaf::Plain(value)) = leaf else { return };
                    let plan = field.plans.get(below).filter(|plan| plan.action == Action::Generalize);
                    let Some(plan) = plan.filter(|_| value != "null" && !value.is_empty()) else { return };
                    let coarse =
                        if plan.age { quasi::age(value, Ages::Bands).unwrap_or_default() } else { value.to_owned() };
                    let cell = player.entry(((*name).clone(), below.to_owned())).or_default();
                    cell.insert((value.to_owned(), coarse));
                });
            }
        }
        let columns: BTreeSet<(String, String)> = players.values().flat_map(|p| p.keys().cloned()).collect();
        let table = |pick: fn(&(String, String)) -> &str| -> Vec<Vec<String>> {
            let cell = |player: &Cells, column: &(String, String)| {
                let values: BTreeSet<&str> = player.get(column).into_iter().flatten().map(pick).collect();
                values.into_iter().collect::<Vec<_>>().join("\x1f")
            };
            columns.iter().map(|column| players.values().map(|player| cell(player, column)).collect()).collect()
        };
        let (before, coarse) = (table(|v| v.0.as_str()), table(|v| v.1.as_str()));
        let rows = quasi::suppress(&coarse, k);
        let report = (!columns.is_empty()).then(|| RiskReport {
            columns: columns.iter().map(|(field, below)| format!("player..{field}{below}")).collect(),
            suppressed: rows.len() as u64,
            before: quasi::risk(&before).into(),
            after: quasi::risk(&quasi::starred(&coarse, &rows)).into(),
        });
        let storages: Vec<u32> = players.keys().copied().collect();
        let suppressed = rows.iter().filter_map(|row| storages.get(*row).copied()).collect();
        Quasi { suppressed, participants: players.len() as u64, report }
    }
}
