// Workers that compress and hash blocks of a ZIP, so that an export uses more than one processor.
// They run the same script as the worker that holds the data, and are bound by the same policy.
import { WatchedWorker } from "./alive.js";
import type { EngineError } from "./engine/error.js";
import type { Helpers } from "./engine/share.js";
import type { Task } from "./engine/types.js";

/** What a lane is asked; it answers with the same number. */
export type ToLane = { lane: WebAssembly.Module } | { job: number; pack: Task; small: boolean } | { job: number; hash: Task };
export type LaneAnswer = { job: number; bytes?: Uint8Array<ArrayBuffer>; crc?: number; room?: Uint8Array<ArrayBuffer>; fault?: string };

/** More than this many lanes gain nothing: rendering cannot keep them busy. */
const MOST_LANES = 3;

/** Blocks under way per lane: enough to keep it busy, few enough to bound memory. */
const AHEAD = 4;

/** Bytes of memory in which a block travels to the hasher. */
const ROOM = 1 << 20;

class Lane {
  readonly #worker: WatchedWorker<ToLane, LaneAnswer>;
  readonly #jobs = new Map<number, { resolve: (answer: LaneAnswer) => void; reject: (error: Error) => void }>();
  #dead: EngineError | undefined;
  #last = 0;
  /** Jobs that wait or run. */
  get load(): number {
    return this.#jobs.size;
  }

  constructor(script: string, module: WebAssembly.Module) {
    this.#worker = new WatchedWorker(script, (answer) => this.#hear(answer), (reason) => this.#fail(reason));
    this.#worker.post({ lane: module });
  }

  #hear(answer: LaneAnswer): void {
    const job = this.#jobs.get(answer.job);
    this.#jobs.delete(answer.job);
    if (answer.fault === undefined) job?.resolve(answer);
    else job?.reject(new Error(answer.fault));
  }

  #fail(reason: EngineError): void {
    this.#dead = reason;
    for (const job of this.#jobs.values()) job.reject(reason);
    this.#jobs.clear();
  }

  ask(what: { pack: Task; small: boolean } | { hash: Task }): Promise<LaneAnswer> {
    if (this.#dead) return Promise.reject(this.#dead);
    const job = ++this.#last;
    const task = "pack" in what ? what.pack : what.hash;
    return new Promise((resolve, reject) => {
      this.#jobs.set(job, { resolve, reject });
      const buffers = new Set([task.bytes.buffer, task.before.buffer] as ArrayBuffer[]);
      this.#worker.post({ job, ...what }, [...buffers]);
    });
  }

  end(): void {
    this.#worker.end();
  }
}

/** Starts lanes for one export; `end` stops them and gives their memory back. `here` is what this worker does itself. */
export function startLanes(module: WebAssembly.Module, here: Pick<Helpers, "packHere" | "hashHere">): Helpers & { end(): void } {
  const script = self.location.href;
  const count = Math.max(1, Math.min(MOST_LANES, (navigator.hardwareConcurrency || 2) - 1));
  const packers = Array.from({ length: count }, () => new Lane(script, module));
  let hasher: Lane | undefined;
  const rooms: Uint8Array<ArrayBuffer>[] = [];
  return {
    most: count * AHEAD,
    ...here,
    async pack(task, small) {
      const lane = packers.reduce((best, lane) => (lane.load < best.load ? lane : best));
      const { bytes, crc, room } = await lane.ask({ pack: task, small });
      return { bytes: bytes!, crc: crc!, room: room! };
    },
    async hash({ bytes, ...task }) {
      hasher ??= new Lane(script, module);
      const used = rooms.pop();
      const room = used && used.byteLength >= bytes.byteLength ? used : new Uint8Array(Math.max(bytes.byteLength, ROOM));
      const copy = room.subarray(0, bytes.byteLength);
      copy.set(bytes);
      const answer = await hasher.ask({ hash: { ...task, before: new Uint8Array(), bytes: copy } });
      rooms.push(answer.room!);
      return answer.bytes;
    },
    end() {
      for (const lane of packers) lane.end();
      hasher?.end();
    },
  };
}
