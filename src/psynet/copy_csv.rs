//! Push PostgreSQL's `COPY … CSV` text in pieces of any size and get its records one at a time.
//!
//! Why not the `csv` crate: an unquoted empty field is NULL and a quoted one is the empty string, and the
//! crate does not tell them apart. Pieces may be cut anywhere, also inside a character.

use crate::error::{Code, Error, Place, Result};
use crate::limits::Limits;

/// PostgreSQL's own limit of columns in a row.
const COLUMNS: usize = 1664;

/// One record: its fields, unquoted, and which of them are NULL.
#[derive(Clone, Debug, Default)]
pub struct Record {
    text: String,
    /// End of each field in `text`, and whether the field was quoted.
    ends: Vec<(u32, bool)>,
    /// Whether some of it was not UTF-8 and was replaced.
    mended: bool,
}

impl Record {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether this is an empty line: one field, and that is NULL.
    pub fn is_blank(&self) -> bool {
        self.ends.len() <= 1 && self.text.is_empty() && self.ends.iter().all(|(_, quoted)| !quoted)
    }

    /// The text of a field, `None` for NULL and for fields that are not there.
    pub fn text(&self, field: usize) -> Option<&str> {
        let (end, quoted) = *self.ends.get(field)?;
        let start = match field.checked_sub(1) {
            Some(before) => self.ends.get(before)?.0,
            None => 0,
        };
        let text = self.text.get(start as usize..end as usize)?;
        (quoted || !text.is_empty()).then_some(text)
    }

    /// Whether every field was UTF-8; what was not reads as U+FFFD.
    pub fn is_utf8(&self) -> bool {
        !self.mended
    }

    /// Whether a NUL byte is among the text; PostgreSQL cannot hold one.
    pub fn has_nul(&self) -> bool {
        memchr::memchr(0, self.text.as_bytes()).is_some()
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> u64 {
        (self.text.len() + self.ends.len() * 8 + 64) as u64
    }

    /// Takes the bytes that the fields' ends belong to.
    fn take(&mut self, bytes: Vec<u8>) {
        self.mended = false;
        self.text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                self.mended = true;
                self.mend(error.as_bytes())
            }
        };
    }

    /// Replaces what is not UTF-8, field by field, and moves the ends.
    fn mend(&mut self, bytes: &[u8]) -> String {
        let mut text = String::new();
        let mut start = 0;
        for (end, _) in &mut self.ends {
            let field = bytes.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            text.push_str(&String::from_utf8_lossy(field));
            *end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        }
        text
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the first byte of a field.
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: the field's end, or half of a doubled quote.
    Quote,
}

/// The reader: holds at most the record that is being read.
#[derive(Debug, Default)]
pub struct CopyCsv {
    state: State,
    /// The text of the record that is being read; its fields' ends are in `record`.
    bytes: Vec<u8>,
    record: Record,
    longest: usize,
    most_fields: usize,
    /// Bytes read.
    at: u64,
}

