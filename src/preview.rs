//! What a user looks at before saving: the list of tables, and screenfuls of rows.

use crate::error::{Code, Error, Place, Result};
use crate::export::{TableFile, chosen, folders, tables as tables_of};
use crate::recipe::{Filetype, Recipe};
use crate::study::Study;
use crate::table::{Cell, Rows};
use crate::view::Cursor;
use crate::write::csv;
use crate::write::jsonl;
use serde::Serialize;

/// Most rows of one preview.
const MOST: u64 = 1000;

/// One table of the result.
#[derive(Clone, Debug, Serialize)]
pub struct TableInfo {
    /// Path in the ZIP.
    pub path: String,
    /// Name of the session.
    pub session: String,
    /// Name of the view.
    pub view: &'static str,
    /// Kind of storage; empty for page times.
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

/// The tables that a recipe makes, in the order of the ZIP.
///
/// # Errors
/// [`Code::NoSuchSession`].
pub fn tables(study: &Study, recipe: &Recipe) -> Result<Vec<TableInfo>> {
    let info = |file: TableFile| TableInfo {
        path: file.path,
        session: file.session,
        view: recipe.wanted().find(|v| v.view() == file.view).map_or("", |v| v.as_str()),
        kind: file.kind,
        rows: file.table.rows,
        columns: file.table.columns,
    };
    Ok(files(study, recipe)?.into_iter().map(info).collect())
}

/// Shows tables; keeps the one that was looked at last, so that scrolling costs only the rows.
#[derive(Default)]
pub struct Viewer {
    last: Option<(Recipe, TableFile)>,
}

impl Viewer {
    /// Rows of the table at a path, from `start` on, at most a thousand.
    ///
    /// # Errors
    /// [`Code::NoSuchSession`] and [`Code::NoSuchTable`].
    pub fn rows(&mut self, study: &Study, recipe: &Recipe, path: &str, start: u64, count: u64) -> Result<Preview> {
        let found = self.last.take().filter(|(known, file)| known == recipe && file.path == path);
        let (_, file) = match found {
            Some(found) => self.last.insert(found),
            None => self.last.insert((recipe.clone(), find(study, recipe, path)?)),
        };
        let table = &file.table;
        let count = count.min(MOST).min(table.rows.saturating_sub(start));
        let mut shown = Shown { filetype: recipe.filetype, width: table.columns.len(), rows: Vec::new() };
        let mut cursor = Cursor::default();
        table.emit(start, &mut cursor, &mut shown, |shown| (shown.rows.len() as u64) < count);
        Ok(Preview { columns: table.columns.clone(), rows: shown.rows, total: table.rows })
    }
}

/// The table at a path; only its own session and view are worked out.
fn find(study: &Study, recipe: &Recipe, path: &str) -> Result<TableFile> {
    let sessions = chosen(study, recipe)?;
    for (session, folder) in sessions.iter().zip(&folders(&sessions)) {
        if !path.strip_prefix(folder.as_str()).is_some_and(|below| below.starts_with('/')) {
            continue;
        }
        for view in recipe.wanted() {
            let one = Recipe { views: vec![view], ..recipe.clone() };
            let mut files = tables_of(study, session, folder, &one);
            if let Some(at) = files.iter().position(|file| file.path == path) {
                return Ok(files.swap_remove(at));
            }
        }
    }
    Err(Error::new(Code::NoSuchTable, Place::file(path)))
}

/// A name for the ZIP: the session's if there is one, else the input's.
pub fn archive_name(study: &Study) -> String {
    let stem = match study.log.sessions.as_slice() {
        [one] => folders(&[one]).pop().unwrap_or_default(),
        _ => {
            let path = study.files.first().map(|f| f.path.as_str()).unwrap_or_default();
            let name = path.rsplit('/').next().unwrap_or_default();
            name.split('.').next().unwrap_or_default().to_owned()
        }
    };
    format!("{stem}-windrow.zip")
}

fn files(study: &Study, recipe: &Recipe) -> Result<Vec<TableFile>> {
    let sessions = chosen(study, recipe)?;
    let folders = folders(&sessions);
    Ok(sessions.iter().zip(&folders).flat_map(|(session, folder)| tables_of(study, session, folder, recipe)).collect())
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
        }
        let missing = matches!(cell, Cell::Null | Cell::Json("null"));
        if let (false, Some(row)) = (missing, self.rows.last_mut()) {
            row[column] = Some(String::from_utf8_lossy(&out).into_owned());
        }
    }

    fn end(&mut self) {}
}
