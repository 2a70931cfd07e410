//! Measure here how rare participants are: k, l and t over quasi-identifiers, generalisation and suppression.
//!
//! Everything counts participants, never rows: bring a table with several rows for each to one with
//! [`per_participant`] first. A class is the set of participants with equal text in all quasi-identifiers; an empty
//! cell is a value of its own. Definitions and numbers: `tests/cases/protect/kanon/expected.json`.

use crate::order::{self, Map};
use crate::protect::pace::{Pace, at_once};

use crate::named::named;

/// What a suppressed cell says.
pub const SUPPRESSED: &str = "*";

/// A table of participants, one column after the other; every column has one text for each participant.
pub type Columns = [Vec<String>];

/// How identifiable the participants of a table are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risk {
    /// Participants.
    pub n: usize,
    /// Classes.
    pub classes: usize,
    /// Size of the smallest class; 0 for an empty table.
    pub k: usize,
    /// Participants alone in their class.
    pub unique: usize,
    /// Participants in classes under 3.
    pub below_3: usize,
    /// Participants in classes under 5.
    pub below_5: usize,
    /// 1 / k.
    pub largest: f64,
    /// Classes / participants.
    pub average: f64,
}

/// How much a sensitive column gives away about the members of a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diversity {
    /// Smallest number of distinct values in a class.
    pub distinct: usize,
    /// exp of the smallest Shannon entropy (natural logarithm) in a class, not rounded down.
    pub entropy: f64,
    /// Largest distance between a class's distribution and the table's.
    pub t: f64,
}

/// Rows of each class by its key; keys compare by code point, which is what decides ties in [`suppress`].
fn classes(quasi: &Columns) -> Map<Vec<&str>, Vec<usize>> {
    let mut classes: Map<Vec<&str>, Vec<usize>> = Map::new();
    let rows = quasi.iter().map(Vec::len).min().unwrap_or(0);
    for row in 0..rows {
        let key = quasi.iter().filter_map(|column| column.get(row)).map(String::as_str).collect();
        classes.entry(key).or_default().push(row);
    }
    classes
}

/// The risk over a set of quasi-identifiers.
pub fn risk(quasi: &Columns) -> Risk {
    let sizes: Vec<usize> = classes(quasi).values().map(Vec::len).collect();
    let n: usize = sizes.iter().sum();
    let k = sizes.iter().copied().min().unwrap_or(0);
    let below = |limit| sizes.iter().filter(|size| **size < limit).sum();
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    Risk {
        n,
        classes: sizes.len(),
        k,
        unique: below(2),
        below_3: below(3),
        below_5: below(5),
        largest: share(1, k),
        average: share(sizes.len(), n),
    }
}

/// The diversity of a sensitive column. `ordered` says that its values are numbers whose distance counts (a rating).
pub fn diversity(quasi: &Columns, sensitive: &[String], ordered: bool) -> Diversity {
    at_once(async |pace| diverse(quasi, sensitive, ordered, pace).await)
}

/// The same, step by step.
pub(super) async fn diverse(quasi: &Columns, sensitive: &[String], ordered: bool, pace: &mut Pace) -> Diversity {
    pace.pause().await;
    let mut values: Vec<&str> = sensitive.iter().map(String::as_str).collect();
    let number = |text: &str| text.trim().parse::<f64>().unwrap_or(f64::NEG_INFINITY);
    order::by(&mut values, |a, b| match ordered {
        true => number(a).total_cmp(&number(b)).then(a.cmp(b)),
        false => a.cmp(b),
    });
    values.dedup();
    // Shares of each value, in the order of `values`, among some rows.
    let position = Map::from_iter(values.iter().enumerate().map(|(i, v)| (*v, i)));
    let shares = |rows: &mut dyn Iterator<Item = usize>| {
        let mut counts = vec![0usize; values.len()];
        let mut total = 0usize;
        for value in rows.filter_map(|row| sensitive.get(row)) {
            if let Some(count) = position.get(value.as_str()).and_then(|i| counts.get_mut(*i)) {
                *count += 1;
                total += 1;
            }
        }
        counts.iter().map(|count| *count as f64 / total.max(1) as f64).collect::<Vec<f64>>()
    };
    let table = shares(&mut (0..sensitive.len()));
    let mut worst = Diversity { distinct: usize::MAX, entropy: f64::INFINITY, t: 0.0 };
    for rows in classes(quasi).values() {
        pace.did(values.len() * 8).await;
        let class = shares(&mut rows.iter().copied());
        let present = class.iter().filter(|share| **share > 0.0);
        worst.distinct = worst.distinct.min(present.clone().count());
        worst.entropy = worst.entropy.min(present.map(|p| -p * p.ln()).sum::<f64>().exp());
        worst.t = worst.t.max(distance(&class, &table, ordered));
    }
    if worst.distinct == usize::MAX {
        return Diversity { distinct: 0, entropy: 0.0, t: 0.0 };
    }
    worst
}

