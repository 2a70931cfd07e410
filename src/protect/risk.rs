//! Call [`assess`] to learn how much participants stand out, whose values are suppressed, and which step helps most.
//!
//! Columns hold one text for each participant; several values of one participant are joined by 0x1F, as
//! [`quasi::per_participant`] joins them.

use crate::order::{Map, Set};
use serde::Serialize;

use crate::protect::pace::Pace;
use crate::protect::preset::{Countries, Holds, Preset};
use crate::protect::quasi::{self, Ages, Diversity, Risk};
use crate::protect::time::Micros;

/// Between several values of one participant.
pub const JOINT: &str = "\u{1f}";
/// With fewer participants a small group alone gives people away.
pub const FEW: u64 = 20;

/// Something that can be known of participants from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its path.
    pub path: String,
    /// How it is made coarse.
    pub holds: Holds,
    /// For each participant.
    pub values: Vec<String>,
}

/// Risk in numbers; `k` to `average_risk` as in [`Risk`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as in `Risk`")]
pub struct RiskNumbers {
    pub participants: u64,
    pub classes: u64,
    pub k: u64,
    pub unique: u64,
    pub below_3: u64,
    pub below_5: u64,
    pub largest_risk: f64,
    pub average_risk: f64,
}

impl From<Risk> for RiskNumbers {
    fn from(risk: Risk) -> Self {
        RiskNumbers {
            participants: risk.n as u64,
            classes: risk.classes as u64,
            k: risk.k as u64,
            unique: risk.unique as u64,
            below_3: risk.below_3 as u64,
            below_5: risk.below_5 as u64,
            largest_risk: risk.largest,
            average_risk: risk.average,
        }
    }
}

/// How much a sensitive column gives away about people who share their description, as in [`Diversity`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as in `Diversity`")]
pub struct DiversityNumbers {
    pub distinct: u64,
    pub entropy: f64,
    pub t: f64,
}

impl From<Diversity> for DiversityNumbers {
    fn from(found: Diversity) -> Self {
        DiversityNumbers { distinct: found.distinct as u64, entropy: found.entropy, t: found.t }
    }
}

/// A sensitive column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sensitive {
    /// Its path.
    pub path: String,
    /// Over the descriptions as they were.
    pub before: DiversityNumbers,
    /// Over those of the result.
    pub after: DiversityNumbers,
}

/// One change of the choices, and how many participants would then be suppressed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[allow(missing_docs, reason = "each says what would change")]
pub enum Step {
    /// Regions instead of countries.
    Regions { suppressed: u64 },
    /// Ages in the usual bands.
    Bands { suppressed: u64 },
    /// Leaving out one column.
    Remove { path: String, suppressed: u64 },
}

impl Step {
    /// How many would be suppressed.
    pub fn suppressed(&self) -> u64 {
        match self {
            Step::Regions { suppressed } | Step::Bands { suppressed } | Step::Remove { suppressed, .. } => *suppressed,
        }
    }
}

/// Risk over what can be known of participants from elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskReport {
    /// Paths that were looked at together.
    pub columns: Vec<String>,
    /// Participants whose values of these paths became `*`.
    pub suppressed: u64,
    /// As the values were.
    pub before: RiskNumbers,
    /// In the result.
    pub after: RiskNumbers,
    /// Columns that may harm if known.
    pub sensitive: Vec<Sensitive>,
    /// What would suppress fewest, if anything suppresses fewer.
    pub step: Option<Step>,
}

/// The value made coarse; `None` where it is not what the column holds. Empty stays empty.
pub fn coarse(value: &str, holds: Holds, preset: &Preset) -> Option<String> {
    match holds {
        Holds::Age => quasi::age(value, preset.quasi.age),
        Holds::Country if preset.quasi.country == Countries::Region => quasi::region(value).map(str::to_owned),
        Holds::Country | Holds::Other => Some(value.to_owned()),
    }
}

async fn all_coarse(columns: &[Column], preset: &Preset, pace: &mut Pace) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for column in columns {
        let mut made = Vec::new();
        for joined in &column.values {
            pace.did(joined.len()).await;
            // What is no age or no known country is withheld, which tells nothing.
            let parts = joined.split(JOINT).map(|part| coarse(part, column.holds, preset).unwrap_or_default());
            made.push(Set::from_iter(parts).into_iter().collect::<Vec<_>>().join(JOINT));
        }
        all.push(made);
    }
    all
}

