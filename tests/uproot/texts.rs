//! Every case again from exported texts: its dump is exported, the ultralong tables are read back, loose and
//! in the ZIP, and must give what uproot gives for the dump, as far as texts can.

use super::{Expected, briefcase, recipe, streams};
use crate::common::{export, folders, inputs, name, open, unzip};
use libtest_mimic::Failed;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use windrow::recipe::{Filetype, Recipe};

/// One way to export.
#[derive(Clone, Copy)]
pub struct Made {
    filetype: Filetype,
    filters: bool,
    zipped: bool,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filters = if self.filters { "filters" } else { "nofilters" };
        let zip = if self.zipped { " zip" } else { "" };
        write!(f, "{} {filters}{zip}", self.filetype.as_str())
    }
}

pub fn all() -> impl Iterator<Item = Made> {
    (0..8).map(|n| Made {
        filetype: if n & 1 == 0 { Filetype::Csv } else { Filetype::Jsonl },
        filters: n & 2 != 0,
        zipped: n & 4 != 0,
    })
}

pub fn check(case: &Path, made: Made) -> Result<(), Failed> {
    let expected: Expected = serde_json::from_slice(&std::fs::read(case.join("expected.json"))?)?;
    let drop = folders(case).into_iter().find(|f| ["dump", "gzip"].contains(&name(f).as_str())).ok_or("no dump")?;
    let dump = open(&inputs(&drop), usize::MAX)?;
    let all = Recipe { sessions: None, ..recipe("", made.filetype, made.filters, &[]) };
    let zip = export(&dump, &all)?;
    let files: Vec<(String, Vec<u8>)> = match made.zipped {
        true => vec![("export.zip".to_owned(), zip)],
        false => {
            let all: BTreeMap<String, Vec<u8>> = unzip(&zip);
            all.into_iter().filter(|(path, _)| path.contains("/ultralong/")).collect()
        }
    };
    let study = open(&files, usize::MAX)?;
    let mut wrong = Vec::new();
    for (session, sets) in &expected.sessions {
        let allowed = |filetype: Filetype, filters: bool| {
            (filetype == made.filetype || filetype == Filetype::Csv) && (filters || !made.filters)
        };
        for set in sets.briefcases.iter().filter(|set| allowed(set.filetype, set.filters)) {
            briefcase(&study, session, set, &mut wrong)?;
        }
        for set in sets.streams.iter().filter(|set| allowed(Filetype::Jsonl, set.filters)) {
            streams(super::common::log(&study), session, set, &mut wrong)?;
        }
    }
    let mut wrong: BTreeSet<String> = wrong.into_iter().collect();
    for exception in exceptions(case)?.into_iter().filter(|e| e.applies(made)) {
        let before = wrong.len();
        wrong.retain(|line| !exception.differs.iter().any(|place| line.contains(place)));
        if wrong.len() == before {
            wrong.insert(format!("nothing differs any more where texts.json says: {}", exception.why));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into_iter().collect::<Vec<_>>().join("\n").into()) }
}

/// Where a case cannot come out of texts as it comes out of the dump, and why.
#[derive(Deserialize)]
struct Exception {
    why: String,
    /// Parts of paths or names of streams.
    differs: Vec<String>,
    /// Only from this format; from both if missing.
    filetype: Option<Filetype>,
    /// Only from tables with or without filters; from both if missing.
    filters: Option<bool>,
}

impl Exception {
    fn applies(&self, made: Made) -> bool {
        self.filetype.is_none_or(|f| f == made.filetype) && self.filters.is_none_or(|f| f == made.filters)
    }
}

fn exceptions(case: &Path) -> Result<Vec<Exception>, Failed> {
    let path = case.join("texts.json");
    Ok(if path.exists() { serde_json::from_slice(&std::fs::read(path)?)? } else { Vec::new() })
}
