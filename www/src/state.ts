// The one state of the page: signals that the screens read and that only job.ts, choices.ts and save.ts change.
import { signal } from "@preact/signals";
import type { Fault } from "./engine/error.js";
import type { Given } from "./files.js";
import type { Recipe, Summary, TableInfo } from "./engine/types.js";

export type Phase =
  | { name: "start" }
  | { name: "reading"; label: string; size: number; part: number }
  | { name: "ready"; label: string; others: number }
  | { name: "failed"; fault: Fault; label: string; given: Given[] };

export type Saving =
  | { name: "idle" }
  | { name: "saving"; part: number; large: boolean }
  | { name: "done"; file: string; size: number; picked: boolean }
  | { name: "stopped" }
  | { name: "failed"; fault: Fault };

export const state = {
  phase: signal<Phase>({ name: "start" }),
  /** Paths of the files as they were given. */
  inputs: signal<string[]>([]),
  summary: signal<Summary | null>(null),
  recipe: signal<Recipe | null>(null),
  /** The tables that the recipe gives; null while they are worked out. */
  tables: signal<{ recipe: Recipe; list: TableInfo[] } | null>(null),
  tablesFault: signal<Fault | null>(null),
  /** The session whose tables are looked at where those of all are too many to be in memory. */
  near: signal(""),
  /** Path of the table that is looked at. */
  shown: signal<string | null>(null),
  /** Id of the tab that is open. */
  tab: signal("export"),
  saving: signal<Saving>({ name: "idle" }),
  /** Whether the user is choosing fields to group by, with none chosen yet. */
  grouping: signal(false),
  /** What a screen reader is told. */
  notice: signal(""),
  /** Whether something is dragged over the page. */
  dragging: signal(false),
};

/** Tells a screen reader something; the same words twice are said twice. */
export function announce(text: string): void {
  state.notice.value = state.notice.peek() === text ? `${text}\u00a0` : text;
}
