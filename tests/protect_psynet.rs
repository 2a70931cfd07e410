//! Protection of PsyNet data from the database to the finished ZIP: what must be gone, what must stay, what is refused.

mod common;
#[path = "protect_psynet/kept.rs"]
mod kept;
#[path = "protect_psynet/told.rs"]
mod told;

use common::people::{Rows, identifiers, raw, rows};
use common::{export, open, unzip};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use windrow::error::Code;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::class::Class;
use windrow::protect::preset::{Choice, Level, Preset, Texts};
use windrow::protect::{Given, Protected, look, prepare};
use windrow::recipe::Recipe;
use windrow::source::feed;

const KEY: [u8; 32] = [7; 32];

type Files = Vec<(String, Vec<u8>)>;

fn recipe(level: Level) -> Recipe {
    Recipe { protect: Some(Preset::of(level)), ..Recipe::default() }
}

fn prepared(files: &Files, level: Level, key: [u8; 32], step: usize) -> (Protected, Vec<u8>) {
    let study = open(files, 1 << 16).unwrap();
    let given = Given { key, project: false, approved: Set::new() };
    let mut preparing = prepare(&study, &recipe(level), &given, Limits::default()).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(preparing.as_mut(), &bytes, step).unwrap();
    let protected = preparing.finish().unwrap();
    // What is prepared is in memory: nothing of the original is read any more.
    let zip = export(&protected.study, &protected.recipe).unwrap();
    (protected, zip)
}

/// The ZIP at a level, which the leak check must let pass.
fn clean(files: &Files, level: Level, key: [u8; 32]) -> Vec<u8> {
    let (protected, zip) = prepared(files, level, key, 1 << 16);
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?} {:?}", files[0].0, leaks.list);
    zip
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/canary")
}

fn canary() -> Files {
    vec![("database.zip".to_owned(), std::fs::read(folder().join("psynet_canary.zip")).unwrap())]
}

fn cases() -> Vec<(String, Files)> {
    let cases: Vec<_> = common::cases("psynet")
        .iter()
        .map(|case| {
            let bytes = std::fs::read(case.join("database.zip")).unwrap();
            (common::name(case), vec![("database.zip".to_owned(), bytes)])
        })
        .collect();
    assert!(cases.len() >= 15, "cases are missing");
    cases
}

/// The files of a ZIP with those of the database in it: `regular/database.zip/data/info.csv`.
fn all(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = unzip(zip);
    let database = files.remove("regular/database.zip").expect("the database");
    files.extend(unzip(&database).into_iter().map(|(name, bytes)| (format!("regular/database.zip/{name}"), bytes)));
    files
}

/// A folder that is there for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(label: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("windrow-protect-psynet-{label}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Looks for what was planted in the canary, with the search that comes with it.
fn search(zip: &[u8], label: &str) {
    let place = Folder::new(label);
    let path = place.file("result.zip", zip);
    let search = std::process::Command::new("python3")
        .args([folder().join("leakscan.py"), folder().join("psynet_canary.json"), path])
        .output();
    // Without Python the other tests must do.
    if let Ok(search) = search {
        assert!(search.status.success(), "{}", String::from_utf8_lossy(&search.stdout));
        assert!(String::from_utf8_lossy(&search.stdout).ends_with("0 hits\n"));
    }
}

#[test]
fn an_independent_search_of_the_canary_finds_nothing() {
    search(&clean(&canary(), Level::Share, KEY), "canary");
}

