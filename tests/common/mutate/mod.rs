//! Changes inputs so that readers get far into them: inside what is packed, row by row, cell by cell, with
//! checksums made right again. One mutation in four changes plain bytes instead, so that envelopes are damaged too.

mod changes;
mod packed;
mod sqlite;
mod words;

pub use packed::{members, zipped};

use super::random::Random;
use changes::log_rows;
use packed::{archive, gzip};
use sqlite::{database, log};
use std::ops::Range;
use words::{FIELDS, NAMESPACES, PAYLOADS, words};

/// Nothing that is unpacked for a mutation, and no mutated file, gets longer, in bytes.
const LONGEST: usize = 16 << 10;

/// One mutation of an input of the fuzz body; `other` is another one of the same reader.
pub fn input(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    if input.len() < 3 {
        input.resize(3, 0);
    }
    match random.below(6) {
        0 => input[0] = random.next() as u8,
        1 => input[1] = *random.pick(&[0, 1, 7, 200]),
        // How the input is packed stays: other options.
        2 => input[2] = input[2] & 3 | (random.next() as u8) << 2,
        _ => {}
    }
    let parts = parts(input);
    let Range { start, end } = random.pick(&parts).clone();
    let mut bytes = input[start..end].to_vec();
    let theirs = self::parts(other);
    let from = theirs.iter().min_by_key(|part| part.start.abs_diff(start)).cloned().unwrap_or(0..0);
    file(&mut bytes, &other[from], random);
    // A length stands before it, unless it is the only file or the last one, a log.
    let before = start - 4.min(start);
    if input[2] & 3 == 2 || (input[2] & 3 == 1 && parts.len() == 2 && start == parts[0].start) {
        input[before..start].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
    }
    input.splice(start..end, bytes);
}

/// Where the files of an input are.
fn parts(input: &[u8]) -> Vec<Range<usize>> {
    let length = |at: usize| {
        let bytes = input.get(at..at + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    };
    let (mut parts, mut at) = (Vec::new(), 3);
    match input.get(2).map_or(0, |packing| packing & 3) {
        1 if let Some(first) = length(3) => {
            let middle = first.saturating_add(7).min(input.len());
            parts.extend([7..middle, middle..input.len()]);
        }
        2 => {
            while let Some(n) = length(at + 1) {
                let end = n.saturating_add(at + 5).min(input.len());
                parts.push(at + 5..end);
                at = end;
            }
        }
        _ => {}
    }
    if parts.is_empty() {
        parts.push(3.min(input.len())..input.len());
    }
    parts
}

/// One mutation of a file; `other` is a file of the same kind to take parts from.
pub fn file(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let before = bytes.len();
    let structured = !random.once_in(4)
        && match bytes.as_slice() {
            [0x1f, 0x8b, ..] => gzip(bytes, other, random),
            [b'P', b'K', ..] => archive(bytes, other, random),
            [0x37, 0x7f, ..] => log(bytes, random),
            [0x80..=0x8f, ..] => log_rows(bytes, other, random),
            [b'S', b'Q', b'L', ..] => database(bytes, random),
            _ => text(bytes, other, random),
        };
    if !structured {
        plain(bytes, other, random);
    }
    bytes.truncate(LONGEST.max(before));
}

fn plain(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    if bytes.is_empty() {
        return bytes.extend(random.pick(words()));
    }
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len());
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes[at] = *random.pick(&[0, 0xff, 0x7f, 0x80, 1]),
            3 if random.once_in(3) => bytes.truncate(at.max(1)),
            4 => bytes.insert(at, random.next() as u8),
            5 => drop(bytes.splice(at..at, random.pick(words()).iter().copied())),
            6 if !other.is_empty() => {
                let from = random.below(other.len());
                let n = random.below(64).min(other.len() - from);
                drop(bytes.splice(at..at, other[from..from + n].iter().copied()));
            }
            _ => {
                let from = random.below(bytes.len());
                let n = random.below(64).min(bytes.len() - at.max(from));
                bytes.copy_within(from..from + n, at);
            }
        }
    }
}

fn text(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() || bytes.len() > LONGEST {
        return false;
    }
    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(9) {
        0 => lines.swap(a, b),
        1 => lines.insert(a, lines[b].clone()),
        2 if lines.len() > 1 => drop(lines.remove(a)),
        3 => {
            let others: Vec<&[u8]> = other.split_inclusive(|b| *b == b'\n').collect();
            if !others.is_empty() {
                lines.insert(a, random.pick(&others).to_vec());
            }
        }
        4 => {
            // Another separator, everywhere.
            let to = *random.pick(b";\t|");
            lines.iter_mut().flatten().filter(|b| **b == b',').for_each(|b| *b = to);
        }
        5 => {
            // Other line ends, everywhere.
            for line in &mut lines {
                line.retain(|b| !matches!(b, b'\r' | b'\n'));
                line.extend_from_slice(if random.once_in(2) { b"\r\n" } else { b"\n" });
            }
        }
        6 => plain(&mut lines[a], other, random),
        _ => cell(&mut lines[a], random),
    }
    *bytes = lines.concat();
    true
}

/// One cell of a row, or one value of an object, becomes something else.
fn cell(line: &mut Vec<u8>, random: &mut Random) {
    let ends: Vec<usize> = (0..line.len()).filter(|i| matches!(line[*i], b',' | b':' | b';' | b'\t')).collect();
    let (from, to) = match ends.as_slice() {
        [] => (0, line.len()),
        ends => {
            let i = random.below(ends.len());
            (ends[i] + 1, ends.get(i + 1).copied().unwrap_or(line.len()))
        }
    };
    let new = match random.below(5) {
        0 => (*random.pick(&NAMESPACES)).as_bytes().to_vec(),
        1 => (*random.pick(&FIELDS)).as_bytes().to_vec(),
        2 => random.pick(words()).clone(),
        3 => format!("\"{}\"", random.pick(&PAYLOADS).replace('"', "\"\"")).into_bytes(),
        _ => (*random.pick(&PAYLOADS)).as_bytes().to_vec(),
    };
    line.splice(from..to, new);
}
