//! Protection of uproot data from the dump to the finished ZIP: what must be gone, what must stay, and what is refused.

mod common;

use common::dump::{Row, dump};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use windrow::error::Code;
use windrow::export::Export;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, Protected, prepare};
use windrow::recipe::Recipe;
use windrow::study::Study;

const KEY: [u8; 32] = [7; 32];

const OFF: Option<Level> = None;
const SHARE: Option<Level> = Some(Level::Share);
const PSEUDONYMIZE: Option<Level> = Some(Level::Pseudonymize);

fn recipe(level: Option<Level>) -> Recipe {
    Recipe { protect: level.map(Preset::of), filters: false, gvars: vec!["app".to_owned()], ..Recipe::default() }
}

fn given(key: &[u8; 32]) -> Given {
    Given { key: *key, project: false, approved: Set::new() }
}

fn prepared(study: &Study, recipe: &Recipe, key: &[u8; 32]) -> (Protected, Vec<u8>) {
    let protected = prepare(study, recipe, &given(key), Limits::default()).unwrap().finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    (protected, zip)
}

/// The ZIP at a level, which the leak check must let pass.
fn clean(study: &Study, recipe: &Recipe, key: &[u8; 32]) -> Vec<u8> {
    let sessions: Vec<&str> = common::log(study).sessions.iter().map(|s| s.name.as_str()).collect();
    let (protected, zip) = prepared(study, recipe, key);
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{sessions:?} {:?}", leaks.list);
    zip
}

fn rows(study: &[Row]) -> Study {
    common::open(&[("uproot.msgpack".to_owned(), dump(study))], 1 << 16).unwrap()
}

fn canary() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/canary")
}

fn canary_study() -> Study {
    let bytes = std::fs::read(canary().join("uproot_canary.msgpack")).unwrap();
    common::open(&[("uproot_canary.msgpack".to_owned(), bytes)], 1 << 16).unwrap()
}

/// The values of a column of every session's latest players, as text.
fn column(zip: &[u8], name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (_, bytes) in common::unzip(zip).iter().filter(|(path, _)| path.ends_with("/latest/player.csv")) {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let at = reader.headers().unwrap().iter().position(|h| h == name);
        all.extend(reader.records().filter_map(|r| Some(r.unwrap().get(at?).unwrap().to_owned())));
    }
    all.sort();
    all
}

/// A folder that is there for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(label: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("windrow-protect-{label}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_independent_search_of_the_canary_finds_nothing() {
    let zip = clean(&canary_study(), &recipe(SHARE), &KEY);
    let folder = Folder::new("canary");
    let path = folder.file("result.zip", &zip);
    let search = std::process::Command::new("python3")
        .args([canary().join("leakscan.py"), canary().join("uproot_canary.json"), path.into()])
        .output();
    // Without Python the other tests must do.
    if let Ok(search) = search {
        assert!(search.status.success(), "{}", String::from_utf8_lossy(&search.stdout));
        assert!(String::from_utf8_lossy(&search.stdout).ends_with("0 hits\n"));
    }
}

#[test]
fn what_the_canary_must_keep_is_kept() {
    let study = canary_study();
    let zip = clean(&study, &recipe(SHARE), &KEY);
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(canary().join("uproot_canary.json")).unwrap()).unwrap();
    for (name, values) in expected["must_remain"].as_object().unwrap() {
        let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        let mut values: Vec<String> = values.as_array().unwrap().iter().map(text).collect();
        values.sort();
        assert_eq!(&column(&zip, name), &values, "{name}");
    }
    let ages = column(&zip, "age");
    assert_eq!(ages.len(), 9);
    assert!(ages.iter().all(|age| age.parse::<f64>().is_err()), "{ages:?}");
    // Rows per participant and kept field are as many as before.
    let count = |zip: &[u8], field: &str| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (_, bytes) in common::unzip(zip).iter().filter(|(path, _)| path.ends_with("/ultralong/player.csv")) {
            for record in csv::Reader::from_reader(bytes.as_slice()).into_deserialize::<BTreeMap<String, String>>() {
                let record = record.unwrap();
                *counts.entry(record["!storage"].clone()).or_default() += u64::from(record["!field"] == field);
            }
        }
        let mut counts: Vec<u64> = counts.into_values().collect();
        counts.sort_unstable();
        counts
    };
    let plain = common::export(&study, &recipe(OFF)).unwrap();
    for field in ["offer", "treatment", "payoff", "show_page", "page_order", "label", "feedback", "age"] {
        assert_eq!(count(&zip, field), count(&plain, field), "{field}");
    }
    let tables = common::unzip(&zip).into_iter().filter(|(path, _)| path.ends_with(".csv"));
    assert!(tables.into_iter().all(|(_, bytes)| !String::from_utf8_lossy(&bytes).contains("_uproot_key")));
}

