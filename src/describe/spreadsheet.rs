//! Says before saving where a spreadsheet program would harm a CSV file: what it cuts off and what it changes on opening.
//!
//! The limits are Excel's since 2007 (LibreOffice Calc has the same rows and columns by default): 1,048,576 rows,
//! 16,384 columns, 32,767 characters a cell, 15 digits a number. The rules for cells are what both do with a cell that
//! is opened as "General". Numbers with decimals lose digits after the 15th, too, which is harmless for times and so
//! not said. Reading files that were already harmed is `read/spreadsheet.rs`.

use crate::named::named;
use crate::order::Map;
use serde::Serialize;

/// Most rows, the header included.
const ROWS: u64 = 1_048_576;
/// Most columns.
const COLUMNS: usize = 16_384;
/// Most characters of a cell.
const CHARACTERS: u64 = 32_767;
/// Most digits of a number.
const DIGITS: usize = 15;
/// Most column names that one advice lists.
const NAMES: usize = 8;
/// Longer cells are neither numbers nor dates.
const LONGEST: usize = 40;

named! {
    /// What a spreadsheet would do.
    #[derive(PartialOrd, Ord)]
    pub enum Harm {
        /// Rows after the last that it takes are cut off.
        Rows = "rows",
        /// So are columns.
        Columns = "columns",
        /// Text is cut off.
        LongText = "long-text",
        /// Whole numbers of more than 15 digits, ids mostly, end in zeros.
        LongDigits = "long-digits",
        /// `007` becomes 7.
        LeadingZeros = "leading-zeros",
        /// `12E5` becomes 1200000.
        Exponents = "exponents",
        /// `3-4` and `MAR1` become dates.
        Dates = "dates",
        /// `=1+1` is worked out.
        Formulas = "formulas",
    }
}

/// One kind of harm to one file. Holds names of columns and no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What would happen.
    pub harm: Harm,
    /// Rows, columns or cells that it would happen to.
    pub count: u64,
    /// The first row of data that it would happen to, from 1; 0 where it is not about a row.
    pub row: u64,
    /// Some of the columns that it would happen to.
    pub columns: Vec<String>,
    /// How many more columns there are.
    pub more: u64,
}

/// Reads a CSV file as it is written, in pieces cut anywhere.
#[derive(Default)]
pub struct Spreadsheet {
    header: Vec<String>,
    /// Rows that ended, the header included.
    rows: u64,
    column: usize,
    /// The beginning of the cell.
    cell: Vec<u8>,
    characters: u64,
    quoted: bool,
    /// The byte before was a quote inside a quoted cell: its end, or the first of two.
    quote: bool,
    found: Map<(Harm, usize), (u64, u64)>,
}

impl Spreadsheet {
    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.quoted {
                match (self.quote, byte) {
                    (false, b'"') => self.quote = true,
                    (true, b'"') => {
                        self.quote = false;
                        self.add(byte);
                    }
                    (true, _) => {
                        (self.quoted, self.quote) = (false, false);
                        self.outside(byte);
                    }
                    (false, _) => self.add(byte),
                }
            } else if byte == b'"' && self.characters == 0 {
                self.quoted = true;
            } else {
                self.outside(byte);
            }
        }
    }

    /// Rows of data so far.
    pub fn rows(&self) -> u64 {
        self.rows.saturating_sub(1)
    }

    /// What would be harmed, once everything was pushed.
    pub fn advice(&self) -> Vec<Advice> {
        let whole = |harm, count| Advice { harm, count, row: 0, columns: Vec::new(), more: 0 };
        let mut list = Vec::new();
        if self.rows > ROWS {
            list.push(whole(Harm::Rows, self.rows - ROWS));
        }
        if self.header.len() > COLUMNS {
            list.push(whole(Harm::Columns, (self.header.len() - COLUMNS) as u64));
        }
        for (&(harm, column), &(count, row)) in &self.found {
            if list.last().is_none_or(|last| last.harm != harm) {
                list.push(Advice { row, ..whole(harm, 0) });
            }
            if let Some(last) = list.last_mut() {
                last.count += count;
                last.row = last.row.min(row);
                match self.header.get(column) {
                    Some(name) if last.columns.len() < NAMES => last.columns.push(name.clone()),
                    _ => last.more += 1,
                }
            }
        }
        list
    }

    fn add(&mut self, byte: u8) {
        // Bytes 10xxxxxx go on with the character before.
        self.characters += u64::from(byte & 0xC0 != 0x80);
        if self.cell.len() < LONGEST || self.rows == 0 {
            self.cell.push(byte);
        }
    }

    fn outside(&mut self, byte: u8) {
        match byte {
            b',' => self.end_cell(),
            b'\n' => {
                self.end_cell();
                self.rows += 1;
                self.column = 0;
            }
            b'\r' => {}
            _ => self.add(byte),
        }
    }

    fn end_cell(&mut self) {
        if self.rows == 0 {
            self.header.push(String::from_utf8_lossy(&self.cell).into_owned());
        } else {
            let harm = if self.characters > CHARACTERS { Some(Harm::LongText) } else { harm(&self.cell) };
            if let Some(harm) = harm {
                let found = self.found.entry((harm, self.column)).or_insert((0, self.rows));
                found.0 += 1;
            }
        }
        self.column += 1;
        self.cell.clear();
        self.characters = 0;
    }
}

