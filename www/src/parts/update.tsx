// Word of a new version of the page: offered, never forced.
import { t } from "../i18n/index.js";
import { update } from "../offline.js";
import { state } from "../state.js";

export function Update() {
  const take = update.value;
  if (!take) return null;
  const words = t.value.update;
  return (
    <aside class="update" aria-label={words.ready}>
      <p>
        {words.ready} {state.phase.value.name === "ready" && words.closes}
      </p>
      <button type="button" class="small" onClick={take}>
        {words.reload}
      </button>
      <button type="button" class="small quiet" onClick={() => (update.value = null)}>
        {words.later}
      </button>
    </aside>
  );
}
