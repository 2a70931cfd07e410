//! Says what a file is from its first bytes, in a word for the code and in a sentence for people.

use super::csv_rows::CsvRows;
use super::gzip::{self, Gunzip};
use super::jsonl;
use super::msgpack;
use super::ultralong::Spelling;
use super::ultralong_csv::{self, MARK};
use crate::limits::Limits;
use crate::source::FileInfo;

/// What a single file looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dump,
    Sqlite,
    SqliteLog,
    Ultralong(Ultralong),
    /// Another table of an export, by its name.
    Derived(&'static str),
    Zip,
    /// Checksums of an export's files.
    Sums,
    /// Belongs to a database or an export but is not needed.
    Beside,
    Empty,
    /// Something else; the sentence may be empty.
    Other(&'static str),
}

/// How to read an ultralong table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ultralong {
    pub spelling: Spelling,
    /// Between CSV cells.
    pub separator: u8,
    /// The number of its first row, by which several tables are put in order.
    pub first: Option<u64>,
}

impl Kind {
    /// What the file is, for a list of files.
    pub fn words(&self) -> &str {
        match self {
            Kind::Dump => "a database dump of uproot",
            Kind::Sqlite => "a database",
            Kind::SqliteLog => "the -wal file of a database",
            Kind::Ultralong(_) => "an exported ultralong table",
            Kind::Derived(table) => table,
            Kind::Zip => "a ZIP archive",
            Kind::Sums => "a list of checksums",
            Kind::Beside => "not needed",
            Kind::Empty => "empty",
            Kind::Other("") => "unknown",
            Kind::Other(words) => words,
        }
    }
}

const PAGE_TIMES: &str = "the page times of an export";

/// What a file is.
pub(super) fn kind(file: &FileInfo, head: &[u8], limits: Limits) -> Kind {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let log = [[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]];
    // A log that was checkpointed is empty; the shared memory beside it is never needed.
    if name.ends_with("-shm") || (name.ends_with("-wal") && file.size == 0) || is_litter(&file.path) {
        return Kind::Beside;
    }
    match name {
        "README.txt" | "DATA_DICTIONARY.json" | "windrow.json" => return Kind::Beside,
        "SHA256SUMS" => return Kind::Sums,
        // Without visits this file is empty or a lone line end.
        "page_times.csv" | "page_times.jsonl" => return Kind::Derived(PAGE_TIMES),
        _ if file.size == 0 => return Kind::Empty,
        _ => {}
    }
    let packed = head.starts_with(&gzip::MAGIC);
    let head = &unpacked(head, limits);
    match head {
        _ if msgpack::looks_like_dump(head) => Kind::Dump,
        _ if head.starts_with(b"SQLite format 3\0") => Kind::Sqlite,
        _ if log.iter().any(|magic| head.starts_with(magic)) => Kind::SqliteLog,
        _ if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Kind::Zip,
        _ if packed => Kind::Other("something else in gzip (unpack it first)"),
        _ => text(head, limits).unwrap_or_else(|| Kind::Other(looks_like(head))),
    }
}

/// Whether a path is one of those that systems leave in every folder.
pub(crate) fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.split('/').any(|part| part == "__MACOSX")
        || name.starts_with("._")
        || matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// What kind of table a text begins, if any.
pub(super) fn text(head: &[u8], limits: Limits) -> Option<Kind> {
    let start = head.strip_prefix(MARK).unwrap_or(head).trim_ascii_start();
    let spelling = match start.first()? {
        b'{' => Spelling::Lines,
        b'[' => Spelling::Array,
        _ => return csv(head, limits),
    };
    let names = jsonl::names(start);
    let has = |name: &str| names.iter().any(|n| n == name);
    let first = jsonl::first_seq(start);
    table(has).map(|kind| kind.unwrap_or(Kind::Ultralong(Ultralong { spelling, separator: b',', first })))
}

