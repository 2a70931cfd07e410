//! MTURK_WORKER, MTURK_TASK, PROLIFIC_ID and SONA_ID.

use super::text::Text;
use super::{Finds, Kind};
use crate::order;

/// Ids that recruiting platforms give out, by shape and by the words around them.
pub(crate) fn ids(text: &Text, finds: &mut Finds) {
    let mut i = 0;
    while i < text.len() {
        if !text.at(i).is_ascii_alphanumeric() || text.joined_before(i) {
            i += 1;
            continue;
        }
        let end = text.run(i, |c| c.is_ascii_alphanumeric());
        if !text.joined_after(end) {
            let kind = match end - i {
                13 | 14 if worker(text, i, end) => Some(Kind::MturkWorker),
                24 if prolific(text, i, end) => Some(Kind::ProlificId),
                30 if task(text.slice(i, end)) => Some(Kind::MturkTask),
                _ => None,
            };
            finds.extend(kind.map(|kind| (kind, i, end)));
        }
        i = end;
    }
}

/// `A` and 12 or 13 capitals and digits. Words in capitals look alike, so digits must stand among the letters,
/// or the text must speak of workers.
#[inline(never)]
fn worker(text: &Text, i: usize, end: usize) -> bool {
    const WORKER: &[&str] = &[
        "worker",
        "workerid",
        "mturk",
        "turk",
        "mechanical",
        "turker",
        "id",
        "amazon",
        "kennung",
        "identifiant",
        "trabajador",
        "arbeiter",
        "工号",
        "编号",
    ];
    const GOODS: &[&str] = &[
        "order",
        "item",
        "coupon",
        "voucher",
        "code",
        "stimulus",
        "sku",
        "serial",
        "bestellnummer",
        "gutschein",
        "commande",
        "pedido",
        "codigo",
        "artikel",
        "sequence",
        "promo",
        "订单",
        "订单号",
    ];
    let token = text.slice(i, end);
    if !text.flat(i, end).starts_with('a') || text.before(i) == '-' || text.at(end) == '-' {
        return false;
    }
    let digits = token.iter().filter(|c| c.is_ascii_digit()).count();
    let lower = token.iter().any(|c| c.is_ascii_lowercase());
    let named = text.context(i, 4, WORKER) || text.followed(end, 2, WORKER);
    let mixed = token.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_digit() && b.is_ascii_alphabetic()));
    let goods = text.context(i, 3, GOODS) && !text.context(i, 3, &["worker", "mturk", "turk", "workerid"]);
    if goods || digits == 0 {
        return false;
    }
    if lower { named && mixed && digits >= 2 && !token.iter().any(|c| c.is_ascii_uppercase()) } else { mixed || named }
}

/// 24 hexadecimal digits that begin with a time since Prolific exists (2014) and before 2030, as MongoDB makes them.
#[inline(never)]
fn prolific(text: &Text, i: usize, end: usize) -> bool {
    const HASHES: &[&str] = &[
        "etag",
        "hash",
        "sha",
        "sha1",
        "sha256",
        "md5",
        "commit",
        "checksum",
        "digest",
        "prufsumme",
        "controle",
        "verificacion",
        "seed",
        "哈希",
        "校验",
    ];
    let time = u32::from_str_radix(text.flat(i, i + 8), 16).unwrap_or(0);
    text.slice(i, end).iter().all(|c| c.is_ascii_hexdigit())
        && (0x5300_0000..0x70db_d880).contains(&time)
        && text.before(i) != '-'
        && !text.context(i, 2, HASHES)
}

/// 30 capitals and digits from `3`: a HIT or an assignment. Patterns typed on a keyboard have few different signs.
fn task(token: &[char]) -> bool {
    let upper = token.iter().filter(|c| c.is_ascii_uppercase()).count();
    let digits = token.iter().filter(|c| c.is_ascii_digit()).count();
    let mut different = token.to_vec();
    order::sort(&mut different);
    different.dedup();
    token.first() == Some(&'3') && upper + digits == 30 && upper >= 6 && digits >= 3 && different.len() >= 10
}

/// The digits of a SONA number: only the word before tells.
pub(crate) fn sona(text: &Text, finds: &mut Finds) {
    for (w, word) in text.words().iter().enumerate() {
        let named = text.word(w) == "sona" || text.flat(word.start, word.end).starts_with("sonaid");
        if !named {
            continue;
        }
        for next in w + 1..w + 6 {
            let Some(number) = text.words().get(next) else { break };
            let digits = number.end - number.start;
            let gap = text.slice(word.end, number.start);
            if gap.len() > 32 || gap.iter().any(|c| matches!(c, '.' | ';' | '\n')) {
                break;
            }
            if text.slice(number.start, number.end).iter().all(|c| c.is_ascii_digit()) {
                let year = matches!(text.word(next - 1), "in" | "since" | "seit" | "im" | "en" | "depuis" | "desde");
                let decimal = matches!(text.at(number.end), '.' | ',') && text.at(number.end + 1).is_ascii_digit();
                if (3..=8).contains(&digits) && !year && !decimal {
                    finds.push((Kind::SonaId, number.start, number.end));
                }
                break;
            }
        }
        // "12345 (SONA)", "pool number 12345 in Sona".
        if let Some(number) = w.checked_sub(1).and_then(|p| text.words().get(p)) {
            let gap = text.slice(number.end, word.start);
            let digits = text.slice(number.start, number.end);
            if gap == [' ', '('] && (4..=7).contains(&digits.len()) && digits.iter().all(|c| c.is_ascii_digit()) {
                finds.push((Kind::SonaId, number.start, number.end));
            }
        }
    }
}
