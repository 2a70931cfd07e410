// Preparing for sharing: the choices and what they lead to. Every change of a preset goes through here.
import { computed, effect, signal } from "@preact/signals";
import { EngineError, faultOf, throwIfAborted, type Fault } from "./engine/error.js";
import type { Choice, Class, Leaks, PathRow, Preset, Protection, ReviewText } from "./engine/protect.js";
import type { Preview, TableInfo } from "./engine/types.js";
import { f, t } from "./i18n/index.js";
import { line } from "./job.js";
import { discard, download, hold, pick, readBack, spoolName } from "./save.js";
import { announce, state } from "./state.js";

export type StepName = "fields" | "risk" | "texts" | "save";

/** A project's key, with the name of its file. */
interface ProjectKey {
  name: string;
  bytes: Uint8Array;
}

export type Result =
  | { name: "idle" }
  /** `part` is null as long as nobody knows how far the stage is. */
  | { name: "working"; stage: string; part: number | null }
  | { name: "done"; file: string; size: number; picked: boolean }
  | { name: "refused"; leaks: Leaks }
  | { name: "stopped" }
  | { name: "failed"; fault: Fault };

const usual: Preset = {
  format: "anonymization-preset/1",
  level: "share",
  time: { rounding: "1s" },
  quasi: { age: "bands", country: "as_is" },
  k: 5,
  texts: "withhold",
};

export const sharing = {
  preset: signal<Preset>(usual),
  step: signal<StepName>("fields"),
  /** What would be done; while it is worked out anew, what was before. */
  protection: signal<Protection | null>(null),
  busy: signal(false),
  /** How far the look is, 0 to 1; null where nobody knows. */
  part: signal<number | null>(null),
  /** Whether a user stopped the first look: then nothing is known. */
  stopped: signal(false),
  fault: signal<Fault | null>(null),
  key: signal<"once" | "project">("once"),
  project: signal<ProjectKey | null>(null),
  /** Ids of texts that were read and approved. */
  approved: signal<ReadonlySet<string>>(new Set<string>()),
  result: signal<Result>({ name: "idle" }),
};

/** Whether the tab was opened: nothing is worked out before. */
const opened = signal(false);

/** Begins the work of the tab. */
export function openSharing(): void {
  opened.value = true;
}

effect(() => {
  // Another file: what was decided stays, what was seen and read goes.
  if (state.summary.value) return;
  opened.value = false;
  sharing.step.value = "fields";
  sharing.protection.value = null;
  sharing.fault.value = null;
  sharing.stopped.value = false;
  sharing.approved.value = new Set();
  sharing.result.value = { name: "idle" };
});

/** The recipe of the page with the preset in it. */
function recipe() {
  return { ...state.recipe.peek()!, protect: sharing.preset.value };
}

/** How long the worker has to end what was called off, in milliseconds; then nobody waits for it. */
const PATIENCE = 300;

/** What was asked for, or that it was called off, which shows at once, even while the worker is at something that cannot be interrupted. */
function until<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => setTimeout(reject, PATIENCE, new EngineError({ code: "aborted" })), { once: true });
  });
  const asked = answer.then((given) => {
    throwIfAborted(signal);
    return given;
  });
  return Promise.race([asked, stopped]);
}

/** Of the recipe only the sessions decide what would be done. */
const sessions = computed(() => state.recipe.value?.sessions);

const tries = signal(0);

/** Looks once more. */
export function lookAgain(): void {
  // A first look shows how far it is, and can be stopped.
  if (!sharing.protection.peek()) sharing.fault.value = null;
  tries.value += 1;
}

/** Calls off the look that is under way. */
let looking = new AbortController();

/** Stops the look that is under way. */
export function stopLooking(): void {
  looking.abort();
  sharing.busy.value = false;
  sharing.stopped.value = true;
}

