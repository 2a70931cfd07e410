//! Detectors against labelled texts: the shared development half and our own corpus, scored as `score.py` does.
//!
//! `cargo test --test protect_detect -- --nocapture` prints the scores; `PII_MISSES=1` also every miss and false alarm.

use std::collections::BTreeMap;

use serde_json::Value;
use windrow::protect::detect::{Find, Kind, detect, redact};

struct Line {
    id: String,
    text: String,
    labels: Vec<Find>,
}

fn corpus(text: &str) -> Vec<Line> {
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = line["text"].as_str().unwrap().to_owned();
            // Labels count code points.
            let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            bytes.push(text.len());
            let labels = line["spans"].as_array().unwrap().iter().map(|span| Find {
                start: bytes[span["start"].as_u64().unwrap() as usize],
                end: bytes[span["end"].as_u64().unwrap() as usize],
                kind: *Kind::ALL.iter().find(|k| k.as_str() == span["type"]).unwrap(),
            });
            Line { id: line["id"].as_str().unwrap().to_owned(), labels: labels.collect(), text }
        })
        .collect()
}

#[derive(Default)]
struct Score {
    /// Right, too much, missed, by kind.
    counts: BTreeMap<Kind, [usize; 3]>,
    characters: usize,
    masked: usize,
    leaks: usize,
    labels: usize,
    clean: usize,
    alarms: usize,
}

impl Score {
    fn f1(&self, kinds: &[Kind]) -> f64 {
        let sum = |i: usize| kinds.iter().filter_map(|k| self.counts.get(k)).map(|c| c[i]).sum::<usize>() as f64;
        let (right, wrong, missed) = (sum(0), sum(1), sum(2));
        if right + wrong + missed == 0.0 { 1.0 } else { 2.0 * right / (2.0 * right + wrong + missed) }
    }

    fn masked(&self) -> f64 {
        self.masked as f64 / self.characters as f64
    }

    fn alarms(&self) -> f64 {
        self.alarms as f64 / self.clean as f64
    }
}

/// Overlap over union, in characters as `score.py` counts them.
fn overlap(text: &str, a: &Find, b: &Find) -> f64 {
    let chars = |from: usize, to: usize| if from < to { text[from..to].chars().count() } else { 0 };
    let shared = chars(a.start.max(b.start), a.end.min(b.end)) as f64;
    shared / ((chars(a.start, a.end) + chars(b.start, b.end)) as f64 - shared)
}

