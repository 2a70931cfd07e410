//! Read `uproot.sqlite3`, with the `-wal` file beside it, by giving both to [`Database`] and driving it as a [`Reader`].
//!
//! Pages are asked for as they are needed and at most 16 MiB of them are kept, so a database may be far
//! larger than memory. All data may be in the `-wal` while the server runs; the `-shm` file is not needed.
//! Damage costs the rows that it hits and is reported; the others are read. Facts are those of SQLite's file format
//! description (§1 database, §4 log) and of uproot's table (0.0.1 to 0.10.1).
//!
//! Why not SQLite itself in wasm: `@sqlite.org/sqlite-wasm` 3.54.1 is 879 kB of wasm and 657 kB of script (383 + 157 kB
//! after Brotli); sql.js 1.16.0 is 736 kB (332 kB) and holds the whole file in memory. This is at most 80 kB (29 kB).

mod btree;
mod cache;
mod header;
mod pages;
mod record;
mod schema;
mod wal;

use crate::error::{Code, Error, Place, Problem, Problems, Result, grouped};
use crate::limits::Limits;
use crate::source::{FileInfo, Reader, Want};
use btree::Walk;
use cache::{Cache, Part, Stop, Tried};
use header::Header;
use pages::{Pages, Seen};
use record::{Record, Value};
use schema::{Entry, Layout, Role, Seq};

/// One row of a table of changes, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredChange<'a> {
    /// The row's id; ids ascend unless the file is damaged.
    pub id: i64,
    /// The sequence number; a table has it in all rows or (before 2026-04-20) in none.
    pub seq: Option<i64>,
    /// The storage's path, for example `player/session/name`.
    pub namespace: &'a str,
    /// The field's name.
    pub field: &'a str,
    /// Type byte and JSON, or nothing for a tombstone.
    pub value: Option<&'a [u8]>,
    /// Seconds since 1970; never NaN.
    pub created_at: f64,
    /// Where in the experiment's code the change was made.
    pub context: &'a str,
}

/// What takes the rows.
pub trait Changes {
    /// Takes the next row. An error ends the reading.
    fn change(&mut self, change: &StoredChange<'_>) -> Result<()>;
}

/// What was read, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Name of the table that was read, for example `uproot_values`.
    pub table: String,
    /// Whether its rows have sequence numbers.
    pub has_seq: bool,
    /// Rows that were passed on.
    pub rows: u64,
    /// Rows that were met but damaged or not as uproot writes them.
    pub left_out: u64,
    /// All that went wrong on the way.
    pub problems: Problems,
}

/// What is being read.
#[derive(Debug)]
enum Phase {
    /// The log's frames.
    Log(wal::Scan),
    /// The database's header.
    Header,
    /// The list of tables.
    Schema(Walk),
    /// How many rows each table has, if there are several: the one at this index.
    Count(usize, Walk),
    /// The table's rows.
    Rows(Walk),
    /// Nothing any more.
    Done,
}

/// A database of uproot's that passes the rows of its table of changes on, in the order of their ids.
///
/// Of several such tables (as when `UPROOT_TBLEXTRA` was changed) it takes the one with most rows, or the
/// first of equals, and reports the others. What is not there cannot be noticed: a server's batch that is not
/// yet committed, and a log that was not given although the table is already in the database file.
#[derive(Debug)]
pub struct Database<S> {
    main: String,
    has_log: bool,
    limits: Limits,
    pages: Pages,
    phase: Phase,
    wal_mode: bool,
    other_tables: bool,
    /// The tables of changes, with their numbers of rows where they were counted.
    tables: Vec<(Layout, u64)>,
    chosen: usize,
    /// The id of the row before.
    last: Option<i64>,
    report: Report,
    sink: S,
}

impl<S: Changes> Database<S> {
    /// Most tables that are reported as not read; nobody has so many.
    const NAMED: usize = 20;

    /// A database file and, where it was given, its log, each with its index in the list of files.
    pub fn new(main: (usize, &FileInfo), wal: Option<(usize, &FileInfo)>, limits: &Limits, sink: S) -> Self {
        Database {
            main: main.1.path.clone(),
            has_log: wal.is_some(),
            limits: *limits,
            pages: Pages::new(Cache::new(main, wal)),
            phase: Phase::Log(wal::Scan::default()),
            wal_mode: true,
            other_tables: false,
            tables: Vec::new(),
            chosen: 0,
            last: None,
            report: Report::default(),
            sink,
        }
    }

