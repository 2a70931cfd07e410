//! Drive a [`Preparing`] to prepare a PsyNet or Dallinger study: the result is a study of a new database, so that every
//! table, the timeline and `database.zip` inherit what was done.
//!
//! Three passes over the raw tables, each row at a time: `census` counts everybody and gives new numbers, `survey`
//! looks at all values and decides a class for each path, `transform` makes new values, which `database` writes in an
//! order that tells nothing (`sorter`). Tables of which nothing stays are read in the first pass alone. In memory are the
//! new database (packed), some dozen bytes per row, and the distinct short texts and identifiers, all counted against the
//! limit. What no rule knows is withheld.

mod asked;
mod census;
mod column;
mod database;
mod field;
mod looking;
mod originals;
mod pass;
mod people;
mod plan;
mod refer;
mod rewriting;
mod rows;
mod seen;
mod sorter;
mod survey;
mod transform;
mod tree;
mod walk;
mod writing;

use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::protect::leak::Searcher;
use crate::protect::pace::{Pace, Paced};
use crate::protect::pseudonym::Key;
use crate::protect::risk::RiskReport;
use crate::protect::{Given, Protected, Step, Work};
use crate::psynet::survey::RawTable;
use crate::recipe::Recipe;
use crate::source::{Reader, Want};
use crate::study::{Data, Study};
pub use looking::Looking;
use std::sync::Arc;

use asked::Asked;
use census::{Census, Columns, Counting};
use originals::{Dropped, OwnColumns};
use pass::{Pass, Surveyed, look};
use refer::{Refer, is_dropped};
use survey::{Survey, With};
use writing::Writing;

/// A PsyNet study that is being prepared: ask for wanted ranges, push them, then [`Work::finish`].
pub struct Preparing {
    asked: Arc<Asked>,
    phase: Phase,
    /// How much is done, 0 to 1: three passes over the tables.
    part: f64,
}

enum Phase {
    Count(Pass, Box<(Counting, Dropped)>),
    Look(Pass, Box<Looked>),
    Write(Box<Writing>, Box<Decided>),
    /// Between these, without input.
    Between(Box<Paced<Phase>>),
    Done(Box<Protected>),
    /// Something failed.
    Over,
}

/// What the second pass gathers.
struct Looked {
    census: Arc<Census>,
    refer: Arc<Refer>,
    survey: Survey,
    dropped: Dropped,
}

/// What is known before anything is written.
struct Decided {
    census: Arc<Census>,
    survey: Arc<Survey>,
    searcher: Arc<Searcher>,
    own_columns: OwnColumns,
    people: u64,
    risk: Option<RiskReport>,
    searched: u64,
}

impl Preparing {
    /// Begins with a study.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] if the recipe asks for no protection, [`Code::Unsupported`] if these are no data of PsyNet's.
    pub fn new(study: &Study, recipe: &Recipe, given: &Given, limits: Limits) -> Result<Preparing> {
        let recipe = recipe.clone().checked()?;
        let Some(preset) = recipe.protect.clone() else {
            return Err(Error::new(Code::BadRecipe, Place::default()).detail("It asks for no protection."));
        };
        let Data::Psynet(data) = &study.data else {
            return Err(Error::new(Code::Unsupported, Place::default()).detail("These are no data of PsyNet's."));
        };
        let mut problems = Problems::default();
        for problem in study.problems.iter() {
            // Places and details of the original may name files and values.
            problems.add(Problem { count: problem.count, ..Problem::new(problem.code, Place::default()) });
        }
        let asked = Asked {
            data: data.clone(),
            format: study.format.clone(),
            problems,
            recipe,
            preset: Arc::new(preset),
            given: given.clone(),
            limits,
        };
        Ok(Preparing { asked: Arc::new(asked), phase: Phase::Count(Pass::default(), Box::default()), part: 0.0 })
    }

    /// Goes on with work that wants no input and leads to the next phase.
    fn between(&mut self, work: impl AsyncFnOnce(&Asked, &mut Pace) -> Result<Phase> + 'static) {
        let asked = self.asked.clone();
        self.phase = Phase::Between(Box::new(Paced::new(async move |pace| work(&asked, pace).await)));
    }

