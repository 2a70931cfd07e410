//! Reads the files that were given, by the ranges that the library wants.

use crate::Failure;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;
use windrow::error::{Code, Error, Place};
use windrow::limits::Limits;
use windrow::source::{FileInfo, Reader, Want};
use windrow::study::{Opening, Study};

/// Bytes that are read at once.
const PIECE: u64 = 1 << 20;

/// The files that were given, to be read by ranges.
pub struct Input {
    /// Where each is, its name in the study, its size.
    paths: Vec<(PathBuf, String, u64)>,
    /// Whether the next piece may be read by another thread.
    ahead: bool,
}

impl Input {
    /// Lists the inputs; folders give all files below them. With more than one thread the next piece is read ahead.
    pub fn new(inputs: &[PathBuf], threads: usize) -> Result<Input, Failure> {
        let mut paths = Vec::new();
        for input in inputs {
            let name = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            list(input, name, &mut paths).map_err(|e| unreadable(input, &e))?;
        }
        Ok(Input { paths, ahead: threads > 1 })
    }

    /// Whether a file is one of these, links followed.
    pub fn holds(&self, path: &Path) -> bool {
        self.paths.iter().any(|(own, ..)| own.canonicalize().is_ok_and(|own| own == path))
    }

    /// Pushes a range in pieces; while one is used, the next may be read.
    pub fn read(&self, want: &Want, mut push: impl FnMut(&[u8]) -> windrow::error::Result<()>) -> Result<(), Failure> {
        let path = &self.paths[want.file].0;
        let mut file = File::open(path).map_err(|e| unreadable(path, &e))?;
        file.seek(SeekFrom::Start(want.range.start)).map_err(|e| unreadable(path, &e))?;
        let length = want.range.end - want.range.start;
        let mut file = file.take(length);
        let mut at = want.range.start;
        // Answers whether more must come.
        let mut take = |bytes: &[u8]| -> Result<bool, Failure> {
            // Nothing more comes of a file that has become shorter.
            if bytes.is_empty() {
                return Err(Error::new(Code::Io, Place::file(path.to_string_lossy()).byte(at)).into());
            }
            push(bytes)?;
            at += bytes.len() as u64;
            Ok(at < want.range.end)
        };
        let mut next = move |mut buffer: Vec<u8>| {
            buffer.clear();
            (&mut file).take(PIECE).read_to_end(&mut buffer).map(|_| buffer)
        };
        let failed = |e| unreadable(path, &e);
        let mut piece = next(Vec::new()).map_err(failed)?;
        // A short range is not worth a thread.
        if !self.ahead || length <= PIECE {
            while take(&piece)? {
                piece = next(piece).map_err(failed)?;
            }
            return Ok(());
        }
        thread::scope(|scope| {
            let (full, filled) = sync_channel::<io::Result<Vec<u8>>>(1);
            let (empty, emptied) = sync_channel::<Vec<u8>>(2);
            // The other side hangs up when it has all or has failed.
            scope.spawn(move || while emptied.recv().is_ok_and(|buffer| full.send(next(buffer)).is_ok()) {});
            let _ = empty.send(Vec::new());
            while take(&piece)? {
                let _ = empty.send(piece);
                piece = filled.recv().unwrap_or_else(|_| Ok(Vec::new())).map_err(failed)?;
            }
            Ok(())
        })
    }
}

/// Reads the inputs.
pub fn open(inputs: &[PathBuf], limits: Limits) -> Result<(Study, Input), Failure> {
    let input = Input::new(inputs, limits.threads)?;
    let files = input.paths.iter().map(|(_, name, size)| FileInfo { path: name.clone(), size: *size }).collect();
    let mut opening = Opening::new(files, limits)?;
    let mut progress = Progress::new("reading");
    while let Some(want) = opening.want()? {
        let (mut at, size) = (want.range.start, input.paths[want.file].2);
        input.read(&want, |chunk| {
            at += chunk.len() as u64;
            progress.show(opening.progress().unwrap_or(at as f64 / size.max(1) as f64));
            opening.push(chunk)
        })?;
    }
    drop(progress);
    Ok((opening.finish()?, input))
}

fn list(path: &Path, name: String, found: &mut Vec<(PathBuf, String, u64)>) -> io::Result<()> {
    let about = std::fs::metadata(path)?;
    if !about.is_dir() {
        found.push((path.to_owned(), name, about.len()));
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    // The order of a folder differs from system to system.
    windrow::order::by_key(&mut entries, |e| e.file_name());
    for entry in entries {
        list(&entry.path(), format!("{name}/{}", entry.file_name().to_string_lossy()), found)?;
    }
    Ok(())
}

/// What to say of a file that the system does not let be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Error::new(Code::Io, Place::file(path.to_string_lossy())).detail(format!("The system says: {error}.")).into()
}

/// A line on a terminal that says how far the work is.
pub struct Progress {
    label: &'static str,
    shown: i64,
}

impl Progress {
    pub fn new(label: &'static str) -> Self {
        Progress { label, shown: if io::stderr().is_terminal() { -1 } else { i64::MAX } }
    }

    pub fn show(&mut self, done: f64) {
        let percent = (done * 100.0) as i64;
        if percent > self.shown {
            eprint!("\r{} {percent} %", self.label);
            self.shown = percent;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if (0..i64::MAX).contains(&self.shown) {
            eprint!("\r\x1b[K");
        }
    }
}
