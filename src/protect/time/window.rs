//! Whether something says when the study was.

use super::{DAY, Micros, SECOND, days, pickled};

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
