//! EMAIL, also spelled out, HANDLE and SECRET.

use super::text::{Text, is_letter};
use super::{Finds, Kind};

fn is_local(c: char) -> bool {
    c.is_ascii_digit() || is_letter(c) || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'' | '&')
}

fn is_label(c: char) -> bool {
    c.is_ascii_digit() || is_letter(c) || c == '-'
}

/// End of a host name from `i`: labels with dots, the last of letters; `None` without a dot.
#[inline(never)]
pub(super) fn host(text: &Text, i: usize) -> Option<usize> {
    let mut end = text.run(i, is_label);
    let mut last = None;
    while end > i && text.at(end) == '.' && is_label(text.at(end + 1)) {
        let start = end + 1;
        end = text.run(start, is_label);
        let label = text.slice(start, end);
        if label.len() >= 2 && label.iter().all(|c| is_letter(*c)) {
            last = Some(end);
        }
    }
    last
}

/// Addresses with `@`, and such as `x (at) example (dot) org`.
pub(crate) fn emails(text: &Text, finds: &mut Finds) {
    let all = if text.has("@") { text.len() } else { 0 };
    for i in 0..all {
        if text.at(i) == '@' {
            plain_email(text, i, finds);
        }
    }
    if !text.has(".") && !text.says(DOT) {
        return;
    }
    for w in 0..text.words().len() {
        spelled_email(text, w, finds);
    }
}

#[inline(never)]
fn plain_email(text: &Text, at: usize, finds: &mut Finds) {
    let spaced = text.before(at) == ' ' && text.at(at + 1) == ' ';
    let (stop, domain) = if spaced { (at - 1, at + 2) } else { (at, at + 1) };
    let mut start = stop;
    if text.before(start) == '"' {
        // A quoted local part: back to the quote that opens it.
        start = (start.saturating_sub(66)..start - 1).rev().find(|j| text.at(*j) == '"').unwrap_or(start);
    } else {
        while start > 0 && stop - start < 64 && is_local(text.at(start - 1)) {
            start -= 1;
        }
        start = text.run(start, |c| matches!(c, '.' | '-' | '\'' | '&'));
    }
    if let Some(end) = host(text, domain).filter(|_| start < stop) {
        finds.push((Kind::Email, start, end));
    }
}

/// How one says @ (plain words need a spelled dot after them), and how one says a dot.
const AT: &[&str] = &["at", "at-sign", "chez", "arobase", "arroba", "klammeraffe", "ät", "a", "艾特"];
const DOT: &[&str] = &["dot", "point", "punto", "punkt", "点"];

/// A separator from `i`: `(word)`, `[word]`, `{word}` or ` word `; its end, and whether it has brackets.
#[inline(never)]
fn separator(text: &Text, i: usize, words: &[&str]) -> Option<(usize, bool)> {
    let mut j = text.skip_spaces(i);
    let bracket = matches!(text.at(j), '(' | '[' | '{' | '<');
    if !bracket && j == i {
        return None;
    }
    j = text.skip_spaces(j + usize::from(bracket));
    let end = text.run(j, |c| is_letter(c) || c == '-' || c == '.' || c == '@');
    let said = text.flat(j, end);
    let known = words.contains(&said) || (bracket && (said == "@" && words == AT || said == "." && words == DOT));
    if !known || (said == "a" && !bracket) {
        return None;
    }
    let mut end = text.skip_spaces(end);
    if bracket {
        if !matches!(text.at(end), ')' | ']' | '}' | '>') {
            return None;
        }
        end = text.skip_spaces(end + 1);
    }
    Some((end, bracket))
}

#[inline(never)]
fn spelled_email(text: &Text, w: usize, finds: &mut Finds) {
    let Some(word) = text.words().get(w) else { return };
    let end_of_local = word.end;
    let Some((mut i, at_bracket)) = separator(text, end_of_local, AT) else { return };
    let at_word = text.slice(end_of_local, i);
    let loud = at_word.iter().any(|c| c.is_uppercase())
        || ["arobase", "arroba", "klammeraffe"].iter().any(|w| text.flat(end_of_local, i).contains(w));
    let mut dots = 0;
    let mut spelled = false;
    let mut end = i;
    loop {
        let label = text.run(i, is_label);
        if label == i {
            break;
        }
        end = label;
        let next = if text.at(label) == '.' && is_label(text.at(label + 1)) {
            Some(label + 1)
        } else {
            separator(text, label, DOT).map(|(next, _)| next).inspect(|_| spelled = true)
        };
        match next.filter(|next| is_label(text.at(*next))) {
            Some(next) if dots < 5 => i = next,
            _ => break,
        }
        dots += 1;
    }
    if dots == 0 || !(at_bracket || loud || spelled) {
        return;
    }
    // The local part may itself be spelled with dots: "nils dot berg at …".
    let mut start = end_of_local;
    while start > 0 && is_local(text.at(start - 1)) {
        start -= 1;
    }
    if w >= 2 && DOT.contains(&text.word(w - 1)) && text.words().get(w - 1).is_some_and(|d| d.end + 1 == start) {
        start = text.words().get(w - 2).map_or(start, |first| first.start);
    }
    finds.push((Kind::Email, start, end));
}

