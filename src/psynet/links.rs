//! What rows of one table say about rows of another: PsyNet's counts and lists, gathered while tables are surveyed.

use super::copy_csv::Record;
use super::survey::RawTable;
use std::collections::{BTreeMap, BTreeSet};

/// One run of a participant through a module.
#[derive(Clone, Debug)]
pub struct ModuleRun {
    /// Id of the module state.
    pub id: i64,
    /// Id of the module.
    pub module: Option<String>,
    /// `time_started` as PostgreSQL prints it, which sorts as text.
    pub started_at: Option<String>,
    /// The flags `aborted`, `started`, `finished`.
    pub flags: [bool; 3],
    /// Module-local variables, kept only where the export unpacks them (PsyNet before 13).
    pub vars: Option<String>,
}

/// What refers to what: the source of PsyNet's counts and lists.
#[derive(Debug, Default)]
pub struct Links {
    /// Per network: infos pending, completed, failed; trials all, alive, failed, completed.
    pub infos: BTreeMap<i64, [u64; 7]>,
    /// Per network: nodes alive, failed.
    pub nodes: BTreeMap<i64, [u64; 2]>,
    /// Per node: trials that count.
    pub viable: BTreeMap<i64, u64>,
    /// Per module state: trials.
    pub trials: BTreeMap<i64, u64>,
    /// Per module state and block position: trials.
    pub block_trials: BTreeMap<(i64, i64), u64>,
    /// Per participant: module states in file order.
    pub runs: BTreeMap<i64, Vec<ModuleRun>>,
    /// Per module state: its module.
    pub modules: BTreeMap<i64, Option<String>>,
    /// Whether module-local variables are unpacked.
    pub keep_vars: bool,
    /// Export paths of the assets that `--assets experiment` exports.
    pub experiment_assets: BTreeSet<String>,
}

impl Links {
    /// Notes a row.
    pub fn note(&mut self, table: &RawTable, record: &Record) {
        let text = |name: &str| table.column(name).and_then(|c| record.text(c));
        let id = |name: &str| text(name).and_then(|t| t.parse::<i64>().ok());
        let is = |name: &str, value: &str| text(name) == Some(value);
        let failed = is("failed", "t");
        match table.name.as_str() {
            "info" => {
                let complete = is("complete", "t");
                let original = is("is_repeat_trial", "f");
                let trial = text("type").is_some_and(|t| t.contains("psynet") || t.contains("dallinger_experiment"));
                if let Some(network) = id("network_id") {
                    let flags = [
                        !failed && is("complete", "f"),
                        !failed && complete,
                        failed,
                        trial,
                        trial && !failed,
                        trial && failed,
                        trial && !failed && complete && original,
                    ];
                    let counts = self.infos.entry(network).or_default();
                    counts.iter_mut().zip(flags).for_each(|(count, flag)| *count += u64::from(flag));
                }
                if let Some(node) = id("node_id").filter(|_| original && !failed) {
                    *self.viable.entry(node).or_default() += 1;
                }
                if let Some(state) = id("module_state_id") {
                    *self.trials.entry(state).or_default() += 1;
                    if let Some(position) = id("block_position") {
                        *self.block_trials.entry((state, position)).or_default() += 1;
                    }
                }
            }
            "node" => {
                if let Some(network) = id("network_id") {
                    let [alive, dead] = self.nodes.entry(network).or_default();
                    *(if failed { dead } else { alive }) += 1;
                }
            }
            "asset" => {
                let class = text("type").unwrap_or_default();
                let kept = ["Asset", "CachedAsset", "CachedFunctionAsset", "FastFunctionAsset", "OnDemandAsset"];
                let elsewhere = ["ManagedAsset", "ExternalAsset", "ExternalS3Asset"];
                let is = |name: &&str| class.strip_prefix("psynet.asset.") == Some(*name);
                if let Some(path) = text("export_path").filter(|_| !kept.iter().chain(&elsewhere).any(is)) {
                    self.experiment_assets.insert(path.to_owned());
                }
            }
            "module_state" => {
                let Some(state) = id("id") else { return };
                let module = text("module_id").map(str::to_owned);
                self.modules.insert(state, module.clone());
                if let Some(participant) = id("participant_id") {
                    self.runs.entry(participant).or_default().push(ModuleRun {
                        id: state,
                        module,
                        started_at: text("time_started").map(str::to_owned),
                        flags: ["aborted", "started", "finished"].map(|flag| is(flag, "t")),
                        vars: text("vars").filter(|_| self.keep_vars).map(str::to_owned),
                    });
                }
            }
            _ => {}
        }
    }
}
