// `npm start`: builds the page and serves it on this machine.
import { join } from "node:path";
import { build } from "./build.mjs";
import { serve } from "./serve.mjs";
import { root, say, stop } from "./steps.mjs";

const port = Number(process.env.PORT ?? 8080);
await build();
try {
  // A service worker would answer on this port long after, whatever else is served there then.
  await serve(join(root, "dist"), port, { without: ["sw.js"] });
} catch (error) {
  stop(error.code === "EADDRINUSE" ? `port ${port} is in use; set another with PORT=8081 npm start` : error.message);
}
say(`open http://127.0.0.1:${port} (Ctrl+C ends it)`);
