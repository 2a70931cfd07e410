//! Replaces identifiers inside longer texts: whole words, in any case of letters, the longest first.

use crate::order;
use hashbrown::HashTable;

/// Replaces identifiers that stand as whole words in a text, in any case of letters.
#[derive(Default)]
pub(super) struct Words {
    all: Vec<Word>,
    /// Where they are, by text and session.
    own: HashTable<u32>,
    /// Of those with the same text the one that counts where a session has none of its own.
    best: HashTable<u32>,
    /// How identifiers look that have a first word: many may have the same.
    by_first: HashTable<(String, Vec<Look>)>,
    /// Identifiers without a letter or digit of ASCII, such as Chinese names.
    plain: Vec<u32>,
}

struct Word {
    text: String,
    /// The session in which the name counts first; empty for all.
    session: String,
    with: String,
}

impl Word {
    /// Whether it has this text, in any case of letters.
    fn is(&self, text: &[u8]) -> bool {
        self.text.as_bytes().eq_ignore_ascii_case(text)
    }
}

/// What identifiers have in common: where their first letter or digit stands, and how long they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    offset: usize,
    length: usize,
}

impl Words {
    /// Adds an identifier; the first replacement of an identifier in a session stays.
    pub fn add(&mut self, text: &str, session: &str, with: &str) {
        if text.trim().is_empty() || self.own(text.as_bytes(), session).is_some() {
            return;
        }
        let number = self.all.len() as u32;
        self.all.push(Word { text: text.to_owned(), session: session.to_owned(), with: with.to_owned() });
        let Words { all, own, best, by_first, plain } = self;
        let word = |at: &u32| all.get(*at as usize);
        own.insert_unique(own_hash(text.as_bytes(), session), number, |at| {
            word(at).map_or(0, |word| own_hash(word.text.as_bytes(), &word.session))
        });
        let Some(offset) = text.bytes().position(|b| b.is_ascii_alphanumeric()) else { return plain.push(number) };
        let same = |at: &u32| word(at).is_some_and(|word| word.is(text.as_bytes()));
        let of_text =
            best.entry(hash(text.as_bytes()), same, |at| word(at).map_or(0, |word| hash(word.text.as_bytes())));
        let of_text = of_text.or_insert(number).into_mut();
        if word(of_text).is_some_and(|word| (text, session) < (word.text.as_str(), word.session.as_str())) {
            *of_text = number;
        }
        let first = first_word(text.get(offset..).unwrap_or_default());
        let same = |known: &(String, Vec<Look>)| known.0.eq_ignore_ascii_case(first);
        let looks = by_first.entry(hash(first.as_bytes()), same, |known| hash(known.0.as_bytes()));
        let looks = &mut looks.or_insert_with(|| (first.to_ascii_lowercase(), Vec::new())).into_mut().1;
        let look = Look { offset, length: text.len() };
        if let Err(at) = looks.binary_search(&look) {
            looks.insert(at, look);
        }
    }

    /// Puts the longest identifiers first.
    pub fn settle(&mut self) {
        let Words { all, plain, .. } = self;
        let key =
            |at: &u32| all.get(*at as usize).map(|word| (word.text.len(), word.text.as_str(), word.session.as_str()));
        order::by(plain, |a, b| {
            let (a, b) = (key(a).unwrap_or_default(), key(b).unwrap_or_default());
            (b.0, a.1, a.2).cmp(&(a.0, b.1, b.2))
        });
    }

    /// The identifier of a session with a text.
    fn own(&self, text: &[u8], session: &str) -> Option<u32> {
        let same = |at: &u32| self.all.get(*at as usize).is_some_and(|word| word.is(text) && word.session == session);
        self.own.find(own_hash(text, session), same).copied()
    }

    /// The identifier with a text that counts first.
    fn best(&self, text: &[u8], hash: u64) -> Option<u32> {
        let same = |at: &u32| self.all.get(*at as usize).is_some_and(|word| word.is(text));
        self.best.find(hash, same).copied()
    }

