// Looking into the data: questions with bounded answers, and searches that can be cancelled.
//
//   const browser = study.browser();
//   const { rows } = browser.look("columns", { of: { session, kind: "player" } });
//   const { search, total } = await browser.search({ session, field: "app" });
//   const first = browser.look("found", { search, start: 0, count: 100 });
import { throwIfAborted } from "./error.js";

/** Names a sheet: the storages of one kind in one session. */
export interface SheetOf {
  session: string;
  kind: string;
  /** Whether the fields that uproot keeps for itself are columns, too. */
  internal?: boolean;
}

/** One column of a sheet. */
export interface SheetColumn {
  field: string;
  /** Storages that have the field now, and those that have not. */
  present: number;
  missing: number;
  /** Different values. */
  distinct: number;
  /** The most common value and how many storages have it. */
  common: string | null;
  agree: number;
  /** Cells that are marked. */
  marked: number;
  /** Whether all values are numbers. */
  numbers: boolean;
}

/** Why a cell is marked: most others share another value; a number far from the others; most others have one; deleted. */
export type CellMark = "differs" | "far" | "missing" | "deleted";

/** How far a player came. */
export interface Standing {
  state: "unknown" | "waiting" | "under" | "finished" | "dropout";
  page: string | null;
  /** Number of the page, counted from 1, and how many there are. */
  at: [number, number] | null;
  /** Unix seconds of the last change. */
  last: number | null;
  changes: number;
}

export interface SheetRow {
  /** Path of the storage, and its own name. */
  storage: string;
  name: string;
  standing: Standing;
  /** Texts of the columns that were asked for; null means no value. */
  cells: (string | null)[];
  /** Marks by place among `cells`. */
  marks: [number, CellMark][];
}

export type By = { field: string } | "name" | "progress" | "last" | "changes";

/** Which rows of a sheet, and in which order. */
export interface SheetSelection {
  find?: string;
  only?: "all" | "unfinished" | "marked";
  /** What to sort by: the current values of a field, or how far players came. */
  by?: By | null;
  down?: boolean;
}

/** Which changes; what is left out or empty matches all. */
export interface ChangeFilter {
  session?: string;
  kind?: string;
  /** Path of a storage. */
  storage?: string;
  /** A field's whole name, or a part of the names of several. */
  field?: string;
  value?: string;
  context?: string;
  app?: string;
  round?: string;
  deletions?: boolean;
  internal?: boolean;
}

export interface FoundChange {
  seq: number;
  time: number | null;
  storage: string;
  name: string;
  field: string;
  /** Null for a deletion. */
  value: string | null;
  kind: string;
  /** App and round of the storage at that moment. */
  app: string | null;
  round: string | null;
  context: string;
}

/** What is suspicious about a stay. */
export type StayMark = "negative" | "open" | "long" | "idle";

/** Somebody was on a page: `lane` and `label` are numbers in `lanes` and `labels`, times are Unix seconds. */
export interface Stay {
  lane: number;
  label: number;
  from: number;
  to: number | null;
  marks: Record<StayMark, boolean>;
}

/** Some lanes of a session with their stays. */
export interface Stays {
  /** Lanes of the whole selection. */
  total: number;
  lanes: { name: string; last: number | null }[];
  labels: string[];
  stays: Stay[];
  /** Stays of these lanes that were left out. */
  left_out: number;
  range: [number, number] | null;
  counts: Record<StayMark | "stays", number>;
}

/** Smallest, first quartile, median, third quartile, largest. */
export type Quantiles = [number, number, number, number, number];

/** How long stays on a page took, in seconds. */
export interface PageStays {
  name: string;
  stays: number;
  quantiles: Quantiles | null;
  /** By length: below 0.1 s, then in steps of a sixth of a power of ten. */
  bars: number[];
  negative: number;
  open: number;
  long: number;
}

/** How many players were on which page, moment by moment. */
export interface Progress {
  times: number[];
  /** Names of pages; an empty one stands for all `merged` others. */
  bands: string[];
  counts: number[][];
  finished: number[];
  gone: number[];
  players: number;
  merged: number;
}

/** The spread of a field. */
export interface Spread {
  present: number;
  missing: number;
  distinct: number;
  quantiles: Quantiles | null;
  /** Whether they are whole numbers with a bar each. */
  whole: boolean;
  mean: number | null;
  bars: { range: [number, number] | null; text: string | null; count: number }[];
  /** Storages with other values than those, and the number of these values. */
  others: [number, number] | null;
}

interface Part<T> {
  total: number;
  rows: T[];
}

/** The questions, and what each is answered with. */
export interface Looks {
  facets: { ask: { session: string }; answer: { kinds: [string, number][]; apps: string[] } };
  columns: { ask: { of: SheetOf }; answer: Part<SheetColumn> };
  rows: { ask: { of: SheetOf; selection: SheetSelection; columns: number[]; start: number; count: number }; answer: Part<SheetRow> };
  found: { ask: { search: number; start: number; count: number }; answer: Part<FoundChange> };
  place: { ask: { search: number; seq: number }; answer: number };
  stays: { ask: { session: string; idle: number; selection: { find?: string; marked?: boolean }; start: number; count: number }; answer: Stays };
  pages: { ask: { session: string }; answer: { pages: PageStays[]; left_out: number } };
  progress: { ask: { session: string }; answer: Progress };
  spread: { ask: { of: SheetOf; field: string }; answer: Spread };
}

/** The class `Browser` of the wasm module. */
export interface WasmBrowser {
  look(ask: unknown): unknown;
  search(filter: ChangeFilter): WasmSearching;
  keep(search: WasmSearching): [number, number];
}

/** A search under way; `step` gives back whether there is more to look at. */
export interface WasmSearching {
  step(budget: number): boolean;
  progress(): number;
  free(): void;
}

/** Changes looked at before messages are let in: some milliseconds' work. */
const STEP = 50_000;

/** Answers questions about the data. */
export class Browser {
  readonly #browser: WasmBrowser;

  constructor(browser: WasmBrowser) {
    this.#browser = browser;
  }

  look<L extends keyof Looks>(look: L, ask: Looks[L]["ask"]): Looks[L]["answer"] {
    return this.#browser.look({ [look]: ask }) as Looks[L]["answer"];
  }

  /** Searches for changes. Only the last search can be looked at, by its number. */
  async search(filter: ChangeFilter, { signal, onProgress }: { signal?: AbortSignal; onProgress?: (part: number) => void } = {}): Promise<{ search: number; total: number }> {
    const searching = this.#browser.search(filter);
    try {
      while (searching.step(STEP)) {
        onProgress?.(searching.progress());
        await new Promise((resolve) => setTimeout(resolve, 0));
        throwIfAborted(signal);
      }
    } catch (error) {
      searching.free();
      throw error;
    }
    const [search, total] = this.#browser.keep(searching);
    return { search, total };
  }
}
