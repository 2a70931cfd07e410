// The engine for JavaScript: open files, look at the summary and tables, export a ZIP to any sink.
//
//   import * as wasm from "./windrow.js";           // wasm-bindgen's module, initialised
//   const study = await open(wasm, [{ path: file.name, blob: file }]);
//   console.log(study.summary.sessions);
//   await study.export(wasm.default_recipe(), sink);
//
// It works in a worker, a page or Node. Nothing is read whole: files by ranges, the ZIP piece by piece.
import { Browser } from "./browse.js";
import { throwIfAborted } from "./error.js";
import { Look, ProtectedStudy, type Given } from "./protect.js";
import { RangeReader, type Ranges, type ReadOptions } from "./read.js";
import { finished, free, pauses, pushAll, readWant, writeZip, type ExportOptions, type Input, type Sink, type WorkOptions } from "./steps.js";
import type { FileContents, Preview, Recipe, Summary, TableInfo, Wasm, WasmStudy } from "./types.js";

export * from "./browse.js";
export * from "./copy.js";
export * from "./digest.js";
export * from "./error.js";
export * from "./protect.js";
export * from "./read.js";
export * from "./share.js";
export type { ExportOptions, Input, Sink } from "./steps.js";
export * from "./types.js";

export interface OpenOptions extends ReadOptions {
  /** Memory that the data may take, in bytes. */
  memory?: number;
  /** What the changes of a dump or database may take of it; beyond, it is read part by part. */
  part?: number;
  /** Who reads the files; without it they are read here. */
  reader?: Ranges;
  /** Bytes read so far, of all that are to be read. Reading twice can take the first beyond the second. */
  onProgress?: (done: number, total: number) => void;
}

/** Reads files until the module knows what is in them. Throws an `EngineError` if nothing can be read. */
export async function open(wasm: Wasm, inputs: Input[], options: OpenOptions = {}): Promise<OpenStudy> {
  const { memory, part } = options;
  const study = new wasm.Study({ ...(memory !== undefined && { memory }), ...(part !== undefined && { part }) });
  for (const { path, blob } of inputs) study.add_file(path, blob.size);
  const total = inputs.reduce((sum, { blob }) => sum + blob.size, 0);
  const reader = options.reader ?? new RangeReader(options);
  const pause = pauses();
  let done = 0;
  for (let want = study.want(); want; want = study.want()) {
    await readWant(reader, inputs, want, (piece) => {
      study.push(piece);
      done += piece.byteLength;
      const known = study.progress();
      options.onProgress?.(known === undefined ? done : known * total, total);
    });
    await pause();
    throwIfAborted(options.signal);
  }
  return new OpenStudy(study, inputs);
}

/** Files that were read, ready to be looked at and exported as often as wanted. */
export class OpenStudy {
  readonly summary: Summary;
  readonly #study: WasmStudy;
  readonly #inputs: Input[];
  readonly #reader = new RangeReader();
  #browser: Browser | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(study: WasmStudy, inputs: Input[]) {
    this.#study = study;
    this.#inputs = inputs;
    this.summary = study.summary();
  }

  /**
   * Has the changes of a session at hand while `use` looks at its tables, rows or browser. Only a study in parts
   * (`summary.parts`) needs it: the session is then read in place of the last one, one use after the other.
   */
  near<T>(session: string, use: () => T | Promise<T>): Promise<T> {
    if (this.summary.parts === undefined) return Promise.resolve().then(use);
    const mine = this.#turn.then(async () => {
      const bringing = this.#study.bring(session);
      if (bringing) {
        await pushAll(bringing, this.#inputs, this.#reader);
        this.#browser = undefined;
        this.#study.come(bringing);
      }
      return use();
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** Answers questions about the data (of a study in parts, about the session that is near), the same one each time. Of PsyNet exports it knows stays, pages and progress. */
  browser(): Browser {
    return (this.#browser ??= new Browser(this.#study.browser()));
  }

  /** The tables that a recipe gives, in the order of the ZIP. */
  tables(recipe: Recipe): TableInfo[] {
    return this.#study.tables(recipe);
  }

  /** Up to `count` rows of the table at `path`, from row `start` (counted from 0). */
  async preview(recipe: Recipe, path: string, start: number, count: number): Promise<Preview> {
    const viewing = this.#study.preview(recipe, path, start, count);
    await pushAll(viewing, this.#inputs, this.#reader);
    return viewing.finish();
  }

  /** What the ZIP will contain: its files with rows, exact unpacked sizes and what a spreadsheet would do to them. */
  async contents(recipe: Recipe, { signal }: { signal?: AbortSignal } = {}): Promise<FileContents[]> {
    const work = this.#study.contents(recipe);
    const reader = new RangeReader(signal ? { signal } : {});
    const pause = pauses();
    const files: FileContents[] = [];
    let failed: unknown;
    try {
      for (let step = work.next(); step; step = work.next()) {
        if ("file" in step) files.push(step.file);
        else if ("want" in step) await readWant(reader, this.#inputs, step.want, (piece) => work.push(piece));
        await pause();
        throwIfAborted(signal);
      }
    } catch (error) {
      failed = error;
      throw error;
    } finally {
      free(work, failed);
    }
    return files;
  }

  /** Writes the ZIP piece by piece; gives back its suggested name and its size in bytes. */
  async export(recipe: Recipe, sink: Sink, options: ExportOptions = {}): Promise<{ name: string; size: number }> {
    return writeZip(() => this.#study.export(recipe), this.#inputs, sink, options, () => sink.close());
  }

  /** Gives its memory back; it is of no use then. */
  free(): void {
    this.#study.free();
  }

  /** What preparing for sharing would do, path by path; the recipe's `protect` says how. */
  async look(recipe: Recipe, options: WorkOptions = {}): Promise<Look> {
    return new Look(await finished(this.#study.look(recipe), this.#inputs, options));
  }

  /** Prepares the study for sharing, as the recipe's `protect` says. */
  async protect(recipe: Recipe, given: Given, options: WorkOptions = {}): Promise<ProtectedStudy> {
    const preparing = this.#study.prepare(recipe, { ...given, key: [...given.key] });
    return new ProtectedStudy(await finished(preparing, this.#inputs, options), this.#inputs);
  }
}
