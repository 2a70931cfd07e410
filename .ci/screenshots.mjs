// `npm run screenshots [folder]`: a picture of every state of the page, light and dark, wide and narrow.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { file, open, openExample, start } from "../tests/browser/harness.mjs";
import { build } from "./build.mjs";
import { root, say } from "./steps.mjs";

await build();
const folder = process.argv[2] ?? join(root, "test-results", "screenshots");
mkdirSync(folder, { recursive: true });
const { browser, url, stop } = await start();

/** Keeps the worker from answering a request, at 42 % of it, so that the picture is always the same. */
const hold = (page, ask) =>
  page.evaluate((ask) => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.ask !== ask) return send.call(this, message, ...rest);
      this.dispatchEvent(new MessageEvent("message", { data: { id: message.id, progress: 0.42 } }));
    };
  }, ask);

/** Each state: its name, and how to get there from the first screen. */
const states = {
  empty: async () => {},
  dropping: (page) => page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "x"));
    window.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, cancelable: true }));
  }),
  check: async (page) => {
    await page.getByRole("button", { name: "Nothing is uploaded" }).click();
    await page.getByRole("dialog").waitFor();
  },
  reading: async (page) => {
    await hold(page, "open");
    await page.locator("input[type=file]").first().setInputFiles(file("uproot.msgpack.gz", Buffer.alloc(5_000_000)));
    await page.locator("progress").waitFor();
  },
  summary: async (page) => {
    await openExample(page);
    await page.locator(".grid [role=gridcell]").first().waitFor();
  },
  error: async (page) => {
    await page.locator("input[type=file]").first().setInputFiles(file("notes.txt", "hello"));
    await page.locator(".fault").waitFor();
  },
  ...Object.fromEntries(
    ["Fields", "Risk", "Texts", "Check and save"].map((step) => [
      `sharing-${step.toLowerCase().replaceAll(" ", "-")}`,
      async (page) => {
        await page.locator("input[type=file]").first().setInputFiles(join(root, "tests/cases/protect/canary/uproot_canary.msgpack"));
        await page.getByRole("tab", { name: "Prepare for sharing" }).click();
        await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: step }).click();
        if (step !== "Texts") return;
        await page.getByRole("radio", { name: /^Read them/ }).check();
        await page.locator(".review li").first().waitFor();
      },
    ]),
  ),
  problems: async (page) => {
    await page.locator("input[type=file]").first().setInputFiles(join(root, "tests/cases/uproot/edge_order_truncated/dump/backup.bin"));
    await page.locator(".problems").waitFor();
    await page.getByRole("grid").waitFor();
  },
  choices: async (page) => {
    await openExample(page);
    await page.getByLabel("Latest values by").check();
    const select = page.locator(".groupby select");
    for (const i of [1, 2]) await select.selectOption({ index: i });
    for (const summary of await page.locator(".rest summary, .recipe summary").all()) await summary.click();
    await page.locator(".grid [role=gridcell]").first().click();
  },
  contents: async (page) => {
    await page.locator("input[type=file]").first().setInputFiles(join(root, "tests/cases/psynet/kitchen_sink/database.zip"));
    await page.getByRole("grid").waitFor();
    await page.locator(".contents summary", { hasText: /files?,/ }).waitFor();
    for (const summary of await page.locator(".contents summary, .recipe summary").all()) await summary.click();
    await page.locator(".copied pre").first().waitFor();
  },
  gone: async (page) => {
    await page.evaluate(() => {
      window.workers = [];
      window.Worker = class extends Worker {
        constructor(...given) {
          super(...given);
          window.workers.push(this);
        }
      };
    });
    await openExample(page);
    await page.evaluate(() => window.workers.at(-1).terminate());
    await page.locator(".fault").waitFor();
  },
  saving: async (page) => {
    await openExample(page);
    await hold(page, "export");
    await page.getByRole("button", { name: "Save ZIP" }).click();
    await page.locator(".savebox progress").waitFor();
  },
  done: async (page) => {
    await openExample(page);
    await page.getByRole("button", { name: "Save ZIP" }).click();
    await page.getByRole("button", { name: "Save again" }).waitFor();
  },
};

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    for (const [name, arrive] of Object.entries(states)) {
      const { context, page } = await open(browser, url, { colorScheme, viewport: { width, height: 900 } });
      page.setDefaultTimeout(8000);
      try {
        await arrive(page);
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true });
      } catch (error) {
        say(`${name}-${colorScheme}-${width}: ${error.message.split("\n")[0]}`);
      }
      await context.close();
    }
  }
}
await stop();
say(`screenshots are in ${folder}`);
