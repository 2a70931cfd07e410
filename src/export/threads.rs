//! Runs an export on several threads: the caller's renders and writes, the others compress and hash.

use super::{Export, Made, Output, Task};
use crate::error::Result;
use crate::source::Want;
use crate::write::deflate::{self, Level, Packed};
use sha2::{Digest, Sha256};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Blocks that may be under way per thread: enough to keep it busy, few enough to bound memory.
const AHEAD: usize = 4;

/// What a thread has done.
enum Finding {
    Packed(u64, Result<Packed>),
    Hashed(usize, [u8; 32]),
}

/// Writes the whole ZIP, using so many threads. `read` pushes a range of the input to the export.
///
/// # Errors
/// What rendering meets, and what `read` and `write` return.
pub fn run<E: From<crate::error::Error>>(
    export: &mut Export,
    threads: usize,
    mut read: impl FnMut(&mut Export, &Want) -> std::result::Result<(), E>,
    mut write: impl FnMut(&[u8], f64) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    if threads < 2 {
        while let Some(output) = export.next()? {
            match output {
                Output::Bytes(bytes) => write(&bytes, export.progress())?,
                Output::Want(want) => read(export, &want)?,
            }
        }
        return Ok(());
    }
    let level = export.level();
    thread::scope(|scope| {
        let (to_pack, packing) = channel::<Arc<Task>>();
        let (to_hash, hashing) = channel::<Arc<Task>>();
        let (found, findings) = channel::<Finding>();
        let packing = Arc::new(Mutex::new(packing));
        // Rendering takes one thread's time, so one less compresses.
        for _ in 1..threads {
            let (packing, found) = (packing.clone(), found.clone());
            scope.spawn(move || pack(&packing, level, &found));
        }
        scope.spawn(move || hash(&hashing, &found));

        let mut under_way = 0;
        loop {
            let made = if under_way < threads * AHEAD { export.make()? } else { Made::Wait };
            let done = made == Made::Done;
            if let Made::Want(want) = &made {
                read(export, want)?;
            } else if let Made::Task(task) = made {
                let task = Arc::new(task);
                under_way += 1;
                if task.hash {
                    // The threads outlive the loop, so sending cannot fail.
                    let _ = to_hash.send(task.clone());
                }
                let _ = to_pack.send(task);
                while let Ok(finding) = findings.try_recv() {
                    under_way -= take(export, finding)?;
                }
            } else if done && under_way == 0 {
                break;
            } else if let Ok(finding) = findings.recv() {
                under_way -= take(export, finding)?;
            }
            let bytes = export.take();
            if !bytes.is_empty() {
                write(&bytes, export.progress())?;
            }
        }
        let rest = export.take();
        if rest.is_empty() { Ok(()) } else { write(&rest, 1.0) }
    })
}

/// Hands a finding to the export; says how many blocks that completes.
fn take(export: &mut Export, finding: Finding) -> Result<usize> {
    match finding {
        Finding::Packed(ticket, packed) => {
            export.packed(ticket, packed?);
            Ok(1)
        }
        Finding::Hashed(file, digest) => {
            export.hashed(file, digest);
            Ok(0)
        }
    }
}

fn pack(tasks: &Mutex<Receiver<Arc<Task>>>, level: Level, found: &Sender<Finding>) {
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        if found.send(Finding::Packed(task.ticket, deflate::pack(&task.block, level))).is_err() {
            return;
        }
    }
}

fn hash(tasks: &Receiver<Arc<Task>>, found: &Sender<Finding>) {
    let mut digest = Sha256::new();
    for task in tasks {
        digest.update(&task.block.bytes);
        if task.block.last && found.send(Finding::Hashed(task.file, digest.finalize_reset().into())).is_err() {
            return;
        }
    }
}
