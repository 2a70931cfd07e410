//! An obvious search, to which the stepping one is compared: every file whole, row by row, byte by byte.

use crate::order::{self, Map, Set};
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Leak, Leaks, PIECE, Search, leak};
use crate::protect::class::Class;
use crate::protect::leak::{Hits, Original, Searcher, masked};
use crate::write::deflate::{BLOCK, Block, Level, pack};

type Columns = Map<String, Set<String>>;

fn slow(zip: &[u8], within: &str, searcher: &Searcher, columns: &Columns, leaks: &mut Leaks) {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = format!("{within}{}", entry.name().unwrap());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let mut hits = Hits::default();
        searcher.text(&name, &name, &mut hits);
        leaks.list.extend(hits.list.drain(..).map(|hit| leak(&name, None, None, &hit)));
        if name.ends_with(".zip") && within.is_empty() {
            leaks.total += hits.total;
            slow(&bytes, &format!("{name}/"), searcher, columns, leaks);
            continue;
        }
        // Bytes that are no text count, too, and these tests have none.
        searcher.text(&name, &String::from_utf8(bytes.clone()).unwrap(), &mut hits);
        leaks.total += hits.total;
        if !name.ends_with(".csv") {
            leaks.list.extend(hits.list.iter().map(|hit| leak(&name, None, None, hit)));
            continue;
        }
        let mut header: Vec<String> = Vec::new();
        for (row, (from, to)) in (1..).zip(rows(&bytes)) {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[from..to]);
            let record = reader.records().next().unwrap().unwrap();
            if row == 1 {
                header = record.iter().map(str::to_owned).collect();
            }
            let in_row: Vec<_> =
                hits.list.iter().filter(|hit| (from as u64..to as u64).contains(&hit.offset)).collect();
            let mut in_cells = 0;
            for (column, cell) in header.iter().zip(&record) {
                let at = |hit| leak(&name, Some(row), Some(column), hit);
                if !in_row.is_empty() {
                    let mut hits = Hits::default();
                    searcher.text(&name, cell, &mut hits);
                    in_cells += hits.total;
                    leaks.list.extend(hits.list.iter().map(at));
                }
                let own = row > 1 && name.ends_with("/player.csv");
                if own && columns.get(&format!("player..{column}")).is_some_and(|values| values.contains(cell)) {
                    leaks.total += 1;
                    leaks.list.push(Leak {
                        file: name.clone(),
                        row: Some(row),
                        column: Some(column.clone()),
                        masked: masked(cell),
                        class: Class::PersonId,
                        form: "text",
                        path: String::new(),
                    });
                }
            }
            if in_cells == 0 {
                leaks.list.extend(in_row.iter().map(|hit| leak(&name, Some(row), None, hit)));
            }
        }
    }
}

/// Where the rows of CSV begin and end.
fn rows(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut rows, mut begin, mut quoted) = (Vec::new(), 0, false);
    for (i, byte) in bytes.iter().enumerate() {
        quoted ^= *byte == b'"';
        if *byte == b'\n' && !quoted {
            rows.push((begin, i + 1));
            begin = i + 1;
        }
    }
    rows
}

fn stepped(zip: &[u8], by: usize, searcher: &Searcher, columns: &Columns) -> crate::error::Result<Leaks> {
    let mut search = Search::by(by);
    while !search.step(&mut &zip[search.read() as usize..], searcher, columns)? {}
    assert_eq!(search.read(), zip.len() as u64);
    Ok(search.finish())
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn cell(&mut self) -> String {
        const CELLS: [&str; 12] =
            ["", "17", "no", "a, b", "\"so\"", "x\r\ny", "plain words", "{\"a\":[1,2]}", "é", "=1", "0.25", "long"];
        match self.roll(60) {
            0 => VALUES[self.roll(VALUES.len())].to_owned(),
            1 => format!("see {}!", VALUES[self.roll(VALUES.len())]),
            2 => "blue".to_owned(),
            3 => "filler ".repeat(self.roll(400)),
            _ => CELLS[self.roll(CELLS.len())].to_owned(),
        }
    }

    fn table(&mut self, rows: usize) -> Vec<u8> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        csv.write_record(["!storage", "colour", "said", "last"]).unwrap();
        for _ in 0..rows {
            csv.write_record((0..4).map(|_| self.cell())).unwrap();
        }
        let mut csv = csv.into_inner().unwrap();
        // A value that spans two cells.
        csv.extend_from_slice(b"x,left7711,right22,y\r\n");
        csv
    }
}

const VALUES: [&str; 4] = ["c0ffee-4711", "Ann \"Bo\" Dee", "two\r\nlines9", "left7711,right22"];

fn searcher() -> Searcher {
    let original = |value: &&str| Original {
        value: (*value).to_owned(),
        class: Class::PersonId,
        path: "player..label".to_owned(),
        distinctive: true,
    };
    Searcher::new(VALUES.iter().map(original), None)
}

fn columns() -> Columns {
    let set = |value: &str| Set::from([value.to_owned()]);
    Map::from([("player..colour".to_owned(), set("blue")), ("player..said".to_owned(), set("no"))])
}

/// A ZIP by another writer, some files stored.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (i, (name, bytes)) in files.iter().enumerate() {
        let method = if i % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A ZIP as ours come out, larger files with their sizes behind them.
fn ours(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = crate::write::zip::Archive::default();
    for (name, bytes) in files {
        archive.begin(name);
        for piece in bytes.chunks(BLOCK) {
            archive.add(&pack(&Block { bytes: piece.to_vec(), ..Block::default() }, Level::Fast).unwrap());
        }
        archive.add(&pack(&Block { last: true, ..Block::default() }, Level::Fast).unwrap());
        archive.end();
    }
    archive.finish();
    archive.take()
}

