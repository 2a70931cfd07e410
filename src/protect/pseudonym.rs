//! Ask [`Tokens`] for the pseudonym of an identifier: keyed, so that only the holder of the key can recompute it.
//!
//! HMAC-SHA-256 over `pseudonym/1` ␟ domain ␟ part…, ␟ = 0x1F. A bare hash is never used: uproot's player
//! names have only 43.7 million values, and lists of worker ids circulate. HMAC is written out here (RFC 2104,
//! twenty lines over `sha2`, checked with RFC 4231) because the crate would add a dependency to save them.

use crate::order::{self, Map};
use std::fmt;

use sha2::{Digest, Sha256};
#[cfg(not(target_arch = "wasm32"))]
use unicode_normalization::UnicodeNormalization;

use crate::error::{Code, Error, Place, Result};

/// What a token stands for; tokens of different domains never tell that two inputs were equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// A session; part: its name.
    Session,
    /// A player; parts: session and player name, because player names repeat between sessions.
    Player,
    /// A group; parts: session and group name.
    Group,
    /// A model; parts: session and model name.
    Model,
    /// A room; part: its name.
    Room,
    /// A person's id on a platform, at a university, in a pool; part: the id as it was given.
    Person,
    /// An assignment, HIT, study or submission; part: its id.
    Task,
}

impl Domain {
    /// Every domain, in the order of the report.
    pub const ALL: [Domain; 7] =
        [Domain::Session, Domain::Player, Domain::Group, Domain::Model, Domain::Room, Domain::Person, Domain::Task];

    /// The name that enters the MAC, and the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Domain::Session => "session",
            Domain::Player => "player",
            Domain::Group => "group",
            Domain::Model => "model",
            Domain::Room => "room",
            Domain::Person => "person",
            Domain::Task => "task",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Domain::Session => "s-",
            Domain::Player => "p-",
            Domain::Group => "g-",
            Domain::Model => "m-",
            Domain::Room => "r-",
            Domain::Person => "w-",
            Domain::Task => "t-",
        }
    }
}

/// A full MAC: 32 bytes. Order by this where rows or participants must get a new order.
pub type Mac = [u8; 32];

/// The secret behind all pseudonyms of one export: 32 random bytes from the browser or a project key file.
#[derive(Clone)]
pub struct Key {
    inner: Sha256,
    outer: Sha256,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(withheld)")
    }
}

impl Key {
    /// A key of 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Key {
        Key::of_any_length(bytes)
    }

    /// HMAC's key schedule: a short key is padded with zeros, a long one hashed first (RFC 2104).
    fn of_any_length(key: &[u8]) -> Key {
        let mut block = [0u8; 64];
        let hashed;
        let key = if key.len() > block.len() {
            hashed = Sha256::digest(key);
            hashed.as_slice()
        } else {
            key
        };
        block.iter_mut().zip(key).for_each(|(b, k)| *b = *k);
        let pad = |with: u8| Sha256::new().chain_update(block.map(|b| b ^ with));
        Key { inner: pad(0x36), outer: pad(0x5c) }
    }

    /// HMAC-SHA-256 of the pieces one after another.
    fn hmac<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Mac {
        let mut inner = self.inner.clone();
        pieces.into_iter().for_each(|piece| inner.update(piece));
        self.outer.clone().chain_update(inner.finalize()).finalize().into()
    }

    /// The MAC of `pseudonym/1` ␟ domain ␟ part…
    fn mac<'a>(&self, domain: &'a str, parts: impl IntoIterator<Item = &'a [u8]>) -> Mac {
        let tail = parts.into_iter().flat_map(|part| [&b"\x1f"[..], part]);
        self.hmac([&b"pseudonym/1\x1f"[..], domain.as_bytes()].into_iter().chain(tail))
    }

    /// What a report may say about a project key: the first 8 hex digits of HMAC(key, `key-label`).
    pub fn label(&self) -> String {
        let mac = self.hmac([&b"key-label"[..]]);
        mac.iter().take(4).map(|b| format!("{b:02x}")).collect()
    }

    /// A number by which times are shifted: HMAC(key, `time-shift`), so that exports with one project key stay joined.
    pub fn shift(&self) -> u64 {
        self.hmac([&b"time-shift"[..]]).iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b))
    }

    /// The full MAC behind a token, to sort by. Person ids are normalised first.
    pub fn order(&self, domain: Domain, parts: &[&str]) -> Mac {
        match (domain, parts) {
            (Domain::Person, [id]) => self.mac(domain.as_str(), [normal_person(id).as_bytes()]),
            _ => self.mac(domain.as_str(), parts.iter().map(|part| part.as_bytes())),
        }
    }

    /// The pseudonym of a UUID: 16 bytes of a MAC with version 8 (custom) and the RFC 9562 variant.
    pub fn uuid(&self, original: &[u8; 16]) -> [u8; 16] {
        let mac = self.mac("uuid", [&original[..]]);
        let mut new = [0; 16];
        new.iter_mut().zip(mac).for_each(|(n, m)| *n = m);
        new[6] = new[6] & 0x0f | 0x80;
        new[8] = new[8] & 0x3f | 0x80;
        new
    }

    /// New numbers 1, 2, … for the old ones of a table (`participant`), in ascending order of their MACs, so that
    /// the old order is lost.
    pub fn renumber(&self, table: &str, ids: impl IntoIterator<Item = u64>) -> Map<u64, u64> {
        let mac = |id| self.mac("row", [table.as_bytes(), itoa::Buffer::new().format(id).as_bytes()]);
        let mut by_mac: Vec<(Mac, u64)> = ids.into_iter().map(|id| (mac(id), id)).collect();
        order::sort(&mut by_mac);
        by_mac.dedup();
        Map::from_iter((1..).zip(by_mac).map(|(new, (_, old))| (old, new)))
    }
}

