//! Rows become bytes, bytes become the ZIP: one file per format, nothing here knows what the rows mean.

pub mod checksums;
pub mod csv;
pub mod deflate;
pub mod dump;
pub mod jsonl;
pub mod spreadsheet;
pub mod zip;
