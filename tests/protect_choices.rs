//! A user's choices about preparation: classes of paths, texts, what describes people, and what is refused.

mod common;

use common::dump::{Row, dump};
use std::collections::BTreeMap;
use std::io::Cursor;
use windrow::error::Code;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::class::{Action, Class, DecidedBy};
use windrow::protect::overview::{Overview, Row as PathRow, Text};
use windrow::protect::preset::Preset;
use windrow::protect::{Given, look, prepare};
use windrow::recipe::Recipe;
use windrow::study::Study;

/// Players who never meet; each has an age, a country, an opinion, a remark and a text nobody knows.
fn players() -> Vec<u8> {
    const COUNTRIES: [&str; 12] = ["de", "at", "ch", "fr", "it", "es", "us", "ca", "mx", "br", "ar", "cl"];
    let players: Vec<String> = (0..12).map(|n| format!(r#"{{"sname":"lonely","uname":"aaaa{n}"}}"#)).collect();
    let mut all = vec![
        Row::new(1, "session/lonely", "_uproot_session", 65, "\"lonely\""),
        Row::new(2, "session/lonely", "_uproot_players", 132, &format!("[{}]", players.join(","))),
    ];
    let mut seq = 2;
    for (n, country) in COUNTRIES.into_iter().enumerate() {
        let storage = format!("player/lonely/aaaa{n}");
        for (field, kind, payload) in [
            ("started", 5, "true".to_owned()),
            ("_uproot_key", 2, format!("\"login-{n}-abcdefgh\"")),
            ("age", 0, (20 + n).to_string()),
            ("country", 2, format!("\"{country}\"")),
            ("politics", 2, "\"left\"".to_owned()),
            ("remarks", 2, format!("\"a first remark, number {n}\"")),
            (
                "remarks",
                2,
                format!(
                    "\"I am Ottilie Berg and you can write to ottilie{n}@example.org whenever you like, thank you\""
                ),
            ),
            ("zork", 2, format!("\"gadget{n} of the other kind\"")),
            ("nickname", 2, format!("\"Zebra{n} Stripes\"")),
        ] {
            seq += 1;
            all.push(Row::new(seq, &storage, field, kind, &payload));
        }
    }
    all.iter_mut().for_each(|row| row.time = 1_760_000_000.0 + row.seq.unwrap() as f64);
    dump(&all)
}

fn study() -> Study {
    common::open(&[("uproot.msgpack".to_owned(), players())], 1 << 16).unwrap()
}

fn recipe(preset: &str) -> Recipe {
    Recipe { protect: Some(Preset::from_json(preset.as_bytes()).unwrap()), ..Recipe::default() }
}

fn overview(preset: &str) -> Overview {
    look(&study(), &recipe(preset)).unwrap().finish().unwrap()
}

fn row<'o>(overview: &'o Overview, path: &str) -> &'o PathRow {
    overview.rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("{path}"))
}

/// The files of the ZIP, which the search must let pass.
fn files(preset: &str, approved: Set<String>) -> BTreeMap<String, Vec<u8>> {
    let given = Given { key: [7; 32], project: false, approved };
    let protected = prepare(&study(), &recipe(preset), &given, Limits::default()).unwrap().finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?}", leaks.list);
    common::unzip(&zip).into_iter().collect()
}

fn file<'f>(files: &'f BTreeMap<String, Vec<u8>>, end: &str) -> std::borrow::Cow<'f, str> {
    String::from_utf8_lossy(files.iter().find(|(path, _)| path.ends_with(end)).unwrap().1)
}

