// Works out what the ZIP will contain, whenever the choices change and the worker has nothing better to do.
import { effect, signal } from "@preact/signals";
import { faultOf, type Fault } from "./engine/error.js";
import type { FileContents, Recipe } from "./engine/types.js";
import { line } from "./job.js";
import { state } from "./state.js";

/** The files in the order of the ZIP, or why nobody knows them; null while they are worked out. */
export const contents = signal<{ recipe: Recipe; files: FileContents[]; fault: null } | { recipe: Recipe; files: null; fault: Fault } | null>(null);

/** Choices often come in a row; the work starts when they rest, in milliseconds. */
const REST = 300;

const tries = signal(0);
let stop: AbortController | undefined;

effect(() => {
  const tables = state.tables.value;
  void tries.value;
  const busy = state.saving.value.name === "saving";
  stop?.abort();
  if (tables === null || tables.list.length === 0) {
    contents.value = null;
    return;
  }
  const { recipe } = tables;
  if (contents.peek()?.recipe === recipe) return;
  contents.value = null;
  // Where the input is read in parts this would take as long as saving.
  if (busy || state.summary.peek()?.parts !== undefined) return;
  const mine = (stop = new AbortController());
  setTimeout(() => void count(recipe, mine.signal), REST);
});

/** Works it out once more. */
export function countAgain(): void {
  contents.value = null;
  tries.value += 1;
}

async function count(recipe: Recipe, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    const files = await line().call("contents", { recipe }, { signal });
    if (!signal.aborted) contents.value = { recipe, files, fault: null };
  } catch (error) {
    if (!signal.aborted) contents.value = { recipe, files: null, fault: faultOf(error) };
  }
}
