// Saves the ZIP by the best way that this browser has: straight to the file that the user picks, else through
// the browser's own storage, else from memory. The file is complete or there is none.
import { EngineError, faultOf } from "./engine/error.js";
import { f, t } from "./i18n/index.js";
import { line } from "./job.js";
import { announce, state } from "./state.js";

declare global {
  interface Window {
    showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle & { remove?: () => Promise<void> }>;
  }
}

/** Above this many bytes a ZIP that is kept in memory may fail (measured in Chromium 156). */
const MUCH_MEMORY = 200_000_000;

/** Names of our files in the browser's storage start so. */
const PREFIX = "windrow-";

let stop: AbortController | null = null;
let lastUrl: string | null = null;

/** Makes the ZIP and saves it, as the recipe says. */
export async function save(): Promise<void> {
  if (stop) return;
  const mine = (stop = new AbortController());
  try {
    const picked = await pick();
    state.saving.value = { name: "saving", part: 0, large: false };
    announce(t.value.save.saving);
    const { name, size } = picked ? await toPicked(picked, mine.signal) : await toDownloads(mine.signal);
    state.saving.value = { name: "done", file: name, size, picked: picked !== null };
    announce(`${t.value.save.done}: ${t.value.save.doneWhat(name, f.value.bytes(size))}`);
  } catch (error) {
    const fault = faultOf(error);
    const asked = state.saving.peek().name === "saving";
    if (fault.code !== "aborted") {
      state.saving.value = { name: "failed", fault };
      announce(t.value.save.failed);
    } else if (asked) {
      state.saving.value = { name: "stopped" };
      announce(t.value.save.stopped);
    }
  } finally {
    stop = null;
  }
}

/** Calls the saving off; what was written is removed. */
export function cancelSaving(): void {
  stop?.abort();
}

/** A name for the file before the ZIP is made: the input's, without its endings. */
export function suggestedName(): string {
  const phase = state.phase.value;
  const base = phase.name === "ready" ? phase.label.split("/").pop()!.split(".")[0] : "";
  return base ? `${base}-windrow.zip` : "windrow.zip"; // never the input's own name
}

/** Asks where to save; null where the browser cannot ask. Throws an AbortError if the user thinks better of it. */
export async function pick(name = suggestedName()) {
  if (!window.showSaveFilePicker) return null;
  try {
    return await window.showSaveFilePicker({
      id: "windrow",
      suggestedName: name,
      types: [{ description: "ZIP", accept: { "application/zip": [".zip"] } }],
    });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    return null; // not allowed here, for example in a frame: the next best way
  }
}

function onProgress(part: number): void {
  const now = state.saving.peek();
  if (now.name === "saving") state.saving.value = { ...now, part };
}

/** The bytes that end each of our archives, in front of numbers and no comment. */
const END = "PK\x05\x06";
const END_LENGTH = 22;

/** Makes sure that a written archive is all there: a disk that loses what it took says nothing. */
export async function readBack(file: Blob, size: number): Promise<void> {
  const end = new Uint8Array(await file.slice(-END_LENGTH).arrayBuffer());
  const whole = file.size === size && END === String.fromCharCode(...end.subarray(0, END.length));
  if (!whole) throw new DOMException("the end is not there", "QuotaExceededError");
}

async function toPicked(handle: FileSystemFileHandle & { remove?: () => Promise<void> }, signal: AbortSignal) {
  let file: FileSystemWritableFileStream | undefined;
  try {
    const opened = (file = await handle.createWritable());
    const ask = { recipe: state.recipe.value!, outlet: "page" as const, file: "" };
    const { size } = await line().call("export", ask, { signal, onProgress, onPiece: (piece) => opened.write(piece) });
    await opened.close();
    await readBack(await handle.getFile(), size);
    return { name: handle.name, size };
  } catch (error) {
    await file?.abort().catch(() => {});
    await handle.remove?.().catch(() => {}); // the dialog made an empty file of this name
    throw error;
  }
}

async function toDownloads(signal: AbortSignal) {
  const recipe = state.recipe.value!;
  const file = await spoolName();
  const storage = file !== "";
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const onPiece = (piece: Uint8Array<ArrayBuffer>) => {
    parts.push(piece);
    size += piece.byteLength;
    const now = state.saving.peek();
    if (size > MUCH_MEMORY && now.name === "saving" && !now.large) state.saving.value = { ...now, large: true };
  };
  if (storage) hold(file);
  const outlet = storage ? "storage" : "page";
  const made = line().call("export", { recipe, outlet, file }, { signal, onProgress, onPiece });
  // A worker that is gone could not tidy up.
  const checked = async () => {
    const result = await made;
    await readBack(result.stored ?? new Blob(parts), result.size);
    return result;
  };
  const result = await checked().catch(async (error: unknown) => {
    if (storage) await discard(file);
    throw error;
  });
  if (signal.aborted) throw new EngineError({ code: "aborted" });
  download(result.stored ?? new Blob(parts, { type: "application/zip" }), result.name);
  return result;
}

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  if (lastUrl) URL.revokeObjectURL(lastUrl);
  lastUrl = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = lastUrl;
  link.download = name;
  link.click();
}

/** A name for a ZIP in the browser's own storage, which is tidied meanwhile; empty where there is none. */
export async function spoolName(): Promise<string> {
  if (!(await hasStorage())) return "";
  void clean();
  return `${PREFIX}${crypto.randomUUID()}.zip`;
}

/** Whether the browser's own storage can be used; pages from file:// and private windows often have none. */
async function hasStorage(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}

/** Removes a stored file if it is there. */
export async function discard(file: string): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  await folder.removeEntry(file).catch(() => {});
}

/** Marks a stored file as in use by this page, until the page is closed. */
export function hold(file: string): void {
  void navigator.locks?.request(file, () => new Promise(() => {}));
}

/** Removes files that closed pages have left in the browser's storage. */
export async function clean(): Promise<void> {
  try {
    const folder = await navigator.storage.getDirectory();
    const files: string[] = [];
    for await (const name of folder.keys()) if (name.startsWith(PREFIX)) files.push(name);
    // Asked after the list was made: a file is marked before there is one.
    const { held = [] } = await navigator.locks.query();
    const unused = files.filter((file) => !held.some((lock) => lock.name === file));
    for (const file of unused) await folder.removeEntry(file).catch(() => {});
  } catch {
    return; // without storage there is nothing to clean, without locks nothing to tell what is used
  }
}
