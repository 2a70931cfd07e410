// Looking into the data: tabs by keyboard, what differs, history with deletions, search and jump, pictures that are saved.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../wasm/cli.mjs";
import { file, open, openExample, start } from "./harness.mjs";
import { openTab } from "./states.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

/** Runs a test on a fresh page and expects it to end without errors, violations and requests. */
function onPage(name, work) {
  test(name, { timeout: 90_000 }, async () => {
    const { context, page, seen } = await open(site.browser, site.url);
    page.setDefaultTimeout(20_000);
    const loaded = seen.requests.filter((url) => url.startsWith("http")).length;
    try {
      await work(page);
      assert.deepEqual(seen.errors, []);
      assert.deepEqual(await page.evaluate(() => window.violations), []);
      assert.equal(seen.requests.filter((url) => url.startsWith("http")).length, loaded);
    } finally {
      await context.close();
    }
  });
}

/** A dump as uproot writes it, from rows of [storage, field, type, payload or null for a deletion]. */
function dump(rows) {
  const text = (s) => Buffer.concat([Buffer.from(s.length < 32 ? [0xa0 | s.length] : [0xd9, s.length]), Buffer.from(s)]);
  const float = (n) => {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(n, 1);
    return bytes;
  };
  const value = (type, payload) => {
    if (payload === null) return Buffer.from([0xc0]);
    const bytes = Buffer.concat([Buffer.from([type]), Buffer.from(payload)]);
    return Buffer.concat([Buffer.from([0xc4, bytes.length]), bytes]);
  };
  return Buffer.concat(
    rows.flatMap(([storage, field, type, payload], i) => [
      Buffer.from([0x86]),
      ...[text("seq"), Buffer.from([0xcd, (i + 1) >> 8, (i + 1) & 255]), text("namespace"), text(storage), text("field"), text(field)],
      ...[text("value"), value(type, payload), text("created_at"), float(1_760_000_000 + i * 7), text("context"), text(`app.play:${i % 9}`)],
    ]),
  );
}

/** Eight players of whom one says something else, one has deleted a field, and one never finished. */
function eight() {
  const names = Array.from({ length: 8 }, (_, i) => `p${i}`);
  const rows = [["session/lab", "_uproot_players", 128, JSON.stringify(names.map((name) => ["lab", name]))]];
  const each = (field, type, payload) => names.forEach((name, i) => {
    const given = payload(i);
    if (given !== undefined) rows.push([`player/lab/${name}`, field, type, given]);
  });
  each("_uproot_key", 2, () => '"never-shown"');
  each("page_order", 128, () => '["app/Intro","app/Task"]');
  each("show_page", 0, () => "0");
  each("answer", 2, (i) => (i === 2 ? '"blue"' : '"red"'));
  each("show_page", 0, () => "1");
  each("show_page", 0, (i) => (i === 5 ? undefined : "2"));
  each("answer", 2, (i) => (i === 3 ? null : undefined));
  return file("lab.msgpack", dump(rows));
}

const openEight = async (page) => {
  await page.locator("input[type=file]").first().setInputFiles(eight());
  await page.getByRole("grid").waitFor();
};

/** Two sessions with a player each. */
const two = () => file("two.msgpack", dump(["lab", "web"].flatMap((name) => [
  [`session/${name}`, "_uproot_players", 128, JSON.stringify([[name, `${name}1`]])],
  [`player/${name}/${name}1`, "page_order", 128, '["app/Intro"]'],
  [`player/${name}/${name}1`, "show_page", 0, "0"],
  [`player/${name}/${name}1`, "payoff", 0, "3"],
])));
const told = (page, selector, text) => page.waitForFunction(([selector, text]) => document.querySelector(selector)?.innerText.includes(text), [selector, text]);

onPage("tabs are moved through by arrow keys and opened by Enter; a panel is made when it is first opened", async (page) => {
  await openExample(page);
  await page.getByRole("tab", { name: "Export" }).focus();
  const focused = () => page.evaluate(() => document.activeElement.innerText);
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "Players");
  assert.equal(await page.locator("#panel-players").innerHTML(), "", "moving alone does no work");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "Export", "the last is followed by the first");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator(".sheet [role=grid]").waitFor();
  assert.equal(await page.getByRole("tab", { name: "Players" }).getAttribute("aria-selected"), "true");
  assert.ok(await page.locator("#panel-export").isHidden());
  await page.getByRole("tab", { name: "Export" }).click();
  assert.ok(await page.getByRole("button", { name: "Save ZIP" }).isVisible());
});

