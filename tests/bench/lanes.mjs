// `node tests/bench/lanes.mjs FILE`: seconds of every lane of the whole job in the wasm module, at the border where the page
// meets it, on one thread, as a line of JSON; `lanes.rs` does the same natively, and tells rendering from deflating. The example
// is done over and over before, as in the page: the engine makes code fast that has run often.
import { readFileSync } from "node:fs";
import * as wasm from "../../pkg/windrow.js";

/** Bytes that are pushed at once. */
const PIECE = 1 << 20;

/** Milliseconds of practice, as in `www/src/worker.ts`. */
const PRACTICE = 600;

/** The whole job on some bytes: how many were rendered but for little files, and seconds of every lane; `make` is rendering and deflating. */
function job(name, bytes) {
  const seconds = { parse: 0, plan: 0, make: 0, hash: 0, write: 0 };
  /** Runs a step and adds its time to a lane. */
  const lap = (lane, step) => {
    const start = performance.now();
    const result = step();
    seconds[lane] += (performance.now() - start) / 1000;
    return result;
  };
  /** Pushes what is wanted. */
  const read = (work, { start, end }) => {
    for (let at = start; at < end; at += PIECE) lap("parse", () => work.push(bytes.subarray(at, Math.min(end, at + PIECE))));
  };
  const study = new wasm.Study();
  study.add_file(name, bytes.length);
  for (let want = lap("parse", () => study.want()); want; want = lap("parse", () => study.want())) read(study, want);
  const recipe = wasm.default_recipe();
  const work = lap("plan", () => study.export(recipe));
  const hasher = new wasm.Hasher();
  let rendered = 0;
  let lane;
  /** Lets go what makes tables of the part of the input at hand. */
  const leave = () => {
    lane?.free();
    lane = undefined;
  };
  /** Hashes some bytes of a file; gives its digest after the last. */
  const hash = (bytes, last) => {
    rendered += bytes.length;
    return lap("hash", () => {
      hasher.update(bytes);
      return last ? hasher.finish() : undefined;
    });
  };
  const makeTable = ({ number, file, session, path, start, end }) => {
    let digest;
    const before = seconds.hash;
    const making = lap("make", () => {
      const making = lane.make(session, path, start, end);
      while (making.step({ take: (bytes, last) => (digest = hash(bytes, last)) }));
      return making;
    });
    seconds.make -= seconds.hash - before;
    lap("write", () => {
      const { crc, raw } = making;
      work.made(number, end - start, making.finish(), crc, raw);
      if (digest) work.hashed(file, digest);
    });
  };
  const pack = ({ ticket, file, bytes, last, hash: listed }) => {
    const digest = listed ? hash(bytes, last) : undefined;
    if (digest) work.hashed(file, digest);
    const packed = lap("make", () => wasm.pack_block(bytes, last, false));
    lap("write", () => work.packed(ticket, packed.bytes, packed.crc, bytes.length));
  };
  for (let task = {}; task; ) {
    for (let stretch = lap("plan", () => work.stretch(1)); stretch; stretch = lap("plan", () => work.stretch(1))) {
      if (!lane) {
        work.lend();
        lane = new wasm.Lane(recipe);
      }
      makeTable(stretch);
    }
    task = lap("make", () => work.make());
    if (task?.bytes) pack(task);
    if (task?.want) {
      leave();
      read(work, task.want);
    }
    lap("write", () => work.take());
  }
  leave();
  for (const part of [work, hasher, study]) part.free();
  return { input: bytes.length, rendered, seconds };
}

wasm.initSync({ module: readFileSync(new URL("../../pkg/windrow_bg.wasm", import.meta.url)) });
const example = readFileSync(new URL("../../www/example/example.msgpack.gz", import.meta.url));
for (const until = performance.now() + PRACTICE; performance.now() < until; ) job("example.msgpack.gz", example);
console.log(JSON.stringify(job("backup.bin", readFileSync(process.argv[2]))));