    /// What takes the rows.
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// The same, to be changed.
    pub fn sink_mut(&mut self) -> &mut S {
        &mut self.sink
    }

    /// What took the rows, and what there is to say about them. To be asked for when [`Reader::want`] gave `None`.
    pub fn finish(self) -> (S, Report) {
        (self.sink, self.report)
    }

    /// Reads on until something is missing, or everything was read.
    fn run(&mut self) -> Tried<()> {
        loop {
            let (pages, problems) = (&mut self.pages, &mut self.report.problems);
            self.phase = match &mut self.phase {
                Phase::Log(scan) => {
                    let wal = scan.run(&mut pages.cache, problems)?;
                    pages.log(wal);
                    Phase::Header
                }
                Phase::Header => {
                    self.header()?;
                    Phase::Schema(Walk::new(1, schema::LONGEST, Seen::default()))
                }
                Phase::Schema(walk) => {
                    while walk.next(pages, problems)?.is_some() {
                        match schema::entry(walk.payload()) {
                            Entry::Changes(table) => self.tables.push((table, 0)),
                            Entry::OtherTable => self.other_tables = true,
                            Entry::Other => {}
                        }
                    }
                    self.listed()?
                }
                Phase::Count(at, walk) => {
                    // Damage is reported when the table is read, not twice.
                    let rows = walk.count(pages, &mut Problems::default())?;
                    if let Some(table) = self.tables.get_mut(*at) {
                        table.1 = rows;
                    }
                    // A page belongs to one table, so the next one does not go where this one was.
                    let (next, seen) = (*at + 1, walk.take_seen());
                    match self.tables.get(next) {
                        Some((table, _)) => Phase::Count(next, Walk::new(table.root, self.limits.record, seen)),
                        None => self.counted(),
                    }
                }
                Phase::Rows(walk) => {
                    let Some((table, _)) = self.tables.get(self.chosen) else { return Ok(()) };
                    while let Some(id) = walk.next(pages, problems)? {
                        if self.last.replace(id).is_some_and(|last| last >= id) {
                            let problem = Problem::new(Code::Damaged, pages.place(walk.page()).record(walk.rows));
                            problems.add(problem.detail("The ids of rows do not ascend; some may be doubled or lost."));
                        }
                        match change(table, id, walk.payload()) {
                            Ok(change) => {
                                self.report.rows += 1;
                                self.sink.change(&change)?;
                            }
                            Err(role) => {
                                self.report.left_out += 1;
                                let mut place = pages.place(walk.page()).record(walk.rows);
                                place.field = role.name().map(str::to_owned);
                                problems.add(Problem::new(Code::BadRecord, place));
                            }
                        }
                    }
                    self.report.left_out += walk.lost;
                    Phase::Done
                }
                Phase::Done => return Ok(()),
            };
        }
    }

    /// Reads the header of the database as of the last commit.
    fn header(&mut self) -> Tried<()> {
        let own = match self.pages.cache.size(Part::Main) {
            0 => None,
            size => {
                Some(Header::parse(self.pages.cache.get(Part::Main, 0, size.min(header::LENGTH as u64) as usize)?)?)
            }
        };
        let header = match self.pages.logged_header()? {
            Some(header) if own.as_ref().is_some_and(|own| own.page_size != header.page_size) => {
                return Err(self.pages.foreign_log().into());
            }
            Some(header) => header,
            None => match own {
                Some(own) => own,
                None => return Err(self.no_table().into()),
            },
        };
        self.wal_mode = header.wal_mode;
        Ok(self.pages.open(&header, &mut self.report.problems)?)
    }

    /// What to do with the tables that were found.
    fn listed(&mut self) -> Result<Phase> {
        let refused = self.tables.iter().any(|(table, _)| table.without_rowid);
        self.tables.retain(|(table, _)| !table.without_rowid);
        match self.tables.as_slice() {
            [] if refused => Err(Error::new(Code::Unsupported, Place::default())
                .detail("Its table was made WITHOUT ROWID, which no version of uproot does.")),
            [] => Err(self.no_table()),
            [_] => Ok(self.counted()),
            [(first, _), ..] => Ok(Phase::Count(0, Walk::new(first.root, self.limits.record, Seen::default()))),
        }
    }

