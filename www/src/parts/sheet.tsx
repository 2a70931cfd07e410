// The storages of one kind and what their fields hold now, with a mark where one differs from the others.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { By, SheetColumn, SheetOf, SheetRow, SheetSelection } from "../engine/browse.js";
import { f, t } from "../i18n/index.js";
import { look, useCalm, useLook } from "../looking.js";
import { announce } from "../state.js";
import { Failed } from "./fault.js";
import { Grid } from "./grid.js";
import { Finder, Picker } from "./picker.js";
import type { Row } from "./rowcache.js";
import { Scroller } from "./scroller.js";

/** Columns in front of the fields, for players. */
const front = ["progress", "last", "changes"] as const;

interface Props {
  of: SheetOf;
  onOpen: (storage: string, name: string, field: string) => void;
}

export function Sheet({ of, onOpen }: Props) {
  const words = t.value.players;
  const known = useLook("columns", { of });
  const only = useSignal<NonNullable<SheetSelection["only"]>>("all");
  const order = useSignal<{ by: By | null; down: boolean }>({ by: null, down: false });
  const find = useSignal("");
  const asked: SheetSelection = { only: only.value, find: useCalm(find.value) };
  const column = useSignal("");
  const player = of.kind === "player";
  // How many there are does not depend on their order: while another one is asked for, or cannot be had, the table stays.
  const rows = useLook("rows", { of, selection: asked, columns: [], start: 0, count: 0 });
  const storages = useRef(new Map<number, SheetRow>());
  const top = useRef<HTMLElement>(null);
  if (!known.answer || !(rows.answer || rows.fault)) {
    return (
      <section ref={top} class="sheet" aria-labelledby="sheet" aria-busy={known.waiting || !known.fault}>
        <h2 id="sheet" tabIndex={-1}>{words.sheet}</h2>
        {known.fault && <Failed what={t.value.failed.rows} fault={known.fault} onAgain={known.again} />}
      </section>
    );
  }
  const sought = column.value.trim().toLowerCase();
  const columns = known.answer.rows.map((facts, at) => ({ facts, at }));
  const exact = columns.filter(({ facts }) => facts.field.toLowerCase() === sought);
  const chosen = exact.length ? exact : columns.filter(({ facts }) => facts.field.toLowerCase().includes(sought));
  const { by, down } = order.value;
  const before = player ? front : [];
  const heads = [...before.map((name) => words[name]), ...chosen.map(({ facts }) => facts.field)];
  const orders: By[] = ["name", ...before, ...chosen.map(({ facts: { field } }) => ({ field }))];
  const load = async (start: number, count: number): Promise<Row[]> => {
    const { rows } = await look("rows", { of, selection: { ...asked, by, down }, columns: chosen.map(({ at }) => at), start, count });
    rows.forEach((row, i) => storages.current.set(start + i, row));
    return rows.map((row) => rowOf(row, chosen.map(({ facts }) => facts), player));
  };
  const sort = (at: number) => {
    const next = at !== sorted ? { by: orders[at + 1]!, down: false } : down ? { by: null, down: false } : { by, down: true };
    order.value = next;
    announce(next.by === null ? words.unsorted : words.sorted(heads[at] ?? words.name, next.down));
  };
  const place = orders.findIndex((order) => JSON.stringify(order) === JSON.stringify(by));
  const sorted = place < 0 ? null : place - 1;
  const open = (row: number, at: number) => {
    const found = storages.current.get(row);
    if (found) onOpen(found.storage, found.name, chosen[at - before.length]?.facts.field ?? "");
  };
  const total = rows.answer?.total ?? 0;
  const kind = words.kinds[of.kind] ?? of.kind;
  return (
    <section ref={top} class="sheet" aria-labelledby="sheet" aria-busy={rows.waiting}>
      <h2 id="sheet" tabIndex={-1}>
        {words.sheet}{" "}
        <span class="quiet" role="status">
          {rows.answer && `${words.total(total, f.value)}, `}
          {words.columns(chosen.length, f.value)}
        </span>
      </h2>
      <div class="pickers">
        <Finder label={words.find} value={find.value} onInput={(text) => (find.value = text)} />
        <Finder label={words.findColumn} value={column.value} onInput={(name) => (column.value = name)} />
        <Picker
          label={words.only}
          value={only.value}
          options={(player ? ["all", "unfinished", "marked"] : ["all", "marked"]).map((name) => [name, words.onlys[name]!])}
          onChange={(name) => (only.value = name as typeof only.value)}
        />
      </div>
      {rows.fault ? (
        <Failed what={t.value.failed.rows} fault={rows.fault} onAgain={rows.again} />
      ) : total === 0 || heads.length === 0 ? (
        <p class="quiet">{words.nothing}</p>
      ) : (
        <Grid
          key={`${JSON.stringify([asked.find, asked.only])}\0${sought}\0${total}`}
          label={words.sheetGrid(kind)}
          nameLabel={words.name}
          columns={heads}
          total={total}
          load={load}
          onOpen={open}
          onSort={sort}
          {...(sorted !== null && { sorted: { column: sorted, down } })}
        />
      )}
      <p class="hint">{words.hint}</p>
      <Compare columns={known.answer.rows} onShow={(field) => ((column.value = field), top.current?.querySelector("h2")?.focus())} />
    </section>
  );
}

