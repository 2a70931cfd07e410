//! The command line: `windrow inspect`, `windrow export`, `windrow view`. A thin skin over the library.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use windrow::describe::summary::{ProblemSummary, SessionSummary, Summary};
use windrow::describe::upstream;
use windrow::error::{Code, Error, Place, Problem};
use windrow::export::{self, Export, threads};
use windrow::limits::Limits;
use windrow::log::Session;
use windrow::protect::check::{Leak, Leaks, check};
use windrow::protect::uproot::protect;
use windrow::recipe::{Compression, Filetype, Protect, Recipe, ViewName};
use windrow::source::{FileInfo, Reader};
use windrow::study::{Opening, Study};
use windrow::view::{Cursor, Table, View};
use windrow::write::jsonl;

const HELP: &str = "\
windrow: an experiment's log as tables, on this machine only

  windrow inspect INPUT... [--json]
      what is in the input: sessions, fields, problems
  windrow export INPUT... -o OUT.zip [--session NAME]... [--filetype csv|jsonl]
      [--filters|--no-filters] [--gvar FIELD]... [--views LIST] [--small] [--threads N]
      [--recipe FILE] [--include-secrets]
      [--protect share|pseudonymize [--key FILE] [--k N]]
      everything as one ZIP; LIST is of ultralong, sparse, latest, latest_by, page_times;
      --protect prepares the data for sharing and gives no ZIP if an identifier is left
  windrow key -o FILE
      a new project key, with which several protected exports can be joined; keep it secret
  windrow view INPUT... --session NAME --format ultralong|sparse|latest|page-times
      [--gvar FIELD]... [--filters|--no-filters] [--filetype csv|jsonl] [--include-secrets]
      one table over all kinds of storage, on standard output

INPUT is a database dump of uproot. Errors with --json are one JSON object.
Exit: 0 done, 1 done with problems, 2 bad input or usage, 3 an identifier was left and there is no ZIP.
";

/// What went wrong in the skin itself or below it.
enum Failure {
    Usage(String),
    Work(Error),
    Output(io::Error),
    /// What was left in a protected ZIP.
    Leaks(Leaks),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Work(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Failure::Usage(error.to_string())
    }
}

#[derive(Default)]
struct Arguments {
    inputs: Vec<PathBuf>,
    output: Option<PathBuf>,
    recipe: Option<PathBuf>,
    sessions: Vec<String>,
    gvars: Vec<String>,
    views: Option<Vec<ViewName>>,
    format: Option<View>,
    filetype: Option<Filetype>,
    filters: Option<bool>,
    small: bool,
    threads: Option<usize>,
    include_secrets: bool,
    json: bool,
    protect: Option<Protect>,
    key: Option<PathBuf>,
    k: Option<u32>,
}

fn main() -> ExitCode {
    let json = std::env::args_os().any(|a| a == "--json");
    match run() {
        Ok(problems) => ExitCode::from(u8::from(problems)),
        // A reader that closed the pipe has seen enough.
        Err(Failure::Output(e)) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Leaks(leaks)) => {
            leaked(&leaks, json);
            ExitCode::from(3)
        }
        Err(failure) => {
            let problem = match failure {
                Failure::Usage(text) => Problem::new(Code::Usage, Place::default()).detail(format!("It says: {text}.")),
                Failure::Work(error) => error.problem().clone(),
                Failure::Leaks(_) => Problem::new(Code::Leak, Place::default()),
                Failure::Output(e) => {
                    Problem::new(Code::Io, Place::default()).detail(format!("The output could not be written: {e}."))
                }
            };
            if json {
                eprintln!("{}", serde_json::to_string(&ProblemSummary::from(&problem)).unwrap_or_default());
            } else {
                eprintln!("windrow: {problem}");
            }
            ExitCode::from(2)
        }
    }
}

