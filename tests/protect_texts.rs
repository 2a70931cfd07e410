//! Protection of exported tables: values have lost their types there, and nothing else may get lost on the way.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare};
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::study::Study;

fn canary() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/protect/canary")
}

fn protected(study: &Study, recipe: &Recipe) -> Vec<u8> {
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let protected = prepare(study, recipe, &given, Limits::default()).unwrap().finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?}", leaks.list);
    zip
}

/// The values of a column of the latest players.
fn column(zip: &[u8], name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (_, bytes) in common::unzip(zip).iter().filter(|(path, _)| path.ends_with("/latest/player.csv")) {
        for row in csv::Reader::from_reader(bytes.as_slice()).into_deserialize::<BTreeMap<String, String>>() {
            all.extend(row.unwrap().remove(name));
        }
    }
    all.sort();
    all
}

#[test]
fn the_exported_canary_leaves_nothing_and_keeps_its_results() {
    for name in ["uproot_canary_filtered_ultralong.csv", "uproot_canary_raw_ultralong.csv"] {
        let bytes = std::fs::read(canary().join(name)).unwrap();
        let study = common::open(&[(name.to_owned(), bytes)], 1 << 16).unwrap();
        for (level, filetype) in [(Level::Share, Filetype::Csv), (Level::Share, Filetype::Jsonl)] {
            let recipe = Recipe { protect: Some(Preset::of(level)), filters: false, filetype, ..Recipe::default() };
            let zip = protected(&study, &recipe);
            let plain = common::export(&study, &Recipe { protect: None, ..recipe }).unwrap();
            if filetype == Filetype::Csv {
                for field in ["treatment", "offer", "payoff", "show_page", "started"] {
                    assert_eq!(column(&zip, field), column(&plain, field), "{field} of {name}");
                }
                assert_eq!(column(&zip, "treatment").len(), 6);
                assert!(column(&zip, "session").iter().all(|s| s.starts_with("session/s-")), "{name}");
            }
            let path = std::env::temp_dir().join(format!("windrow-texts-{}-{name}.zip", std::process::id()));
            std::fs::write(&path, &zip).unwrap();
            let search = std::process::Command::new("python3")
                .args([canary().join("leakscan.py"), canary().join("uproot_canary.json"), path.clone()])
                .output();
            let _ = std::fs::remove_file(&path);
            // Without Python the leak check itself must do.
            if let Ok(search) = search {
                assert!(search.status.success(), "{name}: {}", String::from_utf8_lossy(&search.stdout));
            }
        }
    }
}

#[test]
fn no_exported_case_leaves_a_name() {
    let mut inputs = 0;
    // A session that is called by a word of the reports cannot be told from it where values have lost their types.
    let mut words_of_reports = windrow::protect::report::words(&mut std::iter::empty());
    words_of_reports.insert("types".to_owned());
    for case in common::cases("uproot") {
        for input in common::folders(&case) {
            let study = common::open(&common::inputs(&input), 1 << 16).unwrap();
            let log = common::log(&study);
            let fields: BTreeSet<&str> = (0..log.fields.len() as u32).map(|id| log.fields.get(id)).collect();
            let code: String = (0..log.contexts.len() as u32).map(|id| log.contexts.get(id)).collect();
            for (filetype, filters) in [(Filetype::Csv, true), (Filetype::Jsonl, false)] {
                let views = vec![ViewName::Ultralong];
                let recipe = Recipe { views, filetype, filters, ..Recipe::default() };
                let tables = common::tables(&study, &recipe).unwrap();
                let exported: Vec<_> = tables.into_iter().filter(|(_, bytes)| bytes.len() > 2).collect();
                let Ok(texts) = common::open(&exported, 1 << 16) else { continue };
                inputs += 1;
                let names: BTreeSet<String> = (0..common::log(&texts).storages.len() as u32)
                    .flat_map(|id| {
                        common::log(&texts).storages.get(id).split('/').skip(1).map(str::to_owned).collect::<Vec<_>>()
                    })
                    .filter(|n| n.len() >= 5 && !fields.contains(n.as_str()) && !code.contains(n.as_str()))
                    .filter(|n| n.parse::<f64>().is_err() && !words_of_reports.contains(n))
                    .collect();
                for level in [Level::Share, Level::Pseudonymize] {
                    let recipe =
                        Recipe { protect: Some(Preset::of(level)), filters: false, filetype, ..Recipe::default() };
                    for (path, bytes) in common::unzip(&protected(&texts, &recipe)) {
                        if !path.ends_with(filetype.as_str()) {
                            continue;
                        }
                        let text = String::from_utf8_lossy(&bytes);
                        let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
                        for name in &names {
                            let left = words.contains(name.as_str());
                            assert!(!left, "{} at {}: {name} in {path}", input.display(), level.as_str());
                        }
                    }
                }
            }
        }
    }
    assert!(inputs >= 30, "{inputs}");
}
