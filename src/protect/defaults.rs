//! What uproot, PsyNet and Dallinger themselves define: a table for each system, the first fitting row decides.
//!
//! Fields are those of uproot 0.10.1, psynet 13.3.0 and dallinger 12.4.0. An experiment's own fields are in no table.

use crate::protect::class::{Action, Class, System};
use crate::psynet::schema::Schema;

/// A pattern, the class, an action other than the level's where there is one, and the reason in words.
///
/// Patterns: `a.b` is the path itself; `*` is any part without a dot, `+` the name of a table that PsyNet or Dallinger
/// defines; a final `…` is any rest; `|` separates choices.
type Row = (&'static str, Class, Option<Action>, &'static str);

const REMOVE: Option<Action> = Some(Action::Remove);
const KEEP: Option<Action> = Some(Action::Keep);

const UPROOT: &[Row] = &[
    ("admin…", Class::Secret, REMOVE, "The admin's data never leave."),
    (
        "*.*.!storage|*.*.sname|*.*.uname|*.*.pid|*.*.gid|*.*.mid|*.*.sid|*.*.session|*.*.group|*.*.groups|*.*.players|*.*.models",
        Class::InternalId,
        None,
        "A name that uproot gave.",
    ),
    (
        "*.*._uproot_group|*.*._uproot_groups|*.*._uproot_session|*.*._uproot_players|*.*._uproot_models",
        Class::InternalId,
        None,
        "A name that uproot gave.",
    ),
    ("*.*.pseudonyms…|*.*.id", Class::InternalId, None, "Numbers in order of arrival get new ones."),
    ("model.*.entry[0]", Class::InternalId, None, "An entry's UUID may carry a time."),
    ("model.*.entry[1].sender", Class::InternalId, None, "Who wrote a message."),
    ("model.*.entry[1].text", Class::FreeText, None, "What somebody wrote in a chat."),
    ("player.*.label", Class::PersonId, None, "Labels hold the ids that participants came with."),
    ("session.*.room|*.*.room", Class::InternalId, REMOVE, "Rooms are named after places and people."),
    ("session.*.description", Class::FreeText, REMOVE, "The researcher's own note."),
    (
        "session.*._uproot_settings…",
        Class::Technical,
        Some(Action::Withhold),
        "Settings: numbers and truth values stay, texts are withheld, keys are removed.",
    ),
    (
        "session.*.packages.python|session.*.packages.uproot-science",
        Class::Technical,
        KEEP,
        "The versions that made the data.",
    ),
    ("session.*.packages…", Class::Technical, REMOVE, "Names of packages may name a lab."),
    ("*.*.!time|*.*.entered|*.*.left", Class::Time, None, "A time that uproot recorded."),
    ("*.*.!seq", Class::Order, None, "The order of changes."),
    ("*.*.!context|*.*.context", Class::Technical, None, "The place in the code, if it looks like one."),
    ("*.*.!unavailable|*.*.!field", Class::Technical, None, "Part of uproot's record."),
    (
        "*.*._uproot_dropout|*.*._uproot_part|*.*._uproot_initialized|*.*._uproot_simulate|*.*._uproot_testing",
        Class::Technical,
        KEEP,
        "uproot's own state; says nothing of a person.",
    ),
    ("*.*._uproot_key|*.*._uproot_secret", Class::Secret, REMOVE, "A key of uproot's own."),
    ("*.*._uproot_*", Class::Technical, REMOVE, "uproot's own state; not needed for analysis."),
    (
        "*.*.member_id|*.*.round|*.*.app|session.*.apps|*.*.show_page|*.*.page_order|*.*.payoff|session.*.config|player.*.config|player.*.started|session.*.active|model.*.tag|player.*.round_nested",
        Class::Experiment,
        KEEP,
        "Part of every uproot experiment.",
    ),
];

