// What the build puts into the page as data: the wasm module and the example. Nothing is fetched.
import source from "virtual:worker-source";
import { WatchedWorker } from "./alive.js";
import { fromBase64, type FromCompiler, type ToCompiler } from "./compiler.js";
import { EngineError } from "./engine/error.js";

/** The text of a data block: base64. */
const text = (id: string) => document.getElementById(id)?.textContent ?? "";

/** Milliseconds without any more of the page, after which its line counts as broken: a browser does not tell the page. */
const SILENCE = 20_000;

/**
 * Settles once all of the page is there. The wasm module comes last and is most of it, so that the page shows while it is
 * on its way; where it does not arrive this fails.
 */
export function whole(): Promise<void> {
  const ended = new AbortController();
  const there = new Promise<void>((resolve, reject) => {
    let length = -1;
    const look = () => {
      const [before, all] = [length, document.getElementById("whole") !== null];
      length = text("engine").length;
      if (all) resolve();
      else if (document.readyState !== "loading" || length === before) reject(new EngineError({ code: "page-incomplete", message: "" }));
    };
    look();
    const timer = setInterval(look, SILENCE);
    document.addEventListener("readystatechange", look, { signal: ended.signal });
    ended.signal.addEventListener("abort", () => clearInterval(timer));
  });
  return there.finally(() => ended.abort());
}

/** Unpacks and compiles in a worker, because it takes a moment; the worker ends by itself. */
async function compile(): Promise<WebAssembly.Module> {
  await whole();
  const script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return await new Promise((resolve, reject) => {
      const hear = (answer: FromCompiler) => {
        worker.end();
        if ("module" in answer) resolve(answer.module);
        else reject(new EngineError(answer.fault));
      };
      const worker = new WatchedWorker<ToCompiler, FromCompiler>(script, hear, reject);
      worker.post({ engine: text("engine") });
    });
  } finally {
    URL.revokeObjectURL(script);
  }
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The wasm module, compiled once; every worker gets the same. A failure is tried again the next time. */
export function engineModule(): Promise<WebAssembly.Module> {
  return (compiled ??= compile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  }));
}

/** A small made-up dump, so that everything can be tried at once. */
export function exampleFile(): File {
  return new File([fromBase64(text("example"))], "example.msgpack.gz");
}
