// The main job in Chromium: from files to a saved ZIP, by mouse, by keyboard, by drop; and what can go wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { example, exportByCli } from "../wasm/cli.mjs";
import { file, open, openExample, start } from "./harness.mjs";

let site;
let expected;
before(async () => {
  site = await start();
  expected = exportByCli([example]);
});
after(() => site.stop());

/** Runs a test on a fresh page and expects it to end without errors and violations. */
function onPage(name, work, options = {}) {
  test(name, { timeout: 60_000 }, async () => {
    const { context, page, seen } = await open(site.browser, site.url, options);
    page.setDefaultTimeout(15_000);
    try {
      await work(page, seen);
      assert.deepEqual(seen.errors, []);
      assert.deepEqual(await page.evaluate(() => window.violations), []);
    } finally {
      await context.close();
    }
  });
}

const download = async (page, act) => {
  const [got] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
};

const choose = (page, ...files) => page.locator("input[type=file]").first().setInputFiles(files);
const heading = (page) => page.getByRole("heading", { level: 1 });
const saveButton = (page) => page.getByRole("button", { name: "Save ZIP" });

/** Names of the files in the browser's own storage. */
const storedNames = (page) =>
  page.evaluate(async () => {
    const found = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) found.push(name);
    return found;
  });

onPage("by mouse: choose, look, save", async (page) => {
  await choose(page, { ...file("chat.msgpack.gz", readFileSync(example)) });
  await page.getByRole("grid").waitFor();
  assert.equal(await heading(page).innerText(), "chat.msgpack.gz");
  const { name, bytes } = await download(page, () => saveButton(page).click());
  assert.match(name, /\.zip$/);
  assert.equal(bytes.subarray(0, 4).toString("latin1"), "PK\x03\x04");
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Save again" }).waitFor();
});

onPage("the page's ZIP has the same bytes as the command line's", async (page) => {
  await openExample(page);
  const { bytes } = await download(page, () => saveButton(page).click());
  assert.ok(bytes.equals(expected), `${bytes.length} bytes, expected ${expected.length}`);
});

onPage("by keyboard alone: example, options, preview, save", async (page) => {
  const focused = () => page.evaluate(() => document.activeElement?.closest("label")?.innerText || document.activeElement?.innerText || document.activeElement?.tagName);
  /** Presses Tab until something with this text has the focus. */
  const tabTo = async (text) => {
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press("Tab");
      if (text.test(await focused())) return;
    }
    assert.fail(`Tab never reached ${text}; it is at ${await focused()}`);
  };
  await tabTo(/made-up example/);
  await page.keyboard.press("Enter");
  await page.getByRole("grid").waitFor();
  assert.equal(await focused(), "example.msgpack.gz", "the new screen's heading has the focus");
  await tabTo(/^Save ZIP/);
  await tabTo(/^Every change/);
  await page.keyboard.press("Space");
  assert.equal(await page.getByLabel("Every change").isChecked(), false);
  await page.keyboard.press("Space");
  await tabTo(/^Page times/);
  await tabTo(/^CSV/);
  await page.locator(".preview[aria-busy=false]").waitFor();
  await page.locator("[role=gridcell]").first().waitFor();
  await page.getByLabel("Table", { exact: true }).focus();
  await page.keyboard.press("Tab");
  const at = (cell) => page.waitForFunction((cell) => document.activeElement?.dataset.cell === cell, cell);
  await at("1:1"); // one Tab enters the table
  await page.keyboard.press("ArrowRight");
  await at("1:2");
  await page.keyboard.press("Control+End");
  const grid = page.getByRole("grid");
  const [rows, columns] = await Promise.all(["aria-rowcount", "aria-colcount"].map((name) => grid.getAttribute(name)));
  await at(`${rows - 1}:${columns - 1}`);
  await page.keyboard.press("Control+Home");
  await at("1:1");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SELECT", "Shift+Tab leaves it");
  await saveButton(page).focus();
  const { bytes } = await download(page, () => page.keyboard.press("Enter"));
  assert.ok(bytes.equals(expected));
  await page.getByRole("button", { name: "Save again" }).waitFor();
  assert.match(await focused(), /^Save again/, "the focus is not lost");
});

