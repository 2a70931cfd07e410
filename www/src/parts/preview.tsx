// A look at any table of the result, before it is saved.
import { useRef } from "preact/hooks";
import { chosenSessions } from "../choices.js";
import type { Preview as Seen, TableInfo } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { nearSession, planAgain, previewRows } from "../job.js";
import { state } from "../state.js";
import { Failed } from "./fault.js";
import { Grid } from "./grid.js";

export function Preview() {
  const words = t.value.preview;
  const now = state.tables.value;
  const last = useRef(now);
  if (now) last.current = now;
  const fault = state.tablesFault.value;
  const tables = last.current;
  if (!tables) return <section class="preview" aria-busy="true" />;
  const { list, recipe } = tables;
  const shown = list.find(({ path }) => path === state.shown.value) ?? list[0];
  return (
    <section class={now ? "preview" : "preview waiting"} aria-labelledby="preview" aria-busy={!now}>
      <h2 id="preview" tabIndex={-1}>
        {words.heading}{" "}
        {shown && (
          <span class="quiet">
            {[words.rows(shown.rows, f.value), words.columns(shown.columns.length, f.value)].join(", ")}
          </span>
        )}
      </h2>
      {fault && <Failed what={t.value.failed.part(words.heading)} fault={fault} onAgain={planAgain} />}
      {!shown && !fault && <p class="quiet">{words.noTables}</p>}
      {shown && (
        <>
          <Pickers list={list} shown={shown} onShow={(path) => (state.shown.value = path)} />
          <TableRows key={`${generation(tables)}\0${shown.path}`} table={shown} load={(start, count) => previewRows(recipe, shown, start, count)} />
        </>
      )}
    </section>
  );
}

/** The rows of one table. */
export function TableRows({ table: { path, rows, columns }, load }: { table: TableInfo; load: (start: number, count: number) => Promise<Seen> }) {
  const words = t.value.preview;
  if (rows === 0) return <p class="quiet">{words.empty}</p>;
  const cells = (start: number, count: number) => load(start, count).then((preview) => preview.rows.map((cells) => ({ cells })));
  return <Grid label={words.grid(path)} columns={columns} total={rows} load={cells} />;
}

/** Chooses a session and a table; `id` tells two of these on one page apart. */
export function Pickers({ list, shown, onShow, id = "" }: { list: TableInfo[]; shown: TableInfo; onShow: (path: string | null) => void; id?: string }) {
  const words = t.value.preview;
  const parted = state.summary.value?.parts !== undefined;
  const sessions = parted ? chosenSessions() : [...new Set(list.map(({ session }) => session))];
  const here = list.filter(({ session }) => session === shown.session);
  const same = (session: string) =>
    list.find((table) => table.session === session && table.view === shown.view && table.kind === shown.kind) ?? list.find((table) => table.session === session);
  const pick = (session: string) => {
    if (parted) state.near.value = session;
    else onShow(same(session)?.path ?? null);
  };
  return (
    <div class="pickers">
      {sessions.length > 1 && (
        <span>
          <label for={`${id}session`}>{words.session}</label>
          <select id={`${id}session`} value={parted ? nearSession() : shown.session} onChange={(event) => pick(event.currentTarget.value)}>
            {sessions.map((session) => (
              <option key={session} value={session}>
                {session}
              </option>
            ))}
          </select>
        </span>
      )}
      <span>
        <label for={`${id}table`}>{words.table}</label>
        <select id={`${id}table`} value={shown.path} onChange={(event) => onShow(event.currentTarget.value)}>
          {here.map((table) => (
            <option key={table.path} value={table.path}>
              {nameOf(table)}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}

/** `Latest values: player`; of PsyNet's the class; the path where a view has no words here. */
function nameOf({ view, kind, path }: TableInfo): string {
  if (view === "data") return kind;
  if (view === "timeline") return t.value.options.psynet.timeline[0];
  const name = t.value.options.view[view.startsWith("latest_by") ? "latest_by" : view]?.[0] ?? path;
  return kind ? `${name}: ${kind}` : name;
}

const generations = new WeakMap<object, number>();
let made = 0;

/** A number for each answer of the worker, so that a changed choice gives a fresh grid. */
function generation(tables: object): number {
  if (!generations.has(tables)) generations.set(tables, ++made);
  return generations.get(tables)!;
}
