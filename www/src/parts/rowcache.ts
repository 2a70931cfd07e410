// Rows of a table, loaded by blocks when they come into view and forgotten when there are too many.
import { signal, type Signal } from "@preact/signals";
import { faultOf, type Fault } from "../engine/error.js";

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
  /** Grows when rows arrive or cannot be fetched; reading it subscribes a component. */
  readonly version: Signal<number> = signal(0);
  /** Null stands for rows that were asked for, a fault for rows that could not be fetched. */
  readonly #blocks = new Map<number, Row[] | Fault | null>();
  readonly #load: (start: number, count: number) => Promise<Row[]>;
  readonly #size: number;

  constructor(load: (start: number, count: number) => Promise<Row[]>, columns: number) {
    this.#load = load;
    this.#size = Math.max(10, Math.min(BLOCK, Math.floor(CELLS / Math.max(1, columns))));
  }

  /** A row, if it is here. */
  get(index: number): Row | undefined {
    const block = this.#blocks.get(Math.floor(index / this.#size));
    return Array.isArray(block) ? block[index % this.#size] : undefined;
  }

  /** Asks for the rows from `start` to before `end` that are not here. Says whether some are on their way, and why others are not. */
  want(start: number, end: number): { busy: boolean; fault: Fault | null } {
    const found = { busy: false, fault: null as Fault | null };
    for (let block = Math.floor(start / this.#size); block * this.#size < end; block += 1) {
      if (!this.#blocks.has(block)) void this.#fill(block);
      const rows = this.#blocks.get(block) ?? null;
      if (rows === null) found.busy = true;
      else if (!Array.isArray(rows)) found.fault = rows;
    }
    return found;
  }

  /** Rows that could not be fetched may be asked for again. */
  again(): void {
    for (const [block, rows] of [...this.#blocks]) if (rows && !Array.isArray(rows)) this.#blocks.delete(block);
    this.version.value += 1;
  }

  async #fill(block: number): Promise<void> {
    this.#blocks.set(block, null);
    try {
      const rows = await this.#load(block * this.#size, this.#size);
      this.#blocks.set(block, rows);
      for (const old of [...this.#blocks.keys()].slice(0, Math.max(0, this.#blocks.size - MOST))) this.#blocks.delete(old);
    } catch (error) {
      this.#blocks.set(block, faultOf(error));
    }
    this.version.value += 1;
  }
}
