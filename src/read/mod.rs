//! Add a format here: one file each, one line in [`open`]. Inputs take bytes and fill a [`crate::log::Log`].

pub mod database;
pub mod dump;
pub mod gzip;
mod msgpack;
pub mod sqlite;
mod whole;

use crate::error::{Code, Error, Place, Problems, Result};
use crate::limits::Limits;
use crate::log::Builder;
use crate::source::{FileInfo, Reader};
use gzip::Gunzip;

/// Bytes at the beginning of a file that decide what it is.
pub const HEAD: u64 = 4096;

/// What was dropped, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// For example `uproot database dump (gzip)`.
    pub name: String,
    /// Which versions write such a file.
    pub versions: String,
}

/// What an input leaves behind when all of it was read.
pub struct Filled {
    /// All changes.
    pub changes: Builder,
    /// What the files turned out to be.
    pub format: Format,
    /// What went wrong on the way.
    pub problems: Problems,
}

/// Files that are being read into a log.
pub trait Input: Reader {
    /// The end; everything wanted was pushed.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`], and what makes the whole input useless.
    fn finish(self: Box<Self>) -> Result<Filled>;
}

/// What a single file looks like from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Dump,
    Sqlite,
    SqliteLog,
    /// Belongs to a database or an export but is not needed.
    Beside,
    Other,
}

/// Decides how the files of one drop are read.
///
/// # Errors
/// [`Code::UnknownFormat`], [`Code::Empty`] and [`Code::MixedInput`], saying what the files look like.
pub fn open(files: &[FileInfo], heads: &[Vec<u8>], limits: Limits) -> Result<Box<dyn Input>> {
    let kinds: Vec<Kind> = files.iter().zip(heads).map(|(file, head)| kind(file, &unpacked(head, limits))).collect();
    let of =
        |kind: Kind| kinds.iter().enumerate().filter(move |(_, k)| **k == kind).map(|(i, _)| i).collect::<Vec<_>>();
    let (dumps, databases, logs) = (of(Kind::Dump), of(Kind::Sqlite), of(Kind::SqliteLog));
    if let Some(&stranger) = of(Kind::Other).first() {
        let place = Place::file(&files[stranger].path);
        return Err(match files[stranger].size {
            0 => Error::new(Code::Empty, place),
            _ => Error::new(Code::UnknownFormat, place).detail(looks_like(&heads[stranger])),
        });
    }
    match (dumps.as_slice(), databases.as_slice(), logs.as_slice()) {
        ([dump], [], []) => {
            Ok(Box::new(whole::Whole::new(*dump, &files[*dump], heads[*dump].starts_with(&gzip::MAGIC), limits)))
        }
        ([], [database], [] | [_]) => {
            Ok(Box::new(database::DatabaseInput::new(*database, logs.first().copied(), files, limits)))
        }
        ([], [], [log]) => Err(Error::new(Code::MixedInput, Place::file(&files[*log].path))
            .detail("This is the -wal file alone; the database that it belongs to is missing.")),
        _ => Err(Error::new(Code::MixedInput, Place::default()).detail(format!(
            "There are {} dumps and {} databases; which of them shall be read?",
            dumps.len(),
            databases.len()
        ))),
    }
}

/// The beginning of a file, unpacked where it is gzip.
fn unpacked(head: &[u8], limits: Limits) -> Vec<u8> {
    if !head.starts_with(&gzip::MAGIC) {
        return head.to_vec();
    }
    let mut inside = Vec::new();
    let mut take = |piece: &[u8]| {
        inside.extend_from_slice(piece);
        Ok(())
    };
    let mut gunzip = Gunzip::new(limits);
    // The head ends in the middle of the data; what came out until then decides.
    if gunzip.push(head, &mut take).is_ok() {
        let _ = gunzip.finish(&mut take);
    }
    inside
}

fn kind(file: &FileInfo, head: &[u8]) -> Kind {
    let log = [[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]];
    match head {
        _ if msgpack::looks_like_dump(head) => Kind::Dump,
        _ if head.starts_with(b"SQLite format 3\0") => Kind::Sqlite,
        _ if log.iter().any(|magic| head.starts_with(magic)) => Kind::SqliteLog,
        // A log that was checkpointed is empty; the shared memory beside it is never needed.
        _ if file.path.ends_with("-shm") || (file.path.ends_with("-wal") && file.size == 0) => Kind::Beside,
        _ => Kind::Other,
    }
}

/// Says what a file that cannot be read looks like.
fn looks_like(head: &[u8]) -> &'static str {
    let known: [(&[u8], &str); 6] = [
        (b"%PDF", "It looks like a PDF document."),
        (b"\xd0\xcf\x11\xe0", "It looks like an old Excel or Word file."),
        (b"PK\x03\x04", "It is a ZIP archive."),
        (b"\x89PNG", "It looks like a picture."),
        (b"\xff\xd8\xff", "It looks like a picture."),
        (b"<", "It looks like a web page or XML."),
    ];
    known.iter().find(|(magic, _)| head.starts_with(magic)).map_or("", |(_, words)| words)
}
