// Numbers, sizes and times in the reader's own manner. Data are never formatted.

/** Formatters of one locale. */
export interface Format {
  locale: string;
  number(n: number): string;
  /** Which form of a noun it asks for. */
  plural(n: number): Intl.LDMLPluralRule;
  percent(part: number): string;
  bytes(n: number): string;
  /** A moment from Unix seconds. */
  moment(seconds: number): string;
  /** Two moments as one range, as short as they allow. */
  span(first: number | null, last: number | null): string;
  zone(): string;
  /** A moment to the millisecond. */
  instant(seconds: number): string;
  /** A mark on an axis of times whose marks are `step` seconds apart: a time of day, or a date. */
  tick(seconds: number, step: number): string;
  /** A length of time in its two largest units. */
  duration(seconds: number): string;
  /** A number with no more digits than matter. */
  rounded(n: number): string;
}

export function formatFor(locale: string): Format {
  // Each takes the browser a millisecond or more to make, and few are needed before something shows.
  const numbers = (options?: Intl.NumberFormatOptions) => once(() => new Intl.NumberFormat(locale, options));
  const moments = (options: Intl.DateTimeFormatOptions) => once(() => new Intl.DateTimeFormat(locale, options));
  const number = numbers();
  const percent = numbers({ style: "percent" });
  const moment = moments({ dateStyle: "medium", timeStyle: "short" });
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const sizes = units.map((unit, i) => numbers({ style: "unit", unit, unitDisplay: i ? "short" : "long", maximumFractionDigits: i > 1 ? 1 : 0 }));
  const instant = moments({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  const clock = moments({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const time = moments({ hour: "2-digit", minute: "2-digit" });
  const day = moments({ day: "numeric", month: "short" });
  const rounded = numbers({ maximumSignificantDigits: 4 });
  const spans = ["second", "minute", "hour", "day"].map((unit) => numbers({ style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits: 0 }));
  const [tiny, short] = [3, 1].map((digits) => numbers({ style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: digits }));
  const plurals = once(() => new Intl.PluralRules(locale));
  return {
    locale,
    instant: (seconds) => instant().format(seconds * 1000),
    tick: (seconds, step) => (step < 60 ? clock : step < 86_400 ? time : day)().format(seconds * 1000),
    rounded: (n) => rounded().format(n),
    duration(seconds) {
      const sign = seconds < 0 ? "−" : "";
      const length = Math.abs(seconds);
      if (length < 10) return sign + (length < 1 ? tiny : short)!().format(length);
      const whole = Math.round(length);
      const parts = [whole % 60, Math.floor(whole / 60) % 60, Math.floor(whole / 3600) % 24, Math.floor(whole / 86400)];
      const top = parts.findLastIndex((part) => part > 0);
      return sign + [top, top - 1].filter((unit) => unit >= 0 && parts[unit]! > 0).map((unit) => spans[unit]!().format(parts[unit]!)).join(" ");
    },
    number: (n) => number().format(n),
    plural: (n) => plurals().select(n),
    percent: (part) => percent().format(Math.floor(part * 100) / 100),
    bytes(n) {
      const unit = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(n || 1) / 3)));
      return sizes[unit]!().format(n / 1000 ** unit);
    },
    moment: (seconds) => moment().format(seconds * 1000),
    span(first, last) {
      if (first == null || last == null) return "";
      return moment().formatRange(first * 1000, last * 1000);
    },
    zone: () => moment().resolvedOptions().timeZone,
  };
}

/** Makes something when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** A noun by plural form, with `#` where its number goes. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** A counted noun: picks the form that the locale's plural rules ask for and puts the number at `#`. */
export function counted(f: Format, n: number, forms: Forms): string {
  const form = forms[f.plural(n)] ?? forms.other;
  return form.replace("#", f.number(n));
}
