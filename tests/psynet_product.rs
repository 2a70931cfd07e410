//! The way of a PsyNet export through the product: dropped, looked at, saved. What the tables must hold is said by
//! the cases of `psynet.rs`; here the ZIP holds the same, however it is made.

mod common;

use common::{cases, export_of, name, open, part, sha256, unzip};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use windrow::describe::summary::Summary;
use windrow::error::{Code, Error};
use windrow::export::{Export, threads};
use windrow::preview::{Preview, Viewer, tables};
use windrow::psynet::{Assets, Form};
use windrow::recipe::{Filetype, Psynet, Recipe};
use windrow::source::Reader;
use windrow::study::Study;

type Files = Vec<(String, Vec<u8>)>;

fn database(case: &Path) -> Files {
    vec![("database.zip".to_owned(), std::fs::read(case.join("database.zip")).unwrap())]
}

fn kitchen_sink() -> (PathBuf, Files, Study) {
    let case = cases("psynet").into_iter().find(|c| c.ends_with("kitchen_sink")).unwrap();
    let files = database(&case);
    let study = open(&files, 4096).unwrap();
    (case, files, study)
}

/// Checksums of PsyNet's own files by path, those that cannot be rebuilt left out.
fn expected(case: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read(case.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let differs = expected["differs"].as_object().cloned().unwrap_or_default();
    let files = expected["files"].as_object().unwrap().iter().filter(|(path, _)| !differs.contains_key(*path));
    files.map(|(path, hash)| (path.clone(), hash.as_str().unwrap().to_owned())).collect()
}

/// `SHA256SUMS` lists every other file with its checksum.
fn assert_checksums(files: &BTreeMap<String, Vec<u8>>) {
    let mut real: Vec<_> = files.iter().map(|(path, bytes)| format!("{}  {path}", sha256(bytes))).collect();
    real.retain(|line| !line.ends_with("  SHA256SUMS"));
    let mut listed: Vec<_> = String::from_utf8_lossy(&files["SHA256SUMS"]).lines().map(str::to_owned).collect();
    real.sort();
    listed.sort();
    assert_eq!(listed, real);
}

#[test]
fn the_zip_of_every_case_holds_what_psynet_wrote() {
    let mut exact = 0;
    for case in cases("psynet") {
        let files = database(&case);
        let study = open(&files, 1 << 20).unwrap();
        for form in [Form::Regular, Form::PsynetAnonymous] {
            let recipe = Recipe { psynet: Psynet { form, ..Psynet::default() }, ..Recipe::default() };
            let zip = unzip(&export_of(&study, &files, &recipe).unwrap());
            assert_checksums(&zip);
            for (path, hash) in expected(&case).iter().filter(|(path, _)| path.starts_with(form.folder())) {
                assert_eq!(sha256(&zip[path]), *hash, "{}: {path}", name(&case));
                exact += 1;
            }
            assert!(zip.contains_key(&format!("{}/timeline.csv", form.folder())));
            // Only the form that was given is passed on.
            let passed = zip.get(&format!("{}/database.zip", form.folder()));
            assert_eq!(passed, (form == Form::Regular).then_some(&files[0].1), "{}", name(&case));
        }
    }
    assert_eq!(exact, 298);
}

#[test]
fn every_way_of_making_the_zip_gives_the_same_bytes() {
    let (_, files, study) = kitchen_sink();
    let recipe = Recipe::default();
    let want = export_of(&study, &files, &recipe).unwrap();
    for number in [1, 2, 3] {
        let mut zip = Vec::new();
        // Pieces of any size will do.
        let read = |export: &mut Export, want: &_| part(&files, want).chunks(1000).try_for_each(|c| export.push(c));
        let mut export = Export::new(&study, &recipe).unwrap();
        let write = |bytes: &[u8], done: f64| {
            assert!((0.0..=1.0).contains(&done));
            zip.extend_from_slice(bytes);
            Ok::<(), Error>(())
        };
        threads::run(&mut export, number, read, write).unwrap();
        assert!(zip == want, "{number} threads");
    }
}

#[test]
fn the_choices_decide_what_is_in_the_zip() {
    let (_, mut files, _) = kitchen_sink();
    let given = [
        ("export/regular/assets/setup/cfg.txt", &b"asset"[..]),
        ("export/regular/assets/of/nobody.txt", b"asset"),
        ("export/regular/basic_data/people.csv", b"basic"),
        ("export/logs.jsonl", b"{}"),
        ("export/source_code.zip", b"no zip"),
    ];
    files[0].0 = "export/regular/database.zip".to_owned();
    files.extend(given.map(|(path, bytes)| (path.to_owned(), bytes.to_vec())));
    let study = open(&files, 4096).unwrap();
    let others = |psynet: Psynet| -> Vec<String> {
        let zip = unzip(&export_of(&study, &files, &Recipe { psynet, ..Recipe::default() }).unwrap());
        assert_checksums(&zip);
        zip.into_keys().filter(|path| !path.contains("/data/")).collect()
    };
    let ours = ["README.txt", "SHA256SUMS"];
    let none = Psynet { database: false, timeline: false, ..Psynet::default() };
    assert_eq!(others(none), [&ours[..], &["windrow.json"]].concat());
    let all = Psynet { assets: Assets::All, basic_data: true, logs: true, source_code: true, ..Psynet::default() };
    let passed = [
        "logs.jsonl",
        "regular/assets/of/nobody.txt",
        "regular/assets/setup/cfg.txt",
        "regular/basic_data/people.csv",
        "regular/database.zip",
        "regular/timeline.csv",
        "source_code.zip",
        "windrow.json",
    ];
    assert_eq!(others(all), [&ours[..], &passed].concat());
    let summary = Summary::of(&study).psynet.unwrap();
    let experiment = others(Psynet { assets: Assets::Experiment, ..none });
    assert_eq!(experiment, [&ours[..], &["regular/assets/setup/cfg.txt", "windrow.json"]].concat());
    let offer = &summary.offers[0];
    let offered = (offer.database, offer.all_assets, offer.experiment_assets, offer.basic_data, offer.logs);
    assert_eq!((offered, offer.source_code), ((1, 2, 1, 1, 1), 1));
}

#[test]
fn what_is_damaged_is_left_out_and_named() {
    use std::io::Write;
    let (_, files, _) = kitchen_sink();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let members: [(&str, &[u8]); 5] = [
        ("regular/database.zip", &files[0].1),
        ("regular/assets/good.txt", b"this is good"),
        ("regular/assets/flipped.txt", b"this is flipped"),
        ("regular/assets/locked.txt", b"this is locked"),
        ("logs.jsonl", b"this is a log"),
    ];
    for (path, bytes) in members {
        writer.start_file(path, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let mut export = writer.finish().unwrap().into_inner();
    let find = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).rposition(|w| w == text).unwrap();
    let flipped = find(&export, b"this is flipped");
    export[flipped] ^= 1;
    // The bit of encryption in the directory, 38 bytes before the name.
    let locked = find(&export, b"regular/assets/locked.txt");
    export[locked - 38] |= 1;
    let files: Files = vec![("export.zip".to_owned(), export)];
    let study = open(&files, 4096).unwrap();
    let recipe =
        Recipe { psynet: Psynet { assets: Assets::All, logs: true, ..Psynet::default() }, ..Recipe::default() };
    let zip = unzip(&export_of(&study, &files, &recipe).unwrap());
    assert_checksums(&zip);
    let passed: Vec<_> = zip.keys().filter(|p| p.contains("/assets/") || p.contains("logs")).collect();
    assert_eq!(passed, ["logs.jsonl", "regular/assets/good.txt"]);
    let readme = String::from_utf8(zip["README.txt"].clone()).unwrap();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    for name in ["flipped", "locked"] {
        assert!(readme.contains(&format!("- regular/assets/{name}.txt: ")), "{readme}");
    }
    assert!(readme.contains("1 files as they were given."), "{readme}");
}

#[test]
fn a_table_that_cannot_be_opened_is_left_out() {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in [("data/participant.csv", "id,type,vars\n1,psynet.bot.Bot,{}\n"), ("data/info.csv", "id\n1\n")]
    {
        writer.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes.as_bytes()).unwrap();
    }
    let mut database = writer.finish().unwrap().into_inner();
    let name = database.windows(13).rposition(|w| w == b"data/info.csv").unwrap();
    database[name - 38] |= 1;
    let files: Files = vec![("database.zip".to_owned(), database)];
    let study = open(&files, 4096).unwrap();
    assert!(study.problems.iter().any(|p| p.code == Code::Encrypted && p.detail == "The table was left out."));
    let zip = unzip(&export_of(&study, &files, &Recipe::default()).unwrap());
    assert!(zip.contains_key("regular/data/Bot.csv") && !zip.contains_key("regular/data/Info.csv"));
}

#[test]
fn the_readme_says_what_is_not_known_and_what_still_points_at_persons() {
    let (_, files, study) = kitchen_sink();
    let readme = |form| {
        let recipe = Recipe { psynet: Psynet { form, ..Psynet::default() }, ..Recipe::default() };
        let mut zip = unzip(&export_of(&study, &files, &recipe).unwrap());
        let text = String::from_utf8(zip.remove("README.txt").unwrap()).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let regular = readme(Form::Regular);
    assert!(regular.contains("7 participants, 3 of them bots.") && regular.contains("PsyNet 13.3.0"));
    assert!(regular.contains("- GoldCoin.carat: The experiment added this column"));
    assert!(!regular.contains("request.unique_id"));
    let reduced = readme(Form::PsynetAnonymous);
    assert!(reduced.contains("- request.unique_id: the worker id and the assignment id, for every page."));
}

fn look(study: &Study, files: &Files, viewer: &mut Viewer, path: &str, start: u64, count: u64) -> Preview {
    let mut viewing = viewer.start(study, &Recipe::default(), path, start, count).unwrap();
    while let Some(want) = viewing.want().unwrap() {
        viewing.push(part(files, &want)).unwrap();
    }
    viewing.finish()
}

#[test]
fn previews_show_the_rows_of_the_zip() {
    let (_, files, study) = kitchen_sink();
    let recipe = Recipe::default();
    let zip = unzip(&export_of(&study, &files, &recipe).unwrap());
    let mut viewer = Viewer::default();
    let mut seen = 0;
    for table in tables(&study, &recipe).unwrap() {
        let mut reader = csv::ReaderBuilder::new().from_reader(zip[&table.path].as_slice());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let all = look(&study, &files, &mut viewer, &table.path, 0, 1000);
        let cells: Vec<Vec<String>> =
            all.rows.iter().map(|r| r.iter().map(|c| c.clone().unwrap_or_default()).collect()).collect();
        assert_eq!((&all.columns, &table.columns), (&header, &header), "{}", table.path);
        assert_eq!(cells, rows, "{}", table.path);
        assert_eq!(all.total, rows.len() as u64);
        assert_eq!(table.rows, all.total);
        let some = look(&study, &files, &mut viewer, &table.path, 1, 2);
        assert_eq!(some.rows, all.rows.iter().skip(1).take(2).cloned().collect::<Vec<_>>());
        // Down the table, then back up.
        let mut starts: Vec<u64> = (0..all.total).step_by(7).collect();
        starts.extend([all.total / 2, 0, all.total, all.total + 5]);
        for start in starts {
            let some = look(&study, &files, &mut viewer, &table.path, start, 7);
            let want: Vec<_> = all.rows.iter().skip(start as usize).take(7).cloned().collect();
            assert_eq!(some.rows, want, "{} from {start}", table.path);
        }
        seen += rows.len();
    }
    assert!(seen > 800, "{seen} rows");
    // What is passed on is no table.
    let refused = viewer.start(&study, &recipe, "regular/database.zip", 0, 1).map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), Code::NoSuchTable);
}

