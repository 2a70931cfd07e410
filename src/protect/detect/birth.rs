//! BIRTHDATE: a date after, or right before, a statement of birth.

use super::text::{Text, is_letter};
use super::{Finds, Kind};

const BORN: &[&str] = &[
    "born",
    "dob",
    "birthday",
    "birthdate",
    "birth",
    "bday",
    "geboren",
    "geburtsdatum",
    "geburtstag",
    "geb",
    "ne",
    "nee",
    "naissance",
    "anniversaire",
    "nacido",
    "nacida",
    "naci",
    "nacio",
    "nacimiento",
    "cumpleanos",
    "dateofbirth",
    "出生",
    "生日",
    "出生日期",
    "生于",
];

const MONTHS: &[&str] = &[
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "janner",
    "februar",
    "marz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "okt",
    "dez",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "janv",
    "fevr",
    "avr",
    "juil",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "ene",
    "abr",
    "ago",
    "dic",
];

/// Dates of birth.
pub(crate) fn dates(text: &Text, finds: &mut Finds) {
    let mut i = 0;
    while i < text.len() {
        let begins =
            (text.at(i).is_ascii_digit() || is_letter(text.at(i))) && !text.joined_before(i) && text.before(i) != '.';
        match begins.then(|| date(text, i)).flatten() {
            Some(end) => {
                if text.context(i, 5, BORN)
                    || text.followed(
                        end,
                        4,
                        &["born", "birthday", "geboren", "geburtstag", "出生", "生日", "anniversaire", "cumpleanos"],
                    )
                {
                    finds.push((Kind::Birthdate, i, end));
                }
                i = end;
            }
            None => i += 1,
        }
    }
}

/// A run of digits at `i` of at most `most`: its end and value.
#[inline(never)]
fn number(text: &Text, i: usize, most: usize) -> Option<(usize, u32)> {
    let end = text.run(i, |c| c.is_ascii_digit());
    (end > i && end - i <= most).then(|| (end, text.digits_in(i, end).iter().fold(0, |n, d| n * 10 + u32::from(*d))))
}

#[inline(never)]
fn year(text: &Text, i: usize) -> Option<usize> {
    let (end, value) = number(text, i, 4)?;
    let full = end - i == 4 && (1900..2030).contains(&value);
    (full || end - i == 2).then_some(end).filter(|end| !text.joined_after(*end))
}

#[inline(never)]
fn month_name(text: &Text, i: usize) -> Option<usize> {
    let end = text.run(i, is_letter);
    MONTHS.contains(&text.flat(i, end)).then(|| end + usize::from(text.at(end) == '.'))
}

/// The end of a date that begins at `i`, in any of the usual ways of writing.
#[inline(never)]
pub(super) fn date(text: &Text, i: usize) -> Option<usize> {
    if is_letter(text.at(i)) {
        let name = text.run(i, is_letter);
        // Few words have a number behind them.
        if !text.at(text.skip_spaces(name + usize::from(text.at(name) == '.'))).is_ascii_digit() {
            return None;
        }
    }
    if let Some(month) = month_name(text, i) {
        // October 5, 1999 · Aug 9th 2001
        let (day, value) = number(text, text.skip_spaces(month), 2).filter(|_| text.at(month) == ' ')?;
        let day = ordinal(text, day);
        let next = text.skip_spaces(day + usize::from(text.at(day) == ','));
        return (1..=31).contains(&value).then(|| year(text, next).unwrap_or(day));
    }
    let (end, first) = number(text, i, 4)?;
    let separator = text.at(end);
    if separator == '年' {
        let (month, _) = number(text, end + 1, 2)?;
        let day = number(text, month + 1, 2).map_or(month, |(day, _)| day);
        return (text.at(month) == '月').then(|| day + usize::from(matches!(text.at(day), '日' | '号' | '月')));
    }
    if matches!(separator, '.' | '/' | '-')
        && let Some((middle, second)) = number(text, end + 1, 2).filter(|(middle, _)| text.at(*middle) == separator)
    {
        return match end - i {
            4 => {
                let (last, day) = number(text, middle + 1, 2)?;
                ((1900..2030).contains(&first) && second <= 12 && (1..=31).contains(&day)).then_some(last)
            }
            _ => year(text, middle + 1).filter(|_| (1..=31).contains(&first) && (1..=31).contains(&second)),
        };
    }
    // 14 March 1987 · 7 de marzo de 1990 · 1er août 1995 · 4. Mai 1992 · 17. 3. 1990
    let day = ordinal(text, end);
    let mut next = text.run(day, |c| matches!(c, ' ' | '-'));
    if !(1..=31).contains(&first) || next == day {
        return None;
    }
    next = connector(text, next);
    let month = match month_name(text, next) {
        Some(month) => month,
        None => {
            number(text, next, 2)
                .map(|(end, _)| end)
                .filter(|end| text.at(*end) == '.' && text.at(day.saturating_sub(1)) == '.')?
                + 1
        }
    };
    let after = connector(text, text.run(month, |c| matches!(c, ' ' | ',' | '-')));
    Some(year(text, after).unwrap_or(month))
}

#[inline(never)]
fn ordinal(text: &Text, i: usize) -> usize {
    let end = text.run(i, is_letter);
    match text.flat(i, end) {
        "st" | "nd" | "rd" | "th" | "er" => end,
        _ => i + usize::from(matches!(text.at(i), '.' | 'º')),
    }
}

#[inline(never)]
fn connector(text: &Text, i: usize) -> usize {
    let end = text.run(i, is_letter);
    if matches!(text.flat(i, end), "of" | "de" | "del") { text.skip_spaces(end) } else { i }
}
