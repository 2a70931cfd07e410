//! What mutations begin with: every case in small, in every form that a reader knows. Small, because executions of
//! small inputs are quick, and things meet in them.

use super::dump::{Row, dump, rows};
use super::fuzz_body::{CREDENTIAL, NAMES, export, open};
use super::mutate::{members, zipped};
use super::{cases, folders, inputs, name};
use std::io::Write;
use std::path::Path;
use windrow::protect::preset::{Level, Preset};
use windrow::recipe::{Filetype, Recipe, ViewName};
use zip::CompressionMethod;

/// Names of the readers, as the figures list them, and how often each has its turn: archives cost some times as much.
pub const READERS: [(&str, usize); 9] = [
    ("dump", 6),
    ("dump in gzip", 4),
    ("database", 6),
    ("database and log", 6),
    ("exported CSV, JSONL, JSON", 6),
    ("exported ZIP", 2),
    ("PsyNet ZIP", 2),
    ("PsyNet tables", 2),
    ("recipe", 1),
];

/// No seed is longer, in bytes; what a longer one would show, a shorter one shows.
pub const LONGEST: usize = 2700;

/// The inputs to begin with, by reader.
pub fn seeds() -> Vec<Vec<Vec<u8>>> {
    let mut seeds = vec![Vec::new(); READERS.len()];
    dumps(&mut seeds);
    databases(&mut seeds);
    texts(&mut seeds);
    psynet(&mut seeds);
    recipes(&mut seeds[8]);
    for kind in &mut seeds {
        kind.retain(|seed| seed.len() <= LONGEST);
        kind.sort();
        kind.dedup();
    }
    seeds
}

/// Every drop of every case as it is, but for very long ones, and every finding.
pub fn drops() -> Vec<Vec<u8>> {
    let uproot = cases("uproot").iter().flat_map(|case| folders(case)).collect::<Vec<_>>();
    let mut found = Vec::new();
    for drop in [uproot, cases("sqlite"), cases("malformed"), cases("psynet")].concat() {
        let options = (found.len() * 7) as u8;
        match inputs_of(&drop).as_slice() {
            [(_, database), (name, log)] if name.ends_with("-wal") => {
                found.push([&[options, 200, 1], pair(database, log).as_slice()].concat());
            }
            files => {
                found.extend(files.iter().map(|(_, one)| [&[options, 200, options & 0xfc], one.as_slice()].concat()))
            }
        }
    }
    found.retain(|input| input.len() < 200_000);
    let findings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/fuzz");
    found.extend(inputs(&findings).into_iter().map(|(_, bytes)| bytes));
    found
}

/// The files of a case but what is expected of it.
fn inputs_of(case: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(case).expect("the folder of a case");
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<_> = files.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect();
    // SQLite's large case is packed, which nobody drops.
    files.retain(|(name, _)| !name.starts_with("expected") && !name.ends_with("3.gz"));
    files.sort();
    files
}

/// An input of the fuzz body: default options, pieces of up to 200 bytes, how it is packed.
fn framed(packing: u8, bytes: &[u8]) -> Vec<u8> {
    [&[0, 200, packing], bytes].concat()
}

