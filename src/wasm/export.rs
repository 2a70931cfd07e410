//! The ZIP: what it will hold, its making, and the parts of it that any worker can do.

use super::{lane, object, thrown, to_js, want};
use crate::export::contents::{self, Weighed};
use crate::export::{self, Made, Output};
use crate::write::deflate::{self, BLOCK, Block, Level, Packed};
use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::*;

/// What a ZIP will hold, being worked out.
#[wasm_bindgen]
pub struct Contents(pub(super) contents::Contents);

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
    pub(super) export: export::Export,
    /// A file name to suggest.
    pub(super) name: String,
}

impl Drop for Export {
    fn drop(&mut self) {
        lane::take_back();
    }
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

    /// For sharing the work, instead of `next`: `{ ticket, file, hash, last, bytes }` is a block to be compressed
    /// (`pack_block`) and, where `hash` says so, hashed (`Hasher`), see the type `Task`; `{ want }` and `{ more }` as in `next`;
    /// `{ wait: true }` when awaited results come first; `undefined` when all blocks were made. `room` is memory of a
    /// block that is done with, to be used again: memory that the browser has to clear first costs more than the copy.
    pub fn make(&mut self, room: Option<Uint8Array>) -> std::result::Result<JsValue, JsValue> {
        let number = |n: u64| JsValue::from_f64(n as f64);
        let in_room = |block: &Block| {
            let length = block.bytes.len() as u32;
            let fresh = || Uint8Array::new_with_length(length.max(BLOCK as u32));
            let bytes = room.filter(|room| room.length() >= length).unwrap_or_else(fresh).subarray(0, length);
            bytes.copy_from(&block.bytes);
            JsValue::from(bytes)
        };
        Ok(match self.export.make().map_err(thrown)? {
            Made::Done => JsValue::UNDEFINED,
            Made::More => object(&[("more", JsValue::TRUE)]),
            Made::Wait => object(&[("wait", JsValue::TRUE)]),
            Made::Want(range) => {
                // Its memory is needed for what is read.
                lane::take_back();
                object(&[("want", want(&range))])
            }
            Made::Task(task) => object(&[
                ("ticket", number(task.ticket)),
                ("file", number(task.file as u64)),
                ("hash", task.hash.into()),
                ("last", task.block.last.into()),
                ("bytes", in_room(&task.block)),
            ]),
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
pub fn pack_block(bytes: Vec<u8>, last: bool, small: bool) -> std::result::Result<PackedBlock, JsValue> {
    let level = if small { Level::Small } else { Level::Fast };
    let packed = deflate::pack(&Block { bytes, last }, level).map_err(thrown)?;
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
