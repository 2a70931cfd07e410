// All words of the page, each in the file of what it is about. Another language is a folder of this shape, added in languages.ts.
// Data and names of fields are never translated, nor is what the engine adds to a problem or says of one column.
import type { Format } from "../format.js";
import * as exporting from "./export.js";
import * as faults from "./faults.js";
import * as header from "./header.js";
import * as pictures from "./pictures.js";
import * as players from "./players.js";
import * as protect from "./protect.js";
import * as start from "./start.js";
import * as summary from "./summary.js";

export const en = {
  code: "en",
  /** What the language calls itself. */
  name: "English",
  language: "Language",
  title: "Windrow",
  tagline: "Lay an experiment’s log out in tables.",
  nothingUploaded: "Nothing is uploaded",
  skip: "Skip to the content",
  startOver: "Start over",
  cancel: "Cancel",
  shownOf: (n: number, all: number, f: Format) => `${f.number(n)} of ${f.number(all)} are shown`,

  ...exporting,
  ...faults,
  ...header,
  ...pictures,
  ...players,
  ...protect,
  ...start,
  ...summary,
};

export type Strings = typeof en;
