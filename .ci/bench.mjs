// `npm run bench [-- --size 216] [--responses 200000] [--shape "many sessions"] [--json FILE]`: the whole job on made-up
// dumps, as ratios in one run, and on a PsyNet database of so many responses.
//
// Measured: the command line with one thread and with all, the wasm module in Node, the page in Chromium, and every lane of
// the work on its own, so that how far each job is from the limit is a number.
// With UPROOT_PYTHON (a Python that has uproot-science 0.10.1) uproot itself does the same job on the same file; with
// PEERS_PYTHON (one that has polars and duckdb) these make single views of the same table.
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openAsBlob, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { writeDump } from "../tests/bench/dump.mjs";
import { writeDatabase } from "../tests/bench/psynet.mjs";
import { build } from "./build.mjs";
import { median, middle, rendererMemory, sum, times } from "./measure.mjs";
import { serve } from "./serve.mjs";
import { environment, must, root, say } from "./steps.mjs";

const { values: options } = parseArgs({
  options: { size: { type: "string", default: "54" }, runs: { type: "string", default: "3" }, responses: { type: "string", default: "200000" }, shape: { type: "string" }, json: { type: "string" } },
});
const size = Number(options.size) * 1e6;
const runs = Number(options.runs);
const folder = mkdtempSync(join(tmpdir(), "windrow-bench-"));
const binary = join(root, "target/release/windrow");

// PsyNet needs the experiment, PostgreSQL and Redis, so it cannot run here.
const elsewhere = "PsyNet 13.3.0's own dump of 200,035 responses took 374 s and 4.5 GB (one run, two busy cores)";

/** The command line on one job; what it prints goes to `output`. It may have problems to report. */
const cli = (args, output) => times(runs, binary, args, { good: [0, 1], ...(output && { output }) });

/** The whole job by the module and its API, in this process. */
async function inNode(dump, zip) {
  const [wasm, engine] = await Promise.all(["windrow.js", "js/index.js"].map((file) => import(pathToFileURL(join(root, "pkg", file)))));
  wasm.initSync({ module: readFileSync(join(root, "pkg/windrow_bg.wasm")) });
  const laps = [];
  for (let i = 0; i < runs; i += 1) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const study = await engine.open(wasm, [{ path: "backup.bin", blob: await openAsBlob(dump) }]);
    const pieces = [];
    await study.export(wasm.default_recipe(), { write: (bytes) => void pieces.push(bytes.slice()), close() {}, abort() {} });
    writeFileSync(zip, Buffer.concat(pieces));
    const { user, system } = process.cpuUsage(before);
    laps.push({ seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 });
  }
  return middle(laps);
}

/** Milliseconds in which the page compiles its module and practises: nobody finds a file sooner. */
const READY = 2000;

/**
 * In the page: seconds from the choice of a file to the summary and to the saved ZIP, which is asked for as soon as the button
 * is painted. Measured there, because whoever drives the browser takes a tenth of a second that no reader would wait for.
 */
const lapsInPage = () => {
  const button = (label) => [...document.querySelectorAll("button")].find(({ textContent }) => textContent.includes(label));
  const shown = (label) =>
    new Promise((resolve) => {
      const look = () => button(label) && resolve(performance.now());
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      look();
    });
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const chosen = new Promise((resolve) => document.addEventListener("change", () => resolve(performance.now()), { capture: true, once: true }));
  return chosen.then(async (begin) => {
    const summary = (await shown("Save ZIP")) - begin;
    await painted();
    button("Save ZIP").click();
    return { summary: summary / 1000, whole: ((await shown("Save again")) - begin) / 1000 };
  });
};

/** The page from the choice of the file to the summary, and on to the saved ZIP, in a browser with a profile on disk as people have. */
async function inPage(dump) {
  const { chromiumPath, dist, flags } = await import("../tests/browser/harness.mjs");
  const { chromium } = await import("playwright-core");
  const server = await serve(dist, 0);
  const laps = { summary: [], whole: [] };
  let memory = null;
  for (let i = 0; i < runs; i += 1) {
    const profile = join(folder, "profile");
    const browser = await chromium.launchPersistentContext(profile, { executablePath: chromiumPath, args: flags, locale: "en-GB" });
    // Nobody is there to say where to save.
    await browser.addInitScript(() => delete window.showSaveFilePicker);
    const page = await browser.newPage();
    page.setDefaultTimeout(1_800_000);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForTimeout(READY);
    const [lap] = await Promise.all([page.evaluate(lapsInPage), page.locator("input[type=file]").first().setInputFiles(dump)]);
    laps.summary.push(lap.summary);
    laps.whole.push(lap.whole);
    const now = rendererMemory();
    if (now && now.peak > (memory?.peak ?? 0)) memory = now;
    await browser.close();
    rmSync(profile, { recursive: true });
  }
  server.close();
  server.closeAllConnections();
  return { summary: { seconds: median(laps.summary) }, whole: { seconds: median(laps.whole) }, memory };
}

