// The sessions of the input, each with a box that takes it in.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chosenSessions, toggleAllSessions, toggleSession } from "../choices.js";
import type { Session } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Finder } from "./picker.js";
import { Scroller } from "./scroller.js";

/** More rows than this make a page slow. */
const MOST = 300;

export function Sessions({ sessions }: { sessions: Session[] }) {
  const words = t.value.sessions;
  const { number, span } = f.value;
  const find = useSignal("");
  const chosen = new Set(chosenSessions());
  const sought = find.value.trim().toLowerCase();
  const found = sessions.filter(({ name }) => name.toLowerCase().includes(sought));
  const many = sessions.length > MOST;
  const all = useRef<HTMLInputElement>(null);
  const some = chosen.size > 0 && chosen.size < sessions.length;
  useEffect(() => {
    all.current!.indeterminate = some;
  });
  const heads = words.columns;
  return (
    <section class="sessions" aria-labelledby="sessions">
      <h2 id="sessions">
        {words.heading} <span class="quiet">{words.chosen(chosen.size, sessions.length, f.value)}</span>
      </h2>
      {many && (
        <div class="pickers">
          <Finder label={words.find} value={find.value} onInput={(text) => (find.value = text)} />
          <span class="hint" role="status">
            {t.value.shownOf(Math.min(found.length, MOST), found.length, f.value)}
          </span>
        </div>
      )}
      <Scroller label={words.heading} tall={sessions.length > 12}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">
                <label class="check">
                  <input ref={all} type="checkbox" aria-label={words.all} checked={chosen.size === sessions.length} onChange={toggleAllSessions} />
                  {heads.name}
                </label>
              </th>
              <th scope="col" class="figure">{heads.players}</th>
              <th scope="col" class="figure">{heads.groups}</th>
              <th scope="col" class="figure">{heads.models}</th>
              <th scope="col" class="figure">{heads.changes}</th>
              <th scope="col">{heads.span}</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, MOST).map((session) => (
              <tr key={session.name}>
                <th scope="row">
                  <label class="check">
                    <input type="checkbox" checked={chosen.has(session.name)} onChange={() => toggleSession(session.name)} />
                    <span class="name">{session.name}</span>
                  </label>
                </th>
                <td class="figure">{number(session.players)}</td>
                <td class="figure">{number(session.groups)}</td>
                <td class="figure">{number(session.models)}</td>
                <td class="figure">{number(session.changes)}</td>
                <td class="when">{span(session.first, session.last)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}
