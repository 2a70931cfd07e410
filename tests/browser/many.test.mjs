// A dump of many sessions: the page shows some of them and finds the others, and the ZIP is the command line's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeDump } from "../bench/dump.mjs";
import { exportByCli, windrow } from "../wasm/cli.mjs";
import { choose, saveButton } from "./faulty.mjs";
import { open, start } from "./harness.mjs";

const SESSIONS = 320;
const folder = mkdtempSync(join(tmpdir(), "windrow-many-"));
const dump = join(folder, "many.msgpack");

let site;
before(async () => {
  // Large enough for lanes, with little tables among those that they make.
  await writeDump(dump, { size: 17e6, sessions: SESSIONS, players: 2 });
  site = await start();
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true });
});

test("of many sessions some are shown, all are found, and all come out", { timeout: 120_000 }, async () => {
  const { context, page, seen } = await open(site.browser, site.url);
  try {
    await choose(page, dump);
    const sessions = page.getByRole("region", { name: "Sessions", exact: true }).first();
    const boxes = sessions.getByRole("rowheader").getByRole("checkbox");
    await page.getByText(`300 of ${SESSIONS} are shown`).waitFor();
    assert.equal(await boxes.count(), 300);
    const [got] = await Promise.all([page.waitForEvent("download"), saveButton(page).click()]);
    assert.ok(readFileSync(await got.path()).equals(exportByCli([dump])), "the ZIP is not the command line's");

    const { sessions: all } = JSON.parse(execFileSync(windrow, ["inspect", dump, "--json"], { encoding: "utf8" }));
    const last = all.at(-1).name;
    await page.getByLabel("Find a session").fill(last.toUpperCase());
    await boxes.nth(1).waitFor({ state: "detached" });
    await boxes.first().uncheck();
    await page.getByText(`${SESSIONS - 1} of ${SESSIONS} chosen`).waitFor();
    await page.getByLabel("Find a session").fill("no such session");
    await page.getByText("0 of 0 are shown").waitFor();
    assert.equal(await boxes.count(), 0);
    assert.deepEqual(seen.errors, []);
  } finally {
    await context.close();
  }
});

test("the files of many are listed when the list is opened, and not all", { timeout: 120_000 }, async () => {
  const { context, page, seen } = await open(site.browser, site.url);
  try {
    await choose(page, dump);
    const heading = page.locator(".contents summary", { hasText: /files,/ });
    await heading.waitFor();
    const rows = page.locator(".contents tbody tr");
    assert.equal(await rows.count(), 0);
    await heading.click();
    await page.locator(".contents").getByText(/^300 of [\d,]+ are shown$/).waitFor();
    assert.equal(await rows.count(), 300);
    assert.deepEqual(seen.errors, []);
  } finally {
    await context.close();
  }
});
