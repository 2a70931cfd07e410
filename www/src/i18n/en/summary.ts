// The words of what is in the files.
import { counted, type Format } from "../format.js";
import { protect } from "./protect.js";

export const ready = {
  heading: (name: string, others: number, f: Format) =>
    others === 0 ? name : `${name} and ${counted(f, others, { one: "1 more file", other: "# more files" })}`,
  participants: (n: number, f: Format) => counted(f, n, { one: "1 participant", other: "# participants" }),
  announce: (found: string, problems: number, f: Format) =>
    `Reading is done. ${found}. ${problems ? counted(f, problems, { one: "1 problem was found", other: "# problems were found" }) : "No problems were found"}.`,
  facts: { participants: "Participants", bots: "Bots among them", classes: "Classes", rows: "Rows in the database", sessions: "Sessions", players: "Players", groups: "Groups", changes: "Changes", span: "From – to", none: "no times" },
  tabs: { label: "What to do", export: "Export", players: "Players", pictures: "Pictures", protect: protect.tab },
  localTimes: (zone: string) => `Times on this page: ${zone}`,
  parts:
    "This file is larger than the memory that Windrow takes for it. So it is read several times: once more for the ZIP, which comes out the same, and for each session that you look at. What the ZIP will contain is not listed beforehand, and the number of different values is about right where it says ≈. Preparing for sharing still needs everything in memory at once; if that is too much, use the command line.",
};

export const sessions = {
  heading: "Sessions",
  all: "All sessions",
  columns: { name: "Session", players: "Players", groups: "Groups", models: "Models", changes: "Changes", span: "From – to" },
  chosen: (n: number, all: number, f: Format) => `${f.number(n)} of ${f.number(all)} chosen`,
  count: (n: number, f: Format) => counted(f, n, { one: "1 session", other: "# sessions" }),
  find: "Find a session",
};

export const classes = {
  heading: "Classes",
  columns: { name: "Class", rows: "Rows", columns: "Columns" },
  show: (name: string) => `Look at ${name}`,
};

export const database = { heading: "Tables of the database", columns: { name: "Table", rows: "Rows" } };

export const notes = {
  heading: "What the database does not say",
  lead: "Without the experiment’s code some things can only be taken from the data. The ZIP’s README lists these, too.",
  columns: { what: "Class or column", text: "What is not known" },
};

export const fields = {
  heading: "Fields",
  summary: (n: number, f: Format) => counted(f, n, { one: "1 field", other: "# fields" }),
  columns: { kind: "Belongs to", field: "Field", changes: "Changes", distinct: "Different values", deletions: "Deletions", storages: "Found in", types: "Types" },
  find: "Find a field",
  nothing: "No field has this in its name.",
};

export const files = { heading: "Files", columns: { path: "File", role: "What it is", size: "Size" } };
