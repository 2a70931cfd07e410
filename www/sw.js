// Windrow's service worker: keeps the page's own files in this browser, so that the page opens without a network.
//
// It answers requests for exactly the files listed below and touches no other. It never sees data: what is dropped
// onto the page is never requested from anywhere, and the page says one thing only to this worker ("take over").
// Each file is kept only if its bytes have the SHA-256 that the build noted here.

/** The page's files by their addresses, seen from this script, with the SHA-256 of their bytes. */
const files = __FILES__;

/** Other addresses of the page. */
const pages = ["index.html", "windrow.html"];

/** One store for each place on this host and each build. */
const place = `windrow ${self.registration.scope} `;
const store = place + "__BUILD__";

const address = (path) => new URL(path, self.registration.scope).href;

/** A file with the right bytes: what the browser loaded a moment ago will do, else it is loaded anew. */
async function right(path, sha256) {
  for (const from of path === "./" ? [path, ...pages] : [path]) {
    for (const cache of ["force-cache", "reload"]) {
      const request = new Request(address(from), { cache, integrity: `sha256-${sha256}`, redirect: "error" });
      const response = await fetch(request).catch(() => undefined);
      if (response?.ok) return response;
    }
  }
  throw new Error(`this host does not give ${path} as it was built`);
}

async function keep() {
  const kept = await caches.open(store);
  for (const [path, sha256] of Object.entries(files)) await kept.put(address(path), await right(path, sha256));
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(place) && name !== store).map((name) => caches.delete(name)));
}

async function answer(request, path) {
  const kept = await (await caches.open(store)).match(address(path));
  return kept ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

// A new build waits until every page of the old one is closed, or until the user asks for it.
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const [asked] = request.url.split(/[?#]/);
  const isPage = pages.some((name) => asked === address(name));
  const path = isPage ? "./" : Object.keys(files).find((name) => asked === address(name));
  if (request.method === "GET" && path !== undefined) event.respondWith(answer(request, path));
});
