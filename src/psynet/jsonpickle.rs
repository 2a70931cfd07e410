//! Read jsonpickle text into values and write parts of it again as PsyNet's `serialize` does.
//!
//! A list, dict or object that occurs twice is written as `{"py/id": n}` the second time; n counts the lists,
//! dicts and objects met before, the root being 0. Which those are is not the same for all kinds of objects: see
//! [`References`] for how a text is read and [`Dump`] for how it is written. When a part is unpacked into a column of
//! its own, its references are resolved and counted anew.

use super::datetime::DateTime;
use super::dump::Dump;
use super::json::{Index, Token, Tree};
use super::json_text;
use super::number;
use super::references::References;
use super::tags::{ARRAY, Tag};

/// What a value is for the table it lands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'t> {
    /// `None`.
    Null,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number, as spelled.
    Int(&'t str),
    /// A float, also NumPy's float64, which is a Python float.
    Float(f64),
    /// A string, also NumPy's str_, which is a Python string: its raw text, and whether that is its content.
    Text(&'t str, bool),
    /// A `datetime.datetime` or a pandas `Timestamp`.
    Time(DateTime),
    /// A list.
    List(Index),
    /// A plain dict.
    Dict(Index),
    /// A tuple; the index is that of its elements' list.
    Tuple(Index),
    /// Anything else: kept as its JSON.
    Other(Index),
}

/// One cell's jsonpickle (or JSONB) text, parsed. Reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct Pickle {
    tree: Tree,
    /// What references refer to; empty where the text has none and does not change as a whole.
    references: References,
    has_references: bool,
    /// JSONB knows no tags, and most jsonpickle has none.
    tagless: bool,
}

impl Pickle {
    /// Parses a jsonpickle text; answers whether it is one.
    pub fn parse(&mut self, text: &str, depth: usize) -> bool {
        self.references.clear();
        if self.tree.parse(text, depth).is_err() {
            return false;
        }
        self.tagless = !self.tree.has_tags();
        self.has_references = self.tree.has_references();
        if self.has_references || (!self.tagless && memchr::memmem::find(text.as_bytes(), ARRAY.as_bytes()).is_some()) {
            let mut references = std::mem::take(&mut self.references);
            references.number(self, text, Tree::ROOT, 0);
            self.references = references;
        }
        true
    }

