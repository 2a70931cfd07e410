//! Take the calendar out of times here: relative to a start, shifted by weeks, or the day alone.
//!
//! Inside, a time is a whole number of microseconds since 1970-01-01 UTC: sums of whole numbers round the same way
//! everywhere, which seconds as floats do not. All functions are pure; who starts where is the caller's to say.

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01 00:00 UTC.
pub type Micros = i64;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
const WEEK: i64 = 7 * DAY;

/// Seconds since 1970 as microseconds; `None` if that is not a time between the years 1 and 9999.
pub fn from_seconds(seconds: f64) -> Option<Micros> {
    (seconds.abs() < 2.6e11).then(|| (seconds * 1e6).round() as i64)
}

/// How coarse relative times are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rounding {
    /// 1 ms.
    #[serde(rename = "1ms")]
    Millisecond,
    /// 100 ms.
    #[serde(rename = "100ms")]
    Tenth,
    /// 1 s.
    #[default]
    #[serde(rename = "1s")]
    Second,
    /// 1 min.
    #[serde(rename = "1min")]
    Minute,
}

impl Rounding {
    /// The step in microseconds.
    pub const fn micros(self) -> i64 {
        match self {
            Rounding::Millisecond => 1_000,
            Rounding::Tenth => 100_000,
            Rounding::Second => SECOND,
            Rounding::Minute => 60 * SECOND,
        }
    }
}

/// What becomes of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Seconds since the start, rounded down; what lies before the start gets 0, else slot creation shows arrivals.
    Relative(Rounding),
    /// Moved by a whole number of weeks: weekday and time of day stay.
    Shift {
        /// How many weeks, negative into the past; see [`random_weeks`].
        weeks: i32,
    },
    /// The day, in UTC.
    Day,
    /// Nothing.
    Remove,
    /// As it is.
    Keep,
}

/// A time after its transformation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// Microseconds since the start, a multiple of the rounding.
    Since(i64),
    /// A moment; write it in the form in which it was read.
    At(Micros),
    /// The beginning of a day; write it with [`date`].
    Day(Micros),
    /// No time: a null.
    Nothing,
}

impl Mode {
    /// The transformed time. `start` is the session's or the participant's; without one a relative time is nothing.
    pub fn apply(self, time: Micros, start: Option<Micros>) -> Time {
        match (self, start) {
            (Mode::Relative(rounding), Some(start)) => {
                let step = rounding.micros();
                Time::Since(time.saturating_sub(start).max(0) / step * step)
            }
            (Mode::Relative(_), None) | (Mode::Remove, _) => Time::Nothing,
            (Mode::Shift { weeks }, _) => Time::At(time.saturating_add(i64::from(weeks) * WEEK)),
            (Mode::Day, _) => Time::Day(time.div_euclid(DAY).saturating_mul(DAY)),
            (Mode::Keep, _) => Time::At(time),
        }
    }
}

/// One to ten years back in whole weeks, from eight random bytes.
pub fn random_weeks(random: u64) -> i32 {
    -52 - (random % 469) as i32
}

