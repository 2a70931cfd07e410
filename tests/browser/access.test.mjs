// Every state passes axe's checks, in light and dark, wide and narrow; tables are tables to a screen reader.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { open, openExample, start } from "./harness.mjs";
import { states } from "./states.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site;
before(async () => {
  site = await start();
});
after(() => site.stop());

// Colours do not depend on the width, so dark is looked at once.
const looks = [
  { width: 1280, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
  { width: 390, colorScheme: "light" },
  { width: 320, colorScheme: "light" },
];

for (const [name, arrive] of Object.entries(states)) {
  test(name, { timeout: 90_000 }, async () => {
    // axe is put in past the page's policy, which would refuse it.
    const { context, page } = await open(site.browser, site.url, { bypassCSP: true });
    await arrive(page);
    await page.evaluate(axe);
    for (const { width, colorScheme } of looks) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`), [], `${width} px, ${colorScheme}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `nothing sticks out at ${width} px`);
    }
    await context.close();
  });
}

test("what happens is said to a screen reader", { timeout: 60_000 }, async () => {
  const { context, page } = await open(site.browser, site.url);
  const status = page.locator("main + [role=status]");
  await openExample(page);
  assert.match(await status.innerText(), /^Reading is done\. \d+ sessions?\. /);
  await page.getByRole("button", { name: "Save ZIP" }).click();
  await page.getByRole("button", { name: "Save again" }).waitFor();
  assert.match(await status.innerText(), /^Saved: .+\.zip, /);
  await context.close();
});

test("a cell knows its place in the whole table", { timeout: 60_000 }, async () => {
  const { context, page } = await open(site.browser, site.url);
  await openExample(page);
  const grid = page.getByRole("grid");
  await page.locator(".preview[aria-busy=false] [role=gridcell]").first().waitFor();
  const columns = await grid.getAttribute("aria-colcount");
  assert.equal(await grid.getByRole("row").first().getAttribute("aria-rowindex"), "1");
  await grid.getByRole("gridcell").first().click();
  const focusedAt = (name, value) =>
    page.waitForFunction(([name, value]) => document.activeElement.closest(`[${name}]`)?.getAttribute(name) === value, [name, value]);
  await page.keyboard.press("End");
  await focusedAt("aria-colindex", columns);
  await page.keyboard.press("Control+End");
  await focusedAt("aria-rowindex", await grid.getAttribute("aria-rowcount"));
  await context.close();
});

test("on a narrow screen what belongs to a field stands below its name, and is still a row of a table", { timeout: 60_000 }, async () => {
  const { context, page } = await open(site.browser, site.url, { viewport: { width: 380, height: 900 } });
  await states["sharing-fields"](page);
  const table = page.locator(".decisions");
  await table.waitFor();
  const box = await table.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 380, "nothing has to be scrolled to sideways");
  const row = table.getByRole("row").nth(1);
  const [name, ...choices] = [row.getByRole("rowheader"), ...(await row.getByRole("combobox").all())];
  let below = (await name.boundingBox()).y;
  for (const choice of choices) {
    const { x, y, width } = await choice.boundingBox();
    assert.ok(y > below && x + width <= 380);
    below = y;
  }
  assert.match(await page.locator(".protect section").ariaSnapshot(), /- table:\n\s+- rowgroup:\n\s+- row .*:\n\s+- columnheader/);
  await context.close();
});

test("the button below the prepared tables' heading keeps its distance", { timeout: 60_000 }, async () => {
  const { context, page } = await open(site.browser, site.url, { viewport: { width: 380, height: 900 } });
  await states["sharing-check-and-save"](page);
  const edges = async (locator) => {
    const { x, y, width, height } = await locator.boundingBox();
    return { left: x, right: x + width, top: y, bottom: y + height };
  };
  const button = page.getByRole("button", { name: "Show the prepared tables" });
  const lead = await edges(page.getByText("Look through the prepared tables before you save"));
  assert.ok((await edges(button)).top - lead.bottom >= 8);
  await button.click();
  const heading = await edges(page.getByRole("heading", { name: "The tables as they will be" }));
  const grid = await edges(page.locator(".protect .grid"));
  assert.ok(grid.top > heading.bottom && grid.left === heading.left && grid.right <= 380, "the tables stand below, not beside");
  await context.close();
});
