//! The leak check: every form of every value planted anywhere, cut anywhere, is found; clean text gives nothing.
//!
//! `cargo test --release --test protect_leak -- --ignored --nocapture` measures its speed.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use windrow::protect::class::Class;
use windrow::protect::leak::{Form, Hits, Original, Scan, Searcher};
use windrow::protect::time::Window;

/// A small generator, so that failures repeat.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % sides
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| alphabet[self.roll(alphabet.len())]).collect()
    }
}

const WORDS: &str = "abcdefghjkmnpqrstuvwxyz0123456789";

fn original(value: &str) -> Original {
    Original { value: value.to_owned(), class: Class::PersonId, path: "player.app.label".to_owned(), distinctive: true }
}

/// Values of the kinds that studies hold: platform ids, addresses, names with accents and quotes, UUIDs, short names.
fn values(dice: &mut Dice) -> Vec<String> {
    vec![
        dice.text("0123456789abcdef", 24),
        format!("A{}", dice.text("ABCDEFGHJK0123456789", 13)),
        format!("{}@example.org", dice.text(WORDS, 9)),
        format!("{} \"Ö\" {}/{}", dice.text("ÄÖÜéabc", 6), dice.text("xyzß张伟", 7), dice.text(WORDS, 4)),
        format!(
            "{}-{}-4{}-8{}-{}",
            dice.text("0123456789abcdef", 8),
            dice.text("0123456789abcdef", 4),
            dice.text("0123456789abcdef", 3),
            dice.text("0123456789abcdef", 3),
            dice.text("0123456789abcdef", 12)
        ),
        format!("{}x", dice.text(WORDS, 4)),
        format!("q{}", dice.text(WORDS, 6)),
        dice.text("123456789", 7),
        format!("{} (X11; {}) Canary/{}", "Mozilla/5.0", dice.text(WORDS, 12), dice.text(WORDS, 6)),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Base64 bit by bit, an oracle independent of the searched code.
fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push(0);
    }
    let digits: String =
        bits.chunks(6).map(|six| alphabet[six.iter().fold(0, |n, b| n << 1 | usize::from(*b))]).collect();
    let padding = (4 - digits.len() % 4) % 4;
    digits + &"=".repeat(padding)
}

fn percent(value: &str) -> String {
    value
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What a leak may look like, as bytes.
fn planted(value: &str) -> Vec<(Form, Vec<u8>)> {
    let mut all = vec![
        (Form::Text, value.as_bytes().to_vec()),
        (Form::Text, value.to_lowercase().into_bytes()),
        (Form::Text, value.to_uppercase().into_bytes()),
        (Form::Percent, percent(value).into_bytes()),
        (Form::Percent, percent(value).to_lowercase().into_bytes()),
        (Form::Md5, hex(&Md5::digest(value)).into_bytes()),
        (Form::Sha1, hex(&Sha1::digest(value)).to_uppercase().into_bytes()),
        (Form::Sha256, hex(&Sha256::digest(value)).into_bytes()),
        (Form::Sha256, hex(&Sha256::digest(value.to_uppercase())).into_bytes()),
    ];
    let mut text = value.to_owned();
    for _ in 0..4 {
        text = serde_json::to_string(&text).unwrap();
        let inside = &text[1..text.len() - 1];
        all.push((Form::Json, inside.as_bytes().to_vec()));
        all.push((Form::Csv, inside.replace('"', "\"\"").into_bytes()));
        text = inside.to_owned();
    }
    let ascii: String = value
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04X}")).collect()
            }
        })
        .collect();
    all.push((Form::Json, ascii.replace('"', "\\\"").into_bytes()));
    if value.len() >= 4 {
        all.push((Form::Hex, hex(value.as_bytes()).into_bytes()));
        all.push((Form::Hex, hex(value.as_bytes()).to_uppercase().into_bytes()));
        all.push((Form::Base64, base64(value.as_bytes()).into_bytes()));
    }
    if value.len() >= 9 {
        for pad in 1..3 {
            let around = format!("{}{value}and more", "x".repeat(pad));
            all.push((Form::Base64, base64(around.as_bytes()).into_bytes()));
        }
    }
    if value.len() == 36 && value.is_ascii() && value.matches('-').count() == 4 {
        let bytes: Vec<u8> = value
            .replace('-', "")
            .as_bytes()
            .chunks(2)
            .map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap())
            .collect();
        all.push((Form::Uuid, base64(&bytes).into_bytes()));
        all.push((Form::Uuid, base64(&[&[7], &bytes[..]].concat()).into_bytes()));
        all.push((Form::Uuid, bytes.clone()));
        all.push((Form::Hex, hex(&bytes).into_bytes()));
    }
    all
}

