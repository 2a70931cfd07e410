//! Values as a person reads them: the content of a text, the JSON of everything else, and no more than a cell holds.

use crate::json;
use crate::log::Log;
use crate::log::column::ValueId;
use crate::value::Type;
use std::borrow::Cow;

/// Most characters of a value that are shown; longer ones end with an ellipsis.
pub const MOST: usize = 2000;

/// A value of a log as a person reads it; a deletion reads as nothing.
pub fn content(log: &Log, id: ValueId) -> Cow<'_, str> {
    if id.is_tombstone() {
        return Cow::Borrowed("");
    }
    let (kind, text) = log.values.get(id);
    match text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if kind != Type::CELL => match inner.contains('\\') {
            false => Cow::Borrowed(inner),
            true => json::content(text).map_or(Cow::Borrowed(text), Cow::Owned),
        },
        _ => Cow::Borrowed(text),
    }
}

/// The beginning of a text, with an ellipsis where something was left out.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A value as the page shows it; `None` for a deletion.
pub fn cell(log: &Log, id: ValueId) -> Option<String> {
    (!id.is_tombstone()).then(|| short(&content(log, id)))
}

/// The number that a value is; truth values and text are none.
pub fn number(log: &Log, id: ValueId) -> Option<f64> {
    if id.is_tombstone() {
        return None;
    }
    let (kind, text) = log.values.get(id);
    let text = match kind {
        Type::INT | Type::FLOAT | Type::JSON | Type::CELL => text,
        Type::DECIMAL => text.trim_matches('"'),
        _ => return None,
    };
    // Rust reads `inf` and `nan`, too; those are words here.
    let digits = text.trim_start_matches('-').bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'.');
    if digits { text.parse().ok().filter(|n: &f64| n.is_finite()) } else { None }
}

/// Looks for a text in others; the case of ASCII letters makes no difference.
#[derive(Clone, Debug)]
pub struct Needle(Vec<u8>);

impl Needle {
    /// A needle; an empty one is in every text.
    pub fn new(text: &str) -> Needle {
        Needle(text.trim().to_ascii_lowercase().into_bytes())
    }

    /// Whether everything matches.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it occurs in a text.
    pub fn is_in(&self, text: &str) -> bool {
        let Some((&first, rest)) = self.0.split_first() else { return true };
        let bytes = text.as_bytes();
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).any(|at| {
            let from = at + 1;
            bytes.get(from..from + rest.len()).is_some_and(|there| there.eq_ignore_ascii_case(rest))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles_are_found_whatever_the_case() {
        for (needle, text, found) in [
            ("", "anything", true),
            ("ab", "xxAb", true),
            ("ab", "aab", true),
            ("ab", "a", false),
            ("größe", "GRößE", true),
            ("1.5", "[1,1.5]", true),
            ("z", "", false),
        ] {
            assert_eq!(Needle::new(needle).is_in(text), found, "{needle} in {text}");
        }
    }

    #[test]
    fn long_texts_end_with_an_ellipsis() {
        let long = "ä".repeat(MOST + 1);
        assert_eq!(short(&long).chars().count(), MOST + 1);
        assert!(short(&long).ends_with('…'));
        assert_eq!(short("ä"), "ä");
    }
}
