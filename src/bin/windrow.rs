//! The command line: `windrow inspect`, `windrow export`, `windrow view`. A thin skin over the library.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use windrow::describe::psynet_summary::PsynetSummary;
use windrow::describe::summary::{ProblemSummary, SessionSummary, Summary};
use windrow::error::{Code, Error, Place, Problem};
use windrow::export::{self, Export, threads};
use windrow::limits::Limits;
use windrow::log::Log;
use windrow::psynet::{self, Assets, Form};
use windrow::recipe::{Compression, Filetype, Recipe, ViewName};
use windrow::source::{FileInfo, Reader, Want};
use windrow::study::{Data, Opening, Study};
use windrow::table::Step;
use windrow::view::{Cursor, Table, View};
use windrow::write::jsonl;

const HELP: &str = "\
windrow: an experiment's log as tables, on this machine only

  windrow inspect INPUT... [--json]
      what is in the input: sessions, fields, problems
  windrow export INPUT... -o OUT.zip [--session NAME]... [--filetype csv|jsonl]
      [--filters|--no-filters] [--gvar FIELD]... [--views LIST] [--small] [--threads N]
      [--recipe FILE] [--include-secrets]
      everything as one ZIP; LIST is of ultralong, sparse, latest, latest_by, page_times
  windrow export INPUT... -o OUT.zip [--filetype csv|jsonl] [--form regular|anonymous]
      [--assets none|experiment|all] [--basic-data] [--logs] [--source-code]
      [--no-database] [--no-timeline] [--small] [--threads N] [--recipe FILE]
      the same for PsyNet: the tables of psynet export, and what is passed on
  windrow view INPUT... --session NAME --format ultralong|sparse|latest|page-times
      [--gvar FIELD]... [--filters|--no-filters] [--filetype csv|jsonl] [--include-secrets]
      one table over all kinds of storage, on standard output
  windrow view INPUT... --format CLASS|timeline [--form regular|anonymous] [--filetype csv|jsonl]
      one table of a PsyNet export, on standard output

INPUT is a database dump of uproot, or a PsyNet or Dallinger export: database.zip, the export
as a folder or ZIP, or single tables of the database. Errors with --json are one JSON object.
Exit: 0 done, 1 done with problems, 2 bad input or usage.
";

/// What went wrong in the skin itself or below it.
enum Failure {
    Usage(String),
    Work(Error),
    Output(io::Error),
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
    format: Option<String>,
    filetype: Option<Filetype>,
    filters: Option<bool>,
    small: bool,
    threads: Option<usize>,
    include_secrets: bool,
    json: bool,
    form: Option<Form>,
    assets: Option<Assets>,
    basic_data: bool,
    logs: bool,
    source_code: bool,
    no_database: bool,
    no_timeline: bool,
}

fn main() -> ExitCode {
    let json = std::env::args().any(|a| a == "--json");
    match run() {
        Ok(problems) => ExitCode::from(u8::from(problems)),
        // A reader that closed the pipe has seen enough.
        Err(Failure::Output(e)) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            let problem = match failure {
                Failure::Usage(text) => {
                    eprintln!("windrow: {text}. See windrow --help.");
                    return ExitCode::from(2);
                }
                Failure::Work(error) => error.problem().clone(),
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
            println!("windrow {}", windrow::recipe::VERSION);
            return Ok(false);
        }
        _ => {
            print!("{HELP}");
            return Ok(false);
        }
    };
    let arguments = arguments(parser)?;
    match command.as_str() {
        "inspect" => inspect(&arguments),
        "export" => export(&arguments),
        "view" => view(&arguments),
        other => Err(Failure::Usage(format!("there is no command {other}"))),
    }
}

