//! Makes of a moment in a value what the chosen form of times shows of it, written as the moment was.

use super::leaves::quoted;
use crate::json;
use crate::protect::preset::{Preset, TimeMode};
use crate::protect::pseudonym::Key;
use crate::protect::time::{self, Iso, Micros, Mode, Time, Window};

/// What a preset does with moments. A shift leaves the study's own years, so that no shifted moment is an original one.
pub(super) fn mode(preset: &Preset, key: &Key, study: Option<Window>) -> Mode {
    const WEEK: i64 = 7 * 86_400;
    match preset.time_mode() {
        TimeMode::Relative => Mode::Relative(preset.time.rounding),
        TimeMode::Shift => {
            let weeks = study.map_or(0, |w| (w.to - w.from) / WEEK);
            Mode::Shift { weeks: time::random_weeks(key.shift()).saturating_sub(weeks as i32) }
        }
        TimeMode::Day => Mode::Day,
        TimeMode::Remove => Mode::Remove,
        TimeMode::Keep => Mode::Keep,
    }
}

/// Whether nothing of the calendar is left: then a result can be searched for it.
pub(super) fn hides(mode: Mode) -> bool {
    matches!(mode, Mode::Relative(_) | Mode::Remove | Mode::Shift { .. })
}

/// How a moment was written.
#[derive(Clone, Copy)]
enum Written {
    /// So many to a second, and whether it was a whole number.
    Number(f64, bool),
    Iso(Iso),
    /// By jsonpickle; whether it had a time of day.
    Pickled(bool),
}

/// A moment found in a value.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    at: Micros,
    written: Written,
}

impl Moment {
    /// An ISO 8601 date or datetime, or a pickled one.
    pub fn of_text(text: &str) -> Option<Moment> {
        if let Some(iso) = Iso::parse(text) {
            return Some(Moment { at: iso.at, written: Written::Iso(iso) });
        }
        // The base64 of a pickled date has eight digits, of a datetime sixteen.
        time::pickled(text).map(|at| Moment { at, written: Written::Pickled(text.len() > 8) })
    }

    /// A number of seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
    pub fn of_number(text: &str) -> Option<Moment> {
        let number: f64 = text.parse().ok()?;
        let known = [1e17, 1e14, 1e11].iter().zip([1e9, 1e6, 1e3]).find(|(from, _)| number.abs() >= **from);
        let scale = known.map_or(1.0, |(_, scale)| scale);
        let whole = text.bytes().all(|b| b.is_ascii_digit());
        Some(Moment { at: time::from_seconds(number / scale)?, written: Written::Number(scale, whole) })
    }

    /// What is shown of it, as JSON.
    pub fn shown(self, mode: Mode, start: Option<Micros>) -> String {
        match mode.apply(self.at, start) {
            Time::Since(micros) => float(micros as f64 / 1e6),
            Time::At(at) => self.written(at),
            Time::Day(day) => match self.written {
                Written::Number(..) => self.written(day),
                _ => quoted(&time::date(day)),
            },
            Time::Nothing => "null".to_owned(),
        }
    }

    fn written(self, at: Micros) -> String {
        match self.written {
            Written::Number(scale, true) => (i128::from(at) * scale as i128 / 1_000_000).to_string(),
            Written::Number(scale, false) => float(at as f64 / 1e6 * scale),
            Written::Iso(iso) => quoted(&iso.write(at)),
            Written::Pickled(timed) => quoted(&time::pickle(at, timed)),
        }
    }
}

fn float(number: f64) -> String {
    let mut out = Vec::new();
    json::float(number, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
