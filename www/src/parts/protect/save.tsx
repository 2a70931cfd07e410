// The last step: what will be done, the key, the preset, and the ZIP that is searched before it is handed out.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Action, Leaks, Protection } from "../../engine/protect.js";
import { f, t } from "../../i18n/index.js";
import { useDeed } from "../../looking.js";
import { canSave, cancelChecked, hasKey, kinds, loadKey, loadPreset, newKey, saveChecked, savePreset, sharing } from "../../sharing.js";
import { Choice } from "../choice.js";
import { Failed, FaultNote } from "../fault.js";
import { PickFiles } from "../pickfiles.js";
import { Scroller } from "../scroller.js";
import { Accept, Accepted } from "./accept.js";
import { pathName } from "./fields.js";
import { Prepared } from "./prepared.js";

export function ProtectSave({ protection }: { protection: Protection }) {
  const words = t.value.protect;
  return (
    <section aria-labelledby="protect-save">
      <h2 id="protect-save" tabIndex={-1}>{words.save.heading}</h2>
      <Does protection={protection} />
      <Keys />
      <PresetFile />
      <Prepared />
      <Accepted />
      <Button />
    </section>
  );
}

/** What will be done, in numbers, and what of it is weaker than usual. */
function Does({ protection }: { protection: Protection }) {
  const words = t.value.protect;
  const { rows, deviations } = protection;
  const actions = Object.keys(words.actions) as Action[];
  const count = (action: Action) => rows.filter((row) => row.action === action && row.values > 0).length;
  const undecided = rows.filter(kinds.undecided!);
  const kept = undecided.filter((row) => row.action === "keep").length;
  const weaker = [...deviations, ...rows.filter((row) => row.weaker).map((row) => words.save.weakerField(pathName(row.path), words.actions[row.action]!))];
  return (
    <>
      <h3>{words.save.does}</h3>
      <dl class="does">
        {actions.filter(count).map((action) => (
          <div key={action}>
            <dt>{words.actions[action]}</dt>
            <dd>{words.save.doesCount(count(action), f.value)}</dd>
          </div>
        ))}
      </dl>
      {undecided.length > kept && <p>{words.save.undecided(undecided.length - kept, f.value)}</p>}
      {kept > 0 && <p>{words.save.undecidedKept(kept, f.value)}</p>}
      {weaker.length > 0 && (
        <>
          <h3>{words.save.weaker}</h3>
          <ul class="warn">
            {weaker.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Keys() {
  const words = t.value.protect.save;
  const said = useSignal("");
  const load = async ([file]: File[]) => {
    if (file) said.value = (await loadKey(file)) ? "" : words.keyBad;
  };
  const project = sharing.project.value;
  return (
    <fieldset>
      <legend>{words.key}</legend>
      {(["once", "project"] as const).map((key) => (
        <Choice key={key} type="radio" name="protect-key" words={words.keys[key]!} checked={sharing.key.value === key} onChange={() => (sharing.key.value = key)} />
      ))}
      {sharing.key.value === "project" && (
        <>
          <p class="buttons">
            <PickFiles label={words.keyLoad} class="small" multiple={false} onFiles={(files) => void load(files)} />
            <button type="button" class="small" onClick={newKey}>
              {words.keyNew}
            </button>
          </p>
          <p class="hint" role="status">{said.value || (project ? words.keyHas(project.name) : words.keyNone)}</p>
        </>
      )}
    </fieldset>
  );
}

function PresetFile() {
  const words = t.value.protect.save;
  const said = useSignal("");
  const saving = useDeed(savePreset);
  const load = async ([file]: File[]) => {
    if (file) said.value = await loadPreset(file);
  };
  return (
    <details class="recipe">
      <summary>{words.preset}</summary>
      <p class="hint">{words.presetLead}</p>
      <p class="buttons">
        <button type="button" class="small" onClick={saving.act}>
          {words.presetSave}
        </button>
        <PickFiles label={words.presetLoad} class="small" multiple={false} accept=".json,application/json" onFiles={(files) => void load(files)} />
      </p>
      {saving.fault && <Failed what={t.value.failed.part(words.presetSave)} fault={saving.fault} onAgain={saving.act} />}
      {said.value && <p class="hint" role="status">{said.value}</p>}
    </details>
  );
}

function Button() {
  const words = t.value.protect.save;
  const result = sharing.result.value;
  const ready = canSave();
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(result.name);
  useEffect(() => {
    // The button that was pressed is gone; its successor takes the focus.
    const changed = before.current !== result.name && (result.name === "working" || before.current === "working");
    // So is the box in which something was accepted; a choice elsewhere on the page keeps its focus.
    const lost = before.current === "refused" && document.activeElement === document.body;
    if (changed || lost) box.current?.querySelector("button")?.focus();
    before.current = result.name;
  }, [result.name]);
  return (
    <div ref={box} class="savebox">
      {result.name === "working" ? (
        <>
          <p>{words.stages[result.stage]}</p>
          <progress max={1} {...(result.part !== null && { value: result.part })} aria-label={words.stages[result.stage]} />
          <button type="button" onClick={cancelChecked}>
            {t.value.cancel}
          </button>
        </>
      ) : (
        <>
          <Outcome />
          <button type="button" class="main big" aria-disabled={!ready} aria-describedby="protect-about" onClick={() => ready && void saveChecked()}>
            {words.button}
          </button>
          <p id="protect-about" class="hint">
            {hasKey() ? words.about : words.keyNone}
          </p>
        </>
      )}
    </div>
  );
}

function Outcome() {
  const words = t.value.protect.save;
  const result = sharing.result.value;
  if (result.name === "done") {
    return (
      <div class="outcome good">
        <p>
          <strong>{words.done}</strong> {words.doneWhat(result.file, f.value.bytes(result.size))}
        </p>
        <p class="hint">{words.doneRead}</p>
      </div>
    );
  }
  if (result.name === "stopped") return <p class="outcome">{words.stopped}</p>;
  if (result.name === "refused") return <Refused leaks={result.leaks} />;
  if (result.name !== "failed") return null;
  return (
    <div class="outcome bad">
      <p>
        <strong>{words.failed}</strong>
      </p>
      <FaultNote fault={result.fault} />
    </div>
  );
}

/** Places that are shown; the rest is counted. */
const MOST = 50;

function Refused({ leaks }: { leaks: Leaks }) {
  const { list, total } = leaks;
  const words = t.value.protect;
  const heads = words.save.refusedColumns;
  const back = () => {
    sharing.step.value = "fields";
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".protect h2")?.focus());
  };
  return (
    <div class="outcome bad">
      <p>
        <strong>{words.save.refused}</strong>
      </p>
      <p>{words.save.refusedLead(total, f.value)}</p>
      <Scroller label={words.save.refused} tall={list.length > 6}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{heads.file}</th>
              <th scope="col" class="figure">{heads.row}</th>
              <th scope="col">{heads.column}</th>
              <th scope="col">{heads.value}</th>
              <th scope="col">{heads.fix}</th>
            </tr>
          </thead>
          <tbody>
            {list.slice(0, MOST).map(({ file, row, column, masked, class: name, form }, i) => (
              <tr key={i}>
                <th scope="row">
                  <code>{file}</code>
                </th>
                <td class="figure">{row === null ? "" : f.value.number(row)}</td>
                <td>{column && <code>{column}</code>}</td>
                <td>
                  {masked} <span class="quiet">{form}</span>
                </td>
                <td>{words.classes[name]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      <p class="buttons">
        <button type="button" onClick={back}>
          {words.save.toFields}
        </button>
      </p>
      <Accept leaks={leaks} />
    </div>
  );
}
