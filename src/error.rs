//! Start here to report anything that goes wrong: one `Problem` says what, where and what to do.
//!
//! A problem that ends the work is wrapped in [`Error`]; one that does not is collected in
//! [`Problems`] and shown in the summary, the README of the ZIP and the exit code.
//! Neither ever quotes a participant's value: places are given by file, record, byte and field.

use std::fmt;

/// What went wrong, as a stable name that tests, scripts and translations may rely on.
///
/// The table below is the whole catalogue: code, what it means, what to do about it.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $meaning:literal, $advice:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the catalogue's sentences are the documentation")]
        pub enum Code { $($name,)* }

        impl Code {
            /// The stable name, in kebab-case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// One sentence: what this means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => $meaning,)* }
            }

            /// One sentence: what the reader can do.
            pub const fn advice(self) -> &'static str {
                match self { $(Code::$name => $advice,)* }
            }

            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];
        }
    };
}

codes! {
    // What was given cannot be read at all.
    Empty = "empty", "The file is empty.", "Make the dump or export again; the server may have been stopped while writing it.";
    UnknownFormat = "unknown-format", "This is none of the files that Windrow reads.",
        "Drop a database dump (uproot.msgpack.gz, backup.bin), uproot.sqlite3, a PsyNet database.zip or export, or an exported ultralong CSV or JSONL.";
    Unsupported = "unsupported", "This kind of file is recognised but not supported.", "See the README for what can be read.";
    Encrypted = "encrypted", "The archive is encrypted.", "Unpack it with its password first and drop what was in it.";
    WalMissing = "wal-missing", "The database file holds no table: its data are still in the file that ends in -wal.",
        "Drop uproot.sqlite3 and uproot.sqlite3-wal together, or stop the server cleanly first.";
    NothingToExport = "nothing-to-export", "There is no session in this file.", "Check that this is the right dump; a fresh server has only its admin data.";
    NoSuchSession = "no-such-session", "No session of that name is in the input.", "Choose one of the sessions that the summary lists.";
    NoSuchTable = "no-such-table", "No table of that name is in the result.", "Choose one of the tables that the summary lists.";
    BadRecipe = "bad-recipe", "The recipe cannot be used.", "Save a new recipe with this version of Windrow.";
    TokenCollision = "token-collision", "Two identifiers would get the same pseudonym.", "Run the export again: it takes a new key. With a project key, make a new project key.";
    Leak = "leak", "An original identifier was found in the finished ZIP, which was therefore not handed out.",
        "Classify the field as the list says, or leave its table out; please report it, because this should not happen.";
    MixedInput = "mixed-input", "These files do not belong together.", "Drop the files of one experiment at a time.";

    // Limits, see `limits.rs`.
    TooDeep = "too-deep", "A value is nested deeper than the limit.", "Nothing that uproot or PsyNet writes is nested so deep; the file may be damaged.";
    TooLong = "too-long", "A record is longer than the limit.", "The file may be damaged; if it is not, use the command line with a higher limit.";
    TooManyColumns = "too-many-columns", "There are more columns than the limit.", "The file may be damaged.";
    TooManyCells = "too-many-cells", "A CSV table would have more cells than the limit.",
        "Leave out this kind of table, or choose JSONL, which writes no empty cells.";
    InflatesTooFar = "inflates-too-far", "The compressed data unpack to far more than such data do.", "Do not trust this file; if it is yours, unpack it first.";
    TooManyMembers = "too-many-members", "The archive holds more files than the limit.", "Do not trust this file; if it is yours, unpack it first.";
    UnsafePath = "unsafe-path", "The archive holds a file whose path leads out of it.", "No program that exports data writes such an archive; do not unpack it.";
    OutOfMemory = "out-of-memory", "The data need more memory than the budget allows.", "Choose fewer sessions, or use the command line.";
    Usage = "usage", "The command line cannot be understood.", "See windrow --help.";
    Io = "io", "The file could not be read to the end.", "It may have been changed, moved or removed while it was read; drop it again.";

    // Reading went on.
    Truncated = "truncated", "The input ends in the middle of a record.", "Every complete change before that place was kept; make the dump again if you can.";
    Damaged = "damaged", "The input is damaged from this place on.", "Every complete change before that place was kept; make the dump again if you can.";
    TrailingBytes = "trailing-bytes", "Bytes after the end of the compressed data were ignored.", "Usually harmless; check that the file was copied whole.";
    UnknownType = "unknown-type", "A value has a type that this version does not know; its text is kept as it is.", "uproot itself would refuse this file; a newer Windrow may know the type.";
    BadValue = "bad-value", "A value is not what its type promises; its text is kept as it is.", "uproot itself might refuse this file.";
    BadRecord = "bad-record", "A record lacks a key or has one of the wrong type; it was left out.", "The file may be damaged.";
    UnknownKeys = "unknown-keys", "Records carry keys that this version does not know; they were ignored.", "A newer version of uproot may have written the file.";
    OutOfOrder = "out-of-order", "Changes were not in the order of their sequence numbers and were sorted.", "Nothing is lost; uproot does the same.";
    DuplicateSeq = "duplicate-seq", "Several changes have the same sequence number; they stay in the order of the file.", "The dump may have been put together from two.";
    OddNamespace = "odd-namespace", "A storage has a name that no version of uproot gives; it was carried along.", "Check where the file comes from.";
    UpstreamRaises = "upstream-raises", "uproot 0.10.1 stops with an error on this session; Windrow exports it.", "There is nothing to compare this session with.";
    NoPlayersField = "no-players-field", "The session has no list of players, so players were taken in the order of their first change.", "Check the page times.";
    ChecksumMismatch = "checksum-mismatch", "A file does not match the checksum that came with it.", "Get the archive again from where it came.";
    Lossy = "lossy", "This kind of file has lost information that a database dump has.", "Use the database dump where it can be had.";
    Guessed = "guessed", "Something that the file no longer says was guessed.", "Check the result, or use the database dump.";
    MissingTable = "missing-table", "A table that the export should have is missing.", "What depends on it is left out.";
    OtherTable = "other-table", "The database holds a further table of changes, which was not read.", "Make a dump with the server's own settings if this table is the one you need.";
    Ignored = "ignored", "A file was not needed and was ignored.", "Nothing to do.";
}

