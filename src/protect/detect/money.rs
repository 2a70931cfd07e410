//! IBAN and CREDIT_CARD: found only with valid check digits.

use super::checks::{luhn, mod_97};
use super::text::Text;
use super::{Finds, Kind};

/// Length of an IBAN by country (ISO 13616 registry).
const IBAN_LENGTHS: &[(usize, &str)] = &[
    (15, "no"),
    (16, "be"),
    (18, "dk fk fo fi gl nl sd"),
    (19, "mk si"),
    (20, "at ba ee kz lt lu mn xk"),
    (21, "ch cr hr li lv"),
    (22, "bg bh de gb ge ie me rs va"),
    (23, "ae gi il iq om so tl"),
    (24, "ad cz es md pk ro sa se sk tn vg"),
    (25, "ly pt st"),
    (26, "is tr"),
    (27, "bi dj fr gr it mc mr sm"),
    (28, "al az by cy do gt hu lb ni pl sv"),
    (29, "br eg ps qa ua"),
    (30, "jo kw mu ye"),
    (31, "mt sc"),
    (32, "lc"),
    (33, "ru"),
];

/// IBANs, with single spaces or dashes between their characters.
pub(crate) fn ibans(text: &Text, finds: &mut Finds) {
    for i in 0..text.len().saturating_sub(14) {
        let starts = text.at(i).is_ascii_alphabetic()
            && text.at(i + 1).is_ascii_alphabetic()
            && text.at(i + 2).is_ascii_digit()
            && text.at(i + 3).is_ascii_digit()
            && !text.joined_before(i);
        if !starts {
            continue;
        }
        let country = text.flat(i, i + 2);
        let Some((length, _)) = IBAN_LENGTHS.iter().find(|(_, codes)| codes.split(' ').any(|c| c == country)) else {
            continue;
        };
        let mut characters = Vec::with_capacity(*length);
        let mut end = i;
        while characters.len() < *length {
            let c = text.at(end);
            let separator = matches!(c, ' ' | '-' | '.') && text.at(end + 1).is_ascii_alphanumeric();
            if c.is_ascii_alphanumeric() {
                characters.push(c);
            } else if !separator {
                break;
            }
            end += 1;
        }
        let (head, tail) = characters.split_at(characters.len().min(4));
        let valid = characters.len() == *length && mod_97(tail.iter().chain(head).copied()) == Some(1);
        if valid && !text.joined_after(end) {
            finds.push((Kind::Iban, i, end));
        }
    }
}

/// Lengths that a card number may have, by its first digits (ISO/IEC 7812 ranges of the large issuers).
fn issued(digits: &[u8]) -> bool {
    let first = |n: usize| digits.iter().take(n).fold(0u32, |number, d| number * 10 + u32::from(*d));
    match digits.len() {
        13 => first(1) == 4,
        14 => matches!(first(3), 300..=305) || matches!(first(2), 36 | 38 | 39),
        15 => matches!(first(2), 34 | 37),
        16 | 19 => {
            first(1) == 4
                || matches!(first(2), 51..=55 | 62 | 65 | 50 | 56..=58 | 63 | 67)
                || matches!(first(4), 2221..=2720 | 6011 | 3528..=3589)
                || matches!(first(3), 644..=649)
        }
        _ => false,
    }
}

/// Card numbers, in one run or grouped as they are printed.
pub(crate) fn cards(text: &Text, finds: &mut Finds) {
    const NOT_CARDS: &[&str] = &["seed", "hash", "timestamp", "barcode", "isbn", "ean", "种子"];
    let mut i = if text.digits < 13 { text.len() } else { 0 };
    while i < text.len() {
        if !text.at(i).is_ascii_digit() || text.joined_before(i) || text.before(i) == '.' {
            i += 1;
            continue;
        }
        let (mut end, mut groups) = (i, Vec::new());
        loop {
            let next = text.run(end, |c| c.is_ascii_digit());
            groups.push(next - end);
            end = next;
            if matches!(text.at(end), ' ' | '-' | '.') && text.at(end + 1).is_ascii_digit() && groups.len() < 6 {
                end += 1;
            } else {
                break;
            }
        }
        let digits = text.digits_in(i, end);
        let printed = matches!(
            groups[..],
            [13 | 14 | 15 | 16 | 19] | [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3] | [4, 4, 4, 1] | [6, 13]
        );
        if printed
            && issued(&digits)
            && luhn(&digits)
            && !text.joined_after(end)
            && !(text.at(end) == '.' && text.at(end + 1).is_ascii_digit())
            && !text.context(i, 2, NOT_CARDS)
        {
            finds.push((Kind::CreditCard, i, end));
        }
        i = end.max(i + 1);
    }
}
