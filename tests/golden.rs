//! The bytes of a whole ZIP per small case, on every platform: `cases/golden.txt` holds their SHA-256.
//!
//! A change of bytes is sometimes meant (a sentence in the README, a new version): then
//! `WINDROW_BLESS=1 cargo test --test golden` writes the file anew, and the difference is committed with the reason.

mod common;

use common::{cases, export, folders, inputs, name, open, sha256};
use std::fmt::Write;
use windrow::recipe::{Compression, Filetype, Recipe};

#[test]
fn zips_have_the_recorded_bytes() {
    let mut found = String::new();
    for case in cases("uproot") {
        let drop = folders(&case).remove(0);
        let study = open(&inputs(&drop), usize::MAX).unwrap();
        let jsonl = Recipe {
            filetype: Filetype::Jsonl,
            filters: false,
            gvars: vec!["app".into(), "round".into()],
            compression: Compression::Small,
            ..Recipe::default()
        };
        for (label, recipe) in [("csv", Recipe::default()), ("jsonl", jsonl)] {
            let hash = sha256(&export(&study, &recipe).unwrap());
            writeln!(found, "{hash}  {}/{} {label}", name(&case), name(&drop)).unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/golden.txt");
    if std::env::var_os("WINDROW_BLESS").is_some() {
        std::fs::write(path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap();
    let other: Vec<_> = found.lines().zip(expected.lines()).filter(|(a, b)| a != b).map(|(a, _)| a).collect();
    assert!(found == expected, "other bytes than recorded: {other:#?}");
}
