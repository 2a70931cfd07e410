// What is in the files, and below it what can be done with it, a tab for each.
import type { Summary } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Heading } from "../parts/heading.js";
import { Problems } from "../parts/problems.js";
import { Tabs, type Tab } from "../parts/tabs.js";
import { state, type Phase } from "../state.js";
import { Export } from "./export.js";
import { Pictures } from "./pictures.js";
import { Players } from "./players.js";
import { Protect } from "./protect.js";

/** The tabs, in their order. A tab is a screen and a name; its screen does its work when it is first opened. */
function tabsFor({ psynet }: Summary): Tab[] {
  const words = t.value.ready.tabs;
  const tabs: Tab[] = [{ id: "export", label: words.export, Panel: Export }];
  if (!psynet) tabs.push({ id: "players", label: words.players, Panel: Players });
  tabs.push({ id: "pictures", label: words.pictures, Panel: Pictures });
  tabs.push({ id: "protect", label: words.protect, Panel: Protect });
  return tabs;
}

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
        <p class="quiet" lang="en">
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
        {summary.parts !== undefined && <p class="hint parts">{words.parts}</p>}
      </section>
      <Problems problems={summary.problems} />
      <Tabs label={words.tabs.label} tabs={tabsFor(summary)} open={state.tab} />
    </div>
  );
}
