//! Numbers what uproot compares to tell rows of *latest by gvars* apart: the `repr()` of a value, which tells `1` from
//! `"1"` and `[1]` from `(1,)`.

use crate::filter::{Line, Rule};
use crate::log::Log;
use crate::log::column::ValueId;
use crate::order::Map;
use crate::value::Type;

/// So many are kept from one storage to the next.
const MOST: usize = 4096;

/// Each `repr()` that was met, by number.
#[derive(Default)]
pub(super) struct Reprs {
    known: Map<(Type, String), u32>,
    /// The same by values that no filter changes.
    values: Map<ValueId, u32>,
    /// For each number whether an app of that name is none.
    nothing: Vec<bool>,
}

impl Reprs {
    /// Begins anew if many were met: the numbers of one storage are not compared with those of another.
    pub fn bound(&mut self) {
        if self.nothing.len() > MOST {
            *self = Reprs::default();
        }
    }

    /// Whether an app of that name is none.
    pub fn is_nothing(&self, number: u32) -> bool {
        self.nothing[number as usize]
    }

    /// The number of what a change shows.
    pub fn number(&mut self, log: &Log, line: &Line, change: u32, id: ValueId) -> u32 {
        if let (Rule::Keep, Some(known)) = (line.rule, self.values.get(&id)) {
            return *known;
        }
        let mut made = String::new();
        let (kind, text) = line.value(log, id, &mut made);
        // Two random states never have the same repr: it holds their address.
        let random = kind == Type::RANDOM;
        let text = if random { format!("{change}") } else { text.to_owned() };
        let nothing = text == "null" || (kind, text.as_str()) == (Type::CELL, "");
        let kind = if kind.is_plain_json() { Type::JSON } else { kind };
        let new = self.nothing.len() as u32;
        let number = *self.known.entry((kind, text)).or_insert(new);
        if number == new {
            self.nothing.push(nothing);
        }
        if line.rule == Rule::Keep && !random {
            self.values.insert(id, number);
        }
        number
    }
}
