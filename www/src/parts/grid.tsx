// A table of any size: only the cells in view exist. To a screen reader it is still one table (role grid with
// row and column indexes), and the arrow keys move through all of it.
//
// Two things to know before changing it. A page cannot be taller than some million pixels, so very long tables
// scroll in proportion (`first` is then not `scrollTop / ROW`). And cells are placed absolutely, so widths are
// reckoned from the text, not measured.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../i18n/index.js";
import { Failed } from "./fault.js";
import { RowCache, type Row } from "./rowcache.js";

const ROW = 30;
const TALLEST = 8_000_000;
const LETTER = 8.2;
/** Room for a scrollbar and the border below a short table. */
const SCROLLBAR = 18;
/** Text beyond this is shown below the table only. */
const CELL_TEXT = 120;

interface Props {
  label: string;
  columns: string[];
  total: number;
  load: (start: number, count: number) => Promise<Row[]>;
  /** What the names of the rows are; without it rows are numbered. */
  nameLabel?: string;
  /** A row that is in view from the start. */
  reveal?: number;
  /** Opens what a cell stands for: by Enter, by a double click, or by a click on the name of the row. */
  onOpen?: (row: number, column: number) => void;
  /** Sorts by a column, or by the names of the rows, which are column -1: by Enter on its head or a click. */
  onSort?: (column: number) => void;
  /** The order of the rows; when it changes, `load` gives them in the new one. */
  sorted?: { column: number; down: boolean };
}

/** Room for the name of a row, in letters. */
const NAME = 12;

/** A cell by its place: row 0 is the header, column 0 the row number. */
interface Cell {
  row: number;
  column: number;
}

