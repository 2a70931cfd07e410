//! Changes inputs so that readers get far into them: inside what is packed, row by row, cell by cell, with
//! checksums made right again. One mutation in four changes plain bytes instead, so that envelopes are damaged too.

use super::dump::{Row, dump, rows};
use super::random::Random;
use std::io::{Cursor, Read, Write};
use std::ops::Range;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Nothing that is unpacked for a mutation, and no mutated file, gets longer, in bytes.
const LONGEST: usize = 16 << 10;

/// Words that make differences somewhere; one list for this generator and for libFuzzer.
fn words() -> &'static [Vec<u8>] {
    static WORDS: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    WORDS.get_or_init(|| include_str!("../fuzz/words.dict").lines().filter_map(word).collect())
}

/// A line of libFuzzer's dictionaries: a quoted text with `\xNN`, `\\` and `\"`.
fn word(line: &str) -> Option<Vec<u8>> {
    let mut rest = line.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut out = Vec::new();
    while let Some(byte) = rest.next() {
        match (byte, byte == b'\\') {
            (_, false) => out.push(byte),
            _ => match rest.next()? {
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                escaped => out.push(escaped),
            },
        }
    }
    Some(out)
}

const PAYLOADS: [&str; 24] = [
    "null",
    "1",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"admin/x\"",
    "\"\"",
    "[]",
    "{}",
    "[[\"s\",\"u\"]]",
    "[\"s\",\"u\"]",
    "[{\"sname\":\"s\",\"uname\":\"u\"}]",
    "\"\\ud800\"",
    "[1,2,",
    "[1.0,-0.0]",
    "\"1E-99999\"",
    "true",
    "[[[[[[[[[[]]]]]]]]]]",
    "{\"a\":1,\"a\":2}",
    "\"a\\\"b,\\r\\n\\u0000\"",
    "{\"py/object\":\"a.B\",\"py/state\":{\"py/tuple\":[1]}}",
    "{\"py/id\":1}",
    "2024-02-30 25:61:61.9999999",
    "=1+1",
];

const NAMESPACES: [&str; 14] = [
    "admin",
    "admin/x",
    "session/s",
    "player/s",
    "player",
    "",
    "/",
    "player//u",
    "player/s/u/v/w",
    "CON/s",
    "_CON/s",
    "Player/s/u",
    "player/../../x",
    "a/b/c/d/e/f/g/h/i/j/k",
];

const FIELDS: [&str; 18] = [
    "_uproot_key",
    "_uproot_secret",
    "_uproot_players",
    "_uproot_groups",
    "_uproot_group",
    "_uproot_session",
    "!storage",
    "!time",
    "!unavailable",
    "!data",
    "!seq",
    "app",
    "show_page",
    "page_order",
    "\"x\"",
    "",
    "größe",
    "packages",
];

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

fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut inside = Vec::new();
    flate2::read::GzDecoder::new(bytes).take(LONGEST as u64).read_to_end(&mut inside).ok()?;
    Some(inside)
}

fn gzip(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
    let Some(mut inside) = gunzip(bytes) else { return false };
    file(&mut inside, &gunzip(other).unwrap_or_default(), random);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(random.below(2) as u32));
    packed.write_all(&inside).expect("memory takes everything");
    *bytes = packed.finish().expect("memory takes everything");
    true
}

/// The members of an archive: names and contents.
pub fn members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut members = Vec::new();
    for i in 0..archive.len().min(100) {
        let Ok(member) = archive.by_index(i) else { continue };
        let Ok(name) = member.name().map(|name| name.into_owned()) else { continue };
        let mut inside = Vec::new();
        if member.take(LONGEST as u64).read_to_end(&mut inside).is_ok() {
            members.push((name, inside));
        }
    }
    members
}

