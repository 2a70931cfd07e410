//! NATIONAL_ID: social security, tax, identity card and resident numbers, by check digits or by what they are called.

use super::checks::{luhn, mod_97, resident_number, steuer_id, verhoeff, weighted};
use super::text::Text;
use super::{Finds, Kind};

/// One spelling of a national number: the shape (`9` a digit, `A` a letter, `x` either), and what makes it valid.
struct Form {
    shape: &'static str,
    valid: fn(&str) -> bool,
    /// Words of which one must stand before; none needed if empty.
    words: &'static [&'static str],
}

const SSN: &[&str] = &["ssn", "social", "security", "itin", "taxpayer", "sozialversicherung"];
const NINO: &[&str] = &["nino", "insurance", "ni"];
const TAX: &[&str] = &[
    "steuer",
    "steuerid",
    "steuernummer",
    "steueridentifikationsnummer",
    "idnr",
    "tin",
    "tax",
    "identifikationsnummer",
    "steueridentnummer",
];
const FISCAL: &[&str] = &[
    "fiscal",
    "fiscale",
    "spi",
    "nif",
    "cif",
    "rfc",
    "sin",
    "assurance",
    "bsn",
    "burgerservicenummer",
    "aadhaar",
    "nhs",
    "ahv",
    "avs",
];
const CARD: &[&str] = &[
    "personalausweis",
    "ausweis",
    "ausweisnummer",
    "ausweisnr",
    "perso",
    "passport",
    "reisepass",
    "pass",
    "passnummer",
    "passeport",
    "pasaporte",
    "identity",
    "identite",
    "identidad",
    "cni",
    "sozialversicherungsnummer",
    "versicherungsnummer",
    "rentenversicherungsnummer",
    "sv",
    "license",
    "licence",
    "fuhrerschein",
    "护照",
    "身份证",
    "证件",
];
const DNI: &[&str] = &["dni", "nif", "nie", "documento", "identidad"];

const FORMS: &[Form] = &[
    Form { shape: "999-99-9999", valid: ssn, words: &[] },
    Form { shape: "999 99 9999", valid: ssn, words: SSN },
    Form { shape: "999999999", valid: ssn, words: SSN },
    Form { shape: "AA999999A", valid: nino, words: &[] },
    Form { shape: "AA 99 99 99 A", valid: nino, words: &[] },
    Form { shape: "AA 999999 A", valid: nino, words: &[] },
    Form { shape: "AA999999A", valid: |_| true, words: NINO },
    Form { shape: "AA 99 99 99 A", valid: |_| true, words: NINO },
    Form { shape: "AA-99-99-99-A", valid: nino, words: &[] },
    Form { shape: "99999999A", valid: dni, words: &[] },
    Form { shape: "99999999-A", valid: dni, words: &[] },
    Form { shape: "99999999 A", valid: dni, words: DNI },
    Form { shape: "99.999.999-A", valid: dni, words: &[] },
    Form { shape: "99.999.999A", valid: dni, words: &[] },
    Form { shape: "A9999999A", valid: dni, words: &[] },
    Form { shape: "A-9999999-A", valid: dni, words: &[] },
    Form { shape: "A9999999-A", valid: dni, words: &[] },
    Form { shape: "99999xx99999999", valid: nir, words: &[] },
    Form { shape: "9 99 99 xx 999 999 99", valid: nir, words: &[] },
    Form { shape: "9 99 99 xx 999 999", valid: nir, words: &["securite", "nir", "secu", "sociale"] },
    Form { shape: "99999999999", valid: steuer, words: TAX },
    Form { shape: "99 999 999 999", valid: steuer, words: &[] },
    Form { shape: "99 99999999 9", valid: steuer, words: TAX },
    Form { shape: "99999999999999999x", valid: resident_number, words: &[] },
    Form { shape: "999999 99999999 999x", valid: resident, words: &[] },
    Form { shape: "999.999.999-99", valid: cpf, words: &[] },
    Form { shape: "99999999999", valid: cpf, words: &["cpf"] },
    Form { shape: "999 999 999", valid: |t| luhn(&numbers(t)), words: FISCAL },
    Form { shape: "999-999-999", valid: |t| luhn(&numbers(t)), words: FISCAL },
    Form { shape: "999999999", valid: bsn, words: FISCAL },
    Form { shape: "9999 9999 9999", valid: |t| verhoeff(&numbers(t)), words: FISCAL },
    Form { shape: "999 999 9999", valid: nhs, words: &["nhs"] },
    Form { shape: "756.9999.9999.99", valid: |_| true, words: &[] },
    Form { shape: "AAAAAA99A99A999A", valid: |_| true, words: &[] },
    Form { shape: "AAAA999999AAAAAAx9", valid: |_| true, words: &[] },
    Form { shape: "AAAA999999xxx", valid: |_| true, words: &["rfc"] },
    Form { shape: "99 999999 A 999", valid: |_| true, words: CARD },
    Form { shape: "99999999A999", valid: |_| true, words: CARD },
    Form { shape: "A99999999", valid: |_| true, words: CARD },
    Form { shape: "AA9999999", valid: |_| true, words: CARD },
    Form { shape: "Axxxxxxxx", valid: digit_rich, words: CARD },
    Form { shape: "Axxxxxxxxx", valid: digit_rich, words: CARD },
    Form { shape: "999999999999", valid: |_| true, words: CARD },
    Form { shape: "999999999", valid: |_| true, words: CARD },
    Form { shape: "9999999999999", valid: |_| true, words: FISCAL },
    Form { shape: "99/999/99999", valid: |_| true, words: TAX },
    Form { shape: "999/999/99999", valid: |_| true, words: TAX },
    Form { shape: "999999 9999", valid: |_| true, words: &["personnummer", "cpr", "fodselsnummer"] },
    Form { shape: "999999-9999", valid: |_| true, words: &["personnummer", "cpr", "henkilotunnus"] },
];

