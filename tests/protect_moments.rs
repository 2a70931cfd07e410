//! Times of a protected study: no moment of the calendar is left in any unit, and what stands for it is what was chosen.

mod common;

use common::dump::{Row, dump};
use common::random::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::Preset;
use windrow::protect::{Given, prepare};
use windrow::recipe::Recipe;
use windrow::source::feed;
use windrow::study::Study;

/// 2025-10-09, a Thursday.
const BEGIN: f64 = 1_760_000_000.0;

/// A study of a few players at random times, who meet in groups or not.
fn study(random: &mut Random, together: bool) -> Study {
    let mut rows = Vec::new();
    let names: Vec<String> = (0..4).map(|i| format!("qk{i}zv")).collect();
    let mut at = BEGIN + random.below(50_000) as f64;
    let mut add = |random: &mut Random, storage: &str, field: &str, kind: u8, payload: &str| {
        at += random.below(4_000_000) as f64 / 1000.0;
        let moment = payload.replace("NOW", &format!("{at}")).replace("MILLIS", &format!("{:.0}", at * 1e3));
        let row = Row { time: at, ..Row::new(rows.len() as u64 + 1, storage, field, kind, &moment) };
        rows.push(row);
    };
    let list: Vec<String> = names.iter().map(|n| format!(r#"{{"sname":"mztest","uname":"{n}"}}"#)).collect();
    add(random, "session/mztest", "_uproot_players", 132, &format!("[{}]", list.join(",")));
    if together {
        add(random, "group/mztest/gr0up", "_uproot_players", 132, &format!("[{}]", list.join(",")));
    }
    let mut order: Vec<&String> = names.iter().collect();
    for i in (1..order.len()).rev() {
        order.swap(i, random.below(i + 1));
    }
    for name in &order {
        let storage = format!("player/mztest/{name}");
        add(random, &storage, "page_order", 128, r#"["A","B"]"#);
        add(random, &storage, "started", 5, "true");
    }
    for _ in 0..20 {
        let storage = format!("player/mztest/{}", random.pick(&order));
        match random.below(5) {
            0 => add(random, &storage, "show_page", 0, &random.clone().below(2).to_string()),
            1 => add(random, &storage, "clicked", 1, "NOW"),
            2 => add(random, &storage, "millis", 0, "MILLIS"),
            3 => add(random, &storage, "nested", 129, r#"{"t":NOW,"n":5}"#),
            _ => add(random, &storage, "choice", 0, "7"),
        }
    }
    common::open(&[("uproot.msgpack".to_owned(), dump(&rows))], 1 << 16).unwrap()
}

/// The files of the ZIP with a preset, which the leak check must let pass.
fn files(study: &Study, preset: &str) -> BTreeMap<String, String> {
    files_of(study, &[], preset)
}

/// The same for a study whose file is read again.
fn files_of(study: &Study, bytes: &[u8], preset: &str) -> BTreeMap<String, String> {
    let preset = Preset::from_json(preset.as_bytes()).unwrap();
    let recipe = Recipe { protect: Some(preset), filters: false, ..Recipe::default() };
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let mut work = prepare(study, &recipe, &given, Limits::default()).unwrap();
    feed(work.as_mut(), &[bytes], 1 << 16).unwrap();
    let protected = work.finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?}", leaks.list);
    common::unzip(&zip).into_iter().map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())).collect()
}

/// Times of all changes and the values of one field, as they stand in the ultralong tables.
fn moments(files: &BTreeMap<String, String>, field: &str) -> (Vec<Option<f64>>, Vec<String>) {
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for (_, text) in files.iter().filter(|(path, _)| path.contains("/ultralong/") && path.ends_with(".csv")) {
        for row in csv::Reader::from_reader(text.as_bytes()).into_deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            times.push(row["!time"].parse().ok());
            if row["!field"] == field {
                values.push(row["!data"].clone());
            }
        }
    }
    (times, values)
}

/// Numbers of a text that are moments of the study in some unit.
fn of_the_study(text: &str) -> Vec<String> {
    let numbers = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let inside = |n: &&str| {
        let number = n.trim_matches('.').parse::<f64>().unwrap_or(0.0);
        [1.0, 1e3, 1e6, 1e9].iter().any(|unit| (BEGIN - 90_000.0..BEGIN + 300_000.0).contains(&(number / unit)))
    };
    numbers.filter(inside).map(str::to_owned).collect()
}

