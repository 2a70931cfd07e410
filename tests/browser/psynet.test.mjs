// A PsyNet export in Chromium: dropped, looked at, saved.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exportByCli, root } from "../wasm/cli.mjs";
import { file, open, start } from "./harness.mjs";

const database = join(root, "tests/cases/psynet/kitchen_sink/database.zip");

let site;
before(async () => (site = await start()));
after(() => site.stop());

/** Opens the database on a fresh page and expects the work to end without errors and violations. */
function onPsynet(name, work) {
  test(name, { timeout: 60_000 }, async () => {
    const { context, page, seen } = await open(site.browser, site.url);
    page.setDefaultTimeout(15_000);
    try {
      await page.locator("input[type=file]").first().setInputFiles(file("database.zip", readFileSync(database)));
      await page.getByRole("grid").waitFor();
      await work(page);
      assert.deepEqual(seen.errors, []);
      assert.deepEqual(await page.evaluate(() => window.violations), []);
    } finally {
      await context.close();
    }
  });
}

async function save(page) {
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save ZIP" }).click()]);
  return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
}

const settled = (page) => page.locator(".preview[aria-busy=false]").waitFor();

onPsynet("what is in it is shown, and saved as the command line saves it", async (page) => {
  const overview = await page.locator(".overview").innerText();
  for (const words of ["database.zip", "Kitchen sink", "PsyNet 13.3.0"]) assert.ok(overview.includes(words), overview);
  const facts = Object.fromEntries(await page.locator(".overview .facts div").evaluateAll((all) => all.map((div) => [...div.children].map((child) => child.textContent))));
  assert.equal(facts.Participants, "7");
  assert.equal(facts["Bots among them"], "3");
  assert.equal(await page.getByRole("region", { name: "Classes" }).getByRole("row").count(), Number(facts.Classes) + 1);
  await page.getByText("What the database does not say").click();
  await page.getByText("GoldCoin.carat").waitFor();
  const { name, bytes } = await save(page);
  assert.equal(name, "Kitchen-sink-K-che-windrow.zip");
  assert.ok(bytes.equals(exportByCli([database])));
});

onPsynet("any class and the timeline can be looked at", async (page) => {
  const grid = page.getByRole("grid");
  assert.match(await grid.getAttribute("aria-label"), /Participant\.csv/);
  await page.getByRole("button", { name: "Coin", exact: true }).click();
  await page.getByRole("grid", { name: /\/Coin\.csv/ }).waitFor();
  assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), "15");
  await page.getByLabel("Table", { exact: true }).selectOption({ label: "Timeline" });
  await page.getByRole("grid", { name: /timeline\.csv/ }).waitFor();
  await page.getByRole("gridcell", { name: "MainConsentPage" }).first().waitFor();
});

onPsynet("choices change what is saved", async (page) => {
  await page.getByRole("radio", { name: /^anonymous\// }).check();
  await page.getByText(/columns still point at persons/).waitFor();
  assert.ok(await page.getByLabel("database.zip").isDisabled(), "this form of the database was not given");
  await page.getByLabel("Timeline").uncheck();
  await page.getByLabel("JSON Lines").check();
  await settled(page);
  await page.getByRole("grid", { name: /anonymous\/data\/.*\.jsonl/ }).waitFor();
  const { bytes } = await save(page);
  assert.ok(bytes.equals(exportByCli([database], "--form", "anonymous", "--no-timeline", "--filetype", "jsonl")));
});
