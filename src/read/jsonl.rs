//! Reads an exported ultralong table in JSON: an object a line, or one array as versions before May 2026 wrote.

use super::ultralong::{COLUMNS, Row, Rows, Spelling};
use super::ultralong_csv::MARK;
use crate::error::{Code, Error, Place, Problem, Result};
use crate::json::{self, Bad};
use crate::limits::Limits;
use crate::value::Type;

/// One file.
pub(super) struct UltralongJson {
    objects: Objects,
    parse: Parse,
}

/// What reading a row needs.
struct Parse {
    limits: Limits,
    number: u64,
    scratch: Vec<u8>,
}

impl UltralongJson {
    /// At the beginning of a file.
    pub fn new(spelling: Spelling, limits: Limits) -> Self {
        let parse = Parse { limits, number: 0, scratch: Vec::new() };
        UltralongJson { objects: Objects::new(spelling == Spelling::Array, limits), parse }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// Limits.
    pub fn push(&mut self, chunk: &[u8], into: &mut Rows) -> Result<()> {
        let parse = &mut self.parse;
        self.objects.push(chunk, &mut |text, offset| parse.take(text, offset, into).map(|_| ()))
    }

    /// The end of the file.
    ///
    /// # Errors
    /// Limits.
    pub fn finish(&mut self, into: &mut Rows) -> Result<()> {
        let whole = if self.objects.array {
            self.objects.closed
        } else {
            // A last line may lack its end and yet be complete.
            let rest = std::mem::take(&mut self.objects.carry);
            rest.trim_ascii().is_empty() || self.parse.last(&rest, self.objects.begin, into)?
        };
        if let (false, Some(facts)) = (whole, into.files.last_mut()) {
            let place = Place::default().record(self.parse.number).byte(self.objects.begin);
            facts
                .problems
                .add(Problem::new(Code::Truncated, place).detail("What follows the last complete row was left out."));
        }
        Ok(())
    }
}

impl Parse {
    /// Takes the last line if it is complete.
    fn last(&mut self, text: &[u8], offset: u64, into: &mut Rows) -> Result<bool> {
        if self.compact(text).is_err_and(|bad| bad != Bad::Depth) {
            return Ok(false);
        }
        self.take(text, offset, into)?;
        Ok(true)
    }

    /// A row without spaces, in `scratch`; the row is one level itself.
    fn compact(&mut self, text: &[u8]) -> std::result::Result<(), Bad> {
        self.scratch.clear();
        json::compact(text, self.limits.depth.saturating_add(1), &mut self.scratch)
    }

    fn take(&mut self, text: &[u8], offset: u64, into: &mut Rows) -> Result<()> {
        let text = text.strip_prefix(MARK).unwrap_or(text);
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        self.number += 1;
        let number = self.number;
        let Some(facts) = into.files.last_mut() else { return Ok(()) };
        match self.compact(text) {
            Ok(()) => {}
            Err(Bad::Depth) => {
                facts.too_deep(number, offset);
                return Ok(());
            }
            Err(Bad::Syntax | Bad::Text) => {
                facts.bad(number, offset, "");
                return Ok(());
            }
        }
        // Compact text is UTF-8.
        let members = std::str::from_utf8(&self.scratch).ok().and_then(json::members);
        let Some(members) = members else {
            facts.bad(number, offset, "");
            return Ok(());
        };
        // Of equal keys the last counts, as in Python.
        let get = |name: &str| members.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let [storage, field, time, context, unavailable, data, seq] = COLUMNS.map(get);
        if COLUMNS.iter().all(|name| get(name).is_none_or(|value| value == "null")) {
            facts.numbered &= seq.is_some();
            facts.masked += 1;
            return Ok(());
        }
        let string = |value: Option<&str>| value.and_then(json::content);
        let (Some(storage), Some(field)) = (string(storage), string(field)) else {
            facts.bad(number, offset, "!storage");
            return Ok(());
        };
        let deleted = match unavailable {
            Some("true") => true,
            Some("false") => false,
            _ => {
                facts.bad(number, offset, "!unavailable");
                return Ok(());
            }
        };
        let context = string(context).unwrap_or_default();
        let time = facts.damage.time(time.unwrap_or_default());
        facts.numbered &= seq.is_some();
        let seq = seq.and_then(|text| facts.damage.seq(text));
        let value = (Type::JSON, data.unwrap_or("null"));
        into.row(&Row { storage: &storage, field: &field, context: &context, time, seq, deleted, value })
    }
}

/// Cuts a file into the texts of its rows: lines, or the members of an array.
struct Objects {
    array: bool,
    limits: Limits,
    carry: Vec<u8>,
    /// Offset of the first byte in `carry`, and of the next byte to come.
    begin: u64,
    at: u64,
    /// Brackets that are open, in an array the array's own included.
    depth: usize,
    text: bool,
    escaped: bool,
    /// Whether the array has ended.
    closed: bool,
}

impl Objects {
    fn new(array: bool, limits: Limits) -> Self {
        Objects {
            array,
            limits,
            carry: Vec::new(),
            begin: 0,
            at: 0,
            depth: 0,
            text: false,
            escaped: false,
            closed: false,
        }
    }

