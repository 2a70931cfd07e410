// A hosted page opens without a network after the first visit; a new version is offered and never forced.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { example, exportByCli } from "../wasm/cli.mjs";
import { chromiumPath, dist, flags, open, openExample } from "./harness.mjs";

let browser;
before(async () => (browser = await chromium.launch({ executablePath: chromiumPath, args: flags })));
after(() => browser.close());

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".webmanifest": "application/manifest+json" };

/** What `_headers` says for a path, as the hosts that read it do: rules of all patterns that fit. */
function headersFor(path) {
  const found = {};
  let fits = false;
  for (const line of readFileSync(join(dist, "_headers"), "utf8").split("\n").filter(Boolean)) {
    if (!line.startsWith(" ")) fits = line === path || line === "/*";
    else if (fits) {
      const [name, value] = line.trim().split(/: (.*)/);
      found[name] = found[name] ? `${found[name]}, ${value}` : value;
    }
  }
  return found;
}

/** A host with a copy of dist/ below a path, which notes what is asked of it and can be switched off. */
async function host(t, { at = "/some/where/", withHeaders = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "windrow-host-"));
  cpSync(dist, folder, { recursive: true });
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const name = request.url.startsWith(at) ? request.url.slice(at.length) || "index.html" : "none";
    let bytes;
    try {
      bytes = readFileSync(join(folder, name));
    } catch {
      return response.writeHead(404).end();
    }
    const headers = withHeaders ? headersFor(`/${request.url.slice(at.length)}`) : {};
    response.writeHead(200, { "content-type": types[extname(name)] ?? "text/plain", "cache-control": "max-age=600", ...headers }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  t.after(stop);
  return {
    asked,
    folder,
    url: `http://127.0.0.1:${server.address().port}${at}`,
    /** Changes the page and tells the service worker its new sum, as a new build does. */
    rebuild(change) {
      const sum = (text) => createHash("sha256").update(text).digest("base64");
      const page = readFileSync(join(folder, "index.html"), "utf8");
      const next = change(page);
      writeFileSync(join(folder, "index.html"), next);
      const script = readFileSync(join(folder, "sw.js"), "utf8");
      writeFileSync(join(folder, "sw.js"), script.replace(sum(page), sum(next)).replace(/(store = place \+ ")\w+/, "$1next"));
    },
    stop,
  };
}

/** A fresh page at an address, closed after the test. */
async function visit(t, url) {
  const opened = await open(browser, url);
  t.after(() => opened.context.close());
  opened.page.setDefaultTimeout(15_000);
  return opened;
}

/** Waits until the page is kept in the browser. */
const kept = (page) => page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));

async function save(page) {
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save ZIP" }).click()]);
  return readFileSync(await got.path());
}

for (const withHeaders of [false, true]) {
  test(`the whole job works after the host is gone, ${withHeaders ? "with" : "without"} the headers of _headers`, { timeout: 60_000 }, async (t) => {
    const site = await host(t, { withHeaders, at: withHeaders ? "/" : "/some/where/" });
    const { context, page, seen } = await visit(t, site.url);
    await kept(page);
    await site.stop();
    for (const path of ["", "index.html", "windrow.html?from=a-link"]) {
      await page.goto(site.url + path);
      await openExample(page);
      assert.ok((await save(page)).equals(exportByCli([example])));
    }
    assert.deepEqual(seen.errors, []);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
  });
}

test("what is kept is the page's few files, loaded once; other addresses are not touched", { timeout: 60_000 }, async (t) => {
  const site = await host(t);
  writeFileSync(join(site.folder, "other.html"), "<!doctype html><h1>Other</h1>");
  const { context, page } = await visit(t, site.url);
  await kept(page);
  const stored = await page.evaluate(async () => {
    const names = await caches.keys();
    const lists = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return { names: names.length, urls: lists.flat().sort() };
  });
  const expected = ["", "manifest.webmanifest"].map((name) => site.url + name);
  assert.deepEqual(stored, { names: 1, urls: expected });
  assert.equal(site.asked.filter((path) => path === new URL(site.url).pathname).length, 1, "the page itself came from what was just loaded");
  await page.goto(`${site.url}other.html`);
  await page.getByRole("heading", { name: "Other" }).waitFor();
  assert.ok(site.asked.some((path) => path.endsWith("/other.html")));
});

test("a new version is offered, and comes only when it is asked for", { timeout: 60_000 }, async (t) => {
  const site = await host(t);
  const { context, page } = await visit(t, site.url);
  await kept(page);
  site.rebuild((html) => html.replace("<title>Windrow</title>", "<title>Windrow, next</title>"));
  await page.reload();
  await page.getByText("A new version of Windrow is ready.").waitFor();
  assert.equal(await page.title(), "Windrow", "the version that was there goes on");
  await openExample(page);
  assert.ok((await save(page)).equals(exportByCli([example])), "and works");
  await page.getByRole("button", { name: "Reload" }).click();
  await page.waitForFunction(() => document.title === "Windrow, next");
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.getByText("A new version of Windrow is ready.").count(), 0);
  assert.equal(await page.evaluate(async () => (await caches.keys()).length), 1, "the older version is forgotten");
});

test("a host that gives other bytes than were built is not kept, and the page works", { timeout: 60_000 }, async (t) => {
  const site = await host(t);
  writeFileSync(join(site.folder, "manifest.webmanifest"), "{}");
  const { context, page, seen } = await visit(t, site.url);
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const worker = registration?.installing;
    if (worker) await new Promise((resolve) => worker.addEventListener("statechange", resolve));
    return { active: Boolean(registration?.active), page: navigator.serviceWorker.controller !== null };
  });
  assert.deepEqual(state, { active: false, page: false });
  await openExample(page);
  assert.deepEqual(seen.errors.filter((text) => !/integrity|sha256/i.test(text)), []);
});

test("the page may start no script of its host but the service worker", { timeout: 60_000 }, async (t) => {
  const site = await host(t);
  writeFileSync(join(site.folder, "spy.js"), "postMessage('here')");
  const { context, page } = await visit(t, site.url);
  await kept(page);
  const before = site.asked.length;
  const outcome = await page.evaluate(async () => {
    const start = (Kind) => new Promise((resolve) => {
      try {
        const worker = new Kind("spy.js");
        (worker.port ?? worker).onmessage = () => resolve("started");
        worker.onerror = () => resolve("refused");
      } catch {
        resolve("refused");
      }
    });
    return {
      worker: await start(Worker),
      shared: await start(SharedWorker),
      service: await navigator.serviceWorker.register("spy.js").then(() => "started", () => "refused"),
    };
  });
  assert.deepEqual(outcome, { worker: "refused", shared: "refused", service: "refused" });
  assert.equal(site.asked.length, before, site.asked.slice(before).join(" "));
});

test("it can be installed", { timeout: 60_000 }, async (t) => {
  const site = await host(t);
  const { context, page } = await visit(t, site.url);
  await kept(page);
  const session = await context.newCDPSession(page);
  const manifest = await session.send("Page.getAppManifest");
  assert.deepEqual(manifest.errors, []);
  assert.equal(manifest.url, `${site.url}manifest.webmanifest`);
  const { start_url: start, icons } = JSON.parse(manifest.data);
  assert.equal(new URL(start, manifest.url).href, site.url);
  assert.ok(icons.every(({ src }) => src.startsWith("data:image/")), "nothing more is loaded");
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), []);
});
