// The page shows before all of it is there: on a slow line its largest part, the wasm module, comes while somebody reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { dist, flags, chromiumPath } from "./harness.mjs";
import { chromium } from "playwright-core";

const html = readFileSync(join(dist, "windrow.html"), "utf8");
const module = html.indexOf('<script type="text/plain" id="engine">');

let browser;
before(async () => (browser = await chromium.launch({ executablePath: chromiumPath, args: flags })));
after(() => browser.close());

/** Opens the page from a host that holds most of the module back, and a file in it. */
async function opened(t) {
  let response;
  const server = createServer((_, answer) => {
    response = answer;
    answer.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(html) });
    // Some of the module too, as on any line.
    answer.write(html.slice(0, module + 5000));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const context = await browser.newContext({ locale: "en-GB" });
  t.after(async () => {
    await context.close();
    server.close();
    server.closeAllConnections();
  });
  const page = await context.newPage();
  await page.clock.install();
  page.setDefaultTimeout(15_000);
  await page.goto(`http://127.0.0.1:${server.address().port}/`, { waitUntil: "commit" });
  await page.getByRole("button", { name: /example/ }).click();
  await page.getByRole("heading", { name: /Reading/ }).waitFor();
  return { page, rest: () => response.end(html.slice(module + 5000)), breaks: () => response.destroy() };
}

test("what is needed to show the page is a part of it", () => {
  const bytes = gzipSync(html.slice(0, module), { level: 9 }).byteLength;
  assert.ok(module > 0 && bytes < 200_000, `${bytes} bytes`);
});

test("a file that is opened before all is there waits for the rest", { timeout: 60_000 }, async (t) => {
  const { page, rest } = await opened(t);
  rest();
  await page.getByRole("grid").waitFor();
});

test("a page whose line breaks says so", { timeout: 60_000 }, async (t) => {
  const { page, breaks } = await opened(t);
  breaks();
  await page.clock.runFor(25_000);
  await page.clock.runFor(25_000);
  await page.getByText("did not load completely").waitFor();
  await page.getByText("Reload the page").waitFor();
});
