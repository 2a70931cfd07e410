//! What PsyNet's own anonymous form takes out, and what it leaves in. It is for comparison, not for sharing.

use super::survey::RawTable;

/// Columns that PsyNet's anonymous form leaves out of processed tables (all but Dallinger's plain classes).
/// Unlike in its `database.zip`, `unique_id` is not rewritten: it still begins with the worker id.
pub const DROPPED: [&str; 2] = ["client_ip_address", "worker_id"];

/// Something that points at a person and that PsyNet's anonymous form leaves in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Table of the database.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// What stands in it.
    pub holds: &'static str,
}

const fn leak(table: &'static str, column: &'static str, holds: &'static str) -> Leak {
    Leak { table, column, holds }
}

/// Counted in real exports of PsyNet 13.3.0 and 12.1.1, or read in their source (Lucid).
const LEAKS: [Leak; 36] = [
    leak("participant", "unique_id", "the worker id and the assignment id (in processed tables)"),
    leak("participant", "assignment_id", "the recruiter's id of this participation"),
    leak("participant", "hit_id", "the recruiter's id of the study"),
    leak("participant", "fingerprint_hash", "a fingerprint of the browser"),
    leak("participant", "browser_platform", "browser and operating system"),
    leak("participant", "entry_information", "every parameter of the recruitment link, e-mail addresses among them"),
    leak("participant", "vars", "whatever the experiment asked for"),
    leak("participant", "answer", "the last answer"),
    leak("participant", "answer_accumulators", "answers"),
    leak("response", "answer", "answers, free text among them; URLs of recordings"),
    leak("response", "metadata_", "browser, operating system and the log of events"),
    leak("response", "client_ip_address", "the IP address (in database.zip)"),
    leak("info", "answer", "answers"),
    leak("info", "definition", "what a trial was made of, earlier answers among it"),
    leak("info", "vars", "whatever the experiment keeps"),
    leak("info", "contents", "whatever the experiment keeps"),
    leak("request", "unique_id", "the worker id and the assignment id, for every page"),
    leak("request", "params", "the worker id and the assignment id, for every page"),
    leak("error", "message", "whatever was quoted in the message"),
    leak("error", "traceback", "whatever was quoted in the message"),
    leak("error", "worker_id", "the worker id (in database.zip)"),
    leak("process", "arguments", "whatever was passed to a background task"),
    leak("process", "failed_reason", "whatever was quoted in the message"),
    leak("chat_message", "content", "what participants wrote to each other"),
    leak("question", "response", "answers"),
    leak("notification", "assignment_id", "the recruiter's id of this participation"),
    leak("lucid_rid", "rid", "the worker id"),
    leak("lucid_rid", "lucid_panelist_id", "the panel's id of the person"),
    leak("lucid_rid", "lucid_respondent_id", "the panel's id of this participation"),
    leak("lucid_submissions", "response", "what the recruiter answered"),
    leak("experiment_status", "extra_info", "user name and password of the dashboard (in database.zip)"),
    leak("experiment", "vars", "the researchers' e-mail address, paths and settings"),
    leak("asset", "url", "the address of a recording, whose random part is all that protects it"),
    leak("asset", "host_path", "the place of a recording on the server"),
    leak("asset", "content_id", "a checksum of a recording"),
    leak("asset", "secret", "what gives access to an asset made on demand"),
];

/// The leaks that concern these tables: those with rows that fill the column.
pub fn leaks(tables: &[RawTable]) -> Vec<Leak> {
    let fills = |leak: &&Leak| {
        tables.iter().filter(|t| t.name == leak.table).any(|table| {
            let column = table.column(leak.column);
            column.is_some_and(|c| table.groups.iter().any(|g| g.filled.get(c) == Some(&true)))
        })
    };
    LEAKS.iter().filter(fills).copied().collect()
}
