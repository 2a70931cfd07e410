// What the database of a PsyNet export does not say, class by class and column by column.
import type { PsynetSummary } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Scroller } from "./scroller.js";

export function Notes({ notes }: { notes: PsynetSummary["notes"] }) {
  if (notes.length === 0) return null;
  const words = t.value.notes;
  return (
    <details>
      <summary>
        <h2>
          {words.heading} <span class="quiet">{f.value.number(notes.length)}</span>
        </h2>
      </summary>
      <p class="hint">{words.lead}</p>
      <Scroller label={words.heading} tall={notes.length > 6}>
        {/* The roles are said because a browser may forget them where rows are laid out as blocks. */}
        <table class="list stacked" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">{words.columns.what}</th>
              <th scope="col" role="columnheader">{words.columns.text}</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {notes.map(({ class: name, column, text }, i) => (
              <tr role="row" key={i}>
                <th scope="row" role="rowheader">
                  <code>{column ? `${name}.${column}` : name}</code>
                </th>
                <td role="cell" lang="en">{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