onPage("a file can be dropped anywhere", async (page) => {
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "dropped.msgpack.gz"));
    const send = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    if (send("dragover")) throw new Error("the page does not take drops");
    send("drop");
  }, readFileSync(example).toString("base64"));
  await page.getByRole("grid").waitFor();
  assert.equal(await heading(page).innerText(), "dropped.msgpack.gz");
});

onPage("what cannot be read says why, and the page goes on", async (page) => {
  await choose(page, file("notes.txt", "hello, this is no dump"));
  await page.getByRole("heading", { name: "This could not be read" }).waitFor();
  const fault = page.locator(".fault");
  assert.match(await fault.innerText(), /unknown-format/);
  assert.match(await fault.innerText(), /notes\.txt/);
  await page.getByRole("button", { name: "Start over" }).click();
  await choose(page, file("empty.bin", ""));
  await fault.waitFor();
  assert.match(await fault.innerText(), /empty/);
  await page.getByRole("button", { name: "Start over" }).click();
  await openExample(page);
});

/** Keeps requests of this kind from the worker: as if it took very long. */
const hold = (page, ask) =>
  page.evaluate((ask) => {
    const send = Worker.prototype.postMessage;
    window.letGo = () => (Worker.prototype.postMessage = send);
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.ask === ask) window.asked = this;
      else send.call(this, message, ...rest);
    };
    const end = Worker.prototype.terminate;
    Worker.prototype.terminate = function () {
      // Other workers end when they have done their work.
      if (this === window.asked) window.ended = true;
      end.call(this);
    };
  }, ask);

onPage("reading can be cancelled: the worker ends, the page can be used again", async (page) => {
  await hold(page, "open");
  await choose(page, file("large.bin", "x".repeat(1000)));
  await page.getByRole("progressbar").waitFor();
  await page.waitForFunction(() => window.asked);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: /example/ }).waitFor();
  assert.equal(await page.evaluate(() => window.ended), true);
  await page.evaluate(() => window.letGo());
  await openExample(page);
});

onPage("choices change the tables", async (page) => {
  await openExample(page);
  const tables = async () => {
    await page.locator(".preview[aria-busy=false]").waitFor();
    return page.getByLabel("Table", { exact: true }).locator("option").allInnerTexts();
  };
  const before = await tables();
  assert.ok(before.includes("Latest values: player"));
  await page.getByRole("checkbox", { name: /^Latest values One/ }).uncheck();
  await page.waitForFunction((n) => document.querySelectorAll(".pickers #table option").length < n, before.length);
  assert.ok(!(await tables()).includes("Latest values: player"));
  await page.getByLabel("JSON Lines").check();
  await page.waitForFunction(() => document.querySelector("[role=grid]")?.getAttribute("aria-label")?.includes(".jsonl"));
  for (const box of await page.locator(".options fieldset").first().getByRole("checkbox").all()) await box.uncheck();
  await page.getByText("Choose at least one table.").waitFor();
  assert.equal(await saveButton(page).getAttribute("aria-disabled"), "true");
});

onPage("tables by group: fields are chosen in an order", async (page) => {
  await openExample(page);
  await page.getByLabel("Latest values by").check();
  await page.getByText("Choose at least one field").waitFor();
  const fields = page.locator(".groupby select");
  const names = (await fields.locator("option").allInnerTexts()).slice(1);
  await fields.selectOption(names[0]);
  await fields.selectOption(names[1]);
  assert.deepEqual(await page.locator(".groupby li code").allInnerTexts(), names.slice(0, 2));
  await page.getByRole("button", { name: `Move ${names[1]} earlier` }).click();
  assert.deepEqual(await page.locator(".groupby li code").allInnerTexts(), [names[1], names[0]]);
  await page.locator(".pickers option", { hasText: "Latest values by" }).first().waitFor({ state: "attached" });
  await page.getByRole("button", { name: `Remove ${names[0]}` }).click();
  assert.deepEqual(await page.locator(".groupby li code").allInnerTexts(), [names[1]]);
});

