// The choices as a recipe: saved, loaded, shown, and as the command line that does the same.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { loadRecipe, recipeTexts, saveRecipe } from "../choices.js";
import { t } from "../i18n/index.js";
import { givesNothing } from "../job.js";
import { useAnswer, useDeed } from "../looking.js";
import { state } from "../state.js";
import { Failed } from "./fault.js";
import { PickFiles } from "./pickfiles.js";

export function RecipeBox() {
  const words = t.value.options;
  const said = useSignal("");
  const open = useSignal(false);
  const chosen = state.recipe.value;
  const saving = useDeed(saveRecipe);
  const { answer, fault, again } = useAnswer(open.value && chosen ? recipeTexts : null, [chosen]);
  const load = async ([file]: File[]) => {
    if (file) said.value = await loadRecipe(file);
  };
  const [recipe, command] = answer ?? [];
  return (
    <details class="recipe" onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{words.recipe}</summary>
      <p class="hint">{words.recipeLead}</p>
      <p class="buttons">
        <button type="button" class="small" onClick={saving.act}>
          {words.recipeSave}
        </button>
        <PickFiles label={words.recipeLoad} class="small" multiple={false} accept=".json,application/json" onFiles={load} />
      </p>
      {said.value && <p class="hint" role="status">{said.value}</p>}
      {saving.fault && <Failed what={t.value.failed.part(words.recipeSave)} fault={saving.fault} onAgain={saving.act} />}
      {fault && <Failed what={t.value.failed.part(words.recipe)} fault={fault} onAgain={again} />}
      {recipe && <Copied label={words.recipeShow} text={recipe} />}
      {command && chosen && !givesNothing(chosen) && (
        <Copied label={words.command} text={command} hint={command.includes(" --recipe ") ? `${words.commandLead} ${words.commandRecipe}` : words.commandLead} />
      )}
    </details>
  );
}

/** A text with a button that copies it; where copying is not allowed the text is selected instead. */
function Copied({ label, text, hint }: { label: string; text: string; hint?: string }) {
  const words = t.value.options;
  const done = useSignal("");
  const shown = useRef<HTMLPreElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      done.value = text;
    } catch {
      getSelection()?.selectAllChildren(shown.current!);
    }
  };
  return (
    <div class="copied">
      <p>
        <strong>{label}</strong>
        <button type="button" class="small" aria-label={`${words.copy}: ${label}`} onClick={() => void copy()}>
          {done.value === text ? words.copied : words.copy}
        </button>
      </p>
      {hint && <p class="hint">{hint}</p>}
      <pre ref={shown} tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
