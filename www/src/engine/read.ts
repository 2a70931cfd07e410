// Reads a range of a file in pieces, and goes on when the browser's stream falls silent.
//
// The fastest way (a BYOB reader on `stream()`) has a fault in Chromium 156: now and then `read()` never
// settles. So the range is read by segments, each with its own stream; a read that does not settle in
// time is given up and the rest of the segment is read by `slice().arrayBuffer()`, which is slower but sure.
import { EngineError, throwIfAborted } from "./error.js";

/** What is needed of a `File` or `Blob`. */
export interface ByteSource {
  readonly size: number;
  slice(start: number, end: number): ByteSource;
  stream(): ReadableStream<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Takes a piece, which must not be kept: its memory is used again, once this is done. It may be moved away. */
export type Take = (piece: Uint8Array) => void | Promise<void>;

/** Who reads ranges of files. */
export interface Ranges {
  /** Hands the bytes from `start` to `end` to `use`, in order. */
  read(file: ByteSource, start: number, end: number, use: Take): Promise<void>;
}

export interface ReadOptions {
  signal?: AbortSignal;
  /** Bytes read through one stream. */
  segment?: number;
  /** Bytes handed over at once: as many, where the browser can wait for them and the segment has them. */
  piece?: number;
  /** Gives memory for a piece, if the last one was moved away. */
  room?: (size: number) => ArrayBuffer;
  /** Milliseconds after which a read that has not settled is given up. */
  patience?: number;
}

/** After so many silent streams no other is tried: each costs `patience`. */
const MOST_STALLS = 2;

/** Reads files one range at a time and remembers how this browser behaves. */
export class RangeReader implements Ranges {
  /** How many streams fell silent so far. */
  stalls = 0;
  #streams = true;
  readonly #options: Required<Omit<ReadOptions, "signal">> & { signal: AbortSignal | undefined };

  constructor({ signal, segment = 32 << 20, piece = 4 << 20, room = (size) => new ArrayBuffer(size), patience = 5000 }: ReadOptions = {}) {
    this.#options = { signal, segment, piece, room, patience };
  }

  async read(file: ByteSource, start: number, end: number, use: Take): Promise<void> {
    const { segment } = this.#options;
    for (let at = start; at < end; at += segment) {
      await this.#segment(file, at, Math.min(at + segment, end), use);
    }
  }

  async #segment(file: ByteSource, start: number, end: number, use: Take): Promise<void> {
    let at = start;
    const hand: Take = (piece) => {
      throwIfAborted(this.#options.signal);
      at += piece.byteLength;
      return use(piece);
    };
    if (this.#streams) await this.#stream(file.slice(start, end), hand);
    while (at < end) {
      let piece: ArrayBuffer;
      try {
        piece = await file.slice(at, Math.min(at + this.#options.piece, end)).arrayBuffer();
      } catch (error) {
        throw ioError(at, error);
      }
      if (piece.byteLength === 0) throw ioError(at);
      await hand(new Uint8Array(piece));
    }
  }

  /** Reads a segment through its stream, as far as that goes; what is left is read by slices, and so is what failed. */
  async #stream(part: ByteSource, hand: Take): Promise<void> {
    let reader: ReadableStreamBYOBReader;
    try {
      reader = part.stream().getReader({ mode: "byob" });
    } catch {
      this.#streams = false;
      return;
    }
    let memory = new ArrayBuffer(0);
    for (;;) {
      // What was moved away has no bytes.
      if (memory.byteLength === 0) memory = this.#options.room(Math.min(this.#options.piece, part.size));
      const view = new Uint8Array(memory);
      const reading = reader.read(view, { min: view.byteLength }).catch(() => undefined);
      const result = await inTime(reading, this.#options.patience);
      if (!result) {
        this.stalls += 1;
        this.#streams = this.stalls < MOST_STALLS;
        reader.cancel().catch(() => {});
        return;
      }
      if (result.value?.byteLength) await hand(result.value);
      if (result.done || !result.value) return;
      memory = result.value.buffer as ArrayBuffer;
    }
  }
}

/** A promise's value, or undefined if it does not settle in time. */
async function inTime<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A failure of the browser's reading, with its offset. */
function ioError(byte: number, cause?: unknown): EngineError {
  const fault = {
    code: "io",
    message: "The file could not be read to the end.",
    advice: "It may have been changed, moved or removed while it was read; drop it again.",
    place: { byte },
  };
  return new EngineError(fault, cause);
}