/** Keeps what would be done in step with the choices, unless a user stopped that. */
effect(() => {
  void tries.value;
  if (!opened.value || sessions.value === undefined || !state.summary.value) return;
  const asked = recipe();
  if (sharing.stopped.value) return;
  sharing.busy.value = true;
  // Nobody waits for what was asked before.
  looking.abort();
  looking = new AbortController();
  const { signal } = looking;
  sharing.part.value = null;
  const current = () => !signal.aborted && opened.peek();
  line()
    .call("look", { recipe: asked }, { signal, onProgress: (part) => current() && (sharing.part.value = part) })
    .then(
      (protection) => {
        if (!current()) return;
        sharing.protection.value = protection;
        sharing.fault.value = null;
        sharing.busy.value = false;
      },
      (error: unknown) => {
        if (!current()) return;
        sharing.fault.value = faultOf(error);
        sharing.busy.value = false;
      },
    );
});

/** Changes some of the choices; what was saved before was made without them. */
export function prefer(changes: Partial<Preset>): void {
  sharing.preset.value = { ...sharing.preset.peek(), ...changes };
  if (sharing.result.peek().name !== "working") sharing.result.value = { name: "idle" };
}

/** Decides about some paths; null leaves them to the rules. */
export function decide(rows: Pick<PathRow, "path">[], choice: Choice | null): void {
  const paths = { ...sharing.preset.peek().paths };
  const changed = new Set(sharing.preset.peek().changed);
  for (const { path } of rows) {
    if (choice) paths[path] = choice;
    else delete paths[path];
    if (choice) changed.add(path);
    else changed.delete(path);
  }
  prefer({ paths, changed: [...changed].sort() });
}

/** What has to be decided, what was, and what the preset did not know. */
export const kinds: Record<string, (row: PathRow) => boolean> = {
  own: (row) => row.decided_by !== "default" && row.values > 0,
  undecided: (row) => row.decided_by === "nobody",
  changed: (row) => row.decided_by === "user" || row.decided_by === "preset",
  fresh: (row) => row.new,
  all: () => true,
};

/** Some of the texts that can be read and approved, as the last look saw them. */
export function textsAt(start: number, count: number): Promise<{ total: number; texts: ReviewText[] }> {
  return line().call("texts", { start, count });
}

/** Approves a text, or takes that back. */
export function approve(id: string, yes: boolean): void {
  const approved = new Set(sharing.approved.peek());
  if (yes) approved.add(id);
  else approved.delete(id);
  sharing.approved.value = approved;
  if (sharing.result.peek().name !== "working") sharing.result.value = { name: "idle" };
}

/** Saves the choices, with the paths that were there to see. */
export async function savePreset(): Promise<void> {
  const seen = sharing.protection.peek()?.rows.map(({ path }) => path) ?? [];
  // For whoever takes it over, all of it is the preset's.
  const text = await line().call("presetText", { preset: { ...sharing.preset.peek(), seen, changed: [] } });
  download(new Blob([text], { type: "application/json" }), "anonymization-preset.json");
}

/** Takes the choices of a preset; says how it went. */
export async function loadPreset(file: File): Promise<string> {
  try {
    prefer(await line().call("parsePreset", { text: await file.text() }));
    return t.value.protect.save.presetLoaded(file.name);
  } catch {
    return t.value.protect.save.presetBad;
  }
}

/** The first line of a key file; the command line reads the same. */
const KEY_FILE = "windrow-project-key/1";

const randomKey = () => crypto.getRandomValues(new Uint8Array(32));

/** Makes a project key, saves it and takes it. */
export function newKey(): void {
  const bytes = randomKey();
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const name = "windrow-project.key";
  download(new Blob([`${KEY_FILE}\n${digits}\n`], { type: "text/plain" }), name);
  sharing.project.value = { name, bytes };
}

/** Takes a project key from its file; says whether it was one. */
export async function loadKey(file: File): Promise<boolean> {
  const [first, digits = "", ...rest] = (await file.slice(0, 200).text()).trim().split(/\s+/);
  if (first !== KEY_FILE || rest.length > 0 || !/^[0-9a-f]{64}$/i.test(digits)) return false;
  sharing.project.value = { name: file.name, bytes: Uint8Array.from(digits.match(/../g)!, (pair) => parseInt(pair, 16)) };
  return true;
}

