//! What a fuzzer does with bytes, from opening them to reading the ZIP back. `tests/fuzz.rs` runs it on
//! mutated cases in every `cargo test`; `tests/fuzz/` gives the same body to libFuzzer.
//!
//! The first byte chooses options, the second how the input is cut, the third more options and in its two lowest bits
//! how the input is packed: 0 one file, 1 a database and its `-wal` (a length of four bytes, low first, then both), 2
//! files with names (for each the index of its name in [`NAMES`], a length as before, its bytes), 3 a recipe.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use windrow::browse::changes::Filter;
use windrow::browse::{Answer, Browser, Look, Of};
use windrow::describe::summary::Summary;
use windrow::error::{Code, Error, Place, Result};
use windrow::export::{Export, Output};
use windrow::filter::SECRETS;
use windrow::limits::Limits;
use windrow::log::Log;
use windrow::order::Set;
use windrow::preview;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare};
use windrow::psynet::{Assets, Form};
use windrow::recipe::{Compression, Filetype, Psynet, Recipe};
use windrow::source::{FileInfo, Reader, Want};
use windrow::study::{Data, Opening, Study};

/// What seeds plant as the value of every credential.
pub const CREDENTIAL: &str = "cReDeNtIaL0fSomeone";

/// Small, so that not the allocator is what is fuzzed.
pub const LIMITS: Limits = Limits {
    memory: 16 << 20,
    part: 16 << 20,
    part_share: 1,
    too_large: false,
    record: 1 << 18,
    depth: 24,
    columns: 2000,
    inflated: 4 << 20,
    ratio: 100,
    members: 100,
    threads: 1,
};

/// Names of files that decide what they are.
pub const NAMES: [&str; 16] = [
    "experiment.csv",
    "participant.csv",
    "network.csv",
    "node.csv",
    "info.csv",
    "question.csv",
    "module_state.csv",
    "response.csv",
    "asset.csv",
    "recruitment.csv",
    "a.csv",
    "b.jsonl",
    "c.zip",
    "SHA256SUMS",
    "page_times.csv",
    "logs.jsonl",
];

/// What opening an input led to, as a number: inputs that lead elsewhere are worth mutating further.
pub type Outcome = u64;

/// Runs everything on one input; panics when a promise is broken.
pub fn everything(input: &[u8]) {
    let Some((&[options, cuts, more], rest)) = input.split_first_chunk::<3>() else { return };
    let files = files(more, rest);
    let Ok(study) = open(&files, cuts) else { return };
    let summary = Summary::of(&study);
    for secret in SECRETS {
        assert!(summary.fields.iter().all(|f| f.field != secret), "the summary lists a credential");
    }
    let recipe = recipe(options, more, &summary);
    look(&study, &files, &recipe);
    browse(&study, &summary);
    let zip = match export(&study, &files, &recipe) {
        Ok(zip) => zip,
        Err(error) => return assert!(is_limit(&error), "{error}"),
    };
    if options >> 6 == 3 {
        let again = export(&study, &files, &recipe).expect("what worked once");
        assert!(zip == again, "the same study gives the same bytes");
    }
    if options >> 6 == 2 {
        // In some memory sessions are looked at as they come by, in less all are counted first.
        let part = 4096 * u64::from(cuts % 8);
        let parted = open_within(&files, cuts, Limits { part, ..LIMITS }).expect("what fits as a whole");
        let told = |study: &Study| serde_json::to_value(Summary::of(study)).map(|told| told["sessions"].clone());
        assert_eq!(told(&parted).ok(), told(&study).ok());
        assert!(zip == export(&parted, &files, &recipe).expect("what fits"), "in parts it gives the same bytes");
    }
    let members = unzip(&zip);
    if let Data::Uproot(log) = &study.data {
        holds_no_credentials(log, &recipe, &members);
    }
    match more >> 3 & 3 {
        1 => protected(&study, &files, &recipe, Level::Pseudonymize),
        2 | 3 => protected(&study, &files, &recipe, Level::Share),
        _ => {}
    }
}

