// What is in the files, what to make of it, a look at the result, and saving it.
import type { Summary } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Classes, Database } from "../parts/classes.js";
import { Fields } from "../parts/fields.js";
import { Files } from "../parts/files.js";
import { Heading } from "../parts/heading.js";
import { Notes } from "../parts/notes.js";
import { Options } from "../parts/options.js";
import { Preview } from "../parts/preview.js";
import { Problems } from "../parts/problems.js";
import { SaveBox } from "../parts/savebox.js";
import { Sessions } from "../parts/sessions.js";
import { state, type Phase } from "../state.js";

/** What is in the input, in a line of figures. */
function factsOf(summary: Summary): [string, string][] {
  const words = t.value.ready.facts;
  const { number, span } = f.value;
  const { psynet } = summary;
  if (psynet) {
    const rows = psynet.database.reduce((sum, table) => sum + table.rows, 0);
    return [
      [words.participants, number(psynet.participants)],
      [words.bots, number(psynet.bots)],
      [words.classes, number(psynet.classes.length)],
      [words.rows, number(rows)],
    ];
  }
  const total = (key: "players" | "groups") => number(summary.sessions.reduce((sum, session) => sum + session[key], 0));
  return [
    [words.sessions, number(summary.sessions.length)],
    [words.players, total("players")],
    [words.groups, total("groups")],
    [words.changes, number(summary.changes)],
    [words.span, span(summary.first, summary.last) || words.none],
  ];
}

export function Ready({ phase }: { phase: Phase & { name: "ready" } }) {
  const summary = state.summary.value;
  if (!summary) return null;
  const words = t.value.ready;
  const { psynet } = summary;
  return (
    <div class="ready">
      <section class="overview">
        <Heading>{words.heading(phase.label, phase.others, f.value)}</Heading>
        <p class="quiet">
          {[psynet?.label, summary.format, summary.versions].filter(Boolean).join(" · ")}
        </p>
        <dl class="facts">
          {factsOf(summary).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Problems problems={summary.problems} />
      <div class="columns">
        {psynet ? <Classes classes={psynet.classes} /> : <Sessions sessions={summary.sessions} />}
        <div class="choices">
          <SaveBox />
          <Options summary={summary} />
        </div>
        <Preview />
        <div class="rest">
          {psynet ? (
            <>
              <Notes notes={psynet.notes} />
              <Database tables={psynet.database} />
            </>
          ) : (
            <Fields fields={summary.fields} />
          )}
          <Files files={summary.files} />
          {!psynet && <p class="quiet small">{words.localTimes(f.value.zone())}</p>}
        </div>
      </div>
    </div>
  );
}
