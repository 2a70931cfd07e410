// The choices that only PsyNet exports have: the form, and what is passed on of the files that were given.
import { choosePsynet, psynetChoices } from "../choices.js";
import type { PsynetSummary } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Choice } from "./choice.js";
import { Scroller } from "./scroller.js";

export function PsynetOptions({ psynet }: { psynet: PsynetSummary }) {
  const words = t.value.options.psynet;
  const chosen = psynetChoices();
  const offer = psynet.offers.find(({ form }) => form === chosen.form)!;
  const files = (n: number) => words.files(n, f.value);
  const assets = { experiment: offer.experiment_assets, all: offer.all_assets };
  return (
    <>
      <fieldset>
        <legend>{words.form}</legend>
        {(["regular", "anonymous"] as const).map((form) => (
          <Choice key={form} type="radio" name="form" words={[`${form}/`, form === "regular" ? words.regular : words.reduced]} checked={chosen.form === form} onChange={() => choosePsynet({ form })} />
        ))}
        {chosen.form !== "regular" && <Leaks leaks={psynet.leaks} />}
      </fieldset>
      <fieldset>
        <legend>{words.more}</legend>
        <Choice type="checkbox" words={words.timeline} checked={chosen.timeline} onChange={() => choosePsynet({ timeline: !chosen.timeline })} />
        {(["database", "basic_data", "logs", "source_code"] as const).map((key) => {
          const there = offer[key] > 0;
          const [label, hint] = words.pass[key]!;
          return (
            <Choice
              key={key}
              type="checkbox"
              words={[label, there ? hint : words.notThere]}
              checked={there && chosen[key]}
              disabled={!there}
              onChange={() => choosePsynet({ [key]: !chosen[key] })}
            />
          );
        })}
      </fieldset>
      {offer.all_assets > 0 && (
        <fieldset>
          <legend>{words.assets}</legend>
          <Choice type="radio" name="assets" words={words.asset.none!} checked={chosen.assets === "none"} onChange={() => choosePsynet({ assets: "none" })} />
          {(["experiment", "all"] as const).map((kind) => {
            const [label, hint] = words.asset[kind]!;
            return (
              <Choice
                key={kind}
                type="radio"
                name="assets"
                words={[label, [files(assets[kind]), hint].filter(Boolean).join(". ")]}
                checked={chosen.assets === kind}
                onChange={() => choosePsynet({ assets: kind })}
              />
            );
          })}
        </fieldset>
      )}
    </>
  );
}

function Leaks({ leaks }: { leaks: PsynetSummary["leaks"] }) {
  const words = t.value.options.psynet;
  if (leaks.length === 0) return null;
  return (
    <details>
      <summary>{words.leaks(leaks.length, f.value)}</summary>
      <Scroller label={words.leaks(leaks.length, f.value)} tall>
        <table class="list small">
          <thead>
            <tr>
              <th scope="col">{words.leakColumns.column}</th>
              <th scope="col">{words.leakColumns.holds}</th>
            </tr>
          </thead>
          <tbody>
            {leaks.map(({ table, column, holds }) => (
              <tr key={`${table}.${column}`}>
                <th scope="row">
                  <code>{`${table}.${column}`}</code>
                </th>
                <td lang="en">{holds}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
