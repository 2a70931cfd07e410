//! Where uproot 0.10.1 stops with an error and gives no export at all; Windrow exports these sessions.

use crate::error::{Code, Place, Problem, Problems};
use crate::filter::{self, Choice, Line, Rule};
use crate::log::{Log, STORAGE, Session};
use crate::value::Type;
use crate::view::{has_player_list, has_storage_field};

/// Adds a problem for each reason why uproot would not export a session.
pub fn check(log: &Log, session: &Session, problems: &mut Problems) {
    if log.exported {
        // uproot made these tables, and reads none.
        return;
    }
    let mut raises = |reason: &str| {
        let detail = format!("Session {}: {reason}", session.name);
        problems.add(Problem::new(Code::UpstreamRaises, Place::default()).detail(detail));
    };
    if !has_player_list(log, session) {
        raises("it has no list of players, which its page times need.");
    }
    let filters = Choice { filters: true, secrets: false };
    let lines = || session.sections.iter().flat_map(move |section| filter::lines(log, section, filters));
    let mut ruled = lines().filter(|line| line.rule != Rule::Keep);
    if ruled.any(|line| log.changes(line.span(log)).iter().any(|c| !fits(log, line.rule, *c))) {
        raises("with filters on, its groups or players are deleted or of an unexpected type.");
    }
    // uproot splits such a value, where it is one, as the path of a storage.
    let is_path = |change: &u32| {
        let id = log.value(*change);
        !id.is_tombstone() && log.values.get(id).0 == Type::STR
    };
    let breaks = |line: &Line| line.name(log) == STORAGE && !log.changes(line.span(log)).iter().all(is_path);
    if has_storage_field(log, session, filters) && lines().any(|line| breaks(&line)) {
        raises("a field is called !storage, and a value of it is no text.");
    }
    let neighbours = session.sections.iter().flat_map(|section| log.spans[section.spans.clone()].windows(2));
    let first_seq = |span| log.changes(span).first().map(|c| log.seq(*c));
    let last_seq = |span| log.changes(span).last().map(|c| log.seq(*c));
    let mut pairs = neighbours;
    if pairs.any(|pair| pair[0].field == pair[1].field && first_seq(&pair[1]) < last_seq(&pair[0])) {
        raises("it takes neighbouring storages with one field each for a broken order.");
    }
}

fn fits(log: &Log, rule: Rule, change: u32) -> bool {
    let id = log.value(change);
    match rule {
        Rule::Group if id.is_tombstone() => true,
        _ => rule.fits(log, id),
    }
}
