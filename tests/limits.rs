//! Every limit of `src/limits.rs` is reached, by every reader that it holds for, and gives the error it documents.

mod common;

use common::dump::{Row, dump};
use std::io::Write;
use windrow::error::{Code, Error, Result};
use windrow::export::contents::Contents;
use windrow::limits::Limits;
use windrow::preview::{self, Viewer};
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::source::{FileInfo, feed};
use windrow::study::{Opening, Study};
use zip::write::SimpleFileOptions;

const TABLE: &str = "!time,!seq,!storage,!field,!context,!unavailable,!data\n";

fn open(name: &str, bytes: &[u8], limits: Limits) -> Result<Study> {
    let info = FileInfo { path: name.to_owned(), size: bytes.len() as u64 };
    let mut opening = Opening::new(vec![info], limits)?;
    feed(&mut opening, &[bytes], 5000)?;
    opening.finish()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in members {
        writer.start_file(*path, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The directory says that the first member has as many packed bytes as the whole file.
fn lying(mut zip: Vec<u8>) -> Vec<u8> {
    let directory = zip.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let all = (directory as u32 - 100).to_le_bytes();
    zip[directory + 20..directory + 24].copy_from_slice(&all);
    zip
}

fn participants(rows: usize) -> Vec<u8> {
    let mut table = b"id\n".to_vec();
    (1..=rows).for_each(|id| writeln!(table, "{id}").unwrap());
    table
}

#[test]
fn every_limit_has_its_error() {
    let usual = Limits::default();
    let small = Limits { record: 4096, depth: 16, columns: 50, inflated: 1 << 20, members: 2, ..usual };
    let rows = |n: u64| (1..=n).map(|i| Row::new(i, "player/s/u", "x", 0, &i.to_string())).collect::<Vec<_>>();
    let long = "x".repeat(10_000);
    let line = format!(r#"{{"!storage":"player/s/p","!field":"f","!data":"{long}"#);
    let cells = |n: usize| format!("{TABLE}{}", ",".repeat(n)).into_bytes();
    let table = format!("{TABLE}{}", "1.5,1,player/s/p,f,a:1,FALSE,1\n".repeat(50_000)).into_bytes();
    let zeros = vec![b'0'; 70 << 20];
    let noise: Vec<u8> = (0..60_000_u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let bomb = lying(zipped(&[("data/participant.csv", &zeros), ("noise.bin", &noise)]));
    let three = zipped(&[("s/ultralong/a.csv", b""), ("s/ultralong/b.csv", b""), ("s/ultralong/c.csv", b"")]);
    let psynet =
        zipped(&[("data/participant.csv", b"id\n1\n"), ("data/info.csv", b"id\n1\n"), ("data/node.csv", b"id\n")]);
    let cases: Vec<(&str, &str, Vec<u8>, Limits, Code)> = vec![
        ("memory of a dump", "d", dump(&rows(60_000)), Limits { memory: 1 << 20, ..usual }, Code::OutOfMemory),
        (
            "memory of PsyNet's rows",
            "database.zip",
            zipped(&[("data/participant.csv", &participants(50_000))]),
            Limits { memory: 1 << 16, ..usual },
            Code::OutOfMemory,
        ),
        ("record of CSV", "x.csv", format!("{TABLE}\"{long}").into_bytes(), small, Code::TooLong),
        ("record of JSONL", "x.jsonl", line.clone().into_bytes(), small, Code::TooLong),
        ("record of JSON", "x.json", format!("[{line}").into_bytes(), small, Code::TooLong),
        ("columns of CSV", "x.csv", cells(100), small, Code::TooManyColumns),
        ("inflated, in gzip", "d", gzip(&dump(&rows(60_000))), small, Code::InflatesTooFar),
        ("inflated, exported ZIP", "x.zip", zipped(&[("s/ultralong/x.csv", &table)]), small, Code::InflatesTooFar),
        (
            "ratio, in gzip",
            "d",
            gzip(&dump(&vec![Row::new(1, "player/s/u", "x", 2, &format!("\"{}\"", "0".repeat(3 << 20))); 30])),
            usual,
            Code::InflatesTooFar,
        ),
        (
            "ratio, PsyNet, whatever the directory says",
            "database.zip",
            bomb,
            Limits { record: 1 << 28, ..usual },
            Code::InflatesTooFar,
        ),
        ("members of an exported ZIP", "x.zip", three, small, Code::TooManyMembers),
        ("members of a PsyNet export", "database.zip", psynet, small, Code::TooManyMembers),
    ];
    for (what, name, bytes, limits, code) in cases {
        match open(name, &bytes, limits) {
            Ok(study) => panic!("{what}: it opened, {:?}", study.problems),
            Err(error) => assert_eq!(error.code(), code, "{what}: {error}"),
        }
    }
}

/// What is too long or too deep for a dump is reported, and what can be read is kept.
#[test]
fn a_dump_keeps_what_is_within_the_limits() {
    let one = Row::new(1, "player/s/u", "x", 0, "1");
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for (row, limits, code, kept) in [
        (
            Row::new(2, "player/s/u", "y", 2, &format!("\"{}\"", "x".repeat(10_000))),
            Limits { record: 4096, ..Limits::default() },
            Code::Damaged,
            1,
        ),
        (Row::new(2, "player/s/u", "y", 128, &deep), Limits { depth: 16, ..Limits::default() }, Code::TooDeep, 2),
    ] {
        let study = open("d", &dump(&[one.clone(), row.clone()]), limits).unwrap();
        assert_eq!(study.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [code]);
        assert_eq!(common::log(&study).sessions[0].changes, kept);
        let study = open("d", &dump(&[one.clone(), row]), Limits::default()).unwrap();
        assert_eq!(study.problems.iter().count(), 0, "the usual limits are wider");
    }
}

/// PsyNet's values that are too deep are taken for text; brackets in texts are no depth.
#[test]
fn a_value_of_psynet_that_is_too_deep_is_reported() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let told = |cells: &[String]| {
        let mut table = "id,vars,own,failed_reason\n".to_owned();
        cells.iter().enumerate().for_each(|(id, cell)| table += &format!("{id},{cell},{cell},{cell}\n"));
        let zip = zipped(&[("data/participant.csv", table.as_bytes())]);
        let study = open("database.zip", &zip, Limits::default()).unwrap();
        let found = study.problems.iter().filter(|problem| problem.code == Code::TooDeep);
        found.map(|problem| (problem.place.field.clone().unwrap(), problem.count)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[nested(Limits::DEPTH), format!("\"[\"\"{}\"\"]\"", "[".repeat(300))]), []);
    let deep = nested(Limits::DEPTH + 1);
    assert_eq!(told(&[deep.clone(), "[]".to_owned(), deep]), [("vars".to_owned(), 2), ("own".to_owned(), 2)]);
}

/// A study of one player with so many fields, each set once: a sparse table has a row and a column for each.
fn wide(fields: u64) -> Study {
    let row = |n| Row::new(n, "player/s/p", &format!("f{n}"), 0, "1");
    open("d", &dump(&(1..=fields).map(row).collect::<Vec<_>>()), Limits::default()).unwrap()
}

/// Nearly all cells of a sparse table may be empty, and in CSV each takes a byte.
#[test]
fn a_csv_table_has_a_limit_of_cells() {
    // With six columns of every change.
    let most = (1..).find(|n| n * (n + 6) > Limits::CELLS).unwrap() - 1;
    let columns = |study: &Study, recipe: &Recipe| -> Result<Vec<(String, usize)>> {
        let tables = preview::tables(study, recipe)?.into_iter();
        Ok(tables.map(|table| (table.path, table.columns.len())).collect())
    };
    let sparse = ("s/sparse/player.csv".to_owned(), most as usize + 6);
    assert!(columns(&wide(most), &Recipe::default()).unwrap().contains(&sparse), "up to the limit there is a table");

    let study = wide(most + 1);
    let told = |error: Error| (error.code(), error.problem().place.file.clone().unwrap_or_default());
    for filetype in [Filetype::Csv, Filetype::Spreadsheet] {
        let recipe = Recipe { filetype, ..Recipe::default() };
        let error = (Code::TooManyCells, "s/sparse/player.csv".to_owned());
        assert_eq!(columns(&study, &recipe).map_err(told), Err(error.clone()));
        let shown = Viewer::default().start(&study, &recipe, "s/sparse/player.csv", 0, 1);
        assert_eq!(shown.map(|_| ()).map_err(told), Err(error.clone()));
        assert_eq!(common::export(&study, &recipe).map(|_| ()).map_err(told), Err(error.clone()));
        let mut contents = Contents::new(&study, &recipe).unwrap();
        let found = std::iter::repeat_with(|| contents.next()).find_map(Result::err).unwrap();
        assert_eq!(told(found), error);
    }
    // What the error advises.
    let views = vec![ViewName::Ultralong, ViewName::Latest];
    for recipe in [Recipe { views, ..Recipe::default() }, Recipe { filetype: Filetype::Jsonl, ..Recipe::default() }] {
        columns(&study, &recipe).unwrap();
        common::export(&study, &recipe).unwrap();
    }
}