#[test]
fn the_same_key_gives_the_same_bytes_and_another_key_no_common_token() {
    let study = canary_study();
    let (a, b) = (clean(&study, &recipe(SHARE), &KEY), clean(&study, &recipe(SHARE), &KEY));
    assert!(a == b);
    let other = clean(&study, &recipe(SHARE), &[8; 32]);
    let tokens = |zip: &[u8]| -> BTreeSet<String> {
        let text: String = common::unzip(zip).into_iter().map(|(p, b)| p + &String::from_utf8_lossy(&b)).collect();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map(str::to_owned);
        words.filter(|w| w.len() == 14 && w.as_bytes()[1] == b'-').collect()
    };
    assert!(tokens(&a).len() > 40);
    assert!(tokens(&a).is_disjoint(&tokens(&other)));
    // A later export of a part, with the same project key, can be joined.
    let part = Recipe { sessions: Some(vec!["qa3vz".to_owned()]), ..recipe(PSEUDONYMIZE) };
    let part = clean(&study, &part, &KEY);
    let labels: BTreeSet<String> = column(&part, "label").into_iter().collect();
    assert_eq!(labels.len(), 3);
    assert!(labels.is_subset(&column(&a, "label").into_iter().collect()));
}

#[test]
fn no_case_leaves_a_name_a_label_a_credential_or_a_moment() {
    let mut cases = 0;
    let mut words_of_reports = windrow::protect::report::words(&mut std::iter::empty());
    // A key of every dictionary.
    words_of_reports.insert("types".to_owned());
    for case in common::cases("uproot") {
        for input in common::folders(&case) {
            let study = common::open(&common::inputs(&input), 1 << 16).unwrap();
            let zip = clean(&study, &recipe(SHARE), &KEY);
            cases += 1;
            let mut gone: BTreeSet<String> = BTreeSet::new();
            let log = common::log(&study);
            for storage in (0..log.storages.len() as u32).map(|id| log.storages.get(id)) {
                gone.extend(storage.split('/').skip(1).map(str::to_owned));
            }
            for span in &log.spans {
                if ["label", "_uproot_key", "_uproot_secret"].contains(&log.fields.get(span.field)) {
                    let text = |c: &u32| log.values.get(log.value(*c)).1.trim_matches('"').to_owned();
                    gone.extend(log.changes(span).iter().map(text));
                }
            }
            let fields: BTreeSet<&str> = (0..log.fields.len() as u32).map(|id| log.fields.get(id)).collect();
            gone.retain(|g| g.len() >= 5 && g != "false" && !fields.contains(g.as_str()) && g.parse::<f64>().is_err());
            // Names of apps and pages are no identifiers.
            let texts: String = (0..log.contexts.len() as u32).map(|id| log.contexts.get(id)).collect();
            gone.retain(|g| !texts.contains(g.as_str()));
            let first = log.sessions.iter().map(|s| s.first).fold(f64::INFINITY, f64::min);
            let last = log.sessions.iter().map(|s| s.last).fold(0.0, f64::max);
            for (path, bytes) in common::unzip(&zip) {
                let text = path.clone() + "\n" + &String::from_utf8_lossy(&bytes);
                let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
                // Some sessions are called by words of the reports' own sentences.
                let prose = if path.ends_with(".csv") { Set::new() } else { words_of_reports.clone() };
                for name in gone.iter().filter(|name| !prose.contains(*name)) {
                    let whole = name.bytes().all(|b| b.is_ascii_alphanumeric());
                    let found = if whole { words.contains(name.as_str()) } else { text.contains(name.as_str()) };
                    assert!(!found, "{}: {name} is left in {path}", input.display());
                }
                let numbers = words.iter().filter(|w| w.len() >= 10 && w.bytes().all(|b| b.is_ascii_digit()));
                let moments = numbers.filter_map(|w| w.parse::<f64>().ok());
                let inside =
                    |n: f64| first > 1e9 && [1.0, 1e3].iter().any(|s| (first - 9e4..=last + 9e4).contains(&(n / s)));
                assert_eq!(moments.filter(|n| inside(*n)).count(), 0, "{}: a time is left in {path}", input.display());
            }
        }
    }
    assert!(cases >= 26, "{cases}");
}

