//! Looking into the data: questions and answers as plain data, searches that can be left at any time.

use super::{Study, from_js, long_to_js, thrown};
use crate::browse::changes::{Filter, Search};
use crate::browse::{self, Look};
use crate::preview;
use crate::study::Data;
use wasm_bindgen::prelude::*;

/// Answers questions about one study.
#[wasm_bindgen]
pub struct Browser(browse::Browser);

#[wasm_bindgen]
impl Study {
    /// A browser of the data, or of the session that was brought; of PsyNet exports it knows stays, pages and progress.
    pub fn browser(&self) -> std::result::Result<Browser, JsValue> {
        let study = self.near.as_ref().map_or_else(|| self.read(), Ok)?;
        Ok(Browser(match &study.data {
            Data::Uproot(log) => browse::Browser::new(log.clone()),
            Data::Parted(_) => return Err(thrown(preview::not_at_hand())),
            Data::Psynet(study) => browse::Browser::of_psynet(study.clone()).map_err(thrown)?,
        }))
    }
}

#[wasm_bindgen]
impl Browser {
    /// Answers a question, see the type `Looks`.
    pub fn look(&mut self, ask: JsValue) -> std::result::Result<JsValue, JsValue> {
        let look: Look = from_js(&ask).map_err(thrown)?;
        long_to_js(&self.0.look(look))
    }

    /// Begins a search for changes, see the type `Filter`.
    pub fn search(&self, filter: JsValue) -> std::result::Result<Searching, JsValue> {
        let filter: Filter = from_js(&filter).map_err(thrown)?;
        Ok(Searching(self.0.search(&filter)))
    }

    /// Keeps what a search found, `[search, total]`, in place of what the last one did. The search is used up.
    pub fn keep(&mut self, search: Searching) -> std::result::Result<JsValue, JsValue> {
        long_to_js(&self.0.keep(search.0))
    }
}

/// A search under way.
#[wasm_bindgen]
pub struct Searching(Search);

#[wasm_bindgen]
impl Searching {
    /// Looks at so many changes or some more; gives back whether there are others.
    pub fn step(&mut self, budget: f64) -> bool {
        self.0.step(budget as u64)
    }

    /// How much was looked at, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.0.progress()
    }
}
