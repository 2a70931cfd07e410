// A copy of a running module: another instance that knows all that the first one knew.
//
// Between two calls all that our module knows is in its memory: its stack is empty, and no object of JavaScript is kept in
// it but by number in a table, which must be as long. It is the way to use more processors that works from every host and
// from a file: threads would need shared memory, which browsers give only where a host sends certain headers.
import { letGo } from "./memory.js";

/** What must be known of an instance: the exports that wasm-bindgen makes for every module. */
export interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_externrefs: WebAssembly.Table;
}

/** A piece of what a copy is made of. */
export interface Imprint {
  bytes: ArrayBuffer;
  /** Where in the memory they stand. */
  at: number;
  /** Bytes of the whole memory. */
  size: number;
  /** Length of the table of objects. */
  objects: number;
}

/** Bytes of a page of WebAssembly's memory. */
const PAGE = 65_536;

/**
 * Bytes of a piece: whoever becomes a copy writes one while the next is made, so that seldom all of them are in memory.
 * Chromium gives a piece of a megabyte or more memory that nobody had before.
 */
const PIECE = 8 * PAGE;

/** The pieces, all of which must be taken before the instance does anything else. */
export function* imprint({ memory: { buffer }, __wbindgen_externrefs: { length: objects } }: Instance): Generator<Imprint, void> {
  const size = buffer.byteLength;
  for (let at = 0; at < size; at += PIECE) yield { bytes: buffer.slice(at, at + PIECE), at, size, objects };
}

/**
 * Makes another instance of the same module a copy, once it was given every piece. No object of it may be in use from the
 * first on: it would stand for something else then.
 */
export function become(instance: Instance, { bytes, at, size, objects }: Imprint): void {
  const { memory, __wbindgen_externrefs: table } = instance;
  memory.grow(Math.max(0, size - memory.buffer.byteLength) / PAGE);
  table.grow(Math.max(0, objects - table.length));
  new Uint8Array(memory.buffer).set(new Uint8Array(bytes), at);
  letGo(bytes);
}
