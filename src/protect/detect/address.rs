//! ADDRESS: a street with its number, or a post box, with town and code if given, as five languages write them.

use super::street::{DE_ENDINGS, DE_SEATS, EN_STREETS, ES_STREETS, FR_STREETS, LIVING, NO_STREET};
use super::text::{Text, is_han};
use super::{Finds, Kind};

/// Street addresses and post boxes.
pub(crate) fn addresses(text: &Text, finds: &mut Finds) {
    for w in 0..text.words().len() {
        let find = english(text, w)
            .or_else(|| german(text, w))
            .or_else(|| french(text, w))
            .or_else(|| spanish(text, w))
            .or_else(|| box_number(text, w));
        finds.extend(find.map(|(start, end)| (Kind::Address, start, end)));
    }
    chinese(text, finds);
}

/// A house number such as `12`, `5a`; word `w`.
#[inline(never)]
fn is_number(text: &Text, w: usize) -> bool {
    let word = text.word(w);
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    (1..=5).contains(&digits)
        && word.len() <= digits + 1
        && !matches!(text.before(text.starts(w)), '.' | '#' | '$' | ':')
}

/// Whether word `w + 1` follows word `w` after nothing but some of these characters.
#[inline(never)]
fn next_to(text: &Text, w: usize, between: &str) -> bool {
    let (a, b) = (text.ends(w), text.starts(w + 1));
    w + 1 < text.words().len() && b >= a && b - a <= 2 && text.slice(a, b).iter().all(|c| between.contains(*c))
}

/// Index of the last of up to `most` capitalised words from `w` on, with small words in between where allowed.
#[inline(never)]
fn capitals(text: &Text, w: usize, most: usize, small: &[&str]) -> Option<usize> {
    let mut last = None;
    let mut at = w;
    while at < w + most && at < text.words().len() {
        if text.is_capital(at) {
            last = Some(at);
        } else if !small.contains(&text.word(at)) {
            break;
        }
        if !next_to(text, at, " -'.") {
            break;
        }
        at += 1;
    }
    last
}

/// The end of what follows a street: unit, town, state, code, as far as each is there.
#[inline(never)]
fn tail(text: &Text, mut last: usize) -> usize {
    let mut stop = text.ends(last);
    let mut town = false;
    for _ in 0..4 {
        let next = last + 1;
        if !next_to(text, last, ", ") || text.starts(next) - text.ends(last) > 2 || text.at(text.ends(last)) == '\n' {
            break;
        }
        let word = text.word(next);
        let comma = text.at(text.ends(last)) == ',';
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        let unit = matches!(word, "apt" | "unit" | "suite" | "flat" | "floor" | "piso" | "apartment" | "appt" | "bat")
            || (comma
                && !digits
                && word.len() <= 3
                && word.bytes().any(|b| b.is_ascii_digit())
                && text.at(text.ends(next)) == ' '
                && !town
                && word.bytes().next().is_some_and(|b| b.is_ascii_digit()));
        if unit {
            // "Apt 4B", "3º B"
            let more = usize::from(
                text.words().get(next + 1).is_some_and(|w| w.end - w.start <= 3) && next_to(text, next, " º.ª°"),
            );
            last = next + more;
            stop = text.ends(last);
        } else if postcode(text, next).is_some() && (comma || town || digits) {
            last = postcode(text, next).unwrap_or(next);
            stop = text.ends(last);
            if town || !text.is_capital(last + 1) || !next_to(text, last, " ") {
                break;
            }
        } else if text.is_capital(next)
            && !town_stop(word)
            && (comma || town || last > 0 && postcode(text, last).is_some())
        {
            let until =
                capitals(text, next, 3, &["am", "an", "der", "sur", "de", "la", "del", "en", "le"]).unwrap_or(next);
            // A British code or a state follows the town without a comma: it is not part of its name.
            let cut =
                (next + 1..=until).find(|w| postcode(text, *w).is_some() || state(text, *w)).map_or(until, |w| w - 1);
            (last, stop, town) = (cut, text.ends(cut), true);
            if state(text, last + 1) && next_to(text, last, ", ") {
                last += 1;
                stop = text.ends(last);
            }
        } else {
            break;
        }
    }
    stop
}

fn town_stop(word: &str) -> bool {
    matches!(word, "i" | "ich" | "je" | "yo" | "and" | "but" | "the" | "we" | "it" | "then" | "please")
}

/// Two capitals, as US states are written.
#[inline(never)]
fn state(text: &Text, w: usize) -> bool {
    text.words()
        .get(w)
        .is_some_and(|x| x.end - x.start == 2 && text.slice(x.start, x.end).iter().all(|c| c.is_ascii_uppercase()))
}

