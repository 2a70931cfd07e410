//! Decide for each class of rows which columns its file starts with and where their values come from.
//!
//! Classes that PsyNet or Dallinger define are known by their lists. A class that the experiment defines takes
//! the list of the class that it extends (see `base`). A table that nobody knows keeps its own columns.

use super::base;
use super::named_columns;
use super::schema::{Attribute, Class, Kind, Schema, TableFacts, last_part};
use super::source_code::{Declared, Extra, SourceCode};
use super::survey::{Group, RawTable};

/// How a class is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// PsyNet's `to_dict`.
    Psynet,
    /// Dallinger's plain `__json__`: keeps `details`, unpacks nothing.
    Dallinger,
    /// A list of its own, as `Request` has.
    Request,
}

/// Where the value of a column comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A raw column.
    Raw(usize, Kind),
    /// Nothing: the database lacks it.
    Null,
    /// The class name or the like.
    Word(String),
    /// `type` of a node: `TrialSource` where the raw column (degree) is 0, else the class.
    NodeType(Option<usize>),
    /// A count that SQL computes.
    Count(Count),
    /// Modules of a participant whose flag of that index (aborted, started, finished) is set.
    Modules(usize),
    /// Module of a participant's present module state.
    Module,
    /// A key of a trial's `definition`.
    Definition(&'static str),
    /// A Gibbs trial's vector after the answer.
    UpdatedVector,
    /// The value of the nth stimulus of an MCMCP trial.
    Stimulus(usize),
    /// A variable, else the raw column.
    Var(String, Option<(usize, Kind)>),
    /// A variable that the source code declares, else its default, as JSON.
    Declared(String, String),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Infos or trials of a network, by place in `Links::infos`.
    Infos(usize),
    /// Nodes of a network: alive, failed.
    Nodes(usize),
    /// All nodes of a network.
    AllNodes,
    /// Trials at a node that are neither failed nor repeats.
    Viable,
    /// Trials of a module state.
    Trials,
    /// Trials of a module state in its present block.
    BlockTrials,
}

impl Count {
    /// The count of that name.
    pub fn named(name: &str) -> Option<Count> {
        Some(match name {
            "n_pending_infos" => Count::Infos(0),
            "n_completed_infos" => Count::Infos(1),
            "n_failed_infos" => Count::Infos(2),
            "n_all_trials" => Count::Infos(3),
            "n_alive_trials" => Count::Infos(4),
            "n_failed_trials" => Count::Infos(5),
            "n_completed_trials" => Count::Infos(6),
            "n_alive_nodes" => Count::Nodes(0),
            "n_failed_nodes" => Count::Nodes(1),
            "n_all_nodes" => Count::AllNodes,
            "n_viable_trials" => Count::Viable,
            "n_participant_trials_in_trial_maker" => Count::Trials,
            "n_participant_trials_in_block" => Count::BlockTrials,
            _ => return None,
        })
    }
}

/// How sure it is that a class has these columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// PsyNet's or Dallinger's own class.
    Known,
    /// A class of the experiment in one of PsyNet's tables: its base is inferred.
    Extends(&'static str),
    /// A table of the experiment.
    Custom,
}

/// The plan for one class of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What the file is called.
    pub class: String,
    /// How it is exported.
    pub recipe: Recipe,
    /// How sure this is.
    pub knowledge: Knowledge,
    /// Columns that every row has, in order.
    pub fixed: Vec<(String, Source)>,
    /// The raw column `vars`, where it is unpacked.
    pub vars: Option<usize>,
    /// Whether `definition` and `answer` are unpacked.
    pub is_trial: bool,
    /// Whether module-local variables are appended (PsyNet before 13).
    pub module_vars: bool,
    /// Whether the source code says what the class extends, or defines its table.
    pub is_declared: bool,
    /// Columns that the source code declares and only Python can fill: their names, and whether the column is
    /// left out (or only its default unknown).
    pub lost: Vec<(String, bool)>,
}

/// Names that PsyNet takes out of what it exports.
pub fn is_dropped(name: &str) -> bool {
    name == "details" || matches!(name.strip_prefix("property"), Some("1" | "2" | "3" | "4" | "5"))
}

/// The file name of a class of rows.
pub fn name_of(table: &str, identity: Option<&str>, schema: &Schema, source: &SourceCode) -> String {
    let known = schema.table(table).and_then(|t| t.class(identity)).map(Class::name);
    let known = known.or_else(|| source.class_of(identity?));
    match (known, identity) {
        (Some(name), _) => name.to_owned(),
        // A name that is no Python name must not lead out of the folder.
        (None, Some(path)) => last_part(path).replace(|c: char| c.is_control() || matches!(c, '/' | '\\' | ':'), "_"),
        (None, None) => camel_case(table),
    }
}

