// `npm run screenshots [folder] [state …]`: a picture of every state of the page, or of some, light and dark, wide and narrow.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { open, start } from "../tests/browser/harness.mjs";
import { states } from "../tests/browser/states.mjs";
import { build } from "./build.mjs";
import { root, say } from "./steps.mjs";

await build();
const [, , folder = join(root, "test-results", "screenshots"), ...only] = process.argv;
const wanted = Object.entries(states).filter(([name]) => only.length === 0 || only.includes(name));
mkdirSync(folder, { recursive: true });
const { browser, url, stop } = await start();

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    for (const [name, arrive] of wanted) {
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
