// Preparing for sharing in Chromium: the path without a choice, choices, texts, a refused ZIP, keyboard and axe.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { row } from "../bench/dump.mjs";
import { file, open, start } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site;
before(async () => {
  site = await start();
});
after(() => site.stop());

function onPage(name, work, options = {}) {
  test(name, { timeout: 90_000 }, async () => {
    const { context, page, seen } = await open(site.browser, site.url, options);
    page.setDefaultTimeout(20_000);
    try {
      await work(page);
      assert.deepEqual(seen.errors, []);
      assert.deepEqual(await page.evaluate(() => window.violations), []);
    } finally {
      await context.close();
    }
  });
}

/** Twelve players who never meet; with `nick` one of them is called like a word of the README. With `again` they come twice. */
function dump({ nick, again } = {}) {
  const rows = [];
  let seq = 0;
  const put = (storage, field, type, json) => {
    seq += 1;
    rows.push(row(seq, storage, field, [type, json], 1_760_000_000 + seq * 3.7, "app.Page:10"));
  };
  const countries = ["de", "at", "ch", "fr", "it", "es", "us", "ca", "mx", "br", "ar", "cl"];
  const names = countries.map((_, n) => `bcdf${n}`);
  put("session/quiet", "_uproot_players", 132, JSON.stringify(names.map((uname) => ({ sname: "quiet", uname }))));
  countries.forEach((country, n) => {
    const storage = `player/quiet/${names[n]}`;
    put(storage, "started", 5, "true");
    put(storage, "age", 0, String(20 + n));
    put(storage, "country", 2, JSON.stringify(country));
    put(storage, "offer", 0, String(n * 5));
    put(storage, "gadget", 2, JSON.stringify(`thing number ${n} of its kind`));
    put(storage, "remarks", 2, JSON.stringify(`I am Ottilie Berg and you can write to ottilie${n}@example.org whenever you like, thank you`));
  });
  const label = (n) => JSON.stringify(`5e1f2a3b4c5d6e7f8a9b0c${10 + n}`);
  if (again) {
    put("session/late", "_uproot_players", 132, JSON.stringify(names.map((uname) => ({ sname: "late", uname }))));
    for (const session of ["quiet", "late"]) names.forEach((name, n) => put(`player/${session}/${name}`, "label", 2, label(n)));
  }
  if (nick) put("player/quiet/bcdf0", "nick", 2, JSON.stringify(nick));
  return file("quiet.msgpack", Buffer.concat(rows));
}

/** So many texts that the first look takes a while. */
function long() {
  const texts = Array.from({ length: 25_000 }, (_, n) => JSON.stringify(`Number ${n} wrote ${"what came to mind and then some more, ".repeat(10)}`));
  return file("long.msgpack", Buffer.concat(texts.map((text, n) => row(n + 1, `player/long/p${n % 50}`, "remarks", [2, text], 1_760_000_000 + n, "app.Page:10"))));
}

/** The texts of a ZIP by path. */
function unzip(zip) {
  const files = {};
  let at = zip.readUInt32LE(zip.length - 6);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [name, extra, comment, header] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const from = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const bytes = zip.subarray(from, from + packed);
    files[zip.toString("utf8", at + 46, at + 46 + name)] = (method === 0 ? bytes : inflateRawSync(bytes)).toString("utf8");
    at += 46 + name + extra + comment;
  }
  return files;
}

const fileOf = (files, end) => files[Object.keys(files).find((path) => path.endsWith(end))];

async function toTab(page, given) {
  await page.locator("input[type=file]").first().setInputFiles(given);
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  await page.getByRole("table").first().waitFor();
}

const step = (page, name) => page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name });
const settled = (page) => page.locator(".protect [aria-busy=false]").waitFor();

async function saved(page) {
  await step(page, "Check and save").click();
  await settled(page);
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Check and save ZIP" }).click()]);
  await page.getByText("Checked and saved", { exact: true }).waitFor();
  return unzip(readFileSync(await got.path()));
}

