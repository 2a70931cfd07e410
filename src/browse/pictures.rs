//! What pictures are drawn from: stays gathered by page and over time, and the spread of a field's values.

use super::sheet::Sheet;
use super::shown;
use super::stays::{END, Stays};
use crate::log::Log;
use crate::order;
use serde::Serialize;

/// Most pages of a picture; the others are counted.
const PAGES: usize = 60;

/// Moments at which the progress is counted.
const MOMENTS: usize = 160;

/// Bars of a page's distribution, each a sixth of a power of ten.
const STEPS: usize = 36;

/// Most bars of a spread.
const BARS: usize = 24;

/// Most categories of a spread.
const CATEGORIES: usize = 20;

/// How long the stays on one page took, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Page {
    /// Name of the page.
    pub name: String,
    /// Stays that have an end, and did not end before they began.
    pub stays: u64,
    /// Smallest, first quartile, median, third quartile, largest; nothing without stays.
    pub quantiles: Option<[f64; 5]>,
    /// Stays by length: below 0.1 s, then in steps of a sixth of a power of ten.
    pub bars: Vec<u64>,
    /// Stays that ended before they began.
    pub negative: u64,
    /// Stays without an end.
    pub open: u64,
    /// Extremely long stays.
    pub long: u64,
}

/// The pages of a session, by what their stays took.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pages {
    /// In order of first appearance.
    pub pages: Vec<Page>,
    /// Pages that were left out, those with the fewest stays.
    pub left_out: u64,
}

impl Pages {
    /// Gathers stays by page.
    pub fn of(stays: &Stays) -> Pages {
        let mut pages: Vec<Page> =
            stays.labels.iter().map(|name| Page { name: name.clone(), ..Page::default() }).collect();
        for stay in &stays.stays {
            if let Some(page) = pages.get_mut(stay.label as usize) {
                page.negative += u64::from(stay.marks.negative);
                page.open += u64::from(stay.marks.open);
                page.long += u64::from(stay.marks.long);
            }
        }
        for (page, mut took) in pages.iter_mut().zip(stays.durations()) {
            order::floats(&mut took);
            page.stays = took.len() as u64;
            let at = |part| super::quantile(&took, part);
            page.quantiles = (|| Some([at(0.0)?, at(0.25)?, at(0.5)?, at(0.75)?, at(1.0)?]))();
            page.bars = vec![0; STEPS];
            for took in took {
                if let Some(bar) = page.bars.get_mut(step_of(took)) {
                    *bar += 1;
                }
            }
        }
        pages.retain(|page| page.name != END);
        let left_out = pages.len().saturating_sub(PAGES) as u64;
        if left_out > 0 {
            let mut sizes: Vec<u64> = pages.iter().map(|page| page.stays).collect();
            order::by(&mut sizes, |a, b| b.cmp(a));
            let least = sizes.get(PAGES - 1).copied().unwrap_or_default();
            let mut room = PAGES;
            pages.retain(|page| {
                let keep = room > 0 && page.stays >= least;
                room -= usize::from(keep);
                keep
            });
        }
        Pages { pages, left_out }
    }
}

/// The bar of a duration: bar 0 ends at 0.1 s, every sixth one ends a power of ten.
fn step_of(took: f64) -> usize {
    // Exact at the borders as far as floats are; which side a border falls on does not matter.
    let step = ((took.max(1e-9).log10() + 1.0) * 6.0).floor() + 1.0;
    (step.max(0.0) as usize).min(STEPS - 1)
}

/// How many players were on which page, moment by moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    /// The moments, Unix seconds, evenly spaced.
    pub times: Vec<f64>,
    /// Names of the bands: pages in order of first appearance.
    pub bands: Vec<String>,
    /// For each band the players at each moment.
    pub counts: Vec<Vec<u32>>,
    /// Players who had come to the end, at each moment.
    pub finished: Vec<u32>,
    /// Players who had left without coming to the end: nothing of them was recorded after that moment.
    pub gone: Vec<u32>,
    /// Players in all.
    pub players: u64,
    /// Pages that share the last band because there are too many.
    pub merged: u64,
}

/// Where a player is at a moment.
#[derive(Clone, Copy)]
enum Where {
    Nowhere,
    /// On a page, by its band.
    On(usize),
    Finished,
    Gone,
}

/// Most bands of the progress.
const BANDS: usize = 12;

impl Progress {
    /// Counts players at evenly spaced moments.
    pub fn of(stays: &Stays) -> Progress {
        let Some((first, last)) = stays.range() else { return Progress::default() };
        let width = (last - first) / (MOMENTS - 1) as f64;
        let times: Vec<f64> = (0..MOMENTS).map(|i| first + width * i as f64).collect();
        let pages: Vec<usize> =
            (0..stays.labels.len()).filter(|l| stays.labels.get(*l).is_some_and(|l| l != END)).collect();
        let merged = if pages.len() > BANDS { pages.len() - (BANDS - 1) } else { 0 };
        let own = pages.len() - merged;
        let mut bands: Vec<String> = pages.iter().take(own).filter_map(|l| stays.labels.get(*l).cloned()).collect();
        if merged > 0 {
            bands.push(String::new());
        }
        let mut band_of = vec![None; stays.labels.len()];
        for (at, label) in pages.iter().enumerate() {
            if let Some(band) = band_of.get_mut(*label) {
                *band = Some(at.min(own));
            }
        }
        let mut progress = Progress {
            counts: vec![vec![0; MOMENTS]; bands.len()],
            finished: vec![0; MOMENTS],
            gone: vec![0; MOMENTS],
            players: stays.lanes.len() as u64,
            merged: merged as u64,
            bands,
            times,
        };
        // The first moment at or after a time.
        let moment = |time: f64| if width > 0.0 { ((time - first) / width).ceil().max(0.0) as usize } else { 0 };
        for own in stays.stays.chunk_by(|a, b| a.lane == b.lane) {
            // Where the player was at each moment: what began later counts.
            let mut at = vec![Where::Nowhere; MOMENTS];
            for stay in own {
                let from = moment(stay.from);
                let seen = stays.last.get(stay.lane as usize).copied().flatten();
                let band = band_of.get(stay.label as usize).copied().flatten();
                let here = band.map_or(Where::Finished, Where::On);
                let (until, then) = match stay.to {
                    Some(to) => (moment(to), Where::Nowhere),
                    None if band.is_none() => (MOMENTS, Where::Nowhere),
                    None => (moment(seen.unwrap_or(stay.from)).max(from + 1), Where::Gone),
                };
                at.iter_mut().skip(from).for_each(|place| *place = then);
                at.iter_mut().take(until).skip(from).for_each(|place| *place = here);
            }
            for (moment, place) in at.into_iter().enumerate() {
                let row = match place {
                    Where::Nowhere => None,
                    Where::On(band) => progress.counts.get_mut(band),
                    Where::Finished => Some(&mut progress.finished),
                    Where::Gone => Some(&mut progress.gone),
                };
                if let Some(count) = row.and_then(|row| row.get_mut(moment)) {
                    *count += 1;
                }
            }
        }
        progress
    }
}

