//! The views against a slow, obvious re-implementation on thousands of random logs.
//!
//! The oracle follows the description of uproot 0.10.1's exports sentence by sentence: a tree of ordered
//! lists, a full state after every change, JSON values for cells. It shares no code with `src/view`.

mod common;

use common::dump::{Row, dump};
use common::random::Random;
use common::{open, sha256, tables};
use serde_json::Value;
use std::collections::BTreeMap;
use windrow::recipe::{Filetype, Recipe};

/// A row of a table: names and JSON texts of its cells.
type Cells = Vec<(String, String)>;

/// A change as an export shows it.
#[derive(Clone)]
struct Shown {
    /// Where the row was in the sorted log: tells stored rows apart.
    id: usize,
    storage: String,
    field: String,
    seq: u64,
    time: f64,
    context: String,
    /// Type and JSON text; `None` is a tombstone.
    value: Option<(u8, String)>,
}

/// A storage's place in the tree: fields and storages below it, in order of first insertion.
#[derive(Default)]
struct Node {
    children: Vec<(String, Child)>,
}

enum Child {
    Storage(Node),
    Field(Vec<Shown>),
}

impl Node {
    fn storage(&mut self, name: &str) -> &mut Node {
        let at = self.children.iter().position(|(n, c)| n == name && matches!(c, Child::Storage(_)));
        let at = at.unwrap_or_else(|| {
            self.children.push((name.to_owned(), Child::Storage(Node::default())));
            self.children.len() - 1
        });
        match &mut self.children[at].1 {
            Child::Storage(node) => node,
            Child::Field(_) => unreachable!(),
        }
    }

    fn add(&mut self, change: Shown) {
        for (name, child) in &mut self.children {
            if let (Child::Field(changes), true) = (child, *name == change.field) {
                return changes.push(change);
            }
        }
        self.children.push((change.field.clone(), Child::Field(vec![change])));
    }

    fn walk(&self, found: &mut Vec<Shown>) {
        for (_, child) in &self.children {
            match child {
                Child::Storage(node) => node.walk(found),
                Child::Field(changes) => found.extend(changes.iter().cloned()),
            }
        }
    }
}

/// The changes of a session by kind, kinds in order of first appearance in the whole database.
fn streams(rows: &[Row], session: &str) -> Vec<(String, Vec<Shown>)> {
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|r| r.seq);
    // The last row of a replaced field supersedes the others.
    let is_replaced = |r: &Row| r.field == "_uproot_players" && r.namespace.starts_with("session/");
    let mut tree = Node::default();
    for (id, row) in sorted.iter().enumerate() {
        let later = &sorted[id + 1..];
        if is_replaced(row) && later.iter().any(|r| is_replaced(r) && r.namespace == row.namespace) {
            continue;
        }
        if row.namespace.split('/').next() == Some("admin") {
            continue;
        }
        let mut node = &mut tree;
        for part in row.namespace.split('/') {
            node = node.storage(part);
        }
        node.add(Shown {
            id,
            storage: row.namespace.clone(),
            field: row.field.clone(),
            seq: row.seq.unwrap(),
            time: row.time,
            context: row.context.clone(),
            value: row.value.as_ref().map(|v| (v[0], String::from_utf8(v[1..].to_vec()).unwrap())),
        });
    }
    let mut kinds = Vec::new();
    for (kind, child) in &tree.children {
        let Child::Storage(sessions) = child else { unreachable!() };
        for (name, child) in &sessions.children {
            if let (Child::Storage(node), true) = (child, name == session) {
                let mut found = Vec::new();
                node.walk(&mut found);
                kinds.push((kind.clone(), found));
            }
        }
    }
    kinds
}

/// uproot 0.10.1's reasonable filters, and ours for credentials.
fn filtered(changes: &[Shown], filters: bool, session: &str) -> Vec<Shown> {
    changes.iter().filter_map(|change| filter(change, filters, session)).collect()
}

