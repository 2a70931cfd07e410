// What can go wrong while data are prepared for sharing: nothing is handed out that was not searched to its end, nothing
// stays in the browser's storage or under the chosen name, and the next run works.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { exportByCli, root } from "../wasm/cli.mjs";
import { choose, fault, faultyOn, injected, picker, storedNames } from "./faulty.mjs";
import { writeDump } from "../bench/dump.mjs";
import { start } from "./harness.mjs";

const database = join(root, "tests/cases/psynet/kitchen_sink/database.zip");

let site;
let folder;
let key;
let expectedOfDatabase;
before(async () => {
  site = await start();
  folder = mkdtempSync(join(tmpdir(), "windrow-faults-protect-"));
  key = join(folder, "project.key");
  writeFileSync(key, `windrow-project-key/1\n${"07".repeat(32)}\n`);
  expectedOfDatabase = exportByCli([database], "--protect", "share", "--key", key);
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
});
const faulty = faultyOn(() => site);

const button = (page) => page.getByRole("button", { name: "Check and save ZIP" });

/** Opens an export and goes to the last step, with the project's key. */
async function toLast(page, path = database) {
  await choose(page, path);
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Check and save" }).click();
  await page.getByRole("radio", { name: /^Use my project key/ }).check();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Load a key" }).click()]);
  await chooser.setFiles(key);
  await page.getByText("project.key").waitFor();
  await page.locator(".protect [aria-busy=false]").waitFor();
}

/** Saves, and expects what the command line gives. */
async function works(page, expected = expectedOfDatabase) {
  const [got] = await Promise.all([page.waitForEvent("download"), button(page).click()]);
  assert.ok(readFileSync(await got.path()).equals(expected), "the ZIP is not the command line's");
  await page.getByText("Checked and saved", { exact: true }).waitFor();
}

for (const [what, code] of [
  ["takes nothing", "FileSystemSyncAccessHandle.prototype.write = () => 0;"],
  ["fails in the end", `FileSystemSyncAccessHandle.prototype.flush = () => { throw new DOMException("full", "QuotaExceededError"); };`],
  ["cannot be read again", `FileSystemSyncAccessHandle.prototype.read = () => { throw new DOMException("gone", "NotReadableError"); };`],
]) {
  faulty(`preparing: the disk ${what}`, async (page, { saved }) => {
    await injected(page, code);
    await toLast(page);
    await button(page).click();
    await page.locator(".outcome.bad").waitFor();
    assert.match(await fault(page).innerText(), /not enough room|could not be/);
    assert.deepEqual(await storedNames(page), []);
    assert.equal(saved.length, 0);
  });
}

faulty("preparing: the disk of the chosen file fills", async (page) => {
  await picker(page, `async (create) => { const w = await create(); await w.abort(); return new WritableStream({ write() { throw new DOMException("full", "QuotaExceededError"); } }); }`);
  await toLast(page);
  await button(page).click();
  await page.locator(".outcome.bad").waitFor();
  assert.match(await fault(page).innerText(), /not enough room/);
  assert.deepEqual(await storedNames(page), [], "neither the chosen file nor what was searched is left");
  await page.evaluate(() => delete window.showSaveFilePicker);
  await works(page);
}, { picker: true, bypassCSP: true });

faulty("preparing: the browser ends the worker", async (page, { saved }) => {
  // The search never ends, so that it can be met.
  await injected(page, "FileSystemSyncAccessHandle.prototype.flush = () => {}; FileSystemSyncAccessHandle.prototype.read = () => { for (;;); };");
  await toLast(page);
  await button(page).click();
  await page.locator(".savebox progress").waitFor();
  await page.waitForFunction(async () => (await Array.fromAsync((await navigator.storage.getDirectory()).keys())).length > 0);
  await page.evaluate(() => window.workers.at(-1).terminate());
  await fault(page).first().waitFor();
  await page.waitForFunction(async () => (await Array.fromAsync((await navigator.storage.getDirectory()).keys())).length === 0);
  assert.equal(saved.length, 0);
  await injected(page, "");
  await page.getByRole("button", { name: "Read it again" }).click();
  await page.getByRole("tab", { name: "Prepare for sharing" }).waitFor();
  await toLast(page);
  await works(page);
});

