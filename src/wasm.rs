//! The JavaScript skin: conversions only. `www/src/engine` wraps it into the documented API.

mod browse;
mod export;
mod lane;
mod parts;
mod protect;

use crate::command;
use crate::describe::summary::{ProblemSummary, Summary};
use crate::error::{Code, Error, Place, Result};
use crate::export::contents;
use crate::limits::Limits;
use crate::preview;
use crate::recipe::{self, Recipe};
use crate::source::{FileInfo, Reader};
use crate::study;
use export::{Contents, Export};
use js_sys::{Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use wasm_bindgen::prelude::*;

/// Turns an error into a JavaScript `Error` with `code`, `place`, `detail` and `advice`.
fn thrown(error: Error) -> JsValue {
    let summary = ProblemSummary::from(error.problem());
    let js = js_sys::Error::new(&error.to_string());
    if let Ok(parts) = to_js(&summary) {
        Object::assign(&js, &Object::from(parts));
    }
    js.into()
}

fn to_js(value: &impl Serialize) -> std::result::Result<JsValue, JsValue> {
    // Missing values are `null`, maps are plain objects, numbers are numbers: what JSON would give.
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

/// The same for what may be long: a browser reads JSON many times as fast as it takes a hundred thousand strings one by one.
fn long_to_js(value: &impl Serialize) -> std::result::Result<JsValue, JsValue> {
    let text = serde_json::to_string(value).map_err(|error| JsValue::from_str(&error.to_string()))?;
    js_sys::JSON::parse(&text)
}

/// Reads a plain object by way of its JSON: recipes are read from text anyway, and a second reader would be 100 kB more.
fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T> {
    let text = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string());
    text.and_then(|text| serde_json::from_slice(text.as_bytes()).ok())
        .ok_or_else(|| Error::new(Code::BadRecipe, Place::default()).detail("It is not of the documented shape."))
}

/// Sets members of a new object.
fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // Setting a member of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn want(want: &crate::source::Want) -> JsValue {
    let number = |n: u64| JsValue::from_f64(n as f64);
    object(&[("file", number(want.file as u64)), ("start", number(want.range.start)), ("end", number(want.range.end))])
}

/// Settings of the page that are not part of a recipe.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Settings {
    /// Memory budget in bytes.
    memory: Option<f64>,
    /// Memory that uproot's changes may take before they are read part by part.
    part: Option<f64>,
}

/// One drop: files are added, then read by want and push, then asked.
#[wasm_bindgen]
pub struct Study {
    files: Vec<FileInfo>,
    limits: Limits,
    opening: Option<study::Opening>,
    open: Option<study::Study>,
    /// The study with the changes of one session, where those of all are too many to be held at once.
    near: Option<study::Study>,
    viewer: preview::Viewer,
}

#[wasm_bindgen]
impl Study {
    /// An empty drop. `options`: `{ memory?: number, part?: number }`, bytes: the budget, and what uproot's changes may
    /// take of it before they are read part by part.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> std::result::Result<Study, JsValue> {
        let settings: Settings = if options.is_undefined() || options.is_null() {
            Settings::default()
        } else {
            from_js(&options).map_err(thrown)?
        };
        let mut limits = Limits::default();
        if let Some(memory) = settings.memory {
            limits.memory = memory as u64;
        }
        if let Some(part) = settings.part {
            limits.part = part as u64;
        }
        let viewer = preview::Viewer::default();
        Ok(Study { files: Vec::new(), limits, opening: None, open: None, near: None, viewer })
    }

    /// Adds a file by its path and size in bytes; returns its index.
    pub fn add_file(&mut self, path: String, size: f64) -> usize {
        self.files.push(FileInfo { path, size: size as u64 });
        self.files.len() - 1
    }

    /// The next range to read, `{ file, start, end }`; `undefined` when reading is done.
    pub fn want(&mut self) -> std::result::Result<JsValue, JsValue> {
        self.next_want().map_err(thrown)
    }

    fn next_want(&mut self) -> Result<JsValue> {
        if self.open.is_some() {
            return Ok(JsValue::UNDEFINED);
        }
        if self.opening.is_none() {
            self.opening = Some(study::Opening::new(self.files.clone(), self.limits)?);
        }
        if let Some(opening) = &mut self.opening
            && let Some(range) = opening.want()?
        {
            return Ok(want(&range));
        }
        if let Some(opening) = self.opening.take() {
            self.open = Some(opening.finish()?);
        }
        Ok(JsValue::UNDEFINED)
    }

    /// The next bytes of the wanted range, cut anywhere.
    pub fn push(&mut self, chunk: &[u8]) -> std::result::Result<(), JsValue> {
        self.opening.as_mut().map_or(Ok(()), |opening| opening.push(chunk)).map_err(thrown)
    }

    /// How much is read, 0 to 1, where it takes a second pass; `undefined` while one is enough.
    pub fn progress(&self) -> Option<f64> {
        self.opening.as_ref().and_then(study::Opening::progress)
    }

    fn read(&self) -> std::result::Result<&study::Study, JsValue> {
        self.open.as_ref().ok_or_else(unread)
    }

    /// What the files hold, see the type `Summary`.
    pub fn summary(&self) -> std::result::Result<JsValue, JsValue> {
        long_to_js(&Summary::of(self.read()?))
    }

    /// The tables that a recipe makes, see the type `TableInfo`.
    pub fn tables(&mut self, recipe: JsValue) -> std::result::Result<JsValue, JsValue> {
        let mut viewer = std::mem::take(&mut self.viewer);
        let tables = self.at_hand(recipe).and_then(|(study, recipe)| viewer.tables(study, &recipe).map_err(thrown));
        self.viewer = viewer;
        long_to_js(&tables?)
    }

    /// Begins to look up rows of one table.
    pub fn preview(
        &mut self,
        recipe: JsValue,
        path: &str,
        start: f64,
        count: f64,
    ) -> std::result::Result<Viewing, JsValue> {
        let mut viewer = std::mem::take(&mut self.viewer);
        let (start, count) = (start as u64, count as u64);
        let viewing = self
            .at_hand(recipe)
            .and_then(|(study, recipe)| viewer.start(study, &recipe, path, start, count).map_err(thrown));
        self.viewer = viewer;
        viewing.map(Viewing)
    }

    /// Begins to work out what the ZIP will hold.
    pub fn contents(&self, recipe: JsValue) -> std::result::Result<Contents, JsValue> {
        contents::Contents::new(self.read()?, &page_recipe(recipe)?).map(Contents).map_err(thrown)
    }

    /// Starts the ZIP.
    pub fn export(&self, recipe: JsValue) -> std::result::Result<Export, JsValue> {
        let study = self.read()?;
        let export = crate::export::Export::new(study, &page_recipe(recipe)?).map_err(thrown)?;
        Ok(Export { export, name: preview::archive_name(study) })
    }
}