#[inline(never)]
fn numbers(text: &str) -> Vec<u8> {
    text.chars().filter_map(|c| c.to_digit(10)).map(|d| d as u8).collect()
}

fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0u32, |n, d| n.wrapping_mul(10).wrapping_add(u32::from(*d)))
}

/// US: no area 000 or 666, no group 00, no serial 0000; 9xx is an ITIN, with groups from 50 on.
fn ssn(text: &str) -> bool {
    let d = numbers(text);
    let part = |range: std::ops::Range<usize>| value(d.get(range).unwrap_or_default());
    let (area, group, serial) = (part(0..3), part(3..5), part(5..9));
    !matches!(area, 0 | 666) && (area < 900 || group >= 50) && group > 0 && serial > 0
}

/// UK: letters that are never used, and the final A to D.
fn nino(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(char::is_ascii_alphabetic).collect();
    let [a, b, last] = letters[..] else { return false };
    !"dfiquv".contains(a)
        && !"dfiquvo".contains(b)
        && !["bg", "gb", "kn", "nk", "nt", "tn", "zz"].contains(&format!("{a}{b}").as_str())
        && ('a'..='d').contains(&last)
}

/// Spain: DNI and NIE, the letter is the number modulo 23.
fn dni(text: &str) -> bool {
    let mut d = numbers(text);
    let first = text.chars().next().unwrap_or(' ');
    if first.is_ascii_alphabetic() {
        let Some(digit) = "xyz".find(first) else { return false };
        d.insert(0, digit as u8);
    }
    let letter = "trwagmyfpdxbnjzsqvhlcke".chars().nth(value(&d) as usize % 23);
    d.len() == 8 && text.chars().last() == letter
}

/// France: sex, year, month, department (2A and 2B count 19 and 18), number, and 97 minus the remainder.
fn nir(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let compact = compact.replacen("2a", "19", 1).replacen("2b", "18", 1);
    let d = numbers(&compact);
    if d.len() != compact.len() || !matches!(d.first(), Some(1..=4 | 7 | 8)) {
        return false;
    }
    let month = value(d.get(3..5).unwrap_or_default());
    let key = value(d.get(13..15).unwrap_or_default());
    let plausible = (1..=12).contains(&month) || (20..=99).contains(&month);
    let rest = mod_97(d.iter().take(13).filter_map(|d| char::from_digit(u32::from(*d), 10)));
    plausible && (d.len() == 13 || rest.is_some_and(|rest| 97 - rest == key))
}

fn steuer(text: &str) -> bool {
    steuer_id(&numbers(text))
}

fn resident(text: &str) -> bool {
    resident_number(&text.replace(' ', ""))
}

/// Brazil: two check digits modulo 11.
fn cpf(text: &str) -> bool {
    let d = numbers(text);
    let check = |n: usize| {
        let sum: u32 = d.iter().take(n).zip((2..=n as u32 + 1).rev()).map(|(d, w)| u32::from(*d) * w).sum();
        d.get(n).map(|d| u32::from(*d)) == Some(sum * 10 % 11 % 10)
    };
    check(9) && check(10) && d.windows(2).any(|pair| pair.first() != pair.last())
}

/// Netherlands: the eleven test.
fn bsn(text: &str) -> bool {
    let d = numbers(text);
    let sum = weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]);
    d.last().is_some_and(|last| (sum + 11 - u32::from(*last) % 11).is_multiple_of(11))
}

/// England: modulo 11 with weights 10 to 2.
fn nhs(text: &str) -> bool {
    let d = numbers(text);
    let rest = 11 - weighted(&d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    d.last().map(|d| u32::from(*d)) == Some(rest % 11)
}

fn digit_rich(text: &str) -> bool {
    numbers(text).len() >= 4
}

/// Numbers by which states know people.
pub(crate) fn ids(text: &Text, finds: &mut Finds) {
    // No form has fewer.
    if text.digits < 4 {
        return;
    }
    for i in 0..text.len() {
        if !text.at(i).is_ascii_alphanumeric() || text.joined_before(i) {
            continue;
        }
        // A form begins with a letter or with a digit.
        let digit = text.at(i).is_ascii_digit();
        let longest = FORMS
            .iter()
            .filter(|form| form.shape.starts_with('A') != digit)
            .filter_map(|form| {
                let end = fits(text, i, form.shape)?;
                let named = || form.words.is_empty() || text.context(i, 6, form.words);
                (named() && (form.valid)(text.flat(i, end))).then_some(end)
            })
            .max();
        finds.extend(longest.map(|end| (Kind::NationalId, i, end)));
    }
}

/// The end of a shape that begins at `i` and is not part of anything longer.
#[inline(never)]
fn fits(text: &Text, i: usize, shape: &str) -> Option<usize> {
    let mut end = i;
    for form in shape.chars() {
        let c = text.at(end);
        let fits = match form {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_alphabetic(),
            'x' => c.is_ascii_alphanumeric(),
            other => c == other,
        };
        if !fits {
            return None;
        }
        end += 1;
    }
    let more = |i: usize| matches!(text.at(i), '-' | '.' | '/' | ',') && text.at(i + 1).is_ascii_digit();
    let before = matches!(text.before(i), '-' | '.' | '/' | '_') && i > 1 && text.at(i - 2).is_ascii_digit();
    (!text.joined_after(end) && !more(end) && !before).then_some(end)
}
