// The steps that all work has in common: reading what the module wants, writing a ZIP, and letting messages in.
import { throwIfAborted } from "./error.js";
import { RangeReader, type ByteSource, type Ranges, type Take } from "./read.js";
import { share, type Helpers } from "./share.js";
import type { WasmWork } from "./protect.js";
import type { Want, WasmExport } from "./types.js";

/** A file as it was given: its path (`/` between folders) and its bytes. */
export interface Input {
  path: string;
  blob: ByteSource;
}

/** Where a ZIP goes. If anything fails, `abort` is called once and nothing may remain. */
export interface Sink {
  /** The bytes are the sink's own from then on. */
  write(bytes: Uint8Array): void | Promise<void>;
  close(): void | Promise<void>;
  abort(): void | Promise<void>;
}

export interface WorkOptions {
  /** Calls the work off; it ends within moments. */
  signal?: AbortSignal;
  /** From 0 to 1. */
  onProgress?: (part: number) => void;
}

export interface ExportOptions extends WorkOptions {
  /** Who compresses and hashes; without them it is done here. The bytes are the same. */
  helpers?: Helpers;
}

/** How long the work may keep the thread before messages are let in, in milliseconds. */
const TURN = 40;

/** Pushes whatever some work wants, until it wants no more. */
export async function pushAll(work: { want(): Want | undefined; push(chunk: Uint8Array): void }, inputs: Input[], reader: RangeReader): Promise<void> {
  const pause = pauses();
  for (let want = work.want(); want; want = work.want()) {
    await readWant(reader, inputs, want, (piece) => work.push(piece));
    await pause();
  }
}

/** Does some work of the module step by step, so that it can be called off; then nothing is left of it. */
export async function finished<T>(work: WasmWork<T>, inputs: Input[], { signal, onProgress }: WorkOptions = {}): Promise<T> {
  const reader = new RangeReader(signal ? { signal } : {});
  const pause = pauses();
  try {
    for (let step = work.next(); step; step = work.next()) {
      if ("want" in step) await readWant(reader, inputs, step.want, (piece) => work.push(piece));
      const part = work.progress();
      if (part !== undefined) onProgress?.(part);
      await pause();
      throwIfAborted(signal);
    }
  } catch (error) {
    free(work, error);
    throw error;
  }
  return work.finish();
}

/** Writes a ZIP piece by piece and lets `finish` decide when it is whole; gives back its suggested name and its size. */
export async function writeZip(
  start: () => WasmExport,
  inputs: Input[],
  sink: Sink,
  { signal, onProgress, helpers }: ExportOptions,
  finish: (size: number) => void | Promise<void>,
): Promise<{ name: string; size: number }> {
  const reader = new RangeReader(signal ? { signal } : {});
  const pause = pauses();
  let size = 0;
  let job: WasmExport | undefined;
  try {
    const mine = (job = start());
    const after = async () => {
      onProgress?.(mine.progress());
      await pause();
      throwIfAborted(signal);
    };
    const read = async (want: Want, between?: () => Promise<void>) => {
      await readWant(reader, inputs, want, (piece) => {
        mine.push(piece);
        return between?.();
      });
      await after();
    };
    const write = async (bytes: Uint8Array) => {
      size += bytes.byteLength;
      await sink.write(bytes);
      await after();
    };
    if (helpers) {
      await share(mine, helpers, { read, write, after, turn });
    } else {
      for (let step = mine.next(); step; step = mine.next()) {
        await ("want" in step ? read(step.want) : "bytes" in step ? write(step.bytes) : after());
      }
    }
    await finish(size);
    const name = mine.name();
    free(mine);
    return { name, size };
  } catch (error) {
    await sink.abort();
    free(job, error);
    throw error;
  }
}

/** Frees what may hold a part of the data, which the collector would do later; after a trap nothing can be freed. */
export function free(work: { free(): void } | undefined, error?: unknown): void {
  if (!(error instanceof WebAssembly.RuntimeError)) work?.free();
}

/** Reads a range that the module wants. */
export async function readWant(reader: Ranges, inputs: Input[], want: Want, use: Take): Promise<void> {
  const input = inputs[want.file];
  if (!input) throw new RangeError(`the module wants file ${want.file} of ${inputs.length}`);
  await reader.read(input.blob, want.start, want.end, use);
}

/** A function that lets the thread take messages when it has worked for a turn. */
export function pauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN) return;
    await turn();
    since = performance.now();
  };
}

/** A way to oneself. To make one for each turn costs more than the turn. */
let way: { to: MessagePort; from: MessagePort & { ref?(): void; unref?(): void }; turns: (() => void)[] } | undefined;

/** Lets in the messages that wait. (A timeout would wait four milliseconds each time.) */
function turn(): Promise<void> {
  const { to, from, turns } = (way ??= makeWay());
  return new Promise((resolve) => {
    turns.push(resolve);
    from.ref?.();
    to.postMessage(null);
  });
}

function makeWay(): typeof way & {} {
  const { port1, port2 } = new MessageChannel();
  const made: typeof way & {} = { to: port2, from: port1, turns: [] };
  port1.onmessage = () => {
    made.turns.shift()?.();
    // Node ends when it waits for nothing; a way that nobody takes is nothing.
    if (made.turns.length === 0) made.from.unref?.();
  };
  return made;
}