#[test]
fn no_moment_is_left_in_any_unit() {
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let study = study(&mut random, seed % 2 == 0);
        for level in ["share", "pseudonymize"] {
            for (mode, rounding) in [
                ("relative", "1ms"),
                ("relative", "100ms"),
                ("relative", "1s"),
                ("relative", "1min"),
                ("shift", "1s"),
                ("remove", "1s"),
            ] {
                let preset = format!(r#"{{"level":"{level}","time":{{"mode":"{mode}","rounding":"{rounding}"}}}}"#);
                for (path, text) in files(&study, &preset) {
                    assert_eq!(of_the_study(&text), Vec::<String>::new(), "{path} with {preset}, seed {seed}");
                }
            }
        }
    }
}

#[test]
fn what_stands_for_a_moment_is_what_was_chosen() {
    let mut random = Random::new(99);
    for together in [true, false] {
        let study = study(&mut random, together);
        let of = |time: &str| files(&study, &format!(r#"{{"time":{time}}}"#));
        let (kept, clicks) = moments(&of(r#"{"mode":"keep"}"#), "clicked");
        assert!(kept.iter().all(|t| t.unwrap() >= BEGIN) && clicks.iter().all(|c| !of_the_study(c).is_empty()));
        for (rounding, step) in [("1ms", 1.0), ("100ms", 100.0), ("1s", 1000.0), ("1min", 60_000.0)] {
            let (times, clicks) = moments(&of(&format!(r#"{{"mode":"relative","rounding":"{rounding}"}}"#)), "clicked");
            let clicks = clicks.iter().map(|c| c.parse::<f64>().unwrap());
            for time in times.iter().flatten().copied().chain(clicks) {
                let millis = (time * 1000.0).round();
                assert!((0.0..300_000.0).contains(&time) && millis % step == 0.0, "{time} with {rounding}");
                assert!((time * 1000.0 - millis).abs() < 1e-6, "{time}");
            }
            // Rows of no participant have a time only where all share one.
            assert_eq!(times.iter().all(Option::is_some), together);
        }
        let (shifted, clicks) = moments(&of(r#"{"mode":"shift"}"#), "clicked");
        let week = 7.0 * 86_400.0;
        // Both are in the order of tokens.
        let weeks: BTreeSet<i64> =
            kept.iter().zip(&shifted).map(|(a, b)| ((a.unwrap() - b.unwrap()) / week * 1e6).round() as i64).collect();
        assert_eq!(weeks.len(), 1, "{weeks:?}");
        let weeks = weeks.first().unwrap();
        assert!(*weeks >= 52_000_000 && weeks % 1_000_000 == 0, "{weeks}");
        assert!(clicks.iter().all(|c| c.parse::<f64>().unwrap() < BEGIN - 52.0 * week));
        let (days, clicks) = moments(&of(r#"{"mode":"day"}"#), "clicked");
        let clicks = clicks.iter().map(|c| c.parse::<f64>().unwrap());
        assert!(days.iter().map(|d| d.unwrap()).chain(clicks).all(|d| d % 86_400.0 == 0.0 && d > BEGIN - 90_000.0));
        let (removed, clicks) = moments(&of(r#"{"mode":"remove"}"#), "clicked");
        assert!(removed.iter().all(Option::is_none) && clicks.iter().all(String::is_empty));
    }
}

#[test]
fn the_order_of_changes_of_a_participant_is_kept() {
    let mut random = Random::new(5);
    for together in [true, false] {
        let study = study(&mut random, together);
        let log = common::log(&study);
        // The fields of each player in the order of changes, before and after; names differ, so sets are compared.
        let before: BTreeSet<Vec<String>> = {
            let mut by_player: BTreeMap<&str, Vec<(u64, String)>> = BTreeMap::new();
            for span in &log.spans {
                let storage = log.storages.get(span.storage);
                let changes = log.changes(span).iter().map(|c| (log.seq(*c), log.fields.get(span.field).to_owned()));
                by_player.entry(storage).or_default().extend(changes);
            }
            let players = by_player.into_iter().filter(|(storage, _)| storage.starts_with("player/"));
            players
                .map(|(_, mut all)| {
                    all.sort();
                    all.into_iter().map(|(_, field)| field).collect()
                })
                .collect()
        };
        let files = files(&study, r#"{"time":{"rounding":"1min"}}"#);
        let (_, text) = files.iter().find(|(path, _)| path.ends_with("ultralong/player.csv")).unwrap();
        let mut by_player: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        let mut numbers = Vec::new();
        for row in csv::Reader::from_reader(text.as_bytes()).into_deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            let seq = row["!seq"].parse().unwrap();
            numbers.push(seq);
            by_player.entry(row["!storage"].clone()).or_default().push((seq, row["!field"].clone()));
        }
        let after: BTreeSet<Vec<String>> = by_player
            .into_values()
            .map(|mut all| {
                all.sort();
                all.into_iter().map(|(_, field)| field).collect()
            })
            .collect();
        assert_eq!(before, after);
        numbers.sort_unstable();
        assert!(numbers.windows(2).all(|w| w[0] < w[1]));
    }
}

/// What the reports say of times: the first paragraph, the part on the search, and the JSON.
fn said(files: &BTreeMap<String, String>) -> (String, String, serde_json::Value) {
    let report = |end: &str| files.iter().find(|(path, _)| path.ends_with(end)).unwrap().1.as_str();
    let text = report("ANONYMIZATION.txt").split_whitespace().collect::<Vec<_>>().join(" ");
    let (first, rest) = text.split_once("These data were prepared").unwrap();
    let (_, search) = rest.split_once("The search for leaks").unwrap();
    (first.to_owned(), search.to_owned(), serde_json::from_str(report("anonymization.json")).unwrap())
}

#[test]
fn reports_say_of_times_what_was_done() {
    let modern = study(&mut Random::new(6), false);
    // A clock that was never set: nobody can tell moments from counters.
    let mut rows =
        vec![Row::new(1, "session/mztest", "_uproot_players", 132, r#"[{"sname":"mztest","uname":"qk0zv"}]"#)];
    rows.extend([2, 3, 4].map(|seq| Row::new(seq, "player/mztest/qk0zv", "choice", 0, "7")));
    rows.iter_mut().for_each(|row| row.time = row.seq.unwrap() as f64);
    let unset = common::open(&[("uproot.msgpack".to_owned(), dump(&rows))], 1 << 16).unwrap();
    let database = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/canary/psynet_canary.zip");
    let bytes = std::fs::read(database).unwrap();
    let database = common::open(&[("database.zip".to_owned(), bytes.clone())], 1 << 16).unwrap();
    for (level, mode, done, uproot, psynet) in [
        ("share", "relative", "replaced, times are relative, and texts that", true, true),
        ("share", "shift", "replaced, times were moved by whole weeks, and texts that", true, false),
        ("share", "day", "replaced, of times only the day is left, and texts that", false, false),
        ("share", "remove", "replaced, times were removed, and texts that", true, true),
        ("share", "keep", "replaced, times are as they were, and texts that", false, false),
        ("pseudonymize", "keep", "texts, times and what describes people are as they were", false, false),
        ("pseudonymize", "relative", "times are relative; texts and what describes people are as they", false, true),
    ] {
        let preset = format!(r#"{{"level":"{level}","time":{{"mode":"{mode}"}}}}"#);
        let all = [
            (files(&modern, &preset), uproot),
            (files(&unset, &preset), false),
            (files_of(&database, &bytes, &preset), psynet),
        ];
        for (files, searched) in all {
            let (first, search, json) = said(&files);
            assert!(first.contains(done), "{preset} {first}");
            assert_eq!(json["leak_check"]["calendar_times"], searched, "{preset} {}", json["input"]);
            assert_eq!(search.contains("digests; times were not searched)"), !searched, "{preset} {search}");
            let text = &files.iter().find(|(path, _)| path.ends_with("ANONYMIZATION.txt")).unwrap().1;
            assert_eq!(text.contains("Made coarse"), level == "share" || mode != "keep", "{preset}");
        }
    }
}

/// The reports on players who took so many seconds each.
fn reports(seconds: &[f64]) -> (String, serde_json::Value) {
    let list: Vec<String> = (0..seconds.len()).map(|i| format!(r#"{{"sname":"mztest","uname":"qk{i}zv"}}"#)).collect();
    let mut rows = vec![Row::new(1, "session/mztest", "_uproot_players", 132, &format!("[{}]", list.join(",")))];
    rows[0].time = BEGIN;
    for (i, seconds) in seconds.iter().enumerate() {
        for (field, at) in [("started", 0.0), ("choice", *seconds)] {
            let seq = rows.len() as u64 + 1;
            let time = BEGIN + 100.0 * i as f64 + at;
            rows.push(Row { time, ..Row::new(seq, &format!("player/mztest/qk{i}zv"), field, 0, "7") });
        }
    }
    let study = common::open(&[("uproot.msgpack".to_owned(), dump(&rows))], 1 << 16).unwrap();
    let files = files(&study, r#"{"time":{"rounding":"1s"}}"#);
    let report = |end: &str| files.iter().find(|(path, _)| path.ends_with(end)).unwrap().1.clone();
    (report("ANONYMIZATION.txt"), serde_json::from_str(&report("anonymization.json")).unwrap())
}

#[test]
fn who_alone_took_a_time_is_counted_and_told() {
    for (seconds, count) in [(&[30.0, 30.0, 30.2, 55.0, 61.0][..], 2), (&[30.0, 30.4, 55.0, 55.0], 0)] {
        let (text, json) = reports(seconds);
        assert_eq!(json["participants_unique_by_duration"], count);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = text.contains(&format!("as the times are): {count}. Who knows"));
        assert_eq!(told, count > 0, "{text}");
    }
}
