//! What PsyNet makes of a participant's variables: each case of `tests/cases/jsonpickle` has the text of `vars` in the
//! database and the cells that jsonpickle 4.1.4, NumPy 2.4.6 and pandas 3.1.1 make of it by PsyNet's rules.

mod common;

use std::collections::BTreeMap;
use windrow::error::Result;
use windrow::limits::Limits;
use windrow::recipe::Recipe;
use windrow::source::{FileInfo, feed};
use windrow::study::Opening;

#[derive(serde::Deserialize)]
struct Case {
    vars: String,
    cells: BTreeMap<String, String>,
}

/// The table of a bot with these variables.
fn table(vars: &str) -> Result<String> {
    let quoted = vars.replace('"', "\"\"");
    let csv = format!("id,type,vars\n1,psynet.bot.Bot,\"{quoted}\"\n");
    let files = vec![("participant.csv".to_owned(), csv.into_bytes())];
    let infos = files.iter().map(|(path, bytes)| FileInfo { path: path.clone(), size: bytes.len() as u64 }).collect();
    let mut opening = Opening::new(infos, Limits::default())?;
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(&mut opening, &bytes, 1 << 20)?;
    let zip = common::unzip(&common::export_of(&opening.finish()?, &files, &Recipe::default())?);
    let table = zip.iter().find(|(path, _)| path.ends_with("data/Bot.csv")).expect("the table of the bot");
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
