// While files are read: how far it is, and a way to stop.
import { f, t } from "../i18n/index.js";
import { cancelReading } from "../job.js";
import { Heading } from "../parts/heading.js";
import type { Phase } from "../state.js";

export function Reading({ phase }: { phase: Phase & { name: "reading" } }) {
  const words = t.value.reading;
  const percent = f.value.percent(phase.part);
  return (
    <section class="reading">
      <Heading>
        {words.heading} <span class="name">{phase.label}</span>
      </Heading>
      <progress max={1} value={phase.part} aria-label={words.heading} />
      <p class="figures">
        {phase.part < 1 ? words.part(percent) : words.looking} <span class="quiet">{words.of(f.value.bytes(phase.size))}</span>
      </p>
      <button type="button" onClick={cancelReading}>
        {t.value.cancel}
      </button>
    </section>
  );
}
