// Installs what is missing on a machine that has Rust (rustup) and Node, and builds the wasm module.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cargoHome, environment, fingerprint, must, once, output, root, say, stop } from "./steps.mjs";

/** wasm-bindgen must be the version that Cargo.toml names. `--locked` is left out where a lock file once named a crate not yet served. */
const tools = [
  { name: "wasm-pack", crate: "wasm-pack", version: "0.15.1", flags: ["--locked"] },
  { name: "wasm-bindgen", crate: "wasm-bindgen-cli", version: "0.2.130", flags: [] },
];

/** Where tools are kept that were not on PATH in the right version; the next project folder finds them here. */
const cache = join(cargoHome, "windrow-tools");

/** Builds a tool in a minute or two: it runs for moments, so its own speed does not matter. */
const quick = { CARGO_PROFILE_RELEASE_OPT_LEVEL: "1", CARGO_PROFILE_RELEASE_LTO: "off", CARGO_PROFILE_RELEASE_DEBUG: "0" };

/** Checks for what cannot be installed from here. */
export function checkRust() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) stop(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
  if (!output("cargo", ["--version"])) stop("Rust is needed: install it with rustup (https://rustup.rs) and try again.");
}

/** The folders with the right tools, to be put first on PATH. */
function ensureTools() {
  const right = (tool, env) => output(tool.name, ["--version"], env)?.split(" ")[1] === tool.version;
  const cached = environment([join(cache, "bin")]);
  const folders = [];
  for (const tool of tools) {
    if (right(tool, environment())) continue;
    if (!right(tool, cached)) {
      say(`installing ${tool.crate} ${tool.version} into ${cache} (some minutes, once)`);
      const args = ["install", "--root", cache, "--version", tool.version, "--force", ...tool.flags, tool.crate];
      must("cargo", args, { env: environment([], quick) });
    }
    folders[0] = join(cache, "bin");
  }
  return folders;
}

/** The wasm target of the toolchain in use. */
function ensureTarget() {
  const target = "wasm32-unknown-unknown";
  const sysroot = output("rustc", ["--print", "sysroot"]);
  if (sysroot && existsSync(join(sysroot, "lib", "rustlib", target, "lib"))) return;
  say(`adding the Rust target ${target}`);
  must("rustup", ["target", "add", target]);
}

/** The packages that package-lock.json names, no others. */
export async function ensurePackages() {
  await once("packages", fingerprint("package.json", "package-lock.json"), "node_modules", () => {
    say("installing npm packages");
    must("npm", ["ci", "--no-audit", "--no-fund"]);
  });
}

/** Builds pkg/ with wasm-pack. Paths of this machine are kept out of the module, so that its bytes do not depend on them. */
async function buildWasm() {
  const inputs = fingerprint("src", "Cargo.toml", "Cargo.lock", ".cargo") + output("rustc", ["--version"]);
  await once("wasm", inputs, "pkg/windrow_bg.wasm", () => {
    say("building the wasm module");
    const folders = ensureTools();
    const remap = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=windrow`];
    const flags = remap.map((flag) => JSON.stringify(flag)).join(",");
    const config = `target.wasm32-unknown-unknown.rustflags=[${flags}]`;
    must("wasm-pack", ["build", "--target", "web", "--profile", "page", "--mode", "no-install", "--", "--config", config], {
      env: environment(folders),
    });
  });
}

/** Everything that building the page needs. */
export async function setup() {
  checkRust();
  ensureTarget();
  await ensurePackages();
  await buildWasm();
}
