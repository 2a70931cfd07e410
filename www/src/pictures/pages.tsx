// How long stays took, page by page: a small histogram over lengths of time, with quartiles and the median.
import type { Looks, PageStays } from "../engine/browse.js";
import { f, t } from "../i18n/index.js";
import { useLook } from "../looking.js";
import { Picture } from "./picture.js";
import { fitted, lengths, scale, shortNames } from "./scale.js";

const ROW = 40;
const TOP = 26;
const HIGHEST = 22;

type Pages = Looks["pages"]["answer"];

/** The upper end of a bar, as a power of ten. */
const endOf = (bar: number) => bar / 6 - 1;

export function PageLengths({ session }: { session: string }) {
  const words = t.value.pictures.pages;
  const asked = useLook("pages", { session });
  const { number, duration } = f.value;
  const row = ({ name, stays, quantiles, negative, open, long }: PageStays) => [
    name || words.noName,
    number(stays),
    ...(quantiles ?? [null, null, null, null, null]).map((n) => (n === null ? "" : duration(n))),
    number(negative),
    number(open),
    number(long),
  ];
  const show = ({ pages, left_out }: Pages) => {
    const slowest = [...pages].sort((a, b) => (b.quantiles?.[2] ?? 0) - (a.quantiles?.[2] ?? 0))[0];
    return {
      summary: slowest?.quantiles ? words.summary(slowest.name || words.noName, duration(slowest.quantiles[2])) : words.none,
      note: [words.read, left_out > 0 && words.left(left_out, f.value)].filter(Boolean).join(" "),
      table: { columns: words.columns, kind: (column: number) => (column > 0 ? "figure" : undefined), rows: pages.map(row) },
      draw: (width: number) => draw(pages, width),
    };
  };
  return <Picture heading={words.heading} file={`${session}-pages`} asked={asked} show={show} />;
}

function draw(pages: PageStays[], width: number) {
  const { duration } = f.value;
  const gutter = Math.min(150, width * 0.3);
  const right = 92;
  const used = pages.flatMap(({ bars }) => bars.flatMap((count, bar) => (count > 0 ? [bar] : [])));
  const range: [number, number] = used.length ? [endOf(Math.min(...used) - 1), endOf(Math.max(...used))] : [0, 1];
  const place = scale(range, [gutter, width - right]);
  const x = (seconds: number) => place(Math.min(range[1], Math.max(range[0], Math.log10(Math.max(seconds, 1e-9)))));
  const height = TOP + pages.length * ROW + 4;
  const ticks = lengths.filter((length) => Math.log10(length) >= range[0] && Math.log10(length) <= range[1]);
  const names = shortNames(pages.map(({ name }) => name));
  const shapes = (
    <>
      {ticks.map((length) => (
        <g key={length}>
          <line class="rule" x1={x(length)} x2={x(length)} y1={TOP - 6} y2={height} />
          <text class="tick" x={x(length)} y={14} text-anchor="middle">
            {duration(length)}
          </text>
        </g>
      ))}
      {pages.map(({ name, bars, quantiles, stays }, i) => {
        const base = TOP + i * ROW + HIGHEST + 6;
        const most = Math.max(1, ...bars);
        return (
          <g key={i}>
            <text class="label" x={0} y={base - 4}>
              <title>{name}</title>
              {fitted(names[i] || t.value.pictures.pages.noName, gutter - 8)}
            </text>
            {bars.map((count, bar) => {
              if (count === 0) return null;
              const [left, end] = [place(Math.max(range[0], endOf(bar - 1))), place(Math.min(range[1], endOf(bar)))];
              const tall = Math.max(1.5, (count / most) * HIGHEST);
              return <rect key={bar} class="bar" x={left + 0.5} y={base - tall} width={Math.max(1, end - left - 1)} height={tall} />;
            })}
            <line class="base" x1={gutter} x2={width - right} y1={base} y2={base} />
            {quantiles && (
              <>
                <line class="box" x1={x(quantiles[1])} x2={x(quantiles[3])} y1={base + 4} y2={base + 4} />
                <line class="median" x1={x(quantiles[2])} x2={x(quantiles[2])} y1={base - HIGHEST} y2={base + 8} />
                <text class="label" x={width - right + 10} y={base - 8}>
                  {duration(quantiles[2])}
                </text>
              </>
            )}
            <text class="tick" x={width - right + 10} y={base + 6}>
              {t.value.pictures.pages.stays(stays, f.value)}
            </text>
          </g>
        );
      })}
    </>
  );
  return { height, shapes };
}
