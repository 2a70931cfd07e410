//! Counts everybody first: whose each row is, its new number and place, when each participant came, and who met whom.

use crate::error::Result;
use crate::limits::Limits;
use crate::order::{self, Map, Set};
use crate::protect::pace::Pace;
use crate::protect::preset::Preset;
use crate::protect::pseudonym::Key;
use crate::protect::risk;
use crate::protect::time::{self, Iso, Micros, Window};
use crate::psynet::copy_csv::Record;
use crate::psynet::survey::RawTable;

/// No participant.
pub(super) const NOBODY: u32 = u32::MAX;
/// No number.
const NONE: i64 = i64::MIN;
/// Bytes that a row costs.
const ROW: u64 = 64;

/// Where the participant of a row stands if the row does not name one: column and table, the best first.
const VIA: [(&str, &str); 8] = [
    ("trial_id", "info"),
    ("info_id", "info"),
    ("info_in_id", "info"),
    ("response_id", "response"),
    ("module_state_id", "module_state"),
    ("asset_id", "asset"),
    ("node_id", "node"),
    ("origin_id", "node"),
];

/// Columns whose times say when the study was.
const TIMES: [&str; 4] = ["creation_time", "end_time", "time_started", "time_finished"];

/// A participant.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// Their number in the database.
    pub id: i64,
    /// Their new number.
    pub number: u64,
    /// When they came, and the last that is known of them.
    pub came: Option<Micros>,
    pub last: Option<Micros>,
}

/// The rows of a table.
#[derive(Default)]
pub(super) struct Rows {
    /// Old number and new number, by the old one.
    numbers: Vec<(i64, u64)>,
    /// Per row of the file: its owner, and its place in the result.
    pub owner: Vec<u32>,
    pub place: Vec<u32>,
}

impl Rows {
    /// The new number of a row.
    pub fn new_number(&self, id: i64) -> Option<u64> {
        look_up(&self.numbers, id)
    }
}

/// A row as it was met.
struct Met {
    id: i64,
    participant: i64,
    via: i64,
    through: u8,
}

/// Goes through all tables once; then [`Counting::finish`].
#[derive(Default)]
pub(super) struct Counting {
    /// By table, and the number of the latest.
    met: Vec<(String, Vec<Met>)>,
    table: usize,
    people: Map<i64, Option<Micros>>,
    lasts: Map<i64, Micros>,
    /// The latest participant with the last that is known of them so far, and not yet among the others.
    latest: Option<(i64, Micros)>,
    first: Option<Micros>,
    last: Option<Micros>,
    groups: Map<String, Together>,
    networks: Map<i64, Together>,
    /// Networks in which somebody went on from what others did.
    grown: Set<i64>,
    rows: u64,
}

/// Who was in one place: the first, and whether anybody else was.
#[derive(Default)]
struct Together(Option<i64>, bool);

impl Together {
    fn note(&mut self, participant: i64) {
        self.1 |= self.0.is_some_and(|first| first != participant);
        self.0 = Some(participant);
    }
}

/// The columns of a table that are looked at.
pub(super) struct Columns {
    name: String,
    id: Option<usize>,
    participant: Option<usize>,
    via: Vec<(usize, u8)>,
    times: Vec<usize>,
    came: Option<usize>,
    room: Option<usize>,
    network: Option<usize>,
    degree: Option<usize>,
}

impl Columns {
    pub fn of(table: &RawTable) -> Columns {
        let column = |name: &str| table.column(name);
        let own = table.name == "participant";
        let via = (0u8..).zip(VIA).filter_map(|(n, (name, to))| Some((column(name).filter(|_| to != table.name)?, n)));
        Columns {
            name: table.name.clone(),
            id: column("id"),
            participant: if own { column("id") } else { column("participant_id") },
            via: via.collect(),
            times: TIMES.iter().filter_map(|name| column(name)).collect(),
            came: column("creation_time").filter(|_| own),
            room: match table.name.as_str() {
                "chat_message" => column("room_id"),
                "participant_link_sync_group" => column("sync_group_id"),
                _ => None,
            },
            network: column("network_id").filter(|_| matches!(table.name.as_str(), "info" | "node" | "transmission")),
            degree: column("degree").filter(|_| table.name == "node"),
        }
    }
}

/// A moment as the database writes it.
pub(super) fn moment(text: &str) -> Option<Micros> {
    Iso::parse(text).map(|iso| iso.at)
}