/// What happens to a cell; a number that stays what it is, and text, take no harm.
fn harm(cell: &[u8]) -> Option<Harm> {
    let (&first, rest) = cell.split_first()?;
    if cell.len() >= LONGEST {
        return if first == b'=' { Some(Harm::Formulas) } else { None };
    }
    match first {
        b'=' | b'@' => return Some(Harm::Formulas),
        b'+' | b'-' if !rest.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.') && !rest.is_empty() => {
            return Some(Harm::Formulas);
        }
        _ => {}
    }
    let digits = cell.strip_prefix(b"-").unwrap_or(cell);
    if digits.iter().all(u8::is_ascii_digit) {
        let zero = digits.len() > 1 && digits.first() == Some(&b'0');
        let long = digits.len() > DIGITS;
        return if zero { Some(Harm::LeadingZeros) } else { long.then_some(Harm::LongDigits) };
    }
    if is_exponent(cell) {
        return Some(Harm::Exponents);
    }
    is_date(cell).then_some(Harm::Dates)
}

/// `12E5`, but not `1e-05` or `1e+16`, which are how Python writes numbers.
fn is_exponent(cell: &[u8]) -> bool {
    let mut parts = cell.split(|b| matches!(b, b'e' | b'E'));
    let (Some(number), Some(power), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let all = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    all(number) && all(power)
}

/// The English names of months, by which programs in most languages go.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `3-4`, `3/4/25`, `MAR1`, `1-Mar`; a date that begins with its year stays recognisable.
fn is_date(cell: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(cell) else { return false };
    let number = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let day = |part: &str| number(part, 2) && part.parse().is_ok_and(|n: u32| (1..=31).contains(&n));
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    if let [a, b, year @ ..] = parts.as_slice()
        && day(a)
        && day(b)
        && year.len() <= 1
    {
        return year.iter().all(|year| number(year, 4));
    }
    let text = text.to_ascii_lowercase();
    let month = |part: &str| {
        part.get(..3).is_some_and(|three| MONTHS.contains(&three))
            && part.bytes().all(|b| b.is_ascii_lowercase())
            && part.len() <= 4
    };
    let split = text.find(|c: char| c.is_ascii_digit());
    let (before, after) = text.split_at(split.unwrap_or(text.len()));
    if !before.is_empty() {
        return month(before.trim_end_matches(['-', '/', ' '])) && number(after, 4);
    }
    let Some(at) = text.find(|c: char| c.is_ascii_lowercase()) else { return false };
    let (before, after) = text.split_at(at);
    day(before.trim_end_matches(['-', '/', ' '])) && month(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_judged_as_a_spreadsheet_does() {
        for (cell, expected) in [
            ("", None),
            ("text", None),
            ("0", None),
            ("0.5", None),
            ("-12", None),
            ("123456789012345", None),
            ("1234567890123456", Some(Harm::LongDigits)),
            ("-1234567890123456", Some(Harm::LongDigits)),
            ("007", Some(Harm::LeadingZeros)),
            ("1700000000.123456789", None),
            ("1e-05", None),
            ("1e+16", None),
            ("12E5", Some(Harm::Exponents)),
            ("e5", None),
            ("3-4", Some(Harm::Dates)),
            ("3/4/25", Some(Harm::Dates)),
            ("MAR1", Some(Harm::Dates)),
            ("1-Mar", Some(Harm::Dates)),
            ("sept2", Some(Harm::Dates)),
            ("march of 3", None),
            ("45-99", None),
            ("2024-01-05", None),
            ("=1+1", Some(Harm::Formulas)),
            ("@name", Some(Harm::Formulas)),
            ("-x", Some(Harm::Formulas)),
            ("-", None),
            ("-0.5", None),
            ("[1, 2]", None),
        ] {
            assert_eq!(harm(cell.as_bytes()), expected, "{cell}");
        }
    }

    #[test]
    fn advice_names_columns_wherever_the_file_is_cut() {
        let file = "id,\"a \"\"name\"\"\",text\r\n007,x,\"1,\n=2\"\r\n008,=x,\r\n1,MAR1,\"=3\"\r\n";
        let expected = [
            (Harm::LeadingZeros, 2, 1, vec!["id"]),
            (Harm::Dates, 1, 3, vec!["a \"name\""]),
            (Harm::Formulas, 2, 2, vec!["a \"name\"", "text"]),
        ];
        for size in [1, 2, 7, 1000] {
            let mut sheet = Spreadsheet::default();
            file.as_bytes().chunks(size).for_each(|piece| sheet.push(piece));
            assert_eq!(sheet.rows(), 3);
            let advice: Vec<_> = sheet.advice().into_iter().map(|a| (a.harm, a.count, a.row, a.columns)).collect();
            assert_eq!(
                advice,
                expected.clone().map(|(h, c, r, names)| (h, c, r, names.into_iter().map(str::to_owned).collect()))
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut sheet = Spreadsheet::default();
        sheet.push("c\r\n".repeat(usize::try_from(ROWS).unwrap() + 2).as_bytes());
        assert_eq!(sheet.advice().first().map(|a| (a.harm, a.count)), Some((Harm::Rows, 2)));
        let mut wide = Spreadsheet::default();
        wide.push(",".repeat(COLUMNS).as_bytes());
        wide.push(b"\r\n\"");
        wide.push("é".repeat(40_000).as_bytes());
        wide.push(b"\"\r\n");
        let advice: Vec<_> = wide.advice().iter().map(|a| (a.harm, a.count)).collect();
        assert_eq!(advice, [(Harm::Columns, 1), (Harm::LongText, 1)]);
    }
}
