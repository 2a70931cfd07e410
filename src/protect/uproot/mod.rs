//! Call [`protect`] to prepare an uproot study for sharing: the result is a study like any other, so every view inherits it.
//!
//! `survey` looks at all values, `plan` decides a class for each path, `people` who stands out, `identity` knows the names
//! and their tokens, `originals` what must not be left, `clock` where times begin, `transform` makes new values, and
//! `rewrite` a new log in an order that tells nothing.

mod clock;
mod identity;
mod leaves;
mod originals;
mod people;
mod plan;
mod rewrite;
mod survey;
mod transform;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::export;
use crate::limits::Limits;
use crate::log::{Builder, Session};
use crate::protect::leak::Searcher;
use crate::protect::pseudonym::{Domain, Key, Tokens};
use crate::protect::report::Report;
use crate::protect::time::{self, Rounding, Window};
use crate::recipe::{Protect, Recipe};
use crate::study::{Data, Study};
use identity::Identity;
use people::Quasi;
use rewrite::Rewriting;
use survey::storage;
use transform::Transform;

/// A study that is prepared, and what its finished ZIP must be searched for before anyone gets it.
pub struct Protected {
    /// The study; its log holds no original name.
    pub study: Study,
    /// The recipe for it: sessions are called by their tokens now.
    pub recipe: Recipe,
    /// What must not be left in the ZIP.
    pub searcher: Searcher,
    /// Values too short or too plain to be searched everywhere, by the path where they must not be.
    pub own_columns: BTreeMap<String, BTreeSet<String>>,
}

/// Prepares the sessions that a recipe chooses. `key` is 32 random bytes, new each time, or a project's.
///
/// # Errors
/// [`Code::NoSuchSession`], [`Code::BadRecipe`] if the recipe asks for no protection, [`Code::TokenCollision`],
/// [`Code::OutOfMemory`].
pub fn protect(study: &Study, recipe: &Recipe, key: &[u8; 32], project: bool, limits: Limits) -> Result<Protected> {
    let recipe = recipe.clone().checked()?;
    if recipe.protect == Protect::Off || recipe.include_secrets {
        let detail = "Protection and credentials exclude each other.";
        return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
    }
    let Data::Uproot(log) = &study.data else {
        return Err(refused("Only uproot's data can be prepared for sharing so far, not PsyNet's."));
    };
    if log.exported {
        return Err(refused("Exported tables cannot be prepared for sharing so far: use the dump or the database."));
    }
    let sessions = export::chosen(log, &recipe)?;
    let share = recipe.protect == Protect::Share;
    let window = window(&sessions);
    let mac = Key::new(key);
    let mut identity = Identity::new(Tokens::new(mac.clone()));
    survey::identify(log, &sessions, &mut identity)?;
    let names = survey::all_names(&identity);
    let survey = survey::survey(log, &sessions, &names, window, recipe.protect);
    let (originals, own_columns) = originals::originals(&identity, &survey, key);
    let searched = originals.iter().filter(|o| o.distinctive).count();
    let words = originals::words(&originals, &mut identity)?;
    let searcher = Searcher::new(originals, window.filter(|_| share));
    let quasi = if share { Quasi::measure(log, &sessions, &survey, recipe.k as usize) } else { Quasi::default() };
    let transform = Transform {
        identity,
        words,
        names,
        level: recipe.protect,
        window: window.filter(|_| share),
        rounding: Rounding::Second,
        searcher: &searcher,
        caught: 0,
    };
    let mut rewriting = Rewriting::new(log, &survey, &quasi, transform, share);
    let mut builder = Builder::new(limits);
    let (numbers, interacting) = match share {
        true => rewriting.in_token_order(&sessions, &mut builder)?,
        false => (rewriting.in_old_order(&sessions, &mut builder)?, 0),
    };
    // What the order of the new log has to say about itself concerns nobody.
    let mut new = builder.finish(&mut Problems::default())?;
    new.renumber(&numbers);

    let mut problems = Problems::default();
    for problem in study.problems.iter() {
        // Places and details of the original may name files, storages and sessions.
        problems.add(Problem { count: problem.count, ..Problem::new(problem.code, Place::default()) });
    }
    let unnamed =
        survey::spans(log, &sessions).filter(|s| storage(log.storages.get(s.storage)).is_none()).count() as u64;
    let short: usize = own_columns.values().map(BTreeSet::len).sum();
    let report = Report {
        level: recipe.protect,
        k: recipe.k,
        input: study.format.name.clone(),
        key_label: project.then(|| mac.label()),
        sessions: new.sessions.len() as u64,
        sessions_interacting: interacting,
        participants: quasi.participants.max(rewriting.participants(&sessions)),
        rows_before: sessions.iter().map(|s| s.changes).sum(),
        rows_after: new.order.len() as u64,
        paths: rewriting.paths(),
        tokens: Domain::ALL.map(|d| (d.as_str(), rewriting.transform.identity.tokens.count(d) as u64)).into(),
        detectors: survey.finds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect(),
        dropped_from_history: rewriting.history,
        withheld_by_search: rewriting.transform.caught,
        unnamed_storages: unnamed,
        risk: quasi.report,
        searched_values: searched as u64,
        searched_forms: searcher.sizes().1 as u64,
        not_searched: (short + searcher.unsearchable) as u64,
    };
    let study = Study {
        files: Vec::new(),
        format: study.format.clone(),
        data: Data::Uproot(Arc::new(new)),
        problems,
        protection: Some(Arc::new(report)),
    };
    Ok(Protected { study, recipe: Recipe { sessions: None, ..recipe }, searcher, own_columns })
}

/// What is not protected is not written: nothing is passed on half done.
fn refused(detail: &str) -> Error {
    Error::new(Code::Unsupported, Place::default()).detail(detail)
}

/// The days of the study; none if its clock was not set.
fn window(sessions: &[&Session]) -> Option<Window> {
    let first = sessions.iter().map(|s| s.first).fold(f64::NAN, f64::min);
    let last = sessions.iter().map(|s| s.last).fold(f64::NAN, f64::max);
    // Times before 2001 are counters, not moments; numbers like them are everywhere.
    (first > 1e9).then(|| Some(Window::new(time::from_seconds(first)?, time::from_seconds(last)?)))?
}
