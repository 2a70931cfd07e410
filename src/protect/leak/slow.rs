//! An obvious searcher, to which the fast one is compared: every form at every place.

use super::forms::{Apart, Needle, Needles, needles};
use super::{Form, Hits, Original, Scan, Searcher};
use crate::order;
use crate::protect::class::Class;
use crate::protect::pseudonym::uuid_text;

/// Offset, length, form and value of everything that is there, in order.
type Findings = Vec<(u64, u32, Form, String)>;

fn slow(originals: &[Original], file: &[u8]) -> Findings {
    let mut found = Vec::new();
    for original in originals {
        let mut all = Needles::default();
        needles(&original.value, 0, &mut all);
        for (needle, text) in all.iter() {
            for (at, there) in file.windows(text.len()).enumerate() {
                let same = if needle.exact { there == text } else { there.eq_ignore_ascii_case(text) };
                if !same {
                    continue;
                }
                let before = at.checked_sub(1).and_then(|i| file.get(i));
                let beside = [(there.first(), before), (there.last(), file.get(at + text.len()))];
                let joined = beside.iter().any(|(inside, outside)| match needle.apart {
                    Apart::No => false,
                    Apart::Word => {
                        inside.is_some_and(u8::is_ascii_alphanumeric) && outside.is_some_and(u8::is_ascii_alphanumeric)
                    }
                    Apart::Digits => outside.is_some_and(u8::is_ascii_hexdigit),
                });
                if !joined {
                    found.push((at as u64, text.len() as u32, needle.form, original.value.clone()));
                }
            }
        }
    }
    order::sort(&mut found);
    found
}

fn fast(originals: &[Original], file: &[u8]) -> Findings {
    let searcher = Searcher::new(originals.iter().cloned(), None);
    let mut hits = Hits::default();
    let mut scan = Scan::of("f");
    scan.push(&searcher, file, &mut hits);
    scan.finish(&searcher, &mut hits);
    // The path of an original tells its value here, which a hit does not.
    let mut found: Findings = hits.list.into_iter().map(|hit| (hit.offset, hit.length, hit.form, hit.path)).collect();
    assert_eq!(found.len() as u64, hits.total);
    order::sort(&mut found);
    found
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    /// A text of pieces that repeat, so that values share parts and stand beside each other.
    fn text(&mut self, pieces: usize) -> String {
        const PIECES: [&str; 26] = [
            "a", "B", "ab", "0", "17", "4f", "d00f", "c0ffee", "x", "Ann", "_", "-", " ", "@", "%", "\\", "\"", "/",
            "\n", "+", "ü", "É", "李", "😀", ".", "=",
        ];
        (0..pieces).map(|_| PIECES[self.roll(PIECES.len())]).collect()
    }
}

#[test]
fn the_fast_searcher_finds_what_the_slow_one_finds() {
    let mut dice = Dice(11);
    let mut total = 0;
    for round in 0..100 {
        let mut values: Vec<String> = (0..1 + dice.roll(12))
            .map(|_| {
                let pieces = 1 + dice.roll(9);
                dice.text(pieces)
            })
            .collect();
        for _ in 0..dice.roll(3) {
            values.push(uuid_text(&[(); 16].map(|()| dice.roll(256) as u8)));
        }
        order::sort(&mut values);
        values.dedup();
        let original = |value: &String| Original {
            value: value.clone(),
            class: Class::Contact,
            path: value.clone(),
            distinctive: true,
        };
        let originals: Vec<Original> = values.iter().map(original).collect();
        // A file of forms and of parts of forms, glued by anything.
        let mut forms = Needles::default();
        originals.iter().for_each(|o| needles(&o.value, 0, &mut forms));
        let forms: Vec<(&Needle, &[u8])> = forms.iter().collect();
        let mut file = Vec::new();
        while file.len() < 1500 && !forms.is_empty() {
            let (needle, text) = forms[dice.roll(forms.len())];
            let (from, to) = if dice.roll(3) == 0 { (dice.roll(3), dice.roll(3)) } else { (0, 0) };
            let text = text.get(from..text.len().saturating_sub(to)).unwrap_or_default();
            match dice.roll(4) {
                0 if !needle.exact => file.extend(text.to_ascii_uppercase()),
                1 if !needle.exact => file.extend(text.to_ascii_lowercase()),
                _ => file.extend_from_slice(text),
            }
            let glue = dice.roll(3);
            file.extend(dice.text(glue).into_bytes());
        }
        let slow = slow(&originals, &file);
        // So many are kept in full.
        if slow.len() <= Hits::MOST {
            let fast = fast(&originals, &file);
            let missed: Findings = slow.iter().filter(|f| !fast.contains(f)).cloned().collect();
            let invented: Findings = fast.iter().filter(|f| !slow.contains(f)).cloned().collect();
            assert!(missed.is_empty() && invented.is_empty(), "round {round}: {missed:?} {invented:?}");
            assert_eq!(fast.len(), slow.len(), "round {round}");
            total += slow.len();
        }
    }
    assert!(total > 4_000, "{total}");
}