/// One bar of a spread: from a number to a number, or a category.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bar {
    /// Lower and upper end; the upper one belongs to the next bar but for the last bar.
    pub range: Option<(f64, f64)>,
    /// The category, as a value is shown.
    pub text: Option<String>,
    /// Storages in it.
    pub count: u64,
}

/// The spread of the current values of a field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Storages that have a value.
    pub present: u64,
    /// Storages that have none.
    pub missing: u64,
    /// Different values.
    pub distinct: u64,
    /// Smallest, first quartile, median, third quartile, largest, where all values are numbers.
    pub quantiles: Option<[f64; 5]>,
    /// Whether they are whole numbers with a bar each.
    pub whole: bool,
    /// Their mean.
    pub mean: Option<f64>,
    /// Bars of equal width, or the most common categories, most common first.
    pub bars: Vec<Bar>,
    /// Storages whose value is none of the categories, and how many other values there are.
    pub others: Option<(u64, u64)>,
}

impl Spread {
    /// The spread of a column of a sheet.
    pub fn of(log: &Log, sheet: &Sheet, field: &str) -> Spread {
        let mut ids: Vec<_> = sheet.values(log, field).collect();
        let present = ids.len() as u64;
        let mut numbers: Vec<f64> = ids.iter().filter_map(|id| shown::number(log, *id)).collect();
        order::sort(&mut ids);
        let mut groups: Vec<(u64, crate::log::column::ValueId)> =
            ids.chunk_by(|a, b| a == b).filter_map(|same| Some((same.len() as u64, *same.first()?))).collect();
        let mut spread = Spread {
            present,
            missing: sheet.len() as u64 - present,
            distinct: groups.len() as u64,
            ..Spread::default()
        };
        if !numbers.is_empty() && numbers.len() as u64 == present {
            order::floats(&mut numbers);
            let at = |part| super::quantile(&numbers, part);
            spread.quantiles = (|| Some([at(0.0)?, at(0.25)?, at(0.5)?, at(0.75)?, at(1.0)?]))();
            let mean = numbers.iter().map(|n| n / numbers.len() as f64).sum::<f64>();
            spread.mean = Some(mean).filter(|mean| mean.is_finite());
            (spread.bars, spread.whole) = histogram(&numbers);
            return spread;
        }
        order::by(&mut groups, |a, b| {
            b.0.cmp(&a.0).then_with(|| shown::content(log, a.1).cmp(&shown::content(log, b.1)))
        });
        let rest = groups.iter().skip(CATEGORIES);
        let others = rest.fold((0, 0), |(storages, values), group| (storages + group.0, values + 1));
        spread.others = Some(others).filter(|(storages, _)| *storages > 0);
        let bar = |(count, id): &(u64, _)| Bar { range: None, text: shown::cell(log, *id), count: *count };
        spread.bars = groups.iter().take(CATEGORIES).map(bar).collect();
        spread
    }
}

/// Bars over sorted numbers with round borders; whole numbers within a small range get a bar each, which is said.
fn histogram(numbers: &[f64]) -> (Vec<Bar>, bool) {
    let (Some(&low), Some(&high)) = (numbers.first(), numbers.last()) else { return (Vec::new(), false) };
    let whole = numbers.iter().all(|n| n.fract() == 0.0);
    let span = high - low;
    let width = match span {
        _ if !span.is_finite() => return (Vec::new(), false),
        span if whole && span < BARS as f64 => 1.0,
        span if span <= 0.0 => 1.0,
        span => round_width(span / BARS as f64).max(if whole { 1.0 } else { 0.0 }),
    };
    let start = if whole && width == 1.0 { low } else { (low / width).floor() * width };
    // Borders may be one more than asked for, because they are rounded.
    let bars = (((high - start) / width).floor() as usize + 1).min(BARS + 2);
    let border = |i: usize| start + width * i as f64;
    let mut all: Vec<Bar> =
        (0..bars).map(|i| Bar { range: Some((border(i), border(i + 1))), text: None, count: 0 }).collect();
    for number in numbers {
        let at = (((number - start) / width).floor().max(0.0) as usize).min(bars - 1);
        if let Some(bar) = all.get_mut(at) {
            bar.count += 1;
        }
    }
    (all, whole && width == 1.0)
}

/// The next of 1, 2, 5, 10 … at or above a width.
fn round_width(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|n| n * power).find(|width| *width >= least).unwrap_or(10.0 * power)
}
