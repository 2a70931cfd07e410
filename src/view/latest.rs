//! Latest, and latest by gvars: the state of each storage after its last change, or after the last change
//! that saw each combination of values.
//!
//! uproot 0.10.1 builds a full state after every change. Here the changes of a storage are replayed once to
//! learn which states become rows, and once more to take down only those.

use super::columns::Columns;
use crate::filter::{self, Line};
use crate::log::Log;
use crate::order;
use crate::table::{Cell, Rows};
use crate::value::{self, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The rows of some lines, one or more per storage.
pub(super) struct Latest {
    lines: Vec<Line>,
    groups: Vec<Group>,
    /// For each line its column.
    columns: Vec<usize>,
    /// Where the gvars stand, in the order in which they were asked for; `None`: no such field.
    gvars: Vec<Option<usize>>,
    /// Where `app` stands, if it is one of the gvars.
    app: Option<Option<usize>>,
    grouped: bool,
    /// Where `!seq`, `!storage`, `!time` stand.
    metas: [usize; 3],
    /// Where a field called `!unavailable` stands, which masks rows.
    mask: Option<usize>,
}

/// The lines of one storage, by index, and how many rows of the table there are up to its end.
struct Group {
    storage: u32,
    lines: Vec<u32>,
    end: u64,
}

/// One row to be: after which change it is taken, and (line, change) of every field it shows.
#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    last: u32,
    cells: Vec<(u32, u32)>,
}

/// The rows of the storage that was asked for last.
#[derive(Default)]
pub(super) struct Cache {
    group: Option<usize>,
    states: Vec<State>,
}

/// What makes two combinations the same row: uproot compares `repr()`, which tells `1` from `"1"` and `[1]` from `(1,)`.
type Key = Vec<(Type, String)>;