/// The last word of a postal code at word `w`: four or five digits, ZIP+4, or British halves.
#[inline(never)]
fn postcode(text: &Text, w: usize) -> Option<usize> {
    let word = text.word(w);
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    if matches!(word.len(), 4..=6) && digits {
        let plus = text.word(w + 1).len() == 4 && text.at(text.ends(w)) == '-' && next_to(text, w, "-");
        return Some(w + usize::from(plus));
    }
    let half = text.word(w + 1);
    let shaped = |s: &str| s.bytes().any(|b| b.is_ascii_digit()) && s.bytes().any(|b| b.is_ascii_alphabetic());
    let british = text.is_capital(w)
        && matches!(word.len(), 2..=4)
        && shaped(word)
        && half.len() == 3
        && shaped(half)
        && half.starts_with(|c: char| c.is_ascii_digit());
    (british && next_to(text, w, " ")).then_some(w + 1)
}

#[inline(never)]
fn english(text: &Text, w: usize) -> Option<(usize, usize)> {
    let flat = matches!(text.word(w), "flat" | "apartment" | "apt" | "unit")
        && is_number(text, w + 1)
        && next_to(text, w, " ");
    let mut at = if flat { w + 2 } else { w };
    let numbered = is_number(text, at) && text.word(at).len() <= 5;
    if !flat && !numbered
        || at > 0 && !flat && next_to(text, at - 1, "./") && text.at(text.starts(at).saturating_sub(1)) != ' '
    {
        return None;
    }
    at += usize::from(numbered);
    if at == 0 || !next_to(text, at - 1, if flat { ", " } else { " " }) {
        return None;
    }
    for street in at..at + 5 {
        // "Queen's Road" is three words.
        let genitive = street > at && text.word(street) == "s" && next_to(text, street - 1, "'’");
        let capital =
            genitive || text.is_capital(street) || text.word(street).bytes().next().is_some_and(|b| b.is_ascii_digit());
        if !capital || (street > at && !next_to(text, street - 1, " .'’-")) {
            return None;
        }
        if street > at
            && EN_STREETS.contains(&text.word(street))
            && !NO_STREET.contains(&text.word(at))
            && !EN_STREETS.contains(&text.word(street + 1))
        {
            let direction = matches!(text.word(street + 1), "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw");
            let last = street + usize::from(direction && text.is_capital(street + 1) && next_to(text, street, " "));
            return Some((text.starts(w), tail(text, last)));
        }
    }
    None
}

#[inline(never)]
fn german(text: &Text, w: usize) -> Option<(usize, usize)> {
    let word = text.word(w);
    let ending = DE_ENDINGS.iter().find(|e| word.ends_with(**e))?;
    let whole = word.len() == ending.len();
    let mut first = w;
    if whole {
        // "Lange Straße 5", "Gotthilf-Gröttner-Ring 82": the name stands before.
        while first > 0 && text.is_capital(first - 1) && next_to(text, first - 1, " -") && w - first < 3 {
            first -= 1;
        }
        while first < w && NO_STREET.contains(&text.word(first)) {
            first += 1;
        }
    }
    let named =
        if whole { first < w && text.is_capital(w) } else { text.is_capital(w) && word.len() >= ending.len() + 3 };
    if !named || DE_SEATS.contains(&word) || !next_to(text, w, ". ") || !is_number(text, w + 1) {
        return None;
    }
    Some((text.starts(first), german_tail(text, w + 1)))
}

/// `82/34`, `5-7`, then code and town.
#[inline(never)]
fn german_tail(text: &Text, mut number: usize) -> usize {
    while next_to(text, number, "/-") && is_number(text, number + 1) && text.ends(number) + 1 == text.starts(number + 1)
    {
        number += 1;
    }
    let code = next_to(text, number, ", ") && text.word(number + 1).len() >= 4 && postcode(text, number + 1).is_some();
    if code && text.is_capital(number + 2) && next_to(text, number + 1, " ") {
        let town = capitals(text, number + 2, 4, &["am", "an", "der", "im", "ob", "bei", "den"]).unwrap_or(number + 2);
        return text.ends(town);
    }
    if code { text.ends(number + 1) } else { text.ends(number) }
}

/// "Am Stadtpark 3", "Unter den Eichen 5a": only with a code or after "Adresse".
#[inline(never)]
fn german_place(text: &Text, w: usize) -> Option<(usize, usize)> {
    let mut name = match text.word(w) {
        "am" | "im" | "zum" | "zur" | "beim" | "hinterm" => w + 1,
        "an" | "in" | "auf" | "unter" | "vor" | "hinter" | "bei" => w + 2,
        _ => return None,
    };
    if name == w + 2 && !matches!(text.word(w + 1), "der" | "den" | "dem") {
        return None;
    }
    name = capitals(text, name, 3, &[])?;
    let number = name + 1;
    if !next_to(text, name, " ") || !is_number(text, number) {
        return None;
    }
    let stop = german_tail(text, number);
    let coded = stop > text.ends(number) + 5;
    (coded || text.context(text.starts(w), 3, LIVING)).then(|| (text.starts(w), stop))
}

