//! Add a format here: one file each, one line in the dispatch. Readers take bytes and fill a [`crate::log::Log`].

pub mod dump;
pub mod gzip;
mod msgpack;

use crate::error::{Code, Error, Place, Problem, Problems, Result};
use crate::limits::Limits;
use crate::log::Builder;
use dump::DumpReader;
use gzip::{End, Gunzip};

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// In words, for example `uproot database dump (gzip)`.
    pub name: String,
    /// Which versions write such a file, in words.
    pub versions: String,
}

/// A file that is being read from its beginning to its end.
pub struct Incoming {
    gunzip: Option<Gunzip>,
    dump: DumpReader,
    /// Set when the packed data broke off: what follows is not looked at.
    broken: bool,
}

/// Decides what a file is by its first bytes.
///
/// # Errors
/// [`Code::UnknownFormat`] and [`Code::Unsupported`], saying what the file looks like.
pub fn sniff(head: &[u8], limits: Limits) -> Result<Incoming> {
    let gunzip = head.starts_with(&gzip::MAGIC).then(|| Gunzip::new(limits));
    let first = match &gunzip {
        None => head.to_vec(),
        Some(_) => {
            // What is inside decides; the real reading starts again from the first byte.
            let mut inside = Vec::new();
            let mut peek = Gunzip::new(limits);
            let _ = peek.push(head, |piece| {
                inside.extend_from_slice(piece);
                Ok(())
            });
            let _ = peek.finish(|piece| {
                inside.extend_from_slice(piece);
                Ok(())
            });
            inside
        }
    };
    if !msgpack::looks_like_dump(&first) {
        return Err(unknown(&first));
    }
    Ok(Incoming { gunzip, dump: DumpReader::new(limits), broken: false })
}

/// Says what a file that cannot be read looks like.
fn unknown(head: &[u8]) -> Error {
    let known: [(&[u8], &str); 6] = [
        (b"%PDF", "It looks like a PDF document."),
        (b"\xd0\xcf\x11\xe0", "It looks like an old Excel or Word file."),
        (b"PK\x03\x04", "It is a ZIP archive."),
        (b"SQLite format 3\0", "It is an SQLite database."),
        (b"\x89PNG", "It looks like a picture."),
        (b"<", "It looks like a web page or XML."),
    ];
    let detail = known.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, detail)| *detail);
    Error::new(Code::UnknownFormat, Place::default()).detail(detail.unwrap_or_default())
}

impl Incoming {
    /// The next bytes of the file.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] and [`Code::InflatesTooFar`].
    pub fn push(&mut self, chunk: &[u8], log: &mut Builder) -> Result<()> {
        let Some(gunzip) = &mut self.gunzip else { return self.dump.push(chunk, log) };
        if self.broken {
            return Ok(());
        }
        let dump = &mut self.dump;
        match gunzip.push(chunk, |piece| dump.push(piece, log)) {
            Err(e) if e.code() == Code::Damaged => {
                self.broken = true;
                let detail = format!("The compressed data are damaged after {} changes.", log.len());
                self.dump.problems.add(Problem { detail, ..e.problem().clone() });
                Ok(())
            }
            other => other,
        }
    }

    /// The end of the file: what it was, and what went wrong.
    ///
    /// # Errors
    /// As [`Incoming::push`].
    pub fn finish(&mut self, log: &mut Builder) -> Result<(Format, Problems)> {
        if let (Some(gunzip), false) = (&mut self.gunzip, self.broken) {
            let dump = &mut self.dump;
            let end = gunzip.finish(|piece| dump.push(piece, log))?;
            let code = match end {
                End::Whole => None,
                End::Truncated => Some(Code::Truncated),
                End::Damaged => Some(Code::Damaged),
            };
            if let Some(code) = code {
                let detail = format!("The compressed data end early: {} complete changes were read.", log.len());
                self.dump.problems.add(Problem::new(code, Place::default()).detail(detail));
                self.broken = true;
            }
        }
        if !self.broken {
            self.dump.finish();
        }
        let numbered = !log.is_unnumbered();
        let (name, versions) = match (&self.gunzip, numbered) {
            (Some(_), true) => ("uproot database dump (gzip)", "uproot 0.6.0 or later"),
            (None, true) => ("uproot database dump", "uproot 0.1.0 to 0.5.0, or a later one unpacked"),
            (_, false) => ("uproot database dump without sequence numbers", "uproot 0.0.1, before 20 April 2026"),
        };
        let format = Format { name: name.to_owned(), versions: versions.to_owned() };
        Ok((format, std::mem::take(&mut self.dump.problems)))
    }
}
