//! Write long work as an `async` closure that tells its [`Pace`] what it did: [`Paced`] then does it a slice at a time.
//!
//! Nothing is awaited but the next step: the compiler keeps what the work holds and borrows from one slice to the next.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::{Step, Work};
use crate::error::{Code, Error, Place, Result};
use crate::source::{Reader, Want};

/// How much a step does: about so many bytes of text looked at, a few tens of milliseconds in a browser.
const SLICE: u64 = 1 << 20;

/// What an item costs beside its text, in bytes of text.
const ITEM: u64 = 64;

/// What a token costs, in bytes of text.
pub(super) const TOKEN: usize = 256;

/// How much more it costs to detect something in a text than to look at it.
pub(super) const DETECT: usize = 16;

/// Counts what was done since the last pause, and how far all of it is.
#[derive(Default)]
pub struct Pace {
    done: u64,
    /// How many of the things on the way were passed, of how many.
    passed: u64,
    all: u64,
    progress: Rc<Cell<Option<f64>>>,
}

impl Pace {
    /// Tells how many things are to be passed on the way, for [`Work::progress`].
    pub fn passes(&mut self, all: u64) {
        self.all = all;
    }

    /// Tells that some of them were.
    pub fn passed(&mut self, more: usize) {
        self.passed += more as u64;
        self.progress.set((self.all > 0).then(|| (self.passed as f64 / self.all as f64).min(1.0)));
    }

    /// Tells of an item that was done, with its text of so many bytes; pauses if enough was.
    #[inline]
    pub async fn did(&mut self, bytes: usize) {
        self.done += ITEM + bytes as u64;
        if self.done >= SLICE {
            self.pause().await;
        }
    }

    /// Ends the step.
    pub async fn pause(&mut self) {
        self.done = 0;
        let mut paused = false;
        poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Work that is done slice by slice and wants nothing.
pub struct Paced<T> {
    /// None once it is over.
    work: Option<Pin<Box<dyn Future<Output = Result<T>>>>>,
    made: Option<T>,
    progress: Rc<Cell<Option<f64>>>,
}

impl<T> Paced<T> {
    pub fn new(work: impl AsyncFnOnce(&mut Pace) -> Result<T> + 'static) -> Paced<T> {
        let mut pace = Pace::default();
        let progress = pace.progress.clone();
        Paced { work: Some(Box::pin(async move { work(&mut pace).await })), made: None, progress }
    }

    /// Does a slice; answers what came of the work once it is over.
    pub fn slice(&mut self) -> Result<Option<T>> {
        let Some(work) = &mut self.work else { return Ok(None) };
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Ok(None),
            Poll::Ready(made) => {
                self.work = None;
                made.map(Some)
            }
        }
    }
}

impl<T> Reader for Paced<T> {
    fn want(&mut self) -> Result<Option<Want>> {
        while self.step()? == Step::More {}
        Ok(None)
    }

    fn push(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

impl<T> Work<T> for Paced<T> {
    fn step(&mut self) -> Result<Step> {
        if self.made.is_none() {
            self.made = self.slice()?;
        }
        Ok(if self.work.is_none() { Step::Last } else { Step::More })
    }

    fn progress(&self) -> Option<f64> {
        self.progress.get()
    }

    fn finish(mut self: Box<Self>) -> Result<T> {
        self.want()?;
        self.made.ok_or_else(|| Error::new(Code::Io, Place::default()).detail("The work was not finished."))
    }
}

/// Does all of some work at once.
pub(super) fn at_once<T>(work: impl AsyncFnOnce(&mut Pace) -> T) -> T {
    let mut pace = Pace::default();
    let mut work = pin!(work(&mut pace));
    loop {
        if let Poll::Ready(made) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return made;
        }
    }
}
