//! Parse JSON as Python writes and reads it into a flat tree that keeps order and every spelling.
//!
//! Python's dialect: `NaN`, `Infinity` and `-Infinity` are numbers, lone surrogates may be escaped. Nodes stand
//! in one list in the order of the text; a container knows where the node after its content is, so that
//! walking needs no pointers and a tree can be reused from row to row without new memory.

use super::json_text::{hex, plain_run};
use super::number;
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

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

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

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    canonical: bool,
    tags: [bool; 2],
    nodes: &'a mut Vec<Node>,
}

impl Parser<'_> {
    /// An own stack of open containers instead of recursion: depth costs no call stack.
    fn run(&mut self, depth: usize) -> Result<(), Invalid> {
        let mut open: Vec<Index> = Vec::new();
        self.blank();
        loop {
            if let Some(container) = self.value()? {
                if open.len() >= depth {
                    return Err(Invalid);
                }
                self.blank();
                if !self.closes(container) {
                    open.push(container);
                    self.key(container)?;
                    continue;
                }
            }
            loop {
                self.blank();
                let Some(&container) = open.last() else {
                    return if self.at == self.text.len() { Ok(()) } else { Err(Invalid) };
                };
                if !self.closes(container) {
                    self.expect(b',')?;
                    self.space();
                    self.key(container)?;
                    break;
                }
                open.pop();
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), Invalid> {
        if self.peek() != Some(byte) {
            return Err(Invalid);
        }
        self.at += 1;
        Ok(())
    }

    /// Skips white space where Python writes none.
    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.canonical = false;
        }
    }

    /// Skips the one space that Python writes after a comma or a colon.
    fn space(&mut self) {
        if self.peek() == Some(b' ') {
            self.at += 1;
        } else {
            self.canonical = false;
        }
        self.blank();
    }

    /// Whether the container ends here; then its end is noted.
    fn closes(&mut self, container: Index) -> bool {
        let count = self.nodes.len() as u32;
        let Some(node) = self.nodes.get_mut(container as usize) else { return false };
        let bracket = if node.token == Token::List { b']' } else { b'}' };
        if self.text.get(self.at) != Some(&bracket) {
            return false;
        }
        self.at += 1;
        node.end = self.at as u32;
        node.next = count;
        true
    }

    /// Reads a key and its colon if the container is a dict.
    fn key(&mut self, container: Index) -> Result<(), Invalid> {
        if self.nodes.get(container as usize).is_some_and(|n| n.token == Token::Dict) {
            self.expect(b'"')?;
            let start = self.at;
            self.string()?;
            if let Some(key) = self.text.get(start..self.at).filter(|key| key.starts_with(b"py/")) {
                self.tags[0] = true;
                self.tags[1] |= key == b"py/id\"";
            }
            self.blank();
            self.expect(b':')?;
            self.space();
        }
        Ok(())
    }

    fn add(&mut self, token: Token, start: usize, end: usize) -> Index {
        let index = self.nodes.len() as Index;
        self.nodes.push(Node { token, start: start as u32, end: end as u32, next: index + 1 });
        index
    }

    /// Reads a scalar, or the opening bracket of the container whose index it answers.
    fn value(&mut self) -> Result<Option<Index>, Invalid> {
        let start = self.at;
        match self.peek().ok_or(Invalid)? {
            b'[' => {
                self.at += 1;
                Ok(Some(self.add(Token::List, start, start)))
            }
            b'{' => {
                self.at += 1;
                Ok(Some(self.add(Token::Dict, start, start)))
            }
            b'"' => {
                self.at += 1;
                self.string().map(|()| None)
            }
            b'n' => self.word("null", Token::Null),
            b't' => self.word("true", Token::Bool(true)),
            b'f' => self.word("false", Token::Bool(false)),
            b'N' => self.word("NaN", Token::Float),
            b'I' => self.word("Infinity", Token::Float),
            b'-' if self.text.get(start + 1) == Some(&b'I') => self.word("-Infinity", Token::Float),
            _ => self.number().map(|()| None),
        }
    }

    fn word(&mut self, word: &str, token: Token) -> Result<Option<Index>, Invalid> {
        let end = self.at + word.len();
        if self.text.get(self.at..end) != Some(word.as_bytes()) {
            return Err(Invalid);
        }
        self.add(token, self.at, end);
        self.at = end;
        Ok(None)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (zero && whole > 1) {
            return Err(Invalid);
        }
        let mut token = Token::Int;
        if self.peek() == Some(b'.') {
            self.at += 1;
            token = Token::Float;
            if self.digits() == 0 {
                return Err(Invalid);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            token = Token::Float;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Invalid);
            }
        }
        let text = self.text.get(start..self.at).and_then(|t| str::from_utf8(t).ok()).unwrap_or_default();
        self.canonical &= match token {
            Token::Float if number::is_short_float(text) => true,
            Token::Float => number::float(text).is_some_and(|f| number::Buffer::default().python(f) == text),
            _ => text != "-0",
        };
        self.add(token, start, self.at);
        Ok(())
    }

    /// Reads a string after its opening quote, up to and with the closing one.
    fn string(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        let mut plain = true;
        loop {
            self.at += plain_run(self.text.get(self.at..).unwrap_or_default());
            match self.peek().ok_or(Invalid)? {
                b'"' => break,
                b'\\' => {
                    plain = false;
                    self.escape()?;
                    continue;
                }
                // Python's reader refuses control characters, and its writer escapes all but printable ASCII.
                0..=0x1f => return Err(Invalid),
                0x7f.. => self.canonical = false,
                _ => {}
            }
            self.at += 1;
        }
        self.add(Token::Text(plain), start, self.at);
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Invalid> {
        let kind = *self.text.get(self.at + 1).ok_or(Invalid)?;
        match kind {
            b'"' | b'\\' | b'n' | b'r' | b't' | b'f' | b'b' => self.at += 2,
            b'/' => {
                self.canonical = false;
                self.at += 2;
            }
            b'u' => {
                let digits = self.text.get(self.at + 2..self.at + 6).ok_or(Invalid)?;
                let unit = hex(digits).ok_or(Invalid)?;
                let short = matches!(unit, 8 | 9 | 10 | 12 | 13) || (0x20..0x7f).contains(&unit);
                self.canonical &= !short && !digits.iter().any(u8::is_ascii_uppercase);
                self.at += 6;
            }
            _ => return Err(Invalid),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_text::decode;
    use super::*;

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
