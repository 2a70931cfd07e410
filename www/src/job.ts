// The job from files to summary: starts the worker, keeps the state, cancels, starts over.
import { engineModule, exampleFile } from "./assets.js";
import type { Bridge } from "./bridge.js";
import { faultOf } from "./engine/error.js";
import type { Preview, Recipe, TableInfo } from "./engine/types.js";
import { fromList, type Given } from "./files.js";
import { f, t } from "./i18n/index.js";
import { takeReady } from "./ready.js";
import { announce, state } from "./state.js";
import { effect, signal } from "@preact/signals";

let bridge: Bridge | null = null;

/** The line to the worker that holds the data. */
export function line(): Bridge {
  if (!bridge) throw new Error("no file is open");
  return bridge;
}

function end(): void {
  bridge?.end();
  bridge = null;
  state.summary.value = null;
  state.recipe.value = null;
  state.tables.value = null;
  state.tablesFault.value = null;
  state.shown.value = null;
  state.near.value = "";
  state.tab.value = "export";
  state.saving.value = { name: "idle" };
  state.grouping.value = false;
}

/** Reads files and shows what is in them. What was open before is closed. */
export async function openFiles(given: Given[]): Promise<void> {
  if (given.length === 0) return announce(t.value.start.nothingDropped);
  end();
  const label = given[0]!.path;
  const size = given.reduce((sum, { file }) => sum + file.size, 0);
  const fail = (reason: unknown) => {
    if (bridge !== mine) return;
    end();
    state.phase.value = { name: "failed", fault: faultOf(reason), label, given };
  };
  const { bridge: mine, module, idle } = takeReady();
  mine.onDeath = fail;
  bridge = mine;
  const onProgress = (part: number) => {
    if (bridge === mine) state.phase.value = { name: "reading", label, size, part };
  };
  const ask = async () => {
    const engine = module ?? (await engineModule());
    await idle;
    return mine.call("open", { module: engine, files: given }, { onProgress });
  };
  // Before the page draws anything: that takes a moment.
  const opened = ask();
  state.phase.value = { name: "reading", label, size, part: 0 };
  announce(`${t.value.reading.heading} ${label}`);
  try {
    const { summary, recipe } = await opened;
    if (bridge !== mine) return;
    state.inputs.value = given.map(({ path }) => path);
    state.summary.value = summary;
    state.recipe.value = recipe;
    state.phase.value = { name: "ready", label, others: given.length - 1 };
    const { psynet } = summary;
    const found = psynet ? t.value.ready.participants(psynet.participants, f.value) : t.value.sessions.count(summary.sessions.length, f.value);
    announce(t.value.ready.announce(found, summary.problems.length, f.value));
  } catch (error) {
    fail(error);
  }
}

/** Says that what was dropped cannot even be listed, as when a folder is gone by then. */
export function cannotRead(reason: unknown): void {
  end();
  state.phase.value = { name: "failed", fault: faultOf(reason), label: "", given: [] };
}

/** Opens the example that is part of the page. */
export const openExample = () => openFiles(fromList([exampleFile()]));

/** Stops reading at once. */
export function cancelReading(): void {
  startOver();
  announce(t.value.reading.stopped);
}

/** Back to the beginning; the worker ends and gives its memory back. */
export function startOver(): void {
  end();
  state.phase.value = { name: "start" };
}

/** Some rows of a table of the result. */
export function previewRows(recipe: Recipe, { session, path }: TableInfo, start: number, count: number): Promise<Preview> {
  return line().call("preview", { recipe, session, path, start, count });
}

/** The session whose tables are shown of a study in parts: the one that was picked, if it is chosen, or else the first. */
export function nearSession(): string {
  const { sessions } = state.recipe.value ?? { sessions: null };
  const all = sessions ?? state.summary.value?.sessions.map(({ name }) => name) ?? [];
  return all.includes(state.near.value) ? state.near.value : (all[0] ?? "");
}

const tries = signal(0);

/** Asks for the list of tables once more. */
export const planAgain = () => (tries.value += 1);

/** Keeps the list of tables in step with the recipe. */
effect(() => {
  void tries.value;
  const recipe = state.recipe.value;
  const mine = bridge;
  if (!recipe || !mine) return;
  const none = givesNothing(recipe);
  const session = state.summary.peek()?.parts === undefined ? "" : nearSession();
  const before = state.tables.peek()?.list.find(({ path }) => path === state.shown.peek());
  state.tables.value = none ? { recipe, list: [] } : null;
  if (none) {
    state.tablesFault.value = null;
    return;
  }
  const current = () => bridge === mine && state.recipe.peek() === recipe && (session === "" || session === nearSession());
  mine.call("tables", { recipe, session }).then(
    (tables) => {
      if (!current()) return;
      const shown = state.shown.peek();
      if (!tables.some(({ path }) => path === shown)) state.shown.value = bestTable(tables, before);
      state.tables.value = { recipe, list: tables };
      state.tablesFault.value = null;
    },
    (error: unknown) => {
      if (!current()) return;
      state.tables.value = { recipe, list: [] };
      state.tablesFault.value = faultOf(error);
    },
  );
});

/** Whether a recipe asks for no table at all. */
export function givesNothing({ views, gvars, sessions }: Recipe): boolean {
  if (state.summary.peek()?.psynet) return false;
  return sessions?.length === 0 || views.every((view) => view === "latest_by" && gvars.length === 0);
}

/** The table that a reader most likely wants to see first: one as before, the players' latest values, or the participants. */
function bestTable(tables: TableInfo[], before?: TableInfo): string | null {
  const first = (view: string, kind: string) => tables.find((table) => table.view === view && table.kind === kind);
  const best = (before && first(before.view, before.kind)) ?? first("latest", "player") ?? first("data", "Participant") ?? tables[0];
  return best?.path ?? null;
}
