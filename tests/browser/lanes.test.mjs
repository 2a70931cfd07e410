// Large exports use several workers, which make tables, compress and hash, and the browser's own hash where it has one: the bytes stay the same.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeDump } from "../bench/dump.mjs";
import { exportByCli } from "../wasm/cli.mjs";
import { open, start } from "./harness.mjs";

let site;
let expected;
const folder = mkdtempSync(join(tmpdir(), "windrow-lanes-"));
const dump = join(folder, "large.msgpack");
before(async () => {
  // Large enough for lanes to start while it is read.
  await writeDump(dump, { size: 20e6, sessions: 3 });
  expected = exportByCli([dump], "--threads", "1");
  site = await start(["--host-resolver-rules=MAP insecure.test 127.0.0.1"]);
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true });
});

/** Counts, in the worker that holds the data, what it asks of its lanes and what these have made. */
const count = () => {
  const { postMessage } = Worker.prototype;
  const heard = new WeakSet();
  self.counts = { pieces: 0, asked: 0, made: 0 };
  Worker.prototype.postMessage = function (message, moved) {
    if (!heard.has(this)) this.addEventListener("message", ({ data }) => (self.counts.made += Number("made" in data && data.made !== undefined)));
    heard.add(this);
    self.counts.pieces += Number("copy" in message);
    self.counts.asked += Number("make" in message);
    return postMessage.call(this, message, moved);
  };
};

for (const host of ["127.0.0.1", "insecure.test"]) {
  test(`a large export on http://${host} has the same bytes as the command line's`, { timeout: 120_000 }, async () => {
    const { context, page, seen } = await open(site.browser, site.url.replace("127.0.0.1", host));
    try {
      // The browser hashes only where the page came by a way that nobody can tamper with.
      assert.equal(await page.evaluate(() => crypto.subtle !== undefined), host === "127.0.0.1");
      await page.locator("input[type=file]").first().setInputFiles(dump);
      await page.getByRole("grid").waitFor();
      const save = page.getByRole("button", { name: "Save ZIP" });
      const [data] = page.workers();
      await data.evaluate(count);
      const saved = async (button) => {
        const [got] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), button.click()]);
        assert.ok(readFileSync(await got.path()).equals(expected));
      };
      await saved(save);
      // The second time lanes are started for it, and get work while they still start.
      await saved(page.getByRole("button", { name: "Save again" }));
      const { pieces, asked, made } = await data.evaluate(() => self.counts);
      assert.ok(pieces > 1 && asked > 1 && made === asked, `copies in ${pieces} pieces made ${made} of ${asked} stretches`);
      // What is stopped in the middle of a file leaves nothing to the next.
      await page.evaluate(() => {
        const look = () => {
          const cancel = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Cancel");
          const part = document.querySelector("progress")?.value ?? 0;
          if (cancel && part > 0) cancel.click();
          else requestAnimationFrame(look);
        };
        look();
      });
      await page.getByRole("button", { name: "Save again" }).click();
      await page.locator(".outcome", { hasText: "Saving was stopped" }).waitFor();
      await saved(save);
      assert.deepEqual(seen.errors, []);
    } finally {
      await context.close();
    }
  });
}
