// Same input, recipe and key, same bytes: each kind of result by the JavaScript API in Chromium and in Firefox, and by the
// command line. (In Node: tests/wasm/engine.test.mjs. Threads and cuts: tests/same_bytes.rs, whose kinds these are.)
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../../.ci/serve.mjs";
import { exportByCli, root } from "../wasm/cli.mjs";
import { firefoxPath, startFirefox } from "./firefox.mjs";
import { chromiumPath, flags } from "./harness.mjs";

const dump = "tests/cases/uproot/real_chat/gzip/uproot.msgpack.gz";
const database = "tests/cases/psynet/kitchen_sink/database.zip";
const key = Array.from({ length: 32 }, (_, i) => i * 7);

/** What it is called, the input, the choices of the recipe, the same for the command line; `level`: prepared with the key. */
const kinds = [
  ["uproot", dump, { gvars: ["app"] }, ["--gvar", "app"]],
  ["uproot, JSONL without filters", dump, { filetype: "jsonl", filters: false }, ["--filetype", "jsonl", "--no-filters"]],
  ["uproot, for spreadsheets", dump, { filetype: "spreadsheet" }, ["--spreadsheet"]],
  ["uproot, with the database", dump, { database: true }, ["--database"]],
  ["uproot, prepared for sharing", dump, {}, [], "share"],
  ["uproot, prepared, with the database", dump, { database: true }, ["--database"], "pseudonymize"],
  ["PsyNet", database, {}, []],
  ["PsyNet, for spreadsheets", database, { filetype: "spreadsheet" }, ["--spreadsheet"]],
  ["PsyNet, prepared for sharing", database, {}, [], "share"],
];

/** Runs in a page: the SHA-256 of each kind's ZIP. */
async function zips(kinds, key) {
  const [wasm, { open }] = await Promise.all([import("/pkg/windrow.js"), import("/pkg/js/index.js")]);
  await wasm.default({ module_or_path: "/pkg/windrow_bg.wasm" });
  const found = [];
  for (const [, path, choices, , level] of kinds) {
    const blob = await (await fetch(`/${path}`)).blob();
    let study = await open(wasm, [{ path: path.split("/").at(-1), blob }]);
    const recipe = { ...wasm.default_recipe(), ...choices };
    if (level) {
      recipe.protect = { ...wasm.default_preset(), level };
      study = await study.protect(recipe, { key: Uint8Array.from(key), project: true, approved: [] });
    }
    let zip = new Uint8Array();
    const write = (bytes) => {
      const longer = new Uint8Array(zip.length + bytes.length);
      longer.set(zip);
      longer.set(bytes, zip.length);
      zip = longer;
    };
    await study.export(recipe, { write, read: (start, end) => zip.slice(start, end), close() {}, abort() {} });
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", zip));
    found.push([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return found;
}

let site;
let folder;
let expected;
before(async () => {
  site = await serve(root, 0);
  folder = mkdtempSync(join(tmpdir(), "windrow-pairs-"));
  const file = join(folder, "key");
  writeFileSync(file, `windrow-project-key/1\n${Buffer.from(key).toString("hex")}\n`);
  expected = kinds.map(([, path, , options, level]) => {
    const zip = exportByCli([join(root, path)], ...options, ...(level ? ["--protect", level, "--key", file] : []));
    return createHash("sha256").update(zip).digest("hex");
  });
});
after(() => {
  site.close();
  site.closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** Any document of the project's own host, from which its modules may be imported. */
const address = () => `http://127.0.0.1:${site.address().port}/tests/browser/blank.html`;
const named = (hashes) => hashes.map((hash, i) => `${kinds[i][0]}: ${hash}`);

test("each kind of result is another", () => assert.equal(new Set(expected).size, kinds.length));

test("Chromium and the command line give the same bytes", { timeout: 120_000 }, async () => {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  try {
    const page = await browser.newPage();
    await page.goto(address());
    assert.deepEqual(named(await page.evaluate(`(${zips})(${JSON.stringify(kinds)}, ${JSON.stringify(key)})`)), named(expected));
  } finally {
    await browser.close();
  }
});

const skip = firefoxPath ? false : "this machine has no Firefox: install it, or set FIREFOX to its path";

test("Firefox and the command line give the same bytes", { skip, timeout: 120_000 }, async () => {
  const firefox = await startFirefox();
  try {
    await firefox.open(address());
    const found = await firefox.run(zips, kinds, key);
    assert.ok(Array.isArray(found), JSON.stringify(found));
    assert.deepEqual(named(found), named(expected));
  } finally {
    await firefox.stop();
  }
});
