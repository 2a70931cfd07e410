// What went wrong, where, and what to do: the engine's own words, or the page's for what the page found.
import { useEffect } from "preact/hooks";
import type { Fault } from "../engine/error.js";
import type { Place } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { announce } from "../state.js";

/** What happened and what to do, and the language of these words where it is not the page's. */
interface Said {
  what: string;
  advice: string;
  lang?: "en";
}

/** The words for a code of the engine's catalogue; for any other the engine's own, which are English. */
export function wordsFor(code: string, what: string, advice: string): Said {
  const catalogue: Partial<Record<string, [string, string]>> = t.value.problems.known ?? {};
  const known = catalogue[code];
  return known ? { what: known[0], advice: known[1] } : { what, advice, lang: "en" };
}

/** The words for a fault, and what the engine adds in this case. */
function saidOf({ code, message, advice, detail }: Fault): Said & { detail: string } {
  if (code !== "internal" && message !== "") return { ...wordsFor(code, message, advice), detail };
  const [what, ours] = t.value.faults[code] ?? [code, ""];
  return { what, advice: ours, detail: "" };
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

/** What could not be done and why, with a button to try again. Every question of the page that fails is told by this. */
export function Failed({ what, fault, onAgain }: { what: string; fault: Fault; onAgain: () => void }) {
  // The same fault may come again after another try, and then it is said again.
  useEffect(() => announce(what), [fault]);
  const again = ({ currentTarget }: MouseEvent) => {
    // The button goes when there is an answer; `onAgain` may know a better place for the focus.
    const around = (currentTarget as Element).closest<HTMLElement>("details, section, [role=tabpanel]");
    (around?.querySelector<HTMLElement>("summary, h2") ?? around)?.focus();
    onAgain();
  };
  return (
    <div class="outcome bad">
      <p>
        <strong>{what}</strong>
      </p>
      <FaultNote fault={fault} />
      <div class="buttons">
        <button type="button" class="small" onClick={again}>
          {t.value.failed.tryAgain}
        </button>
      </div>
    </div>
  );
}

export function FaultNote({ fault }: { fault: Fault }) {
  const { what, advice, lang, detail } = saidOf(fault);
  const place = placeText(fault.place);
  const words = t.value.failed;
  return (
    <div class="fault">
      <p>
        <span lang={lang}>{what}</span> <span lang="en">{detail}</span>
      </p>
      {advice && <p lang={lang}>{advice}</p>}
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
