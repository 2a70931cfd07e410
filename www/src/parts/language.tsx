// The choice of language, in the header. Every language stands there under its own name.
import { speak, t } from "../i18n/index.js";
import { languages } from "../i18n/languages.js";

export function Language() {
  return (
    <select class="language" aria-label={t.value.language} value={t.value.code} onChange={(event) => speak(event.currentTarget.value)}>
      {Object.values(languages).map(({ code, name }) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