impl CopyCsv {
    /// A reader at the start of a file.
    pub fn new(limits: &Limits) -> Self {
        // Mending may make three bytes of one.
        let longest = limits.record.min(u32::MAX as usize / 3);
        CopyCsv { longest, most_fields: limits.columns.min(COLUMNS), ..CopyCsv::default() }
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Reads a piece; each record that ends in it goes to `sink`.
    pub fn push(&mut self, mut bytes: &[u8], sink: &mut dyn FnMut(&Record) -> Result<()>) -> Result<()> {
        while let Some(&first) = bytes.first() {
            let used = match self.state {
                State::Start if first == b'"' => {
                    self.state = State::Quoted;
                    1
                }
                State::Start | State::Plain => {
                    let stop = memchr::memchr2(b',', b'\n', bytes);
                    let (text, rest) = bytes.split_at(stop.unwrap_or(bytes.len()));
                    self.take(text)?;
                    self.state = State::Plain;
                    text.len() + self.delimiter(rest.first().copied(), sink)?
                }
                State::Quoted => {
                    let stop = memchr::memchr(b'"', bytes);
                    self.take(bytes.get(..stop.unwrap_or(bytes.len())).unwrap_or_default())?;
                    match stop {
                        Some(n) => {
                            self.state = State::Quote;
                            n + 1
                        }
                        None => bytes.len(),
                    }
                }
                State::Quote if first == b'"' => {
                    self.take(b"\"")?;
                    self.state = State::Quoted;
                    1
                }
                // Dallinger's scrubbed participant.csv ends its lines with CR LF.
                State::Quote if first == b'\r' => 1,
                State::Quote => match self.delimiter(Some(first), sink)? {
                    // Text after the closing quote, which no writer makes: it belongs to the field.
                    0 => {
                        self.take(&[first])?;
                        1
                    }
                    n => n,
                },
            };
            self.at += used as u64;
            bytes = bytes.get(used..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the file. Answers whether it ended where a record ends.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&Record) -> Result<()>) -> Result<bool> {
        if self.state == State::Quoted {
            return Ok(false);
        }
        if self.state != State::Start || self.record.len() > 0 {
            self.delimiter(Some(b'\n'), sink)?;
        }
        Ok(true)
    }

    fn take(&mut self, text: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(text);
        if self.bytes.len() > self.longest {
            return Err(Error::new(Code::TooLong, Place::default().byte(self.at)));
        }
        Ok(())
    }

    /// Handles the byte after a field; answers how many bytes it used.
    fn delimiter(&mut self, byte: Option<u8>, sink: &mut dyn FnMut(&Record) -> Result<()>) -> Result<usize> {
        match byte {
            Some(b',') => self.end_field()?,
            Some(b'\n') => {
                let start = self.record.ends.last().map_or(0, |(end, _)| *end as usize);
                let plain = self.state == State::Plain;
                if plain && self.bytes.len() > start && self.bytes.last() == Some(&b'\r') {
                    self.bytes.pop();
                }
                self.end_field()?;
                self.record.take(std::mem::take(&mut self.bytes));
                sink(&self.record)?;
                self.bytes = std::mem::take(&mut self.record.text).into_bytes();
                self.bytes.clear();
                self.record.ends.clear();
            }
            _ => return Ok(0),
        }
        Ok(1)
    }

    fn end_field(&mut self) -> Result<()> {
        if self.record.ends.len() >= self.most_fields {
            return Err(Error::new(Code::TooManyColumns, Place::default().byte(self.at)));
        }
        self.record.ends.push((self.bytes.len() as u32, self.state == State::Quote));
        self.state = State::Start;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], step: usize) -> (Vec<Vec<Option<String>>>, bool) {
        let mut rows = Vec::new();
        let mut reader = CopyCsv::new(&Limits::default());
        let mut sink = |r: &Record| {
            rows.push((0..r.len()).map(|i| r.text(i).map(str::to_owned)).collect());
            Ok(())
        };
        for piece in text.chunks(step) {
            reader.push(piece, &mut sink).unwrap();
        }
        let whole = reader.finish(&mut sink).unwrap();
        (rows, whole)
    }

    #[test]
    fn null_differs_from_empty_however_the_input_is_cut() {
        let text = "a,\"b\"\"\n\",c\n,\"\",\u{e4}\r\nx,\"y\",\"z\"\r\n,,".as_bytes();
        let want = [
            vec![Some("a".to_owned()), Some("b\"\n".to_owned()), Some("c".to_owned())],
            vec![None, Some(String::new()), Some("\u{e4}".to_owned())],
            vec![Some("x".to_owned()), Some("y".to_owned()), Some("z".to_owned())],
            vec![None, None, None],
        ];
        for step in [1, 2, 7, 100] {
            assert_eq!(read(text, step), (want.to_vec(), true), "step {step}");
        }
    }

    #[test]
    fn an_open_quote_at_the_end_is_noticed() {
        assert!(!read(b"a\n\"b", 3).1);
    }
}
