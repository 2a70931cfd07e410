// Rows of a table, loaded by blocks when they come into view and forgotten when there are too many.
import { signal, type Signal } from "@preact/signals";

export interface Row {
  /** Texts of the cells; null means no value. */
  cells: (string | null)[];
  /** What the row is called; else it is numbered. */
  name?: string;
  /** Why a cell is worth a look, in words, by its place. */
  notes?: Record<number, string>;
}

/** Rows loaded at once. */
const BLOCK = 100;

/** Fewer rows are loaded at once when they are wide: so many cells at most. */
const CELLS = 20_000;

/** Blocks kept: enough to scroll back and forth a little. */
const MOST = 40;

export class RowCache {
  /** Grows when rows arrive; reading it subscribes a component. */
  readonly version: Signal<number> = signal(0);
  readonly #blocks = new Map<number, Row[] | null>();
  readonly #load: (start: number, count: number) => Promise<Row[]>;
  readonly #size: number;

  constructor(load: (start: number, count: number) => Promise<Row[]>, columns: number) {
    this.#load = load;
    this.#size = Math.max(10, Math.min(BLOCK, Math.floor(CELLS / Math.max(1, columns))));
  }

  /** A row, if it is here. */
  get(index: number): Row | undefined {
    return this.#blocks.get(Math.floor(index / this.#size))?.[index % this.#size];
  }

  /** Asks for the rows from `start` to before `end` that are not here. */
  want(start: number, end: number): void {
    for (let block = Math.floor(start / this.#size); block * this.#size < end; block += 1) {
      if (!this.#blocks.has(block)) void this.#fill(block);
    }
  }

  async #fill(block: number): Promise<void> {
    this.#blocks.set(block, null);
    try {
      const rows = await this.#load(block * this.#size, this.#size);
      this.#blocks.set(block, rows);
      for (const old of [...this.#blocks.keys()].slice(0, Math.max(0, this.#blocks.size - MOST))) this.#blocks.delete(old);
      this.version.value += 1;
    } catch {
      this.#blocks.delete(block); // the table is gone (a choice was changed, the file closed); asked again when wanted
    }
  }
}