fn filter(change: &Shown, filters: bool, session: &str) -> Option<Shown> {
    let mut new = change.clone();
    if matches!(change.field.as_str(), "_uproot_key" | "_uproot_secret") {
        return None;
    }
    if !filters || !change.field.starts_with("_uproot_") {
        return Some(new);
    }
    let kind = change.storage.split('/').next().unwrap();
    let value: Option<Value> = change.value.as_ref().map(|(_, text)| serde_json::from_str(text).unwrap());
    let value = value.unwrap_or(Value::Null);
    let names = |kind: &str, part: fn(&Value) -> &Value| {
        let path = |v: &Value| format!("{kind}/{session}/{}", part(v).as_str().unwrap());
        let paths: Vec<String> = value.as_array().into_iter().flatten().map(path).collect();
        (128, serde_json::to_string(&paths).unwrap())
    };
    let made = match (change.field.as_str(), kind) {
        ("_uproot_dropout" | "_uproot_settings", _) => return Some(new),
        ("_uproot_group", _) => {
            new.field = "group".to_owned();
            match &value {
                Value::Null => (7, "null".to_owned()),
                v => (2, format!("\"group/{}/{}\"", v[0].as_str().unwrap(), v[1].as_str().unwrap())),
            }
        }
        ("_uproot_session", _) => {
            new.field = "session".to_owned();
            (2, format!("\"session/{}\"", value.as_str().unwrap_or_default()))
        }
        ("_uproot_players", "session" | "group") => {
            new.field = "players".to_owned();
            names("player", |v| v.get("uname").unwrap_or_else(|| &v[1]))
        }
        ("_uproot_groups", "session") => {
            new.field = "groups".to_owned();
            names("group", |v| v)
        }
        _ => return None,
    };
    new.value = new.value.map(|_| made);
    Some(new)
}

fn every_change(changes: &[Shown], sparse: bool) -> Vec<Cells> {
    let row = |change: &Shown| {
        let mut row = vec![
            ("!context".to_owned(), Value::from(change.context.as_str()).to_string()),
            ("!field".to_owned(), Value::from(change.field.as_str()).to_string()),
            ("!seq".to_owned(), change.seq.to_string()),
            ("!storage".to_owned(), Value::from(change.storage.as_str()).to_string()),
            ("!time".to_owned(), format!("{:?}", change.time)),
            ("!unavailable".to_owned(), change.value.is_none().to_string()),
        ];
        let column = if sparse { change.field.trim_matches('"') } else { "!data" };
        row.push((column.to_owned(), change.value.as_ref().map_or("null", |(_, text)| text).to_owned()));
        row
    };
    changes.iter().map(row).collect()
}

/// Everything that is available in a storage after a change, and which change that was.
#[derive(Clone)]
struct State {
    last: Shown,
    fields: BTreeMap<String, Shown>,
}

impl State {
    fn row(&self) -> Cells {
        let mut row = vec![
            ("!seq".to_owned(), self.last.seq.to_string()),
            ("!storage".to_owned(), Value::from(self.last.storage.as_str()).to_string()),
            ("!time".to_owned(), format!("{:?}", self.last.time)),
        ];
        let text = |change: &Shown| change.value.clone().unwrap().1;
        row.extend(self.fields.iter().map(|(name, change)| (name.clone(), text(change))));
        row
    }

    /// What `repr()` of the value tells apart: the type and the text, and every random state from every other.
    fn repr(&self, field: &str) -> Option<String> {
        let change = self.fields.get(field)?;
        let (kind, text) = change.value.as_ref()?;
        Some(if *kind == 133 { format!("random {}", change.id) } else { format!("{kind} {text}") })
    }
}

