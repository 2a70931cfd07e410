//! Read jsonpickle text into values and write parts of it again as PsyNet's `serialize` does.
//!
//! A list, dict or object that occurs twice is written as `{"py/id": n}` the second time; n counts the lists,
//! dicts and objects met before, the root being 0. Tuples, sets, types, functions and bytes do not count; a
//! `datetime` counts one more for its time zone's parts, and a one-dimensional NumPy array counts two. When a
//! part is unpacked into a column of its own, its references are resolved and counted anew.

use super::json::{self, Index, Token, Tree};
use super::number;
use std::collections::BTreeMap;

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
    /// A string: its raw text, and whether that is its content.
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
enum Tag {
    Plain,
    Reference(Option<usize>),
    Tuple(Index),
    Time(DateTime),
    /// NumPy's float64, with its value.
    Number(f64),
    /// An object whose content counts.
    Object,
    /// Another tag, and whether it counts.
    Other(bool),
}

/// A date and time without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micro: u32,
}

impl DateTime {
    /// Reads PostgreSQL's text (`2026-11-21 19:15:17.5279`); a zone is dropped.
    pub fn from_postgres(text: &str) -> Option<DateTime> {
        let number = |range: std::ops::Range<usize>| -> Option<u8> { text.get(range)?.parse().ok() };
        let separators = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
        let bytes = text.as_bytes();
        if separators.iter().any(|(at, byte)| bytes.get(*at) != Some(byte)) {
            return None;
        }
        let fraction = text.get(19..)?.strip_prefix('.').unwrap_or_default();
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).take(6);
        let (micro, width) = digits.fold((0u32, 0), |(n, w), d| (n * 10 + u32::from(d - b'0'), w + 1));
        Some(DateTime {
            year: text.get(..4)?.parse().ok()?,
            month: number(5..7)?,
            day: number(8..10)?,
            hour: number(11..13)?,
            minute: number(14..16)?,
            second: number(17..19)?,
            micro: micro * 10u32.pow(6 - width),
        })
        .filter(DateTime::exists)
    }

    /// Reads the ten bytes that Python pickles a `datetime` as.
    fn from_pickle(bytes: &[u8]) -> Option<DateTime> {
        let &[high, low, month, day, hour, minute, second, m2, m1, m0] = bytes else { return None };
        let time = DateTime {
            year: u16::from_be_bytes([high, low]),
            // The highest bit of the month holds `fold`.
            month: month & 0x7f,
            day,
            hour,
            minute,
            second,
            micro: u32::from_be_bytes([0, m2, m1, m0]),
        };
        Some(time).filter(DateTime::exists)
    }

    fn exists(&self) -> bool {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(leap),
            1..=12 => 31,
            _ => 0,
        };
        (1..=9999).contains(&self.year)
            && (1..=days).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.micro < 1_000_000
    }

    /// `%Y-%m-%d %H:%M:%S`: what PsyNet exports; the fraction is cut off.
    pub fn format(&self) -> String {
        let DateTime { year, month, day, hour, minute, second, .. } = self;
        format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }

    /// Microseconds since the start of 1970, on the same clock.
    pub fn micros(&self) -> i64 {
        // Years begin in March, so that the leap day is the last.
        let shifted = i64::from(self.year) - i64::from(self.month <= 2);
        let month = (i64::from(self.month) + 9) % 12;
        let day = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day - DAYS_TO_1970;
        let minutes = (days * 24 + i64::from(self.hour)) * 60 + i64::from(self.minute);
        (minutes * 60 + i64::from(self.second)) * 1_000_000 + i64::from(self.micro)
    }

    /// A time in microseconds since 1970 as `2026-11-21 19:15:17.528`.
    pub fn format_micros(micros: i64) -> String {
        let millis = micros.div_euclid(1000);
        let (days, rest) = (millis.div_euclid(86_400_000) + DAYS_TO_1970, millis.rem_euclid(86_400_000));
        // Eras of 400 years have the same number of days.
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let date = day - (153 * month + 2) / 5 + 1;
        let year = era * 400 + year + i64::from(month >= 10);
        let month = if month < 10 { month + 3 } else { month - 9 };
        let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
        let (second, milli) = (rest / 1000 % 60, rest % 1000);
        format!("{year:04}-{month:02}-{date:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
    }

    /// The jsonpickle text that PsyNet before 13 exported for a timestamp.
    pub fn pickle(&self) -> String {
        let [high, low] = self.year.to_be_bytes();
        let [_, m2, m1, m0] = self.micro.to_be_bytes();
        let bytes = [high, low, self.month, self.day, self.hour, self.minute, self.second, m2, m1, m0];
        let class = r#"{"py/type": "datetime.datetime"}"#;
        format!(r#"{{"py/object": "datetime.datetime", "__reduce__": [{class}, ["{}"]]}}"#, to_base64(&bytes))
    }
}

/// Days from the first of March of year 0 to 1970.
const DAYS_TO_1970: i64 = 719_468;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = BASE64.get((bits >> (18 - 6 * place)) as usize & 63).copied().unwrap_or(b'=');
            out.push(char::from(if place > group.len() { b'=' } else { digit }));
        }
    }
    out
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut out = Vec::new();
    for group in digits.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for place in 0..4 {
            let value = match group.get(place) {
                Some(digit) => BASE64.iter().position(|d| d == digit)?,
                None => 0,
            };
            bits = bits << 6 | value as u32;
        }
        out.extend(bits.to_be_bytes().iter().skip(1).take(group.len().saturating_sub(1)));
    }
    Some(out)
}

