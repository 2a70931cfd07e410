// The page's end of the line to the worker: one typed call for each request, with progress and AbortSignal.
import source from "virtual:worker-source";
import { whenGone } from "./alive.js";
import { EngineError } from "./engine/error.js";
import type { Request, Requests, ToPage, ToWorker } from "./protocol.js";

interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (part: number) => void;
  /** What is being done now, where a request has several stages. */
  onStage?: (stage: string) => void;
  /** Takes a piece of a ZIP; the next ones wait until it is done. */
  onPiece?: (piece: Uint8Array<ArrayBuffer>) => Promise<void> | void;
}

interface Call extends CallOptions {
  resolve: (answer: never) => void;
  reject: (error: unknown) => void;
  /** Pieces are taken one after the other. */
  queue: Promise<void>;
}

/** A worker and the calls that wait for it. `end` gives its memory back; calls under way are then rejected. */
export class Bridge {
  readonly #worker: Worker;
  readonly #script: string;
  readonly #onDeath: (reason: EngineError) => void;
  readonly #calls = new Map<number, Call>();
  readonly #ended = new AbortController();
  #last = 0;

  /** `onDeath` is called if the worker ends by itself, with the reason. */
  constructor(onDeath: (reason: EngineError) => void = () => {}) {
    this.#onDeath = onDeath;
    // The address stays good while the worker lives: it starts its helpers from it.
    this.#script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.#worker = new Worker(this.#script);
    this.#worker.onmessage = ({ data }: MessageEvent<ToPage>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(new EngineError({ code: "internal", message: event.message }));
    };
  }

  /** Sends a request and waits for its answer. */
  call<R extends Request>(ask: R, what: Requests[R]["ask"], options: CallOptions = {}): Promise<Requests[R]["answer"]> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { ...options, resolve, reject, queue: Promise.resolve() });
      options.signal?.addEventListener("abort", () => this.#send({ id, stop: true }), { once: true });
      this.#send({ id, ask, ...what } as ToWorker);
    });
  }

  /** Ends the worker at once. */
  end(reason: unknown = new EngineError({ code: "aborted" })): void {
    this.#ended.abort();
    this.#worker.terminate();
    URL.revokeObjectURL(this.#script);
    for (const call of this.#calls.values()) call.reject(reason);
    this.#calls.clear();
  }

  #die(reason: EngineError): void {
    if (this.#ended.signal.aborted) return;
    this.end(reason);
    this.#onDeath(reason);
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: ToPage): void {
    if ("alive" in message) {
      // The browser ended the worker: it does so when memory runs out, and it does not say why.
      return whenGone(message.alive, this.#ended.signal, () => this.#die(new EngineError({ code: "worker-gone", message: "" })));
    }
    const { id } = message;
    const call = this.#calls.get(id);
    if (!call) return;
    if ("progress" in message) {
      call.onProgress?.(message.progress);
    } else if ("stage" in message) {
      call.onStage?.(message.stage);
    } else if ("piece" in message) {
      call.queue = call.queue.then(async () => {
        await call.onPiece?.(message.piece);
        this.#send({ id, took: true });
      });
      call.queue.catch((error: unknown) => {
        this.#calls.delete(id);
        this.#send({ id, stop: true });
        call.reject(error);
      });
    } else {
      this.#calls.delete(id);
      if ("answer" in message) call.resolve(message.answer as never);
      else call.reject(new EngineError(message.fault));
      if ("broken" in message) this.#die(new EngineError(message.fault));
    }
  }
}