/// Distance between two distributions over the same values: half the summed differences, or, for ordered values,
/// the earth mover's distance over their ranks.
fn distance(a: &[f64], b: &[f64], ordered: bool) -> f64 {
    let differences = a.iter().zip(b).map(|(a, b)| a - b);
    if !ordered {
        return differences.map(f64::abs).sum::<f64>() / 2.0;
    }
    let mut moved = 0.0;
    let total: f64 = differences
        .map(|d| {
            moved += d;
            f64::abs(moved)
        })
        .sum();
    if a.len() > 1 { total / (a.len() - 1) as f64 } else { 0.0 }
}

/// The participants (rows, ascending) whose quasi-identifiers must all become [`SUPPRESSED`] so that every class has
/// at least `k` members: all in smaller classes, and if these are together fewer than `k`, the smallest other
/// classes until they are `k` or none is left. `k` of 0 or 1 suppresses nothing.
pub fn suppress(quasi: &Columns, k: usize) -> Vec<usize> {
    let classes = classes(quasi);
    let mut by_size: Vec<(&Vec<&str>, &Vec<usize>)> = classes.iter().collect();
    order::by_key(&mut by_size, |(key, rows)| (rows.len(), *key));
    let mut suppressed = Vec::new();
    for (_, rows) in by_size {
        let enough = suppressed.is_empty() || suppressed.len() >= k;
        if rows.len() >= k && enough {
            break;
        }
        suppressed.extend_from_slice(rows);
    }
    order::sort(&mut suppressed);
    suppressed
}

/// The columns with the rows of [`suppress`] starred.
pub fn starred(quasi: &Columns, suppressed: &[usize]) -> Vec<Vec<String>> {
    let mut columns = quasi.to_vec();
    for column in &mut columns {
        for row in suppressed {
            if let Some(cell) = column.get_mut(*row) {
                *cell = SUPPRESSED.to_owned();
            }
        }
    }
    columns
}

/// A table with several rows per participant as one with one row each, participants in order of first appearance.
/// Several different values of one participant are joined by 0x1F: together they tell more than each alone.
pub fn per_participant(participants: &[String], columns: &Columns) -> (Vec<String>, Vec<Vec<String>>) {
    let mut order: Map<&str, usize> = Map::new();
    let mut names = Vec::new();
    let mut values: Vec<Vec<Vec<&str>>> = vec![Vec::new(); columns.len()];
    for (row, name) in participants.iter().enumerate() {
        let at = *order.entry(name).or_insert_with(|| {
            names.push(name.clone());
            values.iter_mut().for_each(|column| column.push(Vec::new()));
            names.len() - 1
        });
        for (known, column) in values.iter_mut().filter_map(|v| v.get_mut(at)).zip(columns) {
            let cell = column.get(row).map_or("", String::as_str);
            if !cell.is_empty() && !known.contains(&cell) {
                known.push(cell);
            }
        }
    }
    let joined = values.iter().map(|column| column.iter().map(|cells| cells.join("\x1f")).collect()).collect();
    (names, joined)
}

named! {
    /// How ages are made coarse.
    #[derive(Default)]
    pub enum Ages {
        /// `<18`, 18–24, 25–34, 35–44, 45–54, 55–64, 65–74, 75–89, `90+`.
        #[default]
        Bands = "bands",
        /// `<18`, 18–19, 20–24, 25–29, … 85–89, `90+`.
        FiveYears = "five",
        /// The year itself, `90+` from 90.
        TopCode = "exact",
    }
}

/// An age as a band; `None` if the text is not an age in years (0 to 130). Empty stays empty.
pub fn age(text: &str, how: Ages) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let years = text.parse::<f64>().ok().filter(|age| (0.0..=130.0).contains(age))?.floor() as u32;
    const BANDS: [(u32, u32); 7] = [(18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 74), (75, 89)];
    Some(match how {
        _ if years >= 90 => "90+".to_owned(),
        Ages::TopCode => years.to_string(),
        _ if years < 18 => "<18".to_owned(),
        Ages::Bands => {
            let (low, high) = BANDS.into_iter().find(|(low, high)| (*low..=*high).contains(&years))?;
            format!("{low}-{high}")
        }
        Ages::FiveYears => format!("{}-{}", (years / 5 * 5).max(18), years / 5 * 5 + 4),
    })
}

