//! Searches prepared ZIPs for every identifier that their databases hold, in the forms that anybody would think of: an
//! obvious search of its own, which shares no code with the product's.
//!
//! `WINDROW_FIXTURES=FOLDER cargo test --test protect_scan` takes every dump and database below `uproot` and `psynet` in a
//! folder instead of those of `tests/cases`.

mod common;

use common::{people, unzip};
use md5::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::check::check;
use windrow::protect::preset::{Level, Preset};
use windrow::protect::{Given, prepare, report};
use windrow::recipe::{Filetype, Recipe};
use windrow::source::feed;

type Files = Vec<(String, Vec<u8>)>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = bytes.iter().map(|b| format!("{b:08b}")).collect();
    let digit = |six: &[u8]| usize::from_str_radix(&format!("{:0<6}", str::from_utf8(six).unwrap()), 2).unwrap();
    bits.as_bytes().chunks(6).map(|six| char::from(DIGITS[digit(six)])).collect()
}

/// The forms in which a value is looked for.
fn forms(value: &str) -> BTreeSet<Vec<u8>> {
    let bytes = value.as_bytes();
    let mut all = BTreeSet::from([value.to_owned(), value.to_lowercase(), value.to_uppercase(), hex(bytes)]);
    let escaped = |b: &u8| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(*b).to_string(),
        _ => format!("%{b:02X}"),
    };
    all.insert(bytes.iter().map(escaped).collect());
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
    let json = serde_json::to_string(value).unwrap();
    all.insert(json[1..json.len() - 1].to_owned());
    all.insert(value.chars().map(ascii).collect());
    all.insert(hex(&md5::Md5::digest(bytes)));
    all.insert(hex(&sha1::Sha1::digest(bytes)));
    all.insert(hex(&sha2::Sha256::digest(bytes)));
    for (pad, skip) in [(0, 0), (1, 2), (2, 3)] {
        // The digits that neighbours decide are left out.
        let text = base64(&[vec![0; pad], bytes.to_vec()].concat());
        all.insert(text[skip..text.len() - 1].to_owned());
    }
    let mut all: BTreeSet<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    let digits = value.replace('-', "");
    if value.len() == 36 && digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        let byte = |i: usize| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap();
        let raw: Vec<u8> = (0..16).map(byte).collect();
        all.extend([digits.clone().into_bytes(), base64(&raw).into_bytes(), raw]);
    }
    all.retain(|form| form.len() >= 4);
    all
}

/// Forms by their first eight bytes, and short ones, which count as whole words.
#[derive(Default)]
struct Wanted {
    long: BTreeMap<[u8; 8], Vec<Vec<u8>>>,
    short: BTreeSet<Vec<u8>>,
    /// Which first two bytes a long form has.
    begins: Vec<bool>,
}

impl Wanted {
    fn new(values: &BTreeSet<String>) -> Wanted {
        let mut wanted = Wanted { begins: vec![false; 1 << 16], ..Wanted::default() };
        for form in values.iter().flat_map(|value| forms(value)) {
            match form.first_chunk::<8>().copied() {
                Some(first) => {
                    wanted.begins[usize::from(first[0]) << 8 | usize::from(first[1])] = true;
                    wanted.long.entry(first).or_default().push(form);
                }
                None => drop(wanted.short.insert(form)),
            }
        }
        wanted
    }

    /// A form that is in some bytes.
    fn within(&self, bytes: &[u8]) -> Option<String> {
        for (at, first) in bytes.windows(8).enumerate() {
            if self.begins[usize::from(first[0]) << 8 | usize::from(first[1])]
                && let Some(forms) = self.long.get(first)
                && let Some(form) = forms.iter().find(|form| bytes[at..].starts_with(form))
            {
                return Some(String::from_utf8_lossy(form).into_owned());
            }
        }
        let words = bytes.split(|b| !b.is_ascii_alphanumeric());
        words.into_iter().find(|word| self.short.contains(*word)).map(|w| String::from_utf8_lossy(w).into_owned())
    }

