//! Makes of one stored value what may be shown of it.

use super::identity::{Identity, Words, domain_of_kind};
use super::leaves::{self, inner, member, quoted};
use super::moments::Moment;
use super::plan::{Field, Plan, is_data};
use super::survey::{is_data_key, storage};
use crate::error::Result;
use crate::json;
use crate::order::{self, Set};
use crate::protect::class::{Action, Class, DecidedBy};
use crate::protect::decision::is_long_number;
use crate::protect::detect;
use crate::protect::known::{Known, Made};
use crate::protect::leak::{Hits, Searcher};
use crate::protect::overview::{WITHHELD, length_class};
use crate::protect::preset::{Holds, Preset, Texts};
use crate::protect::pseudonym::{Domain, uuid_bytes, uuid_text};
use crate::protect::quasi::SUPPRESSED;
use crate::protect::risk;
use crate::protect::time::{self, Micros, Mode, Window};
use crate::value::Type;

/// What stands for an identifier that has no token.
pub(super) const REMOVED: &str = "[removed]";

/// Whose value it is.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub session: &'a str,
    pub start: Option<Micros>,
    /// Whether the value's quasi-identifiers are suppressed.
    pub suppressed: bool,
    /// The new number in place of `id`.
    pub rank: u64,
    /// The name of the field, for what lists of names hold.
    pub field: &'a str,
    /// Whether the value ends the field's history (or is an entry of its own).
    pub last: bool,
    /// Whether lists of names are put in the order of their tokens.
    pub sorted: bool,
    /// Whether it stands in a text that is withheld because somebody may have written it, or in a cell of an exported
    /// table that may have been such a text.
    pub unread: bool,
}

/// Everything that values are made with.
pub(super) struct Transform<'a> {
    pub identity: Identity,
    pub words: Words,
    pub names: Set<String>,
    pub preset: &'a Preset,
    /// The days of the study: numbers inside are moments, whatever their field is called.
    pub study: Option<Window>,
    /// The same if nothing of them may be left in texts.
    pub window: Option<Window>,
    pub mode: Mode,
    pub searcher: &'a Searcher,
    /// Cells withheld because an original was left in them in some other form.
    pub caught: u64,
    /// Texts released after review.
    pub released: u64,
    /// What became of members' keys of a session.
    pub keys: Known,
    pub of_session: String,
}

/// A value that leaves nothing behind.
const NOTHING: &str = "null";

