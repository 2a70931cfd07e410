// Runs an export with helpers: the module renders blocks here, others compress and hash them.
// The result is the same bytes as without helpers, whoever finishes first.
import type { Task, WasmExport } from "./types.js";

/** Those who compress and hash. */
export interface Helpers {
  /** How many blocks may be under way. */
  readonly most: number;
  /** Compresses a block, whose arrays may be moved away. */
  pack(task: Task, small: boolean): Promise<{ bytes: Uint8Array; crc: number }>;
  /** Takes the next block of a file; gives the file's digest after its last one. What it keeps it copies at once. */
  hash(task: Task): Promise<Uint8Array | undefined>;
}

/** The steps of an export: reads what it wants, hands blocks out, gives the ZIP in order. */
export async function share(
  job: WasmExport,
  helpers: Helpers,
  steps: { read(want: { file: number; start: number; end: number }): Promise<void>; write(bytes: Uint8Array): Promise<void> },
): Promise<void> {
  const small = job.small();
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
    const { bytes, crc } = await helpers.pack(task, small);
    job.packed(ticket, bytes, crc, raw);
  };
  const hash = async (task: Task) => {
    const digest = await helpers.hash(task);
    if (digest) job.hashed(task.file, digest);
  };
  for (let done = false; !done || underWay > 0; ) {
    if (failed) throw failed;
    const step = !done && underWay < helpers.most ? job.make() : { wait: true as const };
    if (step === undefined) {
      done = true;
    } else if ("want" in step) {
      await steps.read(step.want);
    } else if ("ticket" in step) {
      // The hasher comes first, because the block is moved to whoever compresses it.
      if (step.hash) settled(hash(step));
      settled(pack(step));
    } else if (underWay > 0) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const bytes = job.take();
    if (bytes.byteLength > 0) await steps.write(bytes);
  }
  if (failed) throw failed;
  const rest = job.take();
  if (rest.byteLength > 0) await steps.write(rest);
}
