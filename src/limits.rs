//! Ask here before growing anything that the input controls: every limit has a name, a unit and an error.

use crate::error::{Code, Error, Place, Result};

/// How much a reader may take. The defaults fit a browser tab; the command line may raise them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory that the log or the tables may hold, in bytes.
    pub memory: u64,
    /// Longest single record (a msgpack map, a CSV row, a JSON line), in bytes. Reading one takes 3 times as much memory,
    /// writing it 6 to 9 times, preparing it for sharing 15 times: with 64 MiB that is a third of the default budget.
    pub record: usize,
    /// Deepest nesting of a JSON or msgpack value.
    pub depth: usize,
    /// Most columns of a table.
    pub columns: usize,
    /// Most bytes that one compressed file or archive may unpack to.
    pub inflated: u64,
    /// Most bytes unpacked per byte packed, once [`Limits::RATIO_FROM`] bytes came out.
    /// Real dumps reach 5 to 60; deflate itself cannot exceed 1032.
    pub ratio: u64,
    /// Most members of an archive.
    pub members: usize,
}

impl Limits {
    /// The ratio is not looked at before this many bytes came out: short files pack very well.
    pub const RATIO_FROM: u64 = 64 << 20;

    /// Whether so many unpacked bytes out of so many packed ones are still believable.
    pub fn inflation(&self, packed: u64, unpacked: u64) -> Result<()> {
        let bomb = unpacked > Self::RATIO_FROM && unpacked / packed.max(1) > self.ratio;
        if bomb || unpacked > self.inflated {
            return Err(Error::new(Code::InflatesTooFar, Place::default().byte(packed)).detail(format!(
                "{packed} bytes gave more than {unpacked}; the limits are {} bytes and {} to 1.",
                self.inflated, self.ratio
            )));
        }
        Ok(())
    }

    /// Whether so many bytes of memory are within the budget.
    pub fn memory(&self, bytes: u64) -> Result<()> {
        if bytes > self.memory {
            return Err(Error::new(Code::OutOfMemory, Place::default())
                .detail(format!("The budget is {} MB.", self.memory / 1_000_000)));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 3 << 30,
            record: 64 << 20,
            depth: 128,
            columns: 100_000,
            inflated: 64 << 30,
            ratio: 500,
            members: 200_000,
        }
    }
}
