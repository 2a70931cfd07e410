//! Read the files that are passed on before the ZIP is begun: what is damaged is left out and named, since a ZIP
//! that is written piece by piece cannot take a file back.

use super::Options;
use super::member::{Flow, Stream};
use super::study::Study;
use crate::error::Problem;
use crate::order::Map;
use crate::table::{STEP, Step};
use std::collections::VecDeque;
use std::sync::Arc;

/// Files that cannot be passed on, by path in the result, with what is wrong with them.
pub type LeftOut = Map<String, Problem>;

/// Files being checked: step it, push what it wants, take what is to be left out.
#[derive(Debug)]
pub struct Check {
    study: Arc<Study>,
    /// Paths in the result.
    left: VecDeque<String>,
    reading: Option<(String, Box<Stream>)>,
    piece: Vec<u8>,
    found: LeftOut,
}

impl Check {
    /// Begins with the members of archives that the options pass on. Files that were given as they are have no
    /// checksum to hold to.
    pub fn new(study: Arc<Study>, options: &Options) -> Self {
        let passed = study.tables(options).into_iter().filter(|t| t.columns.is_empty()).map(|t| t.path);
        let packed = |path: &String| study.passed(path, options).is_some_and(|member| member.crc.is_some());
        let left = passed.filter(packed).collect();
        Check { study, left, reading: None, piece: Vec::new(), found: LeftOut::new() }
    }

    /// The next bytes of a wanted range.
    pub fn push(&mut self, chunk: &[u8]) {
        if let Some((_, stream)) = &mut self.reading {
            stream.push(chunk);
        }
    }

    /// The next bit of work.
    pub fn step(&mut self, options: &Options) -> Step {
        let Some((path, mut stream)) = self.reading.take() else {
            let Some(path) = self.left.pop_front() else { return Step::Done };
            match self.study.passed(&path, options).map(|member| member.stream(self.study.limits())) {
                Some(Ok(stream)) => self.reading = Some((path, Box::new(stream))),
                Some(Err(error)) => self.leave_out(path, error.problem()),
                None => {}
            }
            return Step::More;
        };
        self.piece.clear();
        match stream.read(&mut self.piece, STEP) {
            Ok(Flow::End) => {}
            Ok(flow) => {
                self.reading = Some((path, stream));
                if let Flow::Want(want) = flow {
                    return Step::Want(want);
                }
            }
            Err(error) => self.leave_out(path, error.problem()),
        }
        Step::More
    }

    fn leave_out(&mut self, path: String, problem: &Problem) {
        self.found.insert(path, problem.clone().detail("The file was left out of the ZIP."));
    }

    /// What is to be left out, once [`Check::step`] answered [`Step::Done`].
    pub fn finish(self) -> LeftOut {
        self.found
    }
}
