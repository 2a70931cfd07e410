// Preparing for sharing: what would be done, the prepared study, and its ZIP, which is searched before anyone gets it.
import { throwIfAborted } from "./error.js";
import { RangeReader } from "./read.js";
import { pauses, pushAll, writeZip, type ExportOptions, type Input, type Sink, type WorkOptions } from "./steps.js";
import type { Preview, Recipe, TableInfo, Want, WasmExport, WasmViewing } from "./types.js";

export type Class =
  | "secret" | "person_id" | "task_id" | "internal_id" | "contact" | "free_text" | "quasi" | "sensitive" | "binary" | "time" | "order" | "technical" | "experiment";
export type Action = "remove" | "token" | "withhold" | "generalize" | "relative" | "renumber" | "keep";
export type Level = "share" | "pseudonymize";
export type TimeMode = "relative" | "shift" | "day" | "remove" | "keep";
export type Holds = "age" | "country" | "other";

/** What a user decided about a path; without `action` the level decides. */
export interface Choice {
  class: Class;
  action?: Action;
  holds?: Holds;
}

/** Every choice about preparation. Holds no data and no key. */
export interface Preset {
  format: "anonymization-preset/1";
  level: Level;
  paths?: Record<string, Choice>;
  /** Of `paths` those decided for this study; the others came with a preset that was taken over. */
  changed?: string[];
  /** Paths that the preset's author had before them; others are marked as new. */
  seen?: string[];
  time: { mode?: TimeMode; rounding: "1ms" | "100ms" | "1s" | "1min" };
  quasi: { age: "bands" | "five" | "exact"; country: "as_is" | "region" };
  /** So many participants must share what describes them; 0 is off. */
  k: number;
  /** Detectors that are switched off. */
  detectors?: Record<string, boolean>;
  texts: "withhold" | "review" | "lengths";
  /** Paths whose values may be left where the search finds them, each with the reason. */
  accepted?: Record<string, string>;
}

/** What is given for one export alone. */
export interface Given {
  /** 32 random bytes, new each time, or a project's. */
  key: Uint8Array;
  project: boolean;
  /** Ids of texts that were read and approved. */
  approved: string[];
}

/** A path, and what will be done with it. */
export interface PathRow {
  path: string;
  class: Class;
  action: Action;
  reason: string;
  decided_by: "user" | "preset" | "default" | "name" | "values" | "nobody";
  /** What the rules alone say. */
  rule: Choice;
  /** Nobody may decide otherwise. */
  locked: boolean;
  new: boolean;
  /** Weaker than what the rules say. */
  weaker: boolean;
  /** What may be chosen for the class. */
  actions: Action[];
  values: number;
  distinct: number;
  detected: number;
  participants: number;
  /** `after` is null where the value is removed. */
  examples: { before: string; masked: string; after: string | null }[];
}

/** How identifiable participants are by what describes them. */
export interface RiskNumbers {
  participants: number;
  classes: number;
  k: number;
  unique: number;
  below_3: number;
  below_5: number;
  largest_risk: number;
  average_risk: number;
}

/** How much a sensitive path gives away about people who look alike. */
export interface Diversity {
  distinct: number;
  entropy: number;
  t: number;
}

export type Step = { kind: "regions"; suppressed: number } | { kind: "bands"; suppressed: number } | { kind: "remove"; path: string; suppressed: number };

export interface Risk {
  columns: string[];
  suppressed: number;
  before: RiskNumbers;
  after: RiskNumbers;
  sensitive: { path: string; before: Diversity; after: Diversity }[];
  /** The single change that would suppress fewest, if any helps. */
  step: Step | null;
}

/** What preparation would do. */
export interface Protection {
  rows: PathRow[];
  risk: Risk | null;
  participants: number;
  /** How many people the participants are, by their ids. */
  people: number;
  unique_by_duration: number;
  deviations: string[];
}

/** A text to be read before it may be released. `marks`: first and last byte (exclusive) in UTF-8, and the detector. */
export interface ReviewText {
  id: string;
  path: string;
  text: string;
  redacted: string;
  marks: [number, number, string][];
  count: number;
}

/** What was left in a finished ZIP. */
export interface Leaks {
  list: { file: string; row: number | null; column: string | null; masked: string; class: Class; form: string; path: string }[];
  total: number;
  /** Places that were passed over because the preset accepts what stands there. */
  accepted: number;
}