impl Transform<'_> {
    fn share(&self) -> bool {
        self.preset.is_share()
    }

    /// The new value as canonical JSON; `None` removes it.
    pub fn value(&mut self, kind: Type, text: &str, field: &Field, owner: Owner<'_>) -> Result<Option<String>> {
        if field.sum.removed {
            return Ok(None);
        }
        let domain = match kind {
            Type::BYTES | Type::BYTEARRAY | Type::RANDOM => return Ok(Some(NOTHING.to_owned())),
            Type::UUID => return self.uuid_type(text).map(Some),
            Type::SESSION => {
                let name = json::content(text).unwrap_or_default();
                return Ok(Some(quoted(self.identity.session(&name)?)));
            }
            Type::PLAYER => Some(Domain::Player),
            Type::GROUP => Some(Domain::Group),
            Type::MODEL => Some(Domain::Model),
            _ => None,
        };
        if let Some(domain) = domain {
            let Some((session, name)) = leaves::pair(text) else { return Ok(Some(NOTHING.to_owned())) };
            let member = quoted(self.identity.member(domain, &session, &name)?);
            return Ok(Some(format!("[{},{member}]", quoted(self.identity.session(&session)?))));
        }
        let text = leaves::as_json(kind, text);
        let owner = Owner { unread: kind == Type::CELL && field.plans.get("").is_some_and(Plan::is_unread), ..owner };
        let new = self.node(&text, "", field, owner, 0)?.unwrap_or_else(|| NOTHING.to_owned());
        if new != NOTHING && new.len() > 4 && self.leaks(&new) {
            self.caught += 1;
            return Ok(Some(quoted(WITHHELD)));
        }
        Ok(Some(new))
    }

    /// Whether an original is left in some form.
    fn leaks(&self, text: &str) -> bool {
        if text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')) && text.len() < 5 {
            return false;
        }
        let mut hits = Hits::default();
        self.searcher.text("", text, &mut hits);
        hits.total > 0
    }

    fn uuid_type(&mut self, text: &str) -> Result<String> {
        let bytes = json::content(text).and_then(|t| time::decode(&t)).and_then(|b| <[u8; 16]>::try_from(b).ok());
        match bytes {
            Some(bytes) => Ok(quoted(&time::encode(&self.identity.tokens.uuid(&bytes)?))),
            None => Ok(NOTHING.to_owned()),
        }
    }

    fn node(
        &mut self,
        text: &str,
        below: &str,
        field: &Field,
        owner: Owner<'_>,
        level: usize,
    ) -> Result<Option<String>> {
        let plan = field
            .plans
            .get(below)
            .or_else(|| below.rsplit_once('.').and_then(|(a, _)| field.plans.get(&leaves::any(a))));
        let object = below.is_empty() && text.starts_with('{');
        if plan.is_some_and(|plan| plan.decision.action == Action::Remove) && !object {
            return Ok(None);
        }
        Ok(Some(match text.as_bytes().first() {
            Some(b'{') => self.object(text, below, field, plan, owner, level)?,
            Some(b'[') => self.list(text, below, field, owner, level)?,
            Some(b'"') => {
                let content = json::content(text).unwrap_or_default();
                match inner(&content, level) {
                    Some(inside) => {
                        let unread = owner.unread || plan.is_some_and(Plan::is_unread);
                        let owner = Owner { unread, ..owner };
                        let new = self.node(&inside, below, field, owner, level + 1)?;
                        quoted(new.as_deref().unwrap_or(NOTHING))
                    }
                    None => self.text(&content, plan, owner)?,
                }
            }
            _ => self.plain(text, plan, owner),
        }))
    }

    fn object(
        &mut self,
        text: &str,
        below: &str,
        field: &Field,
        plan: Option<&Plan>,
        owner: Owner<'_>,
        level: usize,
    ) -> Result<String> {
        if let Some((session, name)) = leaves::reference(text) {
            let name = quoted(self.identity.member(Domain::Player, &session, &name)?);
            return Ok(format!("{{\"sname\":{},\"uname\":{name}}}", quoted(self.identity.session(&session)?)));
        }
        let mut members = Vec::new();
        for (key, value) in json::members(text).unwrap_or_default() {
            let key = json::content(&format!("\"{key}\"")).unwrap_or_default();
            let path = if is_data_key(&self.names, &key) { leaves::any(below) } else { member(below, &key) };
            let Some(value) = self.node(value, &path, field, owner, level)? else { continue };
            members.push((self.key(&key, plan, owner)?, value));
        }
        order::sort(&mut members);
        // Keys that became the same would hide each other.
        let (mut before, mut same) = (None, 1);
        for (key, _) in &mut members {
            if before.as_ref() == Some(key) {
                same += 1;
                *key = format!("{key} {same}");
            } else {
                (before, same) = (Some(key.clone()), 1);
            }
        }
        let members: Vec<String> =
            members.into_iter().map(|(key, value)| format!("{}:{value}", quoted(&key))).collect();
        Ok(format!("{{{}}}", members.join(",")))
    }

    fn key(&mut self, key: &str, plan: Option<&Plan>, owner: Owner<'_>) -> Result<String> {
        if let Some(token) = self.name(key, owner) {
            return Ok(token);
        }
        if let Some(bytes) = uuid_bytes(key) {
            return Ok(uuid_text(&self.identity.tokens.uuid(&bytes)?));
        }
        let rare_key = |plan: &&Plan| is_data(key, plan.rare_keys.contains(key));
        match plan.filter(|plan| plan.decision.action == Action::Token).filter(rare_key).map(|plan| plan.decision.class)
        {
            Some(Class::PersonId) => return self.identity.tokens.token(Domain::Person, &[key]),
            Some(Class::TaskId) => return self.identity.tokens.token(Domain::Task, &[key]),
            _ => {}
        }
        if self.share() && plan.is_none_or(|plan| plan.rare_keys.contains(key)) {
            return Ok(WITHHELD.to_owned());
        }
        if owner.session != self.of_session {
            (self.keys, self.of_session) = (Known::default(), owner.session.to_owned());
        }
        if let Some(Made { new: Some(new), .. }) = self.keys.get(key) {
            return Ok(new.clone());
        }
        let new = self.words.replace(key, owner.session).unwrap_or_else(|| key.to_owned());
        let found = self.share() && !detect::detect(&new).is_empty();
        let withheld = found || self.window.is_some_and(|w| w.contains(&new)) || self.leaks(&new);
        let new = if withheld { WITHHELD.to_owned() } else { new };
        self.keys.add(key, || Made::new(Some(&new), false));
        Ok(new)
    }

    /// The token of a name of the owner's session, where names are expected.
    fn name(&self, name: &str, owner: Owner<'_>) -> Option<String> {
        let first = match owner.field {
            f if f.contains("group") || f == "gid" => Domain::Group,
            f if f.contains("model") || f == "mid" => Domain::Model,
            _ => Domain::Player,
        };
        if let Some((kind, session, member)) = storage(name) {
            // Filters make paths of names.
            let home = self.identity.home(session)?;
            let Some(domain) = domain_of_kind(kind) else { return Some(format!("{kind}/{}", home.token)) };
            return home.member(domain, member).map(|token| format!("{kind}/{}/{token}", home.token));
        }
        let own = self.identity.home(owner.session)?.any(name, first).map(str::to_owned);
        own.or_else(|| self.identity.home(name).map(|home| home.token.clone()))
    }

    fn list(&mut self, text: &str, below: &str, field: &Field, owner: Owner<'_>, level: usize) -> Result<String> {
        if let Some((session, name)) = leaves::pair(text)
            && let Some(home) = self.identity.home(&session)
            && let Some(member) = home.any(&name, Domain::Player)
        {
            return Ok(format!("[{},{}]", quoted(&home.token), quoted(member)));
        }
        let mut items = Vec::new();
        for (index, value) in json::items(text).unwrap_or_default().into_iter().enumerate() {
            let path = leaves::item(below, index, field.shape);
            items.push(self.node(value, &path, field, owner, level)?.unwrap_or_else(|| NOTHING.to_owned()));
        }
        if owner.sorted && below.is_empty() {
            order::sort(&mut items);
        }
        Ok(format!("[{}]", items.join(",")))
    }

    fn text(&mut self, content: &str, plan: Option<&Plan>, owner: Owner<'_>) -> Result<String> {
        let lengths = |plan: &&Plan| self.preset.texts == Texts::Lengths && plan.is_unread();
        if plan.filter(lengths).is_some() {
            return Ok(quoted(length_class(content)));
        }
        if plan.is_some_and(|plan| plan.is_suppressed(owner)) {
            return Ok(quoted(SUPPRESSED));
        }
        if content.is_empty() {
            return Ok("\"\"".to_owned());
        }
        let Some(plan) = plan else { return Ok(quoted(WITHHELD)) };
        if plan.is_unread() && owner.last && plan.approved.contains(content) {
            let new = detect::redact(content);
            let new = self.words.replace(&new, owner.session).unwrap_or(new);
            self.released += 1;
            return Ok(quoted(if self.window.is_some_and(|w| w.contains(&new)) { WITHHELD } else { &new }));
        }
        let token = |found: Result<String>| found.map(|token| quoted(&token));
        match (plan.decision.class, plan.decision.action) {
            (Class::PersonId, Action::Token) => return token(self.identity.tokens.token(Domain::Person, &[content])),
            (Class::TaskId, Action::Token) => return token(self.identity.tokens.token(Domain::Task, &[content])),
            (Class::InternalId, Action::Token) => {
                if let Some(name) = self.name(content, owner) {
                    return Ok(quoted(&name));
                }
                if let Some(bytes) = uuid_bytes(content) {
                    return token(self.identity.tokens.uuid(&bytes).map(|new| uuid_text(&new)));
                }
                // A UUID whose type an export has lost.
                if content.len() == 24 && time::decode(content).is_some_and(|bytes| bytes.len() == 16) {
                    return self.uuid_type(&quoted(content));
                }
                if self.share() {
                    return Ok(quoted(WITHHELD));
                }
            }
            (_, Action::Relative) => {
                let moment = Moment::of_text(content);
                return Ok(moment.map_or_else(|| quoted(WITHHELD), |m| m.shown(self.mode, owner.start)));
            }
            // Where texts stay, only what is a moment as a whole is one.
            (Class::Time, Action::Keep) if self.mode != Mode::Keep => {
                if let Some(moment) = Moment::of_text(content) {
                    return Ok(moment.shown(self.mode, owner.start));
                }
            }
            (_, Action::Withhold | Action::Renumber) => return Ok(quoted(WITHHELD)),
            (_, Action::Generalize) => {
                let plain = !plan.hits.contains(content) && content.chars().count() <= 40;
                let new = risk::coarse(content, plan.decision.holds, self.preset)
                    .filter(|_| plan.decision.holds == Holds::Age || plain);
                return Ok(quoted(match new {
                    Some(ref new) if !self.window.is_some_and(|w| w.contains(new)) => new,
                    _ => WITHHELD,
                }));
            }
            _ => {}
        }
        let new = self.words.replace(content, owner.session);
        let shown = new.as_deref().unwrap_or(content);
        let undecided = plan.decision.decided_by != DecidedBy::Default && !plan.categories;
        let hit = plan.hits.contains(content);
        let calendar = self.window.is_some_and(|window| window.contains(shown));
        Ok(quoted(if self.share() && (undecided || hit || calendar) { WITHHELD } else { shown }))
    }

    fn plain(&mut self, text: &str, plan: Option<&Plan>, owner: Owner<'_>) -> String {
        let number = text.parse::<f64>().ok();
        if plan.is_some_and(|plan| plan.is_suppressed(owner)) {
            return quoted(SUPPRESSED);
        }
        if text == NOTHING || text == "true" || text == "false" {
            return text.to_owned();
        }
        let Some(plan) = plan else { return NOTHING.to_owned() };
        if owner.unread && is_long_number(text.trim_start_matches('-')) {
            return quoted(if self.preset.texts == Texts::Lengths { length_class(text) } else { WITHHELD });
        }
        match (plan.decision.class, plan.decision.action) {
            (Class::PersonId | Class::TaskId, Action::Token) => {
                let domain = if plan.decision.class == Class::PersonId { Domain::Person } else { Domain::Task };
                return self.identity.tokens.token(domain, &[text]).map_or_else(|_| NOTHING.to_owned(), |t| quoted(&t));
            }
            (Class::InternalId, Action::Token) if owner.field == "id" => return owner.rank.to_string(),
            (_, Action::Generalize) if plan.decision.holds != Holds::Other => {
                let new = risk::coarse(text, plan.decision.holds, self.preset);
                return new.map_or_else(|| quoted(WITHHELD), |new| quoted(&new));
            }
            _ => {}
        }
        // A number inside the study's days is a time, whatever its field is called.
        let inside = number.zip(self.study).is_some_and(|(number, study)| study.number(number));
        match Moment::of_number(text).filter(|_| inside && self.mode != Mode::Keep) {
            Some(moment) => moment.shown(self.mode, owner.start),
            None => text.to_owned(),
        }
    }
}
