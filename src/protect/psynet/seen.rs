//! What was seen at a path: counts, short texts, and what detectors found.

use super::census::{NOBODY, moment};
use crate::log::column::Names;
use crate::order::{Map, Set};
use crate::protect::class::Stats;
use crate::protect::decision::{file_start, is_binary, is_long_number};
use crate::protect::detect::{self, Kind};
use crate::protect::pace::{DETECT, Pace};
use crate::protect::pseudonym::uuid_bytes;
use crate::protect::time::Window;

/// Longer texts are looked at and not kept.
const LONG: usize = 200;

/// What was seen at a path.
#[derive(Default)]
pub(super) struct Seen {
    pub stats: Stats,
    /// Texts that are not long, and how often each occurs; complete after [`Seen::finish`].
    pub texts: Map<String, u64>,
    /// The same on the way, by the number of the text.
    pub counted: (Names, Vec<Counted>),
    /// Longer ones, where they may be released after review.
    pub long: Map<String, u64>,
    /// Long whole numbers.
    pub numbers: Set<String>,
    /// Beginnings of files and encoded bytes.
    pub files: Set<String>,
    /// Who has a value there, anything, and an object.
    pub owners: Owners,
    pub members: Owners,
    pub holders: Owners,
    /// The long number of each participant, and whether it is one throughout.
    pub own: Map<u32, (String, bool)>,
    /// Keys of objects: whose the first was, and whether others have it too.
    pub keys: Map<String, (u64, bool)>,
    /// What detectors found.
    pub hits: Map<(Kind, String), u64>,
    /// Values of quasi-identifiers, or ids of persons, by participant.
    pub values: Map<u32, Set<String>>,
    /// Whether values are searched for personal data, whether the name alone says what they are, and whether they
    /// may describe people or name them.
    pub open: bool,
    pub strong: bool,
    pub quasi: bool,
}

/// A text on the way.
pub(super) struct Counted {
    /// How often it occurs.
    times: u64,
    /// Whose the first was, and whether others have it too.
    whose: u64,
    many: bool,
}

/// What somebody has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Has {
    /// A value.
    Value,
    /// Anything, also what is empty.
    Member,
    /// An object with members.
    Object,
}

/// Participants, and rows without any.
#[derive(Default)]
pub(super) struct Owners {
    /// Which participants, a bit for each.
    people: Vec<u64>,
    rows: u64,
    /// The row that was met last.
    last: Option<u64>,
}

impl Owners {
    /// Notes a participant, or a row; those of one row come one after another.
    fn note(&mut self, owner: u32, row: u64) {
        if owner == NOBODY {
            self.rows += u64::from(self.last.replace(row) != Some(row));
            return;
        }
        let (word, bit) = (owner as usize / 64, owner % 64);
        if self.people.len() <= word {
            self.people.resize(word + 1, 0);
        }
        if let Some(bits) = self.people.get_mut(word) {
            *bits |= 1 << bit;
        }
    }

    fn people(&self) -> u64 {
        self.people.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }

    pub fn count(&self) -> u64 {
        self.people() + self.rows
    }
}

impl Seen {
    pub fn owned_by(&mut self, (owner, row): (u32, u64), has: Has) {
        match has {
            Has::Value => self.owners.note(owner, row),
            Has::Member => self.members.note(owner, row),
            Has::Object => self.holders.note(owner, row),
        }
    }

    /// A text that somebody has so many times; `whose` stands for the owner where there is none.
    pub fn text(&mut self, text: &str, (owner, whose): (u32, u64), times: u64, review: bool) -> u64 {
        let stats = &mut self.stats;
        stats.values += times;
        stats.texts += times;
        stats.longest = stats.longest.max(text.chars().count() as u64);
        stats.uuids += if text.len() == 36 && uuid_bytes(text).is_some() { times } else { 0 };
        stats.times += if moment(text).is_some() { times } else { 0 };
        if is_binary(text) {
            stats.binaries += times;
            self.files.insert(file_start(text));
        }
        if is_long_number(text) {
            stats.long_numbers += times;
            self.of_owner(text, owner);
        }
        if text.len() <= LONG || self.strong {
            let (texts, counts) = &mut self.counted;
            let number = texts.intern(text) as usize;
            if let Some(count) = counts.get_mut(number) {
                count.times += times;
                count.many |= count.whose != whose;
                return 0;
            }
            counts.push(Counted { times, whose, many: false });
            return text.len() as u64 + 64;
        }
        // Two long texts are hardly ever the same; each counts as another.
        self.stats.distinct += times;
        self.stats.once += times;
        let held = if self.open { self.detect(text, times, times) } else { 0 };
        if !review {
            return held;
        }
        if let Some(count) = self.long.get_mut(text) {
            *count += times;
            return held;
        }
        self.long.insert(text.to_owned(), times);
        held + text.len() as u64 + 64
    }

