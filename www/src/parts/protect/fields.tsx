// What each field holds and what will happen to it: a table in which every class can be corrected.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Action, Class, Holds, PathRow, Protection } from "../../engine/protect.js";
import { f, t } from "../../i18n/index.js";
import { classes, decide, kinds, sharing } from "../../sharing.js";
import { announce } from "../../state.js";
import { Scroller } from "../scroller.js";

/** Rows that are shown at once; a button shows as many again. */
const MOST = 100;

export function ProtectFields({ protection: { rows } }: { protection: Protection }) {
  const words = t.value.protect.fields;
  const filter = useSignal("own");
  const find = useSignal("");
  const most = useSignal(MOST);
  const full = useSignal(false);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const matches = (row: PathRow) => kinds[filter.value]!(row) && row.path.toLowerCase().includes(find.value.toLowerCase());
  const found = rows.filter(matches);
  const shown = found.slice(0, most.value);
  const count = (name: string) => rows.filter(kinds[name]!).length;
  const show = (name: string) => {
    filter.value = name;
    most.value = MOST;
    announce(words.shown(count(name), f.value));
  };
  const free = shown.filter((row) => !row.locked);
  const all = free.length > 0 && free.every(({ path }) => selected.value.has(path));
  const select = (paths: string[], on: boolean) => {
    const next = new Set(selected.peek());
    for (const path of paths) on ? next.add(path) : next.delete(path);
    selected.value = next;
  };
  const heads = words.columns;
  return (
    <section aria-labelledby="protect-fields">
      <h2 id="protect-fields" tabIndex={-1}>{words.heading}</h2>
      <p class="hint">{words.lead}</p>
      <fieldset class="inline filters">
        <legend>{words.filter}</legend>
        {Object.entries(words.filters).map(([name, label]) => (
          <label key={name} class="choice">
            <input type="radio" name="protect-filter" checked={filter.value === name} onChange={() => show(name)} />
            <span>
              {label} <span class="quiet">{f.value.number(count(name))}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p class="find">
        <label for="protect-find">{words.find}</label>
        <input id="protect-find" type="search" autocomplete="off" spellcheck={false} onInput={(event) => (find.value = event.currentTarget.value)} />
        <label class="check">
          <input type="checkbox" checked={full.value} onChange={() => (full.value = !full.value)} />
          {words.examples}
        </label>
        <span class="quiet" role="status">{words.shown(found.length, f.value)}</span>
      </p>
      <Bulk rows={rows.filter(({ path }) => selected.value.has(path))} done={() => (selected.value = new Set())} />
      {found.length === 0 ? (
        <p class="quiet">{words.none}</p>
      ) : (
        <Scroller label={words.table}>
          {/* The roles are said because a browser may forget them where rows are laid out as blocks. */}
          <table class="list stacked decisions" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">
                  <input type="checkbox" aria-label={words.selectAll} checked={all} onChange={() => select(free.map(({ path }) => path), !all)} />
                </th>
                <th scope="col" role="columnheader">{heads.field}</th>
                <th scope="col" role="columnheader">{heads.what}</th>
                <th scope="col" role="columnheader">{heads.happens}</th>
                <th scope="col" role="columnheader">{heads.before}</th>
                <th scope="col" role="columnheader">{heads.why}</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((row) => (
                <Row key={row.path} row={row} full={full.value} selected={selected.value.has(row.path)} onSelect={(on) => select([row.path], on)} />
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
      {found.length > shown.length && (
        <p>
          <button type="button" onClick={() => (most.value += MOST)}>
            {words.more(Math.min(MOST, found.length - shown.length), f.value)}
          </button>
        </p>
      )}
    </section>
  );
}

interface RowProps {
  row: PathRow;
  full: boolean;
  selected: boolean;
  onSelect: (on: boolean) => void;
}

function Row({ row, full, selected, onSelect }: RowProps) {
  const words = t.value.protect;
  const { path } = row;
  const own = sharing.preset.value.paths?.[path];
  const name = pathName(path);
  const change = (choice: { class?: Class; action?: Action; holds?: Holds }) => {
    const next = { class: row.class, ...(choice.class ? {} : { action: row.action, ...(own?.holds ? { holds: own.holds } : {}) }), ...choice };
    decide([row], next);
  };
  const marks = [row.decided_by === "nobody" && "undecided", own && "user", row.new && "fresh", row.weaker && "weaker", row.locked && "locked"].filter(Boolean) as string[];
  const self = useRef<HTMLTableRowElement>(null);
  return (
    <tr ref={self} role="row">
      <td role="cell">{!row.locked && <input type="checkbox" aria-label={words.fields.select(name)} checked={selected} onChange={() => onSelect(!selected)} />}</td>
      <th scope="row" role="rowheader">
        <code>{name}</code>
        <span class="hint">{row.values === 0 ? words.fields.noValues : words.fields.values(row.values, row.distinct, f.value)}</span>
        {row.detected > 0 && <span class="hint">{words.fields.detected(row.detected, f.value)}</span>}
      </th>
      <td role="cell">
        {row.locked ? (
          words.classes[row.class]
        ) : (
          <select aria-label={words.fields.classOf(name)} value={row.class} onChange={(event) => change({ class: event.currentTarget.value as Class })}>
            {[...new Set([...classes, row.class])].map((value) => (
              <option key={value} value={value}>
                {words.classes[value]}
              </option>
            ))}
          </select>
        )}
      </td>
      <td role="cell">
        {row.locked || row.actions.length < 2 || !row.actions.includes(row.action) ? (
          words.actions[row.action]
        ) : (
          <select aria-label={words.fields.actionOf(name)} value={row.action} onChange={(event) => change({ action: event.currentTarget.value as Action })}>
            {row.actions.map((value) => (
              <option key={value} value={value}>
                {words.actions[value]}
              </option>
            ))}
          </select>
        )}
        {row.action === "generalize" && own && (
          <select aria-label={words.fields.holdsOf(name)} value={own.holds ?? ""} onChange={(event) => change({ holds: event.currentTarget.value as Holds })}>
            {!own.holds && <option value="" />}
            {Object.entries(words.fields.holds).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </td>
      <td role="cell" class="examples">
        {row.examples.slice(0, 2).map(({ before, masked, after }, i) => (
          <span key={i}>
            <code>{full ? shorten(before) : masked}</code> <span class="quiet">{after === before ? words.fields.stays : words.fields.becomes}</span>{" "}
            {after === null ? <em>{words.fields.nothing}</em> : after !== before && <code>{shorten(after)}</code>}
          </span>
        ))}
      </td>
      <td role="cell" class="why">
        {marks.length > 0 && (
          <span class="marks">
            {marks.map((mark) => (
              <span key={mark} class={`mark ${mark}`}>
                {words.fields.marks[mark]}
              </span>
            ))}
          </span>
        )}
        <span class="hint" lang={own ? undefined : "en"}>{own ? words.fields.rules(words.classes[row.rule.class]!) : row.reason}</span>
        {own && (
          <button type="button" class="link" aria-label={words.fields.back(name)} onClick={() => (decide([row], null), self.current?.querySelector("select")?.focus())}>
            {words.fields.undo}
          </button>
        )}
      </td>
    </tr>
  );
}

/** One class for all selected fields. */
function Bulk({ rows, done }: { rows: PathRow[]; done: () => void }) {
  const words = t.value.protect;
  const to = useSignal<Class>("experiment");
  if (rows.length === 0) return null;
  const apply = () => {
    decide(rows, { class: to.value });
    announce(words.fields.applied(rows.length, f.value));
    done();
  };
  return (
    <p class="find bulk">
      <strong>{words.fields.bulk(rows.length, f.value)}</strong>
      <label for="protect-bulk">{words.fields.bulkClass}</label>
      <select id="protect-bulk" value={to.value} onChange={(event) => (to.value = event.currentTarget.value as Class)}>
        {classes.map((value) => (
          <option key={value} value={value}>
            {words.classes[value]}
          </option>
        ))}
      </select>
      <button type="button" class="small" onClick={apply}>
        {words.fields.bulkApply}
      </button>
    </p>
  );
}

/** `player..age` as people read it. */
export const pathName = (path: string) => path.replace("..", " · ");

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
