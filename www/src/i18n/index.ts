// The language in use: `t` holds the words, `f` formats numbers and times. Both follow the reader's browser, or their choice.
import { computed, effect, signal } from "@preact/signals";
import { formatFor } from "./format.js";
import { languages } from "./languages.js";

export type { Strings } from "./en/index.js";

/** Where a choice is remembered. */
const KEY = "windrow-language";

const codeOf = (tag: string) => tag.split("-")[0]!.toLowerCase();
const wanted = navigator.languages ?? [navigator.language];
const language = signal([chosen(), ...wanted.map(codeOf)].find((code) => code !== null && Object.hasOwn(languages, code)) ?? "en");

/** The words of the page. */
export const t = computed(() => languages[language.value]!);

/** Numbers and times, in the first of the reader's locales that goes with the words. */
export const f = computed(() => formatFor(wanted.find((tag) => codeOf(tag) === language.value) ?? language.value));

effect(() => {
  document.documentElement.lang = language.value;
});

/** Changes the language, and remembers it where the browser allows that. */
export function speak(code: string): void {
  language.value = code;
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // The choice holds until the page is closed.
  }
}

/** The language that was chosen before. */
function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
