//! Tell what a dict of a jsonpickle text stands for, and how jsonpickle looks into it.

use super::json::{Index, Token};
use super::jsonpickle::Pickle;

/// What a dict stands for.
pub(super) enum Tag<'t> {
    /// A plain dict.
    Plain,
    /// Another mention of what has this number.
    Reference(Option<usize>),
    /// A tuple, with the list of its elements; it has no number.
    Tuple(Index),
    /// A set; it has no number.
    Set,
    /// A type, a function or bytes: without a number, and nothing inside has one.
    Name,
    /// A row of the database, which PsyNet fetches instead of making it anew.
    Row,
    /// An object of a class; empty where only a function that makes it is known.
    Object(&'t str),
}

/// The tags that say what a dict is, in the order in which jsonpickle asks for them.
const TAGS: [&str; 12] = [
    "py/tuple",
    "py/set",
    "py/b64",
    "py/b85",
    "py/id",
    "py/iterator",
    "py/object",
    "py/type",
    "py/reduce",
    "py/function",
    "py/mod",
    "py/repr",
];

/// NumPy's arrays.
pub(super) const ARRAY: &str = "numpy.ndarray";

/// How many levels of lists under a key of an object have no numbers, though what they hold has; `None` where nothing
/// there has one. `class` is `None` in what is no object.
pub(super) fn unnumbered(class: Option<&str>, key: &str) -> Option<u8> {
    match (class, key) {
        (None, _) => Some(0),
        (Some("datetime.datetime" | "datetime.date" | "datetime.time"), "__reduce__") => Some(2),
        (Some(class), "shape" | "strides") if class.starts_with("numpy.") => None,
        (_, "py/tuple" | "py/set" | "py/reduce" | "py/seq" | "py/newargsex" | "py/iterator") => Some(1),
        _ => Some(0),
    }
}

impl Pickle {
    /// What a dict stands for.
    pub(super) fn tag<'t>(&self, text: &'t str, dict: Index) -> Tag<'t> {
        if self.is_tagless() {
            return Tag::Plain;
        }
        let tree = self.tree();
        let mut first: Option<(usize, Index)> = None;
        for (key, value) in tree.pairs(dict) {
            let raw = tree.raw(text, key);
            let place = raw.starts_with("py/").then(|| TAGS.iter().position(|tag| *tag == raw)).flatten();
            if let Some(place) = place.filter(|place| first.is_none_or(|(least, _)| *place < least)) {
                first = Some((place, value));
            }
        }
        let Some((place, value)) = first else { return Tag::Plain };
        let raw = tree.raw(text, value);
        match TAGS.get(place).copied().unwrap_or_default() {
            "py/tuple" => Tag::Tuple(value),
            "py/set" => Tag::Set,
            "py/id" => Tag::Reference(raw.parse().ok()),
            "py/object" if self.is_row(text, dict) => Tag::Row,
            "py/object" => Tag::Object(raw),
            "py/iterator" | "py/reduce" | "py/mod" | "py/repr" => Tag::Object(""),
            _ => Tag::Name,
        }
    }

    /// Whether an object is a reference to a row: PsyNet writes its class and key and nothing else.
    fn is_row(&self, text: &str, dict: Index) -> bool {
        let tree = self.tree();
        let identifiers = tree.get(text, dict, "identifiers");
        identifiers.is_some_and(|at| tree.token(at) == Token::Dict) && tree.pairs(dict).count() == 2
    }

    /// The elements of an object whose class extends tuple: jsonpickle reads what it is made of, not the list beside it.
    pub(super) fn tuple_elements(&self, text: &str, dict: Index) -> Option<Vec<Index>> {
        let tree = self.tree();
        let tuple = |at: Index| match self.tag(text, at) {
            Tag::Tuple(list) => Some(tree.children(list).collect::<Vec<_>>()),
            _ => None,
        };
        let listed = tree.get(text, dict, "py/seq").map(|list| tree.children(list).count())?;
        let made_of = tuple(tree.get(text, dict, "py/newargs")?)?;
        // A named tuple is made of its elements, another one of a tuple.
        let inner = if let [one] = made_of.as_slice() { tuple(*one) } else { None };
        [inner, Some(made_of)].into_iter().flatten().find(|elements| elements.len() == listed)
    }

    /// Whether NumPy makes another array of what stands in the text, so that PsyNet writes another text.
    pub(super) fn array_form(&self, text: &str, dict: Index) -> ArrayForm {
        let tree = self.tree();
        let get = |key| tree.get(text, dict, key);
        let (Some(values), None) = (get("values"), get("base")) else { return ArrayForm::Same };
        match (tree.token(values), get("shape")) {
            (Token::List, Some(shape)) if get("writeable").is_none() => ArrayForm::View { values, shape },
            (Token::Int | Token::Float | Token::Bool(_), _) => ArrayForm::Scalar,
            _ => ArrayForm::Same,
        }
    }
}

/// What becomes of an array when it is read and written again.
pub(super) enum ArrayForm {
    /// The same text.
    Same,
    /// It had no dimension and gets one.
    Scalar,
    /// It is empty and becomes a view of an array that is, too.
    View { values: Index, shape: Index },
}
