// The frame of a picture: its heading and choices, the drawing as wide as the page allows, the same facts as a table,
// and buttons that save it.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.js";
import { Scroller } from "../parts/scroller.js";
import { savePng, saveSvg } from "./save.js";

interface Props {
  heading: string;
  /** The picture in a sentence. */
  summary: string;
  /** Name of the file that it is saved as, without its end. */
  file: string;
  busy?: boolean;
  choices?: ComponentChildren;
  /** What is left out, and how to read it. */
  note?: ComponentChildren;
  table: { columns: string[]; rows: string[][]; left?: string };
  /** Height of the drawing, and the shapes in it. */
  draw: (width: number) => { height: number; shapes: ComponentChildren };
}

/** Narrower than this a drawing is made smaller, words and all. */
const LEAST = 240;

export function Picture({ heading, summary, file, busy = false, choices, note, table, draw }: Props) {
  const words = t.value.pictures;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const width = useSignal(0);
  const open = useSignal(false);
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
  const { height, shapes } = width.value > 0 ? draw(width.value) : { height: 0, shapes: null };
  return (
    <section class="picture" aria-labelledby={id} aria-busy={busy}>
      <div class="title">
        <h2 id={id}>{heading}</h2>
        <p class="buttons">
          <button type="button" class="small" aria-label={words.saveAs(heading, "SVG")} onClick={() => svg.current && saveSvg(svg.current, file)}>
            {words.save("SVG")}
          </button>
          <button type="button" class="small" aria-label={words.saveAs(heading, "PNG")} onClick={() => svg.current && void savePng(svg.current, file)}>
            {words.save("PNG")}
          </button>
        </p>
      </div>
      {choices && <div class="pickers">{choices}</div>}
      <p class="hint">{summary}</p>
      <div ref={box} class="drawing">
        {height > 0 && (
          <svg ref={svg} role="img" aria-label={`${heading}. ${summary}`} viewBox={`0 0 ${width.value} ${height}`} width={width.value} height={height}>
            {shapes}
          </svg>
        )}
      </div>
      {note && <p class="hint">{note}</p>}
      <details open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
        <summary>{words.table}</summary>
        {open.value && (
          <Scroller label={`${heading}: ${words.table}`} tall={table.rows.length > 10}>
            <table class="list">
              <thead>
                <tr>
                  {table.columns.map((column, i) => (
                    <th key={i} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((cells, i) => (
                  <tr key={i}>
                    {cells.map((cell, c) => (c === 0 ? <th key={c} scope="row">{cell}</th> : <td key={c}>{cell}</td>))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroller>
        )}
        {open.value && table.left && <p class="hint">{table.left}</p>}
      </details>
    </section>
  );
}
