// How far a session had come at each moment: players on each page, those who finished, and those who were gone.
import type { Progress } from "../engine/browse.js";
import { f, t } from "../i18n/index.js";
import { useLook } from "../looking.js";
import { Picture } from "./picture.js";
import { countTicks, fitted, scale, shortNames, timeTicks } from "./scale.js";

const TALL = 260;
const TOP = 10;
const LEFT = 40;
/** Moments in the table. */
const MOMENTS = 13;

interface Band {
  name: string;
  kind: string;
  counts: number[];
  strength: number;
}

/** The bands from the bottom: those who finished, then pages from the last to the first, then those who were gone. */
function bandsOf({ bands, counts, finished, gone, merged }: Progress): Band[] {
  const words = t.value.pictures.progress;
  const names = shortNames(bands);
  const pages = bands.map((_, i) => ({
    name: names[i] || (merged ? words.others(merged, f.value) : words.noName),
    kind: "band",
    counts: counts[i]!,
    strength: 0.15 + 0.45 * (i / Math.max(1, bands.length - 1)),
  }));
  return [{ name: words.finished, kind: "finished", counts: finished, strength: 1 }, ...pages.reverse(), { name: words.gone, kind: "gone", counts: gone, strength: 1 }];
}

export function SessionProgress({ session }: { session: string }) {
  const words = t.value.pictures.progress;
  const asked = useLook("progress", { session });
  const show = (answer: Progress) => {
    const { number, instant } = f.value;
    const { times, players, finished, gone } = answer;
    const bands = bandsOf(answer);
    const moments = Array.from({ length: Math.min(MOMENTS, times.length) }, (_, i) => Math.round((i * (times.length - 1)) / (MOMENTS - 1)));
    const last = times.length - 1;
    return {
      summary: times.length ? words.summary(number(finished[last]!), number(gone[last]!), number(players)) : words.none,
      note: words.read,
      table: { columns: [words.moment, ...bands.map(({ name }) => name)], kind: (column: number) => (column > 0 ? "figure" : "when"), rows: moments.map((at) => [instant(times[at]!), ...bands.map(({ counts }) => number(counts[at]!))]) },
      draw: (width: number) => draw(answer, bands, width),
    };
  };
  return <Picture heading={words.heading} file={`${session}-progress`} asked={asked} show={show} />;
}

function draw({ times, players }: Progress, bands: Band[], width: number) {
  if (times.length === 0) return { height: 0, shapes: null };
  const range: [number, number] = [times[0]!, times.at(-1)!];
  const x = scale(range, [LEFT, width - 12]);
  const most = Math.max(1, players);
  const y = scale([0, most], [TOP + TALL, TOP]);
  const height = TOP + TALL + 28;
  const { ticks, step } = timeTicks(range, (width - LEFT) / 80);
  const below = times.map(() => 0);
  const areas = bands.map(({ name, kind, counts, strength }) => {
    const low = [...below];
    counts.forEach((count, i) => (below[i]! += count));
    const corner = (i: number, n: number) => `${x(times[i]!).toFixed(1)},${y(n).toFixed(1)}`;
    const up = times.map((_, i) => corner(i, below[i]!));
    const down = times.map((_, i) => corner(i, low[i]!)).reverse();
    return { name, kind, strength, points: [...up, ...down].join(" "), label: placeFor(counts), any: counts.some((n) => n > 0) };

    /** The middle of the longest time in which the band is at least half as tall as it ever is, if a name fits there. */
    function placeFor(counts: number[]) {
      const tall = Math.max(...counts) / 2;
      let best = { from: 0, to: -1 };
      for (let from = 0; from < counts.length; from += 1) {
        if (counts[from]! < tall || counts[from] === 0) continue;
        let to = from;
        while (to + 1 < counts.length && counts[to + 1]! >= tall) to += 1;
        if (to - from > best.to - best.from) best = { from, to };
        from = to;
      }
      if (best.to < 0) return null;
      const middle = Math.round((best.from + best.to) / 2);
      const room = { wide: x(times[best.to]!) - x(times[best.from]!), tall: y(low[middle]!) - y(low[middle]! + counts[middle]!) };
      const text = fitted(name, room.wide - 6);
      return room.tall >= 13 && text ? { text, x: x((times[best.from]! + times[best.to]!) / 2), y: y(low[middle]! + counts[middle]! / 2) + 4 } : null;
    }
  });
  const shapes = (
    <>
      {countTicks(most, 6).map((n) => (
        <g key={n}>
          <line class="rule" x1={LEFT} x2={width - 12} y1={y(n)} y2={y(n)} />
          <text class="tick" x={LEFT - 6} y={y(n) + 4} text-anchor="end">
            {f.value.number(n)}
          </text>
        </g>
      ))}
      {areas.map(({ name, kind, strength, points, any }) => any && (
        <polygon key={`${kind}${name}`} class={kind} points={points} fill-opacity={kind === "band" ? strength : undefined}>
          <title>{name}</title>
        </polygon>
      ))}
      {areas.map(({ name, kind, label }) => label && (
        <text key={`${kind}${name}`} class="onband" x={label.x} y={label.y} text-anchor="middle">
          {label.text}
        </text>
      ))}
      {ticks.map((time) => (
        <text key={time} class="tick" x={x(time)} y={height - 8} text-anchor="middle">
          {f.value.tick(time, step)}
        </text>
      ))}
    </>
  );
  return { height, shapes };
}