/// Words that announce a name on a social platform.
const PLATFORMS: &[&str] = &[
    "instagram",
    "insta",
    "ig",
    "twitter",
    "tiktok",
    "telegram",
    "snap",
    "snapchat",
    "discord",
    "mastodon",
    "threads",
    "facebook",
    "fb",
    "linkedin",
    "youtube",
    "twitch",
    "reddit",
    "weibo",
    "wechat",
    "weixin",
    "skype",
    "kik",
    "github",
    "bluesky",
    "steam",
    "handle",
    "username",
    "follow",
    "dm",
    "folgt",
    "folge",
    "sigueme",
    "buscame",
    "suivez",
    "pseudo",
    "usuario",
    "benutzername",
    "nickname",
    "微信",
    "微博",
    "抖音",
    "小红书",
    "qq",
    "关注",
];

/// Social-media names: `@name` near a platform's name, and marked names without `@`.
pub(crate) fn handles(text: &Text, finds: &mut Finds) {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if text.digits == 0 && !text.has("@_.") {
        return;
    }
    for i in 0..text.len() {
        let c = text.at(i);
        if c == '@' && !is_local(text.before(i)) {
            let end = text.run(i + 1, |c| inside(c) || super::text::is_han(c));
            let end = i + 1 + trimmed(text.slice(i + 1, end));
            let name = text.slice(i + 1, end);
            // Without a platform's name only a shape that no decorator or package has: a word with final digits.
            let numbered = name.iter().rev().take_while(|c| c.is_ascii_digit()).count() >= 2
                && name.iter().all(|c| c.is_ascii_alphanumeric() || *c == '_')
                && name.first().is_some_and(|c| c.is_ascii_alphabetic());
            let known = text.context(i, 5, PLATFORMS) || text.followed(end, 3, PLATFORMS);
            if name.len() >= 2 && (known || numbered && name.len() >= 5) {
                finds.push((Kind::Handle, i, end));
            }
        }
        // "微信号：wx_xiaoyu", "Discord: rook_17", "my insta is luna.paints".
        let starts =
            c.is_ascii_alphabetic() && !text.joined_before(i) && !matches!(text.before(i), '@' | '_' | '.' | '/' | '-');
        if starts {
            let end = text.run(i, inside);
            let end = i + trimmed(text.slice(i, end));
            let name = text.slice(i, end);
            let odd = name.iter().any(|c| c.is_ascii_digit() || matches!(c, '_' | '.'));
            if name.len() >= 4 && odd && announced(text, i) {
                finds.push((Kind::Handle, i, end));
            }
            if let Some(end) = marked_name(text, i, end).filter(|_| text.context(i, 5, PLATFORMS)) {
                finds.push((Kind::Handle, i, end));
            }
        }
    }
}

/// The end of a name from `i` with a platform's own mark: `rook#1234` (Discord), `u/rook` (Reddit).
#[inline(never)]
fn marked_name(text: &Text, i: usize, end: usize) -> Option<usize> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mark = text.at(end);
    let after = text.run(end + 1, inside);
    let tag = mark == '#' && end - i >= 2 && after == end + 5 && text.digits_in(end + 1, after).len() == 4;
    let path = mark == '/' && text.flat(i, end) == "u" && after - end > 3;
    (tag || path).then_some(after)
}

