// What went wrong, where, and what to do: the engine's own words, or the page's for what the page found.
import type { Fault } from "../engine/error.js";
import type { Place } from "../engine/types.js";
import { f, t } from "../i18n/index.js";

/** The words for a fault: what happened, and what to do. */
function wordsFor(fault: Fault): { what: string; advice: string } {
  const [what, advice] = t.value.faults[fault.code] ?? ["", ""];
  const ours = fault.code === "internal" || fault.message === "";
  const said = [fault.message, fault.detail].filter(Boolean).join(" ");
  return { what: ours ? what || fault.code : said, advice: fault.advice || advice };
}

/** A place as words, such as `backup.bin, record 3, byte 120`. */
export function placeText({ file, record, byte, field }: Place): string {
  const words = t.value.problems;
  const parts = [
    file,
    record !== undefined && words.record(f.value.number(record)),
    byte !== undefined && words.byte(f.value.number(byte)),
    field !== undefined && `${words.field} ${field}`,
  ];
  return parts.filter(Boolean).join(", ");
}

export function FaultNote({ fault }: { fault: Fault }) {
  const { what, advice } = wordsFor(fault);
  const place = placeText(fault.place);
  const words = t.value.failed;
  return (
    <div class="fault">
      <p>{what}</p>
      {advice && <p>{advice}</p>}
      <dl class="facts small">
        {place && (
          <div>
            <dt>{words.place}</dt>
            <dd>{place}</dd>
          </div>
        )}
        <div>
          <dt>{words.code}</dt>
          <dd>
            <code>{fault.code}</code>
          </dd>
        </div>
      </dl>
    </div>
  );
}