/// Rows that are being looked up: ask `want`, push what it asks for, and when it asks for nothing more, `finish`.
#[wasm_bindgen]
pub struct Viewing(preview::Viewing);

#[wasm_bindgen]
impl Viewing {
    /// The next range to read, `{ file, start, end }`; `undefined` when the rows are there.
    pub fn want(&mut self) -> std::result::Result<JsValue, JsValue> {
        let range = self.0.want().map_err(thrown)?;
        Ok(range.as_ref().map_or(JsValue::UNDEFINED, want))
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) -> std::result::Result<(), JsValue> {
        self.0.push(chunk).map_err(thrown)
    }

    /// The rows as text, see the type `Preview`. The object is used up.
    pub fn finish(self) -> std::result::Result<JsValue, JsValue> {
        long_to_js(&self.0.finish())
    }
}

fn unread() -> JsValue {
    thrown(Error::new(Code::Io, Place::default()).detail("Reading was not finished."))
}

/// A recipe from the page; it can never ask for credentials.
fn page_recipe(recipe: JsValue) -> std::result::Result<Recipe, JsValue> {
    let recipe: Recipe = from_js(&recipe).map_err(thrown)?;
    Recipe { include_secrets: false, ..recipe }.checked().map_err(thrown)
}

/// The recipe with all defaults.
#[wasm_bindgen]
pub fn default_recipe() -> std::result::Result<JsValue, JsValue> {
    to_js(&Recipe::default())
}

/// Reads a saved recipe (JSON text).
#[wasm_bindgen]
pub fn parse_recipe(text: &str) -> std::result::Result<JsValue, JsValue> {
    to_js(&Recipe::from_json(text.as_bytes()).map_err(thrown)?)
}

/// The recipe as it is saved (JSON text).
#[wasm_bindgen]
pub fn recipe_text(recipe: JsValue) -> std::result::Result<String, JsValue> {
    Ok(String::from_utf8_lossy(&page_recipe(recipe)?.to_json()).into_owned())
}

/// The command line that does what a recipe says with files of these paths.
#[wasm_bindgen]
pub fn command_line(recipe: JsValue, inputs: Vec<String>, output: &str) -> std::result::Result<String, JsValue> {
    Ok(command::export(&page_recipe(recipe)?, &inputs, output))
}

/// Notes where a panic happened, because what JavaScript sees of it is the same as of exhausted memory.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
        PANIC.set(place.unwrap_or_default()).unwrap_or_default();
    }));
}

static PANIC: OnceLock<String> = OnceLock::new();

/// Where in the source a panic ended the module; `undefined` if none did. The text of a panic may hold data and is not kept.
#[wasm_bindgen]
pub fn panicked() -> Option<String> {
    PANIC.get().cloned()
}

/// The version of Windrow.
#[wasm_bindgen]
pub fn version() -> String {
    recipe::VERSION.to_owned()
}
