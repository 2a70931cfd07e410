//! A dump in the ZIP is as good as the one that was read: Windrow makes the same tables of it, and uproot restores it.

mod common;

use common::{cases, export, folders, inputs, log, name, open, sha256, tables, unzip};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use windrow::error::Code;
use windrow::export::DATABASE;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, Protected, prepare};
use windrow::recipe::Recipe;
use windrow::study::Study;

fn recipe() -> Recipe {
    Recipe { database: true, gvars: vec!["app".to_owned()], ..Recipe::default() }
}

/// The dump in the ZIP.
fn dump(study: &Study, recipe: &Recipe) -> Vec<u8> {
    unzip(&export(study, recipe).unwrap()).remove(DATABASE).expect("the dump")
}

fn read(dump: Vec<u8>) -> Study {
    open(&[(DATABASE.to_owned(), dump)], 1 << 16).unwrap()
}

fn canary(level: Level) -> Protected {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/canary/uproot_canary.msgpack");
    let study = open(&[("backup.bin".to_owned(), std::fs::read(path).unwrap())], 1 << 16).unwrap();
    let recipe = Recipe { protect: Some(Preset::of(level)), ..recipe() };
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    prepare(&study, &recipe, &given, Limits::default()).unwrap().finish().unwrap()
}

/// The rows of a table without the numbers, which are new in a prepared dump, and so is the order.
fn contents(table: &[u8]) -> BTreeMap<Vec<(String, String)>, usize> {
    let mut reader = csv::Reader::from_reader(table);
    let header = reader.headers().unwrap().clone();
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let cells = header.iter().zip(&record).filter(|(name, _)| *name != "!seq");
        let mut row: Vec<(String, String)> = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        row.sort();
        *rows.entry(row).or_default() += 1;
    }
    rows
}

#[test]
fn the_dump_gives_the_same_tables() {
    let mut compared = 0;
    for case in cases("uproot") {
        for drop in folders(&case) {
            let study = open(&inputs(&drop), 1 << 16).unwrap();
            if log(&study).exported {
                assert_eq!(export(&study, &recipe()).unwrap_err().code(), Code::Unsupported);
                continue;
            }
            let again = read(dump(&study, &recipe()));
            for filters in [true, false] {
                let recipe = Recipe { filters, ..recipe() };
                let (first, second) = (tables(&study, &recipe).unwrap(), tables(&again, &recipe).unwrap());
                assert!(first == second, "{}/{}", name(&case), name(&drop));
                compared += first.len();
            }
        }
    }
    assert!(compared > 1000);
}

#[test]
fn a_prepared_dump_passes_the_check_and_gives_the_prepared_tables() {
    for level in [Level::Share, Level::Pseudonymize] {
        let Protected { study, recipe, searcher, own_columns } = canary(level);
        let zip = export(&study, &recipe).unwrap();
        assert_eq!(check(&mut Cursor::new(&zip), &searcher, &own_columns).unwrap().list, []);
        let again = read(unzip(&zip).remove(DATABASE).unwrap());
        let (first, second) = (tables(&study, &recipe).unwrap(), tables(&again, &recipe).unwrap());
        assert!(first.keys().eq(second.keys()));
        for path in first.keys().filter(|path| path.contains("/ultralong/") || path.contains("/latest/")) {
            assert!(contents(&first[path]) == contents(&second[path]), "{path}");
        }
    }
}

#[test]
fn times_in_a_dump_are_searched() {
    let Protected { study, recipe, searcher, own_columns } = canary(Level::Share);
    let mut files = unzip(&export(&study, &recipe).unwrap());
    let dump = files.get_mut(DATABASE).unwrap();
    // One moment of the study's days, as bits, instead of the first row's time.
    let at = dump.windows(11).position(|w| w == b"created_at\xcb").unwrap() + 11;
    dump[at..at + 8].copy_from_slice(&1_772_619_075.25_f64.to_be_bytes());
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(DATABASE, zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, dump).unwrap();
    let leaks = check(&mut Cursor::new(zip.finish().unwrap().into_inner()), &searcher, &own_columns).unwrap();
    assert_eq!(leaks.total, 1);
}

/// For those who develop: `UPROOT_PYTHON` names a Python that has uproot-science 0.10.1.
#[test]
fn uproot_restores_the_dump() {
    let Ok(python) = std::env::var("UPROOT_PYTHON") else {
        println!("not restored with uproot itself: UPROOT_PYTHON is not set");
        return;
    };
    let plain = |case: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/uproot").join(case);
        open(&inputs(&folders(&folder)[0]), 1 << 16).unwrap()
    };
    let prepared = [Level::Share, Level::Pseudonymize].map(canary).map(|p| (p.study, p.recipe));
    for (study, recipe) in [("real_chat"), ("real_uploads")].map(|c| (plain(c), recipe())).into_iter().chain(prepared) {
        let dump = dump(&study, &recipe);
        let path = std::env::temp_dir().join(format!("windrow-restore-{}.msgpack", std::process::id()));
        std::fs::write(&path, &dump).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/restore.py");
        let output = Command::new(&python).arg(script).arg(&path).output().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let theirs: BTreeMap<&str, &str> =
            lines.lines().filter_map(|l| l.split_once(' ')).map(|(sum, path)| (path, sum)).collect();
        let ours = tables(&read(dump), &Recipe { gvars: Vec::new(), ..recipe }).unwrap();
        assert!(!ours.is_empty());
        for (path, bytes) in &ours {
            assert_eq!(theirs.get(path.as_str()), Some(&sha256(bytes).as_str()), "{path}");
        }
    }
}