/// Does what was asked for; says whether problems were reported.
fn run() -> Result<bool, Failure> {
    let mut parser = lexopt::Parser::from_env();
    let command = match parser.next()? {
        Some(lexopt::Arg::Value(command)) => command.to_string_lossy().into_owned(),
        Some(lexopt::Arg::Long("version")) => {
            writeln!(io::stdout(), "windrow {}", windrow::recipe::VERSION)?;
            return Ok(false);
        }
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => {
            write!(io::stdout(), "{HELP}")?;
            return Ok(false);
        }
        Some(other) => return Err(other.unexpected().into()),
        None => return Err(Failure::Usage("there is no command; one is windrow inspect INPUT".to_owned())),
    };
    if !["inspect", "export", "view", "key"].contains(&command.as_str()) {
        return Err(Failure::Usage(format!("there is no command {command}")));
    }
    let arguments = arguments(parser, command == "key")?;
    match command.as_str() {
        "inspect" => inspect(&arguments),
        "export" => export(&arguments),
        "key" => new_key(&arguments),
        _ => view(&arguments),
    }
}

fn arguments(mut parser: lexopt::Parser, no_input: bool) -> Result<Arguments, Failure> {
    use lexopt::Arg::{Long, Short, Value};
    use lexopt::ValueExt;
    let mut a = Arguments::default();
    let usage = |text: &str| Failure::Usage(text.to_owned());
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) => a.inputs.push(path.into()),
            Short('o') | Long("output") => a.output = Some(parser.value()?.into()),
            Long("recipe") => a.recipe = Some(parser.value()?.into()),
            Long("session") => a.sessions.push(parser.value()?.string()?),
            Long("gvar") => a.gvars.push(parser.value()?.string()?),
            Long("views") => {
                let list = parser.value()?.string()?;
                let views = list.split(',').map(ViewName::parse).collect::<Option<Vec<_>>>();
                a.views =
                    Some(views.ok_or_else(|| usage("--views takes ultralong,sparse,latest,latest_by,page_times"))?);
            }
            Long("format") => {
                let view = ViewName::parse(&parser.value()?.string()?).map(ViewName::view);
                a.format = Some(view.ok_or_else(|| usage("--format takes ultralong, sparse, latest or page-times"))?);
            }
            Long("filetype") => {
                a.filetype = Some(match parser.value()?.string()?.as_str() {
                    "csv" => Filetype::Csv,
                    "jsonl" => Filetype::Jsonl,
                    _ => return Err(usage("--filetype takes csv or jsonl")),
                });
            }
            Long("filters") => a.filters = Some(true),
            Long("no-filters") => a.filters = Some(false),
            Long("small") => a.small = true,
            Long("threads") => a.threads = Some(parser.value()?.parse()?),
            Long("include-secrets") => a.include_secrets = true,
            Long("json") => a.json = true,
            Long("protect") => {
                let level = Protect::parse(&parser.value()?.string()?);
                a.protect = Some(level.ok_or_else(|| usage("--protect takes share or pseudonymize"))?);
            }
            Long("key") => a.key = Some(parser.value()?.into()),
            Long("k") => a.k = Some(parser.value()?.parse()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if a.inputs.is_empty() && !no_input {
        return Err(usage("which file shall be read"));
    }
    Ok(a)
}

fn inspect(a: &Arguments) -> Result<bool, Failure> {
    let study = open(&a.inputs)?;
    let summary = Summary::of(&study);
    let mut out = io::stdout().lock();
    if a.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&summary).unwrap_or_default())?;
        return Ok(!summary.problems.is_empty());
    }
    writeln!(out, "{} ({})", summary.format, summary.versions)?;
    writeln!(out, "{} changes in {} sessions", summary.changes, summary.sessions.len())?;
    for s in &summary.sessions {
        let SessionSummary { name, players, groups, models, changes, .. } = s;
        writeln!(out, "  {name}: {changes} changes, {players} players, {groups} groups, {models} models")?;
    }
    writeln!(out, "Fields")?;
    for f in &summary.fields {
        let types: Vec<String> = f.types.iter().map(|t| format!("{} {}", t.count, t.name)).collect();
        writeln!(out, "  {}.{}: {} changes ({})", f.kind, f.field, f.changes, types.join(", "))?;
    }
    drop(out);
    Ok(report(&study, &study.log.sessions.iter().collect::<Vec<_>>()))
}

/// Says what went wrong while reading, and what is odd about some sessions; whether there was anything.
fn report(study: &Study, sessions: &[&Session]) -> bool {
    let mut problems = study.problems.clone();
    sessions.iter().for_each(|session| upstream::check(&study.log, session, &mut problems));
    problems.iter().for_each(|problem| eprintln!("windrow: {problem}"));
    !problems.is_empty()
}

