// What the page asks of the data while somebody looks at them may fail: then it says so, offers another try, and waits
// for nothing. Each question of the page is here; those of saving have their button beside them.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { join } from "node:path";
import { example, root } from "../wasm/cli.mjs";
import { choose, faultyOn, ready } from "./faulty.mjs";
import { start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());
const faulty = faultyOn(() => site);

/** From now on every request of this kind is answered with a fault. */
const refuse = (page, ask, look) =>
  page.evaluate(([ask, look]) => {
    window.refused = (message) => message.ask === ask && (!look || (message.look === look && message.what.count !== 0));
    window.refusals = 0;
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (!window.refused?.(message)) return send.call(this, message, ...rest);
      window.refusals += 1;
      const fault = { code: "io", message: "", detail: "", advice: "", place: {} };
      setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data: { id: message.id, fault } })));
    };
  }, [ask, look]);
const allow = (page) => page.evaluate(() => (window.refused = undefined));

/** Nothing in sight waits for anything. */
const rests = (page) => page.waitForFunction(() => ![...document.querySelectorAll("main [aria-busy=true]")].some((part) => part.checkVisibility()));
const filled = (grid) => grid.locator("[role=gridcell]", { hasText: /./ }).first().waitFor();
const focusIn = (page, selector) => page.waitForFunction((selector) => document.activeElement?.closest(selector), selector);

/** Is told about a fault, tries again in vain and then with success; the focus stays near. */
async function triedAgain(page, place, said, near) {
  const told = place.locator(".outcome.bad");
  await told.waitFor();
  assert.match(await told.innerText(), said);
  assert.match(await told.innerText(), /could not be read to the end/);
  await rests(page);
  const button = told.getByRole("button", { name: "Try again" });
  await button.focus();
  const before = await page.evaluate(() => window.refusals);
  await page.keyboard.press("Enter");
  await focusIn(page, near);
  await page.waitForFunction((before) => window.refusals > before, before);
  await told.waitFor();
  await rests(page);
  await allow(page);
  await button.click();
  await told.waitFor({ state: "detached" });
  await focusIn(page, near);
  await rests(page);
}

faulty("rows of a preview that cannot be fetched", async (page) => {
  await refuse(page, "preview");
  await choose(page, example);
  await ready(page);
  await triedAgain(page, page.locator(".preview"), /Some rows could not be fetched/, "[role=grid]");
  await filled(page.getByRole("grid"));
});

faulty("the list of what the ZIP contains", async (page) => {
  await refuse(page, "contents");
  await choose(page, example);
  await ready(page);
  await triedAgain(page, page.locator(".contents"), /What the ZIP will contain could not be worked out/, ".contents summary");
  await page.locator(".contents summary", { hasText: /files?,/ }).waitFor();
});

faulty("current values", async (page) => {
  await choose(page, example);
  await ready(page);
  await refuse(page, "browse", "rows");
  await page.getByRole("tab", { name: "Players" }).click();
  await triedAgain(page, page.locator(".sheet"), /Some rows could not be fetched/, "[role=grid]");
  await filled(page.locator(".sheet [role=grid]"));
  // The question how many rows there are fails: the filters are still there to be changed.
  await page.evaluate(() => (window.refused = (message) => message.look === "rows"));
  await page.getByLabel("Find a name or a value").fill("a");
  await triedAgain(page, page.locator(".sheet"), /Some rows could not be fetched/, ".sheet h2");
  assert.equal(await page.getByLabel("Find a name or a value").inputValue(), "a");
});

faulty("an order of current values that cannot be had: the table and the focus stay", async (page) => {
  await choose(page, example);
  await ready(page);
  await page.getByRole("tab", { name: "Players" }).click();
  const sheet = page.locator(".sheet");
  await filled(sheet.getByRole("grid"));
  const inOrder = () => page.waitForFunction(() => document.activeElement.matches("[role=columnheader][aria-sort=ascending]"));
  // Only what is in the new order fails, be it the rows or their number.
  await refuse(page, "browse", "rows");
  await page.evaluate(() => (window.refused = (message) => message.look === "rows" && message.what.selection.by));
  await sheet.getByRole("gridcell").first().focus();
  await page.keyboard.press("Control+ArrowUp");
  await page.keyboard.press("Enter");
  const told = sheet.locator(".outcome.bad");
  await told.waitFor();
  await inOrder();
  await rests(page);
  await allow(page);
  await told.getByRole("button", { name: "Try again" }).click();
  await told.waitFor({ state: "detached" });
  await filled(sheet.getByRole("grid"));
  await inOrder();
});

for (const [look, heading] of [["progress", "Progress of the session"], ["stays", "Who was where when"], ["pages", "How long each page took"], ["columns", "Spread of a field"], ["spread", "Spread of a field"]]) {
  faulty(`a picture whose question (${look}) fails`, async (page) => {
    await choose(page, example);
    await ready(page);
    await refuse(page, "browse", look);
    await page.getByRole("tab", { name: "Pictures" }).click();
    const picture = page.locator(".picture", { has: page.getByRole("heading", { name: heading }) });
    await triedAgain(page, picture, new RegExp(`This could not be shown: ${heading}`), ".picture h2");
    assert.equal(await page.evaluate(() => document.activeElement.innerText), heading);
    await page.waitForFunction(() => document.querySelectorAll(".drawing svg").length === 4);
  });
}

