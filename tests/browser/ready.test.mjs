// The page has a worker ready for the first files, which has done the job with the example. Whatever becomes of it, files are read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { example, exportByCli } from "../wasm/cli.mjs";
import { choose, reachWorkers, saveButton } from "./faulty.mjs";
import { open, start } from "./harness.mjs";

let site;
let expected;
before(async () => {
  expected = exportByCli([example]);
  site = await start();
});
after(() => site.stop());

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

async function works(page) {
  await choose(page, example);
  await page.getByRole("grid").waitFor();
  const [got] = await Promise.all([page.waitForEvent("download"), saveButton(page).click()]);
  assert.ok(readFileSync(await got.path()).equals(expected), "the ZIP is not the command line's");
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

onPage("the browser ends it before there are files", "", async (page) => {
  await answered(page, "answer");
  const before = await workers(page);
  await page.evaluate(async () => {
    window.workers.at(-1).terminate();
    // The browser tells of the end by its lock.
    while ((await navigator.locks.query()).held.some(({ name }) => name.startsWith("windrow-worker-"))) await new Promise(requestAnimationFrame);
  });
  await works(page);
  assert.equal(await workers(page), before + 1, "it is not used");
});
