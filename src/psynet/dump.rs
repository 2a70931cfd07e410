//! Write a jsonpickle text, or a part of it, as PsyNet's `serialize` does: what occurs again is numbered anew.

use super::json::{Index, Token};
use super::jsonpickle::Pickle;
use super::tags::{ARRAY, ArrayForm, Tag, unnumbered};
use crate::order::Map;

/// Writes a part and counts its references anew, as jsonpickle's writer does.
pub(super) struct Dump<'t> {
    pickle: &'t Pickle,
    text: &'t str,
    /// The numbers of nodes that were written.
    seen: Map<Index, u64>,
    /// The numbers of rows: the same row is the same Python object wherever it is spelled.
    rows: Map<String, u64>,
    count: u64,
}

impl<'t> Dump<'t> {
    /// Begins a part of a parsed text.
    pub fn new(pickle: &'t Pickle, text: &'t str) -> Self {
        Dump { pickle, text, seen: Map::new(), rows: Map::new(), count: 0 }
    }

    /// Adds a node. Answers whether it could: nesting may exceed `depth`.
    pub fn write(&mut self, index: Index, depth: usize, out: &mut String) -> bool {
        self.node(index, 0, depth, out)
    }

    /// Lists have no number of their own as many `levels` deep.
    fn node(&mut self, index: Index, levels: u8, depth: usize, out: &mut String) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let (pickle, text) = (self.pickle, self.text);
        match pickle.tree().token(index) {
            Token::List => {
                (levels == 0 && self.repeated(index, out))
                    || self.list(pickle.tree().children(index), levels, depth, out)
            }
            Token::Dict => match pickle.tag(text, index) {
                Tag::Reference(number) => match pickle.target(number) {
                    Some(node) => self.node(node, 0, depth, out),
                    None => {
                        out.push_str("null");
                        true
                    }
                },
                Tag::Name => {
                    pickle.copy(text, index, out);
                    true
                }
                Tag::Row => {
                    self.row(index, out);
                    true
                }
                Tag::Tuple(_) | Tag::Set => self.members(index, Some(""), depth, out),
                Tag::Plain => self.repeated(index, out) || self.members(index, None, depth, out),
                Tag::Object(ARRAY) => self.repeated(index, out) || self.array(index, depth, out),
                Tag::Object(class) => self.repeated(index, out) || self.members(index, Some(class), depth, out),
            },
            _ => {
                pickle.copy(text, index, out);
                true
            }
        }
    }

    /// Notes a node; answers whether a reference was written instead since it was noted before.
    fn repeated(&mut self, index: Index, out: &mut String) -> bool {
        if let Some(number) = self.seen.get(&index) {
            reference(*number, out);
            return true;
        }
        self.seen.insert(index, self.count);
        self.count += 1;
        false
    }

    fn row(&mut self, index: Index, out: &mut String) {
        let mut row = String::new();
        self.pickle.copy(self.text, index, &mut row);
        match self.rows.get(&row) {
            Some(number) => reference(*number, out),
            None => {
                out.push_str(&row);
                self.rows.insert(row, self.count);
                self.count += 1;
            }
        }
    }

    fn list(&mut self, list: impl Iterator<Item = Index>, levels: u8, depth: usize, out: &mut String) -> bool {
        out.push('[');
        for (n, child) in list.enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            if !self.node(child, levels.saturating_sub(1), depth, out) {
                return false;
            }
        }
        out.push(']');
        true
    }

    fn members(&mut self, dict: Index, class: Option<&str>, depth: usize, out: &mut String) -> bool {
        out.push('{');
        for (n, (key, value)) in self.pickle.tree().pairs(dict).enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            self.pickle.copy(self.text, key, out);
            out.push_str(": ");
            let key = self.pickle.tree().raw(self.text, key);
            let done = match (class, key, unnumbered(class, key)) {
                (_, _, None) => {
                    self.pickle.copy(self.text, value, out);
                    true
                }
                // NumPy takes the base of a view as it is.
                (Some(ARRAY), "base", _) if self.is_array(value) => {
                    self.repeated(value, out) || self.members(value, class, depth, out)
                }
                (Some(_), "py/seq", Some(levels)) => match self.pickle.tuple_elements(self.text, dict) {
                    Some(elements) => self.list(elements.into_iter(), levels, depth, out),
                    None => self.node(value, levels, depth, out),
                },
                (_, _, Some(levels)) => self.node(value, levels, depth, out),
            };
            if !done {
                return false;
            }
        }
        out.push('}');
        true
    }

    fn is_array(&self, index: Index) -> bool {
        matches!(self.pickle.tag(self.text, index), Tag::Object(ARRAY))
    }

    fn array(&mut self, dict: Index, depth: usize, out: &mut String) -> bool {
        let (pickle, tree, text) = (self.pickle, self.pickle.tree(), self.text);
        match pickle.array_form(text, dict) {
            ArrayForm::Same => self.members(dict, Some(ARRAY), depth, out),
            ArrayForm::Scalar => {
                out.push('{');
                for (n, (key, value)) in tree.pairs(dict).enumerate() {
                    let (open, close) = if tree.raw(text, key) == "values" { ("[", "]") } else { ("", "") };
                    out.push_str(if n > 0 { ", " } else { "" });
                    pickle.copy(text, key, out);
                    out.push_str(": ");
                    out.push_str(open);
                    pickle.copy(text, value, out);
                    out.push_str(close);
                }
                out.push('}');
                self.count += 1;
                true
            }
            ArrayForm::View { values, shape } => {
                let mut spelled = [String::new(), String::new(), "null".to_owned()];
                let dtype = tree.get(text, dict, "dtype");
                for (node, spelled) in [Some(values), Some(shape), dtype].into_iter().zip(&mut spelled) {
                    if let Some(node) = node {
                        spelled.clear();
                        pickle.copy(text, node, spelled);
                    }
                }
                let [values_text, shape, dtype] = spelled;
                let dtype = format!("\"dtype\": {dtype}, \"values\": {values_text}");
                let base = format!("{{\"py/object\": \"{ARRAY}\", {dtype}, \"shape\": {}}}", self.lengths(values));
                out.push_str(&format!("{{\"py/object\": \"{ARRAY}\", \"base\": {base}, \"shape\": {shape}, {dtype}}}"));
                // The base, and the lists of either.
                self.count += 1 + 2 * values_text.matches('[').count() as u64;
                true
            }
        }
    }

    /// The shape of nested lists, as JSON.
    fn lengths(&self, list: Index) -> String {
        let (mut lengths, mut list) = (Vec::new(), Some(list));
        while let Some(index) = list.filter(|index| self.pickle.tree().token(*index) == Token::List) {
            lengths.push(self.pickle.tree().children(index).count().to_string());
            list = self.pickle.tree().element(index, 0);
        }
        format!("[{}]", lengths.join(", "))
    }
}

fn reference(number: u64, out: &mut String) {
    out.push_str("{\"py/id\": ");
    out.push_str(itoa::Buffer::new().format(number));
    out.push('}');
}
