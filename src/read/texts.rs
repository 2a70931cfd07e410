//! Reads exported ultralong tables, any number of them, loose or in archives, into one log.
//!
//! First the directories of archives, then checksums and the beginnings of members, then the tables
//! themselves, in the order of their first rows' numbers.

use super::briefcase_zip::{Ending, Listing, Part, Reading};
use super::jsonl::UltralongJson;
use super::recognise::{self, Kind, Ultralong};
use super::ultralong::{Facts, Rows, Spelling};
use super::ultralong_csv::UltralongCsv;
use super::{Filled, HEAD, Input};
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::order::{self, Map};
use crate::source::{FileInfo, Reader, Want};
use crate::write::checksums;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Longest list of checksums that is looked at, in bytes.
const LONGEST_SUMS: usize = 16 << 20;

/// Tables being read.
pub(super) struct Texts {
    limits: Limits,
    listings: VecDeque<Listing>,
    /// Parts to look at before the tables are read.
    waiting: VecDeque<(Part, Task)>,
    /// The tables found; once sorted, the next one is the last.
    tables: Vec<(Part, Ultralong)>,
    sorted: bool,
    running: Option<(Reading, Task)>,
    rows: Rows,
    /// Checksums by path.
    sums: Map<String, String>,
    otherwise: Option<Error>,
    archives: usize,
    problems: Problems,
    /// Bytes unpacked from archives so far.
    unpacked: u64,
}

enum Task {
    Sums(Vec<u8>),
    Peek(Vec<u8>),
    Table(Box<Table>),
}

/// A table being read, and the checksum of what was read of it.
struct Table {
    rows: Parser,
    digest: Sha256,
}

enum Parser {
    Csv(UltralongCsv),
    Json(UltralongJson),
}

impl Texts {
    /// The files with these indices.
    pub fn new(
        tables: &[(usize, Ultralong)],
        sums: &[usize],
        archives: &[usize],
        files: &[FileInfo],
        limits: Limits,
    ) -> Self {
        let part = |file: usize| {
            let (path, size) = (files[file].path.clone(), files[file].size);
            Part { file, path, size, member: None }
        };
        Texts {
            limits,
            listings: archives.iter().map(|file| Listing::new(*file, &files[*file], limits)).collect(),
            waiting: sums.iter().map(|file| (part(*file), Task::Sums(Vec::new()))).collect(),
            tables: tables.iter().map(|(file, table)| (part(*file), *table)).collect(),
            sorted: false,
            running: None,
            rows: Rows::new(limits),
            sums: Map::new(),
            otherwise: None,
            archives: archives.len(),
            problems: Problems::default(),
            unpacked: 0,
        }
    }

    /// Starts with the next part; says whether there was one.
    fn begin(&mut self) -> bool {
        if let Some((part, task)) = self.waiting.pop_front() {
            self.running = Some((Reading::new(part), task));
            return true;
        }
        if !self.sorted {
            // By the number of the first row; tables without one stay in the order given.
            order::by_key(&mut self.tables, |(_, table)| table.first.unwrap_or(u64::MAX));
            self.tables.reverse();
            self.sorted = true;
        }
        let Some((part, how)) = self.tables.pop() else { return false };
        let rows = match how.spelling {
            Spelling::Csv => Parser::Csv(UltralongCsv::new(how.separator, self.limits)),
            spelling => Parser::Json(UltralongJson::new(spelling, self.limits)),
        };
        let table = Box::new(Table { rows, digest: Sha256::new() });
        let mut facts = Facts::new(&part.path, how.spelling);
        facts.damage.separator = (how.separator != b',').then_some(how.separator);
        self.rows.files.push(facts);
        self.running = Some((Reading::new(part), Task::Table(table)));
        true
    }