/// One cell's jsonpickle (or JSONB) text, parsed. Reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct Pickle {
    tree: Tree,
    /// What each number of a reference stands for; empty where the text has no reference.
    numbered: Vec<Option<Index>>,
    has_references: bool,
    /// JSONB knows no tags.
    tagless: bool,
}

impl Pickle {
    /// Parses a jsonpickle text; answers whether it is one.
    pub fn parse(&mut self, text: &str, depth: usize) -> bool {
        self.numbered.clear();
        self.tagless = false;
        self.has_references = memchr::memmem::find(text.as_bytes(), b"\"py/id\"").is_some();
        if self.tree.parse(text, depth).is_err() {
            return false;
        }
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
        Dump { pickle: self, text, seen: BTreeMap::new(), count: 0 }.write(index, depth, out)
    }

    /// Adds a node as it stands, only respelled as Python spells.
    fn copy(&self, text: &str, index: Index, out: &mut String) {
        let raw = self.tree.raw(text, index);
        match self.tree.token(index) {
            Token::Text(plain) if plain && self.tree.is_canonical() => {
                out.push('"');
                out.push_str(raw);
                out.push('"');
            }
            Token::Text(_) => json::write_raw(raw, out),
            _ if self.tree.is_canonical() => out.push_str(raw),
            Token::Float => out.push_str(&json_float(number::float(raw).unwrap_or(f64::NAN))),
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

    fn tag(&self, text: &str, dict: Index) -> Tag {
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
                Tag::Number(_) | Tag::Other(true) => numbered.push(Some(index)),
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

    fn target(&self, reference: Index, number: Option<usize>) -> Target {
        match number.and_then(|n| self.numbered.get(n)) {
            // Only what stands before can be referred to; this also keeps resolving from going round in circles.
            Some(Some(node)) if *node < reference => Target::Node(*node),
            Some(None) => Target::Gone,
            _ => Target::Dangling,
        }
    }
}

enum Target {
    Node(Index),
    /// Part of an object, which cannot be had by itself: Python gives None.
    Gone,
    Dangling,
}

fn count_of(raw: &str) -> usize {
    memchr::memmem::find_iter(raw.as_bytes(), b"\"py/reduce\"").count()
}

/// A float in Python's JSON: `NaN` and `Infinity` are words.
fn json_float(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        (if value > 0.0 { "Infinity" } else { "-Infinity" }).to_owned()
    } else {
        number::Buffer::default().python(value).to_owned()
    }
}

/// Writes a part and counts its references anew.
struct Dump<'t> {
    pickle: &'t Pickle,
    text: &'t str,
    seen: BTreeMap<Index, usize>,
    count: usize,
}

impl Dump<'_> {
    /// Notes a node; answers whether a reference was written instead since it was noted before.
    fn repeated(&mut self, index: Index, out: &mut String) -> bool {
        if let Some(number) = self.seen.get(&index) {
            out.push_str(&format!("{{\"py/id\": {number}}}"));
            return true;
        }
        self.seen.insert(index, self.count);
        self.count += 1;
        false
    }

