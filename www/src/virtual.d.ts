// What the build provides instead of files: see .ci/build.mjs.
declare module "virtual:worker-source" {
  const source: string;
  export default source;
}
declare module "windrow-wasm" {
  export const Study: import("./engine/types.js").Wasm["Study"];
  export const default_recipe: import("./engine/types.js").Wasm["default_recipe"];
  export const parse_recipe: import("./engine/types.js").Wasm["parse_recipe"];
  export const recipe_text: import("./engine/types.js").Wasm["recipe_text"];
  export const command_line: import("./engine/types.js").Wasm["command_line"];
  export const panicked: import("./engine/types.js").Wasm["panicked"];
  export const version: import("./engine/types.js").Wasm["version"];
  export const default_preset: import("./engine/types.js").Wasm["default_preset"];
  export const parse_preset: import("./engine/types.js").Wasm["parse_preset"];
  export const preset_text: import("./engine/types.js").Wasm["preset_text"];
  export const pack_block: import("./engine/types.js").Wasm["pack_block"];
  export const Hasher: import("./engine/types.js").Wasm["Hasher"];
  export type Hasher = InstanceType<typeof Hasher>;
  export const Lane: import("./engine/types.js").Wasm["Lane"];
  export type Lane = InstanceType<typeof Lane>;
  export function initSync(source: { module: WebAssembly.Module }): import("./engine/copy.js").Instance;
}
declare module "*.css";
