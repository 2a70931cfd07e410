//! PsyNet reads a prepared `database.zip` in again, and makes of it the tables that Windrow makes.
//!
//! For those who develop: `PSYNET_PYTHON` names a Python that has psynet 13.3.0, `DATABASE_URL` a PostgreSQL database that
//! is emptied, and Redis listens on its usual port.

mod common;

use common::people::{Rows, raw, rows};
use common::{export, open, unzip};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare};
use windrow::recipe::Recipe;
use windrow::source::feed;

/// Cases whose classes are all PsyNet's own, and one that brings its experiment.
const CASES: [&str; 7] =
    ["async_codeblock", "consents", "demography", "error_handling", "kitchen_sink", "modules", "run_bot"];

/// A folder that is there for one test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The files of a prepared export.
fn prepared(database: &Path, level: Level) -> BTreeMap<String, Vec<u8>> {
    let files = [("database.zip".to_owned(), std::fs::read(database).unwrap())];
    let study = open(&files, 1 << 16).unwrap();
    let recipe = Recipe { protect: Some(Preset::of(level)), ..Recipe::default() };
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let mut work = prepare(&study, &recipe, &given, Limits::default()).unwrap();
    feed(work.as_mut(), &[&files[0].1], 1 << 16).unwrap();
    let protected = work.finish().unwrap();
    unzip(&export(&protected.study, &protected.recipe).unwrap())
}

/// Whether two cells say the same; PostgreSQL spells JSON in its own way.
fn same(one: &str, other: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || json(one).is_some_and(|value| json(other) == Some(value))
}

/// Asserts that PsyNet's rows are ours in our columns, and without a value in all others. Answers how many cells were compared.
fn compare(what: &str, ours: &Rows, theirs: &Rows) -> usize {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let mut compared = 0;
    for (our, their) in ours.iter().zip(theirs) {
        for (column, cell) in their {
            let expected = our.get(column).map_or("", String::as_str);
            assert!(same(expected, cell), "{what}: {column} is {cell:?} instead of {expected:?}");
            compared += 1;
        }
        assert!(our.keys().all(|column| their.contains_key(column)), "{what}");
    }
    compared
}

#[test]
fn psynet_reads_prepared_databases() {
    let Some(python) = std::env::var_os("PSYNET_PYTHON") else {
        println!("not read with PsyNet itself: PSYNET_PYTHON is not set");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut compared = 0;
    for (case, level) in CASES.iter().flat_map(|case| [(case, Level::Share), (case, Level::Pseudonymize)]) {
        let folder = root.join("cases/psynet").join(case);
        let place = Folder(std::env::temp_dir().join(format!("windrow-ingest-{}-{case}", std::process::id())));
        std::fs::create_dir_all(place.0.join("source")).unwrap();
        let source = std::fs::read(folder.join("source_code.zip")).map(|zip| {
            for (path, bytes) in unzip(&zip).into_iter().filter(|(path, _)| !path.ends_with('/')) {
                let path = place.0.join("source").join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            place.0.join("source")
        });
        let files = prepared(&folder.join("database.zip"), level);
        let database = place.0.join("database.zip");
        std::fs::write(&database, &files["regular/database.zip"]).unwrap();
        let out = place.0.join("out");
        std::fs::create_dir(&out).unwrap();
        let own_experiment = source.is_ok();
        let output = Command::new(&python)
            .arg(root.join("ingest.py"))
            .arg(source.unwrap_or_else(|_| "none".into()))
            .args([&database, &out])
            .output()
            .unwrap();
        assert!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stderr));

        // What PostgreSQL holds is what the prepared database says.
        let ours = raw(&unzip(&files["regular/database.zip"]), "data/");
        let theirs = raw(&unzip(&std::fs::read(out.join("database.zip")).unwrap()), "data/");
        for (table, mut ours) in ours {
            let mut theirs = theirs[&table].clone();
            let id = |row: &BTreeMap<String, String>| row.get("id").and_then(|id| id.parse::<i64>().ok());
            ours.sort_by_key(|row| (id(row), row.clone()));
            theirs.sort_by_key(|row| (id(row), row.clone()));
            compared += compare(&format!("{case}/{table}"), &ours, &theirs);
        }
        // The class tables, but where an experiment's code computes columns.
        for entry in std::fs::read_dir(out.join("data")).unwrap().map(|entry| entry.unwrap().path()) {
            let name = common::name(&entry);
            let ours = rows(&files[&format!("regular/data/{name}")]);
            if !own_experiment {
                compared += compare(&format!("{case}/{name}"), &ours, &rows(&std::fs::read(&entry).unwrap()));
            }
        }
    }
    assert!(compared > 20_000, "{compared}");
}
