//! Preparing for sharing, for JavaScript: what will be done, the prepared study, and the search of its finished ZIP.

use crate::order::Set;
use std::io::{self, Read};

use js_sys::{Function, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::{Export, Study, Viewing, from_js, long_to_js, object, page_recipe, thrown, to_js, want};
use crate::error::{Code, Error, Place};
use crate::export;
use crate::preview;
use crate::protect::check::Search;
use crate::protect::overview::{Overview, Text};
use crate::protect::preset::Preset;
use crate::protect::{Given, Protected, Step, Work, look, prepare};
use crate::recipe::Recipe;

type Thrown<T> = std::result::Result<T, JsValue>;

/// What is given for one export, as the type `Given` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromPage {
    /// 32 bytes.
    key: Vec<u8>,
    /// Whether the key is a project's.
    project: bool,
    /// Texts that were read and approved.
    approved: Set<String>,
}

#[wasm_bindgen]
impl Study {
    /// Begins to look at what preparation would do.
    pub fn look(&self, recipe: JsValue) -> Thrown<Looking> {
        look(self.read()?, &page_recipe(recipe)?).map(Looking).map_err(thrown)
    }

    /// Begins to prepare.
    pub fn prepare(&self, recipe: JsValue, given: JsValue) -> Thrown<Preparing> {
        let FromPage { key, project, approved } = from_js(&given).map_err(thrown)?;
        let short = || thrown(Error::new(Code::BadRecipe, Place::default()).detail("A key has 32 bytes."));
        let given = Given { key: key.try_into().map_err(|_| short())?, project, approved };
        prepare(self.read()?, &page_recipe(recipe)?, &given, self.limits).map(Preparing).map_err(thrown)
    }
}

/// What a step came to, for JavaScript.
fn stepped(step: Step) -> JsValue {
    match step {
        Step::Want(range) => object(&[("want", want(&range))]),
        Step::More => object(&[("more", JsValue::TRUE)]),
        Step::Last => JsValue::UNDEFINED,
    }
}

/// A look under way: ask `next`, push what it wants, and when it has nothing more to do, `finish`.
#[wasm_bindgen]
pub struct Looking(Box<dyn Work<Overview>>);

#[wasm_bindgen]
impl Looking {
    /// Does a little: `{ want }` when input must be pushed first, `{ more: true }` when there is more to do, `undefined`
    /// when only `finish` is left.
    #[allow(clippy::should_implement_trait, reason = "the name that JavaScript expects")]
    pub fn next(&mut self) -> Thrown<JsValue> {
        self.0.step().map(stepped).map_err(thrown)
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) -> Thrown<()> {
        self.0.push(chunk).map_err(thrown)
    }

    /// How much is done, 0 to 1; `undefined` where nobody knows.
    pub fn progress(&self) -> Option<f64> {
        self.0.progress()
    }

    /// What was seen. The object is used up.
    pub fn finish(self) -> Thrown<Looked> {
        self.0.finish().map(Looked).map_err(thrown)
    }
}

/// What preparation would do.
#[wasm_bindgen]
pub struct Looked(Overview);

#[derive(serde::Serialize)]
struct Texts<'a> {
    total: usize,
    texts: &'a [Text],
}

#[wasm_bindgen]
impl Looked {
    /// Path by path, see the type `Protection`.
    pub fn protection(&self) -> Thrown<JsValue> {
        long_to_js(&self.0)
    }

    /// Some of the texts that can be reviewed, see the type `Texts`.
    pub fn texts(&self, start: usize, count: usize) -> Thrown<JsValue> {
        long_to_js(&Texts { total: self.0.texts.len(), texts: self.0.texts(start, count) })
    }
}

/// Preparation under way: ask `next`, push what it wants, and when it has nothing more to do, `finish`.
#[wasm_bindgen]
pub struct Preparing(Box<dyn Work<Protected>>);

#[wasm_bindgen]
impl Preparing {
    /// Does a little: `{ want }` when input must be pushed first, `{ more: true }` when there is more to do, `undefined`
    /// when only `finish` is left.
    #[allow(clippy::should_implement_trait, reason = "the name that JavaScript expects")]
    pub fn next(&mut self) -> Thrown<JsValue> {
        self.0.step().map(stepped).map_err(thrown)
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) -> Thrown<()> {
        self.0.push(chunk).map_err(thrown)
    }

    /// How much is done, 0 to 1; `undefined` where nobody knows.
    pub fn progress(&self) -> Option<f64> {
        self.0.progress()
    }

