//! Looks at all values once: what each path holds, its class, and which originals must not be left.

use std::collections::{BTreeMap, BTreeSet};

use super::census::{Census, NOBODY, moment};
use super::plan::{Plan, decision, is_bare_answer};
use super::refer::Refer;
use super::tree::{Enter, Leaf, Visit, rewrite};
use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;
use crate::protect::class::{Action, Class, DecidedBy, Stats};
use crate::protect::decision::{Facts, clean, file_start, is_binary};
use crate::protect::detect::{self, Kind};
use crate::protect::preset::Preset;
use crate::protect::pseudonym::uuid_bytes;
use crate::protect::time::Window;
use crate::protect::{defaults, names};

/// Longer texts are looked at and not kept.
const LONG: usize = 200;

/// What was seen at a path.
#[derive(Default)]
struct Seen {
    stats: Stats,
    /// Texts that are not long, and how often each occurs.
    texts: BTreeMap<String, u64>,
    /// Long whole numbers.
    numbers: BTreeSet<String>,
    /// Beginnings of files and encoded bytes.
    files: BTreeSet<String>,
    /// Which participants have it, a bit for each.
    owners: Vec<u64>,
    /// The long number of each participant, and whether it is one throughout.
    own: BTreeMap<u32, (String, bool)>,
    /// Keys of objects: whose the first was, and whether others have it too.
    keys: BTreeMap<String, (u64, bool)>,
    /// What detectors found.
    hits: BTreeMap<(Kind, String), u64>,
    /// Values of quasi-identifiers by participant.
    values: BTreeMap<u32, BTreeSet<String>>,
    /// Whether values are searched for personal data, whether the name alone says what they are, and whether they
    /// may describe people.
    open: bool,
    strong: bool,
    quasi: bool,
}

/// One column, or one question's answers.
#[derive(Default)]
pub(super) struct Field {
    /// By what follows the field's name in the path.
    pub plans: BTreeMap<String, Plan>,
    seen: BTreeMap<String, Seen>,
    /// Values of quasi-identifiers by path and participant.
    pub values: BTreeMap<String, BTreeMap<u32, BTreeSet<String>>>,
}

/// Originals by class and path.
pub(super) type Originals = Vec<(String, Class, String)>;

/// The result.
pub(super) struct Survey {
    pub fields: BTreeMap<String, Field>,
    pub originals: Originals,
    /// Categories in lower case; no identifier for being equal to one.
    pub vocabulary: BTreeSet<String>,
    /// Detectors' finds by kind.
    pub finds: BTreeMap<Kind, u64>,
    held: u64,
}

/// What a survey is made with.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    pub preset: &'a Preset,
    pub census: &'a Census,
    pub refer: &'a Refer,
    pub limits: &'a Limits,
}

impl Survey {
    pub fn new() -> Survey {
        Survey {
            fields: BTreeMap::new(),
            originals: Vec::new(),
            vocabulary: BTreeSet::new(),
            finds: BTreeMap::new(),
            held: 0,
        }
    }

    /// A cell; `json` says that it holds JSON rather than text, which may be JSON too. `row` stands for the owner where
    /// there is none.
    pub fn cell(
        &mut self,
        prefix: &str,
        text: &str,
        json: bool,
        (owner, row): (u32, u64),
        with: With<'_>,
    ) -> Result<()> {
        if !self.fields.contains_key(prefix) {
            self.fields.insert(prefix.to_owned(), Field::default());
        }
        let Some(field) = self.fields.get_mut(prefix) else { return Ok(()) };
        let mut looking = Looking { field, prefix, owner, row, with, held: 0 };
        let structured = json || text.starts_with(['{', '[']);
        if !structured || rewrite(text, with.limits.depth, &mut looking)?.is_none() {
            looking.leaf("", plain(text))?;
        }
        self.held += looking.held;
        with.limits.memory(self.held)
    }

