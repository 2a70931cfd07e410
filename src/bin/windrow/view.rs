//! Streams one table to standard output.

use crate::Failure;
use crate::arguments::Arguments;
use crate::input::Input;
use std::io::{self, Write};
use std::sync::Arc;
use windrow::error::{Code, Error, Place};
use windrow::export;
use windrow::log::Log;
use windrow::psynet::{self, Study};
use windrow::recipe::{Filetype, Recipe, ViewName};
use windrow::table::Step;
use windrow::view::{Cursor, Table, View};
use windrow::write::jsonl;

/// A view of one session.
pub fn uproot(a: &Arguments, log: &Arc<Log>, format: &str) -> Result<(), Failure> {
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
    let session = export::chosen(&log.sessions, &recipe)?[0];
    let view = if view == View::Latest && !recipe.gvars.is_empty() { View::LatestBy } else { view };
    let table = Table::whole(log, session, view, &recipe.options());
    export::check_cells(recipe.filetype, &format!("{name}/{format}"), table.rows, table.columns.len())?;
    let (keys, mut cursor, mut out) = (jsonl::keys(&table.columns), Cursor::default(), io::stdout().lock());
    let (mut row, mut buffer) = (0, Vec::new());
    loop {
        row = export::render(&table, recipe.filetype, row..table.rows, &mut cursor, &keys, &mut buffer);
        out.write_all(&buffer)?;
        buffer.clear();
        if row >= table.rows {
            return Ok(());
        }
    }
}

/// A class, or the timeline.
pub fn psynet(a: &Arguments, data: &Arc<Study>, format: &str, input: &Input) -> Result<(), Failure> {
    let recipe = Recipe { filetype: a.filetype.unwrap_or(Filetype::Jsonl), ..Recipe::default() };
    let options = Recipe { psynet: a.psynet(recipe.psynet), ..recipe }.psynet_options();
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