/** Where a prepared ZIP stays until it was searched: `close` is called only when nothing was found, else `abort`. */
export interface Spool extends Sink {
  /** A range of what was written, at once. */
  read(start: number, end: number): Uint8Array;
}

/** The class `Looked` of the wasm module. */
export interface WasmLooked {
  protection(): Protection;
  texts(start: number, count: number): { total: number; texts: ReviewText[] };
  free(): void;
}

/** The class `Prepared` of the wasm module. */
export interface WasmPrepared {
  tables(recipe: Recipe): TableInfo[];
  preview(recipe: Recipe, path: string, start: number, count: number): WasmViewing;
  export(recipe: Recipe): WasmExport;
  /** Searches on for about a megabyte of what the ZIP holds; undefined until all is searched. */
  leaks(size: number, read: (start: number, end: number) => Uint8Array): Leaks | undefined;
  /** Bytes of the ZIP that were searched. */
  searched(): number;
  unsearched(): void;
  free(): void;
}

/** Work of the wasm module that may want input; `finish` uses it up. */
export interface WasmWork<T> {
  /** Does a little of it; undefined when only `finish` is left. */
  next(): { want: Want } | { more: true } | undefined;
  push(chunk: Uint8Array): void;
  /** How much is done, 0 to 1; undefined where nobody knows. */
  progress(): number | undefined;
  finish(): T;
  free(): void;
}

/** What preparation would do, and the texts that can be read before it. */
export class Look {
  readonly protection: Protection;
  readonly #looked: WasmLooked;

  constructor(looked: WasmLooked) {
    this.#looked = looked;
    this.protection = looked.protection();
  }

  /** Some of the texts that can be approved. */
  texts(start: number, count: number): { total: number; texts: ReviewText[] } {
    return this.#looked.texts(start, count);
  }

  /** Gives its memory back; no texts can be had of it any more. */
  free(): void {
    this.#looked.free();
  }
}

/** A prepared study: tables and previews as any other's, and a ZIP that was searched. */
export class ProtectedStudy {
  readonly #prepared: WasmPrepared;
  readonly #inputs: Input[];
  readonly #reader = new RangeReader();

  constructor(prepared: WasmPrepared, inputs: Input[]) {
    this.#prepared = prepared;
    this.#inputs = inputs;
  }

  /** The tables that a recipe gives; its sessions and its `protect` are those that were prepared. */
  tables(recipe: Recipe): TableInfo[] {
    return this.#prepared.tables(recipe);
  }

  /** Up to `count` rows of the table at `path`, from row `start`. */
  async preview(recipe: Recipe, path: string, start: number, count: number): Promise<Preview> {
    const viewing = this.#prepared.preview(recipe, path, start, count);
    await pushAll(viewing, this.#inputs, this.#reader);
    return viewing.finish();
  }

  /** Gives its memory back; it is used up. */
  free(): void {
    this.#prepared.free();
  }

  /** Searches a finished ZIP in small steps, so that it can be called off. */
  async #search(size: number, read: (start: number, end: number) => Uint8Array, { signal, onProgress }: WorkOptions): Promise<Leaks> {
    const pause = pauses();
    this.#prepared.unsearched();
    for (;;) {
      const leaks = this.#prepared.leaks(size, read);
      if (leaks) return leaks;
      onProgress?.(this.#prepared.searched() / size);
      await pause();
      throwIfAborted(signal);
    }
  }

  /** Writes the ZIP into a spool and searches it: `onSearch` is called in between, and progress begins anew. With leaks nothing remains of it. */
  async export(recipe: Recipe, spool: Spool, options: ExportOptions & { onSearch?: () => void | Promise<void> } = {}): Promise<{ name: string; size: number; leaks: Leaks }> {
    let leaks: Leaks = { list: [], total: 0, accepted: 0 };
    const finish = async (size: number) => {
      await options.onSearch?.();
      leaks = await this.#search(size, (start, end) => spool.read(start, end), options);
      await (leaks.total > 0 ? spool.abort() : spool.close());
    };
    const written = await writeZip(() => this.#prepared.export(recipe), this.#inputs, spool, options, finish);
    return { ...written, leaks };
  }
}
