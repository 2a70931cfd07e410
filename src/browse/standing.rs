//! How far a player came: read from the page that is shown, the order of pages and the sign of a dropout.

use super::shown;
use crate::json;
use crate::log::Log;
use crate::log::column::ValueId;
use crate::named::named;
use crate::value;
use serde::Serialize;

/// Where a player stands at the end of the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// What can be said.
    pub state: State,
    /// Name of the page, if it has one.
    pub page: Option<String>,
    /// Number of the page, counted from 1, and how many there are.
    pub at: Option<(u64, u64)>,
    /// Unix time of the last change of any field.
    pub last: Option<f64>,
    /// Number of changes.
    pub changes: u64,
    #[serde(skip)]
    show_page: Option<ValueId>,
    #[serde(skip)]
    page_order: Option<ValueId>,
    #[serde(skip)]
    dropout: bool,
}

named! {
    /// The states of a player.
    #[derive(Default)]
    pub enum State {
        /// Nothing is known, or it is no player.
        #[default]
        Unknown = "unknown",
        /// Has not come to the first page.
        Waiting = "waiting",
        /// On a page.
        Under = "under",
        /// Came to the end.
        Finished = "finished",
        /// Was marked as a dropout.
        Dropout = "dropout",
    }
}

/// Takes the changes of one field into account, oldest first.
pub fn note(log: &Log, field: &str, changes: &[u32], standing: &mut Standing) {
    let Some(&last) = changes.last() else { return };
    standing.changes += changes.len() as u64;
    let times = changes.iter().map(|change| log.time(*change));
    // `max` passes over not-a-number.
    let latest = times.fold(f64::NAN, f64::max);
    standing.last = Some(standing.last.unwrap_or(f64::NAN).max(latest)).filter(|t| t.is_finite());
    let id = Some(log.value(last)).filter(|id| !id.is_tombstone());
    match field {
        "show_page" => standing.show_page = id,
        "page_order" => standing.page_order = id,
        "_uproot_dropout" => {
            standing.dropout = id.is_some_and(|id| {
                let (kind, text) = log.values.get(id);
                value::is_truthy(kind, text)
            });
        }
        _ => {}
    }
}

impl Standing {
    /// Says where the player stands, once all fields were noted. The rules for pages are those of the page times.
    pub fn settle(&mut self, log: &Log) {
        let number = self.show_page.and_then(|id| shown::number(log, id));
        let order = self.page_order.map(|id| log.values.get(id).1).and_then(json::items);
        let len = order.as_ref().map(Vec::len);
        if let (Some(number), Some(len)) = (number, len) {
            if number == len as f64 {
                self.state = State::Finished;
            } else if number < 0.0 {
                self.state = State::Waiting;
            } else if number < len as f64 {
                self.state = State::Under;
                self.at = Some((number as u64 + 1, len as u64));
                let name = order.as_ref().and_then(|order| order.get(number as usize).copied());
                self.page = name.map(|name| json::content(name).unwrap_or_else(|| name.to_owned()));
            }
        }
        if self.dropout {
            self.state = State::Dropout;
        }
    }

    /// A number that grows with how far the player came: not begun, dropped out, on a page, finished; by page where two
    /// are alike. None where nothing is known.
    pub fn progress(&self) -> Option<f64> {
        let stage = match self.state {
            State::Unknown => return None,
            State::Waiting => 0.0,
            State::Dropout => 1.0,
            State::Under => 2.0,
            State::Finished => 3.0,
        };
        let (page, of) = self.at.unwrap_or_default();
        Some(stage + page as f64 / (of + 1) as f64)
    }

    /// Whether the player has begun or waits, and has not come to the end.
    pub fn unfinished(&self) -> bool {
        matches!(self.state, State::Waiting | State::Under | State::Dropout)
    }
}
