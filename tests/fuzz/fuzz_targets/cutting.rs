//! The readers under libFuzzer: whatever the cuts, the same outcome.
#![no_main]

#[allow(dead_code, reason = "the other targets use the rest")]
#[path = "../../common/fuzz_body.rs"]
mod fuzz_body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_body::cutting(input));
