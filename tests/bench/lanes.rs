//! `cargo bench --bench lanes -- FILE`: seconds of every lane of the whole job, on one thread, as a line of JSON.
//!
//! Added up and spread over the processors they are the least that any arrangement of the same work can take.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};
use windrow::export::{Export, Made};
use windrow::limits::Limits;
use windrow::recipe::Recipe;
use windrow::source::{FileInfo, Reader};
use windrow::study::Opening;
use windrow::write::deflate::{self, Level};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Runs a step and adds its time to a lane.
fn timed<T>(lane: &mut Duration, step: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = step();
    *lane += start.elapsed();
    result
}

fn main() -> Fallible<()> {
    // Cargo adds `--bench`.
    let Some(path) = std::env::args().skip(1).find(|a| !a.starts_with("--")) else {
        println!("which file: cargo bench --bench lanes -- FILE");
        return Ok(());
    };
    let [mut fetch, mut parse, mut plan, mut render, mut pack, mut hash, mut write] = [Duration::ZERO; 7];
    let mut file = File::open(&path)?;
    let size = file.metadata()?.len();
    let limits = Limits { memory: 16 << 30, ..Limits::default() };
    let mut opening = Opening::new(vec![FileInfo { path, size }], limits).map_err(|e| e.to_string())?;
    let mut buffer = vec![0; 1 << 20];
    while let Some(want) = opening.want().map_err(|e| e.to_string())? {
        file.seek(SeekFrom::Start(want.range.start))?;
        let mut left = want.range.end - want.range.start;
        while left > 0 {
            let room = buffer.len().min(usize::try_from(left)?);
            timed(&mut fetch, || file.read_exact(&mut buffer[..room]))?;
            timed(&mut parse, || opening.push(&buffer[..room])).map_err(|e| e.to_string())?;
            left -= room as u64;
        }
    }
    let study = timed(&mut parse, || opening.finish()).map_err(|e| e.to_string())?;
    let mut export = timed(&mut plan, || Export::new(&study, &Recipe::default())).map_err(|e| e.to_string())?;
    let mut out = tempfile()?;
    let (mut digest, mut rows) = (Sha256::new(), 0);
    loop {
        let task = match timed(&mut render, || export.make()).map_err(|e| e.to_string())? {
            Made::Task(task) => task,
            Made::More => continue,
            _ => break,
        };
        rows += task.block.bytes.len();
        if task.hash {
            timed(&mut hash, || digest.update(&task.block.bytes));
            if task.block.last {
                export.hashed(task.file, digest.finalize_reset().into());
            }
        }
        let packed = timed(&mut pack, || deflate::pack(&task.block, Level::Fast)).map_err(|e| e.to_string())?;
        timed(&mut write, || {
            export.packed(task.ticket, packed);
            out.write_all(&export.take())
        })?;
    }
    let lanes = [
        ("fetch", fetch),
        ("parse", parse),
        ("plan", plan),
        ("render", render),
        ("deflate", pack),
        ("hash", hash),
        ("write", write),
    ];
    let seconds: serde_json::Map<_, _> =
        lanes.iter().map(|(name, time)| ((*name).to_owned(), time.as_secs_f64().into())).collect();
    println!("{}", serde_json::json!({ "input": size, "rendered": rows, "seconds": seconds }));
    Ok(())
}

/// A file that is gone when the bench is.
fn tempfile() -> Fallible<File> {
    let path = std::env::temp_dir().join(format!("windrow-lanes-{}", std::process::id()));
    let file = File::create(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}
