//! Cut Python source into logical lines of tokens, and read the literals among them. Nothing is run.

use super::json_text;
use super::number;

/// A token that declarations are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name or keyword.
    Name(String),
    /// A number, as spelled.
    Number(String),
    /// A string's content.
    Text(String),
    /// A string whose content is not plain (an f-string, bytes, an escape).
    Opaque,
    /// Any other character.
    Sign(char),
}

impl Token {
    /// Whether this is that name.
    pub fn is_name(&self, name: &str) -> bool {
        matches!(self, Token::Name(n) if n == name)
    }

    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// A logical line: how far it is indented, and its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Columns of white space before it; a tab counts eight.
    pub indent: usize,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

/// The logical lines of a source. What is not Python gives lines that declare nothing.
pub fn lines(source: &str) -> Vec<Line> {
    let mut lexer = Lexer { rest: source.strip_prefix('\u{feff}').unwrap_or(source) };
    let mut lines = Vec::new();
    while !lexer.rest.is_empty() {
        let line = lexer.line();
        if !line.tokens.is_empty() {
            lines.push(line);
        }
    }
    lines
}

struct Lexer<'s> {
    rest: &'s str,
}

impl<'s> Lexer<'s> {
    fn skip(&mut self, bytes: usize) -> &'s str {
        let (head, tail) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = tail;
        head
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    fn run(&mut self, test: impl Fn(char) -> bool) -> &'s str {
        let end = self.rest.find(|c| !test(c)).unwrap_or(self.rest.len());
        self.skip(end)
    }

    fn line(&mut self) -> Line {
        let white = self.run(|c| matches!(c, ' ' | '\t' | '\u{c}'));
        let indent = white.chars().map(|c| if c == '\t' { 8 } else { 1 }).sum();
        let mut tokens = Vec::new();
        let mut open = 0usize;
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\n' if open == 0 => {
                    self.skip(1);
                    break;
                }
                '#' => {
                    self.run(|c| c != '\n');
                }
                '\\' => {
                    self.skip(1);
                    self.run(|c| c == '\r');
                    if self.rest.starts_with('\n') {
                        self.skip(1);
                    }
                }
                '"' | '\'' => tokens.push(self.string("")),
                _ if c.is_whitespace() => {
                    self.next();
                }
                _ if c.is_ascii_digit() => {
                    let digits = self.run(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
                    tokens.push(Token::Number(digits.to_owned()));
                }
                _ if c.is_alphanumeric() || c == '_' => {
                    let name = self.run(|c| c.is_alphanumeric() || c == '_');
                    let prefix = name.len() <= 2 && name.chars().all(|c| "rbufRBUF".contains(c));
                    if prefix && self.rest.starts_with(['"', '\'']) {
                        tokens.push(self.string(name));
                    } else {
                        tokens.push(Token::Name(name.to_owned()));
                    }
                }
                _ => {
                    self.next();
                    match c {
                        '(' | '[' | '{' => open += 1,
                        ')' | ']' | '}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    tokens.push(Token::Sign(c));
                }
            }
        }
        Line { indent, tokens }
    }

    fn string(&mut self, prefix: &str) -> Token {
        let quote = if self.rest.starts_with('"') { '"' } else { '\'' };
        let triple = if quote == '"' { "\"\"\"" } else { "'''" };
        let long = self.rest.starts_with(triple);
        self.skip(if long { 3 } else { 1 });
        let raw = prefix.contains(['r', 'R']);
        let mut plain = !prefix.contains(['b', 'B', 'f', 'F']);
        let mut text = String::new();
        loop {
            if long && self.rest.starts_with(triple) {
                self.skip(3);
                break;
            }
            match self.next() {
                None => break,
                Some('\n') if !long => break,
                Some(c) if !long && c == quote => break,
                Some('\\') => {
                    let escaped = self.next();
                    match escaped {
                        Some(c @ ('\\' | '\'' | '"')) if !raw => text.push(c),
                        Some('n') if !raw => text.push('\n'),
                        Some('t') if !raw => text.push('\t'),
                        _ => plain = false,
                    }
                }
                Some(c) => text.push(c),
            }
        }
        if plain { Token::Text(text) } else { Token::Opaque }
    }
}

