// What is known before saving holds: the contents are those of the ZIP, and the command line gives the same bytes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, openAsBlob, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { before, test } from "node:test";
import { open } from "../../pkg/js/index.js";
import * as wasm from "../../pkg/windrow.js";
import { example, root, windrow } from "./cli.mjs";

before(() => wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) }));

const database = join(root, "tests/cases/psynet/kitchen_sink/database.zip");
const study = async (path) => open(wasm, [{ path: basename(path), blob: await openAsBlob(path) }]);

async function zipOf(opened, recipe) {
  const parts = [];
  await opened.export(recipe, { write: (bytes) => void parts.push(Buffer.from(bytes)), close() {}, abort() {} });
  return Buffer.concat(parts);
}

/** Names and unpacked sizes from a ZIP's directory (small ZIPs: no ZIP64). */
function directory(zip) {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const found = [];
  for (let at = zip.readUInt32LE(end + 16); at < end; ) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    found.push([zip.toString("utf8", at + 46, at + 46 + name), zip.readUInt32LE(at + 24)]);
    at += 46 + name + extra + comment;
  }
  return found;
}

const choices = { as_usual: {}, jsonl: { filetype: "jsonl" }, grouped: { gvars: ["app"], filters: false } };
for (const path of [example, database]) {
  for (const [name, change] of Object.entries(choices)) {
    test(`the contents are those of the ZIP: ${basename(path)}, ${name}`, async () => {
      const opened = await study(path);
      const recipe = { ...wasm.default_recipe(), ...change };
      const contents = await opened.contents(recipe);
      assert.deepEqual(contents.map((file) => [file.path, file.bytes]), directory(await zipOf(opened, recipe)));
      const rows = new Map(contents.map((file) => [file.path, file.rows]));
      for (const table of opened.tables(recipe)) assert.equal(rows.get(table.path), table.rows, table.path);
      assert.equal(contents.filter((file) => file.rows !== null).length, opened.tables(recipe).length);
    });
  }
}

test("advice has its place, and only CSV files have any", async () => {
  const opened = await study(database);
  const harmed = (await opened.contents(wasm.default_recipe())).filter((file) => file.advice.length > 0);
  for (const { advice, rows } of harmed) {
    for (const { count, row, columns } of advice) assert.ok(count > 0 && row > 0 && row <= rows && columns.length > 0);
  }
  const asJsonl = await opened.contents({ ...wasm.default_recipe(), filetype: "jsonl" });
  assert.deepEqual(asJsonl.flatMap(({ advice }) => advice), [], "JSON Lines are not opened by spreadsheets");
});

const recipes = [
  [example, {}],
  [example, { filetype: "jsonl", filters: false, compression: "small" }],
  [example, { views: ["page_times", "latest_by"], gvars: ["app", "it's \"a\" $HOME `b`\\"] }],
  [database, { psynet: { form: "anonymous", assets: "all", database: false, timeline: false, basic_data: true, logs: true, source_code: true } }],
];
for (const [path, change] of recipes) {
  test(`the command line does what the recipe says: ${basename(path)} ${JSON.stringify(change)}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "windrow-command-"));
    try {
      const name = `-a ${basename(path)} of 'mine' $x`;
      cpSync(path, join(folder, name));
      const recipe = { ...wasm.default_recipe(), ...change };
      const command = wasm.command_line(recipe, [name], "my out.zip");
      const env = { ...process.env, PATH: `${dirname(windrow)}${delimiter}${process.env.PATH}` };
      const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, env, encoding: "utf8" });
      assert.ok(status === 0 || status === 1, `${command}\n${stderr}`); // 1: with problems
      const opened = await open(wasm, [{ path: name, blob: await openAsBlob(path) }]);
      assert.ok(readFileSync(join(folder, "my out.zip")).equals(await zipOf(opened, recipe)), command);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