onPage("without any choice the ZIP is prepared for open sharing", async (page) => {
  await toTab(page, dump());
  const files = await saved(page);
  const all = Object.entries(files).flat().join("\n");
  for (const gone of ["bcdf", "quiet", "Ottilie", "example.org", "thing number"]) assert.ok(!all.includes(gone), gone);
  assert.match(fileOf(files, "ANONYMIZATION.txt"), /Prepared for sharing/);
  assert.equal(fileOf(files, "/latest/player.csv").match(/\[withheld\]/g).length, 24);
});

onPage("a class is corrected, undone, and given to several fields at once; the examples follow", async (page) => {
  await toTab(page, dump());
  const line = page.getByRole("row", { name: /gadget/ });
  await line.getByText("needs a decision").waitFor();
  await page.getByLabel("What player · gadget holds").selectOption("experiment");
  await line.getByText("your choice", { exact: true }).waitFor();
  await page.getByRole("radio", { name: /^Changed/ }).check();
  assert.equal(await page.getByRole("row").count(), 2);
  await page.getByRole("button", { name: "Undo the choice for player · gadget" }).click();
  await page.getByText("No field is like this.").waitFor();
  await page.getByRole("radio", { name: /^The experiment/ }).check();
  await page.getByLabel("Select player · gadget").check();
  await page.getByLabel("Select player · offer").check();
  await page.getByLabel("They hold").selectOption("experiment");
  await page.getByRole("button", { name: "Apply to all selected" }).click();
  await line.getByText("your choice", { exact: true }).waitFor();
  const files = await saved(page);
  assert.match(fileOf(files, "/latest/player.csv"), /thing number 3 of its kind/);
  assert.match(fileOf(files, "windrow.json"), /"player\.\.gadget"/);
});

onPage("the risk is said in words, and the step that helps most is one click away", async (page) => {
  await toTab(page, dump());
  await step(page, "Risk").click();
  await page.getByText("nobody else looks like 12 of the 12 participants").waitFor();
  await page.getByText("Only 12 people took part.").waitFor();
  await page.getByRole("button", { name: "Do this" }).click();
  await page.getByText("Nothing has to be hidden").waitFor();
});

onPage("who took part twice is counted once in the warning about small groups", async (page) => {
  await toTab(page, dump({ again: true }));
  await step(page, "Risk").click();
  await page.getByText("nobody else looks like 12 of the 12 participants").waitFor();
  await page.getByText("Only 12 people took part.").waitFor();
});

onPage("a text that was read comes out redacted, the others do not", async (page) => {
  await toTab(page, dump());
  await step(page, "Texts").click();
  await page.getByRole("radio", { name: /^Read them/ }).check();
  const texts = page.locator(".review li").filter({ hasText: "remarks" });
  await texts.first().locator("mark").first().waitFor();
  await texts.first().getByLabel("Release").check();
  await page.getByText("1 of 24 texts released").waitFor();
  const files = await saved(page);
  const table = fileOf(files, "/latest/player.csv");
  assert.equal(table.match(/write to \[EMAIL\] whenever/g).length, 1);
  assert.ok(!table.includes("example.org"));
});

