//! k, l, t, generalisation and suppression: every step of `cases/protect/kanon/expected.json`.

use serde_json::Value;
use windrow::protect::quasi::{Ages, age, diversity, per_participant, region, risk, starred, suppress};

fn expected() -> Value {
    serde_json::from_str(include_str!("cases/protect/kanon/expected.json")).unwrap()
}

/// A CSV file as columns by name.
fn table(name: &str) -> Vec<(String, Vec<String>)> {
    let path = format!("{}/tests/cases/protect/kanon/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut columns: Vec<_> = reader.headers().unwrap().iter().map(|h| (h.to_owned(), Vec::new())).collect();
    for record in reader.records() {
        columns.iter_mut().zip(&record.unwrap()).for_each(|(column, cell)| column.1.push(cell.to_owned()));
    }
    columns
}

fn column(table: &[(String, Vec<String>)], name: &str) -> Vec<String> {
    table.iter().find(|(n, _)| n == name).unwrap().1.clone()
}

fn generalised(name: &str, cells: Vec<String>) -> Vec<String> {
    match name {
        "age" => cells.iter().map(|c| age(c, Ages::Bands).unwrap()).collect(),
        "country" => cells.iter().map(|c| region(c).unwrap().to_owned()).collect(),
        _ => cells,
    }
}

fn close(a: f64, b: &Value, what: &str) {
    assert!((a - b.as_f64().unwrap()).abs() < 1e-6, "{what}: {a} instead of {b}");
}

#[test]
fn every_step_of_the_reference() {
    let mut steps = 0;
    for case in expected()["tables"].as_array().unwrap() {
        let table = table(case["table"].as_str().unwrap());
        let names = column(&table, "participant");
        for step in case["steps"].as_array().unwrap() {
            steps += 1;
            let data = step["data"].as_str().unwrap();
            let quasi = step["quasi_identifiers"].as_array().unwrap().iter().map(|q| q.as_str().unwrap());
            let mut quasi: Vec<Vec<String>> = match data {
                "raw" => quasi.map(|q| column(&table, q)).collect(),
                _ => quasi.map(|q| generalised(q, column(&table, q))).collect(),
            };
            if let Some(k) = data.strip_prefix("generalized, suppressed to k=") {
                let rows = suppress(&quasi, k.parse().unwrap());
                let suppressed: Vec<&str> = rows.iter().map(|row| names[*row].as_str()).collect();
                let wanted: Vec<&str> =
                    step["suppressed"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
                assert_eq!(suppressed, wanted, "{data}");
                quasi = starred(&quasi, &rows);
            }
            let found = risk(&quasi);
            for (name, value) in [
                ("n", found.n),
                ("classes", found.classes),
                ("k", found.k),
                ("unique_records", found.unique),
                ("records_in_classes_below_3", found.below_3),
                ("records_in_classes_below_5", found.below_5),
            ] {
                assert_eq!(value as u64, step[name].as_u64().unwrap(), "{name}, {data}");
            }
            close(found.largest, &step["max_risk"], "largest risk");
            close(found.average, &step["average_risk"], "average risk");
            for (name, distinct) in step["l_distinct"].as_object().unwrap() {
                let found = diversity(&quasi, &column(&table, name), name == "politics");
                assert_eq!(found.distinct as u64, distinct.as_u64().unwrap(), "distinct l of {name}, {data}");
                close(found.entropy, &step["l_entropy"][name], "entropy l");
                close(found.t, &step["t_closeness"][name], "t");
            }
        }
    }
    assert_eq!(steps, 20);
}

#[test]
fn a_long_table_is_counted_by_participant() {
    let long = &expected()["tables"][0]["long"];
    let table = table(long["table"].as_str().unwrap());
    let quasi: Vec<_> =
        long["quasi_identifiers"].as_array().unwrap().iter().map(|q| column(&table, q.as_str().unwrap())).collect();
    assert_eq!(risk(&quasi).k as u64, long["k_if_rows_are_counted_wrongly"].as_u64().unwrap());
    let (names, quasi) = per_participant(&column(&table, "participant"), &quasi);
    assert_eq!(names.len(), 240);
    assert_eq!(risk(&quasi).k as u64, long["k_per_participant"].as_u64().unwrap());
}
