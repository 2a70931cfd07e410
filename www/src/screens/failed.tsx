// When nothing could be read: why, and the way back.
import { fromList } from "../files.js";
import { t } from "../i18n/index.js";
import { openFiles } from "../job.js";
import { FaultNote } from "../parts/fault.js";
import { Heading } from "../parts/heading.js";
import { PickFiles } from "../parts/pickfiles.js";
import type { Phase } from "../state.js";

export function Failed({ phase }: { phase: Phase & { name: "failed" } }) {
  const words = t.value.failed;
  return (
    <section class="failed">
      <Heading>{words.heading}</Heading>
      <p class="name">{phase.label}</p>
      <FaultNote fault={phase.fault} />
      <PickFiles label={words.other} class="main" onFiles={(files) => void openFiles(fromList(files))} />
    </section>
  );
}
