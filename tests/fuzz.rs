//! Mutated cases through the whole path. A few thousand in every `cargo test`, always the same ones; with
//! `WINDROW_FUZZ_SECONDS=600 cargo test --release --test fuzz -- --nocapture` others for as long as wanted.
//! A failure names the seed; `WINDROW_FUZZ_SEED` runs that one alone.
//!
//! For libFuzzer: `WINDROW_FUZZ_CORPUS=tests/fuzz/corpus/everything cargo test --test fuzz` writes all cases as
//! its first inputs, and `cargo +nightly fuzz run --fuzz-dir tests/fuzz everything -- -dict=tests/fuzz/words.dict`
//! goes on from there (`reading`: the readers alone).

mod common;

use common::dump::{Row, dump, rows};
use common::fuzz_body::{CREDENTIAL, everything, reading};
use common::random::Random;
use common::{cases, folders, inputs};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Executions of the whole path without a wish for more.
const RUNS: u64 = 2500;

#[test]
fn mutated_cases_break_no_promise() {
    let seeds = Seeds { logs: seeds(), inputs: whole_inputs() };
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = asked("WINDROW_FUZZ_SEED") {
        return run(&seeds, seed);
    }
    match asked("WINDROW_FUZZ_SECONDS") {
        None => (0..RUNS).for_each(|seed| run(&seeds, seed)),
        Some(seconds) => {
            let (start, mut seed) = (Instant::now(), asked("WINDROW_FUZZ_FROM").unwrap_or(RUNS));
            let first = seed;
            while start.elapsed() < Duration::from_secs(seconds) {
                run(&seeds, seed);
                seed += 1;
            }
            println!("{} executions in {seconds} s from {} cases", seed - first, seeds.inputs.len());
        }
    }
}

/// What mutations begin with.
struct Seeds {
    /// Rows of small dumps, to be changed row by row.
    logs: Vec<Vec<Row>>,
    /// Whole inputs of every case, to be changed byte by byte.
    inputs: Vec<Vec<u8>>,
}

/// Every case opens, or fails, as it is; and is there for a fuzzer to begin with.
#[test]
fn cases_break_no_promise() {
    let corpus = std::env::var_os("WINDROW_FUZZ_CORPUS").map(PathBuf::from);
    for (i, input) in whole_inputs().iter().enumerate() {
        reading(input);
        everything(input);
        if let Some(corpus) = &corpus {
            std::fs::create_dir_all(corpus).unwrap();
            std::fs::write(corpus.join(i.to_string()), input).unwrap();
        }
    }
}

/// Every drop of every case as an input of the fuzz body.
fn whole_inputs() -> Vec<Vec<u8>> {
    let drops = cases("uproot").iter().flat_map(|case| folders(case)).collect::<Vec<_>>();
    let mut found = Vec::new();
    for drop in [drops, cases("sqlite"), cases("malformed")].concat() {
        let mut files = inputs(&drop);
        files.retain(|(name, bytes)| !name.starts_with("expected") && !name.ends_with("3.gz") && bytes.len() < 200_000);
        let body = match files.as_slice() {
            [] => continue,
            [(_, database), (_, log), ..] => {
                [&[1], (database.len() as u32).to_le_bytes().as_slice(), database, log].concat()
            }
            [(_, one)] => [&[0], one.as_slice()].concat(),
        };
        found.push([&[(found.len() * 7) as u8, 200], body.as_slice()].concat());
    }
    found
}

fn run(seeds: &Seeds, seed: u64) {
    let mut random = Random::new(seed);
    let input = match seed % 4 {
        0 => scrambled(&seeds.inputs, &mut random),
        _ => mutated(&seeds.logs, &mut random),
    };
    let started = Instant::now();
    let outcome = std::panic::catch_unwind(|| {
        reading(&input);
        everything(&input);
    });
    if let Err(panic) = outcome {
        let file = std::env::temp_dir().join(format!("windrow-fuzz-{seed}"));
        std::fs::write(&file, &input).unwrap();
        eprintln!("WINDROW_FUZZ_SEED={seed} failed; its input is {}", file.display());
        std::panic::resume_unwind(panic);
    }
    if started.elapsed() > Duration::from_secs(5) {
        eprintln!("WINDROW_FUZZ_SEED={seed} took {:?}", started.elapsed());
    }
}

/// The rows of small cases, with recognisable credentials.
fn seeds() -> Vec<Vec<Row>> {
    let mut seeds = Vec::new();
    for drop in cases("uproot").iter().flat_map(|case| folders(case)) {
        for (_, bytes) in inputs(&drop).into_iter().filter(|(name, _)| name == "backup.bin") {
            let mut rows: Vec<Row> = rows(&bytes).into_iter().take(400).collect();
            rows.retain(|row| row.value.as_ref().is_none_or(|value| value.len() < 2000));
            plant(&mut rows);
            seeds.push(rows);
        }
    }
    seeds
}

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

