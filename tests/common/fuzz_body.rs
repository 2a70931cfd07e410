//! What a fuzzer does with bytes, from opening them to reading the ZIP back. `tests/fuzz.rs` runs it on
//! mutated cases in every `cargo test`; `tests/fuzz/` gives the same body to libFuzzer.
//!
//! The first byte chooses options, the second how the input is cut, the third how it is packed:
//! 0 one file, 1 a database and its `-wal` (a length of four bytes, low first, then both).

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use windrow::describe::summary::Summary;
use windrow::error::{Code, Error, Place, Result};
use windrow::export::{Export, Output};
use windrow::filter::SECRETS;
use windrow::limits::Limits;
use windrow::log::Log;
use windrow::preview;
use windrow::recipe::{Compression, Filetype, Recipe};
use windrow::source::{FileInfo, Reader, Want};
use windrow::study::{Data, Opening, Study};

/// What seeds plant as the value of every credential.
pub const CREDENTIAL: &str = "cReDeNtIaL0fSomeone";

/// Small, so that not the allocator is what is fuzzed.
pub const LIMITS: Limits =
    Limits { memory: 16 << 20, record: 1 << 18, depth: 24, columns: 2000, inflated: 4 << 20, ratio: 100, members: 100 };

/// Runs everything on one input; panics when a promise is broken.
pub fn everything(input: &[u8]) {
    let Some((&[options, cuts, packing], rest)) = input.split_first_chunk::<3>() else { return };
    let files = files(packing, rest);
    let Ok(study) = open(&files, cuts) else { return };
    let summary = Summary::of(&study);
    for secret in SECRETS {
        assert!(summary.fields.iter().all(|f| f.field != secret), "the summary lists a credential");
    }
    let recipe = recipe(options, &summary);
    look(&study, &files, &recipe);
    let zip = match export(&study, &files, &recipe) {
        Ok(zip) => zip,
        Err(error) => {
            assert!(matches!(error.code(), Code::OutOfMemory | Code::TooManyColumns), "{error}");
            return;
        }
    };
    if options >> 6 == 3 {
        let again = export(&study, &files, &recipe).expect("what worked once");
        assert!(zip == again, "the same study gives the same bytes");
    }
    let members = unzip(&zip);
    if let Data::Uproot(log) = &study.data {
        holds_no_credentials(log, &recipe, &members);
    }
}

/// Only opens the input: much faster, so that readers are reached more often.
pub fn reading(input: &[u8]) {
    let Some((&[_, cuts, packing], rest)) = input.split_first_chunk::<3>() else { return };
    let files = files(packing, rest);
    // How the input is cut changes nothing.
    let told = |study: Result<Study>| match study {
        Ok(study) => format!("{:?} {:?}", study.problems, serde_json::to_string(&Summary::of(&study)).ok()),
        Err(error) => format!("{error:?}"),
    };
    assert_eq!(told(open(&files, cuts)), told(open(&files, 0)));
}

fn files(packing: u8, rest: &[u8]) -> Vec<(&'static str, &[u8])> {
    if packing & 1 == 1
        && let Some((length, rest)) = rest.split_first_chunk::<4>()
    {
        let (database, log) = rest.split_at((u32::from_le_bytes(*length) as usize).min(rest.len()));
        return vec![("uproot.sqlite3", database), ("uproot.sqlite3-wal", log)];
    }
    vec![("input", rest)]
}

/// Opens files, cut as the second byte says: 0 whole, else pseudo-random pieces of up to that many bytes.
pub fn open(files: &[(&str, &[u8])], cuts: u8) -> Result<Study> {
    let infos = files.iter().map(|(name, bytes)| FileInfo { path: (*name).to_owned(), size: bytes.len() as u64 });
    let mut opening = Opening::new(infos.collect(), LIMITS)?;
    let mut state = u32::from(cuts);
    let mut asked = 0;
    while let Some(want) = opening.want()? {
        let range = want.range.start as usize..want.range.end as usize;
        assert!(!range.is_empty(), "a want is never empty");
        let gone = || Error::new(Code::Io, Place::default());
        let mut bytes = files[want.file].1.get(range).ok_or_else(gone).expect("a want within the file");
        asked += 1;
        assert!(asked < 100_000, "reading never ends");
        while !bytes.is_empty() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let n = if cuts == 0 { bytes.len() } else { 1 + (state >> 8) as usize % usize::from(cuts) };
            let (piece, rest) = bytes.split_at(n.min(bytes.len()));
            opening.push(piece)?;
            bytes = rest;
        }
    }
    opening.finish()
}

