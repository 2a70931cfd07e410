//! Find which class of PsyNet's a class of the experiment extends.

use super::schema::{Class, TableFacts};
use super::source_code::SourceCode;
use super::survey::{Group, RawTable};

/// The class of PsyNet's that the source code says a class extends.
pub fn declared<'s>(class: &str, facts: &'s TableFacts, source: &SourceCode) -> Option<&'s Class> {
    let line = source.line_of(class);
    let mut bases = line.iter().flat_map(|(_, declared)| &declared.bases);
    bases.find_map(|base| facts.classes.iter().find(|c| !c.is_dallinger() && c.name() == base))
}

/// The class that an unknown class of a known table most likely extends: the shortest that covers every column which the
/// class ever fills.
pub fn likely<'s>(table: &RawTable, group: &Group, facts: &'s TableFacts) -> Option<&'s Class> {
    let candidates = || facts.classes.iter().filter(|c| !c.is_dallinger());
    let needed: Vec<&str> = table
        .header
        .iter()
        .zip(&group.filled)
        .filter(|(name, filled)| **filled && candidates().any(|c| c.has(name)))
        .map(|(name, _)| name.as_str())
        .collect();
    let lacks = |class: &Class| needed.iter().filter(|name| !class.has(name)).count();
    let named = |path: &str| facts.classes.iter().find(|c| c.path == path);
    if table.name == "info" && group.gibbs {
        return named("psynet.trial.gibbs.GibbsTrial");
    }
    if table.name == "info" && group.mcmcp {
        return named("psynet.trial.mcmcp.MCMCPTrial");
    }
    let usual = match table.name.as_str() {
        "participant" => named("psynet.participant.Participant"),
        "response" => named("psynet.timeline.Response"),
        "asset" => named("psynet.asset.ManagedAsset"),
        _ => None,
    };
    usual
        .filter(|class| lacks(class) == 0)
        // Of several with the same columns the one with the shortest name is the most general.
        .or_else(|| candidates().min_by_key(|c| (lacks(c), c.attributes.len(), c.extras.len(), c.path.len())))
}
