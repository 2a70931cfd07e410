// What the search found can be accepted for a reason that the reports repeat, and that can be taken back.
import { useSignal } from "@preact/signals";
import type { Leaks } from "../../engine/protect.js";
import { t } from "../../i18n/index.js";
import { prefer, sharing } from "../../sharing.js";
import { announce } from "../../state.js";
import { pathName } from "./fields.js";

/** The engine wants so many characters of a reason. */
const REASON = 10;

/** Secrets and times are never accepted. */
const acceptable = ({ list }: Leaks) => [...new Set(list.filter(({ path, class: name }) => path && name !== "secret").map(({ path }) => path))].sort();

export function Accept({ leaks }: { leaks: Leaks }) {
  const words = t.value.protect.accept;
  const paths = acceptable(leaks);
  const path = useSignal(paths[0] ?? "");
  const reason = useSignal("");
  if (paths.length === 0) return null;
  const ready = reason.value.trim().length >= REASON;
  const accept = () => {
    if (!ready) return;
    prefer({ accepted: { ...sharing.preset.peek().accepted, [path.value]: reason.value.trim() } });
    announce(words.has(pathName(path.value)));
  };
  return (
    <details>
      <summary>{words.heading}</summary>
      <p class="hint" id="accept-lead">{words.lead}</p>
      <p>
        <label for="accept-path">{words.path}</label>{" "}
        <select id="accept-path" value={path.value} onChange={(event) => (path.value = event.currentTarget.value)}>
          {paths.map((name) => (
            <option key={name} value={name}>
              {pathName(name)}
            </option>
          ))}
        </select>
      </p>
      <p>
        <label for="accept-reason">{words.reason}</label>{" "}
        <input id="accept-reason" type="text" aria-describedby="accept-lead" value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
      </p>
      <p class="buttons">
        <button type="button" aria-disabled={!ready} onClick={accept}>
          {words.button}
        </button>
      </p>
    </details>
  );
}

/** What was accepted. */
export function Accepted() {
  const words = t.value.protect.accept;
  const accepted = sharing.preset.value.accepted ?? {};
  const paths = Object.keys(accepted);
  if (paths.length === 0) return null;
  const back = (path: string) => {
    const { [path]: _, ...rest } = accepted;
    prefer({ accepted: rest });
  };
  return (
    <ul class="warn">
      {paths.map((path) => (
        <li key={path}>
          {words.has(pathName(path))} {words.reason}: {accepted[path]}{" "}
          <button type="button" class="small" onClick={() => back(path)}>
            {words.back}
          </button>
        </li>
      ))}
    </ul>
  );
}