/// Where something went wrong. Empty parts are unknown or do not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Name of the file as it was given, with `/` before a member of an archive.
    pub file: Option<String>,
    /// Offset in bytes into the (unpacked) file.
    pub byte: Option<u64>,
    /// Number of the record, row or line, counted from 1.
    pub record: Option<u64>,
    /// Name of the field, column or storage kind; never a value.
    pub field: Option<String>,
}

impl Place {
    /// A place in a file.
    pub fn file(name: impl Into<String>) -> Self {
        Place { file: Some(name.into()), ..Place::default() }
    }

    /// The same place, at a byte.
    pub fn byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    /// The same place, at a record counted from 1.
    pub fn record(mut self, record: u64) -> Self {
        self.record = Some(record);
        self
    }

    /// The same place, at a field, column or storage.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(file) = &self.file {
            parts.push(file.clone());
        }
        if let Some(record) = self.record {
            parts.push(format!("record {record}"));
        }
        if let Some(byte) = self.byte {
            parts.push(format!("byte {byte}"));
        }
        if let Some(field) = &self.field {
            parts.push(format!("field {field}"));
        }
        f.write_str(&parts.join(", "))
    }
}

/// A number inside a detail, as English writes it: a detail is an English sentence wherever it is read, and who has to
/// count the digits of a limit does not see how large it is.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

/// One thing that went wrong, with its place, how often, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stable name.
    pub code: Code,
    /// The first place where it was seen.
    pub place: Place,
    /// How many times it was seen.
    pub count: u64,
    /// The consequence in this case, in words (counts, names of columns, no values). May be empty.
    pub detail: String,
}

impl Problem {
    /// A problem seen once, with no detail yet.
    pub fn new(code: Code, place: Place) -> Self {
        Problem { code, place, count: 1, detail: String::new() }
    }

    /// The same problem with its consequence in words.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.meaning())?;
        if !self.detail.is_empty() {
            write!(f, " {}", self.detail)?;
        }
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, " ({place}")?;
            if self.count > 1 {
                write!(f, "; {} times", self.count)?;
            }
            f.write_str(")")?;
        } else if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        write!(f, " {}", self.code.advice())
    }
}

/// The crate's one error type: a [`Problem`] that ends the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Problem>);

/// What everything that can fail returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error at a place.
    pub fn new(code: Code, place: Place) -> Self {
        Problem::new(code, place).into()
    }

    /// The same error with its consequence in words.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// What went wrong, and where.
    pub fn problem(&self) -> &Problem {
        &self.0
    }

    /// The stable name.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Fills in the file's name where the place that failed did not know it.
    pub fn in_file(mut self, name: &str) -> Self {
        self.0.place.file.get_or_insert_with(|| name.to_owned());
        self
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error(Box::new(problem))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

/// Problems met on the way, one entry per code, file and field; repetitions are only counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Most distinct entries that are kept; a damaged file must not fill memory with complaints.
    const MOST: usize = 1000;

    /// Adds a problem, or counts it where the same is already there.
    pub fn add(&mut self, problem: Problem) {
        let same = |p: &&mut Problem| {
            p.code == problem.code
                && p.place.file == problem.place.file
                && p.place.field == problem.place.field
                && p.detail == problem.detail
        };
        if let Some(known) = self.0.iter_mut().find(same) {
            known.count += problem.count;
        } else if self.0.len() < Self::MOST {
            self.0.push(problem);
        } else if let Some(other) = self.0.iter_mut().find(|p| p.code == problem.code && p.place.field.is_none()) {
            other.count += problem.count;
        } else {
            // One entry per code takes what no longer has an entry of its own.
            let place = Place { field: None, ..problem.place };
            self.0.push(Problem { place, detail: "Further cases, not listed one by one.".to_owned(), ..problem });
        }
    }

    /// All problems, in the order in which they were first seen.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same problems, with the file's name where a place lacks it.
    pub fn in_file(mut self, name: &str) -> Self {
        for problem in &mut self.0 {
            problem.place.file.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// Adds all problems of another list.
    pub fn extend(&mut self, other: Problems) {
        for problem in other.0 {
            self.add(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut seen: Vec<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert!(seen.iter().all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), Code::ALL.len());
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0, 999, 1000, 19_692, 10_000_000_000, u64::MAX];
        let expected = ["0", "999", "1,000", "19,692", "10,000,000,000", "18,446,744,073,709,551,615"];
        assert_eq!(numbers.map(grouped), expected);
    }

    #[test]
    fn repetitions_are_counted() {
        let mut problems = Problems::default();
        for record in 1..=3 {
            problems.add(Problem::new(Code::BadRecord, Place::file("a").record(record)));
        }
        let all: Vec<_> = problems.iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].count, all[0].place.record), (3, Some(1)));
    }
}
