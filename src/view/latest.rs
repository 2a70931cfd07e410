//! Latest, and latest by gvars: the state of each storage after its last change, or after the last change
//! that saw each combination of values.
//!
//! uproot 0.10.1 builds a full state after every change. Here only the changes of the gvars are replayed, to learn
//! which states become rows; what such a state holds is then looked up field by field.

use super::columns::Columns;
use super::reprs::Reprs;
use crate::filter::Line;
use crate::log::Log;
use crate::order::{self, Map, Set};
use crate::table::{Cell, Rows};
use crate::value::{self, Type};
use std::ops::Range;

/// The rows of some lines, one or more per storage.
pub(super) struct Latest {
    lines: Vec<Line>,
    /// For each line its column.
    columns: Vec<u32>,
    /// Places in `lines`, storage by storage, those of a storage by their columns.
    places: Vec<u32>,
    groups: Vec<Group>,
    /// Where the gvars stand, in the order in which they were asked for; `None`: no such field.
    gvars: Vec<Option<u32>>,
    /// Where `app` stands, if it is one of the gvars.
    app: Option<Option<u32>>,
    grouped: bool,
    /// Where `!seq`, `!storage`, `!time` stand.
    metas: [usize; 3],
    /// Where a field called `!unavailable` stands, which masks rows.
    mask: Option<usize>,
}

/// The lines of one storage, as a part of `places`, and how many rows of the table there are up to its end.
struct Group {
    storage: u32,
    places: Range<usize>,
    end: u64,
}

/// One row to be: after which change it is taken, and (line, change) of every field it shows.
#[derive(Default)]
struct State {
    last: u32,
    cells: Vec<(u32, u32)>,
}

/// A moment in the life of a storage: just before a change, given by its seq, its line and its place in the line, or
/// after all of them. Changes with the same seq stay in the order of the lines.
type Moment = Option<(u64, u32, usize)>;

/// A change of a gvar, and the moment before it.
struct Touch {
    before: (u64, u32, usize),
    change: u32,
}

/// The rows of the storage that was asked for last, by their moments: the states of all of them together may be larger
/// than the log many times.
#[derive(Default)]
pub(super) struct Cache {
    group: Option<usize>,
    moments: Vec<Moment>,
    /// Room for the state of one row.
    state: State,
    reprs: Reprs,
}

/// What makes two combinations the same row: the numbers of their parts ([`Reprs::number`]).
type Key = Vec<u32>;

impl Latest {
    /// The rows of `lines` by `gvars`, and their columns: those fields that some row shows.
    pub fn new(log: &Log, lines: Vec<Line>, gvars: &[String]) -> (Self, Vec<String>) {
        let (all, columns) = Columns::of_lines(log, &lines, &["!seq", "!storage", "!time"], |line| line.name(log));
        let index = |name: &str| all.index(name);
        let gvar = |name: &str| index(name).map(|at| at as u32);
        let (groups, places) = by_storage(log, &lines, &columns, all.names.len());
        let mut latest = Latest {
            columns,
            places,
            groups,
            lines,
            gvars: gvars.iter().map(|g| gvar(g)).collect(),
            app: gvars.iter().any(|g| g == "app").then(|| gvar("app")),
            grouped: !gvars.is_empty(),
            metas: ["!seq", "!storage", "!time"].map(|m| index(m).unwrap_or_default()),
            mask: None,
        };

        // Which columns have a cell in some row, and how many rows each storage has.
        let mut used = vec![false; all.names.len()];
        latest.metas.iter().for_each(|meta| used[*meta] = true);
        let mut unused = used.iter().filter(|used| !**used).count();
        let mut rows = 0;
        let mut reprs = Reprs::default();
        for group in 0..latest.groups.len() {
            let moments = latest.moments(log, group, &mut reprs);
            rows += moments.len() as u64;
            latest.groups[group].end = rows;
            for moment in moments {
                if unused == 0 {
                    break;
                }
                unused -= latest.mark(log, group, moment, &mut used);
            }
        }
        let mut new_index = vec![0; used.len()];
        let mut names = Vec::new();
        for (i, name) in all.names.into_iter().enumerate() {
            new_index[i] = names.len();
            if used[i] {
                names.push(name);
            }
        }
        // Lines and gvars of unused columns keep telling fields apart, so they move behind the used ones.
        let mut spare = names.len();
        for i in 0..used.len() {
            if !used[i] {
                new_index[i] = spare;
                spare += 1;
            }
        }
        let new = |column: &mut u32| *column = new_index[*column as usize] as u32;
        latest.columns.iter_mut().for_each(new);
        latest.gvars.iter_mut().flatten().for_each(new);
        latest.app.iter_mut().flatten().for_each(new);
        latest.metas.iter_mut().for_each(|c| *c = new_index[*c]);
        latest.mask = names.iter().position(|n| n == "!unavailable");
        (latest, names)
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.groups.last().map_or(0, |g| g.end)
    }

