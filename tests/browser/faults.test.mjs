// What can go wrong around the work: files that change, disks that fill, workers that die, reads that never end, users who
// think better of it. Never a ZIP that is not whole, never a page that is stuck, and the next run works.
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { writeDump } from "../bench/dump.mjs";
import { example, exportByCli, root } from "../wasm/cli.mjs";
import { choose, fault, faultyOn, injected, picker, ready, saveButton, storedNames } from "./faulty.mjs";
import { dist, file, start } from "./harness.mjs";

const database = join(root, "tests/cases/psynet/kitchen_sink/database.zip");
const zips = new Map();
const expected = (path) => zips.get(path) ?? zips.set(path, exportByCli([path])).get(path);

let site;
let folder;
before(async () => {
  site = await start();
  folder = mkdtempSync(join(tmpdir(), "windrow-faults-"));
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
});
const faulty = faultyOn(() => site);

/** Saves, and expects what the command line gives. */
async function works(page, path) {
  await ready(page);
  const [got] = await Promise.all([page.waitForEvent("download"), saveButton(page).click()]);
  assert.ok(readFileSync(await got.path()).equals(expected(path)), "the ZIP is not the command line's");
  await page.getByRole("button", { name: "Save again" }).waitFor();
}

/** A copy of a file that the test may harm. */
function copied(path, name) {
  const copy = join(folder, name);
  cpSync(path, copy);
  return copy;
}

/** A worker that waits for a word before it reads. */
const waits = `
  const go = new Promise((resolve) => (new BroadcastChannel("go").onmessage = resolve));
  const { read } = ReadableStreamBYOBReader.prototype;
  const { arrayBuffer } = Blob.prototype;
  ReadableStreamBYOBReader.prototype.read = async function (view) { await go; return read.call(this, view); };
  Blob.prototype.arrayBuffer = async function () { await go; return arrayBuffer.call(this); };
`;

const harms = {
  shrinks: (path) => truncateSync(path, 1000),
  grows: (path) => appendFileSync(path, "more"),
  disappears: (path) => rmSync(path),
};
for (const [how, harm] of Object.entries(harms)) {
  faulty(`the file ${how} while it is read`, async (page) => {
    const path = copied(example, `${how}.gz`);
    await injected(page, `{ ${waits} }`);
    await choose(page, path);
    await page.getByRole("progressbar").waitFor();
    await page.waitForFunction(() => window.workers.length > 0);
    harm(path);
    await page.waitForTimeout(1200); // times of files may be as coarse as a second
    await page.evaluate(() => new BroadcastChannel("go").postMessage(""));
    await fault(page).waitFor();
    assert.match(await fault(page).innerText(), /could not be read to the end/);
    await injected(page, "");
    await page.getByRole("button", { name: "Start over" }).click();
    await choose(page, example);
    await works(page, example);
  });

  faulty(`the file ${how} before saving reads it again`, async (page, { saved }) => {
    const path = copied(database, `${how}.zip`);
    await choose(page, path);
    await ready(page);
    await page.waitForTimeout(1200);
    harm(path);
    await saveButton(page).click();
    await page.locator(".outcome.bad").waitFor();
    assert.match(await fault(page).innerText(), /could not be read to the end/);
    assert.deepEqual(await storedNames(page), []);
    assert.equal(saved.length, 0, "nothing was saved");
    cpSync(database, path);
    await page.getByRole("button", { name: "Start over" }).click();
    await choose(page, path);
    await works(page, path);
  });
}

faulty("a large file shrinks while another worker reads it ahead", async (page) => {
  const path = join(folder, "large.msgpack");
  await writeDump(path, { size: 12e6, sessions: 2 });
  // Every worker waits for a word of its own before it reads.
  await injected(page, `{ ${waits} new BroadcastChannel("started").postMessage(""); }`);
  await page.evaluate(() => {
    window.started = 0;
    new BroadcastChannel("started").onmessage = () => (window.started += 1);
  });
  const go = () => page.evaluate(() => new BroadcastChannel("go").postMessage(""));
  await choose(page, path);
  await page.waitForFunction(() => window.started === 1);
  await go();
  await page.waitForFunction(() => window.started === 2);
  harms.shrinks(path);
  await page.waitForTimeout(1200);
  await go();
  await fault(page).waitFor();
  assert.match(await fault(page).innerText(), /could not be read to the end/);
  await injected(page, "");
  await page.getByRole("button", { name: "Start over" }).click();
  await choose(page, example);
  await works(page, example);
});