onPage("a ZIP with an identifier in it is not handed out, and what to do is said", async (page) => {
  await toTab(page, dump({ nick: "Checksums" }));
  let downloads = 0;
  page.on("download", () => (downloads += 1));
  await step(page, "Check and save").click();
  await settled(page);
  await page.getByRole("button", { name: "Check and save ZIP" }).click();
  await page.locator("strong", { hasText: "Not saved: an identifier was left" }).waitFor();
  await page.getByRole("row", { name: /README\.txt.*C…s \(9 characters\).*Contact or device/ }).first().waitFor();
  assert.equal(downloads, 0);
  const stored = await page.evaluate(async () => (await Array.fromAsync((await navigator.storage.getDirectory()).keys())).length);
  assert.equal(stored, 0, "nothing is left in the browser's storage");
  await page.getByRole("button", { name: "Go to the fields" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Fields");
});

onPage("what the search finds can be accepted for a reason, and that can be taken back", async (page) => {
  await toTab(page, dump({ nick: "Checksums" }));
  await step(page, "Check and save").click();
  await settled(page);
  await page.getByRole("button", { name: "Check and save ZIP" }).click();
  await page.locator("summary", { hasText: "Accept what was found" }).click();
  const accept = page.getByRole("button", { name: "Accept", exact: true });
  assert.equal(await accept.getAttribute("aria-disabled"), "true");
  await page.getByLabel("Reason").fill("A word of the README, nobody's name.");
  await accept.click();
  await page.getByRole("listitem").filter({ hasText: "Finds of player · nick are accepted." }).waitFor();
  const files = await saved(page);
  for (const name of ["ANONYMIZATION.txt", "anonymization.json", "windrow.json"]) {
    assert.match(fileOf(files, name), /A word of the README, nobody's\s+name\./);
  }
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("button", { name: "Check and save ZIP" }).click();
  await page.locator("strong", { hasText: "Not saved: an identifier was left" }).waitFor();
});

onPage("the prepared tables can be looked through before anything is saved", async (page) => {
  await toTab(page, dump());
  await step(page, "Check and save").click();
  await settled(page);
  await page.getByRole("button", { name: "Show the prepared tables" }).click();
  const region = page.getByRole("region", { name: "Check and save" });
  await region.getByLabel("Table", { exact: true }).selectOption({ label: "Latest values: player" });
  const grid = region.getByRole("grid");
  await grid.getByText("[withheld]").first().waitFor();
  const shown = await grid.innerText();
  assert.match(shown, /player\/s-[0-9a-z]{12}\/p-[0-9a-z]{12}/);
  assert.ok(!/bcdf|quiet|Ottilie/.test(shown));
  // What was shown is not what another choice would give.
  await page.getByRole("radio", { name: /^Use my project key/ }).check();
  await page.getByRole("button", { name: "Show the prepared tables" }).waitFor();
});

onPage("a preset is saved and loaded; a project key joins two exports, one-time keys do not", async (page) => {
  await toTab(page, dump());
  await page.getByLabel("What player · gadget holds").selectOption("experiment");
  await step(page, "Check and save").click();
  await page.locator("summary", { hasText: "preset" }).click();
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save preset" }).click()]);
  const preset = readFileSync(await got.path());
  const { format, paths, seen } = JSON.parse(preset);
  assert.deepEqual([format, Object.keys(paths), seen.includes("player..age")], ["anonymization-preset/1", ["player..gadget"], true]);
  const players = (files) => fileOf(files, "/latest/player.csv").match(/p-[0-9a-z]{12}/g);
  const [a, b] = [players(await saved(page)), players(await saved(page))];
  assert.ok(a.every((token) => !b.includes(token)));
  await page.getByRole("radio", { name: /^Use my project key/ }).check();
  await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Make and save a key" }).click()]);
  assert.deepEqual(players(await saved(page)), players(await saved(page)));
  await page.getByRole("button", { name: "Start over" }).click();
  await toTab(page, dump({ nick: "Marvellous" }));
  await step(page, "Check and save").click();
  await page.locator("summary", { hasText: "preset" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Load preset" }).click()]);
  await chooser.setFiles({ name: "p.json", mimeType: "", buffer: preset });
  await page.getByText("The choices of p.json are in place.").waitFor();
  await step(page, "Fields").click();
  await settled(page);
  await page.getByRole("row", { name: /nick/ }).getByText("new", { exact: true }).waitFor();
});

onPage("a PsyNet export goes the same way", async (page) => {
  const database = readFileSync(new URL("../cases/psynet/kitchen_sink/database.zip", import.meta.url));
  await toTab(page, file("database.zip", database));
  await page.getByRole("radio", { name: /^All fields/ }).check();
  await page.getByLabel("Find a field").fill("worker_id");
  await page.getByRole("row", { name: /participant.*worker_id/ }).first().waitFor();
  const files = await saved(page);
  assert.match(files[Object.keys(files).find((path) => path.endsWith("ANONYMIZATION.txt"))], /Prepared for sharing/);
  assert.ok(Object.keys(files).some((path) => path.endsWith("data/Response.csv")), Object.keys(files).join());
});

onPage("by keyboard alone: tab, class, next steps, save", async (page) => {
  await page.locator("input[type=file]").first().setInputFiles(dump());
  await page.getByRole("tab", { name: "Prepare for sharing" }).waitFor();
  const at = () => page.evaluate(() => [document.activeElement?.getAttribute("aria-label"), document.activeElement?.innerText].filter(Boolean).join(" "));
  const tabTo = async (text) => {
    for (let i = 0; i < 120; i += 1) {
      await page.keyboard.press("Tab");
      if (text.test(await at())) return;
    }
    assert.fail(`Tab never reached ${text}; it is at ${await at()}`);
  };
  await tabTo(/^Export$/);
  while (!/^Prepare for sharing$/.test(await at())) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByRole("table").first().waitFor();
  await tabTo(/What player · gadget holds/);
  await page.keyboard.press("Home");
  await page.getByRole("row", { name: /gadget/ }).getByText("your choice", { exact: true }).waitFor();
  assert.match(await at(), /gadget holds/, "the focus stays where it was");
  for (const next of ["Risk", "Texts", "Check and save"]) {
    await tabTo(new RegExp(`^Next: ${next}`));
    await page.keyboard.press("Enter");
    await page.waitForFunction((name) => document.activeElement?.innerText === name, next);
  }
  await tabTo(/^Check and save ZIP/);
  const [got] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.ok(await got.path());
});

onPage("the first look can be stopped and begun again, and the focus is where the next button is", async (page) => {
  await page.locator("input[type=file]").first().setInputFiles(long());
  await page.getByRole("tab", { name: "Prepare for sharing" }).click();
  const focus = () => page.evaluate(() => document.activeElement.innerText);
  for (let times = 0; times < 2; times += 1) {
    await page.getByRole("progressbar", { name: "Looking at all fields and values" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Looking was stopped. Nothing was changed or saved.").waitFor();
    assert.equal(await focus(), "Look again");
    // Another choice does not begin it again.
    await page.getByRole("radio", { name: /^Colleagues under an agreement/ }).check();
    assert.equal(await page.getByRole("table").count(), 0);
    await page.getByRole("button", { name: "Look again" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    assert.equal(await focus(), "Cancel");
  }
  await page.getByRole("row", { name: /remarks/ }).first().waitFor();
  await page.waitForFunction(() => document.activeElement.innerText === "Fields");
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in any step, ${colorScheme}`, { timeout: 120_000 }, async () => {
    const { context, page } = await open(site.browser, site.url, { colorScheme, bypassCSP: true });
    await page.evaluate(axe);
    const check = async (where) => {
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 900 });
        const found = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
        assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`), [], `${where}, ${width} px`);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    };
    await page.locator("input[type=file]").first().setInputFiles(long());
    await page.getByRole("tab", { name: "Prepare for sharing" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Look again" }).waitFor();
    await check("stopped");
    await page.getByRole("button", { name: "Start over" }).click();
    await toTab(page, dump({ nick: "Checksums" }));
    await page.getByLabel("Select player · gadget").check();
    await page.getByLabel("What player · age holds").selectOption("quasi");
    await settled(page);
    await check("fields");
    await step(page, "Risk").click();
    await page.locator("summary", { hasText: "looked for" }).click();
    await check("risk");
    await step(page, "Texts").click();
    await page.getByRole("radio", { name: /^Read them/ }).check();
    await page.locator(".review mark").first().waitFor();
    await check("texts");
    await step(page, "Check and save").click();
    await page.getByRole("radio", { name: /^Use my project key/ }).check();
    await page.locator("summary", { hasText: "preset" }).click();
    await check("save");
    await page.getByRole("radio", { name: /^Use a key once/ }).check();
    await settled(page);
    await page.getByRole("button", { name: "Check and save ZIP" }).click();
    await page.locator("strong", { hasText: "Not saved: an identifier was left" }).waitFor();
    await check("refused");
    await context.close();
  });
}
