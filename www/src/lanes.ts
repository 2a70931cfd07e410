// Workers that compress and hash blocks of a ZIP, so that an export uses more than one processor.
// They run the same script as the worker that holds the data, and are bound by the same policy.
import { whenGone } from "./alive.js";
import type { Helpers } from "./engine/share.js";
import type { Task } from "./engine/types.js";

/** What a lane is asked; it answers with the same number. */
export type ToLane = { lane: WebAssembly.Module } | { job: number; pack: Task; small: boolean } | { job: number; hash: Task };
export type LaneAnswer = { job: number; bytes?: Uint8Array<ArrayBuffer>; crc?: number; room?: Uint8Array<ArrayBuffer>; fault?: string };
export type FromLane = LaneAnswer | { alive: string };

/** More than this many lanes gain nothing: rendering cannot keep them busy. */
const MOST_LANES = 3;

/** Blocks under way per lane: enough to keep it busy, few enough to bound memory. */
const AHEAD = 4;

/** Bytes of memory in which a block travels to the hasher. */
const ROOM = 1 << 20;

class Lane {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, { resolve: (answer: LaneAnswer) => void; reject: (error: Error) => void }>();
  readonly #ended = new AbortController();
  #dead = "";
  #last = 0;
  /** Jobs that wait or run. */
  get load(): number {
    return this.#jobs.size;
  }

  constructor(script: string, module: WebAssembly.Module) {
    this.#worker = new Worker(script);
    this.#worker.onmessage = ({ data }: MessageEvent<FromLane>) => {
      if ("alive" in data) return whenGone(data.alive, this.#ended.signal, () => this.#fail("a worker stopped"));
      const job = this.#jobs.get(data.job);
      this.#jobs.delete(data.job);
      if (data.fault === undefined) job?.resolve(data);
      else job?.reject(new Error(data.fault));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message || "a worker stopped");
    };
    this.#worker.postMessage({ lane: module } satisfies ToLane);
  }

  #fail(why: string): void {
    this.#dead = why;
    for (const job of this.#jobs.values()) job.reject(new Error(why));
    this.#jobs.clear();
  }

  ask(what: { pack: Task; small: boolean } | { hash: Task }): Promise<LaneAnswer> {
    if (this.#dead) return Promise.reject(new Error(this.#dead));
    const job = ++this.#last;
    const task = "pack" in what ? what.pack : what.hash;
    return new Promise((resolve, reject) => {
      this.#jobs.set(job, { resolve, reject });
      const buffers = new Set([task.bytes.buffer, task.before.buffer] as ArrayBuffer[]);
      this.#worker.postMessage({ job, ...what }, [...buffers]);
    });
  }

  end(): void {
    this.#ended.abort();
    this.#worker.terminate();
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
