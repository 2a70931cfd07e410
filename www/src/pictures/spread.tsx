// The spread of one field's current values: a histogram of numbers, or the most common values.
import { useSignal } from "@preact/signals";
import type { SheetColumn, Spread } from "../engine/browse.js";
import { f, t } from "../i18n/index.js";
import { useLook } from "../looking.js";
import { Picker } from "../parts/picker.js";
import { Picture } from "./picture.js";
import { countTicks, fitted, scale } from "./scale.js";

const TALL = 200;
const ROW = 24;

/** The field that is likeliest of interest: the payoff, else numbers that differ, else anything that differs. */
function best(columns: SheetColumn[]): string {
  const differ = columns.filter(({ distinct }) => distinct > 1);
  const found = differ.find(({ field }) => field === "payoff") ?? differ.find(({ numbers }) => numbers) ?? differ[0] ?? columns[0];
  return found?.field ?? "";
}

export function FieldSpread({ session }: { session: string }) {
  const words = t.value.pictures.spread;
  const of = { session, kind: "player" };
  const known = useLook("columns", { of });
  const columns = known.answer?.rows ?? [];
  const chosen = useSignal("");
  const field = chosen.value || best(columns);
  const spread = useLook("spread", columns.length > 0 ? { of, field } : null);
  const show = (answer: Spread) => {
    const { number, rounded } = f.value;
    const { present, missing, distinct, quantiles, mean, bars, others, whole } = answer;
    const summary = quantiles
      ? words.numbers(number(present), quantiles.map(rounded), mean === null ? "" : rounded(mean))
      : words.categories(number(present), distinct, f.value);
    const rows = bars.map(({ range, text, count }) => [range ? (whole ? rounded(range[0]) : words.range(rounded(range[0]), rounded(range[1]))) : (text ?? ""), number(count)]);
    if (others) rows.push([words.others(others[1], f.value), number(others[0])]);
    return {
      summary: `${summary} ${missing > 0 ? words.missing(missing, f.value) : ""}`.trim(),
      table: { columns: [quantiles && !whole ? words.from : words.value, words.players], kind: (column: number) => (column > 0 ? "figure" : undefined), rows },
      draw: (width: number) => (quantiles ? histogram(answer, width) : categories(answer, rows, width)),
    };
  };
  if (known.answer && columns.length === 0) return null;
  return (
    <Picture
      heading={words.heading}
      file={`${session}-${field}`}
      choices={columns.length > 0 && <Picker label={words.field} value={field} options={columns.map(({ field }) => [field, field])} onChange={(name) => (chosen.value = name)} />}
      asked={known.answer ? spread : { ...known, answer: null }}
      show={show}
    />
  );
}

function histogram({ bars, quantiles, whole }: Spread, width: number) {
  const range: [number, number] = [bars[0]?.range?.[0] ?? 0, bars.at(-1)?.range?.[1] ?? 1];
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const x = scale(range, [40, width - 12]);
  const y = scale([0, most], [TALL + 10, 10]);
  const every = Math.ceil(bars.length / Math.max(1, (width - 50) / 60));
  const shapes = (
    <>
      {countTicks(most, 5).map((n) => (
        <g key={n}>
          <line class="rule" x1={40} x2={width - 12} y1={y(n)} y2={y(n)} />
          <text class="tick" x={34} y={y(n) + 4} text-anchor="end">
            {f.value.number(n)}
          </text>
        </g>
      ))}
      {bars.map(({ range, count }, i) => {
        const [left, right] = [x(range![0]), x(range![1])];
        return (
          <g key={i}>
            {count > 0 && (
              <rect class="bar" x={left + 1} y={y(count)} width={Math.max(1, right - left - 2)} height={TALL + 10 - y(count)}>
                <title>{`${whole ? f.value.rounded(range![0]) : t.value.pictures.spread.range(f.value.rounded(range![0]), f.value.rounded(range![1]))}: ${f.value.number(count)}`}</title>
              </rect>
            )}
            {i % every === 0 && (
              <text class="tick" x={whole ? (left + right) / 2 : left} y={TALL + 28} text-anchor="middle">
                {f.value.rounded(range![0])}
              </text>
            )}
          </g>
        );
      })}
      <line class="base" x1={40} x2={width - 12} y1={TALL + 10} y2={TALL + 10} />
      {quantiles && <line class="median" x1={x(quantiles[2] + (whole ? 0.5 : 0))} x2={x(quantiles[2] + (whole ? 0.5 : 0))} y1={6} y2={TALL + 14} />}
    </>
  );
  return { height: TALL + 36, shapes };
}

function categories({ bars, others }: Spread, rows: string[][], width: number) {
  const counts = [...bars.map(({ count }) => count), ...(others ? [others[0]] : [])];
  const gutter = Math.min(220, width * 0.4);
  const x = scale([0, Math.max(1, ...counts)], [gutter, width - 60]);
  const shapes = counts.map((count, i) => (
    <g key={i}>
      <text class="label" x={0} y={i * ROW + 17}>
        <title>{rows[i]?.[0]}</title>
        {fitted(rows[i]?.[0] ?? "", gutter - 8)}
      </text>
      <rect class={i < bars.length ? "bar" : "bar rest"} x={gutter} y={i * ROW + 4} width={Math.max(1.5, x(count) - gutter)} height={ROW - 8} />
      <text class="tick" x={x(count) + 8} y={i * ROW + 17}>
        {f.value.number(count)}
      </text>
    </g>
  ));
  return { height: counts.length * ROW + 6, shapes };
}
