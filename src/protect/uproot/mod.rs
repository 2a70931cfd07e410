//! Call [`protect`] to prepare an uproot study for sharing: the result is a study like any other, so every view inherits it.
//!
//! `survey` looks at all values (`seen` is what it saw at a path), `plan` decides a class for each path, `people` who stands out, `identity` knows the names
//! and their tokens, `originals` what must not be left, `clock` where times begin, `transform` makes new values, and
//! `rewrite` a new log in an order that tells nothing, whose names `place` knows.

mod clock;
mod identity;
mod leaves;
mod moments;
mod originals;
mod people;
mod place;
mod plan;
mod rewrite;
mod rows;
mod seen;
mod survey;
mod transform;

use crate::order::{Map, Set};
use std::sync::Arc;

use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::export;
use crate::limits::Limits;
use crate::log::{Builder, Log, Session};
use crate::protect::known::Known;
use crate::protect::leak::Searcher;
use crate::protect::overview::Overview;
use crate::protect::pace::{Pace, Paced};
use crate::protect::preset::Preset;
use crate::protect::pseudonym::{Domain, Key, Tokens};
use crate::protect::report::Report;
use crate::protect::time::{self, Mode, Window};
use crate::protect::{Given, Protected, Work};
use crate::recipe::Recipe;
use crate::study::{Data, Study};
use identity::Identity;
use people::Quasi;
use rewrite::Rewriting;
use survey::{Asked, storage};
use transform::Transform;

/// The hash of a number, for a table: ids of values that are near each other are spread over it.
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// What a recipe asks for that a log has.
fn asked(log: &Log, recipe: &Recipe) -> Result<(Recipe, Preset)> {
    let recipe = recipe.clone().checked()?;
    let Some(preset) = recipe.protect.clone().filter(|_| !recipe.include_secrets) else {
        let detail = "Protection and credentials exclude each other.";
        return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
    };
    export::chosen(&log.sessions, &recipe)?;
    Ok((recipe, preset))
}

/// What [`protect`] will do, path by path.
///
/// # Errors
/// As [`protect`].
pub fn overview(log: &Arc<Log>, recipe: &Recipe) -> Result<Box<dyn Work<Overview>>> {
    let (recipe, preset) = asked(log, recipe)?;
    let log = log.clone();
    Ok(Box::new(Paced::new(async move |pace| seen(&log, &recipe, &preset, pace).await)))
}

async fn seen(log: &Log, recipe: &Recipe, preset: &Preset, pace: &mut Pace) -> Result<Overview> {
    let sessions = export::chosen(&log.sessions, recipe)?;
    pace.passes(sessions.iter().map(|session| session.changes).sum());
    // No token is made for good, so any key will do.
    let mut identity = Identity::new(Tokens::new(Key::new(&[0; 32])));
    survey::identify(log, &sessions, &mut identity, pace).await?;
    let names = survey::all_names(&identity, pace).await;
    let asked = Asked { names: &names, window: window(&sessions), preset, approved: &Set::new() };
    let survey = survey::survey(log, &sessions, asked, pace).await;
    let quasi = Quasi::measure(log, &sessions, &survey, asked, pace).await;
    let mut overview = survey.overview(preset, pace).await;
    overview.risk = quasi.report;
    overview.participants = quasi.participants;
    overview.people = quasi.people;
    overview.unique_by_duration = quasi.unique_by_duration;
    Ok(overview)
}

/// Prepares the sessions that a recipe chooses.
///
/// # Errors
/// [`Code::NoSuchSession`], [`Code::BadRecipe`] if the recipe asks for no protection or a choice that nobody has,
/// [`Code::TokenCollision`], [`Code::OutOfMemory`].
pub fn protect(
    study: &Study,
    log: &Arc<Log>,
    recipe: &Recipe,
    given: &Given,
    limits: Limits,
) -> Result<Box<dyn Work<Protected>>> {
    let (recipe, preset) = asked(log, recipe)?;
    let (study, log, given) = (study.clone(), log.clone(), given.clone());
    Ok(Box::new(Paced::new(async move |pace| protected(study, &log, recipe, &preset, &given, limits, pace).await)))
}

