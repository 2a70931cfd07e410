//! Cases of protection: a folder each in `tests/cases/protect/uproot`, with changes and what must become of them.
//!
//! A line of `changes.jsonl` is `[storage, field, type, value]`, with the number of the type in a dump; without type and
//! value it is a deletion. In `expect.json`, nothing of `gone` may stand in any file at any level, all of `stays` must; a
//! planted value of `searched` must be found by the leak check, and none of `not_searched` may be.

mod common;

use common::dump::{Row, dump};
use serde_json::Value;
use std::io::{Cursor, Write};
use std::path::Path;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, Protected, prepare};
use windrow::recipe::{Filetype, Recipe};

fn changes(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (seq, line) in (1..).zip(text.lines()) {
        let change: Vec<Value> = serde_json::from_str(line).unwrap_or_else(|e| panic!("line {seq}: {e}"));
        let text = |i: usize| change.get(i).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = change.get(2).and_then(Value::as_u64).unwrap_or_default() as u8;
        let payload = change.get(3).map(Value::to_string);
        let mut row = Row::new(seq, &text(0), &text(1), kind, payload.as_deref().unwrap_or_default());
        row.value = row.value.filter(|_| payload.is_some());
        rows.push(row);
    }
    rows
}

fn strings(expect: &Value, name: &str) -> Vec<String> {
    let all = expect[name].as_array().into_iter().flatten();
    all.map(|v| v.as_str().unwrap().to_owned()).collect()
}

fn leaks(protected: &Protected, zip: &[u8]) -> u64 {
    check(&mut Cursor::new(zip), &protected.searcher, &protected.own_columns).unwrap().total
}

fn planted(value: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(format!("see {value} there").as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/uproot");
    let mut count = 0;
    for case in common::folders(&root) {
        let read = |name: &str| std::fs::read_to_string(case.join(name)).unwrap();
        let expect: Value = serde_json::from_str(&read("expect.json")).unwrap();
        let bytes = dump(&changes(&read("changes.jsonl")));
        let study = common::open(&[("uproot.msgpack".to_owned(), bytes)], 1 << 16).unwrap();
        for (level, filetype) in [
            (Level::Share, Filetype::Csv),
            (Level::Share, Filetype::Jsonl),
            (Level::Pseudonymize, Filetype::Csv),
            (Level::Pseudonymize, Filetype::Jsonl),
        ] {
            let at = format!("{} at {} in {}", case.display(), level.as_str(), filetype.as_str());
            let recipe = Recipe { protect: Some(Preset::of(level)), filters: false, filetype, ..Recipe::default() };
            let given = Given { key: [7; 32], project: false, approved: Set::new() };
            let protected = prepare(&study, &recipe, &given, Limits::default()).unwrap().finish().unwrap();
            let zip = common::export(&protected.study, &protected.recipe).unwrap();
            assert_eq!(leaks(&protected, &zip), 0, "{at}");
            let files: Vec<(String, Vec<u8>)> = common::unzip(&zip).into_iter().collect();
            let all = files.iter().map(|(path, bytes)| format!("{path}\n{}\n", String::from_utf8_lossy(bytes)));
            let all = all.collect::<String>().to_lowercase();
            for gone in strings(&expect, "gone") {
                assert!(!all.contains(&gone.to_lowercase()), "{at}: {gone} is left");
            }
            let mut stays = strings(&expect, "stays");
            if level == Level::Pseudonymize {
                stays.extend(strings(&expect, "stays_pseudonymized"));
            }
            for stays in stays {
                assert!(all.contains(&stays.to_lowercase()), "{at}: {stays} is gone");
            }
            for value in strings(&expect, "searched") {
                assert!(leaks(&protected, &planted(&value)) > 0, "{at}: {value} is not searched for");
            }
            for value in strings(&expect, "not_searched") {
                assert_eq!(leaks(&protected, &planted(&value)), 0, "{at}: {value} is searched for");
            }
        }
        count += 1;
    }
    assert!(count >= 2);
}
