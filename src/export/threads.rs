//! Runs an export on several threads: they render, compress and hash, the caller's keeps the order and writes.

use super::{Export, Made, Output, Segment, Task};
use crate::error::Result;
use crate::source::Want;
use crate::write::deflate::{self, Level, Packed};
use sha2::{Digest, Sha256};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Segments and blocks that may be under way per thread: enough to keep it busy, few enough to bound memory.
const AHEAD: usize = 4;

/// What any thread may do.
enum Work {
    Render(Segment),
    Pack(Arc<Task>),
}

/// What a thread has done.
enum Finding {
    Rendered(u64, Vec<u8>),
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
                Output::More => {}
            }
        }
        return Ok(());
    }
    let level = export.level();
    thread::scope(|scope| {
        let (to_work, working) = channel::<Work>();
        let (to_hash, hashing) = channel::<Arc<Task>>();
        let (found, findings) = channel::<Finding>();
        let working = Arc::new(Mutex::new(working));
        for _ in 0..threads {
            let (working, found) = (working.clone(), found.clone());
            scope.spawn(move || work(&working, level, &found));
        }
        scope.spawn(move || hash(&hashing, &found));

        let mut packing = 0;
        loop {
            // The threads outlive the loop, so sending cannot fail.
            while let Some(segment) = export.segment(threads * AHEAD) {
                let _ = to_work.send(Work::Render(segment));
            }
            let made = if packing < threads * AHEAD { export.make()? } else { Made::Wait };
            let (done, more) = (made == Made::Done, made == Made::More);
            if let Made::Want(want) = &made {
                read(export, want)?;
            } else if let Made::Task(task) = made {
                let task = Arc::new(task);
                packing += 1;
                if task.hash {
                    let _ = to_hash.send(task.clone());
                }
                let _ = to_work.send(Work::Pack(task));
            } else if done && packing == 0 {
                break;
            } else if !more && let Ok(finding) = findings.recv() {
                take(export, finding, &mut packing)?;
            }
            while let Ok(finding) = findings.try_recv() {
                take(export, finding, &mut packing)?;
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

/// Hands a finding to the export, and counts the blocks that are under way.
fn take(export: &mut Export, finding: Finding, packing: &mut usize) -> Result<()> {
    match finding {
        Finding::Rendered(number, bytes) => export.rendered(number, bytes),
        Finding::Packed(ticket, packed) => {
            export.packed(ticket, packed?);
            *packing -= 1;
        }
        Finding::Hashed(file, digest) => export.hashed(file, digest),
    }
    Ok(())
}

fn work(tasks: &Mutex<Receiver<Work>>, level: Level, found: &Sender<Finding>) {
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let finding = match task {
            Ok(Work::Render(segment)) => Finding::Rendered(segment.number, segment.render()),
            Ok(Work::Pack(task)) => Finding::Packed(task.ticket, deflate::pack(&task.block, level)),
            Err(_) => return,
        };
        if found.send(finding).is_err() {
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