/// Measures the columns that are generalized (`quasi`), and the sensitive ones of the same participants by path.
/// Returns nothing if there are none to measure, and the participants (ascending) who are suppressed.
pub(super) async fn assess(
    quasi: &[Column],
    sensitive: &Map<String, Vec<String>>,
    preset: &Preset,
    pace: &mut Pace,
) -> (Option<RiskReport>, Vec<usize>) {
    if quasi.is_empty() {
        return (None, Vec::new());
    }
    let k = preset.k as usize;
    let before: Vec<Vec<String>> = quasi.iter().map(|column| column.values.clone()).collect();
    pace.pause().await;
    let made = all_coarse(quasi, preset, pace).await;
    let rows = quasi::suppress(&made, k);
    let after = quasi::starred(&made, &rows);
    let mut diversities = Vec::new();
    for (path, values) in sensitive {
        let number = |text: &String| text.is_empty() || text.trim().parse::<f64>().is_ok();
        let ordered = values.iter().all(number);
        let before = quasi::diverse(&before, values, ordered, pace).await.into();
        let after = quasi::diverse(&after, values, ordered, pace).await.into();
        diversities.push(Sensitive { path: path.clone(), before, after });
    }
    pace.pause().await;
    let before = quasi::risk(&before).into();
    pace.pause().await;
    let report = RiskReport {
        columns: quasi.iter().map(|column| column.path.clone()).collect(),
        suppressed: rows.len() as u64,
        before,
        after: quasi::risk(&after).into(),
        sensitive: diversities,
        step: best_step(quasi, &made, rows.len() as u64, preset, pace).await,
    };
    (Some(report), rows)
}

/// What would suppress fewest; a step that loses less comes first among equals.
async fn best_step(quasi: &[Column], made: &[Vec<String>], now: u64, preset: &Preset, pace: &mut Pace) -> Option<Step> {
    if now == 0 {
        return None;
    }
    let suppressed = |columns: &[Vec<String>]| quasi::suppress(columns, preset.k as usize).len() as u64;
    let mut steps = Vec::new();
    if preset.quasi.age != Ages::Bands && quasi.iter().any(|c| c.holds == Holds::Age) {
        let mut other = preset.clone();
        other.quasi.age = Ages::Bands;
        steps.push(Step::Bands { suppressed: suppressed(&all_coarse(quasi, &other, pace).await) });
    }
    if preset.quasi.country == Countries::AsIs && quasi.iter().any(|c| c.holds == Holds::Country) {
        let mut other = preset.clone();
        other.quasi.country = Countries::Region;
        steps.push(Step::Regions { suppressed: suppressed(&all_coarse(quasi, &other, pace).await) });
    }
    for (at, column) in quasi.iter().enumerate() {
        pace.pause().await;
        let mut rest = made.to_vec();
        rest.remove(at);
        steps.push(Step::Remove { path: column.path.clone(), suppressed: suppressed(&rest) });
    }
    steps.into_iter().filter(|step| step.suppressed() < now).min_by_key(Step::suppressed)
}

/// How many participants have a total duration, rounded down, that no other has.
pub fn unique_durations(durations: impl IntoIterator<Item = Micros>, preset: &Preset) -> u64 {
    let mut counts: Map<i64, u64> = Map::new();
    for duration in durations {
        *counts.entry(duration.div_euclid(preset.time.rounding.micros())).or_default() += 1;
    }
    counts.values().filter(|count| **count == 1).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::pace::at_once;
    use crate::protect::preset::Coarse;

    fn column(path: &str, holds: Holds, values: &[&str]) -> Column {
        Column { path: path.to_owned(), holds, values: values.iter().map(|v| (*v).to_owned()).collect() }
    }

    #[test]
    fn the_step_that_helps_most_is_found() {
        let countries = ["de", "at", "ch", "fr", "it", "es", "us", "ca", "mx", "br", "de", "de"];
        let ages = ["20", "21", "22", "23", "24", "20", "30", "31", "32", "33", "21", "22"];
        let columns = [column("a", Holds::Age, &ages), column("c", Holds::Country, &countries)];
        let preset = Preset { k: 3, ..Preset::default() };
        let assess = |preset: &Preset| at_once(async |pace| assess(&columns, &Map::new(), preset, pace).await);
        let (report, rows) = assess(&preset);
        let report = report.unwrap();
        assert_eq!((report.suppressed, rows.len()), (9, 9));
        assert_eq!(report.step, Some(Step::Regions { suppressed: 0 }));
        let preset = Preset { quasi: Coarse { country: Countries::Region, ..Coarse::default() }, ..preset };
        assert_eq!(assess(&preset).0.unwrap().step, None);
    }

    #[test]
    fn several_values_of_one_participant_are_made_coarse_one_by_one() {
        let ages = column("a", Holds::Age, &["20\u{1f}21", "20\u{1f}40", "who knows", ""]);
        let made = at_once(async |pace| all_coarse(&[ages], &Preset::default(), pace).await);
        assert_eq!(made, [["18-24", "18-24\u{1f}35-44", "", ""]]);
    }

    #[test]
    fn durations_are_compared_as_they_are_shown() {
        let durations = [1_000_000, 1_900_000, 2_000_000];
        assert_eq!(unique_durations(durations, &Preset::default()), 1);
    }
}
