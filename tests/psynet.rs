//! PsyNet cases: each folder under `tests/cases/psynet` is an export; its tables must come out as PsyNet wrote them.
//!
//! `expected.json` holds a SHA-256 per file of `regular/data` and `anonymous/data`. A file that can't be rebuilt
//! from the database stands under `differs` with the columns that are missing (-), superfluous (+) or not the
//! same (~), and PsyNet's own file under `psynet/`; it turns red when any of that changes.

mod common;

use common::zip_of;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use windrow::error::{Code, Result};
use windrow::limits::Limits;
use windrow::psynet::{Archive, Assets, Bounds, Filetype, Form, Mark, Options, Study};
use windrow::source::{FileInfo, feed};
use windrow::table::{Producer, Step};

fn open(files: &[(&str, &[u8])], step: usize, limits: Limits) -> Result<Arc<Study>> {
    let infos = files.iter().map(|(path, bytes)| FileInfo { path: (*path).to_owned(), size: bytes.len() as u64 });
    let mut archive = Archive::new(infos.collect(), limits);
    let contents: Vec<&[u8]> = files.iter().map(|(_, bytes)| *bytes).collect();
    feed(&mut archive, &contents, step)?;
    archive.finish().map(Arc::new)
}

fn run(producer: &mut dyn Producer, files: &[(&str, &[u8])], piece: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        match producer.step(&mut out)? {
            Step::Want(want) => {
                let range = want.range.start as usize..want.range.end as usize;
                for chunk in files[want.file].1[range].chunks(piece) {
                    producer.push(chunk)?;
                }
            }
            Step::More => {}
            Step::Done => return Ok(out),
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/psynet");
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|path| path.join("expected.json").exists());
    cases.sort();
    assert!(cases.len() >= 15, "cases are missing");
    cases
}

/// All processed files of a form: path to text.
fn processed(study: &Arc<Study>, form: Form, files: &[(&str, &[u8])], piece: usize) -> BTreeMap<String, Vec<u8>> {
    let options = Options { form, ..Options::default() };
    let tables = study.tables(&options).into_iter().filter(|t| t.class.is_some());
    tables
        .map(|t| {
            let mut producer = study.producer(&t.path, &options).unwrap();
            let text = run(producer.as_mut(), files, piece).unwrap();
            (t.path, text)
        })
        .collect()
}

#[derive(serde::Deserialize)]
struct Expected {
    /// Path to SHA-256 of what PsyNet wrote.
    files: BTreeMap<String, String>,
    /// Path to the columns that differ; none where only the quoting of a lone CR does.
    #[serde(default)]
    differs: BTreeMap<String, Vec<String>>,
    /// The same where the source code is at hand; absent where the case has none.
    differs_with_source: Option<BTreeMap<String, Vec<String>>>,
}

fn expected(case: &Path) -> Expected {
    serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap()
}

/// A CSV by columns. Rows end with LF only, since PsyNet's Python leaves a lone CR bare.
fn columns(text: &[u8]) -> Vec<(String, Vec<String>)> {
    let mut reader = csv::ReaderBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_reader(text);
    let header = reader.headers().unwrap().clone();
    let mut columns: Vec<_> = header.iter().map(|name| (name.to_owned(), Vec::new())).collect();
    for row in reader.records() {
        for (cell, (_, cells)) in row.unwrap().iter().zip(&mut columns) {
            cells.push(cell.to_owned());
        }
    }
    columns
}

fn differences(got: &[u8], want: &[u8]) -> Vec<String> {
    let (got, want) = (columns(got), columns(want));
    let find = |all: &[(String, Vec<String>)], name: &str| all.iter().find(|(n, _)| n == name).map(|(_, c)| c.clone());
    let mut all = Vec::new();
    for (name, cells) in &want {
        match find(&got, name) {
            None => all.push(format!("-{name}")),
            Some(c) if c != *cells => all.push(format!("~{name}")),
            Some(_) => {}
        }
    }
    all.extend(got.iter().filter(|(name, _)| find(&want, name).is_none()).map(|(name, _)| format!("+{name}")));
    all.sort();
    all
}

