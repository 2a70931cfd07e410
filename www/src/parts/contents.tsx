// What the ZIP will contain, known before it is made, and where a spreadsheet program would harm it.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { contents, countAgain } from "../contents.js";
import type { Advice, FileContents } from "../engine/types.js";
import { counted } from "../i18n/format.js";
import { f, t } from "../i18n/index.js";
import { state } from "../state.js";
import { Failed } from "./fault.js";
import { Scroller } from "./scroller.js";

/** More rows than this make a page slow. */
const MOST = 300;

export function Contents() {
  const words = t.value.contents;
  const summary = useRef<HTMLElement>(null);
  const open = useSignal(false);
  if (!state.tables.value?.list.length || state.summary.value?.parts !== undefined) return null;
  const { files, fault } = contents.value ?? { files: null, fault: null };
  const { number, bytes } = f.value;
  const size = files?.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
  const again = () => {
    // The button that was pressed goes.
    summary.current?.focus();
    countAgain();
  };
  return (
    <div class="contents">
      <details open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
        <summary ref={summary}>
          {words.heading} {!fault && <span class="quiet small">{files ? words.total(files.length, bytes(size), f.value) : words.working}</span>}
        </summary>
        <p class="hint">{words.lead}</p>
        {open.value && files && <Shown of={files.length} />}
        {open.value && files && (
          <Scroller label={words.heading} tall={files.length > 12}>
            <table class="list small">
              <thead>
                <tr>
                  <th scope="col">{words.columns.path}</th>
                  <th scope="col" class="figure">{words.columns.rows}</th>
                  <th scope="col" class="figure">{words.columns.size}</th>
                </tr>
              </thead>
              <tbody>
                {files.slice(0, MOST).map(({ path, rows, bytes: size }) => (
                  <tr key={path}>
                    <th scope="row" class="name">{path}</th>
                    <td class="figure">{rows === null ? "" : number(rows)}</td>
                    <td class="figure">{bytes(size)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroller>
        )}
      </details>
      {fault && <Failed what={t.value.failed.contents} fault={fault} onAgain={again} />}
      {files && <Harms files={files.filter(({ advice }) => advice.length > 0)} />}
    </div>
  );
}

/** Says that only the first are shown, where there are more. */
function Shown({ of }: { of: number }) {
  return of > MOST ? <p class="hint">{t.value.shownOf(MOST, of, f.value)}</p> : null;
}

function Harms({ files }: { files: FileContents[] }) {
  const words = t.value.contents;
  const open = useSignal(false);
  if (files.length === 0) return null;
  return (
    <details class="harms" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{words.care(files.length, f.value)}</summary>
      <p class="hint">{words.careLead}</p>
      {open.value && <Shown of={files.length} />}
      {open.value && (
        <Scroller label={words.care(files.length, f.value)} tall>
          <dl class="small">
            {files.slice(0, MOST).map(({ path, advice }) => (
              <div key={path}>
                <dt class="name">{path}</dt>
                {advice.map((one) => (
                  <dd key={one.harm}>{sentence(one)}</dd>
                ))}
              </div>
            ))}
          </dl>
        </Scroller>
      )}
    </details>
  );
}

/** An advice as a line of words. */
function sentence({ harm, count, row, columns, more }: Advice): string {
  const words = t.value.contents;
  const { number } = f.value;
  const where = columns.length > 0 ? words.inColumns(columns.join(", "), more, f.value) : "";
  return [counted(f.value, count, words.harms[harm]), where, row > 0 && words.firstRow(number(row))].filter(Boolean).join(", ");
}
