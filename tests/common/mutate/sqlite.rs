//! Changes databases and their write-ahead logs where it matters, with checksums made right again.

use crate::common::random::Random;

/// A database: a place that decides something gets a telling value.
pub(super) fn database(bytes: &mut [u8], random: &mut Random) -> bool {
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
pub(super) fn log(bytes: &mut Vec<u8>, random: &mut Random) -> bool {
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
