//! PHONE: E.164 and the national ways of writing numbers, by shape and by words such as "call" before them.

use super::text::Text;
use super::{Finds, Kind};

/// Words after which digits are a telephone number.
const STRONG: &[&str] = &[
    "phone",
    "ph",
    "telephone",
    "tel",
    "cell",
    "cellphone",
    "mobile",
    "call",
    "ring",
    "text",
    "sms",
    "whatsapp",
    "fax",
    "dial",
    "reach",
    "contact",
    "handy",
    "telefon",
    "telefonnummer",
    "telefonnr",
    "handynummer",
    "mobil",
    "mobilnummer",
    "anrufen",
    "erreichen",
    "erreichbar",
    "rufnummer",
    "festnetz",
    "durchwahl",
    "ruf",
    "portable",
    "appelez",
    "appeler",
    "joindre",
    "joignable",
    "fixe",
    "telefono",
    "movil",
    "celular",
    "llamame",
    "llamar",
    "llame",
    "telefax",
    "signal",
    "viber",
    "phonenumber",
    "landline",
    "hotline",
    "电话",
    "手机",
    "拨打",
    "致电",
    "联系",
    "座机",
    "号码",
    "打",
];
/// Words after which digits may be one, if they also look like one.
const WEAK: &[&str] = &[
    "number", "nummer", "numero", "num", "nr", "home", "work", "office", "my", "me", "meine", "mon", "mi", "unter",
    "au", "al", "微信",
];
/// Words after which eleven digits are something else.
const OTHERS: &[&str] = &[
    "seed",
    "id",
    "order",
    "timestamp",
    "hash",
    "code",
    "graine",
    "semilla",
    "bestellnummer",
    "commande",
    "pedido",
    "种子",
    "编号",
    "订单",
    "订单号",
    "isbn",
    "serie",
    "sequence",
];

/// A run of digits and separators.
struct Number {
    start: usize,
    end: usize,
    /// Length of each group of digits.
    groups: Vec<usize>,
    digits: Vec<u8>,
    plus: bool,
    brackets: bool,
    /// Only spaces stand between the groups.
    spaced: bool,
}

/// Telephone numbers, without words or extensions.
pub(crate) fn phones(text: &Text, finds: &mut Finds) {
    let mut i = 0;
    while i < text.len() {
        let c = text.at(i);
        let opens = c.is_ascii_digit() || (matches!(c, '+' | '(') && matches!(text.at(i + 1), '0'..='9' | '+' | '('));
        let joined = text.joined_before(i) || matches!(text.before(i), '.' | '-' | '/' | '_' | '#' | '$' | '€' | '£');
        if !opens || joined {
            // A number inside a longer run is not looked at again from its middle.
            i = if c.is_ascii_digit() { text.run(i, |c| c.is_ascii_digit()) } else { i + 1 };
            continue;
        }
        let number = parse(text, i);
        let more = text.joined_after(number.end) && !text.flat(number.end, number.end + 3).starts_with(['x', 'e'])
            || matches!(text.at(number.end), ':' | '%' | '$' | '€')
                && text.before(number.end).is_ascii_digit()
                && text.at(number.end + 1) != ' '
            || text.at(number.end) == ',' && text.at(number.end + 1).is_ascii_digit();
        if !more && is_phone(text, &number) {
            finds.push((Kind::Phone, number.start, number.end));
        }
        i = number.end.max(i + 1);
    }
}

