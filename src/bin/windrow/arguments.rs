//! What was asked for on the command line.

use crate::Failure;
use crate::input::unreadable;
use std::path::PathBuf;
use windrow::limits::Limits;
use windrow::order::Set;
use windrow::protect::preset::{Level, Preset};
use windrow::psynet::{Assets, Form};
use windrow::recipe::{Filetype, Psynet, ViewName};
use windrow::study::{Data, Study};

/// What was asked for.
#[derive(Default)]
pub struct Arguments {
    pub inputs: Vec<PathBuf>,
    pub output: Option<PathBuf>,
    pub recipe: Option<PathBuf>,
    pub sessions: Vec<String>,
    pub gvars: Vec<String>,
    pub views: Option<Vec<ViewName>>,
    pub format: Option<String>,
    pub filetype: Option<Filetype>,
    pub filters: Option<bool>,
    pub small: bool,
    pub threads: Option<usize>,
    /// Megabytes.
    pub memory: Option<u64>,
    pub include_secrets: bool,
    pub database: bool,
    pub json: bool,
    pub help: bool,
    pub protect: Option<Level>,
    pub key: Option<PathBuf>,
    pub preset: Option<PathBuf>,
    pub approved: Option<PathBuf>,
    pub k: Option<u32>,
    pub form: Option<Form>,
    pub assets: Option<Assets>,
    pub basic_data: bool,
    pub logs: bool,
    pub source_code: bool,
    pub no_database: bool,
    pub no_timeline: bool,
}

/// Reads the arguments after the command.
pub fn arguments(mut parser: lexopt::Parser, no_input: bool) -> Result<Arguments, Failure> {
    use lexopt::Arg::{Long, Short, Value};
    use lexopt::ValueExt;
    let mut a = Arguments::default();
    let usage = |text: &str| Failure::Usage(text.to_owned());
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) => a.inputs.push(path.into()),
            Short('h') | Long("help") => a.help = true,
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
                let chosen = Filetype::parse(&parser.value()?.string()?);
                a.filetype = Some(chosen.ok_or_else(|| usage("--filetype takes csv, jsonl or spreadsheet"))?);
            }
            Long("spreadsheet") => a.filetype = Some(Filetype::Spreadsheet),
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
            Long("memory") => a.memory = Some(parser.value()?.parse()?),
            Long("include-secrets") => a.include_secrets = true,
            Long("database") => a.database = true,
            Long("json") => a.json = true,
            Long("protect") => {
                let level = Level::parse(&parser.value()?.string()?);
                a.protect = Some(level.ok_or_else(|| usage("--protect takes share or pseudonymize"))?);
            }
            Long("key") => a.key = Some(parser.value()?.into()),
            Long("preset") => a.preset = Some(parser.value()?.into()),
            Long("approved") => a.approved = Some(parser.value()?.into()),
            Long("k") => a.k = Some(parser.value()?.parse()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if a.inputs.is_empty() && !no_input && !a.help {
        return Err(usage("which file shall be read"));
    }
    Ok(a)
}

impl Arguments {
    /// Outside a browser memory is larger, and nobody sees the time that reading in parts takes.
    pub fn limits(&self) -> Limits {
        let part = self.memory.unwrap_or(1000).saturating_mul(1_000_000);
        Limits { memory: 16 << 30, part, part_share: 1, threads: self.threads(), ..Limits::default() }
    }

    /// How many threads work: as many as the machine has processors, if nothing else is asked for.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// The choices for PsyNet: those of a recipe, changed by options.
    pub fn psynet(&self, recipe: Psynet) -> Psynet {
        Psynet {
            form: self.form.unwrap_or(recipe.form),
            assets: self.assets.unwrap_or(recipe.assets),
            database: recipe.database && !self.no_database,
            timeline: recipe.timeline && !self.no_timeline,
            basic_data: recipe.basic_data || self.basic_data,
            logs: recipe.logs || self.logs,
            source_code: recipe.source_code || self.source_code,
            ..recipe
        }
    }

    /// How data are prepared for sharing: the file or the recipe says, changed by options.
    pub fn preset(&self, recipe: Option<Preset>) -> Result<Option<Preset>, Failure> {
        let saved = match &self.preset {
            Some(path) => Some(Preset::from_json(&std::fs::read(path).map_err(|e| unreadable(path, &e))?)?),
            None => recipe,
        };
        let Some(mut preset) = saved.or(self.protect.map(Preset::of)) else {
            return match self.key.is_some() || self.k.is_some() {
                true => Err(Failure::Usage("--key and --k are for --protect".to_owned())),
                false => Ok(None),
            };
        };
        preset.level = self.protect.unwrap_or(preset.level);
        preset.k = self.k.unwrap_or(preset.k);
        Ok(Some(preset))
    }

    /// Names of texts that somebody has read and approved, one a line.
    pub fn approved(&self) -> Result<Set<String>, Failure> {
        let Some(path) = &self.approved else { return Ok(Set::new()) };
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
        Ok(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    /// Options that the input has no use for are a mistake, not a wish to be passed over in silence.
    pub fn check(&self, study: &Study) -> Result<(), Failure> {
        let uproot =
            !self.sessions.is_empty() || !self.gvars.is_empty() || self.views.is_some() || self.filters.is_some();
        let passed_on = self.basic_data || self.logs || self.source_code || self.no_database || self.no_timeline;
        let psynet = self.form.is_some() || self.assets.is_some() || passed_on;
        match study.data {
            Data::Uproot(_) | Data::Parted(_) if psynet => {
                Err(Failure::Usage("an option is for PsyNet exports, and this is none".to_owned()))
            }
            Data::Psynet(_) if uproot => {
                Err(Failure::Usage("an option is for uproot, and this is a PsyNet export".to_owned()))
            }
            _ => Ok(()),
        }
    }
}
