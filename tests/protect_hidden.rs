//! What identifies somebody where nobody expects it: in categories, in numbers, in fields with well-known names.

mod common;

use common::dump::{Row, dump};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare};
use windrow::recipe::Recipe;
use windrow::source::feed;

type Files = Vec<(String, Vec<u8>)>;

/// The files of the ZIP at a level, which the search must let pass.
fn files(input: &Files, level: Level) -> BTreeMap<String, Vec<u8>> {
    let study = common::open(input, 1 << 16).unwrap();
    let recipe = Recipe { protect: Some(Preset::of(level)), ..Recipe::default() };
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let mut preparing = prepare(&study, &recipe, &given, Limits::default()).unwrap();
    let bytes: Vec<&[u8]> = input.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(preparing.as_mut(), &bytes, 1 << 16).unwrap();
    let protected = preparing.finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{:?}", leaks.list);
    common::unzip(&zip).into_iter().collect()
}

/// A column of a table whose path ends so; cells that are empty too.
fn column(files: &BTreeMap<String, Vec<u8>>, end: &str, name: &str) -> Vec<String> {
    let (_, table) = files.iter().find(|(path, _)| path.ends_with(end)).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let at = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    reader.records().map(|record| record.unwrap().get(at).unwrap().to_owned()).collect()
}

/// Where a text stands: paths, and the lines there.
fn places(files: &BTreeMap<String, Vec<u8>>, text: &str) -> Vec<String> {
    let lines = |(path, bytes): (&String, &Vec<u8>)| {
        let content = String::from_utf8_lossy(bytes).into_owned();
        content.lines().filter(|line| line.contains(text)).map(|line| format!("{path}: {line}")).collect::<Vec<_>>()
    };
    files.iter().flat_map(lines).collect()
}

