// The fields of the input: where they occur, how often they changed, and their types.
import { useSignal } from "@preact/signals";
import type { Field } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Scroller } from "./scroller.js";

/** More rows than this make a page slow; the search finds the rest. */
const MOST = 500;

export function Fields({ fields }: { fields: Field[] }) {
  const words = t.value.fields;
  const { number } = f.value;
  const find = useSignal("");
  const sought = find.value.toLowerCase();
  const found = fields.filter(({ kind, field }) => `${kind} ${field}`.toLowerCase().includes(sought)).slice(0, MOST);
  const heads = words.columns;
  return (
    <details>
      <summary>
        <h2>
          {words.heading} <span class="quiet">{words.summary(fields.length, f.value)}</span>
        </h2>
      </summary>
      {fields.length > 12 && (
        <p class="find">
          <label for="find">{words.find}</label>
          <input id="find" type="search" autocomplete="off" spellcheck={false} onInput={(event) => (find.value = event.currentTarget.value)} />
        </p>
      )}
      <Scroller label={words.heading} tall>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{heads.field}</th>
              <th scope="col">{heads.kind}</th>
              <th scope="col">{heads.types}</th>
              <th scope="col" class="figure">{heads.changes}</th>
              <th scope="col" class="figure">{heads.distinct}</th>
              <th scope="col" class="figure">{heads.deletions}</th>
              <th scope="col" class="figure">{heads.storages}</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ kind, field, types, changes, distinct, about, deletions, storages }) => (
              <tr key={`${kind}\0${field}`}>
                <th scope="row">
                  <code>{field}</code>
                </th>
                <td>{kind}</td>
                <td class="types">{types.map(({ name }) => name).join(", ")}</td>
                <td class="figure">{number(changes)}</td>
                <td class="figure">{about ? `≈ ${number(distinct)}` : number(distinct)}</td>
                <td class="figure">{number(deletions)}</td>
                <td class="figure">{number(storages)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {found.length === 0 && <p class="quiet">{words.nothing}</p>}
    </details>
  );
}