/** Seconds of every lane of the whole job on one thread: what any arrangement of the work has to share out. */
function nativeLanes(dump) {
  const text = execFileSync("cargo", ["bench", "--quiet", "--bench", "lanes", "--", dump], { cwd: root, env: environment(), encoding: "utf8" });
  return JSON.parse(text.trim().split("\n").at(-1)).seconds;
}

/** The same lanes of the wasm module. */
function wasmLanes(dump) {
  return JSON.parse(execFileSync(process.execPath, [join(root, "tests/bench/lanes.mjs"), dump], { encoding: "utf8" })).seconds;
}

/** Medians of every lane over several runs, each in a process of its own. */
function lanesOf(one) {
  const laps = Array.from({ length: runs }, one);
  return Object.fromEntries(Object.keys(laps[0]).map((lane) => [lane, median(laps.map((lap) => lap[lane]))]));
}

/** Waits until a file that was made is on the disk: whoever is measured first would share the machine with the system that writes it. */
function settle(file) {
  const handle = openSync(file, "r+");
  fsyncSync(handle);
  closeSync(handle);
}

/** uproot's own loader and exporter on the same file, in a process of its own. */
function inUproot(dump) {
  const python = process.env.UPROOT_PYTHON;
  return python ? times(1, python, [join(root, "tests/bench/uproot_export.py"), dump]) : null;
}

/** Single views of an exported ultralong table, and the same by others, as far as what they write says the same. */
function singleViews(dump) {
  const python = process.env.PEERS_PYTHON;
  if (!python) return null;
  const script = join(root, "tests/bench/peers.py");
  const [long, ours, theirs] = ["long.csv", "ours.csv", "theirs.csv"].map((name) => join(folder, name));
  const [session] = execFileSync(binary, ["inspect", dump], { encoding: "utf8" }).match(/(?<=^ {2})\S+(?=: \d+ changes)/m);
  const view = (file, format) => ["view", file, "--session", session, "--format", format, "--filetype", "csv"];
  cli(view(dump, "ultralong"), long);
  const views = {};
  for (const name of ["latest", "sparse"]) {
    views[name] = { windrow: cli(view(long, name), ours) };
    for (const peer of ["polars", "duckdb"]) {
      const job = times(runs, python, [script, peer, name, long, theirs]);
      const { status } = spawnSync(python, [script, "same", name, ours, theirs]);
      views[name][peer] = status === 0 ? job : "other cells";
    }
  }
  return views;
}

/** How near a job comes to the limit: the lanes' seconds, spread over so many processors, as a part of its own. */
const share = (lanes, processors, { seconds }) => sum(Object.values(lanes)) / processors / seconds;

/** The lanes of the page: those of the module, but it is the browser that hashes, as quickly as native code does. */
const pageLanes = ({ wasm, native }) => ({ ...wasm, hash: native.hash, fetch: native.fetch });

const percent = (part) => `${Math.round(100 * part)} %`;

function tell(name, { seconds, cpu, memory }, against) {
  const parts = [`${seconds.toFixed(2)} s`, cpu != null && `${cpu.toFixed(2)} s of processors`, memory != null && `${memory} MB`, against && `${(against.seconds / seconds).toFixed(1)} times as fast as ${against.name}`];
  say(`  ${name}: ${parts.filter(Boolean).join(", ")}`);
}