onPage("what differs is marked in words, and credentials are not shown", async (page) => {
  await openEight(page);
  await openTab(page, "Players");
  await page.locator(".sheet .note").first().waitFor();
  const notes = await page.locator(".sheet .note").evaluateAll((all) => all.map((note) => note.getAttribute("aria-label")));
  assert.ok(notes.includes("Differs: 6 of 7 have “red”."), notes.join());
  assert.ok(notes.includes("Deleted."), notes.join());
  assert.ok(notes.includes("Has not come to the end"), notes.join());
  await page.getByLabel("uproot’s internal fields, too").check();
  await told(page, ".sheet h2", "3 fields");
  assert.doesNotMatch(await page.locator("main").innerText(), /never-shown|_uproot_key/);
  await page.getByLabel("Rows", { exact: true }).selectOption("unfinished");
  await told(page, ".sheet h2", "1 row");
  assert.equal(await page.locator(".sheet .named").first().innerText(), "p5");
});

onPage("sorting leaves the focus on the head of the column, and says the order", async (page) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await openEight(page);
  await openTab(page, "Players");
  await page.getByLabel("uproot’s internal fields, too").check();
  await told(page, ".sheet h2", "3 fields");
  const names = () => page.locator(".sheet .named").allInnerTexts();
  const inOrder = (first) => page.waitForFunction((first) => document.querySelector(".sheet .named")?.innerText === first, first);
  await inOrder("p0");
  const head = page.locator(".sheet [role=columnheader]", { hasText: "answer" });
  await page.locator(".sheet [role=gridcell]").first().focus();
  await page.keyboard.press("Control+ArrowUp");
  const onHead = () => page.evaluate(() => document.activeElement.innerText.startsWith("answer"));
  for (let i = 0; i < 10 && !(await onHead()); i += 1) await page.keyboard.press("ArrowRight");
  const far = await page.locator(".sheet .grid").evaluate((grid) => grid.scrollLeft);
  const steps = [
    ["Enter", "ascending", /^Sorted by answer, ascending/, "p2"],
    ["Enter", "descending", /^Sorted by answer, descending/, "p0"],
    ["Enter", null, /^In the order of the data/, "p0"],
    ["click", "ascending", /^Sorted by answer, ascending/, "p2"],
  ];
  for (const [how, order, said, first] of steps) {
    await (how === "click" ? head.click() : page.keyboard.press("Enter"));
    await page.waitForFunction((order) => document.activeElement?.getAttribute("aria-sort") === order && document.activeElement.innerText.startsWith("answer"), order);
    await inOrder(first);
    assert.match(await page.locator("main + [role=status]").innerText(), said);
    assert.ok(await head.evaluate((one) => one === document.activeElement), "the focus stays when the rows have come");
    assert.equal(await page.locator(".sheet .grid").evaluate((grid) => grid.scrollLeft), far, "nothing moves sideways");
  }
  await page.keyboard.press("ArrowDown");
  assert.match(await page.evaluate(() => document.activeElement.innerText), /blue/);
  assert.equal((await names()).length, 8);
});

onPage("players are sorted by how far they came, by their last change and by their number of changes", async (page) => {
  await openEight(page);
  await openTab(page, "Players");
  const head = (name) => page.locator(".sheet [role=columnheader]", { hasText: name });
  const order = (expected) => page.waitForFunction((expected) => [...document.querySelectorAll(".sheet .named")].map((one) => one.innerText).join(" ") === expected, expected);
  await order("p0 p1 p2 p3 p4 p5 p6 p7");
  await head("Progress").click();
  await order("p5 p0 p1 p2 p3 p4 p6 p7");
  assert.equal(await head("Progress").getAttribute("aria-sort"), "ascending");
  assert.match(await page.locator("main + [role=status]").innerText(), /^Sorted by Progress, ascending/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.getAttribute("aria-sort") === "descending" && document.activeElement.innerText.startsWith("Last change"));
  assert.equal(await head("Progress").getAttribute("aria-sort"), null);
  await order("p3 p7 p6 p4 p2 p1 p0 p5");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await order("p5 p0 p1 p2 p4 p6 p7 p3");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await order("p0 p1 p2 p3 p4 p5 p6 p7");
});

onPage("players are sorted by name, by keyboard and by click", async (page) => {
  await openEight(page);
  await openTab(page, "Players");
  const head = page.locator(".sheet .head .index");
  const sorted = async (first, order) => {
    await page.waitForFunction((first) => document.querySelector(".sheet .named")?.innerText === first, first);
    assert.equal(await head.getAttribute("aria-sort"), order);
    assert.ok(await head.evaluate((one) => one === document.activeElement), "the focus stays on the head");
  };
  await page.locator(".sheet [role=gridcell]").first().focus();
  await page.keyboard.press("Control+ArrowUp");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await sorted("p0", "ascending");
  assert.match(await page.locator("main + [role=status]").innerText(), /^Sorted by Name, ascending/);
  await page.keyboard.press("Enter");
  await sorted("p7", "descending");
  await head.click();
  await sorted("p0", null);
  assert.match(await page.locator("main + [role=status]").innerText(), /^In the order of the data/);
});