/** A row of the grid: how far a player came, then the fields, with words for the marks. */
function rowOf({ name, standing, cells, marks }: SheetRow, columns: SheetColumn[], player: boolean): Row {
  const words = t.value.players;
  const { number, instant } = f.value;
  const notes: Record<number, string> = {};
  const before: (string | null)[] = [];
  if (player) {
    const { state, page, at, last, changes } = standing;
    const where = state !== "finished" && at ? words.on(page ?? "", number(at[0]), number(at[1])) : "";
    before.push([state === "under" ? "" : words.standing[state], where].filter(Boolean).join(". ") || null, last === null ? null : instant(last), number(changes));
    if (state === "waiting" || state === "under" || state === "dropout") notes[0] = words.unfinished;
  }
  for (const [at, mark] of marks) {
    const { common, agree, present, missing } = columns[at]!;
    const said = {
      differs: words.differs(quoted(common), number(agree), number(present)),
      far: words.far,
      missing: words.missing(number(present), number(present + missing)),
      deleted: words.deleted,
    };
    notes[before.length + at] = said[mark];
  }
  return { name, cells: [...before, ...cells], notes };
}

/** A value inside a sentence, not too long. */
const quoted = (text: string | null) => `“${(text ?? "").slice(0, 60)}${(text ?? "").length > 60 ? "…" : ""}”`;

/** More rows than this make a page slow; they are the ones with the fewest marks. */
const MOST = 300;

/** For each field what most have, and how many have not. */
function Compare({ columns, onShow }: { columns: SheetColumn[]; onShow: (field: string) => void }) {
  const words = t.value.players;
  const { number } = f.value;
  const open = useSignal(false);
  const heads = words.compareColumns;
  const marked = columns.filter((column) => column.marked > 0).length;
  const sorted = [...columns].sort((a, b) => b.marked - a.marked).slice(0, MOST);
  return (
    <details open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        <h2>
          {words.compare} <span class="quiet">{words.compareSummary(marked, f.value)}</span>
        </h2>
      </summary>
      {open.value && (
        <Scroller label={words.compare} tall={sorted.length > 10}>
          <table class="list">
            <thead>
              <tr>
                <th scope="col">{heads.field}</th>
                <th scope="col" class="figure">{heads.marked}</th>
                <th scope="col">{heads.common}</th>
                <th scope="col" class="figure">{heads.agree}</th>
                <th scope="col" class="figure">{heads.others}</th>
                <th scope="col" class="figure">{heads.missing}</th>
                <th scope="col" class="figure">{heads.distinct}</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map(({ field, common, present, agree, missing, distinct, marked }) => (
                <tr key={field}>
                  <th scope="row">
                    <button type="button" class="link" title={words.showColumn(field)} onClick={() => onShow(field)}>
                      <code>{field}</code>
                    </button>
                  </th>
                  <td class="figure">{marked > 0 ? `◆ ${number(marked)}` : number(0)}</td>
                  <td class="value">{common === null ? "" : common.slice(0, 80) + (common.length > 80 ? "…" : "")}</td>
                  <td class="figure">{number(agree)}</td>
                  <td class="figure">{number(present - agree)}</td>
                  <td class="figure">{number(missing)}</td>
                  <td class="figure">{number(distinct)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
    </details>
  );
}
