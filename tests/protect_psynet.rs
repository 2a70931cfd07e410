//! Protection of PsyNet data from the database to the finished ZIP: what must be gone, what must stay, what is refused.

mod common;

use common::people::{Rows, identifiers, raw, rows};
use common::{export, open, unzip};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use windrow::error::Code;
use windrow::limits::Limits;
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
    let given = Given { key, project: false, approved: BTreeSet::new() };
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

/// PsyNet's scrub: worker ids become row numbers and addresses go, in one table.
fn scrubbed(files: &Files) -> Files {
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
                let new = header.iter().zip(&row).map(|(name, old)| match name {
                    "worker_id" => cell("id"),
                    "unique_id" => format!("{}:{}", cell("id"), cell("assignment_id")),
                    "client_ip_address" => String::new(),
                    _ => old.to_owned(),
                });
                writer.write_record(new).unwrap();
            }
            bytes = writer.into_inner().unwrap();
        }
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    vec![("anonymous/database.zip".to_owned(), zip.finish().unwrap().into_inner())]
}

#[test]
fn what_psynet_calls_anonymous_is_prepared_like_the_rest() {
    let zip = clean(&scrubbed(&canary()), Level::Share, KEY);
    search(&zip, "scrubbed");
    let people = rows(&all(&zip)["regular/data/Participant.csv"]);
    assert!(people.iter().all(|p| p["worker_id"].starts_with("w-") && p["unique_id"].contains(":t-")));
}

#[test]
fn what_the_canary_must_keep_is_kept() {
    let zip = clean(&canary(), Level::Share, KEY);
    let files = all(&zip);
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder().join("psynet_canary.json")).unwrap()).unwrap();
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let numbers = |file: &str, column: &str, of: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        let rows = rows(&files[file]);
        sorted(rows.iter().filter(|r| of(r)).filter_map(|r| r[column].parse().ok()).collect())
    };
    let must = |name: &str| {
        let values = expected["must_remain"][name].as_array().unwrap();
        sorted(values.iter().map(|v| v.as_f64().unwrap()).collect())
    };
    let is_answer = |r: &BTreeMap<String, String>| r["question"] == "tap_answer";
    assert_eq!(numbers("regular/data/Response.csv", "answer", &is_answer), must("answer_number"));
    for (file, column, name) in [
        ("regular/data/TapTrial.csv", "answer", "answer_number"),
        ("regular/data/TapTrial.csv", "score", "score"),
        ("regular/database.zip/data/info.csv", "answer", "answer_number"),
        ("regular/database.zip/data/info.csv", "score", "score"),
    ] {
        assert_eq!(numbers(file, column, &|_| true), must(name), "{file} {column}");
    }
    // Ages come in bands or not at all; rows of each question are as many as before.
    let answers = rows(&files["regular/data/Response.csv"]);
    let ages: Vec<&str> = answers.iter().filter(|r| r["question"] == "age").map(|r| r["answer"].as_str()).collect();
    assert_eq!(ages.len(), 5);
    assert!(ages.iter().all(|age| age.parse::<f64>().is_err()), "{ages:?}");
    assert!(answers.iter().filter(|r| r["question"] == "feedback").all(|r| r["answer"] == "[withheld]"));
    // Who did what is still known: each participant's rows are together under the new number.
    let trials = rows(&files["regular/data/TapTrial.csv"]);
    for answer in answers.iter().filter(|r| is_answer(r)) {
        let trial = trials.iter().find(|t| t["participant_id"] == answer["participant_id"]).unwrap();
        assert_eq!(trial["answer"], answer["answer"]);
        assert_eq!(trial["response_id"], answer["id"]);
        assert!(trial["definition"].contains(&format!("\"participant_id\": {}", trial["participant_id"])));
    }
    for dropped in ["request", "notification", "error", "recruitment", "process", "lucid_rid"] {
        let table = String::from_utf8_lossy(&files[&format!("regular/database.zip/data/{dropped}.csv")]).into_owned();
        assert_eq!(table.lines().count(), 1, "{dropped} has its header alone");
    }
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
fn the_database_in_the_zip_gives_the_tables_beside_it() {
    let mut tables = 0;
    for (case, files) in cases() {
        let zip = unzip(&clean(&files, Level::Share, KEY));
        let database = vec![("database.zip".to_owned(), zip["regular/database.zip"].clone())];
        let again = open(&database, 1 << 16).unwrap();
        let again = unzip(&common::export_of(&again, &database, &Recipe::default()).unwrap());
        for (path, bytes) in zip.iter().filter(|(path, _)| path.ends_with(".csv")) {
            tables += 1;
            let (ours, theirs) = (rows(bytes), rows(&again[path]));
            assert_eq!(ours.len(), theirs.len(), "{case} {path}");
            for (ours, theirs) in ours.iter().zip(&theirs) {
                // Columns that were removed are in the database, and empty.
                let kept = theirs.iter().filter(|(column, cell)| ours.contains_key(*column) || !cell.is_empty());
                assert!(kept.eq(ours), "{case} {path}");
            }
        }
        // Members and headers are those of the original.
        let (old, new) = (unzip(&files[0].1), unzip(&database[0].1));
        let header = |bytes: &Vec<u8>| bytes.split(|b| *b == b'\n').next().map(<[u8]>::to_vec);
        let headers = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Option<Vec<u8>>> {
            files.iter().filter(|(n, _)| n.ends_with(".csv")).map(|(n, b)| (n.clone(), header(b))).collect()
        };
        assert!(headers(&old) == headers(&new), "{case}");
        assert!(new.contains_key("experiment_id.md"));
    }
    assert!(tables > 120, "{tables}");
}

