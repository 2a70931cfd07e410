// The page's words as it has them, by language: what tests expect to read there.
import { join } from "node:path";
import { runnerImport } from "vite";
import { root } from "./cli.mjs";

const load = async (name) => (await runnerImport(join(root, "www/src/i18n", name), { configFile: false, logLevel: "error" })).module;

export const { formatFor } = await load("format.ts");

/** The words of every language, by its code. */
export const { languages } = await load("languages.ts");