fn export(a: &Arguments) -> Result<bool, Failure> {
    let output = a.output.as_ref().ok_or_else(|| Failure::Usage("where to: -o OUT.zip".to_owned()))?;
    let mut recipe = match &a.recipe {
        Some(path) => Recipe::from_json(&std::fs::read(path).map_err(|e| unreadable(path, &e))?)?,
        None => Recipe::default(),
    };
    if !a.sessions.is_empty() {
        recipe.sessions = Some(a.sessions.clone());
    }
    if !a.gvars.is_empty() {
        recipe.gvars = a.gvars.clone();
    }
    if let Some(views) = &a.views {
        recipe.views = views.clone();
    }
    recipe.filetype = a.filetype.unwrap_or(recipe.filetype);
    recipe.filters = a.filters.unwrap_or(recipe.filters);
    recipe.include_secrets = a.include_secrets;
    if a.small {
        recipe.compression = Compression::Small;
    }
    let study = open(&a.inputs)?;
    if let Ok(target) = output.canonicalize()
        && files(&a.inputs)?.iter().any(|(path, ..)| path.canonicalize().is_ok_and(|input| input == target))
    {
        return Err(Failure::Usage("the ZIP would overwrite the input".to_owned()));
    }
    recipe.protect = a.protect.unwrap_or(recipe.protect);
    recipe.k = a.k.unwrap_or(recipe.k);
    if recipe.protect.is_off() {
        if a.key.is_some() {
            return Err(Failure::Usage("--key is for --protect".to_owned()));
        }
        write_zip(&mut Export::new(&study, &recipe)?, a, output, |_| Ok(()))?;
        return Ok(report(&study, &export::chosen(&study, &recipe)?));
    }
    if recipe.include_secrets {
        return Err(Failure::Usage("--include-secrets and --protect exclude each other".to_owned()));
    }
    let key = match &a.key {
        Some(path) => key_of(path)?,
        None => random_key()?,
    };
    let protected = protect(&study, &recipe, &key, a.key.is_some(), limits())?;
    write_zip(&mut Export::new(&protected.study, &protected.recipe)?, a, output, |partial| {
        let leaks = check(io::BufReader::new(File::open(partial)?), &protected.searcher, &protected.own_columns)?;
        if leaks.total == 0 { Ok(()) } else { Err(Failure::Leaks(leaks)) }
    })?;
    Ok(report(&study, &export::chosen(&study, &recipe)?))
}

/// What was left, in words or as JSON.
fn leaked(leaks: &Leaks, json: bool) {
    let problem = Problem { count: leaks.total, ..Problem::new(Code::Leak, Place::default()) };
    if json {
        eprintln!("{}", serde_json::to_string(&ProblemSummary::from(&problem)).unwrap_or_default());
        return;
    }
    eprintln!("windrow: {problem}");
    for Leak { file, row, column, masked, class, form } in &leaks.list {
        let row = row.map(|row| format!(", row {row}")).unwrap_or_default();
        let column = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        eprintln!("  {file}{row}{column}: {masked} as {form}, class {}", class.as_str());
    }
}

/// The first line of a key file.
const KEY_FILE: &str = "windrow-project-key/1";

fn random_key() -> Result<[u8; 32], Failure> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|e| Failure::Usage(format!("the system gives no random numbers: {e}")))?;
    Ok(key)
}

/// A project key from its file.
fn key_of(path: &Path) -> Result<[u8; 32], Failure> {
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

fn new_key(a: &Arguments) -> Result<bool, Failure> {
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

/// Writes the ZIP and gives it its name if `check` agrees.
fn write_zip(
    export: &mut Export,
    a: &Arguments,
    output: &Path,
    check: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // The archive is complete or there is none: it gets its name only at the end.
    let mut partial = output.to_owned().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let threads = a.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let written = write_archive(export, threads, &partial)
        .and_then(|()| check(&partial))
        .and_then(|()| Ok(std::fs::rename(&partial, output)?));
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(&partial);
    })
}

fn write_archive(export: &mut Export, threads: usize, path: &Path) -> Result<(), Failure> {
    let mut file = File::create(path)?;
    let mut progress = Progress::new("writing");
    threads::run(export, threads, |bytes, done| {
        progress.show(done);
        file.write_all(bytes).map_err(Failure::from)
    })?;
    file.sync_all()?;
    Ok(())
}

