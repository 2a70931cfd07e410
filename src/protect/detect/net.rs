//! URL, IP and MAC.

use super::contact::host;
use super::text::{Text, is_letter};
use super::{Finds, Kind};

/// Whole addresses: with a scheme, with `www.`, and bare hosts.
pub(crate) fn urls(text: &Text, finds: &mut Finds) {
    let inside =
        |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c) || (!c.is_ascii() && is_letter(c));
    let mut i = if text.has(".:") { 0 } else { text.len() };
    while i < text.len() {
        if !text.at(i).is_ascii_alphanumeric() || text.joined_before(i) {
            i += 1;
            continue;
        }
        let word = text.run(i, |c| c.is_ascii_alphanumeric());
        let scheme = text.slice(word, word + 3) == [':', '/', '/'] && text.at(i).is_ascii_alphabetic();
        let www = text.flat(i, word) == "www" && text.at(word) == '.' && host(text, i).is_some();
        let bare = if scheme || www { None } else { bare_host(text, i) };
        let start = i;
        i = word;
        let from = match (scheme, bare) {
            (true, _) => word + 3,
            (_, Some(end)) => end,
            _ if www => word,
            _ => continue,
        };
        let stop = text.run(from, inside);
        let end = match bare {
            Some(end) if !matches!(text.at(end), '/' | '?' | ':' | '#') => end,
            _ => unpunctuated(text, start, stop),
        };
        if end > from || bare.is_some() {
            finds.push((Kind::Url, start, end));
            i = end.max(word);
        }
    }
}

/// Top-level domains of addresses that people write without a scheme; the first eight count even without a path.
const TOPS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "example", "info", "biz", "io", "co", "de", "fr", "es", "uk", "cn", "eu", "app",
    "dev", "me", "ly", "gg", "ai", "ch", "at", "it", "nl", "be", "jp", "us", "ca", "au", "br", "mx", "in", "tv",
    "online", "site", "xyz", "test", "invalid", "gl", "to", "link", "page",
];

/// End of a bare host at `i` (`lab.example.org`, `bit.ly/x`), if that is what it is.
#[inline(never)]
fn bare_host(text: &Text, i: usize) -> Option<usize> {
    if matches!(text.before(i), '@' | '/' | '.' | '-' | '_' | '\\' | '=') || !text.at(i).is_ascii_alphanumeric() {
        return None;
    }
    let end = host(text, i)?;
    let name = text.flat(i, end);
    let top = name.rsplit('.').next()?;
    let rank = TOPS.iter().position(|t| *t == top)?;
    let after = text.at(end);
    let path = after == '/' && text.at(end + 1).is_ascii_alphanumeric();
    let lower = text.slice(i, end).iter().rev().take(top.len()).all(|c| c.is_ascii_lowercase());
    let labels = name.split('.').count();
    let ends = !text.joined_after(end) && !matches!(after, '@' | '_' | '(');
    (ends && lower && (path || rank < 8 || labels > 2)).then_some(end)
}

/// The end of an address without the punctuation of the sentence around it.
#[inline(never)]
fn unpunctuated(text: &Text, start: usize, mut end: usize) -> usize {
    while end > start {
        let c = text.at(end - 1);
        let count = |of: char| text.slice(start, end).iter().filter(|c| **c == of).count();
        let unbalanced = c == ')' && count(')') > count('(') || c == ']' && count(']') > count('[');
        if matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '(' | '[') || unbalanced {
            end -= 1;
        } else {
            break;
        }
    }
    end
}