    /// Why there is no table of changes.
    fn no_table(&self) -> Error {
        let error = |code, detail: &str| Error::new(code, Place::default()).detail(detail);
        if self.other_tables {
            return error(Code::UnknownFormat, "It is a SQLite database, but without the table that uproot keeps.");
        }
        if let Some(problem) = self.report.problems.iter().next() {
            return problem.clone().into();
        }
        if !self.has_log && self.wal_mode {
            let name = self.main.rsplit('/').next().unwrap_or_default();
            return error(Code::WalMissing, &format!("{name}-wal is missing."));
        }
        error(Code::NothingToExport, "The database has no table yet: its server never wrote anything.")
    }

    /// Chooses the table with most rows and begins to read it.
    fn counted(&mut self) -> Phase {
        let most = self.tables.iter().map(|(_, rows)| *rows).max().unwrap_or(0);
        self.chosen = self.tables.iter().position(|(_, rows)| *rows == most).unwrap_or(0);
        let Some((table, _)) = self.tables.get(self.chosen) else { return Phase::Done };
        self.report.table = table.name.clone();
        self.report.has_seq = table.seq != Seq::Absent;
        let others = self.tables.iter().enumerate().filter(|(at, _)| *at != self.chosen);
        for (_, (other, rows)) in others.take(Self::NAMED) {
            let place = Place::file(&self.main).field(&other.name);
            let detail = format!("It has {} rows, {} has {}.", grouped(*rows), table.name, grouped(most));
            self.report.problems.add(Problem::new(Code::OtherTable, place).detail(detail));
        }
        Phase::Rows(Walk::new(table.root, self.limits.record, Seen::default()))
    }
}

impl<S: Changes> Reader for Database<S> {
    fn want(&mut self) -> Result<Option<Want>> {
        if let Some(want) = self.pages.cache.wanted() {
            return Ok(Some(want));
        }
        match self.run() {
            Ok(()) => Ok(None),
            Err(Stop::Wait) => match self.pages.cache.wanted() {
                Some(want) => Ok(Some(want)),
                None => Err(Error::new(Code::Io, Place::file(&self.main))),
            },
            Err(Stop::Bad(problem)) => Err(Error::from(*problem).in_file(&self.main)),
            Err(Stop::Fail(error)) => Err(error.in_file(&self.main)),
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.pages.cache.push(chunk).map_err(|error| error.in_file(&self.main))
    }
}

/// Reads a row of a table of changes; fails with the column that is not as it should be.
fn change<'a>(table: &Layout, id: i64, payload: &'a [u8]) -> std::result::Result<StoredChange<'a>, Role> {
    let mut seq = (table.seq == Seq::Rowid).then_some(id);
    let (mut namespace, mut field, mut context, mut created_at, mut value) = (None, None, None, None, None);
    let text = |bytes, role| std::str::from_utf8(bytes).map(Some).map_err(|_| role);
    for (&role, stored) in table.roles.iter().zip(Record::new(payload).ok_or(Role::Other)?) {
        match (role, stored.ok_or(role)?) {
            (Role::Other, _) | (Role::Value, Value::Null) => {}
            (Role::Seq, Value::Int(n)) => seq = Some(n),
            (Role::Namespace, Value::Text(t)) => namespace = text(t, role)?,
            (Role::Field, Value::Text(t)) => field = text(t, role)?,
            (Role::Context, Value::Text(t)) => context = text(t, role)?,
            (Role::Value, Value::Blob(b)) => value = Some(b),
            // SQLite itself never gives a NaN.
            (Role::CreatedAt, Value::Float(f)) if !f.is_nan() => created_at = Some(f),
            // A whole number in a REAL column is stored as an integer.
            (Role::CreatedAt, Value::Int(n)) => created_at = Some(n as f64),
            _ => return Err(role),
        }
    }
    if table.seq != Seq::Absent && seq.is_none() {
        return Err(Role::Seq);
    }
    Ok(StoredChange {
        id,
        seq,
        namespace: namespace.ok_or(Role::Namespace)?,
        field: field.ok_or(Role::Field)?,
        value,
        created_at: created_at.ok_or(Role::CreatedAt)?,
        context: context.ok_or(Role::Context)?,
    })
}
