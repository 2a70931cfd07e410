//! A dump or database that is read part by part, one session at a time, gives what it gives when all of it is in memory:
//! every case of `tests/cases/uproot`, and dumps whose sessions lie across each other.

mod common;

use common::dump::{Row, dump};
use common::random::Random;
use common::{cases, export_of, folders, inputs, name, part};
use sha2::{Digest, Sha256};
use std::path::Path;
use windrow::describe::summary::Summary;
use windrow::error::{Code, Result};
use windrow::export::{Export, Made, Stretch, threads};
use windrow::limits::Limits;
use windrow::log::Log;
use windrow::preview::{self, Viewer};
use windrow::protect::{Given, prepare, preset::Preset};
use windrow::recipe::{Filetype, Recipe};
use windrow::source::{FileInfo, Reader, Want, feed};
use windrow::study::{Data, Opening, Study};

type Files = Vec<(String, Vec<u8>)>;

fn open(files: &Files, limits: Limits) -> Result<Study> {
    let infos = files.iter().map(|(name, bytes)| FileInfo { path: name.clone(), size: bytes.len() as u64 }).collect();
    let mut opening = Opening::new(infos, limits)?;
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(&mut opening, &bytes, 10_000)?;
    opening.finish()
}

/// No session fits beside another.
fn one_by_one() -> Limits {
    parts_of(0)
}

fn parts_of(part: u64) -> Limits {
    Limits { part, ..Limits::default() }
}

fn recipes() -> Vec<Recipe> {
    let gvars = vec!["app".to_owned(), "round".to_owned()];
    vec![
        Recipe { gvars, ..Recipe::default() },
        Recipe { filetype: Filetype::Jsonl, filters: false, include_secrets: true, ..Recipe::default() },
        Recipe { database: true, ..Recipe::default() },
    ]
}

/// All that a study tells.
fn told(study: &Study, files: &Files, recipes: &[Recipe]) -> Result<Vec<Vec<u8>>> {
    let mut summary = serde_json::to_value(Summary::of(study)).unwrap();
    let members = summary.as_object_mut().unwrap();
    members.remove("parts");
    let mut told = vec![serde_json::to_vec_pretty(&summary).unwrap()];
    for recipe in recipes {
        let zip = export_of(study, files, recipe)?;
        assert!(zip == by_threads(study, files, recipe)?, "threads give other bytes");
        told.push(zip);
    }
    Ok(told)
}

/// The ZIP as two threads make it.
fn by_threads(study: &Study, files: &Files, recipe: &Recipe) -> Result<Vec<u8>> {
    let mut zip = Vec::new();
    let read = |export: &mut Export, want: &Want| export.push(part(files, want));
    let write = |bytes: &[u8], _| {
        zip.extend_from_slice(bytes);
        Ok(())
    };
    threads::run(&mut Export::new(study, recipe)?, 2, read, write)?;
    Ok(zip)
}

/// Whether it was parted, one session at a time.
fn same(title: &str, files: &Files) -> bool {
    // In other memory sessions go on in the next run, or do so too late.
    for part in [3_000, 10_000, 30_000] {
        same_in(title, files, parts_of(part));
    }
    same_in(title, files, one_by_one())
}

/// Whether it was parted in so much memory.
fn same_in(title: &str, files: &Files, limits: Limits) -> bool {
    let title = &format!("{title} in {} bytes", limits.part);
    let Ok(whole) = open(files, Limits::default()) else {
        assert!(open(files, limits).is_err(), "{title}");
        return false;
    };
    let parted = open(files, limits).unwrap();
    let was_parted = matches!(parted.data, Data::Parted(_));
    let mut recipes = recipes();
    if matches!(&whole.data, Data::Uproot(log) if log.exported) {
        recipes.pop();
    }
    let (whole, parted) = (told(&whole, files, &recipes).unwrap(), told(&parted, files, &recipes).unwrap());
    for (which, (whole, parted)) in whole.iter().zip(&parted).enumerate() {
        let texts = || (String::from_utf8_lossy(whole).into_owned(), String::from_utf8_lossy(parted).into_owned());
        if which == 0 {
            pretty(title, &texts());
        }
        assert!(whole == parted, "{title}: recipe {which}");
    }
    was_parted
}

