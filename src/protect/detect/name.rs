//! NAME in languages with letters: by title, introduction, farewell, label, relation, and by known given names.

use super::given::{is_given, listed, may_be_given};
use super::name_words::{FAMOUS, FAREWELLS, INTRODUCTIONS, NO_NAMES, PARTICLES, RELATIONS, TITLES, Trust};
use super::text::Text;
use super::{Finds, Kind};

/// Names of people.
pub(crate) fn names(text: &Text, finds: &mut Finds) {
    for w in 0..text.words().len() {
        let find = titled(text, w)
            .or_else(|| introduced(text, w))
            .or_else(|| labelled(text, w))
            .or_else(|| farewell(text, w))
            .or_else(|| related(text, w))
            .or_else(|| known(text, w));
        finds.extend(find.map(|(a, b)| (Kind::Name, a, b)));
    }
}

#[inline(never)]
fn gap(text: &Text, w: usize) -> &[char] {
    text.slice(text.ends(w), text.starts(w + 1))
}

/// A capitalised word that may be a name: not a stop word, not all capitals (unless short), no digits.
#[inline(never)]
fn may_be_name(text: &Text, w: usize) -> bool {
    if !text.is_capital(w) {
        return false;
    }
    let Some(word) = text.words().get(w) else { return false };
    let chars = text.slice(word.start, word.end);
    let shouted = chars.len() > 1 && chars.iter().all(|c| c.is_uppercase());
    !shouted && chars.len() > 1 && !chars.iter().any(|c| c.is_ascii_digit()) && !listed(NO_NAMES, text.word(w))
}

/// The last word of a name that begins at word `w`: hyphens, apostrophes, initials, particles, at most four parts.
#[inline(never)]
fn last_of(text: &Text, w: usize) -> usize {
    let mut last = w;
    let mut next = w + 1;
    while next < w + 6 && next < text.words().len() {
        let between = gap(text, next - 1);
        let initial = text.ends(next - 1) - text.starts(next - 1) == 1 && between == ['.', ' '];
        let joined = matches!(between, ['-'] | ['\'']);
        if !(between == [' '] || joined || initial) {
            break;
        }
        let letter = text.ends(next) - text.starts(next) == 1;
        if joined && text.word(next) == "s" {
            break;
        }
        if may_be_name(text, next) || (letter && text.is_capital(next) && text.at(text.ends(next)) == '.') {
            last = next;
        } else if !PARTICLES.contains(&text.word(next)) {
            break;
        }
        next += 1;
    }
    last
}

#[inline(never)]
fn name_from(text: &Text, w: usize) -> Option<(usize, usize)> {
    // "J. R. Hartley": initials count when a name follows.
    let initial = text.is_capital(w) && text.ends(w) - text.starts(w) == 1 && text.at(text.ends(w)) == '.';
    (may_be_name(text, w) || initial && last_of(text, w) > w).then(|| (text.starts(w), text.ends(last_of(text, w))))
}

/// "Frau Dr. Lohmeyer", "Mrs. Whitcombe"; the span begins at "Dr.", else after the title.
#[inline(never)]
fn titled(text: &Text, w: usize) -> Option<(usize, usize)> {
    let word = text.word(w);
    if !text.is_capital(w) && !word.starts_with("dr") && !word.starts_with("senor") {
        return None;
    }
    let doctor = matches!(word, "dr" | "dra") && (text.is_capital(w) || text.at(text.ends(w)) == '.');
    let title = TITLES.contains(&word) && (text.is_capital(w) || word.starts_with("senor"));
    if !doctor && !title || !matches!(gap(text, w), [' '] | ['.', ' '] | ['.']) || text.ends(w) == text.len() {
        return None;
    }
    // "12 Rosewood Dr" and "Mr." at the end of a street are not titles: a name must follow.
    let (from, to) = name_from(text, w + 1)?;
    Some((if doctor { text.starts(w) } else { from }, to))
}

/// How the last words of introductions begin, a bit for each letter, by how they end.
const LAST_WORDS: [u32; 32] = {
    let mut all = [0; 32];
    let mut i = 0;
    while i < INTRODUCTIONS.len() {
        let words = INTRODUCTIONS[i].0.as_bytes();
        let mut begin = words.len() - 1;
        while begin > 0 && words[begin - 1] != b' ' {
            begin -= 1;
        }
        all[(words[words.len() - 1] & 31) as usize] |= 1 << (words[begin] & 31);
        i += 1;
    }
    all
};

#[inline(never)]
fn introduced(text: &Text, w: usize) -> Option<(usize, usize)> {
    // What stands before a name is a space, a colon or a quote, not the end of a sentence.
    let before = w.checked_sub(1)?;
    if !gap(text, before).iter().all(|c| matches!(c, ' ' | ':' | '"' | '\'' | ',')) || gap(text, before).len() > 3 {
        return None;
    }
    let said = text.word(before);
    // Hardly any word is the last of an introduction.
    let ends = said.as_bytes().first().zip(said.as_bytes().last());
    if ends.is_none_or(|(first, last)| LAST_WORDS[usize::from(last & 31)] >> (first & 31) & 1 == 0) {
        return None;
    }
    let trust = INTRODUCTIONS
        .iter()
        .filter(|(words, _)| {
            words.as_bytes().last() == said.as_bytes().last() && words.ends_with(said) && {
                let count = words.split(' ').count();
                count <= w && words.split(' ').zip(w - count..).all(|(said, at)| text.word(at) == said)
            }
        })
        .map(|(words, trust)| (words.len(), *trust))
        .max_by_key(|(length, _)| *length)?
        .1;
    let given = is_given(text.word(w));
    if !given && !text.is_capital(w) {
        return None;
    }
    if !text.is_capital(w) {
        let alone = matches!(text.at(text.ends(w)), '\0' | '.' | ',' | '!' | '\n');
        return (trust == Trust::Any && given || trust == Trust::Proper && given && alone)
            .then(|| (text.starts(w), text.ends(w)));
    }
    let (from, to) = name_from(text, w)?;
    let several = last_of(text, w) > w;
    let alone = matches!(text.at(to), '\0' | '.' | ',' | '!' | '\n' | ')')
        || matches!(text.word(w + 1), "and" | "from" | "y" | "et" | "de" | "la" | "el" | "by");
    let proper = match trust {
        Trust::Any => true,
        Trust::Proper => given || several || alone && !adjective(text.word(w)),
        Trust::Known => given,
    };
    proper.then_some((from, to))
}

