// What the build puts into the page as data: the wasm module and the example. Nothing is fetched.
import source from "virtual:worker-source";
import { WatchedWorker } from "./alive.js";
import { fromBase64, type FromCompiler, type ToCompiler } from "./compiler.js";
import { EngineError } from "./engine/error.js";

/** The text of a data block: base64. */
const text = (id: string) => document.getElementById(id)?.textContent ?? "";

/** Unpacks and compiles in a worker, because it takes a moment; the worker ends by itself. */
async function compile(): Promise<WebAssembly.Module> {
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