#[test]
fn pieces_of_any_size_give_what_the_slow_search_gives() {
    let (searcher, columns) = (searcher(), columns());
    let mut dice = Dice(5);
    for round in 0..8 {
        let rows = [0, 3, 60, 700][round % 4];
        let (player, other) = (dice.table(rows), dice.table(rows / 2));
        let line = "say c0ffee-4711 twice: C0FFEE-4711\n";
        let text = format!("{}{line}", "and so on and on\n".repeat(rows * 9));
        let noise: String = (0..rows * 900).map(|_| char::from(b' ' + dice.roll(90) as u8)).collect();
        let inner = [("data/player.csv", &player[..]), ("c0ffee-4711.txt", noise.as_bytes()), ("e.txt", b"")];
        let inner = if round % 2 == 0 { ours(&inner) } else { zipped(&inner) };
        let files = [
            ("s1/latest/player.csv", &player[..]),
            ("s1/latest/group.csv", &other[..]),
            ("README.txt", text.as_bytes()),
            ("regular/database.zip", &inner[..]),
            ("noise.txt", noise.as_bytes()),
        ];
        for zip in [zipped(&files), ours(&files)] {
            let mut expected = Leaks::default();
            slow(&zip, "", &searcher, &columns, &mut expected);
            order::sort(&mut expected.list);
            expected.list.dedup();
            assert!((5..Hits::MOST).contains(&expected.list.len()), "round {round}: {}", expected.list.len());
            for by in [1 + dice.roll(40), 1000, 1 << 14, 1 << 20] {
                let found = stepped(&zip, by, &searcher, &columns).unwrap();
                let missed: Vec<_> = expected.list.iter().filter(|leak| !found.list.contains(leak)).collect();
                let invented: Vec<_> = found.list.iter().filter(|leak| !expected.list.contains(leak)).collect();
                assert!(missed.is_empty() && invented.is_empty(), "round {round} by {by}: {missed:?} {invented:?}");
                assert_eq!((found.total, found.accepted), (expected.total, expected.accepted), "round {round} by {by}");
            }
        }
    }
}

#[test]
fn a_step_is_bounded_however_large_a_file_is() {
    let (searcher, columns) = (searcher(), columns());
    let large = vec![b'a'; 40 << 20];
    let inner = zipped(&[("large.csv", &large)]);
    let zip = zipped(&[("database.zip", &inner)]);
    let mut search = Search::default();
    let mut steps = 0;
    while !search.step(&mut &zip[search.read() as usize..], &searcher, &columns).unwrap() {
        steps += 1;
    }
    assert!(steps >= 38, "{steps}");
}

#[test]
fn large_files_and_long_directories_are_searched() {
    let (searcher, columns) = (searcher(), columns());
    let total = |zip: &[u8]| stepped(zip, PIECE, &searcher, &columns).unwrap().total;
    // Too large to be held back: its sizes stand behind it.
    let mut dice = Dice(3);
    let mut noise: Vec<u8> = (0..6 << 20).map(|_| dice.roll(256) as u8).collect();
    noise.extend_from_slice(b" c0ffee-4711");
    let large = ours(&[("noise.bin", &noise), ("a.txt", b"c0ffee-4711")]);
    assert_eq!(total(&large), 2);
    assert_eq!(total(&ours(&[("database.zip", &large), ("b.txt", b"c0ffee-4711")])), 3);
    // Too many to be counted in 16 bits.
    let names: Vec<String> = (0..0x10001).map(|i| format!("{i}")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    files.push(("c0ffee-4711", b""));
    assert_eq!(total(&ours(&files)), 1);
}

#[test]
fn what_is_no_plain_whole_zip_is_not_searched() {
    let (searcher, columns) = (searcher(), columns());
    let refused = |zip: &[u8]| {
        [7, 1 << 20].map(|by| match stepped(zip, by, &searcher, &columns) {
            Ok(_) => false,
            Err(error) => error.code() == crate::error::Code::Io,
        }) == [true, true]
    };
    let good = zipped(&[("a.txt", b"some words"), ("b.txt", b"stored words")]);
    assert!(!refused(&good) && !refused(&zipped(&[])));
    for cut in 0..good.len() {
        assert!(refused(&good[..cut]), "cut at {cut}");
        // Most bytes are compared with something; dates, versions and attributes are no content.
        let mut bad = good.clone();
        bad[cut] ^= 1;
        if ZipArchive::new(Cursor::new(&bad)).is_ok_and(|mut zip| {
            (0..zip.len()).any(|i| zip.by_index(i).map_or(true, |mut file| file.read_to_end(&mut Vec::new()).is_err()))
        }) {
            assert!(refused(&bad), "another byte at {cut}");
        }
    }
    assert!(refused(&[&good[..], b"x"].concat()), "bytes behind the end");
    assert!(refused(&[b"x", &good[..]].concat()), "bytes before the beginning");
    let commented = |file: bool| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        zip.start_file("a.txt", options).unwrap();
        if !file {
            zip.set_comment("said").unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    assert!(!refused(&commented(true)) && refused(&commented(false)), "a comment");
    // The directory is about another file.
    let mut other = good.clone();
    let at = other.windows(5).rposition(|five| five == b"a.txt").unwrap();
    other[at] = b'c';
    assert!(refused(&other), "another name");
    assert!(refused(&zipped(&[("in.zip", &good[..good.len() - 1])])), "an archive in it that is cut");
    assert!(refused(&zipped(&[("in.zip", b"")])), "an archive in it that is none");
}
