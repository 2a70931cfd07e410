//! Everything that can be wrong with an input: what is kept, and which problem is reported where, how often.
//!
//! A folder of `tests/cases/malformed` is one drop; `expected.txt` beside the files says what comes of it.

mod common;

use common::dump::{Row, dump};
use common::{cases, inputs, name, open, tables};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use windrow::error::{Code, Problem, Result};
use windrow::limits::Limits;
use windrow::preview;
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::source::{FileInfo, feed};
use windrow::study::{Opening, Study};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for case in cases("malformed") {
        trials.push(Trial::test(name(&case), move || check(&case)));
    }
    let tests: [(&str, fn()); 12] = [
        ("cut_at_every_byte", cut_at_every_byte),
        ("packed_and_cut_at_every_byte", packed_and_cut_at_every_byte),
        ("packed_and_damaged_behind_a_long_row", packed_and_damaged_behind_a_long_row),
        ("every_byte_changed", every_byte_changed),
        ("declared_lengths_are_not_believed", declared_lengths_are_not_believed),
        ("a_bomb_is_left_packed", a_bomb_is_left_packed),
        ("memory_has_a_budget", memory_has_a_budget),
        ("large_values_count_at_once", large_values_count_at_once),
        ("problems_are_counted_beyond_the_most_that_are_listed", problems_beyond_the_most),
        ("a_row_of_many_pieces_is_read_in_time", a_row_of_many_pieces),
        ("players_listed_often_take_no_memory", players_listed_often),
        ("rows_that_all_belong_elsewhere", rows_that_all_belong_elsewhere),
    ];
    trials.extend(tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(case: &Path) -> std::result::Result<(), Failed> {
    let files: Vec<_> = inputs(case).into_iter().filter(|(name, _)| name != "expected.txt").collect();
    let told = told(&open(&files, usize::MAX));
    for step in [1, 5] {
        let again = self::told(&open(&files, step));
        if again != told {
            return Err(format!("in pieces of {step}:\n{again}\nwhole:\n{told}").into());
        }
    }
    let path = case.join("expected.txt");
    if std::env::var_os("WINDROW_BLESS").is_some() {
        std::fs::write(&path, &told)?;
    }
    let expected = std::fs::read_to_string(&path)?;
    if told == expected { Ok(()) } else { Err(format!("found:\n{told}\nexpected:\n{expected}").into()) }
}

/// What came of an input, for a person to read.
fn told(study: &Result<Study>) -> String {
    let mut out = String::new();
    match study {
        Err(error) => writeln!(out, "error {}", line(error.problem())).unwrap(),
        Ok(study) => {
            study.problems.iter().for_each(|problem| writeln!(out, "problem {}", line(problem)).unwrap());
            for session in &common::log(study).sessions {
                writeln!(out, "session {:?}: {} changes", session.name, session.changes).unwrap();
            }
            let views = vec![ViewName::Ultralong];
            let recipe = Recipe { filters: false, filetype: Filetype::Jsonl, views, ..Recipe::default() };
            for (path, text) in tables(study, &recipe).unwrap() {
                write!(out, "{path}\n{}", String::from_utf8(text).unwrap()).unwrap();
            }
        }
    }
    out
}

fn line(problem: &Problem) -> String {
    format!("{} x{} ({}) {}", problem.code.as_str(), problem.count, problem.place, problem.detail)
}

fn some_rows() -> Vec<Row> {
    vec![
        Row::new(3, "session/s", "_uproot_players", 128, "[]"),
        Row::new(4, "player/s/u", "x", 2, &format!("\"{}\"", "long".repeat(80))),
        Row { value: None, ..Row::new(70_000, "player/s/größe", "x", 0, "") },
        Row::new(70_001, "player/s/u", "y", 1, "1.5"),
    ]
}

fn of_dump(bytes: &[u8]) -> Result<Study> {
    open(&[("dump".to_owned(), bytes.to_vec())], usize::MAX)
}

/// Code, byte, record and count of the only problem; `None` when there is none.
fn only(study: &Study) -> Option<(Code, Option<u64>, Option<u64>, u64)> {
    let problems: Vec<&Problem> = study.problems.iter().collect();
    assert!(problems.len() <= 1, "{problems:?}");
    problems.first().map(|p| (p.code, p.place.byte, p.place.record, p.count))
}

fn cut_at_every_byte() {
    let rows = some_rows();
    let whole = dump(&rows);
    let ends: Vec<usize> = rows
        .iter()
        .scan(0, |at, row| {
            *at += row.bytes().len();
            Some(*at)
        })
        .collect();
    for cut in 1..=whole.len() {
        let complete = ends.iter().filter(|end| **end <= cut).count();
        let offset = ends[..complete].last().copied().unwrap_or(0);
        let expected = (offset < cut).then_some((Code::Truncated, Some(offset as u64), Some(complete as u64 + 1), 1));
        match of_dump(&whole[..cut]) {
            Ok(study) => {
                assert_eq!((common::log(&study).order.len(), only(&study)), (complete, expected), "cut at {cut}");
            }
            Err(error) => {
                assert_eq!(complete, 0, "cut at {cut}: {error}");
                // What cannot be told from any other file has no first key yet.
                let expected = if cut < 5 { Code::UnknownFormat } else { Code::Truncated };
                assert_eq!(error.code(), expected, "cut at {cut}");
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn packed_and_cut_at_every_byte() {
    let packed = gzip(&dump(&some_rows()));
    let mut before = 0;
    for cut in 1..packed.len() {
        match of_dump(&packed[..cut]) {
            Ok(study) => {
                assert!(common::log(&study).order.len() >= before, "more bytes never give fewer changes");
                before = common::log(&study).order.len();
                assert_eq!(only(&study), Some((Code::Truncated, Some(cut as u64), None, 1)), "cut at {cut}");
                let detail = &study.problems.iter().next().unwrap().detail;
                assert!(detail.contains(&format!(" {before} complete changes")), "{detail}");
            }
            Err(error) => {
                assert!([Code::UnknownFormat, Code::Unsupported, Code::Truncated].contains(&error.code()), "{error}")
            }
        }
    }
    assert_eq!(before, some_rows().len(), "all changes are there before the checksum is");
    assert_eq!(only(&of_dump(&packed).unwrap()), None);
}

/// A row that comes in many pieces is waited for; rows behind it must not be lost with the end of the packed data.
fn packed_and_damaged_behind_a_long_row() {
    let long = Row::new(1, "player/s/u", "recording", 2, &format!("\"{}\"", "long".repeat(60_000)));
    let rows: Vec<Row> =
        std::iter::once(long).chain((2..300).map(|seq| Row::new(seq, "player/s/u", "x", 1, "7"))).collect();
    let whole = gzip(&dump(&rows));
    let mut wrong = whole.clone();
    let sum = wrong.len() - 8;
    wrong[sum] ^= 1;
    for (packed, code) in [(&whole[..sum], Code::Truncated), (&wrong[..], Code::Damaged)] {
        for chunk in [1 << 10, usize::MAX] {
            let study = open(&[("dump".to_owned(), packed.to_vec())], chunk).unwrap();
            assert_eq!(common::log(&study).order.len(), rows.len());
            assert_eq!(only(&study).map(|found| found.0), Some(code));
            let detail = &study.problems.iter().next().unwrap().detail;
            assert!(detail.contains(&format!(" {} complete changes", rows.len())), "{detail}");
        }
    }
}

/// Whatever byte is wrong: rows before it are all kept.
fn every_byte_changed() {
    let rows = some_rows();
    let whole = dump(&rows);
    let mut start = 0;
    for (kept, row) in rows.iter().enumerate() {
        let end = start + row.bytes().len();
        for at in start.max(5)..end {
            for wrong in [whole[at] ^ 0x80, whole[at].wrapping_add(1), 0xc1] {
                let mut bytes = whole.clone();
                bytes[at] = wrong;
                match of_dump(&bytes) {
                    Ok(study) => assert!(common::log(&study).order.len() >= kept, "byte {at} as {wrong:#x}"),
                    Err(error) => assert_eq!(kept, 0, "byte {at} as {wrong:#x}: {error}"),
                }
            }
        }
        start = end;
    }
}

/// With a record limit of a kilobyte, a declared length of four gigabytes ends the reading at once.
fn declared_lengths_are_not_believed() {
    let limits = Limits { record: 1024, ..Limits::default() };
    let mut bytes = dump(&some_rows());
    let complete = bytes.len() as u64;
    bytes.extend(b"\x86\xa5value\xc6\xff\xff\xff\xff");
    bytes.extend([0; 5000]);
    let study = with(limits, &bytes).unwrap();
    assert_eq!(only(&study), Some((Code::Damaged, Some(complete), Some(5), 1)));
}

fn with(limits: Limits, bytes: &[u8]) -> Result<Study> {
    let info = FileInfo { path: "dump".to_owned(), size: bytes.len() as u64 };
    let mut opening = Opening::new(vec![info], limits)?;
    feed(&mut opening, &[bytes], 1000)?;
    opening.finish()
}

fn a_bomb_is_left_packed() {
    let row = Row::new(5, "player/s/u", "x", 2, &format!("\"{}\"", "0".repeat(3 << 20)));
    let bomb = gzip(&dump(&[some_rows(), vec![row; 30]].concat()));
    assert!(bomb.len() < 200_000);
    let error = with(Limits { inflated: 10 << 20, ..Limits::default() }, &bomb).unwrap_err();
    assert_eq!(error.code(), Code::InflatesTooFar);
    let error = with(Limits::default(), &bomb).unwrap_err();
    assert_eq!(error.code(), Code::InflatesTooFar, "more than 500 to 1 beyond 64 MiB");
    assert_eq!(error.problem().place.file.as_deref(), Some("dump"));
    assert!(with(Limits { ratio: 2000, ..Limits::default() }, &bomb).is_ok());
}

fn memory_has_a_budget() {
    let rows: Vec<Row> = (1..60_000).map(|i| Row::new(i, "player/s/u", "x", 0, &i.to_string())).collect();
    let error = with(Limits { memory: 1 << 20, ..Limits::default() }, &dump(&rows)).unwrap_err();
    assert_eq!(error.code(), Code::OutOfMemory);
}

/// A few large values must not fill the memory before they are counted: here the budget is 8 MiB, the file
/// 64 MiB, and reading must end after a sixth of it.
fn large_values_count_at_once() {
    let limits = Limits { memory: 8 << 20, ..Limits::default() };
    for place in ["value", "field", "storage", "context"] {
        let row = |i: u64| {
            let long = format!("{i}{}", "x".repeat(1 << 20));
            let mut row = Row::new(i, "player/s/u", "x", 2, "\"\"");
            match place {
                "value" => row.value = Some(format!("\x02\"{long}\"").into_bytes()),
                "field" => row.field = long,
                "storage" => row.namespace = format!("player/s/{long}"),
                _ => row.context = long,
            }
            row.bytes()
        };
        let info = FileInfo { path: "dump".to_owned(), size: 64 << 20 };
        let mut opening = Opening::new(vec![info], limits).unwrap();
        let mut stopped = None;
        for i in 1..60 {
            use windrow::source::Reader;
            let pushed = opening.want().and_then(|_| opening.push(&row(i)));
            // The head is asked for first, and what is pushed beyond it is pushed again.
            if let Err(error) = pushed {
                assert_eq!(error.code(), Code::OutOfMemory, "{place}");
                stopped = Some(i);
                break;
            }
        }
        assert!(stopped.is_some_and(|i| i < 14), "{place}: stopped at {stopped:?}");
    }
}

/// Fifteen hundred fields with bad values: the list is bounded, the count is not.
fn problems_beyond_the_most() {
    let rows: Vec<Row> = (1..=1500).map(|i| Row::new(i, "player/s/u", &format!("f{i}"), 2, "oops")).collect();
    let study = of_dump(&dump(&rows)).unwrap();
    assert!(study.problems.iter().count() <= 1100);
    assert_eq!(study.problems.iter().map(|p| p.count).sum::<u64>(), 1500);
}

/// A long row that arrives in many pieces is not scanned from its beginning for each: that would be
/// 2 × 10¹¹ steps here.
fn a_row_of_many_pieces() {
    let mut bytes = dump(&some_rows());
    let before = bytes.len();
    bytes.push(0x87);
    bytes.extend(b"\xa5extra\xdd");
    let items = 20_000_000u32;
    bytes.extend(items.to_be_bytes());
    bytes.extend(std::iter::repeat_n(1, items as usize));
    bytes.extend(&Row::new(80_000, "player/s/u", "x", 0, "1").bytes()[1..]);
    let study = with(Limits::default(), &bytes).unwrap();
    assert_eq!(only(&study), Some((Code::UnknownKeys, Some(before as u64), Some(5), 1)));
}

/// A short list that names one player again and again stands for four hundred million rows, which nobody holds.
fn players_listed_often() {
    let n = 20_000;
    let mut rows: Vec<Row> = (1..=n).map(|i| Row::new(i, "player/s/u", "show_page", 0, "1")).collect();
    let list = vec![r#"["s","u"]"#; n as usize].join(",");
    rows.push(Row::new(n + 1, "session/s", "_uproot_players", 128, &format!("[{list}]")));
    let study = of_dump(&dump(&rows)).unwrap();
    let recipe = Recipe { views: vec![ViewName::PageTimes], ..Recipe::default() };
    let tables = preview::tables(&study, &recipe).unwrap();
    assert_eq!(tables[0].rows, n * n);
    let last = preview::Viewer::default().start(&study, &recipe, &tables[0].path, n * n - 1, 5).unwrap().finish();
    assert_eq!(last.rows[0][1].as_deref(), Some("1760005000.0"));
}

/// Thousands of storages, each with a field that sends its row to a file of its own.
fn rows_that_all_belong_elsewhere() {
    let row = |i| Row::new(i, &format!("player/s/u{i}"), "!storage", 2, &format!("\"k{i}/s\""));
    let study = of_dump(&dump(&(1..=3000).map(row).collect::<Vec<_>>())).unwrap();
    let recipe = Recipe { views: vec![ViewName::Latest], ..Recipe::default() };
    let tables = preview::tables(&study, &recipe).unwrap();
    assert_eq!((tables.len(), tables.iter().map(|t| t.rows).max()), (3000, Some(1)));
}
