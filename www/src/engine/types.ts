// The shapes that cross the border between the wasm module and its callers: plain data, named as in the README.

import type { WasmBrowser } from "./browse.js";
import type { Given, Preset, WasmLooked, WasmPrepared, WasmWork } from "./protect.js";

/** A range of bytes that the module wants next: `end` is the byte after the last. */
export interface Want {
  file: number;
  start: number;
  end: number;
}

/** Where something went wrong. Missing parts are unknown or do not apply. Never a participant's value. */
export interface Place {
  file?: string;
  /** Offset in bytes into the (unpacked) file. */
  byte?: number;
  /** Number of the record, row or line, counted from 1. */
  record?: number;
  field?: string;
}

/** Something that went wrong without ending the work. */
export interface Problem {
  code: string;
  meaning: string;
  detail: string;
  advice: string;
  place: Place;
  count: number;
}

/** One session of the experiment. Times are Unix seconds. */
export interface Session {
  name: string;
  players: number;
  groups: number;
  models: number;
  changes: number;
  first: number | null;
  last: number | null;
}

/** One field of one kind of storage (`player`, `group`, `session`, `model`). */
export interface Field {
  kind: string;
  field: string;
  /** Its name with filters on; null where the filters drop it. */
  filtered: string | null;
  /** Values and deletions. */
  changes: number;
  deletions: number;
  /** Storages that ever had it. */
  storages: number;
  /** Different values. */
  distinct: number;
  /** Whether that is about the number: they were too many to be kept. */
  about?: boolean;
  types: { name: string; count: number }[];
}

/** What is in the input. */
export interface Summary {
  system: "uproot" | "psynet";
  format: string;
  versions: string;
  files: { path: string; size: number; role: string }[];
  changes: number;
  first: number | null;
  last: number | null;
  sessions: Session[];
  fields: Field[];
  problems: Problem[];
  /** Only for PsyNet exports, which have no sessions and fields. */
  psynet?: PsynetSummary;
  /** In how many parts the input is read because its changes are too many to be held at once; missing where they are not. */
  parts?: number;
  /** Whether a database dump can be made of it, which `uproot restore` accepts. */
  restorable: boolean;
}

/** PsyNet's regular form, or the one that it calls anonymous. */
export type Form = "regular" | "anonymous";

/** What is in a PsyNet or Dallinger export. */
export interface PsynetSummary {
  version: string | null;
  label: string | null;
  /** The form of the database that was read. */
  form: Form;
  /** Bots included. */
  participants: number;
  bots: number;
  /** The tables of the database. */
  database: { name: string; rows: number }[];
  /** The classes, each of which has a processed table. */
  classes: { class: string; rows: number; columns: number }[];
  /** What the database does not say; `column` is empty where it concerns the whole class. */
  notes: { class: string; column: string; text: string }[];
  /** What PsyNet's own protected form leaves in that points at persons. */
  leaks: { table: string; column: string; holds: string }[];
  /** How many files each choice would pass on. */
  offers: { form: Form; database: number; experiment_assets: number; all_assets: number; basic_data: number; logs: number; source_code: number }[];
}

/** The choices for PsyNet exports. */
export interface PsynetChoices {
  form: Form;
  assets: "none" | "experiment" | "all";
  /** Pass on `database.zip`. */
  database: boolean;
  timeline: boolean;
  basic_data: boolean;
  logs: boolean;
  source_code: boolean;
}

export type View = "page_times" | "ultralong" | "sparse" | "latest" | "latest_by";

/** What the user chose. Holds nothing about participants. The same input and recipe give the same bytes. */
export interface Recipe {
  format: "windrow-recipe/1";
  /** Name and version of the program that made the recipe. */
  tool: string;
  /** Names of sessions; null means all. */
  sessions: string[] | null;
  /** `latest_by` gives nothing without `gvars`. */
  views: View[];
  /** Fields by which `latest_by` groups; their order matters. */
  gvars: string[];
  filetype: "csv" | "jsonl" | "spreadsheet";
  /** Whether uproot's reasonable filters apply. */
  filters: boolean;
  /** A database dump beside the tables; false if left out. */
  database?: boolean;
  compression: "fast" | "small";
  /** Left out where all of it is the default: the regular form with database and timeline and nothing else. */
  psynet?: PsynetChoices;
  /** How the data are prepared for sharing; left out where they are not. */
  protect?: Preset;
}

/** One table of the result. */
export interface TableInfo {
  /** Path inside the ZIP. */
  path: string;
  /** Empty for PsyNet exports. */
  session: string;
  /** `data` or `timeline` for PsyNet exports. */
  view: string;
  /** Kind of storage, or PsyNet's class. */
  kind: string;
  rows: number;
  columns: string[];
}

/** Some rows of a table, cells as the chosen file type shows them; null means no value. */
export interface Preview {
  columns: string[];
  rows: (string | null)[][];
  total: number;
}

/** What a spreadsheet program would do to a CSV file on opening it. */
export type Harm = "rows" | "columns" | "long-text" | "long-digits" | "leading-zeros" | "exponents" | "dates" | "formulas";

/** One kind of harm to one file: how many rows, columns or cells, the first row of data (from 1), and some columns. */
export interface Advice {
  harm: Harm;
  count: number;
  row: number;
  columns: string[];
  /** Further columns. */
  more: number;
}

/** A file of the ZIP before it is made. */
export interface FileContents {
  path: string;
  /** Null for files that are no tables. */
  rows: number | null;
  /** Exact, unpacked. */
  bytes: number;
  advice: Advice[];
}

