// Reading goes on when the browser's stream falls silent, is refused or breaks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RangeReader } from "../../pkg/js/index.js";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

/** A file whose streams are made by `stream`, and whose slices work. */
function fake(stream, from = 0, to = bytes.length) {
  return {
    size: to - from,
    slice: (start, end) => fake(stream, from + start, from + end),
    stream: () => stream(bytes.slice(from, to)),
    arrayBuffer: async () => bytes.slice(from, to).buffer,
  };
}

const streamOf = (read) => ({ getReader: () => ({ read, cancel: async () => {} }) });

async function readAll(file, options) {
  const reader = new RangeReader({ segment: 300, piece: 64, patience: 5, ...options });
  const got = [];
  await reader.read(file, 10, 990, (piece) => got.push(...piece));
  return { got, stalls: reader.stalls };
}

const whole = [...bytes.slice(10, 990)];

test("a real Blob comes whole", async () => {
  assert.deepEqual(await readAll(new Blob([bytes])), { got: whole, stalls: 0 });
});

test("pieces whose memory is moved away come whole, each in memory that was asked for", async () => {
  const sizes = [];
  const room = (size) => (sizes.push(size), new ArrayBuffer(64));
  const got = [];
  const reader = new RangeReader({ segment: 300, piece: 64, room });
  await reader.read(new Blob([bytes]), 10, 990, (piece) => {
    got.push(...structuredClone(piece, { transfer: [piece.buffer] }));
    assert.equal(piece.byteLength, 0);
  });
  assert.deepEqual(got, whole);
  assert.ok(sizes.length > 980 / 64 && sizes.every((size) => size <= 64));
});

test("a reader that never settles is given up, and no third one is tried", async () => {
  let tried = 0;
  const silent = () => streamOf(() => (tried++, new Promise(() => {})));
  assert.deepEqual(await readAll(fake(silent)), { got: whole, stalls: 2 });
  assert.equal(tried, 2);
});

test("a reader that falls silent halfway loses and repeats nothing", async () => {
  const halfway = (part) => {
    let reads = 0;
    return streamOf(async (view) => {
      if (reads++ > 0) return new Promise(() => {});
      view.set(part.subarray(0, view.length));
      return { done: false, value: view };
    });
  };
  assert.deepEqual((await readAll(fake(halfway))).got, whole);
});

test("a browser without byte streams reads by slices", async () => {
  const refuses = () => ({ getReader: () => { throw new TypeError("no byob"); } });
  assert.deepEqual(await readAll(fake(refuses)), { got: whole, stalls: 0 });
});

test("a stream that breaks is tried again by slices", async () => {
  const broken = () => streamOf(() => Promise.reject(new TypeError("network error")));
  assert.deepEqual((await readAll(fake(broken))).got, whole);
});

test("a file that is gone is an error with its place", async () => {
  const gone = fake(() => streamOf(() => Promise.reject(new Error("gone"))));
  const dead = { ...gone, slice: () => ({ ...gone, arrayBuffer: () => Promise.reject(new DOMException("gone", "NotFoundError")) }) };
  await assert.rejects(readAll(dead), { code: "io", place: { byte: 10 } });
});

test("called off means no further piece", async () => {
  const stop = new AbortController();
  const reader = new RangeReader({ segment: 300, piece: 64, signal: stop.signal });
  let pieces = 0;
  const reading = reader.read(new Blob([bytes]), 0, 1000, () => {
    pieces += 1;
    stop.abort();
  });
  await assert.rejects(reading, { code: "aborted" });
  assert.equal(pieces, 1);
});

test("an error of whoever uses the bytes passes unchanged", async () => {
  const mine = new Error("mine");
  const reader = new RangeReader();
  await assert.rejects(reader.read(new Blob([bytes]), 0, 10, () => { throw mine; }), mine);
});
