// What a failure of the module means. It traps when it panics, and when the browser gives it no more memory.
import * as wasm from "windrow-wasm";
import { faultOf, type Fault } from "./engine/error.js";

/** After a trap the module is broken: it can do nothing more. */
export function faultOfWork(error: unknown): { fault: Fault; broken?: true } {
  if (!(error instanceof WebAssembly.RuntimeError)) return { fault: faultOf(error) };
  const place = wasm.panicked();
  const memory = place === undefined && /unreachable/i.test(error.message);
  return { broken: true, fault: { ...faultOf({ code: memory ? "out-of-memory" : "internal" }), detail: place ?? "" } };
}
