// Workers that make tables, compress and hash for an export, so that it uses more than one processor.
// They run the same script as the worker that holds the data, and are bound by the same policy.
import { WatchedWorker } from "./alive.js";
import type { Imprint } from "./engine/copy.js";
import { EngineError, type Fault } from "./engine/error.js";
import type { Helpers, Made, Makers, Packed } from "./engine/share.js";
import { pauses } from "./engine/steps.js";
import type { Raw, Recipe, Stretch, Task } from "./engine/types.js";

/** What a lane is asked to do. */
type Asked = { copy: Imprint; recipe: Recipe } | { make: Stretch } | { pack: Task; small: boolean } | { hash: Raw };
export type LaneJob = { job: number } & Asked;
/** It answers with the same number. */
export type ToLane = { lane: WebAssembly.Module } | LaneJob;
export type LaneAnswer = { job: number; /** Missing where it is no copy. */ made?: Made; packed?: Packed; digest?: Uint8Array | undefined; room?: Uint8Array; fault?: Fault };

/** What the worker that starts lanes has for those that make tables too. */
export interface Lent extends Pick<Makers, "take" | "leave" | "makeHere"> {
  /** Bytes of memory that a copy takes, about. */
  readonly size: number;
  /** What makes a copy of it, with the data that are lent. */
  copy(): { pieces: Iterable<Imprint>; recipe: Recipe };
}

/** More than this many lanes gain nothing: whoever keeps the order and writes cannot keep them busy. */
const MOST_LANES = 3;

/** Bytes that all copies may take. */
const COPIES = 192 << 20;

/** Blocks under way per lane: enough to keep it busy, few enough to bound memory. */
const AHEAD = 4;

/** Of the largest stretches, how many may be under way per lane; and of all how many, done ones too that wait for an earlier one. */
const WORK = 2;
const STRETCHES = 128;

/** The same of a part of the input while the next one is read here: about as long as that takes. */
const WORK_WHILE_READING = 12;

/** The work of compressing a block, as a part of the largest stretch. */
const BLOCK = 1 / 16;

/** A worker that makes, compresses or hashes. */
class Lane {
  readonly #worker: WatchedWorker<ToLane, LaneAnswer>;
  readonly #jobs = new Map<number, { resolve: (answer: LaneAnswer) => void; reject: (error: Error) => void; work: number }>();
  #dead: EngineError | undefined;
  #last = 0;
  /** Which of the data that were lent it is or becomes a copy of, how many pieces of that are under way, and whether it had memory for all. Others do its work where it had not. */
  #of = 0;
  #pieces = 0;
  #fits = true;

  /** Work that waits or is being done. */
  get load(): number {
    let sum = 0;
    for (const { work } of this.#jobs.values()) sum += work;
    return sum;
  }

  constructor(script: string, module: WebAssembly.Module) {
    this.#worker = new WatchedWorker(script, (answer) => this.#hear(answer), (reason) => this.#fail(reason));
    this.#worker.post({ lane: module });
  }

  #hear(answer: LaneAnswer): void {
    const job = this.#jobs.get(answer.job);
    this.#jobs.delete(answer.job);
    if (answer.fault === undefined) job?.resolve(answer);
    else job?.reject(new EngineError(answer.fault));
  }

  #fail(reason: EngineError): void {
    this.#dead = reason;
    for (const job of this.#jobs.values()) job.reject(reason);
    this.#jobs.clear();
  }

  /** Whether it can do something; the browser may have ended it. */
  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Whether it has time for a stretch of the data that were lent as the `lent`th. It becomes a copy of other data when it is idle. */
  hasTimeFor({ closing, whole }: Stretch, lent: number): boolean {
    if (this.#of !== lent) return this.load === 0;
    return this.#fits && this.load < (closing && whole ? WORK_WHILE_READING : WORK);
  }

  /** Whether it is a copy and need not become one first. */
  get provided(): boolean {
    return this.#fits && this.#pieces === 0;
  }

  /** Becomes a copy of the data that were lent as the `lent`th, if it is none. */
  become(lent: number, copy: Lent["copy"]): void {
    if (this.#of === lent) return;
    this.#of = lent;
    this.#fits = true;
    const { pieces, recipe } = copy();
    for (const piece of pieces) {
      this.#pieces += 1;
      this.ask({ copy: piece, recipe }, [piece.bytes], 0)
        .catch(() => (this.#fits = false))
        .finally(() => (this.#pieces -= 1));
    }
  }

  ask(what: Asked, moved: ArrayBufferLike[], work = BLOCK): Promise<LaneAnswer> {
    if (this.#dead) return Promise.reject(this.#dead);
    const job = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#jobs.set(job, { resolve, reject, work });
      this.#worker.post({ job, ...what }, moved as ArrayBuffer[]);
    });
  }

  end(): void {
    this.#worker.end();
  }
}

/** As many lanes as are of use for one export. They may be started before there is one; `end` gives their memory back. */
export class Lanes {
  readonly #module: WebAssembly.Module;
  #lanes: Lane[];
  #hasher: Lane | undefined;
  /** How often data were lent. */
  #lent = 0;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
    const most = Math.max(1, Math.min(MOST_LANES, (navigator.hardwareConcurrency || 2) - 1));
    this.#lanes = Array.from({ length: most }, () => new Lane(self.location.href, module));
  }

  /** Whether there are any: the browser may have ended them. */
  get alive(): boolean {
    this.#lanes = this.#lanes.filter((lane) => lane.alive);
    return this.#lanes.length > 0;
  }

  /** Lets them help with an export. `here` is what this worker does itself, and `lent` what it has for others. */
  help(here: Pick<Helpers, "packHere">, lent?: Lent): Helpers {
    const copies = lent ? Math.min(this.#lanes.length, Math.floor(COPIES / lent.size)) : 0;
    for (const lane of this.#lanes.splice(copies || this.#lanes.length)) lane.end();
    const lanes = this.#lanes;
    const idlest = (fit = (_: Lane) => true) => lanes.filter(fit).reduce<Lane | undefined>((best, lane) => (best && best.load <= lane.load ? best : lane), undefined);
    const makers = lent && copies > 0 && {
      most: (1 + copies) * STRETCHES,
      make: (stretch: Stretch) => {
        const lane = idlest((lane) => lane.hasTimeFor(stretch, this.#lent));
        lane?.become(this.#lent, lent.copy);
        // It does one thing after the other, so it need not be waited for until it is a copy.
        return lane?.ask({ make: stretch }, [], stretch.work).then(({ made }) => made ?? lent.makeHere(stretch, pauses()));
      },
      provided: () => lanes.every((lane) => lane.provided),
      ...lent,
      take: () => {
        this.#lent += 1;
        lent.take();
      },
    };
    return {
      most: lanes.length * AHEAD,
      ...here,
      async pack(task, small) {
        const { packed, room } = await idlest()!.ask({ pack: task, small }, [task.bytes.buffer]);
        return { ...packed!, room: room! };
      },
      hash: (raw) => this.#hash(raw),
      ...(makers && { makers }),
    };
  }

  async #hash(raw: Raw): Promise<{ digest?: Uint8Array | undefined; room: Uint8Array }> {
    this.#hasher ??= new Lane(self.location.href, this.#module);
    const { digest, room } = await this.#hasher.ask({ hash: raw }, [raw.bytes.buffer]);
    return { digest, room: room! };
  }

  end(): void {
    for (const lane of this.#lanes) lane.end();
    this.#hasher?.end();
  }
}
