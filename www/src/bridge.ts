// The page's end of the line to the worker: one typed call for each request, with progress and AbortSignal.
import source from "virtual:worker-source";
import { WatchedWorker } from "./alive.js";
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
  readonly #worker: WatchedWorker<ToWorker, ToPage>;
  readonly #script: string;
  /** Called if the worker ends by itself, with the reason. */
  onDeath: (reason: EngineError) => void = () => {};
  readonly #calls = new Map<number, Call>();
  #last = 0;

  constructor() {
    // The address stays good while the worker lives: it starts its helpers from it.
    this.#script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.#worker = new WatchedWorker(this.#script, (message) => this.#hear(message), (reason) => this.#die(reason));
  }

  /** Sends a request and waits for its answer. */
  call<R extends Request>(ask: R, what: Requests[R]["ask"], options: CallOptions = {}): Promise<Requests[R]["answer"]> {
    const id = ++this.#last;
    // Who is called off before they begin hears nothing of it any more.
    if (options.signal?.aborted) return Promise.reject(new EngineError({ code: "aborted" }));
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { ...options, resolve, reject, queue: Promise.resolve() });
      options.signal?.addEventListener("abort", () => this.#worker.post({ id, stop: true }), { once: true });
      this.#worker.post({ id, ask, ...what } as ToWorker);
    });
  }

  /** Ends the worker at once. */
  end(reason: unknown = new EngineError({ code: "aborted" })): void {
    this.#worker.end();
    URL.revokeObjectURL(this.#script);
    for (const call of this.#calls.values()) call.reject(reason);
    this.#calls.clear();
  }

  #die(reason: EngineError): void {
    this.end(reason);
    this.onDeath(reason);
  }

  #hear(message: ToPage): void {
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
        this.#worker.post({ id, took: true });
      });
      call.queue.catch((error: unknown) => {
        this.#calls.delete(id);
        this.#worker.post({ id, stop: true });
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
