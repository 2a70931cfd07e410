// All words of the page, each in the file of what it is about. Another language is a folder of this shape, added in languages.ts.
// Data and names of fields are never translated, nor is what the engine adds to a problem or says of one column.
import { options, contents, preview, save } from "./export.js";
import { problems, failed, faults } from "./faults.js";
import { check, update } from "./header.js";
import { pictures } from "./pictures.js";
import { players, history } from "./players.js";
import { protect } from "./protect.js";
import { start, reading } from "./start.js";
import { ready, sessions, classes, database, notes, fields, files } from "./summary.js";

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

  check,
  update,
  start,
  reading,
  ready,
  sessions,
  classes,
  database,
  notes,
  fields,
  files,
  options,
  contents,
  preview,
  save,
  players,
  history,
  pictures,
  protect,
  problems,
  failed,
  faults,
};

export type Strings = typeof en;
