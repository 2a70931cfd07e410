//! Read a finished ZIP back with [`check`] before anyone gets it: one hit, and there is no ZIP.
//!
//! Entry names and all bytes are searched in every form (see [`super::leak`], which knows what CSV and JSON make of a
//! value), those of an archive in the ZIP, too; cells of the columns from which too short values came are compared with these values as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek};

use serde::Serialize;
use zip::ZipArchive;

use crate::error::{Code, Error, Place, Result};
use crate::protect::class::Class;
use crate::protect::leak::{Hits, Searcher, masked};

/// A place in the ZIP where an original value was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Leak {
    /// Path of the file in the ZIP.
    pub file: String,
    /// Line of a table, the header being 1; nothing for other files and names of files.
    pub row: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
    /// The value with all but its ends hidden.
    pub masked: String,
    /// The class that would have prevented it.
    pub class: Class,
    /// In which form it was found.
    pub form: &'static str,
}

/// Leaks, of which only the first are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Leaks {
    /// The first.
    pub list: Vec<Leak>,
    /// All.
    pub total: u64,
}

fn unreadable() -> Error {
    Error::new(Code::Io, Place::default()).detail("The finished ZIP could not be read back.")
}

/// Searches a ZIP.
///
/// # Errors
/// [`Code::Io`] when it cannot be read; what was not searched must not be handed out.
pub fn check<R: Read + Seek>(
    zip: R,
    searcher: &Searcher,
    own_columns: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Leaks> {
    let mut leaks = Leaks::default();
    search(zip, "", searcher, own_columns, &mut leaks)?;
    leaks.list.sort();
    leaks.list.dedup();
    Ok(leaks)
}

/// Searches a ZIP that stands at a path, with the archives in it.
fn search<R: Read + Seek>(
    zip: R,
    within: &str,
    searcher: &Searcher,
    own_columns: &BTreeMap<String, BTreeSet<String>>,
    leaks: &mut Leaks,
) -> Result<()> {
    let mut archive = ZipArchive::new(zip).map_err(|_| unreadable())?;
    for index in 0..archive.len() {
        let mut hits = Hits::default();
        let mut entry = archive.by_index(index).map_err(|_| unreadable())?;
        let name = format!("{within}{}", entry.name().map_err(|_| unreadable())?);
        searcher.text(&name, &name, &mut hits);
        leaks.total += hits.total;
        leaks.list.extend(hits.list.drain(..).map(|hit| leak(&name, None, None, &hit)));
        hits.total = 0;
        if name.ends_with(".zip") && within.is_empty() {
            // Its packed bytes say nothing; what is in it is searched like the rest.
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|_| unreadable())?;
            drop(entry);
            search(Cursor::new(bytes), &format!("{name}/"), searcher, own_columns, leaks)?;
            continue;
        }
        let mut scan = searcher.scan(&name);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let n = entry.read(&mut buffer).map_err(|_| unreadable())?;
            if n == 0 {
                break;
            }
            scan.push(buffer.get(..n).unwrap_or_default(), &mut hits);
        }
        scan.finish(&mut hits);
        drop(entry);
        leaks.total += hits.total;
        let table = name.ends_with(".csv");
        if table && (!hits.list.is_empty() || has_own_columns(&name, own_columns)) {
            let entry = archive.by_index(index).map_err(|_| unreadable())?;
            cells(&name, entry, searcher, own_columns, !hits.list.is_empty(), leaks);
        }
        // A hit that spans cells, or in another file, has no cell.
        if !table || !leaks.list.iter().any(|leak| leak.file == name) {
            leaks.list.extend(hits.list.iter().map(|hit| leak(&name, None, None, hit)));
        }
    }
    Ok(())
}

fn leak(file: &str, row: Option<u64>, column: Option<&str>, hit: &crate::protect::leak::Hit) -> Leak {
    Leak {
        file: file.to_owned(),
        row,
        column: column.map(str::to_owned),
        masked: hit.masked.clone(),
        class: hit.class,
        form: hit.form.as_str(),
    }
}

/// The kind of storage that a table is about: the stem of its file's name.
fn kind(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default()
}

fn has_own_columns(file: &str, own: &BTreeMap<String, BTreeSet<String>>) -> bool {
    own.keys().any(|path| path.split('.').next() == Some(kind(file)))
}

/// Finds the cells of a table that hold a hit.
fn cells(
    file: &str,
    entry: impl Read,
    searcher: &Searcher,
    own: &BTreeMap<String, BTreeSet<String>>,
    search: bool,
    leaks: &mut Leaks,
) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(entry);
    let mut header: Vec<String> = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut row = 0;
    while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
        row += 1;
        let text = |i: usize| String::from_utf8_lossy(record.get(i).unwrap_or_default()).into_owned();
        if row == 1 {
            header = (0..record.len()).map(text).collect();
        }
        let named = header.iter().position(|h| h == "!field").map(text);
        for (i, column) in header.iter().enumerate() {
            let cell = record.get(i).unwrap_or_default();
            if search && leaks.list.len() < Hits::MOST {
                let mut hits = Hits::default();
                searcher.text(file, &String::from_utf8_lossy(cell), &mut hits);
                leaks.list.extend(hits.list.iter().map(|hit| leak(file, Some(row), Some(column), hit)));
            }
            let field = if column == "!data" { named.as_deref().unwrap_or_default() } else { column };
            let values = own.get(&format!("{}..{field}", kind(file)));
            let found =
                values.filter(|_| row > 1).and_then(|values| values.get(std::str::from_utf8(cell).unwrap_or_default()));
            if let Some(value) = found.filter(|value| !value.is_empty()) {
                leaks.total += 1;
                if leaks.list.len() < Hits::MOST {
                    let (masked, class) = (masked(value), Class::PersonId);
                    let (file, column) = (file.to_owned(), Some(column.clone()));
                    leaks.list.push(Leak { file, row: Some(row), column, masked, class, form: "text" });
                }
            }
        }
    }
}