/// The database with other participants: `new` makes each cell of its column and of a look at the others of its row.
fn with_participants(files: &Files, new: impl Fn(&str, &str, &dyn Fn(&str) -> String) -> String) -> Files {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in unzip(&files[0].1) {
        let mut bytes = bytes;
        if name == "data/participant.csv" {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let header = reader.headers().unwrap().clone();
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            writer.write_record(&header).unwrap();
            for row in reader.records() {
                let row = row.unwrap();
                let cell = |name: &str| row.get(header.iter().position(|h| h == name).unwrap()).unwrap().to_owned();
                writer.write_record(header.iter().zip(&row).map(|(name, old)| new(name, old, &cell))).unwrap();
            }
            bytes = writer.into_inner().unwrap();
        }
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    vec![("anonymous/database.zip".to_owned(), zip.finish().unwrap().into_inner())]
}

/// PsyNet's scrub: worker ids become row numbers and addresses go, in one table.
fn scrubbed(files: &Files) -> Files {
    with_participants(files, |name, old, cell| match name {
        "worker_id" => cell("id"),
        "unique_id" => format!("{}:{}", cell("id"), cell("assignment_id")),
        "client_ip_address" => String::new(),
        _ => old.to_owned(),
    })
}

#[test]
fn what_psynet_calls_anonymous_is_prepared_like_the_rest() {
    let zip = clean(&scrubbed(&canary()), Level::Share, KEY);
    search(&zip, "scrubbed");
    let people = rows(&all(&zip)["regular/data/Participant.csv"]);
    assert!(people.iter().all(|p| p["worker_id"].starts_with("w-") && p["unique_id"].contains(":t-")));
}

#[test]
fn the_same_key_gives_the_same_bytes_and_another_key_no_common_token() {
    let a = prepared(&canary(), Level::Share, KEY, 1 << 16).1;
    let b = prepared(&canary(), Level::Share, KEY, 777).1;
    assert!(a == b, "the same however the input is cut");
    let tokens = |zip: &[u8]| -> BTreeSet<String> {
        let text: String = all(zip).into_values().map(|b| String::from_utf8_lossy(&b).into_owned()).collect();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map(str::to_owned);
        words.filter(|w| w.len() == 14 && w.as_bytes()[1] == b'-').collect()
    };
    let other = clean(&canary(), Level::Share, [8; 32]);
    assert!(tokens(&a).len() >= 14, "{:?}", tokens(&a));
    assert!(tokens(&a).is_disjoint(&tokens(&other)));
    // Two exports with a project's key can be joined, also of different levels.
    let workers = |zip: &[u8]| -> BTreeSet<String> {
        rows(&all(zip)["regular/data/Participant.csv"]).iter().map(|p| p["worker_id"].clone()).collect()
    };
    assert_eq!(workers(&a), workers(&clean(&canary(), Level::Pseudonymize, KEY)));
}

#[test]
fn no_case_leaves_an_identifier_or_a_moment() {
    let mut searched = 0;
    for (case, files) in cases() {
        let gone = identifiers(&raw(&unzip(&files[0].1), "data/"));
        searched += gone.len();
        for level in [Level::Share, Level::Pseudonymize] {
            for (path, bytes) in all(&clean(&files, level, KEY)) {
                // JSON inside cells may spell letters in another way.
                let text = format!("{path}\n{}", String::from_utf8_lossy(&bytes)).replace("\\\"", "\"");
                let left = gone.iter().find(|value| text.contains(value.as_str()));
                assert_eq!(left, None, "{case}: it is left in {path}");
                if level == Level::Share {
                    for year in ["2026-", "2025-", "B+o"] {
                        assert!(!text.contains(year), "{case}: {year} is left in {path}");
                    }
                }
            }
        }
    }
    assert!(searched > 2000, "{searched}");
}

#[test]
fn what_is_left_in_the_database_is_found() {
    let (protected, _) = prepared(&canary(), Level::Share, KEY, 1 << 16);
    let zip_of = |files: &[(&str, &[u8])]| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let found = |text: &str| {
        let database = zip_of(&[("data/coin.csv", format!("id,comment\n1,{text}\n").as_bytes())]);
        let zip = zip_of(&[("regular/database.zip", &database)]);
        check(&mut Cursor::new(zip), &protected.searcher, &protected.own_columns).unwrap()
    };
    assert_eq!(found("nothing").total, 0);
    for planted in [
        "5b48ada628f676226e236a23",
        "ARO39LVI9XWDK0",
        "aro39lvi9xwdk0",
        "523e253ef3717ebcbebb9054dfe2249c168155e30f6c228bf7cb955537722bd4",
        "NWI0OGFkYTYyOGY2NzYyMjZlMjM2YTIz",
        "198.51.100.21",
        "kestrel.lab%40example.edu",
        "9aedc8c0",
        "56f051968cee13242aa2",
        "2026-03-04",
        "1772615000",
    ] {
        let leaks = found(planted);
        let leak = leaks.list.first().unwrap_or_else(|| panic!("{planted}"));
        assert_eq!((leak.file.as_str(), leak.row), ("regular/database.zip/data/coin.csv", Some(2)), "{planted}");
    }
    // An archive that cannot be searched is no reason to trust it.
    let zip = zip_of(&[("regular/database.zip", b"PK\x03\x04 and no more")]);
    assert!(check(&mut Cursor::new(zip), &protected.searcher, &protected.own_columns).is_err());
}

#[test]
fn files_beside_the_database_stay_at_home() {
    let mut files = canary();
    files[0].0 = "export/regular/database.zip".to_owned();
    for (path, bytes) in [
        ("export/regular/assets/x/participant_1.wav", &b"RIFF"[..]),
        ("export/regular/basic_data/people.csv", b"name\nOswin Ferrers\n"),
        ("export/logs.jsonl", b"{}"),
    ] {
        files.push((path.to_owned(), bytes.to_vec()));
    }
    let zip = unzip(&clean(&files, Level::Share, KEY));
    let beside: Vec<&String> = zip.keys().filter(|path| !path.starts_with("regular/data/")).collect();
    let expected = [
        "ANONYMIZATION.txt",
        "README.txt",
        "SHA256SUMS",
        "anonymization.json",
        "regular/database.zip",
        "regular/timeline.csv",
        "windrow.json",
    ];
    assert_eq!(beside, expected);
}

#[cfg(feature = "cli")]
#[test]
fn the_command_line_does_it_too() {
    let Some(windrow) = option_env!("CARGO_BIN_EXE_windrow") else { return };
    let place = Folder::new("cli");
    let input = place.file("database.zip", &canary()[0].1);
    let key = place.file("key.txt", format!("windrow-project-key/1\n{}\n", "07".repeat(32)).as_bytes());
    let output = place.0.join("out.zip");
    let run = std::process::Command::new(windrow)
        .arg("export")
        .arg(&input)
        .arg("-o")
        .arg(&output)
        .args(["--protect", "share", "--key"])
        .arg(&key)
        .output()
        .unwrap();
    // The canary lacks a table, which is a problem that is reported.
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let theirs = all(&std::fs::read(&output).unwrap());
    let ours = all(&clean(&canary(), Level::Share, KEY));
    // The reports differ in whether the key is a project's.
    for (path, bytes) in ours.iter().filter(|(path, _)| !path.contains("anonymization") && !path.contains("ANONY")) {
        assert!(path.as_str() == "SHA256SUMS" || &theirs[path] == bytes, "{path}");
    }
    assert!(String::from_utf8_lossy(&theirs["anonymization.json"]).contains("\"key\": \"project\""));
}