fn search(searcher: &Searcher, pieces: &[&[u8]]) -> Hits {
    let mut hits = Hits::default();
    let mut scan = Scan::of("data.csv");
    pieces.iter().for_each(|piece| scan.push(searcher, piece, &mut hits));
    scan.finish(searcher, &mut hits);
    hits
}

/// Filler without anything to find: words, numbers, separators.
fn clean(dice: &mut Dice, length: usize) -> Vec<u8> {
    let mut text = String::new();
    while text.len() < length {
        let word = match dice.roll(3) {
            0 => dice.text("etaoinshrdlu", 3),
            1 => format!("0.{}", dice.text("0123456789", 16)),
            _ => dice.text("KLMNOP", 11),
        };
        text.push_str(&word);
        text.push_str([",", "\n", "\":\"", " ", "_", "/"][dice.roll(6)]);
    }
    text.into_bytes()
}

#[test]
fn every_form_is_found_wherever_it_is_cut() {
    let mut dice = Dice(1);
    for _ in 0..12 {
        for value in values(&mut dice) {
            let decoys = (0..20).map(|_| original(&dice.text(WORDS, 12))).collect::<Vec<_>>();
            let searcher = Searcher::new(decoys.into_iter().chain([original(&value)]), None);
            for (form, bytes) in planted(&value) {
                // Near the end of a block, where the search is interrupted.
                let before = (16 << 10) - dice.roll(60);
                let mut file = clean(&mut dice, before);
                file.truncate(before);
                let at = file.len();
                file.extend_from_slice(b"\n");
                file.extend_from_slice(&bytes);
                file.extend_from_slice(b",");
                file.extend(clean(&mut dice, 900));
                let whole = search(&searcher, &[&file]);
                assert!(whole.total > 0, "{form:?} of {value}: {}", String::from_utf8_lossy(&bytes));
                assert!(whole.list.iter().all(|hit| (at..at + bytes.len() + 2).contains(&(hit.offset as usize))));
                let cut = at + dice.roll(bytes.len() + 2);
                let (a, b) = file.split_at(cut);
                assert_eq!(search(&searcher, &[a, b]), whole, "{form:?} of {value} cut at {}", cut - at);
            }
        }
    }
}

