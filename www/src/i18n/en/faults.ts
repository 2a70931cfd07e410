// The words of what went wrong.
import type { Catalogue } from "../codes.js";
import { counted, type Format } from "../format.js";

export const problems = {
  heading: (n: number, f: Format) => counted(f, n, { one: "1 problem found", other: "# problems found" }),
  lead: "Everything that could be read was read. The ZIP’s README lists these, too.",
  times: (n: number, f: Format) => counted(f, n, { one: "once", other: "# times" }),
  file: "file",
  record: (n: string) => `record ${n}`,
  byte: (n: string) => `byte ${n}`,
  field: "field",
  /** The engine's catalogue in this language; its own words are English. */
  known: null as Catalogue | null,
};

export const failed = {
  heading: "This could not be read",
  code: "Code",
  place: "Place",
  advice: "What you can do",
  other: "Choose another file",
  again: "Read it again",
  tryAgain: "Try again",
  rows: "Some rows could not be fetched",
  contents: "What the ZIP will contain could not be worked out",
  part: (name: string) => `This could not be shown: ${name}`,
};

/** Faults that are found by the page, not by the engine: what happened, and what to do. */
export const faults = {
  "disk-full": ["There is not enough room to save the ZIP.", "Free some disk space, or choose fewer sessions. No file was left behind."],
  "not-allowed": ["The browser did not allow it.", "Allow this page to save files, or choose another folder."],
  io: ["The file could not be read to the end.", "It may have been changed, moved or removed while it was read. Drop it again."],
  internal: ["Windrow made a mistake.", "Your file is unharmed. Please report this with the code; no data are needed for that."],
  "page-incomplete": ["This page did not load completely: the connection broke.", "Your file is unharmed. Reload the page and open the file again."],
  "worker-gone": ["The browser ended Windrow’s work, most likely because memory ran out.", "Your file is unharmed and nothing was saved. Close other tabs and read it again, or use the command line."],
  "out-of-memory": ["The data need more memory than this browser gives.", "Choose fewer sessions, or use the command line."],
} as Record<string, [string, string]>;
