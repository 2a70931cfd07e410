//! Protection of what stands inside objects, lists and histories: texts, keys, and presets' choices about paths.

mod common;

use common::dump::{Row, dump};
use std::collections::BTreeMap;
use std::io::Cursor;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::class::Class;
use windrow::protect::preset::Preset;
use windrow::protect::{Given, look, prepare};
use windrow::recipe::Recipe;
use windrow::study::Study;

/// What was stored: kind and name of the storage, field, type, value.
type Stored = (String, &'static str, u8, String);

/// A session of players in which something was stored.
fn study(players: usize, stored: &[Stored]) -> Study {
    let players: Vec<String> = (0..players).map(|n| format!(r#"{{"sname":"lonely","uname":"aaaa{n}"}}"#)).collect();
    let mut all = vec![Row::new(1, "session/lonely", "_uproot_players", 132, &format!("[{}]", players.join(",")))];
    let rows = stored.iter().zip(2..).map(|((storage, field, kind, value), seq)| {
        let (kind_of, name) = storage.split_once('/').unwrap_or((storage, ""));
        Row::new(seq, format!("{kind_of}/lonely/{name}").trim_end_matches('/'), field, *kind, value)
    });
    all.extend(rows);
    common::open(&[("uproot.msgpack".to_owned(), dump(&all))], 1 << 16).unwrap()
}

fn text(player: usize, field: &'static str, text: &str) -> Stored {
    (format!("player/aaaa{player}"), field, 2, format!("\"{text}\""))
}

fn object(storage: String, field: &'static str, json: String) -> Stored {
    (storage, field, 129, json)
}

fn recipe(preset: &str) -> Recipe {
    Recipe { protect: Some(Preset::from_json(preset.as_bytes()).unwrap()), ..Recipe::default() }
}

/// The files of the ZIP, which the search must let pass.
fn files(study: &Study, preset: &str) -> BTreeMap<String, String> {
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let protected = prepare(study, &recipe(preset), &given, Limits::default()).unwrap().finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?}", leaks.list);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    common::unzip(&zip).into_iter().map(|(path, bytes)| (path, text(bytes))).collect()
}

/// A column of the latest table of a kind, in the order of its cells.
fn column(files: &BTreeMap<String, String>, kind: &str, name: &str) -> Vec<String> {
    let end = format!("/latest/{kind}.csv");
    let table = files.iter().find(|(path, _)| path.ends_with(&end)).unwrap().1;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == name);
    let mut all: Vec<String> =
        reader.records().filter_map(|record| Some(record.unwrap().get(at?).unwrap().to_owned())).collect();
    all.sort();
    all
}

/// Every file that holds a text.
fn holding<'f>(files: &'f BTreeMap<String, String>, text: &str) -> Vec<&'f str> {
    files.iter().filter(|(_, file)| file.contains(text)).map(|(path, _)| path.as_str()).collect()
}

