//! The `windrow` program as a script sees it: exit codes, what goes where, files that appear or do not.

mod common;

use common::dump::{Row, dump};
use common::fuzz_body::CREDENTIAL;
use common::{cases, export, folders, inputs, name, open, sha256, unzip};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use windrow::recipe::{Filetype, Recipe};

/// A folder of its own for a test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(label: &str) -> Self {
        let path = std::env::temp_dir().join(format!("windrow-cli-{}-{label}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn windrow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_windrow")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The exit code; what was said if it is not the expected one.
fn exits(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}{}", text(&output.stdout), text(&output.stderr));
}

fn case(path: &str) -> String {
    format!("{}/tests/cases/uproot/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read_zip(path: &str) -> BTreeMap<String, Vec<u8>> {
    unzip(&std::fs::read(path).unwrap())
}

/// A log without problems, with a recognisable credential wherever one can be.
fn log() -> Vec<Row> {
    let secret = format!("\"{CREDENTIAL}\"");
    vec![
        Row::new(1, "admin", "_uproot_key", 2, &secret),
        Row::new(2, "admin", "rooms", 2, &secret),
        Row::new(3, "session/s", "_uproot_secret", 2, &secret),
        Row::new(4, "session/s", "_uproot_players", 132, r#"[{"sname":"s","uname":"u"}]"#),
        Row::new(5, "player/s/u", "_uproot_key", 2, &secret),
        Row::new(6, "player/s/u", "app", 2, "\"a\""),
        Row::new(7, "player/s/u", "x", 0, "1"),
        Row::new(8, "player/s/u", "show_page", 0, "0"),
    ]
}

#[test]
fn exit_code_0_for_all_well_1_for_problems_2_for_nothing() {
    let folder = Folder::new("codes");
    let good = folder.file("good", &dump(&log()));
    let cut = folder.file("cut", &dump(&log())[..600]);
    let pdf = folder.file("a.pdf", b"%PDF-1.7");
    let out = folder.path("out.zip");
    for (input, code) in [(&good, 0), (&cut, 1), (&pdf, 2), (&folder.path("missing"), 2)] {
        let inspected = windrow(&["inspect", input]);
        exits(&inspected, code);
        exits(&windrow(&["export", input, "-o", &out]), code);
        exits(&windrow(&["view", input, "--session", "s", "--format", "latest"]), code);
        assert_eq!(inspected.stderr.is_empty(), code == 0, "{}", text(&inspected.stderr));
        assert_eq!(inspected.stdout.is_empty(), code == 2);
    }
}

/// What uproot itself would not export is a problem, too, and every command says so.
#[test]
fn sessions_that_uproot_refuses_are_reported_by_every_command() {
    let folder = Folder::new("raises");
    let input = folder.file("dump", &dump(&[Row::new(7, "player/s/u", "x", 0, "1")]));
    for arguments in [
        vec!["inspect", &input],
        vec!["export", &input, "-o", &folder.path("out.zip")],
        vec!["view", &input, "--session", "s", "--format", "latest"],
    ] {
        let output = windrow(&arguments);
        exits(&output, 1);
        assert!(text(&output.stderr).contains("uproot 0.10.1 stops"), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn wrong_usage_says_what_is_wrong() {
    let input = case("edge_order/dump/backup.bin");
    for (arguments, hint) in [
        (vec![], "windrow inspect"),
        (vec!["--nonsense"], "nonsense"),
        (vec!["convert"], "convert"),
        (vec!["inspect"], "which file"),
        (vec!["inspect", &input, "--nonsense"], "nonsense"),
        (vec!["export", &input], "-o"),
        (vec!["export", &input, "-o"], "-o"),
        (vec!["export", &input, "-o", "x", "--views", "everything"], "--views"),
        (vec!["export", &input, "-o", "x", "--filetype", "xlsx"], "--filetype"),
        (vec!["view", &input, "--session", "s1"], "--format"),
        (vec!["view", &input, "--format", "latest"], "--session"),
        (vec!["view", &input, "--format", "newest", "--session", "s1"], "--format"),
    ] {
        let output = windrow(&arguments);
        exits(&output, 2);
        assert!(text(&output.stderr).contains(hint), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
    for good in [vec!["--help"], vec!["export", "--help"], vec!["look", "-h"], vec!["--version"]] {
        let output = windrow(&good);
        exits(&output, 0);
        assert!(text(&output.stdout).starts_with("windrow"));
    }
}

#[test]
fn errors_for_machines_are_one_json_object() {
    let folder = Folder::new("json");
    let pdf = folder.file("a.pdf", b"%PDF-1.7");
    let good = folder.file("good", &dump(&log()));
    let (missing, nowhere) = (folder.path("missing"), folder.path("no/such/folder/out.zip"));
    for (arguments, code) in [
        (vec!["inspect", "--json", &pdf], "unsupported"),
        (vec!["inspect", "--json", &missing], "io"),
        (vec!["view", "--json", &good, "--session", "t", "--format", "latest"], "no-such-session"),
        (vec!["export", "--json", &good, "-o", &nowhere], "io"),
        (vec!["export", "--json", &good], "usage"),
        (vec!["inspect", "--json", "--nonsense"], "usage"),
    ] {
        let output = windrow(&arguments);
        exits(&output, 2);
        let said = text(&output.stderr);
        assert_eq!(said.lines().count(), 1, "{said}");
        let error: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(error["code"], code, "{said}");
        for part in ["meaning", "detail", "advice"] {
            assert!(error[part].is_string(), "{said}");
        }
        assert!(error["place"].is_object() && error["count"] == 1);
    }
}

#[test]
fn inspect_for_machines_has_the_documented_shape() {
    let output = windrow(&["inspect", "--json", &case("edge_order/dump/backup.bin")]);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    exits(&output, i32::from(summary["problems"] != Value::Array(vec![])));
    assert_eq!(summary["system"], "uproot");
    assert_eq!(summary["files"][0]["path"], "backup.bin");
    let sessions = summary["sessions"].as_array().unwrap();
    let changes: u64 = sessions.iter().map(|s| s["changes"].as_u64().unwrap()).sum();
    assert_eq!(summary["changes"], changes);
    for session in sessions {
        for number in ["players", "groups", "models", "changes", "first", "last"] {
            assert!(session[number].is_number(), "{number} of {session}");
        }
    }
    for field in summary["fields"].as_array().unwrap() {
        assert!(field["kind"].is_string() && field["field"].is_string() && field["types"].is_array(), "{field}");
    }
}

#[test]
fn credentials_leave_only_when_asked_for_and_the_admins_never() {
    let folder = Folder::new("secrets");
    let input = folder.file("dump", &dump(&log()));
    let out = folder.path("out.zip");
    let holds = |bytes: &[u8]| text(bytes).contains(CREDENTIAL);
    for filetype in ["csv", "jsonl"] {
        for (options, expected) in [
            (vec![], 0),
            (vec!["--filters"], 0),
            (vec!["--no-filters"], 0),
            (vec!["--include-secrets"], 0),
            // Ultralong, sparse and latest, of the session and of the player.
            (vec!["--no-filters", "--include-secrets"], 6),
        ] {
            let mut arguments = vec!["export", &input, "-o", &out, "--filetype", filetype];
            arguments.extend(&options);
            exits(&windrow(&arguments), 0);
            let found = read_zip(&out).values().filter(|bytes| holds(bytes)).count();
            assert_eq!(found, expected, "{options:?}");
            for format in ["ultralong", "sparse", "latest", "page-times"] {
                let mut arguments = vec!["view", &input, "--session", "s", "--format", format, "--filetype", filetype];
                arguments.extend(&options);
                let output = windrow(&arguments);
                exits(&output, 0);
                let wanted = options.contains(&"--include-secrets") && !options.contains(&"--filters");
                assert_eq!(holds(&output.stdout), wanted && format != "page-times", "{arguments:?}");
                assert!(!holds(&output.stderr));
            }
        }
    }
    let inspected = windrow(&["inspect", "--json", &input]);
    assert!(!holds(&inspected.stdout) && !text(&inspected.stdout).contains("_uproot_key"));
    // A recipe from elsewhere must not switch them on.
    let recipe = folder.file("r.json", br#"{"filters":false,"include_secrets":true}"#);
    exits(&windrow(&["export", &input, "-o", &out, "--recipe", &recipe]), 0);
    assert!(read_zip(&out).values().all(|bytes| !holds(bytes)));
}

#[test]
fn view_streams_what_the_library_renders() {
    let input = case("edge_gvar/dump/backup.bin");
    let study = open(&[("backup.bin".to_owned(), std::fs::read(&input).unwrap())], usize::MAX).unwrap();
    let session = common::log(&study).sessions[0].name.clone();
    let mut seen = Vec::new();
    for format in ["ultralong", "sparse", "latest", "page-times"] {
        for filetype in ["csv", "jsonl"] {
            for filters in ["--filters", "--no-filters"] {
                let base = ["view", &input, "--session", &session, "--format", format, "--filetype", filetype, filters];
                let output = windrow(&base);
                let table = text(&output.stdout);
                if filetype == "jsonl" {
                    table.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
                } else {
                    assert!(table.ends_with("\r\n"));
                }
                seen.push(table);
            }
        }
    }
    // Without options: JSONL, filters off.
    let plain = windrow(&["view", &input, "--session", &session, "--format", "ultralong"]);
    assert_eq!(text(&plain.stdout), seen[3]);
    let grouped = windrow(&["view", &input, "--session", &session, "--format", "latest", "--gvar", "app"]);
    assert_ne!(text(&grouped.stdout), seen[11]);
}

#[test]
fn the_library_gives_the_same_zip() {
    let folder = Folder::new("library");
    for drop in cases("uproot").iter().map(|case| folders(case).remove(0)) {
        let out = folder.path("out.zip");
        let files: Vec<String> =
            inputs(&drop).into_iter().map(|(name, _)| drop.join(name).to_str().unwrap().to_owned()).collect();
        let mut arguments = vec!["export", "-o", &out, "--gvar", "app", "--filetype", "jsonl", "--no-filters"];
        arguments.extend(files.iter().map(String::as_str));
        let output = windrow(&arguments);
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
        let recipe =
            Recipe { gvars: vec!["app".into()], filetype: Filetype::Jsonl, filters: false, ..Recipe::default() };
        let expected = export(&open(&inputs(&drop), usize::MAX).unwrap(), &recipe).unwrap();
        assert_eq!(sha256(&std::fs::read(&out).unwrap()), sha256(&expected), "{}", name(drop.parent().unwrap()));
    }
}

#[test]
fn a_saved_recipe_gives_the_same_bytes_again() {
    let folder = Folder::new("recipe");
    let input = case("edge_gvar/dump/backup.bin");
    let (first, second, third) = (folder.path("1.zip"), folder.path("2.zip"), folder.path("3.zip"));
    let options = [
        "--gvar",
        "app",
        "--gvar",
        "round",
        "--no-filters",
        "--filetype",
        "jsonl",
        "--small",
        "--views",
        "latest_by,sparse",
    ];
    let mut arguments = vec!["export", &input, "-o", &first];
    arguments.extend(options);
    assert!(windrow(&arguments).status.code().is_some_and(|code| code < 2));
    let recipe = folder.file("windrow.json", &read_zip(&first)["windrow.json"]);
    for out in [&second, &third] {
        windrow(&["export", &input, "-o", out, "--recipe", &recipe]);
        assert!(std::fs::read(&first).unwrap() == std::fs::read(out).unwrap(), "other bytes");
    }
    // Options on the command line go before the recipe.
    windrow(&["export", &input, "-o", &second, "--recipe", &recipe, "--filetype", "csv"]);
    assert!(read_zip(&second).keys().any(|path| path.ends_with(".csv")));
    for (text, hint) in
        [("{}x", "recipe"), (r#"{"format":"windrow-recipe/9"}"#, "recipe"), (r#"{"colour":1}"#, "recipe")]
    {
        let bad = folder.file("bad.json", text.as_bytes());
        let output = windrow(&["export", &input, "-o", &third, "--recipe", &bad]);
        exits(&output, 2);
        assert!(String::from_utf8_lossy(&output.stderr).contains(hint));
    }
    let output = windrow(&["export", "--json", &input, "-o", &third, "--recipe", &folder.path("no.json")]);
    exits(&output, 2);
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(
        said["place"]["file"].as_str().unwrap().ends_with("no.json"),
        "the file that cannot be read is named: {said}"
    );
}

/// Whatever fails, no file stays behind and none is overwritten.
#[test]
fn failures_leave_the_folder_as_it_was() {
    let folder = Folder::new("failures");
    let input = folder.file("dump", &dump(&log()));
    let pdf = folder.file("a.pdf", b"%PDF-1.7");
    let unfinished = folder.file("new.zip.partial", &dump(&log()));
    let kept = folder.file("kept.zip", b"an older result");
    std::fs::create_dir(folder.0.join("taken.zip")).unwrap();
    let before = folder.names();
    for arguments in [
        vec!["export", &pdf, "-o", &kept],
        vec!["export", &input, "-o", &kept, "--session", "no such"],
        vec!["export", &input, "-o", &folder.path("taken.zip")],
        vec!["export", &input, "-o", &folder.path("no/such/folder.zip")],
        vec!["export", &input, "-o", &input],
        vec!["export", &input, "-o", &folder.path("./dump")],
        vec!["export", &unfinished, "-o", &folder.path("new.zip")],
    ] {
        exits(&windrow(&arguments), 2);
        assert_eq!(folder.names(), before, "{arguments:?}");
    }
    assert_eq!(std::fs::read(&kept).unwrap(), b"an older result");
    assert_eq!(std::fs::read(&input).unwrap(), dump(&log()), "the input is never overwritten");
    // An earlier result is replaced only by a complete one.
    exits(&windrow(&["export", &input, "-o", &kept]), 0);
    assert!(read_zip(&kept).contains_key("windrow.json"));
    assert_eq!(folder.names(), before);
}

/// Runs the command line in a shell that has set a limit before.
#[cfg(target_os = "linux")]
fn limited(limit: &str, arguments: &[&str]) -> Output {
    let command = format!("{limit}; exec \"$@\"");
    Command::new("sh").args(["-c", &command, "sh", env!("CARGO_BIN_EXE_windrow")]).args(arguments).output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let output = windrow(&["export", "--json", &case("edge_gvar/dump/backup.bin"), "-o", "/proc/windrow.zip"]);
    exits(&output, 2);
    let folder = Folder::new("full");
    let input = case("real_chat/gzip/uproot.msgpack.gz");
    // A limit on the size of files stands in for a disk that is full.
    let output = limited("ulimit -f 8; trap '' XFSZ", &["export", &input, "-o", &folder.path("o.zip")]);
    exits(&output, 2);
    assert_eq!(folder.names(), Vec::<String>::new());
}

/// A table grouped by what changes all the time has a row for each change, and each shows all fields.
#[cfg(target_os = "linux")]
#[test]
fn rows_of_a_grouped_table_are_not_held_at_once() {
    const FIELDS: u64 = 1500;
    let folder = Folder::new("grouped");
    let fields = (1..=FIELDS).map(|n| Row::new(n, "model/s/m", &format!("f{n}"), 0, "1"));
    let rounds = (1..=8000).map(|n| Row::new(FIELDS + n, "model/s/m", "round", 0, &n.to_string()));
    let input = folder.file("dump", &dump(&fields.chain(rounds).collect::<Vec<_>>()));
    let zip = folder.path("o.zip");
    let output = limited("ulimit -v 80000", &["export", &input, "--gvar", "round", "--threads", "1", "-o", &zip]);
    // It has no list of players.
    exits(&output, 1);
    let table = &read_zip(&folder.path("o.zip"))["s/latest_by_round/model.csv"];
    assert_eq!(table.iter().filter(|byte| **byte == b'\n').count(), 8001);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let input = case("real_survey_forms/dump/backup.bin");
    let session = {
        let output = windrow(&["inspect", "--json", &input]);
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        summary["sessions"][0]["name"].as_str().unwrap().to_owned()
    };
    for arguments in [
        vec!["view", &input, "--session", &session, "--format", "ultralong"],
        vec!["inspect", &input],
        vec!["--help"],
        vec!["--version"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Nobody reads a single byte.
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_some_and(|code| code < 2), "{arguments:?}: {status} {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_names_all_the_same() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("names");
    let path = folder.0.join(std::ffi::OsStr::from_bytes(b"du\xffmp"));
    if std::fs::write(&path, dump(&log())).is_err() {
        return eprintln!("this file system takes only UTF-8");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_windrow")).arg("inspect").arg(&path).output().unwrap();
    exits(&output, 0);
}

/// Neither output is a terminal here, so no progress is shown; and several processes agree on every byte.
#[test]
fn processes_agree_and_say_nothing() {
    let folder = Folder::new("agree");
    let input = folder.file("dump", &dump(&log()));
    let mut first: Option<Vec<u8>> = None;
    for run in 0..3 {
        let out = folder.path(&format!("{run}.zip"));
        let output = windrow(&["export", &input, "-o", &out]);
        exits(&output, 0);
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", text(&output.stderr));
        let bytes = std::fs::read(&out).unwrap();
        assert!(first.get_or_insert_with(|| bytes.clone()) == &bytes);
    }
}

#[test]
fn folders_are_searched_for_files() {
    let folder = Folder::new("folder");
    std::fs::create_dir(folder.0.join("inner")).unwrap();
    std::fs::write(folder.0.join("inner/dump"), dump(&log())).unwrap();
    let output = windrow(&["inspect", "--json", folder.0.to_str().unwrap()]);
    exits(&output, 0);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(summary["files"][0]["path"].as_str().unwrap().ends_with("/inner/dump"));
    assert!(Path::new(&folder.0).exists());
}
