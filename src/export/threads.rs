//! Runs an export on several threads: they render, compress and hash, the caller's keeps the order and writes.

use super::{Export, Made, Output, Stretch, Task};
use crate::error::Result;
use crate::order::Map;
use crate::source::Want;
use crate::write::deflate::{self, Level, Packed};
use sha2::{Digest, Sha256};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Blocks that may be under way per thread, and of the largest stretches how many: enough to keep it busy, few enough to
/// bound memory.
const BLOCKS: usize = 4;
const WORK: usize = 2;

/// Stretches that may be under way per thread, with those that are done while the one that comes next in the archive is not.
const STRETCHES: usize = 16;

/// What any thread may do.
enum Work {
    Make(Stretch),
    Pack(Arc<Task>),
}

/// Bytes of a file, in order; whether they are the last.
struct Raw {
    file: usize,
    bytes: Bytes,
    last: bool,
}

enum Bytes {
    Block(Arc<Task>),
    Stretch(Vec<Vec<u8>>),
}

/// What a thread has done.
enum Finding {
    Made { stretch: Stretch, packed: Result<Packed>, raw: Vec<Vec<u8>> },
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
        // Where hashing is slower than everything else, everything else waits.
        let (to_hash, hashing) = sync_channel::<Raw>(threads);
        let (found, findings) = channel::<Finding>();
        let working = Arc::new(Mutex::new(working));
        for _ in 0..threads {
            let (working, found) = (working.clone(), found.clone());
            scope.spawn(move || work(&working, level, &found));
        }
        scope.spawn(move || hash(&hashing, &found));

        let mut waiting = Waiting { to_hash, packing: 0, making: 0, work: 0.0, stretches: Map::new(), next: 0 };
        while !export.is_finished() {
            // The threads outlive the loop, so sending cannot fail.
            while waiting.work < (threads * WORK) as f64
                && let Some(stretch) = export.stretch((threads * STRETCHES) as u64)?
            {
                waiting.making += 1;
                waiting.work += stretch.work();
                let _ = to_work.send(Work::Make(stretch));
            }
            let made = if waiting.packing < threads * BLOCKS { export.make()? } else { Made::Wait };
            match made {
                Made::Want(want) => {
                    // What is being made holds the part of the input that it is of, whose memory the next one needs.
                    while waiting.making > 0
                        && let Ok(finding) = findings.recv()
                    {
                        waiting.take(export, finding)?;
                    }
                    read(export, &want)?;
                }
                Made::Task(task) => {
                    let task = Arc::new(task);
                    waiting.packing += 1;
                    if task.hash {
                        let raw = Raw { file: task.file, last: task.block.last, bytes: Bytes::Block(task.clone()) };
                        let _ = waiting.to_hash.send(raw);
                    }
                    let _ = to_work.send(Work::Pack(task));
                }
                Made::More => {}
                Made::Wait | Made::Done if export.is_finished() => {}
                Made::Wait | Made::Done => {
                    if let Ok(finding) = findings.recv() {
                        waiting.take(export, finding)?;
                    }
                }
            }
            while let Ok(finding) = findings.try_recv() {
                waiting.take(export, finding)?;
            }
            let bytes = export.take();
            if !bytes.is_empty() {
                write(&bytes, export.progress())?;
            }
        }
        Ok(())
    })
}

/// What is between the threads and the archive.
struct Waiting {
    to_hash: SyncSender<Raw>,
    /// Blocks that are under way.
    packing: usize,
    /// Stretches that are being made, and their work.
    making: usize,
    work: f64,
    /// Stretches of files that have several, whose turn to be hashed has not come.
    stretches: Map<u64, Option<Raw>>,
    /// The stretch whose turn it is.
    next: u64,
}

impl Waiting {
    /// Hands a finding to the export, and bytes to the hasher in their order.
    fn take(&mut self, export: &mut Export, finding: Finding) -> Result<()> {
        match finding {
            Finding::Made { stretch, packed, raw } => {
                self.making -= 1;
                self.work -= stretch.work();
                export.made(stretch.number, stretch.rows.end - stretch.rows.start, packed?);
                let raw = Raw { file: stretch.file, last: stretch.last(), bytes: Bytes::Stretch(raw) };
                self.stretches.insert(stretch.number, (!stretch.whole()).then_some(raw));
                while let Some(raw) = self.stretches.remove(&self.next) {
                    self.next += 1;
                    if let Some(raw) = raw {
                        let _ = self.to_hash.send(raw);
                    }
                }
            }
            Finding::Packed(ticket, packed) => {
                export.packed(ticket, packed?);
                self.packing -= 1;
            }
            Finding::Hashed(file, digest) => export.hashed(file, digest),
        }
        Ok(())
    }
}

/// Makes stretches and packs blocks until there are no more.
fn work(tasks: &Mutex<Receiver<Work>>, level: Level, found: &Sender<Finding>) {
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let finding = match task {
            Ok(Work::Make(stretch)) => make(stretch, level, found),
            Ok(Work::Pack(task)) => Finding::Packed(task.ticket, deflate::pack(&task.block, level)),
            Err(_) => return,
        };
        if found.send(finding).is_err() {
            return;
        }
    }
}

/// Makes a stretch; a file that is one is hashed along the way.
fn make(stretch: Stretch, level: Level, found: &Sender<Finding>) -> Finding {
    let (mut digest, mut raw) = (Sha256::new(), Vec::new());
    let packed = stretch.pack(level, |bytes| if stretch.whole() { digest.update(&bytes) } else { raw.push(bytes) });
    if stretch.whole() {
        let _ = found.send(Finding::Hashed(stretch.file, digest.finalize().into()));
    }
    Finding::Made { stretch, packed, raw }
}

/// Hashes files whose bytes come in order, but of several files at a time.
fn hash(bytes: &Receiver<Raw>, found: &Sender<Finding>) {
    let mut digests: Map<usize, Sha256> = Map::new();
    for Raw { file, bytes, last } in bytes {
        let mut digest = digests.remove(&file).unwrap_or_default();
        match bytes {
            Bytes::Block(task) => digest.update(&task.block.bytes),
            Bytes::Stretch(blocks) => blocks.iter().for_each(|block| digest.update(block)),
        }
        if !last {
            digests.insert(file, digest);
        } else if found.send(Finding::Hashed(file, digest.finalize().into())).is_err() {
            return;
        }
    }
}
