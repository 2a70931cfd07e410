// Runs an export with helpers: the module renders blocks here, others compress and hash them.
// The result is the same bytes as without helpers, whoever finishes first.
import type { Task, WasmExport } from "./types.js";

/** A compressed block. */
export interface Packed {
  bytes: Uint8Array;
  crc: number;
}

/** Those who compress and hash. */
export interface Helpers {
  /** How many blocks may be under way; twice as many while some are compressed here. */
  readonly most: number;
  /** Compresses a block, whose memory may be moved away; what comes back as `room` is used again. */
  pack(task: Task, small: boolean): Promise<Packed & { room?: Uint8Array }>;
  /** Compresses a block at once and here, when all others have enough to do. Without it they are waited for. */
  packHere?(task: Task, small: boolean): Packed;
  /** Hashes a whole file at once and here. Without it all are given to `hash`. */
  hashHere?(bytes: Uint8Array): Uint8Array;
  /** Takes the next block of a file; gives the file's digest after its last one. What it keeps it copies at once. */
  hash(task: Task): Promise<Uint8Array | undefined>;
}

/** Bytes of the ZIP that are worth a write. */
const WORTH_WRITING = 4 << 20;

/** Files of no more bytes are done here: to hand them to somebody takes longer. */
const LITTLE = 32 << 10;

/** The steps of an export: reads what it wants, hands blocks out, gives the ZIP in order. */
export async function share(
  job: WasmExport,
  helpers: Helpers,
  steps: { read(want: { file: number; start: number; end: number }): Promise<void>; write(bytes: Uint8Array): Promise<void>; after(): Promise<void>; turn(): Promise<void> },
): Promise<void> {
  const small = job.small();
  const rooms: Uint8Array[] = [];
  let underWay = 0;
  let failed: unknown;
  let wake = () => {};
  const settled = (work: Promise<void>) => {
    underWay += 1;
    work
      .catch((error: unknown) => (failed ??= error))
      .finally(() => {
        underWay -= 1;
        wake();
      });
  };
  const pack = async (task: Task) => {
    const { ticket } = task;
    const raw = task.bytes.byteLength;
    const { bytes, crc, room } = await helpers.pack(task, small);
    job.packed(ticket, bytes, crc, raw);
    if (room) rooms.push(room);
  };
  const packHere = (task: Task) => {
    const { bytes, crc } = helpers.packHere!(task, small);
    job.packed(task.ticket, bytes, crc, task.bytes.byteLength);
    rooms.push(new Uint8Array(task.bytes.buffer));
  };
  /** A little file is compressed and hashed at once; says whether it was one. */
  const wholeHere = (task: Task) => {
    const { last, before, bytes } = task;
    if (!helpers.packHere || !helpers.hashHere || !last || before.byteLength > 0 || bytes.byteLength > LITTLE) return false;
    if (task.hash) job.hashed(task.file, helpers.hashHere(bytes));
    packHere(task);
    return true;
  };
  const hash = async (task: Task) => {
    const digest = await helpers.hash(task);
    if (digest) job.hashed(task.file, digest);
  };
  for (let done = false; !done || underWay > 0; ) {
    if (failed) throw failed;
    const busy = underWay >= helpers.most;
    const full = underWay >= (helpers.packHere ? 2 : 1) * helpers.most;
    const step = !done && !full ? job.make(rooms.pop()) : { wait: true as const };
    if (step === undefined) {
      done = true;
    } else if ("want" in step) {
      await steps.read(step.want);
    } else if ("ticket" in step && wholeHere(step)) {
      // Nobody was bothered with it.
    } else if ("ticket" in step) {
      // The hasher comes first, because the block is moved to whoever compresses it.
      if (step.hash) settled(hash(step));
      if (busy) packHere(step);
      else settled(pack(step));
      // Who is busy must be able to say that it no longer is.
      if (busy) await steps.turn();
    } else if (!("more" in step) && underWay > 0) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const bytes = job.take(WORTH_WRITING);
    if (bytes.byteLength > 0) await steps.write(bytes);
    await steps.after();
  }
  if (failed) throw failed;
  const rest = job.take();
  if (rest.byteLength > 0) await steps.write(rest);
}
