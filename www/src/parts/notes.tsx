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
      <p>{words.lead}</p>
      <Scroller label={words.heading} tall={notes.length > 6}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{words.columns.what}</th>
              <th scope="col">{words.columns.text}</th>
            </tr>
          </thead>
          <tbody>
            {notes.map(({ class: name, column, text }, i) => (
              <tr key={i}>
                <th scope="row">
                  <code>{column ? `${name}.${column}` : name}</code>
                </th>
                <td lang="en">{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
