//! Who was where when: the stays of players on pages, what is suspicious about them, and what is drawn of them.
//!
//! The stays of uproot's players are the rows of its page times, so that the picture and the table agree.

use crate::log::{Log, Session, Span};
use crate::order::{self, Map};
use crate::table::{Cell, Rows};
use crate::view::{Cursor, Options, Table, View};
use crate::{filter, json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A stay is extremely long when it takes this many times the page's median …
const LONG: f64 = 5.0;

/// … and at least this much longer, in seconds.
const LONG_LEAST: f64 = 30.0;

/// With fewer stays on a page than this, none of them is called long.
const ENOUGH: usize = 5;

/// Most stays in one answer.
const MOST: usize = 6000;

/// Most lanes in one answer.
const MOST_LANES: usize = 200;

/// The page behind the last one, as uproot's page times call it.
pub const END: &str = "(End)";

/// What they call the time before a player comes: no stay, and often longer than all of them together.
const BEFORE: &str = "(Initialize)";

/// What is suspicious about a stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// It ended before it began.
    pub negative: bool,
    /// It has no end, and the page is not the last.
    pub open: bool,
    /// It took far longer than others on the same page.
    pub long: bool,
    /// For a long time nothing was recorded in it.
    pub idle: bool,
}

impl Marks {
    /// Whether there is any.
    pub fn any(self) -> bool {
        self.negative || self.open || self.long || self.idle
    }
}

/// One stay. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stay {
    /// Number of the lane, that is of the player.
    pub lane: u32,
    /// Number of the label, that is of the page.
    pub label: u32,
    /// When it began.
    pub from: f64,
    /// When it ended, if it did.
    pub to: Option<f64>,
    /// What is suspicious about it.
    pub marks: Marks,
}

/// All stays of one session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stays {
    /// Names of the players.
    pub lanes: Vec<String>,
    /// Names of the pages in order of first appearance.
    pub labels: Vec<String>,
    /// Lane by lane, in order of the log.
    pub stays: Vec<Stay>,
    /// Latest time at which anything was recorded, by lane.
    pub last: Vec<Option<f64>>,
}

/// Which lanes are wanted.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Text that a lane's name must hold.
    pub find: String,
    /// Only lanes with something suspicious.
    pub marked: bool,
}

/// Some lanes with their stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Drawn {
    /// How many lanes the selection has.
    pub total: u64,
    /// The lanes that are given.
    pub lanes: Vec<Lane>,
    /// Names of the pages.
    pub labels: Vec<String>,
    /// Their stays; `lane` counts among `lanes`.
    pub stays: Vec<Stay>,
    /// Stays of these lanes that were left out because there are too many.
    pub left_out: u64,
    /// Earliest and latest time in the whole session.
    pub range: Option<(f64, f64)>,
    /// How many stays of the whole session have each mark.
    pub counts: Counts,
}

/// One lane.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lane {
    /// Name of the player.
    pub name: String,
    /// Latest time at which anything was recorded.
    pub last: Option<f64>,
}

/// How many stays there are, and how many have each mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "as in `Marks`")]
pub struct Counts {
    pub stays: u64,
    pub negative: u64,
    pub open: u64,
    pub long: u64,
    pub idle: u64,
}

impl Stays {
    /// The stays of a session's players. After `idle` seconds without any change a stay counts as idle.
    pub fn of_session(log: &Arc<Log>, session: &Session, idle: f64) -> Stays {
        let choice = filter::Choice { filters: false, secrets: false };
        let options = Options { choice, gvars: Vec::new() };
        let mut collector = Collector::default();
        for (_, table) in Table::by_kind(log, session, View::PageTimes, &options).into_iter().take(1) {
            table.emit_all(0..table.rows, &mut Cursor::default(), &mut collector);
        }
        let mut stays = collector.stays;
        stays.last = vec![None; stays.lanes.len()];
        stays.mark_idle(log, session, idle);
        stays
    }

    /// Says anew what is suspicious about the stays of a session's players.
    pub fn mark_idle(&mut self, log: &Log, session: &Session, idle: f64) {
        let times = times_of_players(log, session);
        for (last, name) in self.last.iter_mut().zip(&self.lanes) {
            *last = times.get(name.as_str()).and_then(|times| times.last().copied());
        }
        self.mark(idle, |lane| times.get(lane).map(Vec::as_slice).unwrap_or_default());
    }

