//! Reads a dump, packed or not, from its first byte to its last, or the part of it that holds some sessions.

use super::dump::DumpReader;
use super::gzip::End;
use super::unpack::Unpack;
use super::{Filled, Format, Input};
use crate::error::{Code, Place, Problem, Result, grouped};
use crate::limits::Limits;
use crate::log::{Builder, Part, Run};
use crate::source::{FileInfo, Reader, Want};

/// One dump file.
pub(super) struct Whole {
    file: usize,
    path: String,
    size: u64,
    at: u64,
    gunzip: Option<Unpack>,
    dump: DumpReader,
    changes: Builder,
    /// Set when the packed data broke off or are no longer needed: what follows is not looked at.
    broken: bool,
    /// Where in the unpacked dump reading may stop.
    until: u64,
}

impl Whole {
    /// The file with this index; of a part only the bytes that hold it, as far as one can begin there.
    pub fn new(
        file: usize,
        info: &FileInfo,
        packed: bool,
        limits: Limits,
        changes: Builder,
        part: Option<&Part>,
    ) -> Self {
        let bytes = part.map(|part| part.bytes.clone()).filter(|bytes| !bytes.is_empty()).unwrap_or(0..u64::MAX);
        Whole {
            file,
            path: info.path.clone(),
            size: if packed { info.size } else { info.size.min(bytes.end) },
            at: if packed { 0 } else { bytes.start },
            gunzip: packed.then(|| Unpack::new(info.size, limits)),
            dump: DumpReader::new(limits),
            changes,
            broken: false,
            until: bytes.end,
        }
    }

    fn broke_off(&mut self, code: Code, byte: u64, how: &str) -> Result<()> {
        self.broken = true;
        self.dump.settle(&mut self.changes)?;
        let detail = format!("{how}: {} complete changes were read.", grouped(self.changes.len()));
        self.dump.problems.add(Problem::new(code, Place::default().byte(byte)).detail(detail));
        Ok(())
    }

    /// Goes on after damage in the packed data, whose place the error knows.
    fn unless_damaged(&mut self, unpacked: Result<()>) -> Result<()> {
        match unpacked {
            Err(e) if e.code() == Code::Damaged => {
                let byte = e.problem().place.byte.unwrap_or(self.at);
                self.broke_off(Code::Damaged, byte, "The compressed data are damaged behind this byte")
            }
            other => other.map_err(|e| e.in_file(&self.path)),
        }
    }
}

impl Reader for Whole {
    fn want(&mut self) -> Result<Option<Want>> {
        // Behind the place where packed data broke there is nothing to be had.
        let end = if self.broken { self.at } else { self.size };
        Ok((self.at < end).then_some(Want { file: self.file, range: self.at..end }))
    }

    fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.at += chunk.len() as u64;
        if self.broken {
            return Ok(());
        }
        let (dump, changes) = (&mut self.dump, &mut self.changes);
        let pushed = match &mut self.gunzip {
            None => dump.push(chunk, changes),
            Some(gunzip) => gunzip.push(chunk, |piece| dump.push(piece, changes)),
        };
        if self.gunzip.is_some() && self.dump.offset() >= self.until {
            self.broken = true;
        }
        self.unless_damaged(pushed)
    }
}

impl Input for Whole {
    fn finish(mut self: Box<Self>) -> Result<Filled> {
        if let (Some(gunzip), false) = (&mut self.gunzip, self.broken) {
            let (dump, changes) = (&mut self.dump, &mut self.changes);
            match gunzip.finish(|piece| dump.push(piece, changes)) {
                Ok(End::Whole) => {}
                Ok(End::Trailing(at)) => {
                    self.dump.problems.add(Problem::new(Code::TrailingBytes, Place::default().byte(at)));
                }
                Ok(End::Truncated) => self.broke_off(Code::Truncated, self.size, "The compressed data end early")?,
                Ok(End::Damaged) => {
                    self.broke_off(Code::Damaged, self.size, "The checksum of the compressed data does not fit")?;
                }
                Err(error) => self.unless_damaged(Err(error))?,
            }
        }
        if !self.broken {
            self.dump.finish(&mut self.changes)?;
        }
        let (name, versions) = match (&self.gunzip, self.changes.is_unnumbered()) {
            (Some(_), false) => ("uproot database dump (gzip)", "uproot 0.6.0 or later"),
            (None, false) => ("uproot database dump", "uproot 0.1.0 to 0.5.0, or a later one unpacked"),
            (_, true) => ("uproot database dump without sequence numbers", "uproot 0.0.1, before 20 April 2026"),
        };
        let format = Format { name: name.to_owned(), versions: versions.to_owned() };
        Ok(Filled { changes: self.changes, format, problems: self.dump.problems.in_file(&self.path) })
    }

    fn runs(&mut self) -> Vec<Run> {
        self.changes.runs()
    }

    fn only_counts(&self) -> bool {
        self.changes.only_counts()
    }
}