fn latest(changes: &[Shown], gvars: &[String]) -> Vec<Cells> {
    let mut storages: Vec<(String, Vec<Shown>)> = Vec::new();
    for change in changes {
        match storages.iter_mut().find(|(name, _)| *name == change.storage) {
            Some((_, all)) => all.push(change.clone()),
            None => storages.push((change.storage.clone(), vec![change.clone()])),
        }
    }
    let mut rows = Vec::new();
    for (_, mut changes) in storages {
        changes.sort_by_key(|c| c.seq);
        let mut state = State { last: changes[0].clone(), fields: BTreeMap::new() };
        let mut recorded: Vec<((bool, String), State)> = Vec::new();
        let mut complete_apps = Vec::new();
        for change in changes {
            state.last = change.clone();
            match change.value {
                Some(_) => drop(state.fields.insert(change.field.clone(), change)),
                None => drop(state.fields.remove(&change.field)),
            }
            if gvars.is_empty() {
                continue;
            }
            let by_app = gvars.iter().any(|g| g == "app");
            let app = state.repr("app").filter(|repr| !repr.ends_with(" null"));
            if by_app && app.is_none() {
                continue;
            }
            let combination: Option<Vec<String>> = gvars.iter().map(|g| state.repr(g)).collect();
            let key = match combination {
                Some(parts) => {
                    complete_apps.extend(app);
                    (true, format!("{parts:?}"))
                }
                None if by_app => (false, app.unwrap()),
                None => continue,
            };
            match recorded.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = state.clone(),
                None => recorded.push((key, state.clone())),
            }
        }
        if recorded.is_empty() {
            rows.push(state.row());
        }
        let is_output = |(complete, app): &(bool, String)| *complete || !complete_apps.contains(app);
        rows.extend(recorded.iter().filter(|(key, _)| is_output(key)).map(|(_, state)| state.row()));
    }
    rows
}

/// For each player in the list, every page number with its name and times.
fn page_times(kinds: &[(String, Vec<Shown>)], session: &str) -> Vec<Cells> {
    let of = |storage: String, field: &str| -> Vec<Shown> {
        let all = kinds.iter().flat_map(|(_, changes)| changes);
        all.filter(|c| c.storage == storage && c.field == field).cloned().collect()
    };
    let json = |change: &Shown| change.value.as_ref().map(|(_, text)| serde_json::from_str(text).unwrap());
    let list = of(format!("session/{session}"), "_uproot_players").last().and_then(json).unwrap_or(Value::Null);
    let mut rows = Vec::new();
    for player in list.as_array().into_iter().flatten() {
        let uname = player.get("uname").unwrap_or_else(|| &player[1]).as_str().unwrap();
        let orders = of(format!("player/{session}/{uname}"), "page_order");
        let is_number = |c: &Shown| c.value.as_ref().is_some_and(|(kind, _)| [0, 5].contains(kind));
        let visits: Vec<Shown> =
            of(format!("player/{session}/{uname}"), "show_page").into_iter().filter(is_number).collect();
        let mut order = Value::Null;
        for (i, visit) in visits.iter().enumerate() {
            let (mut low, mut high) = (0, orders.len());
            while low < high {
                let middle = (low + high) / 2;
                if visit.time < orders[middle].time { high = middle } else { low = middle + 1 }
            }
            if low > 0 {
                let in_force = &orders[low - 1];
                let is_list = in_force.value.as_ref().is_some_and(|(kind, _)| *kind == 128);
                order = if is_list { json(in_force).unwrap() } else { Value::Null };
            }
            let text = visit.value.clone().unwrap().1;
            let page: i64 = text.parse().unwrap_or(i64::from(text == "true"));
            let name = match order.as_array() {
                None => Value::Null,
                Some(pages) if page == pages.len() as i64 => Value::from("(End)"),
                Some(_) if page == -1 => Value::from("(Initialize)"),
                Some(pages) => {
                    let index = if page < 0 { page + pages.len() as i64 } else { page };
                    usize::try_from(index).ok().and_then(|i| pages.get(i).cloned()).unwrap_or(Value::Null)
                }
            };
            let left = visits.get(i + 1).map_or("null".to_owned(), |next| format!("{:?}", next.time));
            let cells = [
                ("context", Value::from(visit.context.as_str()).to_string()),
                ("entered", format!("{:?}", visit.time)),
                ("left", left),
                ("page_name", name.to_string()),
                ("show_page", text),
                ("sname", Value::from(session).to_string()),
                ("uname", Value::from(uname).to_string()),
            ];
            rows.push(cells.map(|(name, text)| (name.to_owned(), text)).to_vec());
        }
    }
    rows
}

