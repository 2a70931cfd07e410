//! What must stay: results, references between rows, and that database and tables say the same.

use super::*;

#[test]
fn what_the_canary_must_keep_is_kept() {
    let zip = clean(&canary(), Level::Share, KEY);
    let files = all(&zip);
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder().join("psynet_canary.json")).unwrap()).unwrap();
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let numbers = |file: &str, column: &str, of: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        let rows = rows(&files[file]);
        sorted(rows.iter().filter(|r| of(r)).filter_map(|r| r[column].parse().ok()).collect())
    };
    let must = |name: &str| {
        let values = expected["must_remain"][name].as_array().unwrap();
        sorted(values.iter().map(|v| v.as_f64().unwrap()).collect())
    };
    let is_answer = |r: &BTreeMap<String, String>| r["question"] == "tap_answer";
    assert_eq!(numbers("regular/data/Response.csv", "answer", &is_answer), must("answer_number"));
    for (file, column, name) in [
        ("regular/data/TapTrial.csv", "answer", "answer_number"),
        ("regular/data/TapTrial.csv", "score", "score"),
        ("regular/database.zip/data/info.csv", "answer", "answer_number"),
        ("regular/database.zip/data/info.csv", "score", "score"),
    ] {
        assert_eq!(numbers(file, column, &|_| true), must(name), "{file} {column}");
    }
    // Ages come in bands or not at all; rows of each question are as many as before.
    let answers = rows(&files["regular/data/Response.csv"]);
    let ages: Vec<&str> = answers.iter().filter(|r| r["question"] == "age").map(|r| r["answer"].as_str()).collect();
    assert_eq!(ages.len(), 5);
    assert!(ages.iter().all(|age| age.parse::<f64>().is_err()), "{ages:?}");
    assert!(answers.iter().filter(|r| r["question"] == "feedback").all(|r| r["answer"] == "[withheld]"));
    // Who did what is still known: each participant's rows are together under the new number.
    let trials = rows(&files["regular/data/TapTrial.csv"]);
    for answer in answers.iter().filter(|r| is_answer(r)) {
        let trial = trials.iter().find(|t| t["participant_id"] == answer["participant_id"]).unwrap();
        assert_eq!(trial["answer"], answer["answer"]);
        assert_eq!(trial["response_id"], answer["id"]);
        assert!(trial["definition"].contains(&format!("\"participant_id\": {}", trial["participant_id"])));
    }
    for dropped in ["request", "notification", "error", "recruitment", "process", "lucid_rid"] {
        let table = String::from_utf8_lossy(&files[&format!("regular/database.zip/data/{dropped}.csv")]).into_owned();
        assert_eq!(table.lines().count(), 1, "{dropped} has its header alone");
    }
}

#[test]
fn the_database_in_the_zip_gives_the_tables_beside_it() {
    let mut tables = 0;
    for (case, files) in cases() {
        let zip = unzip(&clean(&files, Level::Share, KEY));
        let database = vec![("database.zip".to_owned(), zip["regular/database.zip"].clone())];
        let again = open(&database, 1 << 16).unwrap();
        let again = unzip(&common::export_of(&again, &database, &Recipe::default()).unwrap());
        for (path, bytes) in zip.iter().filter(|(path, _)| path.ends_with(".csv")) {
            tables += 1;
            let (ours, theirs) = (rows(bytes), rows(&again[path]));
            assert_eq!(ours.len(), theirs.len(), "{case} {path}");
            for (ours, theirs) in ours.iter().zip(&theirs) {
                // Columns that were removed are in the database, and empty.
                let kept = theirs.iter().filter(|(column, cell)| ours.contains_key(*column) || !cell.is_empty());
                assert!(kept.eq(ours), "{case} {path}");
            }
        }
        // Members and headers are those of the original.
        let (old, new) = (unzip(&files[0].1), unzip(&database[0].1));
        let header = |bytes: &Vec<u8>| bytes.split(|b| *b == b'\n').next().map(<[u8]>::to_vec);
        let headers = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Option<Vec<u8>>> {
            files.iter().filter(|(n, _)| n.ends_with(".csv")).map(|(n, b)| (n.clone(), header(b))).collect()
        };
        assert!(headers(&old) == headers(&new), "{case}");
        assert!(new.contains_key("experiment_id.md"));
    }
    assert!(tables > 120, "{tables}");
}

#[test]
fn rows_refer_to_the_same_rows_as_before() {
    let keys: [(&str, &str, &str); 8] = [
        ("info", "participant_id", "participant"),
        ("info", "node_id", "node"),
        ("info", "response_id", "response"),
        ("response", "participant_id", "participant"),
        ("node", "network_id", "network"),
        ("asset_trial", "trial_id", "info"),
        ("module_state", "participant_id", "participant"),
        ("vector", "origin_id", "node"),
    ];
    let mut followed = 0;
    for (case, files) in cases() {
        let old = raw(&unzip(&files[0].1), "data/");
        let new = raw(&all(&clean(&files, Level::Share, KEY)), "regular/database.zip/data/");
        // How many rows point to each row, and of what kind that is: the same picture under other numbers.
        let picture = |tables: &BTreeMap<String, Rows>, (table, column, to): (&str, &str, &str)| {
            let (Some(from), Some(to)) = (tables.get(table), tables.get(to)) else { return Vec::new() };
            let mut counts: Vec<(usize, String)> = to
                .iter()
                .map(|row| {
                    let pointing = from.iter().filter(|r| r.get(column) == Some(&row["id"])).count();
                    (pointing, row["type"].clone())
                })
                .collect();
            counts.sort();
            counts
        };
        for key in keys {
            let before = picture(&old, key);
            followed += before.iter().map(|(count, _)| count).sum::<usize>();
            assert_eq!(before, picture(&new, key), "{case} {key:?}");
        }
        // Numbers are new: 1, 2, … without gaps, and rows stand in their order.
        for table in ["participant", "response", "info"] {
            let ids: Vec<usize> = new[table].iter().map(|r| r["id"].parse().unwrap()).collect();
            assert!(ids.iter().copied().eq(1..=ids.len()), "{case} {table}");
        }
    }
    assert!(followed > 3000, "{followed}");
}

#[test]
fn participants_who_never_meet_all_begin_at_the_same_moment() {
    let (_, files) = cases().into_iter().find(|(case, _)| case == "static").unwrap();
    let new = raw(&all(&clean(&files, Level::Share, KEY)), "regular/database.zip/data/");
    for (table, rows) in &new {
        for row in rows {
            let begun = row.get("creation_time").map(String::as_str).unwrap_or("1970-01-01 00:00:00");
            assert!(begun.starts_with("1970-01-01 00:") && begun.len() == 19, "{table} {begun}");
            let shared = matches!(table.as_str(), "participant" | "network" | "node" | "experiment");
            assert!(!shared || begun == "1970-01-01 00:00:00", "{table} {begun}");
        }
    }
    let kept = raw(&all(&clean(&files, Level::Pseudonymize, KEY)), "regular/database.zip/data/");
    assert!(kept["participant"].iter().all(|row| row["creation_time"].starts_with("2026-")));
}
