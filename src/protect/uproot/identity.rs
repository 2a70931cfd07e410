//! Who and what is named in a log, and the token of each name.

use crate::error::Result;
use crate::order::{self, Map};
use crate::protect::pseudonym::{Domain, Tokens};
pub(super) use crate::protect::words::Words;

/// The names of one session.
#[derive(Default)]
pub(super) struct Home {
    pub token: String,
    names: Map<Domain, Map<String, String>>,
}

impl Home {
    /// The names of a domain with their tokens.
    pub fn of(&self, domain: Domain) -> impl Iterator<Item = (&str, &str)> {
        self.names.get(&domain).into_iter().flatten().map(|(name, token)| (name.as_str(), token.as_str()))
    }

    /// The token of a name of a domain.
    pub fn member(&self, domain: Domain, name: &str) -> Option<&str> {
        self.names.get(&domain)?.get(name).map(String::as_str)
    }

    /// The token of a name, looked for in the preferred domain first.
    pub fn any(&self, name: &str, first: Domain) -> Option<&str> {
        let order = [first, Domain::Player, Domain::Group, Domain::Model];
        order.iter().find_map(|domain| self.member(*domain, name))
    }
}

/// All sessions' names.
pub(super) struct Identity {
    pub tokens: Tokens,
    homes: Map<String, Home>,
}

impl Identity {
    pub fn new(tokens: Tokens) -> Identity {
        Identity { tokens, homes: Map::new() }
    }

    /// The token of a session.
    pub fn session(&mut self, name: &str) -> Result<&str> {
        if !self.homes.contains_key(name) {
            let token = self.tokens.token(Domain::Session, &[name])?;
            self.homes.insert(name.to_owned(), Home { token, names: Map::new() });
        }
        Ok(self.homes.get(name).map_or("", |home| &home.token))
    }

    /// The token of a player, group or model.
    pub fn member(&mut self, domain: Domain, session: &str, name: &str) -> Result<&str> {
        self.session(session)?;
        let known = self.homes.get(session).and_then(|h| h.names.get(&domain)).is_some_and(|n| n.contains_key(name));
        if !known {
            let token = self.tokens.token(domain, &[session, name])?;
            let home = self.homes.entry(session.to_owned()).or_default();
            home.names.entry(domain).or_default().insert(name.to_owned(), token);
        }
        let names = self.homes.get(session).and_then(|home| home.names.get(&domain));
        Ok(names.and_then(|names| names.get(name)).map_or("", String::as_str))
    }

    /// The names of a session.
    pub fn home(&self, session: &str) -> Option<&Home> {
        self.homes.get(session)
    }

    /// All sessions with their names.
    pub fn homes(&self) -> impl Iterator<Item = (&str, &Home)> {
        self.homes.iter().map(|(name, home)| (name.as_str(), home))
    }

    /// The place in the order of tokens of each member of a session.
    pub fn ranks(&self, session: &str, domain: Domain) -> Map<String, u64> {
        let mut by_token: Vec<(&str, &str)> =
            self.home(session).map(|h| h.of(domain).map(|(n, t)| (t, n)).collect()).unwrap_or_default();
        order::sort(&mut by_token);
        Map::from_iter((1..).zip(by_token).map(|(rank, (_, name))| (name.to_owned(), rank)))
    }
}

/// The kind of storage's domain.
pub(super) fn domain_of_kind(kind: &str) -> Option<Domain> {
    match kind {
        "player" => Some(Domain::Player),
        "group" => Some(Domain::Group),
        "model" => Some(Domain::Model),
        _ => None,
    }
}