faulty("the disk is full: the browser's storage takes no more", async (page, { context, saved }) => {
  await choose(page, example);
  await ready(page);
  const session = await context.newCDPSession(page);
  const { origin } = new URL(site.url);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 2000 });
  await saveButton(page).click();
  await page.locator(".outcome.bad").waitFor();
  assert.match(await fault(page).innerText(), /not enough room/);
  assert.deepEqual(await storedNames(page), []);
  assert.equal(saved.length, 0);
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await works(page, example);
});

for (const [what, code] of [["loses what it took", "FileSystemSyncAccessHandle.prototype.write = (bytes) => bytes.byteLength;"], ["takes nothing", "FileSystemSyncAccessHandle.prototype.write = () => 0;"], ["fails in the end", `FileSystemSyncAccessHandle.prototype.flush = () => { throw new DOMException("full", "QuotaExceededError"); };`]]) {
  faulty(`the disk ${what}`, async (page, { saved }) => {
    await injected(page, code);
    await choose(page, example);
    await ready(page);
    await saveButton(page).click();
    await page.locator(".outcome.bad").waitFor();
    assert.match(await fault(page).innerText(), /not enough room/);
    assert.deepEqual(await storedNames(page), []);
    assert.equal(saved.length, 0);
  });
}

for (const [what, change, words] of [
  ["permission is refused", `() => Promise.reject(new DOMException("no", "NotAllowedError"))`, /did not allow it/],
  ["the disk fills at the very end", `async (create) => { const w = await create(); w.close = () => Promise.reject(new DOMException("full", "QuotaExceededError")); return w; }`, /not enough room/],
  ["the disk loses the end and says nothing", `async (create) => { const w = await create(); const { write } = w; let lost = false; w.write = async (piece) => { if (!lost) await write.call(w, piece.subarray(0, piece.length - 9)); lost = true; }; return w; }`, /not enough room/],
  ["the disk is taken away", `async (create) => { const w = await create(); w.write = () => Promise.reject(new DOMException("gone", "NotFoundError")); return w; }`, /could not be/],
]) {
  faulty(`writing to the chosen file: ${what}`, async (page) => {
    await picker(page, change);
    await choose(page, example);
    await ready(page);
    await saveButton(page).click();
    await page.locator(".outcome.bad").waitFor();
    assert.match(await fault(page).innerText(), words);
    assert.deepEqual(await storedNames(page), [], "no file is left");
    await page.evaluate(() => delete window.showSaveFilePicker);
    await works(page, example);
  }, { picker: true, bypassCSP: true });
}

for (const [form, url] of [["hosted", () => site.url], ["from the disk", () => pathToFileURL(join(dist, "windrow.html")).href]]) {
  faulty(`${form}: the browser ends the worker that holds the data`, async (page) => {
    await choose(page, example);
    await ready(page);
    await page.evaluate(() => window.workers.at(-1).terminate());
    await page.getByRole("heading", { name: "This could not be read" }).waitFor();
    assert.match(await fault(page).innerText(), /The browser ended/);
    await page.getByRole("button", { name: "Read it again" }).click();
    await works(page, example);
  }, { url });
}

faulty("the browser ends the worker while it reads", async (page) => {
  await injected(page, `ReadableStreamBYOBReader.prototype.read = Blob.prototype.arrayBuffer = () => {
    new BroadcastChannel("reads").postMessage("");
    return new Promise(() => {});
  };`);
  await page.evaluate(() => {
    window.reads = new Promise((resolve) => (new BroadcastChannel("reads").onmessage = () => resolve()));
  });
  await choose(page, example);
  await page.evaluate(() => window.reads);
  await page.evaluate(() => window.workers.forEach((worker) => worker.terminate()));
  await fault(page).waitFor();
  assert.match(await fault(page).innerText(), /The browser ended/);
  await injected(page, "");
  await page.getByRole("button", { name: "Read it again" }).click();
  await works(page, example);
});

