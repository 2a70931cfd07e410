// A file's checksum is the same whether the browser hashes it whole or the module block by block.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Digests } from "../../pkg/js/index.js";
import * as wasm from "../../pkg/windrow.js";

wasm.initSync({ module: readFileSync(new URL("../../pkg/windrow_bg.wasm", import.meta.url)) });

/** Files of so many blocks of ten bytes each; the last block may be short. */
const files = [[10], [10, 10, 10, 3], [10, 10], [0], [10, 10, 10, 10, 10, 1], [4]].map((lengths, file) =>
  lengths.map((length, i) => ({
    ticket: 0,
    file,
    hash: true,
    last: i === lengths.length - 1,
    before: new Uint8Array(),
    bytes: Uint8Array.from({ length }, (_, k) => 7 * file + 31 * i + k),
  })),
);

for (const [name, whole, streamed] of [["every file whole", 1000, 0], ["long files streamed", 20, 8], ["every file streamed", -1, 15]]) {
  test(name, async () => {
    const hasher = new wasm.Hasher();
    let blocks = 0;
    const digests = new Digests(async ({ bytes, last }) => {
      blocks += 1;
      hasher.update(bytes);
      return last ? hasher.finish() : undefined;
    }, whole);
    // Nobody waits for one block before giving the next.
    const answers = await Promise.all(files.map((file) => Promise.all(file.map((block) => digests.take(block)))));
    for (const [i, answer] of answers.entries()) {
      const expected = createHash("sha256");
      for (const { bytes } of files[i]) expected.update(bytes);
      assert.equal(Buffer.from(answer.pop()).toString("hex"), expected.digest("hex"), `file ${i}`);
      assert.ok(answer.every((digest) => digest === undefined));
    }
    assert.equal(blocks, streamed);
  });
}
