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
    fields: Vec<Field>,
    /// Whether some of it was not UTF-8 and was replaced.
    mended: bool,
}

/// Where a field is in the text of its record, and whether it was quoted.
#[derive(Clone, Copy, Debug)]
struct Field {
    start: u32,
    end: u32,
    quoted: bool,
}

impl Record {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether this is an empty line: one field, and that is NULL.
    pub fn is_blank(&self) -> bool {
        self.fields.len() <= 1 && self.text(0).is_none()
    }

    /// The text of a field, `None` for NULL and for fields that are not there.
    pub fn text(&self, field: usize) -> Option<&str> {
        let Field { start, end, quoted } = *self.fields.get(field)?;
        if start == end && !quoted {
            return None;
        }
        self.text.get(start as usize..end as usize)
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
        (self.text.len() + self.fields.len() * size_of::<Field>() + 64) as u64
    }

    /// Takes the bytes that the fields are in.
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

    /// Replaces what is not UTF-8, field by field, and moves the fields.
    fn mend(&mut self, bytes: &[u8]) -> String {
        let mut text = String::new();
        let end = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        for field in &mut self.fields {
            let old = bytes.get(field.start as usize..field.end as usize).unwrap_or_default();
            field.start = end(&text);
            text.push_str(&String::from_utf8_lossy(old));
            field.end = end(&text);
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

/// The highest bit of each of eight bytes that is `byte`.
#[inline]
fn equal(eight: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::MAX / 255 * 0x7f;
    let other = eight ^ (u64::MAX / 255 * u64::from(byte));
    !(((other & LOW) + LOW) | other | LOW)
}

/// The last bytes, fewer than eight, with zeros behind them; `None` if there are none.
fn last(bytes: &[u8]) -> Option<u64> {
    (!bytes.is_empty()).then(|| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

/// The reader: holds at most the record that is being read.
#[derive(Debug, Default)]
pub struct CopyCsv {
    state: State,
    /// The text of the record that is being read, and where its last field begins; fields before are in `record`.
    bytes: Vec<u8>,
    start: usize,
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
                State::Start | State::Plain => self.plain(bytes, sink)?,
                State::Quoted => self.quoted(bytes)?,
                State::Quote if first == b'"' => {
                    self.take(b"\"")?;
                    self.state = State::Quoted;
                    1
                }
                // Dallinger's scrubbed participant.csv ends its lines with CR LF.
                State::Quote if first == b'\r' => 1,
                State::Quote => match first {
                    b',' => {
                        self.end_field(self.bytes.len())?;
                        1
                    }
                    b'\n' => {
                        self.end_record(sink)?;
                        1
                    }
                    // Text after the closing quote, which no writer makes: it belongs to the field.
                    _ => {
                        self.take(&[first])?;
                        1
                    }
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
            self.end_record(sink)?;
        }
        Ok(true)
    }

    /// Reads fields without quotes, up to the end of the record or to the next quote; they are kept as they stand,
    /// commas and all. Answers how many bytes it used.
    fn plain(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&Record) -> Result<()>) -> Result<usize> {
        let before = self.bytes.len();
        let mut used = bytes.len();
        let mut ends = false;
        // Where a field begins that has no byte yet.
        let mut fresh = (self.state == State::Start).then_some(0);
        let mut from = 0;
        'all: while let Some(eight) = bytes.get(from..) {
            let Some(word) = eight.first_chunk::<8>().map(|eight| u64::from_le_bytes(*eight)).or_else(|| last(eight))
            else {
                break;
            };
            let mut marks = equal(word, b',') | equal(word, b'\n') | equal(word, b'"');
            while marks != 0 {
                let at = from + (marks.trailing_zeros() / 8) as usize;
                marks &= marks - 1;
                match bytes.get(at) {
                    Some(b',') => {
                        self.end_field(before + at)?;
                        self.start = before + at + 1;
                        fresh = Some(at + 1);
                    }
                    Some(b'"') if fresh != Some(at) => {}
                    byte => {
                        (used, ends) = (at, byte == Some(&b'\n'));
                        break 'all;
                    }
                }
            }
            from += 8;
        }
        if fresh != Some(used) {
            self.state = State::Plain;
        }
        self.take(bytes.get(..used).unwrap_or_default())?;
        if ends {
            self.end_record(sink)?;
            used += 1;
        }
        Ok(used)
    }

    /// Reads on in a quoted field; answers how many bytes it used.
    fn quoted(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..) {
            // Quotes are often but a few bytes apart: eight bytes are copied, and those from the quote on taken back.
            let run = match rest.first_chunk::<8>() {
                Some(eight) => {
                    let mark = equal(u64::from_le_bytes(*eight), b'"');
                    self.bytes.extend_from_slice(eight);
                    if mark == 0 {
                        at += 8;
                        continue;
                    }
                    let run = (mark.trailing_zeros() / 8) as usize;
                    self.bytes.truncate(self.bytes.len() - 8 + run);
                    run
                }
                None => {
                    let run = rest.iter().take_while(|byte| **byte != b'"').count();
                    self.bytes.extend_from_slice(rest.get(..run).unwrap_or_default());
                    if run == rest.len() {
                        break;
                    }
                    run
                }
            };
            at += run;
            if bytes.get(at + 1) != Some(&b'"') {
                self.state = State::Quote;
                self.take(&[])?;
                return Ok(at + 1);
            }
            // Of a doubled quote one is kept.
            self.bytes.push(b'"');
            at += 2;
        }
        self.take(&[])?;
        Ok(bytes.len())
    }

    fn take(&mut self, text: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(text);
        if self.bytes.len() > self.longest {
            return Err(Error::new(Code::TooLong, Place::default().byte(self.at)));
        }
        Ok(())
    }

    fn end_record(&mut self, sink: &mut dyn FnMut(&Record) -> Result<()>) -> Result<()> {
        let mut end = self.bytes.len();
        if self.state == State::Plain && end > self.start && self.bytes.last() == Some(&b'\r') {
            end -= 1;
        }
        self.end_field(end)?;
        self.record.take(std::mem::take(&mut self.bytes));
        sink(&self.record)?;
        self.bytes = std::mem::take(&mut self.record.text).into_bytes();
        self.bytes.clear();
        self.start = 0;
        self.record.fields.clear();
        Ok(())
    }

    fn end_field(&mut self, end: usize) -> Result<()> {
        if self.record.fields.len() >= self.most_fields {
            return Err(Error::new(Code::TooManyColumns, Place::default().byte(self.at)));
        }
        let quoted = self.state == State::Quote;
        self.record.fields.push(Field { start: self.start as u32, end: end as u32, quoted });
        (self.start, self.state) = (end, State::Start);
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
    fn fields_of_every_length_are_read_at_every_place() {
        // Eight bytes are looked at together: marks stand at each place of them.
        let mut text = Vec::new();
        let mut want = Vec::new();
        for n in 0..40 {
            let (plain, quoted) = ("a".repeat(n % 19 + 1), "b".repeat(n % 11) + "\"" + &"c,\n".repeat(n % 5));
            text.extend(format!("{plain},\"{}\",d\"{plain}\"\n", quoted.replace('"', "\"\"")).into_bytes());
            want.push(vec![Some(plain.clone()), Some(quoted), Some(format!("d\"{plain}\""))]);
        }
        for step in (1..20).chain([1000, 10_000]) {
            assert_eq!(read(&text, step), (want.clone(), true), "step {step}");
        }
    }

    #[test]
    fn an_open_quote_at_the_end_is_noticed() {
        assert!(!read(b"a\n\"b", 3).1);
    }
}
