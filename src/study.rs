//! Opens what a user dropped: decides by content what each file is, reads it, and holds the result.

use crate::error::{Code, Error, Place, Problems, Result};
use crate::limits::Limits;
use crate::log::{Builder, Log};
use crate::read::{self, Format, Incoming};
use crate::source::{FileInfo, Reader, Want};
use std::ops::Range;
use std::sync::Arc;

/// Bytes at the beginning of a file that decide what it is.
const HEAD: u64 = 4096;

/// Reading in progress. Ask [`Reader::want`], push, and when there is nothing more to want, [`Opening::finish`].
pub struct Opening {
    files: Vec<FileInfo>,
    limits: Limits,
    heads: Vec<Vec<u8>>,
    stage: Stage,
    /// The range that was asked for last, shortened by what was pushed of it.
    wanted: Option<Want>,
    builder: Option<Builder>,
    problems: Problems,
}

enum Stage {
    /// Looking at the beginning of the file with this index.
    Looking(usize),
    /// Reading the file with this index.
    Reading(usize, Box<Incoming>),
    Done(Format),
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
}

impl Opening {
    /// Starts with the files of one drop.
    ///
    /// # Errors
    /// [`Code::Empty`] when there is nothing, [`Code::MixedInput`] when there is too much.
    pub fn new(files: Vec<FileInfo>, limits: Limits) -> Result<Self> {
        match files.as_slice() {
            [] => return Err(Error::new(Code::Empty, Place::default())),
            [one] if one.size == 0 => return Err(Error::new(Code::Empty, Place::file(&one.path))),
            [_] => {}
            [_, second, ..] => return Err(Error::new(Code::MixedInput, Place::file(&second.path))),
        }
        Ok(Opening {
            heads: Vec::new(),
            stage: Stage::Looking(0),
            wanted: None,
            builder: Some(Builder::new(limits)),
            problems: Problems::default(),
            files,
            limits,
        })
    }

    /// What was read.
    ///
    /// # Errors
    /// [`Code::NothingToExport`] when no session was found, [`Code::OutOfMemory`].
    pub fn finish(mut self) -> Result<Study> {
        let Stage::Done(format) = self.stage else {
            return Err(Error::new(Code::Io, Place::default()).detail("Reading was not finished."));
        };
        let builder = self.builder.take().unwrap_or_else(|| Builder::new(self.limits));
        let log = builder.finish(&mut self.problems)?;
        let study = Study { files: self.files, format, log: Arc::new(log), problems: self.problems };
        if study.log.sessions.is_empty() {
            let name = study.files.first().map(|f| f.path.as_str()).unwrap_or_default();
            // What went wrong while reading explains more than that nothing is left.
            let first = study.problems.iter().next().cloned();
            return Err(first
                .map_or_else(|| Error::new(Code::NothingToExport, Place::default()), Error::from)
                .in_file(name));
        }
        Ok(study)
    }

    /// Moves on where the wanted range is complete.
    fn advance(&mut self) -> Result<()> {
        match &mut self.stage {
            Stage::Looking(index) => {
                let head = self.heads.last().map(Vec::as_slice).unwrap_or_default();
                let incoming = read::sniff(head, self.limits).map_err(|e| e.in_file(&self.files[*index].path))?;
                self.stage = Stage::Reading(*index, Box::new(incoming));
            }
            Stage::Reading(index, incoming) => {
                let (format, problems) = match &mut self.builder {
                    Some(builder) => incoming.finish(builder)?,
                    None => return Ok(()),
                };
                let path = &self.files[*index].path;
                for mut problem in problems.iter().cloned() {
                    problem.place.file.get_or_insert_with(|| path.clone());
                    self.problems.add(problem);
                }
                self.stage = Stage::Done(format);
            }
            Stage::Done(_) => {}
        }
        Ok(())
    }

    fn range(&self) -> Option<(usize, Range<u64>)> {
        match &self.stage {
            Stage::Looking(index) => Some((*index, 0..self.files[*index].size.min(HEAD))),
            Stage::Reading(index, _) => Some((*index, 0..self.files[*index].size)),
            Stage::Done(_) => None,
        }
    }
}

impl Reader for Opening {
    fn want(&mut self) -> Result<Option<Want>> {
        if self.wanted.as_ref().is_some_and(|w| w.range.is_empty()) {
            self.wanted = None;
            self.advance()?;
        }
        if self.wanted.is_none() {
            self.wanted = self.range().map(|(file, range)| Want { file, range });
            if matches!(self.stage, Stage::Looking(_)) {
                self.heads.push(Vec::new());
            }
        }
        Ok(self.wanted.clone())
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        let Some(wanted) = &mut self.wanted else { return Ok(()) };
        // More than was asked for is not an error: a host may read in whole blocks.
        let room = usize::try_from(wanted.range.end - wanted.range.start).unwrap_or(usize::MAX);
        let chunk = &chunk[..chunk.len().min(room)];
        wanted.range.start += chunk.len() as u64;
        match (&mut self.stage, &mut self.builder) {
            (Stage::Looking(_), _) => {
                if let Some(head) = self.heads.last_mut() {
                    head.extend_from_slice(chunk);
                }
                Ok(())
            }
            (Stage::Reading(index, incoming), Some(builder)) => {
                incoming.push(chunk, builder).map_err(|e| e.in_file(&self.files[*index].path))
            }
            _ => Ok(()),
        }
    }
}
