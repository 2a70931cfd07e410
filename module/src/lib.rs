//! The page's wasm module: all that `windrow` exports, linked on its own. Cargo leaves link-time optimisation out where a
//! library is made for other Rust code, too.
pub use windrow::*;