/// A database and its log, as the fuzz body takes them.
fn pair(database: &[u8], log: &[u8]) -> Vec<u8> {
    [(database.len() as u32).to_le_bytes().as_slice(), database, log].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn dumps(seeds: &mut [Vec<Vec<u8>>]) {
    let malformed = cases("malformed").into_iter().flat_map(|case| inputs(&case));
    for (_, bytes) in malformed.filter(|(name, bytes)| name != "expected.txt" && bytes.len() > 4) {
        seeds[0].push(framed(0, &bytes));
    }
    for case in cases("uproot") {
        for (_, bytes) in folders(&case).iter().flat_map(|f| inputs(f)).filter(|(name, _)| name == "backup.bin") {
            let mut all = rows(&bytes);
            all.retain(|row| row.bytes().len() < 250);
            // The first rows, and some from further on.
            for from in [0, all.len() / 3, all.len() * 2 / 3] {
                let mut some: Vec<Row> = all.iter().skip(from).take(8).cloned().collect();
                plant(&mut some);
                let small = dump(&some);
                seeds[0].push(framed(0, &small));
                seeds[1].push(framed(0, &gzip(&small)));
                for filetype in [Filetype::Csv, Filetype::Jsonl, Filetype::Spreadsheet] {
                    seeds[5].extend(exported(&small, filetype).map(|zip| framed(0, &zip)));
                }
            }
        }
    }
}

/// The part of an export that is read again.
fn exported(dump: &[u8], filetype: Filetype) -> Option<Vec<u8>> {
    let files = [("dump", dump)];
    let views = vec![ViewName::Ultralong];
    let zip = export(&open(&files, 0).ok()?, &files, &Recipe { filters: false, filetype, views, ..Recipe::default() });
    let mut members = members(&zip.ok()?);
    members.retain(|(name, _)| name.contains("/ultralong/") || name.ends_with("SHA256SUMS"));
    Some(zipped(&members, CompressionMethod::Deflated))
}

/// Recognisable credentials, which no output may hold.
fn plant(rows: &mut Vec<Row>) {
    let secret = Some([b"\x02\"", CREDENTIAL.as_bytes(), b"\""].concat());
    for row in rows.iter_mut() {
        let is_credential = ["_uproot_key", "_uproot_secret"].contains(&row.field.as_str());
        if is_credential || row.namespace == "admin" {
            row.value = secret.clone();
        }
    }
    let session = rows.iter().find_map(|r| r.namespace.strip_prefix("session/")).unwrap_or("s").to_owned();
    let seq = rows.iter().filter_map(|r| r.seq).max().map(|n| n + 1);
    for (namespace, field) in [
        ("admin".to_owned(), "_uproot_key"),
        (format!("session/{session}"), "_uproot_secret"),
        (format!("player/{session}/p"), "_uproot_key"),
        (format!("model/{session}/m"), "_uproot_key"),
    ] {
        rows.push(Row { seq, value: secret.clone(), ..Row::new(0, &namespace, field, 2, "") });
    }
}

fn databases(seeds: &mut [Vec<Vec<u8>>]) {
    for case in cases("sqlite") {
        match inputs_of(&case).as_slice() {
            [(_, one)] => seeds[2].push(framed(0, one)),
            [(_, database), (_, log)] => seeds[3].push(framed(1, &pair(database, log))),
            _ => {}
        }
    }
}

fn texts(seeds: &mut [Vec<Vec<u8>>]) {
    let drops = cases("texts").into_iter().map(|case| case.join("input"));
    // What was exported as a folder is there in loose files, too.
    let loose = drops.filter(|drop| folders(drop).is_empty());
    for (name, bytes) in loose.flat_map(|drop| inputs(&drop)) {
        if name.ends_with(".zip") {
            seeds[5].push(framed(0, &bytes));
        } else {
            seeds[4].push(framed(0, &beginning(&bytes, 1000)));
        }
    }
}

/// Files with names, as the fuzz body takes them; those whose names are not in its list are left out.
fn named(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, bytes) in files {
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Some(index) = NAMES.iter().position(|known| *known == name) {
            out.push(index as u8);
            out.extend((bytes.len() as u32).to_le_bytes());
            out.extend(bytes);
        }
    }
    out
}

/// Whole rows of a text, about so many bytes.
fn beginning(text: &[u8], about: usize) -> Vec<u8> {
    let mut quoted = false;
    let end = text.iter().enumerate().find_map(|(at, byte)| {
        quoted ^= *byte == b'"';
        (at > about && *byte == b'\n' && !quoted).then_some(at + 1)
    });
    text[..end.unwrap_or(text.len())].to_vec()
}

/// A row or two of each table; the table of participants in every seed, and some others.
fn psynet(seeds: &mut [Vec<Vec<u8>>]) {
    for case in cases("psynet") {
        let database = std::fs::read(case.join("database.zip")).unwrap();
        let tables: Vec<_> = members(&database)
            .into_iter()
            .map(|(name, table)| (name, beginning(&table, 300)))
            .filter(|(_, table)| !table.is_empty() && table.len() < 1500)
            .collect();
        let (always, others): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|(name, _)| name.ends_with("participant.csv"));
        for some in others.chunks(2) {
            let small = [always.as_slice(), some].concat();
            seeds[6].push(framed(0, &zipped(&small, CompressionMethod::Deflated)));
            let whole = vec![("regular/database.zip".to_owned(), zipped(&small, CompressionMethod::Deflated))];
            seeds[6].push(framed(0, &zipped(&whole, CompressionMethod::Stored)));
            seeds[7].push(framed(2, &named(&small)));
        }
    }
}

fn recipes(seeds: &mut Vec<Vec<u8>>) {
    let protect = |level| Recipe { protect: Some(Preset::of(level)), ..Recipe::default() };
    let sessions = Recipe { sessions: Some(vec!["s".to_owned()]), gvars: vec!["app".to_owned()], ..Recipe::default() };
    for recipe in [Recipe::default(), sessions, protect(Level::Share), protect(Level::Pseudonymize)] {
        seeds.push(framed(3, &recipe.to_json()));
    }
}
