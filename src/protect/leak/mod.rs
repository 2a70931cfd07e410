//! Look here for what must not be left in a finished result: original values, in every form in which they may hide.
//!
//! Build a [`Searcher`] from the original values, push every file of the result through a [`Scan`] in pieces of any
//! size, and give the cells of each value's own column to [`Searcher::cell`]. A hit says where and in which form, and
//! shows the value masked. One hit means: no download.
//!
//! How it works: each form is cut down to a window of a few bytes, the rarest of several; a filter says for a place
//! of the input whether a window may begin there, and only then the form is compared, so that the time hardly depends
//! on how many values are searched. Only every third place is asked, and where a form can only be in a run of
//! hexadecimal digits, at a capital letter inside a word (as base64 has them), a backslash or a percent sign, or a word of
//! its own, nothing else is (see `index`).

mod forms;
mod index;
mod keys;
mod runs;
#[cfg(test)]
mod slow;
mod table;

use crate::order::{self, Map};
use crate::protect::class::Class;
use crate::protect::pace::{Pace, at_once};
use crate::protect::time::Window;

use forms::{Needles, needles};
use index::{Found, Index};

/// How a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "see `as_str`")]
pub enum Form {
    Text,
    Percent,
    Json,
    Csv,
    Hex,
    Base64,
    Md5,
    Sha1,
    Sha256,
    Uuid,
    Calendar,
}

impl Form {
    /// The name for messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Percent => "percent-encoded",
            Form::Json => "JSON-escaped",
            Form::Csv => "CSV-quoted",
            Form::Hex => "hexadecimal",
            Form::Base64 => "base64",
            Form::Md5 => "MD5 digest",
            Form::Sha1 => "SHA-1 digest",
            Form::Sha256 => "SHA-256 digest",
            Form::Uuid => "bytes of a UUID",
            Form::Calendar => "time inside the study",
        }
    }
}

/// A value that must not be in the result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Original {
    /// The value as it stood in the input.
    pub value: String,
    /// What it is; decides what would fix a leak.
    pub class: Class,
    /// The path where it came from.
    pub path: String,
    /// Whether it is looked for everywhere. One that is not (short, a page's name, a category) is looked for only in
    /// its own path, by [`Searcher::cell`].
    pub distinctive: bool,
}

/// Something that must not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The file, as it was called in [`Scan::of`], or the path given to [`Searcher::cell`].
    pub file: String,
    /// First byte in the file (or in the cell).
    pub offset: u64,
    /// Bytes.
    pub length: u32,
    /// The form in which it was found.
    pub form: Form,
    /// The class of the value; `Class::Time` for times.
    pub class: Class,
    /// Where the value came from; empty for times.
    pub path: String,
    /// The value with all but its ends hidden, and its length in characters.
    pub masked: String,
}

/// Hits, of which only the first are kept in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The first hits.
    pub list: Vec<Hit>,
    /// All hits.
    pub total: u64,
    /// Hits of values that may be left, which are none of the others.
    pub accepted: u64,
}

impl Hits {
    /// Most hits that are kept.
    pub const MOST: usize = 1000;

    fn add(&mut self, hit: impl FnOnce() -> Hit) {
        self.total += 1;
        if self.list.len() < Self::MOST {
            self.list.push(hit());
        }
    }
}

/// A value as a message may show it: `o…g (28 characters)`, and nothing at all of one under eight characters.
pub fn masked(value: &str) -> String {
    let length = value.chars().count();
    match (value.chars().next(), value.chars().last()) {
        (Some(first), Some(last)) if length >= 8 => format!("{first}…{last} ({length} characters)"),
        _ => format!("… ({length} characters)"),
    }
}

/// Finds original values and times of the study; made once, used for every file.
#[derive(Clone, Debug)]
pub struct Searcher {
    originals: Vec<Original>,
    /// By the number of the original: whether it may be left.
    accepted: Vec<bool>,
    index: Index,
    window: Option<Window>,
    /// Distinctive values too short or too plain to be searched; say their number in the report.
    pub unsearchable: usize,
}

impl Searcher {
    /// A searcher for some values and, if given, for times inside a window.
    pub fn new(originals: impl IntoIterator<Item = Original>, window: Option<Window>) -> Searcher {
        let originals = originals.into_iter().collect();
        at_once(async |pace| Searcher::paced(originals, window, pace).await)
    }

    /// The same, step by step.
    pub(super) async fn paced(mut originals: Vec<Original>, window: Option<Window>, pace: &mut Pace) -> Searcher {
        originals.retain(|original| !original.value.is_empty());
        order::sort(&mut originals);
        pace.pause().await;
        originals.dedup();
        let mut all = Needles::default();
        let mut unsearchable = 0;
        let mut last = "";
        for (number, original) in (0u32..).zip(&originals) {
            // One value in several columns is searched once.
            if original.distinctive && original.value != last {
                pace.did(NEEDLES).await;
                let before = all.len();
                needles(&original.value, number, &mut all);
                unsearchable += usize::from(all.len() == before);
                last = &original.value;
            }
        }
        let index = Index::new(all, pace).await;
        Searcher { index, accepted: vec![false; originals.len()], originals, window, unsearchable }
    }