/// Whether a platform's name and a colon, 号 or "is" stand right before `i`.
#[inline(never)]
fn announced(text: &Text, i: usize) -> bool {
    let mut j = i;
    while j > 0 && matches!(text.at(j - 1), ' ' | '"' | ':' | '=' | '是' | '号' | '账' | '名' | '为') {
        j -= 1;
    }
    if ["微信", "微博", "抖音", "小红书", "qq"].iter().any(|p| text.flat(j.saturating_sub(3), j).ends_with(p))
    {
        return j < i;
    }
    let marked = text.slice(j, i).iter().any(|c| matches!(c, ':' | '='));
    let w = text.word_from(j);
    let platform = |w: usize| PLATFORMS.get(..33).unwrap_or_default().contains(&text.word(w));
    let linking = |w: usize| {
        matches!(text.word(w), "is" | "ist" | "es" | "est" | "handle" | "name" | "id" | "account" | "username")
    };
    w > 0
        && (marked && (platform(w - 1) || w > 1 && linking(w - 1) && platform(w - 2))
            || !marked && linking(w - 1) && w > 1 && platform(w - 2))
}

/// Length without final dots and dashes.
fn trimmed(name: &[char]) -> usize {
    name.len() - name.iter().rev().take_while(|c| matches!(c, '.' | '-')).count()
}

/// How keys of well-known services begin, and how many characters must follow at least.
const PREFIXES: &[(&str, usize)] = &[
    ("sk-", 16),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("pk_live_", 12),
    ("rk_live_", 12),
    ("whsec_", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 14),
    ("xoxb-", 12),
    ("xoxp-", 12),
    ("xoxa-", 12),
    ("xoxs-", 12),
    ("xapp-", 12),
    ("akia", 16),
    ("asia", 16),
    ("aiza", 30),
    ("ya29.", 16),
    ("hf_", 20),
    ("npm_", 20),
    ("pypi-", 20),
    ("sg.", 30),
    ("dop_v1_", 20),
    ("shpat_", 20),
    ("sq0atp-", 16),
    ("key-", 28),
    ("gsk_", 20),
    ("r8_", 20),
    ("pat-", 20),
    ("age-secret-key-", 20),
    ("lin_api_", 20),
];

/// API keys and tokens: by the marks of their services, after `Bearer`, and after `key:` if they look random.
pub(crate) fn secrets(text: &Text, finds: &mut Finds) {
    const NAMES: &[&str] = &[
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "apikey",
        "key",
        "passwort",
        "kennwort",
        "schlussel",
        "contrasena",
        "密码",
        "密钥",
    ];
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | '+' | '/' | '=');
    let mut i = 0;
    while i < text.len() {
        if !text.at(i).is_ascii_alphanumeric() || text.joined_before(i) {
            i += 1;
            continue;
        }
        // The beginning of a token tells what it is; only a find is followed to its end.
        let mut end = text.run_within(i, 256, inside);
        while end > i && matches!(text.at(end - 1), '.' | '-') {
            end -= 1;
        }
        let (token, length) = (text.slice(i, end), end - i);
        // No key is shorter.
        if length < 12 {
            i = text.run(i, |c| c.is_ascii_alphanumeric()).max(i + 1);
            continue;
        }
        let digits = token.iter().filter(|c| c.is_ascii_digit()).count();
        let letters = token.iter().filter(|c| c.is_ascii_alphabetic()).count();
        let flat = text.flat(i, end);
        // Keys of Amazon and Google are in capitals or mixed; a lower-case word that begins so is a word.
        let cased = text.at(i).is_uppercase() || !matches!(flat.get(..4), Some("akia" | "asia" | "aiza"));
        let marked = cased && PREFIXES.iter().any(|(p, least)| flat.starts_with(p) && length - p.len() >= *least);
        let jwt = flat.starts_with("eyj") && length > 40 && token.contains(&'.');
        let w = text.word_from(i);
        let bearer = length >= 16 && digits > 0 && w > 0 && text.word(w - 1) == "bearer" && text.before(i) == ' ';
        let assigned = length >= 12 && digits >= 2 && letters >= 4 && assigned_to(text, i, NAMES);
        if marked && (digits > 0 || length > 20) || jwt || bearer || assigned {
            end = if end < i + 256 { end } else { text.run(end, inside) };
            finds.push((Kind::Secret, i, end));
            i = end;
        } else {
            // A key may follow a sign that keys can hold ("token=ghp_…"), so only the first word is skipped.
            i = text.run(i, |c| c.is_ascii_alphanumeric()).max(i + 1);
        }
    }
}

/// Whether `name:` or `name=` stands right before `i`.
#[inline(never)]
fn assigned_to(text: &Text, i: usize, names: &[&str]) -> bool {
    let mut j = i;
    while j > 0 && matches!(text.at(j - 1), ' ' | '"' | '\'') {
        j -= 1;
    }
    let assigned = matches!(text.before(j), ':' | '=');
    let w = text.word_from(j.saturating_sub(1));
    assigned && w > 0 && names.contains(&text.word(w - 1))
}