    /// The prepared study. The object is used up.
    pub fn finish(self) -> Thrown<Prepared> {
        let protected = self.0.finish().map_err(thrown)?;
        Ok(Prepared { protected, viewer: preview::Viewer::default(), search: None })
    }
}

/// A study that is prepared; its tables, previews and ZIP are made like any other's.
#[wasm_bindgen]
pub struct Prepared {
    protected: Protected,
    viewer: preview::Viewer,
    /// The search of a finished ZIP under way.
    search: Option<Search>,
}

impl Prepared {
    /// The recipe with what was prepared in place of what was asked for.
    fn recipe(&self, recipe: JsValue) -> Thrown<Recipe> {
        let Recipe { sessions, protect, psynet, .. } = self.protected.recipe.clone();
        Ok(Recipe { sessions, protect, psynet, ..page_recipe(recipe)? })
    }
}

#[wasm_bindgen]
impl Prepared {
    /// As of the study.
    pub fn tables(&mut self, recipe: JsValue) -> Thrown<JsValue> {
        let recipe = self.recipe(recipe)?;
        long_to_js(&self.viewer.tables(&self.protected.study, &recipe).map_err(thrown)?)
    }

    /// As of the study.
    pub fn preview(&mut self, recipe: JsValue, path: &str, start: f64, count: f64) -> Thrown<Viewing> {
        let recipe = self.recipe(recipe)?;
        let study = &self.protected.study;
        self.viewer.start(study, &recipe, path, start as u64, count as u64).map(Viewing).map_err(thrown)
    }

    /// As of the study. The ZIP must pass `leaks` before anyone gets it.
    pub fn export(&self, recipe: JsValue) -> Thrown<Export> {
        let export = export::Export::new(&self.protected.study, &self.recipe(recipe)?).map_err(thrown)?;
        Ok(Export { export, name: "prepared-for-sharing.zip".to_owned() })
    }

    /// Searches about a megabyte of what the finished ZIP of so many bytes holds; `read(start, end)` gives a range of it
    /// at once. `undefined` until all is searched; then see the type `Leaks`.
    pub fn leaks(&mut self, size: f64, read: Function) -> Thrown<JsValue> {
        let mut search = self.search.take().unwrap_or_default();
        let mut zip = Ranges { read, size: size as u64, at: search.read() };
        let Protected { searcher, own_columns, .. } = &self.protected;
        if search.step(&mut zip, searcher, own_columns).map_err(thrown)? {
            return long_to_js(&search.finish());
        }
        self.search = Some(search);
        Ok(JsValue::UNDEFINED)
    }

    /// How many bytes of the ZIP were searched so far.
    pub fn searched(&self) -> f64 {
        self.search.as_ref().map_or(0.0, |search| search.read() as f64)
    }

    /// Begins the search anew, where one was stopped.
    pub fn unsearched(&mut self) {
        self.search = None;
    }
}

/// A file that JavaScript reads by ranges, one behind the other.
struct Ranges {
    read: Function,
    size: u64,
    at: u64,
}

impl Read for Ranges {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self.at.saturating_add(buffer.len() as u64).min(self.size);
        if end <= self.at {
            return Ok(0);
        }
        let range = [JsValue::from_f64(self.at as f64), JsValue::from_f64(end as f64)];
        let [start, stop] = &range;
        let bytes = self.read.call2(&JsValue::UNDEFINED, start, stop).map_err(|_| io::Error::other("read"))?;
        let bytes = Uint8Array::new(&bytes);
        let length = (bytes.length() as usize).min(buffer.len());
        if let Some(part) = buffer.get_mut(..length) {
            bytes.subarray(0, length as u32).copy_to(part);
        }
        self.at += length as u64;
        Ok(length)
    }
}

/// The preset of a level without further choices.
#[wasm_bindgen]
pub fn default_preset() -> Thrown<JsValue> {
    to_js(&Preset::default())
}

/// Reads a saved preset (JSON text).
#[wasm_bindgen]
pub fn parse_preset(text: &str) -> Thrown<JsValue> {
    to_js(&Preset::from_json(text.as_bytes()).map_err(thrown)?)
}

/// A preset as it is saved (JSON text).
#[wasm_bindgen]
pub fn preset_text(preset: JsValue) -> Thrown<String> {
    let preset: Preset = from_js(&preset).map_err(thrown)?;
    Ok(String::from_utf8_lossy(&preset.checked().map_err(thrown)?.to_json()).into_owned())
}
