//! Columns that PsyNet computes: counts over other tables, lists of modules, parts of trials.

use super::cell::Value as Cell;
use super::class::Count;
use super::columns::Names;
use super::copy_csv::Record;
use super::json::{Index, Tree};
use super::json_text;
use super::jsonpickle::{Pickle, Value};
use super::links::ModuleRun;
use super::pickles::Pickles;
use super::row::{Filling, RowMaker, as_dict, owned, text_of};
use crate::error::Result;
use crate::order;
use std::borrow::Cow;

impl RowMaker<'_> {
    pub(super) fn count<'r>(&self, count: Count, id: Option<i64>, record: &Record) -> Cell<'r> {
        let id = id.unwrap_or(i64::MIN);
        let nodes = || self.links.nodes.get(&id).copied().unwrap_or_default();
        Cell::count(match count {
            Count::Infos(which) => self.links.infos.get(&id).and_then(|c| c.get(which)).copied().unwrap_or(0),
            Count::Nodes(which) => nodes().get(which).copied().unwrap_or(0),
            Count::AllNodes => nodes().iter().sum(),
            Count::Viable => self.links.viable.get(&id).copied().unwrap_or(0),
            Count::Trials => self.links.trials.get(&id).copied().unwrap_or(0),
            Count::BlockTrials => {
                let position = self.integer(record, "block_position");
                position.and_then(|p| self.links.block_trials.get(&(id, p))).copied().unwrap_or(0)
            }
        })
    }

    pub(super) fn modules<'r>(&self, participant: Option<i64>, flag: usize) -> Cell<'r> {
        let mut runs: Vec<&ModuleRun> =
            participant.and_then(|p| self.links.runs.get(&p)).map(|r| r.iter().collect()).unwrap_or_default();
        order::by_key(&mut runs, |run| (&run.started_at, run.id));
        let mut json = "[".to_owned();
        for run in runs.into_iter().filter(|run| run.flags.get(flag) == Some(&true)) {
            if json.len() > 1 {
                json.push_str(", ");
            }
            match &run.module {
                Some(module) => json_text::write_text(module, &mut json),
                None => json.push_str("null"),
            }
        }
        json.push(']');
        Cell::Json(Cow::Owned(json))
    }

    pub(super) fn definition<'r>(
        &self,
        record: &'r Record,
        pickles: &'r Pickles,
        of: impl FnOnce(&'r Pickle, &'r str, Index) -> Option<Cell<'r>>,
    ) -> Cell<'r> {
        let column = self.table.column("definition");
        let dict = column.and_then(|c| pickles.get(record, c)).and_then(|(p, t)| as_dict(p, t, Tree::ROOT));
        dict.and_then(|(pickle, text, dict)| of(pickle, text, dict)).unwrap_or(Cell::None)
    }

    pub(super) fn updated_vector<'r>(&self, record: &'r Record, pickles: &'r Pickles) -> Cell<'r> {
        let answer = self.table.column("answer").and_then(|c| pickles.get(record, c));
        let Some((answer, answer_text)) = answer.filter(|(p, t)| p.value(t, Tree::ROOT) != Value::Null) else {
            return Cell::None;
        };
        self.definition(record, pickles, |pickle, text, dict| {
            let get = |key| pickle.tree().get(text, dict, key).map(|i| pickle.value(text, i));
            let (Value::List(vector), Value::Int(active)) = (get("vector")?, get("active_index")?) else { return None };
            let length = pickle.tree().children(vector).count();
            let active = active.parse::<i64>().ok()?;
            // Python counts negative indexes from the end.
            let active = usize::try_from(if active < 0 { active.checked_add(length as i64)? } else { active }).ok()?;
            let mut json = "[".to_owned();
            for (number, element) in pickle.tree().children(vector).enumerate() {
                json.push_str(if number > 0 { ", " } else { "" });
                let done = match number == active {
                    true => answer.dump(answer_text, Tree::ROOT, self.depth, &mut json),
                    false => pickle.dump(text, element, self.depth, &mut json),
                };
                if !done {
                    return None;
                }
                // Each element is spelled out; the row is refused for the size of this cell.
                if json.len() > self.most(record) {
                    break;
                }
            }
            json.push(']');
            (active < length).then_some(Cell::Json(Cow::Owned(json)))
        })
    }

    /// PsyNet before 13: `<module>__<variable>`, from a module's second run on `<module>__<run>__<variable>`.
    pub(super) fn module_vars(&self, record: &Record, names: &mut Names, filling: &mut Filling<'_>) -> Result<()> {
        let Some(runs) = self.integer(record, "id").and_then(|id| self.links.runs.get(&id)) else { return Ok(()) };
        let mut sorted: Vec<&ModuleRun> = runs.iter().collect();
        order::by_key(&mut sorted, |run| &run.started_at);
        let mut modules: Vec<(Option<&str>, Vec<&ModuleRun>)> = Vec::new();
        for run in sorted {
            let module = run.module.as_deref();
            match modules.iter_mut().find(|(m, _)| *m == module) {
                Some((_, runs)) => runs.push(run),
                None => modules.push((module, vec![run])),
            }
        }
        let mut pickle = Pickle::default();
        for (module, runs) in modules {
            let module = module.unwrap_or("None");
            for (number, run) in runs.into_iter().enumerate() {
                let Some(text) = run.vars.as_deref().filter(|t| pickle.parse(t, self.depth)) else { continue };
                let Some((pickle, text, dict)) = as_dict(&pickle, text, Tree::ROOT) else { continue };
                filling.allow(text.len());
                for (key, value) in pickle.tree().pairs(dict) {
                    let key = text_of(pickle, text, key);
                    let name =
                        if number == 0 { format!("{module}__{key}") } else { format!("{module}__{number}__{key}") };
                    filling.set(names.id(&name), owned(self.cell(pickle, text, value, true)))?;
                }
            }
        }
        Ok(())
    }
}
