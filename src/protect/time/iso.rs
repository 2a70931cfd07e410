//! Moments as text, read so that another one can be written in the same form.

use super::{DAY, Micros, SECOND, date, days, padded};

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
        padded(seconds / 3600, 2, &mut out);
        out.push(':');
        padded(seconds / 60 % 60, 2, &mut out);
        if let Some(places) = self.fraction {
            out.push(':');
            padded(seconds % 60, 2, &mut out);
            if places > 0 {
                out.push('.');
                let point = out.len();
                padded(of_day % SECOND, 6, &mut out);
                out.push_str("000");
                out.truncate(point + usize::from(places).min(9));
            }
        }
        let (hours, minutes) = (self.offset.abs() / 60, self.offset.abs() % 60);
        match self.zone {
            Zone::None => return out,
            Zone::Z => {
                out.push('Z');
                return out;
            }
            Zone::Hours | Zone::Compact | Zone::Colon => out.push(if self.offset < 0 { '-' } else { '+' }),
        }
        padded(i64::from(hours), 2, &mut out);
        if self.zone == Zone::Colon {
            out.push(':');
        }
        if self.zone != Zone::Hours {
            padded(i64::from(minutes), 2, &mut out);
        }
        out
    }
}