fn column_key(name: &str) -> (usize, &str) {
    let group = if name.starts_with('!') {
        0
    } else if ["packages", "page_order"].contains(&name) {
        2
    } else {
        1
    };
    (group, name)
}

fn csv(rows: &[Cells]) -> String {
    let mut columns: Vec<&str> = rows.iter().flatten().map(|(name, _)| name.as_str()).collect();
    columns.sort_by_key(|name| column_key(name));
    columns.dedup();
    let quoted = |text: &str| match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let cell = |json: &str| match serde_json::from_str(json).unwrap() {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string().to_uppercase(),
        Value::String(text) => quoted(&text),
        _ => quoted(json),
    };
    let mut out = columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",") + "\r\n";
    for row in rows {
        let of = |column: &&str| row.iter().find(|(name, _)| name == column).map_or(String::new(), |(_, t)| cell(t));
        out += &(columns.iter().map(of).collect::<Vec<_>>().join(",") + "\r\n");
    }
    out
}

fn jsonl(rows: &[Cells]) -> String {
    let mut out = String::new();
    for row in rows {
        let mut row = row.clone();
        row.sort_by(|a, b| column_key(&a.0).cmp(&column_key(&b.0)));
        let members: Vec<String> =
            row.iter().map(|(name, text)| format!("{}:{text}", Value::from(name.as_str()))).collect();
        out += &format!("{{{}}}\n", members.join(","));
    }
    out
}

/// Values as uproot stores them, in the spelling that it exports.
const VALUES: [(u8, &str); 24] = [
    (0, "0"),
    (0, "1"),
    (0, "2"),
    (1, "1.0"),
    (1, "1e+16"),
    (2, "\"1\""),
    (2, "\"\""),
    (2, "\"a,b\""),
    (2, "\"line\\nbreak \\\"q\\\" ü\u{2028}\""),
    (2, "\"TRUE\""),
    (3, "[1]"),
    (4, "\"AQI=\""),
    (5, "true"),
    (5, "false"),
    (6, "[1.0,-2.5]"),
    (7, "null"),
    (8, "\"1\""),
    (9, "[\"b\",1]"),
    (12, "\"2026-01-02T03:04:05\""),
    (64, "[\"s1\",\"u1\"]"),
    (128, "[1]"),
    (128, "[]"),
    (129, "{\"a\":[1,{\"b\":null}],\"c\":\"x\"}"),
    (133, "[3,[1,2,3],null]"),
];

const FIELDS: [&str; 17] = [
    "app",
    "round",
    "x",
    "\"x\"",
    "group",
    "session",
    "players",
    "größe",
    "payoff",
    "show_page",
    "page_order",
    "packages",
    "_uproot_dropout",
    "_uproot_part",
    "_uproot_group",
    "_uproot_session",
    "_uproot_key",
];

