//! What spreadsheet programs do to a CSV file when they open and save it, undone where that is certain.
//!
//! Every repair and every loss is counted and named; nothing is changed silently.

use crate::error::{Code, Place, Problem, Problems};
use crate::json;
use crate::write::spreadsheet::unguarded;

/// Longest text that a cell of Excel holds, in characters; longer ones are cut there without a word.
const LONGEST_CELL: usize = 32_767;

/// Truth values in the languages of common spreadsheet programs, and as R and Python write them.
const TRUE: [&str; 8] = ["TRUE", "true", "True", "WAHR", "VRAI", "VERDADERO", "VERO", "WAAR"];
const FALSE: [&str; 7] = ["FALSE", "false", "False", "FALSCH", "FAUX", "FALSO", "ONWAAR"];

/// How often each kind of damage was seen in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Damage {
    /// A byte-order mark at the beginning.
    pub mark: bool,
    /// The separator, where it is not the comma.
    pub separator: Option<u8>,
    /// Rows that end otherwise than with CR LF.
    pub line_ends: u64,
    /// Times in another spelling than uproot's.
    pub times: u64,
    /// Times that are no number at all.
    pub lost_times: u64,
    /// Sequence numbers in another spelling.
    pub seqs: u64,
    /// Sequence numbers that are no whole number.
    pub lost_seqs: u64,
    /// Truth values of `!unavailable` in another spelling.
    pub truths: u64,
    /// Values turned back into `TRUE` or `FALSE`.
    pub values: u64,
    /// Rows that are not UTF-8 and were read as Windows-1252.
    pub encoding: u64,
    /// Whether times have decimal commas.
    pub commas: bool,
    /// Values that then look like numbers with one.
    pub comma_values: u64,
    /// Cells that are exactly as long as a spreadsheet's longest.
    pub full_cells: u64,
    /// Apostrophes taken away that Windrow puts before texts in files for spreadsheet programs.
    pub guards: u64,
}

impl Damage {
    /// A time as a file spells it; not a number where it is empty or unreadable.
    pub fn time(&mut self, text: &str) -> f64 {
        if text.is_empty() || text == "null" {
            return f64::NAN;
        }
        if let Some(value) = number(text) {
            let mut same = Vec::with_capacity(24);
            json::float(value, &mut same);
            self.times += u64::from(same != text.as_bytes());
            return value;
        }
        match localized(text) {
            Some(value) => {
                self.times += 1;
                self.commas |= text.contains(',');
                value
            }
            None => {
                self.lost_times += 1;
                f64::NAN
            }
        }
    }

    /// A sequence number as a file spells it.
    pub fn seq(&mut self, text: &str) -> Option<u64> {
        let canonical = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
        if let (true, Ok(seq)) = (canonical, text.parse()) {
            return Some(seq);
        }
        let whole = |value: &f64| *value >= 0.0 && *value < 9_007_199_254_740_992.0 && value.fract() == 0.0;
        let seq = number(text).or_else(|| localized(text)).filter(whole);
        *(if seq.is_some() { &mut self.seqs } else { &mut self.lost_seqs }) += 1;
        seq.map(|value| value as u64)
    }

    /// A truth value of `!unavailable`, and whether it stands in another language or case.
    pub fn truth(&mut self, text: &str) -> Option<(bool, bool)> {
        let value = truth(text).or(match text {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        })?;
        let respelled = !matches!(text, "TRUE" | "FALSE");
        self.truths += u64::from(respelled);
        Some((value, respelled && !matches!(text, "0" | "1")))
    }

