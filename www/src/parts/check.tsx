// How a sceptic can check that nothing leaves: a button in the header, and the steps.
import { useRef } from "preact/hooks";
import { t } from "../i18n/index.js";
import { kept } from "../offline.js";

export function Check() {
  const words = t.value.check;
  const dialog = useRef<HTMLDialogElement>(null);
  const hosted = location.protocol !== "file:";
  return (
    <>
      <button type="button" class="private" aria-haspopup="dialog" onClick={() => dialog.current!.showModal()}>
        {t.value.nothingUploaded}
      </button>
      <dialog ref={dialog} class="howto" aria-labelledby="check">
        <h2 id="check" tabIndex={-1} autofocus>{words.heading}</h2>
        <p>{words.lead}</p>
        <ol>
          {words.steps.map(([what, how]) => (
            <li key={what}>
              <strong>{what}</strong> {how}
            </li>
          ))}
        </ol>
        <h3>{words.limitsHeading}</h3>
        <ul>
          {words.limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
          {hosted && <li>{words.serviceWorker}</li>}
        </ul>
        {hosted && (
          <p class="hint">
            {kept.value && words.kept}{" "}
            <a href="windrow.html" download>
              {words.download}
            </a>
          </p>
        )}
        <p class="buttons">
          <button type="button" class="main" onClick={() => dialog.current!.close()}>
            {words.close}
          </button>
        </p>
      </dialog>
    </>
  );
}
