// What the page says, and what it is made of.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./cli.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const sources = readdirSync(join(root, "www/src"), { recursive: true }).filter((name) => /\.(ts|tsx|css)$/.test(name));
const html = read("dist/index.html");
const policy = html.match(/Content-Security-Policy" content="([^"]+)"/)[1];

test("no text promises what nobody can promise", () => {
  for (const name of sources.filter((name) => name.startsWith("i18n"))) {
    assert.doesNotMatch(read(join("www/src", name)), /\banonymous\b|anonymi[sz]ed|safe to (publish|share)|compliant|HIPAA|re-?identif|all personal data (was|were|is) found/i, name);
  }
});

test("the page has no run-time dependency", () => {
  assert.deepEqual(Object.keys(JSON.parse(read("package.json")).dependencies ?? {}), []);
  // Outside scripts: data blocks aside, no address of another place, and nothing that a browser would load.
  const markup = html.replaceAll(/<script\b[^>]*>.*?<\/script>/gs, "").replaceAll(/<style>.*?<\/style>/gs, "");
  assert.doesNotMatch(markup, /<(script|link|img|iframe|object|embed)\b(?! rel="icon" href="data:)/);
  assert.doesNotMatch(html.match(/<style>(.*?)<\/style>/s)[1], /url\(|@import/);
});

test("page code has no way to send anything, and sets no HTML", () => {
  // Texts tell sceptics what to try.
  for (const name of sources.filter((name) => !/^i18n.[a-z]{2}.header\.ts$/.test(name))) {
    assert.doesNotMatch(read(join("www/src", name)), /\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource|innerHTML|importScripts/, name);
  }
});

test("lock and settings name no registry", () => {
  assert.doesNotMatch(read("package-lock.json"), /"resolved"/);
});

test("the policy names the script and the style by their hashes and lets nothing out", () => {
  const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const inline = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => text);
  assert.equal(inline.length, 1);
  const rules = Object.fromEntries(policy.split("; ").map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1).join(" ")]));
  assert.deepEqual(rules, {
    "default-src": "'none'",
    "script-src": `${hashOf(inline[0])} 'wasm-unsafe-eval'`,
    "style-src": hashOf(html.match(/<style>(.*?)<\/style>/s)[1]),
    "worker-src": "blob: 'self'",
    "manifest-src": "'self'",
    "img-src": "data: blob:",
    "connect-src": "'none'",
    "form-action": "'none'",
    "base-uri": "'none'",
  });
});

test("the offline file is the page, and the checksums are right", () => {
  assert.equal(read("dist/windrow.html"), html);
  for (const line of read("dist/SHA256SUMS").trim().split("\n")) {
    const [sum, name] = line.split("  ");
    assert.equal(createHash("sha256").update(read(join("dist", name))).digest("hex"), sum, name);
  }
});
