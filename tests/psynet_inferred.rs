//! What is inferred where a PsyNet export does not say it: which files are its database, what a column of the
//! experiment's own holds, which class a class extends.

mod common;

use common::{export_of, open, unzip};
use std::io::Write;
use std::sync::Arc;
use windrow::describe::summary::Summary;
use windrow::error::Code;
use windrow::psynet;
use windrow::recipe::Recipe;
use windrow::study::{Data, Study};

type Files = Vec<(String, Vec<u8>)>;

fn files(given: &[(&str, &[u8])]) -> Files {
    given.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn psynet_of(study: &Study) -> &Arc<psynet::Study> {
    match &study.data {
        Data::Psynet(data) => data,
        _ => panic!("this is no PsyNet export"),
    }
}

const BOT: &[u8] = b"id,type,vars\n1,psynet.bot.Bot,{}\n";

#[test]
fn what_a_mac_adds_and_a_researchers_own_tables_are_no_database() {
    let database = zip_of(&[("data/participant.csv", BOT)]);
    let double = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ";
    let mac = zip_of(&[
        ("export/regular/database.zip", &database),
        ("__MACOSX/export/regular/._database.zip", double),
        ("__MACOSX/export/regular/data/._Bot.csv", double),
    ]);
    let own = b"name,value\na,1\n";
    let drops: [&[(&str, &[u8])]; 5] = [
        &[("mac.zip", &mac)],
        &[("regular/database.zip", &database), ("regular/data/._Bot.csv", double), ("regular/._.DS_Store", double)],
        &[("data/clean.csv", own), ("regular/database.zip", &database)],
        &[("data/clean.csv", own), ("data/database.zip", &database)],
        &[("data/clean.csv", own), ("anonymous/database.zip", &database)],
    ];
    for (number, drop) in drops.iter().enumerate() {
        let study = open(&files(drop), 100).unwrap();
        assert_eq!(psynet_of(&study).participants, 1, "drop {number}");
        let codes: Vec<_> = study.problems.iter().map(|p| p.code).filter(|c| *c != Code::MissingTable).collect();
        assert_eq!(codes.is_empty(), number < 4, "drop {number}: {codes:?}");
    }
    // A session of uproot's may be called data.
    let session = zip_of(&[("data/ultralong/player.csv", b"a\n1\n"), ("data/page_times.csv", own)]);
    let system = open(&files(&[("export.zip", &session)]), 100).map(|s| Summary::of(&s).system);
    assert_ne!(system.ok(), Some("psynet"));
}
