// `npm run bench [-- --size 216] [--responses 200000] [--json FILE]`: the whole job on made-up dumps, as ratios in one
// run, and on a PsyNet database of so many responses.
//
// Measured: the command line with one thread and with all, the wasm module in Node, the page in Chromium.
// With UPROOT_PYTHON (a Python that has uproot-science 0.10.1) uproot itself does the same job on the same file.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, openAsBlob, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { writeDump } from "../tests/bench/dump.mjs";
import { writeDatabase } from "../tests/bench/psynet.mjs";
import { build } from "./build.mjs";
import { environment, must, root, say } from "./steps.mjs";

const { values: options } = parseArgs({
  options: { size: { type: "string", default: "54" }, runs: { type: "string", default: "3" }, responses: { type: "string", default: "200000" }, json: { type: "string" } },
});
const size = Number(options.size) * 1e6;
const runs = Number(options.runs);
const folder = mkdtempSync(join(tmpdir(), "windrow-bench-"));
const binary = join(root, "target/release/windrow");

// PsyNet needs the experiment, PostgreSQL and Redis, so it cannot run here.
const elsewhere = "PsyNet 13.3.0's own dump of 200,035 responses took 374 s and 4.5 GB (one run, two busy cores)";

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Seconds of a job, the middle of several runs. */
async function timed(job) {
  const seconds = [];
  for (let i = 0; i < runs; i += 1) {
    const start = performance.now();
    await job();
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

/** Peak memory of a command in MB, as the system counts it; unknown where /usr/bin/time is missing. */
function peak(args) {
  const { stderr, status } = spawnSync("/usr/bin/time", ["-f", "%M", binary, ...args], { encoding: "utf8" });
  return status === 0 ? Math.round(Number(stderr.trim().split("\n").at(-1)) / 1000) : null;
}

const run = (args) => execFileSync(binary, args, { stdio: "ignore" });

async function inNode(dump, zip) {
  const wasm = await import(pathToFileURL(join(root, "pkg/windrow.js")));
  const engine = await import(pathToFileURL(join(root, "pkg/js/index.js")));
  wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) });
  return timed(async () => {
    const study = await engine.open(wasm, [{ path: "backup.bin", blob: await openAsBlob(dump) }]);
    const pieces = [];
    await study.export(wasm.default_recipe(), { write: (bytes) => void pieces.push(bytes.slice()), close() {}, abort() {} });
    writeFileSync(zip, Buffer.concat(pieces));
  });
}

async function inPage(dump) {
  const { open, start } = await import("../tests/browser/harness.mjs");
  const { browser, url, stop } = await start();
  const seconds = await timed(async () => {
    const { context, page } = await open(browser, url, {});
    page.setDefaultTimeout(600_000);
    await page.locator("input[type=file]").first().setInputFiles(dump);
    await page.getByRole("button", { name: "Save ZIP" }).click();
    await page.getByRole("button", { name: "Save again" }).waitFor();
    await context.close();
  });
  await stop();
  return seconds;
}

/** uproot's own loader and exporter on the same file, in a process of its own. */
function inUproot(dump) {
  const python = process.env.UPROOT_PYTHON;
  if (!python) return null;
  const start = performance.now();
  execFileSync(python, [join(root, "tests/bench/uproot_export.py"), dump], { stdio: "ignore" });
  return (performance.now() - start) / 1000;
}

await build();
must("cargo", ["build", "--release", "--features", "cli"], { env: environment() });
const report = { cores: cpus().length, runs, shapes: [] };
try {
  for (const [name, sessions, players] of [["many sessions", Math.max(2, Math.round(size / 4e6)), 60], ["one session", 1, 600], ["tall", 1, 20]]) {
    const dump = join(folder, "backup.bin");
    const zip = join(folder, "out.zip");
    const made = await writeDump(dump, { size, sessions, players });
    say(`${name}: ${made.changes} changes, ${Math.round(made.bytes / 1e6)} MB`);
    const seconds = {
      "command line, 1 thread": await timed(() => run(["export", dump, "-o", zip, "--threads", "1"])),
      "command line, all threads": await timed(() => run(["export", dump, "-o", zip])),
      "command line, summary": await timed(() => run(["inspect", dump])),
      "wasm in Node, 1 thread": await inNode(dump, join(folder, "node.zip")),
      "page in Chromium": await inPage(dump),
    };
    const same = readFileSync(zip).equals(readFileSync(join(folder, "node.zip")));
    if (!same) throw new Error("the wasm module gave other bytes than the command line");
    const memory = peak(["export", dump, "-o", zip]);
    const uproot = inUproot(dump);
    const base = seconds["command line, 1 thread"];
    for (const [job, time] of Object.entries(seconds)) {
      const against = uproot ? `${(uproot / time).toFixed(0)} x uproot` : `${(time / base).toFixed(2)} x the first`;
      say(`  ${job}: ${time.toFixed(2)} s, ${against}`);
    }
    say(uproot ? `  uproot: ${uproot.toFixed(1)} s` : "  uproot: not measured, UPROOT_PYTHON is not set");
    say(`  peak memory of the command line: ${memory ?? "unknown"} MB; ZIP ${Math.round(statSync(zip).size / 1e6)} MB`);
    report.shapes.push({ name, ...made, seconds, uproot, memory, zip: statSync(zip).size });
  }
  const database = join(folder, "database.zip");
  const zip = join(folder, "psynet.zip");
  const source = readFileSync(join(root, "tests/cases/psynet/static/database.zip"));
  const made = writeDatabase(database, source, { responses: Number(options.responses) });
  say(`PsyNet: ${made.responses} responses, ${made.rows} rows, ${Math.round(made.raw / 1e6)} MB raw`);
  const seconds = {
    "command line, 1 thread": await timed(() => run(["export", database, "-o", zip, "--threads", "1"])),
    "command line, all threads": await timed(() => run(["export", database, "-o", zip])),
    "command line, summary": await timed(() => run(["inspect", database])),
  };
  const memory = peak(["export", database, "-o", zip]);
  for (const [job, time] of Object.entries(seconds)) say(`  ${job}: ${time.toFixed(2)} s`);
  say(`  peak memory of the command line: ${memory ?? "unknown"} MB; ZIP ${Math.round(statSync(zip).size / 1e6)} MB`);
  say(`  measured elsewhere, not here: ${elsewhere}`);
  report.psynet = { ...made, seconds, memory, zip: statSync(zip).size, elsewhere };
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
