//! What several test programs share: reading case folders, opening inputs, unzipping results.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod dump;
pub mod fuzz_body;
pub mod mutate;
pub mod people;
pub mod random;
pub mod seeds;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use windrow::error::Result;
use windrow::export::{chosen, folders as folders_of, render, tables as tables_of};
use windrow::limits::Limits;
use windrow::log::Log;
use windrow::recipe::{Filetype, Recipe};
use windrow::source::{FileInfo, Want, feed};
use windrow::study::{Data, Opening, Study};
use windrow::view::{Cursor, Table};
use windrow::write::{checksums, jsonl};

/// The folders of `tests/cases/<system>`, sorted.
pub fn cases(system: &str) -> Vec<PathBuf> {
    folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(system))
}

/// The folders in a folder, sorted.
pub fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).expect("the folder of the cases");
    let mut found: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// Every drop of the cases of `tests/cases/uproot`: its title, the folder of its case, its own.
pub fn drops() -> Vec<(String, PathBuf, PathBuf)> {
    let of = |case: PathBuf| {
        let title = |drop: &Path| format!("{}/{}", name(&case), name(drop));
        folders(&case).into_iter().map(|drop| (title(&drop), case.clone(), drop)).collect::<Vec<_>>()
    };
    cases("uproot").into_iter().flat_map(of).collect()
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The files of one drop: name and bytes, sorted by name.
pub fn inputs(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("the folder of the input");
    let mut files: Vec<_> =
        entries.map(|e| e.unwrap().path()).map(|p| (name(&p), std::fs::read(&p).unwrap())).collect();
    files.sort();
    files
}

/// Opens a drop, pushing pieces of `step` bytes.
pub fn open(files: &[(String, Vec<u8>)], step: usize) -> Result<Study> {
    let infos = files.iter().map(|(name, bytes)| FileInfo { path: name.clone(), size: bytes.len() as u64 }).collect();
    let mut opening = Opening::new(infos, Limits::default())?;
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(&mut opening, &bytes, step)?;
    opening.finish()
}

/// uproot's log of a study.
pub fn log(study: &Study) -> &Arc<Log> {
    match &study.data {
        Data::Uproot(log) => log,
        Data::Parted(_) => panic!("the changes are not in memory"),
        Data::Psynet(_) => panic!("this is no uproot database"),
    }
}

/// The whole ZIP of a recipe, of a log that is in memory.
pub fn export(study: &Study, recipe: &Recipe) -> Result<Vec<u8>> {
    export_of(study, &[], recipe)
}

/// The whole ZIP of a recipe, of the files that were opened.
pub fn export_of(study: &Study, files: &[(String, Vec<u8>)], recipe: &Recipe) -> Result<Vec<u8>> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    fuzz_body::export(study, &files, recipe)
}

/// The data files of a recipe by path, without the detour over a ZIP.
pub fn tables(study: &Study, recipe: &Recipe) -> Result<BTreeMap<String, Vec<u8>>> {
    let log = log(study);
    let sessions = chosen(&log.sessions, recipe)?;
    let folders = folders_of(&sessions);
    let mut texts = BTreeMap::new();
    for (session, folder) in sessions.iter().zip(&folders) {
        let files = tables_of(log, session, folder, recipe)?.into_iter();
        texts.extend(files.map(|file| (file.path, rendered(&file.table, recipe.filetype))));
    }
    Ok(texts)
}

/// A table as one text.
pub fn rendered(table: &Table, filetype: Filetype) -> Vec<u8> {
    let (keys, mut cursor, mut out, mut row) = (jsonl::keys(&table.columns), Cursor::default(), Vec::new(), 0);
    loop {
        let mut piece = Vec::new();
        row = render(table, filetype, row..table.rows, &mut cursor, &keys, &mut piece);
        out.extend(piece);
        if row >= table.rows {
            return out;
        }
    }
}

/// A wanted range of files.
pub fn part<'f>(files: &'f [(String, Vec<u8>)], want: &Want) -> &'f [u8] {
    &files[want.file].1[want.range.start as usize..want.range.end as usize]
}

/// The members of a ZIP, read by an independent reader.
pub fn unzip(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).expect("a ZIP that opens");
    let mut files = BTreeMap::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).expect("a member that opens");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("a member with the right checksum");
        files.insert(member.name().unwrap().into_owned(), bytes);
    }
    files
}

/// SHA-256 in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    checksums::hex(&checksums::sha256(bytes))
}

/// A ZIP of some members.
pub fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
