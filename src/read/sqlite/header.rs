//! Read the first 100 bytes of a database with [`Header::parse`] before anything else of it.

use crate::error::{Code, Error, Place, Result};

/// Length of the header in bytes; the first page's tree begins after it.
pub(super) const LENGTH: usize = 100;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What the header says, checked (the file format's §1.3).
#[derive(Debug)]
pub(super) struct Header {
    /// Size of every page in bytes: a power of two from 512 to 65536.
    pub(super) page_size: usize,
    /// Bytes of every page that are not reserved for extensions; at least 480.
    pub(super) usable: usize,
    /// Pages of the database, if the header can be believed: versions before 3.7.0 did not keep it.
    pub(super) pages: Option<u32>,
    /// Whether changes go through a `-wal` file.
    pub(super) wal_mode: bool,
}

impl Header {
    /// Reads and checks the header; `bytes` are at least [`LENGTH`] from the beginning of page 1.
    pub(super) fn parse(bytes: &[u8]) -> Result<Header> {
        let fail = |code, detail: &str| Err(Error::new(code, Place::default().byte(0)).detail(detail));
        let Some(bytes) = bytes.first_chunk::<LENGTH>() else {
            return fail(Code::Truncated, "A database begins with a header of 100 bytes.");
        };
        if !bytes.starts_with(MAGIC) {
            return fail(Code::UnknownFormat, "A SQLite database begins otherwise; this may be an encrypted one.");
        }
        let word = |at: usize| bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_be_bytes(*b));
        // 65536 does not fit in the two bytes and is written as 1.
        let page_size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 65536,
            size => usize::from(size),
        };
        if !valid_page_size(page_size) {
            return fail(Code::Damaged, "The size of its pages is none that SQLite has.");
        }
        let usable = page_size - usize::from(bytes[20]);
        if usable < 480 {
            return fail(Code::Damaged, "Its pages are said to have less than 480 usable bytes.");
        }
        if bytes[19] > 2 {
            return fail(
                Code::Unsupported,
                "It was written by a version of SQLite that forbids older ones to read it.",
            );
        }
        match word(56) {
            0 | 1 => {}
            2 | 3 => return fail(Code::Unsupported, "Its text is UTF-16; uproot has always written UTF-8."),
            _ => return fail(Code::Damaged, "Its text encoding is none that SQLite has."),
        }
        let pages = Some(word(28)).filter(|n| *n > 0 && word(24) == word(92));
        Ok(Header { page_size, usable, pages, wal_mode: bytes[19] == 2 })
    }
}

/// Whether pages can have this size in bytes.
pub(super) fn valid_page_size(size: usize) -> bool {
    size.is_power_of_two() && (512..=65536).contains(&size)
}