onPage("a recipe brings the choices back", async (page) => {
  await openExample(page);
  await page.getByLabel("JSON Lines").check();
  await page.getByRole("checkbox", { name: /^Page times/ }).uncheck();
  await page.getByText("These choices as a recipe").click();
  const { name, bytes } = await download(page, () => page.getByRole("button", { name: "Save recipe" }).click());
  assert.equal(name, "windrow.json");
  await page.getByRole("button", { name: "Start over" }).click();
  await openExample(page);
  await page.getByText("These choices as a recipe").click();
  const load = (content) => page.locator(".recipe input[type=file]").setInputFiles(file("windrow.json", content));
  await load('{"format":"something else"}');
  await page.getByText("This file is no recipe of Windrow.").waitFor();
  await load(bytes);
  await page.locator(".recipe").getByText("The choices of windrow.json are in place.").waitFor();
  assert.ok(await page.getByLabel("JSON Lines").isChecked());
  assert.ok(!(await page.getByRole("checkbox", { name: /^Page times/ }).isChecked()));
});

onPage("the file picker's way: straight into the chosen file", async (page) => {
  await page.evaluate(() => {
    window.showSaveFilePicker = async () => (await navigator.storage.getDirectory()).getFileHandle("picked.zip", { create: true });
  });
  await openExample(page);
  await saveButton(page).click();
  await page.getByText("It is where you chose.").waitFor();
  const bytes = await page.evaluate(async () => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked.zip");
    return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
  });
  assert.ok(Buffer.from(bytes).equals(expected));
}, { picker: true });

onPage("thinking better of it in the picker is no error", async (page) => {
  await page.evaluate(() => {
    window.showSaveFilePicker = () => Promise.reject(new DOMException("no", "AbortError"));
  });
  await openExample(page);
  await saveButton(page).click();
  await page.waitForTimeout(200);
  assert.equal(await page.locator(".outcome").count(), 0);
  await saveButton(page).waitFor();
}, { picker: true });

onPage("a full disk is said plainly, and no file is left", async (page) => {
  await page.evaluate(() => {
    window.showSaveFilePicker = async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked.zip", { create: true });
      const create = handle.createWritable.bind(handle);
      handle.createWritable = async () => {
        const writable = await create();
        writable.write = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
        return writable;
      };
      return handle;
    };
  });
  await openExample(page);
  await saveButton(page).click();
  await page.getByText("There is not enough room").waitFor();
  assert.deepEqual(await storedNames(page), []);
}, { picker: true });

onPage("saving can be cancelled: no file is left, and the data are still open", async (page) => {
  await page.evaluate(() => {
    window.showSaveFilePicker = async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked.zip", { create: true });
      const create = handle.createWritable.bind(handle);
      handle.createWritable = async () => {
        const writable = await create();
        writable.write = () => new Promise(() => {});
        return writable;
      };
      return handle;
    };
  });
  await openExample(page);
  await saveButton(page).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator(".outcome", { hasText: "Saving was stopped" }).waitFor();
  assert.deepEqual(await storedNames(page), []);
  await page.evaluate(() => delete window.showSaveFilePicker);
  const { bytes } = await download(page, () => saveButton(page).click());
  assert.ok(bytes.equals(expected));
}, { picker: true });

onPage("saving works without the browser's storage, from memory", async (page) => {
  await page.evaluate(() => {
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("no", "SecurityError"));
  });
  await openExample(page);
  const { bytes } = await download(page, () => saveButton(page).click());
  assert.ok(bytes.equals(expected));
});

onPage("files that a closed page left in the browser's storage are removed", async (page) => {
  await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    for (const name of ["windrow-old.zip", "of-another-page"]) await folder.getFileHandle(name, { create: true });
  });
  await page.reload();
  await heading(page).waitFor();
  for (let i = 0; i < 50 && (await storedNames(page)).includes("windrow-old.zip"); i += 1) await page.waitForTimeout(50);
  assert.deepEqual(await storedNames(page), ["of-another-page"]);
});
