// Tabs: one panel at a time. A panel is made when its tab is first opened and then kept, so that coming back costs
// nothing and nothing that was chosen in it is lost. The arrow keys move between tabs, Enter or Space opens one.
import type { ComponentType } from "preact";
import { useSignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";

export interface Tab {
  /** Short and unique: part of the ids of tab and panel. */
  id: string;
  label: string;
  Panel: ComponentType;
}

interface Props {
  label: string;
  tabs: Tab[];
  /** Id of the tab that is open; an unknown one means the first. */
  open: Signal<string>;
}

export function Tabs({ label, tabs, open }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const opened = useSignal<string[]>([]);
  const focused = useSignal<string | null>(null);
  const current = tabs.find(({ id }) => id === open.value)?.id ?? tabs[0]?.id;
  const made = (id: string) => id === current || opened.value.includes(id);
  const show = (id: string) => {
    opened.value = [...new Set([...opened.peek(), ...(current ? [current] : []), id])];
    focused.value = null;
    open.value = id;
  };
  const pressed = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === (focused.peek() ?? current));
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    focused.value = tabs[next]!.id;
    list.current!.querySelectorAll<HTMLElement>("[role=tab]")[next]!.focus();
  };
  // Who leaves the list and comes back finds the tab that is open.
  const left = (event: FocusEvent) => {
    if (!list.current!.contains(event.relatedTarget as Node | null)) focused.value = null;
  };
  return (
    <div class="tabs">
      <div ref={list} role="tablist" aria-label={label} hidden={tabs.length < 2} onKeyDown={pressed} onFocusOut={left}>
        {tabs.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={id === current}
            aria-controls={`panel-${id}`}
            tabIndex={id === (focused.value ?? current) ? 0 : -1}
            onClick={() => show(id)}
          >
            {label}
          </button>
        ))}
      </div>
      {tabs.map(({ id, Panel }) => (
        <div key={id} role="tabpanel" id={`panel-${id}`} aria-labelledby={`tab-${id}`} tabIndex={-1} hidden={id !== current}>
          {made(id) && <Panel />}
        </div>
      ))}
    </div>
  );
}