    /// Says what is suspicious. `times` gives the moments at which anything was recorded in a lane, sorted.
    pub fn mark<'t>(&mut self, idle: f64, times: impl Fn(&str) -> &'t [f64]) {
        let longest = self.longest();
        for stay in &mut self.stays {
            let is_end = self.labels.get(stay.label as usize).is_some_and(|label| label == END);
            let took = stay.to.map(|to| to - stay.from);
            let limit = longest.get(stay.label as usize).copied().flatten();
            let times = self.lanes.get(stay.lane as usize).map(|lane| times(lane)).unwrap_or_default();
            stay.marks = Marks {
                negative: took.is_some_and(|took| took < 0.0),
                open: took.is_none() && !is_end,
                long: !is_end && took.zip(limit).is_some_and(|(took, limit)| took > limit),
                idle: !is_end && stay.to.is_some_and(|to| longest_gap(times, stay.from, to) > idle),
            };
        }
    }

    /// By page, how long a stay may take before it is called long.
    fn longest(&self) -> Vec<Option<f64>> {
        let limit = |mut took: Vec<f64>| {
            order::floats(&mut took);
            let median = super::quantile(&took, 0.5).filter(|_| took.len() >= ENOUGH)?;
            Some((median * LONG).max(median + LONG_LEAST))
        };
        self.durations().into_iter().map(limit).collect()
    }

    /// By page, how long the stays took that have an end, in seconds; those that ended before they began are left out.
    pub fn durations(&self) -> Vec<Vec<f64>> {
        let mut durations = vec![Vec::new(); self.labels.len()];
        for stay in &self.stays {
            let took = stay.to.map(|to| to - stay.from).filter(|took| *took >= 0.0);
            if let (Some(of_page), Some(took)) = (durations.get_mut(stay.label as usize), took) {
                of_page.push(took);
            }
        }
        durations
    }

    /// The earliest and the latest time.
    pub fn range(&self) -> Option<(f64, f64)> {
        let seen = |stay: &Stay| self.last.get(stay.lane as usize).copied().flatten();
        let times = self.stays.iter().flat_map(|stay| [Some(stay.from), stay.to.or_else(|| seen(stay))]);
        // `min` and `max` pass over not-a-number.
        let (low, high) = times.flatten().fold((f64::NAN, f64::NAN), |(low, high), t| (low.min(t), high.max(t)));
        (low.is_finite() && high.is_finite()).then_some((low, high))
    }

    /// How many stays have each mark.
    pub fn counts(&self) -> Counts {
        let count = |has: fn(&Marks) -> bool| self.stays.iter().filter(|stay| has(&stay.marks)).count() as u64;
        Counts {
            stays: self.stays.len() as u64,
            negative: count(|marks| marks.negative),
            open: count(|marks| marks.open),
            long: count(|marks| marks.long),
            idle: count(|marks| marks.idle),
        }
    }

    /// Some lanes of a selection with their stays, as much as can be drawn.
    pub fn drawn(&self, selection: &Selection, start: u64, count: u64) -> Drawn {
        let needle = super::shown::Needle::new(&selection.find);
        let mut marked = vec![false; self.lanes.len()];
        for stay in self.stays.iter().filter(|stay| stay.marks.any()) {
            if let Some(lane) = marked.get_mut(stay.lane as usize) {
                *lane = true;
            }
        }
        let lanes = (0u32..).zip(self.lanes.iter().zip(&marked));
        let wanted: Vec<u32> = lanes
            .filter(|(_, (name, marked))| needle.is_in(name) && (**marked || !selection.marked))
            .map(|(lane, _)| lane)
            .collect();
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(MOST_LANES);
        let given = Map::from_iter(wanted.iter().copied().skip(start).take(count).zip(0u32..));
        let of_given = |stay: &Stay| Some(Stay { lane: *given.get(&stay.lane)?, ..stay.clone() });
        let mut stays: Vec<Stay> = self.stays.iter().filter_map(of_given).collect();
        let all = stays.len();
        if all > MOST {
            // The suspicious ones are what people look for; of the others every so many.
            let step = all.div_ceil(MOST);
            let mut at = 0;
            stays.retain(|stay| {
                at += 1;
                stay.marks.any() || at % step == 0
            });
            stays.truncate(2 * MOST);
        }
        let lane = |lane: &u32| Lane {
            name: self.lanes.get(*lane as usize).cloned().unwrap_or_default(),
            last: self.last.get(*lane as usize).copied().flatten(),
        };
        Drawn {
            total: wanted.len() as u64,
            lanes: given.keys().map(lane).collect(),
            labels: self.labels.clone(),
            left_out: (all - stays.len()) as u64,
            stays,
            range: self.range(),
            counts: self.counts(),
        }
    }
}

/// The longest time between two neighbours of `from`, the times between, and `to`.
fn longest_gap(times: &[f64], from: f64, to: f64) -> f64 {
    let first = times.partition_point(|time| *time <= from);
    let mut before = from;
    let mut longest: f64 = 0.0;
    for time in times.get(first..).unwrap_or_default().iter().copied().take_while(|time| *time < to).chain([to]) {
        longest = longest.max(time - before);
        before = time;
    }
    longest
}

