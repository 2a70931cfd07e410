//! What became of a text that comes again: most cells, texts and keys hold what others hold.

use crate::log::column::Names;

/// So many texts are remembered, and only those that are not longer.
const MOST: usize = 4_000;
const LONGEST: usize = 600;
/// After so many, remembering cells must have paid.
const TRIED: usize = 100;

/// What became of texts, as long as they come again.
pub(super) struct Known<T = Made> {
    texts: Names,
    made: Vec<T>,
    /// The text that was asked for last: columns repeat themselves from row to row.
    last: u32,
    /// How often a text came again, where that decides whether it goes on.
    hits: Option<usize>,
}

/// A new text, if there is one, and whether an original was left in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    pub new: Option<String>,
    pub leaks: bool,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { texts: Names::default(), made: Vec::new(), last: 0, hits: None }
    }
}

impl<T> Known<T> {
    /// One that gives up where most texts come once.
    pub fn of_cells() -> Known<T> {
        Known { hits: Some(0), ..Known::default() }
    }

    /// Whether most texts are met once, so that looking for them is in vain.
    fn is_in_vain(&self) -> bool {
        self.made.len() > TRIED && self.hits.is_some_and(|hits| hits < self.made.len())
    }

    /// What became of a text.
    pub fn get(&mut self, text: &str) -> Option<&mut T> {
        if text.len() > LONGEST || self.is_in_vain() {
            return None;
        }
        let is_last = (self.last as usize) < self.made.len() && self.texts.get(self.last) == text;
        if !is_last {
            self.last = self.texts.find(text)?;
        }
        let made = self.made.get_mut(self.last as usize)?;
        if let Some(hits) = &mut self.hits {
            *hits += 1;
        }
        Some(made)
    }

    /// Remembers it; answers whether there was room.
    pub fn add(&mut self, text: &str, made: impl FnOnce() -> T) -> bool {
        let room = text.len() <= LONGEST && self.made.len() < MOST && !self.is_in_vain();
        let new = room && self.texts.intern(text) as usize == self.made.len();
        if new {
            self.made.push(made());
        }
        new
    }

    /// All texts and what became of them.
    pub fn all(&self) -> impl Iterator<Item = (&str, &T)> {
        (0u32..).zip(&self.made).map(|(number, made)| (self.texts.get(number), made))
    }
}

impl Made {
    /// A new text, if there is one, and whether an original was left in it.
    pub fn new(new: Option<&str>, leaks: bool) -> Made {
        Made { new: new.map(str::to_owned), leaks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_once_is_soon_not_looked_for() {
        for (mut known, gives_up) in [(Known::of_cells(), true), (Known::default(), false)] {
            for number in 0..=TRIED {
                known.add(&number.to_string(), || Made::new(None, number == 0));
            }
            assert_eq!(known.get("0").is_none(), gives_up);
        }
        let mut known = Known::of_cells();
        known.add("a", || Made::new(Some("b"), false));
        assert!((0..TRIED * 2).all(|_| known.get("a").and_then(|made| made.new.as_deref()) == Some("b")));
        for number in 0..=TRIED {
            known.add(&number.to_string(), || Made::new(None, false));
        }
        assert!(known.get("0").is_some() && known.get("c").is_none());
    }
}
