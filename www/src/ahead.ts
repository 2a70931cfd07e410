// Reads a large file in a worker of its own, some pieces ahead: who works through them need not wait for the next one.
// It runs the same script as the worker that holds the data, and is bound by the same policy.
import { WatchedWorker } from "./alive.js";
import { EngineError, faultOf, type Fault } from "./engine/error.js";
import { RangeReader, type ByteSource, type Ranges, type Take } from "./engine/read.js";

/** What the reading worker is told: what to read, and that a piece's memory may be used again. */
export type ToReader = { read: Blob; start: number; end: number } | { again: ArrayBuffer };
export type FromReader = { piece: Uint8Array<ArrayBuffer> } | { read: true } | { unread: Fault };

/** Bytes of a piece, and how many may be under way. */
const PIECE = 1 << 20;
const AHEAD = 3;

/** Shorter ranges are read at once: asking somebody would take longer. */
const SHORT = 8 << 20;

/** The end that takes the pieces. `end` stops the worker and gives its memory back. */
export class AheadReader implements Ranges {
  readonly #script: string;
  readonly #ended = new AbortController();
  #near = new RangeReader();
  #worker: WatchedWorker<ToReader, FromReader> | undefined;
  #use: Take = () => {};
  #settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;

  constructor(script: string) {
    this.#script = script;
  }

  /** Whether it can read: the browser may have ended its worker. */
  get alive(): boolean {
    return !this.#ended.signal.aborted;
  }

  /** Stops what it reads from now on when `signal` says so. */
  heed(signal: AbortSignal): void {
    this.#near = new RangeReader({ signal });
    signal.addEventListener("abort", () => this.#fail(new EngineError({ code: "aborted" })), { signal: this.#ended.signal });
  }

  async read(file: ByteSource, start: number, end: number, use: Take): Promise<void> {
    if (end - start < SHORT || !(file instanceof Blob)) return this.#near.read(file, start, end, use);
    const worker = this.start();
    this.#use = use;
    await new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
      worker.post({ read: file, start, end });
    });
  }

  /** Starts its worker, if it has none yet: that takes a moment. */
  start(): WatchedWorker<ToReader, FromReader> {
    const hear = (message: FromReader) => {
      if ("read" in message) this.#settle?.resolve();
      else if ("unread" in message) this.#fail(new EngineError(message.unread));
      else this.#take(worker, message.piece);
    };
    const gone = (reason: EngineError) => this.#fail(reason);
    const worker = (this.#worker ??= new WatchedWorker<ToReader, FromReader>(this.#script, hear, gone));
    return worker;
  }

  #take(worker: WatchedWorker<ToReader, FromReader>, piece: Uint8Array<ArrayBuffer>): void {
    if (this.#ended.signal.aborted) return;
    try {
      this.#use(piece);
      worker.post({ again: piece.buffer }, [piece.buffer]);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(reason: unknown): void {
    this.end();
    this.#settle?.reject(reason);
  }

  end(): void {
    this.#ended.abort();
    this.#worker?.end();
  }
}

/** The end that reads. */
export class ReadingEnd {
  readonly #post: (message: FromReader, moved: Transferable[]) => void;
  readonly #spare: ArrayBuffer[] = [];
  readonly #reader = new RangeReader({ piece: PIECE, room: (size) => this.#spare.pop() ?? new ArrayBuffer(size) });
  #underWay = 0;
  #wake = () => {};

  constructor(post: (message: FromReader, moved: Transferable[]) => void) {
    this.#post = post;
  }

  async hear(data: ToReader): Promise<void> {
    if ("again" in data) {
      this.#underWay -= 1;
      // Slices bring memory of their own.
      if (data.again.byteLength === PIECE && this.#spare.length < AHEAD) this.#spare.push(data.again);
      return this.#wake();
    }
    try {
      await this.#reader.read(data.read, data.start, data.end, (piece) => this.#give(piece));
      this.#post({ read: true }, []);
    } catch (error) {
      this.#post({ unread: faultOf(error) }, []);
    }
  }

  async #give(piece: Uint8Array): Promise<void> {
    this.#post({ piece: piece as Uint8Array<ArrayBuffer> }, [piece.buffer as ArrayBuffer]);
    this.#underWay += 1;
    while (this.#underWay >= AHEAD) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
