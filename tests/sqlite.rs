//! The SQLite reader against SQLite itself: `cases/sqlite/<name>` holds a database, its `-wal` if it has
//! one, and what Python's sqlite3 read from them. `make.py` there made both.

use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::Read;
use std::path::PathBuf;
use windrow::error::{Code, Result};
use windrow::limits::Limits;
use windrow::read::sqlite::{Changes, Database, Report, StoredChange};
use windrow::source::{FileInfo, Reader, feed};

/// A database and its log as bytes.
#[derive(Clone)]
struct Files {
    main: Vec<u8>,
    wal: Option<Vec<u8>>,
}

impl Files {
    fn of_case(name: &str) -> Files {
        let folder = PathBuf::from("tests/cases/sqlite").join(name);
        let main = std::fs::read(folder.join("uproot.sqlite3")).unwrap_or_else(|_| {
            let packed = std::fs::File::open(folder.join("uproot.sqlite3.gz")).unwrap();
            let mut main = Vec::new();
            flate2::read::GzDecoder::new(packed).read_to_end(&mut main).unwrap();
            main
        });
        Files { main, wal: std::fs::read(folder.join("uproot.sqlite3-wal")).ok() }
    }

    fn size(&self) -> usize {
        self.main.len() + self.wal.as_ref().map_or(0, Vec::len)
    }

    fn database<S: Changes>(&self, sink: S) -> Database<S> {
        let info = |path: &str, bytes: &[u8]| FileInfo { path: path.to_owned(), size: bytes.len() as u64 };
        let main = info("run/uproot.sqlite3", &self.main);
        let wal = self.wal.as_ref().map(|bytes| info("run/uproot.sqlite3-wal", bytes));
        // The log comes first in the list of files: nothing may rest on the order.
        let limits = Limits { record: 1 << 20, ..Limits::default() };
        Database::new((1, &main), wal.as_ref().map(|info| (0, info)), &limits, sink)
    }

    fn read<S: Changes>(&self, sink: S, step: usize) -> Result<(S, Report)> {
        let mut database = self.database(sink);
        feed(&mut database, &[self.wal.as_deref().unwrap_or_default(), &self.main], step)?;
        Ok(database.finish())
    }

    fn rows(&self) -> Result<(Vec<String>, Report)> {
        let (Lines(lines), report) = self.read(Lines::default(), 4096)?;
        Ok((lines, report))
    }
}

/// Every row as a line of text that says all of it.
#[derive(Default)]
struct Lines(Vec<String>);

impl Changes for Lines {
    fn change(&mut self, change: &StoredChange<'_>) -> Result<()> {
        let seq = change.seq.map_or("-".to_owned(), |n| n.to_string());
        let value = change.value.map_or("-".to_owned(), hex);
        let [namespace, field, context] = [change.namespace, change.field, change.context].map(|t| hex(t.as_bytes()));
        let time = hex(&change.created_at.to_be_bytes());
        self.0.push(format!("{} {seq} {namespace} {field} {value} {time} {context}\n", change.id));
        Ok(())
    }
}

/// How many bytes of values were passed on.
#[derive(Default)]
struct Bytes(usize);