impl Latest {
    /// The rows of `lines` by `gvars`, and their columns: those fields that some row shows.
    pub fn new(log: &Log, lines: Vec<Line>, gvars: &[String]) -> (Self, Vec<String>) {
        let all = Columns::new(["!seq", "!storage", "!time"].into_iter().chain(lines.iter().map(|l| l.name(log))));
        let index = |name: &str| all.index(name);
        let mut latest = Latest {
            columns: lines.iter().map(|l| index(l.name(log)).unwrap_or_default()).collect(),
            groups: by_storage(log, &lines),
            lines,
            gvars: gvars.iter().map(|g| index(g)).collect(),
            app: gvars.iter().any(|g| g == "app").then(|| index("app")),
            grouped: !gvars.is_empty(),
            metas: ["!seq", "!storage", "!time"].map(|m| index(m).unwrap_or_default()),
            mask: None,
        };

        // Which columns have a cell in some row, and how many rows each storage has.
        let mut used = vec![false; all.names.len()];
        latest.metas.iter().for_each(|meta| used[*meta] = true);
        let mut rows = 0;
        for group in 0..latest.groups.len() {
            let states = latest.states(log, group);
            rows += states.len() as u64;
            latest.groups[group].end = rows;
            for (line, _) in states.iter().flat_map(|s| &s.cells) {
                used[latest.columns[*line as usize]] = true;
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
        latest.columns.iter_mut().for_each(|c| *c = new_index[*c]);
        latest.gvars.iter_mut().flatten().for_each(|c| *c = new_index[*c]);
        if let Some(Some(app)) = &mut latest.app {
            *app = new_index[*app];
        }
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
            cache.states = self.states(log, group);
            cache.group = Some(group);
        }
        let state = &cache.states[(row - self.rows_of(group).start) as usize];
        self.emit(log, self.groups[group].storage, state, rows);
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
            let cell = state.cells.iter().find(|(line, _)| self.columns[*line as usize] == mask);
            cell.is_some_and(|cell| {
                let (kind, text) = value(*cell, &mut String::new());
                value::is_truthy(kind, &text)
            })
        });
        let metas = [Cell::Uint(log.seq(state.last)), log.storages.cell(storage), Cell::Float(log.time(state.last))];
        let mut metas = self.metas.into_iter().zip(metas).peekable();
        for &(line, change) in &state.cells {
            let column = self.columns[line as usize];
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
                false => filter::cell(line.value(log, log.value(change), &mut made)),
            };
            rows.cell(column, cell);
        }
        metas.for_each(|(at, meta)| rows.cell(at, meta));
    }

    /// The rows of a storage.
    fn states(&self, log: &Log, group: usize) -> Vec<State> {
        let lines = &self.groups[group].lines;
        if !self.grouped {
            return vec![self.last_state(log, lines)];
        }
        self.grouped_states(log, lines)
    }

    /// The last state: of each column the last change, if it is not a deletion.
    fn last_state(&self, log: &Log, lines: &[u32]) -> State {
        let mut last: Option<(u64, u32)> = None;
        let mut cells: Vec<(u32, u32)> = Vec::with_capacity(lines.len());
        for &line in lines {
            let Some(&change) = log.changes(self.lines[line as usize].span(log)).last() else { continue };
            let seq = log.seq(change);
            if last.is_none_or(|(known, _)| seq >= known) {
                last = Some((seq, change));
            }
            cells.push((line, change));
        }
        self.tidy(log, &mut cells);
        State { last: last.map_or(0, |l| l.1), cells }
    }

    /// Sorts cells by column; where two lines share a column the later change wins; deletions go.
    fn tidy(&self, log: &Log, cells: &mut Vec<(u32, u32)>) {
        let column = |cell: &(u32, u32)| self.columns[cell.0 as usize];
        order::by_key(cells, |cell| (column(cell), log.seq(cell.1)));
        let mut kept = 0;
        for i in 0..cells.len() {
            let last_of_column = cells.get(i + 1).is_none_or(|next| column(next) != column(&cells[i]));
            if last_of_column && !log.value(cells[i].1).is_tombstone() {
                cells[kept] = cells[i];
                kept += 1;
            }
        }
        cells.truncate(kept);
    }

    fn grouped_states(&self, log: &Log, lines: &[u32]) -> Vec<State> {
        // All changes of the storage by seq; equal seqs stay in the order of the lines.
        let mut changes: Vec<(u32, u32)> = lines
            .iter()
            .flat_map(|&line| {
                log.changes(self.lines[line as usize].span(log)).iter().map(move |&change| (line, change))
            })
            .collect();
        order::by_key(&mut changes, |(_, change)| log.seq(*change));

        // First replay: which positions are the last of their row, in order of the rows' first appearance.
        let mut current: Vec<Option<(u32, u32)>> = vec![None; self.gvars.len()];
        let mut app: Option<(u32, u32)> = None;
        let mut rows: Vec<(bool, Option<Key>, usize)> = Vec::new();
        let mut known: BTreeMap<(bool, Key), usize> = BTreeMap::new();
        let mut grouped_apps: BTreeSet<Key> = BTreeSet::new();
        let mut row: Option<usize> = None;
        for (position, &(line, change)) in changes.iter().enumerate() {
            let column = self.columns[line as usize];
            let mut touched = position == 0;
            for (gvar, state) in self.gvars.iter().zip(&mut current) {
                if *gvar == Some(column) {
                    *state = Some((line, change));
                    touched = true;
                }
            }
            if self.app == Some(Some(column)) {
                app = Some((line, change));
                touched = true;
            }
            if touched {
                row = self.row_for(log, &current, app, position, &mut rows, &mut known, &mut grouped_apps);
            }
            if let Some(row) = row {
                rows[row].2 = position;
            }
        }
        let is_shown = |(complete, key, _): &(bool, Option<Key>, usize)| {
            *complete || key.as_ref().is_none_or(|key| !grouped_apps.contains(key))
        };
        let mut wanted: Vec<usize> = rows.iter().filter(|r| is_shown(r)).map(|r| r.2).collect();
        if rows.is_empty() {
            wanted = vec![changes.len().saturating_sub(1)];
        }

        // Second replay: take those states down.
        let mut by_position: Vec<(usize, usize)> = wanted.iter().copied().enumerate().map(|(r, p)| (p, r)).collect();
        order::sort(&mut by_position);
        let mut states = vec![State::default(); wanted.len()];
        let mut held: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        let mut at = 0;
        for (position, row) in by_position {
            while at <= position {
                held.insert(self.columns[changes[at].0 as usize], changes[at]);
                at += 1;
            }
            let live = held.values().filter(|(_, change)| !log.value(*change).is_tombstone());
            states[row] = State { last: changes[position].1, cells: live.copied().collect() };
        }
        states
    }

    /// The row that states belong to from this change on, new or known; `None` outside of apps.
    #[allow(clippy::too_many_arguments, reason = "the replay's state, used nowhere else")]
    fn row_for(
        &self,
        log: &Log,
        current: &[Option<(u32, u32)>],
        app: Option<(u32, u32)>,
        position: usize,
        rows: &mut Vec<(bool, Option<Key>, usize)>,
        known: &mut BTreeMap<(bool, Key), usize>,
        grouped_apps: &mut BTreeSet<Key>,
    ) -> Option<usize> {
        let part = |cell: Option<(u32, u32)>| -> Option<(Type, String)> {
            let (line, change) = cell?;
            let id = log.value(change);
            if id.is_tombstone() {
                return None;
            }
            let line = &self.lines[line as usize];
            let mut made = String::new();
            let (kind, text) = line.value(log, id, &mut made);
            // Two random states never have the same repr: it holds their address.
            let text = if kind == Type::RANDOM { format!("{change}") } else { text.to_owned() };
            Some((if kind.is_plain_json() { Type::JSON } else { kind }, text))
        };
        let app_key = match self.app {
            None => None,
            Some(_) => match part(app) {
                Some((kind, text)) if text != "null" && (kind, text.as_str()) != (Type::CELL, "") => {
                    Some(vec![(kind, text)])
                }
                _ => return None,
            },
        };
        let combination: Option<Key> = current.iter().map(|cell| part(*cell)).collect();
        let (complete, key) = match combination {
            Some(key) => {
                grouped_apps.extend(app_key);
                (true, key)
            }
            None => (false, app_key?),
        };
        Some(*known.entry((complete, key.clone())).or_insert_with(|| {
            rows.push((complete, (!complete).then_some(key), position));
            rows.len() - 1
        }))
    }
}

/// The lines of each storage, storages in order of their first line.
fn by_storage(log: &Log, lines: &[Line]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut index: BTreeMap<u32, usize> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        let storage = line.span(log).storage;
        // Lines of a storage stand together but for storages inside storages.
        let at = match groups.len().checked_sub(1) {
            Some(last) if groups[last].storage == storage => last,
            _ => *index.entry(storage).or_insert_with(|| {
                groups.push(Group { storage, lines: Vec::new(), end: 0 });
                groups.len() - 1
            }),
        };
        groups[at].lines.push(i as u32);
    }
    groups
}