faulty("the browser ends the worker before it has started", async (page) => {
  await page.clock.install();
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...given) {
      if ("ask" in given[0]) this.terminate();
      postMessage.apply(this, given);
    };
    window.asked = () => (Worker.prototype.postMessage = postMessage);
  });
  await choose(page, example);
  await page.waitForFunction(() => window.workers.length > 0);
  await page.clock.runFor(31_000);
  await fault(page).waitFor();
  assert.match(await fault(page).innerText(), /The browser ended/);
  await page.evaluate(() => window.asked());
  await page.getByRole("button", { name: "Read it again" }).click();
  await works(page, example);
});

faulty("the browser ends the worker while the ZIP is saved", async (page) => {
  await picker(page, `async (create) => { const w = await create(); w.write = () => new Promise(() => {}); return w; }`);
  await choose(page, example);
  await ready(page);
  await saveButton(page).click();
  await page.locator(".savebox progress").waitFor();
  await page.evaluate(() => window.workers.at(-1).terminate());
  await fault(page).waitFor();
  assert.deepEqual(await storedNames(page), [], "no file is left");
  await page.evaluate(() => delete window.showSaveFilePicker);
  await page.getByRole("button", { name: "Read it again" }).click();
  await works(page, example);
}, { picker: true, bypassCSP: true });

faulty("memory runs out while reading", async (page) => {
  // Takes all but 256 KB of what a module can ever have, so that the module's own growing fails.
  await injected(page, `{
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...given) {
      const instance = new Instance(...given);
      const { memory } = instance.exports;
      memory.grow(65536 - 4 - memory.buffer.byteLength / 65536);
      return instance;
    };
  }`);
  await choose(page, database);
  await fault(page).waitFor();
  assert.match(await fault(page).innerText(), /more memory than this browser gives/);
  await injected(page, "");
  await page.getByRole("button", { name: "Read it again" }).click();
  await works(page, database);
});

faulty("the module traps while saving", async (page, { saved }) => {
  await injected(page, `{
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...given) {
      const { exports } = new Instance(...given);
      const trap = () => { throw new WebAssembly.RuntimeError("memory access out of bounds"); };
      return { exports: { ...exports, export_next: trap, export_make: trap } };
    };
  }`);
  await choose(page, example);
  await ready(page);
  await saveButton(page).click();
  await fault(page).waitFor();
  assert.match(await fault(page).innerText(), /Windrow made a mistake/);
  assert.equal(saved.length, 0);
  await injected(page, "");
  await page.getByRole("button", { name: "Read it again" }).click();
  await works(page, example);
});

faulty("reads that never end, as after a tab slept, are given up and read in another way", async (page) => {
  await injected(page, "ReadableStreamBYOBReader.prototype.read = () => new Promise(() => {});");
  await choose(page, example);
  await works(page, example);
});

faulty("the user cancels at any moment", async (page, { saved }) => {
  const press = async () => {
    const cancel = page.getByRole("button", { name: "Cancel" });
    if (await cancel.isVisible()) await cancel.click({ timeout: 1000 }).catch(() => {}); // it was done meanwhile
  };
  for (const delay of [0, 5, 10, 20, 40, 80, 160]) {
    await choose(page, database);
    await page.waitForTimeout(delay);
    await press();
    const again = page.getByRole("button", { name: "Start over" });
    await page.getByRole("button", { name: /example/ }).or(again).first().waitFor();
    if (await again.isVisible()) await again.click();
  }
  await choose(page, database);
  await ready(page);
  for (const delay of [0, 5, 10, 20, 40, 80, 160]) {
    await saveButton(page).click();
    await page.waitForTimeout(delay);
    await press();
    await saveButton(page).waitFor();
    assert.match(await page.locator(".outcome").innerText(), /Saved|Saving was stopped/);
  }
  for (const bytes of await Promise.all(saved)) assert.ok(bytes.equals(expected(database)), "what was saved is whole");
  await works(page, database);
});

faulty("choices that change faster than they can be worked out", async (page) => {
  await choose(page, file("a.gz", readFileSync(example)));
  await ready(page);
  for (let i = 0; i < 6; i += 1) await page.getByLabel(/^Page times/).click();
  for (const name of ["JSON Lines", "CSV For R", "JSON Lines", "CSV For R"]) await page.getByRole("radio", { name }).check();
  await works(page, example);
});
