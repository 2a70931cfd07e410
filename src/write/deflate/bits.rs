//! Writes bits as deflate has them, the lowest of a byte first (RFC 1951, 3.1.1).

/// Some bits: a code, or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// The bits, the first to be written lowest.
    pub bits: u32,
    /// How many; at most 32.
    pub count: u32,
}

impl Bits {
    /// So many bits of a number.
    #[inline(always)]
    pub fn new(bits: u32, count: u32) -> Bits {
        Bits { bits, count }
    }

    /// These bits and then others; 32 at most.
    pub fn then(self, next: Bits) -> Bits {
        Bits { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }
}

/// Bytes that are made bit by bit.
pub(super) struct Writer {
    /// What is written, and room behind it.
    out: Vec<u8>,
    /// Bytes that are written.
    end: usize,
    pending: u64,
    /// Bits that are pending, fewer than 8 after [`Writer::flush`].
    count: u32,
}

impl Writer {
    /// With room for so many bytes at first.
    pub fn new(room: usize) -> Writer {
        Writer { out: vec![0; room], end: 0, pending: 0, count: 0 }
    }

    /// Appends bits. Between two flushes there may be 56.
    #[inline(always)]
    pub fn put(&mut self, Bits { bits, count }: Bits) {
        self.pending |= u64::from(bits) << self.count;
        self.count += count;
    }

    /// Writes what is pending, but for the bits of a byte that is not full.
    #[inline(always)]
    pub fn flush(&mut self) {
        match self.out.get_mut(self.end..).and_then(|room| room.first_chunk_mut()) {
            Some(room) => *room = self.pending.to_le_bytes(),
            None => self.grow(),
        }
        self.end += (self.count / 8) as usize;
        self.pending >>= self.count & !7;
        self.count &= 7;
    }

    #[cold]
    fn grow(&mut self) {
        self.out.truncate(self.end);
        self.out.extend_from_slice(&self.pending.to_le_bytes());
        self.out.resize(self.out.len() * 3 / 2 + 64, 0);
    }

    /// What was written; zeros fill the last byte.
    pub fn finish(mut self) -> Vec<u8> {
        self.count = self.count.next_multiple_of(8);
        self.flush();
        self.out.truncate(self.end);
        self.out
    }
}
