//! Writes a log as a database dump that `uproot restore` accepts: rows of msgpack in order of seq, nothing around them.
//!
//! The keys and their order are those of `uproot dump` (uproot 0.10.1, appendmuch 0.3.0). Credentials and the admin
//! storage are not in it, and of fields that replace their rows only the last row, as in a server's own dump.

use crate::error::Result;
use crate::filter::SECRETS;
use crate::json;
use crate::limits::Limits;
use crate::log::{Log, Session};
use crate::order;
use crate::table::{Producer, STEP, Step};
use crate::value::{self, Recoded, Type};
use std::sync::Arc;

/// A dump being written.
pub struct Dump {
    log: Arc<Log>,
    /// Changes with the index of their span, by seq: eight bytes a change.
    rows: Vec<(u32, u32)>,
    /// Whether rows are numbered anew.
    renumber: bool,
    next: usize,
    scratch: Vec<u8>,
}

impl Dump {
    /// The changes of some sessions. Numbers that occur twice (prepared data count by session or participant) are
    /// replaced by new ones that keep the order within a session.
    pub fn new(log: &Arc<Log>, sessions: &[&Session]) -> Dump {
        let mut rows = Vec::new();
        for session in sessions {
            let first = rows.len();
            for span in session.sections.iter().flat_map(|section| section.spans.clone()) {
                let Some(of) = log.spans.get(span) else { continue };
                if !SECRETS.contains(&log.fields.get(of.field)) {
                    rows.extend(log.changes(of).iter().map(|change| (*change, span as u32)));
                }
            }
            order::by_key(&mut rows[first..], |row| log.seq(row.0));
        }
        let mut numbers: Vec<u64> = rows.iter().map(|row| log.seq(row.0)).collect();
        order::sort(&mut numbers);
        let renumber = numbers.windows(2).any(|pair| pair[0] == pair[1]);
        if !renumber {
            order::by_key(&mut rows, |row| log.seq(row.0));
        }
        Dump { log: log.clone(), rows, renumber, next: 0, scratch: Vec::new() }
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    fn row(&mut self, (change, span): (u32, u32), out: &mut Vec<u8>) {
        let log = &self.log;
        let span = &log.spans[span as usize];
        out.push(0x86);
        text("seq", out);
        out.push(0xcf);
        let seq = if self.renumber { self.next as u64 + 1 } else { log.seq(change) };
        out.extend_from_slice(&seq.to_be_bytes());
        text("namespace", out);
        text(log.storages.get(span.storage), out);
        text("field", out);
        text(log.fields.get(span.field), out);
        text("value", out);
        let id = log.value(change);
        if id.is_tombstone() {
            out.push(0xc0);
        } else {
            let (kind, payload) = log.values.get(id);
            let kind = storable(kind, payload, &mut self.scratch);
            bin(kind.0, payload.as_bytes(), out);
        }
        text("created_at", out);
        let time = log.time(change);
        if time.is_nan() {
            out.push(0xc0);
        } else {
            out.push(0xcb);
            out.extend_from_slice(&time.to_be_bytes());
        }
        text("context", out);
        text(log.context(change), out);
    }
}

impl Producer for Dump {
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step> {
        let end = out.len() + STEP;
        while out.len() < end {
            let Some(&row) = self.rows.get(self.next) else { return Ok(Step::Done) };
            self.row(row, out);
            self.next += 1;
        }
        Ok(Step::More)
    }

    fn rows(&self) -> u64 {
        self.next as u64
    }
}

/// The type under which uproot can load a value: its own, or that of its JSON where the two do not fit.
fn storable(kind: Type, payload: &str, scratch: &mut Vec<u8>) -> Type {
    scratch.clear();
    let own = kind.0 < Type::JSON.0;
    if own && value::recode(kind, payload.as_bytes(), Limits::DEPTH, scratch) == Recoded::Fine {
        return kind;
    }
    match payload.as_bytes().first() {
        Some(b'"') => Type::STR,
        Some(b'[') => Type::LIST,
        Some(b'{') => Type::DICT,
        Some(b't' | b'f') => Type::BOOL,
        Some(b'n') => Type::NONE,
        _ if payload.contains(['.', 'e']) => Type::FLOAT,
        _ => Type::INT,
    }
}

/// A msgpack string.
fn text(text: &str, out: &mut Vec<u8>) {
    match text.len() {
        short @ 0..32 => out.push(0xa0 | short as u8),
        short @ 32..0x100 => out.extend_from_slice(&[0xd9, short as u8]),
        long => {
            out.push(0xdb);
            out.extend_from_slice(&(long as u32).to_be_bytes());
        }
    }
    out.extend_from_slice(text.as_bytes());
}

/// msgpack bytes: the type and the payload.
fn bin(kind: u8, payload: &[u8], out: &mut Vec<u8>) {
    match payload.len() + 1 {
        short @ 0..0x100 => out.extend_from_slice(&[0xc4, short as u8]),
        long => {
            out.push(0xc6);
            out.extend_from_slice(&(long as u32).to_be_bytes());
        }
    }
    out.push(kind);
    out.extend_from_slice(payload);
}

/// The times of a dump as text, a line each, for those who search it: in the dump they are bits.
pub(crate) fn times(rows: &[u8], limits: &Limits, out: &mut Vec<u8>) -> usize {
    use crate::read::msgpack::{self, Found, Row};
    let (mut at, mut row) = (0, Row::default());
    while let Found::Row(length) = msgpack::read(rows.get(at..).unwrap_or_default(), limits, &mut row) {
        json::float(row.created_at.unwrap_or(f64::NAN), out);
        out.push(b'\n');
        at += length;
    }
    at
}
