//! ZIPs of ours in readers of others: Python's `zipfile`, `unzip` and 7-Zip. A tool that is not installed
//! is said to be missing; Python is expected everywhere.

mod common;

use common::{cases, export, folders, inputs, name, open};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use windrow::recipe::{Compression, Filetype, Recipe};
use windrow::write::deflate::{BLOCK, Block, Cut, Level, Packed, pack};
use windrow::write::zip::Archive;

/// A file in the folder for temporary files, gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(label: &str) -> Self {
        Scratch(std::env::temp_dir().join(format!("windrow-{}-{label}.zip", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs a tool on a ZIP; `false` when it is not installed.
fn accepts(tool: &str, arguments: &[&str], zip: &Path) -> bool {
    let output = match Command::new(tool).args(arguments).arg(zip).output() {
        Ok(output) => output,
        Err(_) => {
            eprintln!("MISSING TOOL: {tool} is not installed and checked nothing");
            return false;
        }
    };
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} refuses {}:\n{}", zip.display(), &said[..said.len().min(2000)]);
    true
}

const PYTHON: &str = "
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    bad = sys.argv[2] == 'test' and z.testzip()
    if sys.argv[2] == 'last':
        z.read(z.infolist()[-1])
    assert not bad, bad
    for i in z.infolist():
        print(i.file_size, i.filename.encode('utf-8').hex())
";

/// What Python lists, sizes and names, when it has checked the content.
fn python(zip: &Path) -> Vec<(u64, String)> {
    python_with(zip, "test")
}

fn python_with(zip: &Path, test: &str) -> Vec<(u64, String)> {
    let output = Command::new("python3").args(["-c", PYTHON]).arg(zip).arg(test).output().expect("python3 is expected");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let unhex = |text: &str| {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        String::from_utf8(text.as_bytes().chunks(2).map(byte).collect()).unwrap()
    };
    let line = |line: &str| {
        let (size, name) = line.split_once(' ').unwrap();
        (size.parse().unwrap(), unhex(name))
    };
    String::from_utf8(output.stdout).unwrap().lines().map(line).collect()
}

fn all_tools(zip: &Path) {
    accepts("unzip", &["-tqq"], zip);
    accepts("7z", &["t", "-bso0", "-bsp0"], zip);
}

#[test]
fn cases_open_everywhere() {
    for case in cases("uproot") {
        let drop = folders(&case).remove(0);
        let study = open(&inputs(&drop), usize::MAX).unwrap();
        for compression in [Compression::Fast, Compression::Small] {
            let recipe =
                Recipe { compression, filetype: Filetype::Jsonl, gvars: vec!["app".into()], ..Recipe::default() };
            let scratch = Scratch::new(&format!("{}-{compression:?}", name(&case)));
            std::fs::write(&scratch.0, export(&study, &recipe).unwrap()).unwrap();
            assert!(python(&scratch.0).len() > 4);
            all_tools(&scratch.0);
        }
    }
}

fn block(bytes: &[u8], last: bool) -> Packed {
    pack(&Block { bytes: bytes.to_vec(), last }, Level::Small).unwrap()
}

/// Tables of several blocks, and bytes that do not get smaller: other programs check the CRC of what they unpack.
#[test]
fn files_of_many_blocks_open_everywhere() {
    let rows = |row: u64| {
        format!("app:{},{row},player/s/p{},{},FALSE\r\n", row % 5, row % 31, 1.76e9 + row as f64 * 0.37).into_bytes()
    };
    let noise = |at: u64| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ at).to_le_bytes().to_vec();
    let table: Vec<u8> = (0..40_000).flat_map(rows).collect();
    let noise: Vec<u8> = (1..200_000u64).map(|at| at.wrapping_mul(0xD129_0D3A_2F5B_11C7)).flat_map(noise).collect();
    assert!(table.len().min(noise.len()) > 2 * BLOCK);
    let mut archive = Archive::default();
    for (name, bytes) in [("table", &table), ("noise", &noise)] {
        for level in [Level::Fast, Level::Small] {
            let mut cut = Cut::of(bytes.clone());
            archive.begin(&format!("{name}-{level:?}"));
            let mut last = false;
            while !last {
                let block = cut.block(true);
                last = block.last;
                archive.add(&pack(&block, level).unwrap());
            }
            archive.end();
        }
    }
    archive.finish();
    let scratch = Scratch::new("blocks");
    std::fs::write(&scratch.0, archive.take()).unwrap();
    let sizes: Vec<u64> = python(&scratch.0).into_iter().map(|(size, _)| size).collect();
    assert_eq!(sizes, [table.len(), table.len(), noise.len(), noise.len()].map(|len| len as u64));
    all_tools(&scratch.0);
}

#[test]
fn more_members_than_sixteen_bits_count() {
    let mut archive = Archive::default();
    let content = block(b"x\r\n", true);
    let members = 65_537;
    for i in 0..members {
        archive.begin(&format!("s/größe_{i}.csv"));
        archive.add(&content);
        archive.end();
    }
    archive.finish();
    let scratch = Scratch::new("members");
    std::fs::write(&scratch.0, archive.take()).unwrap();
    let listed = python(&scratch.0);
    assert_eq!(listed.len(), members);
    assert_eq!(listed[members - 1], (3, "s/größe_65536.csv".to_owned()));
    all_tools(&scratch.0);
}

/// Exactly as many members as fit, and one fewer: the count 65,535 itself means that ZIP64 has it.
#[test]
fn members_around_the_border_of_zip64() {
    for members in [65_534, 65_535] {
        let mut archive = Archive::default();
        let content = block(b"", true);
        for i in 0..members {
            archive.begin(&i.to_string());
            archive.add(&content);
            archive.end();
        }
        archive.finish();
        let scratch = Scratch::new(&format!("border-{members}"));
        std::fs::write(&scratch.0, archive.take()).unwrap();
        assert_eq!(python(&scratch.0).len(), members);
        accepts("unzip", &["-tqq"], &scratch.0);
    }
}

/// Zeros shrink a thousand times, so a member beyond 4 GiB is a file of a few megabytes.
#[test]
fn a_member_beyond_four_gigabytes() {
    let zeros = vec![0; BLOCK];
    let middle = block(&zeros, false);
    let end = block(b"end", true);
    let blocks = (4 << 30) / BLOCK as u64 + 3;
    let mut archive = Archive::default();
    archive.begin("s/before.csv");
    archive.add(&block(b"a", true));
    archive.end();
    archive.begin("s/big.csv");
    (0..blocks).for_each(|_| archive.add(&middle));
    archive.add(&end);
    archive.end();
    archive.begin("s/after.csv");
    archive.add(&block(b"b", true));
    archive.end();
    archive.finish();
    let scratch = Scratch::new("big");
    std::fs::write(&scratch.0, archive.take()).unwrap();
    let big = blocks * BLOCK as u64 + 3;
    let expected = [(1, "s/before.csv"), (big, "s/big.csv"), (1, "s/after.csv")];
    // Unpacking four gigabytes takes its time: one tool does it.
    let unpacked = accepts("unzip", &["-tqq"], &scratch.0) || accepts("7z", &["t", "-bso0", "-bsp0"], &scratch.0);
    let listed = python_with(&scratch.0, if unpacked { "list" } else { "test" });
    assert_eq!(listed, expected.map(|(size, name)| (size, name.to_owned())));
}

/// An archive that is itself longer than 4 GiB, on the disk mostly holes: what begins behind that border opens.
#[test]
fn an_archive_beyond_four_gigabytes() {
    // Deflate's stored blocks: five bytes, then zeros.
    let stored = [&[0, 0xff, 0xff, 0, 0][..], &[0; 65_535]].concat();
    let piece = |blocks: usize| {
        let raw = vec![0; blocks * 65_535];
        let crc = crc32fast::hash(&raw);
        Packed { bytes: stored.repeat(blocks), crc, raw: raw.len() as u64 }
    };
    let middle = piece(256);
    let pieces = (4 << 30) / middle.bytes.len() + 1;
    let scratch = Scratch::new("long");
    let mut file = std::fs::File::create(&scratch.0).unwrap();
    let mut flush = |archive: &mut Archive| {
        for page in archive.take().chunks(4096) {
            if page.iter().all(|byte| *byte == 0) {
                file.seek(SeekFrom::Current(page.len() as i64)).unwrap();
            } else {
                file.write_all(page).unwrap();
            }
        }
    };
    let mut archive = Archive::default();
    archive.begin("s/big.csv");
    for _ in 0..pieces {
        archive.add(&middle);
        flush(&mut archive);
    }
    archive.add(&block(b"end", true));
    archive.end();
    archive.begin("s/after.csv");
    archive.add(&block(b"behind the border", true));
    archive.end();
    archive.finish();
    flush(&mut archive);
    assert!(std::fs::metadata(&scratch.0).unwrap().len() > 4 << 30);
    let big = (pieces as u64) * middle.raw + 3;
    let expected = [(big, "s/big.csv".to_owned()), (17, "s/after.csv".to_owned())];
    assert_eq!(python_with(&scratch.0, "last"), expected);
    accepts("unzip", &["-Zt"], &scratch.0);
}

/// A member whose raw size needs ZIP64 while its packed bytes are few enough to be held back.
#[test]
fn sizes_beyond_four_gigabytes_are_never_cut_off() {
    let mut archive = Archive::default();
    archive.begin("big");
    let claimed = Packed { bytes: block(b"", true).bytes, crc: 0, raw: 5 << 30 };
    archive.add(&claimed);
    archive.end();
    archive.finish();
    let bytes = archive.take();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    assert_eq!(zip.by_index(0).unwrap().size(), 5 << 30);
    // The local header, which some readers take the size from.
    let local = &bytes[22..26];
    assert_eq!(local, [0xff; 4], "the local header refers to ZIP64");
}

#[test]
fn names_of_any_script_arrive() {
    let names = ["größe.csv", "変数/player.csv", "a b.csv", "emoji 😀.csv", "plain.csv"];
    let mut archive = Archive::default();
    for name in names {
        archive.begin(name);
        archive.add(&block(b"x", true));
        archive.end();
    }
    archive.finish();
    let scratch = Scratch::new("names");
    std::fs::write(&scratch.0, archive.take()).unwrap();
    let listed: Vec<String> = python(&scratch.0).into_iter().map(|(_, name)| name).collect();
    assert_eq!(listed, names);
    all_tools(&scratch.0);
}