/// Compares all files of a case; answers how many are exact.
fn compare(case: &Path, files: &[(&str, &[u8])], differs: &BTreeMap<String, Vec<String>>) -> usize {
    let name = case.file_name().unwrap().to_string_lossy();
    let expected = expected(case);
    let study = open(files, 1 << 20, Limits::default()).unwrap();
    let mut got = processed(&study, Form::Regular, files, 1 << 20);
    got.extend(processed(&study, Form::PsynetAnonymous, files, 1 << 20));
    assert_eq!(
        got.keys().collect::<Vec<_>>(),
        expected.files.keys().collect::<Vec<_>>(),
        "{name}: which files there are"
    );
    for (path, want) in &expected.files {
        let text = &got[path];
        match differs.get(path) {
            None => assert!(hash(text) == *want, "{name}: {path} is not what PsyNet wrote"),
            Some(columns) => {
                assert!(hash(text) != *want, "{name}: {path} is exact now: take it off the list");
                let want = std::fs::read(case.join("psynet").join(path)).unwrap();
                assert_eq!(&differences(text, &want), columns, "{name}: {path}");
            }
        }
    }
    expected.files.len() - differs.len()
}

#[test]
fn processed_tables_are_what_psynet_wrote() {
    let mut exact = 0;
    for case in cases() {
        let zip = std::fs::read(case.join("database.zip")).unwrap();
        exact += compare(&case, &[("regular/database.zip", &zip)], &expected(&case).differs);
    }
    assert_eq!(exact, 298);
}

#[test]
fn source_code_says_more() {
    for case in cases() {
        let Some(differs) = expected(&case).differs_with_source else { continue };
        let zip = std::fs::read(case.join("database.zip")).unwrap();
        let source = std::fs::read(case.join("source_code.zip"));
        let source = source
            .unwrap_or_else(|_| zip_of(&[("experiment.py", &std::fs::read(case.join("experiment.py")).unwrap())]));
        compare(&case, &[("regular/database.zip", &zip), ("source_code.zip", &source)], &differs);
    }
}

fn kitchen_sink() -> (PathBuf, Vec<u8>) {
    let case = cases().into_iter().find(|c| c.ends_with("kitchen_sink")).unwrap();
    let zip = std::fs::read(case.join("database.zip")).unwrap();
    (case, zip)
}

#[test]
fn leaks_of_psynets_own_anonymous_form_are_named() {
    let (_, zip) = kitchen_sink();
    let study = open(&[("database.zip", &zip)], 4096, Limits::default()).unwrap();
    let named = |table: &str, column: &str| study.leaks().iter().any(|l| l.table == table && l.column == column);
    assert!(
        named("request", "unique_id") && named("response", "client_ip_address") && named("chat_message", "content")
    );
    // No Lucid study and no error that names a worker is among these data.
    assert!(!named("lucid_rid", "rid") && !named("error", "worker_id"));
}

#[test]
fn what_cannot_be_derived_is_listed_by_column() {
    let (case, zip) = kitchen_sink();
    let source = std::fs::read(case.join("source_code.zip")).unwrap();
    let study = open(&[("database.zip", &zip), ("source_code.zip", &source)], 4096, Limits::default()).unwrap();
    let lost: Vec<_> = study
        .notes
        .iter()
        .filter(|n| n.text.contains("left out"))
        .map(|n| (n.class.as_str(), n.column.as_str()))
        .collect();
    assert_eq!(lost, [("Coin", "worth"), ("FruitTrial", "fruit_upper"), ("GoldCoin", "worth")]);
    assert_eq!((study.participants, study.label.as_deref()), (7, Some("Kitchen sink – Küche")));
}

#[test]
fn the_input_may_be_cut_anywhere() {
    let (_, zip) = kitchen_sink();
    let files: &[(&str, &[u8])] = &[("database.zip", &zip)];
    let whole = open(files, 1 << 20, Limits::default()).unwrap();
    let want = processed(&whole, Form::Regular, files, 1 << 20);
    for step in [1, 7] {
        let study = open(files, step, Limits::default()).unwrap();
        assert_eq!(study.problems, whole.problems);
        assert!(processed(&study, Form::Regular, files, step) == want, "pieces of {step} bytes");
    }
}

#[test]
fn little_memory_takes_more_passes_and_gives_the_same_bytes() {
    let (_, zip) = kitchen_sink();
    let files: &[(&str, &[u8])] = &[("database.zip", &zip)];
    let whole = processed(&open(files, 1 << 20, Limits::default()).unwrap(), Form::Regular, files, 1 << 20);
    // 1.5 kB for rows that wait: less than one participant.
    let small = Limits { memory: 24_000, ..Limits::default() };
    let study = open(files, 1 << 20, small).unwrap();
    assert!(processed(&study, Form::Regular, files, 1 << 20) == whole);
}

