// When nothing could be read: why, and the way back.
import { fromList } from "../files.js";
import { t } from "../i18n/index.js";
import { openFiles } from "../job.js";
import { FaultNote } from "../parts/fault.js";
import { Heading } from "../parts/heading.js";
import { PickFiles } from "../parts/pickfiles.js";
import type { Phase } from "../state.js";

/** Faults that may not come again with the same files. */
const WORTH_ANOTHER_TRY = new Set(["worker-gone", "out-of-memory", "internal"]);

export function Failed({ phase }: { phase: Phase & { name: "failed" } }) {
  const words = t.value.failed;
  const again = phase.given.length > 0 && WORTH_ANOTHER_TRY.has(phase.fault.code);
  return (
    <section class="failed">
      <Heading>{words.heading}</Heading>
      <p class="name">{phase.label}</p>
      <FaultNote fault={phase.fault} />
      <p class="buttons">
        {again && (
          <button type="button" class="main" onClick={() => void openFiles(phase.given)}>
            {words.again}
          </button>
        )}
        <PickFiles label={words.other} class={again ? "" : "main"} onFiles={(files) => void openFiles(fromList(files))} />
      </p>
    </section>
  );
}
