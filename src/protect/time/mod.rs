//! Take the calendar out of times here: relative to a start, shifted by weeks, or the day alone.
//!
//! Inside, a time is a whole number of microseconds since 1970-01-01 UTC: sums of whole numbers round the same way
//! everywhere, which seconds as floats do not. All functions are pure; who starts where is the caller's to say.

mod iso;
mod pickle;
mod window;

use crate::named::named;

pub use iso::Iso;
pub(crate) use pickle::{decode, encode};
pub use pickle::{pickle, pickled};
pub use window::Window;

/// Microseconds since 1970-01-01 00:00 UTC.
pub type Micros = i64;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
const WEEK: i64 = 7 * DAY;

/// Seconds since 1970 as microseconds; `None` if that is not a time between the years 1 and 9999.
pub fn from_seconds(seconds: f64) -> Option<Micros> {
    (seconds.abs() < 2.6e11).then(|| (seconds * 1e6).round() as i64)
}

named! {
    /// How coarse relative times are.
    #[derive(Default, PartialOrd, Ord)]
    pub enum Rounding {
        /// 1 ms.
        Millisecond = "1ms",
        /// 100 ms.
        Tenth = "100ms",
        /// 1 s.
        #[default]
        Second = "1s",
        /// 1 min.
        Minute = "1min",
    }
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
    let mut out = String::with_capacity(32);
    padded(year, 4, &mut out);
    out.push('-');
    padded(i64::from(month), 2, &mut out);
    out.push('-');
    padded(i64::from(day), 2, &mut out);
    out
}

/// Writes a number with zeros in front, up to a width.
fn padded(number: i64, width: u32, out: &mut String) {
    if number < 0 || number >= 10i64.pow(width) {
        out.push_str(&format!("{number:0width$}", width = width as usize));
        return;
    }
    for place in (0..width).rev() {
        out.push(char::from(b'0' + (number / 10i64.pow(place) % 10) as u8));
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
