// A real Firefox as Debian ships it, driven through Marionette: its own protocol, one line of JSON after another.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Firefox is on this machine; undefined if it is not. */
export const firefoxPath = process.env.FIREFOX ?? ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync);

/** What its version line says. */
export const firefoxVersion = () => spawnSync(firefoxPath, ["--version"], { encoding: "utf8" }).stdout.trim();

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again and again until the answer is not undefined, for at most half a minute. */
export async function until(ask, what) {
  for (let i = 0; i < 300; i += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(100);
  }
  throw new Error(`waited too long for ${what}`);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The connection: messages are `length:[0, id, command, parameters]`, answers `length:[1, id, error, result]`. */
class Marionette {
  #socket;
  #waiting = new Map();
  #last = 0;
  #rest = Buffer.alloc(0);

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#hear(data));
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("Firefox is gone"));
    });
  }

  #hear(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const colon = this.#rest.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#rest.subarray(0, colon));
      if (this.#rest.length < end) return;
      const message = JSON.parse(this.#rest.subarray(colon + 1, end));
      this.#rest = this.#rest.subarray(end);
      if (!Array.isArray(message)) continue; // the greeting
      const [, id, error, result] = message;
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(`${error.error}: ${error.message}`));
      else resolve(result?.value ?? result);
    }
  }

  send(command, parameters = {}) {
    const id = (this.#last += 1);
    const text = JSON.stringify([0, id, command, parameters]);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }

  end() {
    this.#socket.destroy();
  }
}

/** Settings: downloads go to a folder without asking, and Firefox itself connects to nothing. */
const preferences = (port, downloads) => ({
  "marionette.port": port,
  "browser.download.folderList": 2,
  "browser.download.dir": downloads,
  "browser.download.useDownloadDir": true,
  "browser.download.alwaysOpenPanel": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.aboutwelcome.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
  "app.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "intl.accept_languages": "en-GB",
});

/** Starts Firefox without a window. */
export async function startFirefox() {
  const profile = mkdtempSync(join(tmpdir(), "windrow-firefox-"));
  const downloads = mkdtempSync(join(tmpdir(), "windrow-downloads-"));
  const port = await freePort();
  const lines = Object.entries(preferences(port, downloads)).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile, "user.js"), lines.join(""));
  const child = spawn(firefoxPath, ["--headless", "--marionette", "--no-remote", "--profile", profile], { stdio: "ignore", env: { ...process.env, HOME: profile } });
  const gone = once(child, "exit");
  /** Ends Firefox at once and takes its folders away when it is gone: until then it writes to its profile. */
  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
    for (const folder of [profile, downloads]) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const attempt = () =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket));
      socket.once("error", () => resolve(undefined));
    });
  let marionette;
  try {
    marionette = new Marionette(await until(attempt, "Firefox"));
    await marionette.send("WebDriver:NewSession", { capabilities: { alwaysMatch: {} } });
    await marionette.send("WebDriver:SetTimeouts", { script: 60_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  /** Runs a function of the page and gives its result. */
  const run = (work, ...args) =>
    marionette.send("WebDriver:ExecuteAsyncScript", {
      script: `const done = arguments[arguments.length - 1]; Promise.resolve((${work})(...[...arguments].slice(0, -1))).then(done, (error) => done({ failed: String(error) }));`,
      args,
      newSandbox: false,
    });
  const find = async (css) => Object.values(await marionette.send("WebDriver:FindElement", { using: "css selector", value: css }))[0];
  return {
    run,
    open: (url) => marionette.send("WebDriver:Navigate", { url }),
    click: async (css) => marionette.send("WebDriver:ElementClick", { id: await find(css) }),
    /** Chooses files of this machine in a file field. */
    choose: async (css, ...paths) => marionette.send("WebDriver:ElementSendKeys", { id: await find(css), text: paths.join("\n") }),
    /** Waits until something is on the page. */
    see: (css) => until(async () => (await run((css) => document.querySelector(css) !== null, css)) || undefined, css),
    /** Waits for the next download to be complete and takes it away. */
    download: async () => {
      const whole = () => {
        const names = readdirSync(downloads);
        return names.length === 1 && !names[0].endsWith(".part") && readFileSync(join(downloads, names[0])).length > 0 ? names[0] : undefined;
      };
      const name = await until(whole, "a download");
      let bytes = readFileSync(join(downloads, name));
      for (let before = -1; before !== bytes.length; ) {
        before = bytes.length;
        await pause(200);
        bytes = readFileSync(join(downloads, name));
      }
      rmSync(join(downloads, name));
      return { name, bytes };
    },
    stop: () => {
      marionette.end();
      return stop();
    },
  };
}