impl Counting {
    /// A row of a table, in the order of the file.
    pub fn row(&mut self, columns: &Columns, record: &Record, limits: &Limits) -> Result<()> {
        self.rows += 1;
        limits.memory(self.rows.saturating_mul(ROW))?;
        let number = |column: Option<usize>| column.and_then(|c| record.text(c)?.parse::<i64>().ok());
        let participant = number(columns.participant);
        let via = columns.via.iter().find_map(|(column, n)| Some((number(Some(*column))?, *n)));
        let (id, (via, through)) = (number(columns.id), via.unwrap_or((NONE, 0)));
        if self.met.get(self.table).is_none_or(|(name, _)| *name != columns.name) {
            self.table = self.met.iter().position(|(name, _)| *name == columns.name).unwrap_or(self.met.len());
            if self.table == self.met.len() {
                self.met.push((columns.name.clone(), Vec::new()));
            }
        }
        if let Some((_, met)) = self.met.get_mut(self.table) {
            let (id, participant) = (id.unwrap_or(NONE), participant.unwrap_or(NONE));
            met.push(Met { id, participant, via, through });
        }
        for at in columns.times.iter().filter_map(|c| moment(record.text(*c)?)) {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
            if let Some(participant) = participant {
                self.was_there(participant, at);
            }
        }
        if columns.name == "participant"
            && let Some(id) = id
        {
            self.people.insert(id, columns.came.and_then(|c| moment(record.text(c)?)));
        }
        if let (Some(room), Some(participant)) = (columns.room.and_then(|c| record.text(c)), participant) {
            self.groups.entry(format!("{}/{room}", columns.name)).or_default().note(participant);
        }
        if let Some(network) = number(columns.network) {
            if let Some(participant) = participant {
                self.networks.entry(network).or_default().note(participant);
            }
            // A chain's later nodes are made of earlier trials; what is sent goes from one node to another.
            if columns.name == "transmission" || number(columns.degree).is_some_and(|degree| degree > 0) {
                self.grown.insert(network);
            }
        }
        Ok(())
    }

    /// Notes when something was of a participant; their rows often follow each other.
    fn was_there(&mut self, participant: i64, at: Micros) {
        match &mut self.latest {
            Some((latest, last)) if *latest == participant => *last = at.max(*last),
            _ => {
                self.settle();
                self.latest = Some((participant, at));
            }
        }
    }

    fn settle(&mut self) {
        if let Some((participant, at)) = self.latest.take() {
            let last = self.lasts.entry(participant).or_insert(at);
            *last = at.max(*last);
        }
    }

    /// Gives all rows their new numbers.
    pub async fn finish(mut self, key: &Key, pace: &mut Pace) -> Census {
        self.settle();
        let met = Map::from_iter(std::mem::take(&mut self.met));
        let new = key.renumber("participant", self.people.keys().map(|id| *id as u64));
        let people: Vec<Person> = self
            .people
            .iter()
            .map(|(id, came)| Person {
                id: *id,
                number: new.get(&(*id as u64)).copied().unwrap_or(0),
                came: *came,
                last: self.lasts.get(id).copied(),
            })
            .collect();
        let interacting = self.groups.values().any(|together| together.1)
            || self.networks.iter().any(|(network, together)| together.1 && self.grown.contains(network));
        let session = people.iter().filter_map(|person| person.came).min();
        // Times before 2001 are counters, not moments; numbers like them are everywhere.
        let real = |at: &Micros| *at > 1_000_000_000_000_000;
        let window = self.first.filter(real).zip(self.last).map(|(first, last)| Window::new(first, last));
        let mut census = Census { people, rows: Map::new(), window, interacting, session, all: self.rows };
        // Owners that rows name themselves, then those of what they point to, then of what that points to.
        let mut owners: Map<String, Vec<u32>> = Map::new();
        for (name, met) in &met {
            pace.pause().await;
            owners.insert(name.clone(), met.iter().map(|row| census.index(row.participant)).collect());
        }
        let mut by_id = Map::new();
        for (name, met) in met.iter().filter(|(name, _)| VIA.iter().any(|(_, table)| table == name)) {
            pace.pause().await;
            by_id.insert(name.as_str(), sorted(met));
        }
        for _ in 0..3 {
            let before = owners.clone();
            for (name, met) in &met {
                pace.pause().await;
                let Some(owners) = owners.get_mut(name) else { continue };
                let unknown = met.iter().zip(owners.iter_mut()).filter(|(row, o)| **o == NOBODY && row.via != NONE);
                for (row, owner) in unknown {
                    let table = VIA.get(usize::from(row.through)).map(|(_, table)| *table);
                    let to = table.and_then(|table| look_up(by_id.get(table)?, row.via));
                    let of = to.zip(table).and_then(|(to, table)| before.get(table)?.get(to as usize));
                    *owner = of.copied().unwrap_or(NOBODY);
                }
            }
            if owners == before {
                break;
            }
        }
        for (name, met) in met {
            let owner = owners.remove(&name).unwrap_or_default();
            pace.pause().await;
            let rows = census.number(&name, &met, owner);
            census.rows.insert(name, rows);
        }
        census
    }
}

