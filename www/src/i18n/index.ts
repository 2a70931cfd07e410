// The language in use: `t` holds the words, `f` formats numbers and times. Both follow the reader's browser.
import { signal } from "@preact/signals";
import { en, type Strings } from "./en.js";
import { formatFor } from "./format.js";

export type { Strings } from "./en.js";

/** Every language, by its code. */
export const languages: Record<string, Strings> = { en };

const wanted = navigator.languages ?? [navigator.language];
const code = wanted.map((tag) => tag.slice(0, 2)).find((tag) => tag in languages) ?? "en";

/** The words of the page. */
export const t = signal(languages[code]!);

/** Numbers and times, in the first of the reader's locales that goes with the words. */
export const f = signal(formatFor(wanted.find((tag) => tag.startsWith(code)) ?? "en"));