/// The table that columns belong to; `Some(None)` is ultralong.
fn table(has: impl Fn(&str) -> bool) -> Option<Option<Kind>> {
    if has("!storage") && has("!field") && has("!data") {
        return Some(None);
    }
    Some(Some(if has("!storage") && has("!field") {
        Kind::Derived("the sparse table of an export")
    } else if has("!storage") && has("!time") {
        Kind::Derived("a latest table of an export")
    } else if has("uname") && has("show_page") {
        Kind::Derived(PAGE_TIMES)
    } else if has("participant.code") || has("participant__code") {
        Kind::Other("an oTree table")
    } else {
        return None;
    }))
}

/// What kind of CSV table a text begins, by the names in its first row.
fn csv(head: &[u8], limits: Limits) -> Option<Kind> {
    [b',', b';', b'\t'].into_iter().find_map(|separator| {
        let mut names: Vec<String> = Vec::new();
        let mut first = None;
        let mut take = |cells: super::csv_rows::Cells<'_>| {
            if names.is_empty() {
                if !ultralong_csv::is_note(cells) {
                    names = ultralong_csv::names(cells);
                }
            } else if first.is_none() {
                let seq = names.iter().position(|n| n == "!seq").and_then(|at| cells.get(at));
                first = Some(seq.and_then(|seq| std::str::from_utf8(seq).ok()).and_then(|seq| seq.parse().ok()));
            }
            Ok(())
        };
        let mut rows = CsvRows::new(separator, limits);
        // What is beyond the limits is reported when the table is read.
        let within = rows.push(head, &mut take).is_ok();
        if names.is_empty() && within {
            // The header is longer than what is at hand.
            rows.finish(&mut |cells| {
                names = ultralong_csv::names(cells);
                Ok(())
            })
            .ok()?;
        }
        if names.len() < 2 {
            return None;
        }
        let first = first.flatten();
        let kind = table(|name| names.iter().any(|n| n == name))?;
        Some(kind.unwrap_or(Kind::Ultralong(Ultralong { spelling: Spelling::Csv, separator, first })))
    })
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

/// Says what a file that cannot be read looks like.
fn looks_like(head: &[u8]) -> &'static str {
    let known: [(&[u8], &str); 10] = [
        (b"%PDF", "a PDF document"),
        (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"\xff\xfe", "a text in UTF-16 (save it as CSV in UTF-8)"),
        (b"\xfe\xff", "a text in UTF-16 (save it as CSV in UTF-8)"),
        (b"<", "a web page or XML"),
        (b"7z\xbc\xaf", "a 7-Zip archive (unpack it first)"),
        (b"Rar!", "a RAR archive (unpack it first)"),
    ];
    known.iter().find(|(magic, _)| head.starts_with(magic)).map_or("", |(_, words)| words)
}

/// What an archive without any ultralong table holds, from the names of its members.
pub(super) fn archive(names: &[String]) -> &'static str {
    let any = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    let ends = |end: &'static str| any(&move |name| name.ends_with(end));
    let has = |part: &'static str| any(&move |name| name.starts_with(part) || name.contains(&format!("/{part}")));
    if has("xl/workbook") {
        "It is an Excel workbook. Windrow reads what uproot exported, not what a spreadsheet program made of it: drop the CSV or, better, the database dump."
    } else if has("word/document") || has("ppt/presentation") {
        "It is an Office document."
    } else if has("META-INF/manifest.xml") && has("content.xml") {
        "It is an OpenDocument file. Drop the CSV that uproot exported or, better, the database dump."
    } else if ends("database.zip") || has("data/participant.csv") || has("data/network.csv") || has("basic_data") {
        "It looks like an export of PsyNet or Dallinger, which this version does not read."
    } else if ends(".msgpack") || ends(".msgpack.gz") || ends(".sqlite3") {
        "It holds a database or a dump: unpack it and drop that."
    } else if any(&|name| name.split('/').any(|part| part == "sparse" || part.starts_with("latest"))) {
        "It holds sparse or latest tables but no ultralong ones, which are the only ones that hold everything."
    } else {
        "It is a ZIP archive without any table that uproot exports."
    }
}
