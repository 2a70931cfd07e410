//! Changes what is packed: unpacks it, changes what is inside, and packs it again.

use super::words::NAMESPACES;
use super::{LONGEST, file};
use crate::common::random::Random;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut inside = Vec::new();
    flate2::read::GzDecoder::new(bytes).take(LONGEST as u64).read_to_end(&mut inside).ok()?;
    Some(inside)
}

pub(super) fn gzip(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
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

pub(super) fn archive(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> bool {
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
