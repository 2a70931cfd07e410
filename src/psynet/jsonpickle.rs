//! Read jsonpickle text into values and write parts of it again as PsyNet's `serialize` does.
//!
//! A list, dict or object that occurs twice is written as `{"py/id": n}` the second time; n counts the lists,
//! dicts and objects met before, the root being 0. Tuples, sets, types, functions and bytes do not count; a
//! `datetime` counts one more for its time zone's parts, and a one-dimensional NumPy array counts two. When a
//! part is unpacked into a column of its own, its references are resolved and counted anew.

use super::datetime::{DateTime, from_base64};
use super::dump::Dump;
use super::json::{Index, Token, Tree};
use super::json_text;
use super::number;

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
    /// A `datetime.datetime`.
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

/// What a dict stands for.
pub(super) enum Tag {
    Plain,
    Reference(Option<usize>),
    Tuple(Index),
    Time(DateTime),
    /// NumPy's float64, with its value.
    Number(f64),
    /// NumPy's str_, with the node of its text.
    Word(Index),
    /// An object whose content counts.
    Object,
    /// Another tag, and whether it counts.
    Other(bool),
}

/// One cell's jsonpickle (or JSONB) text, parsed. Reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct Pickle {
    tree: Tree,
    /// What each number of a reference stands for; empty where the text has no reference.
    numbered: Vec<Option<Index>>,
    has_references: bool,
    /// JSONB knows no tags, and most jsonpickle has none.
    tagless: bool,
}

impl Pickle {
    /// Parses a jsonpickle text; answers whether it is one.
    pub fn parse(&mut self, text: &str, depth: usize) -> bool {
        self.numbered.clear();
        if self.tree.parse(text, depth).is_err() {
            return false;
        }
        self.tagless = !self.tree.has_tags();
        self.has_references = self.tree.has_references();
        if self.has_references {
            let mut numbered = std::mem::take(&mut self.numbered);
            self.count(text, Tree::ROOT, &mut numbered);
            self.numbered = numbered;
        }
        true
    }

