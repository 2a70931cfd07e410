//! The views against a slow, obvious re-implementation on thousands of random logs.
//!
//! The oracle follows the description of uproot 0.10.1's exports sentence by sentence. It
//! shares no code with `src/view`.

mod common;
#[path = "latest_oracle/logs.rs"]
mod logs;
#[path = "latest_oracle/oracle.rs"]
mod oracle;

use common::dump::{Row, dump};
use common::random::Random;
use common::{open, sha256, tables};
use logs::{FIELDS, random_log};
use oracle::{Cells, Shown, csv, every_change, filtered, jsonl, latest, page_times, streams};
use std::collections::BTreeMap;
use windrow::recipe::{Filetype, Recipe};

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
