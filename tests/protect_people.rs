//! Who stands out: people are counted, not participations, by everything that describes them, wherever it stands.

mod common;

use common::dump::{Row, dump};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::Preset;
use windrow::protect::{Given, look, prepare};
use windrow::recipe::Recipe;
use windrow::source::feed;

type Files = BTreeMap<String, Vec<u8>>;

/// The files of the ZIP for open sharing, which the search must let pass.
fn shared(name: &str, bytes: &[u8]) -> Files {
    let study = common::open(&[(name.to_owned(), bytes.to_vec())], 1 << 16).unwrap();
    let recipe = Recipe { protect: Some(Preset::default()), filters: false, ..Recipe::default() };
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let mut work = prepare(&study, &recipe, &given, Limits::default()).unwrap();
    feed(work.as_mut(), &[bytes], 1 << 16).unwrap();
    let protected = work.finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?}", leaks.list);
    let files = common::unzip(&zip);
    let mut work = look(&study, &recipe).unwrap();
    feed(work.as_mut(), &[bytes], 1 << 16).unwrap();
    let (seen, done) = (work.finish().unwrap(), report(&files));
    assert_eq!([done["participants"].as_u64(), done["people"].as_u64()], [seen.participants, seen.people].map(Some));
    files
}

fn report(files: &Files) -> serde_json::Value {
    let (_, json) = files.iter().find(|(path, _)| path.ends_with("anonymization.json")).unwrap();
    serde_json::from_slice(json).unwrap()
}

