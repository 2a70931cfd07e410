// Exported tables in Chromium, loose and in a ZIP: dropped, and saved as the command line saves them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exportByCli, root } from "../wasm/cli.mjs";
import { file, open, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

for (const name of ["zip", "live_jsonl", "spreadsheet_german"]) {
  test(`the exported text ${name} opens, says that something was lost, and is saved`, { timeout: 60_000 }, async () => {
    const folder = join(root, "tests/cases/texts", name, "input");
    const paths = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(folder, e.name)).sort();
    const { context, page, seen } = await open(site.browser, site.url);
    page.setDefaultTimeout(15_000);
    try {
      const files = paths.map((path) => file(path.split("/").at(-1), readFileSync(path)));
      await page.locator("input[type=file]").first().setInputFiles(files);
      await page.getByRole("grid").waitFor();
      assert.match(await page.locator("main").innerText(), /\d+ problems? found/);
      const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save ZIP" }).click()]);
      assert.ok(readFileSync(await got.path()).equals(exportByCli(paths)));
      assert.deepEqual(seen.errors, []);
    } finally {
      await context.close();
    }
  });
}