    /// Passes over values of some paths: those that stand at no other path, and no secret.
    pub fn accept(&mut self, paths: &Map<String, String>) {
        let mut first = 0;
        for same in self.originals.chunk_by(|a, b| a.value == b.value) {
            let may = same.iter().all(|o| o.class != Class::Secret && paths.contains_key(&o.path));
            if let Some(accepted) = self.accepted.get_mut(first..first + same.len()) {
                accepted.fill(may);
            }
            first += same.len();
        }
    }

    /// How many different values are searched everywhere, and in how many forms.
    pub fn sizes(&self) -> (usize, usize) {
        let values = self.originals.iter().filter(|o| o.distinctive).count();
        (values, self.index.len())
    }

    /// Searches a text that is whole already: the name of an entry, a decoded cell.
    pub fn text(&self, file: &str, text: &str, hits: &mut Hits) {
        let mut scan = Scan::of(file);
        scan.push(self, text.as_bytes(), hits);
        scan.finish(self, hits);
    }

    /// Searches a cell of `path` for the values that are looked for only where they came from.
    pub fn cell(&self, path: &str, text: &str, hits: &mut Hits) {
        let of_path = self.originals.iter().zip(&self.accepted).filter(|(o, _)| !o.distinctive && o.path == path);
        for (original, _) in of_path.filter(|(_, accepted)| !**accepted) {
            let value = original.value.as_str();
            let places = text.match_indices(value).filter(|(at, _)| {
                let edge = |b: Option<&u8>| !b.is_some_and(u8::is_ascii_alphanumeric);
                edge(at.checked_sub(1).and_then(|i| text.as_bytes().get(i)))
                    && edge(text.as_bytes().get(at + value.len()))
            });
            for (at, _) in places {
                hits.add(|| hit(path, at as u64, value.len(), Form::Text, original));
            }
        }
    }
}

fn hit(file: &str, offset: u64, length: usize, form: Form, original: &Original) -> Hit {
    Hit {
        file: file.to_owned(),
        offset,
        length: length as u32,
        form,
        class: original.class,
        path: original.path.clone(),
        masked: masked(&original.value),
    }
}

/// One file on its way through a searcher, the same for all of it.
#[derive(Clone, Debug)]
pub struct Scan {
    file: String,
    /// The end of what was pushed: what is not searched yet, and as much before it as a form may reach back.
    buffer: Vec<u8>,
    /// Offset of the buffer in the file.
    base: u64,
    /// Where the search goes on, in the buffer.
    done: usize,
}

/// What making the forms of a value costs, their digests above all, in bytes of text.
const NEEDLES: usize = 1024;
/// Bytes beside a place that times need: their digits and what they are joined to.
const TIME_REACH: usize = 48;
/// Blocks of the file that are searched one after another, so that the order of hits does not depend on the pieces.
const BLOCK: usize = 16 << 10;

/// Bytes before and behind a place in which what is found there can stand.
fn reach(searcher: &Searcher) -> usize {
    searcher.index.longest().max(TIME_REACH) + 8
}

impl Scan {
    /// Begins a file, called so in what is found.
    pub fn of(file: &str) -> Scan {
        Scan { file: file.to_owned(), buffer: Vec::new(), base: 0, done: 0 }
    }

    /// The place in the file before which nothing more can be found to begin.
    pub fn settled(&self, searcher: &Searcher) -> u64 {
        (self.base + self.done as u64).saturating_sub(reach(searcher) as u64)
    }

    /// The next bytes of the file, any number of them.
    pub fn push(&mut self, searcher: &Searcher, bytes: &[u8], hits: &mut Hits) {
        // Bounded pieces keep the buffer small whatever is pushed.
        for piece in bytes.chunks(256 << 10) {
            self.buffer.extend_from_slice(piece);
            let reach = reach(searcher);
            self.blocks(searcher, self.buffer.len().saturating_sub(reach), hits);
            let behind = self.done.saturating_sub(reach);
            self.buffer.drain(..behind);
            self.base += behind as u64;
            self.done -= behind;
        }
    }

    /// The end of the file.
    pub fn finish(mut self, searcher: &Searcher, hits: &mut Hits) {
        self.blocks(searcher, self.buffer.len(), hits);
        if self.done < self.buffer.len() {
            self.search(searcher, self.buffer.len(), hits);
        }
    }

    /// Searches the blocks that end at or before `until`.
    fn blocks(&mut self, searcher: &Searcher, until: usize, hits: &mut Hits) {
        loop {
            let into = ((self.base + self.done as u64) % BLOCK as u64) as usize;
            let next = self.done + BLOCK - into;
            if next > until {
                return;
            }
            self.search(searcher, next, hits);
        }
    }

    /// Searches all forms whose window begins, and all words that end, after `done` and up to `until`.
    fn search(&mut self, searcher: &Searcher, until: usize, hits: &mut Hits) {
        let (index, range) = (&searcher.index, (self.done, until));
        index.find(&self.buffer, self.base, range, searcher.window, |found| self.record(searcher, found, hits));
        self.done = until;
    }

    fn record(&self, searcher: &Searcher, found: Found, hits: &mut Hits) {
        if searcher.accepted.get(found.number as usize) == Some(&true) {
            hits.accepted += 1;
            return;
        }
        let offset = self.base + found.start as u64;
        hits.add(|| match searcher.originals.get(found.number as usize) {
            Some(original) => hit(&self.file, offset, found.length, found.form, original),
            None => Hit {
                file: self.file.clone(),
                offset,
                length: found.length as u32,
                form: found.form,
                class: Class::Time,
                path: String::new(),
                masked: format!("… ({} characters)", found.length),
            },
        });
    }
}