    /// Parses JSONB text; answers whether it is any.
    pub fn parse_jsonb(&mut self, text: &str, depth: usize) -> bool {
        self.numbered.clear();
        self.tagless = true;
        self.has_references = false;
        self.tree.parse(text, depth).is_ok()
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Whether any part can be copied as it stands.
    pub fn is_verbatim(&self) -> bool {
        self.tree.is_canonical() && !self.has_references
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
                Tag::Reference(number) => match self.target(index, number) {
                    Target::Node(node) => self.value(text, node),
                    Target::Gone => Value::Null,
                    Target::Dangling => Value::Other(index),
                },
                Tag::Tuple(list) => Value::Tuple(list),
                Tag::Time(time) => Value::Time(time),
                Tag::Number(value) => Value::Float(value),
                Tag::Word(node) => self.value(text, node),
                Tag::Object | Tag::Other(_) => Value::Other(index),
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
        if !self.has_references {
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

    pub(super) fn tag(&self, text: &str, dict: Index) -> Tag {
        if self.tagless {
            return Tag::Plain;
        }
        let mut first = None;
        let mut object = None;
        let mut keys = 0;
        for (key, value) in self.tree.pairs(dict) {
            keys += 1;
            let raw = self.tree.raw(text, key);
            if raw.starts_with("py/") {
                first.get_or_insert((raw, value));
                if raw == "py/object" {
                    object = Some(value);
                }
            }
        }
        if let Some(name) = object {
            return self.object_tag(text, dict, self.tree.raw(text, name));
        }
        match first {
            None => Tag::Plain,
            Some(("py/id", value)) if keys == 1 => Tag::Reference(self.tree.raw(text, value).parse().ok()),
            Some(("py/tuple", value)) if keys == 1 && self.tree.token(value) == Token::List => Tag::Tuple(value),
            Some((tag, _)) => Tag::Other(!matches!(tag, "py/type" | "py/function" | "py/b64" | "py/set")),
        }
    }

    fn object_tag(&self, text: &str, dict: Index, name: &str) -> Tag {
        if name == "numpy.float64" {
            let value = self.tree.get(text, dict, "value").map(|v| (self.tree.token(v), self.tree.raw(text, v)));
            return match value {
                Some((Token::Int | Token::Float, raw)) => Tag::Number(number::float(raw).unwrap_or(f64::NAN)),
                _ => Tag::Object,
            };
        }
        if name == "numpy.str_" {
            let value = self.tree.get(text, dict, "value").filter(|v| matches!(self.tree.token(*v), Token::Text(_)));
            return value.map_or(Tag::Object, Tag::Word);
        }
        if !matches!(name, "datetime.datetime" | "datetime.date" | "datetime.time") {
            return Tag::Object;
        }
        if self.tree.get(text, dict, "__reduce__").is_none() {
            return Tag::Object;
        }
        let time = (name == "datetime.datetime").then(|| self.time_arguments(text, dict)).flatten().and_then(|list| {
            let first = self.tree.element(list, 0)?;
            DateTime::from_pickle(&from_base64(self.tree.raw(text, first))?)
        });
        // A date or a time counts as one, and so does a datetime that cannot be read.
        time.map_or(Tag::Other(true), Tag::Time)
    }

    /// The arguments in a `__reduce__`.
    fn time_arguments(&self, text: &str, dict: Index) -> Option<Index> {
        self.tree.get(text, dict, "__reduce__").and_then(|r| self.tree.element(r, 1))
    }

    /// Numbers a node and all it contains, as jsonpickle's reader does.
    fn count(&self, text: &str, index: Index, numbered: &mut Vec<Option<Index>>) {
        match self.tree.token(index) {
            Token::List => {
                numbered.push(Some(index));
                self.tree.children(index).for_each(|child| self.count(text, child, numbered));
            }
            Token::Dict => match self.tag(text, index) {
                Tag::Reference(_) | Tag::Other(false) => {}
                Tag::Tuple(list) => self.tree.children(list).for_each(|child| self.count(text, child, numbered)),
                Tag::Time(_) => {
                    numbered.push(Some(index));
                    let zone = self.time_arguments(text, index).map_or(0, |a| count_of(self.tree.raw(text, a)));
                    numbered.extend(std::iter::repeat_n(None, zone));
                }
                Tag::Number(_) | Tag::Word(_) | Tag::Other(true) => numbered.push(Some(index)),
                Tag::Object => {
                    numbered.push(Some(index));
                    self.count_inside(index, numbered);
                }
                Tag::Plain => {
                    numbered.push(Some(index));
                    self.tree.pairs(index).for_each(|(_, value)| self.count(text, value, numbered));
                }
            },
            _ => {}
        }
    }

    /// Numbers what an object contains; nothing can refer to it by value.
    fn count_inside(&self, object: Index, numbered: &mut Vec<Option<Index>>) {
        for (_, value) in self.tree.pairs(object) {
            match self.tree.token(value) {
                Token::List => self.count_list(value, numbered),
                Token::Dict => {
                    numbered.push(None);
                    self.count_inside(value, numbered);
                }
                _ => {}
            }
        }
    }

    fn count_list(&self, list: Index, numbered: &mut Vec<Option<Index>>) {
        numbered.push(None);
        for child in self.tree.children(list) {
            match self.tree.token(child) {
                Token::List => self.count_list(child, numbered),
                Token::Dict => self.count_inside(child, numbered),
                _ => {}
            }
        }
    }

    pub(super) fn target(&self, reference: Index, number: Option<usize>) -> Target {
        match number.and_then(|n| self.numbered.get(n)) {
            // Only what stands before can be referred to; this also keeps resolving from going round in circles.
            Some(Some(node)) if *node < reference => Target::Node(*node),
            Some(None) => Target::Gone,
            _ => Target::Dangling,
        }
    }
}

pub(super) enum Target {
    Node(Index),
    /// Part of an object, which cannot be had by itself: Python gives None.
    Gone,
    Dangling,
}

pub(super) fn count_of(raw: &str) -> usize {
    memchr::memmem::find_iter(raw.as_bytes(), b"\"py/reduce\"").count()
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
        assert_eq!(part(r#"{"a": [{"py/id": 77}]}"#, "a"), r#"[{"py/id": 77}]"#);
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
