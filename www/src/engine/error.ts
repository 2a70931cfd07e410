// The one kind of error that the engine throws, whoever found the fault.
import type { Place } from "./types.js";

/** What is known about an error, as plain data that can cross from a worker. */
export interface Fault {
  code: string;
  message: string;
  detail: string;
  advice: string;
  place: Place;
}

/** An error with a stable code, the place where it happened and what to do about it. */
export class EngineError extends Error implements Fault {
  readonly code: string;
  readonly detail: string;
  readonly advice: string;
  readonly place: Place;

  constructor(fault: Partial<Fault> & { code: string }, cause?: unknown) {
    super(fault.message ?? fault.code, { cause });
    this.name = "EngineError";
    this.code = fault.code;
    this.detail = fault.detail ?? "";
    this.advice = fault.advice ?? "";
    this.place = fault.place ?? {};
  }
}

/** What the browser calls the errors that a user can do something about, and what we call them. */
const known = new Map([
  ["QuotaExceededError", "disk-full"],
  ["NotAllowedError", "not-allowed"],
  ["NoModificationAllowedError", "not-allowed"],
  ["NotReadableError", "io"],
  ["NotFoundError", "io"],
  ["AbortError", "aborted"],
]);

/** Anything thrown, as plain data. A fault that has no code is one of ours and called `internal`. */
export function faultOf(thrown: unknown): Fault {
  const name = known.get((thrown as Error | undefined)?.name ?? "");
  if (name) return { code: name, message: "", detail: "", advice: "", place: {} };
  if (thrown instanceof RangeError && /memory|allocation/i.test(thrown.message)) return { code: "out-of-memory", message: "", detail: "", advice: "", place: {} };
  // The module's errors have a sentence of their own beside the message, which repeats all parts.
  const { code, message, meaning, detail, advice, place } = (thrown ?? {}) as Partial<Fault & { meaning: string }>;
  return {
    code: typeof code === "string" ? code : "internal",
    message: meaning ?? message ?? "",
    detail: detail ?? "",
    advice: advice ?? "",
    place: place ?? {},
  };
}

/** Throws if the work was called off. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new EngineError({ code: "aborted", message: "Stopped." });
}