const PSYNET: &[Row] = &[
    (
        "request…|notification…|error…|recruitment…|experiment_status…|process…|basic_data…",
        Class::Contact,
        REMOVE,
        "This table holds platform ids and addresses, and no results.",
    ),
    ("lucid_…", Class::PersonId, REMOVE, "This table holds a panel's ids."),
    ("participant.worker_id", Class::PersonId, None, "The platform's id of a person."),
    ("participant.assignment_id|participant.hit_id", Class::TaskId, None, "The platform's id of a task."),
    ("participant.unique_id", Class::PersonId, None, "Person and task together; rebuilt from their tokens."),
    (
        "participant.entry_information…|participant.fingerprint_hash|participant.client_ip_address|participant.browser_platform",
        Class::Contact,
        REMOVE,
        "The participant's device and how they came.",
    ),
    ("participant.page_uuid|participant.pending_redirect", Class::InternalId, REMOVE, "An address of a page."),
    (
        "participant.recruiter_id|participant.mode|participant.status|participant.base_pay|participant.base_payment|participant.bonus|participant.performance_reward|participant.unpaid_bonus|participant.progress|participant.progress_fixes|participant.time_credit|participant.time_credit_fixes|participant.estimated_max_time_credit|participant.page_count|participant.complete|participant.aborted|participant.failure_tags|participant.answer_is_fresh|participant.trial_status|participant.elt_id|participant.elt_id_max|participant.total_wait_page_time",
        Class::Experiment,
        KEEP,
        "Payments and progress.",
    ),
    ("response.client_ip_address", Class::Contact, REMOVE, "The participant's address."),
    ("response.metadata_.time_taken", Class::Experiment, KEEP, "A duration."),
    ("response.metadata_.comments…", Class::FreeText, None, "What somebody wrote."),
    ("response.metadata_.event_log.eventType", Class::Technical, None, "What PsyNet calls an event."),
    ("response.metadata_.event_log.localTime", Class::Time, None, "By the clock of the participant's browser."),
    ("response.metadata_.event_log…", Class::FreeText, None, "Only numbers and relative times stay."),
    ("response.metadata_.platform…", Class::Contact, REMOVE, "The participant's device."),
    ("response.metadata_…", Class::Technical, REMOVE, "What the page was made of, and how fast the browser was."),
    ("response.question|response.page_type|response.successful_validation", Class::Experiment, KEEP, "What was asked."),
    (
        "asset.url|asset.host_path|asset.input_path|asset.export_path|asset.local_key|asset.key_within_module|asset.key_within_experiment|asset.content_id|asset.md5_contents|asset.storage|asset.s3_bucket|asset.s3_key|asset.deployment_id|asset.description|asset.arguments|asset.function",
        Class::Binary,
        REMOVE,
        "Where a file was.",
    ),
    ("asset.secret", Class::Secret, REMOVE, "A key."),
    (
        "asset.extension|asset.data_type|asset.size_mb|asset.psynet_version|asset.is_folder|asset.personal|asset.deposited|asset.inherited",
        Class::Technical,
        KEEP,
        "What kind of file it was.",
    ),
    (
        "experiment.vars.psynet_version|experiment.vars.dallinger_version|experiment.vars.python_version|experiment.psynet_version|experiment.dallinger_version|experiment.vars.wage_per_hour|experiment.vars.currency|experiment.vars.base_payment|experiment.vars.deployment_config.wage_per_hour",
        Class::Technical,
        KEEP,
        "Versions and payment.",
    ),
    (
        "experiment.id|experiment.type|experiment.failed|experiment.details",
        Class::Technical,
        KEEP,
        "Part of every PsyNet experiment.",
    ),
    ("experiment…", Class::Contact, REMOVE, "Settings that name people, servers and times."),
    ("asset.vars…", Class::Binary, REMOVE, "Where a file was."),
    (
        "barrier.id|barrier.barrier_class|participant_link_barrier.barrier_id",
        Class::Experiment,
        KEEP,
        "A barrier's name in the code.",
    ),
    ("chat_message.content|question.response", Class::FreeText, None, "What somebody wrote."),
    ("transmission.status|network.chain_type", Class::Experiment, KEEP, "Part of every PsyNet experiment."),
    ("*.room_id", Class::InternalId, None, "Which chat."),
    (
        "*.participant_id|*.leader_id|*.origin_id|*.network_id|*.node_id|*.trial_id|*.parent_id|*.child_id|*.head_id|*.parent_trial_id|*.module_state_id|*.current_trial_id|*.response_id|*.asset_id|*.sync_group_id|*.receiver_id|*.parent_whom_id|*.id|*.awaited_async_code_block_process_id",
        Class::InternalId,
        None,
        "Rows get new numbers, the same everywhere.",
    ),
    (
        "*.creation_time|*.time_of_death|*.end_time|*.receive_time|*.registered_at|*.updated_at|*.time_started|*.time_finished|*.time_enqueued|*.last_updated|*.transmit_time",
        Class::Time,
        None,
        "A time that the software recorded.",
    ),
    (
        "*.time_taken|*.deposit_time_sec|*.computation_time_sec|*.time_credit_before_trial|*.time_credit_after_trial|*.time_credit_from_trial",
        Class::Experiment,
        KEEP,
        "A duration.",
    ),
    (
        "*.type|*.failed|+.trial_maker_id|+.module_id|+.chain_type|+.complete|+.finalized|+.is_repeat_trial|+.repeat_trial_index|+.n_repeat_trials|+.score|+.performance_reward|+.degree|+.full|+.max_size|+.propagate_failure|+.id_within_participant|+.target_n_trials|+.trials_per_node|+.progress_before_trial|+.progress_after_trial|+.is_global|+.can_spawn|+.number",
        Class::Experiment,
        KEEP,
        "Part of every PsyNet experiment.",
    ),
    ("*.async_…", Class::Technical, KEEP, "The software's own state."),
];

