// The files that were given, and what each was taken for.
import type { Summary } from "../engine/types.js";
import { f, t } from "../i18n/index.js";
import { Scroller } from "./scroller.js";

export function Files({ files }: { files: Summary["files"] }) {
  const words = t.value.files;
  return (
    <details>
      <summary>
        <h2>
          {words.heading} <span class="quiet">{f.value.number(files.length)}</span>
        </h2>
      </summary>
      <Scroller label={words.heading} tall={files.length > 12}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{words.columns.path}</th>
              <th scope="col">{words.columns.role}</th>
              <th scope="col" class="figure">{words.columns.size}</th>
            </tr>
          </thead>
          <tbody>
            {files.map(({ path, role, size }) => (
              <tr key={path}>
                <th scope="row" class="name">{path}</th>
                <td lang="en">{role}</td>
                <td class="figure">{f.value.bytes(size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