#[inline(never)]
fn french(text: &Text, w: usize) -> Option<(usize, usize)> {
    if let Some(found) = german_place(text, w) {
        return Some(found);
    }
    if !is_number(text, w) {
        return None;
    }
    let bis = usize::from(matches!(text.word(w + 1), "bis" | "ter" | "quater") && next_to(text, w, " "));
    let street = w + 1 + bis;
    if !FR_STREETS.contains(&text.word(street)) || !next_to(text, street - 1, ", ") || !next_to(text, street, " .") {
        return None;
    }
    let name =
        capitals(text, street + 1, 6, &["de", "du", "des", "la", "le", "les", "l", "d", "et", "aux", "au", "sur"])?;
    Some((text.starts(w), tail(text, name)))
}

#[inline(never)]
fn spanish(text: &Text, w: usize) -> Option<(usize, usize)> {
    let word = text.word(w);
    if !ES_STREETS.contains(&word) || (word == "c" && text.at(text.ends(w)) != '/') {
        return None;
    }
    let great = w > 0 && word == "via" && text.word(w - 1) == "gran" && next_to(text, w - 1, " ");
    let name = if great && is_number(text, w + 1) {
        w
    } else if next_to(text, w, "/. ") {
        capitals(text, w + 1, 7, &["de", "del", "la", "el", "los", "las", "y", "da", "do", "dei", "della"])?
    } else {
        return None;
    };
    let mut number = name + 1;
    let marked = matches!(text.word(number), "n" | "no" | "num" | "numero" | "nº");
    number += usize::from(marked);
    let near = text.starts(number).saturating_sub(text.ends(name)) <= 4;
    if !is_number(text, number)
        || !near
        || text
            .slice(text.ends(name), text.starts(number))
            .iter()
            .any(|c| !matches!(c, ',' | ' ' | 'n' | 'º' | '.' | '°'))
    {
        return None;
    }
    Some((text.starts(if great { w - 1 } else { w }), tail(text, number)))
}

/// `P.O. Box 4417, Tulsa, OK 74101`, `Postfach 12 34`, `BP 45`, `Apartado de correos 9`.
#[inline(never)]
fn box_number(text: &Text, w: usize) -> Option<(usize, usize)> {
    let (first, number) = match text.word(w) {
        "box" if w > 1 && text.word(w - 1) == "o" && text.word(w - 2) == "p" => (w - 2, w + 1),
        "box" if w > 0 && text.word(w - 1) == "po" => (w - 1, w + 1),
        "postfach" => (w, w + 1),
        "bp" if text.at(text.starts(w)) == 'B' => (w, w + 1),
        "correos" if w > 1 && text.word(w - 2) == "apartado" => (w - 2, w + 1),
        _ => return None,
    };
    if !is_number(text, number) || !next_to(text, number - 1, " ") {
        return None;
    }
    // Germany writes the number in pairs.
    let pair = |w: usize| text.word(w).len() == 2 && is_number(text, w) && next_to(text, w - 1, " ");
    let last = (number..number + 3).take_while(|w| *w == number || pair(*w)).last().unwrap_or(number);
    Some((text.starts(first), tail(text, last)))
}

/// 路 … 号, back to where the place begins, on to 栋, 室.
fn chinese(text: &Text, finds: &mut Finds) {
    let mut i = 0;
    while i < text.len() {
        if !matches!(text.at(i), '路' | '街' | '道' | '巷' | '弄' | '胡' | '村' | '园' | '区') {
            i += 1;
            continue;
        }
        let road = i + 1 + usize::from(text.at(i) == '胡' && text.at(i + 1) == '同');
        let number = text.run(road, |c| c.is_ascii_digit() || matches!(c, '一'..='十' | '百' | '-'));
        i = road;
        if number == road || !matches!(text.at(number), '号' | '弄' | '栋' | '幢') {
            continue;
        }
        let mut end = number + 1;
        loop {
            let digits = text.run(end, |c| c.is_ascii_alphanumeric() || c == '-');
            if digits > end && matches!(text.at(digits), '号' | '栋' | '幢' | '楼' | '室' | '层' | '单' | '座')
            {
                end = digits + 1 + usize::from(text.at(digits) == '单' && text.at(digits + 1) == '元');
            } else {
                break;
            }
        }
        let mut start = road;
        while start > 0
            && is_han(text.at(start - 1))
            && road - start < 24
            && !matches!(text.at(start - 1), '在' | '到' | '于' | '是' | '址' | '寄' | '往' | '去' | '我' | '家' | '住')
        {
            start -= 1;
        }
        if road - start >= 3 {
            finds.push((Kind::Address, start, end));
        }
        i = end;
    }
}
