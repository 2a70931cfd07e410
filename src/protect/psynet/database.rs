//! Writes the protected database: an archive with the members and headers of the original, in PostgreSQL's `COPY` CSV.

use crate::error::Result;
use crate::limits::Limits;
use crate::write::csv::quoted;
use crate::write::deflate::{Cut, Level, pack};
use crate::write::zip::Archive;

/// Adds a field of a line as COPY reads it; a field that is NULL is nothing at all.
pub(super) fn field(text: &str, line: &mut Vec<u8>) {
    match text {
        // Unquoted, they would be NULL and the end of the data.
        "" => line.extend_from_slice(b"\"\""),
        "\\." => line.extend_from_slice(b"\"\\.\""),
        _ => quoted(text.as_bytes(), line),
    }
}

/// The archive under way; all of it is in memory, packed.
#[derive(Default)]
pub(super) struct Writer {
    archive: Archive,
    out: Vec<u8>,
    cut: Cut,
    /// How hard it is packed.
    pub level: Level,
}

impl Writer {
    /// Begins a member.
    pub fn begin(&mut self, name: &str) {
        self.archive.begin(name);
        self.cut = Cut::default();
    }

    /// Adds a line that [`field`] made.
    pub fn line(&mut self, line: &[u8], limits: &Limits) -> Result<()> {
        self.cut.buffer.extend_from_slice(line);
        while self.cut.is_full() {
            self.block(false)?;
            limits.memory(self.out.len() as u64)?;
        }
        Ok(())
    }

    /// Adds plain text.
    pub fn text(&mut self, text: &str) {
        self.cut.buffer.extend_from_slice(text.as_bytes());
    }

    fn block(&mut self, ended: bool) -> Result<()> {
        self.archive.add(&pack(&self.cut.block(ended), self.level)?);
        self.out.append(&mut self.archive.take());
        Ok(())
    }

    /// Ends the member.
    pub fn end(&mut self) -> Result<()> {
        self.block(true)?;
        self.archive.end();
        self.out.append(&mut self.archive.take());
        Ok(())
    }

    /// Ends the archive.
    pub fn finish(mut self) -> Vec<u8> {
        self.archive.finish();
        self.out.append(&mut self.archive.take());
        self.out
    }
}
