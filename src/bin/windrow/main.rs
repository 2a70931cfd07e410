//! The command line: `windrow inspect`, `windrow export`, `windrow view`. A thin skin over the library.

mod arguments;
mod input;
mod inspect;
mod protect;
mod view;

use arguments::{Arguments, arguments};
use input::{Input, Progress, open, unreadable};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use windrow::describe::summary::{ProblemSummary, Summary};
use windrow::error::{Code, Error, Place, Problem};
use windrow::export::{Export, chosen, threads};
use windrow::log::Session;
use windrow::protect::check::Leaks;
use windrow::protect::{Given, prepare};
use windrow::recipe::{Compression, Filetype, Recipe};
use windrow::source::{Reader, Want};
use windrow::study::{Data, Study};

const HELP: &str = "\
windrow: an experiment's log as tables, on this machine only

  windrow inspect INPUT... [--json]
      what is in the input: sessions, fields, problems
  windrow export INPUT... -o OUT.zip [--session NAME]... [--filetype csv|jsonl|spreadsheet]
      [--filters|--no-filters] [--gvar FIELD]... [--views LIST] [--small] [--threads N]
      [--recipe FILE] [--include-secrets] [--database] [--memory MB]
      [--protect share|pseudonymize] [--preset FILE] [--k N] [--key FILE]
      everything as one ZIP; LIST is of ultralong, sparse, latest, latest_by, page_times;
      --database adds a dump that uproot restore accepts;
      --memory is what the changes of a dump or database may take before it is read part by part (1000);
      --spreadsheet is --filetype spreadsheet: CSV that a spreadsheet program neither runs nor changes,
      and that is not exact, as an apostrophe stands before some texts;
      --protect prepares data for sharing and gives no ZIP if an identifier is left;
      a preset holds further choices, and is part of a recipe, too; --approved FILE names texts that
      somebody has read and that may come out redacted
  windrow look INPUT... [--session NAME]... [--protect share|pseudonymize] [--preset FILE] [--k N]
      what --protect would do, as JSON: the class of each field and why, how much participants stand
      out, and the texts that can be approved; it shows values, so keep it as you keep the data
  windrow key -o FILE
      a new project key, with which several protected exports can be joined; keep it secret
  windrow export INPUT... -o OUT.zip [--filetype csv|jsonl|spreadsheet] [--form regular|anonymous]
      [--assets none|experiment|all] [--basic-data] [--logs] [--source-code]
      [--no-database] [--no-timeline] [--small] [--threads N] [--recipe FILE]
      the same for PsyNet: the tables of psynet export, and what is passed on
  windrow view INPUT... --session NAME --format ultralong|sparse|latest|page-times
      [--gvar FIELD]... [--filters|--no-filters] [--filetype csv|jsonl|spreadsheet] [--include-secrets]
      one table over all kinds of storage, on standard output
  windrow view INPUT... --format CLASS|timeline [--form regular|anonymous] [--filetype csv|jsonl|spreadsheet]
      one table of a PsyNet export, on standard output

INPUT is what uproot left (a dump, uproot.sqlite3 with its -wal, exported ultralong tables, an exported
ZIP) or a PsyNet or Dallinger export (database.zip, the export as a folder or ZIP, single tables of the
database); several files or a folder are read together. Errors with --json are one JSON object.
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

fn main() -> ExitCode {
    let json = std::env::args_os().any(|a| a == "--json");
    match run() {
        Ok(problems) => ExitCode::from(u8::from(problems)),
        // A reader that closed the pipe has seen enough.
        Err(Failure::Output(e)) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Leaks(leaks)) => {
            protect::leaked(&leaks, json);
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
    if !["inspect", "export", "view", "key", "look"].contains(&command.as_str()) {
        return Err(Failure::Usage(format!("there is no command {command}")));
    }
    let arguments = arguments(parser, command == "key")?;
    if arguments.help {
        write!(io::stdout(), "{HELP}")?;
        return Ok(false);
    }
    match command.as_str() {
        "inspect" => inspect(&arguments),
        "export" => export(&arguments),
        "key" => protect::new_key(&arguments),
        "look" => protect::look(&arguments),
        _ => view(&arguments),
    }
}

fn inspect(a: &Arguments) -> Result<bool, Failure> {
    let (study, _) = open(&a.inputs, a.limits())?;
    let summary = Summary::of(&study);
    let mut out = io::stdout().lock();
    if a.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&summary).unwrap_or_default())?;
        return Ok(!summary.problems.is_empty());
    }
    writeln!(out, "{} ({})", summary.format, summary.versions)?;
    match &summary.psynet {
        Some(psynet) => inspect::psynet(psynet, &mut out)?,
        None => inspect::uproot(&summary, &mut out)?,
    }
    drop(out);
    Ok(report(&study, &Recipe::default(), sessions(&study, None)))
}