#[test]
fn rows_refer_to_the_same_rows_as_before() {
    let keys: [(&str, &str, &str); 8] = [
        ("info", "participant_id", "participant"),
        ("info", "node_id", "node"),
        ("info", "response_id", "response"),
        ("response", "participant_id", "participant"),
        ("node", "network_id", "network"),
        ("asset_trial", "trial_id", "info"),
        ("module_state", "participant_id", "participant"),
        ("vector", "origin_id", "node"),
    ];
    let mut followed = 0;
    for (case, files) in cases() {
        let old = raw(&unzip(&files[0].1), "data/");
        let new = raw(&all(&clean(&files, Level::Share, KEY)), "regular/database.zip/data/");
        // How many rows point to each row, and of what kind that is: the same picture under other numbers.
        let picture = |tables: &BTreeMap<String, Rows>, (table, column, to): (&str, &str, &str)| {
            let (Some(from), Some(to)) = (tables.get(table), tables.get(to)) else { return Vec::new() };
            let mut counts: Vec<(usize, String)> = to
                .iter()
                .map(|row| {
                    let pointing = from.iter().filter(|r| r.get(column) == Some(&row["id"])).count();
                    (pointing, row["type"].clone())
                })
                .collect();
            counts.sort();
            counts
        };
        for key in keys {
            let before = picture(&old, key);
            followed += before.iter().map(|(count, _)| count).sum::<usize>();
            assert_eq!(before, picture(&new, key), "{case} {key:?}");
        }
        // Numbers are new: 1, 2, … without gaps, and rows stand in their order.
        for table in ["participant", "response", "info"] {
            let ids: Vec<usize> = new[table].iter().map(|r| r["id"].parse().unwrap()).collect();
            assert!(ids.iter().copied().eq(1..=ids.len()), "{case} {table}");
        }
    }
    assert!(followed > 3000, "{followed}");
}

