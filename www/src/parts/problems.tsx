// What went wrong while reading went on: meaning, place, how often, consequence, advice.
import type { Problem } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { placeText, wordsFor } from "./fault.js";

export function Problems({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null;
  const words = t.value.problems;
  return (
    <details class="problems" open={problems.length < 4}>
      <summary>
        <h2>{words.heading(problems.length, f.value)}</h2>
      </summary>
      <p>{words.lead}</p>
      <ul role="list" tabIndex={problems.length > 3 ? 0 : undefined} aria-label={words.heading(problems.length, f.value)}>
        {problems.map(({ code, meaning, detail, advice, place, count }, i) => {
          const said = wordsFor(code, meaning, advice);
          return (
            <li key={i}>
              <p>
                <strong lang={said.lang}>{said.what}</strong> <span lang="en">{detail}</span> <span lang={said.lang}>{said.advice}</span>
              </p>
              <p class="small quiet">
                {[placeText(place), count > 1 && words.times(count, f.value), code].filter(Boolean).join(" · ")}
              </p>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