    /// The identifier whose first word stands at `at..end`, and where it begins; nothing before `done` is looked at.
    fn at(&self, bytes: &[u8], (at, end): (usize, usize), done: usize, session: &str) -> Option<(&Word, usize)> {
        let first = bytes.get(at..end)?;
        let same = |known: &(String, Vec<Look>)| known.0.as_bytes().eq_ignore_ascii_case(first);
        let (_, looks) = self.by_first.find(hash(first), same)?;
        let part = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        // The longest that are there, with where they begin; as long ones may begin at different places.
        let mut longest: Vec<(&[u8], usize)> = Vec::new();
        for looks in looks.chunk_by(|a, b| a.offset == b.offset) {
            let offset = looks.first().map_or(0, |look| look.offset);
            let Some(start) = at.checked_sub(offset).filter(|start| *start >= done) else { continue };
            let begins = bytes.get(start..at).is_some_and(|before| !before.iter().any(u8::is_ascii_alphanumeric));
            let (mut hashed, mut hash) = (start, 0);
            for Look { length, .. } in looks.iter().filter(|_| begins) {
                let stop = start + length;
                let (Some(text), Some(more)) = (bytes.get(start..stop), bytes.get(hashed..stop)) else { break };
                (hashed, hash) = (stop, hash_on(hash, more));
                let whole = !(part(text.last()) && part(bytes.get(stop)));
                if whole
                    && longest.first().is_none_or(|(l, _)| l.len() <= text.len())
                    && self.best(text, hash).is_some()
                {
                    longest.retain(|(l, _)| l.len() == text.len());
                    longest.push((text, start));
                }
            }
        }
        let first = |word: &dyn Fn(&[u8]) -> Option<u32>| {
            let words = longest.iter().filter_map(|(text, start)| Some((self.all.get(word(text)? as usize)?, *start)));
            words.min_by_key(|(word, _)| (word.text.as_str(), word.session.as_str()))
        };
        first(&|text| self.own(text, session)).or_else(|| first(&|text| self.best(text, hash(text))))
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
            match self.at(bytes, (at, end), done, session) {
                Some((word, start)) => {
                    out.push_str(text.get(done..start).unwrap_or_default());
                    out.push_str(&word.with);
                    done = start + word.text.len();
                    at = done.max(end);
                }
                None => at = end,
            }
        }
        let mut new = (done > 0).then(|| out + text.get(done..).unwrap_or_default());
        for word in self.plain.iter().filter_map(|at| self.all.get(*at as usize)) {
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

/// The hash of a text in any case of letters.
fn hash(text: &[u8]) -> u64 {
    hash_on(0, text)
}

/// The hash of a text that goes on.
fn hash_on(hash: u64, more: &[u8]) -> u64 {
    let mixed = |hash: u64, b: &u8| {
        (hash.rotate_left(5) ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    more.iter().fold(hash, mixed)
}

/// The hash of a text with a session.
fn own_hash(text: &[u8], session: &str) -> u64 {
    hash(text).rotate_left(32) ^ hash(session.as_bytes())
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

    /// What the words are asked, one identifier after another: the longest that fits, the session's own before others.
    fn slowly(all: &[(String, String)], text: &str, session: &str) -> String {
        let (bytes, mut out, mut done, mut at) = (text.as_bytes(), String::new(), 0, 0);
        let inside = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        while at < bytes.len() {
            let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            let start = |word: &str| {
                let offset = word.bytes().position(|b| b.is_ascii_alphanumeric())?;
                let start = at.checked_sub(offset).filter(|start| *start >= done && end > at)?;
                let there = bytes.get(start..start + word.len())?.eq_ignore_ascii_case(word.as_bytes());
                let first = first_word(&word[offset..]).len() == end - at;
                let part = word.ends_with(|c: char| c.is_ascii_alphanumeric()) && inside(start + word.len());
                (there && first && !part).then_some(start)
            };
            let fitting = all.iter().filter(|(word, _)| start(word).is_some());
            let best = fitting.min_by_key(|(word, of)| (usize::MAX - word.len(), of != session, word, of));
            let Some((word, of)) = best else {
                at = end.max(at + 1);
                continue;
            };
            let start = start(word).unwrap();
            out = format!("{out}{}<{word} {of}>", &text[done..start]);
            done = start + word.len();
            at = done.max(end);
        }
        out + &text[done..]
    }

    #[test]
    fn as_one_after_another() {
        let mut seed = 1_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % below
        };
        let mut text = |most: u64| {
            let length = 1 + random(most);
            (0..length).map(|_| ["a", "B", "ab", "-", "_", " ", "A"][random(7) as usize]).collect::<String>()
        };
        for _ in 0..300 {
            let (mut words, mut all) = (Words::default(), Vec::<(String, String)>::new());
            for number in 0..30 {
                let (word, session) = (text(5), ["", "s", "t"][number % 3].to_owned());
                let known = |(w, s): &(String, String)| w.eq_ignore_ascii_case(&word) && *s == session;
                if word.bytes().any(|b| b.is_ascii_alphanumeric()) && !all.iter().any(known) {
                    words.add(&word, &session, &format!("<{word} {session}>"));
                    all.push((word, session));
                }
            }
            words.settle();
            for session in ["", "s", "x"] {
                let text = text(20);
                let new = words.replace(&text, session).unwrap_or_else(|| text.clone());
                assert_eq!(new, slowly(&all, &text, session), "{text:?}");
            }
        }
    }
}