/// Reads a literal at the start of the tokens: its JSON as Python would write it, and the tokens after it.
pub fn literal(tokens: &[Token], depth: usize) -> Option<(String, &[Token])> {
    let depth = depth.checked_sub(1)?;
    let (first, rest) = tokens.split_first()?;
    let mut json = String::new();
    match first {
        Token::Name(name) => json.push_str(match name.as_str() {
            "None" => "null",
            "True" => "true",
            "False" => "false",
            _ => return None,
        }),
        Token::Number(digits) => json = number_json(digits)?,
        Token::Sign('-') => {
            let (number, rest) = literal(rest, depth)?;
            let positive = number.starts_with(|c: char| c.is_ascii_digit());
            return positive.then(|| (format!("-{number}"), rest));
        }
        Token::Text(text) => json_text::write_text(text, &mut json),
        Token::Sign('[') => return sequence(rest, ']', "[", "]", depth),
        Token::Sign('{') => return dict(rest, depth),
        _ => return None,
    }
    Some((json, rest))
}

fn number_json(digits: &str) -> Option<String> {
    let digits = digits.replace('_', "");
    if number::is_int(&digits) {
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        return (!leading_zero).then_some(digits);
    }
    let value = number::float(&digits).filter(|f| f.is_finite())?;
    Some(number::Buffer::default().python(value).to_owned())
}

fn sequence<'t>(
    mut tokens: &'t [Token],
    close: char,
    before: &str,
    after: &str,
    depth: usize,
) -> Option<(String, &'t [Token])> {
    let mut json = before.to_owned();
    loop {
        if tokens.first() == Some(&Token::Sign(close)) {
            json.push_str(after);
            return Some((json, tokens.get(1..)?));
        }
        if json.len() > before.len() {
            json.push_str(", ");
        }
        let (element, rest) = literal(tokens, depth)?;
        json.push_str(&element);
        tokens = comma(rest, close)?;
    }
}

fn dict(mut tokens: &[Token], depth: usize) -> Option<(String, &[Token])> {
    let mut json = "{".to_owned();
    loop {
        if tokens.first() == Some(&Token::Sign('}')) {
            json.push('}');
            return Some((json, tokens.get(1..)?));
        }
        if json.len() > 1 {
            json.push_str(", ");
        }
        let (Token::Text(key), rest) = tokens.split_first()? else { return None };
        let (Token::Sign(':'), rest) = rest.split_first()? else { return None };
        let (value, rest) = literal(rest, depth)?;
        json_text::write_text(key, &mut json);
        json.push_str(": ");
        json.push_str(&value);
        tokens = comma(rest, '}')?;
    }
}

/// The tokens after a comma, or those at the closing bracket.
fn comma(tokens: &[Token], close: char) -> Option<&[Token]> {
    match tokens.split_first()? {
        (Token::Sign(','), rest) => Some(rest),
        (Token::Sign(c), _) if *c == close => Some(tokens),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_comments_left_out() {
        let source = "class A(B,  # why\n        C):\n    x = \"\"\"a\n  b\"\"\"\n\n    y = f'{x}' \\\n  + 'it\\'s'\n";
        let lines = lines(source);
        assert_eq!(lines.iter().map(|l| l.indent).collect::<Vec<_>>(), [0, 4, 4]);
        assert_eq!(lines[1].tokens[2], Token::Text("a\n  b".to_owned()));
        assert_eq!(lines[2].tokens[2], Token::Opaque);
        assert_eq!(lines[2].tokens[4], Token::Text("it's".to_owned()));
    }

    #[test]
    fn literals_are_read_and_nothing_else() {
        let read = |source: &str| {
            let line = lines(source).remove(0);
            literal(&line.tokens, 20).filter(|(_, rest)| rest.is_empty()).map(|(json, _)| json)
        };
        assert_eq!(
            read("{'a': [1, -2.50, True, None,], \"b\": {}}").as_deref(),
            Some(r#"{"a": [1, -2.5, true, null], "b": {}}"#)
        );
        assert_eq!(read("'ä'").as_deref(), Some(r#""\u00e4""#));
        for source in ["x", "f()", "[x]", "f'a'", "--1", "0x1f", "{1: 2}", "1 + 1", "["] {
            assert_eq!(read(source), None, "{source}");
        }
        assert_eq!(read(&"[".repeat(1000)), None);
    }
}
