//! Walks a canonical JSON value to its leaves and gives each its path, also inside strings that hold JSON.

use crate::json;
use crate::limits::Limits;
use crate::value::Type;

/// Strings inside strings are opened so many times.
const LEVELS: usize = 4;

/// How a field's values are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Chat entries are pairs of which each place has a meaning; in other lists all places are alike.
    pub entry: bool,
}

/// The path of a member.
pub(super) fn member(path: &str, key: &str) -> String {
    let plain =
        key.len() <= 40 && !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain { format!("{path}.{key}") } else { any(path) }
}

/// The path of members whose keys are data.
pub(super) fn any(path: &str) -> String {
    format!("{path}.*")
}

/// The path of an item.
pub(super) fn item(path: &str, index: usize, shape: Shape) -> String {
    if shape.entry && path.is_empty() { format!("[{index}]") } else { format!("{path}[]") }
}

/// Session and name of `{"sname":…,"uname":…}`.
pub(super) fn reference(text: &str) -> Option<(String, String)> {
    if !text.starts_with("{\"sname\":") {
        return None;
    }
    let (session, name) = crate::value::bunch_member(text)?;
    Some((json::content(session)?, json::content(name)?))
}

/// The two strings of `["s","u"]`.
pub(super) fn pair(text: &str) -> Option<(String, String)> {
    if !text.starts_with("[\"") {
        return None;
    }
    match json::items(text)?.as_slice() {
        [a, b] => Some((json::content(a)?, json::content(b)?)),
        _ => None,
    }
}

/// The canonical JSON inside a string that holds an object or a list.
pub(super) fn inner(content: &str, level: usize) -> Option<String> {
    let trimmed = content.trim();
    if level >= LEVELS || !(trimmed.starts_with('{') || trimmed.starts_with('[')) {
        return None;
    }
    let mut out = Vec::new();
    json::canonical(trimmed.as_bytes(), Limits::DEPTH, &mut out).ok()?;
    String::from_utf8(out).ok()
}

/// A string as canonical JSON.
pub(super) fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    json::string(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// What is at the end of a path.
pub(super) enum Leaf<'a> {
    /// The key of a member of the object at this path.
    Key(&'a str),
    /// A text.
    Text(&'a str),
    /// A number, truth value or null.
    Plain(&'a str),
    /// A player.
    Player(&'a str, &'a str),
    /// A list that begins; two strings in it may name something.
    Pair(&'a str, &'a str),
}

/// Calls `leaf` with every leaf of a value. `is_name` says which keys are names rather than parts of the path.
pub(super) fn walk(
    text: &str,
    path: &str,
    shape: Shape,
    level: usize,
    is_name: &dyn Fn(&str) -> bool,
    leaf: &mut dyn FnMut(&str, Leaf<'_>),
) {
    match text.as_bytes().first() {
        Some(b'{') => {
            if let Some((session, name)) = reference(text) {
                return leaf(path, Leaf::Player(&session, &name));
            }
            for (key, value) in json::members(text).unwrap_or_default() {
                let key = json::content(&format!("\"{key}\"")).unwrap_or_default();
                leaf(path, Leaf::Key(&key));
                let below = if is_name(&key) { any(path) } else { member(path, &key) };
                walk(value, &below, shape, level, is_name, leaf);
            }
        }
        Some(b'[') => {
            if let Some((a, b)) = pair(text) {
                leaf(path, Leaf::Pair(&a, &b));
            }
            for (index, value) in json::items(text).unwrap_or_default().into_iter().enumerate() {
                walk(value, &item(path, index, shape), shape, level, is_name, leaf);
            }
        }
        Some(b'"') => {
            let content = json::content(text).unwrap_or_default();
            match inner(&content, level) {
                Some(inside) => walk(&inside, path, shape, level + 1, is_name, leaf),
                None => leaf(path, Leaf::Text(&content)),
            }
        }
        _ => leaf(path, Leaf::Plain(text)),
    }
}

/// A stored value as canonical JSON: cells of a CSV file say their type by their look alone.
pub(super) fn as_json(kind: Type, text: &str) -> std::borrow::Cow<'_, str> {
    if kind != Type::CELL {
        return text.into();
    }
    if text.is_empty() {
        return "null".into();
    }
    let mut out = Vec::new();
    let read = match text.as_bytes().first() {
        Some(b'{' | b'[') => json::canonical(text.as_bytes(), Limits::DEPTH, &mut out).is_ok(),
        // Numbers keep their spelling.
        Some(b'-' | b'0'..=b'9') => json::compact(text.as_bytes(), Limits::DEPTH, &mut out).is_ok(),
        _ if text == "TRUE" || text == "FALSE" => return text.to_lowercase().into(),
        _ => false,
    };
    if read {
        return String::from_utf8(out).unwrap_or_default().into();
    }
    quoted(text).into()
}