async fn protected(
    study: Study,
    log: &Log,
    recipe: Recipe,
    preset: &Preset,
    given: &Given,
    limits: Limits,
    pace: &mut Pace,
) -> Result<Protected> {
    let sessions = export::chosen(&log.sessions, &recipe)?;
    // Once to look at them, once to write them anew.
    pace.passes(sessions.iter().map(|session| 2 * session.changes).sum());
    let share = preset.is_share();
    let window = window(&sessions);
    let mac = Key::new(&given.key);
    let mut identity = Identity::new(Tokens::new(mac.clone()));
    survey::identify(log, &sessions, &mut identity, pace).await?;
    let names = survey::all_names(&identity, pace).await;
    let asked = Asked { names: &names, window, preset, approved: &given.approved };
    let survey = survey::survey(log, &sessions, asked, pace).await;
    survey.obeyed(preset)?;
    let (originals, mut own_columns) = originals::originals(log, &identity, &survey, &given.key, pace).await;
    let searched = originals.iter().filter(|o| o.distinctive).count();
    own_columns.retain(|path, _| !preset.accepted.contains_key(path));
    let words = originals::words(&originals, &mut identity, pace).await?;
    let mode = moments::mode(preset, &mac, window);
    let hidden = window.filter(|_| share && moments::hides(mode));
    let mut searcher = Searcher::paced(originals, hidden, pace).await;
    searcher.accept(&preset.accepted);
    let quasi = Quasi::measure(log, &sessions, &survey, asked, pace).await;
    let transform = Transform {
        identity,
        words,
        names,
        preset,
        study: window,
        window: hidden,
        mode,
        searcher: &searcher,
        caught: 0,
        released: 0,
        keys: Known::default(),
        of_session: String::new(),
    };
    let mut rewriting = Rewriting::new(log, &survey, &quasi, transform, share);
    let mut builder = Builder::new(limits);
    let (numbers, interacting) = match share {
        true => rewriting.in_token_order(&sessions, &mut builder, pace).await?,
        false => rewriting.in_old_order(&sessions, &mut builder, pace).await?,
    };
    pace.pause().await;
    // What the order of the new log has to say about itself concerns nobody.
    let mut new = builder.finish(&mut Problems::default())?;
    pace.pause().await;
    new.renumber(&numbers);
    new.coarse = mode != Mode::Keep;
    new.exported = log.exported;

    let mut problems = Problems::default();
    for problem in study.problems.iter() {
        // Places and details of the original may name files, storages and sessions.
        problems.add(Problem { count: problem.count, ..Problem::new(problem.code, Place::default()) });
    }
    let unnamed =
        survey::spans(log, &sessions).filter(|s| storage(log.storages.get(s.storage)).is_none()).count() as u64;
    let short: usize = own_columns.values().map(Set::len).sum();
    let paths = rewriting.paths();
    let plans = || survey.fields.values().flat_map(|field| field.plans.values());
    let withheld: u64 = plans().flat_map(|plan| plan.facts.texts.values()).sum();
    let transform = &rewriting.transform;
    let report = Report {
        preset: preset.clone(),
        psynet: false,
        texts_released: transform.released,
        texts_withheld: withheld.saturating_sub(transform.released),
        unique_by_duration: quasi.unique_by_duration,
        input: study.format.name.clone(),
        key_label: given.project.then(|| mac.label()),
        sessions: new.sessions.len() as u64,
        sessions_interacting: interacting,
        participants: quasi.participants.max(rewriting.participants(&sessions)),
        people: quasi.people,
        rows_before: sessions.iter().map(|s| s.changes).sum(),
        rows_after: new.order.len() as u64,
        paths,
        tokens: Domain::ALL.map(|d| (d.as_str(), transform.identity.tokens.count(d) as u64)).into(),
        detectors: Map::from_iter(survey.finds.iter().map(|(kind, count)| (kind.as_str(), *count))),
        dropped_from_history: rewriting.history,
        withheld_by_search: transform.caught,
        unnamed_storages: unnamed,
        risk: quasi.report,
        calendar_searched: hidden.is_some(),
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

/// The days of the study; none if its clock was not set.
fn window(sessions: &[&Session]) -> Option<Window> {
    let first = sessions.iter().map(|s| s.first).fold(f64::NAN, f64::min);
    let last = sessions.iter().map(|s| s.last).fold(f64::NAN, f64::max);
    // Times before 2001 are counters, not moments; numbers like them are everywhere.
    (first > 1e9).then(|| Some(Window::new(time::from_seconds(first)?, time::from_seconds(last)?)))?
}
