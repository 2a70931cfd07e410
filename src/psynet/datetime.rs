//! Dates and times as PostgreSQL prints them, as Python pickles them, and as PsyNet exports them.

/// A date and time without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micro: u32,
}

impl DateTime {
    /// Reads PostgreSQL's text (`2026-11-21 19:15:17.5279`); a zone is dropped.
    pub fn from_postgres(text: &str) -> Option<DateTime> {
        let bytes = text.as_bytes();
        // A sign is no digit, unlike in `parse`.
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            let mut digits = bytes.get(range)?.iter();
            digits.try_fold(0, |n: u16, d| d.is_ascii_digit().then(|| n * 10 + u16::from(d - b'0')))
        };
        let short = |range| number(range).map(|n| n as u8);
        let separators = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
        if separators.iter().any(|(at, byte)| bytes.get(*at) != Some(byte)) {
            return None;
        }
        let fraction = text.get(19..)?.strip_prefix('.').unwrap_or_default();
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).take(6);
        let (micro, width) = digits.fold((0u32, 0), |(n, w), d| (n * 10 + u32::from(d - b'0'), w + 1));
        Some(DateTime {
            year: number(0..4)?,
            month: short(5..7)?,
            day: short(8..10)?,
            hour: short(11..13)?,
            minute: short(14..16)?,
            second: short(17..19)?,
            micro: micro * 10u32.pow(6 - width),
        })
        .filter(DateTime::exists)
    }

    /// Whether PostgreSQL would print a time so: no zeros at the end of the fraction, nothing after it but a zone.
    pub fn is_postgres(text: &str) -> bool {
        let tail = text.get(19..).unwrap_or_default();
        let (time, zone) = tail.split_at_checked(tail.find(['+', '-']).unwrap_or(tail.len())).unwrap_or((tail, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let fraction = |part: &str| (1..=6).contains(&part.len()) && digits(part) && !part.ends_with('0');
        let hours = |zone: &str| zone.split(':').all(|part| part.len() == 2 && digits(part));
        DateTime::from_postgres(text).is_some()
            && (time.is_empty() || time.strip_prefix('.').is_some_and(fraction))
            && (zone.is_empty() || zone.get(1..).is_some_and(hours))
    }

    /// Reads the ten bytes that Python pickles a `datetime` as.
    pub fn from_pickle(bytes: &[u8]) -> Option<DateTime> {
        let &[high, low, month, day, hour, minute, second, m2, m1, m0] = bytes else { return None };
        let time = DateTime {
            year: u16::from_be_bytes([high, low]),
            // The highest bit of the month holds `fold`.
            month: month & 0x7f,
            day,
            hour,
            minute,
            second,
            micro: u32::from_be_bytes([0, m2, m1, m0]),
        };
        Some(time).filter(DateTime::exists)
    }

    fn exists(&self) -> bool {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(leap),
            1..=12 => 31,
            _ => 0,
        };
        (1..=9999).contains(&self.year)
            && (1..=days).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.micro < 1_000_000
    }

    /// `%Y-%m-%d %H:%M:%S`: what PsyNet exports; the fraction is cut off.
    pub fn format(&self) -> String {
        let DateTime { year, month, day, hour, minute, second, .. } = self;
        format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    /// Microseconds since the start of 1970, on the same clock.
    pub fn micros(&self) -> i64 {
        // Years begin in March, so that the leap day is the last.
        let shifted = i64::from(self.year) - i64::from(self.month <= 2);
        let month = (i64::from(self.month) + 9) % 12;
        let day = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day - DAYS_TO_1970;
        let minutes = (days * 24 + i64::from(self.hour)) * 60 + i64::from(self.minute);
        (minutes * 60 + i64::from(self.second)) * 1_000_000 + i64::from(self.micro)
    }

    /// A time in microseconds since 1970 as `2026-11-21 19:15:17.528`.
    pub fn format_micros(micros: i64) -> String {
        let millis = micros.div_euclid(1000);
        let (days, rest) = (millis.div_euclid(86_400_000) + DAYS_TO_1970, millis.rem_euclid(86_400_000));
        // Eras of 400 years have the same number of days.
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let date = day - (153 * month + 2) / 5 + 1;
        let year = era * 400 + year + i64::from(month >= 10);
        let month = if month < 10 { month + 3 } else { month - 9 };
        let parts = [
            (year, 4, "-"),
            (month, 2, "-"),
            (date, 2, " "),
            (rest / 3_600_000, 2, ":"),
            (rest / 60_000 % 60, 2, ":"),
            (rest / 1000 % 60, 2, "."),
            (rest % 1000, 3, ""),
        ];
        let mut out = String::with_capacity(23);
        for (number, width, after) in parts {
            // A table of events has hundreds of thousands of these; the formatting machinery takes longer.
            let mut digits = itoa::Buffer::new();
            let digits = digits.format(number);
            out.push_str("000".get(..usize::saturating_sub(width, digits.len())).unwrap_or_default());
            out.push_str(digits);
            out.push_str(after);
        }
        out
    }

    /// The jsonpickle text that PsyNet before 13 exported for a timestamp.
    pub fn pickle(&self) -> String {
        let [high, low] = self.year.to_be_bytes();
        let [_, m2, m1, m0] = self.micro.to_be_bytes();
        let bytes = [high, low, self.month, self.day, self.hour, self.minute, self.second, m2, m1, m0];
        let class = r#"{"py/type": "datetime.datetime"}"#;
        format!(r#"{{"py/object": "datetime.datetime", "__reduce__": [{class}, ["{}"]]}}"#, to_base64(&bytes))
    }
}

/// Days from the first of March of year 0 to 1970.
const DAYS_TO_1970: i64 = 719_468;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = BASE64.get((bits >> (18 - 6 * place)) as usize & 63).copied().unwrap_or(b'=');
            out.push(char::from(if place > group.len() { b'=' } else { digit }));
        }
    }
    out
}

/// The bytes of a base64 text.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut out = Vec::new();
    for group in digits.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for place in 0..4 {
            let value = match group.get(place) {
                Some(digit) => BASE64.iter().position(|d| d == digit)?,
                None => 0,
            };
            bits = bits << 6 | value as u32;
        }
        out.extend(bits.to_be_bytes().iter().skip(1).take(group.len().saturating_sub(1)));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_times() {
        let time = DateTime::from_postgres("2026-11-21 19:15:17.5279+00").unwrap();
        assert_eq!((time.format().as_str(), time.micro), ("2026-11-21 19:15:17", 527_900));
        assert_eq!(time.micros(), 1_795_288_517_527_900);
        for text in ["1970-01-01 00:00:00", "2000-02-29 23:59:59", "1969-12-31 23:59:59", "2026-03-01 00:00:00"] {
            let micros = DateTime::from_postgres(text).unwrap().micros();
            assert_eq!(DateTime::format_micros(micros), format!("{text}.000"));
        }
        for bad in ["", "2026-11-21", "2026-02-30 00:00:00", "2026-11-21T19:15:17", "ä026-11-21 19:15:17"] {
            assert!(DateTime::from_postgres(bad).is_none(), "{bad}");
        }
        for good in ["", ".5", ".527901", "+00", ".25-03:30"] {
            assert!(DateTime::is_postgres(&format!("2026-11-21 19:15:17{good}")), "{good}");
        }
        for bad in [".", ".50", ".5279012", " h", ".5Z", "+", "+1", "+00:"] {
            assert!(!DateTime::is_postgres(&format!("2026-11-21 19:15:17{bad}")), "{bad}");
        }
    }
}
