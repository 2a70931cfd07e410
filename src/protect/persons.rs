//! Finds participations that are one person's: the token of a person's id stands in the rows of each and joins them.

use crate::order::{Map, Set};
use crate::protect::class::{Action, Class};
use crate::protect::decision::Decision;
use crate::protect::pseudonym::normal_person;
use crate::protect::risk::JOINT;

/// Whether a path holds the id of the person whose value it is, and its token stays.
pub(super) fn names_owner(below: &str, decision: &Decision) -> bool {
    // Lists and keys that are data hold ids of others.
    let own = !below.contains(['[', '*']);
    own && (decision.class, decision.action) == (Class::PersonId, Action::Token)
}

/// Participations by their places 0, 1, …, some of which are one person's.
pub(super) struct Persons {
    /// For each participation an earlier one of the same person, or itself.
    same: Vec<usize>,
    /// Some participation with each id.
    with: Map<String, usize>,
}

impl Persons {
    /// So many participations, of which nothing is known yet.
    pub fn new(participations: usize) -> Persons {
        Persons { same: (0..participations).collect(), with: Map::new() }
    }

    /// The first participation of the same person that is known.
    fn first(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.same.get(at).copied().filter(|next| *next != at) {
            // The way is shorter next time.
            let after = self.same.get(next).copied().unwrap_or(next);
            self.same.get_mut(at).into_iter().for_each(|same| *same = after);
            at = next;
        }
        at
    }

    /// A participation has an id.
    pub fn met(&mut self, at: usize, id: &str) {
        let other = *self.with.entry(normal_person(id)).or_insert(at);
        let (a, b) = (self.first(at), self.first(other));
        self.same.get_mut(a.max(b)).into_iter().for_each(|same| *same = a.min(b));
    }

    /// The participations of each person.
    pub fn all(mut self) -> Vec<Vec<usize>> {
        let mut all: Map<usize, Vec<usize>> = Map::new();
        for at in 0..self.same.len() {
            let first = self.first(at);
            all.entry(first).or_default().push(at);
        }
        all.into_values().collect()
    }
}

/// All values of a person, given those of each of their participations: together they tell more than each alone.
pub(super) fn united<'v>(values: impl Iterator<Item = &'v Set<String>>) -> String {
    Set::from_iter(values.flatten().map(String::as_str)).into_iter().collect::<Vec<_>>().join(JOINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn participations_with_a_common_id_are_one_persons() {
        let mut persons = Persons::new(6);
        for (at, id) in [(4, "a"), (0, "b"), (5, " a"), (2, "c"), (0, "c"), (5, "b")] {
            persons.met(at, id);
        }
        assert_eq!(persons.all(), [vec![0, 2, 4, 5], vec![1], vec![3]]);
    }
}