    fn write(&mut self, index: Index, depth: usize, out: &mut String) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let (pickle, text) = (self.pickle, self.text);
        match pickle.tree.token(index) {
            Token::List => self.repeated(index, out) || self.list(index, depth, out),
            Token::Dict => match pickle.tag(text, index) {
                Tag::Reference(number) => match pickle.target(index, number) {
                    Target::Node(node) => self.write(node, depth, out),
                    Target::Gone => {
                        out.push_str("null");
                        true
                    }
                    Target::Dangling => {
                        self.count += 1;
                        pickle.copy(text, index, out);
                        true
                    }
                },
                Tag::Tuple(list) => {
                    out.push_str("{\"py/tuple\": ");
                    let done = self.list(list, depth, out);
                    out.push('}');
                    done
                }
                Tag::Number(_) => {
                    if let std::collections::btree_map::Entry::Vacant(place) = self.seen.entry(index) {
                        place.insert(self.count);
                        self.count += 1;
                    }
                    pickle.copy(text, index, out);
                    true
                }
                Tag::Time(_) => {
                    if !self.repeated(index, out) {
                        self.count += count_of(pickle.tree.raw(text, index));
                        pickle.copy(text, index, out);
                    }
                    true
                }
                Tag::Object | Tag::Other(true) => {
                    if !self.repeated(index, out) {
                        let raw = pickle.tree.raw(text, index);
                        // A one-dimensional NumPy array counts two.
                        self.count += usize::from(raw.contains("\"values\": [") && !raw.contains("\"base\""));
                        pickle.copy(text, index, out);
                    }
                    true
                }
                Tag::Other(false) => {
                    pickle.copy(text, index, out);
                    true
                }
                Tag::Plain => self.repeated(index, out) || self.dict(index, depth, out),
            },
            _ => {
                pickle.copy(text, index, out);
                true
            }
        }
    }

    fn list(&mut self, list: Index, depth: usize, out: &mut String) -> bool {
        out.push('[');
        for (n, child) in self.pickle.tree.children(list).enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            if !self.write(child, depth, out) {
                return false;
            }
        }
        out.push(']');
        true
    }

    fn dict(&mut self, dict: Index, depth: usize, out: &mut String) -> bool {
        out.push('{');
        for (n, (key, value)) in self.pickle.tree.pairs(dict).enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            self.pickle.copy(self.text, key, out);
            out.push_str(": ");
            if !self.write(value, depth, out) {
                return false;
            }
        }
        out.push('}');
        true
    }
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

    #[test]
    fn postgres_times() {
        let time = DateTime::from_postgres("2026-11-21 19:15:17.5279+00").unwrap();
        assert_eq!((time.format().as_str(), time.micro), ("2026-11-21 19:15:17", 527_900));
        assert_eq!(time.micros(), 1_795_288_517_527_900);
        for text in ["1970-01-01 00:00:00", "2000-02-29 23:59:59", "1969-12-31 23:59:59", "2026-03-01 00:00:00"] {
            let micros = DateTime::from_postgres(text).unwrap().micros();
            assert_eq!(DateTime::format_micros(micros), format!("{text}.000"));
        }
        for bad in ["", "2026-11-21", "2026-02-30 00:00:00", "2026-11-21T19:15:17", "ä026-11-21 19:15:17"] {
            assert!(DateTime::from_postgres(bad).is_none(), "{bad}");
        }
    }
}