    /// A time.
    pub fn time(&mut self, prefix: &str, owner: u32, with: With<'_>) {
        if !self.fields.contains_key(prefix) {
            self.fields.insert(prefix.to_owned(), Field::default());
        }
        let Some(field) = self.fields.get_mut(prefix) else { return };
        let Some(seen) = seen(&mut field.seen, prefix, "", with) else { return };
        seen.owned_by(owner);
        seen.stats.values += 1;
        seen.stats.times += 1;
        seen.stats.texts += 1;
    }

    /// Whether every choice of the preset could be obeyed.
    ///
    /// # Errors
    /// [`Code::BadRecipe`] for a choice about a path that nobody may decide.
    pub fn obeyed(&self, preset: &Preset) -> Result<()> {
        for (prefix, field) in &self.fields {
            let mut plans = field.plans.iter();
            if plans.any(|(below, plan)| plan.decision.is_defied(&clean(&format!("{prefix}{below}")), preset)) {
                let detail = "The preset gives an identifier of the system's own another class; these never stay.";
                return Err(Error::new(Code::BadRecipe, Place::default()).detail(detail));
            }
        }
        Ok(())
    }

    /// Gives every path its plan.
    pub fn decide(&mut self, preset: &Preset) {
        for (prefix, field) in &mut self.fields {
            for (below, mut seen) in std::mem::take(&mut field.seen) {
                seen.finish();
                let path = clean(&format!("{prefix}{below}"));
                let plan = decide(&path, &seen, preset, &mut self.originals, &mut self.vocabulary);
                for ((kind, _), count) in &seen.hits {
                    *self.finds.entry(*kind).or_default() += count;
                }
                if matches!(plan.decision.class, Class::Quasi | Class::Sensitive)
                    || plan.decision.action == Action::Generalize
                {
                    field.values.insert(below.clone(), seen.values);
                }
                field.plans.insert(below, plan);
            }
        }
    }
}

/// A cell that is no JSON.
pub(super) fn plain(text: &str) -> Leaf<'_> {
    match crate::psynet::number::float(text) {
        Some(_) => Leaf::Number(text),
        None => Leaf::Text(text),
    }
}

fn seen<'f>(all: &'f mut BTreeMap<String, Seen>, prefix: &str, below: &str, with: With<'_>) -> Option<&'f mut Seen> {
    if !all.contains_key(below) {
        let path = clean(&format!("{prefix}{below}"));
        let default = defaults::psynet(&path);
        let first = decision(&path, &Stats::default(), with.preset);
        let strong = first.class.is_strong();
        let fixed = default.is_some_and(|(class, ..)| class != Class::FreeText);
        let quasi = matches!(first.class, Class::Quasi | Class::Sensitive);
        all.insert(below.to_owned(), Seen { open: !fixed && !strong, strong, quasi, ..Seen::default() });
    }
    all.get_mut(below)
}

struct Looking<'a> {
    field: &'a mut Field,
    prefix: &'a str,
    owner: u32,
    row: u64,
    with: With<'a>,
    held: u64,
}