/// An archive of members with right checksums; names that come twice are left out.
pub fn zipped(members: &[(String, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, inside) in members {
        let options = SimpleFileOptions::default().compression_method(method);
        if writer.start_file(name.as_str(), options).is_ok() {
            writer.write_all(inside).expect("memory takes everything");
        }
    }
    writer.finish().expect("memory takes everything").into_inner()
}

fn archive(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
    let mut all = members(bytes);
    if all.is_empty() {
        return false;
    }
    let at = random.below(all.len());
    match random.below(10) {
        0 => drop(all.remove(at)),
        1 => {
            let more: &str = NAMESPACES[random.below(NAMESPACES.len())];
            all[at].0.push_str(more);
        }
        2 => {
            let ending = [".jsonl", "", "/x.csv", ".CSV"][random.below(4)];
            let name = all[random.below(all.len())].0.replace(".csv", ending);
            all[at].0 = name;
        }
        3 => {
            let inner = (format!("regular/{}.zip", random.below(3)), zipped(&all, CompressionMethod::Stored));
            all = vec![inner];
        }
        4 => {
            let others = members(other);
            if !others.is_empty() {
                all.push(random.pick(&others).clone());
            }
        }
        _ => {
            let second = all[random.below(all.len())].1.clone();
            file(&mut all[at].1, &second, random);
        }
    }
    *bytes = zipped(&all, *random.pick(&[CompressionMethod::Stored, CompressionMethod::Deflated]));
    if random.once_in(4) {
        // In the directory, which ends the archive.
        let end = bytes.len().min(100 + all.len() * 60);
        for _ in 0..1 + random.below(3) {
            let at = bytes.len() - 1 - random.below(end);
            let any = random.next() as u8;
            bytes[at] = *random.pick(&[0, 1, 8, 9, 0xff, 0x7f, 0x80, any]);
        }
    }
    true
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

/// A database: a place that decides something gets a telling value.
fn database(bytes: &mut [u8], random: &mut Random) -> bool {
    let size = match bytes.get(16..18) {
        Some(&[0, 1]) => 65_536,
        Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
        _ => return false,
    };
    if size < 512 || bytes.len() < size {
        return false;
    }
    for _ in 0..1 + random.below(3) {
        let page = random.below(bytes.len() / size);
        let start = page * size;
        let header = start + if page == 0 { 100 } else { 0 };
        let pointer = header + 8 + 2 * random.below(8);
        let at = match random.below(6) {
            0 => random.below(100),
            1 => header + random.below(12),
            2 => pointer,
            3 => start + random.below(size),
            _ => match bytes.get(pointer..pointer + 2) {
                // The first bytes of a cell: lengths, the row's number, types.
                Some(&[high, low]) => start + usize::from(u16::from_be_bytes([high, low])) + random.below(16),
                _ => continue,
            },
        };
        let any = random.next() as u8;
        let value = *random.pick(&[0, 1, 2, 5, 10, 13, 0x7f, 0x80, 0x81, 0xff, any]);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
    }
    true
}

/// A write-ahead log: a byte changes, or frames do, and the checksums are made right again.
fn log(bytes: &mut Vec<u8>, random: &mut Random) -> bool {
    const HEADER: usize = 32;
    let Some(size) = bytes.get(8..12).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize) else {
        return false;
    };
    let frame = size.saturating_add(24);
    if !(512..=65_536).contains(&size) || bytes.len() < HEADER + frame {
        return false;
    }
    let frames = (bytes.len() - HEADER) / frame;
    let at = HEADER + random.below(frames) * frame;
    match random.below(6) {
        0 => bytes[at + 3] = random.below(12) as u8,
        1 => bytes[at + 7] = random.below(12) as u8,
        2 => {
            let from = HEADER + random.below(frames) * frame;
            bytes.copy_within(from..from + frame, at);
        }
        3 => bytes.truncate(at + random.below(frame)),
        _ => {
            let change = at + 24 + if random.once_in(2) { random.below(32) } else { random.below(size) };
            let any = random.next() as u8;
            bytes[change] = *random.pick(&[0, 1, 2, 5, 13, 0x7f, 0x80, 0xff, any]);
        }
    }
    let big = bytes[3] & 1 == 1;
    let mut sum = (0, 0);
    sum_up(&mut sum, &bytes[..24], big);
    write_sum(sum, &mut bytes[24..32]);
    let salts = bytes[16..24].to_vec();
    for frame in bytes[HEADER..].chunks_exact_mut(frame) {
        frame[8..16].copy_from_slice(&salts);
        sum_up(&mut sum, &frame[..8], big);
        sum_up(&mut sum, &frame[24..], big);
        write_sum(sum, &mut frame[16..24]);
    }
    true
}

/// SQLite's checksum of a log, over pairs of words.
fn sum_up(sum: &mut (u32, u32), bytes: &[u8], big: bool) {
    for pair in bytes.chunks_exact(8) {
        let word = |at: usize| {
            let word = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
            if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        sum.0 = sum.0.wrapping_add(word(0)).wrapping_add(sum.1);
        sum.1 = sum.1.wrapping_add(word(4)).wrapping_add(sum.0);
    }
}

fn write_sum(sum: (u32, u32), to: &mut [u8]) {
    to[..4].copy_from_slice(&sum.0.to_be_bytes());
    to[4..].copy_from_slice(&sum.1.to_be_bytes());
}

fn log_rows(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
    let mut all = rows(bytes);
    if all.is_empty() {
        return false;
    }
    if random.once_in(8) {
        all.extend(rows(other).into_iter().take(20));
    }
    for _ in 0..1 + random.below(6) {
        row(&mut all, random);
    }
    *bytes = dump(&all);
    true
}

fn row(rows: &mut Vec<Row>, random: &mut Random) {
    let (a, b) = (random.below(rows.len()), random.below(rows.len()));
    let other = rows[b].clone();
    let many = rows.len() > 1;
    let row = &mut rows[a];
    match random.below(16) {
        0 => rows.swap(a, b),
        1 => rows.push(other),
        2 if many => drop(rows.remove(a)),
        3 => row.seq = [Some(0), Some(u64::MAX), other.seq, None][random.below(4)],
        4 => row.namespace = (*random.pick(&NAMESPACES)).to_owned(),
        5 => row.namespace = other.namespace,
        6 => row.field = (*random.pick(&FIELDS)).to_owned(),
        7 => row.field = other.field,
        8 => row.value = None,
        9 => row.value = other.value,
        10 => row.value = Some([&[random.next() as u8], random.pick(&PAYLOADS).as_bytes()].concat()),
        11 => row.value = Some(Vec::new()),
        12 => {
            if let Some(first) = row.value.as_mut().and_then(|value| value.first_mut()) {
                *first = *random.pick(&[0, 1, 2, 3, 6, 7, 8, 9, 13, 64, 66, 128, 129, 132, 133, 77, 254, 255]);
            }
        }
        13 => {
            if let Some(value) = row.value.as_mut().filter(|value| !value.is_empty()) {
                let at = random.below(value.len());
                value[at] = random.next() as u8;
            }
        }
        14 => row.time = [f64::NAN, f64::INFINITY, -0.0, 1e300, 0.1][random.below(5)],
        _ => {
            // Without numbers, as the first versions wrote.
            if random.once_in(4) {
                rows.iter_mut().for_each(|row| row.seq = None);
            }
        }
    }
}
