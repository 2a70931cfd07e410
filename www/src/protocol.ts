// What page and worker say to each other: every request has a number, every answer repeats it.
import type { ChangeFilter, Looks } from "./engine/browse.js";
import type { Fault } from "./engine/error.js";
import type { Given, Leaks, Preset, Protection, ReviewText } from "./engine/protect.js";
import type { FileContents, Preview, Recipe, Summary, TableInfo } from "./engine/types.js";

/** How the worker gets rid of a ZIP: into the browser's own storage, or piece by piece to the page. */
export type Outlet = "storage" | "page";

/** The requests and what each is answered with. */
export interface Requests {
  /** Does the whole job with small files for a while and leaves nothing of it. */
  practise: { ask: { module: WebAssembly.Module; files: { path: string; file: File }[] }; answer: null };
  open: { ask: { module: WebAssembly.Module; files: { path: string; file: File }[] }; answer: { summary: Summary; recipe: Recipe; version: string } };
  parseRecipe: { ask: { text: string }; answer: Recipe };
  recipeText: { ask: { recipe: Recipe }; answer: string };
  /** Of a study in parts only the session's. */
  tables: { ask: { recipe: Recipe; session: string }; answer: TableInfo[] };
  preview: { ask: { recipe: Recipe; session: string; path: string; start: number; count: number }; answer: Preview };
  contents: { ask: { recipe: Recipe }; answer: FileContents[] };
  commandLine: { ask: { recipe: Recipe; inputs: string[]; output: string }; answer: string };
  look: { ask: { recipe: Recipe }; answer: Protection };
  /** Of what was looked at last. */
  texts: { ask: { start: number; count: number }; answer: { total: number; texts: ReviewText[] } };
  /** `file` is a name in the browser's own storage, or empty where there is none. `stored` is null after leaks. */
  protect: { ask: { recipe: Recipe; given: Given; file: string }; answer: { name: string; size: number; stored: Blob | null; leaks: Leaks } };
  /** Prepares the data to look at; rows are of what was prepared last. */
  preparedTables: { ask: { recipe: Recipe; given: Given }; answer: TableInfo[] };
  preparedRows: { ask: { recipe: Recipe; path: string; start: number; count: number }; answer: Preview };
  parsePreset: { ask: { text: string }; answer: Preset };
  presetText: { ask: { preset: Preset }; answer: string };
  browse: { ask: { look: keyof Looks; what: Looks[keyof Looks]["ask"] }; answer: Looks[keyof Looks]["answer"] };
  search: { ask: { filter: ChangeFilter }; answer: { search: number; total: number } };
  export: { ask: { recipe: Recipe; outlet: Outlet; file: string }; answer: { name: string; size: number; stored: File | null } };
}

export type Request = keyof Requests;

/** From the page. `took` answers a piece, so that no more than a few are under way. */
export type ToWorker =
  | { [R in Request]: { id: number; ask: R } & Requests[R]["ask"] }[Request]
  | { id: number; stop: true }
  | { id: number; took: true };

/** From the worker: while it works, then once at the end. */
export type ToPage =
  | { id: number; progress: number }
  | { id: number; stage: string }
  | { id: number; piece: Uint8Array<ArrayBuffer> }
  | { id: number; answer: unknown }
  | { id: number; fault: Fault; /** The module is broken and will answer no more. */ broken?: boolean };