/// IPv4 and IPv6 hosts, but no versions, times, paths of code or this machine itself.
pub(crate) fn addresses(text: &Text, finds: &mut Finds) {
    let mut i = if text.has(".:") { 0 } else { text.len() };
    while i < text.len() {
        let c = text.at(i);
        if !(c.is_ascii_hexdigit() || c == ':') || text.joined_before(i) || matches!(text.before(i), '.' | ':' | '_') {
            i += 1;
            continue;
        }
        let end = text.run(i, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
        if let Some(end) = version_4(text, i).or_else(|| version_6(text, i, end)) {
            finds.push((Kind::Ip, i, end));
        }
        i = end.max(i + 1);
    }
}

#[inline(never)]
fn version_4(text: &Text, i: usize) -> Option<usize> {
    const NOT_HOSTS: &[&str] = &[
        "version",
        "ver",
        "v",
        "release",
        "build",
        "firmware",
        "driver",
        "windows",
        "section",
        "chapter",
        "kapitel",
        "abschnitt",
        "versione",
        "update",
        "python",
        "chrome",
        "safari",
        "版本",
        "版本号",
        "第",
    ];
    let mut octets = Vec::with_capacity(4);
    let mut j = i;
    loop {
        let end = text.run(j, |c| c.is_ascii_digit());
        let octet = text.digits_in(j, end);
        let value = octet.iter().take(4).fold(0u32, |n, d| n * 10 + u32::from(*d));
        if octet.is_empty() || octet.len() > 3 || value > 255 || (octet.len() > 1 && octet.first() == Some(&0)) {
            return None;
        }
        octets.push(value);
        j = end;
        if octets.len() == 4 {
            break;
        }
        if text.at(j) != '.' {
            return None;
        }
        j += 1;
    }
    let more = text.joined_after(j) || (text.at(j) == '.' && text.at(j + 1).is_ascii_digit()) || text.at(j) == '_';
    let nobody = matches!(octets[..], [0 | 127 | 255, ..]);
    let part = matches!(text.before(i), '/' | '-') && text.context(i, 1, NOT_HOSTS);
    (!more && !nobody && !part && !text.context(i, 2, NOT_HOSTS)).then_some(j)
}

#[inline(never)]
fn version_6(text: &Text, i: usize, run: usize) -> Option<usize> {
    let mut end = run;
    while end > i && matches!(text.at(end - 1), '.')
        || (end > i + 1 && text.at(end - 1) == ':' && text.at(end - 2) != ':')
    {
        end -= 1;
    }
    if text.joined_after(end) {
        return None;
    }
    let groups: Vec<&str> = text.flat(i, end).split(':').collect();
    // An IPv4 tail stands for two groups.
    let tail = groups.last().is_some_and(|g| g.contains('.'));
    let valid = groups.iter().enumerate().all(|(n, g)| g.len() <= 4 || (tail && n + 1 == groups.len()));
    let filled = groups.iter().filter(|g| !g.is_empty()).count() + usize::from(tail);
    let gap = text.flat(i, end).matches("::").count();
    let first = groups.first().copied().unwrap_or_default();
    // `a::b` is C++, `12:34:56` a time: a shortened address must begin like one that networks really give out.
    let real = first.len() >= 3 && first.bytes().any(|b| b.is_ascii_digit()) || tail;
    (valid && (gap == 0 && filled == 8 || gap == 1 && (2..8).contains(&filled) && real)).then_some(end)
}

/// Hardware addresses: six pairs with one kind of separator, or Cisco's three groups of four.
pub(crate) fn hardware(text: &Text, finds: &mut Finds) {
    let all = if text.has(":-.") { text.len().saturating_sub(13) } else { 0 };
    for i in 0..all {
        if !text.at(i).is_ascii_hexdigit() || text.joined_before(i) || matches!(text.before(i), ':' | '-' | '.') {
            continue;
        }
        let separator = text.at(i + 2);
        let pairs = matches!(separator, ':' | '-')
            && (0..17).all(|n| match n % 3 {
                2 => text.at(i + n) == separator,
                _ => text.at(i + n).is_ascii_hexdigit(),
            });
        let cisco = text.at(i + 4) == '.'
            && (0..14).all(|n| match n % 5 {
                4 => text.at(i + n) == '.',
                _ => text.at(i + n).is_ascii_hexdigit(),
            });
        if !pairs && !cisco {
            continue;
        }
        let end = i + if pairs { 17 } else { 14 };
        let lettered = text.slice(i, end).iter().any(|c| c.is_ascii_alphabetic());
        let longer = text.joined_after(end) || text.at(end) == separator && text.at(end + 1).is_ascii_hexdigit();
        let named = text.context(i, 4, &["mac", "wifi", "wlan", "bluetooth", "ethernet", "hardware"]);
        if (pairs && (lettered || named) || cisco && lettered && named) && !longer {
            finds.push((Kind::Mac, i, end));
        }
    }
}
