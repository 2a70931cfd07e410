// The page: a header, the screen of the moment, and a drop target as large as the window.
import { useEffect } from "preact/hooks";
import { fromDrop } from "./files.js";
import { t } from "./i18n/index.js";
import { cannotRead, openFiles, startOver } from "./job.js";
import { Check } from "./parts/check.js";
import { Language } from "./parts/language.js";
import { Mark } from "./parts/mark.js";
import { Update } from "./parts/update.js";
import { Failed } from "./screens/failed.js";
import { Reading } from "./screens/reading.js";
import { Ready } from "./screens/ready.js";
import { Start } from "./screens/start.js";
import { state } from "./state.js";

export function App() {
  useEffect(watchDrops, []);
  const phase = state.phase.value;
  const words = t.value;
  return (
    <>
      <header class="bar">
        <span class="brand">
          <Mark /> {words.title}
        </span>
        <Check />
        <Language />
        {(phase.name === "ready" || phase.name === "failed") && (
          <button type="button" class="quiet" onClick={startOver}>
            {words.startOver}
          </button>
        )}
      </header>
      <Update />
      <main>
        {phase.name === "start" && <Start />}
        {phase.name === "reading" && <Reading phase={phase} />}
        {phase.name === "ready" && <Ready phase={phase} />}
        {phase.name === "failed" && <Failed phase={phase} />}
      </main>
      <div role="status" class="unseen">
        {state.notice.value}
      </div>
      {state.dragging.value && (
        <div class="dropping" aria-hidden="true">
          {words.start.dropNow}
        </div>
      )}
    </>
  );
}

/** The whole window takes drops. */
function watchDrops() {
  const stop = new AbortController();
  const on = <E extends keyof WindowEventMap>(type: E, hear: (event: WindowEventMap[E]) => void) =>
    window.addEventListener(type, hear, { signal: stop.signal });
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  on("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer!.dropEffect = "copy";
    state.dragging.value = true;
  });
  on("dragleave", (event) => {
    if (event.relatedTarget === null) state.dragging.value = false;
  });
  on("drop", (event) => {
    state.dragging.value = false;
    if (!event.dataTransfer) return;
    event.preventDefault();
    void fromDrop(event.dataTransfer).then(openFiles, cannotRead);
  });
  return () => stop.abort();
}