/// The one reason for which an export may fail whose input could be opened.
fn is_limit(error: &Error) -> bool {
    matches!(error.code(), Code::OutOfMemory | Code::TooManyColumns)
}

/// Prepares for sharing, and reads the ZIP of that back.
fn protected(study: &Study, files: &[(&str, &[u8])], recipe: &Recipe, level: Level) {
    let recipe = Recipe { include_secrets: false, protect: Some(Preset::of(level)), ..recipe.clone() };
    let given = Given { key: [7; 32], project: false, approved: Set::new() };
    let once = || {
        let mut work = prepare(study, &recipe, &given, LIMITS)?;
        while let Some(want) = work.want()? {
            work.push(part(files, &want))?;
        }
        let protected = work.finish()?;
        let zip = export(&protected.study, files, &protected.recipe)?;
        Ok((protected, zip))
    };
    let (protected, zip) = match once() {
        Ok(made) => made,
        Err(error) => return assert!(is_limit(&error), "{error}"),
    };
    let leaks =
        check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).expect("a ZIP that can be searched");
    assert!(leaks.total >= leaks.list.len() as u64);
    let (_, again) = once().expect("what worked once");
    assert!(zip == again, "the same study and key give the same bytes");
    let members = unzip(&zip);
    if let Data::Uproot(log) = &protected.study.data {
        holds_no_credentials(log, &protected.recipe, &members);
    }
}

/// Asks every question that the page asks of an uproot log.
fn browse(study: &Study, summary: &Summary) {
    let Data::Uproot(log) = &study.data else { return };
    let mut browser = Browser::new(log.clone());
    for session in summary.sessions.iter().take(2).map(|session| &session.name) {
        let Answer::Facets(facets) = browser.look(Look::Facets { session: session.clone() }) else { panic!("facets") };
        for (kind, storages) in facets.kinds.iter().take(3) {
            let of = Of { session: session.clone(), kind: kind.clone(), internal: true };
            let Answer::Columns(columns) = browser.look(Look::Columns { of: of.clone() }) else { panic!("columns") };
            let numbers = (0..columns.rows.len() as u32 + 1).collect();
            let rows =
                Look::Rows { of: of.clone(), selection: Default::default(), columns: numbers, start: 0, count: 20 };
            let Answer::Rows(rows) = browser.look(rows) else { panic!("rows") };
            assert_eq!(rows.total, *storages, "a row for each storage");
            if let Some(column) = columns.rows.first() {
                browser.look(Look::Spread { of, field: column.field.clone() });
            }
        }
        let stays = (session.clone(), 300.0, Default::default());
        browser.look(Look::Stays { session: stays.0, idle: stays.1, selection: stays.2, start: 0, count: 20 });
        browser.look(Look::Pages { session: session.clone() });
        browser.look(Look::Progress { session: session.clone() });
        let mut search = browser.search(&Filter { session: session.clone(), internal: true, ..Filter::default() });
        while search.step(1 << 16) {}
        let (search, found) = browser.keep(search);
        browser.look(Look::Found { search, start: found.saturating_sub(5), count: 20 });
    }
}

