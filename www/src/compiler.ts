// Makes the wasm module out of the text in which the page carries it: base64 of LZMA.
import { faultOf, type Fault } from "./engine/error.js";
import { unlzma } from "./unlzma.js";

export type ToCompiler = { engine: string };
export type FromCompiler = { module: WebAssembly.Module } | { fault: Fault };

/** The bytes that a base64 text stands for. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export async function compileEngine({ engine }: ToCompiler): Promise<FromCompiler> {
  try {
    return { module: await WebAssembly.compile(unlzma(fromBase64(engine))) };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}
