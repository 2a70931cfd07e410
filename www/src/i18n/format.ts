// Numbers, sizes and times in the reader's own manner. Data are never formatted.

/** Formatters of one locale. */
export interface Format {
  locale: string;
  number(n: number): string;
  percent(part: number): string;
  bytes(n: number): string;
  /** A moment from Unix seconds. */
  moment(seconds: number): string;
  /** Two moments as one range, as short as they allow. */
  span(first: number | null, last: number | null): string;
  zone(): string;
}

export function formatFor(locale: string): Format {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const sizes = units.map((unit, i) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: i ? "short" : "long", maximumFractionDigits: i > 1 ? 1 : 0 }));
  return {
    locale,
    number: (n) => number.format(n),
    percent: (part) => percent.format(Math.floor(part * 100) / 100),
    bytes(n) {
      const unit = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(n || 1) / 3)));
      return sizes[unit]!.format(n / 1000 ** unit);
    },
    moment: (seconds) => moment.format(seconds * 1000),
    span(first, last) {
      if (first == null || last == null) return "";
      return moment.formatRange(first * 1000, last * 1000);
    },
    zone: () => moment.resolvedOptions().timeZone,
  };
}

/** A counted noun: picks the form that the locale's plural rules ask for and puts the number at `#`. */
export function counted(f: Format, n: number, forms: { one?: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>): string {
  const form = forms[new Intl.PluralRules(f.locale).select(n)] ?? forms.other;
  return form.replace("#", f.number(n));
}
