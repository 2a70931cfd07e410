// The frame of a picture: its heading and choices, the drawing as wide as the page allows, the same facts as a table,
// and buttons that save it; or why it cannot be drawn.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.js";
import type { Answered } from "../looking.js";
import { Failed } from "../parts/fault.js";
import { Scroller } from "../parts/scroller.js";
import { savePng, saveSvg } from "./save.js";

interface Props<A> {
  heading: string;
  /** Name of the file that it is saved as, without its end. */
  file: string;
  choices?: ComponentChildren;
  /** What it is drawn from. */
  asked: Answered<A>;
  show: (answer: A) => Shown;
}

interface Shown {
  /** The picture in a sentence. */
  summary: string;
  /** What is left out, and how to read it. */
  note?: ComponentChildren;
  table: { columns: string[]; kind: (column: number) => "figure" | "when" | undefined; rows: string[][]; left?: string };
  /** Height of the drawing, and the shapes in it. */
  draw: (width: number) => { height: number; shapes: ComponentChildren };
}

/** Narrower than this a drawing is made smaller, words and all. */
const LEAST = 240;

export function Picture<A>({ heading, file, choices, asked: { answer, fault, waiting, again }, show }: Props<A>) {
  const words = t.value.pictures;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth } = box.current!;
      if (clientWidth > 0) width.value = Math.max(LEAST, clientWidth);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    measure();
    return () => observer.disconnect();
  }, []);
  const shown = answer && show(answer);
  const { height, shapes } = shown && width.value > 0 ? shown.draw(width.value) : { height: 0, shapes: null };
  const save = (form: string, by: (svg: SVGSVGElement, file: string) => unknown) => (
    <button type="button" class="small" aria-label={words.saveAs(heading, form)} onClick={() => svg.current && by(svg.current, file)}>
      {words.save(form)}
    </button>
  );
  return (
    <section class="picture" aria-labelledby={id} aria-busy={waiting}>
      <div class="title">
        <h2 id={id} tabIndex={-1}>{heading}</h2>
        {shown && (
          <p class="buttons">
            {save("SVG", saveSvg)}
            {save("PNG", savePng)}
          </p>
        )}
      </div>
      {choices && <div class="pickers">{choices}</div>}
      {fault && <Failed what={t.value.failed.part(heading)} fault={fault} onAgain={again} />}
      {shown && <p class="hint">{shown.summary}</p>}
      <div ref={box} class="drawing">
        {shown && height > 0 && (
          <svg ref={svg} role="img" aria-label={`${heading}. ${shown.summary}`} viewBox={`0 0 ${width.value} ${height}`} width={width.value} height={height}>
            {shapes}
          </svg>
        )}
      </div>
      {shown?.note && <p class="hint">{shown.note}</p>}
      {shown && <Facts heading={heading} table={shown.table} />}
    </section>
  );
}

/** The same as a table, made when somebody wants to see it. */
function Facts({ heading, table }: { heading: string; table: Shown["table"] }) {
  const words = t.value.pictures;
  const open = useSignal(false);
  return (
    <details open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{words.table}</summary>
      {open.value && (
        <Scroller label={`${heading}: ${words.table}`} tall={table.rows.length > 10}>
          <table class="list">
            <thead>
              <tr>
                {table.columns.map((column, i) => (
                  <th key={i} scope="col" class={table.kind(i)}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((cells, i) => (
                <tr key={i}>
                  {cells.map((cell, c) => (c === 0 ? <th key={c} scope="row" class={table.kind(c)}>{cell}</th> : <td key={c} class={table.kind(c)}>{cell}</td>))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
      {open.value && table.left && <p class="hint">{table.left}</p>}
    </details>
  );
}
