//! Moments as jsonpickle writes them, and base64.

use super::{DAY, Micros, SECOND, civil, days};

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
