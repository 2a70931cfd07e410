// What the page asks of the data while somebody looks at them may fail: then it says so, offers another try, and waits for nothing.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { example } from "../wasm/cli.mjs";
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
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (!window.refused?.(message)) return send.call(this, message, ...rest);
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
  await page.keyboard.press("Enter");
  await focusIn(page, near);
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
  await allow(page);
  await page.getByLabel("Changes, side by side").uncheck();
  await page.waitForFunction(() => document.querySelector(".savebox button")?.getAttribute("aria-disabled") === "false");
  assert.match(await note.innerText(), /The ZIP holds/);
});
