//! Parse JSON as Python writes and reads it into a flat tree that keeps order and every spelling.
//!
//! Python's dialect: `NaN`, `Infinity` and `-Infinity` are numbers, lone surrogates may be escaped. Nodes stand
//! in one list in the order of the text; a container knows where the node after its content is, so that
//! walking needs no pointers and a tree can be reused from row to row without new memory.

mod parser;

use parser::Parser;
use std::ops::Range;

/// What a node is. Of numbers and strings the text range says the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number of any length.
    Int,
    /// A number with a point or an exponent, `NaN`, `Infinity` or `-Infinity`.
    Float,
    /// A string; its range excludes the quotes. `true` where raw text and content are the same.
    Text(bool),
    /// An array.
    List,
    /// An object; children are keys (text) and values in turn.
    Dict,
}

/// A node: what, where in the text, and the index of the node after it and all it contains.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub token: Token,
    start: u32,
    end: u32,
    /// Index of the next node that is not inside this one.
    pub next: u32,
}

impl Node {
    /// Where it stands in the text.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Index of a node.
pub type Index = u32;

/// Why a text is no JSON; the place is of no use to a reader since cells are never quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

/// A parsed text. The text itself is passed to whatever needs it again.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// Whether the text is exactly what Python's `json.dumps` would write for it.
    canonical: bool,
    /// Whether a key begins with `py/`, and whether one is `py/id`: most texts have none, which saves looking again.
    tags: [bool; 2],
}

impl Tree {
    /// The root of a parsed tree.
    pub const ROOT: Index = 0;

    /// A node.
    pub fn node(&self, index: Index) -> Option<Node> {
        self.nodes.get(index as usize).copied()
    }

    /// What a node is; `Null` where there is none.
    pub fn token(&self, index: Index) -> Token {
        self.node(index).map_or(Token::Null, |n| n.token)
    }

    /// Whether the text is what `json.dumps` writes, so that any part may be copied as it stands.
    pub fn is_canonical(&self) -> bool {
        self.canonical
    }

    /// Whether any key begins with `py/`.
    pub fn has_tags(&self) -> bool {
        self.tags[0]
    }

    /// Whether any key is `py/id`.
    pub fn has_references(&self) -> bool {
        self.tags[1]
    }

    /// The text of a node: of a string what is between the quotes, of a container brackets and all.
    pub fn raw<'t>(&self, text: &'t str, index: Index) -> &'t str {
        self.node(index).and_then(|n| text.get(n.range())).unwrap_or_default()
    }

    /// The elements of a list, or keys and values of a dict in turn.
    pub fn children(&self, index: Index) -> Children<'_> {
        let end = match self.node(index) {
            Some(n) if matches!(n.token, Token::List | Token::Dict) => n.next,
            _ => index + 1,
        };
        Children { tree: self, at: index + 1, end }
    }

    /// Keys and values of a dict.
    pub fn pairs(&self, index: Index) -> Pairs<'_> {
        let empty = self.token(index) != Token::Dict;
        Pairs(if empty { Children { tree: self, at: 0, end: 0 } } else { self.children(index) })
    }

    /// The value of a key of a dict. Only keys without escapes are found, which is all that is ever asked for.
    pub fn get(&self, text: &str, dict: Index, key: &str) -> Option<Index> {
        self.pairs(dict).find(|(k, _)| self.raw(text, *k) == key).map(|(_, value)| value)
    }

    /// The element of a list.
    pub fn element(&self, list: Index, number: usize) -> Option<Index> {
        (self.token(list) == Token::List).then(|| self.children(list).nth(number)).flatten()
    }

    /// Parses a text, replacing what was there. `depth` is the deepest nesting allowed.
    pub fn parse(&mut self, text: &str, depth: usize) -> Result<(), Invalid> {
        self.nodes.clear();
        let mut parser =
            Parser { text: text.as_bytes(), at: 0, canonical: true, tags: [false; 2], nodes: &mut self.nodes };
        let result = u32::try_from(text.len()).map_err(|_| Invalid).and_then(|_| parser.run(depth));
        (self.canonical, self.tags) = (parser.canonical, parser.tags);
        if result.is_err() {
            self.nodes.clear();
        }
        result
    }
}

