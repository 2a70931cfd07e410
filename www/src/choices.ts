// The user's choices: every change of the recipe goes through here.
import type { PsynetChoices, Recipe, View } from "./engine/types.js";
import { f, t } from "./i18n/index.js";
import { line } from "./job.js";
import { download, suggestedName } from "./save.js";
import { state } from "./state.js";

/** The views in the order of the ZIP. */
const order: View[] = ["page_times", "ultralong", "sparse", "latest", "latest_by"];

/** Changes some of the choices. */
export function choose(changes: Partial<Recipe>): void {
  const recipe = state.recipe.peek();
  if (recipe) state.recipe.value = { ...recipe, ...changes };
  if (state.saving.peek().name !== "saving") state.saving.value = { name: "idle" };
}

/** The choices for PsyNet that a recipe leaves out. */
const usual: PsynetChoices = { form: "regular", assets: "none", database: true, timeline: true, basic_data: false, logs: false, source_code: false };

/** The choices for PsyNet exports. */
export function psynetChoices(): PsynetChoices {
  return { ...usual, ...state.recipe.value?.psynet };
}

/** Changes some of them. */
export function choosePsynet(changes: Partial<PsynetChoices>): void {
  choose({ psynet: { ...psynetChoices(), ...changes } });
}

/** Whether a table is taken in. Grouped tables are while fields are chosen, or about to be. */
export function hasView(view: View): boolean {
  const recipe = state.recipe.value!;
  const grouped = recipe.gvars.length > 0 || state.grouping.value;
  return recipe.views.includes(view) && (view !== "latest_by" || grouped);
}

/** Takes a table in or out; the order stays that of the ZIP. Grouped tables go by their fields. */
export function toggleView(view: View): void {
  if (view === "latest_by") return toggleGrouping();
  const views = state.recipe.peek()?.views ?? [];
  choose({ views: order.filter((v) => (v === view) !== views.includes(v)) });
}

function toggleGrouping(): void {
  const { views } = state.recipe.peek()!;
  const on = !hasView("latest_by");
  state.grouping.value = on;
  if (on && !views.includes("latest_by")) choose({ views: order.filter((view) => view === "latest_by" || views.includes(view)) });
  if (!on) choose({ gvars: [] });
}

/** Names of the sessions that are chosen. */
export function chosenSessions(): string[] {
  return state.recipe.value?.sessions ?? allSessions();
}

const allSessions = () => state.summary.value?.sessions.map(({ name }) => name) ?? [];

/** Takes a session in or out. All of them are written as null, so that the recipe fits the next file. */
export function toggleSession(name: string): void {
  const chosen = new Set(chosenSessions());
  const next = allSessions().filter((n) => (n === name) !== chosen.has(n));
  choose({ sessions: next.length === allSessions().length ? null : next });
}

/** Takes all sessions, or none. */
export function toggleAllSessions(): void {
  choose({ sessions: chosenSessions().length === allSessions().length ? [] : null });
}

/** The players' fields by which tables can be grouped, under the names that the filters leave; uproot's own come last. */
export function groupFields(): string[] {
  const filtered = state.recipe.value?.filters ?? true;
  const fields = (state.summary.value?.fields ?? []).filter(({ kind }) => kind === "player");
  const names = fields.map((field) => (filtered ? field.filtered : field.field)).filter((name) => name != null);
  const inner = (name: string) => Number(name.startsWith("_"));
  return [...new Set(names)].sort((a, b) => inner(a) - inner(b) || (a < b ? -1 : 1));
}

/** The choices as they are saved, and the command line that does the same. */
export function recipeTexts(): Promise<[recipe: string, command: string]> {
  const recipe = state.recipe.peek()!;
  return Promise.all([line().call("recipeText", { recipe }), line().call("commandLine", { recipe, inputs: state.inputs.peek(), output: suggestedName() })]);
}

/** Saves the choices as a file. */
export async function saveRecipe(): Promise<void> {
  const text = await line().call("recipeText", { recipe: state.recipe.value! });
  download(new Blob([text], { type: "application/json" }), "windrow.json");
}

/** Takes over the choices of a file that was saved before; sessions that are not here are left out and counted. */
export async function loadRecipe(file: File): Promise<string> {
  const words = t.value.options;
  let given: Recipe;
  try {
    given = await line().call("parseRecipe", { text: await file.text() });
  } catch {
    return words.recipeBad;
  }
  state.grouping.value = false;
  if (state.summary.peek()?.psynet) {
    choose({ ...given, sessions: null, psynet: { ...usual, ...given.psynet } });
    return words.recipeLoaded(file.name);
  }
  const known = new Set(allSessions());
  const sessions = given.sessions?.filter((name) => known.has(name)) ?? null;
  const missing = (given.sessions?.length ?? 0) - (sessions?.length ?? 0);
  choose({ ...given, sessions });
  return words.recipeLoaded(file.name) + (missing ? ` ${words.recipeMissing(missing, f.value)}` : "");
}