fn random_value(random: &mut Random, namespace: &str, field: &str, session: &str) -> (u8, String) {
    let fixed = |kind: u8, text: &str| (kind, text.to_owned());
    let some = |random: &mut Random, texts: &[&str]| {
        texts.iter().filter(|_| random.once_in(2)).map(|t| t.to_string()).collect::<Vec<_>>().join(",")
    };
    match field {
        "app" => match random.below(8) {
            0 => fixed(7, "null"),
            1 => fixed(0, "1"),
            n => fixed(2, ["\"a\"", "\"b\"", "\"c\""][n % 3]),
        },
        "_uproot_group" if random.once_in(4) => fixed(7, "null"),
        "_uproot_group" => (66, format!("[\"{session}\",\"g{}\"]", random.below(2))),
        "_uproot_session" => (65, format!("\"{session}\"")),
        "_uproot_groups" => (128, format!("[{}]", some(random, &["\"g0\"", "\"g1\""]))),
        "_uproot_players" if random.once_in(3) => {
            let pair = |u: &str| format!("[\"{session}\",\"{u}\"]");
            (128, format!("[{}]", some(random, &[&pair("u0"), &pair("u1")])))
        }
        "_uproot_players" => {
            let member = |u: &str| format!("{{\"sname\":\"{session}\",\"uname\":\"{u}\"}}");
            let members = some(random, &[&member("u1"), &member("u0"), &member("u0")]);
            // A bunch is never empty.
            if members.is_empty() { fixed(128, "[]") } else { (132, format!("[{members}]")) }
        }
        "page_order" if random.once_in(6) => fixed(3, "[\"A\"]"),
        "page_order" => (128, ["[]", "[\"A\"]", "[\"A\",\"B\"]", "[\"A\",3,\"C\"]"][random.below(4)].to_owned()),
        "show_page" if random.once_in(8) => fixed(5, "true"),
        "show_page" if random.once_in(8) => fixed(2, "\"1\""),
        "show_page" => (0, (random.below(7) as i64 - 3).to_string()),
        _ if namespace.starts_with("model/") && random.once_in(2) => {
            (3, format!("[\"id\",{{\"n\":{}}}]", random.below(3)))
        }
        _ => {
            let (kind, text) = random.pick(&VALUES);
            (*kind, (*text).to_owned())
        }
    }
}

/// A log with everything that the description mentions, small enough that things meet.
fn random_log(random: &mut Random) -> Vec<Row> {
    let many = 5 + random.below(90);
    let (fields, storages) = (2 + random.below(FIELDS.len() - 1), 1 + random.below(5));
    let first = random.below(FIELDS.len());
    let mut seq = 0;
    let mut time = 1_760_000_000.0;
    let mut rows = Vec::new();
    for _ in 0..many {
        let session = *random.pick(&["s1", "s1", "s2"]);
        let n = random.below(storages);
        let namespace = match random.below(12) {
            0 | 1 => format!("session/{session}"),
            2 => format!("group/{session}/g{}", n % 2),
            3 => format!("model/{session}/m{}", n % 2),
            4 if random.once_in(3) => format!("player/{session}/u{n}/inner"),
            5 if random.once_in(3) => "admin".to_owned(),
            6 if random.once_in(6) => format!("other/{session}"),
            _ => format!("player/{session}/u{n}"),
        };
        let is_list = (namespace.starts_with("session/") || namespace.starts_with("group/")) && random.once_in(2);
        let field = match is_list {
            true if namespace.starts_with("session/") && random.once_in(3) => "_uproot_groups",
            true => "_uproot_players",
            false => FIELDS[(first + random.below(fields)) % FIELDS.len()],
        };
        let (kind, text) = random_value(random, &namespace, field, session);
        seq += 1 + if random.once_in(4) { random.below(300) as u64 } else { 0 };
        time += [0.25, 0.5, 3.0, -2.0][random.below(4)];
        let mut row = Row::new(seq, &namespace, field, kind, &text);
        row.time = time;
        row.context = ["m.f:1", "m.g:22", ""][random.below(3)].to_owned();
        // The exporter cannot go over a deleted list; what we make of it has tests of its own.
        if !field.starts_with("_uproot_players") && field != "_uproot_groups" && random.once_in(6) {
            row.value = None;
        }
        rows.push(row);
    }
    if random.once_in(3) {
        for _ in 0..rows.len() / 2 {
            let (a, b) = (random.below(rows.len()), random.below(rows.len()));
            rows.swap(a, b);
        }
    }
    // Page times need the list.
    for session in ["s1", "s2"] {
        let namespace = format!("session/{session}");
        seq += 1;
        rows.push(Row::new(
            seq,
            &namespace,
            "_uproot_players",
            132,
            &format!("[{{\"sname\":\"{session}\",\"uname\":\"u0\"}}]"),
        ));
    }
    rows
}

