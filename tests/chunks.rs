//! However the input is cut, the same ZIP comes out: every case of `tests/cases/uproot`, and damaged ones too.

mod common;

use common::random::Random;
use common::{drops, export, inputs};
use libtest_mimic::{Arguments, Failed, Trial};
use windrow::error::Result;
use windrow::limits::Limits;
use windrow::recipe::Recipe;
use windrow::source::{FileInfo, Reader};
use windrow::study::Opening;

type Files = Vec<(String, Vec<u8>)>;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (title, _, drop) in drops() {
        trials.push(Trial::test(title, move || check(&inputs(&drop))));
    }
    for (title, files) in damaged() {
        trials.push(Trial::test(title, move || check(&files)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Cases that break off, where the place that is reported must not depend on the cuts either.
fn damaged() -> Vec<(&'static str, Files)> {
    let case = |path: &str| std::fs::read(format!("tests/cases/uproot/{path}")).unwrap();
    let (plain, packed) = (case("edge_order/dump/backup.bin"), case("real_chat/gzip/uproot.msgpack.gz"));
    let mut noisy = packed.clone();
    noisy[packed.len() * 2 / 3] ^= 0x55;
    let mut summed_wrongly = packed.clone();
    summed_wrongly[packed.len() - 6] ^= 1;
    let trailing = [packed.as_slice(), b"trailing"].concat();
    let mut broken = plain.clone();
    broken[plain.len() / 2] = 0xc1;
    let one = |bytes: Vec<u8>| vec![("dump".to_owned(), bytes)];
    vec![
        ("damaged/plain_cut", one(plain[..plain.len() - 7].to_vec())),
        ("damaged/plain_broken", one(broken)),
        ("damaged/gzip_cut", one(packed[..packed.len() - 700].to_vec())),
        ("damaged/gzip_noisy", one(noisy)),
        ("damaged/gzip_checksum", one(summed_wrongly)),
        ("damaged/gzip_trailing", one(trailing)),
    ]
}

fn check(files: &Files) -> std::result::Result<(), Failed> {
    let whole = zip(files, |_| usize::MAX)?;
    let mut random = Random::new(files.len() as u64);
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut wrong = Vec::new();
    let mut compare = |cut: &str, zip: Result<Vec<u8>>| match zip {
        Ok(zip) if zip == whole => {}
        Ok(_) => wrong.push(format!("{cut}: other bytes")),
        Err(error) => wrong.push(format!("{cut}: {error}")),
    };
    compare("one byte at a time", zip(files, |_| 1));
    compare("seven bytes", zip(files, |_| 7));
    compare("blocks of 4096", zip(files, |_| 4096));
    for most in [40, 1000, size.max(2)] {
        compare(&format!("random cuts of up to {most}"), zip(files, |_| 1 + random.below(most)));
    }
    compare("one byte, then the rest", zip(files, |n| if n == 0 { 1 } else { usize::MAX }));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The ZIP when the n-th piece has the length that `cut` says.
fn zip(files: &Files, mut cut: impl FnMut(u64) -> usize) -> Result<Vec<u8>> {
    let infos = files.iter().map(|(path, bytes)| FileInfo { path: path.clone(), size: bytes.len() as u64 });
    let mut opening = Opening::new(infos.collect(), Limits::default())?;
    while let Some(want) = opening.want()? {
        let mut bytes = &files[want.file].1[want.range.start as usize..want.range.end as usize];
        let mut n = 0;
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(cut(n).min(bytes.len()));
            opening.push(piece)?;
            bytes = rest;
            n += 1;
        }
    }
    export(&opening.finish()?, &Recipe::default())
}