/// Scales of the questionnaires that PsyNet brings along.
const SCALES: &str = "Emotions|Singing Abilities|General|Musical Training|Active Engagement|Perceptual Abilities|\
    Instrument|Start Age|Absolute Pitch";

/// Every name that a system itself gives to a part of a path, in lower case.
pub fn words(system: System) -> impl Iterator<Item = String> {
    let (rows, more) = match system {
        System::Uproot => (UPROOT, ""),
        System::Psynet => (PSYNET, SCALES),
    };
    let parts = rows.iter().flat_map(|(patterns, ..)| patterns.split(['|', '.', '…', '*', '[', ']']));
    parts.chain(more.split('|')).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether a path fits a pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern, path);
    loop {
        match (pattern.chars().next(), path.chars().next()) {
            (Some('…'), _) => return true,
            (Some(any @ ('*' | '+')), _) => {
                // It takes everything up to the next dot.
                let (part, rest) = path.split_at(path.find('.').unwrap_or(path.len()));
                if any == '+' && Schema::for_version(None).table(part).is_none() {
                    return false;
                }
                (pattern, path) = (pattern.get(1..).unwrap_or_default(), rest);
            }
            (Some(a), Some(b)) if a == b => {
                pattern = pattern.get(a.len_utf8()..).unwrap_or_default();
                path = path.get(b.len_utf8()..).unwrap_or_default();
            }
            (None, None) => return true,
            _ => return false,
        }
    }
}

type Default = Option<(Class, Option<Action>, &'static str)>;

fn look_up(rows: &[Row], path: &str) -> Default {
    let row = rows.iter().find(|(patterns, ..)| patterns.split('|').any(|pattern| fits(pattern, path)))?;
    Some((row.1, row.2, row.3))
}

/// What uproot defines, by `kind.app.field`; the app may be empty.
pub fn uproot(path: &str) -> Default {
    look_up(UPROOT, path)
}

/// What PsyNet and Dallinger define, by `table.column`.
pub fn psynet(path: &str) -> Default {
    look_up(PSYNET, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(fits("*.*.id", "player.app.id") && fits("*.*.id", "player..id") && !fits("*.*.id", "player.app.ids"));
        assert!(fits("admin…", "admin/rooms") && fits("*.*._uproot_*", "player.._uproot_x"));
        assert!(fits("+.number", "node.number") && !fits("+.number", "coin.number"));
        assert!(!fits("a.b", "a") && !fits("a", "a.b") && fits("a…", "a"));
    }
}
