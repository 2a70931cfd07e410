//! The readers alone under libFuzzer: whatever the cuts, the same outcome.
#![no_main]

#[allow(dead_code, reason = "the other target uses the rest")]
#[path = "../../common/fuzz_body.rs"]
mod fuzz_body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_body::reading(input));
