//! Searches prepared ZIPs for every identifier that the rows of their input hold, with `leakscan.py`: it shares no code
//! with Windrow's own search, and asks for each value in the forms that anybody would think of.
//!
//! `WINDROW_FIXTURES=FOLDER cargo test --test protect_scan` takes every dump and database below a folder instead of
//! those of `tests/cases`. Without Python nothing is searched here.

mod common;

use common::{people, unzip};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use windrow::limits::Limits;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare, report};
use windrow::recipe::{Filetype, Recipe};
use windrow::source::feed;

type Files = Vec<(String, Vec<u8>)>;

/// What an input's own rows hold: identifiers, and the first and last day (`2026-03-04`) of the study.
struct Held {
    identifiers: BTreeSet<String>,
    days: Option<(String, String)>,
}

/// A folder that is there for one test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The inputs of a system by the names of their files: those of the cases, or all below the folder that the environment names.
fn inputs(system: &str, names: &[&str]) -> Vec<(String, Files)> {
    let fixtures = std::env::var_os("WINDROW_FIXTURES").map(|folder| Path::new(&folder).join(system));
    let mut found = Vec::new();
    let mut open =
        vec![fixtures.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(system))];
    while let Some(folder) = open.pop() {
        open.extend(common::folders(&folder));
        for name in names {
            let path = folder.join(name);
            if let Ok(bytes) = std::fs::read(&path) {
                found.push((path.display().to_string(), vec![((*name).to_owned(), bytes)]));
            }
        }
    }
    assert!(!found.is_empty(), "no {names:?} of {system}");
    found.sort();
    found
}

/// Prepares an input and searches the ZIP with Python. Returns how many values were searched; none without Python.
fn search(name: &str, files: &Files, recipe: &Recipe, held: &Held) -> usize {
    let study = common::open(files, 1 << 16).unwrap();
    let given = Given { key: [9; 32], project: false, approved: BTreeSet::new() };
    let mut preparing = prepare(&study, recipe, &given, Limits::default()).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(preparing.as_mut(), &bytes, 1 << 16).unwrap();
    let protected = preparing.finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    // Windrow's own search lets it pass, else nobody would get it.
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{name}: {:?}", leaks.list);
    assert!(!unzip(&zip).is_empty());

    let place = Folder(std::env::temp_dir().join(format!("windrow-protect-scan-{}", std::process::id())));
    std::fs::create_dir_all(&place.0).unwrap();
    // Where times stay, no time is looked for.
    let days = held.days.clone().unwrap_or_else(|| ("1900-01-01".to_owned(), "1900-01-01".to_owned()));
    let identifiers: Vec<_> =
        held.identifiers.iter().map(|value| json!({ "kind": "identifier", "value": value })).collect();
    let window = [format!("{}T00:00:00Z", days.0), format!("{}T23:59:59Z", days.1)];
    let wanted = json!({ "calendar_window_utc": window, "identifiers": identifiers });
    let (list, result) = (place.0.join("identifiers.json"), place.0.join("result.zip"));
    std::fs::write(&list, wanted.to_string()).unwrap();
    std::fs::write(&result, &zip).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/canary/leakscan.py");
    let Ok(found) = Command::new("python3").args([script, list, result]).output() else { return 0 };
    let said = String::from_utf8_lossy(&found.stdout);
    assert!(found.status.success(), "{name}, {:?}:\n{said}{}", recipe.protect, String::from_utf8_lossy(&found.stderr));
    assert!(said.ends_with("0 hits\n"), "{name}: {said}");
    held.identifiers.len()
}

/// What an uproot log holds: names, labels, credentials, UUIDs, and addresses in any text.
fn of_log(files: &Files, level: Level) -> Held {
    let study = common::open(files, 1 << 16).unwrap();
    let log = common::log(&study);
    let mut found: BTreeSet<String> = BTreeSet::new();
    for storage in (0..log.storages.len() as u32).map(|id| log.storages.get(id)) {
        found.extend(storage.split('/').skip(1).map(str::to_owned));
    }
    for span in &log.spans {
        let credential = ["label", "_uproot_key", "_uproot_secret"].contains(&log.fields.get(span.field));
        for change in log.changes(span) {
            let text = log.values.get(log.value(*change)).1;
            if credential {
                found.insert(text.trim_matches('"').to_owned());
            }
            // Where texts stay, what people wrote in them does, too.
            if level == Level::Share {
                found.extend(people::addresses(text));
            }
        }
    }
    let fields: BTreeSet<&str> = (0..log.fields.len() as u32).map(|id| log.fields.get(id)).collect();
    // Names of apps and pages are no identifiers, and some sessions are called by words of the reports' own sentences.
    let contexts: String = (0..log.contexts.len() as u32).map(|id| log.contexts.get(id)).collect();
    let prose = report::words();
    let plain = |g: &str| fields.contains(g) || contexts.contains(g) || prose.contains(&g.to_lowercase());
    found.retain(|g| g.chars().count() >= 5 && g != "false" && g != "types" && g.parse::<f64>().is_err() && !plain(g));
    let first = log.sessions.iter().map(|s| s.first).fold(f64::INFINITY, f64::min);
    let last = log.sessions.iter().map(|s| s.last).fold(0.0, f64::max);
    let day = |seconds: f64| windrow::protect::time::date((seconds * 1e6) as i64);
    let timed = level == Level::Share && first > 1e9 && first.is_finite();
    Held { identifiers: found, days: timed.then(|| (day(first), day(last))) }
}

#[test]
fn no_dump_leaves_an_identifier_in_any_form() {
    let mut searched = 0;
    for (path, files) in inputs("uproot", &["backup.bin", "dump.msgpack", "uproot.msgpack.gz"]) {
        for level in [Level::Share, Level::Pseudonymize] {
            for filetype in [Filetype::Csv, Filetype::Jsonl] {
                let protect = Some(Preset::of(level));
                let recipe = Recipe { protect, filters: false, database: true, filetype, ..Recipe::default() };
                searched += search(&path, &files, &recipe, &of_log(&files, level));
            }
        }
    }
    assert!(searched == 0 || searched > 500, "{searched}");
}

#[test]
fn no_database_leaves_an_identifier_in_any_form() {
    let mut searched = 0;
    for (path, files) in inputs("psynet", &["database.zip"]) {
        let tables = people::raw(&unzip(&files[0].1), "data/");
        let mut identifiers = people::identifiers(&tables);
        let prose = report::words();
        identifiers.retain(|value| !prose.contains(&value.to_lowercase()));
        let days = people::days(&tables);
        for level in [Level::Share, Level::Pseudonymize] {
            let held = Held { identifiers: identifiers.clone(), days: days.clone().filter(|_| level == Level::Share) };
            let recipe = Recipe { protect: Some(Preset::of(level)), ..Recipe::default() };
            searched += search(&path, &files, &recipe, &held);
        }
    }
    assert!(searched == 0 || searched > 1000, "{searched}");
}