fn check(seed: u64) {
    let mut random = Random::new(seed);
    let rows = random_log(&mut random);
    let study = open(&[("dump".to_owned(), dump(&rows))], usize::MAX).unwrap();
    let choices = ["app", "round", "x", "group", "session", "_uproot_group", "payoff", "page_order", "größe"];
    let gvars: Vec<String> = (0..random.below(4)).map(|_| (*random.pick(&choices)).to_owned()).collect();
    for (filters, filetype) in
        [(true, Filetype::Csv), (true, Filetype::Jsonl), (false, Filetype::Csv), (false, Filetype::Jsonl)]
    {
        let recipe = Recipe { filters, filetype, gvars: gvars.clone(), ..Recipe::default() };
        let found = tables(&study, &recipe).unwrap();
        let mut expected: BTreeMap<String, String> = BTreeMap::new();
        let ext = filetype.as_str();
        let text = |rows: &[Cells]| if filetype == Filetype::Csv { csv(rows) } else { jsonl(rows) };
        for session in ["s1", "s2"] {
            let kinds = streams(&rows, session);
            expected.insert(format!("{session}/page_times.{ext}"), text(&page_times(&kinds, session)));
            for (kind, changes) in &kinds {
                let changes = filtered(changes, filters, session);
                let mut add = |folder: &str, rows: Vec<Cells>| {
                    if !rows.is_empty() {
                        expected.insert(format!("{session}/{folder}/{kind}.{ext}"), text(&rows));
                    }
                };
                add("ultralong", every_change(&changes, false));
                add("sparse", every_change(&changes, true));
                add("latest", latest(&changes, &[]));
                if !gvars.is_empty() {
                    let without = |c: &&Shown| !filters || c.field != "page_order";
                    let changes: Vec<Shown> = changes.iter().filter(without).cloned().collect();
                    add(&windrow::recipe::grouped_folder(&gvars), latest(&changes, &gvars));
                }
            }
        }
        let title = format!("seed {seed}, filters {filters}, {ext}, by {gvars:?}");
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{title}");
        for (path, text) in &expected {
            let found = String::from_utf8(found[path].clone()).unwrap();
            assert!(found == *text, "{title}: {path}\n--- Windrow\n{found}\n--- oracle\n{text}");
        }
    }
}

#[test]
fn views_equal_the_oracle_on_even_seeds() {
    (0..LOGS).step_by(2).for_each(check);
}

#[test]
fn views_equal_the_oracle_on_odd_seeds() {
    (1..LOGS).step_by(2).for_each(check);
}

/// Random logs, each with four combinations of options.
const LOGS: u64 = 2000;

/// The generator is part of the test: should it change, it must still make what it is for.
#[test]
fn random_logs_hold_what_they_are_for() {
    let logs: Vec<Vec<Row>> = (0..LOGS).map(|seed| random_log(&mut Random::new(seed))).collect();
    let has = |what: &dyn Fn(&Row) -> bool| logs.iter().filter(|rows| rows.iter().any(what)).count() > 100;
    for kind in ["player/", "session/", "group/", "model/", "admin", "other/"] {
        assert!(has(&|row| row.namespace.starts_with(kind)), "{kind}");
    }
    for field in FIELDS.iter().chain(&["_uproot_players", "_uproot_groups"]) {
        assert!(has(&|row| row.field == *field), "{field}");
    }
    assert!(has(&|row| row.value.is_none()) && has(&|row| row.namespace.ends_with("/inner")));
    assert!(has(&|row| row.value.as_ref().is_some_and(|v| v[0] == 133)));
    let unordered = |rows: &&Vec<Row>| rows.windows(2).any(|w| w[0].seq > w[1].seq);
    assert!(logs.iter().filter(unordered).count() > 100);
    assert_ne!(sha256(&dump(&logs[0])), sha256(&dump(&logs[1])));
}