    /// All bytes of a part were read.
    fn end(&mut self, reading: Reading, task: Task) -> Result<()> {
        let path = reading.part.path.clone();
        match task {
            Task::Sums(bytes) => self.note_sums(&path, &bytes),
            Task::Peek(head) => {
                if let Some(Kind::Ultralong(how)) = recognise::text(&head, self.limits) {
                    self.tables.push((reading.part, how));
                }
            }
            Task::Table(mut table) => {
                match &mut table.rows {
                    Parser::Csv(csv) => csv.finish(&mut self.rows),
                    Parser::Json(json) => json.finish(&mut self.rows),
                }
                .map_err(|e| e.in_file(&path))?;
                self.unpacked += reading.unpacked;
                let listed = self.sums.get(&path);
                let differs = listed.is_some_and(|sum| *sum != checksums::hex(&table.digest.finalize()));
                let (code, detail) = match reading.ending() {
                    Ending::Broken => (Code::Damaged, "The packed data end early or cannot be unpacked."),
                    Ending::Mismatch => (Code::ChecksumMismatch, "The archive's own checksum does not fit."),
                    Ending::Whole if differs => {
                        (Code::ChecksumMismatch, "It was changed after SHA256SUMS was written.")
                    }
                    Ending::Whole => return Ok(()),
                };
                self.problems.add(Problem::new(code, Place::file(path)).detail(detail));
            }
        }
        Ok(())
    }

    fn note_sums(&mut self, path: &str, bytes: &[u8]) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for line in String::from_utf8_lossy(bytes).lines() {
            if let Some((sum, name)) = line.split_once("  ") {
                let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
                self.sums.insert(path, sum.to_ascii_lowercase());
            }
        }
    }
}

impl Reader for Texts {
    fn want(&mut self) -> Result<Option<Want>> {
        loop {
            if let Some(listing) = self.listings.front_mut() {
                match listing.next()? {
                    Ok(want) => return Ok(Some(want)),
                    Err(listed) => {
                        self.listings.pop_front();
                        self.waiting.extend(listed.sums.into_iter().map(|part| (part, Task::Sums(Vec::new()))));
                        self.waiting.extend(listed.tables.into_iter().map(|part| (part, Task::Peek(Vec::new()))));
                        self.otherwise.get_or_insert(listed.otherwise);
                    }
                }
                continue;
            }
            if let Some((reading, task)) = self.running.take() {
                let enough = matches!(&task, Task::Peek(head) if head.len() as u64 >= HEAD);
                match reading.want() {
                    Some(mut want) if !enough => {
                        if matches!(task, Task::Peek(_)) {
                            want.range.end = want.range.end.min(want.range.start + HEAD);
                        }
                        self.running = Some((reading, task));
                        return Ok(Some(want));
                    }
                    _ => self.end(reading, task)?,
                }
                continue;
            }
            if !self.begin() {
                return Ok(None);
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        if let Some(listing) = self.listings.front_mut() {
            listing.push(chunk);
            return Ok(());
        }
        let (limits, rows, before) = (self.limits, &mut self.rows, self.unpacked);
        let Some((reading, task)) = &mut self.running else { return Ok(()) };
        let (size, path) = (reading.part.size, reading.part.path.clone());
        let packed = reading.part.member.is_some();
        let mut total = before + reading.unpacked;
        let most = if matches!(task, Task::Peek(_)) { HEAD as usize } else { LONGEST_SUMS };
        let pushed = reading.push(chunk, &limits, &mut |piece| {
            total += piece.len() as u64;
            if packed {
                limits.inflation(size, total)?;
            }
            match task {
                Task::Sums(bytes) | Task::Peek(bytes) => {
                    let room = most.saturating_sub(bytes.len());
                    bytes.extend_from_slice(&piece[..piece.len().min(room)]);
                    Ok(())
                }
                Task::Table(table) => {
                    table.digest.update(piece);
                    match &mut table.rows {
                        Parser::Csv(csv) => csv.push(piece, rows),
                        Parser::Json(json) => json.push(piece, rows),
                    }
                }
            }
        });
        pushed.map_err(|e| e.in_file(&path))
    }
}

impl Input for Texts {
    fn finish(self: Box<Self>) -> Result<Filled> {
        if self.rows.files.is_empty() {
            return Err(self.otherwise.unwrap_or_else(|| Error::new(Code::UnknownFormat, Place::default())));
        }
        if let Some((one, other)) = self.rows.clash {
            let path = |file: usize| self.rows.files[file].path.as_str();
            return Err(Error::new(Code::MixedInput, Place::file(path(other))).detail(format!(
                "{} and {} hold rows of the same storages; drop one of them.",
                path(one),
                path(other)
            )));
        }
        let archive = if self.archives > 0 { " in a ZIP" } else { "" };
        let format = self.rows.format(archive);
        let mut problems = self.problems;
        problems.extend(self.rows.problems());
        Ok(Filled { changes: self.rows.changes, format, problems })
    }
}
