//! No code of the catalogue is there in vain: the sources raise each, and a test or a case names each.

use std::fs::{read, read_dir};
use std::path::Path;
use windrow::error::Code;

/// The texts of a folder and below: sources and what cases expect.
fn texts(folder: &Path, endings: &[&str], found: &mut Vec<String>) {
    for entry in read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            texts(&entry, endings, found);
        } else if endings.iter().any(|ending| entry.to_string_lossy().ends_with(ending)) {
            found.push(String::from_utf8_lossy(&read(entry).unwrap()).into_owned());
        }
    }
}

/// Whether a word stands somewhere, and not as a part of a longer one.
fn stands(word: &str, texts: &[String]) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let alone = |text: &String| {
        text.match_indices(word)
            .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
    };
    texts.iter().any(alone)
}

#[test]
fn every_code_is_raised_and_tested() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut sources, mut tests) = (Vec::new(), Vec::new());
    texts(&top.join("src"), &[".rs"], &mut sources);
    texts(&top.join("tests"), &[".rs", "expected.txt", "case.json", ".test.mjs"], &mut tests);
    // Unit tests are at the ends of sources.
    for source in &mut sources {
        let end = source.find("#[cfg(test)]").unwrap_or(source.len());
        tests.push(source.split_off(end));
    }
    let missing = |texts: &[String], spelled: fn(Code) -> Vec<String>| {
        Code::ALL.iter().filter(|code| !spelled(**code).iter().any(|word| stands(word, texts))).collect::<Vec<_>>()
    };
    let raised = |code: Code| vec![format!("Code::{code:?}")];
    let named = |code: Code| vec![format!("Code::{code:?}"), code.as_str().to_owned()];
    assert_eq!(missing(&sources, raised), Vec::<&Code>::new(), "nothing raises these");
    assert_eq!(missing(&tests, named), Vec::<&Code>::new(), "nothing tests these");
}
