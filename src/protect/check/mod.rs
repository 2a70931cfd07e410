//! Read a finished ZIP back with [`check`] before anyone gets it: one hit, and there is no ZIP.
//!
//! Entry names and all bytes are searched in every form (see [`super::leak`], which knows what CSV and JSON make of a
//! value), those of an archive in the ZIP, too; cells of the columns from which too short values came are compared with
//! these values as a whole, and so is what stands at a value's path inside a cell.

mod cells;
mod members;
#[cfg(test)]
mod slow;

use crate::order::{self, Map, Set};
use std::io::Read;

use serde::Serialize;

use crate::error::{Code, Error, Place, Result};
use crate::export::DATABASE;
use crate::limits::Limits;
use crate::protect::class::Class;
use crate::protect::leak::{Hit, Hits, Scan, Searcher};
use crate::write::dump;
use cells::{Own, Table, With};
use members::{Members, Met};

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
    /// The path where the value comes from, as presets name it; empty for a time.
    pub path: String,
}

/// Leaks, of which only the first are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Leaks {
    /// The first.
    pub list: Vec<Leak>,
    /// All.
    pub total: u64,
    /// Places that were passed over because the preset accepts what stands there.
    pub accepted: u64,
}

impl Leaks {
    fn full(&self) -> bool {
        self.list.len() >= Hits::MOST
    }

    fn add(&mut self, leak: Leak) {
        if !self.full() {
            self.list.push(leak);
        }
    }
}

fn unreadable() -> Error {
    Error::new(Code::Io, Place::default()).detail("The finished ZIP could not be read back.")
}

fn leak(file: &str, row: Option<u64>, column: Option<&str>, hit: &Hit) -> Leak {
    Leak {
        file: file.to_owned(),
        row,
        column: column.map(str::to_owned),
        masked: hit.masked.clone(),
        class: hit.class,
        form: hit.form.as_str(),
        path: hit.path.clone(),
    }
}

/// Searches a ZIP.
///
/// # Errors
/// [`Code::Io`] when it cannot be read; what was not searched must not be handed out.
pub fn check(zip: &mut dyn Read, searcher: &Searcher, own_columns: &Map<String, Set<String>>) -> Result<Leaks> {
    let mut search = Search::default();
    while !search.step(zip, searcher, own_columns)? {}
    Ok(search.finish())
}

/// Bytes of the ZIP that are read at once, and of its files that are unpacked at once.
const PIECE: usize = 128 << 10;
/// Bytes that a step unpacks and searches before it lets others do something.
const STEP: usize = 1 << 20;
/// What it costs to go on, in bytes to be searched: small files take their time, too.
const GO_ON: usize = 512;

/// A search of a ZIP from its first byte to its last, step by step, for whoever may want to stop in between.
pub struct Search {
    zip: Members,
    /// The archive in the ZIP that is gone through, and its name.
    inner: Option<(String, Members)>,
    file: Option<File>,
    leaks: Leaks,
    /// Bytes of the ZIP that were read.
    read: u64,
    input: Vec<u8>,
    piece: Vec<u8>,
    /// Bytes that are read or unpacked at once.
    most: usize,
}

impl Default for Search {
    fn default() -> Self {
        Search::by(PIECE)
    }
}

impl Search {
    /// A search that reads and unpacks so many bytes at once.
    fn by(pieces: usize) -> Search {
        Search {
            zip: Members::new(),
            inner: None,
            file: None,
            leaks: Leaks::default(),
            read: 0,
            input: Vec::new(),
            piece: Vec::new(),
            most: pieces,
        }
    }

    /// How many bytes of the ZIP were read; the next step goes on there.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Searches about a megabyte of what the ZIP holds; `zip` gives its bytes from [`Search::read`] on. Answers whether
    /// all was searched.
    ///
    /// # Errors
    /// As [`check`].
    pub fn step(
        &mut self,
        zip: &mut dyn Read,
        searcher: &Searcher,
        own_columns: &Map<String, Set<String>>,
    ) -> Result<bool> {
        let own_of = |name: &str| Own::of(name, own_columns);
        let mut own = self.file.as_ref().map(|file| own_of(&file.name)).unwrap_or_default();
        let mut done = 0;
        while done < STEP {
            let met = self.next()?;
            done += GO_ON + self.piece.len();
            match met {
                Met::Nothing => {
                    let n = self.fill(zip)?;
                    done += n;
                    if n == 0 {
                        return Err(unreadable());
                    }
                }
                Met::Member(name) => {
                    own = own_of(&name);
                    self.begin(name, searcher);
                }
                Met::Bytes => {
                    if let Some(file) = &mut self.file {
                        file.push(&self.piece, searcher, &own, &mut self.leaks);
                    }
                }
                Met::End => match self.file.take() {
                    Some(file) => file.finish(searcher, &own, &mut self.leaks)?,
                    None if self.inner.take().is_some_and(|(_, inner)| !inner.is_whole()) => return Err(unreadable()),
                    None => {}
                },
                Met::Whole => return if self.fill(zip)? == 0 { Ok(true) } else { Err(unreadable()) },
            }
        }
        Ok(false)
    }