/// Things that make differences somewhere.
const NAMESPACES: [&str; 14] = [
    "admin",
    "admin/x",
    "session/s",
    "player/s",
    "player",
    "",
    "/",
    "player//u",
    "player/s/u/v/w",
    "CON/s",
    "_CON/s",
    "Player/s/u",
    "player/../../x",
    "a/b/c/d/e/f/g/h/i/j/k",
];
const FIELDS: [&str; 18] = [
    "_uproot_key",
    "_uproot_secret",
    "_uproot_players",
    "_uproot_groups",
    "_uproot_group",
    "_uproot_session",
    "!storage",
    "!time",
    "!unavailable",
    "!data",
    "!seq",
    "app",
    "show_page",
    "page_order",
    "\"x\"",
    "",
    "größe",
    "packages",
];
const PAYLOADS: [&str; 20] = [
    "null",
    "1",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"admin/x\"",
    "\"\"",
    "[]",
    "{}",
    "[[\"s\",\"u\"]]",
    "[\"s\",\"u\"]",
    "[{\"sname\":\"s\",\"uname\":\"u\"}]",
    "\"\\ud800\"",
    "[1,2,",
    "[1.0,-0.0]",
    "\"1E-99999\"",
    "true",
    "[[[[[[[[[[]]]]]]]]]]",
    "{\"a\":1,\"a\":2}",
    "\"a\\\"b,\\r\\n\\u0000\"",
];

fn mutated(seeds: &[Vec<Row>], random: &mut Random) -> Vec<u8> {
    let mut rows = random.pick(seeds).clone();
    // Short logs are quick, and things meet in them.
    let keep = 10 + random.below(120);
    let from = random.below(rows.len());
    rows = rows.iter().cycle().skip(from).take(keep.min(rows.len())).cloned().collect();
    for _ in 0..random.below(12) {
        mutate(&mut rows, random);
    }
    let mut bytes = dump(&rows);
    if random.once_in(3) {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&bytes).unwrap();
        bytes = gzip.finish().unwrap();
    }
    if random.once_in(4) {
        for _ in 0..1 + random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.next() as u8,
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, random.next() as u8),
            }
        }
    }
    let mut input = vec![random.next() as u8, [0, 1, 7, 200][random.below(4)], 0];
    input.extend(bytes);
    input
}

/// A whole input with a few bytes changed: also databases and their logs.
fn scrambled(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = random.pick(inputs).clone();
    for _ in 0..1 + random.below(6) {
        let at = random.below(input.len());
        match random.below(5) {
            0 => input[at] ^= 1 << random.below(8),
            1 => input[at] = random.next() as u8,
            2 => input[at] = [0, 0xff, 0x7f, 0x80][random.below(4)],
            3 if random.once_in(4) => input.truncate(at.max(4)),
            _ => {
                let from = random.below(input.len());
                let n = random.below(64).min(input.len() - at.max(from));
                input.copy_within(from..from + n, at);
            }
        }
    }
    input
}

fn mutate(rows: &mut Vec<Row>, random: &mut Random) {
    let (a, b) = (random.below(rows.len()), random.below(rows.len()));
    let other = rows[b].clone();
    let many = rows.len() > 1;
    let row = &mut rows[a];
    match random.below(16) {
        0 => rows.swap(a, b),
        1 => rows.push(other),
        2 if many => drop(rows.remove(a)),
        3 => row.seq = [Some(0), Some(u64::MAX), other.seq, None][random.below(4)],
        4 => row.namespace = (*random.pick(&NAMESPACES)).to_owned(),
        5 => row.namespace = other.namespace,
        6 => row.field = (*random.pick(&FIELDS)).to_owned(),
        7 => row.field = other.field,
        8 => row.value = None,
        9 => row.value = other.value,
        10 => row.value = Some([&[random.next() as u8], random.pick(&PAYLOADS).as_bytes()].concat()),
        11 => row.value = Some(Vec::new()),
        12 => {
            if let Some(first) = row.value.as_mut().and_then(|value| value.first_mut()) {
                *first = *random.pick(&[0, 1, 2, 3, 6, 7, 8, 9, 13, 64, 66, 128, 129, 132, 133, 77, 254, 255]);
            }
        }
        13 => {
            if let Some(value) = row.value.as_mut().filter(|value| !value.is_empty()) {
                let at = random.below(value.len());
                value[at] = random.next() as u8;
            }
        }
        14 => row.time = [f64::NAN, f64::INFINITY, -0.0, 1e300, 0.1][random.below(5)],
        _ => {
            // Without numbers, as the first versions wrote.
            if random.once_in(4) {
                rows.iter_mut().for_each(|row| row.seq = None);
            }
        }
    }
}
