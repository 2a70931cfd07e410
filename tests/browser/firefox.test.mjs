// The main job in Firefox, hosted and from the disk: the same bytes as the command line's and Chromium's.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { serve } from "../../.ci/serve.mjs";
import { example, exportByCli, root } from "../wasm/cli.mjs";
import { firefoxPath, startFirefox } from "./firefox.mjs";
import { dist } from "./harness.mjs";
import { attempts } from "./waysout.mjs";

const skip = firefoxPath ? false : "this machine has no Firefox: install it, or set FIREFOX to its path";

let firefox;
let site;
let listener;
const heard = [];
before(async () => {
  if (skip) return;
  firefox = await startFirefox();
  site = await serve(dist, 0);
  listener = createServer((request, response) => {
    heard.push(request.url);
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("");
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await firefox?.stop();
  for (const server of [site, listener]) {
    server?.close();
    server?.closeAllConnections();
  }
});

const forms = {
  "over http": () => `http://127.0.0.1:${site.address().port}/`,
  "from the disk": () => pathToFileURL(join(dist, "windrow.html")).href,
};
const database = join(root, "tests/cases/psynet/kitchen_sink/database.zip");

for (const [form, address] of Object.entries(forms)) {
  for (const [what, file] of [["a dump", example], ["a PsyNet export", database]]) {
    test(`Firefox ${form}: ${what} comes out as on the command line`, { skip, timeout: 120_000 }, async () => {
      await firefox.open(address());
      await firefox.see("h1");
      await firefox.choose("input[type=file]", file);
      await firefox.see("[role=grid]");
      await firefox.click(".savebox button.main");
      const { name, bytes } = await firefox.download();
      assert.match(name, /-windrow\.zip$/);
      assert.ok(bytes.equals(exportByCli([file])), `${bytes.length} bytes`);
    });
  }

  test(`Firefox ${form}: page and worker are forbidden to connect`, { skip, timeout: 120_000 }, async () => {
    await firefox.open(address());
    await firefox.see("h1");
    heard.length = 0;
    const to = `http://127.0.0.1:${listener.address().port}/`;
    const tried = await firefox.run(attempts, to);
    assert.ok(tried.page?.length >= 12 && tried.worker.length >= 7, JSON.stringify(tried));
    assert.deepEqual(heard, [], JSON.stringify(tried));
  });
}
