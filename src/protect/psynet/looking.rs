//! Looks at a PsyNet study as far as [`Preparing`] goes before anything is written, and tells what it will do.

use std::collections::BTreeSet;

use super::{Phase, Preparing, rows};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::protect::overview::Overview;
use crate::protect::{Given, Step, Work};
use crate::recipe::Recipe;
use crate::source::{Reader, Want};
use crate::study::Study;

/// A PsyNet study that is looked at, to tell what [`Preparing`] will do.
pub struct Looking(Preparing);

impl Looking {
    /// Begins with a study.
    ///
    /// # Errors
    /// As [`Preparing::new`].
    pub fn new(study: &Study, recipe: &Recipe, limits: Limits) -> Result<Looking> {
        // No token is made for good, so any key will do.
        let given = Given { key: [0; 32], project: false, approved: BTreeSet::new() };
        Preparing::new(study, recipe, &given, limits).map(Looking)
    }
}

impl Reader for Looking {
    fn want(&mut self) -> Result<Option<Want>> {
        while !matches!(self.0.phase, Phase::Write(..)) {
            if let Some(want) = self.0.advance()? {
                return Ok(Some(want));
            }
        }
        Ok(None)
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.0.push(chunk)
    }
}

impl Work<Overview> for Looking {
    fn step(&mut self) -> Result<Step> {
        match self.0.phase {
            Phase::Write(..) => Ok(Step::Last),
            _ => Ok(self.0.advance()?.map_or(Step::More, Step::Want)),
        }
    }

    fn finish(self: Box<Self>) -> Result<Overview> {
        let Preparing { phase, preset, .. } = self.0;
        let Phase::Write(_, decided) = phase else {
            return Err(Error::new(Code::Io, Place::default()).detail("Reading was not finished."));
        };
        let mut overview = rows::overview(&decided.survey, &preset);
        overview.participants = decided.census.people.len() as u64;
        overview.unique_by_duration = decided.census.unique_durations(&preset);
        overview.risk = decided.risk;
        Ok(overview)
    }
}
