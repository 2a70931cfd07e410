// Pages in which something goes wrong on purpose.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { example } from "../wasm/cli.mjs";
import { open } from "./harness.mjs";

/** Keeps hold of the page's workers, of what they are asked and answer, and puts `window.inWorker` before the source of every worker that starts. */
export function reachWorkers(inWorker) {
  Object.assign(window, { workers: [], asks: [], answers: [], inWorker });
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      window.workers.push(this);
      this.addEventListener("message", ({ data }) => window.answers.push(data));
    }
    postMessage(message, ...more) {
      window.asks.push(message.ask);
      super.postMessage(message, ...more);
    }
  };
  window.Blob = class extends Blob {
    constructor(parts, options) {
      super(options?.type === "text/javascript" ? [window.inWorker, "\n", ...parts] : parts, options);
    }
  };
}

/** Lets the first files take the worker that the page has ready, so that the next ones get one that can be changed before. */
export async function withoutReady(page) {
  await choose(page, example);
  await page.getByRole("button", { name: "Start over" }).click();
  await page.evaluate(() => (window.workers = []));
}

/** How to run a test on a fresh page of a site whose workers can be reached. */
export const faultyOn = (site) => (name, work, options = {}) =>
  test(name, { timeout: 90_000 }, async (t) => {
    const { context, page, seen } = await open(site().browser, options.url?.() ?? site().url, options);
    t.after(() => context.close());
    page.setDefaultTimeout(20_000);
    await context.addInitScript(reachWorkers, "");
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await withoutReady(page);
    const saved = [];
    page.on("download", (download) => {
      const bytes = download.path().then((path) => readFileSync(path));
      // A test that does not ask for it may end before it is there.
      bytes.catch(() => {});
      saved.push(bytes);
    });
    await work(page, { context, saved });
    assert.deepEqual(seen.errors.filter((text) => !options.errors?.test(text)), []);
  });

/** Code that stands before the source of each worker that starts from now on. */
export const injected = (page, code) => page.evaluate((code) => (window.inWorker = code), code);
export const choose = (page, ...paths) => page.locator("input[type=file]").first().setInputFiles(paths);
export const ready = (page) => page.getByRole("grid").waitFor();
export const saveButton = (page) => page.getByRole("button", { name: /^Save (ZIP|again)/ });
export const fault = (page) => page.locator(".fault");
/** Files in the browser's own storage. */
export const storedNames = (page) =>
  page.evaluate(async () => {
    const found = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) found.push(name);
    return found;
  });

/** A picker that gives a file of the browser's storage whose writing is changed. */
export const picker = (page, change) =>
  page.evaluate((change) => {
    window.showSaveFilePicker = async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked.zip", { create: true });
      const create = handle.createWritable.bind(handle);
      handle.createWritable = async () => new Function("create", `return (${change})(create)`)(create);
      return handle;
    };
  }, change);
