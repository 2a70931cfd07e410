// `node tests/bench/lanes.mjs FILE`: seconds of every lane of the whole job in the wasm module, measured at its border on one
// thread, as a line of JSON; `lanes.rs` does the same natively. Memory of blocks is used again, as the page does it.
import { readFileSync } from "node:fs";
import * as wasm from "../../pkg/windrow.js";

/** Bytes that are pushed at once. */
const PIECE = 1 << 20;

const seconds = { parse: 0, plan: 0, render: 0, deflate: 0, hash: 0, write: 0 };

/** Runs a step and adds its time to a lane. */
function lap(lane, step) {
  const start = performance.now();
  const result = step();
  seconds[lane] += (performance.now() - start) / 1000;
  return result;
}

wasm.initSync({ module: readFileSync(new URL("../../pkg/windrow_bg.wasm", import.meta.url)) });
const bytes = readFileSync(process.argv[2]);
const study = new wasm.Study();
study.add_file("backup.bin", bytes.length);
for (let want = lap("parse", () => study.want()); want; want = lap("parse", () => study.want())) {
  for (let at = want.start; at < want.end; at += PIECE) lap("parse", () => study.push(bytes.subarray(at, Math.min(want.end, at + PIECE))));
}
const job = lap("plan", () => study.export(wasm.default_recipe()));
const hasher = new wasm.Hasher();
let rendered = 0;
let room;
for (let task = lap("render", () => job.make()); task; task = lap("render", () => job.make(room))) {
  rendered += task.bytes.length;
  if (task.hash) lap("hash", () => hasher.update(task.bytes));
  if (task.hash && task.last) job.hashed(task.file, hasher.finish());
  const { bytes, crc } = lap("deflate", () => wasm.pack_block(task.bytes, task.last, false));
  lap("write", () => {
    job.packed(task.ticket, bytes, crc, task.bytes.length);
    job.take();
  });
  room = new Uint8Array(task.bytes.buffer);
}
console.log(JSON.stringify({ input: bytes.length, rendered, seconds }));
