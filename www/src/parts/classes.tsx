// What a PsyNet export holds: its classes, each with a table in the result, and the tables of its database.
import type { PsynetSummary } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { state } from "../state.js";
import { Scroller } from "./scroller.js";

export function Classes({ classes }: { classes: PsynetSummary["classes"] }) {
  const words = t.value.classes;
  const { number } = f.value;
  const heads = words.columns;
  const show = (name: string) => {
    state.shown.value = state.tables.value?.list.find(({ kind }) => kind === name)?.path ?? state.shown.peek();
  };
  return (
    <section class="sessions" aria-labelledby="classes">
      <h2 id="classes">
        {words.heading} <span class="quiet">{number(classes.length)}</span>
      </h2>
      <Scroller label={words.heading} tall={classes.length > 12}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{heads.name}</th>
              <th scope="col" class="figure">{heads.rows}</th>
              <th scope="col" class="figure">{heads.columns}</th>
            </tr>
          </thead>
          <tbody>
            {classes.map(({ class: name, rows, columns }) => (
              <tr key={name}>
                <th scope="row">
                  <button type="button" class="link" title={words.show(name)} onClick={() => show(name)}>
                    {name}
                  </button>
                </th>
                <td class="figure">{number(rows)}</td>
                <td class="figure">{number(columns)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}

export function Database({ tables }: { tables: PsynetSummary["database"] }) {
  const words = t.value.database;
  const { number } = f.value;
  return (
    <details>
      <summary>
        <h2>
          {words.heading} <span class="quiet">{number(tables.length)}</span>
        </h2>
      </summary>
      <Scroller label={words.heading} tall={tables.length > 12}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{words.columns.name}</th>
              <th scope="col" class="figure">{words.columns.rows}</th>
            </tr>
          </thead>
          <tbody>
            {tables.map(({ name, rows }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td class="figure">{number(rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
