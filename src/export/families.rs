//! Makes the files of a PsyNet export on threads of their own, so that reading and rendering use more than one.
//!
//! Files that read the same tables are a family and come one after the other, because the first one shelves rows for the
//! others. Families run side by side; what is made before its turn to be written waits, and only so many bytes do.

use super::{Export, Job};
use crate::error::{Code, Error, Place, Result};
use crate::psynet::{Options, Shelf, Study};
use crate::source::Want;
use crate::table::{Producer, STEP, Step};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that may wait for their turn, of all files together; few in debug builds, so that the small files of tests wait, too.
const MOST: usize = if cfg!(debug_assertions) { 1 << 10 } else { 64 << 20 };

/// Bytes that the file that is being written may have waiting, whatever the others have.
const NEXT: usize = 8 * STEP;

/// Pushes a range of the input to what wants it.
pub(super) type Push<'p> = &'p mut dyn FnMut(&[u8]) -> Result<()>;

/// Bytes of a file and the number of its rows so far, or what making it met.
type Piece = Result<(Vec<u8>, u64)>;

#[derive(Default)]
struct State {
    /// Number of the file that is being written.
    turn: usize,
    /// Bytes that wait, by file and in all.
    waiting: BTreeMap<usize, usize>,
    all: usize,
    over: bool,
}

impl State {
    /// Whether a file must wait before it makes more. The one that is being written never waits for others.
    fn is_full(&self, file: usize) -> bool {
        let is_next = self.turn == file && self.waiting.get(&file).is_none_or(|own| *own < NEXT);
        !self.over && self.all > MOST && !is_next
    }
}

/// What those who make files and the one who writes them know of each other.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Waits for room for a piece of a file; says whether it is still wanted.
    fn room(&self, file: usize, bytes: usize) -> bool {
        let full = |state: &mut State| state.is_full(file);
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        *state.waiting.entry(file).or_default() += bytes;
        state.all += bytes;
        !state.over
    }
}

/// Ends the work of all families when it goes.
pub(super) struct Stop(Arc<Shared>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.change(|state| state.over = true);
    }
}

/// Files to be made by one thread, in order.
pub(super) struct Family {
    files: Vec<File>,
    shelf: Shelf,
    shared: Arc<Shared>,
}

struct File {
    number: usize,
    path: String,
    study: Arc<Study>,
    options: Options,
    to: Sender<Piece>,
}

impl Family {
    /// Makes the files; `read` gives ranges of the input.
    ///
    /// # Errors
    /// What making a file meets, and what `read` returns; whoever waits for the file learns that there is an error.
    pub(super) fn make<E: From<Error>>(
        self,
        read: &impl Fn(&Want, Push<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let Family { files, shelf, shared } = self;
        // Each file's line is hung up when the file is made: its end shows so.
        for file in files {
            if let Err(error) = file.make(&shelf, &shared, read) {
                let _ = file.to.send(Err(Error::new(Code::Io, Place::file(file.path.as_str()))));
                return Err(error);
            }
        }
        Ok(())
    }
}

impl File {
    fn make<E: From<Error>>(
        &self,
        shelf: &Shelf,
        shared: &Shared,
        read: &impl Fn(&Want, Push<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut producer = self.study.producer_of_many(&self.path, &self.options, Some(shelf))?;
        let mut bytes = Vec::new();
        loop {
            let step = producer.step(&mut bytes)?;
            if let Step::Want(want) = &step {
                read(want, &mut |chunk| producer.push(chunk))?;
            }
            let done = step == Step::Done;
            if done || bytes.len() >= STEP {
                let piece = std::mem::replace(&mut bytes, Vec::with_capacity(2 * STEP));
                if !shared.room(self.number, piece.len()) {
                    return Ok(());
                }
                let _ = self.to.send(Ok((piece, producer.rows())));
            }
            if done {
                return Ok(());
            }
        }
    }
}

/// A file that a family makes.
pub(super) struct Elsewhere {
    number: usize,
    from: Receiver<Piece>,
    shared: Arc<Shared>,
    rows: u64,
}

impl Producer for Elsewhere {
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step> {
        self.shared.change(|state| state.turn = self.number);
        // Whoever makes the file hangs up after its last piece.
        let Ok(piece) = self.from.recv() else { return Ok(Step::Done) };
        let (bytes, rows) = piece?;
        self.shared.change(|state| {
            state.all = state.all.saturating_sub(bytes.len());
            let own = state.waiting.entry(self.number).or_default();
            *own = own.saturating_sub(bytes.len());
        });
        out.extend_from_slice(&bytes);
        self.rows = rows;
        Ok(Step::More)
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}

/// Lets others make the files of a PsyNet export that were not begun: gives the families, and what ends their work.
pub(super) fn part(export: &mut Export) -> (Vec<Family>, Stop) {
    let shared = Arc::new(Shared::default());
    let mut families: BTreeMap<usize, Family> = BTreeMap::new();
    let shelf = export.shelf.clone();
    for (number, job) in export.jobs.iter_mut().enumerate() {
        let Job::Psynet { path, study, options, elsewhere, .. } = job else { continue };
        let (to, from) = channel();
        *elsewhere = Some(Box::new(Elsewhere { number, from, shared: shared.clone(), rows: 0 }));
        let file = File { number, path: path.clone(), study: study.clone(), options: *options, to };
        // Files that no table is read for are families of their own.
        let key = study.family(path, options).unwrap_or(usize::MAX - number);
        let new = || Family { files: Vec::new(), shelf: shelf.clone(), shared: shared.clone() };
        families.entry(key).or_insert_with(new).files.push(file);
    }
    (families.into_values().collect(), Stop(shared))
}
