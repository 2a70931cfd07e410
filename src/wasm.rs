//! The JavaScript skin: conversions only. `www/src/engine` wraps it into the documented API.

mod browse;
mod lane;
mod parts;
mod protect;

use crate::command;
use crate::describe::summary::{ProblemSummary, Summary};
use crate::error::{Code, Error, Place, Result};
use crate::export::contents::{self, Weighed};
use crate::export::{self, Made, Output};
use crate::limits::Limits;
use crate::preview;
use crate::recipe::{self, Recipe};
use crate::source::{FileInfo, Reader};
use crate::study;
use crate::write::deflate::{self, BLOCK, Block, Level, Packed, WINDOW};
use js_sys::{Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
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
        let export = export::Export::new(study, &page_recipe(recipe)?).map_err(thrown)?;
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

/// What a ZIP will hold, being worked out.
#[wasm_bindgen]
pub struct Contents(contents::Contents);

#[wasm_bindgen]
impl Contents {
    /// `{ file }` with the next file, `{ want }` when input must be pushed first, `{ more: true }` now and then,
    /// `undefined` when all files are known.
    #[allow(clippy::should_implement_trait, reason = "the name that JavaScript expects")]
    pub fn next(&mut self) -> std::result::Result<JsValue, JsValue> {
        Ok(match self.0.next().map_err(thrown)? {
            Weighed::Done => JsValue::UNDEFINED,
            Weighed::More => object(&[("more", JsValue::TRUE)]),
            Weighed::Want(range) => object(&[("want", want(&range))]),
            Weighed::File(file) => object(&[("file", to_js(&file)?)]),
        })
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) -> std::result::Result<(), JsValue> {
        self.0.push(chunk).map_err(thrown)
    }
}

/// A ZIP under way.
#[wasm_bindgen]
pub struct Export {
    export: export::Export,
    name: String,
}

#[wasm_bindgen]
impl Export {
    /// `{ bytes }` with the next piece, `{ want }` when input must be pushed first, `{ more: true }` now and then,
    /// `undefined` when complete.
    #[allow(clippy::should_implement_trait, reason = "the name that JavaScript expects")]
    pub fn next(&mut self) -> std::result::Result<JsValue, JsValue> {
        Ok(match self.export.next().map_err(thrown)? {
            None => JsValue::UNDEFINED,
            Some(Output::Bytes(bytes)) => object(&[("bytes", Uint8Array::from(bytes.as_slice()).into())]),
            Some(Output::Want(range)) => object(&[("want", want(&range))]),
            Some(Output::More) => object(&[("more", JsValue::TRUE)]),
        })
    }

    /// The next bytes of the wanted range.
    pub fn push(&mut self, chunk: &[u8]) -> std::result::Result<(), JsValue> {
        self.export.push(chunk).map_err(thrown)
    }

    /// For sharing the work, instead of `next`: `{ ticket, file, hash, last, before, bytes }` is a block to be
    /// compressed (`pack_block`) and, where `hash` says so, hashed (`Hasher`); `{ want }` and `{ more }` as in `next`;
    /// `{ wait: true }` when awaited results come first; `undefined` when all blocks were made. `room` is memory of a
    /// block that is done with, to be used again: memory that the browser has to clear first costs more than the copy.
    pub fn make(&mut self, room: Option<Uint8Array>) -> std::result::Result<JsValue, JsValue> {
        let number = |n: u64| JsValue::from_f64(n as f64);
        let in_room = |block: &Block| {
            let (middle, end) = (block.before.len() as u32, (block.before.len() + block.bytes.len()) as u32);
            let fresh = || Uint8Array::new_with_length(end.max((WINDOW + BLOCK) as u32));
            let room = room.filter(|room| room.length() >= end).unwrap_or_else(fresh);
            let (before, bytes) = (room.subarray(0, middle), room.subarray(middle, end));
            before.copy_from(&block.before);
            bytes.copy_from(&block.bytes);
            (JsValue::from(before), JsValue::from(bytes))
        };
        Ok(match self.export.make().map_err(thrown)? {
            Made::Done => JsValue::UNDEFINED,
            Made::More => object(&[("more", JsValue::TRUE)]),
            Made::Wait => object(&[("wait", JsValue::TRUE)]),
            Made::Want(range) => object(&[("want", want(&range))]),
            Made::Task(task) => {
                let (before, bytes) = in_room(&task.block);
                object(&[
                    ("ticket", number(task.ticket)),
                    ("file", number(task.file as u64)),
                    ("hash", task.hash.into()),
                    ("last", task.block.last.into()),
                    ("before", before),
                    ("bytes", bytes),
                ])
            }
        })
    }

    /// Takes a compressed block: what `pack_block` gave, and the block's length.
    pub fn packed(&mut self, ticket: f64, bytes: Vec<u8>, crc: u32, raw: f64) {
        self.export.packed(ticket as u64, Packed { bytes, crc, raw: raw as u64 });
    }

    /// Takes the digest of a file.
    pub fn hashed(&mut self, file: usize, digest: &[u8]) {
        if let Ok(digest) = digest.try_into() {
            self.export.hashed(file, digest);
        }
    }

    /// The bytes of the ZIP that are complete; may be empty, and is while they are fewer than `least`.
    pub fn take(&mut self, least: Option<f64>) -> Vec<u8> {
        if least.is_some_and(|least| (self.export.waiting() as f64) < least) { Vec::new() } else { self.export.take() }
    }

    /// Whether blocks shall be compressed for size.
    pub fn small(&self) -> bool {
        self.export.level() == Level::Small
    }

    /// How much is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.export.progress()
    }

    /// A file name to suggest.
    pub fn name(&self) -> String {
        self.name.clone()
    }
}

/// A compressed block.
#[wasm_bindgen(getter_with_clone)]
pub struct PackedBlock {
    /// Deflate data.
    pub bytes: Vec<u8>,
    /// CRC-32 of the block.
    pub crc: u32,
}

/// Compresses a block that `Export.make` gave. Needs no study, so any worker can do it.
#[wasm_bindgen]
pub fn pack_block(
    before: Vec<u8>,
    bytes: Vec<u8>,
    last: bool,
    small: bool,
) -> std::result::Result<PackedBlock, JsValue> {
    let level = if small { Level::Small } else { Level::Fast };
    let packed = deflate::pack(&Block { before, bytes, last }, level).map_err(thrown)?;
    Ok(PackedBlock { bytes: packed.bytes, crc: packed.crc })
}

/// SHA-256 of a file whose blocks come in order.
#[wasm_bindgen]
#[derive(Default)]
pub struct Hasher(Sha256);

#[wasm_bindgen]
impl Hasher {
    /// At the beginning of a file.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Hasher {
        Hasher::default()
    }

    /// The next block.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest; the next block begins another file.
    pub fn finish(&mut self) -> Vec<u8> {
        self.0.finalize_reset().to_vec()
    }
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