fn view(a: &Arguments) -> Result<bool, Failure> {
    let view = a.format.ok_or_else(|| Failure::Usage("which table: --format".to_owned()))?;
    let [name] = a.sessions.as_slice() else {
        return Err(Failure::Usage("view shows one session: --session NAME".to_owned()));
    };
    let study = open(&a.inputs)?;
    let recipe = Recipe {
        gvars: a.gvars.clone(),
        filetype: a.filetype.unwrap_or(Filetype::Jsonl),
        filters: a.filters.unwrap_or(false),
        include_secrets: a.include_secrets,
        sessions: Some(vec![name.clone()]),
        ..Recipe::default()
    }
    .checked()?;
    let session = export::chosen(&study, &recipe)?[0];
    let view = if view == View::Latest && !recipe.gvars.is_empty() { View::LatestBy } else { view };
    let table = Table::whole(&study.log, session, view, &recipe.options());
    let (keys, mut cursor, mut out) = (jsonl::keys(&table.columns), Cursor::default(), io::stdout().lock());
    let (mut row, mut buffer) = (0, Vec::new());
    loop {
        row = export::render(&table, recipe.filetype, row, &mut cursor, &keys, &mut buffer);
        out.write_all(&buffer)?;
        buffer.clear();
        if row >= table.rows {
            break;
        }
    }
    Ok(report(&study, &[session]))
}

/// The files that inputs stand for, with the names shown and the sizes; folders give all files below them.
fn files(inputs: &[PathBuf]) -> Result<Vec<(PathBuf, String, u64)>, Failure> {
    let mut paths = Vec::new();
    for input in inputs {
        let name = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        list(input, name, &mut paths).map_err(|e| unreadable(input, &e))?;
    }
    Ok(paths)
}

fn limits() -> Limits {
    Limits { memory: 16 << 30, ..Limits::default() }
}

/// Reads the inputs.
fn open(inputs: &[PathBuf]) -> Result<Study, Failure> {
    let paths = files(inputs)?;
    let files = paths.iter().map(|(_, name, size)| FileInfo { path: name.clone(), size: *size }).collect();
    let mut opening = Opening::new(files, limits())?;
    let mut buffer = vec![0; 4 << 20];
    let mut progress = Progress::new("reading");
    while let Some(want) = opening.want()? {
        let (path, _, size) = &paths[want.file];
        let mut file = File::open(path).map_err(|e| unreadable(path, &e))?;
        file.seek(SeekFrom::Start(want.range.start)).map_err(|e| unreadable(path, &e))?;
        let mut at = want.range.start;
        while at < want.range.end {
            let room = buffer.len().min(usize::try_from(want.range.end - at).unwrap_or(usize::MAX));
            let n = file.read(&mut buffer[..room]).map_err(|e| unreadable(path, &e))?;
            if n == 0 {
                return Err(Error::new(Code::Io, Place::file(path.to_string_lossy()).byte(at)).into());
            }
            opening.push(&buffer[..n])?;
            at += n as u64;
            progress.show(at as f64 / (*size).max(1) as f64);
        }
    }
    Ok(opening.finish()?)
}

fn list(path: &Path, name: String, found: &mut Vec<(PathBuf, String, u64)>) -> io::Result<()> {
    let about = std::fs::metadata(path)?;
    if !about.is_dir() {
        found.push((path.to_owned(), name, about.len()));
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    // The order of a folder differs from system to system.
    entries.sort_by_key(|e| e.file_name());
    for entry in entries {
        list(&entry.path(), format!("{name}/{}", entry.file_name().to_string_lossy()), found)?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Error::new(Code::Io, Place::file(path.to_string_lossy())).detail(format!("The system says: {error}.")).into()
}

/// A line on a terminal that says how far the work is.
struct Progress {
    label: &'static str,
    shown: i64,
}

impl Progress {
    fn new(label: &'static str) -> Self {
        Progress { label, shown: if io::stderr().is_terminal() { -1 } else { i64::MAX } }
    }

    fn show(&mut self, done: f64) {
        let percent = (done * 100.0) as i64;
        if percent > self.shown {
            eprint!("\r{} {percent} %", self.label);
            self.shown = percent;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if (0..i64::MAX).contains(&self.shown) {
            eprint!("\r\x1b[K");
        }
    }
}
