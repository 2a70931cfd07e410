// Nothing leaves the page: counted at a listening server, in the browser's own list of requests, and offline.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { example, exportByCli } from "../wasm/cli.mjs";
import { dist, open, openExample, start } from "./harness.mjs";
import { attempts } from "./waysout.mjs";

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

const forms = { hosted: () => site.url, "from the disk": () => pathToFileURL(join(dist, "windrow.html")).href };
const address = () => `http://127.0.0.1:${listener.address().port}/`;

for (const [form, url] of Object.entries(forms)) {
  test(`${form}: the page and its worker are forbidden to connect`, { timeout: 90_000 }, async () => {
    const { context, page } = await open(site.browser, url());
    heard.length = 0;
    const tried = await page.evaluate(attempts, address());
    assert.ok(tried.page.length > 20 && tried.worker.length > 9, JSON.stringify(tried));
    assert.deepEqual(heard, []);
    assert.equal(new URL(page.url()).href, url(), "the form did not take the page away");
    await context.close();
  });
}

test("the same attempts do get out where the browser ignores the policy: the test can fail", { timeout: 90_000 }, async () => {
  const { context, page } = await open(site.browser, site.url, { bypassCSP: true });
  heard.length = 0;
  await page.evaluate(attempts, address()).catch(() => {}); // the form takes the page away
  for (const way of ["fetch", "xhr", "beacon", "image", "eventsource"]) assert.ok(heard.includes(`/${way}`), `${way}: ${heard}`);
  await context.close();
});

test("what no policy can stop, as the README says: leaving the page for another address", { timeout: 60_000 }, async () => {
  for (const leave of ["location", "window"]) {
    const { context, page } = await open(site.browser, site.url);
    heard.length = 0;
    await page.evaluate(([leave, to]) => {
      if (leave === "location") location.href = `${to}location`;
      else window.open(`${to}window`);
    }, [leave, address()]);
    for (let i = 0; i < 50 && heard.length === 0; i += 1) await page.waitForTimeout(100).catch(() => {});
    assert.ok(heard.includes(`/${leave}`), String(heard));
    await context.close();
  }
});

test("what no policy can stop, as the README says: WebRTC", { timeout: 60_000 }, async (t) => {
  const udp = createSocket("udp4");
  t.after(() => udp.close());
  await new Promise((resolve) => udp.bind(0, "127.0.0.1", resolve));
  const { context, page } = await open(site.browser, site.url);
  const arrived = new Promise((resolve) => udp.once("message", resolve));
  await page.evaluate(async (port) => {
    window.connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${port}` }] });
    window.connection.createDataChannel("x");
    await window.connection.setLocalDescription();
  }, udp.address().port);
  await arrived;
  await context.close();
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