/// `bird_nest` → `BirdNest`: what a class is called where only its table is known.
pub fn camel_case(table: &str) -> String {
    let capital = |part: &str| {
        let mut chars = part.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        first + &chars.as_str().to_lowercase()
    };
    table.split('_').map(capital).collect()
}

/// Sets a column: in place where it is there already, else at the end, as a Python dict does.
pub fn set(fixed: &mut Vec<(String, Source)>, name: &str, source: Source) {
    match fixed.iter_mut().find(|(n, _)| n == name) {
        Some((_, old)) => *old = source,
        None => fixed.push((name.to_owned(), source)),
    }
}

/// Makes the plan for a group of rows.
pub fn plan(table: &RawTable, number: usize, schema: &Schema, source: &SourceCode) -> Option<Plan> {
    let group = table.groups.get(number)?;
    let facts = schema.table(&table.name);
    let identity = group.identity.as_deref();
    let known = facts.and_then(|f| f.class(identity));
    let class = name_of(&table.name, identity, schema, source);
    let mut plan = Plan {
        class,
        recipe: Recipe::Psynet,
        knowledge: Knowledge::Known,
        fixed: Vec::new(),
        vars: None,
        is_trial: false,
        module_vars: false,
        is_declared: false,
        lost: Vec::new(),
    };
    // Tables without PsyNet's `vars` are not PsyNet's: there the experiment's classes, too, are exported as plain ones.
    let plain = facts.filter(|_| known.map_or(table.column("vars").is_none(), Class::is_dallinger));
    if let Some((facts, base)) = plain.and_then(|f| Some((f, f.plain()?))) {
        if known.is_none() {
            plan.knowledge = Knowledge::Extends(base.path);
        }
        named_columns::dallinger(&mut plan, table, facts);
        return Some(plan);
    }
    if known.is_some_and(|known| named_columns::psynet(&mut plan, table, known)) {
        return Some(plan);
    }
    let stated = known.or_else(|| facts.and_then(|f| base::declared(&plan.class, f, source)));
    let base = stated.or_else(|| facts.and_then(|f| base::likely(table, group, f)));
    plan.knowledge = match (known, base) {
        (Some(_), _) => Knowledge::Known,
        (None, Some(base)) => Knowledge::Extends(base.path),
        (None, None) => Knowledge::Custom,
    };
    match (facts, base) {
        (Some(facts), Some(base)) => attributes(&mut plan, table, group, facts, (base, known.is_some()), source),
        _ => custom(&mut plan, table, number, source),
    }
    set(&mut plan.fixed, "class", Source::Word(plan.class.clone()));
    let degree = base.filter(|b| b.has("degree")).and_then(|_| table.column("degree"));
    let is_generic = stated.is_some_and(|b| b.name() == "GenericTrialNode");
    let kind = match table.name.as_str() {
        "node" if is_generic => Source::Word("TrialSource".to_owned()),
        "node" => Source::NodeType(degree),
        _ => Source::Word(plan.class.clone()),
    };
    set(&mut plan.fixed, "type", kind);
    let declared = || source.base_of(&table.name).map_or_else(|| camel_case(&table.name), str::to_owned);
    let object_type = facts.map_or_else(declared, |f| f.base.to_owned());
    set(&mut plan.fixed, "object_type", Source::Word(object_type));
    for extra in base.map(|b| b.extras.as_slice()).unwrap_or_default() {
        set(&mut plan.fixed, extra, extra_source(extra, table));
    }
    if known.is_none() {
        let defines = |declared: &Declared| declared.table.as_deref() == Some(&table.name);
        let has_table = || source.line_of(&plan.class).iter().any(|(_, declared)| defines(declared));
        plan.is_declared = stated.is_some() || (base.is_none() && has_table());
        declared_extras(&mut plan, source);
    }
    plan.fixed.retain(|(name, _)| !is_dropped(name));
    plan.vars = table.column("vars");
    plan.is_trial = table.name == "info";
    plan.module_vars = schema.is_old() && table.name == "participant";
    Some(plan)
}

fn raw(table: &RawTable, name: &str) -> Option<(usize, Kind)> {
    let column = table.column(name)?;
    Some((column, table.kinds.get(column).copied().unwrap_or(Kind::Text)))
}

/// A raw column, or nothing where the database lacks it.
pub fn raw_or_null(table: &RawTable, name: &str) -> Source {
    raw(table, name).map_or(Source::Null, |(column, kind)| Source::Raw(column, kind))
}

