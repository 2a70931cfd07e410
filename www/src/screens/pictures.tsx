// The tab of pictures: one session at a time, because sessions lie days apart.
import { useSignal } from "@preact/signals";
import { f, t } from "../i18n/index.js";
import { Picker } from "../parts/picker.js";
import { PageLengths } from "../pictures/pages.js";
import { SessionProgress } from "../pictures/progress.js";
import { FieldSpread } from "../pictures/spread.js";
import { Timeline } from "../pictures/timeline.js";
import { state } from "../state.js";

export function Pictures() {
  const summary = state.summary.value;
  const sessions = summary?.sessions ?? [];
  const session = useSignal(sessions[0]?.name ?? "");
  const psynet = summary?.psynet;
  const name = psynet ? psynet.label || "psynet" : session.value;
  return (
    <div class="looking">
      {sessions.length > 1 && (
        <div class="pickers">
          <Picker label={t.value.players.session} value={name} options={sessions.map(({ name }) => [name, name])} onChange={(name) => (session.value = name)} />
        </div>
      )}
      <SessionProgress session={name} />
      <Timeline key={`timeline ${name}`} session={name} idles={!psynet} />
      <PageLengths session={name} />
      {!psynet && <FieldSpread key={`spread ${name}`} session={name} />}
      {!psynet && <p class="quiet small">{t.value.ready.localTimes(f.value.zone())}</p>}
    </div>
  );
}
