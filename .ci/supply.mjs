// What the project is made of: versions that are not exact, and licences that are not allowed. Works without a network.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environment, root } from "./steps.mjs";

const text = (path) => readFileSync(join(root, path), "utf8");

/** Licences that deny.toml allows: one list for cargo-deny and for this check. */
export const allowed = [...text("deny.toml").match(/^allow = \[(.*)\]$/m)[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name);

/** Beside those, of npm packages that only build and test: nothing of them is handed on. */
const tools = ["0BSD", "BSD-3-Clause", "ISC", "MPL-2.0"];

/** Names in Cargo.toml and package.json whose versions are not exact. */
export function loose(cargo = text("Cargo.toml"), npm = JSON.parse(text("package.json"))) {
  const sections = cargo.split(/^(?=\[)/m).filter((section) => /^\[[^\]]*dependencies\]/.test(section)).join("\n");
  const crates = [...sections.matchAll(/^([\w-]+) = (?:\{.*?version = )?"([^"]*)"/gm)].filter(([, , version]) => !version.startsWith("="));
  const packages = Object.entries({ ...npm.dependencies, ...npm.devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  return [...crates.map(([, name]) => name), ...packages.map(([name]) => name)];
}

/** Whether an SPDX expression (or Cargo's old `A/B`) can be satisfied with these licences. */
export function satisfied(expression, licences) {
  const tokens = (expression ?? "").replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g) ?? [];
  const either = () => {
    let yes = both();
    while (tokens[0] === "OR") yes = (tokens.shift(), both()) || yes;
    return yes;
  };
  const both = () => {
    let yes = one();
    while (tokens[0] === "AND") yes = (tokens.shift(), one()) && yes;
    return yes;
  };
  const one = () => {
    const token = tokens.shift();
    if (token === "(") {
      const yes = either();
      return tokens.shift() === ")" && yes;
    }
    // An exception only adds permissions.
    if (tokens[0] === "WITH") tokens.splice(0, 2);
    return licences.includes(token);
  };
  const yes = either();
  return yes && tokens.length === 0;
}

/** Crates of the module and of the command line on this machine, those for tests too. */
export function crates() {
  const host = execFileSync("rustc", ["-vV"], { env: environment(), encoding: "utf8" }).match(/^host: (.*)$/m)[1];
  const found = new Map();
  for (const platform of ["wasm32-unknown-unknown", host]) {
    const args = ["metadata", "--format-version", "1", "--locked", "--all-features", "--filter-platform", platform];
    const metadata = execFileSync("cargo", args, { cwd: root, env: environment(), encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
    for (const one of JSON.parse(metadata).packages) found.set(`${one.name} ${one.version}`, one);
  }
  return [...found.values()];
}

/** What is not allowed, a line each: a licence, or a place from which code comes that is no registry. */
export function objections() {
  const registry = "registry+https://github.com/rust-lang/crates.io-index";
  const lines = [];
  for (const { name, version, license, source } of crates()) {
    if (!satisfied(license, allowed)) lines.push(`crate ${name} ${version}: ${license}`);
    if (source !== null && source !== registry) lines.push(`crate ${name} ${version} comes from ${source}`);
  }
  const { packages } = JSON.parse(text("package-lock.json"));
  for (const [path, { license, integrity }] of Object.entries(packages).filter(([path]) => path)) {
    if (!satisfied(license, [...allowed, ...tools])) lines.push(`${path}: ${license}`);
    if (!integrity) lines.push(`${path} has no checksum`);
  }
  return lines;
}