#[inline(never)]
fn parse(text: &Text, start: usize) -> Number {
    let (mut i, mut end, mut groups) = (start, start, Vec::new());
    let (mut plus, mut open, mut brackets, mut spaced) = (false, false, false, true);
    let mut separators = 0;
    while i < text.len() {
        let c = text.at(i);
        match c {
            '0'..='9' => {
                let next = text.run(i, |c| c.is_ascii_digit());
                groups.push(next - i);
                (i, separators) = (next, 0);
                if !open {
                    end = next;
                }
                continue;
            }
            '+' if !plus && groups.is_empty() => plus = true,
            '(' if !open && !brackets => open = true,
            ')' if open => {
                (open, brackets, end) = (false, true, i + 1);
            }
            ' ' | '-' | '.' | '/' if !groups.is_empty() => {
                spaced &= c == ' ';
                separators += 1;
            }
            _ => break,
        }
        // ") " and " (" are two, " - " is arithmetic.
        if separators > 1 || groups.len() > 8 {
            break;
        }
        i += 1;
    }
    // A bracket that never closed belongs to the sentence.
    let digits = text.digits_in(start, end);
    let mut total = 0;
    groups.retain(|g| {
        total += g;
        total <= digits.len()
    });
    Number { start, end, groups, digits, plus, brackets, spaced }
}

#[inline(never)]
fn is_phone(text: &Text, number: &Number) -> bool {
    let Number { groups, digits, .. } = number;
    let n = digits.len();
    let strong = || {
        text.context(number.start, 4, STRONG)
            || text.followed(number.end, 1, &["anrufen", "ext", "whatsapp", "sms", "extension"])
    };
    let weak = || text.context(number.start, 4, WEAK) || strong();
    let digit = |i: usize| digits.get(i).copied().unwrap_or(0);
    let date = matches!(groups[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4]);
    let single = groups.len() == 1;
    if number.plus {
        return (8..=15).contains(&n) && digit(0) != 0 && groups.len() <= 7;
    }
    if !(7..=15).contains(&n) || date {
        return false;
    }
    let other = || text.context(number.start, 3, OTHERS);
    // Numbers that end in one digit after a space are lists: "8 3 9 2 7".
    let list = groups.len() > 3 && groups.iter().filter(|g| **g == 1).count() > 1;
    let america = digit(n.saturating_sub(10)) >= 2 && digit(n.saturating_sub(7)) >= 2;
    match groups[..] {
        [3, 3, 4] if america => !number.spaced || number.brackets || weak(),
        [1, 3, 3, 4] if america && digit(0) == 1 => !number.spaced || number.brackets || weak(),
        [3, 7] if america && number.brackets => true,
        [3, 4] => !number.spaced && strong() && digit(0) >= 2,
        [11] | [3, 4, 4] if digit(0) == 1 && digit(1) >= 3 => !other(),
        _ if digit(0) == 0 && digit(1) == 0 => n >= 10 && (weak() || !single && !number.spaced),
        _ if digit(0) == 0 && (9..=12).contains(&n) => {
            let shape = (matches!(groups.first(), Some(2..=6)) || strong())
                && groups.iter().skip(1).all(|g| (2..=9).contains(g));
            // "(0)" of +49 (0)30 needs its plus; short last groups are direct lines.
            (single && weak() && !other())
                || (!single && (shape || number.brackets) && !list && (!other() || number.brackets || strong()))
        }
        [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2] | [9] if (6..=9).contains(&digit(0)) => weak() && !other(),
        _ => {
            strong()
                && !list
                && groups.iter().all(|g| *g >= 2)
                && (single || groups.len() <= 5)
                && n <= 13
                && near(text, number.start)
        }
    }
}

/// Whether the word that announces a number stands right before it: no comma, at most three words away.
#[inline(never)]
fn near(text: &Text, i: usize) -> bool {
    let from =
        (0..i).rev().find(|j| matches!(text.at(*j), ',' | '.' | ';') && text.at(j + 1) == ' ').map_or(0, |j| j + 1);
    let w = text.word_from(i);
    (w.saturating_sub(3)..w)
        .any(|w| text.words().get(w).is_some_and(|x| x.start >= from) && STRONG.contains(&text.word(w)))
        || STRONG.iter().any(|s| !s.is_ascii() && text.flat(i.saturating_sub(6), i).contains(s))
}
