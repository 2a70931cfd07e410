// Every state of the page and how to get there from the first screen: for the pictures and for axe.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../wasm/cli.mjs";
import { file, openExample } from "./harness.mjs";

/** Keeps the worker from answering a request, at 42 % of it, so that the state stays. */
const hold = (page, ask) =>
  page.evaluate((ask) => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.ask !== ask) return send.call(this, message, ...rest);
      this.dispatchEvent(new MessageEvent("message", { data: { id: message.id, progress: 0.42 } }));
    };
  }, ask);

/** Has requests of these kinds answered with a fault. */
const refuse = (page, ...asks) =>
  page.evaluate((asks) => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (!asks.includes(message.ask)) return send.call(this, message, ...rest);
      const fault = { code: "io", message: "", detail: "", advice: "", place: {} };
      this.dispatchEvent(new MessageEvent("message", { data: { id: message.id, fault } }));
    };
  }, asks);

const choose = (page, ...files) => page.locator("input[type=file]").first().setInputFiles(files);
const rows = (page) => page.locator(".preview[aria-busy=false] [role=gridcell]").first().waitFor();
const unfold = async (page) => {
  for (const summary of await page.locator("[role=tabpanel]:not([hidden]) summary").all()) await summary.click();
};

/** Opens a tab and waits until everything in it was answered. */
export async function openTab(page, name) {
  await page.getByRole("tab", { name }).click();
  await page.locator("[role=tabpanel]:not([hidden]) section").first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[role=tabpanel]:not([hidden]) [aria-busy=true]"));
}

/** Each state: its name, and how to get there. */
export const states = {
  empty: async () => {},
  dropping: (page) =>
    page.evaluate(() => {
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
    await choose(page, file("uproot.msgpack.gz", Buffer.alloc(5_000_000)));
    await page.getByRole("progressbar").waitFor();
  },
  summary: async (page) => {
    await openExample(page);
    await rows(page);
  },
  error: async (page) => {
    await choose(page, file("notes.txt", "hello"));
    await page.locator(".fault").waitFor();
  },
  ...Object.fromEntries(
    ["Fields", "Risk", "Texts", "Check and save"].map((step) => [
      `sharing-${step.toLowerCase().replaceAll(" ", "-")}`,
      async (page) => {
        await choose(page, join(root, "tests/cases/protect/canary/uproot_canary.msgpack"));
        await page.getByRole("tab", { name: "Prepare for sharing" }).click();
        await page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name: step }).click();
        if (step !== "Texts") return;
        await page.getByRole("radio", { name: /^Read them/ }).check();
        await page.locator(".review li").first().waitFor();
      },
    ]),
  ),
  problems: async (page) => {
    await choose(page, join(root, "tests/cases/uproot/edge_order_truncated/dump/backup.bin"));
    await page.locator(".problems").waitFor();
    await rows(page);
  },
  choices: async (page) => {
    await openExample(page);
    await page.getByLabel("Latest values by").check();
    const select = page.locator(".groupby select");
    for (const i of [1, 2]) await select.selectOption({ index: i });
    await unfold(page);
    await rows(page);
    await page.locator(".grid [role=gridcell]").first().click();
  },
  psynet: async (page) => {
    await choose(page, file("database.zip", readFileSync(join(root, "tests/cases/psynet/kitchen_sink/database.zip"))));
    await page.getByRole("grid").waitFor();
    await page.getByRole("radio", { name: /^anonymous\// }).check();
    await unfold(page);
    await rows(page);
  },
  players: async (page) => {
    await openExample(page);
    await openTab(page, "Players");
    await page.locator(".history [role=gridcell]").first().waitFor();
    await unfold(page);
  },
  history: async (page) => {
    await openExample(page);
    await openTab(page, "Players");
    await page.locator(".sheet .index.named").nth(1).click();
    await page.getByRole("heading", { name: /^History of/ }).waitFor();
    await page.locator(".history[aria-busy=false] [role=gridcell]").first().waitFor();
  },
  pictures: async (page) => {
    await openExample(page);
    await openTab(page, "Pictures");
    await page.locator(".drawing svg").nth(3).waitFor();
    await unfold(page);
  },
  contents: async (page) => {
    await choose(page, join(root, "tests/cases/psynet/kitchen_sink/database.zip"));
    await page.getByRole("grid").waitFor();
    await page.locator(".contents summary", { hasText: /files?,/ }).waitFor();
    for (const summary of await page.locator(".contents summary, .recipe summary").all()) await summary.click();
    await page.locator(".copied pre").first().waitFor();
  },
  gone: async (page) => {
    // The first files get a worker that has started before.
    await openExample(page);
    await page.getByRole("button", { name: "Start over" }).click();
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
  refused: async (page) => {
    await refuse(page, "preview", "contents");
    await openExample(page);
    for (const part of [".preview", ".contents"]) await page.locator(`${part} .outcome.bad`).waitFor();
  },
  ...Object.fromEntries(
    [["Players", "search"], ["Pictures", "browse"], ["Prepare for sharing", "look"]].map(([tab, ask]) => [
      `refused-${ask}`,
      async (page) => {
        await openExample(page);
        await refuse(page, ask);
        await page.getByRole("tab", { name: tab }).click();
        await page.locator("[role=tabpanel]:not([hidden]) .outcome.bad").first().waitFor();
      },
    ]),
  ),
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
