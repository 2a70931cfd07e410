// `node tests/bench/lanes.mjs FILE`: seconds of every lane of the whole job in the wasm module, measured at its border on one
// thread, as a line of JSON; `lanes.rs` does the same natively. Memory of blocks is used again, as the page does it, and the
// example is done over and over before, as in the page: the engine makes code fast that has run often.
import { readFileSync } from "node:fs";
import * as wasm from "../../pkg/windrow.js";

/** Bytes that are pushed at once. */
const PIECE = 1 << 20;

/** Milliseconds of practice, as in `www/src/worker.ts`. */
const PRACTICE = 600;

/** The whole job on some bytes: how many were rendered, and seconds of every lane. */
function job(name, bytes) {
  const seconds = { parse: 0, plan: 0, render: 0, deflate: 0, hash: 0, write: 0 };
  /** Runs a step and adds its time to a lane. */
  const lap = (lane, step) => {
    const start = performance.now();
    const result = step();
    seconds[lane] += (performance.now() - start) / 1000;
    return result;
  };
  const study = new wasm.Study();
  study.add_file(name, bytes.length);
  for (let want = lap("parse", () => study.want()); want; want = lap("parse", () => study.want())) {
    for (let at = want.start; at < want.end; at += PIECE) lap("parse", () => study.push(bytes.subarray(at, Math.min(want.end, at + PIECE))));
  }
  const work = lap("plan", () => study.export(wasm.default_recipe()));
  const hasher = new wasm.Hasher();
  let rendered = 0;
  let room;
  for (let task = lap("render", () => work.make()); task; task = lap("render", () => work.make(room))) {
    rendered += task.bytes.length;
    if (task.hash) lap("hash", () => hasher.update(task.bytes));
    if (task.hash && task.last) work.hashed(task.file, hasher.finish());
    const { bytes, crc } = lap("deflate", () => wasm.pack_block(task.bytes, task.last, false));
    lap("write", () => {
      work.packed(task.ticket, bytes, crc, task.bytes.length);
      work.take();
    });
    room = new Uint8Array(task.bytes.buffer);
  }
  for (const part of [work, hasher, study]) part.free();
  return { input: bytes.length, rendered, seconds };
}

wasm.initSync({ module: readFileSync(new URL("../../pkg/windrow_bg.wasm", import.meta.url)) });
const example = readFileSync(new URL("../../www/example/example.msgpack.gz", import.meta.url));
for (const until = performance.now() + PRACTICE; performance.now() < until; ) job("example.msgpack.gz", example);
console.log(JSON.stringify(job("backup.bin", readFileSync(process.argv[2]))));
