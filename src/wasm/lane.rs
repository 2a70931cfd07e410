//! Makes tables beside the instance that holds the data: in a copy of it, to which [`Study::lend`] left the study.
//!
//! Between two calls all that a module knows is in its memory. An instance into which the memory of another was
//! written knows the same (`www/src/engine/copy.ts`), at the price of a copy, where threads would need shared memory and
//! that a host sends headers for it.

use super::{Study, page_recipe, thrown};
use crate::export::{Blocks, tables_beside};
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

#[wasm_bindgen]
extern "C" {
    /// Whoever hashes tables.
    pub type Raw;

    /// The bytes of the next block of a file, to be copied at once, and whether they are its end.
    #[wasm_bindgen(method)]
    fn take(this: &Raw, bytes: &[u8], last: bool);
}

#[wasm_bindgen]
impl Study {
    /// Leaves the study for a `Lane`; says whether it can, which takes all of uproot's changes at hand.
    pub fn lend(&self) -> Thrown<bool> {
        let study = self.read()?;
        let can = matches!(study.data, Data::Uproot(_));
        LENT.set(can.then(|| study.clone()));
        Ok(can)
    }
}

/// Makes tables of the study that was lent.
#[wasm_bindgen]
pub struct Lane {
    study: study::Study,
    recipe: Recipe,
    /// Tables of the session and view that were asked for last, by path.
    near: Vec<(String, Arc<Table>)>,
}

#[wasm_bindgen]
impl Lane {
    /// For the ZIP of a recipe.
    #[wasm_bindgen(constructor)]
    pub fn new(recipe: JsValue) -> Thrown<Lane> {
        let study = LENT.with_borrow(Option::clone).ok_or_else(super::unread)?;
        Ok(Lane { study, recipe: page_recipe(recipe)?, near: Vec::new() })
    }

    /// Begins to make a stretch (`Export.stretch`): rows of the table at a path in the ZIP.
    pub fn make(&mut self, path: &str, start: f64, end: f64) -> Thrown<Making> {
        if !self.near.iter().any(|(known, _)| known == path)
            && let Data::Uproot(log) = &self.study.data
        {
            let (tables, _) = tables_beside(log, &self.recipe, path).map_err(thrown)?;
            self.near = tables.into_iter().map(|file| (file.path, Arc::new(file.table))).collect();
        }
        let near = self.near.iter().find(|(known, _)| known == path);
        let (_, table) = near.ok_or_else(super::unread)?;
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
