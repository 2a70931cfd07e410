// The tab of pictures: one session at a time, because sessions lie days apart.
import { f, t } from "../i18n/index.js";
import { useSession } from "../looking.js";
import { SessionPicker } from "../parts/sessionpicker.js";
import { PageLengths } from "../pictures/pages.js";
import { SessionProgress } from "../pictures/progress.js";
import { FieldSpread } from "../pictures/spread.js";
import { Timeline } from "../pictures/timeline.js";
import { state } from "../state.js";

export function Pictures() {
  const summary = state.summary.value;
  const session = useSession("pictures");
  const psynet = summary?.psynet;
  const name = psynet ? psynet.label || "psynet" : session;
  return (
    <div class="looking">
      <div class="pickers">
        <SessionPicker session={session} />
      </div>
      <SessionProgress session={name} />
      <Timeline key={`timeline ${name}`} session={name} idles={!psynet} />
      <PageLengths session={name} />
      {!psynet && <FieldSpread key={`spread ${name}`} session={name} />}
      {!psynet && <p class="quiet small">{t.value.ready.localTimes(f.value.zone())}</p>}
    </div>
  );
}
