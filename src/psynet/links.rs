//! What rows of one table say about rows of another: PsyNet's counts and lists, gathered while tables are surveyed.

use super::copy_csv::Record;
use super::schema::{Class, Schema};
use super::survey::RawTable;
use crate::order::{Map, Set};

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
    pub infos: Map<i64, [u64; 7]>,
    /// Per network: nodes alive, failed.
    pub nodes: Map<i64, [u64; 2]>,
    /// Per node: trials that count.
    pub viable: Map<i64, u64>,
    /// Per module state: trials.
    pub trials: Map<i64, u64>,
    /// Per module state and block position: trials.
    pub block_trials: Map<(i64, i64), u64>,
    /// Per participant: module states in file order.
    pub runs: Map<i64, Vec<ModuleRun>>,
    /// Per module state: its module.
    pub modules: Map<i64, Option<String>>,
    /// Whether module-local variables are unpacked.
    pub keep_vars: bool,
    /// Export paths of the assets that `--assets experiment` exports.
    pub experiment_assets: Set<String>,
    /// Bytes of the texts that are kept.
    pub held: u64,
}

/// Where a table that others' counts and lists are made of keeps what matters.
#[derive(Debug)]
pub struct Places {
    table: Table,
    id: Option<usize>,
    kind: Option<usize>,
    failed: Option<usize>,
    complete: Option<usize>,
    is_repeat: Option<usize>,
    network: Option<usize>,
    node: Option<usize>,
    state: Option<usize>,
    block_position: Option<usize>,
    export_path: Option<usize>,
    participant: Option<usize>,
    module: Option<usize>,
    started_at: Option<usize>,
    flags: [Option<usize>; 3],
    vars: Option<usize>,
    /// Identities of Dallinger's own classes; an info of any other is a trial.
    plain: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug)]
enum Table {
    Info,
    Node,
    Asset,
    ModuleState,
}

impl Places {
    /// Looks them up; a table of another name has none.
    pub fn new(table: &RawTable, schema: &Schema) -> Option<Self> {
        let classes = schema.table(&table.name).map(|facts| facts.classes.as_slice()).unwrap_or_default();
        let at = |name: &str| table.column(name);
        Some(Places {
            table: match table.name.as_str() {
                "info" => Table::Info,
                "node" => Table::Node,
                "asset" => Table::Asset,
                "module_state" => Table::ModuleState,
                _ => return None,
            },
            id: at("id"),
            kind: at("type"),
            failed: at("failed"),
            complete: at("complete"),
            is_repeat: at("is_repeat_trial"),
            network: at("network_id"),
            node: at("node_id"),
            state: at("module_state_id"),
            block_position: at("block_position"),
            export_path: at("export_path"),
            participant: at("participant_id"),
            module: at("module_id"),
            started_at: at("time_started"),
            flags: ["aborted", "started", "finished"].map(at),
            vars: at("vars"),
            plain: classes.iter().filter(|c| Class::is_dallinger(c)).filter_map(|c| c.identity).collect(),
        })
    }
}

impl Links {
    /// Notes a row.
    pub fn note(&mut self, at: &Places, record: &Record) {
        let text = |column: Option<usize>| column.and_then(|c| record.text(c));
        let id = |column| text(column).and_then(|t| t.parse::<i64>().ok());
        let is = |column, value: &str| text(column) == Some(value);
        let failed = is(at.failed, "t");
        match at.table {
            Table::Info => {
                let complete = is(at.complete, "t");
                let original = is(at.is_repeat, "f");
                let trial = text(at.kind).is_some_and(|t| !at.plain.contains(&t));
                if let Some(network) = id(at.network) {
                    let flags = [
                        !failed && is(at.complete, "f"),
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
                if let Some(node) = id(at.node).filter(|_| original && !failed) {
                    *self.viable.entry(node).or_default() += 1;
                }
                if let Some(state) = id(at.state) {
                    *self.trials.entry(state).or_default() += 1;
                    if let Some(position) = id(at.block_position) {
                        *self.block_trials.entry((state, position)).or_default() += 1;
                    }
                }
            }
            Table::Node => {
                if let Some(network) = id(at.network) {
                    let [alive, dead] = self.nodes.entry(network).or_default();
                    *(if failed { dead } else { alive }) += 1;
                }
            }
            Table::Asset => {
                let class = text(at.kind).unwrap_or_default();
                let kept = ["Asset", "CachedAsset", "CachedFunctionAsset", "FastFunctionAsset", "OnDemandAsset"];
                let elsewhere = ["ManagedAsset", "ExternalAsset", "ExternalS3Asset"];
                let is = |name: &&str| class.strip_prefix("psynet.asset.") == Some(*name);
                if let Some(path) = text(at.export_path).filter(|_| !kept.iter().chain(&elsewhere).any(is)) {
                    self.held += path.len() as u64;
                    self.experiment_assets.insert(path.to_owned());
                }
            }
            Table::ModuleState => {
                let Some(state) = id(at.id) else { return };
                let module = text(at.module).map(str::to_owned);
                self.modules.insert(state, module.clone());
                let vars = text(at.vars).filter(|_| self.keep_vars).map(str::to_owned);
                let texts = [module.as_deref(), module.as_deref(), text(at.started_at), vars.as_deref()];
                self.held += texts.into_iter().flatten().map(|t| t.len() as u64).sum::<u64>();
                if let Some(participant) = id(at.participant) {
                    self.runs.entry(participant).or_default().push(ModuleRun {
                        id: state,
                        module,
                        started_at: text(at.started_at).map(str::to_owned),
                        flags: at.flags.map(|flag| is(flag, "t")),
                        vars,
                    });
                }
            }
        }
    }
}