/// The rows of a table by their number.
fn sorted(met: &[Met]) -> Vec<(i64, u32)> {
    let mut all: Vec<(i64, u32)> = met.iter().map(|row| row.id).zip(0..).collect();
    order::sort(&mut all);
    all
}

/// A number that sorts as one of those that may be below zero.
fn ascending(id: i64) -> u64 {
    id.cast_unsigned() ^ 1 << 63
}

fn look_up<T: Copy>(sorted: &[(i64, T)], id: i64) -> Option<T> {
    place_of(sorted, |row| row.0, id).and_then(|at| sorted.get(at)).map(|(_, value)| *value)
}

/// Where a number stands among ascending ones.
fn place_of<T>(sorted: &[T], number: impl Fn(&T) -> i64, id: i64) -> Option<usize> {
    // Most tables have all numbers from the first on.
    let guess = usize::try_from(id.wrapping_sub(number(sorted.first()?))).ok();
    let right = guess.filter(|at| sorted.get(*at).is_some_and(|item| number(item) == id));
    right.or_else(|| sorted.binary_search_by_key(&id, number).ok())
}

/// Everybody and every row.
pub(super) struct Census {
    /// By their old number.
    pub people: Vec<Person>,
    rows: Map<String, Rows>,
    /// The days of the study.
    pub window: Option<Window>,
    /// Whether participants could see each other.
    pub interacting: bool,
    /// When the first participant came.
    session: Option<Micros>,
    /// Rows of all tables.
    pub all: u64,
}

impl Census {
    /// The place of a participant among [`Census::people`].
    pub fn index(&self, id: i64) -> u32 {
        place_of(&self.people, |person| person.id, id).map_or(NOBODY, |at| at as u32)
    }

    /// Where somebody's times begin.
    pub fn start(&self, owner: u32) -> Option<Micros> {
        if self.interacting {
            return self.session;
        }
        self.people.get(owner as usize).and_then(|person| person.came)
    }

    /// How many participants took a time that no other took.
    pub fn unique_durations(&self, preset: &Preset) -> u64 {
        let durations = self.people.iter().filter_map(|person| Some(person.last?.saturating_sub(person.came?)));
        risk::unique_durations(durations, preset)
    }

    /// The rows of a table.
    pub fn rows(&self, table: &str) -> Option<&Rows> {
        self.rows.get(table)
    }

    /// The new number of a row.
    pub fn new_number(&self, table: &str, id: i64) -> Option<u64> {
        self.rows(table)?.new_number(id)
    }

    /// New numbers 1, 2, … by the new number of the participant, then by the old number.
    fn number(&self, table: &str, met: &[Met], owner: Vec<u32>) -> Rows {
        let number = |owner: u32| self.people.get(owner as usize).map_or(0, |person| person.number);
        let mut order: Vec<(u64, i64, u32)> =
            (0u32..).zip(met.iter().zip(&owner)).map(|(row, (met, owner))| (number(*owner), met.id, row)).collect();
        // By participant, then by number, then as in the file.
        order::by_number(&mut order, |(_, id, _)| ascending(id));
        order::by_number(&mut order, |(of, ..)| of);
        let mut rows = Rows { place: vec![0; met.len()], ..Rows::default() };
        let mut next = 0;
        let mut before = NONE;
        for (place, (of, id, row)) in (0u32..).zip(order) {
            if let Some(slot) = rows.place.get_mut(row as usize) {
                *slot = place;
            }
            next += u64::from(id == NONE || id != before);
            before = id;
            if id != NONE {
                rows.numbers.push((id, if table == "participant" { of } else { next }));
            }
        }
        order::by_number(&mut rows.numbers, |(_, number)| number);
        order::by_number(&mut rows.numbers, |(id, _)| ascending(id));
        rows.owner = owner;
        rows
    }
}

/// A moment as the database writes it, without telling how fine the original was.
pub(super) fn written(at: Micros, zone: bool) -> String {
    let fine = at.rem_euclid(1_000_000) != 0;
    let form = match (fine, zone) {
        (false, false) => "1970-01-01 00:00:00",
        (false, true) => "1970-01-01 00:00:00+00",
        (true, false) => "1970-01-01 00:00:00.000",
        (true, true) => "1970-01-01 00:00:00.000+00",
    };
    Iso::parse(form).map(|iso| iso.write(at)).unwrap_or_else(|| time::date(at))
}
