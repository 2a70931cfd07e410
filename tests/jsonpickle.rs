//! What PsyNet makes of a participant's variables: each case of `tests/cases/jsonpickle` has the text of `vars` in the
//! database and the cells that jsonpickle 4.1.4, NumPy 2.4.6 and pandas 3.1.1 make of it by PsyNet's rules.

mod common;

use std::collections::BTreeMap;
use windrow::error::{Code, Result};
use windrow::limits::Limits;
use windrow::psynet::Archive;
use windrow::recipe::Recipe;
use windrow::source::{FileInfo, feed};

#[derive(serde::Deserialize)]
struct Case {
    vars: String,
    cells: BTreeMap<String, String>,
}

/// The table of a bot with these variables.
fn table(vars: &str) -> Result<String> {
    let vars = vars.replace('"', "\"\"");
    rows("participant", "id,type,vars", &format!("1,psynet.bot.Bot,\"{vars}\""), "Bot")
}

/// The processed table of a class, of a raw table with one row.
fn rows(table: &str, header: &str, row: &str, class: &str) -> Result<String> {
    let files = vec![(format!("{table}.csv"), format!("{header}\n{row}\n").into_bytes())];
    let study = common::open(&files, 1 << 20)?;
    let zip = common::unzip(&common::export_of(&study, &files, &Recipe::default())?);
    let path = format!("data/{class}.csv");
    let table = zip.iter().find(|(name, _)| name.ends_with(&path)).expect("the table of the class");
    Ok(String::from_utf8_lossy(table.1).into_owned())
}

#[test]
fn variables_come_out_as_psynet_writes_them() {
    let cases: BTreeMap<String, Case> = serde_json::from_str(include_str!("cases/jsonpickle/cases.json")).unwrap();
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let text = table(&case.vars).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let row = reader.records().next().unwrap().unwrap();
        let got: BTreeMap<&str, &str> = header.iter().zip(&row).collect();
        for (column, want) in &case.cells {
            if got.get(column.as_str()) != Some(&want.as_str()) {
                wrong.push(format!("{name}, {column}:\n    got  {:?}\n    want {want:?}", got.get(column.as_str())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_recurs_is_not_spelled_out_without_end() {
    // 40 MB out of 60 kB, of lists, of texts, and of a request's parameters, of which each doubles the one before.
    let keys: String = (1..800).map(|n| format!(", \"k{n}\": {{\"py/id\": 1}}")).collect();
    let long = "x".repeat(50_000);
    let text = format!(r#"{{"py/object": "numpy.str_", "dtype": "<U50000", "value": "{long}"}}"#);
    for first in [format!("[\"{long}\"]"), text] {
        let error = table(&format!("{{\"big\": {first}{keys}}}")).unwrap_err();
        assert_eq!(error.code(), Code::OutOfMemory);
    }
    let doubled: String = (1..60).map(|n| format!(", \"k{n}\": [{{\"py/id\": {n}}}, {{\"py/id\": {n}}}]")).collect();
    let params = format!("{{\"k0\": [1]{doubled}}}").replace('"', "\"\"");
    let request = rows("request", "id,params,type", &format!("1,\"{params}\",psynet.experiment.Request"), "Request");
    assert!(request.unwrap().contains("py/id"));
}

#[test]
fn texts_that_are_kept_are_within_the_budget() {
    let limits = Limits { memory: 100_000, ..Limits::default() };
    let open = |name: &str, csv: String| {
        let files = [(name, csv.as_bytes())];
        let infos = files.iter().map(|(path, bytes)| FileInfo { path: (*path).to_owned(), size: bytes.len() as u64 });
        let mut archive = Archive::new(infos.collect(), limits);
        feed(&mut archive, &[csv.as_bytes()], 1000).and_then(|()| archive.finish().map(drop)).map_err(|e| e.code())
    };
    let lines = |line: &dyn Fn(u32) -> String, count| (0..count).map(line).collect::<String>();
    let long = "x".repeat(400);
    let keys =
        |count| format!("id,type,barrier\n{}", lines(&|n| format!("{long}{n},psynet.sync.Barrier,null\n"), count));
    let runs = |count| {
        let row = |n| format!("{n},1,{long},psynet.timeline.ModuleState\n");
        format!("id,participant_id,module_id,type\n{}", lines(&row, count))
    };
    for (name, csv) in [("barrier.csv", &keys as &dyn Fn(u32) -> String), ("module_state.csv", &runs)] {
        assert_eq!(open(name, csv(50)), Ok(()), "{name}");
        assert_eq!(open(name, csv(300)), Err(Code::OutOfMemory), "{name}");
    }
}

#[test]
fn members_that_may_be_strings_are_noted() {
    let notes = |class: &str| {
        let vars = format!(r#"{{"v": {{"py/reduce": [{{"py/type": "{class}"}}, {{"py/tuple": ["red"]}}]}}}}"#);
        let csv = format!("id,type,vars\n1,psynet.bot.Bot,\"{}\"\n", vars.replace('"', "\"\""));
        let mut archive = Archive::new(
            vec![FileInfo { path: "participant.csv".to_owned(), size: csv.len() as u64 }],
            Limits::default(),
        );
        feed(&mut archive, &[csv.as_bytes()], 1000).unwrap();
        let notes = archive.finish().unwrap().notes;
        notes.iter().filter(|n| n.text.contains("enumeration")).map(|n| (n.class.clone(), n.column.clone())).collect()
    };
    let noted: Vec<_> = notes("dallinger_experiment.experiment.Colour");
    assert_eq!(noted, [("Bot".to_owned(), "vars".to_owned())]);
    assert_eq!(notes("decimal.Decimal"), []);
}
