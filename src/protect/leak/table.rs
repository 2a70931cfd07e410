//! Looks up hashes of places in the input, most of which are in no form, quickly.

/// A place in a form that is looked up: a window, a short word, or sixteen digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    pub hash: u64,
    pub needle: u32,
    /// Where the window or word begins in the form.
    pub offset: u32,
}

/// Entries in buckets by hash, with the beginning of each bucket and a filter before them.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    filter: Vec<u64>,
    filter_shift: u32,
    buckets: Vec<u32>,
    bucket_shift: u32,
    entries: Vec<Entry>,
}

/// The two bits of a hash in its word of the filter.
#[inline]
fn bits(hash: u64) -> u64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63)
}

impl Table {
    /// A table of some entries; those of one hash stay in their order.
    pub fn new(entries: &[Entry]) -> Table {
        if entries.is_empty() {
            return Table::default();
        }
        // Sixteen bits of filter for each entry let two places in a hundred pass.
        let words = (entries.len() / 4).max(64).next_power_of_two();
        let filter_shift = 64 - words.trailing_zeros();
        let mut filter = vec![0u64; words];
        let count = entries.len().max(2).next_power_of_two();
        let bucket_shift = 64 - count.trailing_zeros();
        // First the number of each bucket's entries, then where the next of them goes.
        let mut buckets = vec![0u32; count + 2];
        for entry in entries {
            if let Some(word) = filter.get_mut((entry.hash >> filter_shift) as usize) {
                *word |= bits(entry.hash);
            }
            if let Some(bucket) = buckets.get_mut((entry.hash >> bucket_shift) as usize + 2) {
                *bucket += 1;
            }
        }
        let mut sum = 0;
        for bucket in &mut buckets {
            sum += *bucket;
            *bucket = sum;
        }
        let mut sorted = vec![Entry::default(); entries.len()];
        for entry in entries {
            let Some(next) = buckets.get_mut((entry.hash >> bucket_shift) as usize + 1) else { continue };
            if let Some(slot) = sorted.get_mut(*next as usize) {
                *slot = *entry;
            }
            *next += 1;
        }
        Table { filter, filter_shift, buckets, bucket_shift, entries: sorted }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a hash may be in a table that is not empty.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> bool {
        let bits = bits(hash);
        self.filter.get((hash >> self.filter_shift) as usize).is_some_and(|word| word & bits == bits)
    }

    /// The entries of a hash.
    pub fn get(&self, hash: u64) -> impl Iterator<Item = &Entry> {
        let bucket = (hash >> self.bucket_shift) as usize;
        let bound = |i: usize| self.buckets.get(i).map_or(0, |b| *b as usize);
        let entries = self.entries.get(bound(bucket)..bound(bucket + 1)).unwrap_or_default();
        entries.iter().filter(move |entry| entry.hash == hash)
    }
}