    /// Emits the cells of a row.
    pub fn row<R: Rows>(&self, log: &Log, row: u64, cache: &mut Cache, rows: &mut R) {
        let group = match cache.group {
            Some(near) if self.rows_of(near).contains(&row) => near,
            Some(near) if near + 1 < self.groups.len() && self.rows_of(near + 1).contains(&row) => near + 1,
            _ => self.groups.partition_point(|g| g.end <= row),
        };
        if cache.group != Some(group) {
            cache.moments = self.moments(log, group, &mut cache.reprs);
            cache.group = Some(group);
        }
        let moment = cache.moments[(row - self.rows_of(group).start) as usize];
        self.state(log, group, moment, &mut cache.state);
        self.emit(log, self.groups[group].storage, &cache.state, rows);
    }

    fn rows_of(&self, group: usize) -> Range<u64> {
        let start = if group == 0 { 0 } else { self.groups[group - 1].end };
        start..self.groups[group].end
    }

    fn emit<R: Rows>(&self, log: &Log, storage: u32, state: &State, rows: &mut R) {
        let value = |(line, change): (u32, u32), made: &'_ mut String| -> (Type, String) {
            let line = &self.lines[line as usize];
            let (kind, text) = line.value(log, log.value(change), made);
            (kind, text.to_owned())
        };
        let masked = self.mask.is_some_and(|mask| {
            let cell = state.cells.iter().find(|(line, _)| self.columns[*line as usize] as usize == mask);
            cell.is_some_and(|cell| {
                let (kind, text) = value(*cell, &mut String::new());
                value::is_truthy(kind, &text)
            })
        });
        let metas = [Cell::Uint(log.seq(state.last)), log.storages.cell(storage), Cell::Float(log.time(state.last))];
        let mut metas = self.metas.into_iter().zip(metas).peekable();
        for &(line, change) in &state.cells {
            let column = self.columns[line as usize] as usize;
            while let Some((at, meta)) = metas.next_if(|(at, _)| *at <= column) {
                // A field called like one of the columns takes its place (uproot 0.10.1).
                if at < column {
                    rows.cell(at, meta);
                }
            }
            let line = &self.lines[line as usize];
            let name = line.name(log);
            let is_value = !name.starts_with('!') || name == "!data";
            let mut made = String::new();
            let cell = match masked && is_value {
                true => Cell::Null,
                false => line.cell(log, log.value(change), &mut made),
            };
            rows.cell(column, cell);
        }
        metas.for_each(|(at, meta)| rows.cell(at, meta));
    }

    /// The lines of a storage, those of a column side by side.
    fn by_column(&self, group: usize) -> impl Iterator<Item = &[u32]> {
        let places = &self.places[self.groups[group].places.clone()];
        places.chunk_by(|a, b| self.columns[*a as usize] == self.columns[*b as usize])
    }

    /// The last change of some lines before a moment: its seq, its line and itself.
    fn newest(&self, log: &Log, lines: &[u32], moment: Moment) -> Option<(u64, u32, u32)> {
        let newest = |line: &u32| {
            let changes = log.changes(self.lines[*line as usize].span(log));
            let count = match moment {
                None => changes.len(),
                Some((_, at, place)) if at == *line => place,
                Some((seq, at, _)) => {
                    changes.partition_point(|c| log.seq(*c) < seq || (log.seq(*c) == seq && *line < at))
                }
            };
            let change = *changes.get(count.checked_sub(1)?)?;
            Some((log.seq(change), *line, change))
        };
        lines.iter().filter_map(newest).max()
    }

    /// Marks the columns that have a cell at a moment; says how many were not marked before.
    fn mark(&self, log: &Log, group: usize, moment: Moment, used: &mut [bool]) -> usize {
        let mut more = 0;
        for lines in self.by_column(group) {
            let column = lines.first().map_or(0, |line| self.columns[*line as usize]) as usize;
            if !used[column]
                && let Some((.., change)) = self.newest(log, lines, moment)
                && !log.value(change).is_tombstone()
            {
                used[column] = true;
                more += 1;
            }
        }
        more
    }

    /// Makes the state of a storage at a moment: of each column the last change, if it is not a deletion.
    fn state(&self, log: &Log, group: usize, moment: Moment, state: &mut State) {
        let mut last = None;
        state.cells.clear();
        for lines in self.by_column(group) {
            let newest = self.newest(log, lines, moment);
            last = last.max(newest);
            let shown = newest.filter(|new| !log.value(new.2).is_tombstone());
            state.cells.extend(shown.map(|(_, line, change)| (line, change)));
        }
        state.last = last.map_or(0, |(.., change)| change);
    }

    /// The rows of a storage, each by the moment at which it ends.
    fn moments(&self, log: &Log, group: usize, reprs: &mut Reprs) -> Vec<Moment> {
        if !self.grouped {
            return vec![None];
        }
        reprs.bound();
        let mut touches: Vec<Touch> = Vec::new();
        for &line in &self.places[self.groups[group].places.clone()] {
            let column = Some(self.columns[line as usize]);
            if self.gvars.contains(&column) || self.app == Some(column) {
                let changes = log.changes(self.lines[line as usize].span(log)).iter().enumerate();
                touches.extend(changes.map(|(at, &change)| Touch { before: (log.seq(change), line, at), change }));
            }
        }
        order::by(&mut touches, |a, b| a.before.cmp(&b.before));

        // Which row the storage is in after each change of a gvar; a row lasts until the next one.
        let mut current: Vec<Option<(u32, u32)>> = vec![None; self.gvars.len()];
        let mut app: Option<(u32, u32)> = None;
        let mut rows: Vec<(bool, Option<Key>, Moment)> = Vec::new();
        let mut known: Map<(bool, Key), usize> = Map::new();
        let mut grouped_apps: Set<Key> = Set::new();
        for (at, Touch { before: (_, line, _), change }) in touches.iter().enumerate() {
            let column = Some(self.columns[*line as usize]);
            for (gvar, state) in self.gvars.iter().zip(&mut current) {
                if *gvar == column {
                    *state = Some((*line, *change));
                }
            }
            if self.app == Some(column) {
                app = Some((*line, *change));
            }
            if let Some(row) = self.row_for(log, &current, app, &mut rows, &mut known, &mut grouped_apps, reprs) {
                rows[row].2 = touches.get(at + 1).map(|next| next.before);
            }
        }
        if rows.is_empty() {
            return vec![None];
        }
        let is_shown = |(complete, key, _): &(bool, Option<Key>, Moment)| {
            *complete || key.as_ref().is_none_or(|key| !grouped_apps.contains(key))
        };
        rows.iter().filter(|row| is_shown(row)).map(|row| row.2).collect()
    }

    /// The row that states belong to from this change on, new or known; `None` outside of apps.
    #[allow(clippy::too_many_arguments, reason = "the replay's state, used nowhere else")]
    fn row_for(
        &self,
        log: &Log,
        current: &[Option<(u32, u32)>],
        app: Option<(u32, u32)>,
        rows: &mut Vec<(bool, Option<Key>, Moment)>,
        known: &mut Map<(bool, Key), usize>,
        grouped_apps: &mut Set<Key>,
        reprs: &mut Reprs,
    ) -> Option<usize> {
        let mut part = |cell: Option<(u32, u32)>| -> Option<u32> {
            let (line, change) = cell?;
            let id = log.value(change);
            (!id.is_tombstone()).then(|| reprs.number(log, &self.lines[line as usize], change, id))
        };
        let app_part = if self.app.is_some() { part(app) } else { None };
        let combination: Option<Key> = current.iter().map(|cell| part(*cell)).collect();
        let app_key = match (self.app, app_part) {
            (None, _) => None,
            (Some(_), Some(app)) if !reprs.is_nothing(app) => Some(vec![app]),
            (Some(_), _) => return None,
        };
        let (complete, key) = match combination {
            Some(key) => {
                grouped_apps.extend(app_key);
                (true, key)
            }
            None => (false, app_key?),
        };
        Some(*known.entry((complete, key.clone())).or_insert_with(|| {
            rows.push((complete, (!complete).then_some(key), None));
            rows.len() - 1
        }))
    }
}

