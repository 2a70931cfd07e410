// Looking into the data through the JavaScript API in Node: shapes as typed, searches that can be stopped.
import assert from "node:assert/strict";
import { openAsBlob, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { open } from "../../pkg/js/index.js";
import * as wasm from "../../pkg/windrow.js";
import { example, root } from "./cli.mjs";

before(() => wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) }));

const opened = async (path) => open(wasm, [{ path, blob: await openAsBlob(path) }]);

test("a session's players, their values and their history agree with the summary", async () => {
  const study = await opened(example);
  const browser = study.browser();
  assert.equal(study.browser(), browser);
  let changes = 0;
  for (const { name: session, players } of study.summary.sessions) {
    const { kinds } = browser.look("facets", { session });
    assert.equal(kinds.find(([kind]) => kind === "player")?.[1], players);
    const of = { session, kind: "player", internal: true };
    const columns = browser.look("columns", { of });
    const { total, rows } = browser.look("rows", { of, selection: {}, columns: columns.rows.map((_, i) => i), start: 0, count: 1000 });
    assert.equal(total, players);
    for (const { storage, cells } of rows) {
      const { search, total } = await browser.search({ storage, internal: true });
      const history = browser.look("found", { search, start: 0, count: 1000 }).rows;
      assert.equal(history.length, total);
      assert.ok(history.every(({ seq }, i) => i === 0 || seq > history[i - 1].seq));
      columns.rows.forEach(({ field }, i) => assert.equal(history.findLast((change) => change.field === field)?.value ?? null, cells[i], `${storage} ${field}`));
    }
    changes += (await browser.search({ session, internal: true })).total;
  }
  assert.ok(changes > 0 && changes < study.summary.changes, "all but the credentials");
});

test("only the last search can be looked at", async () => {
  const browser = (await opened(example)).browser();
  const before = await browser.search({ field: "payoff" });
  assert.ok(before.total > 0);
  const old = await browser.search({});
  assert.equal(browser.look("found", { ...before, start: 0, count: 9 }).total, 0, "only the last search is kept");
  assert.equal(browser.look("found", { ...old, start: 0, count: 9 }).rows.length, 9);
});

test("pictures of both systems are counted from the same kind of stays", async () => {
  for (const path of [example, join(root, "tests/cases/psynet/kitchen_sink/database.zip")]) {
    const study = await opened(path);
    const session = study.summary.sessions[0]?.name ?? "";
    const browser = study.browser();
    const stays = browser.look("stays", { session, idle: 300, selection: {}, start: 0, count: 200 });
    assert.equal(stays.lanes.length, stays.total);
    assert.ok(stays.stays.length > 0 && stays.stays.every(({ lane, label }) => lane < stays.lanes.length && label < stays.labels.length));
    const { pages } = browser.look("pages", { session });
    assert.ok(pages.every(({ name }) => stays.labels.includes(name)));
    const { counts, finished, gone, players, times } = browser.look("progress", { session });
    assert.equal(players, stays.total);
    times.forEach((_, at) => assert.ok(counts.reduce((sum, band) => sum + band[at], finished[at] + gone[at]) <= players));
  }
});
