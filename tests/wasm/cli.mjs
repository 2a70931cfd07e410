// The command line as the other way to the same result.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(fileURLToPath(import.meta.url), "../../..");

/** The example that the page carries. */
export const example = join(root, "www/example/example.msgpack.gz");

const name = process.platform === "win32" ? "windrow.exe" : "windrow";
/** The program itself. */
export const windrow = join(root, "target/debug", name);

/** The ZIP that the command line makes of files. */
export function exportByCli(inputs, ...options) {
  const folder = mkdtempSync(join(tmpdir(), "windrow-"));
  try {
    const zip = join(folder, "out.zip");
    const { status } = spawnSync(windrow, ["export", ...inputs, "-o", zip, ...options], { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0 && status !== 1) throw new Error(`windrow export ended with ${status}`); // 1: with problems
    return readFileSync(zip);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
