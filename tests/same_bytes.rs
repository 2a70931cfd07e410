//! Same input, recipe and key, same bytes: each kind of result with one thread and with many, and however the input is
//! cut. `tests/wasm/engine.test.mjs` and the browser tests compare the module with the command line.

mod common;

use common::dump::{Row, dump};
use common::{open, part};
use std::collections::BTreeSet;
use std::path::Path;
use windrow::error::{Error, Result};
use windrow::export::{Export, threads};
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare};
use windrow::recipe::{Filetype, Recipe};
use windrow::source::Want;

type Files = Vec<(String, Vec<u8>)>;

const DUMP: &str = "tests/cases/uproot/real_chat/gzip/uproot.msgpack.gz";
const EXPORT: &str = "tests/cases/psynet/kitchen_sink/database.zip";

/// Each kind of result: what it is called, of which input, with which recipe.
fn kinds() -> Vec<(&'static str, &'static str, Recipe)> {
    let usual = || Recipe { gvars: vec!["app".to_owned()], ..Recipe::default() };
    let prepared = |level| Recipe { protect: Some(Preset::of(level)), ..usual() };
    vec![
        ("uproot", DUMP, usual()),
        ("uproot, JSONL without filters", DUMP, Recipe { filetype: Filetype::Jsonl, filters: false, ..usual() }),
        ("uproot, for spreadsheets", DUMP, Recipe { filetype: Filetype::Spreadsheet, ..usual() }),
        ("uproot, with the database", DUMP, Recipe { database: true, ..usual() }),
        ("uproot, prepared for sharing", DUMP, prepared(Level::Share)),
        ("uproot, prepared, with the database", DUMP, Recipe { database: true, ..prepared(Level::Pseudonymize) }),
        ("PsyNet", EXPORT, usual()),
        ("PsyNet, for spreadsheets", EXPORT, Recipe { filetype: Filetype::Spreadsheet, ..usual() }),
        ("PsyNet, prepared for sharing", EXPORT, prepared(Level::Share)),
    ]
}

/// The ZIP by so many threads, all input being pushed in pieces of `step` bytes.
fn made(files: &Files, recipe: &Recipe, step: usize, number: usize) -> Result<Vec<u8>> {
    let mut study = open(files, step)?;
    let mut recipe = recipe.clone();
    if recipe.protect.is_some() {
        let given = Given { key: [7; 32], project: false, approved: Set::new() };
        let mut work = prepare(&study, &recipe, &given, Limits::default())?;
        while let Some(want) = work.want()? {
            part(files, &want).chunks(step).try_for_each(|piece| work.push(piece))?;
        }
        let protected = work.finish()?;
        (study, recipe) = (protected.study, protected.recipe);
    }
    let mut zip = Vec::new();
    let read = |export: &mut Export, want: &Want| -> Result<()> {
        part(files, want).chunks(step).try_for_each(|piece| export.push(piece))
    };
    let write = |bytes: &[u8], _: f64| {
        zip.extend_from_slice(bytes);
        Ok::<(), Error>(())
    };
    threads::run(&mut Export::new(&study, &recipe)?, number, read, write)?;
    Ok(zip)
}

#[test]
fn threads_and_cuts_do_not_show() {
    let mut all = BTreeSet::new();
    for (kind, path, recipe) in kinds() {
        let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let name = path.rsplit('/').next().unwrap().to_owned();
        let files = vec![(name, bytes)];
        let whole = made(&files, &recipe, usize::MAX >> 1, 1).unwrap();
        for (step, number) in [(usize::MAX >> 1, 2), (usize::MAX >> 1, 5), (1, 1), (7, 3), (4096, 2), (65_536, 1)] {
            let again = made(&files, &recipe, step, number).unwrap();
            assert!(again == whole, "{kind}: {number} threads, pieces of {step}");
        }
        assert!(all.insert(common::sha256(&whole)), "{kind} is no kind of its own");
    }
}

/// A session of one player whose rows take as many bytes as `width` says of each.
fn rows_of(count: u64, width: impl Fn(u64) -> usize) -> Files {
    let row = |n| Row::new(n, "player/s/ann", "trace", 2, &format!("\"{}{n}\"", "x".repeat(width(n))));
    vec![("dump.msgpack".to_owned(), dump(&(1..=count).map(row).collect::<Vec<_>>()))]
}

/// The bytes of each stretch of a table, and its rows.
fn stretches(files: &Files, table: &str) -> Vec<(u64, u64)> {
    let study = open(files, usize::MAX).unwrap();
    let recipe = Recipe::default();
    let mut export = Export::new(&study, &recipe).unwrap();
    let mut found = Vec::new();
    while let Some(stretch) = export.stretch(u64::MAX).unwrap() {
        if stretch.path.contains(table) {
            let packed = stretch.pack(export.level(), drop).unwrap();
            found.push((packed.raw, stretch.rows.end - stretch.rows.start));
        }
    }
    found
}

/// About this many bytes are meant to be in a stretch.
const STRETCH: u64 = 6 << 20;

#[test]
fn wide_rows_make_short_stretches() {
    let wide = stretches(&rows_of(90, |_| 400_000), "ultralong");
    assert!(wide.len() > 4 && wide.iter().all(|(bytes, _)| *bytes < 2 * STRETCH), "{wide:?}");
    let huge = stretches(&rows_of(4, |_| 7 << 20), "ultralong");
    assert!(huge.iter().all(|(_, rows)| *rows == 1), "{huge:?}");
}

#[test]
fn a_few_wide_rows_change_little() {
    // They come at equal distances, as pages of an experiment do.
    let rare = stretches(&rows_of(20_000, |n| if n % 25 == 10 { 50_000 } else { 20 }), "ultralong");
    assert!(rare.iter().all(|(bytes, _)| *bytes < 4 * STRETCH), "{rare:?}");
    // The first that are looked at are not those that count.
    let first = stretches(&rows_of(20_000, |n| if n < 4 { 7 << 20 } else { 20 }), "ultralong");
    assert!(first.len() < 20, "{first:?}");
}

#[test]
fn rows_of_any_width_are_the_same_by_many_threads() {
    for files in [rows_of(40, |n| 1 << (n % 21)), rows_of(9, |_| 4 << 20), rows_of(3000, |n| n as usize)] {
        for filetype in [Filetype::Csv, Filetype::Jsonl] {
            let recipe = Recipe { filetype, ..Recipe::default() };
            let alone = made(&files, &recipe, usize::MAX, 1).unwrap();
            assert!(made(&files, &recipe, usize::MAX, 4).unwrap() == alone);
        }
    }
}

/// Without the same key nothing is the same: the comparisons above compare something.
#[test]
fn another_key_shows() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(DUMP)).unwrap();
    let study = open(&[("uproot.msgpack.gz".to_owned(), bytes)], usize::MAX).unwrap();
    let recipe = Recipe { protect: Some(Preset::of(Level::Share)), ..Recipe::default() };
    let zip = |key: u8| {
        let given = Given { key: [key; 32], project: false, approved: Set::new() };
        let protected = prepare(&study, &recipe, &given, Limits::default()).unwrap().finish().unwrap();
        common::export(&protected.study, &protected.recipe).unwrap()
    };
    assert!(zip(1) == zip(1) && zip(1) != zip(2));
}