#[test]
fn every_way_of_packing_gives_the_same_tables() {
    let (_, zip) = kitchen_sink();
    let options = Options {
        timeline: false,
        basic_data: true,
        logs: true,
        source_code: true,
        assets: Assets::All,
        ..Options::default()
    };
    let direct: &[(&str, &[u8])] = &[("x-data.zip", &zip)];
    let want = processed(&open(direct, 999, Limits::default()).unwrap(), Form::Regular, direct, 999);
    let rest: [(&str, &[u8]); 5] = [
        ("regular/data/Bot.csv", b"ignored\n"),
        ("regular/assets/setup/cfg.txt", b"asset"),
        ("regular/basic_data/people.csv", b"basic"),
        ("logs.jsonl", b"{}"),
        ("source_code.zip", b"no zip"),
    ];
    let mut folder: Vec<(&str, &[u8])> =
        vec![("regular/database.zip", &zip), ("anonymous/database.zip", b"no zip either")];
    folder.extend(rest);
    let export = zip_of(&folder);
    let dashboard = zip_of(&[("anonymized/data/app-data.zip", b"broken"), ("regular/data/app-data.zip", &zip)]);
    let inputs: [Vec<(&str, &[u8])>; 4] =
        [folder, vec![("export.zip", &export)], vec![("d.zip", &dashboard)], vec![("no name", &zip)]];
    for (number, files) in inputs.iter().enumerate() {
        let study = open(files, 999, Limits::default()).unwrap();
        assert_eq!(study.psynet_version.as_deref(), Some("13.3.0"));
        assert!(processed(&study, Form::Regular, files, 999) == want, "input {number}");
        let passed: Vec<_> = study.tables(&options).into_iter().filter(|t| t.class.is_none()).map(|t| t.path).collect();
        let read = |path: &str| run(study.producer(path, &options).unwrap().as_mut(), files, 999).unwrap();
        assert_eq!(read("regular/database.zip"), zip);
        if number < 2 {
            let all = [
                "logs.jsonl",
                "regular/assets/setup/cfg.txt",
                "regular/basic_data/people.csv",
                "regular/database.zip",
                "source_code.zip",
            ];
            assert_eq!(passed, all);
            assert_eq!(read("regular/assets/setup/cfg.txt"), b"asset");
        }
    }
}

