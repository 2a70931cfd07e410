// From data to places in a picture, and round marks along an axis.

/** A place for each number of a range; a range of one number lies at the start. */
export function scale([low, high]: [number, number], [from, to]: [number, number]): (n: number) => number {
  const span = high - low;
  return (n) => (span > 0 ? from + ((n - low) / span) * (to - from) : from);
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const steps = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY];

/** Round local times within a range, at most so many, and the seconds between them. */
export function timeTicks([low, high]: [number, number], most: number): { ticks: number[]; step: number } {
  const least = (high - low) / Math.max(1, most);
  const step = steps.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
  const zone = -new Date(low * 1000).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((low + zone) / step) * step - zone;
  const ticks = [];
  for (let tick = first; tick <= high && ticks.length < 200; tick += step) ticks.push(tick);
  return { ticks, step };
}

/** Round whole numbers from 0 to a count, at most so many. */
export function countTicks(high: number, most: number): number[] {
  const least = Math.max(1, high / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least) ?? 1);
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, i) => i * step);
}

/** Lengths of time that people know, for an axis in powers of ten. */
export const lengths = [0.1, 1, 10, MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, DAY, 10 * DAY];

/** Names without what all of them that have a folder share, where the rest still tells them apart. */
export function shortNames(names: string[]): string[] {
  const short = names.map((name) => name.slice(name.lastIndexOf("/") + 1) || name);
  return short.map((name, i) => (short.filter((other) => other === name).length > 1 ? names[i]! : name));
}

/** A text of no more letters than fit. */
export function fitted(text: string, width: number, letter = 6.6): string {
  const most = Math.floor(width / letter);
  return text.length <= most ? text : most < 3 ? "" : `${text.slice(0, most - 1)}…`;
}
