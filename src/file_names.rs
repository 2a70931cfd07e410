//! Names of files and folders that are made of names in the data: safe on every system, each once.

use crate::order::Map;

/// Names in one folder, each given once.
#[derive(Default)]
pub(crate) struct Taken(Map<String, u32>);

impl Taken {
    /// A safe name like this one that was not given yet.
    pub fn safe(&mut self, like: &str) -> String {
        self.once(&safe_name(like))
    }

    /// This name, or with a number if it was given. Names that differ only in case would be one file on Windows and macOS.
    pub fn once(&mut self, base: &str) -> String {
        let mut name = base.to_owned();
        while self.0.contains_key(&name.to_lowercase()) {
            let number = self.0.entry(base.to_lowercase()).or_insert(1);
            *number += 1;
            name = format!("{base}_{number}");
        }
        self.0.insert(name.to_lowercase(), 1);
        name
    }
}

/// Longest name of a file or folder that is made of a name in the data; most systems take 255 bytes with the ending.
const LONGEST: usize = 120;

/// A name that no system takes for a path, a device or a hidden file; other bytes stand as `%` and two digits.
fn safe_name(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.char_indices() {
        if out.len() >= LONGEST {
            break;
        }
        let edge = i == 0 || i + c.len_utf8() == name.len();
        if c.is_ascii_alphanumeric() || c == '_' || c == '-' || (c == '.' && !edge) {
            out.push(c);
        } else {
            let mut buffer = [0; 4];
            c.encode_utf8(&mut buffer).bytes().for_each(|b| out.push_str(&format!("%{b:02X}")));
        }
    }
    let stem = out.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")));
    if device || out.is_empty() { format!("_{out}") } else { out }
}
