//! Every folder in `tests/cases/texts` is a case: `input/` is one drop of exported texts, `case.json` says what
//! must become of it. Adding a case needs no code.

mod common;

use common::{cases, export, name, open, unzip};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use windrow::error::{Code, Error};
use windrow::export::render;
use windrow::limits::Limits;
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::source::{FileInfo, feed};
use windrow::study::{Opening, Study};
use windrow::view::{Cursor, Table};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is for.
    #[serde(rename = "why")]
    _why: String,
    /// Code of the error, where it cannot be opened.
    error: Option<String>,
    /// Name and versions of the format.
    format: Option<[String; 2]>,
    /// How many problems of each code are reported.
    #[serde(default)]
    problems: BTreeMap<String, u64>,
    /// Parts of what the error or the problems say.
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    filetype: Filetype,
    #[serde(default)]
    filters: bool,
    #[serde(default)]
    gvars: Vec<String>,
    /// Folders and files of the result that are byte for byte those of the input.
    #[serde(default)]
    same: Vec<String>,
}

type Files = Vec<(String, Vec<u8>)>;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for case in cases("texts") {
        let (title, of) = (name(&case), case.clone());
        trials.push(Trial::test(title.clone(), move || check(&of)));
        let of = case.clone();
        trials.push(Trial::test(format!("{title} cut anywhere"), move || cut_anywhere(&of)));
        trials.push(Trial::test(format!("{title} damaged"), move || damaged(&case)));
    }
    for (title, code, limits, files) in hostile() {
        trials.push(Trial::test(format!("limits: {title}"), move || {
            let opened = open_within(&files, limits);
            match opened {
                Err(error) if error.code() == code => Ok(()),
                Err(error) => Err(format!("{error} instead of {}", code.as_str()).into()),
                Ok(_) => Err(format!("it opens, but should be {}", code.as_str()).into()),
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

const HEADER: &str = "!context,!data,!field,!seq,!storage,!time,!unavailable\r\n";

/// Inputs that ask for too much, under limits that are small enough for a test.
fn hostile() -> Vec<(&'static str, Code, Limits, Files)> {
    let small = |name: &str, bytes: Vec<u8>| vec![(name.to_owned(), bytes)];
    let zip = |members: &[(&str, Vec<u8>)]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, bytes) in members {
            writer.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        small("x.zip", writer.finish().unwrap().into_inner())
    };
    let limits = Limits { record: 1 << 16, inflated: 1 << 20, ..Limits::default() };
    let quoted = |n: usize| [HEADER.as_bytes(), b"\"", &vec![b'x'; n]].concat();
    let row = "a:1,1,f,1,player/s/p,1.5,FALSE\r\n";
    let line = |n: usize| [br#"{"!storage":"player/s/p","!field":"f","!data":""#.as_slice(), &vec![b'x'; n]].concat();
    let array = |n: usize| [b"[".as_slice(), &line(n)].concat();
    let long = [HEADER, &row.repeat(100_000)].concat().into_bytes();
    vec![
        ("a CSV cell without end", Code::TooLong, limits, small("x.csv", quoted(1 << 17))),
        ("a line without end", Code::TooLong, limits, small("x.jsonl", line(1 << 17))),
        ("a member of an array without end", Code::TooLong, limits, small("x.json", array(1 << 17))),
        (
            "columns without end",
            Code::TooManyColumns,
            Limits { columns: 50, ..limits },
            small("x.csv", [HEADER, &",".repeat(100)].concat().into_bytes()),
        ),
        ("a bomb", Code::InflatesTooFar, limits, zip(&[("s/ultralong/x.csv", long.clone())])),
        (
            "many small bombs",
            Code::InflatesTooFar,
            Limits { inflated: 4 << 20, ..limits },
            zip(&[("s/ultralong/x.csv", long.clone()), ("s/ultralong/y.csv", long)]),
        ),
        (
            "members without end",
            Code::TooManyMembers,
            Limits { members: 1, ..limits },
            zip(&[("a.csv", vec![]), ("b.csv", vec![])]),
        ),
    ]
}

fn open_within(files: &Files, limits: Limits) -> Result<Study, Error> {
    let infos = files.iter().map(|(name, bytes)| FileInfo { path: name.clone(), size: bytes.len() as u64 }).collect();
    let mut opening = Opening::new(infos, limits)?;
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(&mut opening, &bytes, 5000)?;
    opening.finish()
}

/// All files below a folder, with paths from it, sorted.
fn below(folder: &Path) -> Files {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in std::fs::read_dir(&next).expect("a folder of the case").map(|e| e.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

fn read(case: &Path) -> Result<(Case, Files), Failed> {
    Ok((serde_json::from_slice(&std::fs::read(case.join("case.json"))?)?, below(&case.join("input"))))
}

fn recipe(case: &Case) -> Recipe {
    Recipe {
        filetype: case.filetype,
        filters: case.filters,
        gvars: case.gvars.clone(),
        include_secrets: true,
        ..Recipe::default()
    }
}

fn check(folder: &Path) -> Result<(), Failed> {
    let (case, files) = read(folder)?;
    let study = match (open(&files, usize::MAX), &case.error) {
        (Ok(study), None) => study,
        (Ok(_), Some(code)) => return Err(format!("it opens, but should be {code}").into()),
        (Err(error), None) => return Err(error.to_string().into()),
        (Err(error), Some(code)) => {
            let text = error.to_string();
            let good = error.code().as_str() == code && case.says.iter().all(|part| text.contains(part));
            return if good { Ok(()) } else { Err(format!("{}: {text}", error.code().as_str()).into()) };
        }
    };
    let mut wrong = Vec::new();
    let format = [study.format.name.clone(), study.format.versions.clone()];
    if Some(&format) != case.format.as_ref() {
        wrong.push(format!("format {format:?}"));
    }
    let recipe = recipe(&case);
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    let problems = study.problems_with(&recipe, &[]);
    problems.iter().for_each(|p| *codes.entry(p.code.as_str().to_owned()).or_default() += 1);
    if codes != case.problems {
        wrong.push(format!("problems {codes:?}"));
    }
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for part in case.says.iter().filter(|part| !text.iter().any(|t| t.contains(*part))) {
        wrong.push(format!("nothing says {part:?} in {text:#?}"));
    }
    let zip = unzip(&export(&study, &recipe)?);
    // What the README must say, too: lines are wrapped there, so words are compared.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = zip.iter().find(|(path, _)| path.ends_with("README.txt")).ok_or("no README")?.1;
    for problem in &text {
        if !words(&String::from_utf8_lossy(readme)).contains(&words(problem)) {
            wrong.push(format!("the README lacks {problem}"));
        }
    }
    same(&case, &files, &zip, &mut wrong);
    bytes(folder, &zip, &mut wrong);
    rows(folder, &study, &recipe, &mut wrong)?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Tables that came with the input must come out again as they were.
fn same(case: &Case, files: &Files, zip: &BTreeMap<String, Vec<u8>>, wrong: &mut Vec<String>) {
    if case.same.is_empty() {
        return;
    }
    let inputs: BTreeMap<String, Vec<u8>> = files
        .iter()
        .flat_map(
            |(path, bytes)| if path.ends_with(".zip") { unzip(bytes) } else { [(path.clone(), bytes.clone())].into() },
        )
        .collect();
    let inner = |path: &str| path.split_once('/').map(|(_, inner)| inner.to_owned()).unwrap_or_default();
    for part in &case.same {
        let of = |all: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
            let chosen = all.iter().map(|(path, bytes)| (inner(path), bytes.clone()));
            chosen.filter(|(path, _)| path.split('/').next() == Some(part)).collect()
        };
        let (given, made) = (of(&inputs), of(zip));
        if given.is_empty() || given.keys().ne(made.keys()) {
            wrong.push(format!("{part}: files {:?} instead of {:?}", made.keys(), given.keys()));
        }
        for (path, bytes) in &given {
            if made.get(path).is_some_and(|made| made != bytes) {
                wrong.push(format!("{path} differs"));
            }
        }
    }
}

/// Files in `expected/` must be in the ZIP.
fn bytes(folder: &Path, zip: &BTreeMap<String, Vec<u8>>, wrong: &mut Vec<String>) {
    let expected = folder.join("expected");
    for (path, bytes) in if expected.exists() { below(&expected) } else { Vec::new() } {
        match zip.get(&path) {
            None => wrong.push(format!("{path} is missing among {:?}", zip.keys())),
            Some(made) if *made != bytes => {
                wrong.push(format!("{path} differs:\n{}", String::from_utf8_lossy(made)));
            }
            Some(_) => {}
        }
    }
}

/// Tables in `rows/`, which old versions of uproot made, must have the same rows in the same order. Their
/// columns were in another order, and numbers of changes they had none.
fn rows(folder: &Path, study: &Study, recipe: &Recipe, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let expected = folder.join("rows");
    for (path, bytes) in if expected.exists() { below(&expected) } else { Vec::new() } {
        let view = ViewName::parse(path.trim_end_matches(".csv")).ok_or("no such view")?.view();
        let table = Table::whole(common::log(study), &common::log(study).sessions[0], view, &recipe.options());
        let (mut made, mut row, mut cursor) = (Vec::new(), 0, Cursor::default());
        while row < table.rows {
            row = render(&table, Filetype::Csv, row..table.rows, &mut cursor, &[], &mut made);
        }
        let (old, new) = (maps(&bytes)?, maps(&made)?);
        if let Some(at) = (0..old.len().max(new.len())).find(|at| old.get(*at) != new.get(*at)) {
            wrong.push(format!("{path}: row {at} is\n{:?} instead of\n{:?}", new.get(at), old.get(at)));
        }
    }
    Ok(())
}

fn maps(csv: &[u8]) -> Result<Vec<BTreeMap<String, String>>, Failed> {
    let mut reader = csv::Reader::from_reader(csv);
    let names = reader.headers()?.clone();
    let row = |record: csv::StringRecord| {
        let cells = names.iter().zip(&record).filter(|(name, cell)| *name != "!seq" && !cell.is_empty());
        cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    Ok(reader.records().collect::<Result<Vec<_>, _>>()?.into_iter().map(row).collect())
}

fn cut_anywhere(folder: &Path) -> Result<(), Failed> {
    let (case, files) = read(folder)?;
    let recipe = recipe(&case);
    let result = |step: usize| open(&files, step).and_then(|study| export(&study, &recipe));
    let whole = result(usize::MAX);
    for step in [1, 2, 7, 1000, 4097] {
        if result(step) != whole {
            return Err(format!("pieces of {step} bytes give something else").into());
        }
    }
    Ok(())
}

/// Damaged input must give a result or an error, whatever was damaged.
fn damaged(folder: &Path) -> Result<(), Failed> {
    let (case, files) = read(folder)?;
    let recipe = recipe(&case);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below.max(1)
    };
    let telling = b"\",;\r\n{}[]:\\!\0PK\x01\x02\x03\x04\xff0-e.t";
    for _ in 0..150 {
        let mut damaged = files.clone();
        let which = random(damaged.len());
        let bytes = &mut damaged[which].1;
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(5) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] ^= 1 << random(8),
                2 if !bytes.is_empty() => bytes[at] = telling[random(telling.len())],
                3 => {
                    let to = (at + random(40)).min(bytes.len());
                    bytes.drain(at..to);
                }
                _ => {
                    let to = (at + random(200)).min(bytes.len());
                    let copy = bytes[at..to].to_vec();
                    bytes.splice(at..at, copy);
                }
            }
        }
        if let Ok(study) = open(&damaged, 1 + random(5000)) {
            export(&study, &recipe)?;
        }
    }
    Ok(())
}
