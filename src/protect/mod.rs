//! Start here to prepare data for sharing: each file is one step that needs no input or output of its own.
//!
//! [`preset`] holds the user's choices. [`class`] says what a field is, [`pseudonym`] replaces identifiers, [`time`] and
//! [`quasi`] coarsen, [`detect`] finds personal data in texts, and [`leak`] looks for what must not be left in a finished
//! result. What comes out is prepared for sharing, with identifiers removed or replaced. Nothing here says that data are
//! anonymous.

pub mod check;
pub mod class;
mod decision;
pub mod defaults;
pub mod detect;
mod keys;
mod known;
pub mod leak;
pub mod names;
pub mod overview;
mod pace;
mod persons;
pub mod preset;
pub mod pseudonym;
pub mod psynet;
pub mod quasi;
pub mod report;
pub mod risk;
pub mod time;
pub mod uproot;
mod words;

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::order::{Map, Set};
use crate::parted::{Loading, Parted};
use crate::protect::leak::Searcher;
use crate::protect::overview::Overview;
use crate::recipe::Recipe;
use crate::source::{Reader, Want};
use crate::study::{Data, Study};

/// What is given for one export alone and is no part of a preset.
#[derive(Clone, Debug)]
pub struct Given {
    /// 32 random bytes, new each time, or a project's.
    pub key: [u8; 32],
    /// Whether the key is a project's; the report then names it by its label.
    pub project: bool,
    /// Texts that a user has read and approved, by [`overview::text_id`]; they count where the preset says `review`.
    pub approved: Set<String>,
}

/// A study that is prepared, and what its finished ZIP must be searched for before anyone gets it.
pub struct Protected {
    /// The study; it holds no original name.
    pub study: Study,
    /// The recipe for it: sessions are called by their tokens now.
    pub recipe: Recipe,
    /// What must not be left in the ZIP.
    pub searcher: Searcher,
    /// Values too short or too plain to be searched everywhere, by the path where they must not be.
    pub own_columns: Map<String, Set<String>>,
}

/// What a step of some [`Work`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A range must be pushed first.
    Want(Want),
    /// There is more to do.
    More,
    /// Nothing is left but [`Work::finish`].
    Last,
}

/// Work that may read the input again: ask [`Reader::want`], push, and when nothing more is wanted, [`Work::finish`]. Who
/// may want to stop in between asks [`Work::step`] instead.
pub trait Work<T>: Reader {
    /// Does a little of the work: so little that who waits for the next step hardly notices.
    ///
    /// # Errors
    /// What the work meets.
    fn step(&mut self) -> Result<Step>;

    /// How much is done, 0 to 1, as far as somebody knows.
    fn progress(&self) -> Option<f64>;

    /// What came of it.
    ///
    /// # Errors
    /// What the work meets.
    fn finish(self: Box<Self>) -> Result<T>;
}

/// What is done with the changes of all sessions in memory, however many they are: an identifier of one may stand in
/// another, and each must be known before the first is replaced.
struct WithAll<T> {
    study: Study,
    phase: Phase<T>,
}

/// What is begun when all changes are in memory.
type Begin<T> = Box<dyn FnOnce(&Study) -> Result<Box<dyn Work<T>>>>;

enum Phase<T> {
    Load(Loading, Begin<T>),
    Work(Box<dyn Work<T>>),
    /// Something failed.
    Over,
}

impl<T: 'static> WithAll<T> {
    fn begin(
        study: &Study,
        parted: &Parted,
        begin: impl FnOnce(&Study) -> Result<Box<dyn Work<T>>> + 'static,
    ) -> Result<Box<dyn Work<T>>> {
        let why = "Preparing for sharing needs the changes of all sessions at once.";
        let loading = parted.load_all().map_err(|error| error.detail(why))?;
        Ok(Box::new(WithAll { study: study.clone(), phase: Phase::Load(loading, Box::new(begin)) }))
    }
}

impl<T> Reader for WithAll<T> {
    fn want(&mut self) -> Result<Option<Want>> {
        loop {
            match self.step()? {
                Step::Want(want) => return Ok(Some(want)),
                Step::More => {}
                Step::Last => return Ok(None),
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        match &mut self.phase {
            Phase::Load(loading, _) => loading.push(chunk),
            Phase::Work(work) => work.push(chunk),
            Phase::Over => Ok(()),
        }
    }
}

impl<T> Work<T> for WithAll<T> {
    fn step(&mut self) -> Result<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Load(mut loading, begin) => {
                if let Some(want) = loading.want()? {
                    self.phase = Phase::Load(loading, begin);
                    return Ok(Step::Want(want));
                }
                self.phase = Phase::Work(begin(&self.study.with(loading.finish()?))?);
                Ok(Step::More)
            }
            Phase::Work(mut work) => {
                let step = work.step()?;
                self.phase = Phase::Work(work);
                Ok(step)
            }
            Phase::Over => Ok(Step::Last),
        }
    }

    fn progress(&self) -> Option<f64> {
        match &self.phase {
            Phase::Work(work) => work.progress(),
            Phase::Load(..) | Phase::Over => None,
        }
    }

    fn finish(mut self: Box<Self>) -> Result<T> {
        let unfinished = || Error::new(Code::Io, Place::default()).detail("Reading was not finished.");
        if self.want()?.is_some() {
            return Err(unfinished());
        }
        match self.phase {
            Phase::Work(work) => work.finish(),
            Phase::Load(..) | Phase::Over => Err(unfinished()),
        }
    }
}

/// Prepares a study for sharing, as the recipe's preset says.
///
/// # Errors
/// [`crate::error::Code::BadRecipe`] if the recipe asks for no protection or one that cannot be given, [`crate::error::Code::Unsupported`] for data
/// that cannot be prepared, and what the work meets.
pub fn prepare(study: &Study, recipe: &Recipe, given: &Given, limits: Limits) -> Result<Box<dyn Work<Protected>>> {
    match &study.data {
        Data::Uproot(log) => uproot::protect(study, log, recipe, given, limits),
        Data::Parted(parted) => {
            let (recipe, given) = (recipe.clone(), given.clone());
            WithAll::begin(study, parted, move |study| prepare(study, &recipe, &given, limits))
        }
        Data::Psynet(_) => Ok(Box::new(psynet::Preparing::new(study, recipe, given, limits)?)),
    }
}

/// Looks at a study and tells what [`prepare`] will do.
///
/// # Errors
/// As [`prepare`].
pub fn look(study: &Study, recipe: &Recipe) -> Result<Box<dyn Work<Overview>>> {
    match &study.data {
        Data::Uproot(log) => uproot::overview(log, recipe),
        Data::Parted(parted) => {
            let recipe = recipe.clone();
            WithAll::begin(study, parted, move |study| look(study, &recipe))
        }
        Data::Psynet(_) => Ok(Box::new(psynet::Looking::new(study, recipe, Limits::default())?)),
    }
}
