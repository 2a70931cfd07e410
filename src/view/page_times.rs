//! Page times: which player entered which page when, and when they left it.
//!
//! The rules, odd ones included, are uproot 0.10.1's: unaffected by filters; pages are numbered by
//! `show_page`; their names come from the `page_order` that was in force by *time*, not by seq.

use crate::json;
use crate::log::column::ValueId;
use crate::log::{Log, Section, Session};
use crate::order::Map;
use crate::table::{Cell, Rows};
use crate::value::{self, Type};
use std::ops::Range;

const COLUMNS: [&str; 7] = ["context", "entered", "left", "page_name", "show_page", "sname", "uname"];

/// The visits of a session's players. They are worked out when rows are asked for; before that they are only counted.
pub(super) struct PageTimes {
    session: String,
    /// The players as listed. One that is listed twice has its rows twice.
    players: Vec<Player>,
}

struct Player {
    name: String,
    histories: Histories,
    /// Number of rows of the table up to its end.
    end: u64,
}

/// What happened to the fields of one player that matter here, as positions in the log's order.
#[derive(Clone, Debug, Default)]
struct Histories {
    show_page: Range<u32>,
    page_order: Range<u32>,
}

struct Visit {
    /// The change of `show_page`.
    entered: u32,
    /// The player's next visit.
    left: Option<u32>,
    /// The `page_order` in force, if it is a list.
    order: Option<ValueId>,
}

/// The visits of the player whose row came last, and the list of pages that it used.
#[derive(Default)]
pub(super) struct Cache {
    player: Option<usize>,
    visits: Vec<Visit>,
    pages: Pages,
}

impl PageTimes {
    /// The visits of a session, and the columns; there are none without visits (the file is then one line end).
    pub fn new(log: &Log, session: &Session) -> (Self, Vec<String>) {
        let mut listed = Vec::new();
        let mut rows = 0;
        let mut known: Map<(String, String), (Histories, u64)> = Map::new();
        let mut homes: Map<String, Map<&str, Histories>> = Map::new();
        for (sname, name) in players(log, session) {
            let home = homes.entry(sname.clone()).or_insert_with(|| of_players(log, &sname));
            let (histories, count) = known.entry((sname, name.clone())).or_insert_with(|| {
                let histories = home.get(name.as_str()).cloned().unwrap_or_default();
                let count = entries(log, &histories).count() as u64;
                (histories, count)
            });
            rows += *count;
            listed.push(Player { name, histories: histories.clone(), end: rows });
        }
        let columns = if rows == 0 { Vec::new() } else { COLUMNS.map(str::to_owned).to_vec() };
        (PageTimes { session: session.name.clone(), players: listed }, columns)
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.players.last().map_or(0, |player| player.end)
    }

    /// Emits the cells of a row.
    pub fn row<R: Rows>(&self, log: &Log, row: u64, cache: &mut Cache, rows: &mut R) {
        let at = match cache.player {
            Some(near) if self.rows_of(near).contains(&row) => near,
            _ => self.players.partition_point(|player| player.end <= row),
        };
        let player = &self.players[at];
        if cache.player != Some(at) {
            cache.visits.clear();
            add_visits(log, &player.histories, &mut cache.visits);
            cache.player = Some(at);
        }
        let visit = &cache.visits[(row - self.rows_of(at).start) as usize];
        let shown = log.values.get(log.value(visit.entered));
        let order = visit.order.map(|order| log.values.get(order).1);
        cache.pages.turn_to(visit.order, order.unwrap_or_default());
        rows.cell(0, log.contexts.cell(log.context_number(visit.entered)));
        rows.cell(1, Cell::Float(log.time(visit.entered)));
        rows.cell(2, visit.left.map_or(Cell::Null, |left| Cell::Float(log.time(left))));
        rows.cell(3, order.map_or(Cell::Null, |order| cache.pages.name(order, shown.1)));
        rows.cell(4, log.values.cell(log.value(visit.entered)));
        rows.cell(5, Cell::Text(&self.session));
        rows.cell(6, Cell::Text(&player.name));
    }

    fn rows_of(&self, player: usize) -> Range<u64> {
        let start = if player == 0 { 0 } else { self.players[player - 1].end };
        start..self.players[player].end
    }
}

/// A list of pages, split once and used for many visits.
#[derive(Default)]
struct Pages {
    order: Option<ValueId>,
    /// Where each page's canonical JSON stands in the text of the list.
    items: Option<Vec<Range<usize>>>,
}

impl Pages {
    fn turn_to(&mut self, order: Option<ValueId>, text: &str) {
        if self.order != order || order.is_none() {
            self.order = order;
            let start = text.as_ptr() as usize;
            let place = |item: &str| item.as_ptr() as usize - start..item.as_ptr() as usize - start + item.len();
            self.items = json::items(text).map(|items| items.into_iter().map(place).collect());
        }
    }

    /// The page that a number names.
    fn name<'t>(&self, text: &'t str, page: &str) -> Cell<'t> {
        let Some(items) = &self.items else { return Cell::Null };
        let number = match page {
            "true" | "TRUE" => 1,
            "false" | "FALSE" => 0,
            _ => match page.parse::<i64>() {
                Ok(number) => number,
                Err(_) => return Cell::Null,
            },
        };
        let len = items.len() as i64;
        match number {
            _ if number == len => Cell::Text("(End)"),
            -1 => Cell::Text("(Initialize)"),
            _ => {
                // Python counts negative indices from the end.
                let index = if number < 0 { number.saturating_add(len) } else { number };
                let item = usize::try_from(index).ok().and_then(|i| items.get(i));
                item.map_or(Cell::Null, |item| Cell::Json(&text[item.clone()]))
            }
        }
    }
}