fn arguments(mut parser: lexopt::Parser) -> Result<Arguments, Failure> {
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
            Long("format") => a.format = Some(parser.value()?.string()?),
            Long("filetype") => {
                a.filetype = Some(match parser.value()?.string()?.as_str() {
                    "csv" => Filetype::Csv,
                    "jsonl" => Filetype::Jsonl,
                    _ => return Err(usage("--filetype takes csv or jsonl")),
                });
            }
            Long("form") => {
                a.form = Some(match parser.value()?.string()?.as_str() {
                    "regular" => Form::Regular,
                    "anonymous" => Form::PsynetAnonymous,
                    _ => return Err(usage("--form takes regular or anonymous")),
                });
            }
            Long("assets") => {
                a.assets = Some(match parser.value()?.string()?.as_str() {
                    "none" => Assets::None,
                    "experiment" => Assets::Experiment,
                    "all" => Assets::All,
                    _ => return Err(usage("--assets takes none, experiment or all")),
                });
            }
            Long("basic-data") => a.basic_data = true,
            Long("logs") => a.logs = true,
            Long("source-code") => a.source_code = true,
            Long("no-database") => a.no_database = true,
            Long("no-timeline") => a.no_timeline = true,
            Long("filters") => a.filters = Some(true),
            Long("no-filters") => a.filters = Some(false),
            Long("small") => a.small = true,
            Long("threads") => a.threads = Some(parser.value()?.parse()?),
            Long("include-secrets") => a.include_secrets = true,
            Long("json") => a.json = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if a.inputs.is_empty() {
        return Err(usage("which file shall be read"));
    }
    Ok(a)
}

fn inspect(a: &Arguments) -> Result<bool, Failure> {
    let (study, _) = open(&a.inputs)?;
    let summary = Summary::of(&study);
    let mut out = io::stdout().lock();
    if a.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&summary).unwrap_or_default())?;
        return Ok(!summary.problems.is_empty());
    }
    writeln!(out, "{} ({})", summary.format, summary.versions)?;
    match &summary.psynet {
        Some(psynet) => inspect_psynet(psynet, &mut out)?,
        None => inspect_uproot(&summary, &mut out)?,
    }
    drop(out);
    report(&study);
    Ok(!summary.problems.is_empty())
}

fn inspect_uproot(summary: &Summary, out: &mut impl Write) -> io::Result<()> {
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
    Ok(())
}

fn inspect_psynet(psynet: &PsynetSummary, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}: {} participants, {} of them bots", label(psynet), psynet.participants, psynet.bots)?;
    writeln!(out, "Tables of the database ({} form)", psynet.form.folder())?;
    for table in &psynet.database {
        writeln!(out, "  {}: {} rows", table.name, table.rows)?;
    }
    writeln!(out, "Classes")?;
    for class in &psynet.classes {
        writeln!(out, "  {}: {} rows, {} columns", class.class, class.rows, class.columns)?;
    }
    if !psynet.notes.is_empty() {
        writeln!(out, "What the database does not say")?;
    }
    for note in &psynet.notes {
        let dot = if note.column.is_empty() { "" } else { "." };
        writeln!(out, "  {}{dot}{}: {}", note.class, note.column, note.text)?;
    }
    Ok(())
}

fn label(psynet: &PsynetSummary) -> &str {
    psynet.label.as_deref().unwrap_or("An experiment without a label")
}

/// Lists what went wrong; says whether anything did.
fn report(study: &Study) -> bool {
    for problem in study.problems.iter() {
        eprintln!("windrow: {problem}");
    }
    !study.problems.is_empty()
}

