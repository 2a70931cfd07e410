//! What is prepared and how, and what that leads to between the passes over the tables: what is decided before anything is
//! written, and the study that was prepared.

use super::census::Census;
use super::originals::{self, About};
use super::people::{self, Rare};
use super::rows;
use super::survey::With;
use super::transform::{self, Memory, Transform};
use super::tree::Scratch;
use super::writing::Writing;
use super::{Decided, Looked, Phase};
use crate::describe::psynet_readme;
use crate::error::{Problems, Result};
use crate::limits::Limits;
use crate::order::{Map, Set};
use crate::protect::class::Action;
use crate::protect::leak::Searcher;
use crate::protect::pace::Pace;
use crate::protect::preset::{Preset, TimeMode};
use crate::protect::pseudonym::{Domain, Key, Tokens};
use crate::protect::report::Report;
use crate::protect::time::Window;
use crate::protect::{Given, Protected};
use crate::psynet::{Archive, Assets, Form, LeftOut, Study as Psynet};
use crate::read::Format;
use crate::recipe::{Filetype, Psynet as Choices, Recipe};
use crate::source::Reader;
use crate::study::{Data, Study};
use std::sync::Arc;

/// The name of the database in the result's places.
const DATABASE: &str = "database.zip";

/// What reading a piece of the new database costs, in bytes of text.
const READ: usize = 128 << 10;

/// What is prepared, and how.
pub(super) struct Asked {
    pub data: Arc<Psynet>,
    pub format: Format,
    pub problems: Problems,
    pub recipe: Recipe,
    pub preset: Arc<Preset>,
    pub given: Given,
    pub limits: Limits,
}

impl Asked {
    /// What Windrow writes of its own into a ZIP: the README of a made-up database, notes on classes, problems.
    fn prose(&self) -> Result<String> {
        let bytes = b"id,type,vars\n1,,{}\n".as_slice();
        let mut archive = Archive::in_memory("participant.csv", bytes.into(), self.limits);
        archive.want()?;
        let sample = Arc::new(archive.finish()?);
        let study = Study {
            files: Vec::new(),
            format: self.format.clone(),
            data: Data::Psynet(sample.clone()),
            problems: self.problems.clone(),
            protection: None,
        };
        let mut prose = String::from("the prepared database rows columns ");
        for filetype in [Filetype::Csv, Filetype::Spreadsheet, Filetype::Jsonl] {
            let recipe = Recipe { filetype, ..self.recipe.clone() };
            let text = psynet_readme::text(
                &study,
                &sample,
                &recipe,
                &sample.tables(&recipe.psynet_options()),
                &LeftOut::default(),
            );
            prose.push_str(&String::from_utf8_lossy(&text));
            prose.push_str(&String::from_utf8_lossy(&recipe.to_json()));
        }
        for note in &self.data.notes {
            prose.push(' ');
            prose.push_str(&note.text);
        }
        Ok(prose)
    }

    /// The days of the study, if nothing of them may be left.
    fn hidden(&self, census: &Census) -> Option<Window> {
        census.window.filter(|_| matches!(self.preset.time_mode(), TimeMode::Relative | TimeMode::Remove))
    }