fn column(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<String> {
    let table = file(files, "/latest/player.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == name);
    reader.records().filter_map(|record| Some(record.unwrap().get(at?).unwrap().to_owned())).collect()
}

#[test]
fn without_any_choice_the_rules_decide() {
    let overview = overview("{}");
    assert_eq!((overview.participants, overview.deviations.len()), (12, 0));
    for (path, class, action, by) in [
        ("player..age", Class::Quasi, Action::Generalize, DecidedBy::Name),
        ("player..politics", Class::Sensitive, Action::Keep, DecidedBy::Name),
        ("player..remarks", Class::FreeText, Action::Withhold, DecidedBy::Values),
        ("player..zork", Class::FreeText, Action::Withhold, DecidedBy::Nobody),
        ("player..nickname", Class::Contact, Action::Remove, DecidedBy::Name),
        ("player.._uproot_key", Class::Secret, Action::Remove, DecidedBy::Default),
    ] {
        let row = row(&overview, path);
        assert_eq!((row.class, row.action, row.decided_by), (class, action, by), "{path}");
        assert!(!row.new && !row.weaker, "{path}");
    }
    assert!(row(&overview, "player.._uproot_key").locked);
    let ages = &row(&overview, "player..age").examples;
    assert_eq!((ages[0].before.as_str(), ages[0].after.as_deref()), ("20", Some("18-24")));
    let risk = overview.risk.unwrap();
    assert_eq!((risk.before.unique, risk.suppressed), (12, 12));
    assert_eq!(risk.sensitive[0].after.distinct, 1);
}

#[test]
fn a_choice_holds_and_a_weaker_one_is_said() {
    let preset = r#"{"paths":{"player..zork":{"class":"experiment"},"player..nickname":{"class":"experiment"},
        "player..politics":{"class":"sensitive","action":"remove"}},"changed":["player..zork"],"seen":["player..zork","player..age"]}"#;
    let overview = overview(preset);
    assert!(!row(&overview, "player..zork").weaker && row(&overview, "player..nickname").weaker);
    assert!(!row(&overview, "player..zork").new && row(&overview, "player..remarks").new);
    let files = files(preset, Set::new());
    assert_eq!(column(&files, "zork").iter().filter(|text| text.starts_with("gadget")).count(), 12);
    assert!(column(&files, "nickname").contains(&"Zebra3 Stripes".to_owned()));
    assert!(column(&files, "politics").is_empty());
    let text = file(&files, "ANONYMIZATION.txt").split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("player..nickname was taken for experiment (keep); the rules say contact"), "{text}");
    assert!(!text.contains("player..zork was taken"));
    let json: serde_json::Value = serde_json::from_str(&file(&files, "anonymization.json")).unwrap();
    assert_eq!(json["deviations"].as_array().unwrap().len(), 1);
    let paths = json["paths"].as_array().unwrap();
    for (path, by) in [("player..zork", "user"), ("player..nickname", "preset"), ("player..age", "rule")] {
        assert!(paths.iter().any(|p| p["path"] == path && p["decided_by"] == by), "{path}");
    }
    assert!(text.contains("Decided for these data by whoever prepared them, not by the rules: player..zork"), "{text}");
    assert!(
        text.contains("Decided by a preset that was made before, not by the rules: player..nickname, player..politics")
    );
    assert!(json["paths_new_to_the_preset"].as_array().unwrap().iter().any(|p| p == "player..remarks"));
}

