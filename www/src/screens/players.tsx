// The tab for looking into the data: who has what now, what differs from the others, and every change.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { f, t } from "../i18n/index.js";
import { useLook, useSession } from "../looking.js";
import { Choice } from "../parts/choice.js";
import { Failed } from "../parts/fault.js";
import { History, type Seed } from "../parts/history.js";
import { Picker } from "../parts/picker.js";
import { SessionPicker } from "../parts/sessionpicker.js";
import { Sheet } from "../parts/sheet.js";

export function Players() {
  const words = t.value.players;
  const session = useSession("players");
  const wanted = useSignal("player");
  const internal = useSignal(false);
  const seed = useSignal<Seed | null>(null);
  const seen = useRef(session);
  if (seen.current !== session) {
    seen.current = session;
    seed.value = null;
  }
  const history = useRef<HTMLElement>(null);
  const facets = useLook("facets", { session });
  if (!facets.answer) {
    return (
      <div class="looking">
        <div class="pickers">
          <SessionPicker session={session} />
        </div>
        <div aria-busy={facets.waiting}>{facets.fault && <Failed what={t.value.failed.part(t.value.ready.tabs.players)} fault={facets.fault} onAgain={facets.again} />}</div>
      </div>
    );
  }
  const { kinds, apps } = facets.answer;
  const kind = kinds.find(([name]) => name === wanted.value)?.[0] ?? kinds[0]?.[0] ?? "player";
  const of = { session, kind, internal: internal.value };
  const open = (next: Seed | null) => {
    seed.value = next;
    history.current?.querySelector("h2")?.focus();
  };
  return (
    <div class="looking">
      <div class="pickers">
        <SessionPicker session={session} />
        <Picker
          label={words.kind}
          value={kind}
          options={kinds.map(([name, count]) => [name, words.kindCount(words.kinds[name] ?? name, f.value.number(count))])}
          onChange={(name) => ((wanted.value = name), (seed.value = null))}
        />
        <Choice type="checkbox" words={[words.internal, ""]} checked={internal.value} onChange={() => (internal.value = !internal.value)} />
      </div>
      <Sheet key={JSON.stringify(of)} of={of} onOpen={(storage, name, field) => open({ storage, name, field })} />
      <History key={`${session}\0${internal.value}`} box={history} session={session} internal={internal.value} apps={apps} seed={seed.value} onSeed={open} />
      <p class="quiet small">{t.value.ready.localTimes(f.value.zone())}</p>
    </div>
  );
}