fn recipe(options: u8, summary: &Summary) -> Recipe {
    let bit = |n: u8| options >> n & 1 == 1;
    let mut gvars = Vec::new();
    if bit(2) {
        gvars.extend(summary.fields.iter().rev().step_by(3).take(2).map(|f| f.field.clone()));
    }
    if bit(3) {
        gvars.push("app".to_owned());
    }
    Recipe {
        filters: bit(0),
        filetype: if bit(1) { Filetype::Jsonl } else { Filetype::Csv },
        gvars,
        include_secrets: bit(4),
        compression: if bit(5) { Compression::Small } else { Compression::Fast },
        ..Recipe::default()
    }
}

/// Previews the first rows of each table and the last.
fn look(study: &Study, files: &[(&str, &[u8])], recipe: &Recipe) {
    let Ok(tables) = preview::tables(study, recipe) else { return };
    assert!(!preview::archive_name(study).contains('/'));
    for table in tables.iter().take(8) {
        let rows = table.rows;
        for start in [0, rows.saturating_sub(1), rows + 1] {
            let mut viewer = preview::Viewer::default();
            let mut viewing = viewer.start(study, recipe, &table.path, start, 5).expect("a table that is listed");
            while let Ok(Some(want)) = viewing.want() {
                viewing.push(part(files, &want)).expect("bytes that were read before");
            }
            let shown = viewing.finish();
            assert_eq!((shown.total, &shown.columns), (rows, &table.columns));
            assert!(shown.rows.len() as u64 <= rows.saturating_sub(start).min(5));
        }
    }
}

/// The whole ZIP.
pub fn export(study: &Study, files: &[(&str, &[u8])], recipe: &Recipe) -> Result<Vec<u8>> {
    let mut export = Export::new(study, recipe)?;
    let mut zip = Vec::new();
    while let Some(output) = export.next()? {
        match output {
            Output::Bytes(bytes) => zip.extend(bytes),
            Output::Want(want) => export.push(part(files, &want))?,
        }
        assert!(zip.len() < 1 << 30, "a small input gives a ZIP of gigabytes");
    }
    assert_eq!(export.progress(), 1.0);
    Ok(zip)
}

/// A wanted range of files.
fn part<'f>(files: &[(&str, &'f [u8])], want: &Want) -> &'f [u8] {
    &files[want.file].1[want.range.start as usize..want.range.end as usize]
}

fn unzip(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).expect("a ZIP that opens");
    let mut members: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).expect("a member that opens");
        let name = member.name().expect("a name").into_owned();
        assert!(!name.starts_with('/') && !name.contains("..") && !name.contains('\\'), "an unsafe name: {name}");
        assert!(name.len() < 1000, "a name that no file system takes");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("a member with the right checksum");
        let lower = name.to_lowercase();
        assert!(members.insert(lower, bytes).is_none(), "two members are one file on some systems: {name}");
    }
    members
}

/// No credential is in the ZIP, unless an ordinary field holds the same text.
fn holds_no_credentials(log: &Log, recipe: &Recipe, members: &BTreeMap<String, Vec<u8>>) {
    let held = |text: &str| text.contains(CREDENTIAL);
    let mut public = false;
    let mut secret = false;
    for span in &log.spans {
        let is_secret = SECRETS.contains(&log.fields.get(span.field));
        assert_ne!(log.storages.get(span.storage).split('/').next(), Some("admin"), "an admin's change is kept");
        secret |= is_secret;
        public |= held(log.storages.get(span.storage)) || held(log.fields.get(span.field));
        for change in log.changes(span) {
            public |= !is_secret && (held(log.context(*change)) || held(log.values.get(log.value(*change)).1));
        }
    }
    if secret && recipe.include_secrets && !recipe.filters {
        return;
    }
    for (name, bytes) in members {
        let found = memchr::memmem::find(bytes, CREDENTIAL.as_bytes()).is_some();
        assert!(public || !found, "a credential is in {name}");
        if name.ends_with(".jsonl") {
            for row in bytes.split(|b| *b == b'\n').filter(|row| !row.is_empty()) {
                let row: BTreeMap<String, serde_json::Value> = serde_json::from_slice(row).expect("a row of JSON");
                let is_ours = |name: &&str| row.contains_key(*name) && !recipe.include_secrets;
                assert!(!SECRETS.iter().any(is_ours), "a column with a credential in {name}");
                let field = row.get("!field").and_then(|field| field.as_str()).unwrap_or_default();
                assert!(recipe.include_secrets || !SECRETS.contains(&field), "a row with a credential in {name}");
            }
        }
    }
}