    /// A text without the apostrophe of our own files for spreadsheet programs, which begin with a mark.
    pub fn unguarded<'a>(&mut self, text: &'a str) -> &'a str {
        match unguarded(text) {
            Some(rest) if self.mark => {
                self.guards += 1;
                rest
            }
            _ => text,
        }
    }

    /// A value; `respelled` says that the truth value beside it was, so that this one will have been, too.
    pub fn value<'a>(&mut self, text: &'a str, respelled: bool) -> &'a str {
        if text.len() >= LONGEST_CELL && text.chars().count() == LONGEST_CELL {
            self.full_cells += 1;
        }
        if self.commas && text.contains(',') && localized(text).is_some() {
            self.comma_values += 1;
        }
        match truth(text) {
            Some(value) if respelled && !matches!(text, "TRUE" | "FALSE") => {
                self.values += 1;
                if value { "TRUE" } else { "FALSE" }
            }
            _ => text,
        }
    }

    /// Lists what was seen.
    pub fn report(&self, problems: &mut Problems, csv: bool) {
        let separator = |byte: u8| u64::from(self.separator == Some(byte));
        let line_ends = if csv { self.line_ends } else { 0 };
        let (lossy, guessed) = (Code::Lossy, Code::Guessed);
        let seen = [
            (
                separator(b';'),
                lossy,
                "",
                "Its cells are separated by semicolons: a spreadsheet program saved it, which may change numbers, times and long texts.",
            ),
            (
                separator(b'\t'),
                lossy,
                "",
                "Its cells are separated by tabs: a spreadsheet program saved it, which may change numbers, times and long texts.",
            ),
            (
                u64::from(self.mark),
                lossy,
                "",
                "It begins with a byte-order mark, which uproot does not write: another program saved it, or it is CSV for spreadsheets.",
            ),
            (
                line_ends,
                lossy,
                "",
                "Rows end otherwise than uproot's: another program saved the file, and line breaks inside of texts may be others, too.",
            ),
            (self.times, lossy, "!time", "Times are spelled otherwise than uproot spells them: digits may be lost."),
            (self.lost_times, lossy, "!time", "Times are no numbers any more and were left empty."),
            (
                self.seqs,
                lossy,
                "!seq",
                "Sequence numbers are spelled otherwise than uproot spells them: digits may be lost.",
            ),
            (self.lost_seqs, lossy, "!seq", "Sequence numbers are no whole numbers any more."),
            (self.truths, lossy, "!unavailable", "Truth values are spelled otherwise than uproot spells them."),
            (
                self.values,
                guessed,
                "!data",
                "Words for true and false were turned back into TRUE and FALSE, as they stand in !unavailable.",
            ),
            (
                self.comma_values,
                lossy,
                "!data",
                "Values look like numbers with a decimal comma, as the times have; they were left as they are, since they may be texts.",
            ),
            (
                self.encoding,
                guessed,
                "",
                "Rows are not UTF-8 and were read as Windows-1252: letters that it lacks are lost.",
            ),
            (
                self.guards,
                guessed,
                "",
                "Apostrophes were taken away that Windrow puts before texts in CSV for spreadsheets.",
            ),
            (self.full_cells, lossy, "!data", "Values are exactly 32,767 characters long, where Excel cuts them."),
        ];
        for (count, code, field, detail) in seen {
            if count > 0 {
                let place = Place { field: (!field.is_empty()).then(|| field.to_owned()), ..Place::default() };
                problems.add(Problem { count, ..Problem::new(code, place).detail(detail) });
            }
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    if TRUE.contains(&text) {
        return Some(true);
    }
    FALSE.contains(&text).then_some(false)
}

/// A number as JSON spells it.
fn number(text: &str) -> Option<f64> {
    let start = text.strip_prefix('-').unwrap_or(text).as_bytes().first()?;
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !start.is_ascii_digit() || !plain {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number with a decimal comma, or with points or spaces between groups of digits.
fn localized(text: &str) -> Option<f64> {
    let text = text.trim().replace(['\u{a0}', '\u{202f}', ' ', '\''], "");
    let ungrouped = |text: &str, by: char| {
        // Groups have three digits; a date such as 01.02.2026 has not.
        text.split(by).skip(1).all(|group| group.len() == 3).then(|| text.replace(by, ""))
    };
    match (text.matches(',').count(), text.matches('.').count()) {
        (1, _) => {
            let (whole, fraction) = text.split_once(',')?;
            number(&format!("{}.{fraction}", ungrouped(whole, '.')?))
        }
        (0, 2..) => number(&ungrouped(&text, '.')?),
        (2.., 0) => number(&ungrouped(&text, ',')?),
        (2.., 1) => {
            let (whole, fraction) = text.split_once('.')?;
            number(&format!("{}.{fraction}", ungrouped(whole, ',')?))
        }
        _ => number(&text),
    }
}

/// Text that is not UTF-8 as Windows-1252, in which Excel saves "CSV" on Western systems.
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    bytes.iter().map(|b| if (0x80..0xa0).contains(b) { HIGH[usize::from(b - 0x80)] } else { char::from(*b) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_far_as_they_can_be_and_the_damage_is_counted() {
        for (text, value, respelled, lost) in [
            ("1760000000.123457", 1_760_000_000.123457, 0, 0),
            ("1760000000.0", 1_760_000_000.0, 0, 0),
            ("1760000000", 1_760_000_000.0, 1, 0),
            ("1760000000,12", 1_760_000_000.12, 1, 0),
            ("1.760.000.000,12", 1_760_000_000.12, 1, 0),
            ("1,760,000,000.12", 1_760_000_000.12, 1, 0),
            ("1.76E+09", 1_760_000_000.0, 1, 0),
            ("1,76E+09", 1_760_000_000.0, 1, 0),
            ("inf", f64::NAN, 0, 1),
            ("01.02.2026", f64::NAN, 0, 1),
            ("soon", f64::NAN, 0, 1),
        ] {
            let mut damage = Damage::default();
            let found = damage.time(text);
            assert_eq!(
                (found.to_bits(), damage.times, damage.lost_times),
                (value.to_bits(), respelled, lost),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_of_changes_are_read_as_far_as_they_can_be() {
        for (text, value, respelled) in [
            ("18446744073709551615", Some(u64::MAX), 0),
            ("0", Some(0), 0),
            ("1E+05", Some(100_000), 1),
            ("12.0", Some(12), 1),
            ("1.234.567", Some(1_234_567), 1),
            ("12,5", None, 0),
            ("-1", None, 0),
            ("", None, 0),
        ] {
            let mut damage = Damage::default();
            assert_eq!((damage.seq(text), damage.seqs), (value, respelled), "{text}");
        }
    }
}
