// The sessions of the input, each with a box that takes it in.
import { useEffect, useRef } from "preact/hooks";
import { chosenSessions, toggleAllSessions, toggleSession } from "../choices.js";
import type { Session } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Scroller } from "./scroller.js";

export function Sessions({ sessions }: { sessions: Session[] }) {
  const words = t.value.sessions;
  const { number, span } = f.value;
  const chosen = chosenSessions();
  const all = useRef<HTMLInputElement>(null);
  const some = chosen.length > 0 && chosen.length < sessions.length;
  useEffect(() => {
    all.current!.indeterminate = some;
  });
  const heads = words.columns;
  return (
    <section class="sessions" aria-labelledby="sessions">
      <h2 id="sessions">
        {words.heading} <span class="quiet">{words.chosen(chosen.length, sessions.length, f.value)}</span>
      </h2>
      <Scroller label={words.heading} tall={sessions.length > 12}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">
                <label class="check">
                  <input ref={all} type="checkbox" aria-label={words.all} checked={chosen.length === sessions.length} onChange={toggleAllSessions} />
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
            {sessions.map((session) => (
              <tr key={session.name}>
                <th scope="row">
                  <label class="check">
                    <input type="checkbox" checked={chosen.includes(session.name)} onChange={() => toggleSession(session.name)} />
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
