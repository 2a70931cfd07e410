//! CSV for spreadsheet programs: nothing in it runs or changes, and Windrow gets the texts back.

mod common;

use common::dump::{Row, dump};
use common::{cases, folders, inputs, open, sha256, tables};
use std::collections::BTreeMap;
use windrow::describe::spreadsheet::Harm;
use windrow::error::Code;
use windrow::export::contents::{Contents, FileContents, Weighed};
use windrow::preview;
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::study::Study;

fn recipe(filetype: Filetype) -> Recipe {
    Recipe { filters: false, views: vec![ViewName::Ultralong, ViewName::Latest], filetype, ..Recipe::default() }
}

fn written(study: &Study, filetype: Filetype) -> BTreeMap<String, Vec<u8>> {
    tables(study, &recipe(filetype)).unwrap()
}

/// Texts that would run or change, and texts that look like it but would not.
fn awkward() -> Study {
    let texts = ["=1+1", "-x", "-5", "007", "'007", "12E45", "1234567890123456", "x@y", "@x", " =1", "2026-01-02"];
    let mut rows = vec![Row::new(1, "session/s", "_uproot_players", 128, "[]")];
    for (i, text) in texts.iter().enumerate() {
        rows.push(Row::new(i as u64 + 2, "player/s/u", &format!("t{i:02}"), 2, &format!("\"{text}\"")));
    }
    rows.push(Row::new(90, "player/s/u", "u0", 0, "-7"));
    rows.push(Row::new(91, "player/s/u", "u1", 1, "1e20"));
    rows.push(Row::new(92, "player/s/u", "u2", 0, "1234567890123456"));
    open(&[("dump".to_owned(), dump(&rows))], usize::MAX).unwrap()
}

#[test]
fn only_what_would_run_or_change_gets_an_apostrophe() {
    let files = written(&awkward(), Filetype::Spreadsheet);
    let text = String::from_utf8(files["s/latest/player.csv"].clone()).unwrap();
    let row = text.strip_prefix('\u{feff}').unwrap().lines().nth(1).unwrap();
    let cells = "'=1+1,'-x,-5,'007,''007,'12E45,'1234567890123456,x@y,'@x,' =1,2026-01-02,-7,1e+20,'1234567890123456";
    assert!(row.contains(cells), "{row}");
}

#[test]
fn a_preview_shows_what_the_file_holds() {
    let study = awkward();
    let mut viewer = preview::Viewer::default();
    let shown = viewer.start(&study, &recipe(Filetype::Spreadsheet), "s/latest/player.csv", 0, 5).unwrap().finish();
    assert!(shown.rows[0].iter().flatten().any(|cell| cell == "'=1+1"));
    assert!(shown.rows[0].iter().flatten().any(|cell| cell == "-7"));
}

/// What is said of the ZIP before it is made: as many rows, and no harm left to warn of.
#[test]
fn no_advice_is_given_against_what_the_form_prevents() {
    let study = awkward();
    let files = |filetype| -> Vec<FileContents> {
        let mut contents = Contents::new(&study, &recipe(filetype)).unwrap();
        let mut files = Vec::new();
        loop {
            match contents.next().unwrap() {
                Weighed::File(file) => files.push(file),
                Weighed::More => {}
                Weighed::Want(_) => panic!("a dump is in memory"),
                Weighed::Done => return files,
            }
        }
    };
    let (plain, guarded) = (files(Filetype::Csv), files(Filetype::Spreadsheet));
    let harms: Vec<Harm> = plain.iter().flat_map(|file| &file.advice).map(|advice| advice.harm).collect();
    for harm in [Harm::Formulas, Harm::LeadingZeros, Harm::LongDigits, Harm::Exponents] {
        assert!(harms.contains(&harm), "{harm:?}");
    }
    assert!(guarded.iter().all(|file| file.advice.is_empty()));
    let rows = |files: &[FileContents]| -> Vec<_> { files.iter().map(|file| (file.path.clone(), file.rows)).collect() };
    assert_eq!(rows(&plain), rows(&guarded));
    let sizes: BTreeMap<_, _> =
        written(&study, Filetype::Spreadsheet).into_iter().map(|(p, b)| (p, b.len() as u64)).collect();
    for file in guarded.iter().filter(|file| file.path.ends_with(".csv")) {
        assert_eq!(sizes.get(&file.path), Some(&file.bytes), "{}", file.path);
    }
}

/// What plain CSV gives is also what comes of reading the spreadsheet form back.
#[test]
fn the_texts_come_back() {
    let mut studies = vec![("awkward".to_owned(), awkward())];
    for case in cases("uproot") {
        for drop in folders(&case) {
            studies.extend(open(&inputs(&drop), usize::MAX).map(|study| (drop.display().to_string(), study)));
        }
    }
    let mut guards = 0;
    for (title, study) in studies {
        let only_ultralong = |files: BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
            files.into_iter().filter(|(path, _)| path.contains("/ultralong/")).collect()
        };
        let plain = open(&only_ultralong(written(&study, Filetype::Csv)), usize::MAX).unwrap();
        let back = open(&only_ultralong(written(&study, Filetype::Spreadsheet)), usize::MAX).unwrap();
        let sums = |study| -> Vec<_> {
            written(study, Filetype::Csv).into_iter().map(|(path, bytes)| (path, sha256(&bytes))).collect()
        };
        assert_eq!(sums(&back), sums(&plain), "{title}");
        let taken = |p: &&windrow::error::Problem| p.code == Code::Guessed && p.detail.starts_with("Apostrophes");
        guards += back.problems.iter().filter(taken).map(|p| p.count).sum::<u64>();
        assert_eq!(plain.problems.iter().filter(taken).count(), 0, "{title}");
    }
    assert!(guards > 10, "{guards} apostrophes");
}

/// Every cell of every case, looked at by an independent reader of CSV.
#[test]
fn no_cell_begins_a_formula() {
    let mut cells = 0;
    for case in cases("uproot") {
        for drop in folders(&case) {
            let Ok(study) = open(&inputs(&drop), usize::MAX) else { continue };
            for (path, bytes) in written(&study, Filetype::Spreadsheet) {
                let text = bytes.strip_prefix(b"\xef\xbb\xbf").expect("a byte-order mark");
                for record in csv::ReaderBuilder::new().has_headers(false).from_reader(text).byte_records() {
                    for cell in record.unwrap().iter() {
                        cells += 1;
                        let number = std::str::from_utf8(cell).is_ok_and(|text| text.parse::<f64>().is_ok());
                        let formula = matches!(cell.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
                        assert!(!formula || number, "{path}");
                    }
                }
            }
        }
    }
    assert!(cells > 10_000);
}
