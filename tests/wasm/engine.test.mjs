// The wasm module in Node, through the JavaScript API: the same bytes as the command line, however they are read.
import assert from "node:assert/strict";
import { openAsBlob, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, test } from "node:test";
import { open } from "../../pkg/js/index.js";
import * as wasm from "../../pkg/windrow.js";
import { example, exportByCli, root } from "./cli.mjs";

before(() => wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) }));

const inputOf = (...paths) => Promise.all(paths.map(async (path) => ({ path: basename(path), blob: await openAsBlob(path) })));

/** A sink that keeps what it gets, and notes how it ended. */
function memory() {
  const parts = [];
  const sink = {
    ended: "",
    write: (bytes) => void parts.push(Buffer.from(bytes)),
    close: () => void (sink.ended += "closed"),
    abort: () => void (sink.ended += "aborted"),
    bytes: () => Buffer.concat(parts),
  };
  return sink;
}

test("the module and the command line give the same ZIP", async () => {
  const study = await open(wasm, await inputOf(example));
  const sink = memory();
  let last = 0;
  const { name, size } = await study.export(wasm.default_recipe(), sink, {
    onProgress(part) {
      assert.ok(part >= last && part <= 1, `${part} after ${last}`);
      last = part;
    },
  });
  assert.match(name, /\.zip$/);
  assert.equal(size, sink.bytes().length);
  assert.equal(sink.ended, "closed");
  assert.ok(sink.bytes().equals(exportByCli([example])));
});

/** Each folder of each case is one drop. */
const cases = join(root, "tests/cases/uproot");
const folders = (path) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const [name, input] of folders(cases).flatMap(({ name }) => folders(join(cases, name)).map((input) => [name, input.name]))) {
  test(`the module agrees with the command line on ${name}, ${input}`, async () => {
    const drop = readdirSync(join(cases, name, input)).sort().map((file) => join(cases, name, input, file));
    const sink = memory();
    const study = await open(wasm, await inputOf(...drop));
    await study.export(wasm.default_recipe(), sink);
    const expected = exportByCli(drop);
    assert.ok(sink.bytes().equals(expected), `${sink.bytes().length} bytes, expected ${expected.length}`);
  });
}

test("the way of reading does not show in the result", async () => {
  const zips = [];
  for (const options of [{}, { segment: 700, piece: 1 }, { segment: 64, piece: 7 }]) {
    const study = await open(wasm, await inputOf(example), options);
    const sink = memory();
    await study.export(wasm.default_recipe(), sink);
    zips.push(sink.bytes());
  }
  assert.ok(zips.every((zip) => zip.equals(zips[0])));
});

test("summary, tables and preview agree", async () => {
  const study = await open(wasm, await inputOf(example));
  const { summary } = study;
  assert.equal(summary.system, "uproot");
  assert.ok(summary.sessions.length > 0 && summary.fields.length > 0);
  const recipe = wasm.default_recipe();
  const tables = study.tables(recipe);
  assert.ok(tables.length > 0);
  for (const table of tables) {
    const all = study.preview(recipe, table.path, 0, table.rows + 10);
    assert.deepEqual(all.columns, table.columns, table.path);
    assert.equal(all.total, table.rows, table.path);
    assert.equal(all.rows.length, table.rows, table.path);
    const part = study.preview(recipe, table.path, 1, 2);
    assert.deepEqual(part.rows, all.rows.slice(1, 3), table.path);
  }
});

test("an export that is called off leaves nothing", async () => {
  const study = await open(wasm, await inputOf(example));
  const stop = new AbortController();
  const sink = memory();
  stop.abort();
  await assert.rejects(study.export(wasm.default_recipe(), sink, { signal: stop.signal }), { code: "aborted" });
  assert.equal(sink.ended, "aborted");
});

test("a sink that fails ends the export with its own error", async () => {
  const study = await open(wasm, await inputOf(example));
  const full = new Error("disk full");
  const sink = { ...memory(), write: () => { throw full; } };
  await assert.rejects(study.export(wasm.default_recipe(), sink), full);
});

test("errors have a code, a place and advice", async () => {
  for (const [content, code] of [["", "empty"], ["hello, this is no dump\n", "unknown-format"]]) {
    await assert.rejects(open(wasm, [{ path: "notes.txt", blob: new Blob([content]) }]), (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.code, code);
      assert.equal(error.place.file, "notes.txt");
      assert.ok(error.message.length > 0 && error.advice.length > 0);
      return true;
    });
  }
});

test("a table or session that does not exist is an error, not a crash", async () => {
  const study = await open(wasm, await inputOf(example));
  const recipe = wasm.default_recipe();
  assert.throws(() => study.preview(recipe, "no/such/table.csv", 0, 1), { code: "no-such-table" });
  assert.throws(() => study.tables({ ...recipe, sessions: ["no such session"] }), { code: "no-such-session" });
});
