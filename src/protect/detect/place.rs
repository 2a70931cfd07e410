//! COORD: positions on the Earth, not on a screen.

use super::text::Text;
use super::{Finds, Kind};

/// Names of one axis.
const AXES: &[&str] = &[
    "lat",
    "latitude",
    "lng",
    "lon",
    "long",
    "longitude",
    "breite",
    "breitengrad",
    "lange",
    "langengrad",
    "latitud",
    "longitud",
    "经度",
    "纬度",
    "北纬",
    "东经",
    "南纬",
    "西经",
];

/// What else says that a position follows.
const GEO: &[&str] = &[
    "gps",
    "geo",
    "coordinates",
    "coords",
    "coordonnees",
    "koordinaten",
    "coordenadas",
    "standort",
    "location",
    "located",
    "ubicacion",
    "geolocation",
    "坐标",
    "定位",
    "位置",
];

/// A decimal number at `i`: its end, its value and its decimals.
#[inline(never)]
fn decimal(text: &Text, i: usize) -> Option<(usize, f64, usize)> {
    let sign = usize::from(matches!(text.at(i), '-' | '+'));
    let whole = text.run(i + sign, |c| c.is_ascii_digit());
    let comma = text.at(whole) == ',' && text.at(whole + 1).is_ascii_digit();
    if whole == i + sign || whole - i > 4 || !(text.at(whole) == '.' || comma) {
        return None;
    }
    let end = text.run(whole + 1, |c| c.is_ascii_digit());
    let decimals = end - whole - 1;
    let written: String =
        text.slice(i, end).iter().map(|c| if *c == ',' { '.' } else { *c }).filter(|c| *c != '+').collect();
    let value = written.parse().ok().filter(|_| decimals > 0)?;
    Some((end, value, decimals))
}

/// Positions as pairs of decimals, with compass letters, in degrees and minutes, or one by one after their names.
pub(crate) fn coordinates(text: &Text, finds: &mut Finds) {
    let mut i = 0;
    while i < text.len() {
        if let Some(end) = compass(text, i).or_else(|| pair(text, i)).or_else(|| single(text, i)) {
            finds.push((Kind::Coord, i, end));
            i = end;
        } else if text.at(i).is_ascii_digit() {
            i = text.run(i, |c| c.is_ascii_digit() || c == '.');
        } else {
            i += 1;
        }
    }
}

fn starts(text: &Text, i: usize) -> bool {
    let listed = text.before(i) == ',' && i > 1 && text.at(i - 2).is_ascii_digit();
    !text.joined_before(i) && !matches!(text.before(i), '.' | '-' | '_') && !listed
}

/// `40.82518, 113.47667`.
#[inline(never)]
fn pair(text: &Text, i: usize) -> Option<usize> {
    let (end, latitude, decimals) = decimal(text, i).filter(|_| starts(text, i))?;
    let separator = text.run(end, |c| matches!(c, ',' | ';' | ' ' | '/' | '°'));
    let gap = separator - end;
    if gap == 0 || gap > 3 {
        return None;
    }
    let (stop, longitude, more) = decimal(text, separator)?;
    let range = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    let fine = decimals.min(more) >= 4 && decimals.max(more) <= 9;
    // Probabilities and response times are small; a position rarely is so near 0, 0.
    let far = latitude.abs() >= 10.0 || longitude.abs() >= 10.0;
    let next = text.run(stop, |c| matches!(c, ',' | ' ' | ';'));
    let series = next > stop && decimal(text, next).is_some()
        || i > 2 && text.at(i - 1) == ' ' && text.at(i - 2) == ',' && text.at(i - 3).is_ascii_digit();
    let named = decimals.min(more) >= 2
        && (far || decimals.min(more) >= 4)
        && (text.context(i, 6, AXES) || text.context(i, 6, GEO));
    let goes_on = text.at(stop) == '.' && text.at(stop + 1).is_ascii_digit();
    let ends = !text.joined_after(stop) && !goes_on;
    (range && ends && !series && (fine && far || named)).then(|| text.run(stop, |c| c == '°'))
}

/// A single latitude or longitude right after its name.
#[inline(never)]
fn single(text: &Text, i: usize) -> Option<usize> {
    let (end, value, decimals) = decimal(text, i).filter(|_| starts(text, i))?;
    let w = text.word_from(i);
    let named =
        w > 0 && AXES.contains(&text.word(w - 1)) && text.words().get(w - 1).is_some_and(|word| i - word.end <= 4)
            || AXES.iter().any(|axis| !axis.is_ascii() && text.flat(i.saturating_sub(4), i).contains(axis));
    let ends = !text.joined_after(end) || text.at(end) == '度';
    (named && ends && decimals >= 2 && value.abs() <= 180.0).then(|| text.run(end, |c| matches!(c, '°' | '度')))
}

/// Part of a position with compass letters: the end, and whether a letter was there.
#[inline(never)]
fn angle(text: &Text, i: usize) -> Option<usize> {
    let letter = |i: usize| matches!(text.at(i), 'N' | 'S' | 'E' | 'W' | 'O') && !text.joined_after(i + 1);
    let leading = matches!(text.at(i), 'N' | 'S' | 'E' | 'W' | 'O') && !text.joined_before(i);
    let mut j = if leading { text.skip_spaces(i + 1) } else { i };
    let begin = j;
    let degrees = text.run(j, |c| c.is_ascii_digit());
    if degrees == j || degrees - j > 3 {
        return None;
    }
    j = decimal(text, j).map_or(degrees, |(end, ..)| end);
    let mut marks = usize::from(j > degrees);
    loop {
        let sign = text.run(j, |c| matches!(c, '°' | '\'' | '"' | '′' | '″' | 'º'));
        if sign == j {
            break;
        }
        marks += 1;
        let space = text.skip_spaces(sign);
        let next = text.run(space, |c| c.is_ascii_digit() || c == '.');
        let continues = next > space && matches!(text.at(next), '\'' | '"' | '′' | '″');
        j = if continues { next } else { sign };
        if !continues {
            break;
        }
    }
    let after = text.skip_spaces(j);
    let trailing = !leading && letter(after) && after - j <= 1;
    (marks > 0 && (leading || trailing) && j > begin).then_some(if trailing { after + 1 } else { j })
}

/// `37°43'38"N 15°42'59"E`, `N 52.51627 E 13.37770`.
#[inline(never)]
fn compass(text: &Text, i: usize) -> Option<usize> {
    if text.joined_before(i) || matches!(text.before(i), '.' | '-') {
        return None;
    }
    let first = angle(text, i)?;
    let next = text.run(first, |c| matches!(c, ' ' | ',' | ';' | '/'));
    angle(text, next).filter(|_| next - first <= 3)
}