fn score(corpus: &[Line]) -> Score {
    let mut score = Score::default();
    let verbose = std::env::var_os("PII_MISSES").is_some();
    for line in corpus {
        let finds = detect(&line.text);
        let mut pairs = Vec::new();
        for (i, label) in line.labels.iter().enumerate() {
            for (j, find) in finds.iter().enumerate() {
                let overlap = overlap(&line.text, label, find);
                if label.kind == find.kind && overlap >= 0.5 {
                    pairs.push((overlap, i, j));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((b.1, b.2).cmp(&(a.1, a.2))));
        let (mut matched_labels, mut matched_finds) = (Vec::new(), Vec::new());
        for (_, i, j) in pairs {
            if !matched_labels.contains(&i) && !matched_finds.contains(&j) {
                matched_labels.push(i);
                matched_finds.push(j);
                score.counts.entry(line.labels[i].kind).or_default()[0] += 1;
            }
        }
        for (i, label) in line.labels.iter().enumerate() {
            if !matched_labels.contains(&i) {
                score.counts.entry(label.kind).or_default()[2] += 1;
                if verbose {
                    println!("  {} missed {} in {}", line.id, label.kind.as_str(), line.text);
                }
            }
            let covered = |at: usize| finds.iter().any(|f| f.start <= at && at < f.end);
            let all = line.text[label.start..label.end].char_indices().count();
            let masked =
                line.text[label.start..label.end].char_indices().filter(|(at, _)| covered(label.start + at)).count();
            score.labels += 1;
            score.characters += all;
            score.masked += masked;
            score.leaks += usize::from(masked < all);
        }
        for (j, find) in finds.iter().enumerate() {
            let inside = |l: &Find| l.kind != find.kind && l.start <= find.start && find.end <= l.end;
            if !matched_finds.contains(&j) && !line.labels.iter().any(inside) {
                score.counts.entry(find.kind).or_default()[1] += 1;
                if verbose {
                    println!(
                        "  {} wrong {} `{}` in {}",
                        line.id,
                        find.kind.as_str(),
                        &line.text[find.start..find.end],
                        line.text
                    );
                }
            }
        }
        if line.labels.is_empty() {
            score.clean += 1;
            score.alarms += usize::from(!finds.is_empty());
        }
    }
    score
}

/// What must have check digits or a shape; names, addresses and the like are reported but not promised.
const STRUCTURED: [Kind; 9] = [
    Kind::Email,
    Kind::Ip,
    Kind::Url,
    Kind::Iban,
    Kind::CreditCard,
    Kind::MturkWorker,
    Kind::MturkTask,
    Kind::ProlificId,
    Kind::Mac,
];

fn report(name: &str, score: &Score) {
    println!("{name}");
    for (kind, [right, wrong, missed]) in &score.counts {
        println!("{:14} F1 {:.3}  right {right} wrong {wrong} missed {missed}", kind.as_str(), score.f1(&[*kind]));
    }
    println!(
        "all F1 {:.3}, masked {:.3}, leaks {}/{}, false alarms {}/{}",
        score.f1(&Kind::ALL),
        score.masked(),
        score.leaks,
        score.labels,
        score.alarms,
        score.clean
    );
}

/// The acceptance values: structured kinds and PHONE by F1, masked characters, false alarms among clean texts.
fn accept(score: &Score, structured: f64, others: f64) {
    for kind in STRUCTURED {
        assert!(score.f1(&[kind]) >= structured, "{}", kind.as_str());
    }
    assert!(score.f1(&[Kind::Phone]) >= 0.95);
    assert!(
        score.f1(&[Kind::SonaId, Kind::NationalId, Kind::Coord, Kind::Birthdate, Kind::Secret, Kind::Handle]) >= others
    );
    assert!(score.f1(&[Kind::Name, Kind::Address]) >= others);
    assert!(score.masked() >= 0.95);
    assert!(score.alarms() <= 0.03);
}

#[test]
fn the_development_half() {
    let score = score(&corpus(include_str!("cases/protect/pii_dev.jsonl")));
    report("development half", &score);
    assert_eq!((score.labels, score.clean), (183, 116));
    accept(&score, 0.97, 0.95);
}

#[test]
fn our_own_texts() {
    let score = score(&corpus(include_str!("cases/protect/pii_own.jsonl")));
    report("own texts", &score);
    accept(&score, 0.97, 0.93);
}

#[test]
fn redacting_leaves_the_rest_as_it_is() {
    let text = "Ich bin zufrieden – schreibt an müller@example.org, bitte 🙂.";
    assert_eq!(redact(text), "Ich bin zufrieden – schreibt an [EMAIL], bitte 🙂.");
    assert_eq!(redact("nichts"), "nichts");
    assert_eq!(redact(""), "");
}

/// Pieces that scanners care about, put together at random: finds are in order, inside the text, and cut no character.
#[test]
fn any_text_is_scanned_without_fault() {
    const PIECES: &[&str] = &[
        "@",
        ".",
        "+",
        "(",
        ")",
        " ",
        "-",
        ":",
        "::",
        "//",
        "http",
        "www",
        "a",
        "Z",
        "é",
        "路",
        "号",
        "年",
        "月",
        "9",
        "12",
        "0",
        "555",
        "3",
        "A1",
        "Dr",
        "Street",
        "tel",
        "born",
        "我叫",
        "王",
        "\"",
        "'",
        "°",
        "N",
        "🙂",
        "\n",
        "ß",
        "İ",
        "ﬁ",
        "１",
        "＠",
        ",",
        "lat",
        "DE",
        "at",
        "dot",
        "/",
        "_",
        "#",
        "99999999999999999999",
    ];
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    for _ in 0..20_000 {
        let text: String = (0..next() % 24).map(|_| PIECES[next() % PIECES.len()]).collect();
        let mut last = 0;
        for find in detect(&text) {
            assert!(last <= find.start && find.start < find.end && text.get(find.start..find.end).is_some(), "{text}");
            last = find.end;
        }
    }
}

#[test]
fn more_texts_of_our_own() {
    let score = score(&corpus(include_str!("cases/protect/pii_more.jsonl")));
    report("more texts", &score);
    accept(&score, 0.97, 0.93);
}

/// Texts that would be slow if a scanner looked back or ahead without bound; they end in a time that a person notices.
#[test]
fn long_texts_of_one_kind_are_scanned_in_one_go() {
    for piece in [
        "a", "a.", "a/", "A ", "1", "1 ", "1.", "@", "@a.", "(", "路", "王", "http://", "x@", "a at ", "12 Elm ", ":",
        "f:", "1, ", "sona ", "\"", "- ",
    ] {
        let text = piece.repeat(60_000 / piece.len());
        let finds = detect(&text);
        assert!(finds.iter().all(|find| find.end <= text.len()), "{piece}");
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let lines: Vec<String> =
        corpus(include_str!("cases/protect/pii_own.jsonl")).into_iter().map(|line| line.text).collect();
    let begin = std::time::Instant::now();
    let (mut bytes, mut finds) = (0, 0);
    for line in lines.iter().cycle().take(40_000) {
        bytes += line.len();
        finds += detect(line).len();
    }
    for piece in
        ["a", "a.", "a/", "A ", "1", "1 ", "1.", "@", "@a.", "路", "王", "http://", "x@", "a at ", ":", "f:", "sona "]
    {
        let begin = std::time::Instant::now();
        let text = piece.repeat(200_000 / piece.len());
        println!("{piece:?} {} in {:?}", detect(&text).len(), begin.elapsed());
    }
    println!("{:.2} MB/s, {finds} finds", bytes as f64 / begin.elapsed().as_secs_f64() / 1e6);
}
