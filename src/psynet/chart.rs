//! Turn the timeline into what a picture of it needs: a few hundred participants with their bars, and what is odd.
//!
//! ```text
//! study.chart(Bounds::default()) ─► Chart { participants: [ { label, items: [ { kind, label, start, end, mark } ] } ] }
//! ```
//!
//! Nothing is read for it: the timeline is at hand once the study is.

use super::timeline::{Event, Kind, Timeline};
use crate::named::named;
use crate::order::Map;
use serde::Serialize;

/// How much a picture may hold; the rest is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most participants.
    pub participants: usize,
    /// Most items of one participant.
    pub items: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { participants: 200, items: 2000 }
    }
}

/// The timeline as bars, participant by participant in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Chart {
    /// The participants shown.
    pub participants: Vec<ChartRow>,
    /// Participants that there was no room for.
    pub more: u64,
    /// The earliest start and the latest end of all items, in seconds since 1970 by the server's clock.
    pub span: Option<(f64, f64)>,
}

/// A participant's bars in order of time; of those that start together, the longer kind is first (a module before its
/// trials, a trial before its pages).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ChartRow {
    /// The participant's id.
    pub participant: i64,
    /// The id and the class, for example `3 Bot`.
    pub label: String,
    /// The bars.
    pub items: Vec<ChartItem>,
    /// Items that there was no room for.
    pub more: u64,
    /// Events without any time, which cannot be drawn.
    pub untimed: u64,
}

/// One bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChartItem {
    /// What it is.
    pub kind: Kind,
    /// The question of a page, the trial maker of a trial (else the class), the id of a module, the status of a
    /// participant.
    pub label: String,
    /// The module that it belongs to; empty where there is none.
    pub module: String,
    /// When it began, in seconds since 1970 by the server's clock. A page that does not say how long it took begins
    /// where it ends.
    pub start: f64,
    /// When it ended; `None` where the database knows no end.
    pub end: Option<f64>,
    /// What is odd about it.
    pub mark: Option<Mark>,
}

named! {
    /// What is odd about a bar.
    pub enum Mark {
        /// It ends before it starts.
        Negative = "negative",
        /// It has no end: the participant was still there, or left.
        MissingEnd = "missing_end",
        /// A page or trial that took more than a minute and more than five times the median of its label.
        Long = "long",
    }
}

/// A bar is long from here on, in seconds and as a multiple of the median.
const LONG: (f64, f64) = (60.0, 5.0);

impl Chart {
    /// Makes the chart of a timeline.
    pub fn new(timeline: &Timeline, bounds: Bounds) -> Chart {
        let usual = medians(timeline);
        let mut chart = Chart::default();
        let mut last = None;
        for event in timeline.events(0) {
            if last != Some(event.participant) {
                last = Some(event.participant);
                if chart.participants.len() < bounds.participants {
                    let label = event.participant.to_string();
                    let participant = event.participant;
                    chart.participants.push(ChartRow { participant, label, ..ChartRow::default() });
                } else {
                    chart.more += 1;
                }
            }
            let Some(row) = chart.participants.last_mut().filter(|r| r.participant == event.participant) else {
                continue;
            };
            if event.kind == Kind::Participant {
                row.label = format!("{} {}", event.participant, event.class);
            }
            match item(&event, &usual) {
                None => row.untimed += 1,
                Some(_) if row.items.len() >= bounds.items => row.more += 1,
                Some(item) => {
                    let end = item.end.unwrap_or(item.start);
                    let (low, high) = chart.span.unwrap_or((item.start, end));
                    chart.span = Some((low.min(item.start).min(end), high.max(item.start).max(end)));
                    row.items.push(item);
                }
            }
        }
        chart
    }
}

fn item(event: &Event<'_>, usual: &Map<(Kind, &str), f64>) -> Option<ChartItem> {
    let seconds = |micros: i64| micros as f64 / 1e6;
    let start = seconds(event.start.or(event.end)?);
    let end = event.end.map(seconds);
    let lasts = event.seconds.or(end.map(|end| end - start)).unwrap_or(0.0);
    let usual = usual.get(&(event.kind, name(event))).copied().unwrap_or(f64::INFINITY);
    let mark = match end {
        None => Some(Mark::MissingEnd),
        Some(end) if end < start || lasts < 0.0 => Some(Mark::Negative),
        Some(_) if lasts > LONG.0 && lasts > LONG.1 * usual => Some(Mark::Long),
        Some(_) => None,
    };
    let label = name(event).to_owned();
    Some(ChartItem { kind: event.kind, label, module: event.module.to_owned(), start, end, mark })
}

fn name<'t>(event: &Event<'t>) -> &'t str {
    match event.kind {
        Kind::Module => event.module,
        _ if event.label.is_empty() => event.class,
        _ => event.label,
    }
}

/// The median duration of the pages and trials of each label, in seconds.
fn medians(timeline: &Timeline) -> Map<(Kind, &str), f64> {
    let mut all: Map<(Kind, &str), Vec<f64>> = Map::new();
    let timed = timeline.events(0).filter(|e| matches!(e.kind, Kind::Trial | Kind::Response));
    for event in timed {
        if let Some(seconds) = event.seconds.filter(|s| s.is_finite()) {
            all.entry((event.kind, name(&event))).or_default().push(seconds);
        }
    }
    let median = |mut seconds: Vec<f64>| {
        let middle = seconds.len() / 2;
        *seconds.select_nth_unstable_by(middle, f64::total_cmp).1
    };
    Map::from_iter(all.into_iter().map(|(key, seconds)| (key, median(seconds))))
}