/// Lists what went wrong; says whether anything did.
fn report(study: &Study, recipe: &Recipe, sessions: Vec<&Session>) -> bool {
    let problems = study.problems_with(recipe, &sessions);
    problems.iter().for_each(|problem| eprintln!("windrow: {problem}"));
    !problems.is_empty()
}

/// The sessions that a recipe chooses, all without one; a PsyNet export has none.
fn sessions<'s>(study: &'s Study, recipe: Option<&Recipe>) -> Vec<&'s Session> {
    let all = study.sessions();
    recipe.and_then(|recipe| chosen(all, recipe).ok()).unwrap_or_else(|| all.iter().collect())
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
    recipe.database |= a.database;
    if a.small {
        recipe.compression = Compression::Small;
    }
    recipe.psynet = a.psynet(recipe.psynet);
    let (study, input) = open(&a.inputs, a.limits())?;
    a.check(&study)?;
    let partial = partial_of(output);
    if [output, &partial].iter().any(|path| path.canonicalize().is_ok_and(|target| input.holds(&target))) {
        return Err(Failure::Usage("the ZIP would overwrite the input".to_owned()));
    }
    recipe.protect = a.preset(recipe.protect)?;
    if recipe.protect.is_none() {
        let mut export = Export::new(&study, &recipe)?;
        write_zip(&mut export, a, &input, output, |_| Ok(()))?;
        export.left_out().iter().for_each(|(path, problem)| eprintln!("windrow: {path}: {problem}"));
        let reported = report(&study, &recipe, sessions(&study, Some(&recipe)));
        return Ok(reported || !export.left_out().is_empty());
    }
    if recipe.include_secrets {
        return Err(Failure::Usage("--include-secrets and --protect exclude each other".to_owned()));
    }
    let key = a.key.as_ref().map_or_else(protect::random_key, |path| protect::key_of(path))?;
    let given = Given { key, project: a.key.is_some(), approved: a.approved()? };
    let mut work = prepare(&study, &recipe, &given, a.limits())?;
    while let Some(want) = work.want()? {
        input.read(&want, |chunk| work.push(chunk))?;
    }
    let protected = work.finish()?;
    write_zip(&mut Export::new(&protected.study, &protected.recipe)?, a, &input, output, |partial| {
        let leaks = protect::searched(partial, &protected)?;
        if leaks.accepted > 0 {
            eprintln!("windrow: {} places were passed over, as the preset says", leaks.accepted);
        }
        if leaks.total == 0 { Ok(()) } else { Err(Failure::Leaks(leaks)) }
    })?;
    Ok(report(&study, &recipe, sessions(&study, Some(&recipe))))
}

/// What the ZIP is called until it is complete.
fn partial_of(output: &Path) -> PathBuf {
    let mut partial = output.to_owned().into_os_string();
    partial.push(".partial");
    PathBuf::from(partial)
}

/// Writes the ZIP and gives it its name if `check` agrees.
fn write_zip(
    export: &mut Export,
    a: &Arguments,
    input: &Input,
    output: &Path,
    check: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // The archive is complete or there is none: it gets its name only at the end.
    let partial = partial_of(output);
    let written = write_archive(export, a.threads(), input, &partial)
        .and_then(|()| check(&partial))
        .and_then(|()| Ok(std::fs::rename(&partial, output)?));
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(&partial);
    })
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
    let (study, input) = open(&a.inputs, a.limits())?;
    a.check(&study)?;
    match &study.data {
        Data::Uproot(log) => view::uproot(a, log, format)?,
        Data::Parted(parted) => {
            let mut loading = parted.load_session(a.sessions.first().map_or("", String::as_str))?;
            while let Some(want) = loading.want()? {
                input.read(&want, |chunk| loading.push(chunk))?;
            }
            view::uproot(a, &Arc::new(loading.finish()?), format)?;
        }
        Data::Psynet(data) => view::psynet(a, data, format, &input)?,
    }
    let recipe = Recipe {
        sessions: Some(a.sessions.clone()),
        filetype: a.filetype.unwrap_or(Filetype::Jsonl),
        ..Recipe::default()
    };
    Ok(report(&study, &recipe, sessions(&study, Some(&recipe))))
}
