// Run a step and say so: everything the other scripts share, with nothing but Node's own modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's top folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Cargo's home, where its programs are even if the shell does not know it yet. */
export const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");

/** Says what is being done, in one line. */
export function say(text) {
  console.log(`windrow: ${text}`);
}

/** Ends the script with a reason and what to do. */
export function stop(reason) {
  console.error(`windrow: ${reason}`);
  process.exit(1);
}

/** The environment for a step: the given folders come first on PATH; RUSTFLAGS would reach build scripts, so it goes. */
export function environment(folders = [], more = {}) {
  const { RUSTFLAGS: _, ...env } = process.env;
  const path = [...folders, env.PATH, join(cargoHome, "bin")].filter(Boolean).join(delimiter);
  return { ...env, PATH: path, ...more };
}

/** Runs a program in the project's folder and shows its output; gives back whether it succeeded. */
export function run(program, args, { env = environment() } = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  if (error) console.error(`windrow: ${program}: ${error.message}`);
  return status === 0;
}

/** Runs a program that the rest depends on; stops the script if it fails. */
export function must(program, args, options) {
  if (!run(program, args, options)) stop(`this step failed: ${[program, ...args].join(" ")}`);
}

/** What a program prints, or undefined if it cannot be run. */
export function output(program, args, env = environment()) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "ignore"] });
  return status === 0 ? stdout.toString().trim() : undefined;
}

/** One hash over files and folders (paths from the top folder), to tell whether a step is up to date. */
export function fingerprint(...paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    hash.update(`${relative(root, path)}\0`).update(readFileSync(path));
  };
  for (const path of paths.map((p) => join(root, p)).filter(existsSync)) {
    const inside = readdirSyncOrNull(path);
    if (!inside) add(path);
    else for (const name of inside) add(join(path, name));
  }
  return hash.digest("hex");
}

/** The files in a folder and below, sorted, or null if it is a file. */
function readdirSyncOrNull(path) {
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries.filter((e) => e.isFile()).map((e) => relative(path, join(e.parentPath ?? e.path, e.name))).sort();
  } catch (error) {
    if (error.code === "ENOTDIR") return null;
    throw error;
  }
}

/** Does a step unless it was done with the same inputs before and its result is still there. */
export async function once(name, inputs, result, step) {
  const stamp = join(root, "target", "steps", name);
  if (existsSync(join(root, result)) && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) {
    say(`${name}: up to date`);
    return;
  }
  await step();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, inputs);
}
