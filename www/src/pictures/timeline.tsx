// Who was where when: a lane for each player, a bar for each stay on a page, a sign where a stay is suspicious.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Stay, StayMark, Stays } from "../engine/browse.js";
import { f, t } from "../i18n/index.js";
import { useCalm, useLook } from "../looking.js";
import { Choice } from "../parts/choice.js";
import { Finder, Picker } from "../parts/picker.js";
import { Picture } from "./picture.js";
import { fitted, scale, shortNames, timeTicks } from "./scale.js";

const LANE = 22;
const BAR = 14;
const TOP = 26;
/** Players drawn at once. */
const AT_ONCE = 25;
/** Most rows of the table, and what its columns hold. */
const ROWS = 500;
const kinds = [undefined, undefined, "when", "when", "figure"] as const;

/** The signs, in the order in which one is chosen for a stay with several marks. */
const signs: [StayMark, string][] = [["negative", "⇠"], ["open", "…"], ["long", "!"], ["idle", "z"]];

/** The page behind the last one. */
const END = "(End)";

/** Of PsyNet nobody can say when somebody was idle. */
export function Timeline({ session, idles = true }: { session: string; idles?: boolean }) {
  const words = t.value.pictures.timeline;
  const idle = useSignal(300);
  const marked = useSignal(false);
  const find = useSignal("");
  const start = useSignal(0);
  const selection = { find: useCalm(find.value), marked: marked.value };
  const asked = useLook("stays", { session, idle: idle.value, selection, start: start.value, count: AT_ONCE });
  const known = useRef(0);
  if (asked.answer) known.current = asked.answer.total;
  const total = known.current;
  const turn = (by: number) => (start.value = Math.max(0, Math.min(start.peek() + by, Math.floor(Math.max(0, total - 1) / AT_ONCE) * AT_ONCE)));
  const choices = (
    <>
      <Finder label={words.find} value={find.value} onInput={(text) => ((find.value = text), (start.value = 0))} />
      {idles && <Picker label={words.idle} value={String(idle.value)} options={[60, 120, 300, 600, 1800].map((s) => [String(s), f.value.duration(s)])} onChange={(s) => (idle.value = Number(s))} />}
      <Choice type="checkbox" words={[words.only, ""]} checked={marked.value} onChange={() => ((marked.value = !marked.value), (start.value = 0))} />
      {total > AT_ONCE && (
        <span>
          <button type="button" class="small" aria-disabled={start.value === 0} onClick={() => turn(-AT_ONCE)}>
            {words.before}
          </button>
          <button type="button" class="small" aria-disabled={start.value + AT_ONCE >= total} onClick={() => turn(AT_ONCE)}>
            {words.after}
          </button>
        </span>
      )}
    </>
  );
  const show = (answer: Stays) => {
    const { number } = f.value;
    const { total, lanes, counts, left_out } = answer;
    const first = total === 0 ? 0 : start.value + 1;
    const summary = [
      total > 0 && words.shown(number(first), number(first + lanes.length - 1), number(total)),
      ...signs.map(([mark, sign]) => counts[mark] > 0 && `${sign} ${words.marks[mark]!(counts[mark], f.value)}`),
    ].filter((part) => part !== false);
    return {
      summary: words.sentence(...(summary.length > 0 ? summary : [words.none])),
      note: [words.read, left_out > 0 && words.left(number(left_out))].filter(Boolean).join(" "),
      table: tableOf(answer),
      draw: (width: number) => draw(answer, width),
    };
  };
  return <Picture heading={words.heading} file={`${session}-timeline`} choices={choices} asked={asked} show={show} />;
}

const marksOf = (stay: Stay) => signs.filter(([mark]) => stay.marks[mark]).map(([mark]) => t.value.pictures.timeline.mark[mark]!);

function tableOf({ lanes, labels, stays }: Stays) {
  const words = t.value.pictures.timeline;
  const { instant, duration, number } = f.value;
  const row = (stay: Stay) => [
    lanes[stay.lane]?.name ?? "",
    labels[stay.label] ?? "",
    instant(stay.from),
    stay.to === null ? "" : instant(stay.to),
    stay.to === null ? "" : duration(stay.to - stay.from),
    marksOf(stay).join(", "),
  ];
  return { columns: words.columns, kind: (column: number) => kinds[column], rows: stays.slice(0, ROWS).map(row), ...(stays.length > ROWS && { left: words.left(number(stays.length - ROWS)) }) };
}

function draw({ lanes, labels, stays, range }: Stays, width: number) {
  const { instant, duration, tick } = f.value;
  const gutter = Math.min(130, width * 0.28);
  const [low, high] = range ?? [0, 1];
  const x = scale([low, high], [gutter, width - 12]);
  const height = TOP + lanes.length * LANE + 6;
  const { ticks, step } = timeTicks([low, high], (width - gutter) / 80);
  const y = (lane: number) => TOP + lane * LANE;
  const names = shortNames(labels);
  const seen = new Map<number, number>();
  const bar = (stay: Stay, i: number) => {
    const nth = (seen.get(stay.lane) ?? 0) + 1;
    seen.set(stay.lane, nth);
    const label = labels[stay.label] ?? "";
    const title = [`${lanes[stay.lane]?.name}: ${label}`, `${instant(stay.from)} – ${stay.to === null ? "" : instant(stay.to)}`, stay.to !== null && duration(stay.to - stay.from), ...marksOf(stay)].filter(Boolean).join(", ");
    if (label === END) {
      return (
        <g key={i}>
          <title>{title}</title>
          <circle class="end" cx={x(stay.from)} cy={y(stay.lane) + LANE / 2} r={4} />
        </g>
      );
    }
    const to = stay.to ?? Math.max(stay.from, lanes[stay.lane]?.last ?? stay.from);
    const [left, right] = [x(Math.min(stay.from, to)), x(Math.max(stay.from, to))];
    const wide = Math.max(right - left, 1.5);
    const sign = signs.find(([mark]) => stay.marks[mark])?.[1] ?? "";
    const kind = stay.marks.negative ? "bad" : sign ? "odd" : nth % 2 ? "stay" : "stay even";
    const said = fitted(names[stay.label] ?? "", wide - 8 - (sign ? 10 : 0));
    return (
      <g key={i}>
        <title>{title}</title>
        <rect class={stay.to === null ? `${kind} open` : kind} x={left} y={y(stay.lane) + (LANE - BAR) / 2} width={wide} height={BAR} />
        {(said || sign) && (
          <text class={sign ? "sign" : "inside"} x={left + 3} y={y(stay.lane) + LANE / 2 + 4}>
            {[sign, said].filter(Boolean).join(" ")}
          </text>
        )}
      </g>
    );
  };
  const shapes = (
    <>
      {ticks.map((time) => (
        <g key={time}>
          <line class="rule" x1={x(time)} x2={x(time)} y1={TOP - 6} y2={height} />
          <text class="tick" x={x(time)} y={14} text-anchor="middle">
            {tick(time, step)}
          </text>
        </g>
      ))}
      {lanes.map(({ name }, lane) => (
        <text key={lane} class="label" x={0} y={y(lane) + LANE / 2 + 4}>
          <title>{name}</title>
          {fitted(name, gutter - 8)}
        </text>
      ))}
      {stays.map(bar)}
    </>
  );
  return { height, shapes };
}