fn pretty(title: &str, (whole, parted): &(String, String)) {
    let differs = whole.lines().zip(parted.lines()).find(|(a, b)| a != b);
    assert_eq!(differs, None, "{title}: summary");
}

#[test]
fn every_case() {
    let mut parted = 0;
    for case in cases("uproot") {
        for drop in folders(&case) {
            let title = format!("{}/{}", name(&case), name(&drop));
            let was_parted = same(&title, &inputs(&drop));
            // Before there were numbers, the times of all changes were their order.
            assert!(!was_parted || !name(&case).ends_with("_no_seq"), "{title}");
            parted += u32::from(was_parted);
        }
    }
    assert!(parted > 20, "{parted}");
}

/// Rows of sessions that run at the same time, with all that is odd about storages.
fn tangle(seed: u64) -> Vec<Row> {
    let mut random = Random::new(seed);
    let storages: Vec<String> = ["s1", "s2", "s3", "", "S1"]
        .iter()
        .flat_map(|s| ["player/S/ann", "player/S/bob", "session/S", "group/S/g/deep/er", "model/S/m"].map(|p| (s, p)))
        .map(|(session, path)| path.replacen('S', session, 1))
        .chain(["stray", "player", "admin/x", "/", "session/s9"].map(str::to_owned))
        .collect();
    let fields = ["app", "round", "_uproot_players", "a", "b", "!storage", "_uproot_key"];
    let mut seq = 0;
    let mut row = |_| {
        seq += u64::from(!random.once_in(9));
        let (storage, field) = (random.pick(&storages).clone(), *random.pick(&fields));
        let payload = random.pick(&["1", "\"x\"", "[[\"s1\",\"ann\"]]", "oops", "{\"k\": 1}"]).to_string();
        let mut row = Row::new(seq, &storage, field, random.below(9) as u8, &payload);
        if random.once_in(8) {
            row.value = None;
        }
        row
    };
    (0..300).map(&mut row).collect()
}

#[test]
fn sessions_that_lie_across_each_other() {
    for seed in 0..30 {
        assert!(same(&format!("seed {seed}"), &vec![("dump".to_owned(), dump(&tangle(seed)))]));
    }
}

/// Rows of sessions that begin one after the other, each before some others end; what they hold is as odd as above.
fn row_of_sessions(seed: u64, sessions: usize) -> Vec<Row> {
    let rows: Vec<Row> = (0..sessions).flat_map(|_| tangle(seed)).collect();
    let mut random = Random::new(seed);
    let renamed = rows.into_iter().enumerate().map(|(at, mut row)| {
        // A hundred rows of a session, and with them some of the one before.
        let session = (at / 100).saturating_sub(usize::from(random.once_in(3)));
        let mut path: Vec<String> = row.namespace.split('/').map(str::to_owned).collect();
        if path.len() > 1 && path[0] != "admin" {
            path[1] = format!("s{session}");
        }
        row.namespace = path.join("/");
        row.seq = Some(at as u64 + 1);
        row
    });
    renamed.collect()
}

/// How often a file is read until all is known of its sessions.
fn passes(files: &Files, limits: Limits) -> f64 {
    let bytes = &files[0].1;
    let info = FileInfo { path: files[0].0.clone(), size: bytes.len() as u64 };
    let mut opening = Opening::new(vec![info], limits).unwrap();
    let mut pushed = 0;
    while let Some(want) = opening.want().unwrap() {
        let range = want.range.start as usize..want.range.end as usize;
        pushed += range.len();
        bytes[range].chunks(1000).for_each(|chunk| opening.push(chunk).unwrap());
    }
    opening.finish().unwrap();
    pushed as f64 / bytes.len() as f64
}

/// What outgrows its memory is looked at before it is forgotten, and need not be read again, unless a session that seemed
/// to have ended goes on.
#[test]
fn sessions_that_follow_each_other() {
    for seed in 0..5 {
        let mut rows = row_of_sessions(seed, 10);
        let in_order = vec![("dump".to_owned(), dump(&rows))];
        for part in [60_000, 90_000, 120_000] {
            let title = format!("seed {seed}");
            assert!(same_in(&title, &in_order, parts_of(part)), "{title} in {part}");
            assert!(
                passes(&in_order, parts_of(part)) < 1.1,
                "{title} in {part}: {}",
                passes(&in_order, parts_of(part))
            );
        }
        // In a storage that is known, and in the session's first of a kind.
        for storage in ["player/s2/ann", "chat/s2/late"] {
            rows.push(Row::new(10_000, storage, "late", 1, "1"));
            let late = vec![("dump".to_owned(), dump(&rows))];
            assert!(same_in(storage, &late, parts_of(90_000)));
            assert!(passes(&late, parts_of(90_000)) > 1.5, "{storage}");
            rows.pop();
        }
    }
}

