//! Tells keys of objects that an experiment named from those that are data, such as somebody's nickname.
//!
//! A key stays if it is a word of the study (the name of a field, app or page, a category, or a word that [`names`] knows),
//! or if it is spelled as a field and most of those who have an object of the kind have it, here or elsewhere; where only
//! one has such an object, and in settings of sessions, which differ by design, it must be of plain words, beside none
//! that is not spelled as a field.

use crate::order::Set;
use crate::protect::names;
use crate::protect::pseudonym::uuid_bytes;

/// Numbers of so many digits are rounds and items rather than somebody's.
const SHORT: usize = 4;

/// Those who have the objects at a path.
#[derive(Clone, Copy)]
pub(super) struct Holders {
    /// How many.
    pub count: u64,
    /// Whether what most of them have says nothing.
    pub differ: bool,
}

/// Of keys with how many have each: those that may be data, unless they are among the `words` of the study, in lower
/// case, which those join that most have.
pub(super) fn rare<'k>(
    keys: impl Iterator<Item = (&'k str, u64)> + Clone,
    holders: Holders,
    words: &mut Set<String>,
) -> Set<String> {
    let few = holders.differ || holders.count < 2;
    let named = !few || keys.clone().all(|(key, _)| is_spelled(key) || is_number(key) || uuid_bytes(key).is_some());
    let stays = |key: &str, count: u64| match is_number(key) {
        true => few || count > 1,
        false if few => named && is_plain(key),
        false => is_spelled(key) && count.saturating_mul(2) > holders.count,
    };
    let (stay, rare): (Vec<_>, Vec<_>) = keys.partition(|(key, count)| stays(key, *count) || names::is_word(key));
    words.extend(stay.into_iter().filter(|_| !few).map(|(key, _)| key.to_lowercase()));
    rare.into_iter().map(|(key, _)| key.to_owned()).collect()
}

fn is_number(key: &str) -> bool {
    key.len() <= SHORT && !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a key is spelled as fields are.
fn is_spelled(key: &str) -> bool {
    key.trim_start_matches('_').starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Whether a key is of words and numbers that stand alone, as `num_rounds`, `item_12` or `q3`, but not `kev88`.
fn is_plain(key: &str) -> bool {
    let plain = |part: &str| {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        digits.bytes().all(|b| b.is_ascii_digit()) && (digits.is_empty() || part.len() <= digits.len() + 1)
    };
    is_spelled(key) && key.split(['_', '-']).all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rare_of(keys: &[(&str, u64)], count: u64, differ: bool) -> Vec<String> {
        rare(keys.iter().copied(), Holders { count, differ }, &mut Set::new()).into_iter().collect()
    }

    #[test]
    fn most_must_have_what_is_no_word_of_the_study() {
        let keys =
            [("q1", 9), ("numRounds", 9), ("kev_the_great", 4), ("Shark88", 9), ("Wo wohnst du?", 9), ("Age", 1)];
        assert_eq!(rare_of(&keys, 9, false), ["Shark88", "Wo wohnst du?", "kev_the_great"]);
        assert_eq!(rare_of(&[("1", 2), ("2", 1), ("12345", 9)], 9, false), ["12345", "2"]);
        assert_eq!(rare_of(&[("a", 5)], 10, false), ["a"], "half are not most");
    }

    #[test]
    fn where_one_has_them_all_must_look_like_names_of_fields() {
        let settings = [("treatment", 1), ("num_rounds", 1), ("maxBid", 1), ("p1", 1), ("item_12", 1), ("7", 1)];
        assert!(rare_of(&settings, 1, false).is_empty());
        assert!(rare_of(&settings, 3, true).is_empty());
        assert_eq!(rare_of(&[("treatment", 1), ("kev88", 1)], 1, false), ["kev88"]);
        assert_eq!(rare_of(&[("treatment", 1), ("Shark88", 1), ("age", 1)], 1, false), ["Shark88", "treatment"]);
    }
}
