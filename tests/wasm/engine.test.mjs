// The wasm module in Node, through the JavaScript API: the same bytes as the command line, however they are read.
import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

const folders = (path) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** Exports a drop with the module and with the command line, and expects the same bytes. */
async function agrees(drop, recipe, ...options) {
  const sink = memory();
  const study = await open(wasm, await inputOf(...drop));
  await study.export(recipe, sink);
  const expected = exportByCli(drop, ...options);
  assert.ok(sink.bytes().equals(expected), `${sink.bytes().length} bytes, expected ${expected.length}`);
}

/** Each folder of each case is one drop. */
const cases = join(root, "tests/cases/uproot");
for (const [name, input] of folders(cases).flatMap(({ name }) => folders(join(cases, name)).map((input) => [name, input.name]))) {
  test(`the module agrees with the command line on ${name}, ${input}`, async () => {
    const drop = readdirSync(join(cases, name, input)).sort().map((file) => join(cases, name, input, file));
    await agrees(drop, wasm.default_recipe());
  });
}

/** Exported texts, loose or in a ZIP: those that open, as one drop each. */
const texts = join(root, "tests/cases/texts");
const opens = (name) => !JSON.parse(readFileSync(join(texts, name, "case.json"), "utf8")).error;
for (const { name } of folders(texts).filter(({ name }) => opens(name))) {
  test(`the module agrees with the command line on the exported text ${name}`, async () => {
    const files = readdirSync(join(texts, name, "input"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    await agrees(files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort(), wasm.default_recipe());
  });
}

const psynet = join(root, "tests/cases/psynet");
const database = (name) => join(psynet, name, "database.zip");
for (const { name } of folders(psynet)) {
  test(`the module agrees with the command line on PsyNet's ${name}`, () => agrees([database(name)], wasm.default_recipe()));
}

test("the choices for PsyNet mean the same on the page and on the command line", async () => {
  const choices = { form: "anonymous", assets: "all", database: false, timeline: false, basic_data: true, logs: true, source_code: true };
  const recipe = { ...wasm.default_recipe(), filetype: "jsonl", psynet: choices };
  const options = ["--filetype", "jsonl", "--form", "anonymous", "--assets", "all", "--no-database", "--no-timeline", "--basic-data", "--logs", "--source-code"];
  await agrees([database("kitchen_sink"), join(psynet, "kitchen_sink/source_code.zip")], recipe, ...options);
});

for (const [system, path] of [["uproot", example], ["PsyNet", database("kitchen_sink")]]) {
  test(`the module agrees with the command line on ${system}'s tables for spreadsheets`, () =>
    agrees([path], { ...wasm.default_recipe(), filetype: "spreadsheet" }, "--spreadsheet"));
}

test("the module agrees with the command line on the database that comes with the tables", () =>
  agrees([example], { ...wasm.default_recipe(), database: true }, "--database"));

test("tables of PsyNet's are looked up by ranges, several at once", async () => {
  const study = await open(wasm, await inputOf(database("kitchen_sink")));
  const { psynet, sessions } = study.summary;
  assert.deepEqual([study.summary.system, psynet.version, psynet.participants, psynet.bots, sessions], ["psynet", "13.3.0", 7, 3, []]);
  const recipe = wasm.default_recipe();
  const tables = study.tables(recipe);
  assert.deepEqual(tables.filter(({ view }) => view === "data").map(({ kind }) => kind), psynet.classes.map((one) => one.class));
  const looks = await Promise.all(tables.map(({ path }) => study.preview(recipe, path, 0, 1000)));
  for (const [i, table] of tables.entries()) {
    assert.deepEqual(looks[i].columns, table.columns, table.path);
    assert.equal(looks[i].rows.length, table.rows ?? looks[i].total, table.path);
    const part = await study.preview(recipe, table.path, 1, 2);
    assert.deepEqual(part.rows, looks[i].rows.slice(1, 3), table.path);
  }
  const timeline = tables.findIndex(({ view }) => view === "timeline");
  assert.ok(looks[timeline].total > 100);
});

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
    const all = await study.preview(recipe, table.path, 0, table.rows + 10);
    assert.deepEqual(all.columns, table.columns, table.path);
    assert.equal(all.total, table.rows, table.path);
    assert.equal(all.rows.length, table.rows, table.path);
    const part = await study.preview(recipe, table.path, 1, 2);
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
  await assert.rejects(study.preview(recipe, "no/such/table.csv", 0, 1), { code: "no-such-table" });
  assert.throws(() => study.tables({ ...recipe, sessions: ["no such session"] }), { code: "no-such-session" });
});

/** The same key for the module and, as a file, for the command line. */
function projectKey(t) {
  const folder = mkdtempSync(join(tmpdir(), "windrow-key-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
  const path = join(folder, "key");
  writeFileSync(path, `windrow-project-key/1\n${Buffer.from(key).toString("hex")}\n`);
  return { given: { key, project: true, approved: [] }, path };
}

/** A sink that can be read again. */
function spool() {
  const sink = memory();
  return { ...sink, read: (start, end) => new Uint8Array(sink.bytes().subarray(start, end)), sink };
}

test("a prepared PsyNet export is the command line's", async (t) => {
  const { given, path } = projectKey(t);
  const study = await open(wasm, await inputOf(database("kitchen_sink")));
  const recipe = { ...wasm.default_recipe(), protect: wasm.default_preset() };
  const prepared = await study.protect(recipe, given);
  const kept = spool();
  await prepared.export(recipe, kept);
  assert.ok(kept.sink.bytes().equals(exportByCli([database("kitchen_sink")], "--protect", "share", "--key", path)));
});

test("a prepared study is the command line's, and a ZIP with a leak never closes its spool", async (t) => {
  const { given, path } = projectKey(t);
  const canary = join(root, "tests/cases/protect/canary/uproot_canary.msgpack");
  const study = await open(wasm, await inputOf(canary));
  const recipe = { ...wasm.default_recipe(), protect: wasm.default_preset() };
  const { protection } = await study.look(recipe);
  assert.equal(protection.rows.find(({ path }) => path === "player..age").class, "quasi");
  const kept = spool();
  const prepared = await study.protect(recipe, given);
  const { leaks } = await prepared.export(recipe, kept);
  assert.deepEqual([leaks.total, kept.sink.ended], [0, "closed"]);
  assert.ok(kept.sink.bytes().equals(exportByCli([canary], "--protect", "share", "--key", path)));
  const thrown = spool();
  const broken = { ...thrown, read: () => { throw new Error("gone"); } };
  await assert.rejects(prepared.export(recipe, broken), { code: "io" });
  assert.equal(thrown.sink.ended, "aborted", "what was not searched is not kept");
});
