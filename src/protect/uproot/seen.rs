//! What was seen at a path: counts, texts, whose they are, and what detectors found.

use super::leaves::Leaf;
use crate::order::{Map, Set};
use crate::protect::class::Stats;
use crate::protect::decision::{is_binary, is_long_number};
use crate::protect::detect::{self, Kind};
use crate::protect::pace::{DETECT, Pace};
use crate::protect::preset::Preset;
use crate::protect::pseudonym::uuid_bytes;
use crate::protect::time::{Iso, Window};

/// How many storages have something; they are gone through one after another.
#[derive(Clone, Copy, Default)]
pub(super) struct Owners {
    pub count: u64,
    last: Option<u32>,
}

impl Owners {
    pub fn note(&mut self, storage: u32) {
        self.count += u64::from(self.last.replace(storage) != Some(storage));
    }
}

/// A text of a path.
pub(super) struct Text {
    /// How often it occurs.
    pub count: u64,
    /// Whether it stands at the end of a field's history.
    pub last: bool,
    /// The only storage that has it.
    alone: Option<u32>,
}

/// What was seen at a path.
#[derive(Default)]
pub(super) struct Seen {
    pub stats: Stats,
    pub texts: Map<String, Text>,
    pub numbers: Set<String>,
    /// Some numbers and truth values.
    pub sample: Set<String>,
    pub names: u64,
    pub hits: Map<String, Vec<(Kind, String)>>,
    /// Who has a value there, and who an object.
    pub owners: Owners,
    pub holders: Owners,
    /// Keys of objects, and who has them.
    pub keys: Map<String, Owners>,
    /// Where values are long numbers: one of each storage, and whether the storage has no other.
    own: Map<u32, (String, bool)>,
}

impl Seen {
    /// Notes whose a text is: that of one storage `alone`, or of several.
    pub fn note(&mut self, text: String, count: u64, last: bool, alone: Option<u32>) {
        let known = self.texts.entry(text).or_insert(Text { count: 0, last: false, alone });
        known.count += count;
        known.last |= last;
        known.alone = known.alone.filter(|known| alone == Some(*known));
    }

    pub fn text(&mut self, text: &str, count: u64, names: &Set<String>) {
        self.stats.values += count;
        self.stats.texts += count;
        self.stats.longest = self.stats.longest.max(text.chars().count() as u64);
        self.names += if names.contains(text) { count } else { 0 };
        self.stats.long_numbers += if is_long_number(text) { count } else { 0 };
        self.stats.uuids += if uuid_bytes(text).is_some_and(|_| text.len() == 36) { count } else { 0 };
        self.stats.times += if Iso::parse(text).is_some() { count } else { 0 };
        self.stats.binaries += if is_binary(text) { count } else { 0 };
    }

    pub fn plain(&mut self, text: &str, count: u64, window: Option<Window>) {
        self.stats.values += count;
        let number = text.parse::<f64>().ok();
        self.stats.long_numbers += if is_long_number(text) { count } else { 0 };
        if self.sample.len() < 3 {
            self.sample.insert(text.to_owned());
        }
        let time = number.zip(window).is_some_and(|(number, window)| window.number(number));
        self.stats.times += if time { count } else { 0 };
        if text.len() >= 5 && number.is_some() {
            self.numbers.insert(text.to_owned());
        }
    }

    /// A leaf of a storage's value; those of one storage come one after another.
    pub fn owned_by(&mut self, storage: u32, leaf: &Leaf<'_>) {
        match leaf {
            Leaf::Key(key) => {
                self.holders.note(storage);
                self.keys.entry((*key).to_owned()).or_default().note(storage);
            }
            Leaf::Text("") | Leaf::Plain("null") | Leaf::Pair(..) => {}
            Leaf::Text(text) | Leaf::Plain(text) => {
                self.owners.note(storage);
                // Only of these anybody asks whose they are.
                if self.stats.are_long_numbers() {
                    let (known, one) = self.own.entry(storage).or_insert_with(|| ((*text).to_owned(), true));
                    *one &= known == text;
                }
            }
            Leaf::Player(..) => self.owners.note(storage),
        }
    }

    /// Storages that have one value throughout that no other has.
    fn own_values(&self) -> u64 {
        let mut of_value: Map<&str, u64> = Map::new();
        self.own.values().for_each(|(value, _)| *of_value.entry(value).or_default() += 1);
        self.own.values().filter(|(value, one)| *one && of_value.get(value.as_str()) == Some(&1)).count() as u64
    }

    /// The number of storages with a value of their own is counted here, but for whole values, of which it is known.
    pub fn finish(&mut self, own_value: Option<u64>) {
        self.stats.participants = self.owners.count;
        self.stats.own_value = own_value.unwrap_or_else(|| self.own_values());
        self.stats.distinct = self.texts.len() as u64;
        self.stats.once = self.texts.values().filter(|text| text.alone.is_some()).count() as u64;
    }

    pub async fn detect(&mut self, preset: &Preset, pace: &mut Pace) {
        for (text, Text { count, .. }) in &self.texts {
            pace.did(text.len() * DETECT).await;
            let mut finds = detect::detect(text);
            finds.retain(|find| preset.detects(find.kind));
            if !finds.is_empty() {
                self.stats.detected += count;
                let found = |f: &detect::Find| Some((f.kind, text.get(f.start..f.end)?.to_owned()));
                self.hits.insert(text.clone(), finds.iter().filter_map(found).collect());
            }
        }
    }
}
