//! Turns a behavioural experiment's log into tables. Read this page first: it is the map of the data flow.
//!
//! ```text
//! bytes ─ source ─ read ─► Log ── filter ── view ─► rows of cells ─ write ─► ZIP
//!         (PsyNet) ──────► Tables ───────── process ─►
//! ```
//!
//! One direction: bytes → records → views → bytes. The core does no I/O: it says which bytes it wants
//! ([`source`]), is pushed them, and is asked for output, so that the same code runs in a Web Worker, on
//! the command line, in tests and under a fuzzer.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod browse;
pub mod command;
pub mod describe;
pub mod error;
pub mod export;
mod file_names;
pub mod filter;
pub mod json;
pub mod limits;
pub mod log;
mod named;
mod numbers;
pub mod order;
pub mod parted;
mod planned;
pub mod preview;
pub mod protect;
pub mod psynet;
pub mod read;
pub mod recipe;
mod short;
pub mod source;
pub mod study;
pub mod table;
pub mod value;
pub mod view;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod write;
