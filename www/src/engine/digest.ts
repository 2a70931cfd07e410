// SHA-256 of the files of a ZIP: the browser's own where a file fits into memory and the browser has one
// (only in secure contexts), the module's for longer ones. The browser's is several times faster but takes a file whole.
import type { Task } from "./types.js";

/** Longest file that is hashed whole, in bytes. */
const WHOLE = 64 << 20;

/** Takes the blocks of one file after the other. */
export class Digests {
  readonly #most: number;
  readonly #stream: (task: Task) => Promise<Uint8Array | undefined>;
  #parts: Uint8Array[] = [];
  #size = 0;
  /** Whether the file at hand goes to the module, block by block. */
  #streaming = !globalThis.crypto?.subtle;

  /** `stream` hands a block to the module and may move the bytes away; files beyond `most` bytes go there. */
  constructor(stream: (task: Task) => Promise<Uint8Array | undefined>, most = WHOLE) {
    this.#stream = stream;
    this.#most = most;
  }

  /** The next block; gives the digest after a file's last one. The bytes are copied before this returns. */
  take(task: Task): Promise<Uint8Array | undefined> {
    const bytes = task.bytes.slice();
    if (!this.#streaming) {
      this.#parts.push(bytes);
      this.#size += bytes.byteLength;
      const fits = this.#size <= this.#most;
      if (fits) return task.last ? this.#digest() : Promise.resolve(undefined);
    }
    return this.#onward(task, bytes);
  }

  async #digest(): Promise<Uint8Array> {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.byteLength;
    }
    this.#begin();
    return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", all));
  }

  async #onward(task: Task, bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const held = this.#streaming ? [bytes] : this.#parts;
    this.#parts = [];
    this.#streaming = true;
    const blocks = held.map((bytes, i) => {
      const last = task.last && i === held.length - 1;
      return this.#stream({ ...task, before: new Uint8Array(), bytes, last });
    });
    if (task.last) this.#begin();
    return (await Promise.all(blocks)).at(-1);
  }

  #begin(): void {
    this.#parts = [];
    this.#size = 0;
    this.#streaming = !globalThis.crypto?.subtle;
  }
}
