// SHA-256 of the files of a ZIP: the browser's own where a file fits into memory and the browser has one
// (only in secure contexts), the module's for longer ones. The browser's is several times faster but takes a file whole.
import type { Raw } from "./types.js";

/** Longest file that is hashed whole, in bytes. */
const WHOLE = 64 << 20;

/** Bytes that are handed on at once when a file turns out to be longer. */
const PIECE = 1 << 20;

/** Takes the blocks of one file after the other. */
export class Digests {
  readonly #most: number;
  readonly #stream: (raw: Raw) => Promise<Uint8Array | undefined>;
  /** The file at hand as far as it came; the next file gets the same memory, because fresh memory is slow. A browser takes none before it is written to. */
  #memory = new Uint8Array();
  #size = 0;
  /** Whether the file at hand goes to the module, block by block. */
  #streaming = !globalThis.crypto?.subtle;

  /** `stream` hands a block to the module and may move the bytes away; files beyond `most` bytes go there. */
  constructor(stream: (raw: Raw) => Promise<Uint8Array | undefined>, most = WHOLE) {
    this.#stream = stream;
    this.#most = most;
  }

  /** The next block; gives the digest after a file's last one. The bytes are copied before this returns. */
  take(raw: Raw): Promise<Uint8Array | undefined> {
    const fits = this.#size + raw.bytes.byteLength <= this.#most;
    if (this.#streaming || !fits) return this.#onward(raw);
    this.#keep(raw.bytes);
    return raw.last ? this.#digest() : Promise.resolve(undefined);
  }

  #keep(bytes: Uint8Array): void {
    if (this.#memory.byteLength === 0) this.#memory = new Uint8Array(this.#most);
    this.#memory.set(bytes, this.#size);
    this.#size += bytes.byteLength;
  }

  async #digest(): Promise<Uint8Array> {
    const all = this.#memory.subarray(0, this.#size);
    this.#begin();
    // The browser takes its copy at once.
    return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", all));
  }

  async #onward(raw: Raw): Promise<Uint8Array | undefined> {
    const blocks = [{ bytes: raw.bytes.slice(), last: raw.last }];
    for (let end = this.#size; end > 0; end -= PIECE) blocks.unshift({ bytes: this.#memory.slice(Math.max(0, end - PIECE), end), last: false });
    this.#size = 0;
    this.#streaming = true;
    const answers = blocks.map(({ bytes, last }) => this.#stream({ file: raw.file, bytes, last }));
    if (raw.last) this.#begin();
    return (await Promise.all(answers)).at(-1);
  }

  #begin(): void {
    this.#size = 0;
    this.#streaming = !globalThis.crypto?.subtle;
  }
}
