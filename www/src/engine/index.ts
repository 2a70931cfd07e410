// The engine for JavaScript: open files, look at the summary and tables, export a ZIP to any sink.
//
//   import * as wasm from "./windrow.js";           // wasm-bindgen's module, initialised
//   const study = await open(wasm, [{ path: file.name, blob: file }]);
//   console.log(study.summary.sessions);
//   await study.export(wasm.default_recipe(), sink);
//
// It works in a worker, a page or Node. Nothing is read whole: files by ranges, the ZIP piece by piece.
import { throwIfAborted } from "./error.js";
import { RangeReader, type ByteSource, type ReadOptions } from "./read.js";
import { share, type Helpers } from "./share.js";
import type { Preview, Recipe, Summary, TableInfo, Want, Wasm, WasmStudy } from "./types.js";

export * from "./digest.js";
export * from "./error.js";
export * from "./read.js";
export * from "./share.js";
export * from "./types.js";

/** A file as it was given: its path (`/` between folders) and its bytes. */
export interface Input {
  path: string;
  blob: ByteSource;
}

/** Where a ZIP goes. If anything fails, `abort` is called once and nothing may remain. */
export interface Sink {
  write(bytes: Uint8Array): void | Promise<void>;
  close(): void | Promise<void>;
  abort(): void | Promise<void>;
}

export interface OpenOptions extends ReadOptions {
  /** Memory that the data may take, in bytes. */
  memory?: number;
  /** Bytes read so far, of all files' bytes. Reading twice can take the first beyond the second. */
  onProgress?: (done: number, total: number) => void;
}

export interface ExportOptions {
  signal?: AbortSignal;
  /** From 0 to 1. */
  onProgress?: (part: number) => void;
  /** Who compresses and hashes; without them it is done here. The bytes are the same. */
  helpers?: Helpers;
}

/** How long the work may keep the thread before messages are let in, in milliseconds. */
const TURN = 40;

/** Reads files until the module knows what is in them. Throws an `EngineError` if nothing can be read. */
export async function open(wasm: Wasm, inputs: Input[], options: OpenOptions = {}): Promise<OpenStudy> {
  const study = new wasm.Study(options.memory === undefined ? undefined : { memory: options.memory });
  for (const { path, blob } of inputs) study.add_file(path, blob.size);
  const total = inputs.reduce((sum, { blob }) => sum + blob.size, 0);
  const reader = new RangeReader(options);
  const pause = pauses();
  let done = 0;
  for (let want = study.want(); want; want = study.want()) {
    await readWant(reader, inputs, want, (piece) => {
      study.push(piece);
      done += piece.byteLength;
      options.onProgress?.(done, total);
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

  constructor(study: WasmStudy, inputs: Input[]) {
    this.#study = study;
    this.#inputs = inputs;
    this.summary = study.summary();
  }

  /** The tables that a recipe gives, in the order of the ZIP. */
  tables(recipe: Recipe): TableInfo[] {
    return this.#study.tables(recipe);
  }

  /** Up to `count` rows of the table at `path`, from row `start` (counted from 0). */
  async preview(recipe: Recipe, path: string, start: number, count: number): Promise<Preview> {
    const viewing = this.#study.preview(recipe, path, start, count);
    const pause = pauses();
    for (let want = viewing.want(); want; want = viewing.want()) {
      await readWant(this.#reader, this.#inputs, want, (piece) => viewing.push(piece));
      await pause();
    }
    return viewing.finish();
  }

  /** Writes the ZIP piece by piece; gives back its suggested name and its size in bytes. */
  async export(recipe: Recipe, sink: Sink, { signal, onProgress, helpers }: ExportOptions = {}): Promise<{ name: string; size: number }> {
    const reader = new RangeReader(signal ? { signal } : {});
    const pause = pauses();
    let size = 0;
    try {
      const job = this.#study.export(recipe);
      const after = async () => {
        onProgress?.(job.progress());
        await pause();
        throwIfAborted(signal);
      };
      const read = async (want: Want) => {
        await readWant(reader, this.#inputs, want, (piece) => job.push(piece));
        await after();
      };
      const write = async (bytes: Uint8Array) => {
        size += bytes.byteLength;
        await sink.write(bytes);
        await after();
      };
      if (helpers) {
        await share(job, helpers, { read, write });
      } else {
        for (let step = job.next(); step; step = job.next()) {
          await ("want" in step ? read(step.want) : write(step.bytes));
        }
      }
      await sink.close();
      return { name: job.name(), size };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  }
}

async function readWant(reader: RangeReader, inputs: Input[], want: Want, use: (piece: Uint8Array) => void): Promise<void> {
  const input = inputs[want.file];
  if (!input) throw new RangeError(`the module wants file ${want.file} of ${inputs.length}`);
  await reader.read(input.blob, want.start, want.end, use);
}

/** A function that lets the thread take messages when it has worked for a turn. */
function pauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = performance.now();
  };
}
