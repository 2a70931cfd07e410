//! Tell objects that are strings, numbers or times to Python though their class is another: PsyNet exports them as such.

use super::datetime::{DateTime, from_base64};
use super::json::{Index, Token};
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::number;
use super::tags::Tag;

impl Pickle {
    /// The value of an object.
    pub(super) fn object<'t>(&self, text: &'t str, dict: Index, class: &str) -> Value<'t> {
        let tree = self.tree();
        let get = |key| tree.get(text, dict, key);
        let value = match class {
            "numpy.float64" => get("value").and_then(|v| match tree.token(v) {
                Token::Int | Token::Float => number::float(tree.raw(text, v)).map(Value::Float),
                _ => None,
            }),
            "numpy.str_" => get("value").and_then(|v| match tree.token(v) {
                Token::Text(plain) => Some(Value::Text(tree.raw(text, v), plain)),
                _ => None,
            }),
            "datetime.datetime" => get("__reduce__").and_then(|call| {
                let payload = tree.element(tree.element(call, 1)?, 0)?;
                DateTime::from_pickle(&from_base64(tree.raw(text, payload))?).map(Value::Time)
            }),
            "" => get("py/reduce").and_then(|call| self.timestamp(text, call)).map(Value::Time),
            _ => None,
        };
        value.unwrap_or(Value::Other(dict))
    }

    /// Whether a node is made by a class of the experiment out of one text or number, as the members of an enumeration
    /// are: whether it is a string or a number itself only the class says.
    pub(super) fn is_member(&self, text: &str, index: Index) -> bool {
        let tree = self.tree();
        let Value::Other(dict) = self.value(text, index) else { return false };
        let get = |number, key| {
            let call = tree.get(text, dict, "py/reduce")?;
            tree.get(text, tree.element(call, number)?, key)
        };
        let class = get(0, "py/type").is_some_and(|class| tree.raw(text, class).starts_with("dallinger_experiment."));
        let mut made_of = get(1, "py/tuple").into_iter().flat_map(|list| tree.children(list));
        let one = made_of.next().is_some_and(|one| matches!(tree.token(one), Token::Text(_) | Token::Int));
        class && one && made_of.next().is_none()
    }

    /// A pandas Timestamp without a time zone.
    fn timestamp(&self, text: &str, call: Index) -> Option<DateTime> {
        let tree = self.tree();
        let made_by = tree.get(text, tree.element(call, 0)?, "py/function")?;
        if tree.raw(text, made_by) != "pandas._libs.tslibs.timestamps._unpickle_timestamp" {
            return None;
        }
        let arguments = tree.get(text, tree.element(call, 1)?, "py/tuple")?;
        let argument = |number| tree.element(arguments, number).map(|at| tree.raw(text, at));
        let count: i64 = argument(0)?.parse().ok()?;
        // Before pandas 2 all were counted in nanoseconds.
        let micros = match (argument(2)?, argument(3)) {
            ("null", Some("7")) => count.checked_mul(1_000_000)?,
            ("null", Some("8")) => count.checked_mul(1000)?,
            ("null", Some("9")) => count,
            ("null", Some("10") | None) => count.div_euclid(1000),
            _ => return None,
        };
        DateTime::from_postgres(&DateTime::format_micros(micros))
    }

    /// The text of a `Markup`, which PsyNet pickles as Python does: in the oldest protocol, one line for the text.
    pub(super) fn markup(&self, text: &str, dict: Index) -> Option<String> {
        let Tag::Object("markupsafe.Markup") = self.tag(text, dict) else { return None };
        let bytes = self.tree().get(text, dict, "bytes").filter(|b| matches!(self.tree().token(*b), Token::Text(_)))?;
        let pickled = json_text::decode(self.tree().raw(text, bytes));
        let (line, _) = pickled.split_once("\nV")?.1.split_once('\n')?;
        let (mut parts, mut out) = (line.split('\\'), String::new());
        out.push_str(parts.next()?);
        // Nothing but \u and \U is escaped, a backslash that way, too.
        for part in parts {
            let length = if part.starts_with('U') { 8 } else { 4 };
            let (digits, rest) = part.get(1..)?.split_at_checked(length)?;
            out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
            out.push_str(rest);
        }
        Some(out)
    }
}