#[test]
fn keys_of_the_system_cannot_be_released() {
    let preset = recipe(r#"{"paths":{"player.._uproot_key":{"class":"experiment"}}}"#);
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let refused = prepare(&study(), &preset, &given, Limits::default()).and_then(|work| work.finish());
    assert_eq!(refused.err().map(|e| e.code()), Some(Code::BadRecipe));
}

#[test]
fn only_last_texts_that_were_approved_come_and_come_redacted() {
    let review = r#"{"texts":"review"}"#;
    let overview = overview(review);
    let texts: Vec<&Text> = overview.texts.iter().filter(|text| text.path == "player..remarks").collect();
    assert_eq!(texts.len(), 12, "the first remarks were overwritten");
    assert!(texts.iter().all(|text| text.marks.iter().any(|mark| mark.2 == "EMAIL")));
    let approved: Set<String> = texts.iter().take(5).map(|text| text.id.clone()).collect();
    let released = files(review, approved.clone());
    let remarks = column(&released, "remarks");
    assert_eq!(remarks.iter().filter(|text| *text == "[withheld]").count(), 7);
    let redacted = |text: &&String| text.contains("write to [EMAIL] whenever") && !text.contains("Ottilie");
    assert_eq!(remarks.iter().filter(redacted).count(), 5, "{remarks:?}");
    assert!(!file(&released, "ultralong/player.csv").contains("a first remark"));
    let json: serde_json::Value = serde_json::from_str(&file(&released, "anonymization.json")).unwrap();
    assert_eq!(json["texts"]["released_after_review"], 5);
    // Without `review` an approval counts for nothing.
    assert!(column(&files("{}", approved), "remarks").iter().all(|text| text == "[withheld]"));
}

#[test]
fn lengths_alone_may_be_told() {
    let files = files(r#"{"texts":"lengths"}"#, Set::new());
    assert!(column(&files, "remarks").iter().all(|text| text == "21-100"));
}

#[test]
fn regions_suppress_fewer() {
    let overview =
        overview(r#"{"quasi":{"country":"region"},"paths":{"player..age":{"class":"quasi","action":"remove"}}}"#);
    assert_eq!(overview.risk.unwrap().suppressed, 0);
    let files = files(
        r#"{"quasi":{"country":"region"},"paths":{"player..age":{"class":"quasi","action":"remove"}}}"#,
        Set::new(),
    );
    let countries = column(&files, "country");
    assert_eq!(countries.iter().filter(|c| *c == "Europe").count(), 6);
    assert_eq!(countries.iter().filter(|c| *c == "Americas").count(), 6);
    assert!(column(&files, "age").is_empty());
}

#[test]
fn detectors_can_be_switched_off_and_that_is_said() {
    let off = r#"{"detectors":{"EMAIL":false,"NAME":false,"HANDLE":false}}"#;
    assert!(row(&overview("{}"), "player..remarks").detected > 0);
    let overview = overview(off);
    assert_eq!(row(&overview, "player..remarks").detected, 0);
    assert_eq!(overview.deviations.len(), 1);
}

#[test]
fn a_preset_gives_the_same_bytes_when_it_was_saved_and_loaded() {
    let preset = r#"{"k":3,"texts":"lengths","paths":{"player..zork":{"class":"experiment"}}}"#;
    let saved = Preset::from_json(preset.as_bytes()).unwrap().to_json();
    assert!(files(preset, Set::new()) == files(&String::from_utf8(saved).unwrap(), Set::new()));
}

#[cfg(feature = "cli")]
#[test]
fn the_command_line_looks_and_takes_presets_and_approvals() {
    let folder = std::env::temp_dir().join(format!("windrow-choices-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let run = |arguments: &[&str]| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_windrow")).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    std::fs::write(path("in.msgpack"), players()).unwrap();
    std::fs::write(path("preset.json"), r#"{"texts":"review"}"#).unwrap();
    let all: serde_json::Value = serde_json::from_slice(&run(&["look", &path("in.msgpack")])).unwrap();
    assert!(all["protection"]["rows"].as_array().unwrap().iter().any(|row| row["path"] == "player..zork"));
    let texts = all["texts"].as_array().unwrap().iter().filter(|text| text["path"] == "player..remarks");
    let ids: Vec<&str> = texts.take(2).filter_map(|text| text["id"].as_str()).collect();
    std::fs::write(path("approved.txt"), ids.join("\n")).unwrap();
    let (input, out, preset, approved) =
        (path("in.msgpack"), path("out.zip"), path("preset.json"), path("approved.txt"));
    run(&["export", &input, "-o", &out, "--preset", &preset, "--approved", &approved]);
    let files: BTreeMap<String, Vec<u8>> = common::unzip(&std::fs::read(&out).unwrap()).into_iter().collect();
    assert_eq!(column(&files, "remarks").iter().filter(|text| text.contains("[EMAIL]")).count(), 2);
    std::fs::remove_dir_all(folder).unwrap();
}
