// A study whose changes are too many to be held at once, through the JavaScript API: the same ZIP, one session near.
import assert from "node:assert/strict";
import { openAsBlob, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { open } from "../../pkg/js/index.js";
import * as wasm from "../../pkg/windrow.js";
import { example, exportByCli, root } from "./cli.mjs";

before(() => wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) }));

const several = join(root, "tests/cases/uproot/real_pd_repeated_room/dump/backup.bin");
const opened = async (path, options = { part: 0 }) => open(wasm, [{ path: path.split("/").at(-1), blob: await openAsBlob(path) }], options);
const without = ({ parts, ...summary }) => summary;

for (const path of [example, several]) {
  test(`parts of one session give the same summary and ZIP: ${path.split("/").at(-1)}`, async () => {
    let last = 0;
    const onProgress = (done, total) => (last = done / total);
    const [whole, study] = [await opened(path, {}), await opened(path, { part: 0, onProgress })];
    assert.equal(study.summary.parts, study.summary.sessions.length);
    assert.ok(Math.abs(last - 1) < 1e-9, `${last}`);
    assert.deepEqual(without(study.summary), without(whole.summary));
    const pieces = [];
    await study.export(wasm.default_recipe(), { write: (bytes) => void pieces.push(Buffer.from(bytes)), close() {}, abort() {} });
    assert.ok(Buffer.concat(pieces).equals(exportByCli([path])));
    const contents = await study.contents(wasm.default_recipe());
    assert.deepEqual(contents, await whole.contents(wasm.default_recipe()));
  });
}

test("one session at a time is near, whoever asks", async () => {
  const [whole, study] = [await opened(several, {}), await opened(several)];
  const recipe = wasm.default_recipe();
  assert.throws(() => study.tables(recipe), { code: "out-of-memory" });
  const looks = study.summary.sessions.map(({ name: session }) =>
    study.near(session, async () => {
      const tables = study.tables(recipe);
      assert.deepEqual([...new Set(tables.map((table) => table.session))], [session]);
      assert.deepEqual(tables, whole.tables(recipe).filter((table) => table.session === session));
      const { path } = tables.at(-1);
      assert.deepEqual(await study.preview(recipe, path, 0, 50), await whole.preview(recipe, path, 0, 50));
      const ask = { of: { session, kind: "player", internal: true } };
      assert.deepEqual(study.browser().look("columns", ask), whole.browser().look("columns", ask));
    }),
  );
  await Promise.all(looks);
  await assert.rejects(study.near("nobody", () => {}), { code: "no-such-session" });
  await study.near(study.summary.sessions[0].name, () => assert.ok(study.tables(recipe).length > 0));
});

test("an export can be stopped between parts, and made again", async () => {
  const study = await opened(several);
  const stop = new AbortController();
  const sink = { write: () => stop.abort(), close() {}, abort() {} };
  await assert.rejects(study.export(wasm.default_recipe(), sink, { signal: stop.signal }), { code: "aborted" });
  let size = 0;
  await study.export(wasm.default_recipe(), { write: (bytes) => void (size += bytes.length), close() {}, abort() {} });
  assert.equal(size, exportByCli([several]).length);
});
