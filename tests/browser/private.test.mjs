// Nothing leaves the page: counted at a listening server, in the browser's own list of requests, and offline.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { example, exportByCli } from "../wasm/cli.mjs";
import { dist, open, openExample, start } from "./harness.mjs";

let site;
let listener;
const heard = [];
before(async () => {
  site = await start();
  listener = createServer((request, response) => {
    heard.push(request.url);
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("");
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await site.stop();
  listener.close();
  listener.closeAllConnections();
});

/** Requests that do not stay in the browser. */
const leaving = (requests) => requests.filter((url) => !url.startsWith("blob:"));

/** The whole job: example, preview, save. */
async function job(page) {
  await openExample(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save ZIP" }).click()]);
  return readFileSync(await download.path());
}

test("the whole job makes no request, even with the network gone", { timeout: 60_000 }, async () => {
  const { context, page, seen } = await open(site.browser, site.url);
  assert.deepEqual(leaving(seen.requests), [site.url], "the page is one file");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await context.setOffline(true);
  assert.ok((await job(page)).equals(exportByCli([example])));
  assert.deepEqual(leaving(seen.requests), [site.url]);
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  await context.close();
});

test("the page and its worker are forbidden to connect", { timeout: 60_000 }, async () => {
  const { context, page } = await open(site.browser, site.url);
  const address = `http://127.0.0.1:${listener.address().port}/`;
  /** Tries every way out that scripts have; runs in the page and, as text, in a worker. */
  const attempts = `async (to) => {
    const tries = {
      fetch: () => fetch(to + "fetch", { mode: "no-cors" }),
      beacon: () => self.navigator.sendBeacon && !navigator.sendBeacon(to + "beacon", "x") && Promise.reject(),
      xhr: () => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.onload = resolve;
        request.onerror = reject;
        request.open("GET", to + "xhr");
        request.send();
      }),
      socket: () => new Promise((resolve, reject) => {
        const socket = new WebSocket(to.replace("http", "ws") + "socket");
        socket.onopen = resolve;
        socket.onerror = reject;
      }),
      imports: () => self.importScripts ? importScripts(to + "imports") : import(to + "imports"),
      image: () => self.Image && new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = resolve;
        image.onerror = reject;
        image.src = to + "image";
      }),
    };
    for (const attempt of Object.values(tries)) {
      try { await attempt(); } catch {}
    }
  }`;
  await page.evaluate(`(${attempts})(${JSON.stringify(address)})`);
  // A worker from a blob: URL, as the page starts its own.
  await page.evaluate(([code, to]) => new Promise((resolve, reject) => {
    const source = `(${code})(${JSON.stringify(to)}).then(() => postMessage("tried"))`;
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    worker.onmessage = resolve;
    worker.onerror = reject;
  }), [attempts, address]);
  await page.waitForTimeout(300);
  assert.deepEqual(heard, []);
  await context.close();

  // The same attempts do reach the listener where the browser ignores the policy: the test can fail.
  const free = await open(site.browser, site.url, { bypassCSP: true });
  await free.page.evaluate(`(${attempts})(${JSON.stringify(address)})`);
  assert.ok(heard.includes("/fetch") && heard.includes("/xhr"), String(heard));
  await free.context.close();
});

test("the single file does the job from the disk", { timeout: 60_000 }, async () => {
  const { context, page, seen } = await open(site.browser, pathToFileURL(join(dist, "windrow.html")).href);
  assert.ok((await job(page)).equals(exportByCli([example])));
  assert.deepEqual(seen.errors, []);
  assert.equal(seen.requests.filter((url) => !/^(blob|file):/.test(url)).length, 0);
  await context.close();
});

test("a host may put the page under any path", { timeout: 60_000 }, async () => {
  const html = readFileSync(join(dist, "index.html"));
  const host = createServer((request, response) => {
    const here = request.url === "/some/where/";
    response.writeHead(here ? 200 : 404, { "content-type": "text/html" }).end(here ? html : "");
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  const { context, page, seen } = await open(site.browser, `http://127.0.0.1:${host.address().port}/some/where/`);
  await openExample(page);
  assert.deepEqual(seen.errors.filter((text) => !/404.* fetching the script/.test(text)), [], "this host has no service worker");
  await context.close();
  host.close();
});
