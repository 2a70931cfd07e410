// `npm run bench [-- --size 216] [--responses 200000] [--json FILE]`: the whole job on made-up dumps, as ratios in one
// run, and on a PsyNet database of so many responses.
//
// Measured: the command line with one thread and with all, the wasm module in Node, the page in Chromium.
// With UPROOT_PYTHON (a Python that has uproot-science 0.10.1) uproot itself does the same job on the same file.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openAsBlob, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** The wasm module and its API, ready to use. */
async function nodeEngine() {
  const wasm = await import(pathToFileURL(join(root, "pkg/windrow.js")));
  const engine = await import(pathToFileURL(join(root, "pkg/js/index.js")));
  wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) });
  return { wasm, engine };
}

async function inNode(dump, zip) {
  const { wasm, engine } = await nodeEngine();
  return timed(async () => {
    const study = await engine.open(wasm, [{ path: "backup.bin", blob: await openAsBlob(dump) }]);
    const pieces = [];
    await study.export(wasm.default_recipe(), { write: (bytes) => void pieces.push(bytes.slice()), close() {}, abort() {} });
    writeFileSync(zip, Buffer.concat(pieces));
  });
}

/** Most memory that a process of Chromium that runs a page has had, in MB; unknown where /proc is missing. */
function rendererPeak() {
  const peaks = [];
  for (const pid of existsSync("/proc/self/status") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("--type=renderer")) continue;
      peaks.push(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1000);
    } catch {
      // It ended meanwhile.
    }
  }
  return peaks.length > 0 ? Math.round(Math.max(...peaks)) : null;
}

/** The page from the choice of the file to the summary, and on to the saved ZIP. */
async function inPage(dump) {
  const { open, start } = await import("../tests/browser/harness.mjs");
  const { browser, url, stop } = await start();
  const laps = { summary: [], whole: [] };
  let memory = null;
  for (let i = 0; i < runs; i += 1) {
    const { context, page } = await open(browser, url, {});
    page.setDefaultTimeout(1_800_000);
    const begin = performance.now();
    await page.locator("input[type=file]").first().setInputFiles(dump);
    const save = page.getByRole("button", { name: "Save ZIP" });
    await save.waitFor();
    laps.summary.push((performance.now() - begin) / 1000);
    await save.click();
    await page.getByRole("button", { name: "Save again" }).waitFor();
    laps.whole.push((performance.now() - begin) / 1000);
    memory = Math.max(memory ?? 0, rendererPeak() ?? 0) || null;
    await context.close();
  }
  await stop();
  return { summary: median(laps.summary), whole: median(laps.whole), memory };
}

/** Seconds of every lane of the whole job on one thread: what any arrangement of the work has to share out. */
function nativeLanes(dump) {
  const text = execFileSync("cargo", ["bench", "--quiet", "--bench", "lanes", "--", dump], { cwd: root, env: environment(), encoding: "utf8" });
  return JSON.parse(text.trim().split("\n").at(-1)).seconds;
}

/** The same lanes of the wasm module, measured at its border. */
async function wasmLanes(dump) {
  const { wasm } = await nodeEngine();
  const seconds = { parse: 0, plan: 0, render: 0, deflate: 0, hash: 0, write: 0 };
  const lap = (lane, step) => {
    const start = performance.now();
    const result = step();
    seconds[lane] += (performance.now() - start) / 1000;
    return result;
  };
  const bytes = readFileSync(dump);
  const study = new wasm.Study();
  study.add_file("backup.bin", bytes.length);
  for (let want = lap("parse", () => study.want()); want; want = lap("parse", () => study.want())) {
    for (let at = want.start; at < want.end; at += 1 << 20) lap("parse", () => study.push(bytes.subarray(at, Math.min(want.end, at + (1 << 20)))));
  }
  const job = lap("plan", () => study.export(wasm.default_recipe()));
  const hasher = new wasm.Hasher();
  for (let task = lap("render", () => job.make()); task; task = lap("render", () => job.make())) {
    if (task.hash) lap("hash", () => hasher.update(task.bytes));
    if (task.hash && task.last) job.hashed(task.file, hasher.finish());
    const { bytes, crc } = lap("deflate", () => wasm.pack_block(task.before, task.bytes, task.last, false));
    lap("write", () => {
      job.packed(task.ticket, bytes, crc, task.bytes.length);
      job.take();
    });
  }
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
    const page = await inPage(dump);
    const seconds = {
      "command line, 1 thread": await timed(() => run(["export", dump, "-o", zip, "--threads", "1"])),
      "command line, all threads": await timed(() => run(["export", dump, "-o", zip])),
      "command line, summary": await timed(() => run(["inspect", dump])),
      "wasm in Node, 1 thread": await inNode(dump, join(folder, "node.zip")),
      "page in Chromium": page.whole,
      "page in Chromium, summary": page.summary,
    };
    const same = readFileSync(zip).equals(readFileSync(join(folder, "node.zip")));
    if (!same) throw new Error("the wasm module gave other bytes than the command line");
    const memory = { "command line": peak(["export", dump, "-o", zip]), page: page.memory };
    const lanes = { native: nativeLanes(dump), wasm: await wasmLanes(dump) };
    const uproot = inUproot(dump);
    const base = seconds["command line, 1 thread"];
    for (const [job, time] of Object.entries(seconds)) {
      const against = uproot ? `${(uproot / time).toFixed(0)} x uproot` : `${(time / base).toFixed(2)} x the first`;
      say(`  ${job}: ${time.toFixed(2)} s, ${against}`);
    }
    say(uproot ? `  uproot: ${uproot.toFixed(1)} s` : "  uproot: not measured, UPROOT_PYTHON is not set");
    for (const [where, lane] of Object.entries(lanes)) {
      const sum = Object.values(lane).reduce((a, b) => a + b, 0);
      const parts = Object.entries(lane).map(([name, time]) => `${name} ${time.toFixed(2)}`);
      say(`  lanes, ${where}: ${parts.join(", ")} s; ${sum.toFixed(2)} s in all`);
    }
    const limit = Object.values(lanes.native).reduce((a, b) => a + b, 0) / report.cores;
    say(`  all threads reach ${Math.round((100 * limit) / seconds["command line, all threads"])} % of what the lanes allow`);
    const known = Object.entries(memory).map(([where, peak]) => `${where} ${peak ?? "unknown"} MB`);
    say(`  peak memory: ${known.join(", ")}; ZIP ${Math.round(statSync(zip).size / 1e6)} MB`);
    report.shapes.push({ name, ...made, seconds, lanes, uproot, memory, zip: statSync(zip).size });
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
