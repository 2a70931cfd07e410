//! Guess what a column holds that is neither PsyNet's nor declared in the source code.

use super::datetime::DateTime;
use super::jsonpickle::Pickle;
use super::number;
use super::schema::Kind;

/// What a column that nobody knows may be, judged by all its values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    any: bool,
    bool: bool,
    int: bool,
    float: bool,
    time: bool,
    json: bool,
}

impl Guess {
    /// Nothing was seen yet: it may be anything.
    pub const fn open() -> Self {
        Guess { any: false, bool: true, int: true, float: true, time: true, json: true }
    }

    /// Takes a value.
    pub fn note(&mut self, text: &str, pickle: &mut Pickle, depth: usize) {
        self.any = true;
        self.bool &= matches!(text, "t" | "f");
        // A spelling that neither PostgreSQL nor Python writes shows that it is text.
        self.int = self.int && number::is_postgres_int(text);
        self.float = self.float && number::is_postgres_float(text);
        self.time = self.time && DateTime::is_postgres(text);
        let number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let spelled = !number || number::is_postgres_int(text) || number::is_python_float(text);
        self.json = self.json
            && spelled
            && text.starts_with(|c: char| "[{\"tfnNI-0123456789".contains(c))
            && pickle.parse(text, depth);
    }

    /// What it is, after all values.
    pub fn kind(self) -> Kind {
        match self {
            Guess { any: false, .. } => Kind::Text,
            Guess { bool: true, .. } => Kind::Bool,
            Guess { int: true, .. } => Kind::Int,
            Guess { float: true, .. } => Kind::Float,
            Guess { time: true, .. } => Kind::Time,
            Guess { json: true, .. } => Kind::Py,
            _ => Kind::Text,
        }
    }
}