/// Makes tokens and stops if two inputs would share one: sixty bits make that a sign of a fault, not of bad luck.
#[derive(Clone, Debug)]
pub struct Tokens {
    key: Key,
    seen: Map<(Domain, u64), Mac>,
    uuids: Map<[u8; 16], [u8; 16]>,
}

impl Tokens {
    /// No tokens yet, under a key.
    pub fn new(key: Key) -> Tokens {
        Tokens { key, seen: Map::new(), uuids: Map::new() }
    }

    /// The key behind these tokens.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The token of an identifier, such as `w-qxywfetrqhgb`. Person ids are normalised first.
    ///
    /// # Errors
    /// [`Code::TokenCollision`] when another input already has this token.
    pub fn token(&mut self, domain: Domain, parts: &[&str]) -> Result<String> {
        let mac = self.key.order(domain, parts);
        let bits = sixty_bits(&mac);
        let known = self.seen.entry((domain, bits)).or_insert(mac);
        if *known != mac {
            return Err(Error::new(Code::TokenCollision, Place::default().field(domain.as_str())));
        }
        Ok(spelled(domain, bits))
    }

    /// The pseudonym of a UUID, see [`Key::uuid`].
    ///
    /// # Errors
    /// [`Code::TokenCollision`] when another UUID already has this pseudonym.
    pub fn uuid(&mut self, original: &[u8; 16]) -> Result<[u8; 16]> {
        let new = self.key.uuid(original);
        let known = self.uuids.entry(new).or_insert(*original);
        if known != original {
            return Err(Error::new(Code::TokenCollision, Place::default().field("uuid")));
        }
        Ok(new)
    }

    /// How many different tokens a domain has, for the report.
    pub fn count(&self, domain: Domain) -> usize {
        self.seen.keys().filter(|(of, _)| *of == domain).count()
    }
}

/// The first 60 bits of a MAC, as a number.
fn sixty_bits(mac: &Mac) -> u64 {
    mac.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b)) >> 4
}

/// A token's text: prefix and twelve characters of five bits. The alphabet has no i, l, o, u (Crockford's).
fn spelled(domain: Domain, bits: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digits = (0..12).rev().map(|i| char::from(ALPHABET[(bits >> (5 * i) & 31) as usize]));
    domain.prefix().chars().chain(digits).collect()
}

