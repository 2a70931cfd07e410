//! Ask here before growing anything that the input controls: every limit has a name, a unit and an error.

use crate::error::{Code, Error, Place, Result, grouped};

/// How much a reader may take. The defaults fit a browser tab; the command line may raise them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory that the log or the tables may hold, in bytes; [`Code::OutOfMemory`].
    pub memory: u64,
    /// Memory that uproot's changes may take before a dump or database is read part by part, some sessions at a time,
    /// in bytes. A session is never divided: one that is larger takes what it needs, up to `memory`.
    pub part: u64,
    /// Where it is less, `part` is the size of the input divided by this, but not less than [`Limits::LEAST_PART`]: a
    /// smaller input has no claim on so much.
    pub part_share: u64,
    /// Whether the input is thought to be larger than `part`, so that it is divided a little earlier: that takes memory, too.
    pub too_large: bool,
    /// Longest single record (a msgpack map, a CSV row, a JSON line), in bytes. Reading one takes 3 times as much memory,
    /// writing it 6 to 9 times, preparing it for sharing 15 times: with 64 MiB that is a third of the default budget.
    /// [`Code::TooLong`]; a dump ends there and is [`Code::Damaged`], a row of a database is left out.
    pub record: usize,
    /// Deepest nesting of a JSON value, [`Code::TooDeep`]: a deeper one is kept as text, or its row is left out where the
    /// row is JSON itself. A dump whose own records are nested deeper ends there and is [`Code::Damaged`].
    pub depth: usize,
    /// Most columns of a table; [`Code::TooManyColumns`].
    pub columns: usize,
    /// Most bytes that one compressed file or archive may unpack to; [`Code::InflatesTooFar`].
    pub inflated: u64,
    /// Most bytes unpacked per byte packed, once [`Limits::RATIO_FROM`] bytes came out.
    /// Real dumps reach 5 to 60; deflate itself cannot exceed 1032. [`Code::InflatesTooFar`].
    pub ratio: u64,
    /// Most members of an archive; [`Code::TooManyMembers`].
    pub members: usize,
    /// Threads that reading may use where there are any: with two, a long packed dump is unpacked in one of its own.
    pub threads: usize,
}

impl Limits {
    /// The ratio is not looked at before this many bytes came out: short files pack very well.
    pub const RATIO_FROM: u64 = 64 << 20;

    /// Most cells of a CSV table that is made, empty ones too, of which each is a byte: many times what experiments need, and
    /// less than a disk takes. [`Code::TooManyCells`].
    pub const CELLS: u64 = 10_000_000_000;

    /// The usual depth. Where a text inside a value may be JSON of its own, it is looked into as deep.
    pub const DEPTH: usize = 128;

    /// No part need be smaller than this, whatever the input's size.
    pub const LEAST_PART: u64 = 64 << 20;

    /// An input of more than so many times a part is not thought to fit one: changes take a quarter of a dump's bytes or more.
    const TOO_LARGE: u64 = 8;

    /// The limits for an input of so many unpacked bytes.
    pub fn for_input(self, unpacked: u64) -> Limits {
        let share = (unpacked / self.part_share.max(1)).max(Self::LEAST_PART);
        let part = self.part.min(share);
        Limits { part, too_large: unpacked / Self::TOO_LARGE > part, ..self }
    }

    /// Memory after which sessions that seem to have ended are given away.
    pub fn run(&self) -> u64 {
        if self.too_large { self.part / 4 * 3 } else { self.part }
    }

    /// Most bytes that values which recur within one record may take where each is spelled out; [`Code::OutOfMemory`].
    pub fn recurring(&self) -> usize {
        self.record / 4
    }

    /// Whether so many unpacked bytes out of so many packed ones are still believable.
    pub fn inflation(&self, packed: u64, unpacked: u64) -> Result<()> {
        let bomb = unpacked > Self::RATIO_FROM && unpacked / packed.max(1) > self.ratio;
        if bomb || unpacked > self.inflated {
            return Err(Error::new(Code::InflatesTooFar, Place::default().byte(packed)).detail(format!(
                "{} bytes gave more than {}; the limits are {} bytes and {} to 1.",
                grouped(packed),
                grouped(unpacked),
                grouped(self.inflated),
                grouped(self.ratio)
            )));
        }
        Ok(())
    }

    /// Whether so many bytes of memory are within the budget.
    pub fn memory(&self, bytes: u64) -> Result<()> {
        if bytes > self.memory {
            let detail = format!("The budget is {} MB.", grouped(self.memory / 1_000_000));
            return Err(Error::new(Code::OutOfMemory, Place::default()).detail(detail));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 3 << 30,
            part: 128 << 20,
            part_share: 16,
            too_large: false,
            record: 64 << 20,
            depth: Self::DEPTH,
            columns: 100_000,
            inflated: 64 << 30,
            ratio: 500,
            members: 200_000,
            threads: 2,
        }
    }
}
