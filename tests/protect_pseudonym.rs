//! Tokens, UUIDs, new numbers: every vector of `cases/protect/pseudonym_vectors.json`.

use serde_json::Value;
use windrow::protect::pseudonym::{Domain, Key, Tokens, uuid_bytes, uuid_text};

fn vectors() -> Vec<Value> {
    let text = include_str!("cases/protect/pseudonym_vectors.json");
    serde_json::from_str::<Value>(text).unwrap()["vectors"].as_array().unwrap().clone()
}

fn key(vector: &Value) -> Key {
    let hex = vector["key_hex"].as_str().unwrap();
    let bytes: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
    Key::new(&bytes.try_into().unwrap())
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

#[test]
fn tokens() {
    for vector in vectors() {
        let mut tokens = Tokens::new(key(&vector));
        for case in vector["tokens"].as_array().unwrap() {
            let name = case["domain"].as_str().unwrap();
            let domain = *Domain::ALL.iter().find(|d| d.as_str() == name).unwrap();
            assert_eq!(tokens.token(domain, &strings(&case["parts"])).unwrap(), case["token"].as_str().unwrap());
        }
        assert_eq!((tokens.count(Domain::Player), tokens.count(Domain::Person)), (2, 3));
    }
}

#[test]
fn uuids() {
    for vector in vectors() {
        let mut tokens = Tokens::new(key(&vector));
        for case in vector["uuids"].as_array().unwrap() {
            let original = uuid_bytes(case["uuid"].as_str().unwrap()).unwrap();
            assert_eq!(uuid_text(&tokens.uuid(&original).unwrap()), case["pseudonym"].as_str().unwrap());
        }
    }
}

#[test]
fn row_numbers() {
    for vector in vectors() {
        for case in vector["rows"].as_array().unwrap() {
            let ids = case["ids"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap());
            let new = key(&vector).renumber("participant", ids);
            let expected = case["new"].as_object().unwrap();
            assert_eq!(new.len(), expected.len());
            for (old, number) in expected {
                assert_eq!(*new.get(&old.parse().unwrap()).unwrap(), number.as_u64().unwrap(), "row {old}");
            }
        }
    }
}

#[test]
fn a_key_links_exports_and_two_keys_do_not() {
    let token = |byte: u8| Tokens::new(Key::new(&[byte; 32])).token(Domain::Person, &["A1D68NW1S56WLG"]).unwrap();
    assert_eq!(token(1), token(1));
    assert_ne!(token(1), token(2));
    assert_eq!(Key::new(&[1; 32]).label().len(), 8);
    assert_ne!(Key::new(&[1; 32]).label(), Key::new(&[2; 32]).label());
}
