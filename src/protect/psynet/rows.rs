//! Tells what was decided about each path: the report's lines, and what people look at who may decide otherwise.

use super::plan::Plan;
use super::survey::Survey;
use super::transform::Transform;
use crate::order::Map;
use crate::protect::class::Action;
use crate::protect::decision::clean;
use crate::protect::detect;
use crate::protect::overview::{Overview, Text};
use crate::protect::pace::{DETECT, Pace};
use crate::protect::preset::Preset;
use crate::protect::report::PathReport;

/// All paths with what will be done, but for the risk.
pub(super) async fn overview(survey: &Survey, preset: &Preset, pace: &mut Pace) -> Overview {
    let mut overview = Overview::default();
    for field in survey.sorted() {
        for (below, plan) in field.sorted() {
            let path = clean(&shown(&field.name, below, &|real| field.plan(real)));
            let real = clean(&format!("{}{below}", field.name));
            for (text, count) in &plan.facts.texts {
                pace.did(text.len() * DETECT).await;
                overview.texts.push(Text::new(&real, text, *count));
            }
            overview.rows.push(plan.decision.row(path, &plan.facts, preset));
        }
    }
    overview.settle();
    overview.deviations = preset.deviations();
    overview
}

/// The report's lines.
pub(super) fn paths(
    survey: &Survey,
    counts: &Map<String, [u64; 3]>,
    transform: &Transform,
    preset: &Preset,
) -> Vec<PathReport> {
    let mut all = Vec::new();
    for field in survey.sorted() {
        for (below, plan) in field.sorted() {
            // What goes with all that is in it is one line.
            let same = |above: &&str| {
                let above = field.plan(above);
                let both = |above: &Plan| {
                    (above.decision.action, &above.decision.reason) == (Action::Remove, &plan.decision.reason)
                };
                above.is_some_and(both)
            };
            let mut above = below.match_indices(['.', '[']).filter_map(|(at, _)| below.get(..at));
            if plan.decision.action == Action::Remove && above.any(|above| same(&above)) {
                continue;
            }
            let path = clean(&shown(&field.name, below, &|real| field.plan(real)));
            if all.last().is_some_and(|last: &PathReport| last.path == path) {
                continue;
            }
            let path = transform.words.replace(&path, "").unwrap_or(path);
            let path = if transform.leaks(&path) { "*".to_owned() } else { path };
            let counts = below.is_empty().then(|| counts.get(&field.name).copied().unwrap_or_default());
            let real = path.clone();
            all.push(plan.decision.line(path, &real, counts, preset));
        }
    }
    all
}

/// A path without keys that may be data, and without those in which a detector finds something.
pub(super) fn shown<'p>(name: &str, below: &str, plan: &dyn Fn(&str) -> Option<&'p Plan>) -> String {
    let (mut real, mut shown) = (String::new(), name.to_owned());
    for (i, part) in below.split('.').enumerate() {
        let key = part.split('[').next().unwrap_or_default();
        let rest = part.get(key.len()..).unwrap_or_default();
        if i > 0 {
            let rare = plan(&real).is_some_and(|plan| plan.rare_keys.contains(key));
            let hidden = rare || !detect::detect(key).is_empty();
            real.push('.');
            real.push_str(key);
            shown.push('.');
            shown.push_str(if hidden { "*" } else { key });
        }
        real.push_str(rest);
        shown.push_str(rest);
    }
    shown
}
