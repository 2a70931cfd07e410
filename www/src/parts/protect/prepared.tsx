// The prepared tables, to look through before anything is saved.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { faultOf, type Fault } from "../../engine/error.js";
import type { TableInfo } from "../../engine/types.js";
import { t } from "../../i18n/index.js";
import { preparedRows, preparedTables, sharing } from "../../sharing.js";
import { announce, state } from "../../state.js";
import { Failed } from "../fault.js";
import { Pickers, TableRows } from "../preview.js";

type Seen = { name: "no" } | { name: "working" } | { name: "tables"; list: TableInfo[]; number: number } | { name: "failed"; fault: Fault };

export function Prepared() {
  const words = t.value.protect.prepared;
  const seen = useSignal<Seen>({ name: "no" });
  const path = useSignal<string | null>(null);
  const last = useRef(0);
  const stop = useRef(new AbortController());
  const box = useRef<HTMLElement>(null);
  const { name } = seen.value;
  const before = useRef(name);
  useEffect(() => {
    // The button that was pressed is gone; what came in its place takes the focus.
    const lost = before.current === "working" && document.activeElement === document.body;
    if (name === "working" || lost) box.current?.querySelector<HTMLElement>("button, select, [role=grid]")?.focus();
    before.current = name;
  }, [name]);
  // Another choice: what was prepared is not what would be saved.
  useEffect(() => {
    last.current += 1;
    seen.value = { name: "no" };
    return () => stop.current.abort();
  }, [sharing.preset.value, sharing.approved.value, sharing.key.value, sharing.project.value, state.recipe.value]);
  const show = async () => {
    const number = ++last.current;
    seen.value = { name: "working" };
    announce(words.working);
    stop.current = new AbortController();
    const { signal } = stop.current;
    const found: Seen = await preparedTables(signal).then(
      (list) => ({ name: "tables", list, number }) as const,
      (error: unknown) => (signal.aborted ? { name: "no" } : { name: "failed", fault: faultOf(error) }) as Seen,
    );
    if (last.current !== number) return;
    seen.value = found;
    if (found.name === "tables") announce(words.heading);
  };
  // A study in parts is larger than the memory that preparing it to be looked at would take.
  if (state.summary.value?.parts !== undefined) return null;
  const now = seen.value;
  const shown = now.name === "tables" ? (now.list.find((table) => table.path === path.value) ?? now.list[0]) : undefined;
  return (
    <section ref={box}>
      <h3>{words.heading}</h3>
      <p class="hint">{words.lead}</p>
      {sharing.key.value === "once" && now.name === "tables" && <p class="hint">{words.once}</p>}
      {now.name === "failed" && <Failed what={t.value.failed.part(words.heading)} fault={now.fault} onAgain={() => void show()} />}
      {now.name === "working" && (
        <>
          <p class="quiet" role="status">{words.working}</p>
          <p class="buttons">
            <button type="button" onClick={() => stop.current.abort()}>
              {t.value.cancel}
            </button>
          </p>
        </>
      )}
      {now.name === "no" && (
        <p class="buttons">
          <button type="button" onClick={() => void show()}>
            {words.show}
          </button>
        </p>
      )}
      {now.name === "tables" && shown && (
        <div class="preview">
          <Pickers list={now.list} shown={shown} onShow={(next) => (path.value = next)} id="prepared-" />
          <TableRows key={`${now.number} ${shown.path}`} table={shown} load={(start, count) => preparedRows(shown.path, start, count)} />
        </div>
      )}
    </section>
  );
}
