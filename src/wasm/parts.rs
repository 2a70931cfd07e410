//! Looking at one session of a study whose changes are too many to be held at once.

use super::{Study, page_recipe, thrown, want};
use crate::parted::Loading;
use crate::preview::Viewer;
use crate::recipe::Recipe;
use crate::source::Reader;
use crate::study::{self, Data};
use wasm_bindgen::prelude::*;

type Thrown<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen]
impl Study {
    /// Begins to read the changes of a session where those of all are too many to be held at once; `undefined` where they
    /// are at hand. When all is pushed, `come` takes them.
    pub fn bring(&self, session: &str) -> Thrown<Option<Bringing>> {
        let Data::Parted(parted) = &self.read()?.data else { return Ok(None) };
        if self.near.as_ref().is_some_and(|near| near.sessions().iter().any(|s| s.name == session)) {
            return Ok(None);
        }
        parted.load_session(session).map(|loading| Some(Bringing(loading))).map_err(thrown)
    }

    /// Takes the changes of a session in place of the last one's. The object is used up.
    pub fn come(&mut self, bringing: Bringing) -> Thrown<()> {
        self.near = None;
        let log = bringing.0.finish().map_err(thrown)?;
        self.near = Some(self.read()?.with(log));
        self.viewer = Viewer::default();
        Ok(())
    }
}

impl Study {
    /// What can be looked at: everything, or the session that was brought; and the recipe for it.
    pub(super) fn at_hand(&self, recipe: JsValue) -> Thrown<(&study::Study, Recipe)> {
        let recipe = page_recipe(recipe)?;
        Ok(match &self.near {
            Some(near) => (near, Recipe { sessions: None, ..recipe }),
            None => (self.read()?, recipe),
        })
    }
}

/// A session being read: ask `want`, push what it asks for, and when it asks for nothing more, give it to `Study.come`.
#[wasm_bindgen]
pub struct Bringing(Loading);

#[wasm_bindgen]
impl Bringing {
    /// The next range to read, `{ file, start, end }`; `undefined` when the changes are there.
    pub fn want(&mut self) -> Thrown<JsValue> {
        Ok(self.0.want().map_err(thrown)?.as_ref().map_or(JsValue::UNDEFINED, want))
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) -> Thrown<()> {
        self.0.push(chunk).map_err(thrown)
    }
}