export function Grid({ label, columns, total, load, nameLabel, reveal = 0, onOpen, onSort, sorted }: Props) {
  const words = t.value.preview;
  const box = useRef<HTMLDivElement>(null);
  const cache = useMemo(() => new RowCache(load, columns.length), [sorted?.column, sorted?.down]);
  const view = useSignal({ first: 0, top: 0, left: 0, width: 800, height: 420 });
  const active = useSignal<Cell>({ row: reveal + 1, column: 1 });
  const follow = useRef(false);
  void cache.version.value;

  const indexWidth = Math.max(64, (nameLabel ? NAME : String(total).length) * LETTER + 28);
  // Columns stay as wide as their first texts made them: in another order of the rows the focus stays where it is.
  const sample = useRef<(Row | undefined)[] | undefined>(undefined);
  if (!sample.current && cache.get(reveal)) sample.current = Array.from({ length: 30 }, (_, i) => cache.get(reveal + i));
  const lefts = useMemo(() => placeColumns(indexWidth, columns, sample.current), [columns, sample.current]);
  const width = lefts[columns.length]!;
  const full = (total + 1) * ROW;
  const height = Math.min(full, TALLEST);
  const { first, top, left } = view.value;
  const fits = Math.max(1, Math.floor(view.value.height / ROW) - 1);
  const lastFirst = Math.max(0, total - fits);
  const end = Math.min(total, first + fits + 2);
  const { busy, fault } = cache.want(first, end);

  const scrolled = () => {
    const { scrollTop, scrollLeft, clientHeight } = box.current!;
    const moved = Math.abs(scrollTop - view.peek().top) > 1;
    const next = full === height ? Math.floor(scrollTop / ROW) : Math.round((scrollTop / (height - clientHeight)) * lastFirst);
    view.value = { ...view.peek(), top: scrollTop, left: scrollLeft, first: moved ? Math.min(next, lastFirst) : view.peek().first };
  };

  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth, clientHeight } = box.current!;
      view.value = { ...view.peek(), width: clientWidth, height: clientHeight };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    measure();
    if (reveal > 0) go(reveal + 1, 1, false);
    return () => observer.disconnect();
  }, []);

  const before = useRef(cache);
  useLayoutEffect(() => {
    if (before.current === cache) return;
    before.current = cache;
    // In a new order the first rows are the ones to see.
    box.current!.scrollTop = 0;
    view.value = { ...view.peek(), first: 0, top: 0 };
  }, [cache]);

  const go = (row: number, column: number, focus = true) => {
    const to = { row: clamp(row, 0, total), column: clamp(column, 0, columns.length) };
    active.value = to;
    follow.current = focus;
    const scroller = box.current!;
    if (to.row > 0) {
      const index = to.row - 1;
      const now = view.peek().first;
      const next = index < now ? index : index >= now + fits ? index - fits + 1 : now;
      if (next !== now) {
        const target = full === height ? next * ROW : (next / Math.max(1, lastFirst)) * (height - scroller.clientHeight);
        view.value = { ...view.peek(), first: next, top: target };
        scroller.scrollTop = target;
      }
    }
    if (to.column > 0) {
      const [from, until] = [lefts[to.column - 1]!, lefts[to.column]!];
      if (from - indexWidth < scroller.scrollLeft) scroller.scrollLeft = from - indexWidth;
      else if (until > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = until - scroller.clientWidth;
    }
    scrolled();
  };

  useLayoutEffect(() => {
    if (!follow.current) return;
    follow.current = false;
    const { row, column } = active.value;
    box.current!.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus({ preventScroll: true });
  });

  const pressed = (event: KeyboardEvent) => {
    const { row, column } = active.peek();
    const far = event.ctrlKey || event.metaKey;
    const moves: Record<string, [number, number]> = {
      ArrowDown: [far ? total : row + 1, column],
      ArrowUp: [far ? 0 : row - 1, column],
      ArrowRight: [row, far ? columns.length : column + 1],
      ArrowLeft: [row, far ? 0 : column - 1],
      PageDown: [row + fits, column],
      PageUp: [Math.max(1, row - fits), column],
      Home: [far ? 1 : row, far ? 1 : 0],
      End: [far ? total : row, columns.length],
    };
    if (event.key === "Enter" && !event.altKey && !far) {
      if (row === 0) onSort?.(column - 1);
      else onOpen?.(row - 1, column - 1);
      return;
    }
    const move = moves[event.key];
    if (!move || event.altKey) return;
    event.preventDefault();
    go(...move);
  };

  const again = () => {
    cache.again();
    // The button that was pressed is gone.
    if (activeInView) go(active.peek().row, active.peek().column);
    else go(first + 1, 1);
  };

  const right = left + view.value.width;
  const inView = columns.map((_, i) => i + 1).filter((c) => lefts[c]! > left - 200 && lefts[c - 1]! < right + 200);
  const cell = (row: number, column: number) => ({
    "data-cell": `${row}:${column}`,
    "aria-colindex": column + 1,
    tabIndex: active.value.row === row && active.value.column === column ? 0 : -1,
    onFocus: () => {
      if (active.peek().row !== row || active.peek().column !== column) active.value = { row, column };
    },
    style: column === 0 ? { width: px(indexWidth) } : { left: px(lefts[column - 1]!), width: px(lefts[column]! - lefts[column - 1]!) },
  });
  const order = (column: number) => (sorted?.column === column ? (sorted.down ? "descending" : "ascending") : undefined);
  const arrow = (column: number) => order(column) && <span aria-hidden="true">{sorted!.down ? " ↓" : " ↑"}</span>;
  const base = full === height ? first * ROW : top;
  const rows = Array.from({ length: end - first }, (_, i) => first + i);
  const activeInView = active.value.row === 0 || (active.value.row - 1 >= first && active.value.row - 1 < end);
  const current = cache.get(active.value.row - 1);

  return (
    <>
      <div class="grid" ref={box} style={{ height: `min(28rem, 70vh, ${height + SCROLLBAR}px)` }} onScroll={scrolled} onKeyDown={pressed}>
        <div
          role="grid"
          aria-label={label}
          aria-rowcount={total + 1}
          aria-colcount={columns.length + 1}
          aria-readonly="true"
          aria-busy={busy}
          tabIndex={activeInView ? -1 : 0}
          onFocus={(event) => {
            if (event.target === event.currentTarget && !activeInView) go(first + 1, 1);
          }}
          style={{ width: px(width), height: px(height) }}
        >
          <div role="row" aria-rowindex={1} class="row head" style={{ width: px(width), height: px(ROW) }}>
            <span role="columnheader" class={`index${nameLabel ? " left" : ""}${onSort ? " sorts" : ""}`} aria-sort={order(-1)} onClick={() => onSort?.(-1)} {...cell(0, 0)}>
              {nameLabel ?? words.row}
              {arrow(-1)}
            </span>
            {inView.map((c) => (
              <span role="columnheader" key={c} class={onSort && "sorts"} aria-sort={order(c - 1)} onClick={() => onSort?.(c - 1)} {...cell(0, c)}>
                {columns[c - 1]}
                {arrow(c - 1)}
              </span>
            ))}
          </div>
          {rows.map((i) => {
            const row = cache.get(i);
            return (
              <div role="row" key={i} aria-rowindex={i + 2} class={i % 2 ? "row odd" : "row"} style={{ top: px(base + (i - first + 1) * ROW), width: px(width), height: px(ROW) }}>
                <span role="rowheader" class={nameLabel ? "index named" : "index"} onClick={() => onOpen?.(i, -1)} {...cell(i + 1, 0)}>
                  {nameLabel ? row?.name : i + 1}
                </span>
                {inView.map((c) => (
                  <span role="gridcell" key={c} class={row?.notes?.[c - 1] && "noted"} onDblClick={() => onOpen?.(i, c - 1)} {...cell(i + 1, c)}>
                    {row?.notes?.[c - 1] && <Note text={row.notes[c - 1]!} />}
                    {row && <Value value={row.cells[c - 1] ?? null} />}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {fault && <Failed what={t.value.failed.rows} fault={fault} onAgain={again} />}
      <p class="cellview" aria-hidden="true">
        {active.value.row > 0 && active.value.column > 0 && current && (
          <>
            <code>{columns[active.value.column - 1]}</code> {current.cells[active.value.column - 1] ?? <i>{words.noValue}</i>}
            {current.notes?.[active.value.column - 1] && <span class="warn"> {current.notes[active.value.column - 1]}</span>}
          </>
        )}
      </p>
    </>
  );
}

/** A sign that a cell is worth a look; why is said to whoever cannot see it, and below the table. */
function Note({ text }: { text: string }) {
  return (
    <span class="note" role="img" aria-label={text} title={text}>
      ◆
    </span>
  );
}

function Value({ value }: { value: string | null }) {
  if (value === null) return <i class="none" role="img" aria-label={t.value.preview.noValue} />;
  return <>{value.length > CELL_TEXT ? `${value.slice(0, CELL_TEXT)}…` : value}</>;
}

/** The left edge of each column, and the right edge of the last: as wide as their first texts, within reason. */
function placeColumns(start: number, columns: string[], sample: (Row | undefined)[] = []): number[] {
  const lefts = [start];
  columns.forEach((name, i) => {
    const longest = Math.max(name.length + 2, ...sample.map((row) => (row?.cells[i]?.length ?? 0) + (row?.notes?.[i] ? 2 : 0)));
    lefts.push(lefts[i]! + clamp(longest * LETTER + 22, 64, 320));
  });
  return lefts;
}

const px = (n: number) => `${n}px`;

const clamp = (n: number, least: number, most: number) => Math.max(least, Math.min(n, most));
