// What the benchmark measures with: medians, processes with their time and memory, the memory of the page's process.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from "node:fs";

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Whether the system tells what a process took. */
const canTime = existsSync("/usr/bin/time");

/**
 * Runs a program and says what it took: seconds, seconds of processors, and its most memory in MB; null where unknown.
 * `output` is a file for what it prints, `good` the exit codes that are fine.
 */
function took(program, args, { output = "/dev/null", good = [0] }) {
  const printed = openSync(output, "w");
  const start = performance.now();
  const [command, ...given] = canTime ? ["/usr/bin/time", "-f", "%U %S %M", program, ...args] : [program, ...args];
  const { status, stderr, error } = spawnSync(command, given, { encoding: "utf8", stdio: ["ignore", printed, "pipe"] });
  const seconds = (performance.now() - start) / 1000;
  closeSync(printed);
  if (error || !good.includes(status)) throw new Error(`${program} ${args[0]}: ${error?.message ?? stderr}`);
  const [user, system, kilobytes] = canTime ? stderr.trim().split("\n").at(-1).split(" ").map(Number) : [];
  return { seconds, cpu: canTime ? user + system : null, memory: canTime ? Math.round(kilobytes / 1000) : null };
}

/** The same for several runs: medians of the times, and the most memory. */
export function times(runs, program, args, options = {}) {
  return middle(Array.from({ length: runs }, () => took(program, args, options)));
}

export function middle(all) {
  const known = (key) => all.map((one) => one[key]).filter((value) => value != null);
  const of = (key, pick) => (known(key).length > 0 ? pick(known(key)) : null);
  return { seconds: median(known("seconds")), cpu: of("cpu", median), memory: of("memory", (values) => Math.max(...values)) };
}

/** Memory of the page's process in MB: its peak, and what of it is Chromium's program, which all its processes share. */
export function rendererMemory() {
  let found = null;
  for (const pid of existsSync("/proc/self/status") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("--type=renderer")) continue;
      const status = readFileSync(`/proc/${pid}/status`, "latin1");
      const value = (key) => Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1000);
      const one = { peak: value("VmHWM"), program: value("RssFile") };
      if (!found || one.peak > found.peak) found = one;
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}
