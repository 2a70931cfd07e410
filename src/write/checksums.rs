//! `SHA256SUMS` in the form that `sha256sum -c` reads.

use sha2::{Digest, Sha256};

/// The checksums of files, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Checksums {
    lines: Vec<u8>,
}

impl Checksums {
    /// Adds a file by its path below the folder of the checksum file.
    pub fn add(&mut self, path: &str, digest: &[u8]) {
        self.lines.extend_from_slice(hex(digest).as_bytes());
        self.lines.extend_from_slice(b"  ");
        self.lines.extend_from_slice(path.as_bytes());
        self.lines.push(b'\n');
    }

    /// The text of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.lines
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from_digit(u32::from(d), 16).unwrap_or('?')).collect()
}

/// The digest of bytes at hand.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
