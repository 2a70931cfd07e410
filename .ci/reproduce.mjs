// `npm run reproduce`: two clean builds of the committed state in two folders give the same dist/, hash by hash.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, root, say, stop } from "./steps.mjs";

const folder = mkdtempSync(join(tmpdir(), "windrow-reproduce-"));

/** Builds in a fresh clone at a path; the folders differ in name and depth, since paths could reach the bytes. */
function built(name) {
  const clone = join(folder, name);
  must("git", ["clone", "--quiet", root, clone]);
  say(`building in ${clone}`);
  execFileSync("node", [".ci/build.mjs"], { cwd: clone, stdio: "inherit" });
  return readFileSync(join(clone, "dist", "SHA256SUMS"), "utf8");
}

try {
  const [one, other] = [built("one"), built("another/deeper")];
  process.stdout.write(one);
  if (one !== other) stop(`the builds differ:\n${other}`);
  say("both builds are the same");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