    /// What comes next in the archive that is gone through, or in the ZIP, which gives that archive its bytes.
    fn next(&mut self) -> Result<Met> {
        loop {
            if let Some((within, inner)) = &mut self.inner {
                match inner.next(&mut self.piece, self.most)? {
                    Met::Nothing | Met::Whole => {}
                    Met::Member(name) => return Ok(Met::Member(format!("{within}/{name}"))),
                    met => return Ok(met),
                }
            }
            let met = self.zip.next(&mut self.piece, self.most)?;
            let Some((_, inner)) = self.inner.as_mut().filter(|_| met == Met::Bytes) else { return Ok(met) };
            inner.push(&self.piece);
        }
    }

    /// Reads on; answers how many bytes there were.
    fn fill(&mut self, zip: &mut dyn Read) -> Result<usize> {
        self.input.resize(self.most, 0);
        let mut filled = 0;
        while let Some(room) = self.input.get_mut(filled..).filter(|room| !room.is_empty()) {
            match zip.read(room) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Err(unreadable()),
            }
        }
        self.read += filled as u64;
        self.zip.push(self.input.get(..filled).unwrap_or_default());
        Ok(filled)
    }

    /// Searches the name of a member and begins to search what is in it.
    fn begin(&mut self, name: String, searcher: &Searcher) {
        let mut hits = Hits::default();
        searcher.text(&name, &name, &mut hits);
        self.leaks.total += hits.total;
        self.leaks.accepted += hits.accepted;
        hits.list.iter().for_each(|hit| self.leaks.add(leak(&name, None, None, hit)));
        if self.inner.is_none() && name.ends_with(".zip") {
            // Its packed bytes say nothing; what is in it is searched like the rest.
            self.inner = Some((name, Members::new()));
        } else {
            self.file = Some(File::new(name));
        }
    }

    /// What was found, once all was searched.
    pub fn finish(mut self) -> Leaks {
        order::sort(&mut self.leaks.list);
        self.leaks.list.dedup();
        self.leaks
    }
}

/// A file of the ZIP on its way past.
struct File {
    name: String,
    scan: Scan,
    times: Option<Times>,
    table: Option<Table>,
}

impl File {
    fn new(name: String) -> File {
        let times = (name == DATABASE).then(|| Times { scan: Scan::of(DATABASE), rows: Vec::new(), text: Vec::new() });
        File { scan: Scan::of(&name), times, table: Table::of(&name), name }
    }

    fn push(&mut self, bytes: &[u8], searcher: &Searcher, own: &Own<'_>, leaks: &mut Leaks) {
        let mut hits = Hits::default();
        self.scan.push(searcher, bytes, &mut hits);
        if let Some(times) = &mut self.times {
            times.push(bytes, searcher, &mut hits);
        }
        leaks.total += hits.total;
        leaks.accepted += hits.accepted;
        match &mut self.table {
            Some(table) => {
                let with = With { file: &self.name, searcher, own };
                table.push(bytes, hits.list, self.scan.settled(searcher), with, leaks);
            }
            None => hits.list.iter().for_each(|hit| leaks.add(leak(&self.name, None, None, hit))),
        }
    }

    fn finish(self, searcher: &Searcher, own: &Own<'_>, leaks: &mut Leaks) -> Result<()> {
        let mut hits = Hits::default();
        self.scan.finish(searcher, &mut hits);
        if let Some(times) = self.times {
            times.finish(searcher, &mut hits)?;
        }
        leaks.total += hits.total;
        leaks.accepted += hits.accepted;
        match self.table {
            Some(table) => table.finish(hits.list, With { file: &self.name, searcher, own }, leaks),
            None => hits.list.iter().for_each(|hit| leaks.add(leak(&self.name, None, None, hit))),
        }
        Ok(())
    }
}

/// The times of a dump, which are no text in it, as text.
struct Times {
    scan: Scan,
    /// A row that is not at its end.
    rows: Vec<u8>,
    text: Vec<u8>,
}

impl Times {
    fn push(&mut self, bytes: &[u8], searcher: &Searcher, hits: &mut Hits) {
        self.rows.extend_from_slice(bytes);
        let used = dump::times(&self.rows, &Limits::default(), &mut self.text);
        self.rows.drain(..used);
        self.scan.push(searcher, &self.text, hits);
        self.text.clear();
    }

    fn finish(self, searcher: &Searcher, hits: &mut Hits) -> Result<()> {
        self.scan.finish(searcher, hits);
        // What was not understood was not searched.
        if self.rows.is_empty() { Ok(()) } else { Err(unreadable()) }
    }
}
