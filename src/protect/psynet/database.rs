//! Writes the protected database: an archive with the members and headers of the original, in PostgreSQL's `COPY` CSV.

use crate::error::Result;
use crate::limits::Limits;
use crate::write::csv::quoted;
use crate::write::deflate::{BLOCK, Block, Level, WINDOW, pack};
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
    before: Vec<u8>,
    buffer: Vec<u8>,
    /// How hard it is packed.
    pub level: Level,
}

impl Writer {
    /// Begins a member.
    pub fn begin(&mut self, name: &str) {
        self.archive.begin(name);
        self.before.clear();
        self.buffer.clear();
    }

    /// Adds a line that [`field`] made.
    pub fn line(&mut self, line: &[u8], limits: &Limits) -> Result<()> {
        self.buffer.extend_from_slice(line);
        while self.buffer.len() > BLOCK {
            self.block(false)?;
            limits.memory(self.out.len() as u64)?;
        }
        Ok(())
    }

    /// Adds plain text.
    pub fn text(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn block(&mut self, last: bool) -> Result<()> {
        let rest = self.buffer.split_off(self.buffer.len().min(BLOCK));
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let window = bytes.get(bytes.len().saturating_sub(WINDOW)..).unwrap_or_default().to_vec();
        let before = std::mem::replace(&mut self.before, window);
        self.archive.add(&pack(&Block { before, bytes, last }, self.level)?);
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
