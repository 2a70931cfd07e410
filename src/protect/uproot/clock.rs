//! Where times begin: with the session if participants interact, else with each participant.

use super::leaves::{Leaf, Shape, walk};
use super::survey::storage;
use crate::json;
use crate::log::{Log, Session};
use crate::order::{Map, Set};
use crate::protect::pace::Pace;
use crate::protect::time::{self, Micros};
use crate::value::Type;

/// Where the times of a session begin.
pub(super) enum Start {
    /// With the session's first event.
    Session(Option<Micros>),
    /// With each participant's first event after they started, by storage.
    Participants(Map<u32, Micros>),
}

impl Start {
    /// The start of a storage.
    pub fn of(&self, storage: u32) -> Option<Micros> {
        match self {
            Start::Session(start) => *start,
            Start::Participants(starts) => starts.get(&storage).copied(),
        }
    }
}

/// Whether participants of a session could see each other: a group of two or more, or a model (a chat, a market) that
/// two or more sent to or are listed in.
async fn interact(log: &Log, session: &Session, pace: &mut Pace) -> bool {
    // The groups of which a player is a member, by their own record.
    let mut groups: Map<&str, u32> = Map::new();
    let spans = session.sections.iter().flat_map(|section| &log.spans[section.spans.clone()]);
    let mut senders: Map<u32, Set<String>> = Map::new();
    for span in spans {
        pace.did(0).await;
        let kind = storage(log.storages.get(span.storage)).map(|s| s.0);
        let field = log.fields.get(span.field);
        let values = || log.changes(span).iter().map(|change| log.values.get(log.value(*change)));
        match (kind, field) {
            (Some("group"), "_uproot_players" | "players")
                if values().any(|(_, text)| json::items(text).is_some_and(|players| players.len() > 1)) =>
            {
                return true;
            }
            (Some("player"), "_uproot_group" | "group") => {
                // A typed group, or its path as filters give it.
                let groups_of = values().filter(|(kind, text)| *kind == Type::GROUP || text.contains("group/"));
                for (_, group) in groups_of {
                    pace.did(group.len()).await;
                    if *groups.entry(group).or_insert(span.storage) != span.storage {
                        return true;
                    }
                }
            }
            (Some("model"), _) => {
                let senders = senders.entry(span.storage).or_default();
                for (kind, text) in values() {
                    pace.did(text.len()).await;
                    let relevant = matches!(kind, Type::PLAYER | Type::BUNCH) || matches!(field, "entry" | "players");
                    walk(
                        if relevant { text } else { "null" },
                        "",
                        Shape { entry: true },
                        0,
                        &|_| false,
                        &mut |_, leaf| {
                            if let Leaf::Player(home, name) | Leaf::Pair(home, name) = leaf
                                && home == session.name
                            {
                                senders.insert(name.to_owned());
                            }
                        },
                    );
                    if senders.len() > 1 {
                        return true;
                    }
                }
            }
            _ => {}
        }
    }
    false
}

/// Each participant's first event after they started, by storage.
pub(super) async fn starts(log: &Log, session: &Session, pace: &mut Pace) -> Map<u32, Micros> {
    // For each player's storage its times, and when it started.
    let mut players: Map<u32, (Vec<Micros>, Option<Micros>)> = Map::new();
    for span in session.sections.iter().flat_map(|section| &log.spans[section.spans.clone()]) {
        if storage(log.storages.get(span.storage)).is_some_and(|s| s.0 == "player") {
            let player = players.entry(span.storage).or_default();
            for change in log.changes(span) {
                pace.did(0).await;
                let Some(at) = time::from_seconds(log.time(*change)) else { continue };
                player.0.push(at);
                let (kind, text) = log.values.get(log.value(*change));
                let yes = text == "true" || kind == Type::CELL && text == "TRUE";
                if log.fields.get(span.field) == "started" && yes {
                    player.1 = Some(player.1.map_or(at, |known| known.min(at)));
                }
            }
        }
    }
    let starts =
        players.into_iter().filter_map(|(storage, (times, started))| Some((storage, time::start(times, started)?)));
    Map::from_iter(starts)
}

/// Where the times of a session begin.
pub(super) async fn start(log: &Log, session: &Session, pace: &mut Pace) -> Start {
    match interact(log, session, pace).await {
        true => Start::Session(time::from_seconds(session.first)),
        false => Start::Participants(starts(log, session, pace).await),
    }
}
