//! Tells what was decided about each path, for the people who may decide otherwise.

use super::plan::{Field, Plan};
use super::rewrite::Rewriting;
use super::survey::Survey;
use crate::error::{Code, Error, Place, Result};
use crate::protect::class::Action;
use crate::protect::decision::clean;
use crate::protect::overview::{Overview, Text};
use crate::protect::pace::{DETECT, Pace};
use crate::protect::preset::Preset;
use crate::protect::report::PathReport;

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
    pub async fn overview(&self, preset: &Preset, pace: &mut Pace) -> Overview {
        let mut overview = Overview::default();
        for (path, real, plan) in self.paths() {
            for (text, count) in &plan.facts.texts {
                pace.did(text.len() * DETECT).await;
                overview.texts.push(Text::new(&real, text, *count));
            }
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

impl Rewriting<'_> {
    /// The report's lines.
    pub fn paths(&self) -> Vec<PathReport> {
        let mut all = Vec::new();
        for ((kind, name), field) in &self.survey.fields {
            let counts = self.counts.get(&(kind.as_str(), name.as_str())).copied().unwrap_or_default();
            for (below, plan) in &field.plans {
                let path = format!("{kind}..{name}{}", shown(field, below, true));
                let real = clean(&format!("{kind}..{name}{}", shown(field, below, false)));
                if all.last().is_some_and(|last: &PathReport| last.path == path) {
                    continue;
                }
                let path = self.transform.words.replace(&path, "").unwrap_or(path);
                let counts = below.is_empty().then_some([counts.kept, counts.changed, counts.removed]);
                all.push(plan.decision.line(path, &real, counts, self.transform.preset));
            }
        }
        all
    }
}

/// A path inside a field without keys that may be data, and in a report without those of removed members.
pub(super) fn shown(field: &Field, below: &str, report: bool) -> String {
    let (mut real, mut shown) = (String::new(), String::new());
    for (i, part) in below.split('.').enumerate() {
        if i == 0 {
            real.push_str(part);
            shown.push_str(part);
            continue;
        }
        let key = part.split('[').next().unwrap_or_default();
        let rare = field.plans.get(&real).is_some_and(|plan| plan.rare_keys.contains(key));
        real = format!("{real}.{key}");
        let removed = report && field.plans.get(&real).is_some_and(|plan| plan.decision.action == Action::Remove);
        let hidden = rare || removed || !crate::protect::detect::detect(key).is_empty();
        shown.push_str(&format!(".{}", if hidden { "*" } else { key }));
        let rest = part.get(key.len()..).unwrap_or_default();
        real.push_str(rest);
        shown.push_str(rest);
    }
    shown
}
