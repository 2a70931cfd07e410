//! What a user looks at before saving: the list of tables, and screenfuls of rows.

use crate::error::{Code, Error, Place, Result};
use crate::export::{TableFile, check_cells, chosen, folders, paths, tables_beside};
use crate::log::Log;
use crate::planned::Planned;
use crate::psynet;
use crate::recipe::{Filetype, Recipe};
use crate::source::{Reader, Want};
use crate::study::{Data, Study};
use crate::table::{Cell, Rows, Step};
use crate::view::Cursor;
use crate::write::csv;
use crate::write::jsonl;
use crate::write::spreadsheet;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// Most rows of one preview.
const MOST: u64 = 1000;

/// One table of the result.
#[derive(Clone, Debug, Serialize)]
pub struct TableInfo {
    /// Path in the ZIP.
    pub path: String,
    /// Name of the session; empty for PsyNet exports.
    pub session: String,
    /// Name of the view; `data` or `timeline` for PsyNet exports.
    pub view: &'static str,
    /// Kind of storage or PsyNet's class; empty for page times and the timeline.
    pub kind: String,
    /// Number of rows.
    pub rows: u64,
    /// Names of the columns.
    pub columns: Vec<String>,
}

/// Some rows of a table as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells as the chosen format shows them; `None` where there is no value.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows of the whole table.
    pub total: u64,
}

/// The tables that a recipe makes, in the order of the ZIP. Files that are passed on are none.
///
/// # Errors
/// [`Code::NoSuchSession`], [`Code::TooManyCells`].
pub fn tables(study: &Study, recipe: &Recipe) -> Result<Vec<TableInfo>> {
    Viewer::default().tables(study, recipe)
}

/// Shows tables; keeps what was worked out last, so that scrolling costs only the rows, and what tables look like.
#[derive(Default)]
pub struct Viewer {
    planned: Planned,
    last: Option<(Recipe, TableFile)>,
    /// PsyNet's table that was looked at last, ready to go on.
    left: Left,
}

/// Where a look at a table leaves it for the next: its path, the options, the table.
type Left = Arc<Mutex<Option<(String, psynet::Options, psynet::Preview)>>>;

impl Viewer {
    /// As [`tables`], but only those are planned that were not asked for before.
    ///
    /// # Errors
    /// As [`tables`].
    pub fn tables(&mut self, study: &Study, recipe: &Recipe) -> Result<Vec<TableInfo>> {
        let log = match &study.data {
            Data::Uproot(log) => log,
            Data::Parted(_) => return Err(not_at_hand()),
            Data::Psynet(data) => return Ok(psynet_tables(data, recipe)),
        };
        let sessions = chosen(&log.sessions, recipe)?;
        let mut infos = Vec::new();
        for (session, folder) in sessions.iter().zip(&folders(&sessions)) {
            for view in recipe.wanted() {
                let shapes = self.planned.shapes(log, session, view, recipe);
                let paths = paths(folder, view, recipe, shapes.iter().map(|shape| shape.kind.as_str()));
                for (shape, path) in shapes.iter().zip(&paths) {
                    check_cells(recipe.filetype, path, shape.rows, shape.columns.len())?;
                }
                infos.extend(shapes.iter().zip(paths).map(|(shape, path)| TableInfo {
                    path,
                    session: session.name.clone(),
                    view: view.as_str(),
                    kind: shape.kind.clone(),
                    rows: shape.rows,
                    columns: shape.columns.clone(),
                }));
            }
        }
        Ok(infos)
    }

    /// Begins to show rows of the table at a path, from `start` on, at most a thousand.
    ///
    /// # Errors
    /// [`Code::NoSuchSession`], [`Code::NoSuchTable`] and [`Code::TooManyCells`].
    pub fn start(&mut self, study: &Study, recipe: &Recipe, path: &str, start: u64, count: u64) -> Result<Viewing> {
        let data = match &study.data {
            Data::Uproot(log) => return Ok(Viewing::Ready(self.rows(log, recipe, path, start, count)?)),
            Data::Parted(_) => return Err(not_at_hand()),
            Data::Psynet(data) => data,
        };
        let options = recipe.psynet_options();
        let mut tables = data.tables(&options).into_iter();
        let none = || Error::new(Code::NoSuchTable, Place::file(path));
        let table = tables.find(|t| t.path == path && !t.columns.is_empty()).ok_or_else(none)?;
        let place = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (start, count) = (place(start), place(count.min(MOST)));
        if table.class.is_none() {
            let rows = data.timeline().events(start).take(count).map(|event| event.cells().to_vec()).collect();
            let columns = psynet::TIMELINE_COLUMNS.map(str::to_owned).to_vec();
            return Ok(Viewing::Ready(Preview { columns, rows, total: table.rows }));
        }
        let columns = table.columns.into_iter().map(|c| c.name).collect();
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner).take();
        let left = left.filter(|(known, chosen, _)| known == path && *chosen == options);
        let work = match left.and_then(|(.., mut work)| work.go_on(start, count).then_some(work)) {
            Some(work) => work,
            None => data.rows(path, &options, start, count)?,
        };
        let leave = (path.to_owned(), options, self.left.clone());
        Ok(Viewing::Class { columns, total: table.rows, work: Box::new(work), leave })
    }

    fn rows(&mut self, log: &Arc<Log>, recipe: &Recipe, path: &str, start: u64, count: u64) -> Result<Preview> {
        let found = self.last.take().filter(|(known, file)| known == recipe && file.path == path);
        let (_, file) = match found {
            Some(found) => self.last.insert(found),
            None => self.last.insert((recipe.clone(), find(log, recipe, path)?)),
        };
        let table = &file.table;
        let count = count.min(MOST).min(table.rows.saturating_sub(start));
        let mut shown = Shown { filetype: recipe.filetype, width: table.columns.len(), rows: Vec::new() };
        let mut cursor = Cursor::default();
        table.emit_all(start..start.saturating_add(count), &mut cursor, &mut shown);
        Ok(Preview { columns: table.columns.clone(), rows: shown.rows, total: table.rows })
    }
}

