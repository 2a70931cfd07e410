// Texts are read here one by one, with what was found in them, before any of them may come out.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Preset, ReviewText } from "../../engine/protect.js";
import { f, t } from "../../i18n/index.js";
import { useAnswer } from "../../looking.js";
import { approve, prefer, sharing, textsAt } from "../../sharing.js";
import { announce } from "../../state.js";
import { Choice } from "../choice.js";
import { Failed } from "../fault.js";
import { pathName } from "./fields.js";

/** Texts on one page. */
const PAGE = 20;

export function Texts() {
  const words = t.value.protect.texts;
  const { texts } = sharing.preset.value;
  return (
    <section aria-labelledby="protect-texts">
      <h2 id="protect-texts" tabIndex={-1}>{words.heading}</h2>
      <p class="hint">{words.lead}</p>
      <fieldset>
        <legend>{words.mode}</legend>
        {(["withhold", "lengths", "review"] as Preset["texts"][]).map((mode) => (
          <Choice key={mode} type="radio" name="protect-texts" words={words.modes[mode]!} checked={texts === mode} onChange={() => prefer({ texts: mode })} />
        ))}
      </fieldset>
      {texts === "review" && <Review />}
    </section>
  );
}

function Review() {
  const words = t.value.protect.texts;
  const start = useSignal(0);
  const known = useRef(0);
  // The texts are those of the look that is under way.
  const { answer, fault, again } = useAnswer(sharing.busy.value ? null : () => textsAt(start.value, PAGE), [start.value, sharing.protection.value]);
  if (answer) known.current = answer.total;
  const total = known.current;
  if (answer && total === 0) return <p class="quiet">{words.none}</p>;
  const to = Math.min(start.value + PAGE, total);
  const turn = (by: number) => {
    start.value = Math.max(0, start.value + by);
    announce(words.page(start.value + 1, Math.min(start.value + PAGE, total), total, f.value));
  };
  return (
    <>
      {fault && <Failed what={t.value.failed.part(words.heading)} fault={fault} onAgain={again} />}
      {answer && <p role="status">{words.count(sharing.approved.value.size, total, f.value)}</p>}
      {answer && (
        <ul role="list" class="review">
          {answer.texts.map((text) => (
            <One key={text.id} text={text} />
          ))}
        </ul>
      )}
      {total > 0 && (
        <p class="find">
          <button type="button" class="small" aria-disabled={start.value === 0} onClick={() => start.value > 0 && turn(-PAGE)}>
            {words.earlier}
          </button>
          <span class="quiet">{words.page(start.value + 1, to, total, f.value)}</span>
          <button type="button" class="small" aria-disabled={to >= total} onClick={() => to < total && turn(PAGE)}>
            {words.later}
          </button>
        </p>
      )}
    </>
  );
}

function One({ text: { id, path, text, redacted, marks, count } }: { text: ReviewText }) {
  const words = t.value.protect;
  const released = sharing.approved.value.has(id);
  return (
    <li>
      <p class="small quiet">
        {[pathName(path), words.texts.times(count, f.value)].join(" · ")}
      </p>
      <p class="said" id={`text-${id}`}>{marked(text, marks)}</p>
      <p class="small">
        {marks.length === 0 ? (
          words.texts.nothingFound
        ) : (
          <>
            {words.texts.comesAs}: <span class="said">{redacted}</span>
          </>
        )}
      </p>
      <label class="check">
        <input type="checkbox" checked={released} aria-describedby={`text-${id}`} onChange={() => approve(id, !released)} />
        {words.texts.release}
      </label>
    </li>
  );
}

/** The text with what was found marked and named. Places are bytes of UTF-8. */
function marked(text: string, marks: ReviewText["marks"]) {
  const names = t.value.protect.risk.detectorNames;
  const bytes = new TextEncoder().encode(text);
  const part = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const ends = [0, ...marks.map(([, end]) => end)];
  return (
    <>
      {marks.map(([from, to, kind], i) => (
        <>
          {part(ends[i]!, from)}
          <mark>
            {part(from, to)} <span class="small">({names[kind] ?? kind})</span>
          </mark>
        </>
      ))}
      {part(ends.at(-1)!, bytes.length)}
    </>
  );
}
