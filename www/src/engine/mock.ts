// Stands in for the wasm module until it exists: same shape, made-up contents.
import type { Preview, Recipe, Summary, TableInfo, Want, WasmExport } from "./types.js";

const types = [{ name: "str", count: 40 }, { name: "int", count: 12 }];
const names = ["session", "uname", "app", "round", "decision", "payoff", "group", "comment", "page_order", "consent", "started", "rt"];

export class Study {
  #files: { path: string; size: number }[] = [];
  #next = 0;
  #at = 0;
  add_file(path: string, size: number): number {
    return this.#files.push({ path, size }) - 1;
  }
  want(): Want | undefined {
    const file = this.#files[this.#next];
    if (!file) return undefined;
    if (this.#at >= file.size) {
      if (file.size === 0) throw fault("empty", "The file is empty.", "Make the dump or export again.", file.path);
      this.#next += 1;
      this.#at = 0;
      return this.want();
    }
    return { file: this.#next, start: this.#at, end: file.size };
  }
  push(chunk: Uint8Array): void {
    if (this.#at === 0 && chunk[0] === 0x68)
      throw fault("unknown-format", "This is none of the files that Windrow reads.", "Drop a database dump (uproot.msgpack.gz, backup.bin), uproot.sqlite3, a PsyNet database.zip or export, or an exported ultralong CSV or JSONL.", this.#files[this.#next]?.path ?? "");
    const until = performance.now() + chunk.length / 200_000;
    while (performance.now() < until);
    this.#at += chunk.length;
  }
  summary(): Summary {
    const session = (name: string, i: number) => ({ name, players: 24 + i, groups: 6, models: i, changes: 4000 + i * 31, first: 1773300000 + i * 9000, last: 1773306000 + i * 9000 });
    return {
      system: "uproot",
      format: "uproot database dump (gzip)",
      versions: "uproot 0.6.0 or later",
      files: this.#files.map((f) => ({ ...f, role: "database dump" })),
      changes: 12093,
      first: 1773300000,
      last: 1773324000,
      sessions: ["pilot-a", "main-1", "main-2"].map(session),
      fields: names.flatMap((field, i) => [{ kind: "player", field, changes: 900 - i * 11, deletions: i % 5 === 0 ? i : 0, storages: 72, distinct: 12, filtered: field, types: types.slice(0, 1 + (i % 2)) }]),
      problems: [
        { code: "truncated", meaning: "The input ends in the middle of a record.", detail: "12,093 complete changes were kept.", advice: "Every complete change before that place was kept; make the dump again if you can.", place: { file: this.#files[0]?.path ?? "", byte: 53207, record: 12094 }, count: 1 },
        { code: "unknown-type", meaning: "A value has a type that this version does not know; its text is kept as it is.", detail: "", advice: "uproot itself would refuse this file; a newer Windrow may know the type.", place: { file: this.#files[0]?.path ?? "", field: "comment" }, count: 17 },
      ],
    };
  }
  tables(recipe: Recipe): TableInfo[] {
    return (recipe.sessions ?? ["pilot-a", "main-1", "main-2"]).flatMap((session) =>
      recipe.views.filter((view) => view !== "latest_by" || recipe.gvars.length).flatMap((view) =>
        (view === "page_times" ? [""] : ["group", "player", "session"]).map((kind) => ({
          path: `${session}/${view}${kind && `/${kind}`}.${recipe.filetype}`, session, view, kind, rows: view === "latest" ? 24 : 40_321, columns: ["!storage", "!time", ...names],
        })),
      ),
    );
  }
  preview(_: Recipe, __: string, start: number, count: number): Preview {
    const rows = Array.from({ length: Math.max(0, Math.min(count, 40_321 - start)) }, (_, i) => [
      `player/pilot-a/p${start + i}`, "1773300000.25", ...names.map((n, j) => ((start + i + j) % 7 === 0 ? null : j === 7 ? "I thought, “why not?” and chose left" : `${n[0]}${(start + i) * 3 + j}`)),
    ]);
    return { columns: ["!storage", "!time", ...names], rows, total: 40_321 };
  }
  export(_: Recipe): WasmExport {
    let step = 0;
    return {
      next: () => {
        const until = performance.now() + 20;
        while (performance.now() < until);
        return step++ < 60 ? { bytes: new Uint8Array(1 << 16) } : undefined;
      },
      push: () => {},
      progress: () => Math.min(1, step / 60),
      name: () => "uproot.zip",
    };
  }
}
function fault(code: string, message: string, advice: string, file: string): Error {
  return Object.assign(new Error(message), { code, advice, detail: "", place: { file, byte: 0 } });
}
export function default_recipe(): Recipe {
  return { format: "windrow-recipe/1", tool: "windrow 0.1.0", sessions: null, views: ["page_times", "ultralong", "sparse", "latest", "latest_by"], gvars: [], filetype: "csv", filters: true, compression: "fast" };
}
export const version = () => "0.1.0";
export function initSync(_: { module: WebAssembly.Module }): void {}
