// Questions to the worker about what is in the data, and the way in which a screen asks: it has an answer, waits for one,
// or knows why there is none and can ask again.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ChangeFilter, Looks } from "./engine/browse.js";
import { faultOf, type Fault } from "./engine/error.js";
import type { Summary } from "./engine/types.js";
import { line } from "./job.js";
import { state } from "./state.js";

/** The session that was picked to look at, and of which files: the next ones begin with their first. */
const picked = signal<{ of: Summary | null; session: string }>({ of: null, session: "" });

/** Picks the session that every tab looks at. */
export function pickSession(session: string): void {
  picked.value = { of: state.summary.peek(), session };
}

/** The session that a tab looks at. A hidden tab stays with the one it has: nobody waits for answers about another. */
export function useSession(tab: string): string {
  const { of, session } = picked.value;
  const summary = state.summary.value;
  const mine = useRef<string | null>(null);
  if (mine.current === null || state.tab.value === tab) mine.current = (of === summary ? session : summary?.sessions[0]?.name) ?? "";
  return mine.current;
}

/** Asks a question. */
export function look<L extends keyof Looks>(look: L, what: Looks[L]["ask"]): Promise<Looks[L]["answer"]> {
  return line().call("browse", { look, what }) as Promise<Looks[L]["answer"]>;
}

/** Searches for changes; the signal stops it. */
export function search(filter: ChangeFilter, options: { signal: AbortSignal; onProgress: (part: number) => void }): Promise<{ search: number; total: number }> {
  return line().call("search", { filter }, options);
}

/** An answer, or why there is none; `waiting` while the last one is out of date. `again` asks once more. */
export interface Answered<A> {
  answer: A | null;
  fault: Fault | null;
  waiting: boolean;
  again: () => void;
}

/**
 * Asks whenever what it asks `about` changes; the last answer stays until the next one is there. Null asks nothing yet.
 * The signal calls off what nobody waits for any more.
 */
export function useAnswer<A>(ask: ((signal: AbortSignal) => Promise<A>) | null, about: unknown[]): Answered<A> {
  const tries = useSignal(0);
  const again = () => (tries.value += 1);
  const answered = useSignal<Answered<A>>({ answer: null, fault: null, waiting: true, again });
  useEffect(() => {
    if (!ask) return;
    const stop = new AbortController();
    const current = () => !stop.signal.aborted;
    answered.value = { ...answered.peek(), waiting: true };
    ask(stop.signal).then(
      (answer) => current() && (answered.value = { answer, fault: null, waiting: false, again }),
      (error: unknown) => current() && (answered.value = { answer: null, fault: faultOf(error), waiting: false, again }),
    );
    return () => stop.abort();
  }, [ask === null, tries.value, ...about]);
  return answered.value;
}

/** Asks a question about the data, again whenever it changes. */
export function useLook<L extends keyof Looks>(name: L, what: Looks[L]["ask"] | null): Answered<Looks[L]["answer"]> {
  return useAnswer(what && (() => look(name, what)), [JSON.stringify(what)]);
}

/** Does something when it is told to, and knows why it could not. */
export function useDeed(work: () => Promise<void>): { act: () => void; fault: Fault | null } {
  const fault = useSignal<Fault | null>(null);
  const act = () => void work().then(() => (fault.value = null), (error: unknown) => (fault.value = faultOf(error)));
  return { act, fault: fault.value };
}

/** A value that follows another one when it has been still for a moment. */
export function useCalm<T>(value: T, milliseconds = 200): T {
  const calm = useSignal(value);
  useEffect(() => {
    const timer = setTimeout(() => (calm.value = value), milliseconds);
    return () => clearTimeout(timer);
  }, [JSON.stringify(value)]);
  return calm.value;
}
