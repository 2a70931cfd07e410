//! Tells what was decided about each path, for the people who may decide otherwise.

use super::plan::Plan;
use super::rewrite::shown;
use super::survey::Survey;
use crate::error::{Code, Error, Place, Result};
use crate::protect::decision::clean;
use crate::protect::overview::{Overview, Text};
use crate::protect::preset::Preset;

impl Survey {
    /// All paths with their plans, as presets name them.
    fn paths(&self) -> impl Iterator<Item = (String, String, &Plan)> {
        self.fields.iter().flat_map(|((kind, name), field)| {
            field.plans.iter().map(move |(below, plan)| {
                let path = clean(&format!("{kind}..{name}{}", shown(field, below, false)));
                (path, clean(&format!("{kind}..{name}{below}")), plan)
            })
        })
    }

    /// Everything but the risk.
    pub fn overview(&self, preset: &Preset) -> Overview {
        let mut overview = Overview::default();
        for (path, real, plan) in self.paths() {
            overview.texts.extend(plan.facts.texts.iter().map(|(text, count)| Text::new(&real, text, *count)));
            overview.rows.push(plan.decision.row(path, &plan.facts, preset));
        }
        overview.settle();
        overview.deviations = preset.deviations();
        overview
    }

    /// Whether every choice of the preset could be obeyed.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] for a choice about a path that nobody may decide.
    pub fn obeyed(&self, preset: &Preset) -> Result<()> {
        let defied = |(path, _, plan): &(String, String, &Plan)| plan.decision.is_defied(path, preset);
        match self.paths().find(defied) {
            Some(_) => {
                let detail = "The preset gives a key of the system's own another class; keys never leave.";
                Err(Error::new(Code::BadRecipe, Place::default()).detail(detail))
            }
            None => Ok(()),
        }
    }
}