fn export(a: &Arguments) -> Result<bool, Failure> {
    let output = a.output.as_ref().ok_or_else(|| Failure::Usage("where to: -o OUT.zip".to_owned()))?;
    let mut recipe = match &a.recipe {
        Some(path) => Recipe::from_json(&std::fs::read(path)?)?,
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
    recipe.psynet = psynet_choices(a, recipe.psynet);
    let (study, input) = open(&a.inputs)?;
    check_options(a, &study)?;
    let mut export = Export::new(&study, &recipe)?;
    // The archive is complete or there is none: it gets its name only at the end.
    let partial = output.with_extension("zip.partial");
    let threads = a.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let written = write_archive(&mut export, threads, &input, &partial);
    if let Err(failure) = written {
        let _ = std::fs::remove_file(&partial);
        return Err(failure);
    }
    std::fs::rename(&partial, output)?;
    Ok(report(&study))
}

/// The choices for PsyNet: those of a recipe, changed by options.
fn psynet_choices(a: &Arguments, recipe: windrow::recipe::Psynet) -> windrow::recipe::Psynet {
    windrow::recipe::Psynet {
        form: a.form.unwrap_or(recipe.form),
        assets: a.assets.unwrap_or(recipe.assets),
        database: recipe.database && !a.no_database,
        timeline: recipe.timeline && !a.no_timeline,
        basic_data: recipe.basic_data || a.basic_data,
        logs: recipe.logs || a.logs,
        source_code: recipe.source_code || a.source_code,
    }
}

/// Options that the input has no use for are a mistake, not a wish to be passed over in silence.
fn check_options(a: &Arguments, study: &Study) -> Result<(), Failure> {
    let uproot = !a.sessions.is_empty() || !a.gvars.is_empty() || a.views.is_some() || a.filters.is_some();
    let passed_on = a.basic_data || a.logs || a.source_code || a.no_database || a.no_timeline;
    let psynet = a.form.is_some() || a.assets.is_some() || passed_on;
    match study.data {
        Data::Uproot(_) if psynet => {
            Err(Failure::Usage("an option is for PsyNet exports, and this is none".to_owned()))
        }
        Data::Psynet(_) if uproot => {
            Err(Failure::Usage("an option is for uproot, and this is a PsyNet export".to_owned()))
        }
        _ => Ok(()),
    }
}

fn write_archive(export: &mut Export, threads: usize, input: &Input, path: &Path) -> Result<(), Failure> {
    let mut file = File::create(path)?;
    let mut progress = Progress::new("writing");
    let read = |export: &mut Export, want: &Want| input.read(want, |chunk| export.push(chunk));
    threads::run(export, threads, read, |bytes, done| {
        progress.show(done);
        file.write_all(bytes).map_err(Failure::from)
    })?;
    file.sync_all()?;
    Ok(())
}

fn view(a: &Arguments) -> Result<bool, Failure> {
    let format = a.format.as_ref().ok_or_else(|| Failure::Usage("which table: --format".to_owned()))?;
    let (study, input) = open(&a.inputs)?;
    check_options(a, &study)?;
    match &study.data {
        Data::Uproot(log) => view_uproot(a, log, format)?,
        Data::Psynet(data) => view_psynet(a, data, format, &input)?,
    }
    Ok(report(&study))
}

fn view_uproot(a: &Arguments, log: &Arc<Log>, format: &str) -> Result<(), Failure> {
    let usage = |text: &str| Failure::Usage(text.to_owned());
    let view = ViewName::parse(format).map(ViewName::view);
    let view = view.ok_or_else(|| usage("--format takes ultralong, sparse, latest or page-times"))?;
    let [name] = a.sessions.as_slice() else { return Err(usage("view shows one session: --session NAME")) };
    let recipe = Recipe {
        gvars: a.gvars.clone(),
        filetype: a.filetype.unwrap_or(Filetype::Jsonl),
        filters: a.filters.unwrap_or(false),
        include_secrets: a.include_secrets,
        sessions: Some(vec![name.clone()]),
        ..Recipe::default()
    }
    .checked()?;
    let session = export::chosen(log, &recipe)?[0];
    let view = if view == View::Latest && !recipe.gvars.is_empty() { View::LatestBy } else { view };
    let table = Table::whole(log, session, view, &recipe.options());
    let (keys, mut cursor, mut out) = (jsonl::keys(&table.columns), Cursor::default(), io::stdout().lock());
    let (mut row, mut buffer) = (0, Vec::new());
    loop {
        row = export::render(&table, recipe.filetype, row, &mut cursor, &keys, &mut buffer);
        out.write_all(&buffer)?;
        buffer.clear();
        if row >= table.rows {
            return Ok(());
        }
    }
}

fn view_psynet(a: &Arguments, data: &Arc<psynet::Study>, format: &str, input: &Input) -> Result<(), Failure> {
    let recipe = Recipe { filetype: a.filetype.unwrap_or(Filetype::Jsonl), ..Recipe::default() };
    let options = Recipe { psynet: psynet_choices(a, recipe.psynet), ..recipe }.psynet_options();
    let is_asked = |table: &psynet::Table| match &table.class {
        Some(class) => class == format,
        None => format == "timeline" && !table.columns.is_empty(),
    };
    let none = || Error::new(Code::NoSuchTable, Place::default().field(format));
    let path = data.tables(&options).into_iter().find(is_asked).ok_or_else(none)?.path;
    let mut producer = data.producer(&path, &options)?;
    let (mut out, mut buffer) = (io::stdout().lock(), Vec::new());
    loop {
        let step = producer.step(&mut buffer)?;
        out.write_all(&buffer)?;
        buffer.clear();
        match step {
            Step::Want(want) => input.read(&want, |chunk| producer.push(chunk))?,
            Step::More => {}
            Step::Done => return Ok(()),
        }
    }
}

/// The files that were given, to be read by ranges.
struct Input {
    /// Where each is, its name in the study, its size.
    paths: Vec<(PathBuf, String, u64)>,
}

impl Input {
    /// Lists the inputs; folders give all files below them.
    fn new(inputs: &[PathBuf]) -> Result<Input, Failure> {
        let mut paths = Vec::new();
        for input in inputs {
            let name = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            list(input, name, &mut paths).map_err(|e| unreadable(input, &e))?;
        }
        Ok(Input { paths })
    }

    /// Pushes a range in pieces.
    fn read(&self, want: &Want, mut push: impl FnMut(&[u8]) -> windrow::error::Result<()>) -> Result<(), Failure> {
        let path = &self.paths[want.file].0;
        let mut file = File::open(path).map_err(|e| unreadable(path, &e))?;
        file.seek(SeekFrom::Start(want.range.start)).map_err(|e| unreadable(path, &e))?;
        let most = usize::try_from(want.range.end - want.range.start).unwrap_or(usize::MAX);
        let mut buffer = vec![0; most.min(4 << 20)];
        let mut at = want.range.start;
        while at < want.range.end {
            let room = buffer.len().min(usize::try_from(want.range.end - at).unwrap_or(usize::MAX));
            let n = file.read(&mut buffer[..room]).map_err(|e| unreadable(path, &e))?;
            if n == 0 {
                return Err(Error::new(Code::Io, Place::file(path.to_string_lossy()).byte(at)).into());
            }
            push(&buffer[..n])?;
            at += n as u64;
        }
        Ok(())
    }
}

/// Reads the inputs.
fn open(inputs: &[PathBuf]) -> Result<(Study, Input), Failure> {
    let input = Input::new(inputs)?;
    let files = input.paths.iter().map(|(_, name, size)| FileInfo { path: name.clone(), size: *size }).collect();
    let mut opening = Opening::new(files, Limits { memory: 16 << 30, ..Limits::default() })?;
    let mut progress = Progress::new("reading");
    while let Some(want) = opening.want()? {
        let (mut at, size) = (want.range.start, input.paths[want.file].2);
        input.read(&want, |chunk| {
            at += chunk.len() as u64;
            progress.show(at as f64 / size.max(1) as f64);
            opening.push(chunk)
        })?;
    }
    drop(progress);
    Ok((opening.finish()?, input))
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
