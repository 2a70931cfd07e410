//! Add a format here: one file or folder per kind of input, each a [`Reader`](crate::source::Reader).

pub mod sqlite;
