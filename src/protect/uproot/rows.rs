//! Tells what was decided about each path, for the people who may decide otherwise.

use super::plan::Plan;
use super::rewrite::shown;
use super::survey::{Survey, clean};
use crate::error::{Code, Error, Place, Result};
use crate::protect::class::DecidedBy;
use crate::protect::overview::{Overview, Row, Text, example};
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
            let facts = &plan.facts;
            let (rule, _) = plan.rule;
            overview.texts.extend(facts.texts.iter().map(|(text, count)| Text::new(&real, text, *count)));
            let of_plan = (plan.class, plan.action, plan.holds);
            overview.rows.push(Row {
                class: plan.class,
                action: plan.action,
                reason: plan.reason.clone(),
                decided_by: plan.decided_by,
                rule,
                locked: plan.locked,
                new: plan.decided_by != DecidedBy::Default && preset.is_new(&path),
                weaker: plan.weaker,
                actions: plan.class.actions(),
                values: facts.values,
                distinct: facts.distinct,
                detected: facts.detected,
                participants: facts.participants,
                examples: facts.examples.iter().map(|value| example(value, of_plan, preset)).collect(),
                path,
            });
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
        let defied = |(path, _, plan): &(String, String, &Plan)| {
            let choice = preset.paths.get(path);
            plan.locked && choice.is_some_and(|choice| choice.class != plan.class)
        };
        match self.paths().find(defied) {
            Some(_) => {
                let detail = "The preset gives a key of the system's own another class; keys never leave.";
                Err(Error::new(Code::BadRecipe, Place::default()).detail(detail))
            }
            None => Ok(()),
        }
    }
}