onPage("the session that is picked is looked at in every tab, until other files are opened", async (page) => {
  await page.locator("input[type=file]").first().setInputFiles(two());
  await page.getByRole("grid").waitFor();
  const picked = (id) => page.locator(`#panel-${id}`).getByLabel("Session", { exact: true });
  await openTab(page, "Pictures");
  assert.equal(await picked("pictures").inputValue(), "lab");
  await openTab(page, "Players");
  await picked("players").selectOption("web");
  await told(page, ".sheet .named", "web1");
  await page.locator(".sheet .named").click();
  await page.getByRole("heading", { name: "History of web1" }).waitFor();
  const drawn = () => page.locator("#panel-pictures .drawing").first().innerHTML();
  const before = await drawn();
  assert.equal(await picked("pictures").inputValue(), "lab", "a hidden tab does no work");
  await openTab(page, "Pictures");
  assert.equal(await picked("pictures").inputValue(), "web");
  assert.notEqual(await drawn(), before);
  await picked("pictures").selectOption("lab");
  await openTab(page, "Players");
  assert.equal(await picked("players").inputValue(), "lab");
  await told(page, ".sheet .named", "lab1");
  await page.getByRole("heading", { name: /^Changes/ }).waitFor();
  await picked("players").selectOption("web");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator("input[type=file]").first().setInputFiles(two());
  await page.getByRole("grid").waitFor();
  await openTab(page, "Players");
  assert.equal(await picked("players").inputValue(), "lab");
});

onPage("numbers in the tables of pictures stand below each other", async (page) => {
  await openEight(page);
  await openTab(page, "Pictures");
  await page.locator(".drawing svg").nth(3).waitFor();
  for (const [i, figures] of [[0, [1, 2]], [1, [4]], [2, [1, 4, 9]], [3, [1]]]) {
    const picture = page.locator(".picture").nth(i);
    await picture.getByText("The same as a table").click();
    const sides = await picture.getByRole("table").evaluate((table) => [...table.rows].slice(0, 2).map(({ cells }) => [...cells].map((cell) => getComputedStyle(cell).textAlign)));
    for (const row of sides) {
      assert.equal(row[0], "left");
      for (const at of figures) assert.equal(row[at], "right", `${i}: ${at}`);
    }
  }
});

onPage("a player's history shows deletions; a search counts, and Enter leads to the change in its history", async (page) => {
  await openEight(page);
  await openTab(page, "Players");
  await page.locator(".sheet .named", { hasText: "p3" }).click();
  await page.getByRole("heading", { name: /^History of p3/ }).waitFor();
  await told(page, ".history h2", "6 changes");
  assert.equal(await page.locator(".history .note").getAttribute("aria-label"), "Deleted here.");
  await page.getByRole("button", { name: "All changes again" }).click();
  await page.getByLabel("Value has").fill("BLUE");
  await told(page, ".history h2", "1 change");
  const cell = page.locator(".history [role=gridcell]").first();
  await cell.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^History of p2/ }).waitFor();
  await told(page, ".history h2", "5 changes");
  await page.getByRole("button", { name: "All changes again" }).click();
  await page.getByLabel("Deletions only").check();
  await told(page, ".history h2", "1 change");
});

onPage("pictures say what they show, as a table too, and are saved as SVG and PNG", async (page) => {
  await openEight(page);
  await openTab(page, "Pictures");
  await page.locator(".drawing svg").nth(3).waitFor();
  const images = await page.getByRole("img", { name: /^(Progress|Who|How|Spread)/ }).evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
  assert.equal(images.length, 4);
  assert.match(images[0], /7 of 8 players had finished; 1 were gone/);
  assert.match(images[1], /1 stay has no end/);
  const timeline = page.locator(".picture").nth(1);
  await timeline.getByText("The same as a table").click();
  assert.match(await timeline.getByRole("table").innerText(), /p5\s+app\/Task.+has no end/s);
  const saved = async (name) => {
    const [got] = await Promise.all([page.waitForEvent("download"), timeline.getByRole("button", { name }).click()]);
    return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
  };
  const svg = await saved(/as SVG/);
  assert.equal(svg.name, "lab-timeline.svg");
  assert.match(svg.bytes.toString(), /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.doesNotMatch(svg.bytes.toString(), /var\(|class=/, "it stands on its own");
  const png = await saved(/as PNG/);
  assert.equal(png.name, "lab-timeline.png");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  assert.ok(png.bytes.length > 2000);
  await page.locator(".language").selectOption("ja");
  assert.match(await timeline.locator(".hint").first().innerText(), /[^.]。$/, "a sentence ends as its language has it");
});

onPage("a PsyNet export has pictures of its participants", async (page) => {
  await page.locator("input[type=file]").first().setInputFiles(file("database.zip", readFileSync(join(root, "tests/cases/psynet/kitchen_sink/database.zip"))));
  await page.getByRole("grid").waitFor();
  await openTab(page, "Pictures");
  await page.locator(".drawing svg").nth(2).waitFor();
  assert.equal(await page.locator(".drawing rect").count() > 0, true);
});