    /// The same for a text and for what JSON in it says, four levels deep.
    fn inside(&self, text: &str, level: usize) -> Option<String> {
        let json = serde_json::from_str(text).ok().filter(|_| level < 4 && text.starts_with(['{', '[', '"']));
        self.within(text.as_bytes()).or_else(|| self.values(&json?, level + 1))
    }

    fn values(&self, value: &serde_json::Value, level: usize) -> Option<String> {
        match value {
            serde_json::Value::String(text) => self.inside(text, level),
            serde_json::Value::Array(items) => items.iter().find_map(|item| self.values(item, level)),
            serde_json::Value::Object(members) => {
                members.iter().find_map(|(key, value)| self.inside(key, level).or_else(|| self.values(value, level)))
            }
            _ => None,
        }
    }

    /// The same for all files of a ZIP, and what is in an archive in it.
    fn in_zip(&self, zip: &[u8]) -> Option<String> {
        unzip(zip).iter().find_map(|(path, bytes)| {
            let found = self.within(path.as_bytes()).or_else(|| match path.rsplit('.').next() {
                Some("zip") => self.in_zip(bytes),
                Some("csv") => self.within(bytes).or_else(|| {
                    let mut reader =
                        csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(&bytes[..]);
                    reader.byte_records().flatten().find_map(|record| {
                        record.iter().find_map(|cell| self.inside(&String::from_utf8_lossy(cell), 0))
                    })
                }),
                Some("json" | "jsonl") => self
                    .within(bytes)
                    .or_else(|| String::from_utf8_lossy(bytes).lines().find_map(|line| self.inside(line, 0))),
                _ => self.within(bytes),
            });
            found.map(|form| format!("{form:?} in {path}"))
        })
    }
}

/// The inputs of a system by the names of their files: those of the cases, or all below the folder that the environment names.
fn inputs(system: &str, names: &[&str]) -> Vec<(String, Files)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut found = Vec::new();
    let mut open = vec![std::env::var_os("WINDROW_FIXTURES").map_or(cases, Into::into).join(system)];
    while let Some(folder) = open.pop() {
        open.extend(common::folders(&folder));
        for name in names {
            let path = folder.join(name);
            if let Ok(bytes) = std::fs::read(&path) {
                found.push((path.display().to_string(), vec![((*name).to_owned(), bytes)]));
            }
        }
    }
    assert!(found.len() > 5, "no {names:?} of {system}");
    found.sort();
    found
}

/// Prepares an input and searches the ZIP. Answers whether anything would have been found if nothing were prepared.
fn search(name: &str, files: &Files, recipe: &Recipe, held: &BTreeSet<String>) -> bool {
    let study = common::open(files, 1 << 16).unwrap();
    let given = Given { key: [9; 32], project: false, approved: Set::new() };
    let mut preparing = prepare(&study, recipe, &given, Limits::default()).unwrap();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    feed(preparing.as_mut(), &bytes, 1 << 16).unwrap();
    let protected = preparing.finish().unwrap();
    let zip = common::export(&protected.study, &protected.recipe).unwrap();
    // Windrow's own search lets it pass, else nobody would get it.
    let leaks = check(&mut Cursor::new(&zip), &protected.searcher, &protected.own_columns).unwrap();
    assert_eq!(leaks.total, 0, "{name}: {:?}", leaks.list);
    let wanted = Wanted::new(held);
    assert_eq!(wanted.in_zip(&zip), None, "{name}");
    let plain = Recipe { protect: None, ..recipe.clone() };
    let plain = common::export_of(&study, files, &plain).unwrap();
    wanted.in_zip(&plain).is_some()
}

