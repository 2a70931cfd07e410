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

pub mod error;
pub mod limits;
pub mod protect;
pub mod source;
pub mod table;
