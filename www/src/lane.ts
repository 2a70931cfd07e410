// The end of a lane that works: it makes tables, compresses and hashes for the worker that holds the data.
import * as wasm from "windrow-wasm";
import { become, makeStretch, type Instance } from "./engine/index.js";
import type { Helpers } from "./engine/share.js";
import type { Task } from "./engine/types.js";
import { Hashes } from "./hashes.js";
import type { LaneAnswer, LaneJob, ToLane } from "./lanes.js";
import { faultOfWork } from "./trap.js";

function pack({ bytes, last }: Task, small: boolean) {
  const packed = wasm.pack_block(bytes, last, small);
  const answer = { bytes: packed.bytes as Uint8Array<ArrayBuffer>, crc: packed.crc };
  packed.free();
  return answer;
}

/** What the worker that holds the data does itself. */
export const here: Required<Pick<Helpers, "packHere">> = { packHere: pack };

export class LaneEnd {
  readonly #post: (answer: LaneAnswer, moved: Transferable[]) => void;
  readonly #hashes = new Hashes();
  #instance: Instance | undefined;
  /** Bytes that were copied of the instance that holds the data. */
  #copied = 0;
  #tables: wasm.Lane | undefined;

  constructor(post: (answer: LaneAnswer, moved: Transferable[]) => void) {
    this.#post = post;
  }

  async hear(data: ToLane): Promise<void> {
    if ("lane" in data) {
      this.#instance = wasm.initSync({ module: data.lane });
      return;
    }
    try {
      const answer = await this.#work(data);
      const arrays = [answer.packed?.bytes, answer.room, answer.digest, answer.made?.bytes, ...(answer.made?.blocks ?? [])];
      this.#post(answer, arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])));
    } catch (error) {
      this.#post({ job: data.job, ...faultOfWork(error) }, []);
    }
  }

  async #work(data: LaneJob): Promise<LaneAnswer> {
    const { job } = data;
    if ("copy" in data) {
      const { at, size, bytes } = data.copy;
      if (at === 0) {
        this.#copied = 0;
        this.#tables?.free();
        this.#tables = undefined;
        this.#hashes.clear();
      }
      const { byteLength } = bytes;
      become(this.#instance!, data.copy);
      // A piece for which there was no memory is missing for good, even if there is some for the next.
      this.#copied += byteLength;
      if (this.#copied === size) this.#tables = new wasm.Lane(data.recipe);
      return { job };
    }
    if ("make" in data) {
      if (!this.#tables) return { job };
      const made = await makeStretch(this.#tables, this.#hashes, data.make);
      return { job, made: { ...made, digest: await made.digest } };
    }
    if ("pack" in data) {
      const room = new Uint8Array(data.pack.bytes.buffer as ArrayBuffer);
      return { job, packed: pack(data.pack, data.small), room };
    }
    const room = new Uint8Array(data.hash.bytes.buffer as ArrayBuffer);
    return { job, digest: await this.#hashes.take(data.hash), room };
  }
}
