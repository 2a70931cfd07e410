//! A column, or one question's answers: what was seen at each of its paths, and what is to be done there.

use super::plan::{Plan, decision};
use super::seen::{Has, Seen};
use super::survey::With;
use super::tree;
use crate::log::column::Names;
use crate::order::{self, Map, Set};
use crate::protect::class::{Class, Stats};
use crate::protect::decision::clean;
use crate::protect::defaults;
use crate::protect::keys::{self, Holders};
use crate::protect::known::Known;

/// One column, or one question's answers.
#[derive(Default)]
pub(super) struct Field {
    pub name: String,
    /// What follows the field's name in its paths; their numbers are those of what was seen and of the plans.
    pub paths: Names,
    pub plans: Vec<Plan>,
    /// What was seen at each path.
    pub seen: Vec<Seen>,
    /// Values of quasi-identifiers, and ids of persons, by path and participant.
    pub values: Map<String, Map<u32, Set<String>>>,
    /// Cells that come again.
    pub again: Known<Again>,
}

/// A cell that was looked at: what is still to be counted of those that are like it.
pub(super) struct Again {
    pub json: bool,
    pub times: u64,
    /// Whose the first was, and whether others have it too.
    pub whose: u64,
    pub many: bool,
    /// The numbers of the paths at which it has something, and what.
    pub places: Box<[(u32, Has)]>,
}

impl Field {
    /// The number of a path, which gets one if it has none.
    pub fn place(&mut self, below: &str, with: With<'_>) -> usize {
        let number = self.paths.intern(below) as usize;
        if number == self.seen.len() {
            let path = clean(&format!("{}{below}", self.name));
            let default = defaults::psynet(&path);
            let first = decision((&path, false), &Stats::default(), with.preset);
            let strong = first.class.is_strong();
            let fixed = default.is_some_and(|(class, ..)| class != Class::FreeText);
            // A preset's choice may not hold here in the end.
            let classes = [first.class, first.rule.class];
            let quasi = classes.iter().any(|c| matches!(c, Class::PersonId | Class::Quasi | Class::Sensitive));
            self.seen.push(Seen { open: !fixed && !strong, strong, quasi, ..Seen::default() });
        }
        number
    }

    /// For each path the keys of its objects that may be data; those that most have join the `words` of the study.
    pub fn rare_keys(&self, words: &mut Set<String>) -> Vec<Set<String>> {
        let mut all = Vec::with_capacity(self.seen.len());
        for (number, seen) in (0u32..).zip(&self.seen) {
            let count = |key: &str, many: bool| {
                let mut path = self.paths.get(number).to_owned();
                tree::member(&mut path, key);
                let of_path = || self.seen.get(self.paths.find(&path)? as usize).map(|seen| seen.members.count());
                // What is no part of a path is counted with others.
                let own = if path.ends_with('*') { None } else { of_path() };
                own.unwrap_or(if many { 2 } else { 1 })
            };
            let keys = seen.keys.iter().map(|(key, (_, many))| (key.as_str(), count(key, *many)));
            let counted: Vec<(&str, u64)> = keys.collect();
            let holders = Holders { count: seen.holders.count(), differ: false };
            all.push(keys::rare(counted.iter().copied(), holders, words));
        }
        all
    }

    /// What is to be done at a path.
    pub fn plan(&self, below: &str) -> Option<&Plan> {
        self.plans.get(self.paths.find(below)? as usize)
    }

    /// All plans by path.
    pub fn sorted(&self) -> Vec<(&str, &Plan)> {
        let mut all: Vec<(&str, &Plan)> = (0u32..)
            .map_while(|n| Some((n, self.plans.get(n as usize)?)))
            .map(|(n, plan)| (self.paths.get(n), plan))
            .collect();
        order::by(&mut all, |a, b| a.0.cmp(b.0));
        all
    }
}
