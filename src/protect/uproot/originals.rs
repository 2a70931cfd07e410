//! Lists what must not be left in the result, and what each of it becomes where it stands in a longer text.

use super::identity::{Identity, Words};
use super::survey::Survey;
use super::transform::REMOVED;
use crate::error::Result;
use crate::log::{ADMIN, Log};
use crate::order::{Map, Set};
use crate::protect::class::Class;
use crate::protect::leak::Original;
use crate::protect::pace::{Pace, TOKEN};
use crate::protect::pseudonym::{Domain, uuid_bytes, uuid_text};
use crate::protect::report;

/// Words that stand in every report and must not count as somebody's.
const OWN_WORDS: &str = "session sessions player players group groups model models storage field fields change changes latest \
    sparse ultralong page_times readme data value values number string integer boolean unavailable context true false null none \
    windrow uproot anonymization protected withheld removed participant participants experiment technical sensitive binary \
    about columns description deletions distinct missing present types float tuple bytes complex decimal frozenset datetime \
    bytearray random desktop mobile tablet other unknown column columns table tables share pseudonymize times order recipe format";

/// Values by the path where they must not be.
pub(super) type OwnColumns = Map<String, Set<String>>;

/// All originals, and those too short or too plain to be searched everywhere.
pub(super) async fn originals(
    log: &Log,
    identity: &Identity,
    survey: &Survey,
    key: &[u8; 32],
    pace: &mut Pace,
) -> (Vec<Original>, OwnColumns) {
    let plans = survey.fields.values().flat_map(|field| field.plans.values());
    let mut own = report::words(&mut plans.map(|plan| plan.decision.reason.as_str()));
    own.extend(OWN_WORDS.split_ascii_whitespace().map(str::to_owned));
    let distinctive = |value: &str, class, path: &str| {
        let length = value.chars().count();
        let digits = value.bytes().all(|b| b.is_ascii_digit());
        let lower = value.to_lowercase();
        let long = length >= if digits { 6 } else { 5 };
        let coincides = survey.vocabulary.contains(&lower) && !is_no_coincidence(value, class, path);
        long && !coincides && !own.contains(&lower)
    };
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let mut all = vec![Original { value: hex, class: Class::Secret, path: "key".to_owned(), distinctive: true }];
    let mut own_columns = OwnColumns::new();
    let mut add = |value: &str, class, path: &str| {
        let distinctive = distinctive(value, class, path);
        if !distinctive && class != Class::Contact {
            own_columns.entry(path.to_owned()).or_default().insert(value.to_owned());
        }
        all.push(Original { value: value.to_owned(), class, path: path.to_owned(), distinctive });
    };
    for (session, home) in identity.homes() {
        add(session, Class::InternalId, "session..!storage");
        for domain in [Domain::Player, Domain::Group, Domain::Model] {
            let path = format!("{}..!storage", domain.as_str());
            for (name, _) in home.of(domain) {
                pace.did(name.len()).await;
                add(name, Class::InternalId, &path);
            }
        }
    }
    for (value, class, path) in &survey.originals {
        pace.did(value.len()).await;
        add(value, *class, path);
    }
    // Keys, login tokens and the labels of rooms; the storage itself was dropped while reading.
    log.admin_texts.iter().for_each(|text| add(text, Class::Secret, ADMIN));
    (all, own_columns)
}

/// Whether a value is somebody's wherever it stands, also as a cell of a column of categories: nobody's word is like the
/// names that uproot makes, or an id with a digit in it.
fn is_no_coincidence(value: &str, class: Class, path: &str) -> bool {
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let made = path.ends_with("!storage") && !path.starts_with("session.");
    made || digit && matches!(class, Class::PersonId | Class::TaskId)
}

/// What every distinctive original becomes where it stands in a longer text.
pub(super) async fn words(originals: &[Original], identity: &mut Identity, pace: &mut Pace) -> Result<Words> {
    let mut words = Words::default();
    let mut names = Vec::new();
    for (session, home) in identity.homes() {
        names.push((session.to_owned(), String::new(), home.token.clone()));
        for domain in [Domain::Player, Domain::Group, Domain::Model] {
            for (name, token) in home.of(domain) {
                pace.did(name.len()).await;
                names.push((name.to_owned(), session.to_owned(), token.to_owned()));
            }
        }
    }
    let mut known = Set::new();
    for original in originals.iter().filter(|o| o.distinctive) {
        pace.did(0).await;
        known.insert(original.value.as_str());
    }
    for (name, session, token) in &names {
        pace.did(name.len()).await;
        if known.contains(name.as_str()) {
            words.add(name, session, token);
        }
    }
    for original in originals.iter().filter(|o| o.distinctive && o.path != "key" && !o.path.ends_with("!storage")) {
        pace.did(TOKEN).await;
        let value = original.value.as_str();
        let with = match (original.class, uuid_bytes(value)) {
            (Class::PersonId, _) => identity.tokens.token(Domain::Person, &[value])?,
            (Class::TaskId, _) => identity.tokens.token(Domain::Task, &[value])?,
            (Class::InternalId, Some(bytes)) => uuid_text(&identity.tokens.uuid(&bytes)?),
            (Class::InternalId, None) => identity.tokens.token(Domain::Room, &[value])?,
            _ => REMOVED.to_owned(),
        };
        words.add(value, "", &with);
    }
    pace.pause().await;
    words.settle();
    pace.pause().await;
    Ok(words)
}
