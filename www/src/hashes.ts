// SHA-256 of several files whose bytes come mixed.
import * as wasm from "windrow-wasm";
import { Digests } from "./engine/digest.js";
import type { Raw } from "./engine/types.js";

/** One file after the other: those that are too long for the browser's own way go through the module. */
function digests(): Digests {
  let hasher: wasm.Hasher | undefined;
  return new Digests(async ({ bytes, last }) => {
    hasher ??= new wasm.Hasher();
    hasher.update(bytes);
    return last ? hasher.finish() : undefined;
  });
}

export class Hashes {
  /** For files that come whole, one after the other. */
  readonly whole = digests();
  readonly #begun = new Map<number, Digests>();
  /** Their memory is used again. */
  readonly #idle: Digests[] = [];

  /** The next bytes of a file; gives its digest after the last. They are copied before this returns. */
  take(raw: Raw): Promise<Uint8Array | undefined> {
    const mine = this.#begun.get(raw.file) ?? this.#idle.pop() ?? digests();
    if (raw.last) {
      this.#begun.delete(raw.file);
      this.#idle.push(mine);
    } else {
      this.#begun.set(raw.file, mine);
    }
    return mine.take(raw);
  }
}
