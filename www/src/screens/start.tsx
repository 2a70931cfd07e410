// The first screen: what this is, where to drop, and that nothing leaves.
import { fromList } from "../files.js";
import { t } from "../i18n/index.js";
import { openExample, openFiles } from "../job.js";
import { Heading } from "../parts/heading.js";
import { PickFiles } from "../parts/pickfiles.js";

export function Start() {
  const words = t.value.start;
  const open = (files: File[]) => void openFiles(fromList(files));
  return (
    <section class="start">
      <Heading>{words.heading}</Heading>
      <p class="lead">{words.lead}</p>
      <div class="dropzone">
        <p class="drop">{words.drop}</p>
        <p class="buttons">
          <PickFiles label={words.choose} class="main" onFiles={open} />
          <PickFiles label={words.chooseFolder} folder onFiles={open} />
        </p>
        <p class="promise">{words.promise}</p>
        <p class="hint">{words.dialog}</p>
      </div>
      <p class="example">
        <button type="button" class="link" onClick={openExample}>
          {words.example}
        </button>
      </p>
      <h2>{words.reads}</h2>
      <ul class="reads">
        {words.readsList.map(([name, what]) => (
          <li key={what}>
            {name && <code>{name}</code>} {what}
          </li>
        ))}
      </ul>
    </section>
  );
}
