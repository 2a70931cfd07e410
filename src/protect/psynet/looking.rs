//! Looks at a PsyNet study as far as [`Preparing`] goes before anything is written, and tells what it will do.

use super::{Phase, Preparing, rows};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::order::Set;
use crate::protect::overview::Overview;
use crate::protect::pace::Paced;
use crate::protect::{Given, Step, Work};
use crate::recipe::Recipe;
use crate::source::{Reader, Want};
use crate::study::Study;

/// A PsyNet study that is looked at, to tell what [`Preparing`] will do.
pub enum Looking {
    /// As far as before anything is written.
    Deciding(Box<Preparing>),
    /// What was decided is put together.
    Telling(Box<Paced<Overview>>),
}

impl Looking {
    /// Begins with a study.
    ///
    /// # Errors
    /// As [`Preparing::new`].
    pub fn new(study: &Study, recipe: &Recipe, limits: Limits) -> Result<Looking> {
        // No token is made for good, so any key will do.
        let given = Given { key: [0; 32], project: false, approved: Set::new() };
        Ok(Looking::Deciding(Box::new(Preparing::new(study, recipe, &given, limits)?)))
    }
}

impl Reader for Looking {
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
        match self {
            Looking::Deciding(preparing) => preparing.push(chunk),
            Looking::Telling(telling) => telling.push(chunk),
        }
    }
}

impl Work<Overview> for Looking {
    fn step(&mut self) -> Result<Step> {
        let preparing = match self {
            Looking::Deciding(preparing) => preparing,
            Looking::Telling(telling) => return telling.step(),
        };
        if let Phase::Write(_, decided) = &mut preparing.phase {
            let (survey, census) = (decided.survey.clone(), decided.census.clone());
            let (risk, people, preset) = (decided.risk.take(), decided.people, preparing.asked.preset.clone());
            let telling = Paced::new(async move |pace| {
                let mut overview = rows::overview(&survey, &preset, pace).await;
                overview.participants = census.people.len() as u64;
                overview.people = people;
                overview.unique_by_duration = census.unique_durations(&preset);
                overview.risk = risk;
                Ok(overview)
            });
            *self = Looking::Telling(Box::new(telling));
            return Ok(Step::More);
        }
        preparing.step()
    }

    fn progress(&self) -> Option<f64> {
        match self {
            // Two of the three passes.
            Looking::Deciding(preparing) => preparing.progress().map(|part| (part * 1.5).min(1.0)),
            Looking::Telling(_) => Some(1.0),
        }
    }

    fn finish(self: Box<Self>) -> Result<Overview> {
        match *self {
            Looking::Telling(telling) => telling.finish(),
            Looking::Deciding(_) => Err(Error::new(Code::Io, Place::default()).detail("Reading was not finished.")),
        }
    }
}