/// Only opens the input, much faster than [`everything`], so that readers are reached more often.
pub fn reading(input: &[u8]) -> Outcome {
    let Some((&[_, cuts, more], rest)) = input.split_first_chunk::<3>() else { return 0 };
    if more & 3 == 3 {
        return saved_recipe(rest);
    }
    let told = match open(&files(more, rest), cuts) {
        Ok(study) => {
            let codes: Vec<Code> = study.problems.iter().map(|p| p.code).collect();
            let size = match &study.data {
                Data::Uproot(log) => [log.order.len(), log.sessions.len(), log.spans.len()],
                Data::Parted(parted) => [parted.parts_of_all(), parted.sessions.len(), parted.fields.len()],
                Data::Psynet(data) => [data.participants as usize, data.notes.len(), data.database.len()],
            };
            format!("{} {codes:?} {:?}", study.format.name, size.map(|n| n.checked_ilog2()))
        }
        Err(error) => format!("{:?} {}", error.code(), error.problem().detail),
    };
    told.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Opens the input cut and whole: how it is cut changes nothing.
pub fn cutting(input: &[u8]) {
    let Some((&[_, cuts, more], rest)) = input.split_first_chunk::<3>() else { return };
    let files = files(more, rest);
    let told = |study: Result<Study>| match study {
        Ok(study) => format!("{:?} {:?}", study.problems, serde_json::to_string(&Summary::of(&study)).ok()),
        Err(error) => format!("{error:?}"),
    };
    assert_eq!(told(open(&files, cuts)), told(open(&files, 0)));
}

/// A recipe that can be read says the same when it was saved and read again.
fn saved_recipe(text: &[u8]) -> Outcome {
    let Ok(recipe) = Recipe::from_json(text) else { return 1 };
    let saved = recipe.to_json();
    assert_eq!(Recipe::from_json(&saved).map(|again| again.to_json()), Ok(saved));
    2 + u64::from(recipe.filters) + 2 * recipe.views.len().min(8) as u64 + 32 * recipe.gvars.len().min(8) as u64
}

fn files(more: u8, mut rest: &[u8]) -> Vec<(&'static str, &[u8])> {
    if more & 3 == 1
        && let Some((length, rest)) = rest.split_first_chunk::<4>()
    {
        let (database, log) = rest.split_at((u32::from_le_bytes(*length) as usize).min(rest.len()));
        return vec![("uproot.sqlite3", database), ("uproot.sqlite3-wal", log)];
    }
    let mut files = Vec::new();
    while more & 3 == 2
        && files.len() < 16
        && let Some((&[name, a, b, c, d], after)) = rest.split_first_chunk::<5>()
    {
        let (file, after) = after.split_at((u32::from_le_bytes([a, b, c, d]) as usize).min(after.len()));
        files.push((NAMES[usize::from(name) % NAMES.len()], file));
        rest = after;
    }
    if files.is_empty() { vec![("input", rest)] } else { files }
}

/// Opens files, cut as the second byte says: 0 whole, else pseudo-random pieces of up to that many bytes.
pub fn open(files: &[(&str, &[u8])], cuts: u8) -> Result<Study> {
    open_within(files, cuts, LIMITS)
}

fn open_within(files: &[(&str, &[u8])], cuts: u8, limits: Limits) -> Result<Study> {
    let infos = files.iter().map(|(name, bytes)| FileInfo { path: (*name).to_owned(), size: bytes.len() as u64 });
    let mut opening = Opening::new(infos.collect(), limits)?;
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

fn recipe(options: u8, more: u8, summary: &Summary) -> Recipe {
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
        filetype: match (bit(1), more >> 2 & 1) {
            (true, _) => Filetype::Jsonl,
            (_, 1) => Filetype::Spreadsheet,
            _ => Filetype::Csv,
        },
        gvars,
        include_secrets: bit(4),
        database: more >> 5 & 1 == 1 && summary.restorable,
        compression: if bit(5) { Compression::Small } else { Compression::Fast },
        psynet: Psynet {
            form: if bit(2) { Form::PsynetAnonymous } else { Form::Regular },
            assets: if bit(3) { Assets::All } else { Assets::None },
            basic_data: bit(4),
            logs: bit(4),
            source_code: bit(5),
            ..Psynet::default()
        },
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
            Output::More => {}
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
        let leads_out = name.split('/').any(|part| matches!(part, "" | "." | ".."));
        assert!(!leads_out && !name.contains('\\'), "an unsafe name: {name}");
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
