//! Walks a cell's JSON or jsonpickle for whoever implements [`Visit`].
//!
//! References (`py/id`) are resolved: what a part refers to is judged at the place where it is used, and nothing
//! that was taken out can shift their numbers. JSON inside strings is opened, up to four levels.

use std::borrow::Cow;

use super::tree::{Enter, Leaf, Scratch, Visit, member, quoted};
use crate::error::Result;
use crate::protect::time;
use crate::psynet::json::{Index, Token, Tree};
use crate::psynet::json_text;
use crate::psynet::jsonpickle::{Pickle, Value};
use crate::psynet::number;

/// Strings inside strings are opened so many times.
const LEVELS: usize = 4;
/// Shared references may unfold; no cell of an experiment has more parts.
const PARTS: u32 = 1 << 20;

/// A text that is walked, parsed.
#[derive(Clone, Copy)]
struct Parsed<'a> {
    pickle: &'a Pickle,
    text: &'a str,
}

/// A walk through a cell.
pub(super) struct Walk<'v> {
    depth: usize,
    level: usize,
    left: u32,
    scratch: &'v mut Scratch,
    visit: &'v mut dyn Visit,
}

impl<'v> Walk<'v> {
    pub fn new(depth: usize, scratch: &'v mut Scratch, visit: &'v mut dyn Visit) -> Walk<'v> {
        Walk { depth, level: 0, left: PARTS, scratch, visit }
    }

    /// Adds a text, the cell's or one inside a string of it.
    pub fn cell(&mut self, text: &str, below: &mut String, out: &mut String) -> Result<Option<bool>> {
        let mut pickle = self.scratch.pickles.pop().unwrap_or_default();
        let is_json = pickle.parse(text, self.depth);
        let kept = is_json.then(|| self.node(Parsed { pickle: &pickle, text }, Tree::ROOT, below, None, 0, out));
        self.scratch.pickles.push(pickle);
        kept.transpose()
    }

    /// Adds a node; answers whether anything of it stays. `key` is that of the member whose value it is.
    fn node(
        &mut self,
        of: Parsed<'_>,
        at: Index,
        below: &mut String,
        key: Option<&str>,
        deep: usize,
        out: &mut String,
    ) -> Result<bool> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || deep > self.depth {
            return Ok(false);
        }
        match of.pickle.value(of.text, at) {
            Value::Null => self.visit.leaf(below, Leaf::Null, out),
            Value::Bool(value) => self.visit.leaf(below, Leaf::Bool(value), out),
            Value::Int(digits) => self.number(digits, below, key, out),
            Value::Float(value) => {
                let mut buffer = number::Buffer::default();
                let raw = of.pickle.tree().raw(of.text, at);
                // NumPy's float64 is an object; its value is a number like others.
                let plain = of.pickle.tree().token(at) == Token::Float;
                let digits = if plain { raw } else { buffer.python(value) };
                self.number(digits, below, key, out)
            }
            Value::Text(raw, _) if raw.contains('\\') => self.string(&json_text::decode(raw), below, key, out),
            Value::Text(raw, _) => self.string(raw, below, key, out),
            Value::Time(time) => self.visit.leaf(below, Leaf::Moment { at: time.micros(), timed: true }, out),
            Value::List(list) => self.list(of, list, below, key, deep, out),
            Value::Tuple(list) => {
                let start = out.len();
                out.push_str("{\"py/tuple\": ");
                let kept = self.list(of, list, below, key, deep, out)?;
                out.push('}');
                if !kept {
                    out.truncate(start);
                }
                Ok(kept)
            }
            Value::Dict(dict) | Value::Other(dict) => self.object(of, dict, below, deep, out),
        }
    }

    fn number(&mut self, digits: &str, below: &str, key: Option<&str>, out: &mut String) -> Result<bool> {
        match key.filter(|key| self.visit.refers(key)).zip(digits.parse().ok()) {
            Some((key, id)) => self.visit.leaf(below, Leaf::Reference(key, id), out),
            None => self.visit.leaf(below, Leaf::Number(digits), out),
        }
    }

    fn string(&mut self, content: &str, below: &mut String, key: Option<&str>, out: &mut String) -> Result<bool> {
        if let (Some(key), Ok(id)) = (key.filter(|key| self.visit.refers(key)), content.parse()) {
            let mut new = String::new();
            let kept = self.visit.leaf(below, Leaf::Reference(key, id), &mut new)?;
            if kept {
                out.push_str(&if new == "null" { new } else { quoted(&new) });
            }
            return Ok(kept);
        }
        if below.ends_with("__reduce__[][]")
            && let Some(at) = time::pickled(content)
        {
            let timed = content.len() > 8;
            return self.visit.leaf(below, Leaf::Moment { at, timed }, out);
        }
        if self.level < LEVELS && content.trim_start().starts_with(['{', '[']) {
            let mut inside = String::new();
            self.level += 1;
            let kept = self.cell(content, below, &mut inside);
            self.level -= 1;
            if let Some(kept) = kept? {
                if kept {
                    json_text::write_text(&inside, out);
                }
                return Ok(kept);
            }
        }
        self.visit.leaf(below, Leaf::Text(content), out)
    }

    fn list(
        &mut self,
        of: Parsed<'_>,
        list: Index,
        below: &mut String,
        key: Option<&str>,
        deep: usize,
        out: &mut String,
    ) -> Result<bool> {
        let enter = self.visit.enter(below);
        if enter == Enter::No {
            return Ok(false);
        }
        let (length, start) = (below.len(), out.len());
        let (mut any, mut empty) = (false, true);
        below.push_str("[]");
        out.push('[');
        for child in of.pickle.tree().children(list) {
            out.push_str(if empty { "" } else { ", " });
            empty = false;
            if self.node(of, child, below, key, deep + 1, out)? {
                any = true;
            } else {
                // Places in a list count.
                out.push_str("null");
            }
        }
        out.push(']');
        below.truncate(length);
        let gone = enter == Enter::IfAnything && !any && !below.is_empty();
        if gone {
            out.truncate(start);
        }
        Ok(!gone)
    }

    fn object(
        &mut self,
        of: Parsed<'_>,
        dict: Index,
        below: &mut String,
        deep: usize,
        out: &mut String,
    ) -> Result<bool> {
        let (tree, text) = (of.pickle.tree(), of.text);
        if tree.has_tags() {
            let class = tree.get(text, dict, "py/object").map(|class| tree.raw(text, class));
            if let (Some(class), Some(identifiers)) = (class, tree.get(text, dict, "identifiers")) {
                let mut pairs = tree.pairs(identifiers);
                let only = pairs.next().filter(|(key, _)| tree.raw(text, *key) == "id" && pairs.next().is_none());
                let id = only.and_then(|(_, value)| tree.raw(text, value).parse().ok());
                return id.map_or(Ok(false), |id| self.visit.leaf(below, Leaf::Row(class, id), out));
            }
        }
        let enter = self.visit.enter(below);
        if enter == Enter::No {
            return Ok(false);
        }
        let (length, start, first) = (below.len(), out.len(), self.scratch.keys.ends.len());
        // Names of classes alone are nothing that stays.
        let (mut any, mut written, mut named) = (false, false, false);
        out.push('{');
        for (key, value) in tree.pairs(dict) {
            let raw = tree.raw(text, key);
            let key: Cow<str> = if raw.contains('\\') { json_text::decode(raw).into() } else { raw.into() };
            let before = out.len();
            out.push_str(if written { ", " } else { "" });
            if key.starts_with("py/") {
                out.push_str(&quoted(&key));
                out.push_str(": ");
                let kept = self.tagged(of, &key, value, below, deep, out)?;
                written |= kept;
                named |= kept;
                if !kept {
                    out.truncate(before);
                }
                continue;
            }
            self.key(first, below, &key, out)?;
            member(below, &key);
            let kept = self.node(of, value, below, Some(&key), deep + 1, out)?;
            below.truncate(length);
            any |= kept;
            written |= kept;
            if !kept {
                out.truncate(before);
            }
        }
        out.push('}');
        self.scratch.keys.truncate(first);
        let gone = enter == Enter::IfAnything && !any && (named || !below.is_empty());
        if gone {
            out.truncate(start);
        }
        Ok(!gone)
    }

    /// Adds the key of a member of an object whose new keys begin at `first`.
    fn key(&mut self, first: usize, below: &str, key: &str, out: &mut String) -> Result<()> {
        let keys = &mut self.scratch.keys;
        let start = keys.text.len();
        self.visit.key(below, key, &mut keys.text)?;
        if !self.visit.writes() {
            return Ok(());
        }
        // Keys that became the same would hide each other.
        let same = keys.same(first);
        let new = keys.text.get(start..).unwrap_or_default();
        match same {
            0 => json_text::write_text(new, out),
            _ => out.push_str(&quoted(&format!("{new} {}", same + 1))),
        }
        out.push_str(": ");
        keys.ends.push(keys.text.len());
        Ok(())
    }

    /// A member that jsonpickle made: names of classes stay, what they hold is at the object's own path.
    fn tagged(
        &mut self,
        of: Parsed<'_>,
        key: &str,
        value: Index,
        below: &mut String,
        deep: usize,
        out: &mut String,
    ) -> Result<bool> {
        let raw = of.pickle.tree().raw(of.text, value);
        let is_text = matches!(of.pickle.tree().token(value), Token::Text(_));
        match key {
            "py/object" | "py/type" | "py/function" | "py/class" if is_text => {
                out.push_str(&quoted(if is_dotted(raw) { raw } else { "" }));
                Ok(true)
            }
            "py/state" | "py/set" | "py/tuple" | "py/iterator" | "py/reduce" | "py/newargs" | "py/seq" if !is_text => {
                self.node(of, value, below, None, deep + 1, out)
            }
            _ => Ok(false),
        }
    }
}

/// Whether a text is the dotted name of a Python class.
fn is_dotted(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    text.len() <= 200 && text.split('.').all(word)
}

#[cfg(test)]
mod tests {
    use super::is_dotted;

    #[test]
    fn names_of_classes_hold_words_and_dots_alone() {
        for name in ["dict", "psynet.trial.Trial", "_a.B2"] {
            assert!(is_dotted(name), "{name}");
        }
        for text in ["Jane Doe", "a.2b", "jane@example.org", "a..b", "", &"a".repeat(201)] {
            assert!(!is_dotted(text), "{text}");
        }
    }
}
