//! The readers alone under libFuzzer, as quick as can be.
#![no_main]

#[allow(dead_code, reason = "the other targets use the rest")]
#[path = "../../common/fuzz_body.rs"]
mod fuzz_body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    fuzz_body::reading(input);
});
