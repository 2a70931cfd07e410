// `npm run fuzz -- [--seconds N] [--seed S] [--threads T]`: mutated cases through every reader and the whole path. A seed
// gives the same inputs everywhere. `npm run fuzz -- --input FILE`: what was found, alone.
// `npm run fuzz -- --coverage reading|cutting|everything [--executions N]`: the same body under libFuzzer, which needs
// nightly Rust, a C++ compiler and cargo-fuzz.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { environment, must, output, stop } from "./steps.mjs";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    input: { type: "string" },
    coverage: { type: "string" },
    executions: { type: "string", default: "1000000" },
  },
});

if (options.coverage) {
  if (!output("cargo", ["+nightly", "fuzz", "--version"])) stop("cargo-fuzz and a nightly toolchain are needed: cargo install cargo-fuzz --locked");
  const corpus = `tests/fuzz/corpus/${options.coverage}`;
  must("cargo", ["test", "--test", "fuzz", "cases_break"], { env: environment([], { WINDROW_FUZZ_CORPUS: corpus }) });
  const limits = ["-max_len=65536", "-timeout=20", "-rss_limit_mb=2048", "-malloc_limit_mb=512", "-print_final_stats=1"];
  const how = [`-runs=${options.executions}`, `-seed=${options.seed}`, "-dict=tests/fuzz/words.dict", ...limits];
  // There is no unsafe code to sanitize; overflow checks and debug assertions stay on.
  must("cargo", ["+nightly", "fuzz", "run", "--fuzz-dir", "tests/fuzz", "-s", "none", options.coverage, corpus, "--", ...how]);
} else {
  const wish = options.input
    ? { WINDROW_FUZZ_INPUT: resolve(options.input) }
    : { WINDROW_FUZZ_SECONDS: options.seconds, WINDROW_FUZZ_SEED: options.seed, WINDROW_FUZZ_THREADS: options.threads };
  must("cargo", ["test", "--profile", "fuzz", "--test", "fuzz", "mutated_cases", "--", "--nocapture"], { env: environment([], wish) });
}