await build();
must("cargo", ["build", "--release", "--features", "cli"], { env: environment() });
const report = { cores: cpus().length, load: loadavg()[0], runs, shapes: [] };
say(`${report.cores} processors, load ${report.load.toFixed(1)}`);
try {
  for (const [name, sessions, players] of [["many sessions", Math.max(2, Math.round(size / 4e6)), 60], ["one session", 1, 600], ["tall", 1, 20]]) {
    if (options.shape && options.shape !== name) continue;
    const dump = join(folder, "backup.bin");
    const zip = join(folder, "out.zip");
    const made = await writeDump(dump, { size, sessions, players });
    settle(dump);
    say(`${name}: ${made.changes} changes, ${Math.round(made.bytes / 1e6)} MB`);
    const page = await inPage(dump);
    const jobs = {
      "command line, 1 thread": cli(["export", dump, "-o", zip, "--threads", "1"]),
      "command line, all threads": cli(["export", dump, "-o", zip]),
      "command line, summary": cli(["inspect", dump]),
      "wasm in Node, 1 thread": await inNode(dump, join(folder, "node.zip")),
      "page in Chromium": { ...page.whole, memory: page.memory?.peak ?? null },
      "page in Chromium, summary": page.summary,
    };
    const same = readFileSync(zip).equals(readFileSync(join(folder, "node.zip")));
    if (!same) throw new Error("the wasm module gave other bytes than the command line");
    const lanes = { native: lanesOf(() => nativeLanes(dump)), wasm: lanesOf(() => wasmLanes(dump)) };
    const uproot = inUproot(dump);
    for (const [job, took] of Object.entries(jobs)) tell(job, took, uproot && { name: "uproot", ...uproot });
    if (uproot) tell("uproot", uproot);
    else say("  uproot: not measured, UPROOT_PYTHON is not set");
    for (const [where, lane] of Object.entries(lanes)) {
      const parts = Object.entries(lane).map(([name, time]) => `${name} ${time.toFixed(2)}`);
      say(`  lanes, ${where}: ${parts.join(", ")} s; ${sum(Object.values(lane)).toFixed(2)} s in all`);
    }
    const limits = {
      "command line, 1 thread": share(lanes.native, 1, jobs["command line, 1 thread"]),
      "command line, all threads": share(lanes.native, report.cores, jobs["command line, all threads"]),
      "wasm in Node, 1 thread": share(lanes.wasm, 1, jobs["wasm in Node, 1 thread"]),
      "page in Chromium": share(pageLanes(lanes), report.cores, jobs["page in Chromium"]),
    };
    say(`  of what the lanes allow: ${Object.entries(limits).map(([job, part]) => `${job} ${percent(part)}`).join("; ")}`);
    const common = ({ parse, plan, make, render, deflate }) => parse + plan + (make ?? render + deflate);
    const wasmToNative = common(lanes.wasm) / common(lanes.native);
    say(`  wasm takes ${wasmToNative.toFixed(2)} times as long as native code, hashing aside`);
    if (page.memory) say(`  of the page's ${page.memory.peak} MB ${page.memory.program} are Chromium's program; ZIP ${Math.round(statSync(zip).size / 1e6)} MB`);
    const views = name === "one session" ? singleViews(dump) : undefined;
    if (views === null) say("  single views: not compared, PEERS_PYTHON is not set");
    for (const [view, by] of Object.entries(views ?? {})) {
      for (const [who, took] of Object.entries(by)) {
        if (took === "other cells") say(`  ${view} of ultralong CSV, ${who}: not comparable, its cells are others`);
        else tell(`${view} of ultralong CSV, ${who}`, took, who !== "windrow" && { name: "Windrow", ...by.windrow });
      }
    }
    report.shapes.push({ name, ...made, jobs, lanes, limits, wasmToNative, uproot, views, page: page.memory, zip: statSync(zip).size });
  }
  const database = join(folder, "database.zip");
  const zip = join(folder, "psynet.zip");
  const source = readFileSync(join(root, "tests/cases/psynet/static/database.zip"));
  const made = writeDatabase(database, source, { responses: Number(options.responses) });
  settle(database);
  say(`PsyNet: ${made.responses} responses, ${made.rows} rows, ${Math.round(made.raw / 1e6)} MB raw`);
  const jobs = {
    "command line, 1 thread": cli(["export", database, "-o", zip, "--threads", "1"]),
    "command line, all threads": cli(["export", database, "-o", zip]),
    "command line, summary": cli(["inspect", database]),
  };
  for (const [job, took] of Object.entries(jobs)) tell(job, took);
  say(`  ZIP ${Math.round(statSync(zip).size / 1e6)} MB; measured elsewhere, not here: ${elsewhere}`);
  report.psynet = { ...made, jobs, zip: statSync(zip).size, elsewhere };
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
