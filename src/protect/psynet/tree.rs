//! Implement [`Visit`] and [`rewrite`] a cell's JSON or jsonpickle: survey and rewriting see the same paths and leaves.

use super::walk::Walk;
use crate::error::Result;
use crate::protect::time::{self, Micros};
use crate::psynet::json_text;
use crate::psynet::jsonpickle::Pickle;

/// What stands at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Leaf<'a> {
    Null,
    Bool(bool),
    /// A number as it is spelled.
    Number(&'a str),
    Text(&'a str),
    /// A pickled date, or date and time.
    Moment {
        at: Micros,
        timed: bool,
    },
    /// jsonpickle's reference to a row: class and id.
    Row(&'a str, i64),
    /// The number of a row, in a member whose key says of which table.
    Reference(&'a str, i64),
}

/// Whether a container is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enter {
    /// It goes with all that is in it.
    No,
    /// It goes if nothing in it stays.
    IfAnything,
    /// It stays.
    Yes,
}

/// What is done on the way.
pub(super) trait Visit {
    /// Whether it makes a new text; whoever only looks is spared the work.
    fn writes(&self) -> bool;
    /// A list or object begins.
    fn enter(&mut self, below: &str) -> Enter;
    /// Adds the new key of a member.
    fn key(&mut self, below: &str, key: &str, out: &mut String) -> Result<()>;
    /// Adds the new JSON of a leaf; answers whether there is any, else the leaf is taken out.
    fn leaf(&mut self, below: &str, leaf: Leaf<'_>, out: &mut String) -> Result<bool>;
    /// Whether a member's key says that its value is the number of a row.
    fn refers(&self, key: &str) -> bool;
}

/// Memory that walks need, reused from cell to cell.
#[derive(Default)]
pub(super) struct Scratch {
    /// Parsed texts that nobody looks at any more.
    pub pickles: Vec<Pickle>,
    below: String,
    pub keys: Keys,
}

/// The new keys of the objects that are being written, one after another.
#[derive(Default)]
pub(super) struct Keys {
    pub text: String,
    pub ends: Vec<usize>,
}

impl Keys {
    fn get(&self, number: usize) -> &str {
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(number).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// How many keys from `first` on are the same as the last, which has no end yet.
    pub fn same(&self, first: usize) -> usize {
        let last = self.ends.last().and_then(|end| self.text.get(*end..)).unwrap_or(&self.text);
        (first..self.ends.len()).filter(|number| self.get(*number) == last).count()
    }

    pub fn truncate(&mut self, first: usize) {
        self.ends.truncate(first);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

/// Adds the new text of a cell and answers whether anything of it stays; `None` if it is no JSON.
pub(super) fn rewrite(
    text: &str,
    depth: usize,
    scratch: &mut Scratch,
    visit: &mut dyn Visit,
    out: &mut String,
) -> Result<Option<bool>> {
    let mut below = std::mem::take(&mut scratch.below);
    below.clear();
    scratch.keys.truncate(0);
    let kept = Walk::new(depth, scratch, visit).cell(text, &mut below, out);
    scratch.below = below;
    kept
}

/// The path of a member: its key where that looks like a name, else a star.
pub(super) fn member(below: &mut String, key: &str) {
    let digits = key.bytes().all(|b| b.is_ascii_digit());
    let plain = key.len() <= 40 && !digits && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let uuid = crate::protect::pseudonym::uuid_bytes(key).is_some();
    below.push('.');
    below.push_str(if plain && !uuid { key } else { "*" });
}

/// A text as JSON, spelled as Python does.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    json_text::write_text(text, &mut out);
    out
}

/// The jsonpickle of a `datetime`.
pub(super) fn pickled(at: Micros) -> String {
    let class = r#"{"py/type": "datetime.datetime"}"#;
    format!(r#"{{"py/object": "datetime.datetime", "__reduce__": [{class}, ["{}"]]}}"#, time::pickle(at, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes paths and keeps everything but members called `gone`.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Visit for Notes {
        fn enter(&mut self, below: &str) -> Enter {
            if below.ends_with(".gone") { Enter::No } else { Enter::Yes }
        }
        fn writes(&self) -> bool {
            true
        }
        fn key(&mut self, _: &str, key: &str, out: &mut String) -> Result<()> {
            out.push_str(key);
            Ok(())
        }
        fn leaf(&mut self, below: &str, leaf: Leaf<'_>, out: &mut String) -> Result<bool> {
            self.0.push(format!("{below}={leaf:?}"));
            out.push_str(&match leaf {
                Leaf::Null => "null".to_owned(),
                Leaf::Bool(value) => value.to_string(),
                Leaf::Number(digits) => digits.to_owned(),
                Leaf::Text(text) => quoted(text),
                Leaf::Moment { at, .. } => pickled(at),
                Leaf::Row(_, id) | Leaf::Reference(_, id) => (id + 100).to_string(),
            });
            Ok(true)
        }
        fn refers(&self, key: &str) -> bool {
            key == "trial_id"
        }
    }

    fn rewritten(text: &str) -> (Option<String>, Vec<String>) {
        let mut notes = Notes::default();
        let mut out = String::new();
        let kept = rewrite(text, 20, &mut Scratch::default(), &mut notes, &mut out).unwrap();
        (kept.filter(|kept| *kept).map(|_| out), notes.0)
    }

    #[test]
    fn references_strings_and_rows_are_opened() {
        let text = r#"{"a": [1, 2.50], "b": {"py/id": 1}, "gone": {"x": 1}, "s": "{\"trial_id\": 4}", "trial_id": [7, null], "t": {"py/tuple": [true]}, "r": {"py/object": "a.B", "identifiers": {"id": 3}}, "12": "x"}"#;
        let (new, notes) = rewritten(text);
        let want = r#"{"a": [1, 2.50], "b": [1, 2.50], "s": "{\"trial_id\": 104}", "trial_id": [107, null], "t": {"py/tuple": [true]}, "r": 103, "12": "x"}"#;
        assert_eq!(new.as_deref(), Some(want));
        assert!(notes.contains(&".b[]=Number(\"1\")".to_owned()), "{notes:?}");
        assert!(notes.contains(&".s.trial_id=Reference(\"trial_id\", 4)".to_owned()), "{notes:?}");
        assert!(notes.contains(&".*=Text(\"x\")".to_owned()), "{notes:?}");
    }

    #[test]
    fn what_holds_itself_ends() {
        let (new, _) = rewritten(r#"{"a": [{"py/id": 0}]}"#);
        assert!(new.is_some_and(|new| new.len() < 2000));
        assert_eq!(rewritten("{\"a\": {\"py/id\": 9}}").0.as_deref(), Some("{\"a\": null}"));
        assert_eq!(rewritten("no json").0, None);
    }

    /// jsonpickle asks for sets before it asks for references.
    #[test]
    fn a_set_that_is_called_a_reference_too_is_a_set() {
        for text in [r#"{"a": {"py/set": [1, 2], "py/id": 0}}"#, r#"{"a": {"py/id": 9, "py/set": [1, 2]}}"#] {
            assert_eq!(rewritten(text).0.as_deref(), Some(r#"{"a": {"py/set": [1, 2]}}"#));
        }
    }

    #[test]
    fn dates_are_moments() {
        let date = r#"{"py/object": "datetime.date", "__reduce__": [{"py/type": "datetime.date"}, ["B+oDBA=="]]}"#;
        let (_, notes) = rewritten(date);
        assert!(notes.iter().any(|note| note.contains("timed: false")), "{notes:?}");
    }
}