/// Endings of words for where people come from and what they are like, which some write with a capital.
fn adjective(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "ana", "ano", "ense", "esa", "ista", "ienne", "ien", "aise", "ais", "oise", "ois", "iste", "ed", "ing", "ous",
        "ful", "ish", "ian", "ese",
    ];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// `participant_name: Lucia Ferrante`, `"vorname": "Jan"`, `Name: …`.
#[inline(never)]
fn labelled(text: &Text, w: usize) -> Option<(usize, usize)> {
    const LABELS: &[&str] = &[
        "name",
        "nombre",
        "nom",
        "vorname",
        "nachname",
        "prenom",
        "apellido",
        "apellidos",
        "firstname",
        "lastname",
        "surname",
        "fullname",
        "username",
        "participant",
        "signature",
        "contact",
    ];
    const KINDS: &[&str] = &[
        "file",
        "page",
        "app",
        "game",
        "task",
        "group",
        "team",
        "field",
        "display",
        "class",
        "function",
        "module",
        "brand",
        "country",
        "room",
        "nick",
        "domain",
        "host",
        "code",
        "condition",
    ];
    let before = w.checked_sub(1)?;
    let mark = gap(text, before);
    let marked = mark.iter().any(|c| matches!(c, ':' | '='))
        && mark.iter().all(|c| matches!(c, ':' | '=' | ' ' | '"' | '\''))
        && mark.len() <= 6;
    let kind = before.checked_sub(1).map_or("", |k| text.word(k));
    let person = text.word(before) != "participant" || is_given(text.word(w));
    (marked && person && LABELS.contains(&text.word(before)) && !KINDS.contains(&kind))
        .then(|| name_from(text, w))
        .flatten()
}

/// "Kind regards,\nPeter Lindqvist" at the end of a text or line, "signé : Odette".
#[inline(never)]
fn farewell(text: &Text, w: usize) -> Option<(usize, usize)> {
    let before = w.checked_sub(1)?;
    let word = text.word(before);
    if !text.is_capital(w) || !FAREWELLS.contains(&word) {
        return None;
    }
    let mark = gap(text, before);
    let short = mark.len() <= 5 && mark.iter().all(|c| matches!(c, ' ' | ',' | '\n' | '\r' | '!' | '.' | '-' | '—'));
    let comma = mark.iter().any(|c| matches!(c, ',' | '\n' | '!' | '—'));
    let thanks = matches!(word, "thanks" | "thx" | "merci" | "gracias" | "danke" | "best" | "love" | "yours" | "vous");
    if !short || (thanks && !comma) {
        return None;
    }
    let (from, to) = name_from(text, w)?;
    let rest = text.skip_spaces(to);
    matches!(text.at(rest), '\0' | '\n' | '<' | '(' | '.' | '\r' | '/').then_some((from, to))
}

/// "my roommate Jessica", "I told Oyelaran".
#[inline(never)]
fn related(text: &Text, w: usize) -> Option<(usize, usize)> {
    let before = w.checked_sub(1)?;
    if !text.is_capital(w) {
        return None;
    }
    let word = text.word(before);
    let apart = matches!(gap(text, before), [',', ' ']);
    let close = gap(text, before) == [' '] || apart && text.at(text.ends(w)) == ',';
    let name = RELATIONS.contains(&word) && close && may_be_name(text, w);
    let partner = matches!(word, "partner" | "partnerin" | "partenaire")
        && close
        && is_given(text.word(w))
        && may_be_name(text, w);
    (name || partner).then(|| (text.starts(w), text.ends(last_of(text, w))))
}

/// A known given name, with what follows it as surname.
#[inline(never)]
fn known(text: &Text, w: usize) -> Option<(usize, usize)> {
    // Part of a name that began before: that one covers it.
    if w > 0 && matches!(gap(text, w - 1), ['-'] | ['@'] | ['.'] | ['_'] | ['/'])
        || matches!(text.at(text.ends(w)), '@' | '_' | '.' if text.at(text.ends(w) + 1).is_ascii_lowercase())
    {
        return None;
    }
    if !may_be_name(text, w) {
        return None;
    }
    let last = last_of(text, w);
    if !(is_given(text.word(w)) || last > w && may_be_given(text.word(w))) {
        return None;
    }
    let famous = (w..=last).any(|w| listed(FAMOUS, text.word(w)));
    let cited = text.followed(text.ends(last), 2, &["et", "al", "theorem", "effect", "theory"])
        && text.word(last + 1) == "et"
        && text.word(last + 2) == "al";
    (!famous && !cited && !text.is_about_works()).then(|| (text.starts(w), text.ends(last)))
}
