//! Plan classes whose export names its columns one by one, so that others of the table are not in it.

use super::class::{Count, Plan, Recipe, Source, raw_or_null, set};
use super::schema::{Class, TableFacts};
use super::survey::RawTable;

/// What the `to_dict` of one of PsyNet's classes names: columns, those that are called otherwise with `=` and the raw
/// name. Read in the source of 13.3.0 and 12.1.1, whose `ExperimentStatus` has `free_disk_space_gb`.
fn named(class: &Class) -> Option<&'static str> {
    Some(match class.path {
        "psynet.experiment.Request" => "id duration time=creation_time unique_id method endpoint params",
        "psynet.experiment.ExperimentStatus" => {
            "id timestamp=creation_time cpu_usage_pct ram_usage_pct disk_usage_pct free_disk_space_gb \
             median_response_time requests_per_minute n_working_participants extra_info"
        }
        "psynet.recruiters.LucidRID" => {
            "rid registered_at updated_at completed_at terminated_at termination_reason termination_details \
             lucid_status lucid_status_code lucid_fulcrum_status lucid_market_place_code lucid_entry_date \
             lucid_last_date lucid_panelist_id lucid_respondent_id lucid_supplier_id"
        }
        "psynet.recruiters.LucidStatus" => {
            "timestamp=creation_time status cost currency exchange_rate cost_per_survey payment_per_hour \
             earnings_per_click system_conversion completion_loi termination_loi last_complete_date total_entrants \
             total_screens total_completes drop_off_rate conversion_rate incidence_rate"
        }
        _ => return None,
    })
}

/// The plan of a class whose `to_dict` names its columns; answers whether it is one.
pub fn psynet(plan: &mut Plan, table: &RawTable, class: &Class) -> bool {
    let Some(columns) = named(class) else { return false };
    plan.recipe = Recipe::Request;
    for word in columns.split(' ') {
        let (name, column) = word.split_once('=').unwrap_or((word, word));
        // A column that this database lacks belongs to another release.
        if table.column(column).is_some() {
            set(&mut plan.fixed, name, raw_or_null(table, column));
        }
    }
    set(&mut plan.fixed, "class", Source::Word(plan.class.clone()));
    true
}

/// The plan of a class without PsyNet's mixin: what Dallinger's `__json__` names.
pub fn dallinger(plan: &mut Plan, table: &RawTable, facts: &TableFacts) {
    plan.recipe = Recipe::Dallinger;
    let common = ["id", "creation_time", "failed", "failed_reason", "time_of_death"];
    let unused = ["property1", "property2", "property3", "property4", "property5", "details"];
    let own: &[&str] = match table.name.as_str() {
        "question" => &["number", "type", "participant_id", "question", "response"],
        "network" => &[
            "type",
            "max_size",
            "full",
            "role",
            "n_pending_infos",
            "n_completed_infos",
            "n_failed_infos",
            "n_alive_nodes",
            "n_failed_nodes",
        ],
        "node" => &["type", "network_id", "participant_id"],
        "vector" => &["origin_id", "destination_id", "network_id"],
        "info" => &["type", "origin_id", "network_id", "contents"],
        "transmission" => {
            &["vector_id", "origin_id", "destination_id", "info_id", "network_id", "receive_time", "status"]
        }
        "transformation" => &["info_in_id", "info_out_id", "node_id", "network_id"],
        "notification" => &["assignment_id", "event_type"],
        "participant" => {
            &["type", "recruiter", "assignment_id", "hit_id", "mode", "end_time", "base_pay", "bonus", "status"]
        }
        _ => &[],
    };
    for name in common.iter().chain(&unused).chain(own) {
        let column = if *name == "recruiter" { "recruiter_id" } else { name };
        let source = Count::named(name).map_or_else(|| raw_or_null(table, column), Source::Count);
        set(&mut plan.fixed, name, source);
    }
    if !matches!(table.name.as_str(), "notification" | "recruitment") {
        set(&mut plan.fixed, "object_type", Source::Word(facts.base.to_owned()));
    }
    if table.name == "participant" {
        set(&mut plan.fixed, "entry_information", raw_or_null(table, "entry_information"));
    }
    set(&mut plan.fixed, "class", Source::Word(plan.class.clone()));
}
