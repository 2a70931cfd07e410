// The page in each of its languages: chosen by the browser's, changed by hand, with room for long words; data are never translated.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../wasm/cli.mjs";
import { languages } from "../wasm/words.mjs";
import { dist, file, open, openExample, start } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const locales = { de: "de-AT", es: "es-MX", ja: "ja-JP" };

let site;
/** The example as the English page saves it. */
let english;
before(async () => {
  site = await start();
  const { context, page } = await open(site.browser, site.url);
  await openExample(page);
  english = await savedBy(page, languages.en);
  await context.close();
});
after(() => site.stop());

async function savedBy(page, words) {
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: words.save.button }).click()]);
  return readFileSync(await got.path());
}

const langOf = (page) => page.evaluate(() => document.documentElement.lang);
const select = (page) => page.locator("header select");

/** Runs a test on a fresh page and expects it to end without errors and violations. */
function onPage(name, options, work, url = () => site.url) {
  test(name, { timeout: 120_000 }, async () => {
    const { context, page, seen } = await open(site.browser, url(), options);
    page.setDefaultTimeout(20_000);
    try {
      await work(page);
      assert.deepEqual(seen.errors, []);
      if (!options.bypassCSP) assert.deepEqual(await page.evaluate(() => window.violations), []);
    } finally {
      await context.close();
    }
  });
}

/** Nothing sticks out and axe finds nothing, wide and as narrow as a small telephone. */
async function looksRight(page, where) {
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const found = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`), [], `${where}, ${width} px`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `${where}: nothing sticks out at ${width} px`);
  }
}

test("every language but English has a locale here", () => {
  assert.deepEqual(["en", ...Object.keys(locales)].sort(), Object.keys(languages).sort());
});

for (const [code, locale] of Object.entries(locales)) {
  const words = languages[code];

  onPage(`${locale}: the job is done in the reader's language, and the ZIP is the same`, { locale }, async (page) => {
    assert.equal(await langOf(page), code);
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), words.start.heading);
    await page.getByRole("button", { name: words.start.example }).click();
    await page.getByRole("grid").first().waitFor();
    await page.getByRole("heading", { name: words.options.heading }).waitFor();
    assert.ok((await savedBy(page, words)).equals(english));
    await page.getByText(words.save.done, { exact: true }).waitFor();
  });

  onPage(`${locale}: a fault and problems are told in the reader's language, what the engine adds is marked as English`, { locale }, async (page) => {
    const input = page.locator("input[type=file]").first();
    await input.setInputFiles(file("notes.txt", "hello"));
    for (const text of words.problems.known["unknown-format"]) await page.locator(".fault").getByText(text).waitFor();
    await page.getByRole("button", { name: words.startOver }).click();
    await input.setInputFiles(join(root, "tests/cases/uproot/edge_order_truncated/dump/backup.bin"));
    const problems = page.locator(".problems");
    await problems.waitFor();
    for (const text of words.problems.known.truncated) assert.ok((await problems.innerText()).includes(text), text);
    assert.doesNotMatch(await problems.innerText(), /The input ends/);
  });

  onPage(`${locale}: axe finds nothing, and long words have room`, { locale, bypassCSP: true }, async (page) => {
    await page.evaluate(axe);
    await looksRight(page, "start");
    await page.getByRole("button", { name: words.start.example }).click();
    await page.getByRole("grid").first().waitFor();
    const tabs = await page.getByRole("tab").all();
    assert.ok(tabs.length > 1);
    for (const tab of tabs) {
      await tab.click();
      await page.locator("[role=tabpanel]:visible").waitFor();
      for (const summary of await page.locator("main summary:visible").all()) await summary.click();
      // Rows that are still loading have no names yet.
      await page.waitForFunction(() => ![...document.querySelectorAll("main [aria-busy=true]")].some((part) => part.checkVisibility()));
      await looksRight(page, await tab.innerText());
    }
  });
}

onPage("a language that the page has not: the next that it has", { locale: "fr-FR" }, async (page) => {
  assert.equal(await langOf(page), "en");
});

onPage("by keyboard: the language changes, what was chosen stays, and the choice is remembered", {}, async (page) => {
  await openExample(page);
  const { en, de } = languages;
  await page.getByLabel(en.options.view.latest_by[0]).check();
  await page.getByRole("radio", { name: en.options.filetypes.jsonl[0] }).check();
  const heading = await page.getByRole("heading", { level: 1 }).innerText();
  await page.getByLabel(en.language).focus();
  await page.keyboard.press("D");
  await page.waitForFunction(() => document.documentElement.lang === "de");
  assert.equal(await page.evaluate(() => document.activeElement.matches("header select")), true, "the focus stays");
  await page.getByRole("heading", { name: de.options.heading }).waitFor();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), heading);
  assert.equal(await page.getByLabel(de.options.view.latest_by[0]).isChecked(), true);
  assert.equal(await page.getByRole("radio", { name: de.options.filetypes.jsonl[0] }).isChecked(), true);
  await page.reload();
  await page.getByRole("heading", { name: de.start.heading }).waitFor();
  assert.equal(await langOf(page), "de");
});

test("where the browser remembers nothing the language can be changed all the same", { timeout: 60_000 }, async () => {
  const context = await site.browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("denied", "SecurityError"); } });
  });
  await page.goto(site.url);
  await select(page).selectOption("ja");
  await page.getByRole("heading", { name: languages.ja.start.heading }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

onPage("the file on the disk speaks, too", { locale: "es-ES" }, async (page) => {
  assert.equal(await langOf(page), "es");
  await select(page).selectOption("de");
  await page.getByRole("heading", { name: languages.de.start.heading }).waitFor();
  assert.equal(await langOf(page), "de");
}, () => pathToFileURL(join(dist, "windrow.html")).href);