/// The changes by which a player entered a page.
fn entries<'l>(log: &'l Log, histories: &Histories) -> impl Iterator<Item = u32> + use<'l> {
    log.changes_at(&histories.show_page).iter().copied().filter(|&change| {
        let id = log.value(change);
        let (kind, text) = log.values.get(id);
        // Truth values count as numbers in Python; deletions, texts and floats do not.
        let truth = if kind == Type::CELL { ["TRUE", "FALSE"] } else { ["true", "false"] };
        let whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-') || truth.contains(&text);
        whole && (kind.is_plain_json() || kind == Type::CELL) && !text.is_empty() && !id.is_tombstone()
    })
}

/// Adds the visits of a player.
fn add_visits(log: &Log, histories: &Histories, visits: &mut Vec<Visit>) {
    let orders = log.changes_at(&histories.page_order);
    let when = |change| if log.coarse { log.seq(change) as f64 } else { log.time(change) };
    let mut order = None;
    for entered in entries(log, histories) {
        let in_force = bisect_right(orders, when(entered), when);
        if let Some(change) = in_force.checked_sub(1).map(|i| orders[i]) {
            let id = log.value(change);
            let (kind, text) = log.values.get(id);
            // A cell may hold anything that only begins like a list.
            let list =
                text.starts_with('[') && (kind.is_plain_json() || (kind == Type::CELL && json::is_compact(text)));
            order = list.then_some(id);
        }
        if let Some(before) = visits.last_mut() {
            before.left = Some(entered);
        }
        visits.push(Visit { entered, left: None, order });
    }
}

/// Python's `bisect_right`, step for step: where clocks ran backwards the result depends on the steps.
fn bisect_right(changes: &[u32], time: f64, time_of: impl Fn(u32) -> f64) -> usize {
    let (mut low, mut high) = (0, changes.len());
    while low < high {
        let middle = (low + high) / 2;
        if time < time_of(changes[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Session and name of the session's players: its current list of them, or who has data where there is none.
fn players(log: &Log, session: &Session) -> Vec<(String, String)> {
    listed_players(log, session).unwrap_or_else(|| {
        let section = log.section(session, "player");
        let mut names: Vec<(String, String)> = Vec::new();
        for span in section.map(|s| &log.spans[s.spans.clone()]).unwrap_or_default() {
            let name = player_name(log.storages.get(span.storage));
            if let Some(name) = name.filter(|name| names.last().is_none_or(|(_, last)| last != name)) {
                names.push((session.name.clone(), name.to_owned()));
            }
        }
        names
    })
}

/// The players that the session lists; `None` when the list is missing, deleted or not a list of players.
pub(super) fn listed_players(log: &Log, session: &Session) -> Option<Vec<(String, String)>> {
    let section = log.section(session, "session")?;
    let storage = format!("session/{}", session.name);
    // Exports with filters have the list under its new name.
    let filtered = || log.span(section, &storage, "players").filter(|_| log.exported);
    let span = log.span(section, &storage, "_uproot_players").or_else(filtered)?;
    let id = log.value(*log.changes(span).last()?);
    if id.is_tombstone() {
        return None;
    }
    let member = |text: &&str| {
        if let Some(path) = json::content(text) {
            let (sname, uname) = path.strip_prefix("player/")?.split_once('/')?;
            return Some((sname.to_owned(), uname.to_owned()));
        }
        let pair = json::items(text).filter(|items| items.len() == 2).map(|items| (items[0], items[1]));
        let (sname, uname) = value::bunch_member(text).or(pair)?;
        Some((json::content(sname)?, json::content(uname)?))
    };
    json::items(log.values.get(id).1)?.iter().map(member).collect()
}

/// The name of the player whose storage has a path, if it is a player's own.
fn player_name(path: &str) -> Option<&str> {
    path.strip_prefix("player/")?.split_once('/').map(|(_, name)| name).filter(|name| !name.contains('/'))
}

/// The histories of a session's players by name.
fn of_players<'a>(log: &'a Log, session: &str) -> Map<&'a str, Histories> {
    let section: Option<&Section> = log.session(session).and_then(|s| log.section(s, "player"));
    let fields = ["show_page", "page_order"].map(|field| log.fields.find(field));
    let mut players: Map<&str, Histories> = Map::new();
    for span in section.map(|s| &log.spans[s.spans.clone()]).unwrap_or_default() {
        let which = fields.map(|field| field == Some(span.field));
        if let ([true, _] | [_, true], Some(name)) = (which, player_name(log.storages.get(span.storage))) {
            let player = players.entry(name).or_default();
            *(if which[0] { &mut player.show_page } else { &mut player.page_order }) = span.positions.clone();
        }
    }
    players
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_as_python_indexes_lists() {
        let text = r#"["A","B",3]"#;
        let mut pages = Pages::default();
        pages.turn_to(None, text);
        for (page, expected) in [
            ("0", Cell::Json("\"A\"")),
            ("2", Cell::Json("3")),
            ("3", Cell::Text("(End)")),
            ("-1", Cell::Text("(Initialize)")),
            ("-2", Cell::Json("\"B\"")),
            ("-4", Cell::Null),
            ("4", Cell::Null),
            ("true", Cell::Json("\"B\"")),
            ("18446744073709551615", Cell::Null),
        ] {
            assert_eq!(pages.name(text, page), expected, "{page}");
        }
        pages.turn_to(None, "[]");
        assert_eq!(pages.name("[]", "0"), Cell::Text("(End)"));
        pages.turn_to(None, "\"no list\"");
        assert_eq!(pages.name("\"no list\"", "0"), Cell::Null);
    }
}
