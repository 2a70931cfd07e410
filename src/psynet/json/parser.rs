//! One pass over a text that fills the list of nodes.

use super::{Index, Invalid, Node, Token};
use crate::psynet::json_text::{hex, plain_run};
use crate::psynet::number;

pub struct Parser<'a> {
    pub text: &'a [u8],
    pub at: usize,
    pub canonical: bool,
    pub tags: [bool; 2],
    pub nodes: &'a mut Vec<Node>,
}

impl Parser<'_> {
    /// An own stack of open containers instead of recursion: depth costs no call stack.
    pub fn run(&mut self, depth: usize) -> Result<(), Invalid> {
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
