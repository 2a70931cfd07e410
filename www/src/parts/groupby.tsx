// The fields by which `latest_by` groups, in an order that the user sets.
import { useRef } from "preact/hooks";
import { choose, groupFields } from "../choices.js";
import { t } from "../i18n/index.js";
import { announce, state } from "../state.js";

export function GroupBy() {
  const words = t.value.options.group;
  const { gvars } = state.recipe.value!;
  const select = useRef<HTMLSelectElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const left = groupFields().filter((field) => !gvars.includes(field));

  const add = () => {
    const field = select.current!.value;
    select.current!.value = "";
    if (!field) return;
    choose({ gvars: [...gvars, field] });
    announce(words.added(field));
  };
  const remove = (field: string) => {
    choose({ gvars: gvars.filter((gvar) => gvar !== field) });
    announce(words.removed(field));
    select.current!.focus();
  };
  const earlier = (at: number) => {
    const next = [...gvars];
    const [field] = next.splice(at, 1);
    next.splice(at - 1, 0, field!);
    choose({ gvars: next });
    announce(next.join(", "));
    // At the first place there is no such button any more.
    requestAnimationFrame(() => list.current?.children[at - 1]?.querySelector("button")?.focus());
  };

  return (
    <div class="groupby">
      <span id="groupby" class="hint">
        {words.label}
      </span>
      {gvars.length > 0 && (
        <ol ref={list} aria-labelledby="groupby">
          {gvars.map((field, at) => (
            <li key={field}>
              <code>{field}</code>
              {at > 0 && (
                <button type="button" class="icon" aria-label={words.earlier(field)} title={words.earlier(field)} onClick={() => earlier(at)}>
                  ↑
                </button>
              )}
              <button type="button" class="icon" aria-label={words.remove(field)} title={words.remove(field)} onClick={() => remove(field)}>
                ×
              </button>
            </li>
          ))}
        </ol>
      )}
      <select ref={select} aria-label={words.add} onChange={add} value="">
        <option value="">{words.add}</option>
        {left.map((field) => (
          <option key={field} value={field}>
            {field}
          </option>
        ))}
      </select>
      {gvars.length === 0 && <p class="hint warn">{words.none}</p>}
    </div>
  );
}
