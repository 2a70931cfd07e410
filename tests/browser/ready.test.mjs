// The page has a worker ready for the first files, which has done the job with the example. Whatever becomes of it, files are read.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeDump } from "../bench/dump.mjs";
import { example, exportByCli } from "../wasm/cli.mjs";
import { choose, reachWorkers, saveButton } from "./faulty.mjs";
import { open, start } from "./harness.mjs";

const folder = mkdtempSync(join(tmpdir(), "windrow-ready-"));
/** Large enough that another worker reads it, and others help with the export. */
const large = join(folder, "backup.bin");

let site;
before(async () => {
  await writeDump(large, { size: 18e6, sessions: 3, players: 20 });
  site = await start();
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true });
});

/** A test on a page of which every worker runs some code first. */
const onPage = (name, inWorker, work) =>
  test(name, { timeout: 60_000 }, async () => {
    const { context, page, seen } = await open(site.browser, site.url);
    try {
      await context.addInitScript(reachWorkers, inWorker);
      await page.reload();
      await work(page);
      assert.deepEqual(seen.errors, []);
    } finally {
      await context.close();
    }
  });

async function works(page, file = example) {
  await choose(page, file);
  await page.getByRole("grid").waitFor();
  const [got] = await Promise.all([page.waitForEvent("download"), saveButton(page).click()]);
  assert.ok(readFileSync(await got.path()).equals(exportByCli([file])), "the ZIP is not the command line's");
}

const answered = (page, kind) => page.waitForFunction((kind) => window.answers.some((answer) => kind in answer), kind);
const workers = (page) => page.evaluate(() => window.workers.length);

onPage("the first files get the worker that is ready, the next a new one", "", async (page) => {
  await answered(page, "answer");
  const before = await workers(page);
  await works(page);
  assert.equal(await workers(page), before);
  const asked = await page.evaluate(() => window.asks.filter((ask) => ask));
  assert.deepEqual(asked.slice(0, 2), ["practise", "open"]);
  await page.getByRole("button", { name: "Start over" }).click();
  await works(page);
  assert.equal(await workers(page), before + 1);
});

onPage("files that come while it practises end that", "performance.now = () => 0;", async (page) => {
  await page.waitForFunction(() => window.asks.includes("practise"));
  await works(page);
});

onPage("practice that fails", "self.Worker = class { constructor() { throw new Error(); } };", async (page) => {
  await answered(page, "fault");
  const before = await workers(page);
  await works(page);
  assert.equal(await workers(page), before + 1, "it is not used");
});

onPage("the browser ends it when it holds the data", "", async (page) => {
  await answered(page, "answer");
  await choose(page, example);
  await page.getByRole("grid").waitFor();
  await page.evaluate(() => window.workers.at(-1).terminate());
  await page.locator(".fault").waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await works(page);
});

/** Settles when so many workers of the page live and the end of the others is known: their locks tell it. */
const living = (page, count) =>
  page.evaluate(async (count) => {
    const locks = async () => (await navigator.locks.query()).held.filter(({ name }) => name.startsWith("windrow-worker-"));
    while ((await locks()).length !== count) await new Promise(requestAnimationFrame);
  }, count);

onPage("the browser ends it before there are files", "", async (page) => {
  await answered(page, "answer");
  const before = await workers(page);
  await page.evaluate(() => window.workers.at(-1).terminate());
  await living(page, 0);
  await works(page);
  assert.equal(await workers(page), before + 1, "it is not used");
});

const keepsHelpers = "self.helpers = []; self.Worker = class extends Worker { constructor(...given) { super(...given); self.helpers.push(this); } };";

onPage("a large file gets the helpers that are ready", keepsHelpers, async (page) => {
  await answered(page, "answer");
  const [worker] = page.workers();
  const before = await worker.evaluate(() => self.helpers.length);
  await choose(page, large);
  await page.getByRole("grid").waitFor();
  assert.equal(await worker.evaluate(() => self.helpers.length), before);
});

onPage("the browser ends the helpers before there are files", keepsHelpers, async (page) => {
  await answered(page, "answer");
  const [worker] = page.workers();
  await worker.evaluate(() => self.helpers.forEach((helper) => helper.terminate()));
  await living(page, 1);
  const before = await worker.evaluate(() => self.helpers.length);
  await works(page, large);
  assert.ok((await worker.evaluate(() => self.helpers.length)) > before, "they are not used");
});
