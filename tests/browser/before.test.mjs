// What is dropped, by a real drop; what is known before saving; and how to check that nothing leaves.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exportByCli, root } from "../wasm/cli.mjs";
import { open, openExample, start } from "./harness.mjs";

const kitchenSink = join(root, "tests/cases/psynet/kitchen_sink");
const database = join(kitchenSink, "database.zip");

let site;
let folder;
before(async () => {
  site = await start();
  folder = mkdtempSync(join(tmpdir(), "windrow-drop-"));
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a test on a fresh page and expects it to end without errors and violations. */
function onPage(name, work, options = {}) {
  test(name, { timeout: 60_000 }, async (t) => {
    const { context, page, seen } = await open(site.browser, site.url, options);
    t.after(() => context.close());
    page.setDefaultTimeout(15_000);
    await work(page, context);
    assert.deepEqual(seen.errors, []);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
  });
}

/** Drops files or folders of this machine as a user does, through the browser's own input. */
async function drop(page, context, ...files) {
  const session = await context.newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data: { items: [], files, dragOperationsMask: 1 } });
  }
}

async function save(page) {
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save ZIP" }).click()]);
  return readFileSync(await got.path());
}

onPage("a folder is dropped: all that is in it is read, as on the command line", async (page, context) => {
  const top = join(folder, "my export");
  mkdirSync(join(top, "regular"), { recursive: true });
  cpSync(database, join(top, "regular", "database.zip"));
  cpSync(join(kitchenSink, "source_code.zip"), join(top, "source_code.zip"));
  await drop(page, context, top);
  await page.getByRole("grid").waitFor();
  assert.ok((await save(page)).equals(exportByCli([top])));
});

onPage("several files are dropped together", async (page, context) => {
  await drop(page, context, database, join(kitchenSink, "source_code.zip"));
  await page.getByRole("grid").waitFor();
  assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /database\.zip and 1 more file/);
  assert.ok((await save(page)).equals(exportByCli([database, join(kitchenSink, "source_code.zip")])));
});

onPage("the files of the ZIP are known before it is made", async (page) => {
  await page.locator("input[type=file]").first().setInputFiles(database);
  await page.getByRole("grid").waitFor();
  const heading = page.locator(".contents summary").first();
  await heading.filter({ hasText: /\d+ files, / }).waitFor();
  await heading.click();
  const rows = page.locator(".contents tbody tr");
  await rows.first().waitFor();
  assert.match(await heading.innerText(), new RegExp(`${await rows.count()} files`));
  assert.deepEqual(await rows.filter({ hasText: "regular/data/Coin.csv" }).locator("td").first().innerText(), "14");
  await page.getByLabel("Timeline").uncheck();
  await rows.filter({ hasText: "timeline.csv" }).waitFor({ state: "detached" });
});

onPage("the choices are shown as a recipe and as a command line, and copied", async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openExample(page);
  await page.getByLabel("JSON Lines").check();
  await page.getByText("These choices as a recipe").click();
  const shown = page.getByRole("region", { name: "The recipe" });
  await shown.filter({ hasText: '"filetype": "jsonl"' }).waitFor();
  const command = page.getByRole("region", { name: "The same on the command line" });
  assert.equal((await command.innerText()).trim(), "windrow export example.msgpack.gz -o example-windrow.zip --filetype=jsonl");
  await page.getByRole("button", { name: /^Copy: The same/ }).click();
  await page.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "windrow export example.msgpack.gz -o example-windrow.zip --filetype=jsonl");
  await page.getByRole("radio", { name: "CSV For R" }).check();
  await command.filter({ hasText: /example-windrow\.zip$/ }).waitFor();
});

onPage("how to check that nothing leaves is a key press away", async (page) => {
  await page.getByRole("button", { name: "Nothing is uploaded" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "How to check that nothing leaves" });
  await dialog.waitFor();
  assert.ok((await dialog.getByRole("listitem").count()) >= 8);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Nothing is uploaded");
});
