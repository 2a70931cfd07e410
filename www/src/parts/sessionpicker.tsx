// Chooses the session to look at, where there are several.
import { t } from "../i18n/index.js";
import { pickSession } from "../looking.js";
import { state } from "../state.js";
import { Picker } from "./picker.js";

export function SessionPicker({ session }: { session: string }) {
  const sessions = state.summary.value?.sessions ?? [];
  if (sessions.length < 2) return null;
  return <Picker label={t.value.players.session} value={session} options={sessions.map(({ name }) => [name, name])} onChange={pickSession} />;
}