/// Rows that are being looked up. Ask [`Reader::want`], push, and when nothing more is wanted, [`Viewing::finish`].
pub enum Viewing {
    /// Everything is at hand.
    Ready(Preview),
    /// Rows of a processed table of PsyNet's.
    #[allow(missing_docs)]
    Class { columns: Vec<String>, total: u64, work: Box<psynet::Preview>, leave: (String, psynet::Options, Left) },
}

impl Viewing {
    /// The rows; everything wanted was pushed.
    pub fn finish(self) -> Preview {
        match self {
            Viewing::Ready(preview) => preview,
            Viewing::Class { columns, total, mut work, leave: (path, options, left) } => {
                let rows = work.take();
                *left.lock().unwrap_or_else(PoisonError::into_inner) = Some((path, options, *work));
                Preview { columns, rows, total }
            }
        }
    }
}

impl Reader for Viewing {
    fn want(&mut self) -> Result<Option<Want>> {
        loop {
            let step = match self {
                Viewing::Ready(_) => Step::Done,
                Viewing::Class { work, .. } => work.step()?,
            };
            match step {
                Step::Want(want) => return Ok(Some(want)),
                Step::More => {}
                Step::Done => return Ok(None),
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        match self {
            Viewing::Class { work, .. } => work.push(chunk),
            Viewing::Ready(_) => {}
        }
        Ok(())
    }
}

/// Only what is in memory can be looked at.
pub(crate) fn not_at_hand() -> Error {
    Error::new(Code::OutOfMemory, Place::default())
        .detail("The changes of all sessions are too many to be held at once.")
}

fn psynet_tables(data: &psynet::Study, recipe: &Recipe) -> Vec<TableInfo> {
    let tables = data.tables(&recipe.psynet_options()).into_iter().filter(|t| !t.columns.is_empty());
    let info = |table: psynet::Table| TableInfo {
        path: table.path,
        session: String::new(),
        view: if table.class.is_some() { "data" } else { "timeline" },
        rows: table.rows,
        kind: table.class.unwrap_or_default(),
        columns: table.columns.into_iter().map(|c| c.name).collect(),
    };
    tables.map(info).collect()
}

/// The table at a path.
fn find(log: &Arc<Log>, recipe: &Recipe, path: &str) -> Result<TableFile> {
    let sessions = chosen(&log.sessions, recipe)?;
    for (session, folder) in sessions.iter().zip(&folders(&sessions)) {
        if path.strip_prefix(folder.as_str()).is_some_and(|below| below.starts_with('/')) {
            let (mut files, at) = tables_beside(log, session, folder, recipe, path)?;
            return Ok(files.swap_remove(at));
        }
    }
    Err(Error::new(Code::NoSuchTable, Place::file(path)))
}

/// A name for the ZIP: the session's or the experiment's if there is one, else the input's.
pub fn archive_name(study: &Study) -> String {
    let named = match (&study.data, study.sessions()) {
        (Data::Psynet(data), _) => data.label.as_deref().map(plain),
        (_, [one]) => folders(&[one]).pop(),
        _ => None,
    };
    let stem = named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        let path = study.files.first().map(|f| f.path.as_str()).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    });
    format!("{stem}-windrow.zip")
}

/// A label as part of a file name: letters, digits and dashes.
fn plain(label: &str) -> String {
    let words = label.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Rows as text cells.
struct Shown {
    filetype: Filetype,
    width: usize,
    rows: Vec<Vec<Option<String>>>,
}

impl Rows for Shown {
    fn begin(&mut self) {
        self.rows.push(vec![None; self.width]);
    }

    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        let mut out = Vec::new();
        match self.filetype {
            Filetype::Csv => csv::content(cell, &mut out),
            Filetype::Jsonl => jsonl::value(cell, &mut out),
            Filetype::Spreadsheet => spreadsheet::content(cell, &mut out),
        }
        let missing = matches!(cell, Cell::Null | Cell::Json("null"));
        if let (false, Some(row)) = (missing, self.rows.last_mut()) {
            row[column] = Some(String::from_utf8_lossy(&out).into_owned());
        }
    }

    fn end(&mut self) {}
}
