//! Knows where each span of the old log belongs in the new one: what neighbours share is found once.

use std::rc::Rc;

use super::identity::domain_of_kind;
use super::plan::Field;
use super::survey::{Survey, storage};
use super::transform::Transform;
use crate::error::Result;
use crate::log::{Log, Span};
use crate::order::Map;
use crate::protect::class::{Class, DecidedBy};

/// What happened to the values of a field.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub kept: u64,
    pub changed: u64,
    pub removed: u64,
}

/// Where a storage belongs.
#[derive(Clone)]
pub(super) struct Home<'a> {
    pub storage: u32,
    pub kind: &'a str,
    pub session: &'a str,
    /// What it is called in the new log.
    pub path: Rc<str>,
}

/// What the spans of a field of a session share.
#[derive(Clone)]
pub(super) struct Common<'a> {
    pub field: &'a Field,
    pub name: &'a str,
    /// What it is called in the new log.
    pub shown: Rc<str>,
    /// Whether it is one of uproot's own that stay as they are.
    pub own: bool,
    /// Whether the same value may become another one with another owner.
    pub personal: bool,
}

/// A span with where it belongs.
pub(super) struct Where<'a> {
    pub home: Home<'a>,
    pub common: Common<'a>,
    /// Number of the field in a memo of its values.
    pub number: u32,
    /// Its last change.
    pub last: Option<u32>,
    /// Whether its values go because it ends deleted.
    pub ends_deleted: bool,
    pub counts: Counts,
}

/// Where spans belong.
#[derive(Default)]
pub(super) struct Places<'a> {
    /// The storage of the span before.
    home: Option<Home<'a>>,
    /// What the spans of each field of a session share.
    common: Vec<Common<'a>>,
    /// The numbers of these: by session, kind and field.
    numbers: Map<(&'a str, &'a str, u32), u32>,
}

impl<'a> Places<'a> {
    /// Where a storage belongs.
    fn home(&mut self, log: &'a Log, number: u32, transform: &mut Transform<'_>) -> Result<Option<Home<'a>>> {
        if let Some(home) = self.home.as_ref().filter(|home| home.storage == number) {
            return Ok(Some(home.clone()));
        }
        let Some((kind, session, name)) = storage(log.storages.get(number)) else { return Ok(None) };
        let identity = &mut transform.identity;
        let mut path = format!("{kind}/{}", identity.session(session)?);
        if let Some(domain) = domain_of_kind(kind) {
            path = format!("{path}/{}", identity.member(domain, session, name)?);
        }
        self.home = Some(Home { storage: number, kind, session, path: path.into() });
        Ok(self.home.clone())
    }

    /// The number of a field in [`Places::common`].
    fn field(
        &mut self,
        log: &'a Log,
        survey: &'a Survey,
        home: &Home<'a>,
        number: u32,
        transform: &Transform<'_>,
    ) -> Option<u32> {
        let key = (home.session, home.kind, number);
        if let Some(known) = self.numbers.get(&key) {
            return Some(*known);
        }
        let name = log.fields.get(number);
        let field = survey.fields.get(&(home.kind.to_owned(), name.to_owned()))?;
        let new = self.common.len() as u32;
        self.common.push(Common {
            field,
            name,
            shown: transform.words.replace(name, home.session).as_deref().unwrap_or(name).into(),
            own: field.plans.get("").map(|p| (p.decision.decided_by, p.decision.class))
                == Some((DecidedBy::Default, Class::Experiment)),
            personal: field.sum.coarse || field.sum.varies || name == "id",
        });
        self.numbers.insert(key, new);
        Some(new)
    }

    /// Where a span belongs; nothing if it is none of uproot's. `share` says whether what ends deleted goes.
    pub fn of(
        &mut self,
        log: &'a Log,
        survey: &'a Survey,
        span: &Span,
        transform: &mut Transform<'_>,
        share: bool,
    ) -> Result<Option<Where<'a>>> {
        let Some(home) = self.home(log, span.storage, transform)? else { return Ok(None) };
        let Some(number) = self.field(log, survey, &home, span.field, transform) else { return Ok(None) };
        let Some(common) = self.common.get(number as usize).cloned() else { return Ok(None) };
        let last = log.changes(span).last().copied();
        let deleted = last.is_some_and(|last| log.value(last).is_tombstone());
        let ends_deleted = share && !common.own && deleted;
        Ok(Some(Where { home, common, number, last, ends_deleted, counts: Counts::default() }))
    }
}