/// Whether lists and dicts in a text are nested deeper than `depth`.
pub fn is_deeper(text: &str, depth: usize) -> bool {
    // Hardly any text has as many brackets.
    if memchr::memchr2_iter(b'[', b'{', text.as_bytes()).nth(depth).is_none() {
        return false;
    }
    let (mut open, mut quoted, mut escaped) = (0usize, false, false);
    text.bytes().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => open += 1,
            b']' | b'}' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
        open > depth
    })
}

/// See [`Tree::children`].
#[derive(Clone, Debug)]
pub struct Children<'a> {
    tree: &'a Tree,
    at: Index,
    end: Index,
}

impl Iterator for Children<'_> {
    type Item = Index;

    fn next(&mut self) -> Option<Index> {
        let here = self.at;
        if here >= self.end {
            return None;
        }
        self.at = self.tree.node(here)?.next;
        Some(here)
    }
}

/// See [`Tree::pairs`].
#[derive(Clone, Debug)]
pub struct Pairs<'a>(Children<'a>);

impl Iterator for Pairs<'_> {
    type Item = (Index, Index);

    fn next(&mut self) -> Option<(Index, Index)> {
        Some((self.0.next()?, self.0.next()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psynet::json_text::decode;

    #[test]
    fn canonical_texts_are_what_python_writes() {
        let mut tree = Tree::default();
        for text in [r#"{"a": [1, -2.5, 1e-05, NaN, {}], "\u00e4": "\ud83c\n\""}"#, "[]", "-Infinity", "\"x\""] {
            assert_eq!(tree.parse(text, 9), Ok(()), "{text}");
            assert!(tree.is_canonical(), "{text}");
        }
        for text in ["[1,2]", "{\"a\":1}", " 1", "1.50", "-0", "\"ä\"", r#""\u000a""#, r#""\u00E4""#, r#""\/""#, "[ ]"]
        {
            assert_eq!(tree.parse(text, 9), Ok(()), "{text}");
            assert!(!tree.is_canonical(), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let mut tree = Tree::default();
        let bad = [
            "",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "{\"a\"}",
            "{1: 2}",
            "01",
            "1.",
            "+1",
            "nul",
            "1 2",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\n\"",
            "]",
            "[}",
        ];
        for text in bad {
            assert_eq!(tree.parse(text, 9), Err(Invalid), "{text}");
        }
        assert_eq!(tree.parse("[[[]]]", 3), Ok(()));
        assert_eq!(tree.parse("[[[]]]", 2), Err(Invalid));
    }

    #[test]
    fn what_is_too_deep_is_told_from_what_has_many_brackets() {
        let mut tree = Tree::default();
        for text in [r#"[[{"a": []}]]"#, "[[], [], [], [], []]", r#"["[[[[[", "\\", "\"{{{{["]"#, r#"{"[": {"{": 1}}"#]
        {
            for depth in 0..6 {
                assert_eq!(is_deeper(text, depth), tree.parse(text, depth).is_err(), "{text} {depth}");
            }
        }
    }

    #[test]
    fn parts_are_found() {
        let text = r#"{"a": {"b": [10, "x\ty"]}, "c": null}"#;
        let mut tree = Tree::default();
        tree.parse(text, 9).unwrap();
        let list = tree.get(text, Tree::ROOT, "a").and_then(|a| tree.get(text, a, "b")).unwrap();
        assert_eq!(tree.raw(text, list), r#"[10, "x\ty"]"#);
        assert_eq!(decode(tree.raw(text, tree.element(list, 1).unwrap())), "x\ty");
        assert_eq!(tree.pairs(Tree::ROOT).count(), 2);
        assert_eq!(tree.get(text, Tree::ROOT, "d"), None);
    }
}
