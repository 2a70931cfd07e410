//! Random dumps, of which uproot itself says what must come out: each table of each session, byte for byte.

mod common;

use common::{open, sha256, tables};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use windrow::recipe::{Filetype, Recipe};

/// What uproot exported from one dump with one choice.
#[derive(Deserialize)]
struct Exported {
    dump: String,
    filters: bool,
    filetype: Filetype,
    gvars: Vec<String>,
    /// Checksums by path, for each session; none where uproot stopped with an error.
    files: BTreeMap<String, Option<BTreeMap<String, String>>>,
}

/// The files of a session's folder that are not tables: Windrow has its own.
const OWN: [&str; 3] = ["README.txt", "DATA_DICTIONARY.json", "SHA256SUMS"];

/// For those who develop: `UPROOT_PYTHON` names a Python that has uproot-science 0.10.1; `WINDROW_SEEDS=FIRST,COUNT` says
/// which dumps.
#[test]
fn uproot_exports_the_same() {
    let Ok(python) = std::env::var("UPROOT_PYTHON") else {
        println!("not compared with uproot itself: UPROOT_PYTHON is not set");
        return;
    };
    let seeds = std::env::var("WINDROW_SEEDS").unwrap_or("1,100".to_owned());
    let folder = std::env::temp_dir().join(format!("windrow-random-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/random_dumps.py");
    let output = Command::new(python).arg(script).arg(&folder).args(seeds.split(',')).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut compared, mut refused) = (0, 0);
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Exported { dump, filters, filetype, gvars, files } = serde_json::from_str(line).unwrap();
        let study = open(&[("backup.bin".to_owned(), std::fs::read(&dump).unwrap())], 1 << 16).unwrap();
        let what = format!("{dump} as {filetype:?}, filters {filters}, {gvars:?}");
        // uproot writes secrets where filters are off.
        let recipe = Recipe { filters, filetype, gvars, include_secrets: !filters, ..Recipe::default() };
        let ours = tables(&study, &recipe).unwrap();
        for (session, theirs) in files {
            let Some(theirs) = theirs else {
                refused += 1;
                continue;
            };
            let inside = format!("{session}/");
            let ours = ours.iter().filter(|(path, _)| path.starts_with(&inside));
            let ours: BTreeMap<String, String> = ours.map(|(path, bytes)| (path.clone(), sha256(bytes))).collect();
            let is_table = |path: &String| !OWN.contains(&&path[inside.len()..]);
            let theirs: BTreeMap<String, String> = theirs.into_iter().filter(|(path, _)| is_table(path)).collect();
            assert_eq!(ours, theirs, "{what}");
            compared += ours.len();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(compared > refused);
    println!("{compared} tables are the same; uproot stopped with an error at {refused} sessions");
}