faulty("a picture of other players that cannot be had: what was asked can be changed", async (page) => {
  await choose(page, example);
  await ready(page);
  await page.getByRole("tab", { name: "Pictures" }).click();
  await page.locator(".drawing svg").nth(3).waitFor();
  await refuse(page, "browse", "stays");
  await page.getByLabel("Find a player").fill("x");
  await page.locator(".picture .outcome.bad").waitFor();
  await focusIn(page, "input");
  await allow(page);
  await page.getByLabel("Find a player").fill("");
  await page.locator(".picture .outcome.bad").waitFor({ state: "detached" });
});

faulty("the first question about players", async (page) => {
  await choose(page, example);
  await ready(page);
  await refuse(page, "browse", "facets");
  await page.getByRole("tab", { name: "Players" }).click();
  await triedAgain(page, page.locator("#panel-players"), /This could not be shown: Players/, "#panel-players");
  await filled(page.locator(".sheet [role=grid]"));
});

faulty("searches for changes, and the place of a change in its history", async (page) => {
  await choose(page, example);
  await ready(page);
  await refuse(page, "search");
  await page.getByRole("tab", { name: "Players" }).click();
  const history = page.locator(".history");
  await triedAgain(page, history, /This could not be shown: Changes/, ".history h2");
  await filled(history.getByRole("grid"));
  await refuse(page, "browse", "place");
  await history.getByRole("gridcell").first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^History of/ }).waitFor();
  await triedAgain(page, history, /This could not be shown: Changes/, ".history h2");
  await filled(history.getByRole("grid"));
});

faulty("the recipe and the command", async (page) => {
  await choose(page, example);
  await ready(page);
  await refuse(page, "recipeText");
  const box = page.locator(".recipe");
  await box.locator("summary").click();
  await triedAgain(page, box, /This could not be shown: These choices/, ".recipe summary");
  await box.getByRole("region", { name: "The recipe" }).waitFor();
  await refuse(page, "recipeText");
  await box.getByRole("button", { name: "Save recipe" }).click();
  await box.locator(".outcome.bad", { hasText: "Save recipe" }).waitFor();
  await allow(page);
  await Promise.all([page.waitForEvent("download"), box.getByRole("button", { name: "Try again" }).click()]);
  await box.locator(".outcome.bad").waitFor({ state: "detached" });
});

const canary = join(root, "tests/cases/protect/canary/uproot_canary.msgpack");
const step = (page, name) => page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name }).click();

faulty("the look at what would be done, the first and a later one", async (page) => {
  await choose(page, canary);
  await ready(page);
  await refuse(page, "look");
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  const panel = page.locator("#panel-protect");
  await triedAgain(page, panel, /This cannot be prepared/, "#panel-protect");
  await panel.getByRole("heading", { name: "Fields" }).waitFor();
  await refuse(page, "look");
  await page.getByRole("radio", { name: /^Colleagues/ }).check();
  await triedAgain(page, panel, /This cannot be prepared/, ".protect h2");
});

faulty("texts to be read, and the prepared tables", async (page) => {
  await choose(page, canary);
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  await step(page, "Texts");
  await refuse(page, "texts");
  await page.getByRole("radio", { name: /^Read them/ }).check();
  await triedAgain(page, page.locator("#panel-protect"), /This could not be shown: Texts/, ".protect h2");
  await page.locator(".review li").first().waitFor();
  await step(page, "Check and save");
  await refuse(page, "preparedTables");
  await page.getByRole("button", { name: "Show the prepared tables" }).click();
  const told = page.locator(".outcome.bad", { hasText: "The tables as they will be" });
  await told.waitFor();
  await focusIn(page, ".outcome.bad button");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.querySelector(".protect .quiet[role=status]"));
  await focusIn(page, ".outcome.bad button");
  await allow(page);
  await page.keyboard.press("Enter");
  await filled(page.locator("#panel-protect [role=grid]"));
});

faulty("tables that cannot be planned are not to be saved, until a choice makes them possible", async (page) => {
  await choose(page, example);
  await ready(page);
  await refuse(page, "tables");
  const save = page.getByRole("button", { name: "Save ZIP" });
  const note = page.locator("#save-note");
  await page.getByLabel("Page times").uncheck();
  await page.locator(".preview .fault").waitFor();
  assert.equal(await save.getAttribute("aria-disabled"), "true");
  assert.match(await note.innerText(), /cannot be made with these choices/);
  await triedAgain(page, page.locator(".preview"), /This could not be shown: Preview/, ".preview h2");
  assert.match(await note.innerText(), /The ZIP holds/);
  await refuse(page, "tables");
  await page.getByRole("checkbox", { name: /^Latest values(?! by)/ }).uncheck();
  await page.locator(".preview .fault").waitFor();
  await allow(page);
  await page.getByLabel("Changes, side by side").uncheck();
  await page.waitForFunction(() => document.querySelector(".savebox button")?.getAttribute("aria-disabled") === "false");
  assert.match(await note.innerText(), /The ZIP holds/);
});