/// What an uproot log holds: names, labels, credentials, and addresses in any text.
fn of_log(files: &Files, level: Level) -> BTreeSet<String> {
    let study = common::open(files, 1 << 16).unwrap();
    let log = common::log(&study);
    let mut found: BTreeSet<String> = BTreeSet::new();
    for storage in (0..log.storages.len() as u32).map(|id| log.storages.get(id)) {
        found.extend(storage.split('/').skip(1).map(str::to_owned));
    }
    for span in &log.spans {
        let credential = ["label", "_uproot_key", "_uproot_secret"].contains(&log.fields.get(span.field));
        for change in log.changes(span) {
            let text = log.values.get(log.value(*change)).1;
            if credential {
                found.insert(text.trim_matches('"').to_owned());
            }
            // Where texts stay, what people wrote in them does, too.
            if level == Level::Share {
                found.extend(people::addresses(text));
            }
        }
    }
    let fields: BTreeSet<&str> = (0..log.fields.len() as u32).map(|id| log.fields.get(id)).collect();
    // Names of apps and pages are no identifiers, and some sessions are called by words of the reports' own sentences.
    let contexts: String = (0..log.contexts.len() as u32).map(|id| log.contexts.get(id)).collect();
    let prose = report::words(&mut std::iter::empty());
    let plain = |g: &str| fields.contains(g) || contexts.contains(g) || prose.contains(&g.to_lowercase());
    found.retain(|g| g.chars().count() >= 5 && g != "false" && g != "types" && g.parse::<f64>().is_err() && !plain(g));
    found
}

#[test]
fn no_dump_leaves_an_identifier_in_any_form() {
    let (mut searched, mut plain) = (0, 0);
    for (path, files) in inputs("uproot", &["backup.bin", "dump.msgpack", "uproot.msgpack.gz", "uproot.msgpack"]) {
        for (level, filetype) in [(Level::Share, Filetype::Csv), (Level::Pseudonymize, Filetype::Jsonl)] {
            let protect = Some(Preset::of(level));
            let recipe = Recipe { protect, filters: false, database: true, filetype, ..Recipe::default() };
            let held = of_log(&files, level);
            searched += held.len();
            plain += usize::from(search(&path, &files, &recipe, &held));
        }
    }
    // Some logs are made up and hold nothing that an export would show.
    assert!(plain > 10, "the search finds something in {plain} plain exports only");
    println!("{searched} identifiers of uproot's, searched in the prepared ZIPs");
    assert!(searched > 500, "{searched}");
}

#[test]
fn no_database_leaves_an_identifier_in_any_form() {
    let (mut searched, mut plain) = (0, 0);
    for (path, files) in inputs("psynet", &["database.zip"]) {
        let mut held = people::identifiers(&people::raw(&unzip(&files[0].1), "data/"));
        let prose = report::words(&mut std::iter::empty());
        held.retain(|value| !prose.contains(&value.to_lowercase()));
        for level in [Level::Share, Level::Pseudonymize] {
            searched += held.len();
            let recipe = Recipe { protect: Some(Preset::of(level)), ..Recipe::default() };
            plain += usize::from(search(&path, &files, &recipe, &held));
        }
    }
    assert!(plain > 10, "the search finds something in {plain} plain exports only");
    println!("{searched} identifiers of PsyNet's, searched in the prepared ZIPs");
    assert!(searched > 1000, "{searched}");
}

#[test]
fn forms_are_those_that_others_make() {
    let all = forms("Zoë <z@example.org>");
    for form in
        ["Wm/DqyA8ekBleGFtcGxlLm9yZz", "5a6fc3ab203c7a406578616d706c652e6f72673e", "Zo%C3%AB%20%3Cz%40example.org%3E"]
    {
        assert!(all.contains(form.as_bytes()), "{form}");
    }
    assert!(forms("a").contains(b"0cc175b9c0f1b6a831c399e269772661".as_slice()));
    assert!(forms("53d8fee8-358c-40bc-b1d4-0226a7fe3aac").contains(b"U9j+6DWMQLyx1AImp/46rA".as_slice()));
}