    fn push(&mut self, chunk: &[u8], take: &mut impl FnMut(&[u8], u64) -> Result<()>) -> Result<()> {
        if self.array { self.members(chunk, take) } else { self.lines(chunk, take) }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        if self.carry.len() + bytes.len() > self.limits.record {
            return Err(Error::new(Code::TooLong, Place::default().byte(self.begin)));
        }
        self.carry.extend_from_slice(bytes);
        Ok(())
    }

    fn lines(&mut self, chunk: &[u8], take: &mut impl FnMut(&[u8], u64) -> Result<()>) -> Result<()> {
        let mut rest = chunk;
        // Only LF ends a row; other line separators of Unicode stand raw inside of texts.
        while let Some(n) = memchr::memchr(b'\n', rest) {
            if self.carry.is_empty() {
                take(&rest[..n], self.begin)?;
            } else {
                self.keep(&rest[..n])?;
                take(&self.carry, self.begin)?;
                self.carry.clear();
            }
            self.at += n as u64 + 1;
            self.begin = self.at;
            rest = &rest[n + 1..];
        }
        self.at += rest.len() as u64;
        self.keep(rest)
    }

    fn members(&mut self, chunk: &[u8], take: &mut impl FnMut(&[u8], u64) -> Result<()>) -> Result<()> {
        for &byte in chunk {
            self.at += 1;
            let inside = self.depth >= 2;
            if self.closed {
                continue;
            }
            if self.text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.text = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.text = true,
                    b'[' | b'{' => self.depth += 1,
                    b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
            }
            if self.depth >= 2 && !inside {
                self.begin = self.at - 1;
            }
            if self.depth >= 2 || inside {
                self.keep(&[byte])?;
            }
            if inside && self.depth == 1 {
                take(&self.carry, self.begin)?;
                self.carry.clear();
            }
            self.closed = self.depth == 0 && byte == b']';
        }
        Ok(())
    }
}

/// The names in the first object of a text that may be cut off.
pub(super) fn names(head: &[u8]) -> Vec<String> {
    first_members(head).into_iter().map(|(name, _)| name).collect()
}

/// The sequence number of the first row.
pub(super) fn first_seq(head: &[u8]) -> Option<u64> {
    first_members(head).into_iter().find(|(name, _)| name == "!seq").and_then(|(_, value)| value.parse().ok())
}

/// Names and values at the first level of the first object; the value at the cut is incomplete.
fn first_members(head: &[u8]) -> Vec<(String, String)> {
    let start = head.iter().position(|b| *b == b'{').map_or(head.len(), |at| at + 1);
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    let (mut depth, mut text, mut escaped) = (0u32, false, false);
    for &byte in &head[start..] {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            _ if text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 0 => break,
            b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(byte);
        }
    }
    let member = |part: &Vec<u8>| {
        let text = String::from_utf8_lossy(part).trim().to_owned();
        let (name, value) = text.strip_prefix('"')?.split_once('"')?;
        Some((name.to_owned(), value.trim().strip_prefix(':')?.trim().to_owned()))
    };
    parts.iter().filter_map(member).collect()
}