/// The start of somebody's times: the first event at or after `started`, or the first of all if nothing says when
/// they started.
pub fn start(events: impl IntoIterator<Item = Micros>, started: Option<Micros>) -> Option<Micros> {
    events.into_iter().filter(|event| started.is_none_or(|started| *event >= started)).min()
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; `None` if there is no such date.
fn days(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    // Years from March, so that the leap day is the last: Hinnant's algorithm.
    let y = year - i64::from(month <= 2);
    let (era, of_era) = (y.div_euclid(400), y.rem_euclid(400));
    let of_year = (153 * i64::from((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The reverse of [`days`].
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let (era, of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * shifted + 2) / 5 + 1) as u32;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// A time's day as `2026-03-04` (UTC).
pub fn date(time: Micros) -> String {
    let (year, month, day) = civil(time.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// An ISO 8601 date or datetime taken apart, so that it can be written again in the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iso {
    /// The moment in UTC; a text without an offset is taken as UTC.
    pub at: Micros,
    /// Whether the text had a time of day.
    pub timed: bool,
    /// What stood between date and time.
    separator: u8,
    /// Digits after the seconds' point; `None` without seconds.
    fraction: Option<u8>,
    /// Minutes east of UTC, and how that was written.
    offset: i32,
    zone: Zone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    None,
    Z,
    Hours,
    Compact,
    Colon,
}

/// Reads digits off the front of a text.
fn digits(text: &mut &[u8], count: usize) -> Option<u32> {
    let (head, rest) = text.split_at_checked(count)?;
    let value = head.iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))?;
    *text = rest;
    Some(value)
}

fn skip(text: &mut &[u8], byte: u8) -> bool {
    let rest = text.strip_prefix(&[byte]);
    *text = rest.unwrap_or(text);
    rest.is_some()
}

impl Iso {
    /// Reads `2026-03-04`, `2026-03-04T10:30`, `2026-03-04 09:01:30.000000+00`, `…Z`, `…+01:00`, `…+0100`. The whole
    /// text must be one.
    pub fn parse(text: &str) -> Option<Iso> {
        let mut rest = text.as_bytes();
        let iso = Iso::prefix(&mut rest)?;
        rest.is_empty().then_some(iso)
    }

    fn prefix(rest: &mut &[u8]) -> Option<Iso> {
        let year = digits(rest, 4)?;
        let month = skip(rest, b'-').then(|| digits(rest, 2))??;
        let day = skip(rest, b'-').then(|| digits(rest, 2))??;
        let mut iso = Iso {
            at: days(i64::from(year), month, day)? * DAY,
            timed: false,
            separator: b'T',
            fraction: None,
            offset: 0,
            zone: Zone::None,
        };
        let [separator @ (b'T' | b't' | b' '), b'0'..=b'9', ..] = **rest else { return Some(iso) };
        skip(rest, separator);
        let hour = digits(rest, 2).filter(|h| *h < 24)?;
        let minute = skip(rest, b':').then(|| digits(rest, 2))?.filter(|m| *m < 60)?;
        (iso.timed, iso.separator) = (true, separator);
        iso.at += (i64::from(hour) * 3600 + i64::from(minute) * 60) * SECOND;
        if skip(rest, b':') {
            iso.at += i64::from(digits(rest, 2).filter(|s| *s < 61)?) * SECOND;
            iso.fraction = Some(0);
            if matches!(**rest, [b'.' | b',', b'0'..=b'9', ..]) {
                *rest = rest.get(1..)?;
                let count = rest.iter().take_while(|b| b.is_ascii_digit()).count().min(9);
                let written = i64::from(digits(rest, count)?);
                let scale = |n: usize| 10i64.pow(n as u32);
                iso.at += if count <= 6 { written * scale(6 - count) } else { written / scale(count - 6) };
                iso.fraction = Some(count as u8);
            }
        }
        if skip(rest, b'Z') || skip(rest, b'z') {
            iso.zone = Zone::Z;
        } else if let [sign @ (b'+' | b'-'), b'0'..=b'9', b'0'..=b'9', ..] = **rest {
            skip(rest, sign);
            let hours = digits(rest, 2)?;
            let colon = skip(rest, b':');
            let minutes = if rest.first().is_some_and(u8::is_ascii_digit) { Some(digits(rest, 2)?) } else { None };
            iso.zone = match (colon, minutes) {
                (true, Some(_)) => Zone::Colon,
                (false, Some(_)) => Zone::Compact,
                (false, None) => Zone::Hours,
                (true, None) => return None,
            };
            let east = (hours * 60 + minutes.unwrap_or(0)) as i32;
            iso.offset = if sign == b'-' { -east } else { east };
            iso.at -= i64::from(iso.offset) * 60 * SECOND;
        }
        Some(iso)
    }

    /// Another moment in the form in which this one was written.
    pub fn write(&self, at: Micros) -> String {
        let local = at.saturating_add(i64::from(self.offset) * 60 * SECOND);
        let mut out = date(local);
        if !self.timed {
            return out;
        }
        let of_day = local.rem_euclid(DAY);
        let seconds = of_day / SECOND;
        out.push(char::from(self.separator));
        out.push_str(&format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60));
        if let Some(places) = self.fraction {
            out.push_str(&format!(":{:02}", seconds % 60));
            if places > 0 {
                let fraction = format!("{:06}000", of_day % SECOND);
                out.push('.');
                out.push_str(fraction.get(..usize::from(places)).unwrap_or(&fraction));
            }
        }
        let (hours, minutes) = (self.offset.abs() / 60, self.offset.abs() % 60);
        let sign = if self.offset < 0 { '-' } else { '+' };
        match self.zone {
            Zone::None => {}
            Zone::Z => out.push('Z'),
            Zone::Hours => out.push_str(&format!("{sign}{hours:02}")),
            Zone::Compact => out.push_str(&format!("{sign}{hours:02}{minutes:02}")),
            Zone::Colon => out.push_str(&format!("{sign}{hours:02}:{minutes:02}")),
        }
        out
    }
}

/// A moment that jsonpickle wrote: base64, inside `__reduce__`, of the bytes with which Python's `datetime` pickles
/// itself (year in two bytes, month, day, and for a datetime hour, minute, second and microseconds in three).
pub fn pickled(base64: &str) -> Option<Micros> {
    let bytes = decode(base64)?;
    let date = |high: u8, low: u8, month: u8, day: u8| {
        // The month's highest bit is Python's `fold`.
        days(i64::from(high) << 8 | i64::from(low), u32::from(month & 0x7f), u32::from(day)).map(|days| days * DAY)
    };
    match bytes[..] {
        [high, low, month, day] => date(high, low, month, day),
        [high, low, month, day, hour @ 0..=23, minute @ 0..=59, second @ 0..=59, a, b, c] => {
            let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
            let micros = i64::from(a) << 16 | i64::from(b) << 8 | i64::from(c);
            (micros < SECOND).then_some(date(high, low, month, day)? + seconds * SECOND + micros)
        }
        _ => None,
    }
}

/// The reverse of [`pickled`]: a datetime, or a date if `timed` is false.
pub fn pickle(at: Micros, timed: bool) -> String {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let of_day = at.rem_euclid(DAY);
    let (seconds, micros) = (of_day / SECOND, of_day % SECOND);
    let mut bytes = vec![(year >> 8) as u8, year as u8, month as u8, day as u8];
    if timed {
        bytes.extend([(seconds / 3600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8]);
        bytes.extend([(micros >> 16) as u8, (micros >> 8) as u8, micros as u8]);
    }
    encode(&bytes)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648).
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// Short base64 text as bytes; `None` if it is anything else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() > 24 || body.is_empty() {
        return None;
    }
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for byte in body.bytes() {
        let digit = BASE64.iter().position(|b| *b == byte)? as u32;
        bits = bits << 6 | digit;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

/// The days of a study and one more on each side, in seconds since 1970: no time of the result may lie inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub from: i64,
    /// Last second.
    pub to: i64,
}

impl Window {
    /// The window of a study between its first and last event.
    pub fn new(first: Micros, last: Micros) -> Window {
        Window { from: first.div_euclid(SECOND) - 86_400, to: last.div_euclid(SECOND) + 86_400 }
    }

    fn second(&self, second: i64) -> bool {
        (self.from..=self.to).contains(&second)
    }

    /// A day counts when its noon lies inside.
    fn day(&self, days: i64) -> bool {
        self.second(days * 86_400 + 43_200)
    }

    /// Whether a number is a time inside, in seconds, milliseconds, microseconds or nanoseconds.
    pub fn number(&self, number: f64) -> bool {
        [1.0, 1e3, 1e6, 1e9].iter().any(|scale| (self.from as f64..=self.to as f64).contains(&(number / scale)))
    }

    /// Whether a text holds a time inside: a number of ten digits or more, a date in one of the usual ways of writing,
    /// or a pickled date.
    pub fn contains(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            let run = bytes.get(i..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            if run > 0 && self.at(bytes, i, i + run).is_some() {
                return true;
            }
            i += run.max(1);
        }
        false
    }

    /// The same for the run of letters and digits `start..end` of some bytes: where the time found there begins and ends.
    pub(crate) fn at(&self, bytes: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        let byte = |i: usize| bytes.get(i).copied().unwrap_or(0);
        let run = bytes.get(start..end)?;
        let last = *run.last()?;
        let number = |from: usize, to: usize| {
            bytes.get(from..to)?.iter().try_fold(0i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
        };
        if !last.is_ascii_digit() && last != b'B' && run.len() < 8 {
            return None;
        }
        // 20260304 alone or before a T.
        if run.len() >= 8
            && run.iter().take_while(|b| b.is_ascii_digit()).count() == 8
            && matches!(run.get(8), None | Some(b'T'))
        {
            let (year, month, day) =
                (number(start, start + 4)?, number(start + 4, start + 6)?, number(start + 6, start + 8)?);
            let day = days(year, month as u32, day as u32);
            return day.filter(|day| self.day(*day)).map(|_| (start, start + 8));
        }
        if last.is_ascii_digit() {
            let digits = run.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            let begin = end - digits;
            let before = if start == 0 { 0 } else { byte(start - 1) };
            if (10..=19).contains(&digits) && begin == start && !matches!(before, b'.' | b'_') && byte(end) != b'_' {
                let value = bytes.get(start..end)?.iter().fold(0.0, |n, b| n * 10.0 + f64::from(b - b'0'));
                let stop = if byte(end) == b'.' {
                    end + 1 + bytes.get(end + 1..)?.iter().take_while(|b| b.is_ascii_digit()).count()
                } else {
                    end
                };
                if self.number(value) {
                    return Some((start, stop));
                }
            }
            let separator = byte(end);
            if !matches!(separator, b'-' | b'/' | b'.') {
                return None;
            }
            let part = |from: usize| {
                let length = (from..from + 4).take_while(|i| byte(*i).is_ascii_digit()).count();
                number(from, from + length).map(|value| (from + length, value))
            };
            let (middle, second) = part(end + 1)?;
            if byte(middle) != separator || middle > end + 3 || middle == end + 1 {
                return None;
            }
            let (stop, third) = part(middle + 1)?;
            let first = number(end - digits.min(4), end)?;
            let inside = |y: i64, m: i64, d: i64| days(y, m as u32, d as u32).is_some_and(|day| self.day(day));
            return match (digits, stop - middle - 1) {
                // What follows the day's two digits may be anything.
                (4.., 1..) => {
                    let stop = stop.min(middle + 3);
                    inside(first, second, number(middle + 1, stop)?).then_some((end - 4, stop))
                }
                (1 | 2, 4) => (inside(third, second, first) || inside(third, first, second)).then_some((begin, stop)),
                _ => None,
            };
        }
        // Pickled dates since 2016 begin with B+: the year's bytes are 0x07 and 0xe0 or more.
        if last == b'B' && byte(end) == b'+' {
            for length in [6, 14] {
                let text = bytes.get(end - 1..end + 1 + length)?;
                let time = std::str::from_utf8(text).ok().filter(|t| t.ends_with("==")).and_then(pickled);
                if time.is_some_and(|time| self.second(time.div_euclid(SECOND)) || self.day(time.div_euclid(DAY))) {
                    return Some((end - 1, end + 1 + length));
                }
            }
        }
        None
    }

    /// Whether most of some numbers (90 % or more of at least one) are times inside.
    pub fn holds_most(&self, numbers: impl IntoIterator<Item = f64>) -> bool {
        let (mut all, mut inside) = (0u64, 0u64);
        for number in numbers {
            all += 1;
            inside += u64::from(self.number(number));
        }
        all > 0 && inside * 10 >= all * 9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_each_others_reverse() {
        for day in -719_162..2_932_896 {
            let (y, m, d) = civil(day);
            if day % 97 == 0 || d == 29 {
                assert_eq!(days(y, m, d), Some(day));
            }
        }
        assert_eq!(days(2026, 2, 29), None);
        assert_eq!(days(0, 1, 1), None);
    }
}