/** Whether everything is there to begin. */
export const canSave = () => !sharing.fault.value && !sharing.busy.value && hasKey();

/** Whether the key that was chosen is there. */
export const hasKey = () => sharing.key.value === "once" || sharing.project.value !== null;

/** A key and the texts that were approved, as they would be given if it was saved now. */
function given() {
  const project = sharing.key.peek() === "project";
  const key = (project && sharing.project.peek()?.bytes) || randomKey();
  return { key, project, approved: [...sharing.approved.peek()] };
}

/** Prepares the data to look at, and lists the tables. */
export function preparedTables(signal: AbortSignal): Promise<TableInfo[]> {
  return until(line().call("preparedTables", { recipe: recipe(), given: given() }, { signal }), signal);
}

/** Some rows of a table of what was prepared to look at. */
export function preparedRows(path: string, start: number, count: number): Promise<Preview> {
  return line().call("preparedRows", { recipe: recipe(), path, start, count });
}

/** What the ZIP is called: the names of the files and sessions may say too much. */
const FILE = "prepared-for-sharing.zip";

let stop: AbortController | null = null;

/** Calls the work off. */
export const cancelChecked = () => stop?.abort();

/** Prepares, makes the ZIP, searches it, and only then hands it out. */
export async function saveChecked(): Promise<void> {
  if (stop || !canSave()) return;
  const mine = (stop = new AbortController());
  const words = t.value.protect.save;
  let picked: Awaited<ReturnType<typeof pick>> = null;
  let file = "";
  try {
    picked = await pick(FILE);
    let stage = "preparing";
    const work = (part: number | null) => (sharing.result.value = { name: "working", stage, part });
    work(null);
    announce(words.stages.preparing!);
    file = await spoolName();
    if (file) hold(file);
    const show = () => !mine.signal.aborted;
    const answer = line().call("protect", { recipe: recipe(), given: given(), file }, {
      signal: mine.signal,
      onProgress: (part) => show() && work(part),
      onStage: (next) => {
        stage = next;
        if (show()) work(null);
      },
    });
    // If it ends when nobody waits for it any more, nothing may be left either.
    const tidy = () => (show() || !file ? undefined : discard(file).catch(() => {}));
    void answer.then(tidy, tidy);
    const { size, stored, leaks } = await until(answer, mine.signal);
    if (leaks.total > 0 || !stored) {
      await picked?.remove?.().catch(() => {}); // the dialog made an empty file of this name
      sharing.result.value = { name: "refused", leaks };
      return announce(words.refused);
    }
    if (picked) {
      await stored.stream().pipeTo(await picked.createWritable(), { signal: mine.signal });
      await readBack(await picked.getFile(), size);
      if (file) await discard(file);
    } else download(stored, FILE);
    sharing.result.value = { name: "done", file: picked?.name ?? FILE, size, picked: picked !== null };
    announce(`${words.done}: ${words.doneWhat(picked?.name ?? FILE, f.value.bytes(size))}`);
  } catch (error) {
    // A worker that is gone could not tidy up.
    if (file) await discard(file).catch(() => {});
    await picked?.remove?.().catch(() => {});
    const fault = faultOf(error);
    const asked = sharing.result.peek().name === "working";
    if (fault.code !== "aborted") {
      sharing.result.value = { name: "failed", fault };
      announce(words.failed);
    } else if (asked) {
      sharing.result.value = { name: "stopped" };
      announce(words.stopped);
    }
  } finally {
    stop = null;
  }
}

/** The classes in the order in which they are offered. */
export const classes: Class[] = ["experiment", "quasi", "sensitive", "free_text", "person_id", "task_id", "internal_id", "contact", "secret", "binary", "time", "technical"];
