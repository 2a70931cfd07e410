// Runs an export with helpers: they render tables, compress and hash, beside what is done here.
// The result is the same bytes as without helpers, whoever finishes first.
import { letGo } from "./memory.js";
import type { Raw, Stretch, Task, Want, WasmExport, WasmLane } from "./types.js";

/** A compressed block. */
export interface Packed {
  bytes: Uint8Array;
  crc: number;
}

/** What was made of a stretch. */
export interface Made extends Packed {
  /** Its length, unpacked. */
  raw: number;
  /** The digest of a file that is one stretch, perhaps still to come; or else the bytes to be hashed. */
  digest: Promise<Uint8Array | undefined> | Uint8Array | undefined;
  blocks: Uint8Array[];
}

/** Those who compress and hash, and make tables if they can. */
export interface Helpers {
  /** How many blocks may be under way; twice as many while some are compressed here. */
  readonly most: number;
  /** Compresses a block, whose memory may be moved away; what comes back as `room` is used again. */
  pack(task: Task, small: boolean): Promise<Packed & { room?: Uint8Array }>;
  /** Compresses a block at once and here, when all others have enough to do. Without it they are waited for. */
  packHere?(task: Task, small: boolean): Packed;
  /** Takes the next block of a file, whose memory may be moved away; gives the file's digest after its last one. */
  hash(raw: Raw): Promise<{ digest?: Uint8Array | undefined; room?: Uint8Array }>;
  /** Those who make tables. */
  readonly makers?: Makers;
}

/** Those who make tables. */
export interface Makers {
  /** How many stretches may be on their way into the archive. */
  readonly most: number;
  /** Takes what was lent: the data that the next stretches are of. What was given out before may still be made elsewhere. */
  take(): void;
  /** Lets go what was taken here, before more is read. */
  leave(): void;
  /** Whether those elsewhere have all they need for what they were given. Nobody here must wait for it. */
  provided(): boolean;
  /** Makes a stretch elsewhere; undefined when all there have enough to do. */
  make(stretch: Stretch): Promise<Made> | undefined;
  /** Makes a stretch here, and calls `pause` after every block. */
  makeHere(stretch: Stretch, pause: () => Promise<void>): Promise<Made>;
}

/** Bytes of the ZIP that are worth a write. */
const WORTH_WRITING = 4 << 20;

/** Bytes of memory in which a block travels to the hasher. */
const ROOM = 1 << 20;

/** Who hashes files, several at a time. The bytes are copied before `take` returns; it gives a file's digest after its last block. */
export interface Hashing {
  take(raw: Raw): Promise<Uint8Array | undefined>;
}

/** Makes a stretch in this thread; `pause` is called after every block. */
export async function makeStretch(lane: WasmLane, hashes: Hashing, { session, path, start, end, file, whole }: Stretch, pause?: () => Promise<void>): Promise<Made> {
  const making = lane.make(session, path, start, end);
  const blocks: Uint8Array[] = [];
  let digest: Promise<Uint8Array | undefined> | undefined;
  const take = (bytes: Uint8Array, last: boolean) => {
    if (whole) digest = hashes.take({ file, bytes, last });
    else blocks.push(bytes.slice());
  };
  while (making.step({ take })) await pause?.();
  const { crc, raw } = making;
  return { bytes: making.finish(), crc, raw, digest, blocks };
}

/** What an export has done for it. */
interface Steps {
  /** Reads a range and pushes it, and calls `between` after each piece. */
  read(want: Want, between: () => Promise<void>): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  /** Tells how far it is, and lets messages in now and then. */
  after(): Promise<void>;
  /** Lets messages in. */
  turn(): Promise<void>;
}

