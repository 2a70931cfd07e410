//! Measures what can be known about the players from elsewhere, and who stands out by it.

use super::clock;
use super::leaves::{Leaf, as_json, walk};
use super::plan::{Field, Plan};
use super::survey::{self, Survey, storage};
use crate::log::{Log, Session};
use crate::order::{Map, Set};
use crate::protect::class::{Action, Class};
use crate::protect::decision::clean;
use crate::protect::pace::Pace;
use crate::protect::persons::{Persons, names_owner, united};
use crate::protect::preset::{Holds, Preset};
use crate::protect::risk::{self, Column, RiskReport};
use crate::protect::time;

/// A player's values by path.
type Cells = Map<String, Set<String>>;

/// The players' quasi-identifiers.
#[derive(Default)]
pub(super) struct Quasi {
    /// Storages of players whose quasi-identifiers become `*`.
    pub suppressed: Set<u32>,
    pub participants: u64,
    /// How many people these are, by their ids.
    pub people: u64,
    pub unique_by_duration: u64,
    pub report: Option<RiskReport>,
}

/// One player.
#[derive(Default)]
struct Player {
    cells: Cells,
    /// Ids of the person.
    ids: Set<String>,
    last: f64,
}

impl Quasi {
    pub async fn measure(log: &Log, sessions: &[&Session], survey: &Survey, preset: &Preset, pace: &mut Pace) -> Quasi {
        // Where nothing is made coarse, what describes people is only reported.
        let plans = || survey.fields.values().flat_map(|field| field.plans.values());
        let kept = plans().all(|plan| plan.decision.action != Action::Generalize);
        let preset = &Preset { k: if kept { 0 } else { preset.k }, ..preset.clone() };
        let described = |field: &Field| {
            let one = |(below, plan): (&String, &Plan)| {
                plan.decision.action == Action::Generalize
                    || matches!(plan.decision.class, Class::Quasi | Class::Sensitive)
                    || names_owner(below, &plan.decision)
            };
            field.plans.iter().any(one)
        };
        let fields = survey.fields.iter().filter(|((kind, _), field)| kind == "player" && described(field));
        let fields = Map::from_iter(fields.map(|((_, name), field)| (name.as_str(), field)));
        let mut players: Map<u32, Player> = Map::new();
        let mut holds: Map<String, Option<Holds>> = Map::new();
        for span in survey::spans(log, sessions) {
            if storage(log.storages.get(span.storage)).is_none_or(|s| s.0 != "player") {
                continue;
            }
            let new = || Player { last: f64::NEG_INFINITY, ..Player::default() };
            let player = players.entry(span.storage).or_insert_with(new);
            for time in log.changes(span).iter().map(|change| log.time(*change)) {
                pace.did(0).await;
                // This does not take in what is no number.
                player.last = player.last.max(time);
            }
            let name = log.fields.get(span.field);
            let Some(field) = fields.get(name) else { continue };
            for change in log.changes(span) {
                let (kind, text) = log.values.get(log.value(*change));
                pace.did(text.len()).await;
                walk(&as_json(kind, text), "", field.shape, 0, &|_| false, &mut |below, leaf| {
                    let (Leaf::Text(value) | Leaf::Plain(value)) = leaf else { return };
                    let Some(plan) = field.plans.get(below).filter(|_| value != "null" && !value.is_empty()) else {
                        return;
                    };
                    if names_owner(below, &plan.decision) {
                        player.ids.insert(value.to_owned());
                        return;
                    }
                    let what = match (plan.decision.class, plan.decision.action) {
                        (_, Action::Generalize) => Some(plan.decision.holds),
                        (Class::Quasi, Action::Keep) if kept => Some(Holds::Other),
                        (Class::Sensitive, Action::Keep) => None,
                        _ => return,
                    };
                    let path = clean(&format!("player..{name}{below}"));
                    player.cells.entry(path.clone()).or_default().insert(value.to_owned());
                    holds.insert(path, what);
                });
            }
        }
        pace.pause().await;
        let mut persons = Persons::new(players.len());
        for (at, player) in players.values().enumerate() {
            player.ids.iter().for_each(|id| persons.met(at, id));
        }
        let persons = persons.all();
        let all: Vec<(u32, &Player)> = players.iter().map(|(storage, player)| (*storage, player)).collect();
        let of = |person: &[usize]| person.iter().filter_map(|at| all.get(*at)).collect::<Vec<_>>();
        let values = |path: &String| {
            let cell = |person: &Vec<usize>| united(of(person).iter().filter_map(|(_, player)| player.cells.get(path)));
            persons.iter().map(cell).collect::<Vec<String>>()
        };
        let (mut quasi, mut sensitive) = (Vec::new(), Map::new());
        for (path, holds) in holds {
            pace.pause().await;
            let values = values(&path);
            match holds {
                Some(holds) => quasi.push(Column { path, holds, values }),
                None => drop(sensitive.insert(path, values)),
            }
        }
        let (report, rows) = risk::assess(&quasi, &sensitive, preset, pace).await;
        let mut starts = Map::new();
        for session in sessions {
            starts.extend(clock::starts(log, session, pace).await);
        }
        // What was before somebody came, as the making of their place, tells nothing of how long they took.
        let duration =
            |(storage, player): &(u32, &Player)| time::from_seconds(player.last)?.checked_sub(*starts.get(storage)?);
        let durations = all.iter().filter_map(duration);
        let unique_by_duration = risk::unique_durations(durations, preset);
        let rare = rows.iter().filter_map(|row| persons.get(*row)).flat_map(|person| of(person));
        let suppressed = rare.map(|(storage, _)| *storage).collect();
        let (participants, people) = (players.len() as u64, persons.len() as u64);
        Quasi { suppressed, participants, people, unique_by_duration, report }
    }
}