#[test]
fn what_breaks_off() {
    let bytes = dump(&tangle(77));
    for cut in [bytes.len() - 5, bytes.len() / 2] {
        assert!(same("cut", &vec![("dump".to_owned(), bytes[..cut].to_vec())]));
    }
    let packed = std::fs::read("tests/cases/uproot/real_chat/gzip/uproot.msgpack.gz").unwrap();
    assert!(same("gzip cut", &vec![("dump".to_owned(), packed[..packed.len() - 700].to_vec())]));
}

#[test]
fn what_is_out_of_order_is_read_whole() {
    let mut rows = tangle(5);
    rows.swap(10, 200);
    assert!(!same("swapped", &vec![("dump".to_owned(), dump(&rows))]));
}

/// Parts of several sessions, and their number.
#[test]
fn parts_are_filled() {
    let files = vec![("dump".to_owned(), dump(&tangle(1)))];
    let parts = |part| match open(&files, Limits { part, ..Limits::default() }).unwrap().data {
        Data::Parted(parted) => Some(parted.parts_of_all()),
        _ => None,
    };
    let alone = parts(0).unwrap();
    assert!(alone >= 5, "{alone}");
    let some = (1..200).filter_map(|step| parts(step * 500)).find(|n| (2..alone).contains(n));
    assert!(some.is_some(), "parts of several sessions");
    assert_eq!(parts(1 << 20), None, "what fits is not parted");
}

fn loaded(study: &Study, files: &Files, session: &str) -> Result<Log> {
    let Data::Parted(parted) = &study.data else { panic!("not parted") };
    let mut loading = parted.load_session(session)?;
    while let Some(want) = loading.want()? {
        loading.push(part(files, &want))?;
    }
    loading.finish()
}

#[test]
fn one_session_can_be_looked_at() {
    let files = vec![("dump".to_owned(), dump(&tangle(3)))];
    let (whole, parted) = (open(&files, Limits::default()).unwrap(), open(&files, one_by_one()).unwrap());
    let recipe = Recipe::default();
    for session in whole.sessions() {
        let near = parted.with(loaded(&parted, &files, &session.name).unwrap());
        let only = Recipe { sessions: Some(vec![session.name.clone()]), ..recipe.clone() };
        let tables = |study| serde_json::to_string(&preview::tables(study, &only).unwrap()).unwrap();
        assert_eq!(tables(&near), tables(&whole));
        for table in preview::tables(&near, &only).unwrap() {
            let rows = |study| Viewer::default().start(study, &only, &table.path, 0, 100).unwrap().finish();
            assert_eq!(rows(&near), rows(&whole), "{}", table.path);
        }
    }
    assert_eq!(loaded(&parted, &files, "nobody").unwrap_err().code(), Code::NoSuchSession);
    assert_eq!(preview::tables(&parted, &recipe).unwrap_err().code(), Code::OutOfMemory);
}

#[test]
fn what_is_prepared_is_the_same() {
    let files = inputs(Path::new("tests/cases/uproot/real_survey_forms/dump"));
    let recipe = Recipe { protect: Some(Preset::default()), ..Recipe::default() };
    let given = Given { key: [7; 32], project: true, approved: Default::default() };
    let zip = |limits| {
        let mut work = prepare(&open(&files, limits).unwrap(), &recipe, &given, limits).unwrap();
        while let Some(want) = work.want().unwrap() {
            work.push(part(&files, &want)).unwrap();
        }
        let protected = work.finish().unwrap();
        export_of(&protected.study, &files, &protected.recipe).unwrap()
    };
    let (whole, parted) = (common::unzip(&zip(Limits::default())), common::unzip(&zip(one_by_one())));
    assert!(whole.keys().eq(parted.keys()));
    for (path, bytes) in &whole {
        pretty(path, &(String::from_utf8_lossy(bytes).into(), String::from_utf8_lossy(&parted[path]).into()));
        assert!(*bytes == parted[path], "{path}");
    }
}

