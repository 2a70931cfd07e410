//! Replaces identifiers inside longer texts: whole words, in any case of letters, the longest first.

use crate::order::{self, Set};
use hashbrown::HashTable;

/// Replaces identifiers that stand as whole words in a text, in any case of letters.
#[derive(Default)]
pub(super) struct Words {
    /// By their first word.
    by_first: HashTable<(String, Vec<Word>)>,
    /// Identifiers without a letter or digit of ASCII, such as Chinese names.
    plain: Vec<Word>,
    known: Set<(String, String)>,
}

struct Word {
    text: String,
    /// Where its first letter or digit stands.
    offset: usize,
    /// The session in which the name counts first; empty for all.
    session: String,
    with: String,
}

impl Words {
    /// Adds an identifier; the first replacement of an identifier in a session stays.
    pub fn add(&mut self, text: &str, session: &str, with: &str) {
        if text.trim().is_empty() || !self.known.insert((text.to_ascii_lowercase(), session.to_owned())) {
            return;
        }
        let offset = text.bytes().position(|b| b.is_ascii_alphanumeric());
        let word = |offset| Word { text: text.to_owned(), offset, session: session.to_owned(), with: with.to_owned() };
        match offset {
            Some(offset) => {
                let first = first_word(text.get(offset..).unwrap_or_default());
                let new = || (first.to_ascii_lowercase(), Vec::new());
                let same = |known: &(String, Vec<Word>)| known.0.eq_ignore_ascii_case(first);
                let entry = self.by_first.entry(hash(first), same, |known| hash(&known.0));
                entry.or_insert_with(new).into_mut().1.push(word(offset));
            }
            None => self.plain.push(word(0)),
        }
    }

    /// Puts the longest identifiers first.
    pub fn settle(&mut self) {
        let longest =
            |a: &Word, b: &Word| (b.text.len(), &a.text, &a.session).cmp(&(a.text.len(), &b.text, &b.session));
        self.by_first.iter_mut().for_each(|(_, words)| order::by(words, longest));
        order::by(&mut self.plain, longest);
    }

    /// The identifiers with a first word.
    fn with_first(&self, first: &str) -> Option<&[Word]> {
        let found = self.by_first.find(hash(first), |known| known.0.eq_ignore_ascii_case(first))?;
        Some(&found.1)
    }

    /// The text with every identifier replaced; `None` if there is none.
    pub fn replace(&self, text: &str, session: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let alphanumeric = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let mut out = String::new();
        let (mut done, mut at) = (0, 0);
        while at < bytes.len() {
            if !alphanumeric(at) {
                at += 1;
                continue;
            }
            let end = at + bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            let found = self.with_first(text.get(at..end).unwrap_or_default()).and_then(|words| {
                let fits = |word: &&Word| {
                    let Some(start) = at.checked_sub(word.offset).filter(|start| *start >= done) else { return false };
                    let stop = start + word.text.len();
                    let same = bytes.get(start..stop).is_some_and(|b| b.eq_ignore_ascii_case(word.text.as_bytes()));
                    let ends = word.text.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric) && alphanumeric(stop);
                    same && !ends
                };
                let best = words.iter().find(fits)?;
                let own = |w: &&Word| w.text.len() == best.text.len() && w.session == session && fits(w);
                Some(words.iter().find(own).unwrap_or(best))
            });
            match found {
                Some(word) => {
                    let start = at - word.offset;
                    out.push_str(text.get(done..start).unwrap_or_default());
                    out.push_str(&word.with);
                    done = start + word.text.len();
                    at = done.max(end);
                }
                None => at = end,
            }
        }
        let mut new = (done > 0).then(|| out + text.get(done..).unwrap_or_default());
        for word in &self.plain {
            let now = new.as_deref().unwrap_or(text);
            if now.contains(&word.text) {
                new = Some(now.replace(&word.text, &word.with));
            }
        }
        new
    }
}

fn first_word(text: &str) -> &str {
    let end = text.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The hash of a word in any case of letters.
fn hash(word: &str) -> u64 {
    let mixed = |hash: u64, b: u8| {
        (hash.rotate_left(5) ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    word.bytes().fold(0, mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only_and_the_longest_first() {
        let mut words = Words::default();
        for (text, session, with) in [
            ("vxeb1", "a", "P1"),
            ("vxeb1", "b", "P2"),
            ("Ottilie Berg", "", "[removed]"),
            ("+49 30", "", "X"),
            ("李雷", "", "Y"),
        ] {
            words.add(text, session, with);
        }
        words.settle();
        for (text, session, expected) in [
            ("mysess1_vxeb1_9", "b", Some("mysess1_P2_9")),
            ("VXEB1!", "a", Some("P1!")),
            ("vxeb12 xvxeb1", "a", None),
            ("ottilie berg, ottilie bergwald", "a", Some("[removed], ottilie bergwald")),
            ("call +49 30 now 49 30", "a", Some("call X now 49 30")),
            ("我是李雷", "a", Some("我是Y")),
        ] {
            assert_eq!(words.replace(text, session).as_deref(), expected, "{text}");
        }
    }
}