#[test]
fn previews_spell_cells_as_the_format_does() {
    let csv =
        b"id,type,failed,vars\n1,psynet.bot.Bot,t,\"{\"\"list\"\": [1, 2], \"\"word\"\": \"\"=a\"\"}\"\n".to_vec();
    let files: Files = vec![("participant.csv".to_owned(), csv)];
    let study = open(&files, 100).unwrap();
    let shown = |filetype: Filetype| {
        let recipe = Recipe { filetype, ..Recipe::default() };
        let path = format!("regular/data/Bot.{}", filetype.as_str());
        let mut viewing = Viewer::default().start(&study, &recipe, &path, 0, 9).unwrap();
        while let Some(want) = viewing.want().unwrap() {
            viewing.push(part(&files, &want)).unwrap();
        }
        let preview = viewing.finish();
        ["id", "failed", "list", "word"].map(|name| {
            let column = preview.columns.iter().position(|c| c == name).unwrap();
            preview.rows[0][column].clone().unwrap()
        })
    };
    assert_eq!(shown(Filetype::Csv), ["1", "True", "[1, 2]", "=a"]);
    assert_eq!(shown(Filetype::Spreadsheet), ["1", "True", "[1, 2]", "'=a"]);
    assert_eq!(shown(Filetype::Jsonl), ["1", "true", "[1, 2]", "\"=a\""]);
}

