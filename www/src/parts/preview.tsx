// A look at any table of the result, before it is saved.
import { useRef } from "preact/hooks";
import type { TableInfo } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { previewRows } from "../job.js";
import { state } from "../state.js";
import { FaultNote } from "./fault.js";
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
      <h2 id="preview">
        {words.heading}{" "}
        {shown && (
          <span class="quiet">
            {words.rows(shown.rows, f.value)}, {words.columns(shown.columns.length, f.value)}
          </span>
        )}
      </h2>
      {fault && <FaultNote fault={fault} />}
      {!shown && !fault && <p class="quiet">{words.noTables}</p>}
      {shown && (
        <>
          <Pickers list={list} shown={shown} />
          {shown.rows === 0 ? (
            <p class="quiet">{words.empty}</p>
          ) : (
            <Grid
              key={`${generation(tables)}\0${shown.path}`}
              label={words.grid(shown.path)}
              columns={shown.columns}
              total={shown.rows}
              load={(start, count) => previewRows(recipe, shown.path, start, count).then(({ rows }) => rows)}
            />
          )}
        </>
      )}
    </section>
  );
}

function Pickers({ list, shown }: { list: TableInfo[]; shown: TableInfo }) {
  const words = t.value.preview;
  const sessions = [...new Set(list.map(({ session }) => session))];
  const here = list.filter(({ session }) => session === shown.session);
  const same = (session: string) =>
    list.find((table) => table.session === session && table.view === shown.view && table.kind === shown.kind) ?? list.find((table) => table.session === session);
  return (
    <div class="pickers">
      {sessions.length > 1 && (
        <span>
          <label for="session">{words.session}</label>
          <select id="session" value={shown.session} onChange={(event) => (state.shown.value = same(event.currentTarget.value)?.path ?? null)}>
            {sessions.map((session) => (
              <option key={session} value={session}>
                {session}
              </option>
            ))}
          </select>
        </span>
      )}
      <span>
        <label for="table">{words.table}</label>
        <select id="table" value={shown.path} onChange={(event) => (state.shown.value = event.currentTarget.value)}>
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

/** `Latest values: player`; the path where a view has no words here. */
function nameOf({ view, kind, path }: TableInfo): string {
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
