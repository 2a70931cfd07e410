// `npm run mutants -- [--area views|protect] [--shard K/N] [--file GLOB]… [cargo-mutants' own options]`: changes the code in
// one place after another and says which changes no test notices. A shard is every N-th place, so it is a sample; all
// places take a day or more. The code is changed in a copy, and target/mutants keeps what was built between the runs. What
// may change unnoticed, and why, is in .cargo/mutants.toml.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment, output, root, run, say, stop } from "./steps.mjs";

/** What is changed, and the tests that reach it: each change builds and runs only those. */
const areas = {
  views: {
    files: ["src/view/*.rs", "src/filter.rs"],
    tests: ["uproot", "latest_oracle"],
  },
  protect: {
    // The detectors of contacts, names and addresses are measured by how much they find: tests/protect_detect.rs.
    files: ["*.rs", "leak/*.rs", "preset/*.rs", "psynet/*.rs", "time/*.rs", "uproot/*.rs"].map((file) => `src/protect/${file}`),
    lib: true,
    tests: ["cases", "choices", "class", "leak", "moments", "pseudonym", "psynet", "quasi", "texts", "time", "uproot"].map((test) => `protect_${test}`),
  },
};

const { values: options, tokens } = parseArgs({
  options: { area: { type: "string" }, shard: { type: "string" }, file: { type: "string", multiple: true, default: [] } },
  strict: false,
  tokens: true,
});
const known = ["area", "shard", "file"];
const others = tokens.flatMap((token) => {
  if (token.kind === "positional") return [token.value];
  if (token.kind !== "option" || known.includes(token.name)) return [];
  return [token.rawName + (token.inlineValue ? `=${token.value}` : "")];
});
const names = Object.keys(areas);
if (options.area && !names.includes(options.area)) stop(`--area is one of ${names.join(", ")}`);
if (options.file.length > 0) options.area ??= options.file[0].startsWith("src/protect") ? "protect" : "views";
if (!output("cargo", ["mutants", "--version"])) {
  stop("cargo-mutants is not installed: cargo install cargo-mutants --version 27.1.0 --locked");
}

/** Changes an area; gives the numbers of changes by what came of them. */
function change(name, { files, tests, lib }) {
  const results = join("target", "mutants", name);
  mkdirSync(join(root, results), { recursive: true });
  const where = options.file.length > 0 ? options.file : files;
  const args = ["mutants", "--profile=mutants", "--sharding=round-robin", "--minimum-test-timeout=120", "--output", results];
  args.push(...where.flatMap((file) => ["--file", file]), ...(options.shard ? ["--shard", options.shard] : []), ...others);
  // Named so, they are all that is built; behind `--` everything would be.
  args.push(...(lib ? ["--cargo-arg=--lib"] : []), ...tests.map((test) => `--cargo-arg=--test=${test}`));
  say(`cargo ${args.join(" ")}`);
  // It fails where a change went unnoticed, too.
  run("cargo", args, { env: environment([], { CARGO_TARGET_DIR: join(root, "target", "mutants", "build") }) });
  const outcomes = join(root, results, "mutants.out", "outcomes.json");
  return existsSync(outcomes) ? JSON.parse(readFileSync(outcomes, "utf8")) : { total_mutants: 0 };
}

let survivors = 0;
for (const name of names.filter((name) => !options.area || name === options.area)) {
  const { total_mutants: total, caught, timeout, missed, unviable } = change(name, areas[name]);
  if (total === 0) stop("nothing was changed; what cargo-mutants said stands above");
  const viable = total - unviable;
  survivors += missed;
  say(`${name}: of ${viable} changes ${caught + timeout} were noticed, ${missed} not; ${unviable} more do not compile`);
}
process.exitCode = survivors === 0 ? 0 : 1;
