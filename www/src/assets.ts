// What the build puts into the page as data: the wasm module and the example. Nothing is fetched.

/** The bytes of a data block. */
function block(id: string): Uint8Array<ArrayBuffer> {
  const text = document.getElementById(id)?.textContent ?? "";
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

async function compile(): Promise<WebAssembly.Module> {
  const packed = new Blob([block("engine")]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(packed).arrayBuffer());
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The wasm module, compiled once; every worker gets the same. */
export function engineModule(): Promise<WebAssembly.Module> {
  return (compiled ??= compile());
}

/** A small made-up dump, so that everything can be tried at once. */
export function exampleFile(): File {
  return new File([block("example")], "example.msgpack.gz");
}
