//! Measures how rare the participants are by what others may know of them, and who must be suppressed.

use super::census::Census;
use super::survey::Survey;
use crate::order::Map;
use crate::protect::class::{Action, Class};
use crate::protect::decision::clean;
use crate::protect::pace::Pace;
use crate::protect::persons::{Persons, names_owner, united};
use crate::protect::preset::Preset;
use crate::protect::risk::{self, Column, RiskReport};

/// Who stands out.
pub(super) struct Rare {
    /// Whose quasi-identifiers become `*`, by the participant's place.
    pub suppressed: Vec<bool>,
    /// How many people the participants are, by their ids.
    pub people: u64,
    pub report: Option<RiskReport>,
}

/// Who are one person: a token joins their rows.
async fn persons(survey: &Survey, census: &Census, pace: &mut Pace) -> Vec<Vec<usize>> {
    let mut persons = Persons::new(census.people.len());
    for field in survey.sorted() {
        for (below, values) in &field.values {
            if !field.plan(below).is_some_and(|plan| names_owner(below, &plan.decision)) {
                continue;
            }
            for (participant, ids) in values {
                pace.did(0).await;
                ids.iter().for_each(|id| persons.met(*participant as usize, id));
            }
        }
    }
    persons.all()
}

/// Measures all participants.
pub(super) async fn measure(survey: &Survey, census: &Census, preset: &Preset, pace: &mut Pace) -> Rare {
    let plans = || survey.fields.iter().flat_map(|field| field.sorted()).map(|(_, plan)| plan);
    // Where nothing is made coarse, what describes people is only reported.
    let kept = plans().all(|plan| plan.decision.action != Action::Generalize);
    let preset = &Preset { k: if kept { 0 } else { preset.k }, ..preset.clone() };
    let persons = persons(survey, census, pace).await;
    let (mut quasi, mut sensitive) = (Vec::new(), Map::new());
    for field in survey.sorted() {
        for (below, values) in &field.values {
            let Some(plan) = field.plan(below).filter(|_| !values.is_empty()) else { continue };
            let path = clean(&format!("{}{below}", field.name));
            pace.pause().await;
            let of = |participant: &usize| values.get(&(*participant as u32));
            let values = persons.iter().map(|person| united(person.iter().filter_map(of))).collect();
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
    for participant in rows.iter().filter_map(|row| persons.get(*row)).flatten() {
        if let Some(slot) = suppressed.get_mut(*participant) {
            *slot = true;
        }
    }
    Rare { suppressed, people: persons.len() as u64, report }
}