#[test]
fn archives_and_raw_tables_are_taken_for_psynet_and_nothing_else_is() {
    let system = |path: &str, bytes: &[u8]| {
        open(&[(path.to_owned(), bytes.to_vec())], 100).map(|s| Summary::of(&s).system).map_err(|e| e.code())
    };
    let (_, files, _) = kitchen_sink();
    assert_eq!(system("no name at all", &files[0].1), Ok("psynet"));
    assert_eq!(system("participant.csv", b"id,type,vars\n1,psynet.bot.Bot,{}\n"), Ok("psynet"));
    assert_eq!(system("notes.csv", b"id,type,vars\n1,psynet.bot.Bot,{}\n"), Err(Code::UnknownFormat));
    assert_eq!(system("empty.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), Err(Code::Unsupported));
}

#[test]
fn names_in_the_data_lead_nowhere() {
    let csv = "id,type,vars\n1,\"x.y/../../z\\w\nv\",{}\n".as_bytes().to_vec();
    let files = vec![("participant.csv".to_owned(), csv), ("regular/assets/a\nb".to_owned(), vec![1])];
    let study = open(&files, 100).unwrap();
    let psynet = Psynet { assets: Assets::All, ..Psynet::default() };
    let zip = unzip(&export_of(&study, &files, &Recipe { psynet, ..Recipe::default() }).unwrap());
    assert_checksums(&zip);
    let names: Vec<_> = zip.keys().filter(|path| path.starts_with("regular/") && !path.contains("timeline")).collect();
    assert_eq!(names, ["regular/assets/a%0Ab", "regular/data/_z_w_v.csv"]);
}

#[test]
fn what_of_a_damaged_database_can_be_read_can_be_saved() {
    let (_, files, _) = kitchen_sink();
    let whole = &files[0].1;
    let mut saved = 0;
    for number in 0..100usize {
        let mut broken = whole.clone();
        broken[(number * 7919) % whole.len()] ^= 1 << (number % 8);
        let files = vec![("database.zip".to_owned(), broken)];
        let Ok(study) = open(&files, 4096) else { continue };
        let zip = export_of(&study, &files, &Recipe::default());
        assert!(zip.is_ok(), "number {number}: {:?}", zip.err());
        saved += 1;
    }
    assert!(saved > 60, "{saved} of 100");
}

fn windrow() -> Option<Command> {
    option_env!("CARGO_BIN_EXE_windrow").map(Command::new)
}

#[test]
fn the_command_line_gives_the_librarys_bytes() {
    let Some(mut command) = windrow() else { return };
    let (case, files, study) = kitchen_sink();
    let out = std::env::temp_dir().join(format!("windrow-psynet-{}.zip", std::process::id()));
    let psynet = Psynet { form: Form::PsynetAnonymous, timeline: false, ..Psynet::default() };
    let recipe = Recipe { filetype: Filetype::Jsonl, psynet, ..Recipe::default() };
    let chosen = ["--form", "anonymous", "--no-timeline", "--filetype", "jsonl"];
    let input = case.join("database.zip");
    let status = command.arg("export").arg(&input).args(chosen).arg("-o").arg(&out).status().unwrap();
    let zip = std::fs::read(&out);
    let _ = std::fs::remove_file(&out);
    assert!(status.success());
    assert!(zip.unwrap() == export_of(&study, &files, &recipe).unwrap());

    let run = |args: &[&str]| windrow().unwrap().args([args[0]]).arg(&input).args(&args[1..]).output().unwrap();
    let view = run(&["view", "--format", "Coin", "--filetype", "csv"]);
    assert_eq!(
        sha256(&view.stdout),
        sha256(&unzip(&export_of(&study, &files, &Recipe::default()).unwrap())["regular/data/Coin.csv"])
    );
    let inspect = String::from_utf8(run(&["inspect"]).stdout).unwrap();
    for line in ["PsyNet export (PsyNet 13.3.0)", "  coin: 21 rows", "  Coin: 14 rows, 21 columns"] {
        assert!(inspect.lines().any(|l| l == line), "{line} is not in\n{inspect}");
    }
    // An option that would have no effect is refused.
    assert_eq!(run(&["view", "--format", "Coin", "--session", "x"]).status.code(), Some(2));
    assert_eq!(run(&["view", "--format", "NoSuchClass"]).status.code(), Some(2));
}