/// The report for people, with one space between words.
fn told(files: &Files) -> String {
    let (_, text) = files.iter().find(|(path, _)| path.ends_with("ANONYMIZATION.txt")).unwrap();
    String::from_utf8_lossy(text).split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of all tables of a name.
fn rows(files: &Files, end: &str) -> Vec<BTreeMap<String, String>> {
    let tables = files.iter().filter(|(path, _)| path.ends_with(end));
    let read = |bytes| csv::Reader::from_reader(bytes).into_deserialize().map(|row| row.unwrap());
    tables.flat_map(|(_, bytes)| read(bytes.as_slice())).collect()
}

/// A dump of sessions with so many players each, who never meet.
struct Sessions(Vec<Row>);

impl Sessions {
    fn new(sessions: usize, players: usize) -> Sessions {
        let mut all = Sessions(Vec::new());
        for session in 0..sessions {
            let player = |n| format!(r#"{{"sname":"mzsess{session}","uname":"{}"}}"#, name(n));
            let list: Vec<String> = (0..players).map(player).collect();
            all.put(&format!("session/mzsess{session}"), "_uproot_players", 132, &format!("[{}]", list.join(",")));
            (0..players).for_each(|n| all.put(&format!("player/mzsess{session}/{}", name(n)), "started", 5, "true"));
        }
        all
    }

    fn put(&mut self, storage: &str, field: &str, kind: u8, payload: &str) {
        self.0.push(Row::new(self.0.len() as u64 + 1, storage, field, kind, payload));
    }

    fn shared(&self) -> Files {
        shared("uproot.msgpack", &dump(&self.0))
    }
}

fn name(player: usize) -> String {
    format!("qk{player}zv")
}

#[test]
fn a_person_in_many_sessions_is_one() {
    let mut study = Sessions::new(6, 6);
    for (session, player) in (0..36).map(|n| (n / 6, n % 6)) {
        let storage = format!("player/mzsess{session}/{}", name(player));
        // Somebody types their id in capitals once.
        let id = format!("5e1f2a3b4c5d6e7f8a9b0c1{player}");
        let id = if session == 3 { id.to_uppercase() } else { id };
        study.put(&storage, "label", 2, &format!("\"{id}\""));
        study.put(&storage, "age", 0, if player == 0 { "83" } else { "25" });
        study.put(&storage, "country", 2, if player == 0 { "\"MT\"" } else { "\"DE\"" });
        // The others differ in one session alone.
        study.put(&storage, "gender", 2, if session == 0 && player > 3 { "\"f\"" } else { "\"m\"" });
    }
    let files = study.shared();
    let report = report(&files);
    assert_eq!((report["participants"].as_u64(), report["people"].as_u64()), (Some(36), Some(6)));
    assert_eq!(report["risk"]["before"]["participants"], 6);
    assert_eq!(
        (report["risk"]["before"]["unique"].as_u64(), report["risk"]["suppressed"].as_u64()),
        (Some(1), Some(6))
    );
    let players = rows(&files, "/latest/player.csv");
    assert_eq!(players.len(), 36);
    assert!(players.iter().all(|p| p["age"] == "*" && p["country"] == "*" && p["gender"] == "*"));
    assert!(told(&files).contains("By their ids these are 6 people"));
    assert!(told(&files).contains("Fewer than 20 people took part"), "of 36 participants");
}

#[test]
fn what_describes_people_is_counted_wherever_it_stands() {
    let mut study = Sessions::new(1, 30);
    for n in 0..30 {
        let storage = format!("player/mzsess0/{}", name(n));
        let (age, country) = if n == 0 { (93, "MT") } else { (25, if n < 10 { "AT" } else { "DE" }) };
        let described = format!(r#""age":{age},"country":"{country}""#);
        study.put(&storage, "household", 129, &format!(r#"{{"1":{{{described}}},"2":{{"age":40,"country":"DE"}}}}"#));
        study.put(&storage, "married", 5, if n == 0 { "true" } else { "false" });
        let entry = |sender: &str| format!(r#"["019b2a3c-1d2e-7f3a-8b4c-5d6e7f8a9b{n:02x}",{{{described},{sender}}}]"#);
        let sender = format!(r#""sender":["mzsess0","{}"]"#, name(n));
        study.put("model/mzsess0/mmodel1", "entry", 128, &entry(&sender));
        study.put("model/mzsess0/mmodel2", "entry", 128, &entry(r#""kind":"anything""#));
    }
    study.put("group/mzsess0/gr0up1", "country", 2, "\"DE\"");
    let files = study.shared();
    let report = report(&files);
    assert_eq!(report["risk"]["before"]["unique"], 1);
    let columns = report["risk"]["columns"].as_array().unwrap();
    for path in ["player..household.*.age", "player..married", "model..entry[1].country"] {
        assert!(columns.iter().any(|column| column == path), "{path} {columns:?}");
    }
    // One stands out, and the next smallest group hides them.
    assert_eq!(report["risk"]["suppressed"], 10);
    let stays = |rows: Vec<BTreeMap<String, String>>, column: &str, text: &str| {
        assert!(rows.iter().all(|row| !["MT", "AT", "90+"].iter().any(|rare| row[column].contains(rare))), "{column}");
        rows.iter().filter(|row| row[column].contains(text)).count()
    };
    assert_eq!(stays(rows(&files, "/latest/player.csv"), "household", "25-34"), 20);
    assert_eq!(stays(rows(&files, "/latest/player.csv"), "married", "FALSE"), 20);
    assert_eq!(stays(rows(&files, "/latest/player.csv"), "married", "*"), 10);
    // Of entries without a sender nobody knows whom they describe.
    assert_eq!(stays(rows(&files, "/ultralong/model.csv"), "!data", "DE"), 20);
    assert_eq!(stays(rows(&files, "/ultralong/model.csv"), "!data", "*"), 40);
    assert_eq!(rows(&files, "/latest/group.csv")[0]["country"], "*");
    let told = told(&files);
    for path in ["player..household.*.age", "model..entry[1].age", "group..country"] {
        assert!(told.contains(path), "{path}");
    }
}

/// How many players are unique by duration, given when each came and left, in seconds after all places were made.
fn unique(stays: &[(f64, f64)], together: bool) -> serde_json::Value {
    let mut study = Sessions::new(1, 0);
    let list: Vec<String> =
        (0..stays.len()).map(|n| format!(r#"{{"sname":"mzsess0","uname":"{}"}}"#, name(n))).collect();
    study.put("session/mzsess0", "_uproot_players", 132, &format!("[{}]", list.join(",")));
    if together {
        study.put("group/mzsess0/gr0up", "_uproot_players", 132, &format!("[{}]", list.join(",")));
    }
    study.0.iter_mut().for_each(|row| row.time = 1_760_000_000.0);
    for (n, (came, left)) in stays.iter().enumerate() {
        for (field, kind, payload, at) in
            [("id", 0, "7", 0.0), ("started", 5, "true", *came), ("payoff", 1, "3.0", *left)]
        {
            study.put(&format!("player/mzsess0/{}", name(n)), field, kind, payload);
            study.0.iter_mut().next_back().unwrap().time = 1_760_000_000.0 + at;
        }
    }
    report(&study.shared())["participants_unique_by_duration"].clone()
}

#[test]
fn durations_are_those_that_the_result_shows() {
    let came = |n: u32| 100.0 + 37.0 * f64::from(n);
    let ended_together: Vec<(f64, f64)> = (0..12).map(|n| (came(n), 3600.0)).collect();
    let alike: Vec<(f64, f64)> = (0..12).map(|n| (came(n), came(n) + 60.0)).collect();
    for together in [false, true] {
        assert_eq!(unique(&ended_together, together), 12);
        assert_eq!(unique(&alike, together), 0);
    }
}

/// A database of participants: worker and variables.
fn database(people: &[(&str, serde_json::Value)]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "creation_time", "worker_id", "assignment_id", "unique_id", "vars"]).unwrap();
    for (n, (worker, vars)) in (1..).zip(people) {
        let (came, task, vars) = (format!("2026-03-04 09:{n:02}:00"), format!("asg{n:04}zz"), vars.to_string());
        let unique = format!("{worker}:{task}");
        table.write_record([&n.to_string(), came.as_str(), worker, &task, &unique, &vars]).unwrap();
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("data/participant.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&table.into_inner().unwrap()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_worker_who_came_many_times_is_one() {
    let others: Vec<String> = (0..19).map(|n| format!("kq{n:04}xw")).collect();
    let described = |age: u32, country: &str| serde_json::json!({ "age": age, "country": country });
    // One worker six times, and one person with three worker ids twice each.
    let mut people = vec![("kx9999q", described(85, "MT")); 6];
    for worker in ["kv1111q", "kv2222q", "kv3333q"] {
        let vars = serde_json::json!({ "prolific_id": "zz77yy", "age": 52, "country": "FR" });
        people.extend([(worker, vars), (worker, described(52, "FR"))]);
    }
    let country = |n| if n < 14 { "DE" } else { "AT" };
    people.extend(others.iter().zip(0..).map(|(worker, n)| (worker.as_str(), described(30, country(n)))));
    let files = shared("database.zip", &database(&people));
    let report = report(&files);
    assert_eq!((report["participants"].as_u64(), report["people"].as_u64()), (Some(31), Some(21)));
    // Two are alone; the next smallest group hides them.
    assert_eq!(
        (report["risk"]["before"]["unique"].as_u64(), report["risk"]["suppressed"].as_u64()),
        (Some(2), Some(7))
    );
    let mut countries: Vec<String> = rows(&files, "regular/data/Participant.csv")
        .into_iter()
        .map(|mut row| row.remove("country").unwrap())
        .collect();
    countries.sort();
    assert_eq!(countries, [vec!["*"; 17], vec!["DE"; 14]].concat());
}

#[test]
fn ids_that_only_look_like_ids_join_as_well() {
    let workers: Vec<String> = (0..31).map(|n| format!("kq{n:04}xw")).collect();
    let vars = |n: u32| serde_json::json!({ "zork": 10_001 + n % 30 * 7, "age": 30 });
    let people: Vec<_> = workers.iter().map(String::as_str).zip((0..).map(vars)).collect();
    let report = report(&shared("database.zip", &database(&people)));
    let zork = report["paths"].as_array().unwrap().iter().find(|path| path["path"] == "participant.vars.zork").unwrap();
    assert_eq!(zork["class"], "person_id");
    assert_eq!((report["participants"].as_u64(), report["people"].as_u64()), (Some(31), Some(30)));
}
