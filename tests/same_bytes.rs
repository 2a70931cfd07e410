//! Same input, recipe and key, same bytes: each kind of result with one thread and with many, and however the input is
//! cut. `tests/wasm/engine.test.mjs` and the browser tests compare the module with the command line.

mod common;

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