/// A person's id as it enters the MAC: NFKC, trimmed; 24 hex digits in lower case, worker ids in upper case,
/// because people retype both and platforms ignore case.
pub fn normal_person(id: &str) -> String {
    let id = compatible(id);
    let id = id.trim();
    let hex = id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let worker = matches!(id.len(), 13 | 14)
        && id.starts_with(['A', 'a'])
        && id.bytes().all(|b| b.is_ascii_alphanumeric())
        && id.bytes().any(|b| b.is_ascii_digit());
    match (hex, worker) {
        (true, _) => id.to_ascii_lowercase(),
        (_, true) => id.to_ascii_uppercase(),
        _ => id.to_owned(),
    }
}

/// An id in the form NFKC, in which characters that look and mean the same are the same.
#[cfg(not(target_arch = "wasm32"))]
fn compatible(id: &str) -> String {
    id.nfkc().collect()
}

/// In JavaScript the language has the tables, which are 55 kB when packed. Unicode never changes the forms of characters
/// that it has assigned, so an older browser differs at most in characters that it does not know.
#[cfg(target_arch = "wasm32")]
fn compatible(id: &str) -> String {
    js_sys::JsString::from(id).normalize("NFKC").into()
}

/// A UUID's 16 bytes as the usual 36 lower-case characters.
pub fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
    }
    text
}

/// The 16 bytes of a UUID's text, with dashes or without, in any case; `None` if it is not one.
pub fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let dashed =
        text.len() == 36 && text.bytes().enumerate().all(|(i, b)| (b == b'-') == matches!(i, 8 | 13 | 18 | 23));
    if !dashed && text.len() != 32 {
        return None;
    }
    let mut bytes = [0u8; 16];
    let mut digits = text.chars().filter(|c| *c != '-');
    for byte in &mut bytes {
        let (high, low) = (digits.next()?.to_digit(16)?, digits.next()?.to_digit(16)?);
        *byte = (high << 4 | low) as u8;
    }
    digits.next().is_none().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let hex = |mac: Mac| mac.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let short = Key::of_any_length(b"Jefe").hmac([&b"what do ya want "[..], b"for nothing?"]);
        assert_eq!(hex(short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long =
            Key::of_any_length(&[0xaa; 131]).hmac([&b"Test Using Larger Than Block-Size Key - Hash Key First"[..]]);
        assert_eq!(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn two_inputs_with_one_token_stop_the_export() {
        let mut tokens = Tokens::new(Key::new(&[7; 32]));
        tokens.token(Domain::Task, &["a"]).unwrap();
        tokens.token(Domain::Task, &["a"]).unwrap();
        // A second input with the same sixty bits cannot be found by search, so its trace is planted.
        tokens.seen.values_mut().for_each(|mac| mac[31] ^= 1);
        assert_eq!(tokens.token(Domain::Task, &["a"]).unwrap_err().code(), Code::TokenCollision);
    }

    #[test]
    fn person_ids_that_mean_the_same_get_the_same_token() {
        assert_eq!(normal_person(" 5F3E1C2B9A8D7E6F5A4B3C2D\n"), "5f3e1c2b9a8d7e6f5a4b3c2d");
        assert_eq!(normal_person("a1d68nw1s56wlg"), "A1D68NW1S56WLG");
        assert_eq!(normal_person("mu\u{308}ller.01"), "müller.01");
        assert_eq!(normal_person("１２３"), "123");
        assert_eq!(normal_person("Administrators"), "Administrators");
    }

    #[test]
    fn uuids_are_read_in_every_common_spelling() {
        let bytes = uuid_bytes("1746d13e-1460-4d50-9375-478905c873c2").unwrap();
        assert_eq!(uuid_bytes("1746D13E14604D509375478905C873C2"), Some(bytes));
        assert_eq!(uuid_text(&bytes), "1746d13e-1460-4d50-9375-478905c873c2");
        for bad in [
            "",
            "1746d13e-1460-4d50-9375-478905c873c",
            "1746d13e14604d50-9375478905c873c2----",
            "1746d13e-1460-4d50-9375-478905c873g2",
        ] {
            assert_eq!(uuid_bytes(bad), None, "{bad}");
        }
    }
}
