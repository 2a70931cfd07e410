// `npm run build`: makes dist/, one self-contained page with everything inlined and a policy that lets nothing out,
// and beside it what makes a hosted page installable: a service worker, a manifest, an icon.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { fingerprint, must, once, root, say } from "./steps.mjs";
import { setup } from "./setup.mjs";

const www = join(root, "www");
const dist = join(root, "dist");

/** Bundles one entry into one classic script, and its styles, without writing files. */
async function bundle(entry, plugins = []) {
  const { build } = await import("vite");
  const result = await build({
    root: www,
    configFile: false,
    logLevel: "warn",
    plugins,
    resolve: { alias: { "windrow-wasm": join(root, "pkg/windrow.js") } },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      target: ["chrome109", "firefox115", "safari16.4"],
      cssMinify: true,
      lib: { entry: join(www, entry), formats: ["iife"], name: "windrow", fileName: "bundle", cssFileName: "style" },
    },
  });
  const { output } = Array.isArray(result) ? result[0] : result;
  const code = output.find((part) => part.type === "chunk")?.code ?? "";
  const style = output.find((part) => part.fileName.endsWith(".css"))?.source ?? "";
  return { code, style: String(style) };
}

/** Lets the page import the worker's whole source as a string, so that it can be started from a blob: URL. */
function workerSource(code) {
  return {
    name: "worker-source",
    resolveId: (id) => (id === "virtual:worker-source" ? `\0${id}` : null),
    load: (id) => (id === "\0virtual:worker-source" ? `export default ${JSON.stringify(code)};` : null),
  };
}

/** wasm-bindgen's module would load its wasm file by address; the worker is handed it, so there is nothing to load. */
const noAddress = {
  name: "no-address",
  transform: (code) => code.replace(/new URL\('windrow_bg.wasm', import\.meta\.url\)/, "undefined"),
};

/** A script's text as it may stand in HTML: the end tag must not occur in it. */
const inScript = (text) => text.trim().replaceAll(/<(?=\/script|script|!--)/gi, "\\x3C");

const sha256 = (text, form) => createHash("sha256").update(text).digest(form);

/**
 * What the page may do. No script can connect to anything, and the blob: worker inherits this. `'self'` is for the
 * service worker alone: www/src/offline.ts narrows it to that one address, which is not known here.
 */
function policy(script, style) {
  return [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script, "base64")}' 'wasm-unsafe-eval'`,
    `style-src 'sha256-${sha256(style, "base64")}'`,
    "worker-src blob: 'self'",
    "manifest-src 'self'",
    "img-src data: blob:",
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
}

/** Begins an element that holds data and is never run. */
const dataTag = (id) => `<script type="text/plain" id="${id}">`;

/** Bytes as base64 in such an element. */
const dataBlock = (id, bytes) => `${dataTag(id)}${Buffer.from(bytes).toString("base64")}</script>`;

/** The wasm module as LZMA, which takes some seconds to make and is a quarter smaller than gzip. */
async function packedEngine() {
  const wasm = join(root, "pkg/windrow_bg.wasm");
  const packed = join(root, "target/steps/engine.lzma");
  await once("packed", fingerprint("pkg/windrow_bg.wasm", "package-lock.json"), "target/steps/engine.lzma", async () => {
    say("packing the wasm module");
    const { compress } = await import("lzma1");
    writeFileSync(packed, compress(readFileSync(wasm), 9));
  });
  return readFileSync(packed);
}

async function page() {
  const worker = await bundle("src/worker.ts", [noAddress]);
  const app = await bundle("src/main.tsx", [workerSource(worker.code)]);
  const script = inScript(app.code);
  const style = app.style.trim();
  const parts = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">`,
    style: `<style>${style}</style>`,
    example: dataBlock("example", readFileSync(join(www, "example/example.msgpack.gz"))),
    script: `<script>${script}</script>`,
    engine: dataBlock("engine", await packedEngine()),
  };
  const template = readFileSync(join(www, "index.html"), "utf8");
  const html = template.replaceAll(/<!--build:(\w+)-->/g, (_, name) => parts[name]);
  return { html, policy: policy(script, style) };
}

/** Headers for hosts that read `_headers`. The service worker gets its own policy: it may load the page's files. */
function headers(policy) {
  const lines = ["/*", "  X-Content-Type-Options: nosniff", "  Referrer-Policy: no-referrer"];
  for (const path of ["/", "/index.html", "/windrow.html"]) {
    lines.push(path, `  Content-Security-Policy: ${policy}; frame-ancestors 'none'`);
  }
  lines.push("/sw.js", "  Content-Security-Policy: default-src 'none'; connect-src 'self'");
  return lines.map((line) => `${line}\n`).join("");
}

/** The manifest with its icons inside: the page's policy lets no image be loaded, not even from its own host. */
function manifest() {
  const text = readFileSync(join(www, "manifest.webmanifest"), "utf8");
  const types = { png: "image/png", svg: "image/svg+xml" };
  return text.replaceAll(/icons\/\w+\.(png|svg)/g, (path, kind) => `data:${types[kind]};base64,${readFileSync(join(www, path), "base64")}`);
}

/** The service worker with the files that it keeps, and a name for this build. */
function serviceWorker(files) {
  const sums = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, sha256(bytes, "base64")]));
  const list = JSON.stringify(sums, null, 2);
  const source = readFileSync(join(www, "sw.js"), "utf8");
  return source.replace("__FILES__", list).replace("__BUILD__", sha256(list, "hex").slice(0, 12));
}

async function write() {
  say("building the page");
  const { html, policy } = await page();
  const beside = { "manifest.webmanifest": manifest() };
  const files = {
    _headers: headers(policy),
    ...beside,
    "index.html": html,
    "sw.js": serviceWorker({ "./": html, ...beside }),
    "windrow.html": html,
  };
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dist, name), bytes);
  const sums = Object.entries(files).map(([name, bytes]) => `${sha256(bytes, "hex")}  ${name}\n`);
  writeFileSync(join(dist, "SHA256SUMS"), sums.join(""));
  const sent = (part) => Math.round(gzipSync(part, { level: 9 }).length / 1000);
  say(`dist/windrow.html: ${Math.round(Buffer.byteLength(html) / 1000)} kB, ${sent(html)} kB when a host compresses it, of which ${sent(html.slice(0, html.indexOf(dataTag("engine"))))} kB until it shows`);
}

/** TypeScript's compiler, as npm installed it. */
export const tsc = (project) => ["node", [join(root, "node_modules/typescript/bin/tsc"), "-p", project]];

/** Sets up, builds the wasm module with its typed API for others in pkg/, and makes dist/. */
export async function build() {
  await setup();
  await once("engine", fingerprint("www/src/engine", "www/tsconfig.engine.json", "tsconfig.json", "package-lock.json"), "pkg/js/index.js", () => {
    say("building the JavaScript API");
    must(...tsc("www/tsconfig.engine.json"));
  });
  await once("page", fingerprint("www", "pkg/windrow_bg.wasm", "pkg/windrow.js", "package-lock.json", ".ci/build.mjs"), "dist/SHA256SUMS", write);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build();
