//! Words, values and names that make differences somewhere.

/// Words that make differences somewhere; one list for this generator and for libFuzzer.
pub(super) fn words() -> &'static [Vec<u8>] {
    static WORDS: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    WORDS.get_or_init(|| include_str!("../../fuzz/words.dict").lines().filter_map(word).collect())
}

/// A line of libFuzzer's dictionaries: a quoted text with `\xNN`, `\\` and `\"`.
fn word(line: &str) -> Option<Vec<u8>> {
    let mut rest = line.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut out = Vec::new();
    while let Some(byte) = rest.next() {
        match (byte, byte == b'\\') {
            (_, false) => out.push(byte),
            _ => match rest.next()? {
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                escaped => out.push(escaped),
            },
        }
    }
    Some(out)
}

pub(super) const PAYLOADS: [&str; 24] = [
    "null",
    "1",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"admin/x\"",
    "\"\"",
    "[]",
    "{}",
    "[[\"s\",\"u\"]]",
    "[\"s\",\"u\"]",
    "[{\"sname\":\"s\",\"uname\":\"u\"}]",
    "\"\\ud800\"",
    "[1,2,",
    "[1.0,-0.0]",
    "\"1E-99999\"",
    "true",
    "[[[[[[[[[[]]]]]]]]]]",
    "{\"a\":1,\"a\":2}",
    "\"a\\\"b,\\r\\n\\u0000\"",
    "{\"py/object\":\"a.B\",\"py/state\":{\"py/tuple\":[1]}}",
    "{\"py/id\":1}",
    "2024-02-30 25:61:61.9999999",
    "=1+1",
];

pub(super) const NAMESPACES: [&str; 14] = [
    "admin",
    "admin/x",
    "session/s",
    "player/s",
    "player",
    "",
    "/",
    "player//u",
    "player/s/u/v/w",
    "CON/s",
    "_CON/s",
    "Player/s/u",
    "player/../../x",
    "a/b/c/d/e/f/g/h/i/j/k",
];

pub(super) const FIELDS: [&str; 18] = [
    "_uproot_key",
    "_uproot_secret",
    "_uproot_players",
    "_uproot_groups",
    "_uproot_group",
    "_uproot_session",
    "!storage",
    "!time",
    "!unavailable",
    "!data",
    "!seq",
    "app",
    "show_page",
    "page_order",
    "\"x\"",
    "",
    "größe",
    "packages",
];
