//! Measures what can be known about the players from elsewhere, also by their entries in chats and markets, and who stands out
//! by it.

use super::clock;
use super::leaves::{Leaf, Shape, as_json, walk};
use super::plan::Field;
use super::survey::{self, Asked, Survey, is_data_key, storage};
use crate::log::{Log, Session};
use crate::order::{Map, Set};
use crate::protect::class::{Action, Class};
use crate::protect::decision::clean;
use crate::protect::pace::Pace;
use crate::protect::persons::{Persons, names_owner, united};
use crate::protect::preset::{Holds, Preset};
use crate::protect::risk::{self, Column, RiskReport};
use crate::protect::time;
use crate::value::Type;

/// A player's values by path.
type Cells = Map<String, Set<String>>;

/// Session and name of the player who sent an entry.
fn sender(entry: &str) -> Option<(String, String)> {
    let mut found = None;
    walk(entry, "", Shape { entry: true }, 0, &|_| false, &mut |below, leaf| {
        let player = match leaf {
            Leaf::Player(session, name) | Leaf::Pair(session, name) => Some((session, name)),
            // Filters make paths of names.
            Leaf::Text(path) => storage(path).filter(|s| s.0 == "player").map(|(_, session, name)| (session, name)),
            Leaf::Key(_) | Leaf::Plain(_) => None,
        };
        if let Some((session, name)) = player.filter(|_| below == "[1].sender") {
            found = Some((session.to_owned(), name.to_owned()));
        }
    });
    found
}

/// The storage of the player whom a value describes: their own, or that of the sender of an entry.
fn owner(log: &Log, number: u32, field: &Field, (kind, text): (Type, &str)) -> Option<u32> {
    let (of, session, _) = storage(log.storages.get(number))?;
    match of {
        "player" => Some(number),
        _ if field.shape.entry => {
            let (home, name) = sender(&as_json(kind, text)).filter(|(home, _)| home == session)?;
            log.storages.find(&format!("player/{home}/{name}"))
        }
        _ => None,
    }
}

/// The players' quasi-identifiers.
#[derive(Default)]
pub(super) struct Quasi {
    /// Storages of players whose quasi-identifiers become `*`.
    suppressed: Set<u32>,
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
    /// Whether what is made coarse becomes `*` in a value: nobody counted what is no player's.
    pub fn suppresses(&self, log: &Log, storage: u32, field: &Field, value: (Type, &str)) -> bool {
        owner(log, storage, field, value).is_none_or(|owner| self.suppressed.contains(&owner))
    }

    pub async fn measure(
        log: &Log,
        sessions: &[&Session],
        survey: &Survey,
        Asked { names, preset, .. }: Asked<'_>,
        pace: &mut Pace,
    ) -> Quasi {
        // Where nothing is made coarse, what describes people is only reported.
        let plans = || survey.fields.values().flat_map(|field| field.plans.values());
        let kept = plans().all(|plan| plan.decision.action != Action::Generalize);
        let preset = &Preset { k: if kept { 0 } else { preset.k }, ..preset.clone() };
        let is_name = |key: &str| is_data_key(names, key);
        let mut players: Map<u32, Player> = Map::new();
        let mut holds: Map<String, Option<Holds>> = Map::new();
        let new = || Player { last: f64::NEG_INFINITY, ..Player::default() };
        for span in survey::spans(log, sessions) {
            let Some((of, ..)) = storage(log.storages.get(span.storage)) else { continue };
            if of == "player" {
                let player = players.entry(span.storage).or_insert_with(new);
                for time in log.changes(span).iter().map(|change| log.time(*change)) {
                    pace.did(0).await;
                    // This does not take in what is no number.
                    player.last = player.last.max(time);
                }
            }
            let name = log.fields.get(span.field);
            let field = survey.fields.get(&(of.to_owned(), name.to_owned()));
            let Some(field) = field.filter(|field| (of == "player" || field.shape.entry) && field.sum.describes) else {
                continue;
            };
            for change in log.changes(span) {
                let (kind, text) = log.values.get(log.value(*change));
                pace.did(text.len()).await;
                let Some(owner) = owner(log, span.storage, field, (kind, text)) else { continue };
                let player = players.entry(owner).or_insert_with(new);
                walk(&as_json(kind, text), "", field.shape, 0, &is_name, &mut |below, leaf| {
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
                    let path = clean(&format!("{of}..{name}{below}"));
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
