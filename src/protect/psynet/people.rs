//! Measures how rare the participants are by what others may know of them, and who must be suppressed.

use super::census::Census;
use super::survey::Survey;
use crate::order::Map;
use crate::protect::class::{Action, Class};
use crate::protect::decision::clean;
use crate::protect::pace::Pace;
use crate::protect::preset::Preset;
use crate::protect::risk::{self, Column, JOINT, RiskReport};

/// Whose quasi-identifiers become `*`, by the participant's place, and the risk before and after.
pub(super) async fn measure(
    survey: &Survey,
    census: &Census,
    preset: &Preset,
    pace: &mut Pace,
) -> (Vec<bool>, Option<RiskReport>) {
    let plans = || survey.fields.iter().flat_map(|field| field.sorted()).map(|(_, plan)| plan);
    // Where nothing is made coarse, what describes people is only reported.
    let kept = plans().all(|plan| plan.decision.action != Action::Generalize);
    let preset = &Preset { k: if kept { 0 } else { preset.k }, ..preset.clone() };
    let (mut quasi, mut sensitive) = (Vec::new(), Map::new());
    for field in survey.sorted() {
        for (below, values) in &field.values {
            let Some(plan) = field.plan(below).filter(|_| !values.is_empty()) else { continue };
            let path = clean(&format!("{}{below}", field.name));
            pace.pause().await;
            // All values of a participant: together they tell more than each alone.
            let of = |person: u32| values.get(&person).into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
            let values = (0..census.people.len() as u32).map(|person| of(person).join(JOINT)).collect();
            match (plan.decision.class, plan.decision.action) {
                (_, Action::Generalize) => quasi.push(Column { path, holds: plan.decision.holds, values }),
                (Class::Quasi, Action::Keep) if kept => quasi.push(Column { path, holds: plan.decision.holds, values }),
                (Class::Sensitive, Action::Keep) => drop(sensitive.insert(path, values)),
                _ => {}
            }
        }
    }
    let (report, rows) = risk::assess(&quasi, &sensitive, preset, pace).await;
    let mut suppressed = vec![false; census.people.len()];
    for row in rows {
        if let Some(slot) = suppressed.get_mut(row) {
            *slot = true;
        }
    }
    (suppressed, report)
}
