// A real Chromium on the built page: what every browser test starts from.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../../.ci/serve.mjs";

const root = join(fileURLToPath(import.meta.url), "../../..");

/** The built page's folder. */
export const dist = join(root, "dist");

/** Where Chromium is on this machine. */
export const chromiumPath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** Without these flags Chromium itself looks for updates and accounts, which is not the page's doing. */
export const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts Chromium and serves dist/ on any free port. */
export async function start(more = []) {
  const server = await serve(dist, 0);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...flags, ...more] });
  return {
    browser,
    url: `http://127.0.0.1:${server.address().port}/`,
    async stop() {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A fresh page that records what must not happen: errors, policy violations; and every request. */
export async function open(browser, url, { picker = false, ...options } = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const seen = { errors: [], requests: [] };
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("request", (request) => seen.requests.push(request.url()));
  // No window can be answered here: without a picker the page saves through its own storage.
  if (!picker) await context.addInitScript(() => delete window.showSaveFilePicker);
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { context, page, seen };
}

/** A file as Playwright hands it over. */
export const file = (name, content) => ({ name, mimeType: "", buffer: Buffer.from(content) });

/** Opens the built-in example and waits for its summary and preview. */
export async function openExample(page) {
  await page.getByRole("button", { name: /example/ }).click();
  await page.getByRole("grid").waitFor();
}