    /// Parses JSONB text; answers whether it is any.
    pub fn parse_jsonb(&mut self, text: &str, depth: usize) -> bool {
        self.references.clear();
        self.tagless = true;
        self.has_references = false;
        self.tree.parse(text, depth).is_ok()
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Whether the whole text can be copied as it stands: then its references hold.
    pub fn is_verbatim(&self) -> bool {
        self.tree.is_canonical() && !self.references.changes
    }

    /// Whether a node can be copied as it stands.
    pub fn is_verbatim_at(&self, index: Index) -> bool {
        self.is_verbatim() && (index == Tree::ROOT || !self.has_references)
    }

    /// The value of a node, references resolved.
    pub fn value<'t>(&self, text: &'t str, index: Index) -> Value<'t> {
        let raw = self.tree.raw(text, index);
        match self.tree.token(index) {
            Token::Null => Value::Null,
            Token::Bool(b) => Value::Bool(b),
            Token::Int => Value::Int(if raw == "-0" { "0" } else { raw }),
            Token::Float => Value::Float(number::float(raw).unwrap_or(f64::NAN)),
            Token::Text(plain) => Value::Text(raw, plain),
            Token::List => Value::List(index),
            Token::Dict => match self.tag(text, index) {
                Tag::Plain => Value::Dict(index),
                // What has a number is no reference itself.
                Tag::Reference(number) => self.target(number).map_or(Value::Null, |node| self.value(text, node)),
                Tag::Tuple(list) if self.tree.token(list) == Token::List => Value::Tuple(list),
                Tag::Object(class) => self.object(text, index, class),
                Tag::Tuple(_) | Tag::Set | Tag::Name | Tag::Row => Value::Other(index),
            },
        }
    }

    /// The value of a key of a plain dict.
    pub fn get<'t>(&self, text: &'t str, dict: Value<'t>, key: &str) -> Option<Value<'t>> {
        let Value::Dict(index) = dict else { return None };
        self.tree.get(text, index, key).map(|i| self.value(text, i))
    }

    /// Adds a node as `serialize` writes it on its own. Answers whether it could (nesting may exceed `depth`).
    pub fn dump(&self, text: &str, index: Index, depth: usize, out: &mut String) -> bool {
        if !self.references.changes && (index == Tree::ROOT || !self.has_references) {
            self.copy(text, index, out);
            return true;
        }
        Dump::new(self, text).write(index, depth, out)
    }

    /// Adds a node as it stands, only respelled as Python spells.
    pub(super) fn copy(&self, text: &str, index: Index, out: &mut String) {
        let raw = self.tree.raw(text, index);
        match self.tree.token(index) {
            Token::Text(plain) if plain && self.tree.is_canonical() => {
                out.push('"');
                out.push_str(raw);
                out.push('"');
            }
            Token::Text(_) => json_text::write_raw(raw, out),
            _ if self.tree.is_canonical() => out.push_str(raw),
            Token::Float => json_float(number::float(raw).unwrap_or(f64::NAN), out),
            Token::Int if raw == "-0" => out.push('0'),
            Token::Null | Token::Bool(_) | Token::Int => out.push_str(raw),
            Token::List => {
                out.push('[');
                for (n, child) in self.tree.children(index).enumerate() {
                    out.push_str(if n > 0 { ", " } else { "" });
                    self.copy(text, child, out);
                }
                out.push(']');
            }
            Token::Dict => {
                out.push('{');
                for (n, (key, value)) in self.tree.pairs(index).enumerate() {
                    out.push_str(if n > 0 { ", " } else { "" });
                    self.copy(text, key, out);
                    out.push_str(": ");
                    self.copy(text, value, out);
                }
                out.push('}');
            }
        }
    }

    /// What a reference refers to, if anything.
    pub(super) fn target(&self, number: Option<usize>) -> Option<Index> {
        self.references.node(number)
    }

    /// Whether no dict has a tag.
    pub(super) fn is_tagless(&self) -> bool {
        self.tagless
    }
}

/// Adds a float in Python's JSON: `NaN` and `Infinity` are words.
fn json_float(value: f64, out: &mut String) {
    out.push_str(match value {
        _ if value.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => return out.push_str(number::Buffer::default().python(value)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, key: &str) -> String {
        let mut pickle = Pickle::default();
        assert!(pickle.parse(text, 50));
        let index = pickle.tree().get(text, Tree::ROOT, key).unwrap();
        let mut out = String::new();
        assert!(pickle.dump(text, index, 50, &mut out));
        out
    }

    #[test]
    fn references_are_resolved_and_counted_anew() {
        let text = r#"{"a": [1, 2], "b": {"py/id": 1}, "c": {"x": {"py/id": 1}, "y": {"py/id": 1}}}"#;
        assert_eq!(part(text, "b"), "[1, 2]");
        assert_eq!(part(text, "c"), r#"{"x": [1, 2], "y": {"py/id": 1}}"#);
        // The root holds itself: the part expands it once.
        assert_eq!(part(r#"{"a": [{"py/id": 0}]}"#, "a"), r#"[{"a": {"py/id": 0}}]"#);
        assert_eq!(part(r#"{"a": [{"py/id": 77}]}"#, "a"), "[null]");
    }

    #[test]
    fn tags_are_known() {
        let text = r#"{"t": {"py/tuple": [1]}, "d": {"py/object": "datetime.datetime", "__reduce__": [{"py/type": "datetime.datetime"}, ["B+oDAQoFHg8SBg=="]]}, "f": {"py/object": "numpy.float64", "dtype": "float64", "value": 1.5}}"#;
        let mut pickle = Pickle::default();
        assert!(pickle.parse(text, 50));
        let root = pickle.value(text, Tree::ROOT);
        let get = |key| pickle.get(text, root, key).unwrap();
        assert!(matches!(get("t"), Value::Tuple(_)));
        assert_eq!(get("f"), Value::Float(1.5));
        let Value::Time(time) = get("d") else { panic!() };
        assert_eq!(time.format(), "2026-03-01 10:05:30");
        assert!(time.pickle().contains("B+oDAQoFHg8SBg=="));
    }
}