faulty("preparing: the user cancels at any moment", async (page, { saved }) => {
  await toLast(page);
  for (const delay of [0, 5, 10, 20, 40, 80, 160, 320]) {
    await button(page).click();
    await page.waitForTimeout(delay);
    const cancel = page.getByRole("button", { name: "Cancel" });
    if (await cancel.isVisible()) await cancel.click({ timeout: 1000 }).catch(() => {}); // it was done meanwhile
    await button(page).waitFor();
    assert.match(await page.locator(".outcome").innerText(), /Checked and saved|stopped/i);
  }
  for (const bytes of await Promise.all(saved)) assert.ok(bytes.equals(expectedOfDatabase), "what was saved is whole");
  await works(page);
});

faulty("preparing: the user cancels while it works on one large file", async (page, { saved }) => {
  const path = join(folder, "large.msgpack");
  await writeDump(path, { size: 12e6, sessions: 1 });
  // Each time when the finished ZIP is read takes a moment, and is told.
  await injected(
    page,
    `{ const { read } = FileSystemSyncAccessHandle.prototype; const told = new BroadcastChannel("read");
       FileSystemSyncAccessHandle.prototype.read = function (...given) { for (const end = performance.now() + 200; performance.now() < end; ); told.postMessage(0); return read.apply(this, given); }; }`,
  );
  await page.evaluate(() => {
    window.reads = 0;
    new BroadcastChannel("read").onmessage = () => (window.reads += 1);
  });
  await toLast(page, path);
  const cancel = page.getByRole("button", { name: "Cancel" });
  const nothingIsLeft = () => page.waitForFunction(async () => (await Array.fromAsync((await navigator.storage.getDirectory()).keys())).length === 0);
  const stopped = page.locator(".outcome", { hasText: "stopped" });

  await page.getByRole("button", { name: "Show the prepared tables" }).click();
  await cancel.click();
  await page.getByRole("button", { name: "Show the prepared tables" }).waitFor();

  await button(page).click();
  await cancel.click();
  await stopped.waitFor();
  await nothingIsLeft();
  assert.equal(await page.evaluate(() => window.reads), 0);

  await button(page).click();
  await page.waitForFunction(() => window.reads >= 3);
  await page.locator(".savebox progress[value]").waitFor();
  await cancel.click();
  const before = await page.evaluate(() => window.reads);
  await stopped.waitFor();
  await nothingIsLeft();
  const after = await page.evaluate(() => window.reads);
  assert.ok(after <= before + 3, `${after - before} reads after it was called off`);
  assert.equal(saved.length, 0);

  await works(page, exportByCli([path], "--protect", "share", "--key", key));
  const whole = (await page.evaluate(() => window.reads)) - after;
  assert.ok(whole > 2 * after, `${whole} reads: it would have been over anyway`);
});

faulty("reading texts looks at the data once for each choice, and gives back what was seen before", async (page) => {
  // Counts looks that are begun and given back, beside what the module does.
  await injected(page, `{
    const { Instance } = WebAssembly;
    const told = new BroadcastChannel("looks");
    WebAssembly.Instance = function (...given) {
      const { exports } = new Instance(...given);
      const counted = (name) => (...all) => (told.postMessage(name), exports[name](...all));
      return { exports: { ...exports, study_look: counted("study_look"), __wbg_looked_free: counted("__wbg_looked_free") } };
    };
  }`);
  await page.evaluate(() => {
    window.looks = {};
    new BroadcastChannel("looks").onmessage = ({ data }) => (window.looks[data] = (window.looks[data] ?? 0) + 1);
  });
  const counts = () => page.evaluate(() => window.looks);
  const settled = () => page.locator(".protect [aria-busy=false]").waitFor();
  await choose(page, join(root, "tests/cases/protect/canary/uproot_canary.msgpack"));
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  await settled();
  assert.deepEqual(await counts(), { study_look: 1 });
  await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: "Texts" }).click();
  await page.getByRole("radio", { name: /^Read them/ }).check();
  await page.locator(".review li").first().waitFor();
  await settled();
  assert.deepEqual(await counts(), { study_look: 2, __wbg_looked_free: 1 });
  // Of the choices for the tables none has a say in it.
  await page.getByRole("tab", { name: "Export" }).click();
  await page.getByRole("radio", { name: "JSON Lines" }).check();
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  const steps = page.getByRole("navigation", { name: "Steps" });
  await steps.getByRole("button", { name: "Risk" }).click();
  await steps.getByRole("button", { name: "Texts" }).click();
  await page.locator(".review li").first().waitFor();
  assert.deepEqual(await counts(), { study_look: 2, __wbg_looked_free: 1 });
});