impl Changes for Bytes {
    fn change(&mut self, change: &StoredChange<'_>) -> Result<()> {
        self.0 += change.value.map_or(0, <[u8]>::len) + change.namespace.len() + change.field.len();
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn cases() -> Vec<String> {
    let entries = std::fs::read_dir("tests/cases/sqlite").unwrap().map(|e| e.unwrap());
    let folders = entries.filter(|e| e.path().is_dir());
    let mut names: Vec<_> = folders.map(|e| e.file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() > 20);
    names
}

/// What was read, in the words of `expected.txt`.
fn told(files: &Files, step: usize) -> String {
    let (Lines(lines), report) = match files.read(Lines::default(), step) {
        Ok(read) => read,
        Err(error) => return format!("error {}\n", error.code().as_str()),
    };
    let mut hash = Sha256::new();
    lines.iter().for_each(|line| hash.update(line));
    let (table, rows, left_out) = (&report.table, report.rows, report.left_out);
    let mut text =
        format!("table {table}\nrows {rows}\nleft out {left_out}\nsha256 {}\n", hex(hash.finalize().as_slice()));
    for problem in report.problems.iter() {
        let field = problem.place.field.as_deref().unwrap_or("-");
        writeln!(text, "problem {} {} {field}", problem.code.as_str(), problem.count).unwrap();
    }
    text
}

#[test]
fn every_case_reads_as_sqlite_reads_it() {
    for name in cases() {
        let expected = std::fs::read_to_string(format!("tests/cases/sqlite/{name}/expected.txt")).unwrap();
        assert_eq!(told(&Files::of_case(&name), usize::MAX), expected, "{name}");
    }
}

#[test]
fn cuts_do_not_matter() {
    for name in cases().into_iter().filter(|name| name != "big") {
        let files = Files::of_case(&name);
        let whole = told(&files, usize::MAX);
        for step in [1, 7, 4096] {
            assert_eq!(told(&files, step), whole, "{name} in pieces of {step}");
        }
    }
}

#[test]
fn a_scan_reads_long_ranges_and_nothing_twice() {
    let files = Files::of_case("big");
    let mut database = files.database(Bytes::default());
    let mut wants = Vec::new();
    while let Some(want) = database.want().unwrap() {
        assert_eq!(database.want().unwrap().as_ref(), Some(&want), "asking twice gives the same answer");
        let range = want.range.start as usize..want.range.end as usize;
        database.push(&files.main[range]).unwrap();
        wants.push(want.range);
    }
    let megabytes = files.size() >> 20;
    assert!(megabytes > 16 && wants.len() < megabytes + 12, "{wants:?}");
    wants.sort_by_key(|range| range.start);
    assert!(wants.windows(2).all(|w| w[0].end <= w[1].start), "{wants:?}");
}

#[test]
fn a_missing_log_is_named() {
    let mut files = Files::of_case("wal_only");
    files.wal = None;
    let error = files.rows().unwrap_err();
    assert_eq!(error.code(), Code::WalMissing);
    assert!(error.to_string().contains("uproot.sqlite3-wal is missing"), "{error}");
}

#[test]
fn an_empty_database_file_is_read_from_its_log() {
    let mut files = Files::of_case("wal_only");
    let (expected, _) = files.rows().unwrap();
    files.main.clear();
    assert_eq!(files.rows().unwrap().0, expected);
    files.wal = Some(Vec::new());
    assert!(files.rows().is_err());
}

#[test]
fn the_log_of_another_database_is_refused() {
    let files = Files { wal: Files::of_case("wal_only").wal, ..Files::of_case("real_with_seq") };
    assert_eq!(files.rows().unwrap_err().code(), Code::MixedInput);
}

#[test]
fn a_damaged_log_counts_up_to_its_last_sound_commit() {
    let mut files = Files::of_case("wal_checkpoints");
    let (all, _) = files.rows().unwrap();
    let wal = files.wal.as_mut().unwrap();
    wal[32 + 2 * (24 + 1024) + 500] ^= 1;
    let (rows, report) = files.rows().unwrap();
    assert!(!rows.is_empty() && rows.len() < all.len());
    assert!(rows.iter().all(|row| all.contains(row)));
    assert!(report.problems.iter().any(|p| p.code == Code::Damaged && p.place.byte == Some(32 + 2 * 1048)));
}

#[test]
fn what_is_not_a_database_is_refused() {
    let mut files = Files::of_case("real_with_seq");
    files.main[..16].fill(0x5a);
    assert_eq!(files.rows().unwrap_err().code(), Code::UnknownFormat);
    files.main.truncate(50);
    assert_eq!(files.rows().unwrap_err().code(), Code::Truncated);
}

#[test]
fn a_cut_database_gives_the_rows_that_are_left() {
    let whole = Files::of_case("real_without_seq");
    let (all, _) = whole.rows().unwrap();
    let mut files = whole.clone();
    files.main.truncate(whole.main.len() / 2 + 100);
    let (rows, report) = files.rows().unwrap();
    assert!(!rows.is_empty() && rows.len() < all.len());
    assert!(rows.iter().all(|row| all.contains(row)));
    assert!(report.problems.iter().any(|p| p.code == Code::Truncated && p.detail.contains("18 pages")));
}

#[test]
fn a_lost_page_costs_its_own_rows_and_is_reported() {
    let whole = Files::of_case("deep");
    let (all, _) = whole.rows().unwrap();
    let mut partial = 0;
    for page in 1..whole.main.len() / 512 {
        let mut files = whole.clone();
        files.main[page * 512..(page + 1) * 512].fill(0);
        let (rows, report) = files.rows().unwrap();
        let mut left = all.iter();
        assert!(rows.iter().all(|row| left.any(|r| r == row)), "page {page}: a row that was never there");
        assert_eq!(rows.len() == all.len(), report.problems.is_empty(), "page {page}");
        partial += usize::from((1..all.len()).contains(&rows.len()));
    }
    assert!(partial > 100);
}

#[test]
fn a_row_longer_than_the_limit_is_left_out() {
    let files = Files::of_case("overflow");
    let info = FileInfo { path: "uproot.sqlite3".to_owned(), size: files.main.len() as u64 };
    let limits = Limits { record: 10_000, ..Limits::default() };
    let mut database = Database::new((0, &info), None, &limits, Lines::default());
    feed(&mut database, &[&files.main], 4096).unwrap();
    let (Lines(rows), report) = database.finish();
    let (all, _) = files.rows().unwrap();
    assert_eq!((rows.len() + 2, report.left_out), (all.len(), 2));
    assert!(report.problems.iter().all(|p| p.code == Code::TooLong && p.count == 2 && p.place.record.is_some()));
}

/// Makes pages of `deep` into ones that hold nothing but a way to the next; the last leads to `end`.
fn path_of_pages(length: u32, end: u32) -> Files {
    let mut files = Files::of_case("deep");
    let root = files.main[..].chunks(512).position(|page| page.starts_with(&[5])).unwrap() as u32 + 1;
    for step in 0..length {
        let (page, next) = (if step == 0 { root } else { 20 + step }, if step + 1 < length { 21 + step } else { end });
        let bytes = &mut files.main[(page as usize - 1) * 512..][..12];
        bytes.copy_from_slice(&[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes[8..].copy_from_slice(&next.to_be_bytes());
    }
    files
}

#[test]
fn cycles_and_endless_depth_end() {
    let leaf =
        Files::of_case("deep").main.chunks(512).position(|page| page[0] == 13 && page[4] > 3).unwrap() as u32 + 1;
    let (rows, report) = path_of_pages(19, leaf).rows().unwrap();
    assert!(!rows.is_empty() && report.problems.is_empty(), "as deep as SQLite goes");
    for (files, words) in [(path_of_pages(40, leaf), "leads to rows"), (path_of_pages(10, 25), "used twice")] {
        let (rows, report) = files.rows().unwrap();
        let problems: Vec<_> = report.problems.iter().collect();
        assert!(rows.is_empty() && problems.len() == 1, "{problems:?}");
        assert!(problems[0].code == Code::Damaged && problems[0].detail.contains(words), "{problems:?}");
    }
}

#[test]
fn a_long_row_that_goes_astray_takes_no_other_with_it() {
    let whole = Files::of_case("overflow");
    let (all, _) = whole.rows().unwrap();
    let pages: Vec<&[u8]> = whole.main.chunks(4096).collect();
    let leads = |page: usize| pages[page][..4] == (page as u32 + 2).to_be_bytes();
    let long = (1..pages.len() - 2).find(|page| leads(*page) && leads(page + 1)).unwrap();
    let leaves: Vec<usize> = (1..pages.len()).filter(|page| pages[*page].starts_with(&[13, 0, 0, 0])).collect();
    assert!(leaves.len() > 10);
    for leaf in leaves {
        let mut files = whole.clone();
        files.main[long * 4096..][..4].copy_from_slice(&(leaf as u32 + 1).to_be_bytes());
        let (rows, report) = files.rows().unwrap();
        assert_eq!(all.iter().filter(|row| !rows.contains(row)).count(), 1, "page {leaf}");
        assert!(!report.problems.is_empty(), "page {leaf}");
    }
}

#[test]
fn rows_that_share_bytes_are_not_multiplied() {
    let mut files = Files::of_case("page_65536");
    let leaf = files.main.chunks(65536).position(|page| page[0] == 13 && page[3] > 0).unwrap() * 65536;
    let page = &mut files.main[leaf..leaf + 65536];
    // All cells are the last one, which is long.
    let cells = usize::from(u16::from_be_bytes([page[3], page[4]]));
    let last = [page[8 + 2 * (cells - 1)], page[8 + 2 * (cells - 1) + 1]];
    (0..cells).for_each(|cell| page[8 + 2 * cell..][..2].copy_from_slice(&last));
    let (rows, report) = files.rows().unwrap();
    assert!(rows.len() < 900);
    assert!(report.problems.iter().any(|p| p.detail.contains("overlap")), "{report:?}");
    assert!(report.problems.iter().any(|p| p.detail.contains("ascend")), "{report:?}");
}

/// Numbers that look random and are the same every time.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Damages bytes in one of the ways in which files are damaged, or forged.
fn damage(bytes: &mut Vec<u8>, page: usize, random: &mut Xorshift) {
    let size = bytes.len();
    if size < 2 * page {
        return;
    }
    let pages = size / page;
    match random.below(8) {
        0 => bytes.truncate(random.below(size)),
        1 => {
            let (a, b) = (random.below(pages) * page, random.below(pages) * page);
            let (from_a, from_b) = (bytes[a..a + page].to_vec(), bytes[b..b + page].to_vec());
            bytes[a..a + page].copy_from_slice(&from_b);
            bytes[b..b + page].copy_from_slice(&from_a);
        }
        2 => {
            let (from, to) = (random.below(pages) * page, random.below(pages) * page);
            bytes.copy_within(from..from + page, to);
        }
        3 => {
            // The beginning of a page: its kind, its number of cells, where they are, its children.
            let at = random.below(pages) * page + random.below(24);
            bytes[at] = [0, 1, 2, 5, 10, 13, 0x7f, 0xff][random.below(8)];
        }
        4 => {
            // Page numbers that exist.
            let at = random.below(size - 4);
            let number = random.below(pages + 2) as u32;
            bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        5 => {
            let at = random.below(size);
            let end = (at + random.below(64)).min(size);
            bytes[at..end].fill([0, 0xff, 0x81][random.below(3)]);
        }
        6 => {
            // The header and the list of tables.
            let at = random.below(page.min(size));
            bytes[at] = random.below(256) as u8;
        }
        _ => {
            for _ in 0..=random.below(8) {
                let at = random.below(size);
                bytes[at] ^= 1 << random.below(8);
            }
        }
    }
}

/// Makes the checksums of a log right again, so that what was damaged in it is looked at.
fn seal(wal: &mut [u8], page: usize) {
    let sum = |bytes: &[u8], start: (u32, u32)| {
        bytes.chunks_exact(8).fold(start, |(a, b), pair| {
            let word = |at: usize| u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]);
            let a = a.wrapping_add(word(0)).wrapping_add(b);
            (a, b.wrapping_add(word(4)).wrapping_add(a))
        })
    };
    let put = |place: &mut [u8], (a, b): (u32, u32)| {
        place[..4].copy_from_slice(&a.to_be_bytes());
        place[4..8].copy_from_slice(&b.to_be_bytes());
    };
    let Some((head, frames)) = wal.split_at_mut_checked(32) else { return };
    let mut sums = sum(&head[..24], (0, 0));
    put(&mut head[24..], sums);
    for frame in frames.chunks_exact_mut(24 + page) {
        frame[8..16].copy_from_slice(&head[16..24]);
        sums = sum(&frame[24..], sum(&frame[..8], sums));
        put(&mut frame[16..], sums);
    }
}

/// Reads what may be damaged; it must end, and do no more work than its size allows.
fn survives(files: &Files) -> Result<Report> {
    let mut database = files.database(Bytes::default());
    let sources = [files.wal.as_deref().unwrap_or_default(), &files.main];
    let mut wants = 0;
    while let Some(want) = database.want()? {
        wants += 1;
        assert!(wants <= files.size() / 512 + 8, "too many requests");
        assert!(want.range.start < want.range.end);
        database.push(&sources[want.file][want.range.start as usize..want.range.end as usize])?;
    }
    let (Bytes(bytes), report) = database.finish();
    // A page counts once as one of rows and once as part of a long row.
    assert!(bytes <= 2 * files.size(), "more bytes came out than went in");
    assert!((report.rows + report.left_out) as usize <= files.size(), "more rows than fit");
    Ok(report)
}

#[test]
fn damaged_databases_end_in_rows_or_an_error() {
    let bases = [
        ("deep", 512),
        ("overflow", 4096),
        ("auto_vacuum", 512),
        ("reserved", 1024),
        ("two_tables", 4096),
        ("real_all_types", 4096),
        ("odd_columns", 4096),
    ];
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    let (mut sound, mut problems, mut errors) = (0, 0, 0);
    for (name, page) in bases {
        let base = Files::of_case(name);
        for _ in 0..600 {
            let mut files = base.clone();
            for _ in 0..=random.below(3) {
                damage(&mut files.main, page, &mut random);
            }
            match survives(&files) {
                Ok(report) if report.problems.is_empty() => sound += 1,
                Ok(_) => problems += 1,
                Err(_) => errors += 1,
            }
        }
    }
    assert!(sound > 100 && problems > 1000 && errors > 100, "{sound} sound, {problems} with problems, {errors} errors");
}

#[test]
fn damaged_logs_end_in_rows_or_an_error() {
    let mut random = Xorshift(0xd1b5_4a32_d192_ed03);
    let (mut problems, mut errors) = (0, 0);
    for (name, page) in [("wal_checkpoints", 1024), ("wal_uncommitted", 1024), ("real_running", 4096)] {
        let base = Files::of_case(name);
        for round in 0..600 {
            let mut files = base.clone();
            let wal = files.wal.as_mut().unwrap();
            damage(wal, 24 + page, &mut random);
            if round % 4 > 0 {
                seal(wal, page);
            }
            match survives(&files) {
                Ok(report) => problems += usize::from(!report.problems.is_empty()),
                Err(_) => errors += 1,
            }
        }
    }
    assert!(problems > 300 && errors > 50, "{problems} with problems, {errors} errors");
}
