//! Looks into a log: who has what, what changed when, who was where. The page asks, a [`Browser`] answers.
//!
//! Every answer is bounded, whatever the size of the log, and none holds a credential. What was worked out last
//! is kept, so that scrolling costs only the rows.

pub mod changes;
mod participants;
pub mod pictures;
pub mod sheet;
pub mod shown;
pub mod standing;
pub mod stays;

use crate::error::{Problems, Result};
use crate::filter::{self, Choice};
use crate::limits::Limits;
use crate::log::{Builder, Log, Session};
use crate::order;
use crate::psynet;
use changes::{Filter, Found, Search};
use pictures::{Pages, Progress, Spread};
use serde::{Deserialize, Serialize};
use sheet::{Selection, Sheet};
use stays::Stays;
use std::sync::Arc;

/// Most rows of one answer.
const MOST: u64 = 1000;

/// Most columns of one answer.
const COLUMNS: usize = 2000;

/// Most names in a list to choose from.
const NAMES: usize = 500;

/// A question. Searches take time and have an object of their own: [`Search`].
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// What can be chosen in a session.
    Facets {
        /// Name of the session.
        session: String,
    },
    /// The columns of a sheet.
    Columns {
        /// Which sheet.
        of: Of,
    },
    /// Rows of a sheet.
    Rows {
        /// Which sheet.
        of: Of,
        /// Which rows, in which order.
        selection: Selection,
        /// Numbers of columns.
        columns: Vec<u32>,
        /// First row of the selection.
        start: u64,
        /// How many rows.
        count: u64,
    },
    /// Changes that the last search found.
    Found {
        /// Number of the search.
        search: u32,
        /// First change.
        start: u64,
        /// How many changes.
        count: u64,
    },
    /// Where a change stands among those that the last search found.
    Place {
        /// Number of the search.
        search: u32,
        /// Sequence number.
        seq: u64,
    },
    /// Who was where when.
    Stays {
        /// Name of the session.
        session: String,
        /// Seconds without any change after which a stay is idle.
        idle: f64,
        /// Which players.
        selection: stays::Selection,
        /// First player of the selection.
        start: u64,
        /// How many players.
        count: u64,
    },
    /// How long stays took, by page.
    Pages {
        /// Name of the session.
        session: String,
    },
    /// How many players were on which page over time.
    Progress {
        /// Name of the session.
        session: String,
    },
    /// The spread of a field.
    Spread {
        /// Which sheet.
        of: Of,
        /// Name of the field.
        field: String,
    },
}

/// Names a sheet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Of {
    /// Name of the session.
    pub session: String,
    /// Kind of storage.
    pub kind: String,
    /// Whether the fields that uproot keeps for itself are columns, too.
    #[serde(default)]
    pub internal: bool,
}

/// What can be chosen in a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Facets {
    /// Kinds of storage and how many storages each has.
    pub kinds: Vec<(String, u64)>,
    /// Apps that players were in, in order of first appearance, some hundreds at most.
    pub apps: Vec<String>,
}

/// Some of many rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part<T> {
    /// How many there are.
    pub total: u64,
    /// Those that were asked for.
    pub rows: Vec<T>,
}

/// An answer, of the kind that the question asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "named as the questions")]
pub enum Answer {
    Facets(Facets),
    Columns(Part<sheet::Column>),
    Rows(Part<sheet::Shown>),
    Found(Part<changes::Shown>),
    Place(u64),
    Stays(stays::Drawn),
    Pages(Pages),
    Progress(Progress),
    Spread(Spread),
}

/// Answers questions about one log.
pub struct Browser {
    log: Arc<Log>,
    /// Where there is one, its participants' stays are shown, and the log is empty.
    psynet: Option<Arc<psynet::Study>>,
    sheet: Option<(Of, Sheet)>,
    selected: Option<(Selection, Vec<u32>)>,
    stays: Option<(String, f64, Stays)>,
    found: Option<(u32, Found)>,
    searches: u32,
}

/// Seconds without any change after which a stay is idle, where nobody says otherwise.
const IDLE: f64 = 300.0;

impl Browser {
    /// A browser of a log.
    pub fn new(log: Arc<Log>) -> Browser {
        Browser { log, psynet: None, sheet: None, selected: None, stays: None, found: None, searches: 0 }
    }

    /// A browser of what PsyNet's participants did: it answers the questions about stays, pages and progress.
    ///
    /// # Errors
    /// None that an empty log can meet.
    pub fn of_psynet(study: Arc<psynet::Study>) -> Result<Browser> {
        let log = Builder::new(Limits::default()).finish(&mut Problems::default())?;
        Ok(Browser { psynet: Some(study), ..Browser::new(Arc::new(log)) })
    }

    /// Answers a question; what does not exist is empty.
    pub fn look(&mut self, look: Look) -> Answer {
        match look {
            Look::Facets { session } => Answer::Facets(self.facets(&session)),
            Look::Columns { of } => {
                let columns = &self.sheet(&of).columns;
                let rows = columns.iter().take(COLUMNS).cloned().collect();
                Answer::Columns(Part { total: columns.len() as u64, rows })
            }
            Look::Rows { of, selection, columns, start, count } => {
                Answer::Rows(self.rows(&of, selection, columns, start, count))
            }
            Look::Found { search, start, count } => Answer::Found(match self.found(search) {
                None => Part { total: 0, rows: Vec::new() },
                Some(found) => Part { total: found.len(), rows: found.shown(&self.log, start, count.min(MOST)) },
            }),
            Look::Place { search, seq } => {
                Answer::Place(self.found(search).map_or(0, |found| found.place(&self.log, seq)))
            }
            Look::Stays { session, idle, selection, start, count } => {
                Answer::Stays(self.stays(&session, idle).drawn(&selection, start, count))
            }
            Look::Pages { session } => Answer::Pages(Pages::of(self.stays_of(&session))),
            Look::Progress { session } => Answer::Progress(Progress::of(self.stays_of(&session))),
            Look::Spread { of, field } => {
                let log = self.log.clone();
                Answer::Spread(Spread::of(&log, self.sheet(&of), &field))
            }
        }
    }