/// The lines of each storage by their columns, of which there are so many; storages in order of their first line.
fn by_storage(log: &Log, lines: &[Line], columns: &[u32], width: usize) -> (Vec<Group>, Vec<u32>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut index: Map<u32, usize> = Map::new();
    let mut group_of = Vec::with_capacity(lines.len());
    let mut before = vec![0; width + 1];
    for (line, column) in lines.iter().zip(columns) {
        let storage = line.span(log).storage;
        // Lines of a storage stand together but for storages inside storages.
        let at = match groups.len().checked_sub(1) {
            Some(last) if groups[last].storage == storage => last,
            _ => *index.entry(storage).or_insert_with(|| {
                groups.push(Group { storage, places: 0..0, end: 0 });
                groups.len() - 1
            }),
        };
        groups[at].places.end += 1;
        group_of.push(at as u32);
        before[*column as usize + 1] += 1;
    }
    let mut start = 0;
    for group in &mut groups {
        let len = group.places.end;
        group.places = start..start;
        start += len;
    }
    // All lines by their columns, and from there to their storages.
    (0..width).for_each(|column| before[column + 1] += before[column]);
    let mut sorted = vec![0; lines.len()];
    for (line, column) in columns.iter().enumerate() {
        let at = &mut before[*column as usize];
        sorted[*at] = line as u32;
        *at += 1;
    }
    let mut places = vec![0; lines.len()];
    for line in sorted {
        let own = &mut groups[group_of[line as usize] as usize].places;
        places[own.end] = line;
        own.end += 1;
    }
    (groups, places)
}