/** The steps of an export: reads what it wants, hands work out, gives the ZIP in order. */
export async function share(job: WasmExport, helpers: Helpers, steps: Steps): Promise<void> {
  const small = job.small();
  const rooms: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  /** All work under way, and the blocks among it. */
  let underWay = 0;
  let blocks = 0;
  let failed: unknown;
  let wake = () => {};
  const settled = (work: Promise<unknown>) => {
    underWay += 1;
    work
      .catch((error: unknown) => (failed ??= error))
      .finally(() => {
        underWay -= 1;
        wake();
      });
  };
  /** Counts what is done with a block. */
  const ofBlock = async (work: Promise<void>) => {
    blocks += 1;
    await work.finally(() => (blocks -= 1));
  };
  const pack = async (task: Task) => {
    const { ticket } = task;
    const raw = task.bytes.byteLength;
    const { bytes, crc, room } = await helpers.pack(task, small);
    job.packed(ticket, bytes, crc, raw);
    letGo(bytes.buffer);
    if (room) rooms.push(room);
  };
  const packHere = (task: Task) => {
    const { bytes, crc } = helpers.packHere!(task, small);
    job.packed(task.ticket, bytes, crc, task.bytes.byteLength);
    letGo(bytes.buffer);
    rooms.push(new Uint8Array(task.bytes.buffer));
  };
  const hashed = async (file: number, digest: Made["digest"]) => {
    const bytes = await digest;
    if (bytes) job.hashed(file, bytes);
  };
  const hash = async (raw: Raw) => {
    const { digest, room } = await helpers.hash(raw);
    await hashed(raw.file, digest);
    return room;
  };
  const hashCopy = async (task: Task) => {
    const room = await hash(copied(task));
    if (room) copies.push(room);
  };
  /** The same bytes in memory of their own. */
  const copied = ({ file, bytes, last }: Task): Raw => {
    const used = copies.pop();
    const room = used && used.byteLength >= bytes.byteLength ? used : new Uint8Array(Math.max(bytes.byteLength, ROOM));
    const copy = room.subarray(0, bytes.byteLength);
    copy.set(bytes);
    return { file, bytes: copy, last };
  };
  const { makers } = helpers;
  /** A stretch that was given out and that nobody has begun. */
  let next: Stretch | undefined;
  /** The part of the input that was lent. */
  let part: number | undefined;
  /** Bytes to be hashed of stretches whose turn has not come, by number. */
  const raws = new Map<number, Raw[]>();
  let turnOf = 0;
  const made = async (stretch: Stretch, making: Promise<Made>) => {
    const { number, file, start, end, last } = stretch;
    const { bytes, crc, raw, digest, blocks } = await making;
    job.made(number, end - start, bytes, crc, raw);
    letGo(bytes.buffer);
    if (digest) settled(hashed(file, digest));
    raws.set(number, blocks.map((bytes, i) => ({ file, bytes, last: last && i === blocks.length - 1 })));
    for (let turn = raws.get(turnOf); turn; turn = raws.get(++turnOf)) {
      raws.delete(turnOf);
      for (const raw of turn) settled(hash(raw));
    }
  };
  /** Hands stretches out; says whether one is left that nobody has time for. */
  const handOut = (makers: Makers): boolean => {
    while ((next ??= job.stretch(makers.most))) {
      if (next.part !== part) {
        part = next.part;
        job.lend();
        makers.take();
      }
      const making = makers.make(next);
      if (!making) return true;
      settled(made(next, making));
      next = undefined;
    }
    return false;
  };
  /** Makes here what nobody has time for. */
  const makeNext = async () => {
    const mine = next!;
    next = undefined;
    // Meanwhile others are to have enough to do.
    const pause = async () => {
      handOut(makers!);
      await steps.after();
    };
    await made(mine, makers!.makeHere(mine, pause));
  };
  /** Writes what of the ZIP is complete, if it is worth it. */
  const write = async (least = WORTH_WRITING) => {
    if (failed) throw failed;
    const bytes = job.take(least);
    if (bytes.byteLength > 0) await steps.write(bytes);
  };
  const news = () => new Promise<void>((resolve) => (wake = resolve));
  for (let done = false; !done || underWay > 0 || next; ) {
    if (failed) throw failed;
    const left = makers !== undefined && handOut(makers);
    const busy = blocks >= helpers.most;
    const full = blocks >= (helpers.packHere ? 2 : 1) * helpers.most;
    const step = !done && !full ? job.make(rooms.at(-1)) : { wait: true as const };
    if (step === undefined) {
      done = true;
    } else if ("want" in step) {
      if (next) await makeNext();
      // What cannot be made elsewhere is made here, of what was lent.
      while (!failed && underWay > 0 && makers?.provided() === false) await news();
      makers?.leave();
      await steps.read(step.want, write);
    } else if ("ticket" in step) {
      rooms.pop();
      if (step.hash) settled(ofBlock(hashCopy(step)));
      if (busy) packHere(step);
      else settled(ofBlock(pack(step)));
      // Who is busy must be able to say that it no longer is.
      if (busy) await steps.turn();
    } else if (left) {
      await makeNext();
    } else if (!("more" in step) && underWay > 0) {
      await news();
    }
    await write();
    await steps.after();
  }
  if (failed) throw failed;
  makers?.leave();
  await write(0);
}