/** The contents of a ZIP being worked out. */
export interface WasmContents {
  next(): { file: FileContents } | { want: Want } | { more: true } | undefined;
  push(chunk: Uint8Array): void;
  free(): void;
}

/** The class `Study` of the wasm module. */
export interface WasmStudy {
  add_file(path: string, size: number): number;
  want(): Want | undefined;
  push(chunk: Uint8Array): void;
  /** From 0 to 1, where reading takes a second pass. */
  progress(): number | undefined;
  summary(): Summary;
  /** Reading of a session that is not at hand; `come` uses it up. */
  bring(session: string): WasmBringing | undefined;
  come(bringing: WasmBringing): void;
  tables(recipe: Recipe): TableInfo[];
  preview(recipe: Recipe, path: string, start: number, count: number): WasmViewing;
  contents(recipe: Recipe): WasmContents;
  export(recipe: Recipe): WasmExport;
  look(recipe: Recipe): WasmWork<WasmLooked>;
  prepare(recipe: Recipe, given: Omit<Given, "key"> & { key: number[] }): WasmWork<WasmPrepared>;
  browser(): WasmBrowser;
  free(): void;
}

/** A session being read. */
export interface WasmBringing {
  want(): Want | undefined;
  push(chunk: Uint8Array): void;
}

/** Rows being looked up; `finish` uses the object up. */
export interface WasmViewing {
  want(): Want | undefined;
  push(chunk: Uint8Array): void;
  finish(): Preview;
}

/** Bytes of a file of the ZIP; those of one file come in order. */
export interface Raw {
  /** Number of the file in the ZIP. */
  file: number;
  bytes: Uint8Array;
  /** Whether the file ends here. */
  last: boolean;
}

/** A block of a file of the ZIP, to be compressed and, if asked, hashed. */
export interface Task extends Raw {
  ticket: number;
  hash: boolean;
}

/** Rows of a table of the ZIP, which any copy of the module can make. */
export interface Stretch {
  number: number;
  file: number;
  /** The table's path in the ZIP. */
  path: string;
  session: string;
  /** How many parts of the input had been read when it was planned: it is of the last. */
  part: number;
  /** Whether little of that part is left and another follows. Who reads that should leave the rest to others, and begin. */
  closing: boolean;
  start: number;
  end: number;
  /** Whether the rows are all of the file, and whether they are its end. */
  whole: boolean;
  last: boolean;
  /** About how much work it is, as a part of the largest. */
  work: number;
}

/** The class `Lane` of the wasm module: makes tables of what was lent. */
export interface WasmLane {
  make(session: string, path: string, start: number, end: number): WasmMaking;
  free(): void;
}

/** A stretch that is being made; `finish` uses the object up. */
export interface WasmMaking {
  /** Makes a block; `take` must copy the bytes. False when there is none any more. */
  step(raw: { take(bytes: Uint8Array, last: boolean): void }): boolean;
  readonly crc: number;
  readonly raw: number;
  finish(): Uint8Array;
}

/** The class `Export` of the wasm module: either `next` alone, or `make` and its companions. */
export interface WasmExport {
  next(): { bytes: Uint8Array } | { want: Want } | { more: true } | undefined;
  push(chunk: Uint8Array): void;
  /** `room` is memory of a block that is done with; the next block may be put there. */
  make(room?: Uint8Array): Task | { want: Want } | { more: true } | { wait: true } | undefined;
  /** The next stretch, unless `most` are under way; once asked, `make` leaves tables out. */
  stretch(most: number): Stretch | undefined;
  /** Leaves the changes of the last stretch's part for every `Lane` of this instance and of copies, until `make` wants the next part or this is freed. */
  lend(): void;
  made(stretch: number, rows: number, bytes: Uint8Array, crc: number, raw: number): void;
  packed(ticket: number, bytes: Uint8Array, crc: number, raw: number): void;
  hashed(file: number, digest: Uint8Array): void;
  /** Bytes of the ZIP that are complete; may be empty, and is while they are fewer than `least`. */
  take(least?: number): Uint8Array;
  /** Whether blocks shall be compressed for size. */
  small(): boolean;
  /** From 0 to 1. */
  progress(): number;
  /** A file name for the ZIP. */
  name(): string;
  free(): void;
}

/** The wasm module, ready to use. */
export interface Wasm {
  Study: new (options?: { memory?: number; part?: number }) => WasmStudy;
  default_recipe(): Recipe;
  /** Reads a saved recipe; throws if it is none. */
  parse_recipe(text: string): Recipe;
  /** A recipe as it is saved. */
  recipe_text(recipe: Recipe): string;
  /** The command line, for a POSIX shell, that does what a recipe says with files of these paths. */
  command_line(recipe: Recipe, inputs: string[], output: string): string;
  version(): string;
  /** Where in the source the module ended itself, if it did. */
  panicked(): string | undefined;
  default_preset(): Preset;
  /** Reads a saved preset; throws if it is none. */
  parse_preset(text: string): Preset;
  /** A preset as it is saved. */
  preset_text(preset: Preset): string;
  pack_block(bytes: Uint8Array, last: boolean, small: boolean): { bytes: Uint8Array; crc: number; free(): void };
  Lane: new (recipe: Recipe) => WasmLane;
  Hasher: new () => { update(bytes: Uint8Array): void; finish(): Uint8Array; free(): void };
}
