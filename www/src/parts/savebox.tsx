// The one big button, and how saving goes.
import { useEffect, useRef } from "preact/hooks";
import { f, t } from "../i18n/index.js";
import { givesNothing } from "../job.js";
import { cancelSaving, save } from "../save.js";
import { state } from "../state.js";
import { FaultNote } from "./fault.js";

export function SaveBox() {
  const words = t.value.save;
  const saving = state.saving.value;
  const recipe = state.recipe.value!;
  const tables = state.tables.value?.list;
  const parted = state.summary.value?.parts !== undefined;
  const refused = state.tablesFault.value !== null;
  const nothing = givesNothing(recipe) || (tables?.length === 0 && !parted);
  const why = recipe.sessions?.length === 0 ? words.noSession : refused ? words.refused : nothing ? words.noTable : "";
  const box = useRef<HTMLElement>(null);
  const before = useRef(saving.name);
  useEffect(() => {
    // The button that was pressed is gone; its successor takes the focus.
    if (before.current !== saving.name && (saving.name === "saving" || before.current === "saving")) box.current?.querySelector("button")?.focus();
    before.current = saving.name;
  }, [saving.name]);
  return (
    <section ref={box} class="savebox" aria-label={words.button}>
      {saving.name === "saving" ? (
        <>
          <p class="figures">
            {words.saving} <span class="quiet">{words.part(f.value.percent(saving.part))}</span>
          </p>
          <progress max={1} value={saving.part} aria-label={words.saving} />
          {saving.large && <p class="hint">{words.big}</p>}
          <button type="button" onClick={cancelSaving}>
            {t.value.cancel}
          </button>
        </>
      ) : (
        <>
          <Outcome />
          <button type="button" class="main big" aria-disabled={why !== ""} aria-describedby="save-note" onClick={() => why === "" && void save()}>
            {saving.name === "done" ? words.again : words.button}{" "}
            {tables && !parted && why === "" && <span class="count">{words.tables(tables.length, f.value)}</span>}
          </button>
          <p id="save-note" class={why ? "hint warn" : "hint"}>
            {why || words.care}
          </p>
        </>
      )}
    </section>
  );
}

function Outcome() {
  const words = t.value.save;
  const saving = state.saving.value;
  if (saving.name === "done") {
    return (
      <div class="outcome good">
        <p>
          <strong>{words.done}</strong> {words.doneWhat(saving.file, f.value.bytes(saving.size))}
        </p>
        <p class="hint">{saving.picked ? words.donePicked : words.doneDownload}</p>
      </div>
    );
  }
  if (saving.name === "stopped") return <p class="outcome">{words.stopped}</p>;
  if (saving.name !== "failed") return null;
  return (
    <div class="outcome bad">
      <p>
        <strong>{words.failed}</strong>
      </p>
      <FaultNote fault={saving.fault} />
    </div>
  );
}