/// As it is with fields: what is the same within and different between players is a person's, whatever it is called.
#[test]
fn long_numbers_of_ones_own_are_ids_inside_objects_too() {
    let number = |n: usize| 581_000_000_000 + n as u64 * 7_919;
    let mut stored = Vec::new();
    for n in 0..30 {
        let zork = |page: usize| {
            let (own, shared) = (number(n), 400_000_000_000 + page as u64);
            format!(r#"{{"own":{own},"list":[{{"text":"{own}"}}],"shared":{shared},"page":{page}}}"#)
        };
        stored.extend((0..3).map(|page| object(format!("player/aaaa{n}"), "zork", zork(page))));
    }
    let study = study(30, &stored);
    let files = files(&study, r#"{"format": "anonymization-preset/1"}"#);
    for n in 0..30 {
        assert_eq!(holding(&files, &number(n).to_string()), Vec::<&str>::new());
    }
    let zork = column(&files, "player", "zork");
    let all = |part: &str| zork.iter().all(|cell| cell.contains(part));
    assert!(all("400000000002") && all("\"page\":2"), "numbers that players share stay: {zork:?}");
    let tokens: Set<&str> = zork.iter().filter_map(|cell| cell.split('"').find(|part| part.len() > 8)).collect();
    assert_eq!(tokens.len(), 30, "each has a token of its own: {zork:?}");
}

#[test]
fn what_one_player_stores_again_and_again_is_no_category() {
    let own = |n: usize| format!("only {n} would say so");
    let mut stored = Vec::new();
    for n in 0..30 {
        let said = if n < 9 { own(n) } else { "no".to_owned() };
        // A form that is sent twice, and a dictionary that grows from page to page.
        stored.extend([text(n, "zork", &said), text(n, "zork", &said)]);
        let colour = if n % 2 == 0 { "red" } else { "blue" };
        for rest in [r#""trial":1"#, r#""trial":2"#] {
            let json = format!(r#"{{"colour":"{colour}","said":"{said}",{rest}}}"#);
            stored.push(object(format!("player/aaaa{n}"), "answers", json));
        }
    }
    let study = study(30, &stored);
    let files = files(&study, "{}");
    assert!(column(&files, "player", "zork").iter().all(|said| said == "[withheld]"));
    let answers = column(&files, "player", "answers");
    let hidden = |answer: &String| answer.contains(r#""said":"[withheld]""#) && !answer.contains(r#""colour":"["#);
    assert!(answers.iter().all(hidden), "{answers:?}");
    assert_eq!(holding(&files, "would say so"), Vec::<&str>::new());
}

#[test]
fn texts_are_shared_by_those_who_have_the_path() {
    let mut stored = Vec::new();
    for n in 0..30 {
        // All four who have the path say the same four words one after another: half as many as the thirty, not as the four.
        let words = ["", "ant", "bee", "cow", "dog"].into_iter().take(if n < 4 { 5 } else { 1 });
        let rare = |word: &str| if word.is_empty() { String::new() } else { format!(r#","rare":"{word}""#) };
        let json = words.map(|word| format!(r#"{{"trial":1{}}}"#, rare(word)));
        stored.extend(json.map(|json| object(format!("player/aaaa{n}"), "answers", json)));
    }
    let study = study(30, &stored);
    let overview = look(&study, &recipe("{}")).unwrap().finish().unwrap();
    let row = |path: &str| overview.rows.iter().find(|row| row.path == path).unwrap();
    assert_eq!((row("player..answers.*").participants, row("player..answers.*").class), (4, Class::FreeText));
    assert_eq!(row("player..answers.trial").participants, 30);
}

/// Players with a survey that somebody answered.
fn survey() -> Study {
    let answers = |n: usize| {
        let (colour, note) = (["red", "blue"][n % 2], format!("the {n}th story of my life, and how it went on"));
        format!(
            r#"{{"Which colour (1)?":"{colour}","colour":"{colour}","email":"a{n}@example.org","note":"{note}",
            "politics":"of the {n}th kind","size":{n},"student_id":"hk{n}77"}}"#
        )
    };
    let stored: Vec<Stored> = (0..12).map(|n| object(format!("player/aaaa{n}"), "survey", answers(n))).collect();
    study(12, &stored)
}

#[test]
fn what_the_author_of_a_preset_did_not_see_goes_by_the_rules() {
    let seen = r#""seen":["player..survey","player..survey.colour","player..survey.*"]"#;
    let of = |choice: &str| format!(r#"{{"paths":{{"player..survey":{choice}}},{seen}}}"#);
    let told = files(&survey(), &of(r#"{"class":"experiment"}"#));
    let surveys = column(&told, "player", "survey");
    assert!(surveys.iter().all(|s| s.contains(r#""note":"[withheld]""#) && s.contains(r#""size":"#)), "{surveys:?}");
    assert_eq!(holding(&told, "story of my life"), Vec::<&str>::new());
    assert_eq!(holding(&told, "th kind"), Vec::<&str>::new(), "the rules keep its class, not its texts");
    let report = told.iter().find(|(path, _)| path.ends_with("anonymization.json")).unwrap().1;
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    let path = |name: &str| report["paths"].as_array().unwrap().iter().find(|p| p["path"] == name).unwrap();
    assert_eq!(path("player..survey.colour")["decided_by"], "preset");
    assert_eq!(path("player..survey.note")["decided_by"], "rule");
    let new = report["paths_new_to_the_preset"].as_array().unwrap();
    assert!(new.iter().any(|p| p == "player..survey.note") && !new.iter().any(|p| p == "player..survey.colour"));
    // What leaves less holds for what is new, too; so does what was chosen for these data.
    let removed = files(&survey(), &of(r#"{"class":"free_text","action":"remove"}"#));
    assert!(removed.keys().all(|path| !path.ends_with("/latest/player.csv")), "nothing else was stored");
    let chosen = of(r#"{"class":"experiment"}"#).replace(r#""seen""#, r#""changed":["player..survey"],"seen""#);
    assert!(!holding(&files(&survey(), &chosen), "story of my life").is_empty());
}

#[test]
fn a_choice_about_keys_that_may_be_data_releases_no_strong_sibling() {
    let told = files(&survey(), r#"{"paths":{"player..survey.*":{"class":"experiment"}}}"#);
    let surveys = column(&told, "player", "survey");
    assert!(surveys.iter().all(|s| s.contains("story of my life")), "what no rule knows goes by the choice");
    for strong in ["@example.org", "hk377", "email"] {
        assert!(surveys.iter().all(|s| !s.contains(strong)), "{surveys:?}");
    }
}

#[test]
fn nicknames_are_no_keys() {
    let nicks = ["SharkGuy88", "kev_the_great", "Zmuda-Trzebiatowska", "hamm_edeka_girl", "oberlin19", "ttroika"];
    let mut stored = vec![object("session".to_owned(), "settings", r#"{"treatment":"a","rounds":3}"#.to_owned())];
    for n in 0..12 {
        let (one, other) = (nicks[n / 2], nicks[(n / 2 + 1) % 6]);
        let ratings = format!(r#"{{"{one}":{{"a":{n}}},"{other}":{{"a":3}},"best":{n},"1":2}}"#);
        stored.push(object(format!("player/aaaa{n}"), "ratings", ratings));
        let scores = format!(r#"{{"SharkGuy88":3,"kev_the_great":{n},"best":{n},"Zmuda-Trzebiatowska":2}}"#);
        stored.push(object("model/market".to_owned(), "scores", scores));
        stored.push(object("model/market".to_owned(), "offer", format!(r#"{{"ask":{n},"bid":2,"item_1":4}}"#)));
        stored.push(object(format!("player/aaaa{n}"), "best", "{}".to_owned()));
    }
    let told = files(&study(12, &stored), "{}");
    for nick in nicks {
        assert_eq!(holding(&told, nick), Vec::<&str>::new());
    }
    let ratings = column(&told, "player", "ratings");
    let kept = |r: &String| r.contains(r#""1":2"#) && r.contains(r#""best":"#) && r.contains(r#""[withheld] 2":{"a":"#);
    assert!(ratings.iter().all(kept), "{ratings:?}");
    assert_eq!(column(&told, "model", "offer"), [r#"{"ask":11,"bid":2,"item_1":4}"#]);
    // The name of a field stays, and no member hides another.
    let scores = r#"{"[withheld]":11,"[withheld] 2":2,"[withheld] 3":3,"best":11}"#;
    assert_eq!(column(&told, "model", "scores"), [scores]);
    assert!(column(&told, "session", "settings")[0].starts_with(r#"{"rounds":3,"treatment":"#));
    let overview = look(&study(12, &stored), &recipe("{}")).unwrap().finish().unwrap();
    assert!(overview.rows.iter().all(|row| nicks.iter().all(|nick| !row.path.contains(nick))));
    // Whoever names a key knows it.
    let named = files(&study(12, &stored), r#"{"paths":{"player..ratings.ttroika":{"class":"experiment"}}}"#);
    assert!(!holding(&named, "ttroika").is_empty() && holding(&named, "oberlin19").is_empty());
}
