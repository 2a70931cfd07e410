// Rows of a table, loaded by blocks when they come into view and forgotten when there are too many.
import { signal, type Signal } from "@preact/signals";

export type Row = (string | null)[];

/** Rows loaded at once. */
const BLOCK = 100;

/** Blocks kept: enough to scroll back and forth a little. */
const MOST = 40;

export class RowCache {
  /** Grows when rows arrive; reading it subscribes a component. */
  readonly version: Signal<number> = signal(0);
  readonly #blocks = new Map<number, Row[] | null>();
  readonly #load: (start: number, count: number) => Promise<Row[]>;

  constructor(load: (start: number, count: number) => Promise<Row[]>) {
    this.#load = load;
  }

  /** A row, if it is here. */
  get(index: number): Row | undefined {
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** Asks for the rows from `start` to before `end` that are not here. */
  want(start: number, end: number): void {
    for (let block = Math.floor(start / BLOCK); block * BLOCK < end; block += 1) {
      if (!this.#blocks.has(block)) void this.#fill(block);
    }
  }

  async #fill(block: number): Promise<void> {
    this.#blocks.set(block, null);
    try {
      const rows = await this.#load(block * BLOCK, BLOCK);
      this.#blocks.set(block, rows);
      for (const old of [...this.#blocks.keys()].slice(0, Math.max(0, this.#blocks.size - MOST))) this.#blocks.delete(old);
      this.version.value += 1;
    } catch {
      this.#blocks.delete(block); // the table is gone (a choice was changed, the file closed); asked again when wanted
    }
  }
}