/// Codes of the problems of an input that can be read at all.
fn problems(files: &[(&str, &[u8])]) -> Vec<&'static str> {
    let study = open(files, 100, Limits::default()).unwrap();
    processed(&study, Form::Regular, files, 100);
    let mut codes: Vec<_> = study.problems.iter().map(|p| p.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn damaged_tables_are_reported_and_the_rest_is_kept() {
    let of = |csv: &[u8]| {
        problems(&[("participant.csv", csv), ("info.csv", b"id\n"), ("node.csv", b"id\n"), ("network.csv", b"id\n")])
    };
    let good = b"id,type,vars\n1,psynet.bot.Bot,{}\n";
    assert!(of(good).is_empty());
    assert_eq!(of(b""), ["empty"]);
    assert_eq!(of(b"id,type,vars\n1,psynet.bot.Bot,\"{\"\"a\"\": [}\"\n"), ["bad-value"]);
    assert_eq!(of(b"id,type,vars\n1,psynet.bot.Bot,\"{}\n"), ["truncated"]);
    assert_eq!(of(b"id,type,vars\n1,psynet.bot.Bot\n"), ["bad-record"]);
    assert_eq!(of(b"id,type,type,vars\n1,x,psynet.bot.Bot,{}\n"), ["bad-record"]);
    assert_eq!(of(b"id,type,vars\n1\0,psynet.bot.Bot,{}\n"), ["bad-value", "damaged"]);
    assert_eq!(of(b"id,type,vars\n\xff,psynet.bot.Bot,{}\n"), ["bad-value", "damaged"]);
    assert_eq!(problems(&[("participant.csv", good)]), ["missing-table"]);
}

#[test]
fn broken_archives_never_panic() {
    let (_, zip) = kitchen_sink();
    let mut kept = 0;
    for number in 0..200usize {
        let mut broken = zip.clone();
        // Cut, or change a byte, at places spread over the file.
        let at = (number * 7919) % zip.len();
        if number % 4 == 0 {
            broken.truncate(at);
        } else {
            broken[at] ^= 1 << (number % 8);
        }
        let files: &[(&str, &[u8])] = &[("database.zip", &broken)];
        let Ok(study) = open(files, 4096, Limits::default()) else { continue };
        kept += 1;
        let options = Options::default();
        for table in study.tables(&options) {
            if let Ok(mut producer) = study.producer(&table.path, &options) {
                let _ = run(producer.as_mut(), files, 4096);
            }
        }
    }
    assert!(kept > 100, "{kept} of 200 were read at all");
}

#[test]
fn archives_that_are_not_to_be_trusted_are_refused() {
    let code = |zip: &[u8], limits: Limits| open(&[("a.zip", zip)], 4096, limits).unwrap_err().code();
    let zeros = zip_of(&[("data/participant.csv", &vec![b'0'; 70 << 20])]);
    assert_eq!(code(&zeros, Limits::default()), Code::InflatesTooFar);
    assert_eq!(code(b"PK\x03\x04 and nothing more of a zip", Limits::default()), Code::Damaged);
    let small = zip_of(&[("data/participant.csv", b"id\n1\n")]);
    let mut locked = small.clone();
    let flags = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap() + 8;
    locked[flags] |= 1;
    assert_eq!(code(&locked, Limits::default()), Code::Encrypted);
    // Source code that cannot be read is done without.
    let readable =
        zip_of(&[("data/participant.csv", b"id\n1\n"), ("source_code.zip", &locked), ("x/source_code.zip", b"no zip")]);
    assert!(open(&[("a.zip", &readable)], 4096, Limits::default()).is_ok());
    let outside = zip_of(&[("../data/participant.csv", b"id\n1\n")]);
    assert_eq!(code(&outside, Limits::default()), Code::UnknownFormat);
    let deep = zip_of(&[("x/data/participant.csv", b"id\n1\n")]);
    let nested = (0..9).fold(deep, |inner, _| zip_of(&[("a.zip", &inner)]));
    assert_eq!(code(&nested, Limits::default()), Code::UnknownFormat);
}

#[test]
fn jsonl_is_typed() {
    let csv = b"id,type,failed,vars,worker_id\n2,psynet.bot.Bot,f,\"{\"\"x\"\": [1, NaN], \"\"n\"\": 5}\",\"\"\n1,psynet.bot.Bot,t,\"{\"\"\xc3\xa4\"\": \"\"b\"\"}\",\n";
    let files: &[(&str, &[u8])] = &[("participant.csv", csv)];
    let study = open(files, 5, Limits::default()).unwrap();
    let options = Options { filetype: Filetype::Jsonl, ..Options::default() };
    let text = run(study.producer("regular/data/Bot.jsonl", &options).unwrap().as_mut(), files, 5).unwrap();
    let rows: Vec<serde_json::Value> =
        text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
    assert_eq!(rows[0]["id"], 1);
    assert_eq!(rows[0]["\u{e4}"], "b");
    assert_eq!((&rows[0]["failed"], &rows[0]["worker_id"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!((&rows[1]["n"], &rows[1]["worker_id"]), (&5.into(), &"".into()));
    assert_eq!(rows[1]["x"], serde_json::json!([1, null]));
    assert!(rows[0].get("x").is_none());
}

#[test]
fn a_preview_shows_the_rows_of_the_csv() {
    let (_, zip) = kitchen_sink();
    let files: &[(&str, &[u8])] = &[("database.zip", &zip)];
    let study = open(files, 4096, Limits::default()).unwrap();
    let options = Options::default();
    let mut preview = study.rows("regular/data/Response.csv", &options, 10, 3).unwrap();
    loop {
        match preview.step().unwrap() {
            Step::Want(want) => preview.push(&zip[want.range.start as usize..want.range.end as usize]),
            Step::More => {}
            Step::Done => break,
        }
    }
    let text = run(study.producer("regular/data/Response.csv", &options).unwrap().as_mut(), files, 4096).unwrap();
    let want: Vec<Vec<String>> =
        (10..13).map(|row| columns(&text).iter().map(|(_, cells)| cells[row].clone()).collect()).collect();
    let got: Vec<Vec<String>> =
        preview.take().into_iter().map(|r| r.into_iter().map(Option::unwrap_or_default).collect()).collect();
    assert_eq!(got, want);
}

#[test]
fn the_timeline_has_modules_trials_and_responses_in_order() {
    let participant =
        "id,creation_time,end_time,status,type\n1,2026-01-01 10:00:00,2026-01-01 10:01:00.5,approved,psynet.bot.Bot\n";
    let state = "id,participant_id,module_id,time_started,time_finished,time_aborted,type\n7,1,fruit,2026-01-01 10:00:01,,2026-01-01 10:00:40,psynet.timeline.ModuleState\n";
    let info = "id,creation_time,participant_id,module_state_id,trial_maker_id,response_id,time_taken,type\n3,2026-01-01 10:00:02,1,7,maker,5,2.5,x.y.FruitTrial\n";
    let response = "id,creation_time,participant_id,question,page_type,metadata_,type\n5,2026-01-01 10:00:05.25,1,taste,ModularPage,\"{\"\"time_taken\"\": 2.5}\",psynet.timeline.Response\n";
    let files: &[(&str, &[u8])] = &[
        ("participant.csv", participant.as_bytes()),
        ("module_state.csv", state.as_bytes()),
        ("info.csv", info.as_bytes()),
        ("response.csv", response.as_bytes()),
    ];
    let study = open(files, 3, Limits::default()).unwrap();
    let options = Options { timeline: true, ..Options::default() };
    let text = run(study.producer("regular/timeline.csv", &options).unwrap().as_mut(), files, 3).unwrap();
    let want = "participant_id,event,id,class,label,module_id,start,end,seconds\n\
        1,participant,1,Bot,approved,,2026-01-01 10:00:00.000,2026-01-01 10:01:00.500,60.5\n\
        1,module,7,ModuleState,aborted,fruit,2026-01-01 10:00:01.000,2026-01-01 10:00:40.000,39.0\n\
        1,trial,3,FruitTrial,maker,fruit,2026-01-01 10:00:02.000,2026-01-01 10:00:05.250,2.5\n\
        1,response,5,ModularPage,taste,fruit,2026-01-01 10:00:02.750,2026-01-01 10:00:05.250,2.5\n";
    assert_eq!(String::from_utf8(text).unwrap(), want);
}

#[test]
fn the_chart_marks_what_is_odd_and_counts_what_it_has_no_room_for() {
    let participant = "id,creation_time,end_time,status,type\n\
        1,2026-01-01 10:00:00,2026-01-01 10:30:00,approved,psynet.bot.Bot\n\
        2,2026-01-01 11:00:00,2026-01-01 10:59:00,approved,psynet.participant.Participant\n\
        3,,,working,psynet.participant.Participant\n";
    let state = "id,participant_id,module_id,time_started,time_finished,time_aborted,type\n\
        7,1,fruit,2026-01-01 10:00:01,,,psynet.timeline.ModuleState\n";
    let mut response = "id,creation_time,participant_id,question,page_type,metadata_,type\n".to_owned();
    for (id, seconds) in [(1, "2"), (2, "3"), (3, "100"), (4, "14.9"), (5, "null")] {
        let metadata = format!("\"{{\"\"time_taken\"\": {seconds}}}\"");
        let time = format!("2026-01-01 10:0{id}:00");
        response += &format!("{id},{time},1,taste,ModularPage,{metadata},psynet.timeline.Response\n");
    }
    let files: &[(&str, &[u8])] = &[
        ("participant.csv", participant.as_bytes()),
        ("module_state.csv", state.as_bytes()),
        ("response.csv", response.as_bytes()),
    ];
    let study = open(files, 1000, Limits::default()).unwrap();
    let chart = study.chart(Bounds::default());
    let items = |row: usize| -> Vec<_> {
        let row = &chart.participants[row];
        row.items.iter().map(|i| (i.kind.as_str(), i.label.as_str(), i.end.map(|end| end - i.start), i.mark)).collect()
    };
    let page = |seconds, mark| ("response", "taste", Some(seconds), mark);
    let want = [
        ("participant", "approved", Some(1800.0), None),
        ("module", "fruit", None, Some(Mark::MissingEnd)),
        page(2.0, None),
        // The median is 14.9 seconds.
        page(100.0, Some(Mark::Long)),
        page(3.0, None),
        page(14.9, None),
        page(0.0, None),
    ];
    let rounded: Vec<_> =
        items(0).into_iter().map(|(k, l, d, m)| (k, l, d.map(|d| (d * 10.0).round() / 10.0), m)).collect();
    assert_eq!(rounded, want);
    assert_eq!(items(1), [("participant", "approved", Some(-60.0), Some(Mark::Negative))]);
    let labels: Vec<_> = chart.participants.iter().map(|p| (p.label.as_str(), p.items.len(), p.untimed)).collect();
    assert_eq!(labels, [("1 Bot", 7, 0), ("2 Participant", 1, 0), ("3 Participant", 0, 1)]);
    assert_eq!(chart.span.map(|(from, to)| to - from), Some(3600.0));
    let small = study.chart(Bounds { participants: 1, items: 3 });
    assert_eq!((small.participants.len(), small.more), (1, 2));
    assert_eq!((small.participants[0].items.len(), small.participants[0].more), (3, 4));
}
