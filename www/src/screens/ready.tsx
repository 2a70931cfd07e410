// What is in the files, what to make of it, a look at the result, and saving it.
import { f, t } from "../i18n/index.js";
import { Fields } from "../parts/fields.js";
import { Files } from "../parts/files.js";
import { Heading } from "../parts/heading.js";
import { Options } from "../parts/options.js";
import { Preview } from "../parts/preview.js";
import { Problems } from "../parts/problems.js";
import { SaveBox } from "../parts/savebox.js";
import { Sessions } from "../parts/sessions.js";
import { state, type Phase } from "../state.js";

export function Ready({ phase }: { phase: Phase & { name: "ready" } }) {
  const summary = state.summary.value;
  if (!summary) return null;
  const words = t.value.ready;
  const { number, span, zone } = f.value;
  const total = (key: "players" | "groups") => number(summary.sessions.reduce((sum, session) => sum + session[key], 0));
  const facts: [string, string][] = [
    [words.facts.sessions, number(summary.sessions.length)],
    [words.facts.players, total("players")],
    [words.facts.groups, total("groups")],
    [words.facts.changes, number(summary.changes)],
    [words.facts.span, span(summary.first, summary.last) || words.facts.none],
  ];
  return (
    <div class="ready">
      <section class="overview">
        <Heading>{words.heading(phase.label, phase.others, f.value)}</Heading>
        <p class="quiet">
          {summary.format} · {summary.versions}
        </p>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Problems problems={summary.problems} />
      <div class="columns">
        <Sessions sessions={summary.sessions} />
        <div class="choices">
          <SaveBox />
          <Options summary={summary} />
        </div>
        <Preview />
        <div class="rest">
          <Fields fields={summary.fields} />
          <Files files={summary.files} />
          <p class="quiet small">{words.localTimes(zone())}</p>
        </div>
      </div>
    </div>
  );
}