/// Twelve players, each with the fields that `of` gives; the types are those of uproot's own values.
fn players(of: impl Fn(usize) -> Vec<(&'static str, u8, String)>) -> Files {
    let name = |n: usize| format!("qxe{}7", char::from(b'a' + n as u8));
    let listed: Vec<String> = (0..12).map(|n| format!(r#"{{"sname":"mysess1","uname":"{}"}}"#, name(n))).collect();
    let mut rows = vec![Row::new(1, "session/mysess1", "_uproot_players", 132, &format!("[{}]", listed.join(",")))];
    for n in 0..12 {
        let storage = format!("player/mysess1/{}", name(n));
        for (field, kind, value) in [("started", 5, "true".to_owned())].into_iter().chain(of(n)) {
            rows.push(Row::new(rows.len() as u64 + 1, &storage, field, kind, &value));
        }
    }
    rows.iter_mut().for_each(|row| row.time = 1_760_000_000.0 + row.seq.unwrap() as f64);
    vec![("uproot.msgpack".to_owned(), dump(&rows))]
}

fn text(text: &str) -> String {
    format!("\"{text}\"")
}

/// The participants' names are their addresses, and an answer that names one of them is no category like another.
#[test]
fn names_and_ids_are_replaced_in_columns_of_categories_too() {
    let input = players(|n| {
        let target = ["qxeb7", "qxec7", "nobody"][n / 4];
        let leader = if n == 3 { "me" } else { "KX1003Q" };
        vec![
            ("label", 2, text(&format!("KX100{n}Q"))),
            ("target", 2, text(target)),
            ("leader", 2, text(leader)),
            ("trace", 2, text(&format!("page-{target}-{}", n % 3))),
        ]
    });
    for level in [Level::Share, Level::Pseudonymize] {
        let files = files(&input, level);
        assert_eq!([places(&files, "qxeb7"), places(&files, "KX1003Q")].concat(), [""; 0], "{level:?}");
        let targets = column(&files, "/latest/player.csv", "target");
        assert_eq!(targets.iter().filter(|target| *target == "nobody").count(), 4);
        assert_eq!(targets.iter().filter(|target| target.starts_with("p-")).count(), 8);
    }
}

/// A telephone number in a comment is a text, whatever an exported table makes of it.
#[test]
fn numbers_that_somebody_wrote_are_withheld_as_texts() {
    const WRITTEN: [&str; 3] = ["4915123456789", "20401234", "[1234567890123456789]"];
    let comments = |n: usize| match WRITTEN.get(n) {
        Some(written) => (*written).to_owned(),
        None => format!("a remark, number {n}"),
    };
    let dump = players(|n| vec![("comment", 2, text(&comments(n))), ("trials", 0, (10_000 + n % 2).to_string())]);
    let mut table = "!context,!data,!field,!seq,!storage,!time,!unavailable\r\n".to_owned();
    for n in 0..12 {
        let storage = format!("player/mysess1/qxe{}7", char::from(b'a' + n as u8));
        for (field, data) in [("comment", comments(n)), ("trials", (10_000 + n % 2).to_string())] {
            table += &format!("a.b:1,\"{data}\",{field},{n},{storage},{}.5,FALSE\r\n", 1_760_000_000 + n);
        }
    }
    for input in [dump, vec![("ultralong.csv".to_owned(), table.into_bytes())]] {
        let files = files(&input, Level::Share);
        for written in WRITTEN {
            assert_eq!(places(&files, written.trim_matches(['[', ']'])), [""; 0], "{}", input[0].0);
        }
        let trials = column(&files, "/latest/player.csv", "trials");
        assert_eq!(trials.iter().filter(|trials| *trials == "10001").count(), 6, "{trials:?}");
    }
}

/// uproot's own fields are kept by their names; a player's field of the same name is the experiment's.
#[test]
fn names_of_uproots_fields_vouch_only_where_uproot_writes_them() {
    let input = players(|n| {
        let written = format!("mail me, number {n}: kevin.osterberg@example.org, or call 0151 2345678{n}");
        ["tag", "active", "apps"].into_iter().map(|field| (field, 2, text(&written))).collect()
    });
    let files = files(&input, Level::Share);
    assert_eq!([places(&files, "osterberg"), places(&files, "0151")].concat(), [""; 0]);
}

/// Who is hidden among others must not be told from them by a truth value or by an answer that is missing.
#[test]
fn all_cells_of_those_who_stand_out_say_nothing() {
    let input = players(|n| {
        let country = ["de", "at", "mt"][if n < 3 {
            0
        } else if n < 10 {
            1
        } else {
            2
        }];
        vec![
            ("country", 2, text(country)),
            ("gender", 2, text(if n == 1 { "" } else { "f" })),
            ("married", 5, (n == 0).to_string()),
        ]
    });
    let files = files(&input, Level::Share);
    let rows: Vec<[String; 3]> = {
        let [a, b, c] = ["country", "gender", "married"].map(|name| column(&files, "/latest/player.csv", name));
        a.into_iter().zip(b).zip(c).map(|((a, b), c)| [a, b, c]).collect()
    };
    assert_eq!(rows.iter().filter(|row| row.iter().all(|cell| cell == "*")).count(), 5, "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row[0] == "at").count(), 7, "{rows:?}");
}

/// The canary's database with some columns changed or added: table, column, and the cell of each of its five rows.
fn database(changes: &[(&str, &str, [&str; 5])]) -> Files {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/protect/canary/psynet_canary.zip");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in common::unzip(&std::fs::read(path).unwrap()) {
        let mut bytes = bytes;
        for (_, column, cells) in changes.iter().filter(|(table, ..)| name == format!("data/{table}.csv")) {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let mut header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
            let mut rows: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let at = header.iter().position(|name| name == column).unwrap_or(header.len());
            header.resize(header.len().max(at + 1), (*column).to_owned());
            for (row, cell) in rows.iter_mut().zip(cells) {
                row.resize(header.len(), String::new());
                row[at] = (*cell).to_owned();
            }
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in std::iter::once(&header).chain(&rows) {
                writer.write_record(row).unwrap();
            }
            bytes = writer.into_inner().unwrap();
        }
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    vec![("database.zip".to_owned(), zip.finish().unwrap().into_inner())]
}

/// The same in PsyNet's tables, and in those that an experiment adds.
#[test]
fn psynets_columns_do_not_vouch_for_what_stands_in_them() {
    let input = database(&[
        ("chat_message", "content", ["4915123456789", "01512345678", "+4915123456780", "hello", "12"]),
        ("question", "response", ["20401231", "20401232", "20401233", "20401234", "20401235"]),
        ("participant", "failed_reason", ["", "", "", "", "he called from +49 151 23456785"]),
        ("coin", "number", ["+49 151 23456781", "+49 151 23456782", "+49 151 23456783", "", ""]),
        ("participant", "worker_id", ["kx1001q", "kx1002q", "kx1003q", "kx1004q", "kx1005q"]),
        ("participant", "unique_id", ["kx1001q:as1", "kx1002q:as2", "kx1003q:as3", "kx1004q:as4", "kx1005q:as5"]),
        ("coin", "leader", ["kx1003q", "me", "kx1003q", "me", "kx1003q"]),
    ]);
    let files = files(&input, Level::Share);
    for hidden in ["15123456", "1512345678", "2040123", "2345678", "kx1003q"] {
        assert_eq!(places(&files, hidden), [""; 0]);
    }
    let leaders = column(&files, "/data/Coin.csv", "leader");
    assert_eq!(leaders.iter().filter(|leader| leader.starts_with("w-")).count(), 3, "{leaders:?}");
    assert_eq!(leaders.iter().filter(|leader| *leader == "me").count(), 2);
}
