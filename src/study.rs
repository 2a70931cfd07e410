//! Opens what a user dropped: decides by content what each file is, reads it, and holds the result.

use crate::error::{Code, Error, Place, Problems, Result};
use crate::limits::Limits;
use crate::log::Log;
use crate::protect::report::Report;
use crate::read::{self, Filled, Format, HEAD, Input};
use crate::source::{FileInfo, Reader, Want};
use std::sync::Arc;

/// Reading in progress. Ask [`Reader::want`], push, and when there is nothing more to want, [`Opening::finish`].
pub struct Opening {
    files: Vec<FileInfo>,
    limits: Limits,
    /// The beginnings of the files, as far as they were read.
    heads: Vec<Vec<u8>>,
    input: Option<Box<dyn Input>>,
}

/// What was read, with what is known about it.
#[derive(Debug)]
pub struct Study {
    /// The files as they were given.
    pub files: Vec<FileInfo>,
    /// What they are.
    pub format: Format,
    /// The changes.
    pub log: Arc<Log>,
    /// What went wrong on the way.
    pub problems: Problems,
    /// What was done to protect participants; nothing in a study as it was read.
    pub protection: Option<Arc<Report>>,
}

impl Opening {
    /// Starts with the files of one drop.
    ///
    /// # Errors
    /// [`Code::Empty`] when there is nothing.
    pub fn new(files: Vec<FileInfo>, limits: Limits) -> Result<Self> {
        if files.is_empty() {
            return Err(Error::new(Code::Empty, Place::default()));
        }
        Ok(Opening { heads: vec![Vec::new(); files.len()], files, limits, input: None })
    }

    /// What was read.
    ///
    /// # Errors
    /// [`Code::NothingToExport`] when no session was found, [`Code::OutOfMemory`].
    pub fn finish(self) -> Result<Study> {
        let unfinished = || Error::new(Code::Io, Place::default()).detail("Reading was not finished.");
        let Filled { changes, format, mut problems } = self.input.ok_or_else(unfinished)?.finish()?;
        let log = changes.finish(&mut problems)?;
        if log.sessions.is_empty() {
            let name = self.files.first().map(|f| f.path.as_str()).unwrap_or_default();
            // What went wrong while reading explains more than that nothing is left.
            let first = problems.iter().next().cloned();
            let nothing = || Error::new(Code::NothingToExport, Place::default());
            return Err(first.map_or_else(nothing, Error::from).in_file(name));
        }
        Ok(Study { files: self.files, format, log: Arc::new(log), problems, protection: None })
    }

    /// What is missing of the files' beginnings.
    fn missing_head(&self) -> Option<Want> {
        self.files.iter().zip(&self.heads).enumerate().find_map(|(file, (info, head))| {
            let range = head.len() as u64..info.size.min(HEAD);
            (!range.is_empty()).then_some(Want { file, range })
        })
    }
}

impl Reader for Opening {
    fn want(&mut self) -> Result<Option<Want>> {
        if self.input.is_none() {
            let missing = self.missing_head();
            if missing.is_some() {
                return Ok(missing);
            }
            self.input = Some(read::open(&self.files, &self.heads, self.limits)?);
        }
        self.input.as_mut().map_or(Ok(None), |input| input.want())
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        if let Some(input) = &mut self.input {
            return input.push(chunk);
        }
        if let Some(Want { file, range }) = self.missing_head() {
            // A host may read in whole blocks and push more than was asked for.
            let room = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            self.heads[file].extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(())
    }
}