    /// Begins a search, whose result is then given to [`Browser::keep`].
    pub fn search(&self, filter: &Filter) -> Search {
        Search::new(&self.log, filter)
    }

    /// Keeps what a search found in place of what the last one did; gives back its number and how much it is.
    pub fn keep(&mut self, search: Search) -> (u32, u64) {
        let found = search.finish();
        let total = found.len();
        self.searches = self.searches.wrapping_add(1);
        self.found = Some((self.searches, found));
        (self.searches, total)
    }

    fn found(&self, search: u32) -> Option<&Found> {
        self.found.as_ref().filter(|(number, _)| *number == search).map(|(_, found)| found)
    }

    fn facets(&self, session: &str) -> Facets {
        let log = &self.log;
        let mut facets = Facets::default();
        let Some(session) = log.session(session) else { return facets };
        let app = log.fields.find("app");
        let mut apps = Vec::new();
        for section in &session.sections {
            let spans = log.spans.get(section.spans.clone()).unwrap_or_default();
            // As the sheet has them: of a storage with nothing but credentials there is nothing to show.
            let lines = filter::lines(log, section, Choice { filters: false, secrets: false });
            let mut storages: Vec<u32> = lines.map(|line| line.span(log).storage).collect();
            order::sort(&mut storages);
            storages.dedup();
            if !storages.is_empty() {
                facets.kinds.push((log.kinds.get(section.kind).to_owned(), storages.len() as u64));
            }
            for span in spans.iter().filter(|span| app == Some(span.field)) {
                apps.extend(log.changes(span).iter().map(|change| log.value(*change)).filter(|id| !id.is_tombstone()));
            }
        }
        order::sort(&mut apps);
        apps.dedup();
        let apps = apps.iter().filter(|id| log.values.get(**id).1 != "null").take(NAMES);
        facets.apps = apps.map(|id| shown::content(log, *id).into_owned()).collect();
        facets
    }

    fn session(&self, name: &str) -> Session {
        let none = Session { name: name.to_owned(), sections: Vec::new(), changes: 0, first: f64::NAN, last: f64::NAN };
        self.log.session(name).cloned().unwrap_or(none)
    }

    fn sheet(&mut self, of: &Of) -> &Sheet {
        let known = self.sheet.take().filter(|(known, _)| known == of);
        let (_, sheet) = match known {
            Some(known) => self.sheet.insert(known),
            None => {
                self.selected = None;
                let sheet = Sheet::new(&self.log, &self.session(&of.session), &of.kind, of.internal);
                self.sheet.insert((of.clone(), sheet))
            }
        };
        sheet
    }

    fn rows(&mut self, of: &Of, selection: Selection, columns: Vec<u32>, start: u64, count: u64) -> Part<sheet::Shown> {
        let log = self.log.clone();
        self.sheet(of);
        let known = self.selected.take().filter(|(known, _)| *known == selection);
        let sheet = self.sheet(of);
        let (_, selected) = known.unwrap_or_else(|| {
            let selected = sheet.select(&log, &selection);
            (selection.clone(), selected)
        });
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let count = usize::try_from(count.min(MOST)).unwrap_or(usize::MAX);
        let some: Vec<u32> = selected.iter().copied().skip(start).take(count).collect();
        let columns: Vec<u32> = columns.into_iter().take(COLUMNS).collect();
        let rows = sheet.shown(&log, &some, &columns);
        let total = selected.len() as u64;
        self.selected = Some((selection, selected));
        Part { total, rows }
    }

    fn stays(&mut self, session: &str, idle: f64) -> &Stays {
        let known = self.stays.take().filter(|(name, ..)| name == session);
        let (.., stays) = match known {
            Some(known) if known.1 == idle => self.stays.insert(known),
            Some((name, _, mut stays)) => {
                if self.psynet.is_none() {
                    stays.mark_idle(&self.log, &self.session(session), idle);
                }
                self.stays.insert((name, idle, stays))
            }
            None => {
                let stays = match &self.psynet {
                    Some(study) => participants::stays(study),
                    None => Stays::of_session(&self.log, &self.session(session), idle),
                };
                self.stays.insert((session.to_owned(), idle, stays))
            }
        };
        stays
    }

    /// The stays of a session as they were last asked for: where only pages and times count, idle does not matter.
    fn stays_of(&mut self, session: &str) -> &Stays {
        let idle = self.stays.as_ref().filter(|(name, ..)| name == session).map_or(IDLE, |(_, idle, _)| *idle);
        self.stays(session, idle)
    }
}

/// The value below which a part of sorted numbers lies, interpolated between neighbours.
fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let at = part * sorted.len().checked_sub(1)? as f64;
    let low = *sorted.get(at.floor() as usize)?;
    let high = *sorted.get(at.ceil() as usize)?;
    Some(low + (high - low) * at.fract())
}