#[test]
fn every_cut_gives_the_same_hits() {
    let mut dice = Dice(2);
    let values = values(&mut dice);
    let window = Window { from: 1_772_496_000, to: 1_772_841_600 };
    let searcher = Searcher::new(values.iter().map(|v| original(v)), Some(window));
    let mut file = b"1772619075,".to_vec();
    for value in &values {
        file.extend_from_slice(value.as_bytes());
        file.extend_from_slice(b"|2026-03-04T10:00:00|B+oDBAkBBQABAQ==|");
    }
    let whole = search(&searcher, &[&file]);
    assert_eq!(whole.list.iter().filter(|hit| hit.form == Form::Calendar).count(), 1 + 2 * values.len());
    for value in &values {
        assert!(whole.list.iter().any(|hit| hit.length as usize == value.len() && hit.form == Form::Text));
    }
    for cut in 0..=file.len() {
        assert_eq!(search(&searcher, &[&file[..cut], &file[cut..]]), whole, "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = file.chunks(1).collect();
    assert_eq!(search(&searcher, &bytes), whole);
}

#[test]
fn clean_text_gives_nothing() {
    let mut dice = Dice(3);
    let originals: Vec<_> = (0..200).flat_map(|_| values(&mut dice)).map(|v| original(&v)).collect();
    let searcher = Searcher::new(originals, Some(Window { from: 1_772_496_000, to: 1_772_841_600 }));
    let file = clean(&mut dice, 1 << 20);
    assert_eq!(search(&searcher, &[&file]), Hits::default());
}

#[test]
fn short_values_count_only_as_whole_words() {
    let searcher = Searcher::new([original("vxeb1"), original("lab_1"), original("müller")], None);
    let found = |text: &str| search(&searcher, &[text.as_bytes()]).total;
    for text in
        ["vxeb1", "VXEB1", "mysess1_vxeb1_53d8.jpg", "player/s/vxeb1", "\"lab_1\"", "Müller!", "MÜLLER", "x müller"]
    {
        assert_eq!(found(text), 1, "{text}");
    }
    for text in ["vxeb12", "avxeb1", "lab_12", "slab_1", "lab 1", "müllerin"] {
        assert_eq!(found(text), 0, "{text}");
    }
}

#[test]
fn values_that_are_not_distinctive_count_only_in_their_own_column() {
    let mut value = original("12");
    value.distinctive = false;
    let searcher = Searcher::new([value], None);
    assert_eq!(search(&searcher, &[b"12"]).total, 0);
    let mut hits = Hits::default();
    searcher.cell("player.app.offer", "12", &mut hits);
    assert_eq!(hits.total, 0);
    searcher.cell("player.app.label", "seat 12, not 123", &mut hits);
    assert_eq!((hits.total, hits.list[0].offset), (1, 5));
}

#[test]
fn hits_show_no_value() {
    let searcher = Searcher::new([original("ottilie.bergwald@example.org"), original("vxeb1")], None);
    let hits = search(&searcher, &[b"OTTILIE.BERGWALD@EXAMPLE.ORG vxeb1"]);
    let masked: Vec<&str> = hits.list.iter().map(|hit| hit.masked.as_str()).collect();
    assert_eq!(masked, ["o…g (28 characters)", "… (5 characters)"]);
    assert_eq!(searcher.sizes().0, 2);
}

#[test]
fn many_hits_are_counted_but_not_kept() {
    let searcher = Searcher::new([original("vxeb1")], None);
    let hits = search(&searcher, &[&b"vxeb1 ".repeat(5000)]);
    assert_eq!((hits.total, hits.list.len()), (5000, Hits::MOST));
}

/// Seconds this thread has run on a processor, so that a busy machine does not matter; wall time where unknown.
fn clock() -> f64 {
    let ran = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = ran.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let wall = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    nanoseconds.map_or_else(wall, |ns| ns / 1e9)
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let mut dice = Dice(4);
    let file = clean(&mut dice, 64 << 20);
    for count in [0, 1_000, 10_000, 100_000] {
        let mut originals: Vec<Original> = Vec::new();
        while originals.len() < count {
            originals.extend(values(&mut dice).iter().map(|v| original(v)));
        }
        let begin = clock();
        let searcher = Searcher::new(originals, Some(Window { from: 1_772_496_000, to: 1_772_841_600 }));
        let built = clock() - begin;
        let begin = clock();
        let hits = search(&searcher, &[&file]);
        let speed = file.len() as f64 / (clock() - begin) / 1e6;
        println!(
            "{count} values, {} forms: built in {built:.3} s, {speed:.0} MB/s, {} hits",
            searcher.sizes().1,
            hits.total
        );
    }
}

#[test]
fn bytes_of_a_uuid_are_found_between_letters_even_where_they_are_few_characters() {
    let value = "61f09f98-80f0-9f98-81f0-9f9882626364";
    let bytes = "a😀😁😂bcd".as_bytes();
    let searcher = Searcher::new([original(value)], None);
    let file = [b"abc", bytes, b"def"].concat();
    let hits = search(&searcher, &[&file]);
    assert_eq!(hits.list.iter().map(|hit| (hit.form, hit.offset)).collect::<Vec<_>>(), [(Form::Uuid, 3)]);
}
