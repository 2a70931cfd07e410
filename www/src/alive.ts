// Workers that are missed when they are gone. A browser that ends a worker says so to nobody; but a lock that the
// worker held is free then.
import { EngineError } from "./engine/error.js";

/** The name of its lock, or null where there are none, as over plain http. */
type Life = { alive: string | null };

/** Milliseconds, twice, in which a worker must have said that it lives: far more than a slow machine needs to start one. */
const START = 15_000;

let shown: Promise<void> | undefined;

/** In a worker: takes a lock of its own for as long as it lives and says its name. Work begins after that: a worker that ends while it works is noticed. */
export const showLife = (): Promise<void> =>
  (shown ??= new Promise((resolve) => {
    const say = (alive: string | null) => {
      self.postMessage({ alive } satisfies Life);
      resolve();
    };
    if (!navigator.locks) return say(null);
    const lock = `windrow-worker-${crypto.randomUUID()}`;
    const forEver = () => {
      say(lock);
      return new Promise<never>(() => {});
    };
    navigator.locks.request(lock, forEver).catch(() => say(null));
  }));

/** A worker that calls `showLife` before it works. `gone` is called once if it ends by itself. */
export class WatchedWorker<To, From extends object> {
  readonly #worker: Worker;
  readonly #gone: (reason: EngineError) => void;
  readonly #ended = new AbortController();
  #start: ReturnType<typeof setTimeout>;

  constructor(script: string, hear: (message: From) => void, gone: (reason: EngineError) => void) {
    this.#gone = gone;
    this.#worker = new Worker(script);
    this.#worker.onmessage = ({ data }: MessageEvent<From | Life>) => ("alive" in data ? this.#watch(data as Life) : hear(data));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(new EngineError({ code: "internal", message: event.message }));
    };
    // Twice: who was busy all the time gets to hear the worker in between.
    this.#start = setTimeout(() => (this.#start = setTimeout(() => this.#missed(), START)), START);
  }

  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  post(message: To, moved: Transferable[] = []): void {
    this.#worker.postMessage(message, moved);
  }

  /** Ends it at once and gives its memory back. */
  end(): void {
    clearTimeout(this.#start);
    this.#ended.abort();
    this.#worker.terminate();
  }

  #watch({ alive }: Life): void {
    clearTimeout(this.#start);
    if (alive === null) return;
    navigator.locks.request(alive, { signal: this.#ended.signal }, () => this.#missed()).catch(() => {});
  }

  /** The browser ended it, which it does when memory runs out, and does not say why. */
  #missed(): void {
    this.#die(new EngineError({ code: "worker-gone", message: "" }));
  }

  #die(reason: EngineError): void {
    if (this.ended) return;
    this.end();
    this.#gone(reason);
  }
}
