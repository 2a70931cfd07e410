//! What the admin storage held, for one purpose: a protected result is searched for it.
//!
//! Changes of `admin/…` are counted and dropped while reading. Of their values only the texts are remembered, without
//! field, time or place, and no view, report or message can ask for them.

use crate::json;
use crate::order::Set;
use std::fmt;

/// The texts in the values of the admin storage that are long enough to be a key, a token or somebody's label.
#[derive(Default)]
pub struct AdminTexts {
    all: Set<String>,
    bytes: u64,
}

impl fmt::Debug for AdminTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AdminTexts({})", self.all.len())
    }
}

impl AdminTexts {
    /// Shorter texts are settings and states, or cannot be told from words.
    const SHORTEST: usize = 8;

    /// Remembers the texts of a stored JSON payload: its strings, also in lists and objects, but no keys. A payload that
    /// is no JSON is one text.
    pub(super) fn read(&mut self, payload: &[u8], depth: usize) {
        let mut canonical = Vec::new();
        let text = String::from_utf8_lossy(payload);
        match json::canonical(payload, depth, &mut canonical) {
            Ok(()) => self.value(&String::from_utf8(canonical).unwrap_or_default()),
            Err(_) => self.text(&text),
        }
    }

    fn value(&mut self, text: &str) {
        match text.as_bytes().first() {
            Some(b'{') => json::members(text).unwrap_or_default().iter().for_each(|(_, value)| self.value(value)),
            Some(b'[') => json::items(text).unwrap_or_default().iter().for_each(|item| self.value(item)),
            Some(b'"') => self.text(&json::content(text).unwrap_or_default()),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if text.chars().count() >= Self::SHORTEST && self.all.insert(text.to_owned()) {
            self.bytes += 64 + text.len() as u64;
        }
    }

    /// The texts, to be searched for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }

    /// Bytes held.
    pub fn memory(&self) -> u64 {
        self.bytes
    }
}