#[test]
fn participants_who_never_meet_all_begin_at_the_same_moment() {
    let (_, files) = cases().into_iter().find(|(case, _)| case == "static").unwrap();
    let new = raw(&all(&clean(&files, Level::Share, KEY)), "regular/database.zip/data/");
    for (table, rows) in &new {
        for row in rows {
            let begun = row.get("creation_time").map(String::as_str).unwrap_or("1970-01-01 00:00:00");
            assert!(begun.starts_with("1970-01-01 00:") && begun.len() == 19, "{table} {begun}");
            let shared = matches!(table.as_str(), "participant" | "network" | "node" | "experiment");
            assert!(!shared || begun == "1970-01-01 00:00:00", "{table} {begun}");
        }
    }
    let kept = raw(&all(&clean(&files, Level::Pseudonymize, KEY)), "regular/database.zip/data/");
    assert!(kept["participant"].iter().all(|row| row["creation_time"].starts_with("2026-")));
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
fn reports_say_what_was_done_and_promise_nothing() {
    for level in [Level::Share, Level::Pseudonymize] {
        let files = unzip(&clean(&canary(), level, KEY));
        for name in ["README.txt", "ANONYMIZATION.txt", "anonymization.json"] {
            let text = String::from_utf8_lossy(&files[name]).to_lowercase();
            for never in ["anonymous", "anonymised", "anonymized", "safe to", "compliant", "hipaa", "re-identif"] {
                assert!(!text.contains(never), "{name} says {never}");
            }
            if level == Level::Pseudonymize && name.ends_with(".txt") {
                assert!(text.replace('\n', " ").contains("personal data"), "{name}");
            }
        }
        let report: serde_json::Value = serde_json::from_slice(&files["anonymization.json"]).unwrap();
        assert_eq!(report["participants"], 5);
        assert_eq!(report["tokens"]["person"].as_u64().unwrap(), 7, "five workers and two ids of a panel");
        let paths = report["paths"].as_array().unwrap();
        let of = |path: &str| paths.iter().find(|p| p["path"] == path).unwrap_or_else(|| panic!("{path}"));
        for (path, class) in [
            ("participant.worker_id", "person_id"),
            ("participant.vars.prolific_copy", "person_id"),
            ("response.answer[age]", "quasi"),
            ("response.answer[feedback]", "free_text"),
            ("response.answer[tap_answer]", "experiment"),
            ("response.client_ip_address", "contact"),
            ("asset.url", "binary"),
            ("participant.vars.when", "time"),
        ] {
            assert_eq!(of(path)["class"], class, "{path}");
        }
        if level == Level::Share {
            assert_eq!(report["risk"]["after"]["k"], 5, "all five are starred");
        }
        let sums = String::from_utf8_lossy(&files["SHA256SUMS"]).into_owned();
        assert!(sums.contains("ANONYMIZATION.txt") && sums.contains("anonymization.json"));
    }
}

#[test]
fn what_will_be_done_can_be_looked_at_and_changed() {
    let files = canary();
    let study = open(&files, 1 << 16).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let mut recipe = recipe(Level::Share);
    let mut looking = look(&study, &recipe).unwrap();
    feed(looking.as_mut(), &bytes, 1000).unwrap();
    let overview = looking.finish().unwrap();
    let of = |path: &str| overview.rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!((overview.participants, of("response.answer[age]").class), (5, Class::Quasi));
    assert!(of("participant.worker_id").locked && !of("participant.vars.code").locked);
    assert_eq!(of("participant.vars.locale").examples[0].after.as_deref(), Some("en"));
    assert_eq!(overview.risk.as_ref().map(|risk| risk.suppressed), Some(5));
    // A choice is obeyed and named where it is weaker; one about the system's own identifiers is refused.
    let choice = |class| Choice { class, action: None, holds: None };
    let mut preset = Preset::default();
    preset.paths.insert("response.answer[gender]".to_owned(), choice(Class::Experiment));
    recipe.protect = Some(preset.clone());
    let given = Given { key: KEY, project: false, approved: BTreeSet::new() };
    let run = |recipe: &Recipe| {
        let mut work = prepare(&study, recipe, &given, Limits::default()).unwrap();
        feed(work.as_mut(), &bytes, 1 << 16).and_then(|()| work.finish())
    };
    let protected = run(&recipe).unwrap();
    let zip = unzip(&export(&protected.study, &protected.recipe).unwrap());
    let answers = rows(&zip["regular/data/Response.csv"]);
    let genders: BTreeSet<&str> =
        answers.iter().filter(|r| r["question"] == "gender").map(|r| r["answer"].as_str()).collect();
    assert!(genders.contains("female"), "{genders:?}");
    assert!(String::from_utf8_lossy(&zip["anonymization.json"]).contains("response.answer[gender] was taken for"));
    preset.paths.insert("participant.worker_id".to_owned(), choice(Class::Experiment));
    recipe.protect = Some(preset);
    assert_eq!(run(&recipe).map(|_| ()).unwrap_err().code(), Code::BadRecipe);
}

#[test]
fn texts_come_out_redacted_once_somebody_has_read_them() {
    let files = canary();
    let study = open(&files, 1 << 16).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let preset = Preset { texts: Texts::Review, ..Preset::default() };
    let recipe = Recipe { protect: Some(preset), ..Recipe::default() };
    let mut looking = look(&study, &recipe).unwrap();
    feed(looking.as_mut(), &bytes, 1 << 16).unwrap();
    let overview = looking.finish().unwrap();
    let said =
        |text: &str| overview.texts.iter().find(|t| t.text.starts_with(text)).unwrap_or_else(|| panic!("{text}"));
    let (plain, marked) = (said("Oswin was here"), said("hello from Delphine"));
    // Nobody can read the id in it, but the search can.
    let digest = overview.texts.iter().find(|t| t.path == "participant.vars.code").unwrap();
    let run = |approved: BTreeSet<String>| {
        let given = Given { key: KEY, project: false, approved };
        let mut work = prepare(&study, &recipe, &given, Limits::default()).unwrap();
        feed(work.as_mut(), &bytes, 1 << 16).unwrap();
        let protected = work.finish().unwrap();
        let zip = export(&protected.study, &protected.recipe).unwrap();
        let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
        assert_eq!(leaks.total, 0, "{:?}", leaks.list);
        search(&zip, "review");
        let report: serde_json::Value = serde_json::from_slice(&unzip(&zip)["anonymization.json"]).unwrap();
        let all = all(&zip).into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (all.collect::<String>(), report["texts"].clone())
    };
    let (nobody_read, texts) = run(BTreeSet::new());
    assert!(!nobody_read.contains(&plain.redacted) && texts["released_after_review"] == 0);
    let withheld = texts["withheld"].as_u64().unwrap();
    let (read, texts) = run([&plain.id, &marked.id, &digest.id].map(String::clone).into());
    assert!(read.contains(&plain.text), "{plain:?}");
    assert!(read.contains("hello from [NAME], my cell is [PHONE]") && !read.contains(&marked.text));
    assert!(!read.contains(&digest.text));
    assert_eq!(texts["released_after_review"], plain.count + marked.count);
    assert_eq!(texts["withheld"], withheld - plain.count - marked.count);
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