    /// Ends the survey: classes, originals, tokens, who is suppressed.
    pub async fn decided(&self, looked: Looked, pace: &mut Pace) -> Result<Phase> {
        let Looked { census, refer, mut survey, dropped } = looked;
        let with = With { preset: &self.preset, census: &census, refer: &refer, limits: &self.limits };
        survey.decide(with, &self.given.approved, pace).await?;
        let key = Key::new(&self.given.key);
        let mut tokens = Tokens::new(key.clone());
        let prose = self.prose()?;
        let about = About { tables: self.data.raw_tables(), rows: census.all, prose: &prose, key: &self.given.key };
        let (originals, own_columns) = originals::originals(&survey, dropped.into_originals(), about, pace).await;
        let words = originals::words(&originals, &mut tokens, pace).await?;
        let searched = originals.iter().filter(|o| o.distinctive).count() as u64;
        let mut searcher = Searcher::paced(originals, self.hidden(&census), pace).await;
        searcher.accept(&self.preset.accepted);
        let searcher = Arc::new(searcher);
        let Rare { suppressed, people, report: risk } = people::measure(&survey, &census, &self.preset, pace).await;
        let random = key.order(Domain::Session, &["weeks"]).iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b));
        let survey = Arc::new(survey);
        let transform = Transform {
            tokens,
            words,
            preset: self.preset.clone(),
            census: census.clone(),
            refer,
            searcher: searcher.clone(),
            limits: self.limits,
            mode: transform::mode(&self.preset, random),
            suppressed,
            caught: 0,
            released: 0,
            known: Memory::default(),
            scratch: Scratch::default(),
            personal: false,
        };
        let decided = Decided { census, survey: survey.clone(), searcher, own_columns, people, risk, searched };
        let writing = Writing::new(transform, survey, self.recipe.compression.level());
        Ok(Phase::Write(Box::new(writing), Box::new(decided)))
    }

    /// The prepared study: the new database is read as any other.
    pub async fn finished(&self, mut writing: Writing, decided: Decided, pace: &mut Pace) -> Result<Protected> {
        let Decided { census, survey, searcher, own_columns, people, risk, searched } = decided;
        let mut archive = Archive::in_memory(DATABASE, writing.finish().into(), self.limits);
        while archive.goes_on()? {
            pace.did(READ).await;
        }
        let mut new = archive.finish()?;
        pace.pause().await;
        let removed = |table: &str, column: &str| {
            let plan =
                survey.field_number(&format!("{table}.{column}")).and_then(|field| survey.fields.get(field)?.plan(""));
            plan.is_some_and(|plan| plan.decision.action == Action::Remove)
        };
        new.leave_out(&removed);
        let mut problems = self.problems.clone();
        for problem in std::mem::take(&mut new.problems).iter() {
            problems.add(problem.clone());
        }
        let transform = writing.transform;
        let plans = survey.fields.iter().flat_map(|field| field.sorted());
        let unread: u64 = plans.map(|(_, plan)| plan.unread).sum();
        let short: usize = own_columns.values().map(Set::len).sum();
        let rows = |data: &Psynet| data.database.iter().map(|table| table.rows).sum();
        let report = Report {
            preset: (*self.preset).clone(),
            psynet: true,
            input: self.format.name.clone(),
            key_label: self.given.project.then(|| Key::new(&self.given.key).label()),
            sessions: 1,
            sessions_interacting: u64::from(census.interacting && self.preset.time_mode() == TimeMode::Relative),
            participants: census.people.len() as u64,
            people,
            rows_before: rows(&self.data),
            rows_after: rows(&new),
            paths: rows::paths(&survey, &writing.counts, &transform, &self.preset),
            unique_by_duration: census.unique_durations(&self.preset),
            tokens: Domain::ALL.map(|d| (d.as_str(), transform.tokens.count(d) as u64)).into(),
            detectors: Map::from_iter(survey.finds.iter().map(|(kind, count)| (kind.as_str(), *count))),
            withheld_by_search: transform.caught,
            texts_released: transform.released,
            texts_withheld: unread.saturating_sub(transform.released),
            risk,
            calendar_searched: self.hidden(&census).is_some(),
            searched_values: searched,
            searched_forms: searcher.sizes().1 as u64,
            not_searched: (short + searcher.unsearchable) as u64,
            ..Report::default()
        };
        drop(transform);
        let study = Study {
            files: Vec::new(),
            format: self.format.clone(),
            data: Data::Psynet(Arc::new(new)),
            problems,
            protection: Some(Arc::new(report)),
        };
        // Files that were given are not prepared, and PsyNet's other form would drop columns that are safe now.
        let psynet = Choices {
            form: Form::Regular,
            assets: Assets::None,
            basic_data: false,
            logs: false,
            source_code: false,
            ..self.recipe.psynet
        };
        let recipe = Recipe { psynet, ..self.recipe.clone() };
        Ok(Protected { study, recipe, searcher: Arc::unwrap_or_clone(searcher), own_columns })
    }
}
