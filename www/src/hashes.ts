// SHA-256 of several files whose bytes come mixed.
import * as wasm from "windrow-wasm";
import { Digests } from "./engine/digest.js";
import type { Hashing } from "./engine/share.js";
import type { Raw } from "./engine/types.js";

export class Hashes implements Hashing {
  readonly #hashers: wasm.Hasher[] = [];
  readonly #begun = new Map<number, Digests>();
  /** Their memory is used again. */
  readonly #idle: Digests[] = [];

  /** Files that are too long for the browser's own way go through the module. */
  #digests(): Digests {
    let hasher: wasm.Hasher | undefined;
    return new Digests(async ({ bytes, last }) => {
      if (!hasher) this.#hashers.push((hasher = new wasm.Hasher()));
      hasher.update(bytes);
      return last ? hasher.finish() : undefined;
    });
  }

  /** The next bytes of a file; gives its digest after the last. They are copied before this returns. */
  take(raw: Raw): Promise<Uint8Array | undefined> {
    const mine = this.#begun.get(raw.file) ?? this.#idle.pop() ?? this.#digests();
    if (raw.last) {
      this.#begun.delete(raw.file);
      this.#idle.push(mine);
    } else {
      this.#begun.set(raw.file, mine);
    }
    return mine.take(raw);
  }

  /** Forgets all files: what was stopped in the middle of one must not be the beginning of another. */
  clear(): void {
    for (const hasher of this.#hashers.splice(0)) hasher.free();
    this.#begun.clear();
    this.#idle.length = 0;
  }
}
