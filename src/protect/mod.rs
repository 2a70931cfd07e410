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
mod known;
pub mod leak;
pub mod names;
pub mod overview;
pub mod preset;
pub mod pseudonym;
pub mod psynet;
pub mod quasi;
pub mod report;
pub mod risk;
pub mod time;
pub mod uproot;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::limits::Limits;
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
    pub approved: BTreeSet<String>,
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
    pub own_columns: BTreeMap<String, BTreeSet<String>>,
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
    /// Does a little of the work.
    ///
    /// # Errors
    /// What the work meets.
    fn step(&mut self) -> Result<Step> {
        Ok(self.want()?.map_or(Step::Last, Step::Want))
    }

    /// What came of it.
    ///
    /// # Errors
    /// What the work meets.
    fn finish(self: Box<Self>) -> Result<T>;
}

/// Work that is done already.
struct Done<T>(T);

impl<T> Reader for Done<T> {
    fn want(&mut self) -> Result<Option<Want>> {
        Ok(None)
    }

    fn push(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

impl<T> Work<T> for Done<T> {
    fn finish(self: Box<Self>) -> Result<T> {
        Ok(self.0)
    }
}

/// What is done with the changes of all sessions in memory, however many they are: an identifier of one may stand in
/// another, and each must be known before the first is replaced.
struct WithAll<F> {
    study: Study,
    loading: Loading,
    work: F,
}

impl<F> WithAll<F> {
    fn begin<T>(study: &Study, parted: &Parted, work: F) -> Result<Box<dyn Work<T>>>
    where
        F: FnOnce(&Study) -> Result<T> + 'static,
    {
        let why = "Preparing for sharing needs the changes of all sessions at once.";
        let loading = parted.load_all().map_err(|error| error.detail(why))?;
        Ok(Box::new(WithAll { study: study.clone(), loading, work }))
    }
}

impl<F> Reader for WithAll<F> {
    fn want(&mut self) -> Result<Option<Want>> {
        self.loading.want()
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.loading.push(chunk)
    }
}

impl<T, F: FnOnce(&Study) -> Result<T>> Work<T> for WithAll<F> {
    fn finish(self: Box<Self>) -> Result<T> {
        let log = self.loading.finish()?;
        (self.work)(&self.study.with(log))
    }
}

/// Prepares a study for sharing, as the recipe's preset says.
///
/// # Errors
/// [`crate::error::Code::BadRecipe`] if the recipe asks for no protection or one that cannot be given, [`crate::error::Code::Unsupported`] for data
/// that cannot be prepared, and what the work meets.
pub fn prepare(study: &Study, recipe: &Recipe, given: &Given, limits: Limits) -> Result<Box<dyn Work<Protected>>> {
    match &study.data {
        Data::Uproot(log) => Ok(Box::new(Done(uproot::protect(study, log, recipe, given, limits)?))),
        Data::Parted(parted) => {
            let (recipe, given) = (recipe.clone(), given.clone());
            WithAll::begin(study, parted, move |study| prepare(study, &recipe, &given, limits)?.finish())
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
        Data::Uproot(log) => Ok(Box::new(Done(uproot::overview(log, recipe)?))),
        Data::Parted(parted) => {
            let recipe = recipe.clone();
            WithAll::begin(study, parted, move |study| look(study, &recipe)?.finish())
        }
        Data::Psynet(_) => Ok(Box::new(psynet::Looking::new(study, recipe, Limits::default())?)),
    }
}
