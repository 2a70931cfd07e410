//! What preparing data for sharing needs from the system: keys, and saying what was left.

use crate::Failure;
use crate::arguments::Arguments;
use crate::input::{Progress, open, unreadable};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use windrow::describe::summary::ProblemSummary;
use windrow::error::{Code, Place, Problem};
use windrow::protect::Protected;
use windrow::protect::check::{Leak, Leaks, Search};
use windrow::recipe::Recipe;

/// Searches a finished ZIP.
pub fn searched(path: &Path, protected: &Protected) -> Result<Leaks, Failure> {
    let mut zip = File::open(path)?;
    let size = zip.metadata()?.len().max(1);
    let mut progress = Progress::new("searching");
    let mut search = Search::default();
    while !search.step(&mut zip, &protected.searcher, &protected.own_columns)? {
        progress.show(search.read() as f64 / size as f64);
    }
    Ok(search.finish())
}

/// What was left, in words or as JSON.
pub fn leaked(leaks: &Leaks, json: bool) {
    let problem = Problem { count: leaks.total, ..Problem::new(Code::Leak, Place::default()) };
    if json {
        eprintln!("{}", serde_json::to_string(&ProblemSummary::from(&problem)).unwrap_or_default());
        return;
    }
    eprintln!("windrow: {problem}");
    for Leak { file, row, column, masked, class, form, path } in &leaks.list {
        let row = row.map(|row| format!(", row {row}")).unwrap_or_default();
        let column = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        let of = if path.is_empty() { String::new() } else { format!(", a value of {path}") };
        eprintln!("  {file}{row}{column}: {masked} as {form}, class {}{of}", class.as_str());
    }
}

/// What preparation would do, as JSON on standard output.
pub fn look(a: &Arguments) -> Result<bool, Failure> {
    let (study, input) = open(&a.inputs, a.limits())?;
    a.check(&study)?;
    let preset = a.preset(None)?.unwrap_or_default();
    let sessions = Some(a.sessions.clone()).filter(|names| !names.is_empty());
    let recipe = Recipe { protect: Some(preset), sessions, ..Recipe::default() };
    let mut work = windrow::protect::look(&study, &recipe)?;
    while let Some(want) = work.want()? {
        input.read(&want, |chunk| work.push(chunk))?;
    }
    let overview = work.finish()?;
    let all = serde_json::json!({ "protection": overview, "texts": overview.texts });
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&all).unwrap_or_default())?;
    Ok(false)
}

/// The first line of a key file.
const KEY_FILE: &str = "windrow-project-key/1";

/// A key from the system's generator.
pub fn random_key() -> Result<[u8; 32], Failure> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|e| Failure::Usage(format!("the system gives no random numbers: {e}")))?;
    Ok(key)
}

/// A project key from its file.
pub fn key_of(path: &Path) -> Result<[u8; 32], Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
    let digits = text.strip_prefix(KEY_FILE).map(str::trim).unwrap_or_default();
    let mut key = [0; 32];
    let whole = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if !whole {
        return Err(Failure::Usage("this is no key file; windrow key -o FILE makes one".to_owned()));
    }
    for (byte, pair) in key.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = pair.iter().filter_map(|d| char::from(*d).to_digit(16)).fold(0, |n, d| n << 4 | d as u8);
    }
    Ok(key)
}

/// Makes a key file.
pub fn new_key(a: &Arguments) -> Result<bool, Failure> {
    let output = a.output.as_ref().ok_or_else(|| Failure::Usage("where to: -o FILE".to_owned()))?;
    let key = random_key()?;
    let digits: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let mut options = File::options();
    // A key that is there is never overwritten: what was made with it could not be joined any more.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(output)?;
    write!(file, "{KEY_FILE}\n{digits}\n")?;
    file.sync_all()?;
    Ok(false)
}