    /// How much of the three passes over the tables is done, 0 to 1; nothing between them.
    fn passed(&self) -> Option<f64> {
        let (passes, table, rows) = match &self.phase {
            Phase::Count(pass, _) => (0.0, pass.table, pass.rows()),
            Phase::Look(pass, _) => (1.0, pass.table, pass.rows()),
            Phase::Write(writing, _) => (2.0, writing.table, writing.rows()),
            Phase::Between(_) | Phase::Done(_) | Phase::Over => return None,
        };
        let tables = self.asked.data.raw_tables();
        let of = |tables: &[RawTable]| tables.iter().map(|table| table.group_of.len()).sum::<usize>();
        let done = of(tables.get(..table).unwrap_or_default()) + rows;
        Some((passes + done as f64 / of(tables).max(1) as f64) / 3.0)
    }

    /// Does the next bit of work; answers what must be pushed first.
    fn advance(&mut self) -> Result<Option<Want>> {
        let asked = self.asked.clone();
        let Asked { data, preset, limits, .. } = &*asked;
        self.part = self.passed().unwrap_or(self.part);
        match &mut self.phase {
            Phase::Count(pass, counting) => {
                let Some(table) = data.raw_tables().get(pass.table) else {
                    let (counting, dropped) = std::mem::take(&mut **counting);
                    self.between(async |asked, pace| {
                        let census = Arc::new(counting.finish(&Key::new(&asked.given.key), pace).await);
                        let refer = Arc::new(Refer::new(asked.data.raw_tables(), asked.data.schema()));
                        let looked = Looked { census, refer, survey: Survey::new(), dropped };
                        Ok(Phase::Look(Pass::default(), Box::new(looked)))
                    });
                    return Ok(None);
                };
                let (columns, is_dropped) = (Columns::of(table), is_dropped(&table.name));
                let (counting, dropped) = &mut **counting;
                pass.step(table, limits, &mut |_, record| {
                    if is_dropped {
                        dropped.row(table, record, limits)?;
                    }
                    counting.row(&columns, record, limits)
                })
            }
            Phase::Look(pass, looked) => {
                let Some(table) = data.raw_tables().get(pass.table) else {
                    if let Phase::Look(_, looked) = std::mem::replace(&mut self.phase, Phase::Over) {
                        self.between(async |asked, pace| asked.decided(*looked, pace).await);
                    }
                    return Ok(None);
                };
                let Looked { census, refer, survey, .. } = &mut **looked;
                if is_dropped(&table.name) {
                    pass.table += 1;
                    return Ok(None);
                }
                if pass.scan.is_none() {
                    pass.columns = Surveyed::all(table, refer, survey);
                }
                let mut columns = std::mem::take(&mut pass.columns);
                let with = With { preset, census, refer, limits };
                let want =
                    pass.step(table, limits, &mut |row, record| look(table, &mut columns, row, record, survey, with));
                pass.columns = columns;
                want
            }
            Phase::Write(writing, _) => {
                let want = writing.step(data, limits)?;
                if want.is_none()
                    && writing.is_done(data)
                    && let Phase::Write(writing, decided) = std::mem::replace(&mut self.phase, Phase::Over)
                {
                    self.between(async |asked, pace| {
                        Ok(Phase::Done(Box::new(asked.finished(*writing, *decided, pace).await?)))
                    });
                }
                Ok(want)
            }
            Phase::Between(work) => {
                match work.slice() {
                    Ok(None) => {}
                    Ok(Some(next)) => self.phase = next,
                    Err(error) => {
                        self.phase = Phase::Over;
                        return Err(error);
                    }
                }
                Ok(None)
            }
            Phase::Done(..) | Phase::Over => Ok(None),
        }
    }
}

impl Work<Protected> for Preparing {
    fn step(&mut self) -> Result<Step> {
        match self.phase {
            Phase::Done(..) | Phase::Over => Ok(Step::Last),
            _ => Ok(self.advance()?.map_or(Step::More, Step::Want)),
        }
    }

    fn progress(&self) -> Option<f64> {
        Some(self.part)
    }

    fn finish(self: Box<Self>) -> Result<Protected> {
        match self.phase {
            Phase::Done(protected) => Ok(*protected),
            _ => Err(Error::new(Code::Io, Place::default()).detail("Reading was not finished.")),
        }
    }
}

impl Reader for Preparing {
    fn want(&mut self) -> Result<Option<Want>> {
        loop {
            if let Some(want) = self.advance()? {
                return Ok(Some(want));
            }
            if matches!(self.phase, Phase::Done(..) | Phase::Over) {
                return Ok(None);
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        match &mut self.phase {
            Phase::Count(Pass { scan: Some(scan), .. }, _) | Phase::Look(Pass { scan: Some(scan), .. }, _) => {
                scan.push(chunk);
            }
            Phase::Write(writing, _) => writing.push(chunk),
            _ => {}
        }
        Ok(())
    }
}
