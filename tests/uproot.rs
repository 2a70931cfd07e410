//! Every folder in `tests/cases/uproot` is a case: each of its folders is one drop, and all give what
//! `expected.json` says uproot 0.10.1 gives, in every combination of options. Adding a case needs no code.

mod common;
#[path = "uproot/texts.rs"]
mod texts;

use common::{cases, drops, export, inputs, name, open, sha256, unzip};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use windrow::error::Code;
use windrow::export::render;
use windrow::log::Log;
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::study::Study;
use windrow::view::{Cursor, Table, View};
use windrow::write::jsonl;

#[derive(Deserialize)]
struct Expected {
    pub sessions: BTreeMap<String, Session>,
}

#[derive(Deserialize)]
struct Session {
    briefcases: Vec<Briefcase>,
    streams: Vec<Stream>,
}

/// One combination of options and the checksums of the data files; none where uproot raises.
#[derive(Deserialize)]
struct Briefcase {
    filetype: Filetype,
    filters: bool,
    gvar: Vec<String>,
    files: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Stream {
    filters: bool,
    gvar: Vec<String>,
    files: BTreeMap<String, String>,
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (title, case, drop) in drops() {
        trials.push(Trial::test(title, move || check(&case, &drop)));
    }
    for case in cases("uproot") {
        for made in texts::all() {
            let title = format!("{}/{made}", name(&case));
            let case = case.clone();
            trials.push(Trial::test(title, move || texts::check(&case, made)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(case: &Path, drop: &Path) -> Result<(), Failed> {
    let expected: Expected = serde_json::from_slice(&std::fs::read(case.join("expected.json"))?)?;
    let study = open(&inputs(drop), usize::MAX)?;
    let log = common::log(&study);
    let mut wrong = Vec::new();
    let found: BTreeSet<&str> = log.sessions.iter().map(|s| s.name.as_str()).collect();
    let known: BTreeSet<&str> = expected.sessions.keys().map(String::as_str).collect();
    if found != known {
        wrong.push(format!("sessions {found:?} instead of {known:?}"));
    }
    for (session, sets) in &expected.sessions {
        let raises = sets.briefcases.iter().any(|set| set.files.is_none());
        let of = log.session(session).ok_or("no such session")?;
        let reported = study.problems_with(&Recipe::default(), &[of]);
        if reported.iter().any(|problem| problem.code == Code::UpstreamRaises) != raises {
            wrong.push(format!("{session}: uproot raises is {raises}, but what is reported: {reported:?}"));
        }
        for set in &sets.briefcases {
            briefcase(&study, session, set, &mut wrong)?;
        }
        for set in &sets.streams {
            streams(log, session, set, &mut wrong)?;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn recipe(session: &str, filetype: Filetype, filters: bool, gvars: &[String]) -> Recipe {
    Recipe {
        sessions: Some(vec![session.to_owned()]),
        gvars: gvars.to_vec(),
        filetype,
        filters,
        include_secrets: true,
        ..Recipe::default()
    }
}

fn briefcase(study: &Study, session: &str, set: &Briefcase, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let mut recipe = recipe(session, set.filetype, set.filters, &set.gvar);
    if !set.gvar.is_empty() {
        // The other tables are the same as without grouping and are checked there.
        recipe.views = vec![ViewName::LatestBy];
    }
    let files = unzip(&export(study, &recipe)?);
    let folder = files.keys().find_map(|path| path.split_once('/')).ok_or("no folder")?.0.to_owned();
    let own = |path: &&String| !["README.txt", "DATA_DICTIONARY.json", "SHA256SUMS"].contains(&path.as_str());
    let below: BTreeMap<String, &Vec<u8>> = files
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(&folder)?.strip_prefix('/')?.to_owned(), bytes)))
        .collect();
    let title = format!("{session} {:?} filters {} by {:?}", set.filetype, set.filters, set.gvar);
    checksums_hold(&below, &title, wrong);
    let Some(expected) = &set.files else { return Ok(()) };
    let found: BTreeSet<&String> = below.keys().filter(own).collect();
    if found != expected.keys().collect() {
        wrong.push(format!("{title}: files {found:?}"));
    }
    for (path, hash) in expected {
        if below.get(path).is_some_and(|bytes| sha256(bytes) != *hash) {
            wrong.push(format!("{title}: {path} differs"));
        }
    }
    Ok(())
}

/// `SHA256SUMS` lists every other file with its checksum.
fn checksums_hold(files: &BTreeMap<String, &Vec<u8>>, title: &str, wrong: &mut Vec<String>) {
    let Some(sums) = files.get("SHA256SUMS") else { return wrong.push(format!("{title}: no SHA256SUMS")) };
    let mut listed: Vec<String> = String::from_utf8_lossy(sums).lines().map(str::to_owned).collect();
    let mut real: Vec<String> = files
        .iter()
        .filter(|(path, _)| *path != "SHA256SUMS")
        .map(|(path, bytes)| format!("{}  {path}", sha256(bytes)))
        .collect();
    listed.sort();
    real.sort();
    if listed != real {
        wrong.push(format!("{title}: SHA256SUMS does not hold"));
    }
}

fn streams(log: &Arc<Log>, session: &str, set: &Stream, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let options = recipe(session, Filetype::Jsonl, set.filters, &set.gvar).options();
    let of = log.session(session).ok_or("no such session")?;
    for (format, hash) in &set.files {
        let view = match ViewName::parse(format).ok_or("no such format")?.view() {
            View::Latest if !set.gvar.is_empty() => View::LatestBy,
            view => view,
        };
        let table = Table::whole(log, of, view, &options);
        let (keys, mut cursor, mut out, mut row) = (jsonl::keys(&table.columns), Cursor::default(), Vec::new(), 0);
        while row < table.rows {
            let mut piece = Vec::new();
            row = render(&table, Filetype::Jsonl, row..table.rows, &mut cursor, &keys, &mut piece);
            out.extend(piece);
        }
        if sha256(&out) != *hash {
            wrong.push(format!("{session} stream {format} filters {} by {:?} differs", set.filters, set.gvar));
        }
    }
    Ok(())
}