impl Visit for Looking<'_> {
    fn enter(&mut self, below: &str) -> Enter {
        // A path has a plan even if no leaf is there.
        seen(&mut self.field.seen, self.prefix, below, self.with);
        Enter::Yes
    }

    fn key(&mut self, below: &str, key: &str) -> Result<String> {
        let Some(seen) = seen(&mut self.field.seen, self.prefix, below, self.with) else { return Ok(String::new()) };
        let whose = if self.owner == NOBODY { self.row } else { u64::from(self.owner) };
        match seen.keys.get_mut(key) {
            Some(known) => known.1 |= known.0 != whose,
            None => {
                self.held += key.len() as u64 + 64;
                seen.keys.insert(key.to_owned(), (whose, false));
            }
        }
        Ok(String::new())
    }

    fn leaf(&mut self, below: &str, leaf: Leaf<'_>) -> Result<Option<String>> {
        let window = self.with.census.window;
        let Some(seen) = seen(&mut self.field.seen, self.prefix, below, self.with) else { return Ok(None) };
        match leaf {
            Leaf::Null | Leaf::Text("") => return Ok(None),
            Leaf::Text(text) => self.held += seen.text(text, self.owner),
            Leaf::Number(digits) => self.held += seen.number(digits, self.owner, window),
            Leaf::Bool(_) => seen.stats.values += 1,
            Leaf::Moment { .. } => {
                seen.stats.values += 1;
                seen.stats.texts += 1;
                seen.stats.times += 1;
            }
            Leaf::Row(..) | Leaf::Reference(..) => {}
        }
        seen.owned_by(self.owner);
        if seen.quasi && self.owner != NOBODY {
            let value = match leaf {
                Leaf::Text(text) | Leaf::Number(text) => text.to_owned(),
                Leaf::Bool(value) => value.to_string(),
                _ => return Ok(None),
            };
            self.held += value.len() as u64 + 64;
            seen.values.entry(self.owner).or_default().insert(value);
        }
        Ok(None)
    }

    fn refers(&self, key: &str) -> bool {
        self.with.refer.table(key).is_some()
    }
}

impl Seen {
    fn owned_by(&mut self, owner: u32) {
        if owner == NOBODY {
            return;
        }
        let (word, bit) = (owner as usize / 64, owner % 64);
        if self.owners.len() <= word {
            self.owners.resize(word + 1, 0);
        }
        if let Some(bits) = self.owners.get_mut(word) {
            *bits |= 1 << bit;
        }
    }

