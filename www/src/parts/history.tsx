// Every change of a session that fits a filter, or the whole history of one player, in the order in which they were made.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { ChangeFilter, FoundChange } from "../engine/browse.js";
import { f, t } from "../i18n/index.js";
import { look, search, useAnswer, useCalm } from "../looking.js";
import { Choice } from "./choice.js";
import { Failed } from "./fault.js";
import { Grid } from "./grid.js";
import { Finder, Picker } from "./picker.js";
import type { Row } from "./rowcache.js";

/** Whose history is wanted: of all fields or of one, and around which change. */
export interface Seed {
  storage: string;
  name: string;
  field?: string;
  seq?: number;
}

interface Props {
  box: RefObject<HTMLElement | null>;
  session: string;
  internal: boolean;
  apps: string[];
  seed: Seed | null;
  onSeed: (seed: Seed | null) => void;
}

const open: ChangeFilter = { field: "", value: "", app: "", round: "", context: "", deletions: false };

export function History({ box, session, internal, apps, seed, onSeed }: Props) {
  const words = t.value.history;
  const filter = useSignal<ChangeFilter>(open);
  const part = useSignal(0);
  const rows = useRef(new Map<number, FoundChange>());
  const seen = useRef(seed);
  if (seen.current !== seed) {
    seen.current = seed;
    filter.value = { ...open, field: seed?.field ?? "" };
  }
  const calm = useCalm(filter.value);
  const asked: ChangeFilter = { ...(calm.field === filter.value.field ? calm : filter.value), session, internal, storage: seed?.storage ?? "" };
  const find = async (signal: AbortSignal) => {
    part.value = 0;
    const found = await search(asked, { signal, onProgress: (done) => !signal.aborted && (part.value = done) });
    const reveal = seed?.seq === undefined ? 0 : await look("place", { search: found.search, seq: seed.seq });
    if (!signal.aborted) rows.current.clear();
    return { ...found, reveal };
  };
  const { answer: now, fault, waiting, again } = useAnswer(find, [JSON.stringify(asked), seed]);

  const change = (changes: ChangeFilter) => (filter.value = { ...filter.peek(), ...changes });
  const load = async (start: number, count: number): Promise<Row[]> => {
    const { rows: some } = await look("found", { search: now!.search, start, count });
    some.forEach((row, i) => rows.current.set(start + i, row));
    return some.map(rowOf);
  };
  const around = (row: number) => {
    const found = rows.current.get(row);
    if (found) onSeed({ storage: found.storage, name: found.name, seq: found.seq });
  };
  const { columns } = words;
  const heads = [columns.time, columns.name, columns.field, columns.value, columns.kind, columns.app, columns.round, columns.context];
  const { field = "", value = "", app = "", round = "", context = "", deletions = false } = filter.value;
  return (
    <section ref={box} class="history" aria-labelledby="history" aria-busy={waiting}>
      <h2 id="history" tabIndex={-1}>
        {seed ? words.of(seed.name) : words.heading}{" "}
        <span class="quiet" role="status">
          {waiting && part.value > 0 ? words.searching(f.value.percent(part.value)) : now && words.total(now.total, f.value)}
        </span>
      </h2>
      <div class="pickers">
        <Finder label={words.field} value={field} onInput={(field) => change({ field })} />
        <Finder label={words.value} value={value} onInput={(value) => change({ value })} />
        {apps.length > 0 && <Picker label={words.app} value={app} options={[["", words.anyApp], ...apps.map((app): [string, string] => [app, app])]} onChange={(app) => change({ app })} />}
        <Finder label={words.round} value={round} onInput={(round) => change({ round })} />
        <Finder label={words.context} value={context} onInput={(context) => change({ context })} />
        <Choice type="checkbox" words={[words.deletions, ""]} checked={deletions} onChange={() => change({ deletions: !deletions })} />
        {seed && (
          <button type="button" class="small" onClick={() => onSeed(null)}>
            {words.all}
          </button>
        )}
      </div>
      {fault && <Failed what={t.value.failed.part(words.heading)} fault={fault} onAgain={again} />}
      {now?.total === 0 && <p class="quiet">{words.nothing}</p>}
      {now && now.total > 0 && (
        <Grid key={now.search} label={words.grid} nameLabel={words.seq} columns={heads} total={now.total} load={load} reveal={now.reveal} onOpen={around} />
      )}
    </section>
  );
}

/** A row of the grid; a deletion has a mark instead of a value. */
function rowOf({ seq, time, name, field, value, kind, app, round, context }: FoundChange): Row {
  const cells = [time === null ? null : f.value.instant(time), name, field, value, kind || null, app, round, context];
  return { name: String(seq), cells, ...(value === null && { notes: { 3: t.value.history.deleted } }) };
}
