// `npm test`: everything that is checked: Rust, types, the wasm module in Node, the page in real browsers.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build, tsc } from "./build.mjs";
import { environment, must, output, root, say, stop } from "./steps.mjs";

/** What test runners say in the end, by runner: cargo's line has both numbers, node's has a line for each. */
const totals = [
  { passed: /^test result: .*? (\d+) passed/gm, failed: /^test result: .*?; (\d+) failed/gm },
  { passed: /^. pass (\d+)$/gm, failed: /^. fail (\d+)$/gm },
];

const sum = (text, pattern) => [...text.matchAll(pattern)].reduce((n, [, count]) => n + Number(count), 0);

/** Runs a check, shows its output and counts its tests; a check that counts none is one itself. */
async function check([program, args]) {
  say([program, ...args].join(" ").replaceAll(`${root}/`, ""));
  const child = spawn(program, args, { cwd: root, env: environment(), stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (data) => {
    process.stdout.write(data);
    text += data;
  });
  const good = await new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("close", (status) => resolve(status === 0));
  });
  const passed = totals.reduce((n, runner) => n + sum(text, runner.passed), 0);
  const failed = totals.reduce((n, runner) => n + sum(text, runner.failed), 0);
  if (passed + failed === 0) return { passed: Number(good), failed: Number(!good) };
  return { passed, failed: failed || Number(!good) };
}

/** Whether Debian's packages can be installed here. */
const maySetUp = () => existsSync("/etc/debian_version") && process.getuid?.() === 0 && output("apt-get", ["--version"]);

/** Installs Debian's package of a browser. */
function install(name) {
  say(`installing ${name}`);
  const env = environment([], { DEBIAN_FRONTEND: "noninteractive" });
  must("apt-get", ["update", "-q"], { env });
  must("apt-get", ["install", "-q", "-y", "--no-install-recommends", name], { env });
}

/** Browsers where they are missing and may be installed. Without Firefox its tests are skipped and say so. */
function ensureBrowsers() {
  const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  if (!process.env.CHROMIUM && !chromium.some(existsSync)) {
    if (!maySetUp()) stop("the browser tests need Chromium: install it, or set CHROMIUM to its path.");
    install("chromium");
  }
  const firefox = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];
  if (!process.env.FIREFOX && !firefox.some(existsSync) && maySetUp()) install("firefox-esr");
}

const testFiles = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => join(folder, name));

await build();
ensureBrowsers();
const checks = [
  ["cargo", ["fmt", "--check"]],
  ["cargo", ["clippy", "--all-targets", "--features", "cli", "--quiet", "--", "-D", "warnings"]],
  ["cargo", ["test", "--features", "cli"]],
  ["cargo", ["build", "--features", "cli"]],
  tsc("tsconfig.json"),
  tsc("www/tsconfig.worker.json"),
  ["node", ["--test", "--test-concurrency=1", ...testFiles("tests/supply"), ...testFiles("tests/wasm"), ...testFiles("tests/browser")]],
];
const results = [];
for (const one of checks) results.push(await check(one));
const count = (key) => results.reduce((n, result) => n + result[key], 0);
console.log(`${count("passed")} passed, ${count("failed")} failed`);
process.exitCode = count("failed") === 0 ? 0 : 1;