/// Takes what somebody made of a stretch.
fn give_back(export: &mut Export, stretch: &Stretch) {
    let mut digest = Sha256::new();
    let packed = stretch.pack(export.level(), |raw| digest.update(raw)).unwrap();
    export.made(stretch.number, stretch.rows.end - stretch.rows.start, packed);
    export.hashed(stretch.file, digest.finalize().into());
}

/// The ZIP where whoever helps gives the last stretch back first, and none before it must or the next part is read; and how
/// often a part was read meanwhile.
fn as_late_as_possible(study: &Study, files: &Files, while_reading: bool) -> (Vec<u8>, usize) {
    let mut export = Export::new(study, &Recipe::default()).unwrap();
    let (mut zip, mut held, mut meanwhile) = (Vec::new(), Vec::<Stretch>::new(), 0);
    loop {
        while let Some(stretch) = export.stretch(1000).unwrap() {
            assert!(stretch.whole(), "{}", stretch.path);
            held.push(stretch);
        }
        let made = export.make().unwrap();
        zip.extend_from_slice(&export.take());
        match made {
            Made::Want(want) => {
                meanwhile += usize::from(!held.is_empty());
                assert!(held.iter().all(|stretch| stretch.part.closing), "who reads could have made these");
                let sums = held.last().map(|stretch| format!("{}/SHA256SUMS", stretch.session));
                if while_reading {
                    held.drain(..).rev().for_each(|stretch| give_back(&mut export, &stretch));
                }
                export.push(part(files, &want)).unwrap();
                zip.extend_from_slice(&export.take());
                let written = |name: String| memchr::memmem::find(&zip, name.as_bytes()).is_some();
                assert!(sums.is_none_or(|sums| written(sums) == while_reading), "the folder is complete, or not");
            }
            Made::Task(task) => panic!("{} bytes are not little", task.block.bytes.len()),
            Made::Wait => give_back(&mut export, &held.pop().expect("something to wait for")),
            Made::More => {}
            Made::Done => break,
        }
    }
    zip.extend_from_slice(&export.take());
    assert!(held.is_empty() && export.is_finished());
    (zip, meanwhile)
}

/// While a part is read, others make what is left of the one before; the folders' checksums come when all is known.
#[test]
fn a_part_is_read_while_the_last_one_is_made() {
    let row = |seq: u64| {
        let session = ["s1", "s2", "s3"][seq as usize / 1500];
        Row::new(seq, &format!("player/{session}/ann"), ["a", "b", "c"][seq as usize % 3], 1, "\"some text\"")
    };
    let files = vec![("dump".to_owned(), dump(&(0..4500).map(row).collect::<Vec<Row>>()))];
    let whole = open(&files, Limits::default()).unwrap();
    let expected = export_of(&whole, &files, &Recipe::default()).unwrap();
    for (limits, parts) in [(Limits::default(), 1), (one_by_one(), 3)] {
        for while_reading in [true, false] {
            let (zip, meanwhile) = as_late_as_possible(&open(&files, limits).unwrap(), &files, while_reading);
            assert_eq!(meanwhile, parts - 1);
            assert!(zip == expected, "{parts} parts");
        }
    }
}

/// A file that is exchanged while it is worked on is an error, and never another's data.
#[test]
fn a_file_that_changed() {
    let files = vec![("dump".to_owned(), dump(&tangle(4)))];
    let study = open(&files, one_by_one()).unwrap();
    let mut other = files.clone();
    for at in memchr::memmem::find_iter(&files[0].1, b"/s1") {
        other[0].1[at + 2] = b'7';
    }
    assert_eq!(export_of(&study, &other, &Recipe::default()).unwrap_err().code(), Code::Io);
}

/// A session that does not fit the whole memory ends the work with words.
#[test]
fn a_session_larger_than_memory() {
    let files = vec![("dump".to_owned(), dump(&tangle(6)))];
    let error = open(&files, Limits { part: 0, memory: 3000, ..Limits::default() }).unwrap_err();
    assert_eq!(error.code(), Code::OutOfMemory);
}
