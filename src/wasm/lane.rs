//! Makes tables beside the instance that holds the data: in a copy of it, to which [`Export::lend`] left the study.
//!
//! Between two calls all that a module knows is in its memory. An instance into which the memory of another was
//! written knows the same (`www/src/engine/copy.ts`), at the price of a copy, where threads would need shared memory and
//! that a host sends headers for it.

use super::{Export, object, page_recipe, thrown};
use crate::export::{Blocks, tables_beside};
use crate::order::Map;
use crate::recipe::Recipe;
use crate::study::{self, Data};
use crate::view::Table;
use crate::write::deflate::{self, Level, Packed};
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

type Thrown<T> = std::result::Result<T, JsValue>;

thread_local! {
    static LENT: RefCell<Option<study::Study>> = const { RefCell::new(None) };
}

/// Takes back what was lent.
pub(super) fn take_back() {
    LENT.take();
}

#[wasm_bindgen]
extern "C" {
    /// Whoever hashes tables.
    pub type Raw;

    /// The bytes of the next block of a file, to be copied at once, and whether they are its end.
    #[wasm_bindgen(method)]
    fn take(this: &Raw, bytes: &[u8], last: bool);
}

#[wasm_bindgen]
impl Export {
    /// For sharing tables too, before anything is made: the next rows that somebody may make (`Lane.make`), see the type
    /// `Stretch`; `undefined` when there are no more, when input must be read first, or when `most` were given out and are
    /// not in the archive yet. Once asked, `make` leaves tables out.
    pub fn stretch(&mut self, most: u32) -> Thrown<JsValue> {
        let number = |n: u64| JsValue::from_f64(n as f64);
        let Some(stretch) = self.export.stretch(most.into()).map_err(thrown)? else { return Ok(JsValue::UNDEFINED) };
        Ok(object(&[
            ("number", number(stretch.number)),
            ("file", number(stretch.file as u64)),
            ("path", JsValue::from_str(&stretch.path)),
            ("session", JsValue::from_str(&stretch.session)),
            ("part", number(stretch.part.read)),
            ("closing", stretch.part.closing.into()),
            ("start", number(stretch.rows.start)),
            ("end", number(stretch.rows.end)),
            ("whole", stretch.whole().into()),
            ("last", stretch.last().into()),
            ("work", stretch.work().into()),
        ]))
    }

    /// Leaves the changes of the last stretch's part for the `Lane`s of this instance and of copies, until `make` wants the
    /// next part or this is freed.
    pub fn lend(&self) {
        LENT.set(Some(self.export.study().clone()));
    }

    /// Takes what was made of a stretch of so many rows.
    pub fn made(&mut self, number: f64, rows: f64, bytes: Vec<u8>, crc: u32, raw: f64) {
        self.export.made(number as u64, rows as u64, Packed { bytes, crc, raw: raw as u64 });
    }
}

/// Makes tables of the study that was lent.
#[wasm_bindgen]
pub struct Lane {
    study: study::Study,
    recipe: Recipe,
    /// Tables of the session and view that were asked for last, by path.
    near: Map<String, Arc<Table>>,
}

#[wasm_bindgen]
impl Lane {
    /// For the ZIP of a recipe.
    #[wasm_bindgen(constructor)]
    pub fn new(recipe: JsValue) -> Thrown<Lane> {
        let study = LENT.with_borrow(Clone::clone).ok_or_else(super::unread)?;
        Ok(Lane { study, recipe: page_recipe(recipe)?, near: Map::new() })
    }

    /// Begins to make a stretch: rows of the table at a path in the ZIP.
    pub fn make(&mut self, session: &str, path: &str, start: f64, end: f64) -> Thrown<Making> {
        if !self.near.contains_key(path)
            && let Data::Uproot(log) = &self.study.data
            && let (Some(session), Some((folder, _))) = (log.session(session), path.split_once('/'))
        {
            let (tables, _) = tables_beside(log, session, folder, &self.recipe, path).map_err(thrown)?;
            self.near = tables.into_iter().map(|file| (file.path, Arc::new(file.table))).collect();
        }
        let table = self.near.get(path).ok_or_else(super::unread)?;
        let blocks = Blocks::new(table.clone(), self.recipe.filetype, start as u64..end as u64);
        Ok(Making { blocks, packed: Packed::default(), level: self.recipe.compression.level() })
    }
}

/// A stretch that is being made.
#[wasm_bindgen]
pub struct Making {
    blocks: Blocks,
    packed: Packed,
    level: Level,
}

#[wasm_bindgen]
impl Making {
    /// Renders and compresses a block and shows its bytes to `raw`; says whether there was one.
    pub fn step(&mut self, raw: &Raw) -> Thrown<bool> {
        let Some(block) = self.blocks.next() else { return Ok(false) };
        self.packed.join(&deflate::pack(&block, self.level).map_err(thrown)?);
        raw.take(&block.bytes, block.last);
        Ok(true)
    }

    /// CRC-32 of its bytes.
    #[wasm_bindgen(getter)]
    pub fn crc(&self) -> u32 {
        self.packed.crc
    }

    /// How many bytes it is, unpacked.
    #[wasm_bindgen(getter)]
    pub fn raw(&self) -> f64 {
        self.packed.raw as f64
    }

    /// Its deflate data. The object is used up.
    pub fn finish(self) -> Vec<u8> {
        self.packed.bytes
    }
}
