//! Read an export: find its database and what lies beside it, then read the tables.
//!
//! [`Archive`] asks for directories of archives first, then for every table of one database. What it leaves is a
//! [`Study`], which holds no text of rows and from which any file of the result can be produced by passing over the
//! input once more.

use super::contents::{self, Database, Entry, Form, Role};
use super::database::{Read, Tables};
use super::member::{Flow, Home, Member, Stream};
use super::passes::Go;
use super::schema::Schema;
use super::source_code::SourceCode;
use super::study::Study;
use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::read::is_litter;
use crate::source::{FileInfo, Reader, Sparse, Want};
use std::collections::VecDeque;
use std::io::{Cursor, ErrorKind};
use std::sync::Arc;
use zip::result::ZipError;

/// Archives inside archives are looked into this deep: export ZIP, dashboard ZIP, database ZIP.
const NESTING: usize = 4;

/// A Python file longer than this is no experiment's; its declarations are not read.
const LONGEST_SOURCE: u64 = 4 << 20;

/// Raw text unpacked at once.
const PIECE: usize = 64 << 10;

/// Reads the files of one PsyNet or Dallinger export.
#[derive(Debug)]
pub struct Archive {
    limits: Limits,
    schema: &'static Schema,
    entries: Vec<Entry>,
    /// Archives still to be looked into.
    queue: VecDeque<Entry>,
    phase: Phase,
    /// Files still to be looked at whose names say nothing.
    nameless: VecDeque<Member>,
    /// Python files of the experiment still to be read.
    sources: VecDeque<Member>,
    source: SourceCode,
    /// Bytes of archives that were unpacked into memory.
    held: u64,
    database: Database,
    read: Option<Read>,
    problems: Problems,
}

#[derive(Debug)]
enum Phase {
    /// Look into the next archive or file.
    Next,
    /// Read the first bytes of a file whose name says nothing.
    Sniff(Member, Vec<u8>),
    /// Read the directory of an archive.
    Directory { entry: Entry, home: Home, sparse: Sparse, want: Option<Want>, bytes: Vec<u8> },
    /// Unpack an archive that is inside another.
    Unpack { entry: Entry, stream: Box<Stream>, bytes: Vec<u8> },
    /// Read a Python file.
    Source { stream: Box<Stream>, bytes: Vec<u8> },
    /// Read the tables.
    Tables(Box<Tables>),
    /// Everything was read.
    Done,
}

impl Archive {
    /// Begins with the files that were given.
    pub fn new(files: Vec<FileInfo>, limits: Limits) -> Self {
        let schema = Schema::for_version(None);
        let mut archive = Archive {
            limits,
            entries: Vec::new(),
            queue: VecDeque::new(),
            phase: Phase::Next,
            nameless: VecDeque::new(),
            sources: VecDeque::new(),
            source: SourceCode::default(),
            held: 0,
            database: Database::default(),
            read: None,
            problems: Problems::default(),
            schema,
        };
        for (index, file) in files.iter().enumerate().filter(|(_, file)| !is_litter(&file.path)) {
            archive.add(Member::file(&file.path, index, file.size));
        }
        archive
    }

    /// Begins with a database that is in memory; it wants nothing.
    pub(crate) fn in_memory(path: &str, bytes: Arc<[u8]>, limits: Limits) -> Self {
        let mut archive = Archive::new(Vec::new(), limits);
        let size = bytes.len() as u64;
        archive.add(Member { home: Home::Memory(bytes), ..Member::file(path, 0, size) });
        archive
    }

