// The tab for preparing data for sharing: fields, risk, texts, then check and save.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.js";
import { Choice } from "../parts/choice.js";
import { Failed } from "../parts/fault.js";
import { ProtectFields } from "../parts/protect/fields.js";
import { Risk } from "../parts/protect/risk.js";
import { ProtectSave } from "../parts/protect/save.js";
import { Texts } from "../parts/protect/texts.js";
import { lookAgain, openSharing, prefer, sharing, stopLooking, type StepName } from "../sharing.js";

const steps: StepName[] = ["fields", "risk", "texts", "save"];

export function Protect() {
  useEffect(openSharing, []);
  const words = t.value.protect;
  const { step, protection, fault, busy } = sharing;
  return (
    <div class="protect">
      <p>{words.lead}</p>
      <p class="hint">{words.notice}</p>
      <fieldset class="levels">
        <legend>{words.level.label}</legend>
        {(["share", "pseudonymize"] as const).map((level) => (
          <Choice key={level} type="radio" name="level" words={words.level[level]} checked={sharing.preset.value.level === level} onChange={() => prefer({ level })} />
        ))}
      </fieldset>
      {fault.value && <Failed what={words.failed} fault={fault.value} onAgain={lookAgain} />}
      {!protection.value && !fault.value && <First />}
      {protection.value && (
        <>
          <nav class="steps" aria-label={words.steps.label}>
            <ol role="list">
              {steps.map((name, i) => (
                <li key={name}>
                  <button type="button" aria-current={step.value === name ? "step" : undefined} onClick={() => (step.value = name)}>
                    <span class="number">{i + 1}</span> {words.steps[name]}
                  </button>
                </li>
              ))}
            </ol>
          </nav>
          <div aria-busy={busy.value} class={busy.value ? "waiting" : undefined}>
            {step.value === "fields" && <ProtectFields protection={protection.value} />}
            {step.value === "risk" && <Risk protection={protection.value} />}
            {step.value === "texts" && <Texts />}
            {step.value === "save" && <ProtectSave protection={protection.value} />}
          </div>
          <Next />
        </>
      )}
    </div>
  );
}

/** The first look, which can be stopped and begun again. */
function First() {
  const words = t.value.protect;
  const stopped = sharing.stopped.value;
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(stopped);
  useLayoutEffect(() => {
    // The button that was pressed is gone; its successor takes the focus.
    if (before.current !== stopped) box.current?.querySelector("button")?.focus();
    before.current = stopped;
  }, [stopped]);
  useLayoutEffect(() => {
    const mine = box.current;
    const panel = mine?.closest<HTMLElement>("[role=tabpanel]");
    return () => {
      if (mine?.contains(document.activeElement)) requestAnimationFrame(() => (panel?.querySelector("h2") ?? panel)?.focus());
    };
  }, []);
  return (
    <div ref={box} class="savebox">
      <p role="status">{stopped ? words.stopped : words.wait}</p>
      {!stopped && <progress max={1} {...(sharing.part.value !== null && { value: sharing.part.value })} aria-label={words.wait} />}
      <button type="button" onClick={() => (stopped ? (sharing.stopped.value = false) : stopLooking())}>
        {stopped ? words.again : t.value.cancel}
      </button>
    </div>
  );
}

/** On to the next step. */
function Next() {
  const words = t.value.protect;
  const next = steps[steps.indexOf(sharing.step.value) + 1];
  if (!next) return null;
  const go = () => {
    sharing.step.value = next;
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".protect h2")?.focus());
  };
  return (
    <p class="buttons">
      <button type="button" class="main" onClick={go}>
        {words.next(words.steps[next]!)}
      </button>
    </p>
  );
}
