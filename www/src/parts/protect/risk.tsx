// How much participants stand out, before and after, in plain words; and how coarse the result is.
import type { PathRow, Preset, Protection, RiskNumbers, Step } from "../../engine/protect.js";
import { f, t } from "../../i18n/index.js";
import { decide, prefer, sharing } from "../../sharing.js";
import { Scroller } from "../scroller.js";
import { pathName } from "./fields.js";

/** With fewer people a small group alone gives people away. */
const FEW = 20;

export function Risk({ protection }: { protection: Protection }) {
  const words = t.value.protect.risk;
  const { risk, people, unique_by_duration: durations, rows } = protection;
  const { level, k } = sharing.preset.value;
  return (
    <section aria-labelledby="protect-risk">
      <h2 id="protect-risk" tabIndex={-1}>{words.heading}</h2>
      <p class="hint">{words.lead}</p>
      {people > 0 && people < FEW && <p class="warn">{words.few(people, f.value)}</p>}
      {!risk && <p>{words.none}</p>}
      {risk && (
        <>
          <p>
            <strong>{words.unique(risk.before.unique, risk.before.participants, f.value)}</strong>{" "}
            {level === "pseudonymize" ? words.kept : k < 2 ? words.off : words.hidden(risk.suppressed, k, f.value)}
          </p>
          <p class="hint">{words.looked(risk.columns.map(pathName).join(", "))}</p>
          <Numbers before={risk.before} after={risk.after} />
          {risk.step && <Hint step={risk.step} now={risk.suppressed} rows={rows} />}
          <Sensitive risk={risk} />
        </>
      )}
      {durations > 0 && <p class="warn">{words.durations(durations, f.value)}</p>}
      <Coarse />
    </section>
  );
}

function Numbers({ before, after }: { before: RiskNumbers; after: RiskNumbers }) {
  const words = t.value.protect.risk;
  const shown = (name: keyof RiskNumbers, of: RiskNumbers) => (name.endsWith("_risk") ? f.value.percent(of[name]) : f.value.number(of[name]));
  return (
    <Scroller label={words.table}>
      <table class="list numbers">
        <thead>
          <tr>
            <th scope="col">{words.columns.what}</th>
            <th scope="col" class="figure">{words.columns.before}</th>
            <th scope="col" class="figure">{words.columns.after}</th>
          </tr>
        </thead>
        <tbody>
          {(Object.keys(words.rows) as (keyof RiskNumbers)[]).map((name) => (
            <tr key={name}>
              <th scope="row">{words.rows[name]}</th>
              <td class="figure">{shown(name, before)}</td>
              <td class="figure">{shown(name, after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

/** The one step that helps most, with a button that takes it. */
function Hint({ step, now, rows }: { step: Step; now: number; rows: PathRow[] }) {
  const words = t.value.protect.risk.step;
  const take = () => {
    const { quasi } = sharing.preset.peek();
    if (step.kind === "regions") prefer({ quasi: { ...quasi, country: "region" } });
    else if (step.kind === "bands") prefer({ quasi: { ...quasi, age: "bands" } });
    else decide(rows.filter(({ path }) => path === step.path), { class: "quasi", action: "remove" });
  };
  const text = step.kind === "remove" ? words.remove(pathName(step.path), step.suppressed, now, f.value) : words[step.kind](step.suppressed, now, f.value);
  return (
    <p class="find">
      {text}
      <button type="button" class="small" onClick={take}>
        {words.take}
      </button>
    </p>
  );
}

function Sensitive({ risk: { sensitive } }: { risk: NonNullable<Protection["risk"]> }) {
  const words = t.value.protect.risk;
  if (sensitive.length === 0) return null;
  const decimal = (n: number) => new Intl.NumberFormat(f.value.locale, { maximumFractionDigits: 2 }).format(n);
  return (
    <>
      <h3>{words.sensitive}</h3>
      <p class="hint">{words.sensitiveLead}</p>
      <Scroller label={words.sensitive}>
        <table class="list numbers">
          <thead>
            <tr>
              <th scope="col">{words.sensitiveColumns.path}</th>
              <th scope="col" class="figure">{words.sensitiveColumns.distinct}</th>
              <th scope="col" class="figure">{words.sensitiveColumns.t}</th>
            </tr>
          </thead>
          <tbody>
            {sensitive.map(({ path, after }) => (
              <tr key={path}>
                <th scope="row">
                  <code>{pathName(path)}</code>
                </th>
                <td class="figure">{f.value.number(after.distinct)}</td>
                <td class="figure">{decimal(after.t)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </>
  );
}

/** The choices that make the result coarser or finer. */
function Coarse() {
  const words = t.value.protect.risk;
  const { k, quasi, time, level, detectors = {} } = sharing.preset.value;
  const { number } = f.value;
  const mode = time.mode ?? (level === "share" ? "relative" : "keep");
  const ks = [...new Set([k, 3, 5, 11])].filter((n) => n > 1).sort((a, b) => a - b);
  const list = <T extends string>(id: string, label: string, value: T, options: Record<string, string>, set: (value: T) => void) => (
    <p class="find">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value as T)}>
        {Object.entries(options).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
  const kNames = Object.fromEntries([...ks.map((n) => [String(n), n === 5 ? words.kUsual(number(n)) : number(n)]), ["0", words.kOff]]) as Record<string, string>;
  const setTime = (changes: Partial<Preset["time"]>) => prefer({ time: { ...time, ...changes } });
  return (
    <fieldset class="coarse">
      <legend>{words.choices}</legend>
      {list("protect-k", words.k, k < 2 ? "0" : String(k), kNames, (value) => prefer({ k: Number(value) }))}
      {list("protect-age", words.age, quasi.age, words.ages, (age) => prefer({ quasi: { ...quasi, age } }))}
      {list("protect-country", words.country, quasi.country, words.countries, (country) => prefer({ quasi: { ...quasi, country } }))}
      {list("protect-time", words.time, mode, words.times, (mode) => setTime({ mode }))}
      {mode === "relative" && list("protect-rounding", words.rounding, time.rounding, words.roundings, (rounding) => setTime({ rounding }))}
      <details>
        <summary>{words.detectors}</summary>
        <p class="hint">{words.detectorsLead}</p>
        <ul role="list" class="detectors">
          {Object.entries(words.detectorNames).map(([name, label]) => (
            <li key={name}>
              <label class="check">
                <input type="checkbox" checked={detectors[name] ?? true} onChange={() => toggle(name)} />
                {label}
              </label>
            </li>
          ))}
        </ul>
      </details>
    </fieldset>
  );
}

function toggle(name: string): void {
  const detectors = { ...sharing.preset.peek().detectors };
  if (detectors[name] === false) delete detectors[name];
  else detectors[name] = false;
  prefer({ detectors });
}
