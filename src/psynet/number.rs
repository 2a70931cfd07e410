//! Write numbers as Python's `repr` and pandas' `to_csv` write them.

/// Room for the text of one float.
#[derive(Default)]
pub struct Buffer {
    shortest: zmij::Buffer,
    exponential: String,
}

impl Buffer {
    /// A float as Python's `repr` writes it: shortest digits, an exponent below 1e-4 and from 1e16 on.
    pub fn python(&mut self, value: f64) -> &str {
        self.spelled(value, 1e16)
    }

    /// A float as PostgreSQL prints it: the same digits, an exponent from 1e15 on, and no `.0`.
    fn postgres(&mut self, value: f64) -> &str {
        let text = self.spelled(value, 1e15);
        text.strip_suffix(".0").unwrap_or(text)
    }

    /// A float with an exponent from `most` on.
    fn spelled(&mut self, value: f64, most: f64) -> &str {
        if value.is_nan() {
            return "nan";
        }
        if value.is_infinite() {
            return if value > 0.0 { "inf" } else { "-inf" };
        }
        let text = self.shortest.format_finite(value);
        if value == 0.0 || (1e-4..most).contains(&value.abs()) {
            return text;
        }
        // Outside that range the digits are put before an exponent of at least two digits.
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |m| ("-", m));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let digits = digits.trim_matches('0');
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
        let exponent = exponent.parse::<i32>().unwrap_or(0) + whole.len() as i32 - 1 - leading as i32;
        let point = if rest.is_empty() { "" } else { "." };
        let minus = if exponent < 0 { '-' } else { '+' };
        self.exponential = format!("{sign}{first}{point}{rest}e{minus}{:02}", exponent.abs());
        &self.exponential
    }
}

/// A float as pandas writes it: nothing for NaN.
pub fn pandas(value: f64) -> String {
    if value.is_nan() { String::new() } else { Buffer::default().python(value).to_owned() }
}

/// A float from its text in JSON, in PostgreSQL's CSV or in Python's source.
pub fn float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // Rust also reads `inf`, `nan` and `infinity`, which none of them writes.
        _ if text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) => text.parse().ok(),
        _ => None,
    }
}

/// Whether a text is a float that Python's `repr` would write the same, told without reading it: at most 15 digits,
/// which every float keeps, none of them superfluous, and no need of an exponent. Others may be so, too.
pub fn is_short_float(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let Some((whole, fraction)) = text.split_once('.') else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && whole.len() + fraction.len() <= 15
        && (whole == "0" || !whole.starts_with('0'))
        && (fraction == "0" || !fraction.ends_with('0'))
        && (whole != "0" || !fraction.starts_with("0000"))
}

/// Whether a text is a whole number.
pub fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text is a whole number as PostgreSQL prints one of its integers.
pub fn is_postgres_int(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|number| itoa::Buffer::new().format(number) == text)
}

/// Whether a text is a float as PostgreSQL prints it: the shortest that gives the same float.
pub fn is_postgres_float(text: &str) -> bool {
    is_float_by(text, Buffer::postgres)
}

/// Whether a text is a float as Python writes it into JSON.
pub fn is_python_float(text: &str) -> bool {
    is_float_by(text, Buffer::python)
}

fn is_float_by(text: &str, spell: fn(&mut Buffer, f64) -> &str) -> bool {
    match float(text) {
        Some(value) if value.is_finite() => spell(&mut Buffer::default(), value) == text,
        // Digits that are too many for a float give infinity, too.
        Some(_) => text.ends_with(['N', 'y']),
        None => false,
    }
}

/// Whether a whole number is written as a float by adding `.0`: at most 15 digits, which every float keeps.
pub fn is_short_int(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_int(digits) && digits.len() <= 15 && (digits == "0" || !digits.starts_with('0'))
}

/// Whether NumPy has an integer type that holds this whole number (int64 or uint64).
pub fn fits_numpy(text: &str) -> bool {
    text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_spelled_as_python_does() {
        let cases = [
            (5.0, "5.0"),
            (-0.0, "-0.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (9007199254740992.0, "9007199254740992.0"),
            (1.5e-7, "1.5e-07"),
            (1e100, "1e+100"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, want) in cases {
            assert_eq!(Buffer::default().python(value), want);
        }
        assert_eq!(pandas(f64::NAN), "");
    }

    #[test]
    fn short_floats_are_what_python_writes() {
        for text in ["0.0", "-0.0", "1.5", "0.0001", "-12.25", "12345678901234.5", "0.00012", "100.0", "0.10001"] {
            assert!(is_short_float(text), "{text}");
            assert_eq!(Buffer::default().python(text.parse().unwrap()), text);
        }
        for text in
            ["0.00001", "1", "1.", ".5", "01.5", "1.50", "1e5", "1.5e5", "1234567890123.456", "", "-", "0.00000"]
        {
            assert!(!is_short_float(text), "{text}");
        }
    }

    #[test]
    fn what_postgres_prints_is_told_from_other_spellings() {
        for text in
            ["0", "-0", "38", "0.5", "-1e-05", "0.0001", "123456789012345", "1e+15", "1.5e+300", "Infinity", "NaN"]
        {
            assert!(is_postgres_float(text), "{text}");
        }
        for text in ["007", "1.10", "5.0", "1e5", "+5", ".5", "1000000000000000", "1e400", "inf", "", "-"] {
            assert!(!is_postgres_float(text), "{text}");
        }
        assert!(["0", "-12", "9223372036854775807"].into_iter().all(is_postgres_int));
        assert!(!["-0", "+5", "012", "9223372036854775808", "1.5", ""].into_iter().any(is_postgres_int));
    }

    #[test]
    fn only_what_the_formats_write_is_a_float() {
        assert_eq!(float("38"), Some(38.0));
        assert!(float("inf").is_none() && float("nan").is_none() && float("").is_none());
    }
}