/// Appends the extra variables that the source code declares.
fn declared_extras(plan: &mut Plan, source: &SourceCode) {
    for (name, extra) in source.extras(&plan.class) {
        let is_column = plan.fixed.iter().any(|(n, _)| n == name);
        match extra {
            Extra::Column => {}
            Extra::Computed => plan.lost.push((name.to_owned(), true)),
            _ if is_column => {}
            Extra::Var(default) => set(&mut plan.fixed, name, Source::Declared(name.to_owned(), default.clone())),
            Extra::UnknownDefault => {
                plan.lost.push((name.to_owned(), false));
                set(&mut plan.fixed, name, Source::Declared(name.to_owned(), "null".to_owned()));
            }
        }
    }
}

/// Whether the source code says that a column belongs to a class (or that it does not).
fn declares(source: &SourceCode, class: &str, column: &str) -> Option<bool> {
    let line = source.line_of(class);
    let mut owners = source.owners(column).peekable();
    if line.is_empty() || owners.peek().is_none() {
        return None;
    }
    Some(owners.any(|owner| line.iter().any(|(name, _)| *name == owner)))
}

fn attributes(
    plan: &mut Plan,
    table: &RawTable,
    group: &Group,
    facts: &TableFacts,
    (base, known): (&Class, bool),
    source: &SourceCode,
) {
    let filled = |name: &str| table.column(name).is_some_and(|c| group.filled.get(c) == Some(&true));
    if !known && table.name == "info" && filled("targets") {
        // A deferred column of PsyNet's rate and select mixins.
        set(&mut plan.fixed, "targets", raw_or_null(table, "targets"));
    }
    for attribute in &base.attributes {
        match attribute {
            // A column that this database lacks belongs to another release.
            Attribute::Column(name) => {
                if let Some((column, kind)) = raw(table, name) {
                    set(&mut plan.fixed, name, Source::Raw(column, kind));
                }
            }
            Attribute::Computed(name) => {
                set(&mut plan.fixed, name, Count::named(name).map_or(Source::Null, Source::Count));
            }
        }
    }
    // Columns that the experiment, or another release, added to the table: those that the class declares or, since
    // not all of its source may be at hand, ever fills.
    for name in &table.header {
        let mine = || filled(name) || declares(source, &plan.class, name) == Some(true);
        if facts.kind(name).is_none() && mine() {
            set(&mut plan.fixed, name, raw_or_null(table, name));
        }
    }
}

fn custom(plan: &mut Plan, table: &RawTable, number: usize, source: &SourceCode) {
    let filled = |group: &Group, column: usize| group.filled.get(column) == Some(&true);
    let after_type = table.column("type").map_or(usize::MAX, |c| c + 1);
    if let Some((column, kind)) = raw(table, "vars") {
        set(&mut plan.fixed, "vars", Source::Raw(column, kind));
    }
    for (column, name) in table.header.iter().enumerate() {
        // A subclass's own columns stand after `type`; one that only siblings fill is a sibling's.
        let mine = table.groups.get(number).is_some_and(|g| filled(g, column));
        let theirs = table.groups.iter().enumerate().any(|(n, g)| n != number && filled(g, column));
        let guess = || !theirs || column < after_type;
        if name != "vars" && (mine || declares(source, &plan.class, name).unwrap_or_else(guess)) {
            set(&mut plan.fixed, name, raw_or_null(table, name));
        }
    }
}

fn extra_source(name: &'static str, table: &RawTable) -> Source {
    match (table.name.as_str(), name) {
        ("participant", "aborted_modules") => Source::Modules(0),
        ("participant", "started_modules") => Source::Modules(1),
        ("participant", "finished_modules") => Source::Modules(2),
        ("participant", "module_id") => Source::Module,
        ("info", "initial_vector") => Source::Definition("vector"),
        ("info", "initial_index" | "active_index" | "reverse_scale") => Source::Definition(name),
        ("info", "updated_vector") => Source::UpdatedVector,
        ("info", "first_stimulus") => Source::Stimulus(0),
        ("info", "second_stimulus") => Source::Stimulus(1),
        _ => Source::Var(name.to_owned(), raw(table, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_without_a_type_are_named_for_the_table() {
        let (schema, source) = (Schema::for_version(None), &SourceCode::default());
        assert_eq!(name_of("bird_nest", None, schema, source), "BirdNest");
        assert_eq!(name_of("notification", None, schema, source), "Notification");
        assert_eq!(name_of("info", Some("info"), schema, source), "Info");
        assert_eq!(name_of("info", Some("dallinger_experiment.experiment.AnimalTrial"), schema, source), "AnimalTrial");
        assert_eq!(name_of("info", Some("a../../b"), schema, source), "_b");
    }
}