    /// Does a little of the reading of a database in memory; answers whether there is more.
    ///
    /// # Errors
    /// What the reading meets.
    pub(crate) fn goes_on(&mut self) -> Result<bool> {
        Ok(self.step()?.is_none() && !matches!(self.phase, Phase::Done))
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Code::Truncated`] where not everything was pushed that was wanted.
    pub fn finish(self) -> Result<Study> {
        let Archive { limits, entries, database, read: Some(read), problems, .. } = self else {
            return Err(Error::new(Code::Truncated, Place::default()));
        };
        Ok(Study::new(limits, entries, &database, read, problems))
    }

    fn add(&mut self, member: Member) {
        let (form, role) = contents::classify(&member.path, self.schema);
        let entry = Entry { form, role, member };
        match entry.role {
            Role::Archive => {
                if form == Form::Regular {
                    self.queue.push_front(entry.clone());
                } else {
                    self.queue.push_back(entry.clone());
                }
                self.entries.push(entry);
            }
            Role::SourceCode => {
                self.queue.push_back(entry.clone());
                self.entries.push(entry);
            }
            Role::Other if entry.member.header.is_none() => self.nameless.push_back(entry.member),
            _ => self.entries.push(entry),
        }
    }

    /// Whether the archive need not be looked into.
    fn is_superfluous(&self, entry: &Entry) -> bool {
        let has = |test: &dyn Fn(&Entry) -> bool| self.entries.iter().any(test);
        let known = |e: &Entry| matches!(&e.role, Role::Table(_, table) if self.schema.table(table).is_some());
        let found = has(&|e| known(e) && e.form == Form::Regular);
        // `data.zip` is the download that the folders beside it were unpacked from.
        let folder = entry.member.path.strip_suffix("data.zip").filter(|f| f.is_empty() || f.ends_with('/'));
        let beside = |folder: &str| {
            let inside =
                |e: &Entry, name: &str| e.member.path.strip_prefix(folder).is_some_and(|p| p.starts_with(name));
            has(&|e| inside(e, "regular/") || inside(e, "anonymous/"))
        };
        (entry.form == Form::PsynetAnonymous && found)
            || folder.is_some_and(beside)
            || entry.member.path.matches(".zip/").count() >= NESTING
    }

    /// Goes on without the source code if that is what cannot be read; anything else ends the work.
    fn do_without(&mut self, role: &Role, error: Error) -> Result<()> {
        if *role != Role::SourceCode {
            return Err(error);
        }
        self.problems.add(error.problem().clone().detail("Its declarations were not read."));
        Ok(())
    }

    fn next(&mut self) -> Result<()> {
        if let Some(entry) = self.queue.pop_front() {
            if self.is_superfluous(&entry) {
                return Ok(());
            }
            let member = &entry.member;
            self.phase = if member.header.is_some() {
                self.limits.memory(self.held.saturating_add(member.size))?;
                match member.stream(&self.limits) {
                    Ok(stream) => Phase::Unpack { entry, stream: Box::new(stream), bytes: Vec::new() },
                    Err(error) => return self.do_without(&entry.role, error),
                }
            } else {
                let home = member.home.clone();
                let sparse = Sparse::new(home.size());
                Phase::Directory { entry, home, sparse, want: None, bytes: Vec::new() }
            };
            return Ok(());
        }
        if let Some(member) = self.nameless.pop_front() {
            self.phase = Phase::Sniff(member, Vec::new());
            return Ok(());
        }
        if let Some(member) = self.sources.pop_front() {
            match member.stream(&self.limits) {
                Ok(stream) => self.phase = Phase::Source { stream: Box::new(stream), bytes: Vec::new() },
                Err(error) => self.do_without(&Role::SourceCode, error)?,
            }
            return Ok(());
        }
        let mut all = contents::databases(&self.entries, self.schema).map_err(|e| self.why_nothing(e))?.into_iter();
        self.database = all.next().unwrap_or_default();
        let others = all.filter(|d| d.form == self.database.form).count();
        if others > 0 {
            let detail = format!("{} databases were found; only this one is read.", others + 1);
            self.problems.add(Problem::new(Code::MixedInput, Place::file(&self.database.root)).detail(detail));
        }
        if self.database.form == Form::PsynetAnonymous {
            let detail = "Only PsyNet's anonymous database is here: worker ids and addresses are gone, and NULL and the empty text of participants are one.";
            self.problems.add(Problem::new(Code::Lossy, Place::file(&self.database.root)).detail(detail));
        }
        let schema = Schema::for_version(None);
        let source = std::mem::take(&mut self.source);
        self.phase = Phase::Tables(Box::new(Tables::new(&self.database, schema, source, self.limits)));
        Ok(())
    }

    /// Why there is no database: the archive that could not be read, if there was one.
    fn why_nothing(&self, error: Error) -> Error {
        let broken = |p: &&Problem| matches!(p.code, Code::Damaged | Code::Encrypted | Code::Truncated);
        self.problems.iter().find(broken).map_or(error, |problem| problem.clone().into())
    }

    /// Lists an archive whose directory may be at hand; answers the range that is missing.
    fn directory(&mut self, entry: &Entry, home: &Home, sparse: &mut Sparse) -> Result<Option<Want>> {
        let path = &entry.member.path;
        let listed = match home {
            Home::Memory(bytes) => contents::list(&mut Cursor::new(bytes), path, home, &self.limits),
            Home::File(..) => contents::list(sparse, path, home, &self.limits),
        };
        match listed {
            Ok(mut members) => {
                if members.len() >= self.limits.members {
                    return Err(Error::new(Code::TooManyMembers, Place::file(path)));
                }
                members.retain(|member| !is_litter(&member.path));
                if entry.role == Role::SourceCode {
                    let is_source = |m: &Member| m.path.ends_with(".py") && m.size <= LONGEST_SOURCE;
                    self.sources.extend(members.into_iter().filter(is_source));
                    return Ok(None);
                }
                if members.is_empty() {
                    self.problems.add(Problem::new(Code::Empty, Place::file(path)));
                }
                members.into_iter().for_each(|member| self.add(member));
                Ok(None)
            }
            Err(ZipError::Io(e)) if e.kind() == ErrorKind::WouldBlock => {
                let Home::File(file, _) = *home else { return Ok(None) };
                let range = sparse.missing().ok_or_else(|| Error::new(Code::Damaged, Place::file(path)))?;
                Ok(Some(Want { file, range }))
            }
            Err(error) => {
                let encrypted = matches!(error, ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED));
                let code = if encrypted { Code::Encrypted } else { Code::Damaged };
                self.problems.add(Problem::new(code, Place::file(path)).detail("Its directory cannot be read."));
                Ok(None)
            }
        }
    }

    /// Does the next bit of work; answers what must be pushed first.
    fn step(&mut self) -> Result<Option<Want>> {
        match std::mem::replace(&mut self.phase, Phase::Next) {
            Phase::Next => self.next()?,
            Phase::Sniff(member, bytes) => {
                let size = member.size.min(4);
                if (bytes.len() as u64) < size {
                    let want = want_of(&member, bytes.len() as u64..size);
                    self.phase = Phase::Sniff(member, bytes);
                    return Ok(want);
                }
                if bytes == b"PK\x03\x04" || bytes == b"PK\x05\x06" {
                    let (form, _) = contents::classify(&member.path, self.schema);
                    let entry = Entry { form, role: Role::Archive, member };
                    self.entries.push(entry.clone());
                    self.queue.push_back(entry);
                } else {
                    self.problems.add(Problem::new(Code::Ignored, Place::file(&member.path)));
                }
            }
            Phase::Directory { entry, home, mut sparse, want, mut bytes } => {
                let complete = want.as_ref().is_none_or(|w| bytes.len() as u64 >= w.range.end - w.range.start);
                if let (Some(want), true) = (&want, complete) {
                    sparse.fill(want.range.start, std::mem::take(&mut bytes));
                }
                let want = if complete { self.directory(&entry, &home, &mut sparse)? } else { want };
                if let Some(want) = want {
                    let rest = Want { range: want.range.start + bytes.len() as u64..want.range.end, file: want.file };
                    self.phase = Phase::Directory { entry, home, sparse, want: Some(want), bytes };
                    return Ok(Some(rest));
                }
            }
            Phase::Unpack { entry, mut stream, mut bytes } => {
                let flow = match stream.read(&mut bytes, PIECE) {
                    Ok(flow) => flow,
                    Err(error) => return self.do_without(&entry.role, error).map(|()| None),
                };
                self.limits.memory(self.held.saturating_add(bytes.len() as u64))?;
                if flow == Flow::End {
                    self.held = self.held.saturating_add(bytes.len() as u64);
                    let home = Home::Memory(Arc::from(bytes));
                    let sparse = Sparse::default();
                    self.phase = Phase::Directory { entry, home, sparse, want: None, bytes: Vec::new() };
                    return Ok(None);
                }
                self.phase = Phase::Unpack { entry, stream, bytes };
                if let Flow::Want(want) = flow {
                    return Ok(Some(want));
                }
            }
            Phase::Source { mut stream, mut bytes } => match stream.read(&mut bytes, PIECE) {
                Ok(Flow::End) => self.source.add(&String::from_utf8_lossy(&bytes)),
                Ok(_) if bytes.len() as u64 > LONGEST_SOURCE => {}
                Ok(flow) => {
                    self.phase = Phase::Source { stream, bytes };
                    if let Flow::Want(want) = flow {
                        return Ok(Some(want));
                    }
                }
                Err(error) => self.do_without(&Role::SourceCode, error)?,
            },
            Phase::Tables(mut tables) => match tables.step()? {
                Go::End => {
                    self.read = Some(tables.finish()?);
                    self.phase = Phase::Done;
                }
                go => {
                    self.phase = Phase::Tables(tables);
                    if let Go::Want(want) = go {
                        return Ok(Some(want));
                    }
                }
            },
            Phase::Done => self.phase = Phase::Done,
        }
        Ok(None)
    }
}

impl Reader for Archive {
    fn want(&mut self) -> Result<Option<Want>> {
        loop {
            if let Some(want) = self.step()? {
                return Ok(Some(want));
            }
            if matches!(self.phase, Phase::Done) {
                return Ok(None);
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        match &mut self.phase {
            Phase::Sniff(_, bytes) | Phase::Directory { bytes, .. } => bytes.extend_from_slice(chunk),
            Phase::Unpack { stream, .. } | Phase::Source { stream, .. } => stream.push(chunk),
            Phase::Tables(tables) => tables.push(chunk),
            _ => {}
        }
        Ok(())
    }
}

fn want_of(member: &Member, range: std::ops::Range<u64>) -> Option<Want> {
    match member.home {
        Home::File(file, _) => Some(Want { file, range }),
        Home::Memory(_) => None,
    }
}