    fn text(&mut self, text: &str, owner: u32) -> u64 {
        let stats = &mut self.stats;
        stats.values += 1;
        stats.texts += 1;
        stats.longest = stats.longest.max(text.chars().count() as u64);
        stats.uuids += u64::from(text.len() == 36 && uuid_bytes(text).is_some());
        stats.times += u64::from(moment(text).is_some());
        if is_binary(text) {
            stats.binaries += 1;
            self.files.insert(file_start(text));
        }
        if text.len() >= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
            stats.long_numbers += 1;
            self.of_owner(text, owner);
        }
        if let Some(count) = self.texts.get_mut(text) {
            *count += 1;
            return 0;
        }
        if text.len() <= LONG || self.strong {
            self.texts.insert(text.to_owned(), 1);
            return text.len() as u64 + 64;
        }
        // Two long texts are hardly ever the same; each counts as another.
        self.stats.distinct += 1;
        self.stats.once += 1;
        if self.open { self.detect(text, 1) } else { 0 }
    }

    fn number(&mut self, digits: &str, owner: u32, window: Option<Window>) -> u64 {
        self.stats.values += 1;
        let number = digits.parse::<f64>().ok();
        self.stats.times += u64::from(number.zip(window).is_some_and(|(number, window)| window.number(number)));
        let long = digits.len() >= 5 && digits.bytes().all(|b| b.is_ascii_digit());
        if long && (self.open || self.strong) {
            self.stats.long_numbers += 1;
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

    /// Notes what detectors find.
    fn detect(&mut self, text: &str, count: u64) -> u64 {
        let mut held = 0;
        let finds = detect::detect(text);
        self.stats.detected += if finds.is_empty() { 0 } else { count };
        for (kind, found) in finds.iter().filter_map(|f| Some((f.kind, text.get(f.start..f.end)?))) {
            held += found.len() as u64 + 64;
            *self.hits.entry((kind, found.to_owned())).or_default() += 1;
        }
        held
    }

    fn finish(&mut self) {
        self.stats.participants = self.owners.iter().map(|bits| u64::from(bits.count_ones())).sum();
        self.stats.distinct += self.texts.len() as u64;
        self.stats.once += self.texts.values().filter(|count| **count == 1).count() as u64;
        let mut of_value: BTreeMap<&str, u64> = BTreeMap::new();
        for (value, _) in self.own.values() {
            *of_value.entry(value).or_default() += 1;
        }
        let alone = |(value, one): &&(String, bool)| *one && of_value.get(value.as_str()) == Some(&1);
        self.stats.own_value = self.own.values().filter(alone).count() as u64;
        if self.open {
            for (text, count) in std::mem::take(&mut self.texts) {
                self.detect(&text, count);
                self.texts.insert(text, count);
            }
        }
    }
}

/// Whether the key of a member that goes is data (somebody's name or id) and not the name of a field: only one
/// participant has it (`rare`), it is not spelled as fields are, or something was detected in it.
fn is_data(key: &str, rare: bool) -> bool {
    let spelled = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    names::by_name(key).is_none() && (rare && !spelled) || !detect::detect(key).is_empty()
}

fn decide(
    path: &str,
    seen: &Seen,
    preset: &Preset,
    originals: &mut Originals,
    vocabulary: &mut BTreeSet<String>,
) -> Plan {
    let decision = decision(path, &seen.stats, preset);
    let (class, action) = (decision.class, decision.action);
    let texts = || seen.texts.keys().map(String::as_str);
    let mut original = |value: &str, class| originals.push((value.to_owned(), class, path.to_owned()));
    let of_values = seen.texts.keys().map(|text| decision.original(text, true));
    let of_numbers = seen.numbers.iter().map(|number| decision.original(number, false));
    of_values.chain(of_numbers).flatten().for_each(|(value, class)| original(&value, class));
    if class == Class::Binary {
        seen.files.iter().for_each(|start| original(start, class));
    }
    let rare = |(key, (_, many)): (&String, &(u64, bool))| (!many).then(|| key.clone());
    let holders: BTreeSet<u64> = seen.keys.values().map(|(whose, _)| *whose).collect();
    let shared = holders.len() > 1 || seen.keys.values().any(|(_, many)| *many);
    let rare_keys: BTreeSet<String> =
        if shared { seen.keys.iter().filter_map(rare).collect() } else { BTreeSet::new() };
    for key in seen.keys.keys().filter(|key| !key.starts_with("py/")) {
        if decision.is_gone() && is_data(key, rare_keys.contains(key)) {
            original(key, decision.class_of_key());
        } else if uuid_bytes(key).is_some() {
            original(key, Class::InternalId);
        } else if preset.is_share() {
            let finds = detect::detect(key).into_iter().filter(|find| preset.detects(find.kind));
            finds.filter_map(|f| key.get(f.start..f.end)).for_each(|text| original(text, Class::Contact));
        }
    }
    // What detectors found must not be left where the text is withheld; a user may keep a text.
    if preset.is_share() && (class, action) != (Class::FreeText, Action::Keep) {
        let counts = |kind: Kind| preset.detects(kind);
        seen.hits.keys().filter(|(kind, _)| counts(*kind)).for_each(|(_, text)| original(text, Class::Contact));
    }
    let categories = seen.stats.categories();
    let kept = matches!(class, Class::Experiment | Class::Technical | Class::Quasi | Class::Sensitive)
        && !matches!(action, Action::Remove | Action::Withhold);
    let sure = matches!(decision.decided_by, DecidedBy::Default | DecidedBy::User);
    if kept && (categories || sure) {
        let hit = |text: &str| seen.hits.keys().any(|(_, found)| text.contains(found.as_str()));
        for text in texts().filter(|text| !hit(text)) {
            let lower = text.to_lowercase();
            // Words of labels; one with digits may be an id.
            let joined = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
            let words = lower.split(|c: char| !c.is_alphanumeric()).chain(joined);
            let plain = |word: &&str| word.chars().all(|c| c.is_alphabetic() || c == '_');
            vocabulary.extend(words.filter(plain).map(str::to_owned));
            vocabulary.insert(lower);
        }
    }
    Plan {
        categories,
        bare: class == Class::FreeText && is_bare_answer(path),
        facts: Facts::new(&seen.stats, &mut seen.texts.keys(), &mut seen.numbers.iter()),
        rare_keys,
        decision,
    }
}