/// Countries by region (UN M49's five), as ISO 3166-1 alpha-2 codes.
const REGIONS: [(&str, &str); 5] = [
    (
        "Africa",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE \
         NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
    ),
    (
        "Americas",
        "AG AI AR AW BB BL BM BO BQ BR BS BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GT GY HN HT JM KN KY LC MF MQ MS \
         MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI",
    ),
    (
        "Asia",
        "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK \
         PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE",
    ),
    (
        "Europe",
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT \
         NL NO PL PT RO RS RU SE SI SJ SK SM UA UK VA XK",
    ),
    ("Oceania", "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS"),
];

/// Names under which people give the commonest countries, in lower case, with the code.
const COUNTRIES: &[(&str, &str)] = &[
    ("DE", "germany deutschland allemagne alemania 德国"),
    ("AT", "austria österreich autriche 奥地利"),
    ("CH", "switzerland schweiz suisse suiza 瑞士"),
    ("FR", "france frankreich francia 法国"),
    ("ES", "spain españa spanien espagne 西班牙"),
    ("IT", "italy italien italie italia 意大利"),
    ("PT", "portugal 葡萄牙"),
    ("NL", "netherlands niederlande 荷兰"),
    ("BE", "belgium belgien belgique bélgica 比利时"),
    ("PL", "poland polen pologne polonia 波兰"),
    ("SE", "sweden schweden suède suecia 瑞典"),
    ("GB", "england scotland wales great_britain united_kingdom the_united_kingdom royaume-uni reino_unido 英国"),
    ("IE", "ireland irland irlande irlanda 爱尔兰"),
    ("GR", "greece griechenland grèce grecia 希腊"),
    ("RU", "russia russland russie rusia 俄罗斯"),
    ("UA", "ukraine ucrania 乌克兰"),
    ("TR", "turkey türkei türkiye turquie turquía 土耳其"),
    (
        "US",
        "usa united_states the_united_states united_states_of_america vereinigte_staaten états-unis estados_unidos 美国",
    ),
    ("CA", "canada kanada canadá 加拿大"),
    ("MX", "mexico méxico mexiko mexique 墨西哥"),
    ("BR", "brazil brasil brasilien brésil 巴西"),
    ("AR", "argentina argentinien argentine 阿根廷"),
    ("CO", "colombia kolumbien colombie 哥伦比亚"),
    ("CL", "chile chili 智利"),
    ("PE", "peru perú pérou 秘鲁"),
    ("CN", "china chine 中国"),
    ("JP", "japan japon japón 日本"),
    ("KR", "south_korea korea südkorea corée_du_sud corea_del_sur 韩国"),
    ("IN", "india indien inde 印度"),
    ("ID", "indonesia indonesien 印度尼西亚"),
    ("VN", "vietnam viet_nam 越南"),
    ("PH", "philippines philippinen filipinas 菲律宾"),
    ("IL", "israel 以色列"),
    ("AU", "australia australien australie 澳大利亚"),
    ("NZ", "new_zealand neuseeland nouvelle-zélande nueva_zelanda 新西兰"),
    ("ZA", "south_africa südafrika afrique_du_sud sudáfrica 南非"),
    ("NG", "nigeria 尼日利亚"),
    ("EG", "egypt ägypten égypte egipto 埃及"),
    ("KE", "kenya kenia 肯尼亚"),
    ("MA", "morocco marokko maroc marruecos 摩洛哥"),
];

/// The region of a country given as ISO code or common name; `None` if unknown. Empty stays empty.
pub fn region(country: &str) -> Option<&'static str> {
    let country = country.trim();
    if country.is_empty() {
        return Some("");
    }
    let name = country.to_lowercase().replace(' ', "_");
    let named = COUNTRIES.iter().find(|(_, names)| names.split(' ').any(|n| n == name)).map(|(code, _)| *code);
    let code = named.map_or_else(|| country.to_ascii_uppercase(), str::to_owned);
    REGIONS.iter().find(|(_, codes)| codes.split_ascii_whitespace().any(|c| c == code)).map(|(region, _)| *region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_measure_is_not_a_fault() {
        assert_eq!(risk(&[]).k, 0);
        assert_eq!(diversity(&[], &[], true).distinct, 0);
        assert!(suppress(&[vec![]], 5).is_empty());
    }

    #[test]
    fn ages_and_regions() {
        assert_eq!(age("36.5", Ages::Bands).as_deref(), Some("35-44"));
        assert_eq!(age("18", Ages::FiveYears).as_deref(), Some("18-19"));
        assert_eq!(age("17", Ages::FiveYears).as_deref(), Some("<18"));
        assert_eq!(age("94", Ages::TopCode).as_deref(), Some("90+"));
        assert_eq!(age("soon 40", Ages::Bands), None);
        assert_eq!(region("Vereinigte Staaten"), Some("Americas"));
        assert_eq!(region("uk"), Some("Europe"));
        assert_eq!(region("Atlantis"), None);
    }
}