    /// A number that somebody has so many times.
    pub fn number(&mut self, digits: &str, owner: u32, times: u64, window: Option<Window>) -> u64 {
        self.stats.values += times;
        let number = digits.parse::<f64>().ok();
        let inside = number.zip(window).is_some_and(|(number, window)| window.number(number));
        self.stats.times += if inside { times } else { 0 };
        let long = is_long_number(digits);
        if long && (self.open || self.strong) {
            self.stats.long_numbers += times;
            self.of_owner(digits, owner);
        }
        let kept = long && self.open || self.strong && digits.len() >= 5;
        if kept && self.numbers.insert(digits.to_owned()) { digits.len() as u64 + 64 } else { 0 }
    }

    fn of_owner(&mut self, value: &str, owner: u32) {
        if owner != NOBODY && self.open {
            let own = self.own.entry(owner).or_insert_with(|| (value.to_owned(), true));
            own.1 &= own.0 == value;
        }
    }

    /// Notes what detectors find in a text of so many values, of which so many are looked at.
    fn detect(&mut self, text: &str, count: u64, looked_at: u64) -> u64 {
        let mut held = 0;
        let finds = detect::detect(text);
        self.stats.detected += if finds.is_empty() { 0 } else { count };
        for (kind, found) in finds.iter().filter_map(|f| Some((f.kind, text.get(f.start..f.end)?))) {
            held += found.len() as u64 + 64;
            *self.hits.entry((kind, found.to_owned())).or_default() += looked_at;
        }
        held
    }

    pub async fn finish(&mut self, pace: &mut Pace) {
        let (texts, counts) = std::mem::take(&mut self.counted);
        self.stats.once += counts.iter().filter(|count| !count.many).count() as u64;
        let numbered = (0u32..).zip(counts);
        self.texts = Map::from_iter(numbered.map(|(number, count)| (texts.get(number).to_owned(), count.times)));
        self.stats.participants = self.owners.people();
        self.stats.distinct += self.texts.len() as u64;
        let mut of_value: Map<&str, u64> = Map::new();
        for (value, _) in self.own.values() {
            *of_value.entry(value).or_default() += 1;
        }
        let alone = |(value, one): &&(String, bool)| *one && of_value.get(value.as_str()) == Some(&1);
        self.stats.own_value = self.own.values().filter(alone).count() as u64;
        if self.open {
            for (text, count) in std::mem::take(&mut self.texts) {
                pace.did(text.len() * DETECT).await;
                self.detect(&text, count, 1);
                self.texts.insert(text, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::class::{Class, System, classify};
    use crate::protect::pace::at_once;

    /// What the values of a column that nobody knows are held to be.
    fn class(values: [[&str; 2]; 3]) -> Class {
        let mut seen = Seen { open: true, ..Seen::default() };
        for (owner, numbers) in (0u32..).zip(values) {
            seen.owned_by((owner, 0), Has::Value);
            for number in numbers {
                seen.number(number, owner, 1, None);
            }
        }
        at_once(async |pace| seen.finish(pace).await);
        classify(System::Psynet, "participant.vars.zork", &seen.stats).class
    }

    /// What an open question is held to be of which twenty people answered so many trials.
    fn asked(trials: u64, answer: fn(u32) -> String) -> Class {
        let mut seen = Seen { open: true, ..Seen::default() };
        for (owner, _) in (0..20).flat_map(|owner| (0..trials).map(move |trial| (owner, trial))) {
            seen.owned_by((owner, 0), Has::Value);
            seen.text(&answer(owner), (owner, owner.into()), 1, false);
        }
        at_once(async |pace| seen.finish(pace).await);
        classify(System::Psynet, "response.answer[zork]", &seen.stats).class
    }

    #[test]
    fn what_one_person_says_again_and_again_is_no_category() {
        let own = |owner| if owner < 6 { format!("only {owner} would say so") } else { "no".to_owned() };
        let shared = |owner| if owner < 6 { "sometimes" } else { "no" }.to_owned();
        for trials in [1, 3] {
            assert_eq!(asked(trials, own), Class::FreeText, "{trials}");
            assert_eq!(asked(trials, shared), Class::Experiment, "{trials}");
        }
    }

    #[test]
    fn long_numbers_of_ones_own_are_probably_ids() {
        assert_eq!(class([["10001", "10001"], ["10002", "10002"], ["10003", "10003"]]), Class::PersonId);
        assert_eq!(class([["1001", "1001"], ["1002", "1002"], ["1003", "1003"]]), Class::Experiment, "short");
        assert_eq!(class([["10001", "10004"], ["10002", "10005"], ["10003", "10006"]]), Class::Experiment, "changing");
        assert_eq!(class([["10001", "10001"], ["10001", "10001"], ["10003", "10003"]]), Class::Experiment, "shared");
    }
}