/// When anything was recorded of each player of a session, sorted.
fn times_of_players<'l>(log: &'l Log, session: &Session) -> Map<&'l str, Vec<f64>> {
    let section = log.section(session, "player");
    let spans = section.and_then(|s| log.spans.get(s.spans.clone())).unwrap_or_default();
    let mut numbers: Map<&str, u32> = Map::new();
    let mut owners: Vec<(u32, u32)> = Vec::with_capacity(spans.iter().map(|span| span.positions.len()).sum());
    // The spans of a storage stand together.
    for own in spans.chunk_by(|a, b| a.storage == b.storage) {
        let Some(Span { storage, .. }) = own.first() else { continue };
        let new = numbers.len() as u32;
        let owner = *numbers.entry(super::sheet::own_name(log.storages.get(*storage))).or_insert(new);
        owners.extend(own.iter().flat_map(|span| log.changes(span)).map(|change| (*change, owner)));
    }
    // In the order of the file their times hardly need sorting.
    order::by_number(&mut owners, |(change, _)| change);
    let mut times = vec![Vec::new(); numbers.len()];
    for (change, owner) in owners {
        let time = log.time(change);
        if let Some(own) = times.get_mut(owner as usize).filter(|_| time.is_finite()) {
            own.push(time);
        }
    }
    times.iter_mut().for_each(order::floats);
    let own = |(name, owner): (&'l str, u32)| Some((name, std::mem::take(times.get_mut(owner as usize)?)));
    Map::from_iter(numbers.into_iter().filter_map(own))
}

/// Takes the rows of the page times.
#[derive(Default)]
struct Collector {
    stays: Stays,
    lanes: Numbers,
    labels: Numbers,
    row: Row,
}

/// A row as far as it came.
#[derive(Default)]
struct Row {
    from: Option<f64>,
    to: Option<f64>,
    /// Whether it is the time before the player came.
    before: bool,
    label: Option<u32>,
    lane: Option<u32>,
}

impl Collector {
    /// Notes the page of a row.
    fn page(&mut self, page: &str) {
        self.row.before = page == BEFORE;
        if !self.row.before {
            self.row.label = Some(self.labels.of(&mut self.stays.labels, page));
        }
    }
}

impl Rows for Collector {
    fn begin(&mut self) {
        self.row = Row::default();
    }

    /// Columns of the page times: context, entered, left, page_name, show_page, sname, uname.
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        let finite = |time: f64| time.is_finite().then_some(time);
        match (column, cell) {
            (1, Cell::Float(time)) => self.row.from = finite(time),
            (2, Cell::Float(time)) => self.row.to = finite(time),
            // Nobody knows when such a stay began.
            _ if self.row.from.is_none() => {}
            (3, Cell::Text(page) | Cell::Plain(page)) => self.page(page),
            (3, Cell::Json(page)) => {
                // Most names need no unescaping.
                let plain = page.strip_prefix('"').and_then(|page| page.strip_suffix('"'));
                match plain.filter(|page| !page.contains('\\')) {
                    Some(plain) => self.page(plain),
                    None => self.page(&json::content(page).unwrap_or_else(|| page.to_owned())),
                }
            }
            (6, Cell::Text(player) | Cell::Plain(player)) => {
                self.row.lane = Some(self.lanes.of(&mut self.stays.lanes, player));
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        let Row { from, to, before, label, lane } = std::mem::take(&mut self.row);
        let Some(from) = from else { return };
        let lane = lane.unwrap_or_else(|| self.lanes.of(&mut self.stays.lanes, ""));
        if before {
            return;
        }
        let label = label.unwrap_or_else(|| self.labels.of(&mut self.stays.labels, ""));
        self.stays.stays.push(Stay { lane, label, from, to, marks: Marks::default() });
    }
}

/// Numbers names in order of first appearance.
#[derive(Default)]
pub struct Numbers {
    known: Map<String, u32>,
    /// For each number the one that came after it last, which is likely to come again.
    next: Vec<u32>,
    last: usize,
}

impl Numbers {
    /// The number of a name, new or known. `names` are those that have one.
    pub fn of(&mut self, names: &mut Vec<String>, name: &str) -> u32 {
        let guess = self.next.get(self.last).copied().unwrap_or_default();
        let number = match names.get(guess as usize).filter(|likely| *likely == name) {
            Some(_) => guess,
            None => self.known.get(name).copied().unwrap_or_else(|| {
                let number = names.len() as u32;
                names.push(name.to_owned());
                self.known.insert(name.to_owned(), number);
                self.next.push(number);
                number
            }),
        };
        if let Some(next) = self.next.get_mut(self.last) {
            *next = number;
        }
        self.last = number as usize;
        number
    }
}
