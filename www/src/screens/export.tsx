// The tab for saving: what to make of the files, a look at the result, and the button.
import { f, t } from "../i18n/index.js";
import { Classes, Database } from "../parts/classes.js";
import { Contents } from "../parts/contents.js";
import { Fields } from "../parts/fields.js";
import { Files } from "../parts/files.js";
import { Notes } from "../parts/notes.js";
import { Options } from "../parts/options.js";
import { Preview } from "../parts/preview.js";
import { SaveBox } from "../parts/savebox.js";
import { Sessions } from "../parts/sessions.js";
import { state } from "../state.js";

export function Export() {
  const summary = state.summary.value;
  if (!summary) return null;
  const { psynet } = summary;
  return (
    <div class="columns">
      {psynet ? <Classes classes={psynet.classes} /> : <Sessions sessions={summary.sessions} />}
      <div class="choices">
        <SaveBox />
        <Contents />
        <Options summary={summary} />
      </div>
      <Preview />
      <div class="rest">
        {psynet ? (
          <>
            <Notes notes={psynet.notes} />
            <Database tables={psynet.database} />
          </>
        ) : (
          <Fields fields={summary.fields} />
        )}
        <Files files={summary.files} />
        {!psynet && <p class="quiet small">{t.value.ready.localTimes(f.value.zone())}</p>}
      </div>
    </div>
  );
}