/// Players who never meet, in an order of arrival.
fn apart(order: &[u64]) -> Study {
    let mut all = vec![Row::new(1, "session/lonely", "_uproot_session", 65, "\"lonely\"")];
    let players: Vec<String> = order.iter().map(|n| format!(r#"{{"sname":"lonely","uname":"aaaa{n}"}}"#)).collect();
    all.push(Row::new(2, "session/lonely", "_uproot_players", 132, &format!("[{}]", players.join(","))));
    let mut seq = 2;
    for n in order {
        let storage = format!("player/lonely/aaaa{n}");
        for (field, kind, payload) in [
            ("id", 0, seq.to_string()),
            ("started", 5, "true".to_owned()),
            ("choice", 0, n.to_string()),
            ("treatment", 2, "\"control\"".to_owned()),
            ("zork", 2, format!("\"I come from house number {n} over there\"")),
            ("draft", 2, "\"control\"".to_owned()),
        ] {
            seq += 1;
            all.push(Row::new(seq, &storage, field, kind, &payload));
        }
        seq += 1;
        all.push(Row { value: None, ..Row::new(seq, &storage, "draft", 2, "") });
    }
    // Whole seconds, so that rounding does not tell where in a second somebody began.
    all.iter_mut().for_each(|row| row.time = 1_760_000_000.0 + row.seq.unwrap() as f64);
    rows(&all)
}

#[test]
fn the_order_of_arrival_is_lost_where_participants_never_meet() {
    let a = clean(&apart(&[1, 2, 3, 4, 5, 6, 7]), &recipe(SHARE), &KEY);
    let b = clean(&apart(&[5, 2, 7, 1, 6, 3, 4]), &recipe(SHARE), &KEY);
    assert!(common::unzip(&a) == common::unzip(&b));
    assert!(column(&a, "!time").iter().all(|time| time == "6.0" || time == "5.0"), "{:?}", column(&a, "!time"));
}

#[test]
fn unknown_texts_are_withheld_and_deleted_ones_dropped() {
    let study = apart(&[1, 2, 3, 4, 5, 6, 7]);
    let zip = clean(&study, &recipe(SHARE), &KEY);
    assert_eq!(column(&zip, "zork"), vec!["[withheld]"; 7]);
    assert_eq!(column(&zip, "treatment"), vec!["control"; 7]);
    let files = common::unzip(&zip);
    let log = files.iter().find(|(path, _)| path.ends_with("ultralong/player.csv")).unwrap();
    assert_eq!(String::from_utf8_lossy(log.1).matches("control").count(), 7, "those of draft are gone");
    let kept = clean(&study, &recipe(PSEUDONYMIZE), &KEY);
    assert!(column(&kept, "zork").iter().all(|text| text.starts_with("I come from house number")));
    assert!(column(&kept, "!time").iter().all(|time| time.starts_with("1760000")));
}

#[test]
fn reports_promise_nothing() {
    for level in [SHARE, PSEUDONYMIZE] {
        let files = common::unzip(&clean(&canary_study(), &recipe(level), &KEY));
        let reports: Vec<_> =
            files.iter().filter(|(p, _)| p.ends_with(".txt") || p.ends_with("anonymization.json")).collect();
        assert_eq!(reports.len(), 6);
        for (path, bytes) in reports {
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            for never in [
                "anonymous",
                "anonymised",
                "anonymized",
                "safe to",
                "compliant",
                "hipaa",
                "re-identif",
                "all personal data was",
            ] {
                assert!(!text.contains(never), "{path} says {never}");
            }
            if path.ends_with(".txt") && level == PSEUDONYMIZE {
                assert!(text.replace('\n', " ").contains("personal data"), "{path}");
            }
        }
        let sums = files.iter().find(|(path, _)| path.ends_with("SHA256SUMS")).unwrap();
        let sums = String::from_utf8_lossy(sums.1);
        assert!(sums.contains("ANONYMIZATION.txt") && sums.contains("anonymization.json"));
    }
}

#[test]
fn a_planted_value_is_found_and_its_place_is_said() {
    let (protected, _) = prepared(&canary_study(), &recipe(SHARE), &KEY);
    let zip_of = |name: &str, text: &str| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
        Cursor::new(zip.finish().unwrap().into_inner())
    };
    let found =
        |name: &str, text: &str| check(&mut zip_of(name, text), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(found("a/player.csv", "x,y\n1,nothing\n").total, 0);
    for planted in [
        "6665d9688cbe5b64ec980036",
        "6665D9688CBE5B64EC980036",
        "NjY2NWQ5Njg4Y2JlNWI2NGVjOTgwMDM2",
        "ottilie.bergwald%40example.org",
        "4f765061f36e47b1aa0dd741a91ffead",
        "vxeb1",
        "l4yaygs3",
        "1772619100.632",
        "2026-03-04",
    ] {
        let leaks = found("a/player.csv", &format!("x,y\n1,fine\n2,see {planted} there\n"));
        let leak = leaks.list.first().unwrap_or_else(|| panic!("{planted}"));
        assert_eq!((leak.row, leak.column.as_deref()), (Some(3), Some("y")), "{planted}");
        assert!(!leak.masked.contains(planted));
        assert!(found(&format!("a/{planted}/b.csv"), "").total > 0, "{planted}");
    }
}

#[test]
fn nothing_is_called_protected_that_is_not() {
    let study = canary_study();
    let refused = |study: &Study, recipe: &Recipe| Export::new(study, recipe).err().map(|e| e.code());
    assert_eq!(refused(&study, &recipe(SHARE)), Some(Code::BadRecipe));
    let (protected, _) = prepared(&study, &recipe(PSEUDONYMIZE), &KEY);
    assert_eq!(refused(&protected.study, &recipe(SHARE)), Some(Code::BadRecipe));
    assert_eq!(refused(&protected.study, &recipe(OFF)), Some(Code::BadRecipe));
    let secrets = Recipe { include_secrets: true, ..recipe(SHARE) };
    assert_eq!(
        prepare(&study, &secrets, &given(&KEY), Limits::default()).err().map(|e| e.code()),
        Some(Code::BadRecipe)
    );
}

#[cfg(feature = "cli")]
#[test]
fn the_command_line_gives_no_zip_with_a_leak() {
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_windrow")).args(arguments).output().unwrap()
    };
    let folder = Folder::new("cli");
    // A nickname that is also a word of the README cannot be told from a leak.
    let players = r#"[{"sname":"s","uname":"u"}]"#;
    let leaking = dump(&[
        Row::new(1, "session/s", "_uproot_players", 132, players),
        Row::new(2, "player/s/u", "nick", 2, "\"Checksums\""),
        Row::new(3, "player/s/u", "x", 0, "1"),
    ]);
    let (input, out) = (folder.file("leak.msgpack", &leaking), folder.path("out.zip"));
    let refused = run(&["export", &input, "-o", &out, "--protect", "share"]);
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("README.txt: C…s (9 characters)") && !said.contains("Checksums"), "{said}");
    assert!(!Path::new(&out).exists() && !Path::new(&format!("{out}.partial")).exists());

    // Who is sure accepts it, in a preset and for a reason, which the reports repeat.
    let accepting = |reason: &str| {
        let preset = serde_json::json!({ "accepted": { "player..nick": reason } }).to_string();
        run(&["export", &input, "-o", &out, "--preset", &folder.file("preset.json", preset.as_bytes())])
    };
    assert_eq!(accepting(" ").status.code(), Some(2));
    let accepted = accepting("It is a word of the README.");
    let said = String::from_utf8_lossy(&accepted.stderr).into_owned();
    assert_eq!(accepted.status.code(), Some(0), "{said}");
    assert!(said.contains("places were passed over"), "{said}");
    for (path, bytes) in common::unzip(&std::fs::read(&out).unwrap()) {
        let told = String::from_utf8_lossy(&bytes).contains("It is a word of the README.");
        let tells = ["ANONYMIZATION.txt", "anonymization.json", "windrow.json"].iter().any(|name| path.ends_with(name));
        assert_eq!(told, tells, "{path}");
    }
    std::fs::remove_file(&out).unwrap();

    let key = folder.path("project.key");
    assert_eq!(run(&["key", "-o", &key]).status.code(), Some(0));
    assert_eq!(run(&["key", "-o", &key]).status.code(), Some(2), "a key is never overwritten");
    let canary = canary().join("uproot_canary.msgpack").to_string_lossy().into_owned();
    let labels = |with_key: bool| {
        let mut arguments = vec!["export", &canary, "-o", &out, "--protect", "share"];
        if with_key {
            arguments.extend(["--key", &key]);
        }
        let done = run(&arguments);
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        column(&std::fs::read(&out).unwrap(), "label")
    };
    assert_eq!(labels(true), labels(true));
    assert!(labels(false).iter().all(|label| !labels(false).contains(label)));
}
