// Questions to the worker about what is in the data, and a way to ask them from a screen.
import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ChangeFilter, Looks } from "./engine/browse.js";
import { faultOf, type Fault } from "./engine/error.js";
import { line } from "./job.js";

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

/** Asks a question again whenever it changes; the last answer stays until the next one is there. */
export function useLook<L extends keyof Looks>(name: L, what: Looks[L]["ask"]): Signal<Answered<Looks[L]["answer"]>> {
  const asked = useSignal(0);
  const again = () => (asked.value += 1);
  const answered = useSignal<Answered<Looks[L]["answer"]>>({ answer: null, fault: null, waiting: true, again });
  useEffect(() => {
    let current = true;
    answered.value = { ...answered.peek(), waiting: true };
    look(name, what).then(
      (answer) => current && (answered.value = { answer, fault: null, waiting: false, again }),
      (error: unknown) => current && (answered.value = { answer: null, fault: faultOf(error), waiting: false, again }),
    );
    return () => {
      current = false;
    };
  }, [JSON.stringify(what), asked.value]);
  return answered;
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
