// A copy of a running module: another instance that knows all that the first one knew.
//
// Between two calls all that our module knows is in its memory: its stack is empty, and no object of JavaScript is kept in
// it but by number in a table, which must be as long. It is the way to use more processors that works from every host and
// from a file: threads would need shared memory, which browsers give only where a host sends certain headers.

/** What must be known of an instance: the exports that wasm-bindgen makes for every module. */
export interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_externrefs: WebAssembly.Table;
}

/** What a copy is made of. */
export interface Imprint {
  memory: ArrayBuffer;
  /** Length of the table of objects. */
  objects: number;
}

/** Bytes of a page of WebAssembly's memory. */
const PAGE = 65_536;

export const imprint = ({ memory, __wbindgen_externrefs: objects }: Instance): Imprint => ({ memory: memory.buffer.slice(0), objects: objects.length });

/** Makes another instance of the same module a copy. No object of it may be in use: it would stand for something else then. */
export function become(instance: Instance, { memory, objects }: Imprint): void {
  instance.memory.grow(Math.max(0, memory.byteLength - instance.memory.buffer.byteLength) / PAGE);
  new Uint8Array(instance.memory.buffer).set(new Uint8Array(memory));
  const table = instance.__wbindgen_externrefs;
  table.grow(Math.max(0, objects - table.length));
}
